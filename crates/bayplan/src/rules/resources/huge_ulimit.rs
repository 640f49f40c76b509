//! `huge-ulimit`: a limit of processes is no limit

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "huge-ulimit",
    group: Group::Resources,
    level: Level::Allow,
    profiles: &[(Profile::Cis, Level::Warn)],
    finds: "`nofile` or `nproc` of `ulimits` is so high that it is no limit",
    why: "a leak goes on until the machine has no files or processes left, and programs that walk through all file numbers stall",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    ulimits: { nofile: -1 }\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    ulimits: { nofile: { soft: 65536, hard: 65536 } }\n",
    fine: "services:\n  search:\n    image: opensearchproject/opensearch:3.1.0\n    ulimits: { memlock: { soft: -1, hard: -1 }, nofile: 1048576 }\n",
    fix: "write the number that the program documents, such as 65536",
    sources: &["CIS Docker Benchmark 5.19", "OWASP Docker rule 7", "https://github.com/moby/moby/issues/38814"],
    check,
};

/// More than any program documents.
const MOST: i64 = 1 << 20;

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        for (kind, limit) in &service.compose.ulimits {
            let most = limit.soft.max(limit.hard);
            let endless = limit.soft < 0 || limit.hard < 0;
            if matches!(kind.as_str(), "nofile" | "nproc") && (endless || most > MOST) {
                let what = if endless { "any number of".to_owned() } else { most.to_string() };
                let of = if kind == "nofile" { "open files" } else { "processes" };
                let path = service_path(name).key("ulimits").key(kind.as_str());
                let finding = found.value(rule, stack, name, path, format!("`{name}` may have {what} {of}"));
                finding.set_help("write the number that the program documents, such as 65536");
            }
        }
    }
}
