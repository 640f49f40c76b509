//! `stale-config`, `single-file-mount`: a service does not get to see what changes in its files.

use crate::finding::Level;
use crate::plan::Plan;
use crate::resolve::files::{FileKind, join};
use crate::rules::{Findings, Group, Rule, service_path};
use crate::value::mount::MountType;
use bayplan_yaml::Node;

/// `docker compose up` does not look at what configs hold.
pub const CONFIG: Rule = Rule {
    name: "stale-config",
    group: Group::Reliability,
    level: Level::Allow,
    profiles: &[],
    finds: "a service has configs, and nothing that makes Compose start it anew when they change",
    why: "`docker compose up` compares the settings of a service, not what its configs hold: the container keeps the old text",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    configs: [{ source: nginx, target: /etc/nginx/nginx.conf }]\nconfigs: { nginx: { file: ./nginx.conf } }\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    configs: [{ source: nginx, target: /etc/nginx/nginx.conf }]\n    labels: { config-hash: '8d969eef6ecad3c2' }\nconfigs: { nginx: { file: ./nginx.conf } }\n",
    fine: "services:\n  prometheus:\n    image: prom/prometheus:v3.4.1\n    configs: [{ source: settings, target: /etc/prometheus/prometheus.yml }]\n    command: [--config.auto-reload-interval=30s]\nconfigs: { settings: { file: ./prometheus.yml } }\n",
    fix: "add a label or variable with a hash of the config, or let the program watch its files",
    sources: &["https://github.com/docker/compose/issues/11900", "https://github.com/docker/compose/issues/13045"],
    check: configs,
};

/// A mounted file is the file that it was.
pub const MOUNT: Rule = Rule {
    name: "single-file-mount",
    group: Group::Reliability,
    level: Level::Allow,
    profiles: &[],
    finds: "a service mounts a single file",
    why: "editors and `git pull` write a new file in its place: the container goes on to see the old one",
    fails: "# file: shop/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    volumes: ['./nginx.conf:/etc/nginx/nginx.conf:ro']\n# file: shop/nginx.conf\nevents {}\n",
    passes: "# file: shop/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    volumes: ['./nginx:/etc/nginx:ro']\n# file: shop/nginx/nginx.conf\nevents {}\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: ['/etc/localtime:/etc/localtime:ro', '/run/app.sock:/run/app.sock']\n",
    fix: "mount its folder, or use `configs`",
    sources: &["https://github.com/moby/moby/issues/21666"],
    check: mounts,
};

fn configs(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services().filter(|(_, _, service)| !service.compose.configs.is_empty()) {
        let compose = &service.compose;
        let says = |key: &str| {
            let key = key.to_ascii_lowercase();
            ["hash", "checksum", "sha256", "digest", "revision"].iter().any(|word| key.contains(word))
        };
        let told = compose.labels.keys().any(|key| says(key)) || compose.environment.keys().any(|key| says(key));
        let watches = |word: &String| ["watch", "reload"].iter().any(|wanted| word.contains(wanted));
        if told || compose.command.as_ref().is_some_and(|command| command.words.iter().any(watches)) {
            continue;
        }
        let message = format!("nothing starts `{name}` anew when its configs change");
        let finding = found.entry(rule, stack, name, service_path(name).key("configs"), message);
        finding.set_help("add a label with a hash of the config, or let the program watch its files");
    }
}

fn mounts(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        for mount in service.compose.volumes.iter().filter(|mount| mount.kind == MountType::Bind) {
            let Some(source) = mount.source.as_deref().filter(|source| source.starts_with('.')) else { continue };
            let kind = found.files.stat(&join(&stack.directory, source)).map(|stat| stat.kind);
            if kind != Some(FileKind::File) {
                continue;
            }
            let is = |item: &Node| {
                item.as_str().is_some_and(|text| text.strip_prefix(source).is_some_and(|rest| rest.starts_with(':')))
                    || item.get("source").and_then(Node::as_str) == Some(source)
            };
            let message = format!("`{name}` mounts the single file `{source}`: it does not see a new one in its place");
            let finding = found.item(rule, stack, name, &["volumes"], is, message);
            finding.set_help("mount its folder, or use `configs`");
        }
    }
}
