//! `bayplan config` beside the real `docker compose config`: the same values, in the same order of keys.

#![allow(clippy::unwrap_used)]

use bayplan_cli::Exit;
use bayplan_cli::args::Cli;
use bayplan_cli::compile::Library;
use bayplan_cli::render::Style;
use bayplan_cli::run::{Runner, Said};
use bayplan_tests::compose_go::{differences, files, module, raw_strings, tool};
use bayplan_yaml::{Limits, Node, SourceId, Value};
use clap::Parser;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What `bayplan config` prints, or what it says against the file.
fn ours(folder: &Path, args: &[&str]) -> Result<String, String> {
    let cli = Cli::try_parse_from(["bayplan", "config"].iter().chain(args)).unwrap();
    let out = Style { format: cli.output.format, color: false, unicode: false, width: 80 };
    let mut said = Said::default();
    match (Runner { here: folder, compiler: &Library::default(), out, err: out }).run(&cli.verb, &mut said) {
        Ok(Exit::Clean) => Ok(said.out),
        Ok(Exit::Denied) => Err(said.err),
        Err(failure) => Err(format!("{failure:?}")),
    }
}

fn theirs(program: &Path, folder: &Path, args: &[&str]) -> Result<String, String> {
    let (before, behind): (Vec<&str>, Vec<&str>) = split(args);
    // Docker Compose follows aliases of aliases until the memory is full: it gets 8 GB of address space.
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -v 8000000; exec \"$0\" \"$@\""]).arg(program);
    let output = limited.current_dir(folder).args(before).arg("config").args(behind).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

/// The options of `docker compose`, which stand before the verb, and those of `config`.
fn split<'a>(args: &[&'a str]) -> (Vec<&'a str>, Vec<&'a str>) {
    let mut before = Vec::new();
    let mut behind = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if matches!(*arg, "-f" | "-p" | "--profile" | "--env-file" | "--project-directory") {
            before.extend([*arg, args.next().unwrap()]);
        } else {
            behind.push(*arg);
        }
    }
    (before, behind)
}

/// A document as a text that says values and the order of keys, not how they are quoted.
fn flat(text: &str) -> String {
    let limits = Limits { nodes: 10_000_000, values: 10_000_000, ..Limits::default() };
    let read = bayplan_yaml::read(text, SourceId(0), &limits);
    assert_eq!(read.errors, []);
    let mut out = String::new();
    if let Some(node) = read.first() {
        write(node, 0, &mut out);
    }
    out
}

fn listed(item: &Node, depth: usize, pad: &str) -> String {
    let mut out = format!("{pad}-\n");
    write(item, depth + 1, &mut out);
    out
}

fn write(node: &Node, depth: usize, out: &mut String) {
    let pad = "  ".repeat(depth);
    match &node.value {
        Value::Map(map) => map.iter().for_each(|(key, entry)| {
            let _ = writeln!(out, "{pad}{key}:");
            write(&entry.value, depth + 1, out);
        }),
        Value::Seq(items) => {
            let mut texts: Vec<String> = items.iter().map(|item| listed(item, depth, &pad)).collect();
            // Docker Compose prints the keys of `build.ssh` in the order of a Go map: another one each time.
            if out.ends_with(" ssh:\n") {
                texts.sort();
            }
            out.push_str(&texts.concat());
        }
        Value::Float(number) if number.fract() == 0.0 => drop(writeln!(out, "{pad}Int({number})")),
        value => drop(writeln!(out, "{pad}{value:?}")),
    }
}

/// With its keys sorted, and numbers by their value.
fn numbers(value: &serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Number(number) => number.as_f64().map_or(serde_json::Value::Null, Into::into),
        serde_json::Value::Array(items) => items.iter().map(numbers).collect(),
        serde_json::Value::Object(map) => {
            let mut sorted: BTreeMap<_, _> = map.iter().map(|(key, value)| (key.clone(), numbers(value))).collect();
            if let Some(serde_json::Value::Array(keys)) = sorted.get_mut("ssh") {
                keys.sort_by_key(ToString::to_string);
            }
            sorted.into_iter().collect()
        }
        _ => value.clone(),
    }
}

fn compare(corpus: &str, cases: &[(String, PathBuf, Vec<&str>)]) {
    let Some(program) = tool("docker-compose") else { return };
    let known = differences();
    let (mut accepted, mut same, mut refused, mut both) = (0, 0, 0, 0);
    let mut said = Vec::new();
    for (name, folder, args) in cases {
        let (ours, theirs) = (ours(folder, args), theirs(&program, folder, args));
        let differs = match (&ours, &theirs) {
            (Ok(ours), Ok(theirs)) => {
                // In JSON, the order of keys says nothing.
                let shown = |text: &str| match text.starts_with('{') {
                    true => serde_json::to_string_pretty(&numbers(&serde_json::from_str(text).unwrap())).unwrap(),
                    false => flat(text),
                };
                let (ours, theirs) = (shown(ours), shown(theirs));
                (ours != theirs).then(|| format!("--- ours\n{ours}\n--- theirs\n{theirs}"))
            }
            (Err(_), Err(_)) => None,
            (Ok(_), Err(theirs)) => Some(format!("we accept, it refuses: {theirs}")),
            (Err(ours), Ok(_)) => Some(format!("it accepts, we refuse: {ours}")),
        };
        accepted += usize::from(theirs.is_ok());
        refused += usize::from(theirs.is_err());
        same += usize::from(theirs.is_ok() && differs.is_none());
        both += usize::from(theirs.is_err() && differs.is_none());
        let row = format!("config {name}");
        match (differs, known.contains_key(row.as_str())) {
            (Some(differs), false) => said.push(format!("{row} ({} {args:?})\n{differs}", folder.display())),
            (None, true) => said.push(format!("{row}: in the table, and differs no more")),
            _ => {}
        }
    }
    println!("{corpus}: it prints {accepted}, we the same of {same}; it refuses {refused}, we {both}");
    assert!(said.is_empty(), "{} differences:\n{}", said.len(), said.join("\n\n"));
}

