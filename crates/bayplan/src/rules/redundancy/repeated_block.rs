//! `repeated-block`: three services of a file have the same block

use crate::finding::{Label, Level};
use crate::plan::Plan;
use crate::rules::syntax::{self, Written};
use crate::rules::{Findings, Group, Rule, service_path};
use bayplan_yaml::{Kind, NodeId};
use std::collections::HashMap;

/// The rule.
pub const RULE: Rule = Rule {
    name: "repeated-block",
    group: Group::Redundancy,
    level: Level::Allow,
    profiles: &[],
    finds: "three services of a file, or more, have the same block of three values, or more",
    why: "whoever changes it has to find the others",
    fails: "\
services:
  one: { image: 'nginx:1.27.3', logging: { driver: json-file, options: { max-size: 10m, max-file: '3' } } }
  two: { image: 'nginx:1.27.3', logging: { driver: json-file, options: { max-size: 10m, max-file: '3' } } }
  three: { image: 'nginx:1.27.3', logging: { driver: json-file, options: { max-file: '3', max-size: 10m } } }
",
    passes: "\
x-logging: &logging { driver: json-file, options: { max-size: 10m, max-file: '3' } }
services:
  one: { image: 'nginx:1.27.3', logging: *logging }
  two: { image: 'nginx:1.27.3', logging: *logging }
  three: { image: 'nginx:1.27.3', logging: *logging }
",
    fine: "\
services:
  one: { image: 'nginx:1.27.3', logging: { driver: json-file, options: { max-size: 10m, max-file: '3' } } }
  two: { image: 'nginx:1.27.3', logging: { driver: json-file, options: { max-size: 10m, max-file: '3' } } }
  three: { image: 'nginx:1.27.3', logging: { driver: json-file, options: { max-size: 20m, max-file: '3' } } }
",
    fix: "write it once, in an `x-` block with an anchor, or in a service that the others extend",
    sources: &["https://docs.docker.com/reference/compose-file/fragments/"],
    check,
};

/// How many values a block has that is worth a name, and how many services.
const VALUES: usize = 3;
const SERVICES: usize = 3;

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for written in syntax::files(plan, found, |_| true) {
        let mut blocks: HashMap<(&str, String), Vec<(&str, NodeId)>> = HashMap::new();
        for (name, _, service) in written.section("services") {
            for (key, id, value) in written.entries(service) {
                let mut values = 0;
                // An alias is written once.
                if let Some(text) = canonical(written, value, &mut values).filter(|_| values >= VALUES) {
                    blocks.entry((key, text)).or_default().push((name, id));
                }
            }
        }
        let mut repeated: Vec<_> = blocks.into_iter().filter(|(_, services)| services.len() >= SERVICES).collect();
        repeated.sort_by_key(|(_, services)| services[0].1);
        for ((key, _), services) in repeated {
            let (first, id) = services[0];
            let others = services[1..].iter().map(|(name, _)| *name).collect::<Vec<_>>();
            let message = format!("`{key}` of `{first}` is that of {}, too", crate::rules::told::listed(&others));
            let mut finding = written.finding(rule, written.at(id), service_path(first).key(key), message);
            let labels = services[1..].iter().map(|(_, id)| Label { at: written.at(*id), message: "again".to_owned() });
            finding.related.extend(labels.take(8));
            found.push(finding).set_help(format!("write it once, as `x-{key}: &{key}`, and `{key}: *{key}` here"));
        }
    }
}

/// What a block says, whichever way it is written; nothing where it takes something from elsewhere.
fn canonical(written: &Written, id: NodeId, values: &mut usize) -> Option<String> {
    let node = written.document.node(id);
    // A tag is part of what it says.
    let tag = node.tag.as_ref().map(|tag| tag.0.as_str()).unwrap_or_default();
    Some(match &node.kind {
        Kind::Scalar(text, style) => {
            *values += 1;
            let plain = *style == bayplan_yaml::Style::Plain;
            format!("{tag}{}{:?}", if plain { "" } else { "'" }, &**text)
        }
        Kind::Sequence(items) => {
            let items: Option<Vec<String>> = items.iter().map(|item| canonical(written, *item, values)).collect();
            format!("{tag}[{}]", items?.join(","))
        }
        Kind::Mapping(entries) => {
            let entries = entries.iter().map(|(key, value)| {
                let key = written.scalar(*key).filter(|key| *key != "<<")?;
                Some(format!("{key:?}:{}", canonical(written, *value, values)?))
            });
            let mut entries = entries.collect::<Option<Vec<String>>>()?;
            entries.sort_unstable();
            format!("{tag}{{{}}}", entries.join(","))
        }
        Kind::Alias(_) => return None,
    })
}
