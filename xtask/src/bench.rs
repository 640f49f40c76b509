//! `cargo xtask bench`: what reading and linting cost, as ratios to peers measured in the same run.
//!
//! Absolute times depend on the machine; the ratios are what counts. Each figure is the best of several runs.

mod inputs;

use bayplan::compile::{ComposeProject, projects};
use bayplan::finding::Report;
use bayplan::resolve::files::Files;
use bayplan::resolve::load::{Cache, Loader, Options};
use bayplan::resolve::scope::Scope;
use bayplan::rules::{Policy, Profile};
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
    if let [what, input] = args
        && what == "peak"
    {
        return peak(input);
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
    let ours = ours()?;
    let large = inputs::large(2_000);
    let files = BTreeMap::from([("compose.yaml".to_owned(), Arc::from(large.as_str()))]);
    println!("== one file of {} services, {} kB", 2_000, large.len() / 1_000);
    stages(&files);
    memory("large", large.len());

    println!("\n== all rules on one project of more and more services, 100 in a file: time grows as the text does");
    for services in [1_000, 2_000, 10_000] {
        let project = inputs::includes(services, services / 100);
        let time = best(5, || lint(&project, &["compose.yaml"], Profile::All));
        let each = time.as_secs_f64() * 1e6 / services as f64;
        println!("   {services:>6} services, {:>5} kB {each:>9.1} µs each", size(&project) / 1_000);
        memory(&services.to_string(), size(&project));
    }

    let here = tempfile::tempdir().map_err(|error| error.to_string())?;
    inputs::write(here.path(), &inputs::includes(1, 1))?;
    println!("\n== one service");
    for profile in ["default", "all"] {
        let start = process(50, &ours, &["lint", "--profile", profile], here.path());
        row_of(&format!("`bayplan lint --profile {profile}`"), start, None, "a few ms");
    }

    let project = inputs::includes(60, 17);
    println!("\n== a project of 60 services in 17 included files, {} kB", size(&project) / 1_000);
    let loading = best(50, || load(&project, "compose.yaml", true));
    row("loaded and resolved", loading, None, "");
    let here = tempfile::tempdir().map_err(|error| error.to_string())?;
    inputs::write(here.path(), &project)?;
    let config = process(20, &ours, &["config", "--format", "json"], here.path());
    row_of("`bayplan config`", config, None, "");
    if let Some(docker) = docker_compose() {
        let theirs = process(10, &docker, &["config", "--format", "json"], here.path());
        row_of("`docker compose config`", theirs, config, "");
    }

    let repository = inputs::repository(50);
    let names: Vec<&str> = inputs::compose_files(&repository).map(|(name, _)| name).collect();
    println!("\n== a repository of {} compose files, {} kB", names.len(), size(&repository) / 1_000);
    let bare = stages(&repository);
    memory("repository", size(&repository));
    let here = tempfile::tempdir().map_err(|error| error.to_string())?;
    inputs::write(here.path(), &repository)?;
    let default = process(20, &ours, &["lint", "--profile", "default"], here.path());
    row_of("`bayplan lint --profile default`", default, Some(bare), "");
    let all = process(20, &ours, &["lint", "--profile", "all"], here.path());
    row_of("`bayplan lint --profile all`", all, Some(bare), "at most 3 ×");
    peers(here.path(), &names, all);
    Ok(())
}

/// What each stage costs on one thread, each with those before it; gives the time of the bare parser.
fn stages(files: &BTreeMap<String, Arc<str>>) -> Duration {
    let (names, texts): (Vec<&str>, Vec<&str>) = inputs::compose_files(files).unzip();
    let each = |work: &dyn Fn(&str) -> usize| texts.iter().map(|text| work(text)).sum::<usize>();
    let bare = best(20, || each(&|text| granit_parser::Parser::new_from_str(text).filter(Result::is_ok).count()));
    row("bare events of the parser", bare, None, "");
    let tree = best(10, || each(&|text| read(text, SourceId(1), &Limits::default()).nodes.len()));
    row("tree with values and places", tree, Some(bare), "");
    for (what, canonical) in [("loaded: variables, tags, extends", false), ("resolved to long forms", true)] {
        row(what, best(10, || names.iter().map(|name| load(files, name, canonical)).sum::<usize>()), Some(bare), "");
    }
    for (profile, target) in [(Profile::Default, ""), (Profile::All, "at most 3 ×")] {
        let what = format!("checked by the profile `{}`", profile.as_str());
        row(&what, best(10, || lint(files, &names, profile)), Some(bare), target);
    }
    bare
}

