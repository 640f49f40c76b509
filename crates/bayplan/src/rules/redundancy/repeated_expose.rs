//! `repeated-expose`: `expose` names a port that `ports` publishes

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, service_path};
use crate::value::{PortRange, Protocol};
use bayplan_yaml::Node;

/// The rule.
pub const RULE: Rule = Rule {
    name: "repeated-expose",
    group: Group::Redundancy,
    level: Level::Allow,
    profiles: &[],
    finds: "`expose` names a port that `ports` publishes",
    why: "a published port is exposed already",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    expose: ['80']\n    ports: ['127.0.0.1:8080:80']\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    ports: ['127.0.0.1:8080:80']\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    expose: ['80/udp', '9100']\n    ports: ['127.0.0.1:8080:80']\n",
    fix: "remove it from `expose`",
    sources: &["bayplan"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let compose = &service.compose;
        if compose.expose.is_empty() || compose.ports.is_empty() {
            continue;
        }
        let list = service_path(name).key("expose");
        let items = stack.document.at_path(&list).and_then(Node::as_seq).unwrap_or_default();
        for exposed in &compose.expose {
            let (text, protocol) = match exposed.split_once('/') {
                Some((text, "udp")) => (text, Protocol::Udp),
                Some((text, "sctp")) => (text, Protocol::Sctp),
                Some((text, _)) => (text, Protocol::Tcp),
                None => (exposed.as_str(), Protocol::Tcp),
            };
            let Ok(range) = PortRange::parse(text) else { continue };
            let is_published = |port: u16| {
                let publishes =
                    |own: &crate::compose::Port| own.target == port && own.protocol.unwrap_or_default() == protocol;
                compose.ports.iter().any(publishes)
            };
            if !(range.first..=range.last).all(is_published) {
                continue;
            }
            let is_it = |item: &Node| {
                item.as_str() == Some(exposed) || item.value == bayplan_yaml::Value::Int(range.first.into())
            };
            let message = format!("`{name}` exposes `{exposed}`, which `ports` publishes");
            let at = items.iter().position(is_it).filter(|_| items.len() > 1);
            let fix = Fix::safe("remove it").delete(at.map_or(list.clone(), |index| list.index(index)));
            found.item(rule, stack, name, &["expose"], is_it, message).set_help("remove it").set_fix(fix);
        }
    }
}
