//! `environment → domain, hosts`: what a fleet says of the machines and names of one environment.

use super::*;

pub(super) fn at(settings: Option<&Node>, path: &Path) -> Location {
    settings.and_then(|node| node.at_path(path).or(Some(node))).map_or_else(Location::default, |node| node.at)
}

pub(super) fn domain(
    name: &str,
    environment: &Environment,
    input: &Input<'_>,
    variables: &IndexMap<String, String>,
    report: &mut Report,
) -> Option<HostName> {
    let text = environment.domain.as_ref()?;
    let path = Path::from_iter(["environments", name, "domain"]);
    let value = setting(text, name, input.settings.map(|node| (node, &path)), variables, report);
    match HostName::parse(&value) {
        Ok(domain) => Some(domain),
        Err(invalid) => {
            let given = if value == *text { String::new() } else { format!(" (`{text}` gives `{value}`)") };
            let message = format!("{}{given}", invalid.message);
            let finding = Finding::deny("invalid-value", at(input.settings, &path), message);
            report.push(finding.maybe_help(invalid.help).about(Subject::path(path)));
            None
        }
    }
}

/// The value of a setting of an environment, its variables replaced.
pub(super) fn setting(
    text: &str,
    environment: &str,
    written: Option<(&Node, &Path)>,
    variables: &IndexMap<String, String>,
    report: &mut Report,
) -> String {
    let node = written.and_then(|(settings, path)| settings.at_path(path));
    let at =
        |range: &std::ops::Range<usize>| node.map_or_else(Location::default, |node| crate::value::locate(node, range));
    let result = interpolate::interpolate(text, &|name| variables.get(name).cloned());
    for error in result.errors.into_iter().chain(result.required) {
        report.push(Finding::deny("invalid-template", at(&error.range), error.message).maybe_help(error.help));
    }
    for unset in result.used.iter().filter(|used| !used.settled) {
        let name = &unset.name;
        let message = format!("the variable `{name}` has no value in the environment `{environment}`");
        let help = format!("set it in a file of `env_files`, or give it a default: `${{{name}:-…}}`");
        report.push(Finding::warn("unset-variable", at(&unset.range), message).help(help));
    }
    result.value
}

pub(super) fn hosts(
    input: &Input<'_>,
    name: &str,
    environment: &Environment,
    variables: &IndexMap<String, String>,
    report: &mut Report,
) -> IndexMap<String, Host> {
    let fleet = input.fleet;
    let mut ingress = BTreeMap::new();
    for (host, address) in &environment.ingress {
        let path = Path::from_iter(["environments", name, "ingress", host.as_str()]);
        let value = setting(address, name, input.settings.map(|node| (node, &path)), variables, report);
        ingress.insert(host.as_str(), value);
    }
    let one = |name: &str, host: Option<&blueprint::Host>| Host {
        ingress: ingress.get(name).and_then(|address| address.parse().ok()),
        memory: host.and_then(|host| host.memory).and_then(|bytes| u64::try_from(bytes.0).ok()),
        cpus: host.and_then(|host| host.cpus),
        networks: host.and_then(|host| host.networks).map_or(DEFAULT_POOLS, |count| count.unsigned_abs() as usize),
    };
    if fleet.hosts.is_empty() {
        let name = environment.ingress.keys().next().map_or("host", String::as_str);
        return IndexMap::from([(name.to_owned(), one(name, None))]);
    }
    fleet.hosts.iter().map(|(name, host)| (name.clone(), one(name, Some(host)))).collect()
}
