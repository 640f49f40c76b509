//! `plan → compose/STACK/compose.yaml` and the `.env` beside it, for Docker Compose.
//!
//! The merged document itself is printed: what was written keeps its form and its `${VAR}`, and a `$` that is meant as one is
//! doubled, because Compose reads the file as a template again. Relative paths are seen from the new place.

use super::config_hash::{CONFIG_HASH, config_hash};
use super::{Comment, Tree, TreeError};
use crate::blueprint::Intents;
use crate::plan::{Plan, Stack};
use bayplan_yaml::{Entry, Location, Map, Node, Value, print};

/// The compose files of every stack. `configs` are the files of the other targets.
pub fn emit(plan: &Plan, configs: &Tree) -> Result<Tree, TreeError> {
    let mut tree = Tree::new();
    for stack in plan.stacks.values() {
        let document = document(plan, stack, configs);
        tree.add(
            &format!("compose/{}/compose.yaml", stack.name),
            Comment::Hash,
            &plan.origin(stack),
            &print(&document),
        )?;
        if !plan.variables.is_empty() {
            let body: String =
                plan.variables.iter().map(|(name, value)| format!("{name}={}\n", quoted(value))).collect();
            tree.add(&format!("compose/{}/.env", stack.name), Comment::Hash, &plan.origin(stack), &body)?;
        }
    }
    Ok(tree)
}

/// The compose file of one stack.
fn document(plan: &Plan, stack: &Stack, configs: &Tree) -> Node {
    let mut source = stack.document.clone();
    let Value::Map(map) = &mut source.value else { return source };
    let mut out = Map::default();
    let string = |text: &str| Entry { key_at: Location::default(), value: Node::string(text, Location::default()) };
    out.insert("name".into(), string(&stack.name));
    // Services look at the files of configs, as seen from the new place.
    for section in ["secrets", "configs"] {
        if let Some(entry) = map.get_mut(section) {
            each(&mut entry.value, |definition| path(definition, "file", &stack.folder));
        }
    }
    let defined =
        map.get("configs").map_or_else(|| Node::new(Value::Null, Location::default()), |entry| entry.value.clone());
    for section in ["include", "services", "jobs", "networks", "volumes", "secrets", "configs", "models"] {
        if let Some(mut entry) = map.shift_remove(section) {
            if section == "services" {
                services(plan, stack, &mut entry.value, &defined, configs);
            }
            if !is_empty(&entry.value) {
                out.insert(section.into(), entry);
            }
        }
    }
    let mut document = Node::new(Value::Map(out), source.at);
    finish(&mut document);
    document
}

fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::Map(map) => map.is_empty(),
        Value::Seq(items) => items.is_empty(),
        Value::Null => true,
        _ => false,
    }
}

fn services(plan: &Plan, stack: &Stack, services: &mut Node, defined: &Node, configs: &Tree) {
    let Value::Map(map) = &mut services.value else { return };
    for (name, entry) in map.iter_mut() {
        let Value::Map(keys) = &mut entry.value.value else { continue };
        for intent in Intents::KEYS {
            keys.shift_remove(*intent);
        }
        // Image first, as people write it; what the model does not name stays behind.
        let known = crate::compose::Service::KEYS;
        let rank = |key: &str| known.iter().position(|known| *known == key).unwrap_or(known.len());
        keys.sort_by(|a, _, b, _| rank(a).cmp(&rank(b)));
        for (key, entry) in keys.iter_mut() {
            let node = &mut entry.value;
            match &**key {
                "volumes" => items(node, |item| match &item.value {
                    Value::String(_) => short_volume(item, &stack.folder),
                    _ if item.get("type").and_then(Node::as_str) == Some("bind") => path(item, "source", &stack.folder),
                    _ => {}
                }),
                "build" => match &node.value {
                    Value::String(_) => relative(node, &stack.folder),
                    _ => path(node, "context", &stack.folder),
                },
                "env_file" => match &node.value {
                    Value::String(_) => relative(node, &stack.folder),
                    _ => items(node, |item| match &item.value {
                        Value::String(_) => relative(item, &stack.folder),
                        _ => path(item, "path", &stack.folder),
                    }),
                },
                "label_file" => match &node.value {
                    Value::String(_) => relative(node, &stack.folder),
                    _ => items(node, |item| relative(item, &stack.folder)),
                },
                _ => {}
            }
        }
        let Some(hash) = config_hash(plan, stack, name, keys, defined, configs) else { continue };
        let label = Node::string(hash, Location::default());
        let labels = keys.entry("labels".into()).or_insert_with(|| Entry {
            key_at: Location::default(),
            value: Node::new(Value::Map(Map::default()), Location::default()),
        });
        match &mut labels.value.value {
            Value::Map(map) => {
                drop(map.insert(CONFIG_HASH.into(), Entry { key_at: Location::default(), value: label }))
            }
            Value::Seq(items) => {
                items.push(Node::string(
                    format!("{CONFIG_HASH}={}", label.as_str().unwrap_or_default()),
                    Location::default(),
                ));
            }
            _ => {}
        }
    }
}

