use super::*;
use crate::args::Cli;
use crate::compile::Output;
use crate::discover::{Fleet, Settings};
use bayplan::compile::ComposeProject;
use bayplan::emit::{Comment, Tree};
use bayplan::finding::Finding;
use bayplan::rules::Policy;
use bayplan_yaml::{Location, SourceId, Span};
use clap::Parser;
use std::collections::BTreeMap;

/// Writes one file for each blueprint; denies the word `bad` and warns of the word `poor`.
struct Fake;

impl Compiler for Fake {
    fn fleet(&self, here: &Path, fleet: &Fleet, _: &str, environment: Option<&str>, _: &Policy, run: &mut Run) {
        let text = |name: &String| fs::read_to_string(fleet.folder.join(name)).unwrap();
        for name in &fleet.blueprints {
            let file = run.sources.add_file(discover::show(here, &fleet.folder.join(name)), text(name));
            judge(file, run);
        }
        for name in ["dev", "prod"].into_iter().filter(|name| environment.is_none_or(|only| only == *name)) {
            let mut tree = Tree::new();
            for path in &fleet.blueprints {
                tree.add(path, Comment::Hash, path, &text(path)).unwrap();
            }
            run.outputs.push(Output { fleet: fleet.name.clone(), environment: name.to_owned(), tree });
        }
    }

    fn compose(&self, here: &Path, projects: &[ComposeProject], _: &Settings, run: &mut Run) {
        let paths: std::collections::BTreeSet<&String> = projects.iter().flat_map(|project| &project.files).collect();
        for path in paths {
            let text = fs::read_to_string(here.join(path)).unwrap();
            let file = run.sources.add_file(path, text);
            judge(file, run);
        }
    }

    fn trace(&self, _: &Path, _: &discover::Found, _: &mut Run) -> Result<Vec<bayplan::compile::Loaded>, Failure> {
        Ok(Vec::new())
    }

    fn rules(&self) -> Vec<(&'static str, String)> {
        vec![("a-bad-thing", "It is bad.\n".to_owned()), ("a-poor-thing", "It is poor.\n".to_owned())]
    }

    fn schemas(&self) -> Vec<(&'static str, String)> {
        vec![("blueprint", "{}\n".to_owned()), ("fleet", "{\"a\": 1}\n".to_owned())]
    }
}

fn judge(file: SourceId, run: &mut Run) {
    let text = run.sources.file(file).unwrap().text.to_string();
    for (word, rule, level) in [("bad", "a-bad-thing", Level::Deny), ("poor", "a-poor-thing", Level::Warn)] {
        for (start, _) in text.match_indices(word) {
            let span = Span::new(start as u32, (start + word.len()) as u32);
            run.report.push(Finding::new(rule, level, Location { source: file, span }, format!("`{word}` is here")));
        }
    }
}

struct Here(tempfile::TempDir);

impl Here {
    fn new(files: &[(&str, &str)]) -> Self {
        let here = Self(tempfile::tempdir().unwrap());
        for (path, text) in files {
            here.write(path, text);
        }
        here
    }

    fn fleet(text: &str) -> Self {
        Self::new(&[("blueprints/shop/fleet.yaml", "domain: lan\n"), ("blueprints/shop/web.yaml", text)])
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn run(&self, args: &str) -> (Result<Exit, Failure>, Said) {
        let cli = Cli::try_parse_from(args.split(' ')).unwrap();
        let style = Style { format: cli.output.format, color: false, unicode: true, width: 80 };
        let runner = Runner { here: self.0.path(), compiler: &Fake, out: style, err: style };
        let mut said = Said::default();
        (runner.run(&cli.verb, &mut said), said)
    }

    fn clean(&self, args: &str) -> String {
        let (exit, said) = self.run(args);
        assert_eq!(exit, Ok(Exit::Clean), "{args}: {said:?}");
        said.out
    }

    fn denied(&self, args: &str) -> Said {
        let (exit, said) = self.run(args);
        assert_eq!(exit, Ok(Exit::Denied), "{args}: {said:?}");
        said
    }

    fn files(&self) -> BTreeMap<String, String> {
        let (mut files, mut open) = (BTreeMap::new(), vec![self.0.path().to_owned()]);
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    files.insert(discover::show(self.0.path(), &path), fs::read_to_string(path).unwrap());
                }
            }
        }
        files
    }
}

