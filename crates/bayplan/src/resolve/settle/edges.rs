//! `needs and expressions → edges` between services.

use super::*;
use crate::blueprint::Need;

impl Settler<'_> {
    pub(super) fn edges(&mut self, key: &(String, String)) -> Vec<Edge> {
        let (stack, name) = key;
        let mut edges = Vec::new();
        let needs = self.drafts[key].intents.needs.clone().unwrap_or_default();
        for (index, (target, need)) in needs.iter().enumerate() {
            let written = self.drafts[key].node.get("needs");
            let at = match written.map(|node| &node.value) {
                Some(Value::Seq(items)) => items.get(index).map(|item| item.at),
                Some(Value::Map(map)) => map.get(target.as_str()).map(|entry| entry.key_at),
                _ => None,
            };
            let at = at.unwrap_or(self.drafts[key].node.at);
            let subject = Subject::service(stack, name);
            let subject = subject.clone().with_path(subject.path.key("needs"));
            if let Some((other, composite)) = self.composite(stack, target) {
                for part in composite.members.iter().filter(|part| (&other, &part.name) != (stack, name)) {
                    let condition = Some(Condition::CompletedSuccessfully);
                    let need = match (part.is_job, part.is_entry) {
                        (true, _) => Need { condition, ..Need::default() },
                        (_, true) => need.clone(),
                        _ => continue,
                    };
                    edges.push(Edge { stack: other.clone(), service: part.name.clone(), need });
                }
                continue;
            }
            match self.find(stack, target) {
                Some((other, service)) if (&other, &service) == (stack, name) => {
                    let message = format!("`{name}` needs itself");
                    self.report.push(
                        Finding::deny("dependency-cycle", at, message).help("remove it from `needs`").about(subject),
                    );
                }
                Some((stack, service)) => edges.push(Edge { stack, service, need: need.clone() }),
                // A service that could not be read was reported.
                None if self.is_written(stack, target) => {}
                None => {
                    let known: Vec<String> = self
                        .drafts
                        .keys()
                        .map(
                            |(other, service)| {
                                if other == stack { service.clone() } else { format!("{other}/{service}") }
                            },
                        )
                        .chain(self.instances.composites.names(stack).map(str::to_owned))
                        .collect();
                    let known: Vec<&str> = known.iter().map(String::as_str).collect();
                    let same = known.iter().find(|known| known.rsplit('/').next() == Some(target.as_str()));
                    let help = match same.copied().or_else(|| nearest(target, &known)) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "name a service of this blueprint, or `stack/service`".to_owned(),
                    };
                    let message = format!("there is no service `{target}` for `{name}` to need");
                    self.report.push(Finding::deny("undefined-service", at, message).help(help).about(subject));
                }
            }
        }
        let connected = |edges: &[Edge], stack: &str, service: &str| {
            let parts = self.instances.composites.get(stack, service).map(|composite| &composite.members);
            let is = |edge: &Edge| match parts {
                Some(parts) => parts.iter().any(|part| part.is_entry && part.name == edge.service),
                None => edge.service == service,
            };
            edges.iter().any(|edge| edge.stack == stack && is(edge))
        };
        let scope = Local { instances: self.instances, stack };
        let mut missing = Vec::new();
        for (at, head, _) in &self.drafts[key].asked {
            let Some((other, service)) = scope.resolve(head) else { continue };
            // Members of one composite share a network.
            let group = self.instances.composites.group(key);
            let itself = (&other, &service) == (stack, name)
                || other == *stack
                    && group.is_some_and(|group| {
                        service == group
                            || self.instances.composites.group(&(other.clone(), service.clone())) == Some(group)
                    });
            let back = self.drafts.get(&(other.clone(), service.clone())).is_some_and(|draft| {
                draft.intents.needs.iter().flatten().any(|(target, _)| self.find(&other, target).as_ref() == Some(key))
            });
            if !itself
                && !back
                && !connected(&edges, &other, &service)
                && !missing.iter().any(|(_, known, _): &(Location, String, String)| known == head)
            {
                missing.push((*at, head.clone(), if other == *stack { service } else { format!("{other}/{service}") }));
            }
        }
        for (at, head, service) in missing {
            let message = format!("`{name}` takes a value from `{head}`, but has no connection to it");
            let help = format!("add `{service}` to its `needs`");
            self.report
                .push(Finding::deny("unconnected-output", at, message).help(help).about(Subject::service(stack, name)));
        }
        edges
    }
}
