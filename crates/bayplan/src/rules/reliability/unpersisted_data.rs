//! `unpersisted-data`: a service keeps its data where nobody finds it again

use crate::compose::VolumeMount;
use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule, image_contents, service_path};
use crate::value::mount::MountType;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unpersisted-data",
    group: Group::Reliability,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn)],
    finds: "a service keeps its data in its container, or in a volume without a name",
    why: "after `docker compose down`, the next container starts with nothing",
    fails: "services:\n  db:\n    image: postgres:17.5\n",
    passes: "services:\n  db:\n    image: postgres:17.5\n    volumes: ['db:/var/lib/postgresql/data']\nvolumes: { db: {} }\n",
    fine: "services:\n  test-db:\n    image: postgres:17.5\n    tmpfs: /var/lib/postgresql/data\n  elsewhere:\n    image: postgres:17.5\n    environment: { PGDATA: /srv/data }\n    volumes: ['./data:/srv']\n",
    fix: "mount a named volume there; `tmpfs` where it is to be forgotten",
    sources: &["https://docs.docker.com/engine/storage/volumes/"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let compose = &service.compose;
        let Some((known, image)) = image_contents::of(compose) else { continue };
        let Some(folder) = known.data else { continue };
        // Some images can be told to keep it elsewhere.
        let elsewhere = compose.environment.keys().any(|key| matches!(key.as_str(), "PGDATA" | "RABBITMQ_MNESIA_BASE"));
        let refused = found.is_any_refused(stack, name, &[&["volumes"], &["tmpfs"], &["environment"]]);
        if elsewhere || refused || !compose.volumes_from.is_empty() {
            continue;
        }
        let holds = |target: &str| is_at_or_above(target, folder) || is_at_or_above(folder, target);
        // A command line can name another folder: where something is mounted, somebody thought of it.
        let told = compose.command.is_some() && compose.volumes.iter().any(|mount| mount.source.is_some());
        let forgotten = compose.tmpfs.iter().any(|text| holds(text.split(':').next().unwrap_or(text)));
        let at: Vec<(usize, &VolumeMount)> =
            compose.volumes.iter().enumerate().filter(|(_, mount)| holds(&mount.target)).collect();
        let kept = at.iter().any(|(_, mount)| mount.source.is_some() || mount.kind != MountType::Volume);
        if forgotten || kept || told && at.is_empty() {
            continue;
        }
        let list = service_path(name).key("volumes");
        let volume = format!("{name}-data");
        // From 18 on, PostgreSQL keeps its data one folder higher.
        let recent = image.tag().and_then(|tag| tag.split(['.', '-']).next()?.parse::<u32>().ok()).unwrap_or(18);
        let target = if folder == "/var/lib/postgresql" && recent < 18 { "/var/lib/postgresql/data" } else { folder };
        match at.as_slice() {
            [] => {
                let message = format!("`{name}` keeps its data in `{target}`, where no volume is mounted");
                let finding = found.value(rule, stack, name, list.clone(), message);
                finding.set_help(format!("mount a named volume at `{target}`"));
                let fix = Fix::unsafe_(format!("mount the volume `{volume}`"));
                let declared = bayplan_yaml::Path::root().key("volumes").key(volume.as_str());
                finding.set_fix(
                    fix.append(list, format!("{volume}:{target}"))
                        .set(declared, serde_json::Value::Object(Default::default())),
                );
            }
            [(index, mount), ..] => {
                let message = format!("`{name}` keeps its data in a volume without a name, at `{}`", mount.target);
                let finding = found.value(rule, stack, name, list.index(*index), message);
                finding.set_help("give the volume a name, and declare it under `volumes`");
            }
        }
    }
}

/// Whether a folder is another one, or one of those that lead to it.
fn is_at_or_above(folder: &str, other: &str) -> bool {
    let folder = folder.trim_end_matches('/');
    other.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
