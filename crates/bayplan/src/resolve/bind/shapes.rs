//! The types of compose-go: their fields, in the order in which Docker Compose prints them.

use std::collections::HashMap;
use std::sync::OnceLock;

/// A type that is written as a mapping.
pub(super) struct Shape {
    /// Its fields.
    pub fields: &'static [(&'static str, Kind)],
    /// Whether it keeps keys that begin with `x-`.
    pub extensions: bool,
    /// Whether its fields begin with a capital in JSON, because compose-go names them nowhere.
    pub capitals: bool,
    /// The numbers of the fields by name, and those of the fields that may be written when they are not set.
    numbers: OnceLock<(HashMap<&'static str, usize>, Vec<usize>)>,
}

impl Shape {
    /// The number of the field `name`.
    pub fn number(&self, name: &str) -> Option<usize> {
        self.numbers().0.get(name).copied()
    }

    /// The numbers of the fields that may be written when they are not set.
    pub fn any(&self) -> &[usize] {
        &self.numbers().1
    }

    fn numbers(&self) -> &(HashMap<&'static str, usize>, Vec<usize>) {
        self.numbers.get_or_init(|| {
            let fields = self.fields.iter().enumerate();
            let any = fields.clone().filter(|(_, (_, kind))| {
                matches!(kind, Command | Struct(_) | OptOut | AnyFlag | AnyText | AnyInteger | AnyBytes)
            });
            (
                fields.clone().map(|(number, (name, _))| (*name, number)).collect(),
                any.map(|(number, _)| number).collect(),
            )
        })
    }
}

/// How a field is written, and when it is left out.
pub(super) enum Kind {
    /// A text; left out when empty.
    Text,
    /// A text that is always there.
    AnyText,
    /// `true`; left out otherwise.
    Flag,
    /// `true` or `false`; left out when not set.
    MaybeFlag,
    /// `false`; left out when `true`.
    OptOut,
    /// `true` or `false`, always there.
    AnyFlag,
    /// A number; left out when 0.
    Integer,
    /// A number; left out when not set.
    MaybeInteger,
    /// A number that is always there.
    AnyInteger,
    /// A number of single precision; left out when 0.
    Single,
    /// A number of bytes as a text; left out when 0.
    Bytes,
    /// A number of bytes as a text, always there.
    AnyBytes,
    /// A duration; left out when 0.
    Duration,
    /// A duration; left out when not set.
    MaybeDuration,
    /// A number of devices, or `all`, which is -1; left out when 0.
    Count,
    /// The octal permissions of a file, as a text; left out when not set.
    Mode,
    /// One text or a list; left out when empty.
    Texts,
    /// A list, or a text that is split into words; may be empty.
    Command,
    /// A list, or a text for the shell; left out when empty.
    Test,
    /// A mapping of texts; left out when empty.
    Pairs,
    /// A mapping of texts or nothing; left out when empty.
    MaybePairs,
    /// A mapping of lists; left out when empty.
    Repeated,
    /// `host=address`, sorted; left out when empty.
    Hosts,
    /// SSH agents and keys; left out when empty.
    Ssh,
    /// Limits by name; left out when empty.
    Ulimits,
    /// A mapping that is always there in JSON, and left out of YAML when empty.
    Struct(&'static Shape),
    /// A mapping; left out when not set.
    Pointer(&'static Shape),
    /// A list of mappings; left out when empty.
    List(&'static Shape),
    /// Mappings by name; left out when empty.
    Named(&'static Shape),
    /// Mappings or nothing by name; left out when empty.
    NamedOrNull(&'static Shape),
}

use Kind::*;

const fn shape(fields: &'static [(&'static str, Kind)]) -> Shape {
    Shape { fields, extensions: true, capitals: false, numbers: OnceLock::new() }
}

const fn closed(fields: &'static [(&'static str, Kind)]) -> Shape {
    Shape { fields, extensions: false, capitals: false, numbers: OnceLock::new() }
}

const fn capitals(fields: &'static [(&'static str, Kind)]) -> Shape {
    Shape { fields, extensions: true, capitals: true, numbers: OnceLock::new() }
}

