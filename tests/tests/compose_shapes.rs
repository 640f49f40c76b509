//! The shapes of Compose keys: the vendored schema, our schema and our decoder give the same verdict.

#![allow(clippy::unwrap_used)]

use bayplan::compose::{self, Project};
use bayplan::record::scalar::json;
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::error::Limits;
use bayplan_yaml::{Decode, DecodeError, Decoder, Node, SourceId};
use serde_json::Value;
use std::collections::BTreeSet;

const VENDORED: &str = include_str!("../../schema/vendor/compose-spec.json");
const CORPUS: &str = include_str!("../corpus/compose-shapes.txt");

/// Shapes are refused with these; a wrong value in a right shape is not.
const SHAPE: [DecodeErrorKind; 3] = [DecodeErrorKind::Type, DecodeErrorKind::UnknownKey, DecodeErrorKind::MissingKey];

struct Case {
    line: usize,
    verdict: &'static str,
    what: &'static str,
    text: &'static str,
}

fn cases() -> Vec<Case> {
    let lines = CORPUS.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let case = |(at, line): (usize, &'static str)| {
        let (case, reason) = line.split_once(" ## ").map_or((line, None), |(case, reason)| (case, Some(reason)));
        let (verdict, rest) = case.split_once(' ').unwrap();
        let (what, text) = rest.trim().split_once(' ').unwrap();
        let needs_reason = matches!(verdict, "strict" | "loose");
        assert_eq!(needs_reason, reason.is_some(), "line {}: a reason belongs to `strict` and `loose`", at + 1);
        Case { line: at + 1, verdict, what, text: text.trim() }
    };
    lines.map(case).collect()
}

fn document(case: &Case) -> String {
    let text = case.text;
    match case.what {
        "top" => text.to_owned(),
        "service" => format!("{{ services: {{ web: {text} }} }}"),
        "build" | "deploy" => format!("{{ services: {{ web: {{ {}: {text} }} }} }}", case.what),
        "job" | "network" | "volume" | "secret" | "config" | "model" => {
            format!("{{ {}s: {{ it: {text} }} }}", case.what)
        }
        other => panic!("line {}: `{other}`", case.line),
    }
}

fn node(text: &str) -> Node {
    let read = bayplan_yaml::read(text, SourceId(0), &Limits::default());
    assert_eq!(read.errors, [], "{text}");
    read.first().unwrap().clone()
}

fn errors(node: &Node) -> Vec<DecodeError> {
    let mut decoder = Decoder::new();
    Project::decode(node, &mut decoder);
    decoder.finish()
}