/// Whether a file has what came with later versions of compose-go than the one in the Docker Compose that is asked.
fn is_later(text: &str) -> bool {
    let later = ["jobs:", "pre_start:", "umask:", "x-develop", "x-initialSync", "no_cache_filter", "name_alias"];
    later.iter().any(|part| text.contains(part))
}

#[test]
fn files_of_docker_compose_and_compose_go() {
    let modules = ["github.com/docker/compose/v5@", "github.com/compose-spec/compose-go/v2@"];
    let Some(modules) = modules.iter().map(|name| module(name)).collect::<Option<Vec<_>>>() else { return };
    let mut cases = Vec::new();
    for module in &modules {
        for path in files(module, &[".yaml", ".yml"]) {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let fetched = ["oci://", "git@"].iter().any(|part| text.contains(part));
            if !text.contains("services:") || fetched || is_later(&text) {
                continue;
            }
            let name = path.strip_prefix(module).unwrap().display().to_string();
            let file = path.file_name().unwrap().to_str().unwrap().to_owned();
            let args = vec!["-f", Box::leak(file.into_boxed_str()) as &str, "--profile", "*"];
            cases.push((name, path.parent().unwrap().to_owned(), args));
        }
    }
    compare("files", &cases);
}

#[test]
fn options_of_docker_compose() {
    if tool("docker-compose").is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().join("shop");
    let write = |name: &str, text: &str| {
        let path = here.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "compose.yaml",
        "services:\n  web:\n    image: web:${TAG:-1}\n    depends_on: [db]\n    ports: ['${PORT}:80']\n    env_file: [web.env]\n    networks: [front, default]\n  db:\n    image: ${DB:+x}db:${NEED?}\n    volumes: [data:/var/lib]\n  debug:\n    build: ./debug\n    profiles: [tools]\n    pre_stop: [{command: [x]}]\nvolumes: {data: , unused: }\nnetworks: {front: , idle: }\nx-top: [1, {b: 2}]\n",
    );
    write("compose.override.yml", "services:\n  web:\n    ports: ['${PORT}:80', '82:82']\n    labels: [a=b$$c]\n");
    write("prod.yaml", "name: prod\nservices:\n  web: {environment: {A: '${TAG-}', B: }}\n");
    write(".env", "PORT=8080\nNEED=yes\nB=dotenv\n");
    write("other.env", "PORT=9090\nNEED=no\n");
    write("more.env", "PORT=9091\nTAG=${PORT}-${NEED}\n");
    write("web.env", "FROM=file\nPORT_IN=${PORT}\n");
    write("sub/.env", "TAG=sub\n");
    write("listed.env", "COMPOSE_FILE=compose.yaml:prod.yaml\nCOMPOSE_PROFILES=tools\nPORT=1\nNEED=1\n");
    let runs: &[&[&str]] = &[
        &[],
        &["-f", "compose.yaml"],
        &["-f", "compose.yaml", "-f", "prod.yaml"],
        &["-p", "other", "--profile", "tools"],
        &["-p", "No"],
        &["--env-file", "other.env"],
        &["--env-file", "other.env", "--env-file", "more.env"],
        &["--env-file", "listed.env"],
        &["--env-file", "none.env"],
        &["--project-directory", "sub", "--env-file", ".env", "-f", "compose.yaml"],
        &["web"],
        &["debug"],
        &["nothing"],
        &["--no-interpolate"],
        &["--format", "json"],
        &["--no-interpolate", "--format", "json"],
    ];
    let cases: Vec<_> =
        runs.iter().map(|args| (format!("options {}", args.join(" ")), here.clone(), args.to_vec())).collect();
    compare("options", &cases);
    let below = [(String::from("options in a folder below"), here.join("sub"), Vec::new())];
    compare("options", &below);
    let program = tool("docker-compose").unwrap();
    for list in ["--services", "--images", "--volumes", "--networks", "--profiles", "--variables"] {
        let sorted = |text: Result<String, String>| text.unwrap().lines().map(str::to_owned).collect::<BTreeSet<_>>();
        assert_eq!(sorted(ours(&here, &[list])), sorted(theirs(&program, &here, &[list])), "{list}");
    }
}

#[test]
fn inline_documents_of_compose_go() {
    let Some(module) = module("github.com/compose-spec/compose-go/v2@") else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut cases = Vec::new();
    for (number, (name, text)) in raw_strings(&module, "loader").into_iter().enumerate() {
        // With some of the aliases of aliases there, the Docker Compose that is asked fills the memory.
        if !text.contains("services:") || is_later(&text) || name.starts_with("loader/reset_test.go") {
            continue;
        }
        let here = folder.path().join(format!("p{number}"));
        std::fs::create_dir_all(&here).unwrap();
        std::fs::write(here.join("compose.yaml"), text).unwrap();
        cases.push((name, here, vec!["--profile", "*"]));
    }
    compare("inline", &cases);
}