pub(super) static SECTIONS: [(&str, Shape); 7] = [
    ("services", shape(CONTAINER)),
    ("jobs", shape(CONTAINER)),
    ("networks", shape(NETWORK)),
    ("volumes", shape(VOLUME)),
    ("secrets", shape(FILE_OBJECT)),
    ("configs", shape(FILE_OBJECT)),
    ("models", shape(MODEL)),
];

/// Services, jobs and what runs before a service: what one of them cannot have, its reader has refused.
static CONTAINER: &[(&str, Kind)] = &[
    ("profiles", Texts),
    ("triggers", Pointer(&TRIGGERS)),
    ("annotations", Pairs),
    ("attach", MaybeFlag),
    ("build", Pointer(&BUILD)),
    ("develop", Pointer(&DEVELOP)),
    ("blkio_config", Pointer(&BLKIO)),
    ("cap_add", Texts),
    ("cap_drop", Texts),
    ("cgroup_parent", Text),
    ("cgroup", Text),
    ("cpu_count", Integer),
    ("cpu_percent", Single),
    ("cpu_period", Integer),
    ("cpu_quota", Integer),
    ("cpu_rt_period", Integer),
    ("cpu_rt_runtime", Integer),
    ("cpus", Single),
    ("cpuset", Text),
    ("cpu_shares", Integer),
    ("command", Command),
    ("configs", List(&GRANT)),
    ("container_name", Text),
    ("credential_spec", Pointer(&CREDENTIAL_SPEC)),
    ("depends_on", Named(&DEPENDENCY)),
    ("deploy", Pointer(&DEPLOY)),
    ("device_cgroup_rules", Texts),
    ("devices", List(&DEVICE)),
    ("dns", Texts),
    ("dns_opt", Texts),
    ("dns_search", Texts),
    ("domainname", Text),
    ("entrypoint", Command),
    ("provider", Pointer(&PROVIDER)),
    ("environment", MaybePairs),
    ("env_file", List(&ENV_FILE)),
    ("expose", Texts),
    ("external_links", Texts),
    ("extra_hosts", Hosts),
    ("group_add", Texts),
    ("gpus", List(&DEVICE_REQUEST)),
    ("hostname", Text),
    ("healthcheck", Pointer(&HEALTHCHECK)),
    ("image", Text),
    ("init", MaybeFlag),
    ("ipc", Text),
    ("isolation", Text),
    ("labels", Pairs),
    ("label_file", Texts),
    ("links", Texts),
    ("logging", Pointer(&LOGGING)),
    ("mem_limit", Bytes),
    ("mem_reservation", Bytes),
    ("memswap_limit", Bytes),
    ("mem_swappiness", Bytes),
    ("mac_address", Text),
    ("models", NamedOrNull(&MODEL_GRANT)),
    ("network_mode", Text),
    ("networks", NamedOrNull(&ATTACHMENT)),
    ("oom_kill_disable", Flag),
    ("oom_score_adj", Integer),
    ("pid", Text),
    ("pids_limit", Integer),
    ("platform", Text),
    ("ports", List(&PORT)),
    ("privileged", Flag),
    ("pull_policy", Text),
    ("pull_refresh_after", Text),
    ("read_only", Flag),
    ("restart", Text),
    ("runtime", Text),
    ("scale", MaybeInteger),
    ("secrets", List(&GRANT)),
    ("security_opt", Texts),
    ("shm_size", Bytes),
    ("stdin_open", Flag),
    ("stop_grace_period", MaybeDuration),
    ("stop_signal", Text),
    ("storage_opt", Pairs),
    ("sysctls", Pairs),
    ("tmpfs", Texts),
    ("tty", Flag),
    ("ulimits", Ulimits),
    ("umask", MaybeInteger),
    ("use_api_socket", Flag),
    ("user", Text),
    ("userns_mode", Text),
    ("uts", Text),
    ("volumes", List(&MOUNT)),
    ("volumes_from", Texts),
    ("working_dir", Text),
    ("per_replica", Flag),
    ("pre_start", List(&PRE_START)),
    ("post_start", List(&HOOK)),
    ("pre_stop", List(&HOOK)),
];

static PRE_START: Shape = shape(CONTAINER);