/// Other linters of compose files, where they are installed: how many times our time they take.
fn peers(here: &Path, files: &[&str], ours: Option<Duration>) {
    let compose_lint: Vec<&str> = ["check"].iter().chain(files).copied().collect();
    let peers = [("compose-lint", compose_lint, "at least 100 ×"), ("dclint", vec!["-r", "."], "at least 300 ×")];
    for (program, args, target) in peers {
        match process(3, Path::new(program), &args, here) {
            Some(time) => row(&format!("`{program}`"), time, ours, target),
            None => println!("   {:<40} is not installed: `PATH` has no such program", format!("`{program}`")),
        }
    }
}

/// Says how much memory linting an input needs, its text not counted: measured in a process of its own.
fn memory(input: &str, text: usize) {
    let run = || {
        let ran = Command::new(std::env::current_exe().ok()?).args(["bench", "peak", input]).output().ok()?;
        String::from_utf8(ran.stdout).ok()?.trim().parse::<usize>().ok()
    };
    match run() {
        Some(kb) => {
            let ratio = (kb << 10) as f64 / text as f64;
            println!("   {:<40} {kb:>9} kB {ratio:>8.1} ×   at most 10 × and a few MB", "memory beside the text");
        }
        None => println!("   {:<40} is not known: the system does not say", "memory beside the text"),
    }
}

fn peak(input: &str) -> ExitCode {
    let most = || {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix(" kB")?.parse::<usize>().ok()
    };
    let files = match (input, input.parse()) {
        ("large", _) => BTreeMap::from([("compose.yaml".to_owned(), Arc::from(inputs::large(2_000)))]),
        (_, Ok(services)) => inputs::includes(services, services / 100),
        _ => inputs::repository(50),
    };
    let names: Vec<&str> = match input {
        "repository" => inputs::compose_files(&files).map(|(name, _)| name).collect(),
        _ => vec!["compose.yaml"],
    };
    let before = most();
    lint(&files, &names, Profile::All);
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

fn row(what: &str, time: Duration, to: Option<Duration>, target: &str) {
    let ratio = to.map(|to| format!("{:>8.2} ×", time.as_secs_f64() / to.as_secs_f64())).unwrap_or_default();
    println!("   {}", format!("{what:<40} {:>9.3} ms {ratio:<10}   {target}", time.as_secs_f64() * 1e3).trim_end());
}

fn row_of(what: &str, time: Option<Duration>, to: Option<Duration>, target: &str) {
    match time {
        Some(time) => row(what, time, to, target),
        None => println!("   {what:<40} could not run"),
    }
}

/// The bytes of the compose files.
fn size(files: &BTreeMap<String, Arc<str>>) -> usize {
    inputs::compose_files(files).map(|(_, text)| text.len()).sum()
}

fn load(files: &dyn Files, main: &str, canonical: bool) -> usize {
    let (mut cache, mut sources, mut report) = (Cache::default(), Sources::new(), Report::new());
    let options = Options { interpolate: true, canonical, ..Options::default() };
    let mut loader = Loader::new(files, &mut cache, &mut sources, &mut report, options);
    loader.load(&[main.to_owned()], ".", &Scope::default()).map_or(0, |_| 1)
}

fn lint(files: &dyn Files, mains: &[&str], profile: Profile) -> usize {
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
    let policy = Policy::of(profile);
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
