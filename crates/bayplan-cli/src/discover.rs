//! `paths → fleets and compose files`, and their texts.

use crate::Failure;
use crate::render::root::Root;
use bayplan::compile::{ComposeProject, FleetFile};
use bayplan::disk::Disk;
use bayplan::finding::{Finding, Report};
use bayplan::repository::Repository;
pub use bayplan::repository::SETTINGS;
use bayplan::resolve::files;
use bayplan::rules::{Policy, fits};
use bayplan::source::Sources;
use bayplan_yaml::{Location, SourceId};
use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The file that makes a folder a fleet.
pub const FLEET: &str = FleetFile::SETTINGS;
/// Where fleets are looked for when no path is given.
const BLUEPRINTS: &str = "blueprints";
/// Folders deeper than this are not searched.
const DEEPEST: usize = 32;

/// What there is to work on, in the order of paths.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Folders with a `fleet.yaml`.
    pub fleets: BTreeSet<PathBuf>,
    /// Compose files that belong to no fleet.
    pub compose: BTreeSet<PathBuf>,
    /// Folders that may not be read: nobody knows what is in them.
    pub closed: BTreeSet<PathBuf>,
}

impl Found {
    fn is_empty(&self) -> bool {
        self.fleets.is_empty() && self.compose.is_empty()
    }

    /// What was not looked at, though nobody said so.
    pub fn report_closed(&self, here: &Path, report: &mut Report) {
        for folder in &self.closed {
            let message =
                format!("the folder `{}` may not be read: what is in it is not looked at", show(here, folder));
            let help = format!("let it be read, or name it under `exclude` in `{}`", SETTINGS[0]);
            report.push(Finding::warn("unreadable-file", Location::default(), message).help(help));
        }
    }
}

/// The files of a fleet, read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fleet {
    /// The folder's name.
    pub name: String,
    /// The folder.
    pub folder: PathBuf,
    /// `fleet.yaml`; nothing where it could not be read.
    pub settings: Option<SourceId>,
    /// The file names of the blueprints: every other `.yaml` or `.yml` file in the folder.
    pub blueprints: Vec<String>,
    /// The environment files by file name: every `.env` or `NAME.env` file in the folder.
    pub environments: Vec<(String, SourceId)>,
    /// Which of the fleets that are built in Rust it is.
    pub built: Option<usize>,
}

/// What the settings of the repository around a folder say.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The file that says so, and the way from its folder to the one that shown paths start from.
    pub file: Option<(SourceId, String)>,
    /// What they say about rules.
    pub policy: Policy,
    /// Patterns of paths that are not looked at, and the way from where they start to here.
    exclude: (String, Vec<String>),
    /// The machines.
    pub hosts: indexmap::IndexMap<String, bayplan::blueprint::Host>,
    /// Whether there are fleets that are built in Rust: then there is something to do where no file is.
    pub built: bool,
}

/// Reads `bayplan.yaml` here, or in the nearest folder above that is in the same repository.
pub fn settings(here: &Path, sources: &mut Sources, report: &mut Report) -> Result<Settings, Failure> {
    let absolute = fs::canonicalize(here_if_empty(here)).unwrap_or_else(|_| here.to_owned());
    for folder in absolute.ancestors() {
        let Some(name) = SETTINGS.iter().find(|name| folder.join(name).is_file()) else {
            if folder.join(".git").exists() {
                break;
            }
            continue;
        };
        let below = absolute.strip_prefix(folder).unwrap_or(Path::new("")).to_string_lossy().replace('\\', "/");
        let up = "../".repeat(below.split('/').filter(|part| !part.is_empty()).count());
        let Some(source) = read(here, &here.join(format!("{up}{name}")), sources, report)? else { break };
        let (repository, policy) = Repository::read(source, &below, sources, report);
        let file = Some((source, below.clone()));
        let exclude = (below, repository.exclude);
        return Ok(Settings { file, policy, exclude, hosts: repository.hosts, built: false });
    }
    Ok(Settings::default())
}

impl Settings {
    fn excludes(&self, here: &Path, path: &Path) -> bool {
        !self.exclude.1.is_empty() && fits(&self.exclude.0, &self.exclude.1, &show(here, path))
    }
}