#[test]
fn gen_writes_then_has_nothing_to_do_and_check_agrees() {
    let here = Here::fleet("a: 1\n");
    let said = here.denied("bayplan gen --check");
    assert!(said.out.contains("+ generated/shop/dev/web.yaml") && said.out.contains("+a: 1"), "{}", said.out);
    assert!(said.out.ends_with("2 files stale: run `bayplan gen`\n"), "{}", said.out);
    assert!(here.files().len() == 2, "--check writes nothing");
    assert_eq!(
        here.clean("bayplan gen"),
        "+ generated/shop/dev/web.yaml\n+ generated/shop/prod/web.yaml\n2 files written\n"
    );
    assert_eq!(here.clean("bayplan gen"), "generated is up to date\n");
    assert_eq!(here.clean("bayplan gen --check"), "generated is up to date\n");
    assert_eq!(here.clean("bayplan lint"), "no findings in 2 files\n");

    here.write("blueprints/shop/web.yaml", "a: 2\n");
    let diff = here.clean("bayplan gen --env dev --diff");
    assert!(diff.starts_with("~ generated/shop/dev/web.yaml\n    --- a/shop/dev/web.yaml\n"), "{diff}");
    assert!(
        diff.contains("\n    -a: 1\n") && diff.contains("\n    +a: 2\n") && diff.ends_with("1 file written\n"),
        "{diff}"
    );
    assert!(here.files()["generated/shop/prod/web.yaml"].contains("a: 1"));
}

#[test]
fn a_denied_finding_writes_nothing_and_a_warning_does() {
    let here = Here::fleet("a: bad\nb: poor\n");
    let said = here.denied("bayplan gen");
    assert!(
        said.err.contains("error[a-bad-thing]")
            && said.err.ends_with("1 error, 1 warning of 2 rules in 1 of 2 files\nnothing was written\n")
    );
    assert_eq!((said.out.as_str(), here.files().len()), ("", 2));
    here.write("blueprints/shop/web.yaml", "b: poor\n");
    assert!(here.clean("bayplan gen").ends_with("2 files written\n"));
}

#[test]
fn an_edited_file_is_shown_and_kept_until_forced() {
    let here = Here::fleet("a: 1\n");
    here.clean("bayplan gen");
    let edited = here.files()["generated/shop/dev/web.yaml"].clone() + "b: mine\n";
    here.write("generated/shop/dev/web.yaml", &edited);
    for args in ["bayplan gen", "bayplan gen --check"] {
        let said = here.denied(args);
        assert!(
            said.err.starts_with("error: `generated/shop/dev/web.yaml` was edited since bayplan wrote it\n")
                && said.err.contains("\n    -b: mine\n")
                && said.err.contains("help: bring the edit into the blueprint, or throw it away with `--force`"),
            "{}",
            said.err
        );
        assert_eq!(here.files()["generated/shop/dev/web.yaml"], edited);
    }
    here.clean("bayplan gen --force");
    assert!(!here.files()["generated/shop/dev/web.yaml"].contains("mine"));
}

#[test]
fn the_folder_of_an_environment_that_is_gone_goes_too() {
    let here = Here::fleet("a: 1\n");
    here.clean("bayplan gen");
    let text = here.files()["generated/shop/dev/web.yaml"].clone();
    here.write("generated/shop/staging/web.yaml", &text);
    here.write("generated/shop/old/web.yaml", &text);
    here.write("generated/shop/old/notes.txt", "mine\n");
    here.write("generated/shop/own/notes.txt", "mine\n");
    // Of one environment nothing is known about the others.
    assert_eq!(here.clean("bayplan gen --env dev"), "generated is up to date\n");
    let note = "note: `generated/shop/old` stays: the fleet names no environment `old`, but \
                `generated/shop/old/notes.txt` was not written by bayplan\n";
    let said = here.denied("bayplan gen --check");
    assert!(said.out.starts_with("- generated/shop/staging/web.yaml\n"), "{}", said.out);
    assert_eq!(said.err, note);
    let (exit, said) = here.run("bayplan gen");
    assert_eq!((exit, said.err.as_str()), (Ok(Exit::Clean), note));
    assert_eq!(said.out, "- generated/shop/staging/web.yaml\n1 file written\n");
    assert!(!here.0.path().join("generated/shop/staging").exists());
    assert!(here.files().contains_key("generated/shop/old/web.yaml"));
    let (_, said) = here.run("bayplan --format=json gen");
    let value: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(value["output"]["kept"][0]["path"], "shop/old/notes.txt");
}

