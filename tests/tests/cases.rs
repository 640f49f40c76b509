//! The literate cases under `tests/cases`: every finding of every case, exactly, and nothing written.
//!
//! `BAYPLAN_CASE=text` runs the cases whose file or title holds the text; `BAYPLAN_BLESS=1` rewrites what is expected.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use bayplan::finding::Report;
use bayplan::rules::Profile;
use bayplan::source::Sources;
use bayplan_cli::Exit;
use bayplan_cli::args::{Cli, Format, Verb};
use bayplan_cli::compile::Library;
use bayplan_cli::render::root::Root;
use bayplan_cli::render::{Style, github, json, pretty, repair, sarif, short};
use bayplan_cli::run::{Asked, Runner, Said as Streams};
use bayplan_tests::case::{Case, Document, Kind, Said};
use clap::Parser;
use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn every_case_gives_its_findings_and_writes_nothing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let only = std::env::var("BAYPLAN_CASE").unwrap_or_default();
    let bless = std::env::var_os("BAYPLAN_BLESS").is_some();
    let (mut failures, mut count) = (Vec::new(), 0);
    for path in markdown(&root) {
        let name = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
        let text = fs::read_to_string(&path).unwrap();
        let document = Document::read(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut all = Vec::new();
        for case in &document.cases {
            let title = format!("{name}: {}", case.title);
            let chosen = title.contains(&only);
            if !chosen && !bless {
                continue;
            }
            count += 1;
            match catch_unwind(AssertUnwindSafe(|| run(case))) {
                Ok(said) => {
                    if let Some(difference) = case.differs(&said).filter(|_| chosen) {
                        failures.push(format!("{title}\n{difference}"));
                    }
                    all.push(said);
                }
                Err(_) => panic!("{title}: panicked"),
            }
        }
        let blessed = document.blessed(&all);
        if bless && blessed != text {
            fs::write(&path, blessed).unwrap();
        }
    }
    assert!(count > 0, "no case matches `{only}`");
    assert!(bless || failures.is_empty(), "{} of {count} cases differ\n\n{}", failures.len(), failures.join("\n"));
}

/// Makes every call of a case on its files, in a folder of their own; where `lint` denies something, `gen` writes nothing.
fn run(case: &Case) -> Vec<Vec<Said>> {
    let dir = tempfile::tempdir().unwrap();
    // The name of the folder is the name of the fleet.
    let here = dir.path().join("case");
    for file in &case.files {
        let path = here.join(&file.name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match file.kind {
            Kind::Text => fs::write(path, &file.content).unwrap(),
            Kind::Folder => fs::create_dir(path).unwrap(),
            Kind::Pipe => assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
            Kind::Empty(bytes) => fs::File::create(path).unwrap().set_len(bytes).unwrap(),
        }
    }
    let before = contents(dir.path());
    let style = Style { format: Format::Pretty, color: false, unicode: true, width: 80 };
    let runner = Runner { here: &here, compiler: &Library::default(), out: style, err: style };
    let said = case.commands().into_iter().map(|command| call(case, command, runner)).collect();
    assert_eq!(contents(dir.path()), before, "{}: something was written", case.title);
    said
}

/// What `lint`, or the command `config …`, says about a case.
fn call(case: &Case, command: &str, runner: Runner<'_>) -> Vec<Said> {
    let style = runner.out;
    if command.split(' ').next() == Some("fix") {
        let words = ["bayplan"].into_iter().chain(command.split_whitespace());
        let cli = Cli::try_parse_from(words).unwrap();
        let mut streams = Streams::default();
        runner.run(&cli.verb, &mut streams).unwrap_or_else(|error| panic!("{error:?}"));
        let message = streams.out.replace('\r', "␍");
        return vec![Said { message, ..Said::default() }];
    }
    if !command.is_empty() {
        let words = ["bayplan"].into_iter().chain(command.split_whitespace());
        let Verb::Config(args) = Cli::try_parse_from(words).unwrap().verb else { panic!("no `config`: {command}") };
        let (mut sources, mut report) = (Sources::new(), Report::new());
        runner.configured(&args, &mut sources, &mut report).unwrap_or_else(|error| panic!("{error:?}"));
        let _ = pretty::findings(&report, &sources, style);
        return said(&report, &sources);
    }
    let named =
        |name: &str| case.files.iter().any(|file| file.name == name || file.name.ends_with(&format!("/{name}")));
    let fleet = named("fleet.yaml");
    // Cases of compose files are held to what fleets are held to, unless they say otherwise.
    let profile = (!fleet && !named("bayplan.yaml")).then_some(Profile::Production);
    let asked = Asked { profile, ..Asked::default() };
    let result = runner.compile(&[], true, &asked).unwrap_or_else(|_| {
        let paths: Vec<PathBuf> = case.files.iter().map(|file| PathBuf::from(&file.name)).collect();
        runner.compile(&paths, true, &asked).unwrap_or_else(|error| panic!("{error:?}"))
    });
    // Whatever was found can be shown.
    let _ = pretty::findings(&result.report, &result.sources, style);
    let (report, sources, root) = (&result.report, &result.sources, Root::default());
    let _ = json::report(report, sources, 0, None).line();
    let lines = |text: String| text.lines().count();
    assert_eq!(lines(short::findings(report, sources)), report.findings.len(), "{}", case.title);
    assert_eq!(lines(github::findings(report, sources, &root)), report.findings.len(), "{}", case.title);
    let log = sarif::log(report, sources, &root, &repair::none);
    assert_eq!(log["runs"][0]["results"].as_array().map(Vec::len), Some(report.findings.len()), "{}", case.title);
    if result.report.denied() && fleet {
        let cli = Cli::try_parse_from(["bayplan", "gen"]).unwrap();
        assert_eq!(runner.run(&cli.verb, &mut Streams::default()), Ok(Exit::Denied), "{}", case.title);
    }
    said(&result.report, &result.sources)
}

fn said(report: &Report, sources: &Sources) -> Vec<Said> {
    report
        .findings
        .iter()
        .map(|finding| {
            let located = finding.located(sources);
            Said {
                file: located.file.to_owned(),
                place: located.line.zip(located.column),
                level: finding.level.to_string(),
                rule: located.rule.to_owned(),
                message: located.message.to_owned(),
                help: located.help.map(str::to_owned),
            }
        })
        .collect()
}

fn markdown(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(markdown(&path));
        } else if path.extension().is_some_and(|end| end == "md") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(contents(&path));
        } else {
            // A named pipe would wait for whoever writes; a large file is looked at by its size.
            let metadata = fs::metadata(&path).unwrap();
            let small = metadata.is_file() && metadata.len() < 1 << 20;
            let content = if small { fs::read(&path).unwrap() } else { metadata.len().to_le_bytes().to_vec() };
            found.insert(path, content);
        }
    }
    found
}
