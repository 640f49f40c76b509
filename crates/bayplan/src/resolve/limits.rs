//! `defaults and a service → defaults`: a limit that the service writes in one of its spellings takes away the others.
//!
//! Compose knows two spellings of each limit and refuses a file in which they differ; `size` is a third. The service's own
//! keys win over the fleet's defaults, however either of them is written.

use bayplan_yaml::{Node, Value};

/// One limit: its key below `size`, its own key of a service, its path below `deploy.resources`.
const SPELLINGS: [(&[&str], &str, &[&str]); 4] = [
    (&["cpus"], "cpus", &["limits", "cpus"]),
    (&["memory"], "mem_limit", &["limits", "memory"]),
    (&["reserve", "memory"], "mem_reservation", &["reservations", "memory"]),
    (&[], "pids_limit", &["limits", "pids"]),
];

/// Removes from `defaults` what `service` says in other words.
pub fn leave_to(service: &Node, defaults: &mut Node) {
    // The size that an archetype gives.
    if service.get("size").is_none_or(|size| size.as_map().is_some()) {
        for (in_size, own, deployed) in SPELLINGS.into_iter().filter(|(in_size, ..)| !in_size.is_empty()) {
            let resources = service.get("deploy").and_then(|deploy| deploy.get("resources"));
            if service.get(own).is_some() || resources.is_some_and(|resources| at(resources, deployed).is_some()) {
                remove(defaults, &[&["size"], in_size].concat());
            }
        }
    }
    for (in_size, own, deployed) in SPELLINGS {
        let sized = service.get("size").is_some_and(|size| match size.value {
            Value::Map(_) => !in_size.is_empty() && at(size, in_size).is_some(),
            // Every size by name has processors and memory.
            _ => in_size.len() == 1,
        });
        let resources = service.get("deploy").and_then(|deploy| deploy.get("resources"));
        let says_deployed = resources.and_then(|resources| at(resources, deployed)).is_some();
        if sized || says_deployed {
            remove(defaults, &[own]);
        }
        if sized || service.get(own).is_some() {
            remove(defaults, &[&["deploy", "resources"], deployed].concat());
        }
    }
}

fn at<'n>(node: &'n Node, path: &[&str]) -> Option<&'n Node> {
    path.iter().try_fold(node, |node, key| node.get(key))
}

/// Removes the value at `path`, and the mappings that are left with nothing.
fn remove(node: &mut Node, path: &[&str]) {
    let (Value::Map(map), [key, rest @ ..]) = (&mut node.value, path) else { return };
    let Some(entry) = map.get_mut(*key) else { return };
    remove(&mut entry.value, rest);
    if rest.is_empty() || entry.value.as_map().is_some_and(|map| map.is_empty()) {
        map.shift_remove(*key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bayplan_yaml::{Limits, SourceId};

    fn left(defaults: &str, service: &str) -> String {
        let node = |text: &str| bayplan_yaml::read(text, SourceId(0), &Limits::default()).first().cloned().unwrap();
        let mut defaults = node(defaults);
        leave_to(&node(service), &mut defaults);
        crate::record::scalar::json(&defaults).to_string()
    }

    #[test]
    fn a_limit_of_the_service_takes_away_the_other_spellings() {
        let short = "{ cpus: 1, mem_limit: 1g, init: true }";
        let long = "{ deploy: { resources: { limits: { cpus: '1', memory: 1g } } } }";
        for (defaults, service, wanted) in [
            (short, "{ size: small }", r#"{"init":true}"#),
            (short, "{ size: { memory: 64M } }", r#"{"cpus":1,"init":true}"#),
            (short, "{ deploy: { resources: { limits: { memory: 2g } } } }", r#"{"cpus":1,"init":true}"#),
            (short, "{ cpus: 2 }", r#"{"cpus":1,"mem_limit":"1g","init":true}"#),
            (long, "{ size: small }", "{}"),
            (long, "{ mem_limit: 2g }", r#"{"deploy":{"resources":{"limits":{"cpus":"1"}}}}"#),
            ("{ size: { cpus: 1, memory: 1G } }", "{ mem_limit: 2g }", r#"{"size":{"cpus":1}}"#),
            ("{ size: { cpus: 1, memory: 1G } }", "{ cpus: 2, mem_limit: 2g }", "{}"),
            (long, "{ image: x }", r#"{"deploy":{"resources":{"limits":{"cpus":"1","memory":"1g"}}}}"#),
        ] {
            assert_eq!(left(defaults, service), wanted, "{service} over {defaults}");
        }
    }
}
