//! `include: [paths]` → the resources of other projects, each read with its own folder and variables
//! (compose-go 2.16.2, `loader/include.go`).

use super::files::{folder, is_absolute, join, relative};
use super::load::{Loader, Place};
use super::merge::merge_at;
use super::reset::Resets;
use super::same::same;
use crate::compose::short::ShortOr;
use crate::finding::{Finding, Level, Subject};
use crate::record::Form;
use bayplan_yaml::{Decoder, Entry, Location, Map, Node, Path, Segment, SourceId, Value};

/// What can be included.
const SECTIONS: &[&str] = &["services", "jobs", "volumes", "networks", "secrets", "configs", "models"];
/// More files in one another are taken for a mistake.
const DEEPEST: usize = 64;

impl Loader<'_> {
    /// Takes `include` out of `node` and puts what it names below what the file says itself. Where something of it could not
    /// be read, an empty `include` stays: nobody knows what it would have brought.
    pub(super) fn include(&mut self, node: &mut Node, path: &str, place: Place<'_>, resets: &Resets) {
        let Value::Map(map) = &mut node.value else { return };
        let Some(entry) = map.shift_remove("include") else { return };
        let mut chain = place.chain.to_vec();
        chain.push(path.to_owned());
        let mut whole = true;
        match &entry.value.value {
            Value::Null => {}
            Value::Seq(items) => {
                for item in items {
                    whole &= self.include_one(node, item, &Place { chain: &chain, ..place }, resets).is_some();
                }
            }
            _ => {
                whole = false;
                let mut decoder = Decoder::at(Path::root().key("include"));
                let _: Option<()> = decoder.wrong_type(&entry.value, "a list of compose files");
                self.report.extend(decoder.finish());
            }
        }
        if let (Value::Map(map), false) = (&mut node.value, whole) {
            let value = Node::new(Value::Seq(Vec::new()), entry.value.at);
            map.insert("include".into(), Entry { key_at: entry.key_at, value });
        }
    }

    /// Includes one item; nothing where a part of it could not be read, which was reported.
    fn include_one(&mut self, node: &mut Node, item: &Node, place: &Place<'_>, resets: &Resets) -> Option<()> {
        let mut decoder = Decoder::at(Path::root().key("include"));
        let written = <ShortOr as Form<crate::compose::Include>>::read(item, &mut decoder);
        let errors = decoder.finish();
        let broken = !errors.is_empty();
        self.report.extend(errors);
        let include = written.filter(|_| !broken)?;
        let places = item.get("path").unwrap_or(item);
        let at = |index: usize| places.as_seq().and_then(|items| items.get(index)).unwrap_or(places).at;
        let files: Vec<String> = include.path.iter().map(|path| self.named(&join(place.directory, path))).collect();
        let main = files.first()?;
        if let Some(first) = place.chain.iter().position(|file| file == main) {
            let around: Vec<String> =
                place.chain[first..].iter().chain([main]).map(|file| format!("`{file}`")).collect();
            let message = format!("a circle of includes: {}", around.join(" → "));
            self.report.push(Finding::deny("include-cycle", at(0), message).help("remove one of them"));
            return None;
        }
        if place.chain.len() >= DEEPEST {
            let message = format!("more than {DEEPEST} files include one another");
            self.report.push(Finding::deny("include-cycle", at(0), message).help("include them side by side"));
            return None;
        }
        self.includes.extend(files.iter().cloned());
        let directory = match &include.project_directory {
            Some(directory) => join(place.directory, directory),
            None => include.path.first().map_or_else(String::new, |main| folder(&join(place.directory, main))),
        };
        let wanted: Vec<(String, Location)> = if include.env_file.is_empty() {
            let default = join(&directory, ".env");
            match self.files.read(&default) {
                Ok(_) => vec![(default, item.at)],
                Err(_) => Vec::new(),
            }
        } else {
            let places = item.get("env_file").unwrap_or(item);
            let at = |index: usize| places.as_seq().and_then(|items| items.get(index)).unwrap_or(places).at;
            let named = include.env_file.iter().enumerate().filter(|(_, file)| *file != "/dev/null");
            named.map(|(index, file)| (join(place.directory, file), at(index))).collect()
        };
        let sources: Vec<SourceId> =
            wanted.iter().filter_map(|(file, at)| self.text(file, *at, "environment file")).collect();
        let scope = place.scope.with_files(&sources, self.sources, self.report);
        // A file that can be reached on several ways is read once for each folder and set of variables.
        let key =
            format!("{files:?} {directory:?} {:?}", scope.layers().map(|layer| layer.supplier).collect::<Vec<_>>());
        let mut whole = true;
        let model = match self.included.get(&key) {
            Some((known, layers)) => {
                self.layers.extend(layers.iter().cloned());
                known.clone()
            }
            None => {
                // Whether they are there is said where they are named.
                let there =
                    (0..files.len()).filter(|index| self.documents(&files[*index], at(*index)).is_some()).count();
                whole = there == files.len();
                if there == 0 {
                    return None;
                }
                let inner = Place { directory: &directory, scope: &scope, chain: place.chain };
                let before = self.layers.len();
                let mut model = self.model(&files, inner, true)?;
                // Seen from the folder of whoever includes it, until the outermost paths are resolved.
                let written = include.project_directory.as_deref().filter(|folder| is_absolute(folder));
                let base = written.map_or_else(|| relative(place.directory, &directory), str::to_owned);
                self.resolve_paths(&mut model, &base);
                self.included.insert(key, (model.clone(), self.layers[before..].to_vec()));
                model
            }
        };
        whole &= model.get("include").is_none();
        self.import(node, model, resets);
        whole.then_some(())
    }

    /// Puts the resources of `model` below those of `node`.
    fn import(&mut self, node: &mut Node, model: Node, resets: &Resets) {
        let at = node.at;
        let (Value::Map(target), Value::Map(mut source)) = (&mut node.value, model.value) else { return };
        for section in SECTIONS {
            let Some(from) = source.shift_remove(*section) else { continue };
            let Value::Map(from_map) = from.value.value else { continue };
            let into = target
                .entry((*section).into())
                .or_insert_with(|| Entry { key_at: from.key_at, value: Node::new(Value::Map(Map::default()), at) });
            if matches!(into.value.value, Value::Null) {
                into.value.value = Value::Map(Map::default());
            }
            // What is no mapping is said when it is decoded.
            let Value::Map(into) = &mut into.value.value else { continue };
            for (name, mut entry) in from_map {
                let Some(own) = into.get_mut(&name) else {
                    into.insert(name, entry);
                    continue;
                };
                if same(&own.value, &entry.value) {
                    continue;
                }
                let path = Path(vec![Segment::Key((*section).into()), Segment::Key(name.clone())]);
                let message = format!("`{name}` is changed here, and comes from an included file");
                let finding = Finding::new("redefined-include", Level::Allow, own.key_at, message)
                    .help("write the change in a file of its own, and include both as one item")
                    .related(entry.key_at, "included from here");
                self.report.push(finding.about(Subject::path(path.clone())));
                resets.apply_at(&path, &mut entry.value);
                let over = std::mem::replace(&mut own.value, Node::new(Value::Null, at));
                let merged = merge_at(&path, entry.value, over);
                self.report.extend(merged.errors);
                own.value = merged.node;
            }
        }
    }
}
