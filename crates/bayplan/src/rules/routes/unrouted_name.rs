//! `unrouted-name`: dnsmasq sends a name to the gateway, which has no route for it

use crate::finding::Level;
use crate::observe::dnsmasq::Line;
use crate::observe::names::is_below;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule};
use std::collections::BTreeSet;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unrouted-name",
    group: Group::Routes,
    level: Level::Warn,
    profiles: &[],
    finds: "dnsmasq sends a name to the address of the gateway, which has no route for it",
    why: "the name answers 404: the service went, and its name stayed",
    fails: "# file: compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`web.home.lan`)']\n# file: dnsmasq/lan.conf\nhost-record=web.home.lan,10.0.0.1\nhost-record=old.home.lan,10.0.0.1\n",
    passes: "# file: compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`web.home.lan`)']\n# file: dnsmasq/lan.conf\nhost-record=web.home.lan,10.0.0.1\n",
    fine: "# file: compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`web.home.lan`)']\n# file: dnsmasq/lan.conf\naddress=/home.lan/10.0.0.1\nhost-record=nas.home.lan,10.0.0.2\n",
    fix: "remove the name, or route it",
    sources: &["https://thekelleys.org.uk/dnsmasq/docs/dnsmasq-man.html"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let (routed, is_all) = plan.observed.routed();
    if !is_all || routed.is_empty() || plan.observed.dnsmasq.is_empty() {
        return;
    }
    let answered = plan.observed.answered();
    let names: BTreeSet<&str> = routed.iter().map(|(_, routed)| routed.name.as_str()).collect();
    let leads =
        |name: &str, is_zone: bool| names.contains(name) || is_zone && names.iter().any(|own| is_below(own, name));
    // The gateway's address is that of the names that are routed, by a line of their own.
    let ingress: BTreeSet<&str> = answered
        .iter()
        .filter(|one| leads(&one.name, one.is_zone))
        .flat_map(|one| one.addresses.iter().copied())
        .collect();
    let targets: BTreeSet<String> = plan
        .observed
        .dnsmasq
        .iter()
        .flat_map(|file| &file.says)
        .filter_map(|line| match line {
            Line::Alias { target, .. } => Some(target.value.to_ascii_lowercase()),
            _ => None,
        })
        .collect();
    for one in &answered {
        let is_gateway = one.addresses.iter().any(|address| ingress.contains(address));
        let is_machine = !one.name.contains('.') || targets.contains(&one.name);
        // A record of several names is one machine.
        if !is_gateway || is_machine || leads(&one.name, one.is_zone) {
            continue;
        }
        let message = format!("`{}` leads to the gateway, which has no route for it", one.text.value);
        found
            .file(rule, one.path, ["name", &one.name], one.text.at, message)
            .set_help("remove the line, or route the name");
    }
}
