//! One module of `tests/tools/` → one executable in the user's cache, named by all that decides its bytes.

use super::{Module, repository};
use sha2::{Digest, Sha256};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Whether there was anything to do.
#[derive(Debug)]
pub enum Built {
    /// It was there.
    Before,
    /// It was built now.
    Now,
}

/// Where the executable of `module` is once it is built.
pub fn place(module: &Module) -> Result<PathBuf, String> {
    let folder = source(module);
    let hash = fingerprint(module, &folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let name = module.tool.name();
    Ok(cache().join(format!("{name}-{}-{hash}", module.version)).join(name))
}

/// Builds `module` unless its executable is there.
pub fn build(module: &Module) -> Result<Built, String> {
    let place = place(module)?;
    if place.is_file() {
        return Ok(Built::Before);
    }
    let folder = place.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let fresh = folder.join(format!(".{}.{}", module.tool.name(), std::process::id()));

    let mut flags = "-s -w".to_owned();
    if !module.stamp.is_empty() {
        flags.push_str(&format!(" -X {}={}", module.stamp, stamped(module)));
    }
    eprintln!("building {} {} …", module.tool.name(), module.version);
    let status = Command::new("go")
        .current_dir(source(module))
        .env("CGO_ENABLED", "0")
        .env("GOWORK", "off")
        .env("GOFLAGS", "-mod=readonly -buildvcs=false")
        .args(["build", "-trimpath", "-tags", module.tags, "-ldflags", &flags, "-o"])
        .arg(&fresh)
        .arg(module.package)
        .status()
        .map_err(|error| format!("`go` did not start ({error}): install Go 1.26 or newer, or set BAYPLAN_TOOLS"))?;
    if !status.success() {
        let _ = fs::remove_file(&fresh);
        return Err(format!("`go build` ended with {status}"));
    }
    // Appears whole or not at all, also when two builds run at once.
    fs::rename(&fresh, &place).map_err(|error| format!("{}: {error}", place.display()))?;
    Ok(Built::Now)
}

/// The version as the program itself spells it.
fn stamped(module: &Module) -> &'static str {
    if module.folder == "docker-compose" { module.version } else { module.version.trim_start_matches('v') }
}

fn source(module: &Module) -> PathBuf {
    repository().join("tests/tools").join(module.folder)
}

fn cache() -> PathBuf {
    let base = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))
        .unwrap_or_else(env::temp_dir);
    base.join("bayplan").join("tools")
}

fn fingerprint(module: &Module, folder: &Path) -> std::io::Result<String> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    let mut hash = Sha256::new();
    for part in [module.package, module.version, module.tags, module.stamp] {
        hash.update(part);
        hash.update([0]);
    }
    for file in files {
        hash.update(file.strip_prefix(folder).unwrap_or(&file).to_string_lossy().as_bytes());
        hash.update([0]);
        hash.update(fs::read(&file)?);
        hash.update([0]);
    }
    Ok(hash.finalize()[..6].iter().map(|byte| format!("{byte:02x}")).collect())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