/// Finds what `paths` name; with no path, what is in this folder and below. Compose files are looked for where `compose`
/// says so; where not, and no path is given, fleets are looked for in `blueprints/` only.
pub fn find(here: &Path, paths: &[PathBuf], compose: bool, settings: &Settings) -> Result<Found, Failure> {
    let mut found = Found::default();
    if paths.is_empty() {
        let blueprints = here.join(BLUEPRINTS);
        if compose {
            search(here, here, true, settings, &mut found)?;
        } else if here.join(FLEET).is_file() {
            found.fleets.insert(here.to_owned());
        } else if blueprints.is_dir() {
            search(here, &blueprints, false, settings, &mut found)?;
        }
        if found.is_empty() && !settings.built {
            let what = if compose { "fleet and no compose file" } else { "fleet" };
            let closed = found.closed.first().map(|folder| format!(", and `{}` may not be read", show(here, folder)));
            return Err(Failure::new(format!("there is no {what} here{}", closed.unwrap_or_default()))
                .help(format!("name a path, or make a folder `{BLUEPRINTS}/NAME` with a `{FLEET}` in it")));
        }
        return Ok(found);
    }
    for path in paths {
        let path = here.join(path.strip_prefix(".").unwrap_or(path));
        let metadata = fs::metadata(here_if_empty(&path)).map_err(|error| Failure::io("read", &path, &error))?;
        if metadata.is_dir() {
            let before = (found.fleets.len(), found.compose.len());
            search(here, &path, compose, settings, &mut found)?;
            if before == (found.fleets.len(), found.compose.len()) && !found.fleets.contains(&path) {
                return Err(Failure::new(format!("`{}` holds no fleet", path.display()))
                    .help(format!("a fleet is a folder with a `{FLEET}`")));
            }
        } else if let Some(fleet) = path.parent().filter(|folder| folder.join(FLEET).is_file()) {
            found.fleets.insert(fleet.to_owned());
        } else if compose {
            found.compose.insert(path);
        } else {
            return Err(Failure::new(format!("`{}` belongs to no fleet", path.display()))
                .help(format!("put it into a folder with a `{FLEET}`")));
        }
    }
    Ok(found)
}

/// The environment files in the folder of a fleet that is built in Rust, where there is one. A fleet in YAML there is another fleet.
pub fn read_built(
    here: &Path,
    at: usize,
    built: &bayplan::dsl::Fleet,
    sources: &mut Sources,
    report: &mut Report,
) -> Result<Fleet, Failure> {
    let folder = here.join(built.path());
    let shown = show(here, &folder);
    if folder.join(FLEET).exists() {
        return Err(Failure::new(format!(
            "`{shown}` holds a fleet in YAML, and one that is built in Rust has this folder, too"
        ))
        .help(format!("remove `{shown}/{FLEET}` and its blueprints, or the fleet in Rust")));
    }
    let read = if folder.is_dir() { read_fleet(here, &folder, sources, report)? } else { Fleet::default() };
    Ok(Fleet { name: built.name().to_owned(), folder, settings: None, blueprints: Vec::new(), built: Some(at), ..read })
}

/// Reads the files of the fleet in `folder`. What cannot be read as text is a finding.
pub fn read_fleet(here: &Path, folder: &Path, sources: &mut Sources, report: &mut Report) -> Result<Fleet, Failure> {
    let name = fs::canonicalize(here_if_empty(folder))
        .ok()
        .and_then(|path| path.file_name().map(|name| name.to_string_lossy().into_owned()))
        .unwrap_or_else(|| "fleet".to_owned());
    let mut fleet = Fleet { name, folder: folder.to_owned(), ..Fleet::default() };
    for path in entries(folder)?.into_iter().filter(|path| !path.is_dir()) {
        let Some(name) = path.file_name().and_then(|name| name.to_str()).map(str::to_owned) else { continue };
        match FleetFile::of(&name) {
            Some(FleetFile::Blueprint) => fleet.blueprints.push(name),
            Some(FleetFile::Settings) => fleet.settings = read(here, &path, sources, report)?.or(fleet.settings),
            Some(FleetFile::Environment) => {
                fleet.environments.extend(read(here, &path, sources, report)?.map(|source| (name, source)));
            }
            None => {}
        }
    }
    Ok(fleet)
}

