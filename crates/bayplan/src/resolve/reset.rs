//! `tags !reset and !override → what to take out of the files below`.

use bayplan_yaml::{Node, Path, Segment, Value};

/// What one file says to take out of the files below it: attributes tagged `!reset` or `!override`.
///
/// Compose applies these before `extends`, so a document whose services extend others takes them first, applies them to
/// every base, and merges then.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resets(Vec<Path>);

impl Resets {
    /// Takes the nodes tagged `!reset` out of `node` and remembers where they and the nodes tagged `!override` stood.
    /// Below an `!override`, and inside lists, a tag reaches no file below (compose-go 2.16.2, `loader/reset.go`).
    pub fn take(node: &mut Node) -> Self {
        let mut resets = Self::default();
        // Most files have no tag, and need no more than this look.
        if node.any(&|node| node.tag().is_some()) {
            resets.collect(node, &Path::root(), false);
        }
        resets
    }

    /// Takes what is to be reset out of `base`.
    pub fn apply(&self, base: &mut Node) {
        for path in &self.0 {
            remove(base, &path.0);
        }
    }

    /// Takes what is to be reset out of `base`, the value that stands at `path` of a document.
    pub fn apply_at(&self, path: &Path, base: &mut Node) {
        for reset in &self.0 {
            if let Some(below) = reset.0.strip_prefix(path.0.as_slice()) {
                remove(base, below);
            }
        }
    }

    /// Whether nothing is to be reset.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn collect(&mut self, node: &mut Node, path: &Path, in_list: bool) {
        match &mut node.value {
            Value::Map(map) => map.retain(|key, entry| {
                let path = path.key(&**key);
                let tag = entry.value.tag();
                let (reset, replace) = (tag == Some("!reset"), tag == Some("!override"));
                if !reset && !replace {
                    self.collect(&mut entry.value, &path, in_list);
                } else if !in_list {
                    self.0.push(path);
                }
                !reset
            }),
            Value::Seq(items) => items.retain_mut(|item| {
                let tag = item.tag();
                let (reset, replace) = (tag == Some("!reset"), tag == Some("!override"));
                if !reset && !replace {
                    self.collect(item, path, true);
                }
                !reset
            }),
            _ => {}
        }
    }
}

fn remove(node: &mut Node, path: &[Segment]) {
    let (Value::Map(map), [Segment::Key(key), rest @ ..]) = (&mut node.value, path) else { return };
    if rest.is_empty() {
        map.shift_remove(key.as_str());
    } else if let Some(entry) = map.get_mut(key.as_str()) {
        remove(&mut entry.value, rest);
    }
}
