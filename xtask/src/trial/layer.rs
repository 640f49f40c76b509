//! The layer over a generated compose file that makes it run here: everything else stays as generated.
//!
//! Replaced are: the programs of stand-ins, host ports (by free ones of 127.0.0.1), secrets (by made-up ones), and
//! folders and files that are not in the repository, certificate authorities; a limit that this machine cannot grant is lowered.

use super::check::urls_in;
use super::image::local_name;
use super::model::{Mount, Service, Stack};
use super::plan::{MEETING_PORT, Member, Plan, Role};
use crate::yaml;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Writes the layer for `stack` (the `place`th) into `scratch`.
pub fn write(scratch: &Path, stack: &Stack, place: usize, plan: &Plan, socket: &Path) -> Result<PathBuf, String> {
    let own = scratch.join(&stack.name);
    let mut text = "services:\n".to_owned();
    for member in plan.members.iter().filter(|member| member.stack == place) {
        let service = &stack.project.services[&member.service];
        let _ = writeln!(text, "  {}:", quoted(&member.service));
        for (key, value) in changes(&own, stack, member, service, socket)? {
            let _ = writeln!(text, "    {key}: {value}");
        }
    }
    for (section, grants) in [("secrets", &stack.project.secrets), ("configs", &stack.project.configs)] {
        let mut lines = String::new();
        for (name, grant) in grants {
            if section == "configs" && grant.file.as_ref().is_none_or(|file| file.is_file()) {
                continue;
            }
            let file = own.join(section).join(name);
            make_file(&file, "trial")?;
            let _ = writeln!(lines, "  {}: !override {}", quoted(name), json!({"file": file}));
        }
        if !lines.is_empty() {
            let _ = write!(text, "{section}:\n{lines}");
        }
    }
    let file = own.join("layer.yaml");
    fs::create_dir_all(&own)
        .and_then(|()| fs::write(&file, text))
        .map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(file)
}

fn changes(
    own: &Path,
    stack: &Stack,
    member: &Member,
    service: &Service,
    socket: &Path,
) -> Result<Vec<(&'static str, String)>, String> {
    let mut changes = vec![("pull_policy", quoted("never"))];
    if member.role == Role::StandIn {
        changes.push(("entrypoint", json!(["/stand-in"]).to_string()));
        changes.push(("command", json!(words(member)).to_string()));
    }
    let image = service.image_name(&stack.project.name, &member.service);
    changes.push(("image", quoted(local_name(&image))));
    if service.build.is_some() {
        changes.push(("build", "!reset null".to_owned()));
    }
    if !service.ports.is_empty() {
        let ports: Vec<Json> = service
            .ports
            .iter()
            .map(|port| json!({"target": port.target, "host_ip": "127.0.0.1", "protocol": protocol(&port.protocol)}))
            .collect();
        changes.push(("ports", format!("!override {}", Json::from(ports))));
    }
    let mut volumes = Vec::new();
    for mount in service.volumes.iter().filter(|mount| mount.kind == "bind") {
        let is_asked = member.role == Role::Alloy && mount.source.ends_with("docker.sock");
        let source = if is_asked { Some(socket.to_owned()) } else { replacement(own, mount)? };
        if let Some(source) = source {
            volumes
                .push(json!({"type": "bind", "source": source, "target": mount.target, "read_only": mount.read_only}));
        }
    }
    if !volumes.is_empty() {
        changes.push(("volumes", Json::from(volumes).to_string()));
    }
    if member.role == Role::Traefik {
        // No trial asks a certificate authority for anything.
        let hosts: Vec<String> = authorities(service).iter().map(|host| format!("{host}:127.0.0.1")).collect();
        changes.push(("extra_hosts", json!(hosts).to_string()));
    }
    let here = std::thread::available_parallelism().map_or(1.0, |count| count.get() as f64);
    if service.cpu_limit().is_some_and(|cpus| cpus > here) {
        println!("   note    {}: its CPU limit is lowered to the {here} of this machine", member.label);
        changes.push(if service.cpus.is_some() {
            ("cpus", here.to_string())
        } else {
            ("deploy", json!({"resources": {"limits": {"cpus": here.to_string()}}}).to_string())
        });
    }
    if service.oom_score_adj < 0 {
        println!("   note    {}: its negative `oom_score_adj` is left out", member.label);
        changes.push(("oom_score_adj", "!reset null".to_owned()));
    }
    if service.ulimits.get("nofile").is_some_and(|limit| most(limit) > open_files_here()) {
        println!("   note    {}: its `nofile` limit is above this machine's and left out", member.label);
        changes.push(("ulimits", "!reset null".to_owned()));
    }
    Ok(changes)
}

/// The hosts of the certificate authorities that Traefik's mounted static file may ask.
fn authorities(service: &Service) -> BTreeSet<String> {
    let mut hosts: BTreeSet<String> =
        ["acme-v02.api.letsencrypt.org", "acme-staging-v02.api.letsencrypt.org"].map(str::to_owned).into();
    let files = service.volumes.iter().flat_map(|mount| {
        let source = PathBuf::from(&mount.source);
        [source.join("traefik.yaml"), source.join("traefik.yml"), source]
    });
    for settings in files.filter(|file| file.is_file()).filter_map(|file| yaml::load(&file).ok()) {
        let resolvers = settings.get("certificatesResolvers").and_then(Json::as_object);
        for resolver in resolvers.into_iter().flat_map(|all| all.values()) {
            let server = resolver.pointer("/acme/caServer").and_then(Json::as_str).unwrap_or_default();
            hosts.extend(urls_in(server).into_iter().map(|place| place.host));
        }
    }
    hosts
}

/// The highest number of a soft and hard limit.
fn most(limit: &Json) -> u64 {
    let parts = limit.as_object().into_iter().flat_map(|map| map.values());
    parts.chain([limit]).filter_map(Json::as_u64).max().unwrap_or(0)
}

fn open_files_here() -> u64 {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(u64::MAX)
}

/// What the stand-in is told.
fn words(member: &Member) -> Vec<String> {
    let verb = if member.job { "done" } else { "serve" };
    let mut words = vec![verb.to_owned(), "--name".to_owned(), member.label.clone()];
    for port in member.ports.iter().chain([&MEETING_PORT]) {
        words.extend(["--port".to_owned(), port.to_string()]);
    }
    words
}

fn protocol(written: &str) -> &str {
    if written.is_empty() { "tcp" } else { written }
}

/// What to mount instead of `mount`, unless it is there and cannot be harmed.
fn replacement(own: &Path, mount: &Mount) -> Result<Option<PathBuf>, String> {
    let source = Path::new(&mount.source);
    if mount.read_only && source.exists() && !mount.source.ends_with(".sock") {
        return Ok(None);
    }
    let place = own.join("mounts").join(mount.target.trim_start_matches('/'));
    let is_file = source.is_file() || (!source.exists() && source.extension().is_some());
    if is_file {
        make_file(&place, "")?;
    } else {
        fs::create_dir_all(&place)
            .and_then(|()| fs::set_permissions(&place, fs::Permissions::from_mode(0o777)))
            .map_err(|error| format!("{}: {error}", place.display()))?;
    }
    Ok(Some(place))
}

fn make_file(file: &Path, text: &str) -> Result<(), String> {
    let folder = file.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(file, text))
        .and_then(|()| fs::set_permissions(file, fs::Permissions::from_mode(0o644)))
        .map_err(|error| format!("{}: {error}", file.display()))
}

fn quoted(text: &str) -> String {
    Json::from(text).to_string()
}