/// Reads one text. What is no text is a finding.
pub fn read(here: &Path, path: &Path, sources: &mut Sources, report: &mut Report) -> Result<Option<SourceId>, Failure> {
    match files::open(&show(here, path), "file", Location::default(), &Disk::new(here), sources) {
        Ok(source) => Ok(Some(source)),
        Err(finding) if finding.at == Location::default() => {
            Err(Failure::new(finding.message).maybe_help(finding.help))
        }
        Err(finding) => {
            report.push(*finding);
            Ok(None)
        }
    }
}

/// The names of a project's main file, the strongest first (Compose Specification, "Compose file").
const MAIN: &[&str] = &["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
/// The names of the file that is merged over the main one by itself.
const OVERRIDE: &[&str] =
    &["compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"];

/// The main compose file and its override in `folder`, or in the nearest folder above it that has one.
pub fn upward(folder: &Path) -> Vec<PathBuf> {
    let first = |folder: &Path, names: &[&str]| names.iter().map(|name| folder.join(name)).find(|path| path.exists());
    for folder in folder.ancestors() {
        if let Some(main) = first(folder, MAIN) {
            return [main].into_iter().chain(first(folder, OVERRIDE)).collect();
        }
    }
    // A link that leads nowhere is better named than passed over.
    let links = MAIN.iter().map(|name| folder.join(name));
    links.filter(|path| path.symlink_metadata().is_ok()).take(1).collect()
}

/// The projects that compose files make: in every folder the main file with its override, and each other file alone or
/// over the main one.
pub fn projects(here: &Path, files: &BTreeSet<PathBuf>) -> Vec<ComposeProject> {
    let mut projects = Vec::new();
    let folders: BTreeSet<&Path> = files.iter().filter_map(|path| path.parent()).collect();
    for folder in folders {
        let first = |names: &[&str]| names.iter().map(|name| folder.join(name)).find(|path| path.is_file());
        let main = first(MAIN);
        let over = main.as_ref().and_then(|_| first(OVERRIDE));
        let shown = show(here, folder);
        let project = |files: &[&PathBuf], variant| ComposeProject {
            folder: if shown.is_empty() { ".".to_owned() } else { shown.clone() },
            name: fs::canonicalize(here_if_empty(folder))
                .ok()
                .and_then(|path| path.file_name().map(|name| name.to_string_lossy().into_owned()))
                .unwrap_or_default(),
            files: files.iter().map(|path| show(here, path)).collect(),
            variant,
        };
        let mut whole = false;
        for path in files.iter().filter(|path| path.parent() == Some(folder)) {
            if Some(path) == main.as_ref() || Some(path) == over.as_ref() {
                if let (Some(main), false) = (&main, whole) {
                    projects.push(project(&[main].into_iter().chain(&over).collect::<Vec<_>>(), false));
                    whole = true;
                }
            } else if let Some(main) = main.as_ref().filter(|_| is_compose(path) && !is_main(path)) {
                projects.push(project(&[main, path], true));
            } else {
                projects.push(project(&[path], false));
            }
        }
    }
    projects
}

/// A path from the root of the disk as one from here, where it leads into the same repository: settings speak of such paths.
pub fn relative(here: &Path, path: &Path) -> PathBuf {
    if !path.is_absolute() {
        return path.to_owned();
    }
    let written = std::path::absolute(here_if_empty(here)).map(|here| here.components().collect::<PathBuf>());
    if let Some(below) = written.ok().and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned)) {
        return below;
    }
    let root = Root::of(here);
    let inside = path.strip_prefix(&root.folder).map(Path::to_owned).ok();
    let inside = inside.or_else(|| Some(fs::canonicalize(path).ok()?.strip_prefix(&root.folder).ok()?.to_owned()));
    inside.map_or_else(|| path.to_owned(), |inside| Path::new(&root.up()).join(inside))
}

/// A path as shown: from here, with `/`.
pub fn show(here: &Path, path: &Path) -> String {
    let path = path.strip_prefix(here).unwrap_or(path);
    let path = path.strip_prefix(".").unwrap_or(path);
    path.to_string_lossy().replace('\\', "/")
}

