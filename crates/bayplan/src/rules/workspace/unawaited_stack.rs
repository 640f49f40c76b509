//! `unawaited-stack`: a service asks one of another stack, and nothing says which of the two starts first

use crate::finding::{Label, Level};
use crate::plan::Plan;
use crate::rules::networking::unshared_network::host;
use crate::rules::{Findings, Group, Rule, service_path};
use std::collections::BTreeSet;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unawaited-stack",
    group: Group::Workspace,
    level: Level::Allow,
    profiles: &[],
    finds: "a service asks one of another stack, and nothing says which of the two starts first",
    why: "`depends_on` ends at the project: after a restart of the machine the service asks before the other one answers",
    fails: "\
# file: data/compose.yaml
services: { postgres: { image: 'postgres:17.5', networks: [data] } }
networks: { data: { name: data } }
# file: shop/compose.yaml
services:
  web: { image: 'example/web:1.2.3', environment: { DATABASE_URL: 'postgres://shop@postgres/shop' }, networks: [data] }
networks: { data: { external: true } }
",
    passes: "\
services:
  web:
    image: example/web:1.2.3
    environment: { DATABASE_URL: 'postgres://shop@postgres/shop' }
    depends_on: { postgres: { condition: service_healthy } }
  postgres:
    image: postgres:17.5
    healthcheck: { test: [CMD, pg_isready] }
",
    fine: "\
# file: data/compose.yaml
services: { postgres: { image: 'postgres:17.5', networks: [data] } }
networks: { data: { name: data } }
# file: shop/compose.yaml
services:
  web: { image: 'example/web:1.2.3', environment: { DATABASE_URL: 'postgres://shop@db.example.org/shop' }, networks: [data] }
networks: { data: { external: true } }
",
    fix: "`include` the other project and use `depends_on`; or have the service ask again until it is answered, and say so \
          with an exemption",
    sources: &["https://github.com/docker/compose/issues/5307", "https://github.com/docker/compose/issues/6166"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    // The stacks of a fleet start in the order of their `needs`.
    if plan.settings.is_some() || plan.stacks.len() < 2 {
        return;
    }
    let names = plan.names();
    for (stack, name, service) in plan.services() {
        let mut told = BTreeSet::new();
        for (key, value) in &service.compose.environment {
            let Some(host) = value.as_deref().and_then(|value| host(key, value)) else { continue };
            let [(other, target)] = names.whose(host) else { continue };
            if other.name == stack.name || other.host != stack.host || stack.variant || other.variant {
                continue;
            }
            let meets = plan.reach(stack, name).meets(&plan.reach(other, target));
            if meets != Some(true) || !told.insert((&other.name, *target)) {
                continue;
            }
            let message = format!("`{name}` asks `{target}` of the stack `{}`, which it cannot wait for", other.name);
            let at = found.at(other, &service_path(target));
            let finding = found.service(rule, stack, name, &["environment", key], message);
            finding.set_help("`include` that project and use `depends_on`, or have the service ask again");
            finding.sensitive.push(finding.at);
            finding.related.push(Label { at, message: "the other service".to_owned() });
        }
    }
}
