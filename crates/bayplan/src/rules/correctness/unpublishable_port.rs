//! `unpublishable-port`: a service publishes a port but has no way out of its networks

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, published};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unpublishable-port",
    group: Group::Correctness,
    level: Level::Deny,
    profiles: &[],
    finds: "a service publishes a port but has no way out of its networks",
    why: "Docker publishes nothing for a container that is on internal networks only",
    fails: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services:
  web: { image: 'nginx:1.27.3', egress: false, needs: [api], ports: ['127.0.0.1:8080:80'] }
  api: { image: 'nginx:1.27.3' }
",
    passes: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services:
  web: { image: 'nginx:1.27.3', needs: [api], ports: ['127.0.0.1:8080:80'] }
  api: { image: 'nginx:1.27.3' }
",
    fine: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services:
  web: { image: 'nginx:1.27.3', egress: false, needs: [api], expose: ['80'] }
  api: { image: 'nginx:1.27.3' }
",
    fix: "remove `egress: false`, or `ports`",
    sources: &["moby: internal networks have no port mapping"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services().filter(|(stack, ..)| stack.derived_networks) {
        if service.egress {
            continue;
        }
        if let Some((path, _)) = published(stack, name, service).into_iter().next() {
            let message = format!("`{name}` publishes a port, but `egress: false` leaves it on internal networks only");
            found.value(rule, stack, name, path, message).set_help("remove `egress: false`, or the ports");
        }
    }
}
