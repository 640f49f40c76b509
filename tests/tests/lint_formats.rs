//! `bayplan lint --format`: every format says every finding, programs can read what is for them, and no secret is in any.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use bayplan_cli::args::Cli;
use bayplan_cli::compile::Library;
use bayplan_cli::render::Style;
use bayplan_cli::run::{Runner, Said};
use bayplan_tests::sarif_schema;
use clap::Parser;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What `bayplan WORDS` says in `here`.
fn bayplan(here: &Path, words: &str) -> Said {
    let cli = Cli::try_parse_from(["bayplan"].into_iter().chain(words.split(' '))).unwrap();
    let style = Style { format: cli.output.format, color: false, unicode: true, width: 80 };
    let runner = Runner { here, compiler: &Library::default(), out: style, err: style };
    let mut said = Said::default();
    runner.run(&cli.verb, &mut said).unwrap_or_else(|failure| panic!("{words}: {failure:?}"));
    said
}

/// A repository with names that every format has to escape, secrets, findings of all kinds and one that stands in no file.
fn repository() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join(".git")).unwrap();
    for (path, text) in [
        (
            "a b/100%,x:y/compose.yaml",
            "services:\n  \"ü<b>\": { image: 'nginx' }\n  db:\n    image: postgres\n    environment:\n      \
             POSTGRES_PASSWORD: correct-horse-battery\n      DB_URL: postgres://app:s3cr3t-of-app@db/x\n    \
             ports: [\"5432:5432\", \"5432:5432\"]\n    depends_on: [nothing]\n    unknown: 1\n",
        ),
        (
            "broken/compose.yaml",
            "services:\n  web:\n    image: [\n    environment: { API_KEY: sk_live_abcdefghijkl1234 }\n",
        ),
        ("other/compose.yaml", "services:\n  db:\n    image: postgres:latest\n    ports: [\"5432:5432\"]\n"),
        (
            "hash/compose.yaml",
            "services:\n  web:\n    image: nginx\n    environment:\n      USERS: admin:$apr1$kEblHOQ$OqEwBJhDIizQhBqN\n      \
             SHELL: \"a $6$kEblHOQ$OqEwBJhDIizQhBqN\\n\"\n    command: [sh, -c, 'x=$$2b$$10$OqEwBJhDIizQhBqN; run $x']\n    \
             labels: ['traefik.http.middlewares.a.basicauth.users=admin:$apr1$kEblHOQ$OqEwBJhDIizQhBqN']\n",
        ),
        ("other/binary.yaml", "\u{1}"),
    ] {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

const SECRETS: [&str; 5] =
    ["correct-horse-battery", "s3cr3t-of-app", "sk_live_abcdefghijkl1234", "kEblHOQ", "OqEwBJhDIizQhBqN"];
const FORMATS: [&str; 5] = ["pretty", "short", "json", "sarif", "github"];

/// Whatever is known about variables: the pieces of a hash stand where names do.
#[test]
fn pieces_of_a_hash_are_names_nowhere() {
    for beside in ["hash/none", "hash/.env", "hash/.env.example"] {
        let dir = repository();
        fs::write(dir.path().join(beside), "A=1\n").unwrap();
        for call in [
            "lint --profile all --all",
            "lint --all --format json",
            "lint --all --format sarif",
            "lint --add-exemptions --reason old",
            "explain hash:services.web.environment",
            "explain ${OqEwBJhDIizQhBq}",
            "fix --unsafe --profile all hash",
        ] {
            let cli = Cli::try_parse_from(["bayplan"].into_iter().chain(call.split(' '))).unwrap();
            let style = Style { format: cli.output.format, color: false, unicode: true, width: 80 };
            let mut said = Said::default();
            let done = Runner { here: dir.path(), compiler: &Library::default(), out: style, err: style }
                .run(&cli.verb, &mut said);
            let written = fs::read_to_string(dir.path().join("bayplan.yaml")).unwrap_or_default();
            let all = format!("{}{}{written}{:?}", said.out, said.err, done.err().filter(|_| !call.contains("${")));
            for piece in ["kEblHOQ", "OqEwBJhDIizQhBqN", "`apr1`"] {
                assert!(!all.contains(piece), "{call} with {beside}: {all}");
            }
        }
    }
}

#[test]
fn every_format_says_every_finding_and_no_secret() {
    let dir = repository();
    let json: Value = serde_json::from_str(&bayplan(dir.path(), "lint --profile all --format json").out).unwrap();
    let findings = json["findings"].as_array().unwrap();
    assert!(findings.len() > 10, "{findings:?}");
    for format in FORMATS {
        let said = bayplan(dir.path(), &format!("lint --profile all --all --format {format}"));
        for secret in SECRETS {
            assert!(!said.out.contains(secret) && !said.err.contains(secret), "{format}: {}", said.out);
        }
        for finding in findings {
            let rule = finding["rule"].as_str().unwrap();
            assert!(said.out.contains(rule), "{format}: {rule}");
        }
        let count = match format {
            "pretty" => said.out.matches("help:").count().max(findings.len()),
            "json" => findings.len(),
            "sarif" => said.out.matches("\"ruleIndex\"").count(),
            _ => said.out.lines().count(),
        };
        assert_eq!(count, findings.len(), "{format}:\n{}", said.out);
    }
}

#[test]
fn sarif_follows_its_schema_and_names_paths_from_the_root() {
    let dir = repository();
    let here = dir.path().join("a b");
    let text = bayplan(&here, "lint --profile all --format sarif").out;
    let log: Value = serde_json::from_str(&text).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results {
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a%20b/100%25,x%3Ay/compose.yaml", "{result:#}");
        assert!(place["region"]["startLine"].as_u64() >= Some(1), "{result:#}");
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(!rule["help"]["text"].as_str().unwrap().is_empty());
    }
    let Some(mut schema) = sarif_schema::read(Path::new(env!("CARGO_TARGET_TMPDIR"))) else {
        println!("skipped: npm cannot bring the schema of SARIF");
        return;
    };
    // It has a `]` too many, which only JavaScript's expressions may have.
    for of in ["run", "toolComponent"] {
        schema["definitions"][of]["properties"]["language"].as_object_mut().unwrap().remove("pattern");
    }
    let validator = jsonschema::draft4::new(&schema).unwrap();
    // The schema is one that can fail.
    assert!(!validator.is_valid(&serde_json::json!({ "version": "2.1.0", "runs": [{ "tool": {} }] })));
    for here in [dir.path(), &here] {
        let log = serde_json::from_str(&bayplan(here, "lint --profile all --format sarif").out).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

#[cfg(unix)]
#[test]
fn nothing_that_speaks_to_a_terminal_is_printed() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("ev\u{1b}[31mil\nname");
    fs::create_dir(&folder).unwrap();
    let text = "services:\n  \"w\\e[31m\\nx\":\n    image: \"a\\e]0;title\\ab\"\n    imgae: 1\n    \"k\\e[2Jy\": 2\n  \
                web: { image: nginx, restart: no }\n";
    fs::write(folder.join("compose.yaml"), text).unwrap();
    fs::write(dir.path().join("compose.\u{1b}[31m::error::x\n.yaml"), "services:\n  web: {image: [}\n").unwrap();
    fs::write(dir.path().join("compose.yaml"), [0x1b, b'[', b'3', 0xff, 0, 7]).unwrap();
    let mut all: Vec<String> = FORMATS.iter().map(|format| format!("lint --profile all --format {format}")).collect();
    all.extend(["fix", "fix --unsafe --profile all", "fix --unsafe --format json", "lint --all"].map(str::to_owned));
    for words in all {
        let said = bayplan(dir.path(), &words);
        let wild = |c: char| c.is_control() && c != '\n';
        assert!(!said.out.contains(wild) && !said.err.contains(wild), "{words}: {:?}", said.out);
    }
}

/// The fingerprints of all results.
fn fingerprints(here: &Path) -> Vec<String> {
    let log: Value = serde_json::from_str(&bayplan(here, "lint --format sarif --profile all").out).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    results
        .iter()
        .map(|result| result["partialFingerprints"]["bayplanFinding/v1"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn fingerprints_stay_when_lines_move_and_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("compose.yaml");
    let text = "services:\n  web:\n    image: nginx\n    ports: [\"80:80\"]\n  db: { image: nginx }\n";
    fs::write(&path, text).unwrap();
    let before = fingerprints(dir.path());
    assert_eq!(before.iter().collect::<BTreeSet<_>>().len(), before.len());
    let moved =
        text.replace("  web:", "\n# moved\n  web:").replace("  db", "\n\n  db").replace("[\"80", "[ # x\n \"80");
    fs::write(&path, format!("# a comment\n\n{moved}")).unwrap();
    assert_eq!(fingerprints(dir.path()), before);
    fs::write(&path, text.replace("  db:", "  api:")).unwrap();
    let after = fingerprints(dir.path());
    assert!(after != before && after.iter().any(|print| before.contains(print)));
}

#[test]
fn formats_of_findings_are_refused_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    for words in ["gen --format sarif", "explain --format github", "config --format short"] {
        let cli = Cli::try_parse_from(["bayplan"].into_iter().chain(words.split(' '))).unwrap();
        let style = Style { format: cli.output.format, color: false, unicode: true, width: 80 };
        let runner = Runner { here: dir.path(), compiler: &Library::default(), out: style, err: style };
        let failure = runner.run(&cli.verb, &mut Said::default()).unwrap_err();
        assert!(format!("{failure:?}").contains("only `lint` prints in this format"), "{failure:?}");
    }
}
