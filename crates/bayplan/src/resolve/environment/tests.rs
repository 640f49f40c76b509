use super::super::testing::{json, node};
use super::*;
use serde_json::json;
use std::collections::BTreeMap;

fn resolved(service: serde_json::Value, files: &[(&str, &str)]) -> (serde_json::Value, Vec<String>) {
    let files: BTreeMap<String, Arc<str>> =
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).into())).collect();
    let mut tree = node(&json!({ "services": { "web": service } }), 0);
    let (mut sources, mut report) = (Sources::new(), Report::new());
    let lookup = |name: &str| (name == "SHELL").then(|| "shell".to_owned());
    resolve_environment(&mut tree, &lookup);
    let mut reader = EnvFiles::new(&files, &mut sources, &mut report);
    reader.environment(&mut tree, &lookup, false);
    reader.labels(&mut tree);
    let said = report.findings.iter().map(|f| format!("{}: {}", f.subject.path, f.message)).collect();
    (json(&tree)["services"]["web"].take(), said)
}

fn file(path: &str) -> serde_json::Value {
    json!({ "path": path, "required": true })
}

#[test]
fn explicit_variables_win_over_files_and_later_files_over_earlier_ones() {
    let (web, said) = resolved(
        json!({ "environment": ["A=explicit", "SHELL", "NOTHING"], "env_file": [file("a"), file("b")] }),
        &[("a", "A=a\nB=a\nC=${B}-${SHELL}\nNOTHING=n\nSHELL=x\n"), ("b", "B=b\nD=${C}${A}\n")],
    );
    assert_eq!(said, [] as [&str; 0]);
    assert_eq!(
        web,
        json!({ "environment": {
            "A": "explicit", "SHELL": "shell", "NOTHING": null, "B": "b", "C": "a-shell", "D": "a-shellexplicit"
        } })
    );
}

#[test]
fn raw_files_are_taken_as_they_are() {
    let raw = json!({ "path": "r", "required": true, "format": "raw" });
    let (web, said) = resolved(json!({ "env_file": [raw] }), &[("r", "# no\nA='$X' # y \n\n  B=\nSHELL\nNOT\n")]);
    assert_eq!(said, [] as [&str; 0]);
    assert_eq!(web, json!({ "environment": { "A": "'$X' # y ", "B": "", "SHELL": "shell" } }));
}

#[test]
fn what_is_wrong_with_files_is_said_where_they_are_named() {
    let (_, said) = resolved(
        json!({
            "env_file": [file("no"), { "path": "maybe", "required": false }, { "path": "r", "required": true, "format": "raw" },
                { "path": "r", "required": true, "format": "toml" }],
            "label_file": ["none"]
        }),
        &[("r", "A B=1\n=x\n")],
    );
    assert_eq!(
        said,
        [
            "services.web.env_file[0]: the environment file `no` does not exist",
            ": `A B` is no name of a variable",
            ": the name of the variable is missing",
            "services.web.env_file[3].format: `toml` is not a format of environment files",
            "services.web.label_file[0]: the label file `none` does not exist",
        ]
    );
}

#[test]
fn labels_win_over_files() {
    let (web, said) = resolved(
        json!({ "labels": ["a=explicit"], "label_file": ["l", "m"] }),
        &[("l", "a=file\nb=file\n"), ("m", "b=${b}-m\n")],
    );
    assert_eq!(said, [] as [&str; 0]);
    assert_eq!(web, json!({ "labels": { "a": "explicit", "b": "file-m" }, "label_file": ["l", "m"] }));
}
