//! `bayplan explain`: a rule, the chain behind a value, or the layers of a variable.

use crate::args::ExplainArgs;
use crate::discover;
use crate::render::Style;
use crate::render::secret::masked;
use crate::run::{Runner, Said, line, unknown};
use crate::{Exit, Failure, compile};
use bayplan::compile::Loaded;
use bayplan::finding::Safety;
use bayplan::resolve::load::LayerKind;
use bayplan::resolve::provenance::{Link, Variable, chain, parse_path, uses};
use bayplan::resolve::scope::{Supplied, Supplier};
use bayplan::rules::{Rule, page};
use bayplan::source::Sources;
use bayplan_yaml::{Location, Node, Segment, Value};

impl Runner<'_> {
    pub(crate) fn explain(self, args: &ExplainArgs, said: &mut Said) -> Result<Exit, Failure> {
        match &args.what {
            None if args.markdown => {
                said.out.push_str(&page::markdown());
                Ok(Exit::Clean)
            }
            None => {
                self.rules(said);
                Ok(Exit::Clean)
            }
            Some(what) if what.contains('$') => self.variable(what, said),
            Some(what) if what.contains(['.', ':']) => self.value(what, said),
            Some(rule) => self.rule(rule, said),
        }
    }

    /// Every rule, by group.
    fn rules(self, said: &mut Said) {
        let groups = page::list();
        let longest = |part: fn(&(&str, &str, &str)) -> usize| groups.iter().flat_map(|(_, rows)| rows).map(part).max();
        let name = longest(|(name, ..)| name.len()).unwrap_or_default();
        for (group, rows) in &groups {
            line(&mut said.out, &self.out.paint("1", group));
            for (rule, level, finds) in rows {
                let code = match *level {
                    "error" => "31",
                    "warning" => "33",
                    _ => "2",
                };
                let level = self.out.paint(code, &format!("{level:<7}"));
                line(&mut said.out, &format!("  {rule:<name$}  {level}  {finds}"));
            }
            line(&mut said.out, "");
        }
        line(&mut said.out, "The levels are those of the profile `default`; `bayplan explain RULE` says more.");
    }

    fn rule(self, wanted: &str, said: &mut Said) -> Result<Exit, Failure> {
        let rules = self.compiler.rules();
        match rules.iter().find(|(name, _)| *name == wanted) {
            Some((_, text)) => {
                line(&mut said.out, text.trim_end());
                let mends = match bayplan::rules::page(wanted).and_then(Rule::mended) {
                    Some(Safety::Safe) => Some("`bayplan fix`"),
                    Some(Safety::Unsafe) => Some("`bayplan fix --unsafe`"),
                    None => None,
                };
                if let Some(mends) = mends {
                    line(&mut said.out, &format!("\n{mends} mends what it can of it."));
                }
                Ok(Exit::Clean)
            }
            None => Err(unknown("rule", wanted, rules.iter().map(|(name, _)| *name), "bayplan explain")),
        }
    }

    fn traced(self, run: &mut compile::Run) -> Result<Vec<Loaded>, Failure> {
        let mut settings = discover::settings(self.here, &mut run.sources, &mut run.report)?;
        settings.built = !self.compiler.built().is_empty();
        let found = discover::find(self.here, &[], true, &settings)?;
        self.compiler.trace(self.here, &found, run)
    }

    /// `shop:services.web.ports`, or without the stack where only one has the path.
    fn value(self, what: &str, said: &mut Said) -> Result<Exit, Failure> {
        let mut run = compile::Run::default();
        let mut stacks = self.traced(&mut run)?;
        let (stack, path) = match what.split_once(':') {
            Some((stack, path)) if !stack.contains(['.', '[']) => (Some(stack), path),
            _ => (None, what),
        };
        if let Some(wanted) = stack {
            let names: Vec<String> = stacks.iter().map(|loaded| loaded.name.clone()).collect();
            stacks.retain(|loaded| loaded.name == wanted);
            if stacks.is_empty() {
                return Err(unknown("stack", wanted, names.iter().map(String::as_str), "bayplan lint"));
            }
        }
        let mut missing: Option<(usize, String, Option<String>)> = None;
        let mut having = Vec::new();
        for loaded in &stacks {
            match parse_path(path, &loaded.node) {
                Ok(path) => having.push((loaded, path)),
                // The stack that has most of the path says best what is wrong with it.
                Err((part, near)) => {
                    let depth = path.find(&part).unwrap_or(0);
                    let better = |(deepest, _, known): &(usize, String, Option<String>)| {
                        (depth, near.is_some()) > (*deepest, known.is_some())
                    };
                    if missing.as_ref().is_none_or(better) {
                        missing = Some((depth, part, near));
                    }
                }
            }
        }
        let mut names: Vec<&str> = having.iter().map(|(loaded, _)| loaded.name.as_str()).collect();
        names.dedup();
        if names.len() > 1 {
            let all = names.iter().map(|name| format!("`{name}:{path}`")).collect::<Vec<_>>().join(", ");
            return Err(Failure::new(format!("several stacks have `{path}`")).help(format!("say which: {all}")));
        }
        if having.is_empty() {
            let (part, near) = missing.map_or((path.to_owned(), None), |(_, part, near)| (part, near));
            return Err(Failure::new(format!("nothing has `{path}`: there is no `{}`", part.escape_debug())).help(
                match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "name a path such as `services.web.ports`".to_owned(),
                },
            ));
        }
        for (loaded, path) in having {
            let Some(node) = loaded.node.at_path(&path) else { continue };
            line(&mut said.out, &self.out.paint("1", &format!("{}:{path}{}", loaded.name, which(loaded))));
            let key = path.0.iter().rev().find_map(|segment| match segment {
                Segment::Key(key) => Some(key.as_str()),
                Segment::Index(_) => None,
            });
            let key = key.unwrap_or_default();
            let links = chain(&path, &loaded.node, &loaded.layers);
            for link in &links {
                self.link(link, key, &run.sources, said);
            }
            self.parts(node, key, &run.sources, said);
        }
        Ok(Exit::Clean)
    }

    fn link(self, link: &Link, key: &str, sources: &Sources, said: &mut Said) {
        let style = self.out;
        let kind = match &link.kind {
            LayerKind::File => String::new(),
            LayerKind::Include => ", included".to_owned(),
            LayerKind::EnvFile => ", by `env_file`".to_owned(),
            LayerKind::LabelFile => ", by `label_file`".to_owned(),
            LayerKind::Extends { from, .. } => format!(", extended service `{from}`"),
            LayerKind::Defaults => ", `defaults` of the fleet".to_owned(),
            LayerKind::Archetype(_) | LayerKind::Intents => String::new(),
            LayerKind::Environment(name) => format!(", environment `{name}`"),
        };
        let via = link.via.map(|at| format!(", through {}", place(at, sources))).unwrap_or_default();
        let mark = if link.decides { style.paint("32", "→") } else { style.paint("2", "·") };
        line(&mut said.out, &format!("  {mark} {}", shown(key, &link.written, style)));
        let end = if link.decides { "" } else { ", overridden" };
        line(&mut said.out, &style.paint("2", &format!("      {}{kind}{via}{end}", place(link.at, sources))));
        for variable in &link.variables {
            self.supplied(variable, sources, said);
        }
    }

    fn supplied(self, variable: &Variable, sources: &Sources, said: &mut Said) {
        let mut first = true;
        for supplied in &variable.suppliers {
            let mark = if first { "=" } else { "(not)" };
            let text = shown(&variable.name, &supplied.value, self.out);
            line(&mut said.out, &format!("      ${} {mark} {text}  {}", variable.name, who(supplied, sources)));
            first = false;
        }
        if let Some(default) = &variable.default {
            let mark = if first { "=" } else { "(not)" };
            let text = shown(&variable.name, default, self.out);
            line(&mut said.out, &format!("      ${} {mark} {text}  the default in the template", variable.name));
        } else if first {
            line(&mut said.out, &format!("      ${} has no value", variable.name));
        }
    }

    /// The scalars of a collection, each with its place.
    fn parts(self, node: &Node, key: &str, sources: &Sources, said: &mut Said) {
        let listed = matches!(node.value, Value::Seq(_));
        let mut part = |key: &str, node: &Node| {
            let at = self.out.paint("2", &place(node.at, sources));
            let text = match &node.value {
                Value::Map(_) | Value::Seq(_) => "…".to_owned(),
                _ => shown(key, &scalar(node), self.out),
            };
            let label = if listed { "- ".to_owned() } else { format!("{key}: ") };
            line(&mut said.out, &format!("    {label}{text}  {at}"));
        };
        match &node.value {
            Value::Map(map) => map.iter().for_each(|(key, entry)| part(key, &entry.value)),
            Value::Seq(items) => items.iter().for_each(|item| part(key, item)),
            _ => {}
        }
    }

    /// `$NAME` or `${NAME}`: who supplies it in each stack, and where it is used.
    fn variable(self, what: &str, said: &mut Said) -> Result<Exit, Failure> {
        let name = what.trim_matches(['$', '{', '}', ' ']);
        let name = name.split([':', '-', '?', '+']).next().unwrap_or(name);
        let mut run = compile::Run::default();
        let stacks = self.traced(&mut run)?;
        let mut known = false;
        for loaded in &stacks {
            let layers = loaded.layers.iter();
            let mut places: Vec<(Location, Option<String>)> =
                layers.flat_map(|layer| uses(name, &layer.node)).collect();
            places.sort();
            places.dedup();
            let mut suppliers: Vec<Supplied> = Vec::new();
            for scope in loaded.layers.iter().map(|layer| &layer.scope).chain([&loaded.scope]) {
                for supplied in scope.suppliers(name) {
                    if suppliers.iter().all(|known| known.by != supplied.by) {
                        suppliers.push(supplied);
                    }
                }
            }
            let in_files = suppliers.iter().any(|supplied| supplied.by != Supplier::Shell);
            if places.is_empty() && !in_files {
                continue;
            }
            known = true;
            line(&mut said.out, &self.out.paint("1", &format!("${name} of {}{}", loaded.name, which(loaded))));
            self.supplied(&Variable { name: name.to_owned(), suppliers, default: None }, &run.sources, said);
            for (at, default) in places {
                let default = default.map(|text| format!(", by default {}", shown(name, &text, self.out)));
                line(
                    &mut said.out,
                    &format!("      used in {}{}", place(at, &run.sources), default.unwrap_or_default()),
                );
            }
        }
        if known {
            return Ok(Exit::Clean);
        }
        Err(Failure::new(format!("no file uses or sets `${}`", name.escape_debug()))
            .help("name a variable of a compose file"))
    }
}

