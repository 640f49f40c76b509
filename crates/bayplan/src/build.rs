//! For build scripts: a blueprint that breaks a policy fails `cargo build`, at its own line.
//!
//! ```no_run
//! // build.rs; in Cargo.toml: [build-dependencies] bayplan = { version = "0.1", features = ["build"] }
//! bayplan::build::check();
//! ```
//!
//! Cargo runs the script again when a file changed that was read, or when a file came to a fleet's folder or left it. Warnings are
//! Cargo's warnings. Exemptions with a last day are held to it only by `bayplan lint`: a build gives the same on every day.

use crate::compile::{FleetFile, FleetTexts, fleet};
use crate::disk::Disk;
use crate::finding::{Finding, Level, Report};
use crate::repository::{Repository, SETTINGS};
use crate::resolve::files::{self, Files};
use crate::rules::{Policy, Profile};
use crate::source::{Place, Sources};
use bayplan_yaml::{Location, SourceId};
use std::collections::BTreeSet;
use std::path::Path;

/// Folders deeper than this hold no fleet.
const DEEPEST: usize = 8;

/// Checks every fleet in `blueprints/`, beside the package or in the nearest folder above it that has one. To be called by a build
/// script: it tells Cargo what is wrong on standard output.
///
/// # Panics
/// Never; where there is no such folder, that is an error of the build.
pub fn check() {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(std::path::PathBuf::from).unwrap_or_default();
    let folder = package.ancestors().map(|folder| folder.join("blueprints")).find(|folder| folder.is_dir());
    match folder {
        Some(folder) => check_in(&folder),
        None => println!(
            "cargo::error=bayplan: there is no folder `blueprints` in `{}` or above it: make one with `bayplan init`, or \
             name yours with `bayplan::build::check_in`",
            package.display().to_string().escape_debug()
        ),
    }
}

/// Checks every fleet in `folder` and below.
pub fn check_in(folder: &Path) {
    for line in said(folder) {
        println!("{line}");
    }
}

/// What Cargo is told about the fleets in `folder`.
fn said(folder: &Path) -> Vec<String> {
    // Paths are shown from where `blueprints` stands: the root of the repository.
    let here = folder.parent().unwrap_or(folder);
    let top = folder.file_name().map_or_else(|| ".".to_owned(), |name| name.to_string_lossy().into_owned());
    let disk = Disk::new(here);
    let (mut sources, mut report, mut folders) = (Sources::new(), Report::new(), Vec::new());
    find(&disk, &top, 0, &mut folders);
    if folders.is_empty() {
        return vec![format!(
            "cargo::error=bayplan: `{}` holds no fleet, a folder with a `fleet.yaml`",
            folder.display()
        )];
    }
    let policy = policy(&disk, &mut sources, &mut report);
    for folder in &folders {
        check_fleet(&disk, folder, &policy, &mut sources, &mut report);
    }
    report.sort(&sources);
    let watched: BTreeSet<&str> =
        sources.files().map(|(_, file)| file.name.as_str()).chain(folders.iter().map(String::as_str)).collect();
    let watched = watched.into_iter().map(|path| format!("cargo::rerun-if-changed={}", here.join(path).display()));
    watched.chain(report.findings.iter().filter_map(|finding| line(finding, &sources))).collect()
}

/// What `bayplan.yaml` beside the folder of blueprints says about rules: the build refuses what `bayplan lint` refuses.
fn policy(disk: &Disk<'_>, sources: &mut Sources, report: &mut Report) -> Policy {
    let there = SETTINGS.into_iter().find(|name| disk.stat(name).is_some());
    let policy = match there.map(|name| files::open(name, "file", Location::default(), disk, sources)) {
        None => Policy::default(),
        Some(Ok(source)) => Repository::read(source, "", sources, report).1,
        Some(Err(finding)) => {
            report.push(*finding);
            Policy::default()
        }
    };
    Policy { fallback: Profile::Production, ..policy }
}

/// The folders with a `fleet.yaml` in `folder` and below.
fn find(disk: &Disk<'_>, folder: &str, depth: usize, found: &mut Vec<String>) {
    let names = disk.list(folder);
    if names.iter().any(|name| name == FleetFile::SETTINGS) {
        found.push(folder.to_owned());
        return;
    }
    for name in names.iter().filter(|name| !name.starts_with('.') && depth < DEEPEST) {
        find(disk, &files::join(folder, name), depth + 1, found);
    }
}

