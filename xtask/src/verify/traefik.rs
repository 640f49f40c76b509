//! Traefik files → a Traefik that is started with them on loopback, its log, and what its API says of every object.

use super::Ledger;
use crate::loopback::{free_ports, get_json};
use crate::outputs::Environment;
use crate::program::Server;
use crate::tools::{self, Tool};
use crate::tree;
use crate::yaml;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const STATIC: &str = "Traefik, static file";
const DYNAMIC: &str = "Traefik, routers and services";
const LIMIT: Duration = Duration::from_secs(30);

/// What Traefik may say at level warning or above, with the reason. Everything else is a refusal.
const MAY_SAY: &[(&str, &str)] = &[
    ("Traefik can reject some encoded characters in the request path", "printed at every start of 3.7"),
    ("aliasHeadersStrategy is not configured", "printed at every start of 3.7 for every entry point"),
    ("Unable to obtain ACME certificate", "certificate authorities are replaced by a closed port"),
    ("Unable to get ACME account", "certificate authorities are replaced by a closed port"),
];

/// The top-level keys of a static file: Traefik ignores any other without a word.
const STATIC_KEYS: &[&str] = &[
    "global",
    "serversTransport",
    "tcpServersTransport",
    "entryPoints",
    "providers",
    "api",
    "metrics",
    "ping",
    "log",
    "accessLog",
    "tracing",
    "hostResolver",
    "certificatesResolvers",
    "experimental",
    "core",
    "spiffe",
    "ocsp",
    "defaultRuleSyntax",
    "strictTLSOptions",
];

/// The kinds of objects: section of the dynamic file, kind, and whether the API lists it.
const KINDS: &[(&str, &str)] = &[
    ("http", "routers"),
    ("http", "services"),
    ("http", "middlewares"),
    ("tcp", "routers"),
    ("tcp", "services"),
    ("tcp", "middlewares"),
    ("udp", "routers"),
    ("udp", "services"),
];

/// Examines the Traefik files of `environment`.
pub fn examine(environment: &Environment, ledger: &mut Ledger) {
    let folder = environment.folder.join("traefik");
    if !folder.is_dir() {
        return;
    }
    let program = match tools::need(Tool::Traefik) {
        Ok(program) => program,
        Err(advice) => {
            ledger.missing(STATIC, &advice);
            ledger.missing(DYNAMIC, &advice);
            return;
        }
    };
    let mut files = Vec::new();
    for path in environment.files("traefik/dynamic", &[".yaml", ".yml"]) {
        match yaml::load(&path) {
            Ok(value) => files.push(value),
            Err(error) => ledger.refuse(DYNAMIC, &environment.shown(&path), &error),
        }
    }
    let path = folder.join("traefik.yaml");
    let label = environment.shown(&path);
    let settings = if path.is_file() { yaml::load(&path) } else { Ok(json!({})) };
    let verdict = settings.and_then(|settings| run(&program, &folder, settings, &files));
    match verdict {
        Ok(findings) => {
            ledger.record(STATIC, &label, complaints(&findings.log));
            for (object, verdict) in findings.objects {
                ledger.record(DYNAMIC, &format!("{}: {object}", environment.label()), verdict);
            }
        }
        Err(error) => ledger.refuse(STATIC, &label, &error),
    }
}

struct Findings {
    log: String,
    objects: Vec<(String, Result<(), String>)>,
}

