//! The edits that `bayplan lint --format sarif` and `json` give: a program that makes those of one finding, and knows nothing
//! else, has mended it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use bayplan::rules::RULES;
use bayplan_cli::args::Cli;
use bayplan_cli::compile::Library;
use bayplan_cli::render::Style;
use bayplan_cli::run::{Runner, Said};
use bayplan_tests::sarif_schema;
use clap::Parser;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What `bayplan WORDS` says in `here`.
fn said(here: &Path, words: &str) -> String {
    let cli = Cli::try_parse_from(["bayplan"].into_iter().chain(words.split(' '))).unwrap();
    let style = Style { format: cli.output.format, color: false, unicode: true, width: 80 };
    let runner = Runner { here, compiler: &Library::default(), out: style, err: style };
    let mut said = Said::default();
    runner.run(&cli.verb, &mut said).unwrap_or_else(|failure| panic!("{words}: {failure:?}"));
    said.out
}

/// The same, as JSON.
fn bayplan(here: &Path, words: &str) -> Value {
    serde_json::from_str(&said(here, words)).unwrap()
}

/// An edit as both formats give it: file, place from 1, and text.
#[derive(Debug)]
struct Edit {
    file: String,
    start: (usize, usize),
    end: (usize, usize),
    text: String,
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

fn of_sarif(result: &Value) -> Vec<Edit> {
    let changes = result["fixes"][0]["artifactChanges"].as_array().into_iter().flatten();
    let edits = changes.flat_map(|change| {
        change["replacements"].as_array().unwrap().iter().map(|replacement| {
            let region = &replacement["deletedRegion"];
            Edit {
                file: change["artifactLocation"]["uri"].as_str().unwrap().to_owned(),
                start: (number(&region["startLine"]), number(&region["startColumn"])),
                end: (number(&region["endLine"]), number(&region["endColumn"])),
                text: replacement["insertedContent"]["text"].as_str().unwrap().to_owned(),
            }
        })
    });
    edits.collect()
}

fn of_json(finding: &Value) -> Vec<Edit> {
    let edits = finding["fix"]["edits"].as_array().into_iter().flatten();
    let edit = |edit: &Value| Edit {
        file: edit["file"].as_str().unwrap().to_owned(),
        start: (number(&edit["line"]), number(&edit["column"])),
        end: (number(&edit["end_line"]), number(&edit["end_column"])),
        text: edit["text"].as_str().unwrap().to_owned(),
    };
    edits.map(edit).collect()
}

/// The byte of a line and column.
fn byte(text: &str, (line, column): (usize, usize)) -> usize {
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    start + text[start..].chars().take(column - 1).map(char::len_utf8).sum::<usize>()
}

fn apply(here: &Path, edits: &[Edit]) {
    let mut files: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    edits.iter().for_each(|edit| files.entry(&edit.file).or_default().push(edit));
    for (file, mut edits) in files {
        let mut text = fs::read_to_string(here.join(file)).unwrap();
        edits.sort_by_key(|edit| std::cmp::Reverse((edit.start, edit.end)));
        for edit in edits {
            let range = byte(&text, edit.start)..byte(&text, edit.end);
            text.replace_range(range, &edit.text);
        }
        fs::write(here.join(file), text).unwrap();
    }
}

fn files(example: &str) -> Vec<(&str, &str)> {
    match example.split("# file: ").collect::<Vec<_>>().as_slice() {
        [_, named @ ..] if !named.is_empty() => named.iter().filter_map(|part| part.split_once('\n')).collect(),
        _ => vec![("compose.yaml", example)],
    }
}

fn write(here: &Path, example: &str) {
    for (name, text) in files(example) {
        let path = here.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

#[test]
fn edits_of_one_finding_mend_it() {
    let dir = tempfile::tempdir().unwrap();
    let (mut safe, mut others, mut without) = (0, 0, Vec::new());
    for rule in RULES.iter().filter(|rule| !rule.fails.is_empty()) {
        let here = dir.path().join(rule.name);
        let fresh = || {
            let _ = fs::remove_dir_all(&here);
            fs::create_dir_all(here.join(".git")).unwrap();
            write(&here, rule.fails);
        };
        fresh();
        let words = "lint --profile all --format";
        let count = || said(&here, &format!("{words} short")).matches(&format!("[{}]", rule.name)).count();
        let was = count();
        let before = bayplan(&here, &format!("{words} json"))["findings"].as_array().unwrap().clone();
        if !before.iter().any(|finding| finding["rule"] == rule.name && finding.get("fix").is_some()) {
            continue;
        }
        let sarif = bayplan(&here, &format!("{words} sarif"));
        let results = sarif["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), before.len());
        for (finding, result) in before.iter().zip(results).filter(|(finding, _)| finding["rule"] == rule.name) {
            let is_safe = finding["fix"]["safety"] == "safe";
            let mut ways = vec![of_json(finding)];
            if is_safe {
                ways.push(of_sarif(result));
            } else {
                assert!(result.get("fixes").is_none(), "{}: an unsafe fix: {result:#}", rule.name);
            }
            for edits in ways {
                if edits.is_empty() {
                    without.extend(finding.get("fix").map(|_| rule.name));
                    continue;
                }
                fresh();
                apply(&here, &edits);
                assert!(count() < was, "{}: {edits:#?}", rule.name);
                *(if is_safe { &mut safe } else { &mut others }) += 1;
            }
        }
    }
    println!("{safe} safe and {others} unsafe fixes made by their edits; none for {without:?}");
    assert!(safe >= 20 && others >= 20, "{safe} and {others}");
}

#[test]
fn edits_follow_the_schema_and_hold_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    fs::create_dir(here.join(".git")).unwrap();
    fs::write(
        here.join("compose.yaml"),
        "version: '3'\nservices:\n  ä:\n    image: nginx\n    imgae: x # ü\n    labels:\n      \
         - traefik.http.middlewares.a.basicauth.users=me:$apr1$kEbl2HOQ$O7qEw1B7Jh8DIi2zQhBqN1\n",
    )
    .unwrap();
    let json = bayplan(here, "lint --profile all --format json");
    let fixes = json["findings"].as_array().unwrap().iter().map(|finding| finding["fix"].to_string());
    assert!(!fixes.collect::<String>().contains("kEbl2HOQ"), "{json:#}");
    let sum = &json["summary"]["fixable"];
    assert!(number(&sum["safe"]) >= 2 && number(&sum["unsafe"]) >= 1, "{sum}");
    let sarif = bayplan(here, "lint --profile all --format sarif");
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert!(!results.iter().any(|result| result["fixes"].to_string().contains("kEbl2HOQ")), "{sarif:#}");
    let version = results.iter().find(|result| result["ruleId"] == "obsolete-key").unwrap();
    let changes = &version["fixes"][0]["artifactChanges"][0];
    assert_eq!(changes["artifactLocation"]["uri"], "compose.yaml");
    let region = serde_json::json!({ "startLine": 1, "startColumn": 1, "endLine": 2, "endColumn": 1 });
    let replacement = serde_json::json!([{ "deletedRegion": region, "insertedContent": { "text": "" } }]);
    assert_eq!(changes["replacements"], replacement);
    let Some(mut schema) = sarif_schema::read(Path::new(env!("CARGO_TARGET_TMPDIR"))) else {
        println!("skipped: npm cannot bring the schema of SARIF");
        return;
    };
    for of in ["run", "toolComponent"] {
        schema["definitions"][of]["properties"]["language"].as_object_mut().unwrap().remove("pattern");
    }
    let validator = jsonschema::draft4::new(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&sarif).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
