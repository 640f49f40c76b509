//! The table of keys by version is true: its newest part by the schemas that Go's module cache has, all of it by the schema
//! that the repository has.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use bayplan::compose::since::{SINCE, Since};
use bayplan::value::ComposeVersion;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::{env, fs};

/// Every key of a schema as a path, as the table writes it.
fn keys(schema: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    walk(schema, schema, "", &mut Vec::new(), &mut found);
    found
}

fn walk<'s>(schema: &'s Value, root: &'s Value, path: &str, seen: &mut Vec<&'s str>, found: &mut BTreeSet<String>) {
    let join = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    let name = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next());
    if let Some(name) = name.filter(|name| !seen.contains(name)) {
        let part = if root["$defs"].is_object() { "$defs" } else { "definitions" };
        seen.push(name);
        walk(&root[part][name], root, path, seen, found);
        seen.pop();
    }
    for part in ["oneOf", "anyOf", "allOf"].iter().filter_map(|key| schema[*key].as_array()).flatten() {
        walk(part, root, path, seen, found);
    }
    for (key, child) in schema["properties"].as_object().into_iter().flatten() {
        found.insert(join(key));
        walk(child, root, &join(key), seen, found);
    }
    for (pattern, child) in schema["patternProperties"].as_object().into_iter().flatten() {
        if !pattern.starts_with("^x-") {
            walk(child, root, &join("*"), seen, found);
        }
    }
    if schema["additionalProperties"].is_object() {
        walk(&schema["additionalProperties"], root, &join("*"), seen, found);
    }
    if schema["items"].is_object() {
        walk(&schema["items"], root, &join("[]"), seen, found);
    }
}

fn vendored() -> BTreeSet<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../schema/vendor/compose-spec.json");
    keys(&serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
}

/// Whether the entry stands for this path, or for one above it.
fn means(since: &Since, path: &str) -> bool {
    let mut parts = path.split('.');
    since.path.split('.').all(|step| match (step.strip_prefix('~'), parts.next()) {
        (_, None) => false,
        (Some(but), Some(part)) => !but.split(',').any(|but| but == part),
        (None, Some(part)) => step == part,
    })
}

#[test]
fn every_key_of_the_table_exists() {
    let keys = vendored();
    assert!(keys.len() > 300, "{}", keys.len());
    for since in SINCE {
        assert!(keys.iter().any(|key| means(since, key)), "{} is no key", since.path);
    }
}

#[test]
fn the_newest_keys_are_all_in_the_table() {
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join("go"));
    let path = env::var_os("GOPATH").map(PathBuf::from).or_else(home).map(|path| path.join("pkg/mod"));
    let Some(cache) = env::var_os("GOMODCACHE").map(PathBuf::from).or(path) else { return };
    // What Docker Compose 5.5.1 pins.
    let old = cache.join("github.com/compose-spec/compose-go/v2@v2.15.0/schema/compose-spec.json");
    let Ok(old) = fs::read_to_string(&old) else {
        println!("skipped: {} is not there (`cargo xtask tools` fetches it)", old.display());
        return;
    };
    let old = keys(&serde_json::from_str(&old).unwrap());
    let all = vendored();
    let later = |since: &&Since| since.version > ComposeVersion::new(5, 5, 1);
    let missing: Vec<_> =
        all.difference(&old).filter(|key| !SINCE.iter().filter(later).any(|since| means(since, key))).collect();
    assert!(missing.is_empty(), "new, and not in the table: {missing:#?}");
    let early: Vec<_> = SINCE.iter().filter(later).filter(|since| old.iter().any(|key| means(since, key))).collect();
    assert!(early.is_empty(), "known before: {early:#?}");
}
