//! `bayplan lint --diff` and `--add-exemptions`: in repositories as Git makes them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use bayplan_cli::args::Cli;
use bayplan_cli::compile::Library;
use bayplan_cli::render::Style;
use bayplan_cli::run::{Runner, Said};
use bayplan_cli::{Exit, Failure};
use clap::Parser;
use std::fs;
use std::path::Path;
use std::process::Command;

struct Here(tempfile::TempDir);

impl Here {
    fn new(files: &[(&str, &str)]) -> Self {
        let here = Self(tempfile::tempdir().unwrap());
        files.iter().for_each(|(path, text)| here.write(path, text));
        here
    }

    fn repository(files: &[(&str, &str)]) -> Self {
        let here = Self::new(files);
        here.git("init -q -b main");
        here.commit();
        here
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.path().join(path)).unwrap()
    }

    fn git(&self, words: &str) {
        let settings = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"];
        let mut git = Command::new("git");
        git.current_dir(&self.0).args(settings).args(words.split(' '));
        assert!(git.output().unwrap().status.success(), "{words}");
    }

    fn commit(&self) {
        self.git("add -A");
        self.git("commit -q --allow-empty -m x");
    }

    /// What a call says, in a folder of the repository.
    fn call(&self, folder: &str, words: &[&str]) -> (Result<Exit, Failure>, Said) {
        let here = self.0.path().join(folder);
        let here = if folder.is_empty() { self.0.path() } else { &here };
        let cli = Cli::try_parse_from(["bayplan", "lint"].iter().chain(words)).unwrap();
        let style = Style { format: cli.output.format, color: false, unicode: true, width: 80 };
        let runner = Runner { here, compiler: &Library::default(), out: style, err: style };
        let mut said = Said::default();
        (runner.run(&cli.verb, &mut said), said)
    }

    /// The findings, one a line.
    fn lint(&self, words: &str) -> (String, String) {
        let words: Vec<&str> = words.split_whitespace().chain(["--format", "short"]).collect();
        let (result, said) = self.call("", &words);
        result.unwrap_or_else(|failure| panic!("{words:?}: {failure:?}"));
        (said.out, said.err)
    }
}

const WEB: &str = "services:\n  web:\n    image: nginx\n    ports: [\"8080:80\"]\n    environment:\n      A: ${NAME}\n";

