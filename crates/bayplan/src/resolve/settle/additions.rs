//! `intents → Compose keys`: dependencies, networks, secrets, limits.

use super::*;

impl Settler<'_> {
    /// The keys that the intents of one service stand for.
    #[allow(clippy::too_many_arguments, reason = "one call, by name")]
    pub(super) fn additions(
        &mut self,
        key: &(String, String),
        edges: &[Edge],
        networks: &[DerivedNetwork],
        derived: bool,
        collector: Option<&(String, String)>,
    ) -> serde_json::Value {
        let (stack, name) = key;
        let draft = &self.drafts[key];
        let mut added = json!({});
        let mut depends = serde_json::Map::new();
        for edge in edges.iter().filter(|edge| edge.stack == *stack) {
            let target = &self.drafts[&(edge.stack.clone(), edge.service.clone())];
            let condition = edge.need.condition.unwrap_or(if target.has_health_check {
                Condition::Healthy
            } else {
                Condition::Started
            });
            let mut depend = json!({ "condition": condition.as_str() });
            if let Some(restart) = edge.need.restart {
                depend["restart"] = restart.into();
            }
            depends.insert(edge.service.clone(), depend);
        }
        if !depends.is_empty() {
            added["depends_on"] = depends.into();
        }
        if draft.node.get("network_mode").is_none() {
            let mut joined = serde_json::Map::new();
            for network in networks.iter().filter(|network| network.members.contains(key)) {
                let names = (!draft.aliases.is_empty()).then(|| json!({ "aliases": draft.aliases }));
                joined.insert(network.key.clone(), names.unwrap_or_default());
            }
            if derived {
                let leads_out = |network: &&DerivedNetwork| network.members.contains(key) && !self.is_internal(network);
                let own = draft.node.get("networks").is_some();
                if draft.intents.egress != Some(false) && !own && !networks.iter().any(|network| leads_out(&network)) {
                    joined.insert(way_out(name), serde_json::Value::Null);
                }
            } else if !joined.is_empty() && draft.node.get("networks").is_none() {
                joined.insert("default".to_owned(), serde_json::Value::Null);
            }
            if !joined.is_empty() {
                added["networks"] = joined.into();
            } else if derived && draft.node.get("networks").is_none() {
                added["network_mode"] = "none".into();
            }
        }
        let granted: Vec<&str> = draft.grants.iter().map(|(_, secret)| secret.as_str()).collect();
        if !granted.is_empty() {
            added["secrets"] = granted.into();
        }
        if let Some(collector) = collector.filter(|_| draft.intents.traces == Some(true)) {
            added["environment"] = json!({
                "OTEL_EXPORTER_OTLP_ENDPOINT": format!("http://{}:4318", collector.1),
                "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
                "OTEL_SERVICE_NAME": format!("{stack}-{name}"),
            });
        }
        if let Some(size) = self.size(key) {
            let draft = &self.drafts[key];
            // Compose refuses a limit that stands in both places with two values, or in one of the two only.
            let written = |key: &str| draft.node.get(key).and_then(text_of);
            let limits = |cpus: Option<f64>, memory: Option<Bytes>, cpu_key: &str, memory_key: &str| {
                let mut limits = serde_json::Map::new();
                if let Some(cpus) = written(cpu_key).or(cpus.map(|cpus| cpus.to_string())) {
                    limits.insert("cpus".to_owned(), cpus.into());
                }
                if let Some(memory) = written(memory_key).or(memory.map(Bytes::short)) {
                    limits.insert("memory".to_owned(), memory.into());
                }
                limits
            };
            let mut resources = serde_json::Map::new();
            let mut most = limits(size.cpus, size.memory, "cpus", "mem_limit");
            if let Some(Value::Int(pids)) = draft.node.get("pids_limit").map(|node| &node.value) {
                most.extend(i64::try_from(*pids).ok().map(|pids| ("pids".to_owned(), pids.into())));
            }
            if !most.is_empty() {
                resources.insert("limits".to_owned(), most.into());
            }
            let least = size.reserve.map(|reserve| limits(reserve.cpus, reserve.memory, "", "mem_reservation"));
            if let Some(least) = least.filter(|least| !least.is_empty()) {
                resources.insert("reservations".to_owned(), least.into());
            }
            if !resources.is_empty() {
                added["deploy"] = json!({ "resources": resources });
            }
        }
        added
    }

    pub(super) fn size(&mut self, key: &(String, String)) -> Option<Size> {
        let (stack, name) = key;
        let draft = &self.drafts[key];
        let wanted = match draft.intents.size.as_ref()? {
            SizeRef::Given(size) => return Some(size.clone()),
            SizeRef::Named(wanted) => wanted.clone(),
        };
        if let Some(size) = self.input.fleet.sizes.get(&wanted).cloned().or_else(|| built_in(&wanted)) {
            return Some(size);
        }
        let known: Vec<&str> =
            self.input.fleet.sizes.keys().map(String::as_str).chain(SIZES.iter().map(|(name, ..)| *name)).collect();
        let help = match nearest(&wanted, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                format!("the sizes are {}", known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
            }
        };
        let subject = Subject::service(stack, name);
        let subject = subject.clone().with_path(subject.path.key("size"));
        let place = draft.node.get("size").map_or(draft.node.at, |node| node.at);
        let message = format!("there is no size `{wanted}`");
        self.report.push(Finding::deny("invalid-value", place, message).help(help).about(subject));
        None
    }

    /// Whether a network leads nowhere: one of its members may not reach what lies outside.
    pub(super) fn is_internal(&self, network: &DerivedNetwork) -> bool {
        network
            .members
            .iter()
            .any(|member| self.drafts.get(member).is_some_and(|draft| draft.intents.egress == Some(false)))
    }
}

/// The sizes that every fleet has: cores and memory.
pub(super) const SIZES: &[(&str, f64, i64)] =
    &[("tiny", 0.25, 64 << 20), ("small", 0.5, 256 << 20), ("medium", 1.0, 1 << 30), ("large", 2.0, 2 << 30)];

pub(super) fn built_in(name: &str) -> Option<Size> {
    let (_, cpus, memory) = SIZES.iter().find(|(known, ..)| *known == name)?;
    Some(Size { cpus: Some(*cpus), memory: Some(Bytes(*memory)), reserve: None })
}

/// Whether a service says itself how it is found healthy.
pub fn has_health_check(node: &Node) -> bool {
    let Some(check) = node.get("healthcheck") else { return false };
    let disabled = check.get("disable").is_some_and(|node| node.value == Value::Bool(true));
    let test = check.get("test");
    let none =
        test.and_then(|test| test.as_seq().and_then(|items| items.first()).or(Some(test))).and_then(Node::as_str)
            == Some("NONE");
    test.is_some() && !disabled && !none
}
