//! `missing-backup`: nobody said how the data of a service is backed up

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, image_contents, service_path};
use crate::value::mount::MountType;

/// The rule.
pub const RULE: Rule = Rule {
    name: "missing-backup",
    group: Group::Reliability,
    level: Level::Allow,
    profiles: &[],
    finds: "a blueprint mounts a named volume for data, and says nothing of its backup",
    why: "a volume is lost with its disk, or by one `docker compose down -v`",
    fails: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services: { db: { image: 'postgres:17.5', volumes: ['db:/var/lib/postgresql/data'] } }
volumes: { db: {} }
",
    passes: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services: { db: { image: 'postgres:17.5', volumes: ['db:/var/lib/postgresql/data'], backup: nightly } }
volumes: { db: {} }
",
    fine: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services:
  db: { image: 'postgres:17.5', volumes: ['db:/var/lib/postgresql/data'], backup: { exempt: a copy of another one } }
  web: { image: 'nginx:1.27.3', volumes: ['cache:/var/cache/nginx'] }
volumes: { db: {}, cache: {} }
",
    fix: "write `backup: nightly`, or `backup: { exempt: reason }`",
    sources: &["bayplan"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    // Compose itself knows no such key.
    if plan.settings.is_none() {
        return;
    }
    for (stack, name, service) in plan.services().filter(|(_, _, service)| service.backup.is_none()) {
        let Some((known, _)) = image_contents::of(&service.compose) else { continue };
        let Some(data) = known.data else { continue };
        let is = |target: &str| target.starts_with(data);
        let kept = service.compose.volumes.iter().find(|mount| mount.kind == MountType::Volume && is(&mount.target));
        let Some(volume) = kept.and_then(|mount| mount.source.as_deref()) else { continue };
        let message = format!("`{name}` keeps its data in the volume `{volume}`, and says nothing of its backup");
        let finding = found.service(rule, stack, name, &["backup"], message);
        finding.set_help("write `backup: nightly`, or `backup: { exempt: reason }`");
        finding.set_fix(Fix::safe("add `backup: nightly`").set(service_path(name).key("backup"), "nightly"));
    }
}
