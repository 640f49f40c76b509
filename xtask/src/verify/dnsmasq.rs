//! dnsmasq files → `dnsmasq --test`, and a dnsmasq that is started and asked for every name.

use super::Ledger;
use crate::dns::{Kind, ask};
use crate::loopback::free_ports;
use crate::names::{Records, host_names};
use crate::outputs::Environment;
use crate::program::{self, Server};
use crate::tools::{self, Tool};
use crate::yaml;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const TEST: &str = "dnsmasq --test";
const ASKED: &str = "dnsmasq, asked for names";
const LIMIT: Duration = Duration::from_secs(20);

/// Examines the dnsmasq files of `environment`; the names are those of the files and of every Traefik rule.
pub fn examine(environment: &Environment, ledger: &mut Ledger) {
    let program = match tools::need(Tool::Dnsmasq) {
        Ok(program) => program,
        Err(advice) => {
            ledger.missing(TEST, &advice);
            ledger.missing(ASKED, &advice);
            return;
        }
    };
    for file in environment.files("dnsmasq", &[".conf"]) {
        let mut command = Command::new(&program);
        command.arg("--test").arg(format!("--conf-file={}", file.display()));
        let outcome = program::run(&mut command, "", LIMIT).and_then(|outcome| outcome.output().map(|_| ()));
        ledger.record(TEST, &environment.shown(&file), outcome);
        let asked = started(&program, &file).and_then(|(server, _dnsmasq, _scratch)| {
            let text = fs::read_to_string(&file).map_err(|error| error.to_string())?;
            ask_for_all(environment, &file, &Records::read(&text), server, ledger);
            Ok(())
        });
        if let Err(why) = asked {
            ledger.refuse(ASKED, &environment.shown(&file), &why);
        }
    }
}

/// A dnsmasq with the names of `file` on a free port of 127.0.0.1, and what keeps it alive.
pub fn started(program: &Path, file: &Path) -> Result<(SocketAddr, Server, tempfile::TempDir), String> {
    let scratch = tempfile::tempdir().map_err(|error| format!("no folder for a copy: {error}"))?;
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let copy = scratch.path().join("dnsmasq.conf");
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::write(&copy, on_loopback(&text, folder)).map_err(|error| format!("{}: {error}", copy.display()))?;
    let port = free_ports(1)?[0];
    let server = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut command = Command::new(program);
    command
        .arg("--keep-in-foreground")
        .arg(format!("--conf-file={}", copy.display()))
        .arg(format!("--port={port}"))
        .args(["--listen-address=127.0.0.1", "--bind-interfaces", "--no-resolv", "--no-hosts", "--pid-file="])
        .args(["--user=", "--log-facility=-"]);
    let mut dnsmasq = Server::start(&mut command, &scratch.path().join("log"))?;
    dnsmasq.wait_for(LIMIT, || ask(server, "ready.invalid", Kind::A).ok())?;
    Ok((server, dnsmasq, scratch))
}

/// The configuration without what ties it to one machine: where it listens, as whom, and whom it asks beyond its own names.
fn on_loopback(text: &str, folder: &Path) -> String {
    let tied = [
        "port",
        "listen-address",
        "interface",
        "except-interface",
        "no-dhcp-interface",
        "bind-interfaces",
        "bind-dynamic",
        "user",
        "group",
        "pid-file",
        "log-facility",
        "server",
        "resolv-file",
        "keep-in-foreground",
        "no-daemon",
    ];
    let files = ["hostsdir", "addn-hosts", "conf-dir", "conf-file"];
    let mut kept = String::new();
    for line in text.lines() {
        let (key, value) = line.split_once('=').map_or((line, None), |(key, value)| (key, Some(value)));
        let key = key.trim();
        if tied.contains(&key) {
            continue;
        }
        match value {
            // As the file itself means it: beside it.
            Some(value) if files.contains(&key) && !value.starts_with('/') => {
                kept.push_str(&format!("{key}={}\n", folder.join(value).display()));
            }
            _ => kept.push_str(&format!("{line}\n")),
        }
    }
    kept
}

fn ask_for_all(environment: &Environment, file: &Path, records: &Records, server: SocketAddr, ledger: &mut Ledger) {
    let shown = environment.shown(file);
    for (name, address) in &records.names {
        let verdict = match ask(server, name, Kind::A) {
            Ok(answer) if answer.addresses.contains(address) || address.is_ipv6() => Ok(()),
            Ok(answer) => Err(format!("`{name}` should be {address}, the answer is {answer:?}")),
            Err(error) => Err(error),
        };
        ledger.record(ASKED, &format!("{shown}: {name} is {address}"), verdict);
        // Without `local=`, dnsmasq hands the question for the other kind of address on to strangers.
        let other = if address.is_ipv6() { Kind::A } else { Kind::Aaaa };
        let verdict = match ask(server, name, other) {
            Ok(answer) if answer.code == 0 || answer.code == 3 => Ok(()),
            Ok(answer) => Err(format!(
                "the question for {other:?} of `{name}` leaves the zone (code {}): `local=` is missing",
                answer.code
            )),
            Err(error) => Err(error),
        };
        ledger.record(ASKED, &format!("{shown}: {other:?} of {name} stays here"), verdict);
    }
    for route in environment.files("traefik/dynamic", &[".yaml", ".yml"]) {
        let rules = match yaml::load(&route) {
            Ok(rules) => rules,
            Err(error) => return ledger.refuse(ASKED, &environment.shown(&route), &error),
        };
        for name in host_names(&rules) {
            let verdict = match ask(server, &name, Kind::A) {
                Ok(answer) if !answer.addresses.is_empty() => Ok(()),
                Ok(answer) => Err(format!("Traefik routes `{name}`, but no address is known for it: {answer:?}")),
                Err(error) => Err(error),
            };
            ledger.record(ASKED, &format!("{shown}: routed name {name}"), verdict);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ties_a_file_to_a_machine_is_left_out() {
        let text = "# c\nport=53\nlisten-address=10.0.0.1\nserver=9.9.9.9\nlocal=/a.b/\naddress=/a.b/10.0.0.1\nhostsdir=hosts\n";
        let kept = on_loopback(text, Path::new("/f"));
        assert_eq!(kept, "# c\nlocal=/a.b/\naddress=/a.b/10.0.0.1\nhostsdir=/f/hosts\n");
    }
}
