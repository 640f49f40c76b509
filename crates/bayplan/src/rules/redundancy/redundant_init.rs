//! `redundant-init`: a service runs a script on a database that the database runs itself at its first start

use crate::compose::{Service, VolumeMount};
use crate::finding::{Label, Level};
use crate::plan::{Plan, Stack};
use crate::resolve::files::join;
use crate::rules::{Findings, Group, Profile, Rule, service_path};
use crate::value::mount::MountType;
use std::collections::BTreeMap;

/// The rule.
pub const RULE: Rule = Rule {
    name: "redundant-init",
    group: Group::Redundancy,
    level: Level::Warn,
    profiles: &[(Profile::Production, Level::Warn)],
    finds: "a service runs a script on a database that has the same script in `/docker-entrypoint-initdb.d`",
    why: "the script runs twice: the second time, what it makes is there already",
    fails: "services:\n  db:\n    image: postgres:17.5\n    volumes: ['./init.sql:/docker-entrypoint-initdb.d/init.sql:ro']\n  init:\n    image: postgres:17.5\n    depends_on: [db]\n    volumes: ['./init.sql:/init.sql:ro']\n    command: psql -h db -U postgres -f /init.sql\n    restart: 'no'\n",
    passes: "services:\n  db:\n    image: postgres:17.5\n    volumes: ['./init.sql:/docker-entrypoint-initdb.d/init.sql:ro']\n",
    fine: "services:\n  db:\n    image: postgres:17.5\n    volumes: ['./init.sql:/docker-entrypoint-initdb.d/init.sql:ro']\n  init:\n    image: postgres:17.5\n    depends_on: [db]\n    volumes: ['./init.sql:/init.sql:ro']\n    command: psql -h db -U postgres -v password=secret -f /init.sql\n    restart: 'no'\n",
    fix: "remove the service; or the mount, where the script has to run on a database that is there already",
    sources: &["seed 004 1.2"],
    check,
};

/// Where the entry points of the official database images look for scripts.
const SCRIPTS: &str = "/docker-entrypoint-initdb.d";
/// The official database images, and those made from them, by family: each has the clients of the others of its family.
const FAMILIES: &[(&str, &[&str], &[&str])] = &[
    ("postgres", &["postgres", "postgis", "pgvector", "timescaledb", "postgresql"], &["psql"]),
    ("mysql", &["mysql", "mariadb", "percona", "mysql-server"], &["mysql", "mariadb"]),
    ("mongo", &["mongo", "mongodb"], &["mongosh", "mongo"]),
];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for stack in plan.stacks.values() {
        let mut scripts: BTreeMap<String, (&str, usize)> = BTreeMap::new();
        for (name, service) in &stack.services {
            if family(&service.compose).is_none() || service.compose.entrypoint.is_some() {
                continue;
            }
            for (index, mount) in service.compose.volumes.iter().enumerate() {
                let target = mount.target.trim_end_matches('/');
                let inside = target.strip_prefix(SCRIPTS).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
                if let Some(source) = host_path(stack, mount).filter(|_| inside) {
                    scripts.insert(source, (name, index));
                }
            }
        }
        if scripts.is_empty() {
            continue;
        }
        for (name, service) in &stack.services {
            one(rule, stack, name, &service.compose, &scripts, found);
        }
    }
}

fn one(
    rule: &Rule,
    stack: &Stack,
    name: &str,
    service: &Service,
    scripts: &BTreeMap<String, (&str, usize)>,
    found: &mut Findings<'_>,
) {
    let Some((of, clients)) = family(service).filter(|_| ends(service)) else { return };
    let mounted = service.volumes.iter().filter(|mount| !mount.target.starts_with(SCRIPTS));
    for mount in mounted {
        let Some(source) = host_path(stack, mount) else { continue };
        // A database may mount the folder in which the script is.
        let with_folder = [source.as_str(), source.rsplit_once('/').map_or("", |(folder, _)| folder)];
        let Some((database, index)) = with_folder.iter().find_map(|path| scripts.get(*path)) else { continue };
        let same = stack.services.get(*database).and_then(|service| family(&service.compose));
        let waits = service.depends_on.contains_key(*database);
        if *database == name || same.map(|(family, _)| family) != Some(of) || !waits {
            continue;
        }
        if !only_runs(service, clients, mount.target.trim_end_matches('/'), database) {
            continue;
        }
        let message = format!("`{name}` runs a script that `{database}` runs itself at its first start");
        let at = found.at(stack, &service_path(database).key("volumes").index(*index));
        let finding = found.entry(rule, stack, name, service_path(name), message);
        let help = format!("remove `{name}`; or this mount of `{database}`, where its data is there already");
        finding.set_help(help).related.push(Label { at, message: "mounted here".to_owned() });
        return;
    }
}

fn family(service: &Service) -> Option<(&'static str, &'static [&'static str])> {
    let image = service.image.as_ref()?.short_name();
    FAMILIES.iter().find(|(_, images, _)| images.contains(&image)).map(|(family, _, clients)| (*family, *clients))
}

/// Whether a service runs to its end.
fn ends(service: &Service) -> bool {
    let restarts = service.restart.as_deref().is_some_and(|restart| matches!(restart, "always" | "unless-stopped"));
    !restarts && service.ports.is_empty() && service.healthcheck.is_none() && service.scale.is_none()
}

/// Whether a service runs the client on the script, and nothing that only it knows: no secrets, no variables of the client,
/// no other host.
fn only_runs(service: &Service, clients: &[&str], script: &str, database: &str) -> bool {
    let words = [&service.entrypoint, &service.command].into_iter().flatten().flat_map(|command| &command.words);
    let text = words.map(String::as_str).collect::<Vec<_>>().join(" ");
    let words: Vec<&str> =
        text.split([' ', '\n', '\t', ';', '"', '\'', '<', '=']).filter(|word| !word.is_empty()).collect();
    let is_client = |word: &&str| clients.contains(&word.rsplit('/').next().unwrap_or(word));
    let passes = |word: &&str| matches!(*word, "-v" | "--set" | "--variable" | "--eval") || word.starts_with("-v");
    // Several files are a migration of its own.
    let runs = words.iter().filter(|word| word.starts_with(script)).count() == 1;
    words.iter().filter(|word| is_client(word)).count() == 1
        && runs
        && !words.iter().any(passes)
        && service.secrets.is_empty()
        && host(&words, service).is_none_or(|host| host == database)
}

/// The host that the client is told.
fn host<'a>(words: &[&'a str], service: &'a Service) -> Option<&'a str> {
    let mut after = words.iter().skip_while(|word| !matches!(**word, "-h" | "--host"));
    let attached = words.iter().find_map(|word| word.strip_prefix("-h").filter(|host| !host.is_empty()));
    let named = service.environment.get("PGHOST").or(service.environment.get("MYSQL_HOST"));
    after.nth(1).copied().or(attached).or(named.and_then(|value| value.as_deref()))
}

fn host_path(stack: &Stack, mount: &VolumeMount) -> Option<String> {
    let source = mount.source.as_deref().filter(|_| mount.kind == MountType::Bind)?;
    Some(join(&stack.directory, source))
}
