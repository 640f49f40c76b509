//! `memory-overcommit`: the memory limits on a host add up to more than it has

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule};
use bayplan_yaml::Path;
use std::collections::BTreeMap;

/// The rule.
pub const RULE: Rule = Rule {
    name: "memory-overcommit",
    group: Group::Workspace,
    level: Level::Warn,
    profiles: &[],
    finds: "the memory limits on a host add up to more than it has",
    why: "under load the kernel picks a victim, often the database",
    fails: "\
# file: bayplan.yaml
hosts: { main: { cpus: 2, memory: 2G, stacks: [shop] } }
# file: compose.yaml
name: shop
services:
  web: { image: 'nginx:1.27.3', mem_limit: 1g }
  db: { image: 'postgres:17.5', mem_limit: 1500m }
",
    passes: "\
# file: bayplan.yaml
hosts: { main: { cpus: 2, memory: 4G, stacks: [shop] } }
# file: compose.yaml
name: shop
services:
  web: { image: 'nginx:1.27.3', mem_limit: 1g }
  db: { image: 'postgres:17.5', mem_limit: 1500m }
",
    fine: "\
# file: compose.yaml
name: shop
services:
  web: { image: 'nginx:1.27.3', mem_limit: 100g }
",
    fix: "lower the limits, or move a stack to another host",
    sources: &["homelab practice"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for (stack, _, service) in plan.services() {
        let limits = service.compose.deploy.as_ref().and_then(|deploy| deploy.resources.as_ref()?.limits.as_ref());
        let memory = limits.and_then(|limits| limits.memory).or(service.compose.mem_limit);
        let memory = memory.and_then(|bytes| u64::try_from(bytes.0).ok()).unwrap_or(0);
        let replicas = service.compose.deploy.as_ref().and_then(|deploy| deploy.replicas).or(service.compose.scale);
        let count = replicas.and_then(|count| u64::try_from(count).ok()).unwrap_or(1);
        let sum = sums.entry(&stack.host).or_default();
        *sum = sum.saturating_add(memory.saturating_mul(count));
    }
    for (host, sum) in sums {
        let Some(has) = plan.hosts.get(host).and_then(|host| host.memory).filter(|has| sum > *has) else { continue };
        let gib = |bytes: u64| format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30));
        let message = format!("the memory limits on the host `{host}` add up to {}; it has {}", gib(sum), gib(has));
        let path = Path::from_iter(["hosts", host, "memory"]);
        let at = plan.setting(&path).map_or_else(Default::default, |node| node.at);
        found
            .push(crate::finding::Finding::new(rule.name, rule.level, at, message))
            .set_help("lower some limits, or move a stack to another host");
    }
}