#[test]
fn diff_shows_what_the_branch_adds_and_counts_the_rest() {
    let here = Here::repository(&[
        ("web/compose.yaml", WEB),
        ("gone/compose.yaml", WEB),
        (".gitignore", ".env\n"),
        ("bayplan.yaml", "profile: production\n"),
    ]);
    let (all, _) = here.lint("");
    assert!(all.lines().count() > 4, "{all}");
    let (out, err) = here.lint("--diff main");
    assert_eq!(out, "");
    assert_eq!(err, format!("{} findings not shown: the branch left `main` with them\n", all.lines().count()));

    here.git("checkout -q -b branch");
    fs::remove_dir_all(here.0.path().join("gone")).unwrap();
    // Lines move, an item comes before others, a service and a file come in.
    let text = WEB.replace("[\"8080", "[\"127.0.0.1:9090:90\", \"8080");
    here.write("web/compose.yaml", &format!("# new\n\n{text}  db:\n    image: postgres:latest\n"));
    here.write("new/compose.yaml", "services:\n  api:\n    image: busybox\n");
    let (out, err) = here.lint("--diff main");
    assert!(out.lines().all(|line| line.contains("`db`") || line.starts_with("new/compose.yaml:")), "{out}");
    assert!(out.contains("new/compose.yaml:3:12: error[unpinned-image]") && out.contains("`latest`"), "{out}");
    assert!(err.ends_with("findings not shown: the branch left `main` with them\n"), "{err}");
    // The same from below, and with paths: one of them is new, one is named from the root of the disk.
    let (_, below) = here.call("web", &["--diff", "main", "--format", "short"]);
    assert!(below.out.lines().count() > 1 && below.out.lines().all(|line| line.contains("`db`")), "{}", below.out);
    let absolute = here.0.path().join("web/compose.yaml");
    let words = ["--diff", "main", "--format", "short", "new", absolute.to_str().unwrap()];
    assert_eq!(here.call("", &words).1.out, out);
    // What went on on the other branch says nothing about this one.
    here.commit();
    here.git("checkout -q main");
    here.write("web/compose.yaml", "services: { web: { image: nginx:1.27 } }\n");
    here.commit();
    here.git("checkout -q branch");
    assert_eq!(here.lint("--diff main").0, out);
    assert_eq!(here.lint("--diff HEAD").0, "");
    let (_, json) = here.call("", &["--diff", "HEAD", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["findings"].as_array().unwrap().len(), 0);
    assert!(json["summary"]["hidden"].as_u64() > Some(4), "{json}");
}

#[test]
fn diff_reads_what_git_ignores_on_both_sides_and_changes_nothing() {
    let here = Here::repository(&[("web/compose.yaml", WEB), (".gitignore", ".env\n/data/\n")]);
    here.write("web/.env", "NAME=latest\n");
    here.write("data/x/compose.yaml", WEB);
    here.write("web/compose.yaml", &format!("{WEB}    image2: x\n"));
    // A hook runs with an index of its own.
    let status = |here: &Here| {
        let output = Command::new("git").current_dir(&here.0).args(["status", "--porcelain=2", "--branch"]).output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    let before = status(&here);
    let (out, _) = here.lint("--diff main --profile all");
    assert_eq!(out.lines().count(), 1, "{out}");
    assert!(out.contains("unknown-key"), "{out}");
    assert_eq!(status(&here), before);
}

#[test]
fn diff_says_why_it_cannot() {
    let here = Here::new(&[("compose.yaml", WEB)]);
    let said = |here: &Here, base: &str| format!("{:?}", here.call("", &["--diff", base]).0);
    assert!(said(&here, "main").contains("Git cannot read a repository here"), "{}", said(&here, "main"));
    let here = Here::repository(&[("compose.yaml", WEB)]);
    for base in ["nothing", "--all", "main:compose.yaml", "", "a b"] {
        let words = [format!("--diff={base}")];
        let (result, _) = here.call("", &[&words[0]]);
        assert!(format!("{result:?}").contains(&format!("there is no revision `{base}`")), "{result:?}");
    }
}

#[test]
fn exemptions_are_written_and_the_next_lint_is_clean() {
    let here = Here::new(&[
        ("web/compose.yaml", WEB),
        ("web [1]/compose.yaml", WEB),
        ("db/compose.yaml", "services:\n  db: { image: postgres }\n  web: { image: nginx }\n"),
    ]);
    let (first, _) = here.lint("--profile production");
    let (rest, err) = here.lint("--profile production --add-exemptions --reason old");
    assert_eq!(rest, "");
    let count = first.lines().count();
    assert!(err.ends_with(&format!(" exemptions from {count} findings written to bayplan.yaml\n")), "{err}");
    let text = here.read("bayplan.yaml");
    assert!(
        text.contains("  - rule: unpinned-image\n    paths:\n      - db/compose.yaml\n    services:\n      - db\n      - web\n    reason: old\n"),
        "{text}"
    );
    // Files in which the same services break a rule are listed together.
    assert!(
        text.contains("    paths:\n      - \"web \\\\[1\\\\]/compose.yaml\"\n      - web/compose.yaml\n"),
        "{text}"
    );
    assert_eq!(here.lint("--profile production").0, "");
    // Without the profile nobody asks most of the rules: their exemptions are not unused.
    assert_eq!(here.lint("").0, "");
    // What comes later is found.
    here.write(
        "db/compose.yaml",
        "services:\n  db: { image: postgres }\n  web: { image: nginx }\n  api: { image: x }\n",
    );
    assert!(here.lint("--profile production").0.contains("`api` uses the image `x` without a tag"));
    // Nothing is written where there is nothing to write.
    here.lint("--profile production --add-exemptions");
    let text = here.read("bayplan.yaml");
    assert_eq!(here.lint("--profile production --add-exemptions").1, "there is nothing to be exempt from\n");
    assert_eq!(here.read("bayplan.yaml"), text);
}

#[test]
fn settings_that_are_there_stay_as_they_are_written() {
    let start = "# ours\nprofile: production   # strict\nexemptions:\n# the first\n- rule: unpinned-image\n  paths: ['old/**']\n  reason: \"later\"   # soon\nrules: {unbounded-cpu: allow}\n";
    let here = Here::repository(&[("bayplan.yaml", start), ("a/web/compose.yaml", WEB), ("a/old/compose.yaml", WEB)]);
    let (result, said) = here.call("a/web", &["--add-exemptions"]);
    assert_eq!(result, Ok(Exit::Clean), "{said:?}");
    assert!(said.err.ends_with("written to ../../bayplan.yaml\n"), "{}", said.err);
    let text = here.read("bayplan.yaml");
    let (head, tail) = start.split_at(start.find("rules:").unwrap());
    assert!(text.starts_with(head) && text.ends_with(tail), "{text}");
    assert!(text.contains("\n- rule: unpinned-image\n  paths:\n  - a/web/compose.yaml\n"), "{text}");
    assert_eq!(here.call("a/web", &[]).0, Ok(Exit::Clean));
    assert!(here.lint("").0.contains("a/old/compose.yaml"));
    // From below, the settings of the repository are those at its root.
    let here = Here::repository(&[("a/web/compose.yaml", WEB)]);
    let (_, said) = here.call("a/web", &["--add-exemptions", "--profile", "all"]);
    assert!(said.err.ends_with("written to ../../bayplan.yaml\n"), "{}", said.err);
    assert!(here.read("bayplan.yaml").contains("found when the rules came, 20"));
    assert_eq!(here.lint("--profile all").0, "");
}

#[test]
fn what_nobody_can_allow_is_shown_and_broken_settings_stay() {
    let here = Here::new(&[("compose.yaml", &format!("{WEB}    unknown: 1\n"))]);
    let (result, said) = here.call("", &["--profile", "production", "--add-exemptions", "--format", "short"]);
    assert_eq!(result, Ok(Exit::Denied));
    assert!(said.out.lines().count() == 1 && said.out.contains("unknown-key"), "{}", said.out);
    for (broken, why) in [("exemptions: [\n", "never closed"), ("exemptions: 3\n", "exemptions"), ("a: 1\na: 2\n", "")]
    {
        let here = Here::new(&[("bayplan.yaml", broken), ("compose.yaml", WEB)]);
        let (result, _) = here.call("", &["--profile", "production", "--add-exemptions"]);
        let failure = format!("{result:?}");
        assert!(failure.contains("cannot write exemptions into `bayplan.yaml`") && failure.contains(why), "{failure}");
        assert_eq!(here.read("bayplan.yaml"), broken);
    }
    for empty in ["", "# nothing yet", "exemptions:\n", "exemptions: []\n", "---\nprofile: production\n...\n"] {
        let here = Here::new(&[("bayplan.yaml", empty), ("compose.yaml", WEB)]);
        let (result, said) = here.call("", &["--profile", "production", "--add-exemptions"]);
        assert_eq!(result, Ok(Exit::Clean), "{empty:?}: {said:?}\n{}", here.read("bayplan.yaml"));
    }
}

/// Standing where the paths are not, and with paths that lead through `..`.
#[test]
fn exemptions_hold_for_paths_however_they_are_named() {
    let here = Here::repository(&[("a/compose.yaml", WEB), ("b/x.txt", "")]);
    let absolute = here.0.path().join("a/compose.yaml");
    let (result, _) = here.call("b", &["--profile", "production", "--add-exemptions", "../a/compose.yaml"]);
    assert_eq!(result, Ok(Exit::Clean), "{}", here.read("bayplan.yaml"));
    for (folder, path) in [("", absolute.as_path()), ("b", absolute.as_path()), ("a", Path::new("compose.yaml"))] {
        let (result, said) = here.call(folder, &["--profile", "production", path.to_str().unwrap()]);
        assert_eq!(result, Ok(Exit::Clean), "{folder}: {said:?}");
    }
}