#[test]
fn our_decoder_our_schema_and_the_vendored_schema_agree_on_shapes() {
    let vendored = jsonschema::validator_for(&serde_json::from_str(VENDORED).unwrap()).unwrap();
    let ours = jsonschema::validator_for(&compose::schema()).unwrap();
    let mut wrong = Vec::new();
    for case in cases() {
        let node = node(&document(&case));
        let value = json(&node);
        let errors = errors(&node);
        let shape = errors.iter().any(|error| SHAPE.contains(&error.kind));
        let (vendored, ours) = (vendored.is_valid(&value), ours.is_valid(&value));
        // The vendored schema, our schema (`None`: either), our decoder.
        let expected = match case.verdict {
            "ok" => (true, Some(true), true),
            "bad" => (false, Some(false), false),
            "value" => (true, None, false),
            "strict" => (true, None, false),
            "loose" => (false, Some(true), true),
            other => panic!("line {}: `{other}`", case.line),
        };
        let agree = vendored == expected.0
            && expected.1.is_none_or(|verdict| verdict == ours)
            && errors.is_empty() == expected.2
            // A shape error is one for editors too, and what editors refuse is refused.
            && (!shape || !ours)
            && (ours || !errors.is_empty());
        if !agree {
            let said: Vec<_> = errors.iter().map(|error| format!("{}: {}", error.path, error.message)).collect();
            wrong.push(format!(
                "line {}: {} {} {}\n    vendored schema {vendored}, our schema {ours}, decoder {said:?}",
                case.line, case.verdict, case.what, case.text
            ));
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_read_is_written_in_a_form_that_reads_the_same() {
    let vendored = jsonschema::validator_for(&serde_json::from_str(VENDORED).unwrap()).unwrap();
    for case in cases().iter().filter(|case| case.verdict == "ok") {
        let read = |node: &Node| {
            let mut decoder = Decoder::new();
            let project = Project::decode(node, &mut decoder).unwrap();
            assert_eq!(decoder.finish(), [], "line {}", case.line);
            project
        };
        let first = serde_json::to_value(read(&node(&document(case)))).unwrap();
        assert!(vendored.is_valid(&first), "line {}: {first}", case.line);
        let again = serde_json::to_value(read(&node(&first.to_string()))).unwrap();
        assert_eq!(first, again, "line {}", case.line);
    }
}

#[test]
fn a_variable_can_stand_wherever_a_text_can() {
    let ours = jsonschema::validator_for(&compose::schema()).unwrap();
    let with_variables = "{ services: { web: { image: 'a:${T}', privileged: '${P}', cpus: '${C}', mem_limit: '${M:-1g}', \
        scale: '${S}', pull_policy: '${Y}', restart: '${R}', cgroup: '${G}', umask: '${U}', stop_grace_period: '${D}', \
        ports: ['${A}:80', { target: '${B}', published: '${B}' }], ulimits: { nofile: '${N}' }, gpus: '${E}', \
        depends_on: { a: { condition: '${F}' } }, healthcheck: { retries: '${H}', test: ['${I}'] }, \
        volumes: [{ type: '${V}', target: '${W}' }], deploy: { replicas: '${J}', update_config: { order: '${K}' } }, \
        build: { ssh: ['${L}'], additional_contexts: ['${O}'] }, extra_hosts: ['${Q}'], secrets: [{ mode: '${X}' }], \
        oom_score_adj: '${Z}', container_name: '${AA}' } }, networks: { n: { external: '${B}', internal: '${B}' } } }";
    let value = json(&node(with_variables));
    let refused: Vec<_> = ours.iter_errors(&value).map(|error| error.to_string()).collect();
    assert_eq!(refused, [""; 0]);
}

/// The names of the properties of every object of a schema that can stand at one place, with what stands below them.
fn walk(schema: &Value, root: &Value, ours: &BTreeSet<String>, at: &str, missing: &mut Vec<String>, depth: usize) {
    if depth > 40 {
        return;
    }
    if let Some(name) = schema["$ref"].as_str() {
        let target = root.pointer(name.trim_start_matches('#')).unwrap_or(&Value::Null);
        return walk(target, root, ours, at, missing, depth + 1);
    }
    for (name, below) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{at}.{name}");
        if !ours.contains(&path) {
            missing.push(path.clone());
        }
        walk(below, root, ours, &path, missing, depth + 1);
    }
    for (_, below) in schema["patternProperties"].as_object().into_iter().flatten() {
        walk(below, root, ours, &format!("{at}.*"), missing, depth + 1);
    }
    if schema["additionalProperties"].is_object() {
        walk(&schema["additionalProperties"], root, ours, &format!("{at}.*"), missing, depth + 1);
    }
    if schema["items"].is_object() {
        walk(&schema["items"], root, ours, &format!("{at}[]"), missing, depth + 1);
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        for below in schema[key].as_array().into_iter().flatten() {
            walk(below, root, ours, at, missing, depth + 1);
        }
    }
}

fn paths(schema: &Value) -> BTreeSet<String> {
    let mut found = Vec::new();
    walk(schema, schema, &BTreeSet::new(), "", &mut found, 0);
    found.into_iter().collect()
}

#[test]
fn every_property_of_the_vendored_schema_has_a_field_and_the_other_way_round() {
    let vendored = paths(&serde_json::from_str(VENDORED).unwrap());
    let ours = paths(&compose::schema());
    assert!(vendored.len() > 500, "{} properties", vendored.len());
    // `external: { x-…: … }` of secrets and configs is spelled out in ours only.
    let only_vendored: Vec<_> = vendored.difference(&ours).collect();
    let only_ours: Vec<_> = ours.difference(&vendored).collect();
    assert!(only_vendored.is_empty(), "no field for {only_vendored:#?}");
    assert!(only_ours.is_empty(), "Compose has no {only_ours:#?}");
    let service = compose::Service::KEYS;
    assert_eq!(service.len(), 94);
}

#[test]
fn every_property_of_our_schema_has_a_description() {
    fn undescribed(schema: &Value, at: &str, found: &mut Vec<String>) {
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if property["description"].as_str().is_none_or(str::is_empty) {
                found.push(format!("{at}.{name}"));
            }
        }
    }
    let schema = compose::schema();
    let mut found = Vec::new();
    undescribed(&schema, "", &mut found);
    for (name, definition) in schema["definitions"].as_object().unwrap() {
        undescribed(definition, name, &mut found);
    }
    assert_eq!(found, [""; 0]);
}
