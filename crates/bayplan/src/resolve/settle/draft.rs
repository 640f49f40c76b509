//! `document → drafts`: every service with its archetype and the defaults below it, and what is wrong with its shape.

use super::*;

impl Settler<'_> {
    /// Reads one stack: every error of shape and value is reported here.
    pub(super) fn draft(&mut self, stack: &str, document: &Node) {
        let mut rest = without_services(document);
        self.evaluate(stack, &mut rest);
        let mut decoder = Decoder::new();
        if let Some(mut project) = <Plain as Form<compose::Project>>::read(&rest, &mut decoder) {
            if project.name.is_none() {
                project.name = stack.parse().ok();
            }
            self.stacks.insert(stack.to_owned(), project);
        }
        self.report.extend(decoder.finish().into_iter().map(|error| about(error.into(), stack, None)));
        let Some(services) = document.get("services") else { return };
        let Value::Map(map) = &services.value else {
            let mut decoder = Decoder::at(Path::root().key("services"));
            let _: Option<()> = decoder.wrong_type(services, "a mapping from names to services");
            self.report.extend(decoder.finish());
            return;
        };
        for (name, entry) in map {
            self.service(stack, name, entry.clone());
        }
    }

    /// Evaluates the expressions of a tree; the expressions that it asked.
    pub(super) fn evaluate(&mut self, stack: &str, node: &mut Node) -> Vec<(Location, String, String)> {
        let scope = Local { instances: self.instances, stack };
        let mut found = expression::Found::default();
        evaluate_node(node, &scope, &mut found);
        for (at, error) in found.errors {
            self.report.push(Finding::deny("invalid-expression", at, error.message).maybe_help(error.help));
        }
        found.asked
    }

    pub(super) fn service(&mut self, stack: &str, name: &str, entry: Entry) {
        let path = Path::from_iter(["services", name]);
        let mut written = entry.value;
        if let Err(invalid) = name.parse::<crate::value::ServiceName>() {
            let finding = Finding::deny("invalid-value", entry.key_at, invalid.message);
            self.report.push(finding.maybe_help(invalid.help).about(Subject::service(stack, name)));
        }
        if !matches!(written.value, Value::Map(_)) {
            let mut decoder = Decoder::at(path);
            let help =
                written.as_str().map(|image| format!("write `image: {image}` on a line of its own below the name"));
            match help {
                Some(help) => {
                    let kind = bayplan_yaml::decode::DecodeErrorKind::Type;
                    decoder.error(kind, written.at, "expected a service, found a string", Some(help));
                }
                None => drop(decoder.wrong_type::<()>(&written, "a service: a mapping of its keys")),
            }
            self.report.extend(decoder.finish().into_iter().map(|error| about(error.into(), stack, Some(name))));
            return;
        }
        let asked = self.evaluate(stack, &mut written);
        let expanded = self.instances.expanded(stack, name).unwrap_or_default();
        // What is wrong with `use` and `with` as such is said once.
        let said: Vec<Location> = expanded.errors.iter().map(|error| error.at).collect();
        self.report.extend(expanded.errors.into_iter().map(|error| {
            let finding: Finding = error.into();
            let rule = match &finding.message {
                message if message.starts_with("there is no archetype") => "unknown-archetype",
                message if message.contains(crate::resolve::instances::FROM_ITSELF) => "invalid-expression",
                _ => finding.rule,
            };
            about(Finding { rule, ..finding }, stack, Some(name))
        }));
        let used = written.get("use");
        // The versions of members are their archetype's choice.
        let used = used.filter(|used| self.sources.file(used.at.source).is_some());
        if let (Some(archetype), Some(used)) = (expanded.archetype, used)
            && let Ok((_, tag)) = crate::catalog::parse_use(used.as_str().unwrap_or_default())
        {
            self.report.extend(composites::unchecked(stack, name, archetype, tag, used.at));
        }
        let is_broken = expanded.archetype.is_some() && expanded.expansion.is_none();
        let expansion = expanded.expansion.unwrap_or_default();
        let mut base: Option<Node> = None;
        let made = expanded.archetype.and_then(|archetype| {
            let source = self.sources.add_made(format!("the archetype `{}`", archetype.name));
            let mut node = to_node(&expansion.service, Location { source, ..Location::default() }).ok()?;
            composites::leave_to(&written, &mut node);
            crate::resolve::limits::leave_to(&written, &mut node);
            let kind = LayerKind::Archetype(archetype.name.to_owned());
            matches!(node.value, Value::Map(_)).then_some((kind, node))
        });
        if let Some(defaults) = &self.input.fleet.defaults {
            let mut defaults = defaults.0.clone();
            interpolate_node(&mut defaults, &|name| self.instances.lookup(name), &mut interpolate::Found::default());
            crate::resolve::limits::leave_to(&written, &mut defaults);
            if let Some((_, made)) = &made {
                crate::resolve::limits::leave_to(made, &mut defaults);
            }
            let root = path.clone();
            Layers::add(self.layers.wanted, &mut self.layers.below, stack, LayerKind::Defaults, root, &defaults);
            base = Some(defaults);
        }
        if let Some((kind, node)) = made {
            Layers::add(self.layers.wanted, &mut self.layers.below, stack, kind, path.clone(), &node);
            base = Some(match base {
                Some(base) => merge_service(base, node).node,
                None => node,
            });
        }
        let node = match base {
            None => written,
            Some(base) => {
                let at = written.at;
                let merged = merge_service(base, written);
                self.report.extend(merged.errors.into_iter().map(|error| about(error.into(), stack, Some(name))));
                Node { at, ..merged.node }
            }
        };
        let mut decoder = Decoder::at(path);
        let read = <Plain as Form<blueprint::Service>>::read(&node, &mut decoder);
        let errors = decoder.finish().into_iter().filter(|error| !said.contains(&error.at));
        self.report.extend(errors.map(|error| about(error.into(), stack, Some(name))));
        let Some(read) = read else { return };
        let scope = Local { instances: self.instances, stack };
        let mut grants: BTreeSet<(String, String)> =
            expansion.secrets.iter().map(|secret| (stack.to_owned(), secret.clone())).collect();
        for (_, head, output) in &asked {
            let Some((owner, service)) = scope.resolve(head) else { continue };
            let outputs = self.instances.outputs(&owner, &service).unwrap_or_default();
            if let Some(Output::SecretFile(secret)) = outputs.get(output) {
                grants.insert((owner, secret.clone()));
            }
        }
        let mut ports = expansion.ports;
        let mut known: BTreeSet<u16> = ports.iter().copied().collect();
        let exposed = read.compose.expose.iter().filter_map(|text| PortRange::parse(text.split('/').next()?).ok());
        let exposed = exposed.flat_map(|range| range.first..=range.last);
        let published = read.compose.ports.iter().map(|port| port.target);
        ports.extend(exposed.chain(published).filter(|port| known.insert(*port)));
        let draft = Draft {
            has_health_check: has_health_check(&node),
            node,
            compose: Some(Box::new(read.compose)),
            intents: read.intents,
            archetype: expanded.archetype.map(|archetype| archetype.name.to_owned()),
            is_broken,
            role: expansion.role,
            ports,
            files: expansion.files,
            aliases: expansion.aliases,
            declares: (expansion.volumes, expansion.secrets),
            grants,
            asked,
        };
        self.drafts.insert((stack.to_owned(), name.to_owned()), draft);
    }
}
