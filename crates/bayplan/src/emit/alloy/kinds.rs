//! What Alloy's components take and export: the table that [`check`](super::check) reads.
//!
//! Only the arguments that a fleet uses are listed (grafana/alloy, reference pages of August 2026). Whatever else a
//! component takes counts as unknown here: add it to the table to use it.

/// What kind of value a component exports or an argument takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capsule {
    /// Text, numbers and the like: no reference is needed.
    Plain,
    /// `list(map(string))`.
    Targets,
    /// `RelabelRules`.
    RelabelRules,
    /// `LogsReceiver`.
    LogsReceiver,
    /// `MetricsReceiver`.
    MetricsReceiver,
    /// `otelcol.Consumer`.
    Consumer,
}

/// One argument of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argument {
    /// Its name.
    pub name: &'static str,
    /// What it takes, alone or in a list.
    pub takes: Capsule,
    /// Whether it must be there.
    pub required: bool,
}

/// How often a block may stand inside another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// Once or not at all.
    Maybe,
    /// Once.
    Once,
    /// As often as wanted.
    Any,
}

/// A kind of block: a component, a configuration block, or one inside those.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Its dotted name.
    pub name: &'static str,
    /// How often it may stand where it stands.
    pub times: Times,
    /// Its arguments.
    pub arguments: &'static [Argument],
    /// The blocks inside.
    pub blocks: &'static [Kind],
    /// What it exports. Only components export.
    pub exports: &'static [(&'static str, Capsule)],
}

/// The component or configuration block `name`.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

impl Kind {
    /// Whether it is a component, which has a label, and not one of Alloy's configuration blocks.
    pub fn is_component(&self) -> bool {
        self.name.contains('.')
    }
}

const fn plain(name: &'static str) -> Argument {
    Argument { name, takes: Capsule::Plain, required: false }
}

const fn needed(name: &'static str) -> Argument {
    Argument { name, takes: Capsule::Plain, required: true }
}

const fn takes(name: &'static str, takes: Capsule) -> Argument {
    Argument { name, takes, required: true }
}

const fn may_take(name: &'static str, takes: Capsule) -> Argument {
    Argument { name, takes, required: false }
}

const fn inner(name: &'static str, times: Times, arguments: &'static [Argument], blocks: &'static [Kind]) -> Kind {
    Kind { name, times, arguments, blocks, exports: &[] }
}

const fn component(
    name: &'static str,
    arguments: &'static [Argument],
    blocks: &'static [Kind],
    exports: &'static [(&'static str, Capsule)],
) -> Kind {
    Kind { name, times: Times::Any, arguments, blocks, exports }
}

const RULE: Kind = inner(
    "rule",
    Times::Any,
    &[
        plain("action"),
        plain("modulus"),
        plain("regex"),
        plain("replacement"),
        plain("separator"),
        plain("source_labels"),
        plain("target_label"),
    ],
    &[],
);

const ENDPOINT: Kind = inner(
    "endpoint",
    Times::Any,
    &[needed("url"), plain("headers"), plain("name"), plain("remote_timeout"), plain("tenant_id")],
    &[inner("basic_auth", Times::Maybe, &[plain("username"), plain("password_file")], &[]), TLS_CONFIG],
);

const TLS_CONFIG: Kind =
    inner("tls_config", Times::Maybe, &[plain("ca_file"), plain("insecure_skip_verify"), plain("server_name")], &[]);

const OUTPUT: Kind = inner(
    "output",
    Times::Once,
    &[
        may_take("logs", Capsule::Consumer),
        may_take("metrics", Capsule::Consumer),
        may_take("traces", Capsule::Consumer),
    ],
    &[],
);

const CLIENT: Kind = inner(
    "client",
    Times::Once,
    &[needed("endpoint"), plain("compression"), plain("headers")],
    &[inner("tls", Times::Maybe, &[plain("ca_file"), plain("insecure"), plain("insecure_skip_verify")], &[])],
);

const INPUT: &[(&str, Capsule)] = &[("input", Capsule::Consumer)];
const TARGETS: &[(&str, Capsule)] = &[("targets", Capsule::Targets)];
const LOGS: Argument = takes("forward_to", Capsule::LogsReceiver);
const METRICS: Argument = takes("forward_to", Capsule::MetricsReceiver);