#[test]
fn lint_reads_single_files_and_writes_nothing() {
    let here =
        Here::new(&[("a/compose.yaml", "x: bad\n"), ("a/docker-compose.yml", "y: poor\n"), ("b.yaml", "z: 1\n")]);
    let before = here.files();
    let said = here.denied("bayplan lint a b.yaml");
    assert!(said.out.ends_with("1 error, 1 warning of 2 rules in 2 of 3 files\n"), "{}", said.out);
    assert_eq!(here.clean("bayplan lint a/docker-compose.yml").lines().last(), Some("1 warning in 1 file"));
    assert_eq!(here.files(), before);
}

#[test]
fn json_is_one_object() {
    let here = Here::fleet("a: bad\n");
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let said = here.denied("bayplan lint --format json");
    assert_eq!(
        parse(&said.out),
        json!({
            "version": 1,
            "findings": [{
                "rule": "a-bad-thing", "level": "deny", "message": "`bad` is here", "file": "blueprints/shop/web.yaml",
                "line": 1, "column": 4, "end_line": 1, "end_column": 7, "path": "",
            }],
            "summary": { "errors": 1, "warnings": 0, "files": 2, "fixable": { "safe": 0, "unsafe": 0 } },
        })
    );
    assert!(parse(&here.denied("bayplan gen --format json").out).get("output").is_none());
    here.write("blueprints/shop/web.yaml", "a: 1\n");
    let output = parse(&here.clean("bayplan gen --format json --env dev"))["output"].clone();
    let change = json!({ "path": "shop/dev/web.yaml", "action": "create" });
    assert_eq!(output, json!({ "root": "generated", "written": true, "changes": [change], "refused": [], "kept": [] }));
}

#[test]
fn rules_are_explained_and_schemas_written() {
    let here = Here::new(&[]);
    assert_eq!(here.clean("bayplan explain a-bad-thing"), "It is bad.\n");
    let list = here.clean("bayplan explain");
    let row = |name: &str| list.lines().find(|line| line.trim_start().starts_with(name)).unwrap().to_owned();
    assert!(row("unpinned-image").ends_with("  warning  an image follows a tag that moves"), "{list}");
    assert!(list.starts_with("Correctness\n  ") && row("invalid-yaml").ends_with("the text is no YAML"), "{list}");
    assert!(here.clean("bayplan explain --markdown").contains("\n### unpinned-image\n"));
    let (result, _) = here.run("bayplan explain a-bad-thin");
    assert_eq!(result, Err(Failure::new("there is no rule `a-bad-thin`").help("did you mean `a-bad-thing`?")));

    assert_eq!(here.clean("bayplan schema fleet"), "{\"a\": 1}\n");
    assert_eq!(here.denied("bayplan schema --write schema --check").out.lines().count(), 2);
    here.clean("bayplan schema --write schema");
    assert_eq!(here.clean("bayplan schema --write schema --check"), "");
    assert_eq!(here.files()["schema/fleet.schema.json"], "{\"a\": 1}\n");
}

#[test]
fn shells_and_the_manual_know_every_verb() {
    let here = Here::new(&[]);
    let texts = ["completions bash", "completions zsh", "completions fish", "man"];
    for words in texts {
        let text = here.clean(&format!("bayplan {words}"));
        for verb in ["gen", "lint", "config", "explain", "schema", "add-exemptions"] {
            let verb = if words == "man" { verb.replace('-', "\\-") } else { verb.to_owned() };
            assert!(text.contains(&verb), "{words}: {verb}");
        }
    }
}
