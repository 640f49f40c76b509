//! `cargo xtask bench`: what reading and linting cost, as ratios to peers measured in the same run.
//!
//! Absolute times depend on the machine; the ratios are what counts. Each figure is the best of several runs.

mod inputs;

use bayplan::compile::{ComposeProject, projects};
use bayplan::finding::Report;
use bayplan::resolve::files::Files;
use bayplan::resolve::load::{Cache, Loader, Options};
use bayplan::resolve::scope::Scope;
use bayplan::source::Sources;
use bayplan_yaml::{Limits, SourceId, read};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Measures everything and prints it.
pub fn run(args: &[String]) -> ExitCode {
    // The process that `memory` starts.
    if let [what, services] = args
        && what == "peak"
    {
        return peak(services.parse().unwrap_or_default());
    }
    if cfg!(debug_assertions) {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let build = ["build", "--quiet", "--release", "--package", "bayplan-cli"];
        let again = ["run", "--quiet", "--release", "--package", "xtask", "--", "bench"];
        let ran = |args: &[&str]| Command::new(&cargo).args(args).status().is_ok_and(|status| status.success());
        return if ran(&build) && ran(&again) { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<(), String> {
    let large = inputs::large(2_000);
    println!("== one file of {} services, {} kB", 2_000, large.len() / 1_000);
    let events = best(20, || granit_parser::Parser::new_from_str(&large).filter(Result::is_ok).count());
    row("bare events of the parser", events, None);
    let tree = best(10, || read(&large, SourceId(1), &Limits::default()).nodes.len());
    row("tree with values and places", tree, Some(events));
    let files = BTreeMap::from([("compose.yaml".to_owned(), Arc::from(large.as_str()))]);
    row("loaded: variables, tags, extends", best(10, || load(&files, "compose.yaml", false)), Some(events));
    row("resolved to long forms", best(10, || load(&files, "compose.yaml", true)), Some(events));
    row("checked by all rules", best(5, || lint(&files, &["compose.yaml"])), Some(events));

    println!(
        "\n== all rules on one project of more and more services, 100 in a file: time and memory grow as the text does"
    );
    for services in [1_000, 2_000, 10_000] {
        let project = inputs::includes(services, services / 100);
        let time = best(5, || lint(&project, &["compose.yaml"]));
        let memory = memory(services).map_or("?".to_owned(), |kb| format!("{:.1}", kb as f64 / size(&project) as f64));
        let each = time.as_secs_f64() * 1e6 / services as f64;
        println!("   {services:>6} services, {:>5} kB {each:>9.1} µs each, memory {memory} × the text", size(&project));
    }

    let here = tempfile::tempdir().map_err(|error| error.to_string())?;
    inputs::write(here.path(), &inputs::includes(1, 1))?;
    println!("\n== one service");
    let start = process(50, &ours()?, &["lint", "--format", "json", "."], here.path());
    row_of("`bayplan lint`, the process", start, None);

    let project = inputs::includes(60, 17);
    println!("\n== a project of 60 services in 17 included files, {} kB", size(&project));
    let loading = best(50, || load(&project, "compose.yaml", true));
    row("loaded and resolved", loading, None);
    let here = tempfile::tempdir().map_err(|error| error.to_string())?;
    inputs::write(here.path(), &project)?;
    let ours = ours()?;
    let config = process(20, &ours, &["config", "--format", "json"], here.path());
    row_of("`bayplan config`, the process", config, None);
    if let Some(docker) = docker_compose() {
        let theirs = process(10, &docker, &["config", "--format", "json"], here.path());
        row_of("`docker compose config`, the process", theirs, config);
    }

    let repository = inputs::repository(50);
    println!("\n== a repository of {} files, {} kB", repository.len(), size(&repository));
    let bare = best(20, || {
        repository
            .values()
            .map(|text| granit_parser::Parser::new_from_str(text).filter(Result::is_ok).count())
            .sum::<usize>()
    });
    row("bare events of the parser", bare, None);
    let names: Vec<&str> = repository.keys().map(String::as_str).collect();
    row("checked by all rules", best(20, || lint(&repository, &names)), Some(bare));
    let here = tempfile::tempdir().map_err(|error| error.to_string())?;
    inputs::write(here.path(), &repository)?;
    let lint = process(20, &ours, &["lint", "--format", "json", "."], here.path());
    row_of("`bayplan lint`, the process", lint, Some(bare));
    peers(here.path(), &names, lint);
    Ok(())
}

/// Other linters of compose files, where they are installed: how many times our time they take.
fn peers(here: &Path, files: &[&str], ours: Option<Duration>) {
    let compose_lint: Vec<&str> = ["check"].iter().chain(files).copied().collect();
    for (program, args) in [("compose-lint", compose_lint), ("dclint", vec!["-r", "."])] {
        match process(3, Path::new(program), &args, here) {
            Some(time) => row(&format!("`{program}`, the process"), time, ours),
            None => println!("   {:<40} is not installed: `PATH` has no such program", format!("`{program}`")),
        }
    }
}

/// How many kilobytes linting a project of `services` needs beside its text, measured in a process of its own; nothing
/// where the system does not say.
fn memory(services: usize) -> Option<usize> {
    let ran =
        Command::new(std::env::current_exe().ok()?).args(["bench", "peak", &services.to_string()]).output().ok()?;
    String::from_utf8(ran.stdout).ok()?.trim().parse().ok()
}

fn peak(services: usize) -> ExitCode {
    let most = || {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix(" kB")?.parse::<usize>().ok()
    };
    let project = inputs::includes(services, services / 100);
    let before = most();
    lint(&project, &["compose.yaml"]);
    match before.zip(most()) {
        Some((before, after)) => {
            println!("{}", after - before);
            ExitCode::SUCCESS
        }
        None => ExitCode::FAILURE,
    }
}

/// The best time of `runs`.
fn best<T>(runs: usize, mut work: impl FnMut() -> T) -> Duration {
    (0..runs)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(work());
            start.elapsed()
        })
        .min()
        .unwrap_or_default()
}

fn process(runs: usize, program: &Path, args: &[&str], here: &Path) -> Option<Duration> {
    let mut ran = true;
    let time = best(runs, || {
        let status =
            Command::new(program).args(args).current_dir(here).stdout(Stdio::null()).stderr(Stdio::null()).status();
        ran &= status.is_ok_and(|status| status.code().is_some_and(|code| code < 2));
    });
    ran.then_some(time)
}

fn row(what: &str, time: Duration, to: Option<Duration>) {
    let ratio = to.map(|to| format!("{:>8.2} ×", time.as_secs_f64() / to.as_secs_f64())).unwrap_or_default();
    println!("   {what:<40} {:>9.3} ms {ratio}", time.as_secs_f64() * 1e3);
}

fn row_of(what: &str, time: Option<Duration>, to: Option<Duration>) {
    match time {
        Some(time) => row(what, time, to),
        None => println!("   {what:<40} could not run"),
    }
}

fn size(files: &BTreeMap<String, Arc<str>>) -> usize {
    files.values().map(|text| text.len()).sum::<usize>() / 1_000
}

fn load(files: &dyn Files, main: &str, canonical: bool) -> usize {
    let (mut cache, mut sources, mut report) = (Cache::default(), Sources::new(), Report::new());
    let options = Options { interpolate: true, canonical, ..Options::default() };
    let mut loader = Loader::new(files, &mut cache, &mut sources, &mut report, options);
    loader.load(&[main.to_owned()], ".", &Scope::default()).map_or(0, |_| 1)
}

fn lint(files: &dyn Files, mains: &[&str]) -> usize {
    let (mut sources, mut report) = (Sources::new(), Report::new());
    let wanted: Vec<ComposeProject> = mains
        .iter()
        .map(|main| ComposeProject {
            folder: bayplan::resolve::files::folder(main),
            name: "bench".to_owned(),
            files: vec![(*main).to_owned()],
            variant: false,
        })
        .collect();
    let policy = bayplan::rules::Policy::of(bayplan::rules::Profile::All);
    projects(&wanted, &policy, &Default::default(), files, None, &mut sources, &mut report);
    report.findings.len()
}

/// The release build of `bayplan`, beside this program.
fn ours() -> Result<std::path::PathBuf, String> {
    let here = std::env::current_exe().map_err(|error| error.to_string())?;
    let path = here.with_file_name(if cfg!(windows) { "bayplan.exe" } else { "bayplan" });
    if path.is_file() { Ok(path) } else { Err(format!("`{}` is not there", path.display())) }
}

/// Docker Compose as `cargo xtask tools` has built it.
fn docker_compose() -> Option<std::path::PathBuf> {
    crate::tools::find(crate::tools::Tool::DockerCompose)
}