static HOOK: Shape = shape(&[
    ("command", Command),
    ("user", Text),
    ("privileged", Flag),
    ("working_dir", Text),
    ("environment", MaybePairs),
]);

static TRIGGERS: Shape = shape(&[("manual", MaybeFlag), ("schedule", List(&SCHEDULE))]);

static SCHEDULE: Shape = shape(&[("cron", Text), ("timezone", Text), ("concurrency", Text), ("missed_fires", Text)]);

static BUILD: Shape = shape(&[
    ("context", Text),
    ("dockerfile", Text),
    ("dockerfile_inline", Text),
    ("entitlements", Texts),
    ("args", MaybePairs),
    ("provenance", Text),
    ("sbom", Text),
    ("ssh", Ssh),
    ("labels", Pairs),
    ("cache_from", Texts),
    ("cache_to", Texts),
    ("no_cache", Flag),
    ("no_cache_filter", Texts),
    ("additional_contexts", Pairs),
    ("pull", Flag),
    ("extra_hosts", Hosts),
    ("isolation", Text),
    ("network", Text),
    ("target", Text),
    ("secrets", List(&GRANT)),
    ("shm_size", Bytes),
    ("tags", Texts),
    ("ulimits", Ulimits),
    ("platforms", Texts),
    ("privileged", Flag),
]);

static DEVELOP: Shape = shape(&[("watch", List(&WATCH))]);

static WATCH: Shape = shape(&[
    ("path", AnyText),
    ("action", AnyText),
    ("target", Text),
    ("exec", Struct(&HOOK)),
    ("include", Texts),
    ("ignore", Texts),
    ("initial_sync", Flag),
]);

static BLKIO: Shape = shape(&[
    ("weight", Integer),
    ("weight_device", List(&BLKIO_WEIGHT)),
    ("device_read_bps", List(&BLKIO_RATE)),
    ("device_read_iops", List(&BLKIO_RATE)),
    ("device_write_bps", List(&BLKIO_RATE)),
    ("device_write_iops", List(&BLKIO_RATE)),
]);

static BLKIO_WEIGHT: Shape = capitals(&[("path", AnyText), ("weight", AnyInteger)]);

static BLKIO_RATE: Shape = capitals(&[("path", AnyText), ("rate", AnyBytes)]);

static GRANT: Shape = shape(&[("source", Text), ("target", Text), ("uid", Text), ("gid", Text), ("mode", Mode)]);

static CREDENTIAL_SPEC: Shape = shape(&[("config", Text), ("file", Text), ("registry", Text)]);

static DEPENDENCY: Shape = shape(&[("condition", Text), ("restart", Flag), ("required", AnyFlag)]);

static DEPLOY: Shape = shape(&[
    ("mode", Text),
    ("replicas", MaybeInteger),
    ("labels", Pairs),
    ("update_config", Pointer(&UPDATE)),
    ("rollback_config", Pointer(&UPDATE)),
    ("resources", Struct(&RESOURCES)),
    ("restart_policy", Pointer(&RESTART_POLICY)),
    ("placement", Struct(&PLACEMENT)),
    ("endpoint_mode", Text),
]);

static UPDATE: Shape = shape(&[
    ("parallelism", MaybeInteger),
    ("delay", Duration),
    ("failure_action", Text),
    ("monitor", Duration),
    ("max_failure_ratio", Single),
    ("order", Text),
]);

static RESOURCES: Shape = shape(&[("limits", Pointer(&RESOURCE)), ("reservations", Pointer(&RESOURCE))]);

static RESOURCE: Shape = shape(&[
    ("cpus", Single),
    ("memory", Bytes),
    ("pids", Integer),
    ("devices", List(&DEVICE_REQUEST)),
    ("generic_resources", List(&GENERIC_RESOURCE)),
]);

static GENERIC_RESOURCE: Shape = shape(&[("discrete_resource_spec", Pointer(&DISCRETE_RESOURCE))]);

static DISCRETE_RESOURCE: Shape = shape(&[("kind", AnyText), ("value", AnyInteger)]);

static RESTART_POLICY: Shape =
    shape(&[("condition", Text), ("delay", MaybeDuration), ("max_attempts", MaybeInteger), ("window", MaybeDuration)]);