fn each(node: &mut Node, change: impl Fn(&mut Node)) {
    if let Value::Map(map) = &mut node.value {
        map.values_mut().for_each(|entry| change(&mut entry.value));
    }
}

fn items(node: &mut Node, change: impl Fn(&mut Node)) {
    if let Value::Seq(items) = &mut node.value {
        items.iter_mut().for_each(change);
    }
}

/// The path under `key`, seen from the new place.
fn path(node: &mut Node, key: &str, folder: &str) {
    if let Value::Map(map) = &mut node.value
        && let Some(entry) = map.get_mut(key)
    {
        relative(&mut entry.value, folder);
    }
}

/// The path of a scalar, seen from the new place. What the compiler made itself is right already.
fn relative(node: &mut Node, folder: &str) {
    if node.at.span.is_empty() {
        return;
    }
    let Some(value) = node.as_str().map(str::to_owned) else { return };
    if value.is_empty() || value.starts_with(['/', '~']) || value.contains("://") || value.chars().nth(1) == Some(':') {
        return;
    }
    // A template that says itself that it is relative stays one; of any other, the value is taken.
    let template = node.template().filter(|template| template.starts_with('.')).map(|template| join(folder, template));
    node.value = Value::String(join(folder, &value).into());
    if let Some(extra) = &mut node.extra {
        extra.template = template.map(Into::into);
    }
}

/// `source:target[:options]` with a relative source, seen from the new place.
fn short_volume(node: &mut Node, folder: &str) {
    let Some(value) = node.as_str().map(str::to_owned) else { return };
    if !value.starts_with('.') || node.at.span.is_empty() {
        return;
    }
    let Some((source, rest)) = value.split_once(':') else { return };
    let template = node.template().filter(|template| template.starts_with('.')).and_then(|template| {
        let (source, rest) = template.split_once(':')?;
        (!source.contains('{')).then(|| format!("{}:{rest}", join(folder, source)))
    });
    node.value = Value::String(format!("{}:{rest}", join(folder, source)).into());
    if let Some(extra) = &mut node.extra {
        extra.template = template.map(Into::into);
    }
}

/// `path` of the blueprint's folder, seen from the compose file.
pub fn join(folder: &str, path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    if path == "." { folder.to_owned() } else { format!("{folder}/{path}") }
}

/// Doubles every `$` that is no template, and drops tags: what `!override` and `!reset` ask for is done.
fn finish(node: &mut Node) {
    let templated = node.template().is_some();
    if let Some(extra) = &mut node.extra {
        extra.tag = None;
    }
    match &mut node.value {
        Value::Map(map) => map.values_mut().for_each(|entry| finish(&mut entry.value)),
        Value::Seq(items) => items.iter_mut().for_each(finish),
        Value::String(text) if !templated && text.contains('$') => *text = text.replace('$', "$$").into(),
        _ => {}
    }
}

/// A value of an environment file, as Compose's own reader takes it apart.
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+,".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    if !value.contains(['\'', '\\', '\n', '\r']) {
        return format!("'{value}'");
    }
    let escaped =
        value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$").replace('\n', "\\n").replace('\r', "\\r");
    format!("\"{escaped}\"")
}
