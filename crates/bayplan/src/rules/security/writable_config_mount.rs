//! `writable-config-mount`: a program can rewrite its own settings or certificates.

use crate::finding::Level;
use crate::plan::Plan;
use crate::resolve::files::{FileKind, clean, is_absolute, join};
use crate::rules::container::containers;
use crate::rules::host_paths::{is_in, read_only_fix};
use crate::rules::{Findings, Group, Profile, Rule};
use crate::value::mount::MountType;

/// The rule.
pub const RULE: Rule = Rule {
    name: "writable-config-mount",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Production, Level::Warn), (Profile::Cis, Level::Warn)],
    finds: "a file of the project with settings, a certificate or a key is mounted so that the program can change it",
    why: "whoever breaks in changes what the program does after its next start, and what is committed next",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: ['./nginx.conf:/etc/nginx/nginx.conf']\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: ['./nginx.conf:/etc/nginx/nginx.conf:ro']\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: ['./data:/data', './acme.json:/acme.json', 'config:/etc/shop']\nvolumes: { config: {} }\n",
    fix: "mount it with `:ro`",
    sources: &["OWASP Docker rule 8", "CIS Docker Benchmark 5.13"],
    check,
};

/// Ends of the names of settings and certificates that programs read and do not write.
const ENDS: [&str; 12] =
    [".cfg", ".cnf", ".conf", ".crt", ".cer", ".ini", ".key", ".pem", ".properties", ".toml", ".yaml", ".yml"];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for container in containers(plan) {
        for (nth, mount) in container.volumes.iter().enumerate() {
            let Some(source) = mount.source.as_deref() else { continue };
            if mount.kind != MountType::Bind
                || mount.read_only == Some(true)
                || is_absolute(source)
                || source.starts_with('~')
            {
                continue;
            }
            // A folder is where data is; a file with such a name that stands among settings is one of them.
            let target = clean(&mount.target);
            let named = ENDS.iter().any(|end| target.ends_with(end));
            if !named || !["/etc", "/certs", "/ssl", "/opt", "/usr", "/run"].iter().any(|folder| is_in(&target, folder))
            {
                continue;
            }
            let is_folder = || {
                let file = join(&container.stack.directory, source);
                found.files.stat(&file).is_some_and(|stat| stat.kind != FileKind::File)
            };
            if is_folder() {
                continue;
            }
            let path = container.mount(nth);
            let fix = read_only_fix(&container, &path);
            let message = format!("{} can change its settings in `{source}`", container.called());
            let finding = found.value(rule, container.stack, container.name, path, message);
            finding.set_help("mount it with `:ro`");
            finding.fix = fix.map(Box::new);
        }
    }
}
