//! `layers and a path → the chain that made a value`: every place that says something about it, the one that decides last.

use super::brought::is_short_form;
use super::load::{Layer, LayerKind};
use super::scope::{Scope, Supplied};
use super::unicity::are_one;
use crate::record::nearest;
use bayplan_yaml::{Location, Node, Path, Segment, Value};

/// A place that says something about a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// What the place is to the project.
    pub kind: LayerKind,
    /// The place.
    pub at: Location,
    /// The alias or merge key that brought the value there.
    pub via: Option<Location>,
    /// The value as written: its template, a scalar's text, the keys or the number of items of a collection.
    pub written: String,
    /// Whether it is what the project has, or a part of it.
    pub decides: bool,
    /// The variables of its template.
    pub variables: Vec<Variable>,
}

/// A variable of a template, and everyone who supplies it: the first does.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Who supplies a value.
    pub suppliers: Vec<Supplied>,
    /// The default that the template gives.
    pub default: Option<String>,
}

/// The path that `text` names in `tree`: `services.web.ports[0]`, `services["a.b"].image`. Keys that hold dots need no quotes.
///
/// # Errors
/// Gives the first part that is not there, and a key that may be meant.
pub fn parse_path(text: &str, tree: &Node) -> Result<Path, (String, Option<String>)> {
    let mut path = Path::root();
    let (mut node, mut rest) = (tree, text);
    while !rest.is_empty() {
        let trimmed = rest.strip_prefix('.').unwrap_or(rest);
        if let Some((inner, after)) = trimmed.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
            let name = inner.trim_matches('"');
            let index = inner.parse::<usize>().ok();
            let item = index.and_then(|index| node.as_seq()?.get(index));
            let Some(next) = item.or_else(|| node.get(name)) else { return Err((inner.to_owned(), None)) };
            path.0.push(match (item, index) {
                (Some(_), Some(index)) => Segment::Index(index),
                _ => Segment::Key(name.into()),
            });
            (node, rest) = (next, after);
            continue;
        }
        if let Some(items) = node.as_seq() {
            let end = trimmed.find(['.', '[']).unwrap_or(trimmed.len());
            let number = trimmed[..end].parse::<usize>().ok().filter(|index| *index < items.len());
            let (Some(index), end) = number.map_or_else(|| named(items, trimmed), |index| (Some(index), end)) else {
                return Err((trimmed[..end].to_owned(), None));
            };
            path.0.push(Segment::Index(index));
            (node, rest) = (&items[index], &trimmed[end..]);
            continue;
        }
        // What the long form would say there, the short form says in one text.
        if node.as_str().is_some() && is_short_form(&path, trimmed) {
            break;
        }
        let keys = node.as_map().into_iter().flat_map(|map| map.keys());
        let fits = |key: &&str| {
            trimmed.strip_prefix(*key).is_some_and(|after| after.is_empty() || after.starts_with(['.', '[']))
        };
        let Some(key) = keys.clone().map(|key| &**key).filter(fits).max_by_key(|key| key.len()) else {
            let end = trimmed.find(['.', '[']).unwrap_or(trimmed.len());
            let known: Vec<&str> = keys.map(|key| &**key).collect();
            return Err((trimmed[..end].to_owned(), nearest(&trimmed[..end], &known).map(str::to_owned)));
        };
        path.0.push(Segment::Key(key.into()));
        let Some(next) = node.get(key) else { return Err((key.to_owned(), None)) };
        (node, rest) = (next, &trimmed[key.len()..]);
    }
    Ok(path)
}

/// The item of a list that is `text` or `text=…`, with the bytes of `text` that name it.
fn named(items: &[Node], text: &str) -> (Option<usize>, usize) {
    let is_end = |rest: &str| rest.is_empty() || rest.starts_with(['.', '[']);
    let name = |item: &Node| item.as_str().map(|item| item.split('=').next().unwrap_or(item).to_owned());
    let fits = |item: &Node| {
        let whole = item.as_str().filter(|item| text.strip_prefix(*item).is_some_and(is_end)).map(str::len);
        whole
            .or_else(|| name(item).filter(|name| text.strip_prefix(name.as_str()).is_some_and(is_end)).map(|n| n.len()))
    };
    let found = items.iter().enumerate().filter_map(|(index, item)| Some((fits(item)?, index))).max();
    (found.map(|(_, index)| index), found.map_or(text.find(['.', '[']).unwrap_or(text.len()), |(length, _)| length))
}

/// The chain of the value at `path` of `tree`, which was made from `layers`.
pub fn chain(path: &Path, tree: &Node, layers: &[Layer]) -> Vec<Link> {
    let deciding = tree.at_path(path).map(places).unwrap_or_default();
    let mut links: Vec<Link> = Vec::new();
    for layer in layers {
        for node in found(layer, path, tree) {
            let link = Link {
                kind: layer.kind.clone(),
                at: node.at,
                via: node.extra.as_ref().and_then(|extra| extra.via),
                written: written(node),
                decides: places(node).iter().any(|at| deciding.contains(at)),
                variables: variables(node, &layer.scope),
            };
            // An extended service is a part of its file's layer too.
            if !links.iter().any(|known| known.at == link.at && known.written == link.written) {
                links.push(link);
            }
        }
    }
    links
}

