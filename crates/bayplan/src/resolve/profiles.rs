//! `project and active profiles → what is enabled` (compose-go 2.16.2, `types/project.go`, `WithProfiles`).

use bayplan_yaml::{Map, Node, Value};

/// What is not there, because none of its profiles is active.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Disabled {
    /// Services by name.
    pub services: Map,
    /// Jobs by name.
    pub jobs: Map,
}

/// Takes the services and jobs out of `document` that have profiles, of which none is active. `*` activates all.
pub fn with_profiles(document: &mut Node, active: &[String]) -> Disabled {
    let mut split = |section: &str| {
        let Value::Map(map) = &mut document.value else { return Map::default() };
        let Some(Value::Map(all)) = map.get_mut(section).map(|entry| &mut entry.value.value) else {
            return Map::default();
        };
        let (enabled, disabled) =
            std::mem::take(all).into_iter().partition(|(_, entry)| is_active(&entry.value, active));
        *all = enabled;
        disabled
    };
    Disabled { services: split("services"), jobs: split("jobs") }
}

/// The profiles that a service or job belongs to.
pub fn profiles(node: &Node) -> impl Iterator<Item = &str> {
    node.get("profiles").and_then(Node::as_seq).unwrap_or_default().iter().filter_map(Node::as_str)
}

fn is_active(node: &Node, active: &[String]) -> bool {
    profiles(node).next().is_none()
        || active.iter().any(|active| active == "*" || profiles(node).any(|profile| profile == active))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{json, node};
    use super::*;

    #[test]
    fn what_has_no_active_profile_is_taken_out() {
        let tree = node(
            &serde_json::json!({
                "services": { "a": {}, "b": { "profiles": ["dev"] }, "c": { "profiles": ["test", "dev"] }, "d": { "profiles": ["x"] } },
                "jobs": { "j": { "profiles": ["x"] } }
            }),
            1,
        );
        let names = |active: &[&str]| {
            let mut tree = tree.clone();
            let active: Vec<String> = active.iter().map(|profile| (*profile).to_owned()).collect();
            let disabled = with_profiles(&mut tree, &active);
            let there: Vec<String> = json(&tree)["services"].as_object().unwrap().keys().cloned().collect();
            (
                there.join(" "),
                disabled.services.keys().map(|key| &**key).collect::<Vec<_>>().join(" "),
                disabled.jobs.len(),
            )
        };
        let split = |there: &str, not: &str, jobs| (there.to_owned(), not.to_owned(), jobs);
        assert_eq!(names(&[]), split("a", "b c d", 1));
        assert_eq!(names(&["dev"]), split("a b c", "d", 1));
        assert_eq!(names(&["*"]), split("a b c d", "", 0));
    }
}