static PLACEMENT: Shape =
    shape(&[("constraints", Texts), ("preferences", List(&PREFERENCE)), ("max_replicas_per_node", Integer)]);

static PREFERENCE: Shape = shape(&[("spread", Text)]);

static DEVICE: Shape = shape(&[("source", Text), ("target", Text), ("permissions", Text)]);

static DEVICE_REQUEST: Shape =
    closed(&[("capabilities", Texts), ("driver", Text), ("count", Count), ("device_ids", Texts), ("options", Pairs)]);

static PROVIDER: Shape = shape(&[("type", Text), ("options", Repeated)]);

static ENV_FILE: Shape = closed(&[("path", Text), ("required", OptOut), ("format", Text)]);

static HEALTHCHECK: Shape = shape(&[
    ("test", Test),
    ("timeout", MaybeDuration),
    ("interval", MaybeDuration),
    ("retries", MaybeInteger),
    ("start_period", MaybeDuration),
    ("start_interval", MaybeDuration),
    ("disable", Flag),
]);

static LOGGING: Shape = shape(&[("driver", Text), ("options", Pairs)]);

static MODEL_GRANT: Shape = shape(&[("endpoint_var", Text), ("model_var", Text)]);

static ATTACHMENT: Shape = shape(&[
    ("aliases", Texts),
    ("driver_opts", Pairs),
    ("gw_priority", Integer),
    ("interface_name", Text),
    ("ipv4_address", Text),
    ("ipv6_address", Text),
    ("link_local_ips", Texts),
    ("mac_address", Text),
    ("priority", Integer),
    ("use_service_name_alias", MaybeFlag),
]);

static PORT: Shape = shape(&[
    ("name", Text),
    ("mode", Text),
    ("host_ip", Text),
    ("target", Integer),
    ("published", Text),
    ("protocol", Text),
    ("app_protocol", Text),
]);

static MOUNT: Shape = shape(&[
    ("type", Text),
    ("source", Text),
    ("target", Text),
    ("read_only", Flag),
    ("consistency", Text),
    ("bind", Pointer(&BIND)),
    ("volume", Pointer(&VOLUME_OPTIONS)),
    ("tmpfs", Pointer(&TMPFS)),
    ("image", Pointer(&IMAGE)),
]);

static BIND: Shape =
    shape(&[("selinux", Text), ("propagation", Text), ("create_host_path", OptOut), ("recursive", Text)]);

static VOLUME_OPTIONS: Shape = shape(&[("labels", Pairs), ("nocopy", Flag), ("subpath", Text)]);

static TMPFS: Shape = shape(&[("size", Bytes), ("mode", Integer)]);

static IMAGE: Shape = shape(&[("subpath", Text)]);

static NETWORK: &[(&str, Kind)] = &[
    ("name", Text),
    ("driver", Text),
    ("driver_opts", Pairs),
    ("ipam", Struct(&IPAM)),
    ("external", Flag),
    ("internal", Flag),
    ("attachable", Flag),
    ("labels", Pairs),
    ("enable_ipv4", MaybeFlag),
    ("enable_ipv6", MaybeFlag),
];

static IPAM: Shape = shape(&[("driver", Text), ("config", List(&IPAM_POOL)), ("options", Pairs)]);

static IPAM_POOL: Shape = shape(&[("subnet", Text), ("gateway", Text), ("ip_range", Text), ("aux_addresses", Pairs)]);

static VOLUME: &[(&str, Kind)] =
    &[("name", Text), ("driver", Text), ("driver_opts", Pairs), ("external", Flag), ("labels", Pairs)];

/// Secrets and configs. What a secret holds is never written, what a config holds only where it was written in the file.
static FILE_OBJECT: &[(&str, Kind)] = &[
    ("name", Text),
    ("file", Text),
    ("environment", Text),
    ("content", Text),
    ("external", Flag),
    ("labels", Pairs),
    ("driver", Text),
    ("driver_opts", Pairs),
    ("template_driver", Text),
];

static MODEL: &[(&str, Kind)] = &[("name", Text), ("model", Text), ("context_size", Integer), ("runtime_flags", Texts)];
