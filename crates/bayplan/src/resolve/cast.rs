//! `texts where Compose wants numbers and booleans → numbers and booleans`, after interpolation.
//!
//! The paths and what each wants are those of compose-go 2.16.2 (`loader/interpolate.go`). A text is converted whether a
//! variable made it or quotes did: `privileged: "true"` is `privileged: true`.

use super::visit::{Way, visit};
use crate::compose::limits::Umask;
use crate::finding::Report;
use crate::record::{Form, Plain};
use bayplan_yaml::{Node, Value};

/// What a text becomes.
#[derive(Debug, Clone, Copy)]
enum Cast {
    Boolean,
    Integer,
    Number,
    /// A number of single precision.
    Single,
    /// A number as Go writes it: a leading zero makes it octal.
    Umask,
}

/// Paths, and what is wanted there.
type Table = &'static [(&'static [&'static str], Cast)];

const TOP: Table = &[
    (&["networks", "*", "external"], Cast::Boolean),
    (&["networks", "*", "internal"], Cast::Boolean),
    (&["networks", "*", "attachable"], Cast::Boolean),
    (&["networks", "*", "enable_ipv4"], Cast::Boolean),
    (&["networks", "*", "enable_ipv6"], Cast::Boolean),
    (&["volumes", "*", "external"], Cast::Boolean),
    (&["secrets", "*", "external"], Cast::Boolean),
    (&["configs", "*", "external"], Cast::Boolean),
];

const CONTAINER: Table = &[
    (&["cpu_count"], Cast::Integer),
    (&["cpu_percent"], Cast::Number),
    (&["cpu_period"], Cast::Integer),
    (&["cpu_quota"], Cast::Integer),
    (&["cpu_rt_period"], Cast::Integer),
    (&["cpu_rt_runtime"], Cast::Integer),
    (&["cpus"], Cast::Single),
    (&["cpu_shares"], Cast::Integer),
    (&["init"], Cast::Boolean),
    (&["networks", "*", "use_service_name_alias"], Cast::Boolean),
    (&["oom_kill_disable"], Cast::Boolean),
    (&["oom_score_adj"], Cast::Integer),
    (&["pids_limit"], Cast::Integer),
    (&["privileged"], Cast::Boolean),
    (&["read_only"], Cast::Boolean),
    (&["umask"], Cast::Umask),
    (&["ulimits", "*"], Cast::Integer),
    (&["ulimits", "*", "hard"], Cast::Integer),
    (&["ulimits", "*", "soft"], Cast::Integer),
    (&["volumes", "[]", "read_only"], Cast::Boolean),
    (&["volumes", "[]", "volume", "nocopy"], Cast::Boolean),
];

const WORKLOAD: Table = &[
    (&["depends_on", "*", "required"], Cast::Boolean),
    (&["depends_on", "*", "restart"], Cast::Boolean),
    (&["healthcheck", "retries"], Cast::Integer),
    (&["healthcheck", "disable"], Cast::Boolean),
    (&["ports", "[]", "target"], Cast::Integer),
    (&["stdin_open"], Cast::Boolean),
    (&["tty"], Cast::Boolean),
];

const SERVICE: Table = &[
    (&["deploy", "replicas"], Cast::Integer),
    (&["deploy", "update_config", "parallelism"], Cast::Integer),
    (&["deploy", "update_config", "max_failure_ratio"], Cast::Number),
    (&["deploy", "rollback_config", "parallelism"], Cast::Integer),
    (&["deploy", "rollback_config", "max_failure_ratio"], Cast::Number),
    (&["deploy", "restart_policy", "max_attempts"], Cast::Integer),
    (&["deploy", "placement", "max_replicas_per_node"], Cast::Integer),
    (&["scale"], Cast::Integer),
];

/// Converts every text of `document` that stands where Compose wants a number or a boolean. One that is neither stays as
/// it is and is reported.
pub fn cast(document: &mut Node, report: &mut Report) {
    let groups: [(&[&str], &[Table]); 4] = [
        (&[], &[TOP]),
        (&["services", "*"], &[CONTAINER, WORKLOAD, SERVICE]),
        (&["jobs", "*"], &[CONTAINER, WORKLOAD]),
        (&["services", "*", "pre_start", "*"], &[CONTAINER]),
    ];
    for (prefix, tables) in groups {
        visit(document, prefix, &Way::ROOT, &mut |node, way| {
            for (pattern, cast) in tables.iter().copied().flatten() {
                visit(node, pattern, way, &mut |node, way| convert(node, *cast, way, report));
            }
        });
    }
}

fn convert(node: &mut Node, cast: Cast, way: &Way<'_>, report: &mut Report) {
    if !matches!(node.value, Value::String(_)) {
        return;
    }
    let mut decoder = way.decoder();
    let value = match cast {
        Cast::Boolean => <Plain as Form<bool>>::read(node, &mut decoder).map(Value::Bool),
        Cast::Integer => <Plain as Form<i64>>::read(node, &mut decoder).map(|value| Value::Int(value.into())),
        Cast::Number => <Plain as Form<f64>>::read(node, &mut decoder).map(Value::Float),
        Cast::Single => <Plain as Form<f64>>::read(node, &mut decoder).map(|value| Value::Float(single(value))),
        Cast::Umask => Umask::read(node, &mut decoder).map(|value| Value::Int(value.into())),
    };
    report.extend(decoder.finish());
    if let Some(value) = value {
        node.value = value;
    }
}

/// The number with the shortest digits that single precision cannot tell from `value`.
pub(super) fn single(value: f64) -> f64 {
    (value as f32).to_string().parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{json, node};
    use super::*;

    #[test]
    fn texts_become_what_compose_wants_there() {
        let mut tree = node(
            &serde_json::json!({
                "services": { "web": {
                    "privileged": "yes", "cpus": "0.1", "cpu_percent": "50", "umask": "022", "scale": "2", "image": "7",
                    "ulimits": { "nofile": "10", "nproc": { "soft": "1", "hard": "2" } },
                    "ports": [{ "target": "80" }, "80"],
                    "pre_start": [{ "read_only": "on", "tty": "true" }]
                } },
                "networks": { "n": { "internal": "True" } },
                "jobs": { "j": { "tty": "off", "scale": "2" } }
            }),
            1,
        );
        let mut report = Report::new();
        cast(&mut tree, &mut report);
        assert_eq!(report.findings, []);
        assert_eq!(
            json(&tree),
            serde_json::json!({
                "services": { "web": {
                    "privileged": true, "cpus": 0.1, "cpu_percent": 50.0, "umask": 18, "scale": 2, "image": "7",
                    "ulimits": { "nofile": 10, "nproc": { "soft": 1, "hard": 2 } },
                    "ports": [{ "target": 80 }, "80"],
                    "pre_start": [{ "read_only": true, "tty": "true" }]
                } },
                "networks": { "n": { "internal": true } },
                "jobs": { "j": { "tty": false, "scale": "2" } }
            })
        );
    }

    #[test]
    fn what_is_neither_is_reported_and_stays() {
        let tree = serde_json::json!({ "services": { "web": { "init": "maybe", "scale": "two", "cpus": "", "umask": "09" } } });
        let mut read = node(&tree, 1);
        let mut report = Report::new();
        cast(&mut read, &mut report);
        let said: Vec<_> = report.findings.iter().map(|f| format!("{}: {}", f.subject.path, f.message)).collect();
        assert_eq!(
            said,
            [
                "services.web.cpus: expected a number, found ``",
                "services.web.init: expected `true` or `false`, found `maybe`",
                "services.web.umask: `09` is not a file mode mask",
                "services.web.scale: expected an integer, found `two`",
            ]
        );
        assert_eq!(json(&read), tree);
    }
}
