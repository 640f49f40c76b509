//! `unplaced-stack`: it is not clear on which host a stack runs

use crate::finding::{Finding, Level, Subject};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule};
use bayplan_yaml::Path;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unplaced-stack",
    group: Group::Workspace,
    level: Level::Deny,
    profiles: &[],
    finds: "it is not clear on which host a stack runs",
    why: "ports, memory, networks and addresses are counted by host",
    fails: "\
# file: fleet.yaml
hosts: { one: { cpus: 2, memory: 2G, stacks: [shop] }, two: { cpus: 2, memory: 2G, stacks: [blog] } }
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3' } }
# file: blog.yaml
services: { web: { image: 'nginx:1.27.3' } }
# file: mail.yaml
services: { web: { image: 'nginx:1.27.3' } }
",
    passes: "\
# file: fleet.yaml
hosts: { one: { cpus: 2, memory: 2G, stacks: [shop, mail] }, two: { cpus: 2, memory: 2G, stacks: [blog] } }
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3' } }
# file: blog.yaml
services: { web: { image: 'nginx:1.27.3' } }
# file: mail.yaml
services: { web: { image: 'nginx:1.27.3' } }
",
    fine: "\
# file: fleet.yaml
hosts: { one: { cpus: 2, memory: 2G, stacks: [shop] }, two: { cpus: 2, memory: 2G } }
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3' } }
# file: blog.yaml
services: { web: { image: 'nginx:1.27.3' } }
# file: mail.yaml
services: { web: { image: 'nginx:1.27.3' } }
",
    fix: "list the stack under the `stacks` of one host, or leave `stacks` out of exactly one",
    sources: &["the `hosts` of fleet.yaml"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let hosts = &plan.fleet.hosts;
    let named = |stack: &String| hosts.values().any(|host| host.stacks.contains(stack));
    let loose: Vec<String> =
        plan.stacks.keys().filter(|stack| !named(stack)).map(|stack| format!("`{stack}`")).collect();
    let open: Vec<String> =
        hosts.iter().filter(|(_, host)| host.stacks.is_empty()).map(|(name, _)| format!("`{name}`")).collect();
    if loose.is_empty() || hosts.is_empty() || open.len() == 1 {
        return;
    }
    let stacks = loose.join(", ");
    let (message, help) = if open.is_empty() {
        (format!("no host runs {stacks}: all of them list others"), "add it to the `stacks` of a host")
    } else {
        let message = format!("{stacks} could run on each of the hosts {}", open.join(", "));
        (message, "list the stacks of all hosts but one")
    };
    let path = Path::root().key("hosts");
    let at = plan
        .settings
        .as_ref()
        .and_then(|node| node.as_map()?.get("hosts"))
        .map_or_else(Default::default, |entry| entry.key_at);
    found.push(Finding::new(rule.name, rule.level, at, message).help(help).about(Subject::path(path)));
}
