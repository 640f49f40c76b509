//! `ambiguous-name`: a name that a service uses is that of services of two stacks on a network that it is on

use crate::finding::{Label, Level};
use crate::plan::{Plan, Service, Stack};
use crate::rules::networking::unshared_network::host;
use crate::rules::{Findings, Group, Rule, service_path};
use std::collections::BTreeMap;

/// The rule.
pub const RULE: Rule = Rule {
    name: "ambiguous-name",
    group: Group::Workspace,
    level: Level::Warn,
    profiles: &[],
    finds: "a service names another one that shares its name with a service of another stack, on a network of all three",
    why: "Docker answers with the address of either: requests go to the database of the other stack, now and then",
    fails: "# file: a/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    environment: { DB_HOST: db }\n    networks: [proxy, default]\n  db:\n    image: postgres:17.5\n    networks: [default]\nnetworks:\n  proxy: { external: true }\n# file: b/compose.yaml\nservices:\n  db:\n    image: postgres:17.5\n    networks: [proxy]\nnetworks:\n  proxy: { external: true }\n",
    passes: "# file: a/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    environment: { DB_HOST: a-db }\n    networks: [proxy, default]\n  a-db:\n    image: postgres:17.5\n    networks: [default]\nnetworks:\n  proxy: { external: true }\n# file: b/compose.yaml\nservices:\n  db:\n    image: postgres:17.5\n    networks: [proxy]\nnetworks:\n  proxy: { external: true }\n",
    fine: "# file: a/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    networks: [proxy]\nnetworks:\n  proxy: { external: true }\n# file: b/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    networks: [proxy]\nnetworks:\n  proxy: { external: true }\n",
    fix: "give the service a name that no other stack uses, or take the other one off the shared network",
    sources: &["https://github.com/Dokploy/dokploy/issues/1335"],
    check,
};

/// Who answers to a name on a network that several stacks use.
type Owners<'a> = BTreeMap<(&'a str, String), BTreeMap<String, Vec<(&'a Stack, &'a str)>>>;

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let shared = shared(plan);
    if shared.is_empty() {
        return;
    }
    for (stack, name, service) in plan.services() {
        let reached: Vec<_> = networks(stack, service)
            .filter_map(|network| shared.get(&(stack.host.as_str(), network.clone())).map(|owners| (network, owners)))
            .collect();
        if reached.is_empty() {
            continue;
        }
        for (path, host) in uses(name, service) {
            let own = stack.services.contains_key(host);
            let find = || {
                reached.iter().find_map(|(network, owners)| {
                    let owners = owners.get(host)?;
                    let other = owners.iter().find(|(of, _)| of.name != stack.name)?;
                    let first = owners.iter().find(|(of, _)| of.name != other.0.name);
                    // Without an own service of that name, two others have to have it.
                    (own || first.is_some()).then_some((network, *other))
                })
            };
            let Some((network, (of, other))) = find() else { continue };
            let message =
                format!("`{host}` may be a service of the stack `{}`, too: `{name}` meets it on `{network}`", of.name);
            let at = found.key_at(of, &service_path(other));
            let finding = found.value(rule, stack, name, path, message);
            finding.set_help(format!(
                "give one of them a name that the other stack does not use, such as `{}-{host}`",
                stack.project_name()
            ));
            finding.related.push(Label { at, message: "the other one".to_owned() });
        }
    }
}

/// The names of networks that a service is on.
fn networks<'a>(stack: &'a Stack, service: &'a Service) -> impl Iterator<Item = String> + 'a {
    service.compose.networks.keys().map(|key| stack.network_name(key))
}

/// The names on networks that more than one stack has services on.
fn shared(plan: &Plan) -> Owners<'_> {
    let mut stacks: BTreeMap<(&str, String), (&str, bool)> = BTreeMap::new();
    for (stack, _, service) in plan.services() {
        for network in networks(stack, service) {
            let entry = stacks.entry((&stack.host, network)).or_insert((&stack.name, false));
            entry.1 |= entry.0 != stack.name;
        }
    }
    stacks.retain(|_, (_, shared)| *shared);
    let mut owners: Owners<'_> = stacks.into_keys().map(|key| (key, BTreeMap::new())).collect();
    if owners.is_empty() {
        return owners;
    }
    for (stack, name, service) in plan.services() {
        for (key, attachment) in &service.compose.networks {
            let Some(names) = owners.get_mut(&(stack.host.as_str(), stack.network_name(key))) else { continue };
            for one in attachment.aliases.iter().map(String::as_str).chain([name]) {
                names.entry(one.to_owned()).or_default().push((stack, name));
            }
        }
    }
    owners
}

/// The names that a service asks for, and where it says so.
fn uses<'a>(name: &'a str, service: &'a Service) -> impl Iterator<Item = (bayplan_yaml::Path, &'a str)> {
    let of_variables = service.compose.environment.iter().filter_map(move |(key, value)| {
        let host = host(key, value.as_deref()?)?;
        Some((service_path(name).key("environment").key(key.as_str()), host))
    });
    let needed = service.compose.depends_on.keys();
    let needed = needed.map(move |other| (service_path(name).key("depends_on").key(other.as_str()), other.as_str()));
    let mut seen = std::collections::BTreeSet::new();
    of_variables.chain(needed).filter(move |(_, host)| seen.insert(*host))
}