/// Searches a folder and what is below it, but for what Git ignores, what the settings exclude, and what `gen` wrote.
fn search(here: &Path, folder: &Path, compose: bool, settings: &Settings, found: &mut Found) -> Result<(), Failure> {
    // A folder that cannot be read is an error where it was asked for, and is passed over below.
    entries(folder)?;
    let walk = ignore::WalkBuilder::new(here_if_empty(folder))
        .standard_filters(false)
        .git_ignore(true)
        .git_exclude(true)
        .parents(true)
        // Links are not followed, so that the search ends.
        .follow_links(false)
        .max_depth(Some(DEEPEST))
        .sort_by_file_name(|a, b| a.cmp(b))
        .filter_entry(|entry| {
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            !(is_folder
                && entry.depth() > 0
                && matches!(entry.file_name().to_str(), Some(".git" | "node_modules" | "target")))
        })
        .build();
    let mut links = BTreeSet::new();
    for entry in walk {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let folder = denied(&error).map(|path| path.strip_prefix(".").unwrap_or(path));
                found.closed.extend(folder.filter(|path| !settings.excludes(here, path)).map(Path::to_owned));
                continue;
            }
        };
        let path = entry.path().strip_prefix(".").unwrap_or(entry.path());
        let is_fleet = entry.file_name() == FLEET;
        if !is_fleet && !(compose && is_compose(path)) || !stands_for_file(&entry) || settings.excludes(here, path) {
            continue;
        }
        if is_fleet && !is_generated(path) {
            found.fleets.insert(path.parent().unwrap_or(Path::new("")).to_owned());
        } else if compose && is_compose(path) && !is_generated(path) {
            let links = entry.path_is_symlink().then_some(&mut links);
            links.unwrap_or(&mut found.compose).insert(path.to_owned());
        }
    }
    // What a link leads to is one file, which may have been found already.
    if !links.is_empty() {
        let mut known: BTreeSet<PathBuf> =
            found.compose.iter().filter_map(|path| fs::canonicalize(path).ok()).collect();
        found
            .compose
            .extend(links.into_iter().filter(|link| fs::canonicalize(link).map_or(true, |file| known.insert(file))));
    }
    let fleets = std::mem::take(&mut found.fleets);
    found.compose.retain(|path| path.parent().is_none_or(|folder| !fleets.contains(folder)));
    found.fleets = fleets;
    Ok(())
}

/// The folder that a search may not read.
fn denied(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithDepth { err, .. } => denied(err),
        ignore::Error::WithPath { path, err } => {
            let is_denied = err.io_error().is_some_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied);
            is_denied.then_some(path)
        }
        _ => None,
    }
}

/// Whether what has the name of a file is one, or something in the place of one that reading it will say: a pipe, a link
/// that leads nowhere. A folder of that name is a folder.
fn stands_for_file(entry: &ignore::DirEntry) -> bool {
    match entry.file_type() {
        Some(kind) if kind.is_symlink() => !entry.path().is_dir(),
        Some(kind) => !kind.is_dir(),
        None => false,
    }
}

/// Whether `gen` wrote a file.
fn is_generated(path: &Path) -> bool {
    // To open a pipe is to wait for whoever writes to it.
    if !path.is_file() {
        return false;
    }
    let mut start = [0; 256];
    let read = fs::File::open(path).and_then(|mut file| file.read(&mut start)).unwrap_or_default();
    let marked = |line: &str| line.strip_prefix("# ").is_some_and(|rest| rest.starts_with(bayplan::emit::tree::MARK));
    String::from_utf8_lossy(&start[..read]).lines().any(marked)
}

fn is_compose(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let Some((stem, "yaml" | "yml")) = name.rsplit_once('.') else { return false };
    stem == "compose" || stem.starts_with("compose.") || stem.starts_with("docker-compose")
}

fn is_main(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| MAIN.contains(&name))
}

