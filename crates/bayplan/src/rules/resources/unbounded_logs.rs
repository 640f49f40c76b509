//! `unbounded-logs`: the log of a service grows until the disk is full

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unbounded-logs",
    group: Group::Resources,
    level: Level::Allow,
    profiles: &[],
    finds: "the log of a service grows until the disk is full",
    why: "the driver `json-file`, which Docker takes where none is named, throws nothing away",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    logging: { driver: json-file, options: { max-file: '3' } }\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    logging: { driver: json-file, options: { max-size: 10m, max-file: '3' } }\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    logging: { driver: local }\n  journal:\n    image: nginx:1.27.3\n    logging: { driver: journald }\n",
    fix: "set `max-size` and `max-file`, or take the driver `local`",
    sources: &["https://github.com/moby/moby/issues/40207", "https://github.com/moby/moby/issues/27957"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let logging = service.compose.logging.as_ref();
        let driver = logging.and_then(|logging| logging.driver.as_deref()).filter(|driver| !driver.is_empty());
        let size = logging.and_then(|logging| logging.options.get("max-size"));
        let bounded = size.is_some_and(|size| !matches!(size.as_str(), "" | "-1"));
        if !matches!(driver, None | Some("json-file"))
            || bounded
            || service.compose.provider.is_some()
            || found.is_any_refused(stack, name, &[&["logging"]])
        {
            continue;
        }
        let files = logging.is_some_and(|logging| logging.options.contains_key("max-file"));
        let message = match (size.is_some(), files) {
            (false, true) => format!("the log of `{name}` has no `max-size`: `max-file` says nothing without one"),
            _ => format!("the log of `{name}` grows without end"),
        };
        let keys: &[&str] = match (size.is_some(), files, driver) {
            (true, ..) => &["logging", "options", "max-size"],
            (_, true, _) => &["logging", "options", "max-file"],
            (.., Some(_)) => &["logging", "driver"],
            _ => &["logging"],
        };
        let finding = found.service(rule, stack, name, keys, message);
        finding.set_help("set `logging: { driver: json-file, options: { max-size: 10m, max-file: \"3\" } }`, or the same in Docker's `daemon.json`");
        let path = service_path(name).key("logging");
        let options = path.clone().key("options");
        let mut fix = Fix::unsafe_("keep three log files of 10 MB");
        if driver.is_none() {
            fix = fix.set(path.key("driver"), "json-file");
        }
        fix = fix.set(options.clone().key("max-size"), "10m");
        if !files {
            fix = fix.set(options.key("max-file"), "3");
        }
        finding.set_fix(fix);
    }
}