/// Which of the projects of this name it is.
fn which(loaded: &Loaded) -> String {
    match (&loaded.environment, loaded.files.as_slice()) {
        (Some(environment), _) => format!(" in `{environment}`"),
        (None, [_, ..]) => format!(" ({})", loaded.files.join(" + ")),
        _ => String::new(),
    }
}

fn scalar(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Timestamp(text) | Value::String(text) => text.to_string(),
        Value::Seq(_) | Value::Map(_) => String::new(),
    }
}

fn who(supplied: &Supplied, sources: &Sources) -> String {
    if let Some(at) = supplied.at {
        return place(at, sources);
    }
    match supplied.by {
        Supplier::Shell => "the shell".to_owned(),
        Supplier::File(file) => sources.name(file).to_owned(),
        Supplier::Environment => "`variables` in fleet.yaml".to_owned(),
        Supplier::Project => "the name of the project".to_owned(),
    }
}

fn place(at: Location, sources: &Sources) -> String {
    let place = sources.place(at);
    match place.start {
        Some(start) => format!("{}:{}:{}", place.name, start.line, start.column),
        None => place.name.to_owned(),
    }
}

/// A value in one line of the terminal; what looks like a secret is hidden.
fn shown(key: &str, value: &str, style: Style) -> String {
    let hidden = masked(&format!("{key}: {value}"));
    let value = hidden.strip_prefix(&format!("{key}: ")).unwrap_or(value);
    let most = style.width.saturating_sub(8).max(20);
    let mut text: String = value.chars().map(crate::render::excerpt::shown).take(most).collect();
    if value.chars().count() > most {
        text.push('…');
    }
    text
}
