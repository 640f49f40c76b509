//! `legacy-link`: a service names others in `links`, which networks have made needless

use crate::compose::depends::Condition;
use crate::finding::{Fix, Level};
use crate::plan::{Plan, Service, Stack};
use crate::rules::{Findings, Group, Profile, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "legacy-link",
    group: Group::Networking,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn)],
    finds: "a service names others in `links` or `external_links`, which networks have made needless",
    why: "services of a network reach each other by name; Docker keeps links for old files only",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    links: [db]\n  db:\n    image: postgres:17.5\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: [db]\n  db:\n    image: postgres:17.5\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    network_mode: bridge\n    links: ['db:database']\n  db:\n    image: postgres:17.5\n    network_mode: bridge\n",
    fix: "remove it, and write `depends_on` for the order of starting; another name is an alias of the service on its network",
    sources: &["https://docs.docker.com/engine/network/links/"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        // On Docker's own bridge, names resolve by links only.
        if service.compose.network_mode.is_some() {
            continue;
        }
        for (key, links) in [("links", &service.compose.links), ("external_links", &service.compose.external_links)] {
            for link in links {
                let (target, alias) = link.split_once(':').unwrap_or((link, link));
                let message = format!("`{name}` has the legacy link `{link}`");
                let fix = (key == "links" && target == alias).then(|| fix(stack, name, service, links)).flatten();
                let help = match () {
                    () if key == "external_links" => format!("put both on one network: `{target}` resolves there"),
                    () if target == alias => format!("remove it: `{target}` resolves without"),
                    () => format!("write `{alias}` as an alias of `{target}` on a network of both"),
                };
                let finding = found.item(rule, stack, name, &[key], |item| item.as_str() == Some(link), message);
                finding.set_help(help).fix = fix.map(Box::new);
            }
        }
    }
}

/// A link is an order of starting, too: that stays. All links go at once, where each has the name of its service.
fn fix(stack: &Stack, name: &str, service: &Service, links: &[String]) -> Option<Fix> {
    let path = service_path(name);
    let mut fix = Fix::safe("write `depends_on` in place of `links`").delete(path.key("links"));
    for link in links {
        let (target, alias) = link.split_once(':').unwrap_or((link, link));
        let other = stack.services.get(target).filter(|_| target == alias)?;
        if !super::unshared_network::share(service, other) {
            return None;
        }
        if !service.compose.depends_on.contains_key(target) {
            let list = stack.document.at_path(&path.key("depends_on")).is_none_or(|node| node.as_seq().is_some());
            let condition = serde_json::json!({ "condition": Condition::Started.as_str() });
            fix = match list {
                true => fix.append(path.key("depends_on"), target),
                false => fix.set(path.key("depends_on").key(target), condition),
            };
        }
    }
    Some(fix)
}
