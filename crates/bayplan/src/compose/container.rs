//! The keys that everything has that runs as a container: services, jobs and init containers.

use crate::record::{Form, Plain, schema};
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decoder, Node};
use schemars::{Schema, SchemaGenerator};

crate::choice! {
    /// Whose cgroup namespace a container uses.
    pub enum Cgroup {
        /// That of the host.
        Host = "host",
        /// Its own.
        Private = "private",
    }
}

/// When an image is fetched.
pub enum PullPolicy {}

impl Form<String> for PullPolicy {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<String> {
        let text = <Plain as Form<String>>::read(node, decoder)?;
        if !is_pull_policy(&text) {
            let help = "write `always`, `never`, `missing`, `build`, `daily`, `weekly` or `every_12h`".to_owned();
            decoder.error(DecodeErrorKind::Value, node.at, format!("`{text}` is not a pull policy"), Some(help));
        }
        Some(text)
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        schema::pattern("^(always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+)$")
    }
}

fn is_pull_policy(text: &str) -> bool {
    const WORDS: [&str; 8] = ["always", "never", "build", "if_not_present", "missing", "refresh", "daily", "weekly"];
    let every = |rest: &str| {
        rest.ends_with(['w', 'd', 'h', 'm', 's'])
            && rest.split_inclusive(['w', 'd', 'h', 'm', 's']).all(|part| {
                let digits = &part[..part.len() - 1];
                !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
            })
    };
    WORDS.contains(&text) || text.strip_prefix("every_").is_some_and(every)
}

