//! `shared-mount-propagation`: what a container mounts appears on its host.

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::container::containers;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "shared-mount-propagation",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Production, Level::Warn), (Profile::Cis, Level::Warn)],
    finds: "what a container mounts below a folder appears on the host, and in all other containers (`shared`, `rshared`)",
    why: "a container that may mount puts other files over those that the host uses",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: ['/mnt:/mnt:rshared']\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: ['/mnt:/mnt']\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: ['/mnt:/mnt:ro,rslave']\n",
    fix: "remove it; to see what the host mounts later, write `rslave`",
    sources: &["CIS Docker Benchmark 5.20", "KICS Shared Volumes Between Containers", "compose-lint CL-0017"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for container in containers(plan) {
        for (nth, mount) in container.volumes.iter().enumerate() {
            let propagation = mount.bind.as_ref().and_then(|bind| bind.propagation.as_deref());
            let Some(propagation @ ("shared" | "rshared")) = propagation else { continue };
            let path = container.mount(nth);
            let message = format!(
                "what {} mounts below `{}` appears on the host (`{propagation}`)",
                container.called(),
                mount.target
            );
            let node = container.stack.document.at_path(&path);
            let (path, fix) = match node.and_then(|node| node.get("bind")) {
                Some(_) => {
                    let path = path.key("bind").key("propagation");
                    (path.clone(), Some(Fix::unsafe_(format!("remove `{propagation}`")).delete(path)))
                }
                None => (path, None),
            };
            let finding = found.value(rule, container.stack, container.name, path, message);
            finding.set_help("remove it; to see what the host mounts later, write `rslave`");
            finding.fix = fix.map(Box::new);
        }
    }
}
