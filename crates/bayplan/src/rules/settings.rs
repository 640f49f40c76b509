//! What in `fleet.yaml` reads well but leads nowhere: names that become folders, addresses, hosts, stacks, accounts.

use super::Findings;
use crate::blueprint::TlsSetting;
use crate::finding::{Finding, Subject};
use crate::plan::Plan;
use crate::record::nearest;
use crate::value::{EnvName, HttpUrl, Invalid};
use bayplan_yaml::{Location, Node, Path};
use std::collections::BTreeMap;

/// Looks at the settings of the fleet, and at those of the plan's environment.
pub fn check(plan: &Plan, found: &mut Findings<'_>) {
    let Some(settings) = &plan.settings else { return };
    let mut check = Check { plan, settings, found };
    check.names();
    check.variables();
    check.hosts();
    check.ingress();
    check.tls();
    check.addresses();
}

struct Check<'a, 'f, 's> {
    plan: &'a Plan,
    settings: &'a Node,
    found: &'f mut Findings<'s>,
}

impl Check<'_, '_, '_> {
    fn say(&mut self, rule: &'static str, path: Path, at: Location, message: String, help: impl Into<String>) {
        self.found.push(Finding::deny(rule, at, message).help(help).about(Subject::path(path)));
    }

    fn at(&self, path: &Path) -> Location {
        self.settings.at_path(path).map_or(self.settings.at, |node| node.at)
    }

    fn key_at(&self, section: &Path, key: &str) -> Location {
        let entry = self.settings.at_path(section).and_then(Node::as_map).and_then(|map| map.get(key));
        entry.map_or_else(|| self.at(section), |entry| entry.key_at)
    }

    fn environment(&self) -> Path {
        Path::from_iter(["environments", self.plan.environment.as_str()])
    }

    /// The fleet and its environments become folders and labels.
    fn names(&mut self) {
        let help = "use letters, digits, `-`, `_` and dots, beginning with a letter or digit";
        if let Some(name) = self.plan.fleet.name.as_deref().filter(|name| !is_folder(name)) {
            let path = Path::root().key("name");
            let message = format!(
                "the fleet cannot be named `{}`: its output stands in a folder of that name",
                name.escape_debug()
            );
            self.say("invalid-value", path.clone(), self.at(&path), message, help);
        }
        for name in self.plan.fleet.environments.keys().filter(|name| !is_folder(name)) {
            let section = Path::root().key("environments");
            let at = self.key_at(&section, name);
            let message = format!(
                "an environment cannot be named `{}`: its output stands in a folder of that name",
                name.escape_debug()
            );
            self.say("invalid-value", section.key(name.as_str()), at, message, help);
        }
    }

    /// Variables have names by which they can be asked for.
    fn variables(&mut self) {
        let Some(environment) = self.plan.fleet.environments.get(&self.plan.environment) else { return };
        let section = self.environment().key("variables");
        for name in environment.variables.keys() {
            let Err(Invalid { message, help, .. }) = EnvName::parse(name) else { continue };
            let items = self.settings.at_path(&section).and_then(Node::as_seq).into_iter().flatten();
            let names = |item: &&Node| item.as_str().is_some_and(|text| text.split('=').next() == Some(name));
            let at = items.into_iter().find(names).map_or_else(|| self.key_at(&section, name), |item| item.at);
            self.say("invalid-value", section.key(name.as_str()), at, message, help.unwrap_or_default());
        }
    }

    /// Every stack of a host is there, and runs nowhere else.
    fn hosts(&mut self) {
        let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
        for (host, settings) in &self.plan.fleet.hosts {
            for (index, stack) in settings.stacks.iter().enumerate() {
                let path = Path::from_iter(["hosts", host.as_str(), "stacks"]).index(index);
                let at = self.at(&path);
                if !self.plan.stacks.contains_key(stack) && !self.found.is_stack_refused(stack) {
                    let known: Vec<&str> = self.plan.stacks.keys().map(String::as_str).collect();
                    let help = match nearest(stack, &known) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "name a stack of this fleet, or remove it".to_owned(),
                    };
                    self.say(
                        "undefined-stack",
                        path,
                        at,
                        format!("`{host}` runs the stack `{stack}`, which does not exist"),
                        help,
                    );
                } else if let Some(other) = taken.insert(stack, host) {
                    let message = if other == host {
                        format!("`{host}` runs the stack `{stack}` twice")
                    } else {
                        format!("`{host}` runs the stack `{stack}`, as `{other}` does")
                    };
                    self.say("duplicate-name", path, at, message, "remove it from one of the two");
                }
            }
        }
    }

    /// The address of every host is one.
    fn ingress(&mut self) {
        let Some(environment) = self.plan.fleet.environments.get(&self.plan.environment) else { return };
        let section = self.environment().key("ingress");
        let hosts: Vec<&str> = self.plan.hosts.keys().map(String::as_str).collect();
        for (host, written) in &environment.ingress {
            if !hosts.contains(&host.as_str()) {
                let help = match nearest(host, &hosts) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "name it under `hosts`".to_owned(),
                };
                let at = self.key_at(&section, host);
                self.say(
                    "undefined-host",
                    section.key(host.as_str()),
                    at,
                    format!("the fleet has no host `{host}`"),
                    help,
                );
            } else if self.plan.hosts[host.as_str()].ingress.is_none() {
                let path = section.key(host.as_str());
                let message = format!("`{}` is no IP address", written.escape_debug());
                self.say(
                    "invalid-value",
                    path.clone(),
                    self.at(&path),
                    message,
                    "write an address such as `192.0.2.1`",
                );
            }
        }
    }

    fn tls(&mut self) {
        let environment = self.plan.fleet.environments.get(&self.plan.environment);
        let path = self.environment().key("tls");
        match environment.and_then(|environment| environment.tls.as_ref()) {
            Some(TlsSetting::Acme(acme)) => {
                // What is missing was said.
                let written = |key: &str| self.settings.at_path(&path.key(key)).is_some();
                let (resolver, email) = (written("resolver"), written("email"));
                if resolver && !crate::record::form::is_name(&acme.resolver) {
                    let path = path.key("resolver");
                    let message = format!("`{}` is no name of a resolver", acme.resolver.escape_debug());
                    self.say(
                        "invalid-value",
                        path.clone(),
                        self.at(&path),
                        message,
                        "use letters, digits, `-`, `_` and dots",
                    );
                }
                if email && !is_mail(&acme.email) {
                    let path = path.key("email");
                    let message = format!("`{}` is no mail address", acme.email.escape_debug());
                    self.say(
                        "invalid-value",
                        path.clone(),
                        self.at(&path),
                        message,
                        "write one such as `ops@example.org`",
                    );
                }
            }
            Some(TlsSetting::Files(files)) => {
                let list = path.key("certificates");
                if files.certificates.is_empty()
                    && self.settings.at_path(&list).and_then(Node::as_seq).is_some_and(<[_]>::is_empty)
                {
                    let message = "the list of certificates is empty".to_owned();
                    self.say(
                        "invalid-value",
                        list.clone(),
                        self.at(&list),
                        message,
                        "add `{ cert, key }`, or write `tls: none`",
                    );
                }
                for (index, pair) in files.certificates.iter().enumerate() {
                    for (key, file) in [("cert", &pair.cert), ("key", &pair.key)] {
                        let path = list.index(index).key(key);
                        let there = self.settings.at_path(&path).is_some();
                        if there && (!file.starts_with('/') || file.chars().any(char::is_control)) {
                            let message = format!("`{}` is no absolute path", file.escape_debug());
                            let help = "write the path in the gateway's container, such as `/certs/fullchain.pem`";
                            self.say("invalid-value", path.clone(), self.at(&path), message, help);
                        }
                    }
                }
            }
            Some(TlsSetting::None) | None => {}
        }
    }

    fn addresses(&mut self) {
        let path = Path::root().key("traces");
        let invalid = self.plan.fleet.traces.as_deref().and_then(|traces| HttpUrl::parse(traces).err());
        if let Some(Invalid { message, help, .. }) = invalid {
            self.say("invalid-value", path.clone(), self.at(&path), message, help.unwrap_or_default());
        }
    }
}

/// Whether a name can be that of a folder, on every system.
fn is_folder(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !name.ends_with('.')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
}

/// Whether a text is an address that an ACME account can have.
fn is_mail(text: &str) -> bool {
    let Some((user, domain)) = text.rsplit_once('@') else { return false };
    let fits = |c: char| {
        c.is_ascii_graphic()
            && !matches!(c, '"' | '\'' | '`' | '\\' | '(' | ')' | ',' | ':' | ';' | '<' | '>' | '[' | ']' | '@')
    };
    !user.is_empty() && user.chars().all(fits) && crate::value::HostName::parse(domain).is_ok()
}