/// Writes a [`record!`](crate::record!) that has the keys of a container, and its own.
macro_rules! with_container {
    ($(#[doc = $about:literal])+ pub struct $name:ident { $($own:tt)* }) => {
        $crate::record! {
            $(#[doc = $about])+
            pub struct $name {
                /// The image it runs.
                image: Option<$crate::value::ImageRef>,
                /// The platform of the image, such as `linux/amd64`.
                platform: Option<String>,
                /// When the image is fetched: `always`, `never`, `missing`, `build`, `daily`, `weekly` or `every_12h`.
                pull_policy: Option<String> = $crate::compose::container::PullPolicy,
                /// After what time the image is fetched again.
                pull_refresh_after: Option<String>,
                /// What runs before the command, in place of the entry point of the image; a text is split into words.
                entrypoint [OrNull]: Option<$crate::compose::command::Command>,
                /// What runs, in place of the command of the image; a text is split into words, no shell reads it.
                command [OrNull]: Option<$crate::compose::command::Command>,
                /// The folder the command runs in.
                working_dir: Option<String>,
                /// The user, and group, the command runs as: `user[:group]`.
                user: Option<String>,
                /// Further groups of the user.
                group_add: Vec<String> = $crate::record::Unique<$crate::record::Scalar>,
                /// Environment variables; one without a value is taken from the shell.
                environment: indexmap::IndexMap<String, Option<String>> = $crate::record::KeyValues,
                /// Files with environment variables; later ones win, `environment` wins over all.
                env_file: Vec<$crate::compose::service::EnvFile> =
                    $crate::record::OneOrMany<$crate::record::Each<$crate::compose::short::ShortOr>>,
                /// What is mounted into it.
                volumes: Vec<$crate::compose::mount::VolumeMount> = $crate::record::Distinct<$crate::compose::short::ShortOr>,
                /// Containers and services whose mounts it takes over: `service[:ro]` or `container:name[:ro]`.
                volumes_from: Vec<String> = $crate::record::Unique,
                /// Folders whose files are kept in memory: `path[:options]`.
                tmpfs: Vec<String> = $crate::record::OneOrMany<$crate::record::Distinct>,
                /// Secrets that it gets to see as files.
                secrets: Vec<$crate::compose::grant::Grant> = $crate::record::Each<$crate::compose::short::ShortOr>,
                /// Configs that it gets to see as files.
                configs: Vec<$crate::compose::grant::Grant> = $crate::record::Each<$crate::compose::short::ShortOr>,
                /// The networks it is on; the network `default` without any.
                networks: indexmap::IndexMap<String, $crate::compose::network::Attachment> = $crate::compose::short::NamesOr<true>,
                /// Whose network it uses in place of networks: `none`, `host`, `bridge`, `service:name` or `container:name`.
                network_mode: Option<String>,
                /// The name it has for itself.
                hostname: Option<String>,
                /// The domain it has for itself.
                domainname: Option<String>,
                /// Names and addresses to add to its `/etc/hosts`.
                extra_hosts: indexmap::IndexMap<String, Vec<String>> = $crate::compose::limits::HostList,
                /// Servers that it asks for names.
                dns: Vec<String> = $crate::record::OneOrMany<$crate::record::Distinct>,
                /// Settings of its resolver, such as `ndots:1`.
                dns_opt: Vec<String> = $crate::record::Distinct,
                /// Domains in which it looks up short names.
                dns_search: Vec<String> = $crate::record::OneOrMany<$crate::record::Distinct>,
                /// A fixed MAC address.
                mac_address: Option<String>,
                /// Whether its own files can only be read.
                read_only: Option<bool>,
                /// Whether it has all rights on the host.
                privileged: Option<bool>,
                /// Rights that it gets beyond the usual ones, such as `NET_ADMIN`.
                cap_add: Vec<String> = $crate::record::Distinct,
                /// Rights that it does not get; `ALL` for none.
                cap_drop: Vec<String> = $crate::record::Distinct,
                /// Settings of its protection, such as `no-new-privileges:true`.
                security_opt: Vec<String> = $crate::record::Unique,
                /// Kernel settings of its own, such as `net.core.somaxconn`.
                sysctls: indexmap::IndexMap<String, String> = $crate::record::KeyValues,
                /// Limits of its processes, such as `nofile`.
                ulimits: indexmap::IndexMap<String, $crate::compose::limits::Ulimit> =
                    $crate::record::Values<$crate::compose::limits::UlimitForm>,
                /// The rights that new files do not get, in octal.
                umask [OrNull]: Option<i64> = $crate::compose::limits::Umask,
                /// How many processors it can use, such as `0.5`.
                cpus: Option<f64>,
                /// Its share of processor time where there is not enough; 1024 is usual.
                cpu_shares: Option<i64>,
                /// How many microseconds of processor time it has in each period.
                cpu_quota: Option<i64>,
                /// How many microseconds a period of processor time has.
                cpu_period: Option<i64>,
                /// How many microseconds a period of real-time processor time has.
                cpu_rt_period: Option<i64>,
                /// How many microseconds of real-time processor time it has in each period.
                cpu_rt_runtime: Option<i64>,
                /// How many processors it can use (Windows).
                cpu_count: Option<i64> = $crate::record::Between<0, { i64::MAX }>,
                /// What part of the processors it can use, in percent (Windows).
                cpu_percent: Option<i64> = $crate::record::Between<0, 100>,
                /// The processors it can use, such as `0-3`.
                cpuset: Option<String>,
                /// How much memory it can use, such as `512m`.
                mem_limit: Option<$crate::value::Bytes>,
                /// How much memory is kept free for it.
                mem_reservation: Option<$crate::value::Bytes>,
                /// How readily its memory is moved to disk, from 0 to 100.
                mem_swappiness: Option<i64>,
                /// How much memory and swap together it can use; `-1` for any.
                memswap_limit: Option<$crate::value::Bytes>,
                /// How many processes it can have; `-1` for any.
                pids_limit: Option<i64>,
                /// The size of its `/dev/shm`.
                shm_size: Option<$crate::value::Bytes>,
                /// Whether it is spared when the host runs out of memory.
                oom_kill_disable: Option<bool>,
                /// How early it is ended when the host runs out of memory, from -1000 (last) to 1000 (first).
                oom_score_adj: Option<i64> = $crate::record::Between<-1000, 1000>,
                /// How much of the speed of disks it gets.
                blkio_config: Option<Box<$crate::compose::limits::BlkioConfig>>,
                /// Limits of its storage, such as `size`.
                storage_opt: indexmap::IndexMap<String, String> = $crate::record::Options<true>,
                /// Devices of the host that it sees.
                devices: Vec<$crate::compose::device::Device> = $crate::record::Distinct<$crate::compose::short::ShortOr>,
                /// Rules about the devices that it may use, such as `c 1:3 mr`.
                device_cgroup_rules: Vec<String> = $crate::record::Unique,
                /// Graphics cards that it can use: `all`, or a list.
                gpus: Vec<$crate::compose::device::Gpu> = $crate::compose::device::Gpus,
                /// Language models that it uses.
                models: indexmap::IndexMap<String, $crate::compose::model::ModelGrant> = $crate::compose::short::NamesOr<true>,
                /// Where its output goes.
                logging: Option<Box<$crate::compose::logging::Logging>>,
                /// Labels of its containers.
                labels: indexmap::IndexMap<String, String> = $crate::record::KeyValues,
                /// Files with labels.
                label_file: Vec<String> = $crate::record::OneOrMany<$crate::record::Each>,
                /// Notes on its containers.
                annotations: indexmap::IndexMap<String, String> = $crate::record::KeyValues,
                /// Whether a small init process passes on signals and cleans up ended processes.
                init: Option<bool>,
                /// The signal that ends it; `SIGTERM` without one.
                stop_signal: Option<String>,
                /// How long it has to end after that signal; 10 seconds without a time.
                stop_grace_period: Option<$crate::value::Duration>,
                /// Whose shared memory it uses: `host`, `shareable`, `service:name` …
                ipc: Option<String>,
                /// Whose processes it sees: `host`, `service:name` …
                pid: Option<String>,
                /// Whose host name it uses: `host`.
                uts: Option<String>,
                /// Whose user numbers it uses: `host`.
                userns_mode: Option<String>,
                /// Whose cgroup namespace it uses.
                cgroup: Option<$crate::compose::container::Cgroup>,
                /// The cgroup that its own is in.
                cgroup_parent: Option<String>,
                /// The program that runs its containers, such as `runc`.
                runtime: Option<String>,
                /// How Windows containers are kept apart.
                isolation: Option<String>,
                /// The account of a Windows container.
                credential_spec: Option<Box<$crate::compose::limits::CredentialSpec>>,
                /// Whether it can use the Docker Engine.
                use_api_socket: Option<bool> = $crate::record::Strict,
                $($own)*
                ..extensions: $crate::record::Extensions,
            }
        }
    };
}
pub(crate) use with_container;
