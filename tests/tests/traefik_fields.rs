//! Our Traefik fields are Traefik's: its own reference files, found in Go's module cache, name no field that we do not know,
//! and we name none that it does not.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use bayplan::blueprint::schemas;
use bayplan::emit::traefik::Dynamic;
use bayplan::record::{Form, Plain};
use bayplan_yaml::{Decoder, Limits, SourceId};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::{env, fs};

/// The folder of the pinned Traefik's reference files; nothing where Go never had that module.
fn reference() -> Option<PathBuf> {
    let pinned = fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tools/traefik/go.mod")).unwrap();
    let version = pinned.split_whitespace().skip_while(|word| !word.ends_with("traefik/v3")).nth(1).unwrap();
    let home = || Some(PathBuf::from(env::var_os("HOME")?).join("go"));
    let path = || env::var_os("GOPATH").map(PathBuf::from).or_else(home).map(|path| path.join("pkg/mod"));
    let cache = env::var_os("GOMODCACHE").map(PathBuf::from).or_else(path)?;
    let folder = cache
        .join(format!("github.com/traefik/traefik/v3@{version}"))
        .join("docs/content/reference/dynamic-configuration");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} is not there (`cargo xtask tools` fetches it)", folder.display());
    None
}

fn json(text: &str) -> Value {
    let read = bayplan_yaml::read(text, SourceId(1), &Limits::default());
    assert!(read.errors.is_empty(), "{:?}", read.errors);
    bayplan::record::scalar::json(read.first().unwrap())
}

/// Every property of an OpenAPI or JSON schema, as a path; `[]` stands for items.
fn fields(schema: &Value, root: &Value, path: &str, found: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/definitions/")) {
        return fields(&root["definitions"][name], root, path, found);
    }
    for part in ["allOf", "anyOf"].iter().filter_map(|key| schema[*key].as_array()).flatten() {
        fields(part, root, path, found);
    }
    for (key, child) in schema["properties"].as_object().into_iter().flatten() {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        found.insert(path.clone());
        fields(child, root, &path, found);
    }
    if schema["items"].is_object() {
        fields(&schema["items"], root, &format!("{path}[]"), found);
    }
}

/// What only Kubernetes has: references to its own objects.
const KUBERNETES: &[&str] = &[
    "basicAuth.secret",
    "chain.middlewares[].name",
    "chain.middlewares[].namespace",
    "digestAuth.secret",
    "errors.service.",
    "forwardAuth.tls.caSecret",
    "forwardAuth.tls.certSecret",
    "rateLimit.redis.secret",
    "rateLimit.redis.tls.caSecret",
    "rateLimit.redis.tls.certSecret",
];

/// What only files have (`pkg/config/dynamic/middlewares.go`), and the kind for TCP.
const FILES: &[&str] = &[
    "basicAuth.users",
    "basicAuth.usersFile",
    "digestAuth.users",
    "digestAuth.usersFile",
    "forwardAuth.tls.ca",
    "forwardAuth.tls.cert",
    "forwardAuth.tls.key",
    "inFlightConn",
    "inFlightConn.amount",
    "rateLimit.redis.password",
    "rateLimit.redis.tls.ca",
    "rateLimit.redis.tls.cert",
    "rateLimit.redis.tls.key",
    "rateLimit.redis.username",
];

#[test]
fn middlewares_have_traefiks_fields() {
    let Some(folder) = reference() else { return };
    let definition = json(&fs::read_to_string(folder.join("traefik.io_middlewares.yaml")).unwrap());
    let theirs_of = &definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"];
    let (mut theirs, mut ours) = (BTreeSet::new(), BTreeSet::new());
    fields(theirs_of, theirs_of, "", &mut theirs);
    let fleet = schemas().into_iter().find(|(name, _)| *name == "fleet").unwrap().1;
    let root: Value = serde_json::from_str(&fleet).unwrap();
    fields(&root["properties"]["middlewares"]["additionalProperties"], &root, "", &mut ours);
    assert!(theirs.len() > 180 && ours.len() > 180, "{} and {}", theirs.len(), ours.len());
    let unknown: Vec<_> =
        theirs.difference(&ours).filter(|path| !KUBERNETES.iter().any(|known| path.starts_with(known))).collect();
    let invented: Vec<_> = ours.difference(&theirs).filter(|path| !FILES.contains(&path.as_str())).collect();
    assert!(unknown.is_empty(), "Traefik has, and we do not: {unknown:#?}");
    assert!(invented.is_empty(), "we have, and Traefik does not: {invented:#?}");
}

/// What the reference file names and we do not write, with the reason.
const NOT_WRITTEN: &[(&str, &str)] = &[
    ("ruleSyntax", "deprecated"),
    ("terminationDelay", "deprecated: part of serversTransports"),
    ("loadBalancer.proxyProtocol", "deprecated: part of serversTransports"),
    ("preferServerCipherSuites", "deprecated: Go decides"),
    ("ipWhiteList", "deprecated for TCP"),
];

#[test]
fn the_reference_file_is_understood() {
    let Some(folder) = reference() else { return };
    let text = fs::read_to_string(folder.join("file.yaml")).unwrap();
    let read = bayplan_yaml::read(&text, SourceId(1), &Limits::default());
    let mut decoder = Decoder::new();
    let dynamic = <Plain as Form<Dynamic>>::read(read.first().unwrap(), &mut decoder).unwrap();
    assert!(dynamic.http.is_some_and(|http| http.services.len() > 3 && http.routers.len() == 2));
    // Its values are made up (`foobar`): what counts are the names of fields.
    let unknown: Vec<String> = decoder
        .finish()
        .into_iter()
        .filter(|error| error.kind == bayplan_yaml::decode::DecodeErrorKind::UnknownKey)
        .map(|error| error.path.to_string())
        .filter(|path| !NOT_WRITTEN.iter().any(|(known, _)| path.contains(known)))
        .collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
}
