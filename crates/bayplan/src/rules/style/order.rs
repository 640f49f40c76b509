//! The order of keys, services and entries.

use crate::finding::{Finding, Level};
use crate::plan::Plan;
use crate::rules::syntax::{self, Entry, Written};
use crate::rules::{Findings, Group, Rule, service_path};
use bayplan_yaml::{NodeId, Path};

/// The keys of a service, and those at the top.
pub const KEYS: Rule = Rule {
    name: "unordered-keys",
    group: Group::Style,
    level: Level::Allow,
    profiles: &[],
    finds: "the keys of a service, or those at the top of a file, stand in another order than the usual one",
    why: "a person finds a key where it is in every other service",
    fails: "services:\n  web:\n    ports: ['127.0.0.1:8080:80']\n    image: nginx:1.27.3\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    ports: ['127.0.0.1:8080:80']\n",
    fine: "\
x-common: &common { restart: always }
name: shop
services:
  web:
    <<: *common
    image: nginx:1.27.3
    environment: { LEVEL: debug }
    mem_limit: 64m
    x-note: keys that the order does not name stand anywhere
    ports: ['127.0.0.1:8080:80']
    cpus: 1
networks: {}
",
    fix: "write `image`, `build`, `container_name`, `depends_on`, mounts, `environment`, `ports`, `networks`, `command`, \
          `restart`, `healthcheck`, `labels` in this order; at the top `name`, `include`, `services`, `networks`, `volumes`",
    sources: &["dclint service-keys-order", "dclint top-level-properties-order"],
    check: keys,
};

/// The services.
pub const SERVICES: Rule = Rule {
    name: "unordered-services",
    group: Group::Style,
    level: Level::Allow,
    profiles: &[],
    finds: "the services of a file are not in the order of their names",
    why: "of twenty services, a person finds one by its name; and two branches add one at the same place less often",
    fails: "services:\n  web: { image: 'nginx:1.27.3' }\n  api: { image: 'nginx:1.27.3' }\n",
    passes: "services:\n  api: { image: 'nginx:1.27.3' }\n  web: { image: 'nginx:1.27.3' }\n",
    fine: "services:\n  api: { image: 'nginx:1.27.3' }\n  web-2: { image: 'nginx:1.27.3' }\n  web-10: { image: 'nginx:1.27.3' }\n",
    fix: "sort them by name",
    sources: &["dclint services-alphabetical-order"],
    check: services,
};

/// Entries whose order means nothing.
pub const ENTRIES: Rule = Rule {
    name: "unordered-entries",
    group: Group::Style,
    level: Level::Allow,
    profiles: &[],
    finds: "variables, ports, dependencies, networks or volumes are not in their order, though it means nothing",
    why: "sorted, what is twice there stands side by side, and what two people add does not collide",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    environment: { LEVEL: debug, COLOR: blue }\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    environment: { COLOR: blue, LEVEL: debug }\n",
    fine: "\
services:
  web:
    image: nginx:1.27.3
    environment: [COLOR=blue, LEVEL=debug]
    ports: ['127.0.0.1:80:80', '127.0.0.1:443:443']
    command: [nginx, -g, 'daemon off;']
    dns: [192.0.2.53, 192.0.2.1]
",
    fix: "sort them: by name, ports by their number",
    sources: &["dclint service-ports-alphabetical-order", "dclint service-dependencies-alphabetical-order"],
    check: entries,
};

/// The order of the keys of a service, as dclint has it.
const OF_SERVICE: &[&str] = &[
    "image",
    "build",
    "container_name",
    "depends_on",
    "volumes",
    "volumes_from",
    "configs",
    "secrets",
    "environment",
    "env_file",
    "ports",
    "networks",
    "network_mode",
    "extra_hosts",
    "command",
    "entrypoint",
    "working_dir",
    "restart",
    "healthcheck",
    "logging",
    "labels",
    "user",
    "isolation",
];
const AT_TOP: &[&str] = &["version", "name", "include", "services", "networks", "volumes", "secrets", "configs"];

fn keys(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for written in syntax::files(plan, found, |_| true) {
        let top = written.document.root().into_iter().flat_map(|root| written.entries(root)).collect();
        found.found.extend(of_keys(rule, written, Path::root(), top, AT_TOP));
        for (name, _, service) in written.section("services") {
            let keys = written.entries(service).collect();
            found.found.extend(of_keys(rule, written, service_path(name), keys, OF_SERVICE));
        }
    }
}