/// The stages of `loki.process`. `stage.match` holds stages again: the check knows.
pub(super) const STAGES: &[Kind] = &[
    inner("stage.docker", Times::Any, &[], &[]),
    inner("stage.drop", Times::Any, &[plain("expression"), plain("source"), plain("value"), plain("older_than")], &[]),
    inner("stage.json", Times::Any, &[plain("expressions"), plain("source"), plain("drop_malformed")], &[]),
    inner("stage.label_drop", Times::Any, &[needed("values")], &[]),
    inner("stage.labels", Times::Any, &[needed("values")], &[]),
    inner("stage.logfmt", Times::Any, &[plain("mapping"), plain("source")], &[]),
    inner("stage.match", Times::Any, &[needed("selector"), plain("action")], &[]),
    inner("stage.multiline", Times::Any, &[needed("firstline"), plain("max_lines"), plain("max_wait_time")], &[]),
    inner("stage.output", Times::Any, &[needed("source")], &[]),
    inner("stage.regex", Times::Any, &[needed("expression"), plain("source")], &[]),
    inner("stage.replace", Times::Any, &[needed("expression"), plain("replace"), plain("source")], &[]),
    inner("stage.static_labels", Times::Any, &[needed("values")], &[]),
    inner("stage.structured_metadata", Times::Any, &[plain("values")], &[]),
    inner("stage.timestamp", Times::Any, &[needed("source"), needed("format"), plain("location")], &[]),
];

/// Every component and configuration block known here, by name.
pub const KINDS: &[Kind] = &[
    component(
        "discovery.docker",
        &[needed("host"), plain("refresh_interval"), plain("match_first_network"), plain("port")],
        &[inner("filter", Times::Any, &[needed("name"), needed("values")], &[])],
        TARGETS,
    ),
    component(
        "discovery.relabel",
        &[takes("targets", Capsule::Targets)],
        &[RULE],
        &[("output", Capsule::Targets), ("rules", Capsule::RelabelRules)],
    ),
    inner("logging", Times::Maybe, &[plain("level"), plain("format")], &[]),
    component("loki.process", &[LOGS], STAGES, &[("receiver", Capsule::LogsReceiver)]),
    component(
        "loki.source.docker",
        &[
            needed("host"),
            takes("targets", Capsule::Targets),
            plain("labels"),
            plain("refresh_interval"),
            may_take("relabel_rules", Capsule::RelabelRules),
            LOGS,
        ],
        &[],
        &[],
    ),
    component("loki.write", &[plain("external_labels")], &[ENDPOINT], &[("receiver", Capsule::LogsReceiver)]),
    component("otelcol.exporter.loki", &[LOGS], &[], INPUT),
    component("otelcol.exporter.otlp", &[plain("timeout")], &[CLIENT], INPUT),
    component("otelcol.exporter.otlphttp", &[plain("encoding")], &[CLIENT], INPUT),
    component("otelcol.exporter.prometheus", &[METRICS], &[], INPUT),
    component(
        "otelcol.processor.batch",
        &[plain("timeout"), plain("send_batch_size"), plain("send_batch_max_size")],
        &[OUTPUT],
        INPUT,
    ),
    component(
        "otelcol.receiver.otlp",
        &[],
        &[
            inner("grpc", Times::Maybe, &[plain("endpoint")], &[]),
            inner("http", Times::Maybe, &[plain("endpoint")], &[]),
            OUTPUT,
        ],
        &[],
    ),
    component("prometheus.exporter.self", &[], &[], TARGETS),
    component("prometheus.relabel", &[METRICS], &[RULE], &[("receiver", Capsule::MetricsReceiver)]),
    component(
        "prometheus.remote_write",
        &[plain("external_labels")],
        &[ENDPOINT],
        &[("receiver", Capsule::MetricsReceiver)],
    ),
    component(
        "prometheus.scrape",
        &[
            takes("targets", Capsule::Targets),
            METRICS,
            plain("job_name"),
            plain("metrics_path"),
            plain("scheme"),
            plain("scrape_interval"),
            plain("scrape_timeout"),
        ],
        &[],
        &[],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_their_parts_are_listed_once_and_in_order() {
        let names: Vec<_> = KINDS.iter().map(|kind| kind.name).collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
        let stages: Vec<_> = STAGES.iter().map(|kind| kind.name).collect();
        assert!(stages.is_sorted_by(|a, b| a < b), "{stages:?}");
    }
}