/// The path to open for a folder that may be the empty path.
fn here_if_empty(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let read = || -> std::io::Result<Vec<PathBuf>> {
        let mut paths = fs::read_dir(here_if_empty(folder))?
            .map(|entry| Ok(folder.join(entry?.file_name())))
            .collect::<std::io::Result<Vec<_>>>()?;
        paths.sort();
        Ok(paths)
    };
    read().map_err(|error| Failure::io("read", folder, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "a: 1\n").unwrap();
        }
        dir
    }

    fn names(here: &Path, paths: &BTreeSet<PathBuf>) -> Vec<String> {
        paths.iter().map(|path| show(here, path)).collect()
    }

    #[test]
    fn fleets_and_compose_files_are_found_where_they_are() {
        let dir = folder(&[
            "blueprints/shop/fleet.yaml",
            "blueprints/shop/compose.yaml",
            "blueprints/media/fleet.yaml",
            "blueprints/old/docker-compose.prod.yml",
            "blueprints/old/notes.yaml",
            "blueprints/.hidden/fleet.yaml",
            "other/compose.yml",
        ]);
        let here = dir.path();
        let found = find(here, &[], true, &Settings::default()).unwrap();
        assert_eq!(names(here, &found.fleets), ["blueprints/.hidden", "blueprints/media", "blueprints/shop"]);
        assert_eq!(names(here, &found.compose), ["blueprints/old/docker-compose.prod.yml", "other/compose.yml"]);
        let found =
            find(here, &["other".into(), "blueprints/shop/compose.yaml".into()], true, &Settings::default()).unwrap();
        assert_eq!(names(here, &found.fleets), ["blueprints/shop"]);
        assert_eq!(names(here, &found.compose), ["other/compose.yml"]);
        let found = find(here, &["blueprints/old/notes.yaml".into()], true, &Settings::default()).unwrap();
        assert_eq!(names(here, &found.compose), ["blueprints/old/notes.yaml"]);
        assert_eq!(find(&here.join("other"), &[], true, &Settings::default()).unwrap().compose.len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn what_stands_in_the_place_of_a_file_is_found() {
        use std::os::unix::fs::symlink;
        let dir = folder(&["ok/compose.yaml", "else/other.yaml"]);
        let here = dir.path();
        for name in ["pipe", "loop", "nowhere", "twice", "linked", "again", "folder/compose.yaml"] {
            fs::create_dir_all(here.join(name)).unwrap();
        }
        let done = std::process::Command::new("mkfifo").arg(here.join("pipe/compose.yaml")).status().unwrap();
        assert!(done.success());
        symlink("compose.yaml", here.join("loop/compose.yaml")).unwrap();
        symlink("none", here.join("nowhere/docker-compose.yml")).unwrap();
        symlink("../ok/compose.yaml", here.join("twice/compose.yaml")).unwrap();
        symlink("../else/other.yaml", here.join("linked/compose.yaml")).unwrap();
        symlink("../else/other.yaml", here.join("again/compose.yaml")).unwrap();
        let found = find(here, &[], true, &Settings::default()).unwrap();
        let expected = ["again/compose.yaml", "loop/compose.yaml", "nowhere/docker-compose.yml", "ok/compose.yaml"];
        assert_eq!(names(here, &found.compose), [&expected[..], &["pipe/compose.yaml"]].concat());
        assert_eq!(upward(&here.join("loop")), [here.join("loop/compose.yaml")]);
        assert_eq!(projects(here, &found.compose).len(), 5);
    }

    #[test]
    fn what_is_not_there_is_said() {
        let dir = folder(&["other/x.yaml"]);
        let here = dir.path();
        for (paths, compose) in [(vec![], true), (vec!["nowhere".into()], true), (vec!["other/x.yaml".into()], false)] {
            assert!(find(here, &paths, compose, &Settings::default()).is_err(), "{paths:?}");
        }
        assert!(find(here, &["other".into()], true, &Settings::default()).is_err());
    }

    #[test]
    fn files_of_a_fleet_and_files_that_are_no_text() {
        let dir = folder(&["shop/fleet.yaml", "shop/web.yaml", "shop/dev.env", "shop/notes.md", "shop/sub/x.yaml"]);
        fs::write(dir.path().join("shop/bad.env"), b"a: \xff\xfe\n").unwrap();
        fs::write(dir.path().join("shop/wide.env"), b"\xff\xfea\0").unwrap();
        let (mut sources, mut report) = (Sources::new(), Report::new());
        let fleet = read_fleet(dir.path(), &dir.path().join("shop"), &mut sources, &mut report).unwrap();
        let names = |files: &[(String, SourceId)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        assert_eq!((fleet.name.as_str(), fleet.settings.is_some()), ("shop", true));
        assert_eq!((fleet.blueprints, names(&fleet.environments)), (vec!["web.yaml".into()], vec!["dev.env".into()]));
        let said: Vec<_> =
            report.findings.iter().map(|f| (sources.position(f.at).unwrap().column, f.message.as_str())).collect();
        assert_eq!(said, [(4, "the byte `0xff` is not UTF-8"), (1, "the file is UTF-16, not UTF-8")]);
    }
}