/// The first key that stands behind one that it is to stand before.
fn of_keys(rule: &Rule, written: &Written, path: Path, keys: Vec<Entry<'_>>, order: &[&str]) -> Option<Finding> {
    let known = keys.iter().filter_map(|(key, id, _)| Some((order.iter().position(|own| own == key)?, *key, *id)));
    let known: Vec<_> = known.collect();
    let ((.., before, _), (_, key, id)) =
        known.windows(2).map(|pair| (pair[0], pair[1])).find(|((a, ..), (b, ..))| a > b)?;
    let message = format!("`{key}` stands behind `{before}`");
    let finding = written.finding(rule, written.at(id), path.key(key), message);
    let order: Vec<String> =
        order.iter().filter(|own| known.iter().any(|(_, key, _)| key == *own)).map(|key| format!("`{key}`")).collect();
    Some(finding.help(format!("write them as {}", order.join(", "))))
}

fn services(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for written in syntax::files(plan, found, |_| true) {
        let services: Vec<_> = written.section("services").collect();
        if let Some((name, id, before)) = first(services.iter().map(|(name, id, _)| (*name, *id))) {
            let message = format!("`{name}` stands behind `{before}`");
            let finding = written.finding(rule, written.at(id), service_path(name), message);
            found.push(finding).set_help("sort the services by name");
        }
    }
}

fn entries(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    const LISTS: [&str; 6] = ["depends_on", "environment", "expose", "labels", "networks", "ports"];
    for written in syntax::files(plan, found, |_| true) {
        for section in ["networks", "volumes"] {
            let entries: Vec<_> = written.section(section).map(|(name, id, _)| (name, id)).collect();
            report(rule, written, Path::root().key(section), &entries, found);
        }
        for (name, _, service) in written.section("services") {
            for key in LISTS {
                let Some((_, list)) = written.document.entry(service, key) else { continue };
                let mapped = written.entries(list).map(|(key, id, _)| (key, id));
                let listed = written.items(list).iter().filter_map(|item| Some((written.scalar(*item)?, *item)));
                let entries: Vec<(&str, NodeId)> = mapped.chain(listed).collect();
                report(rule, written, service_path(name).key(key), &entries, found);
            }
        }
    }
}

fn report(rule: &Rule, written: &Written, path: Path, entries: &[(&str, NodeId)], found: &mut Findings<'_>) {
    let Some((name, id, before)) = first(entries.iter().copied()) else { return };
    // What stands behind the name may be a secret.
    let shown = |text: &str| text.split('=').next().unwrap_or_default().to_owned();
    let message = format!("`{}` stands behind `{}`", shown(name), shown(before));
    found.push(written.finding(rule, written.at(id), path, message)).set_help("sort them");
}

/// The first name that is less than the one before it, and that one.
fn first<'a>(names: impl Iterator<Item = (&'a str, NodeId)>) -> Option<(&'a str, NodeId, &'a str)> {
    let mut last: Option<&str> = None;
    for (name, id) in names {
        if let Some(before) = last.filter(|before| parts(before) > parts(name)) {
            return Some((name, id, before));
        }
        last = Some(name);
    }
    None
}

/// A name as people sort it: without case, numbers by what they count.
fn parts(name: &str) -> Vec<(u64, String)> {
    let name = name.split('=').next().unwrap_or_default();
    let mut parts = vec![(0_u64, String::new())];
    for c in name.chars() {
        match (c.to_digit(10), parts.last_mut()) {
            (Some(digit), Some((number, text))) if text.is_empty() => {
                *number = number.saturating_mul(10).saturating_add(digit.into());
            }
            (Some(digit), _) => parts.push((digit.into(), String::new())),
            (None, Some((_, text))) => text.extend(c.to_lowercase()),
            (None, None) => {}
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_sorted_as_people_do() {
        let mut names = ["web-10", "web-2", "API", "127.0.0.1:443:443", "127.0.0.1:80:80", "b=1", "a=2"];
        names.sort_by_key(|name| super::parts(name));
        assert_eq!(names, ["a=2", "API", "b=1", "web-2", "web-10", "127.0.0.1:80:80", "127.0.0.1:443:443"]);
    }
}
