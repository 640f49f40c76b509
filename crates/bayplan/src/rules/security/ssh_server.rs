//! `ssh-server`: people log in to a container.

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule, published};

/// The rule.
pub const RULE: Rule = Rule {
    name: "ssh-server",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Cis, Level::Warn)],
    finds: "a container runs an SSH server",
    why: "its keys and users have to be kept beside those of the host, and what is done in it is lost with it",
    fails: "services:\n  ssh:\n    image: lscr.io/linuxserver/openssh-server:9.7\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n",
    fine: "services:\n  git:\n    image: gitea/gitea:1.22.6\n    ports: ['127.0.0.1:2222:22']\n",
    fix: "use `docker exec`, or log in to the host",
    sources: &["CIS Docker Benchmark 5.7"],
    check,
};

/// Programs whose users speak SSH to them: they give nobody a shell.
const SPEAK_SSH: [&str; 9] =
    ["charm", "forgejo", "gitea", "gitlab-ce", "gitlab-ee", "gogs", "onedev", "sftp", "soft-serve"];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let image = service.compose.image.as_ref().map_or("", |image| image.short_name());
        if SPEAK_SSH.contains(&image) {
            continue;
        }
        let message = format!("`{name}` runs an SSH server");
        let help = "use `docker exec`, or log in to the host";
        if matches!(image, "openssh-server" | "openssh" | "sshd" | "ssh-server" | "docker-sshd") {
            found.service(rule, stack, name, &["image"], message).set_help(help);
            continue;
        }
        let listens = |ports: &[&crate::compose::Port]| ports.iter().any(|port| port.target == 22);
        if let Some((path, _)) = published(stack, name, service).into_iter().find(|(_, ports)| listens(ports)) {
            found.value(rule, stack, name, path, message).set_help(help);
        }
    }
}