fn check_fleet(disk: &Disk<'_>, folder: &str, policy: &Policy, sources: &mut Sources, report: &mut Report) {
    let (mut settings, mut blueprints, mut env_files): (_, _, Vec<(String, SourceId)>) = (None, Vec::new(), Vec::new());
    for name in disk.list(folder) {
        let mut open = |what| match files::open(&files::join(folder, &name), what, Location::default(), disk, sources) {
            Ok(source) => Some(source),
            Err(finding) => {
                report.push(*finding);
                None
            }
        };
        match FleetFile::of(&name) {
            Some(FleetFile::Settings) => settings = open("file"),
            Some(FleetFile::Blueprint) => blueprints.push(name),
            Some(FleetFile::Environment) => {
                env_files.extend(open("environment file").map(|source| (name.clone(), source)));
            }
            None => {}
        }
    }
    let texts = FleetTexts {
        name: folder.rsplit('/').next().unwrap_or(folder),
        settings,
        folder,
        blueprints: &blueprints,
        files: disk,
        env_files: &env_files,
        back: ".",
        policy,
        trace: false,
        today: None,
    };
    fleet(&texts, None, sources, report);
}

/// A finding as Cargo takes it, in one line; nothing for one that is allowed.
fn line(finding: &Finding, sources: &Sources) -> Option<String> {
    let kind = match finding.level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Allow => return None,
    };
    let place = match sources.place(finding.at) {
        Place { name, start: Some(start), .. } => format!("{name}:{}:{}", start.line, start.column),
        Place { name, .. } => name.to_owned(),
    };
    let help = finding.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    let text = format!("{place}: {}{help} [{}]", finding.message, finding.rule);
    // A control character would end the line, or tell Cargo something else.
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    Some(format!("cargo::{kind}={text}"))
}

#[cfg(test)]
mod tests {
    use super::said;
    use std::fs;

    #[test]
    fn cargo_hears_of_what_is_wrong_at_its_line_and_of_what_to_watch() {
        let root = tempfile::tempdir().unwrap();
        let fleet = root.path().join("blueprints/acme");
        fs::create_dir_all(&fleet).unwrap();
        fs::write(
            fleet.join("fleet.yaml"),
            "environments: { production: { domain: acme.example, env_files: [a.env] } }\n",
        )
        .unwrap();
        fs::write(fleet.join("a.env"), "TAG=1.2.3\n").unwrap();
        let blueprint = "services:\n  web:\n    image: nginx:latest\n    user: \"1000:1000\"\n    include\n";
        fs::write(fleet.join("shop.yaml"), blueprint.replace("    include\n", "    size: small\n")).unwrap();
        let lines = said(&root.path().join("blueprints"));
        let errors: Vec<&str> =
            lines.iter().filter(|line| line.starts_with("cargo::error=")).map(String::as_str).collect();
        assert!(
            errors.iter().any(|line| line.starts_with("cargo::error=blueprints/acme/shop.yaml:3:12: ")),
            "{lines:?}"
        );
        assert!(errors.iter().all(|line| line.ends_with(']')), "{lines:?}");
        for watched in
            ["blueprints/acme", "blueprints/acme/a.env", "blueprints/acme/fleet.yaml", "blueprints/acme/shop.yaml"]
        {
            let path = format!("cargo::rerun-if-changed={}", root.path().join(watched).display());
            assert!(lines.contains(&path), "{watched}: {lines:?}");
        }
        // What the repository allows is no error of the build.
        let settings = root.path().join("bayplan.yaml");
        fs::write(&settings, "rules: { unpinned-image: allow }\n").unwrap();
        let allowed = said(&root.path().join("blueprints"));
        assert!(lines.iter().any(|line| line.contains("unpinned-image")), "{lines:?}");
        assert!(!allowed.iter().any(|line| line.contains("unpinned-image")), "{allowed:?}");
        assert!(allowed.contains(&format!("cargo::rerun-if-changed={}", settings.display())), "{allowed:?}");
        // A text that cannot be read is an error at its own line, too.
        fs::write(fleet.join("shop.yaml"), blueprint).unwrap();
        let lines = said(&root.path().join("blueprints"));
        assert!(lines.iter().any(|line| line.starts_with("cargo::error=blueprints/acme/shop.yaml:")), "{lines:?}");
        assert!(said(&root.path().join("nothing"))[0].starts_with("cargo::error="));
    }
}
