//! `lost-connection`: a service would lose a connection that it has under Compose

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "lost-connection",
    group: Group::Networking,
    level: Level::Deny,
    profiles: &[],
    finds: "a service would lose a connection that it has under Compose",
    why: "networks are derived from `needs`: without an edge the two cannot talk",
    fails: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services:
  web: { image: 'nginx:1.27.3', depends_on: [api], needs: [db] }
  api: { image: 'nginx:1.27.3' }
  db: { image: 'redis:7.4.5' }
",
    passes: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services:
  web: { image: 'nginx:1.27.3', needs: [api, db] }
  api: { image: 'nginx:1.27.3' }
  db: { image: 'redis:7.4.5' }
",
    fine: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services:
  web: { image: 'nginx:1.27.3', depends_on: [api] }
  api: { image: 'nginx:1.27.3' }
",
    fix: "name the other service in `needs`",
    sources: &["bayplan"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services().filter(|(stack, ..)| stack.derived_networks) {
        for target in service.compose.depends_on.keys() {
            let Some(other) = stack.services.get(target) else { continue };
            let shared = service.compose.networks.keys().any(|network| other.compose.networks.contains_key(network));
            if !shared {
                let message = format!(
                    "`{name}` depends on `{target}`, but shares no network with it: in this stack networks follow from `needs`"
                );
                found
                    .service(rule, stack, name, &["depends_on", target], message)
                    .set_help(format!("move `{target}` from `depends_on` to `needs`"));
            }
        }
    }
}