fn run(program: &Path, folder: &Path, settings: Json, files: &[Json]) -> Result<Findings, String> {
    let unknown: Vec<_> = keys(&settings).into_iter().filter(|key| !STATIC_KEYS.contains(&key.as_str())).collect();
    if !unknown.is_empty() {
        return Err(format!("Traefik would ignore the unknown top-level key {}", unknown.join(", ")));
    }
    let failed = |error: std::io::Error| format!("no folder for a copy: {error}");
    let scratch = tempfile::tempdir().map_err(failed)?;
    let dynamic = scratch.path().join("dynamic");
    fs::create_dir_all(&dynamic).map_err(failed)?;
    let source = folder.join("dynamic");
    if source.is_dir() {
        tree::copy(&source, &dynamic)?;
    }
    let (settings, api) = on_loopback(settings, files, scratch.path())?;
    let file = scratch.path().join("traefik.yaml");
    // JSON is YAML.
    fs::write(&file, settings.to_string()).map_err(failed)?;
    let mut command = Command::new(program);
    command.arg(format!("--configFile={}", file.display())).current_dir(scratch.path());
    let mut server = Server::start(&mut command, &scratch.path().join("log"))?;
    server.wait_for(LIMIT, || get_json(api, "/api/overview").ok())?;

    let wanted = declared(files);
    // The provider may still be reading: wait for the last object, but not for one that was refused.
    let all_there = || {
        let listed = listed(api).ok()?;
        let missing = wanted.iter().any(|(kind, name)| find(&listed, kind, name).is_none());
        (!missing).then_some(listed)
    };
    let listed = match server.wait_for(Duration::from_secs(5), all_there) {
        Ok(listed) => listed,
        Err(_) => listed(api)?,
    };
    let mut objects = Vec::new();
    for (kind, name) in &wanted {
        let verdict = match find(&listed, kind, name) {
            Some(object) => health(object),
            None => Err("Traefik does not list it: see its log".to_owned()),
        };
        objects.push((format!("{kind} {name}"), verdict));
    }
    Ok(Findings { log: server.printed(), objects })
}

/// The static file made to run here: loopback ports, our folder, the API on, nobody beyond this machine asked.
fn on_loopback(mut settings: Json, files: &[Json], scratch: &Path) -> Result<(Json, SocketAddr), String> {
    let root = settings.as_object_mut().ok_or("the static file is no mapping")?;
    let entry_points = root.entry("entryPoints").or_insert_with(|| json!({}));
    let entry_points = entry_points.as_object_mut().ok_or("`entryPoints` is no mapping")?;
    if entry_points.is_empty() {
        // No static file: the routers say which entry points there are.
        entry_points.extend(entry_points_of(files).into_iter().map(|name| (name, json!({}))));
    }
    entry_points.entry("traefik").or_insert_with(|| json!({}));
    let ports = free_ports(entry_points.len())?;
    let mut api = None;
    for ((name, entry_point), port) in entry_points.iter_mut().zip(ports) {
        let map = entry_point.as_object_mut().ok_or_else(|| format!("`entryPoints.{name}` is no mapping"))?;
        let udp = map.get("address").and_then(Json::as_str).is_some_and(|address| address.ends_with("/udp"));
        let protocol = if udp { "/udp" } else { "" };
        map.insert("address".to_owned(), json!(format!("127.0.0.1:{port}{protocol}")));
        if name == "traefik" {
            api = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        }
    }
    root.insert("providers".to_owned(), json!({"file": {"directory": scratch.join("dynamic"), "watch": false}}));
    root.insert("api".to_owned(), json!({"insecure": true, "dashboard": false}));
    root.insert("log".to_owned(), json!({"level": "INFO", "format": "json"}));
    root.insert("global".to_owned(), json!({"checkNewVersion": false, "sendAnonymousUsage": false}));
    root.remove("accessLog");
    root.remove("tracing");
    if let Some(resolvers) = root.get_mut("certificatesResolvers").and_then(Json::as_object_mut) {
        for resolver in resolvers.values_mut() {
            if let Some(acme) = resolver.get_mut("acme").and_then(Json::as_object_mut) {
                acme.insert("storage".to_owned(), json!(scratch.join("acme.json")));
                acme.insert("caServer".to_owned(), json!("http://127.0.0.1:9/directory"));
            }
        }
    }
    Ok((settings, api.ok_or("no entry point for the API")?))
}

fn entry_points_of(files: &[Json]) -> BTreeSet<String> {
    let routers = files.iter().flat_map(|file| objects(file, "http", "routers").chain(objects(file, "tcp", "routers")));
    let lists = routers.filter_map(|(_, router)| router.get("entryPoints")?.as_array());
    lists.flatten().filter_map(|name| Some(name.as_str()?.to_owned())).collect()
}

