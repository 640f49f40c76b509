//! `literal-quotes`: quotes in the middle of a list item are part of a variable's value

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, service_path};
use bayplan_yaml::Node;

/// The rule.
pub const RULE: Rule = Rule {
    name: "literal-quotes",
    group: Group::Correctness,
    level: Level::Warn,
    profiles: &[],
    finds: "quotes around the value of a variable in a list are part of the value",
    why: "YAML takes quotes away around the whole item only: the container gets them with the value",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    environment:\n      - NAME=\"my shop\"\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    environment:\n      - \"NAME=my shop\"\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    environment:\n      - LIST=\"a\",\"b\"\n      - 'JSON={\"a\": \"b\"}'\n      - EMPTY=\n",
    fix: "write the quotes around the whole item, or the variables as a mapping",
    sources: &["https://docs.docker.com/reference/compose-file/services/#environment"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for stack in plan.stacks.values() {
        for name in stack.services.keys() {
            for key in ["environment", "labels"] {
                let list = service_path(name).key(key);
                let items = stack.document.at_path(&list).and_then(Node::as_seq).unwrap_or_default();
                for (index, item) in items.iter().enumerate() {
                    let template = item.template().or(item.as_str());
                    let Some((variable, inner)) = template.and_then(quoted) else { continue };
                    // An item in quotes of the other kind was written with care.
                    let written = found.sources.text(item.at);
                    if written != template.unwrap_or_default() {
                        continue;
                    }
                    let message = format!("the quotes in the value of `{variable}` are part of it");
                    let spelled = format!("{variable}={inner}");
                    let value = item.as_str().and_then(quoted).map(|(_, value)| value);
                    let fix = value.filter(|_| !inner.contains(['"', '\\', '\n'])).map(|value| {
                        Fix::unsafe_("write the quotes around the whole item")
                            .respell(item.at, format!("\"{spelled}\""))
                            .set(list.clone().key(variable), value)
                    });
                    let finding = found.value(rule, stack, name, list.index(index), message);
                    finding.set_help("write the quotes around the whole item").fix = fix.map(Box::new);
                }
            }
        }
    }
}

/// The name and the value without quotes, where there are some around it and none in it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let (variable, value) = text.split_once('=')?;
    let mark = value.chars().next().filter(|mark| matches!(mark, '"' | '\''))?;
    let inner = value[1..].strip_suffix(mark)?;
    (!inner.contains(mark)).then_some((variable, inner))
}
