//! `dangling-alias`: an alias of dnsmasq leads to a name that dnsmasq does not know itself

use crate::finding::Level;
use crate::observe::dnsmasq::Line;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule};
use std::collections::BTreeSet;

/// The rule.
pub const RULE: Rule = Rule {
    name: "dangling-alias",
    group: Group::Routes,
    level: Level::Warn,
    profiles: &[],
    finds: "a `cname` of dnsmasq leads to a name that only `address=` covers, or to none",
    why: "dnsmasq answers with the alias alone, without an address: nothing can connect",
    fails: "# file: compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`web.home.lan`)']\n# file: dnsmasq/lan.conf\naddress=/home.lan/10.0.0.1\ncname=www.lan,web.home.lan\n",
    passes: "# file: compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`web.home.lan`)']\n# file: dnsmasq/lan.conf\naddress=/home.lan/10.0.0.1\nhost-record=web.home.lan,10.0.0.1\ncname=www.lan,web.home.lan\n",
    fine: "# file: compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`web.home.lan`)']\n# file: dnsmasq/lan.conf\ncname=www.lan,name-of-a-lease\n",
    fix: "give the target a `host-record`",
    sources: &["https://thekelleys.org.uk/dnsmasq/docs/dnsmasq-man.html"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let lines = || plan.observed.dnsmasq.iter().flat_map(|file| &file.says);
    let mut known = BTreeSet::new();
    let mut zones = Vec::new();
    for line in lines() {
        match line {
            Line::Record { names, .. } | Line::Alias { names, .. } => {
                known.extend(names.iter().map(|name| name.value.to_ascii_lowercase()));
            }
            Line::Zone { names, .. } => zones.extend(names.iter().map(|name| name.value.to_ascii_lowercase())),
            Line::Server { .. } => {}
        }
    }
    for file in &plan.observed.dnsmasq {
        for line in &file.says {
            let Line::Alias { names, target } = line else { continue };
            let name = target.value.to_ascii_lowercase();
            // Names of leases and of hosts files cannot be seen here: only those of a zone that `address=` makes.
            let zone = zones.iter().find(|zone| {
                !zone.is_empty()
                    && name.strip_suffix(zone.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            });
            let (Some(zone), false) = (zone, known.contains(&name)) else { continue };
            let alias = names.first().map_or("", |name| name.value.as_str());
            let message = format!("the alias `{alias}` leads to `{name}`, which only `address=/{zone}/` covers");
            found
                .file(rule, &file.path, ["cname", alias], target.at, message)
                .set_help(format!("add `host-record={name},ADDRESS`"));
        }
    }
}
