//! `other-host`: services that talk to each other run on different hosts

use crate::finding::{Finding, Level, Subject};
use crate::plan::{Plan, Role, Service, Stack};
use crate::rules::{Findings, Group, Rule, route_path, service_path};
use bayplan_yaml::Path;

/// The rule.
pub const RULE: Rule = Rule {
    name: "other-host",
    group: Group::Workspace,
    level: Level::Deny,
    profiles: &[],
    finds: "services that talk to each other run on different hosts",
    why: "Docker's bridge networks end at the machine: names of the other host do not resolve, requests get 502",
    fails: "\
# file: fleet.yaml
hosts: { one: { cpus: 2, memory: 2G, stacks: [shop] }, two: { cpus: 2, memory: 2G, stacks: [data] } }
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3', needs: [data/db] } }
# file: data.yaml
services: { db: { image: 'redis:7.4.5' } }
",
    passes: "\
# file: fleet.yaml
hosts: { one: { cpus: 2, memory: 2G, stacks: [shop, data] }, two: { cpus: 2, memory: 2G, stacks: [mail] } }
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3', needs: [data/db] } }
# file: data.yaml
services: { db: { image: 'redis:7.4.5' } }
# file: mail.yaml
services: { mta: { image: 'example/mta:1.2.3' } }
",
    fine: "\
# file: fleet.yaml
hosts: { one: { cpus: 2, memory: 2G, stacks: [shop] }, two: { cpus: 2, memory: 2G, stacks: [data] } }
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3', environment: { CACHE: 'redis://data.example.org:6379' } } }
# file: data.yaml
services: { db: { image: 'redis:7.4.5' } }
",
    fix: "run them on one host, or make each host a fleet of its own, with a gateway, a Prometheus and a collector; who has an \
          overlay network of that name may allow it",
    sources: &["https://docs.docker.com/engine/network/drivers/bridge/"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    if plan.hosts.len() < 2 {
        return;
    }
    let roles = [Role::Gateway, Role::Metrics, Role::Collector].map(|role| plan.role(role));
    for (stack, name, service) in plan.services() {
        needs(rule, plan, stack, name, service, found);
        for (what, of) in ["route", "metrics", "traces"].into_iter().zip(roles) {
            let is = match what {
                "route" => !service.routes.is_empty(),
                "metrics" => !service.scrapes.is_empty(),
                _ => service.traces,
            };
            let Some((other, by, _)) = of.filter(|(other, ..)| is && other.host != stack.host) else { continue };
            let path = match service.routes.first() {
                Some(route) if what == "route" => route_path(stack, name, route),
                _ => service_path(name).key(what),
            };
            let has = if what == "route" { "a route" } else { what };
            let message = format!(
                "`{name}` has {has}, but runs on the host `{}`, and `{by}` on `{}`: no network reaches both",
                stack.host, other.host
            );
            found.value(rule, stack, name, path, message).set_help(advice(stack, other));
        }
    }
    logs(rule, plan, found);
}

fn needs(rule: &Rule, plan: &Plan, stack: &Stack, name: &str, service: &Service, found: &mut Findings<'_>) {
    for edge in &service.needs {
        let Some(other) = plan.stacks.get(&edge.stack).filter(|other| other.host != stack.host) else { continue };
        let message = format!(
            "`{name}` needs `{}/{}`, but runs on the host `{}`, and that on `{}`: no network reaches both",
            edge.stack, edge.service, stack.host, other.host
        );
        found.value(rule, stack, name, service_path(name).key("needs"), message).set_help(advice(stack, other));
    }
}

fn advice(stack: &Stack, other: &Stack) -> String {
    let (a, b) = (&stack.name, &other.name);
    format!("list `{a}` and `{b}` under the `stacks` of one host, or make `{}` a fleet of its own", stack.host)
}

/// The collector reads the log lines of its own host: once for each other one, because nobody asks for them one by one.
fn logs(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let Some((collector, by, _)) = plan.role(Role::Collector).filter(|_| plan.role(Role::Logs).is_some()) else {
        return;
    };
    for host in plan.hosts.keys().filter(|host| **host != collector.host) {
        let mut stacks = plan.stacks.values().filter(|stack| stack.host == *host);
        let silent = |stack: &&Stack| stack.services.values().any(|service| service.logs.enabled != Some(false));
        let Some(first) = stacks.find(silent) else { continue };
        let path = Path::from_iter(["hosts", host.as_str()]);
        let at =
            plan.settings.as_ref().and_then(|node| node.at_path(&path)).map_or_else(Default::default, |node| node.at);
        let message = format!(
            "nobody collects the log lines of `{}` and of all else on the host `{host}`: `{by}` reads those of `{}`",
            first.name, collector.host
        );
        let help = "write `logs: false` on those services, or make the host a fleet of its own";
        found.push(Finding::new(rule.name, Level::Warn, at, message).help(help).about(Subject::path(path)));
    }
}