/// The variables that the tree's templates name, where `name` is one: every use, and the default it gives.
pub fn uses(name: &str, tree: &Node) -> Vec<(Location, Option<String>)> {
    let mut found = Vec::new();
    each_scalar(tree, &mut |node| {
        let Some(template) = node.template() else { return };
        let used = super::interpolate::interpolate(template, &|_| None).used;
        for used in used.iter().filter(|used| used.name == name) {
            let default = default(&template[used.range.clone()]);
            found.push((super::within::within(node, used.range.clone()), default));
        }
    });
    found
}

/// What a layer has at `path` of `tree`, what merge keys bring there first and hidden. Items move when lists are merged, so
/// an item is the one that stands there, or that defines the same thing.
fn found<'a>(layer: &'a Layer, path: &Path, tree: &Node) -> Vec<&'a Node> {
    let Some(inner) = path.0.strip_prefix(layer.root.0.as_slice()) else { return Vec::new() };
    let end = inner.iter().position(|segment| matches!(segment, Segment::Index(_))).unwrap_or(inner.len());
    let (keys, rest) = inner.split_at(end);
    let mut found = Vec::new();
    let mut node = &layer.node;
    for depth in 0..=keys.len() {
        let below = Path(keys[depth..].to_vec());
        let hidden = node.extra.iter().flat_map(|extra| extra.hidden.iter().rev());
        found.extend(hidden.filter_map(|hidden| hidden.at_path(&below)));
        match keys.get(depth) {
            Some(Segment::Key(key)) => match node.get(key) {
                Some(next) => node = next,
                None => break,
            },
            _ => found.push(node),
        }
    }
    let [Segment::Index(_), rest @ ..] = rest else { return found };
    let above = &path.0[..path.0.len() - rest.len() - 1];
    let Some(item) = tree.at_path(&Path(path.0[..=above.len()].to_vec())) else { return found };
    let standing = places(item);
    let fits = |other: &&Node| places(other).iter().any(|at| standing.contains(at)) || are_one(above, item, other);
    let items = found.into_iter().flat_map(|list| list.as_seq().unwrap_or_else(|| std::slice::from_ref(list)));
    let rest = Path(rest.to_vec());
    items.filter(fits).map(|item| item.at_path(&rest).unwrap_or(item)).collect()
}

/// Where the scalars of a tree stand.
fn places(node: &Node) -> Vec<Location> {
    let mut places = Vec::new();
    each_scalar(node, &mut |node| places.push(node.at));
    places
}

fn each_scalar<'a>(node: &'a Node, visit: &mut impl FnMut(&'a Node)) {
    match &node.value {
        Value::Map(map) => map.values().for_each(|entry| each_scalar(&entry.value, visit)),
        Value::Seq(items) => items.iter().for_each(|item| each_scalar(item, visit)),
        _ => visit(node),
    }
}

/// The value in one line, as written.
fn written(node: &Node) -> String {
    match &node.value {
        Value::Map(map) => {
            let keys: Vec<&str> = map.keys().map(|key| &**key).collect();
            format!("{{ {} }}", keys.join(", "))
        }
        Value::Seq(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Timestamp(text) | Value::String(text) => node.template().unwrap_or(text).to_owned(),
    }
}

fn variables(node: &Node, scope: &Scope) -> Vec<Variable> {
    let mut variables: Vec<Variable> = Vec::new();
    each_scalar(node, &mut |node| {
        let Some(template) = node.template() else { return };
        for used in super::interpolate::interpolate(template, &|_| None).used {
            if variables.iter().all(|known| known.name != used.name) {
                let suppliers = scope.suppliers(&used.name).collect();
                let default = default(&template[used.range.clone()]);
                variables.push(Variable { name: used.name, suppliers, default });
            }
        }
    });
    variables
}

/// The default of `${NAME:-default}`.
fn default(used: &str) -> Option<String> {
    let (_, rest) = used.strip_prefix("${")?.strip_suffix('}')?.split_once('-')?;
    Some(rest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bayplan_yaml::{Limits, SourceId, read};

    #[test]
    fn paths_are_found_with_dots_indices_and_quotes() {
        let text = "services:\n  a.b: {image: x, ports: [1, 2]}\n  a: {b: {image: y}}\n";
        let read = read(text, SourceId(1), &Limits::default());
        let tree = read.first().unwrap();
        for (text, wanted) in [
            ("services.a.b.image", "services[\"a.b\"].image"),
            ("services[\"a.b\"].ports[1]", "services[\"a.b\"].ports[1]"),
            ("services.a.b.ports.0", "services[\"a.b\"].ports[0]"),
        ] {
            assert_eq!(parse_path(text, tree).unwrap().to_string(), wanted);
        }
        let near = ("imge".to_owned(), Some("image".to_owned()));
        assert_eq!(parse_path("services.a.b.imge", tree), Err(near));
        assert_eq!(parse_path("services.a.b.ports[7]", tree), Err(("7".to_owned(), None)));
    }

    #[test]
    fn defaults_are_what_stands_behind_the_dash() {
        for (used, wanted) in [("${A:-x-y}", Some("x-y")), ("${A-}", Some("")), ("$A", None), ("${A:?no}", None)] {
            assert_eq!(default(used).as_deref(), wanted, "{used}");
        }
    }
}