/// Every object of the dynamic files: `http routers` and its name.
fn declared(files: &[Json]) -> Vec<(String, String)> {
    let mut all = BTreeSet::new();
    for file in files {
        for (section, kind) in KINDS {
            all.extend(objects(file, section, kind).map(|(name, _)| (format!("{section} {kind}"), name.clone())));
        }
    }
    all.into_iter().collect()
}

fn objects<'a>(file: &'a Json, section: &str, kind: &str) -> impl Iterator<Item = (&'a String, &'a Json)> {
    file.get(section).and_then(|section| section.get(kind)).and_then(Json::as_object).into_iter().flat_map(Map::iter)
}

fn listed(api: SocketAddr) -> Result<Map<String, Json>, String> {
    KINDS
        .iter()
        .map(|(section, kind)| {
            let list = get_json(api, &format!("/api/{section}/{kind}?per_page=100000"))?;
            Ok((format!("{section} {kind}"), list))
        })
        .collect()
}

fn find<'a>(listed: &'a Map<String, Json>, kind: &str, name: &str) -> Option<&'a Json> {
    let full = format!("{name}@file");
    listed.get(kind)?.as_array()?.iter().find(|object| object.get("name").and_then(Json::as_str) == Some(&full))
}

fn health(object: &Json) -> Result<(), String> {
    if object.get("status").and_then(Json::as_str) == Some("enabled") {
        return Ok(());
    }
    let reasons: Vec<&str> = ["error", "errors"]
        .iter()
        .filter_map(|key| object.get(*key)?.as_array())
        .flatten()
        .filter_map(Json::as_str)
        .collect();
    Err(format!("status {}: {}", object.get("status").unwrap_or(&Json::Null), reasons.join("; ")))
}

/// The lines of the log that Traefik may not say.
fn complaints(log: &str) -> Result<(), String> {
    let bad = ["warn", "error", "fatal", "panic"];
    let complaints: BTreeSet<&str> = log
        .lines()
        .filter(|line| match serde_json::from_str::<Json>(line) {
            Ok(entry) => {
                let level = entry.get("level").and_then(Json::as_str).unwrap_or_default();
                let message = entry.get("message").and_then(Json::as_str).unwrap_or_default();
                bad.contains(&level) && !MAY_SAY.iter().any(|(start, _)| message.starts_with(start))
            }
            // Before its logger is set up, Traefik prints plain text only to complain.
            Err(_) => !line.trim().is_empty(),
        })
        .collect();
    if complaints.is_empty() { Ok(()) } else { Err(complaints.into_iter().collect::<Vec<_>>().join("\n")) }
}

fn keys(value: &Json) -> Vec<String> {
    value.as_object().into_iter().flat_map(|map| map.keys().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_lines_may_be_said() {
        let known = r#"{"level":"warn","message":"aliasHeadersStrategy is not configured: …"}"#;
        assert_eq!(complaints(known), Ok(()));
        assert_eq!(complaints(r#"{"level":"info","message":"x"}"#), Ok(()));
        assert!(complaints(r#"{"level":"error","message":"x"}"#).is_err());
        assert!(complaints("2026 ERR command traefik error: field not found").is_err());
    }

    #[test]
    fn a_static_file_moves_to_loopback() {
        let settings = json!({
            "entryPoints": {"web": {"address": ":80"}, "dns": {"address": ":53/udp"}},
            "providers": {"docker": {}},
            "certificatesResolvers": {"le": {"acme": {"email": "a@b.example", "storage": "/acme/acme.json"}}},
        });
        let (moved, api) = on_loopback(settings, &[], Path::new("/s")).unwrap();
        assert!(moved["entryPoints"]["web"]["address"].as_str().unwrap().starts_with("127.0.0.1:"));
        assert!(moved["entryPoints"]["dns"]["address"].as_str().unwrap().ends_with("/udp"));
        assert_eq!(moved["entryPoints"]["traefik"]["address"], json!(api.to_string()));
        assert_eq!(moved["providers"], json!({"file": {"directory": "/s/dynamic", "watch": false}}));
        assert_eq!(moved["certificatesResolvers"]["le"]["acme"]["storage"], json!("/s/acme.json"));
    }
}
