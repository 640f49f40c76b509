use super::super::files::join;
use super::super::scope::Supplier;
use super::super::testing::json;
use super::*;
use indexmap::IndexMap;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The model of files written `# path` above their text, and its findings as `path:line:column rule message`.
fn load(files: &[(&str, &str)], named: &[&str]) -> (serde_json::Value, Vec<String>) {
    let texts: BTreeMap<String, Arc<str>> =
        files.iter().map(|(path, text)| ((*path).to_owned(), Arc::from(*text))).collect();
    let (mut sources, mut report) = (Sources::new(), Report::new());
    let shell = Scope::of(Supplier::Shell, IndexMap::from([("SHELL_TAG".to_owned(), "9".to_owned())]));
    let options = Options { interpolate: true, ..Options::default() };
    let named: Vec<String> = named.iter().map(|path| join("", path)).collect();
    let directory = super::super::files::folder(&named[0]);
    let node =
        Loader::new(&texts, &mut Cache::default(), &mut sources, &mut report, options).load(&named, &directory, &shell);
    let findings = report.findings.iter().map(|finding| {
        let place = sources.place(finding.at);
        let at = place.start.map_or_else(String::new, |start| format!(":{}:{}", start.line, start.column));
        format!("{}{at} {} {}", place.name, finding.rule, finding.message)
    });
    (node.as_ref().map_or(serde_json::Value::Null, json), findings.collect())
}

#[test]
fn overrides_are_merged_and_tags_take_out() {
    let (model, findings) = load(
        &[
            ("a.yaml", "services: {web: {image: x, ports: ['80:80'], environment: {A: '1', B: '2'}}}"),
            ("b.yaml", "services: {web: {ports: !override ['81:80'], environment: {A: !reset null, C: '$SHELL_TAG'}}}"),
        ],
        &["a.yaml", "b.yaml"],
    );
    assert_eq!(findings, [""; 0]);
    let wanted = json!({"services": {"web": {"image": "x", "ports": ["81:80"], "environment": {"B": "2", "C": "9"}}}});
    assert_eq!(model, wanted);
}

#[test]
fn a_service_extends_others_here_and_elsewhere() {
    let (model, findings) = load(
        &[
            (
                "a.yaml",
                "services:\n  base: {image: x, labels: {a: '1'}}\n  web: {extends: base, labels: {b: '2'}}\n  \
                 far: {extends: {service: mid, file: sub/b.yaml}, image: y}\n",
            ),
            (
                "sub/b.yaml",
                "services:\n  mid: {extends: {service: deep}, cap_add: [A]}\n  deep: {image: z, cap_add: [B]}\n",
            ),
        ],
        &["a.yaml"],
    );
    assert_eq!(findings, [""; 0]);
    assert_eq!(model["services"]["web"], json!({"image": "x", "labels": {"a": "1", "b": "2"}}));
    assert_eq!(model["services"]["far"], json!({"image": "y", "cap_add": ["B", "A"]}));
}

#[test]
fn circles_are_said_where_they_close() {
    let (_, findings) = load(
        &[("a.yaml", "services:\n  a: {image: x, extends: b}\n  b: {image: x, extends: {service: a}}\n")],
        &["a.yaml"],
    );
    assert_eq!(findings, ["a.yaml:2:26 extends-cycle a circle of extended services: `a` → `b` → `a`"]);
    let (_, findings) = load(
        &[("a.yaml", "include: [sub/b.yaml]\nservices: {}\n"), ("sub/b.yaml", "include:\n  - ../a.yaml\n")],
        &["a.yaml"],
    );
    assert_eq!(findings, ["sub/b.yaml:2:5 include-cycle a circle of includes: `a.yaml` → `sub/b.yaml` → `a.yaml`"]);
}

#[test]
fn includes_have_their_own_folder_and_variables() {
    let (model, findings) = load(
        &[
            (
                "p/compose.yaml",
                "include: [sub/c.yaml, {path: [sub/d.yaml, e.yaml], env_file: x.env}]\nservices: {own: {image: o}}",
            ),
            ("p/sub/c.yaml", "services: {c: {image: 'c:$TAG', labels: {t: $SHELL_TAG}}}"),
            ("p/sub/.env", "TAG=1\nSHELL_TAG=no\n"),
            ("p/sub/d.yaml", "services: {d: {image: 'd:$TAG'}}"),
            ("p/e.yaml", "services: {d: {hostname: e}}"),
            ("p/x.env", "TAG=2"),
        ],
        &["p/compose.yaml"],
    );
    assert_eq!(findings, [""; 0]);
    let wanted = json!({"services": {
        "own": {"image": "o"}, "c": {"image": "c:1", "labels": {"t": "9"}}, "d": {"image": "d:2", "hostname": "e"},
    }});
    assert_eq!(model, wanted);
}

#[test]
fn what_is_missing_is_said_and_the_rest_is_read() {
    let (model, findings) = load(
        &[
            (
                "a.yaml",
                "include:\n  - gone.yaml\n  - {path: b.yaml, env_file: gone.env}\n  - oci://registry.test/x\n\
                 services:\n  a: {image: a, extends: {file: gone.yaml, service: x}}\n  \
                 c: {image: c, extends: {file: b.yaml, service: bb}}\n  d: {image: d, extends: {file: b.yaml}}\n",
            ),
            ("b.yaml", "services: {b: {image: b}}"),
        ],
        &["a.yaml"],
    );
    assert_eq!(
        findings,
        [
            "a.yaml:2:5 missing-file the compose file `gone.yaml` does not exist",
            "a.yaml:3:30 missing-file the environment file `gone.env` does not exist",
            "a.yaml:4:5 remote-file `oci://registry.test/x` is to be fetched from elsewhere",
            "a.yaml:6:33 missing-file the compose file `gone.yaml` does not exist",
            "a.yaml:7:50 undefined-service there is no service `bb` to extend in `b.yaml`",
            "a.yaml:8:26 missing-key the key `service` is missing",
        ]
    );
    assert_eq!(model["services"]["b"], json!({"image": "b"}));
    // What leads nowhere stays: nobody knows what it would have brought.
    assert_eq!(model["services"]["c"], json!({"image": "c", "extends": {"file": "b.yaml", "service": "bb"}}));
}
