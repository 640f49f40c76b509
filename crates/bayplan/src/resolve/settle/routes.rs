//! `route → routes` with full host names, ports and names of their own.

use super::*;

impl Settler<'_> {
    pub(super) fn routes(&mut self, key: &(String, String)) -> Vec<Route> {
        let (stack, name) = key;
        let draft = &self.drafts[key];
        let (wanted, ports) = (draft.intents.route.clone().unwrap_or_default(), draft.ports.clone());
        let written = draft.node.get("route").cloned();
        let mut routes = Vec::new();
        for (index, intent) in wanted.into_iter().enumerate() {
            let item = written.as_ref().map(|node| node.as_seq().and_then(|items| items.get(index)).unwrap_or(node));
            let whole = item.map_or_else(Location::default, |node| node.at);
            let of = |key: &str| item.and_then(|node| node.get(key)).map_or(whole, |node| node.at);
            let subject = Subject::service(stack, name);
            let subject = subject.clone().with_path(subject.path.key("route"));
            let setting = &self.instances.setting;
            if intent.host.is_empty() {
                // Where the key itself is missing, that was said.
                if let Some(host) =
                    item.and_then(|node| node.get("host").or(Some(node))).filter(|node| node.as_str().is_some())
                {
                    let help = "write a label below the domain, such as `shop`, or a full host name";
                    let finding = Finding::deny("invalid-value", host.at, "the host name is empty").help(help);
                    self.report.push(finding.about(subject.clone()));
                }
                continue;
            }
            if setting.domain.is_none() && (intent.host == "@" || !intent.host.contains('.')) {
                let message = format!(
                    "`{}` is no full host name, and the environment `{}` has no domain",
                    intent.host, self.environment
                );
                let help =
                    format!("set `environments.{}.domain` in fleet.yaml, or write the full name", self.environment);
                self.report
                    .push(Finding::deny("missing-domain", of("host"), message).help(help).about(subject.clone()));
                continue;
            }
            let host = match HostPattern::parse(&full_host(&intent.host, setting.domain)) {
                Ok(host) => host,
                Err(invalid) => {
                    let finding = Finding::deny("invalid-value", of("host"), invalid.message).maybe_help(invalid.help);
                    self.report.push(finding.about(subject.clone()));
                    continue;
                }
            };
            if let Some(path) = &intent.path
                && (!path.starts_with('/') || path.chars().any(|c| c.is_control() || c.is_whitespace()))
            {
                let message = format!("`{}` is no path of a URL", path.escape_debug());
                let help = "write a path that begins with `/` and holds no space";
                self.report.push(Finding::deny("invalid-value", of("path"), message).help(help).about(subject.clone()));
                continue;
            }
            let port = match (intent.port.and_then(|port| u16::try_from(port).ok()), ports.as_slice()) {
                (Some(port), _) => port,
                (None, [first, ..]) if ports.len() == 1 || draft_has_main(&self.drafts[key]) => *first,
                (None, []) if self.drafts[key].is_broken => continue,
                (None, []) => {
                    let message = format!("`{name}` has a route, but nothing says on which port it listens");
                    let help = "add `port` to the route, or `expose` with the port";
                    self.report
                        .push(Finding::deny("unreachable-route", whole, message).help(help).about(subject.clone()));
                    continue;
                }
                (None, many) => {
                    let all = crate::value::port::listed(many);
                    let message = format!("`{name}` has a route and several ports: {all}");
                    let help = "add `port` to the route";
                    self.report
                        .push(Finding::deny("unreachable-route", whole, message).help(help).about(subject.clone()));
                    continue;
                }
            };
            let label = if index == 0 { format!("{stack}-{name}") } else { format!("{stack}-{name}-{}", index + 1) };
            let tls = intent.tls.unwrap_or(setting.tls);
            let beside = self.instances.composites.beside(key);
            routes.push(Route { index, name: label, host, path: intent.path.clone(), port, beside, tls, intent });
        }
        routes
    }

    /// Gives the gateway the files of users that routes name: it reads them, not the services behind it.
    pub(super) fn grant_users(
        &mut self,
        routes: &IndexMap<(String, String), Vec<Route>>,
        gateway: Option<&(String, String)>,
    ) {
        let Some(gateway) = gateway.and_then(|key| self.drafts.get_mut(key)) else { return };
        for ((stack, _), route) in routes.iter().flat_map(|(key, routes)| routes.iter().map(move |route| (key, route)))
        {
            let users = route.intent.auth.as_ref().and_then(|auth| auth.basic.as_ref());
            gateway.grants.extend(users.map(|secret| (stack.clone(), secret.clone())));
        }
    }
}

/// Gives routes names that no other has: `a-b` and `c` make the same as `a` and `b-c`.
pub(super) fn name_apart(routes: &mut IndexMap<(String, String), Vec<Route>>) {
    let mut taken = BTreeSet::new();
    for route in routes.values_mut().flatten() {
        while !taken.insert(route.name.clone()) {
            route.name.push_str("-x");
        }
    }
}

/// Whether the first port of a service is the one to route to: its archetype says so.
pub(super) fn draft_has_main(draft: &Draft) -> bool {
    draft.archetype.is_some()
}
