//! Services that are meant to meet reach each other; all others do not, neither by name nor by address.

use super::Proofs;
use crate::trial::containers::Container;
use crate::trial::plan::{MEETING_PORT, Member, Role};
use crate::trial::stage::Stage;
use serde::Deserialize;

/// What the stand-in's `reach` answers.
#[derive(Debug, Deserialize)]
struct Reached {
    target: String,
    resolved: Vec<String>,
    connected: bool,
    #[serde(default)]
    error: String,
}

/// Proves it: a line for each service and what it reaches, and one for what it does not.
pub fn prove(stage: &Stage<'_>, proofs: &mut Proofs) -> Result<(), String> {
    let containers = stage.containers()?;
    let running: Vec<(usize, &Member, &Container)> = stage
        .plan
        .members
        .iter()
        .enumerate()
        .filter(|(_, member)| !member.job)
        .filter_map(|(place, member)| {
            let (_, container) = containers.iter().find(|(other, _)| other.label == member.label)?;
            Some((place, member, container))
        })
        .collect();
    for (from_place, from, container) in &running {
        let others: Vec<_> = running.iter().filter(|(place, ..)| place != from_place).collect();
        let mut targets = Vec::new();
        for (_, to, other) in &others {
            targets.extend(targets_of(to, other));
        }
        if targets.is_empty() {
            continue;
        }
        let words: Vec<&str> = ["/stand-in", "reach"].into_iter().chain(targets.iter().map(String::as_str)).collect();
        let text = stage.docker.exec(container.id(), &words)?.output()?;
        let answers: Vec<Reached> = text
            .lines()
            .map(serde_json::from_str)
            .collect::<Result<_, _>>()
            .map_err(|error| format!("`reach` in {} answers no JSON: {error}", from.label))?;
        let (mut met, mut kept_apart, mut faults) = (Vec::new(), 0, Vec::new());
        for (place, to, other) in &others {
            let own = targets_of(to, other);
            let addresses = other.addresses();
            let theirs: Vec<&Reached> = answers.iter().filter(|answer| own.contains(&answer.target)).collect();
            // A name that leads to somebody else of the same name does not count.
            let is_them = |answer: &Reached| answer.resolved.iter().any(|address| addresses.contains(address));
            let by_name =
                theirs.iter().any(|answer| answer.connected && is_them(answer) && !is_address(&answer.target));
            let by_address = theirs.iter().any(|answer| answer.connected && is_them(answer));
            let meant = stage.plan.may_reach(*from_place, *place);
            if meant && !by_name {
                let why: Vec<_> = theirs.iter().map(|answer| format!("{} {}", answer.target, answer.error)).collect();
                faults.push(format!("it should reach {}: {}", to.label, why.join("; ")));
            } else if !meant && by_address {
                let ways: Vec<_> =
                    theirs.iter().filter(|answer| answer.connected).map(|answer| &answer.target).collect();
                faults.push(format!("it should not reach {}, but does: {ways:?}", to.label));
            }
            if meant {
                met.push(to.label.as_str());
            } else {
                kept_apart += 1;
            }
        }
        let met = if met.is_empty() { "nobody".to_owned() } else { met.join(", ") };
        way_out(stage, from, container, proofs)?;
        let claim = format!("{} reaches {met} and none of the {kept_apart} others", from.label);
        proofs.record(&claim, if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) });
    }
    Ok(())
}

/// Proves that a service that was given no way out has none: the daemon knows each of its networks as internal, for which
/// it forwards nothing. (Its kernel may know a default route all the same: Engine 20.10 sets one.)
fn way_out(stage: &Stage<'_>, from: &Member, container: &Container, proofs: &mut Proofs) -> Result<(), String> {
    let Some(egress) = from.egress else { return Ok(()) };
    let ids = "{{range .NetworkSettings.Networks}}{{.NetworkID}} {{end}}";
    let networks = stage.docker.run(&["inspect", "-f", ids, container.id()])?;
    let mut ask = vec!["network", "inspect", "-f", "{{.Name}} {{.Internal}}"];
    ask.extend(networks.split_whitespace());
    let known = stage.docker.run(&ask)?;
    let has = known.lines().any(|line| line.trim_end().ends_with(" false"));
    let (claim, well) = if egress { ("has a way out", has) } else { ("has no way out", !has) };
    let outcome = if well { Ok(()) } else { Err(format!("its networks, and whether they are internal:\n{known}")) };
    proofs.record(&format!("{} {claim}", from.label), outcome);
    Ok(())
}

/// Every name and every address of `member`, with a port on which it listens.
fn targets_of(member: &Member, container: &Container) -> Vec<String> {
    let port = match member.role {
        Role::StandIn => Some(MEETING_PORT),
        Role::Prometheus => Some(9090),
        Role::Traefik => Some(80),
        Role::Alloy => Some(12345),
        Role::Dnsmasq => Some(53),
    };
    let Some(port) = port.or(member.ports.first().copied()) else { return Vec::new() };
    let mut hosts: Vec<String> = member.networks.values().flatten().cloned().collect();
    hosts.extend(container.addresses());
    hosts.sort();
    hosts.dedup();
    hosts.into_iter().map(|host| format!("{host}:{port}")).collect()
}

fn is_address(target: &str) -> bool {
    target.rsplit_once(':').is_some_and(|(host, _)| host.parse::<std::net::IpAddr>().is_ok())
}
