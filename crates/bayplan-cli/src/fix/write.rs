//! `edited texts → files`: all or none, each as it was but for its text.

use crate::Failure;
use crate::discover::show;
use bayplan::fix::Edited;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The folder that nothing is edited outside of: the repository around a folder, or the folder itself.
pub(super) fn root(here: &Path) -> PathBuf {
    let here = if here.as_os_str().is_empty() { Path::new(".") } else { here };
    let here = fs::canonicalize(here).unwrap_or_else(|_| here.to_owned());
    here.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&here).to_owned()
}

/// Why a file must not be edited: where links lead, it stands outside of `root`.
pub(super) fn outside(path: &Path, root: &Path) -> Option<String> {
    match fs::canonicalize(path) {
        Ok(real) if real.starts_with(root) => None,
        Ok(_) => Some(format!("the link `{}` leads out of the repository", path.display())),
        Err(_) => Some(format!("`{}` cannot be found", path.display())),
    }
}

/// A file that is to be replaced.
struct Staged {
    path: PathBuf,
    staged: PathBuf,
    before: Vec<u8>,
}

/// Writes all files, or none of them.
pub(super) fn write(here: &Path, edited: &[Edited]) -> Result<(), Failure> {
    let root = root(here);
    let mut staged: Vec<Staged> = Vec::new();
    let result = edited
        .iter()
        .try_for_each(|edited| stage(here, &root, edited, &mut staged))
        .and_then(|()| staged.iter().try_for_each(unchanged))
        .and_then(|()| replace(&staged));
    for file in &staged {
        // What was renamed is no longer there.
        let _ = fs::remove_file(&file.staged);
    }
    result
}

/// Writes the new text beside the file.
fn stage(here: &Path, root: &Path, edited: &Edited, staged: &mut Vec<Staged>) -> Result<(), Failure> {
    let shown = here.join(&edited.file);
    if let Some(reason) = outside(&shown, root) {
        return Err(Failure::new(reason).help("nothing was written"));
    }
    let path = fs::canonicalize(&shown).map_err(|error| Failure::io("read", &shown, &error))?;
    if let Some(twin) = staged.iter().find(|other| other.path == path) {
        let same = fs::read(&twin.staged).is_ok_and(|text| text == edited.after.as_bytes());
        return match same {
            true => Ok(()),
            false => Err(Failure::new(format!("`{}` is one file with another that is edited", edited.file))
                .help("name one of the two")),
        };
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = path.with_file_name(format!(".{name}.{}.bayplan", std::process::id()));
    let failed = |error: io::Error| Failure::io("write", Path::new(&show(here, &beside)), &error);
    let permissions = fs::metadata(&path).map_err(|error| Failure::io("read", &shown, &error))?.permissions();
    if permissions.readonly() {
        return Err(Failure::new(format!("`{}` is read-only", edited.file)).help("nothing was written"));
    }
    let mut file = File::options().write(true).create_new(true).open(&beside).map_err(failed)?;
    staged.push(Staged { path, staged: beside.clone(), before: edited.before.as_bytes().to_vec() });
    file.write_all(edited.after.as_bytes()).map_err(failed)?;
    file.set_permissions(permissions).map_err(failed)?;
    file.sync_all().map_err(failed)
}

/// Whether a file still says what the edits were made for.
fn unchanged(file: &Staged) -> Result<(), Failure> {
    match fs::read(&file.path) {
        Ok(text) if text == file.before => Ok(()),
        Ok(_) => Err(Failure::new(format!("`{}` changed while it was read", file.path.display()))
            .help("nothing was written; run `bayplan fix` again")),
        Err(error) => Err(Failure::io("read", &file.path, &error)),
    }
}

/// Puts the new files in place of the old ones; where one cannot be, those before it are put back.
fn replace(staged: &[Staged]) -> Result<(), Failure> {
    for (done, file) in staged.iter().enumerate() {
        let Err(error) = unchanged_io(file).and_then(|()| fs::rename(&file.staged, &file.path)) else { continue };
        for before in &staged[..done] {
            let permissions = fs::metadata(&before.path).map(|metadata| metadata.permissions());
            let back = fs::write(&before.staged, &before.before)
                .and_then(|()| permissions.and_then(|permissions| fs::set_permissions(&before.staged, permissions)))
                .and_then(|()| fs::rename(&before.staged, &before.path));
            if let Err(error) = back {
                return Err(Failure::io("restore", &before.path, &error));
            }
        }
        return Err(Failure::io("replace", &file.path, &error).help("nothing was written"));
    }
    Ok(())
}

fn unchanged_io(file: &Staged) -> io::Result<()> {
    match fs::read(&file.path)? == file.before {
        true => Ok(()),
        false => Err(io::Error::other("it changed while it was read")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(file: &str, before: &str, after: &str) -> Edited {
        Edited { file: file.to_owned(), before: before.into(), after: after.into() }
    }

    #[test]
    fn all_files_are_written_or_none() {
        let dir = tempfile::tempdir().unwrap();
        let here = dir.path();
        fs::write(here.join("a.yaml"), "a: 1\n").unwrap();
        fs::write(here.join("b.yaml"), "b: 1\n").unwrap();
        let both = [edited("a.yaml", "a: 1\n", "a: 2\n"), edited("b.yaml", "b: 0\n", "b: 2\n")];
        assert!(write(here, &both).is_err());
        assert_eq!(fs::read_to_string(here.join("a.yaml")).unwrap(), "a: 1\n");
        assert_eq!(fs::read_dir(here).unwrap().count(), 2, "nothing is left behind");
        write(here, &both[..1]).unwrap();
        assert_eq!(fs::read_to_string(here.join("a.yaml")).unwrap(), "a: 2\n");
        assert_eq!(fs::read_dir(here).unwrap().count(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_stay_and_links_are_followed_inside_of_the_repository() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let dir = tempfile::tempdir().unwrap();
        let here = dir.path().join("repository");
        fs::create_dir_all(here.join("sub")).unwrap();
        fs::write(here.join("sub/a.yaml"), "a: 1\n").unwrap();
        fs::write(dir.path().join("out.yaml"), "a: 1\n").unwrap();
        fs::set_permissions(here.join("sub/a.yaml"), fs::Permissions::from_mode(0o640)).unwrap();
        symlink("sub/a.yaml", here.join("link.yaml")).unwrap();
        symlink("../out.yaml", here.join("out.yaml")).unwrap();
        write(&here, &[edited("link.yaml", "a: 1\n", "a: 2\n")]).unwrap();
        assert!(fs::symlink_metadata(here.join("link.yaml")).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(here.join("sub/a.yaml")).unwrap(), "a: 2\n");
        assert_eq!(fs::metadata(here.join("sub/a.yaml")).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(write(&here, &[edited("out.yaml", "a: 1\n", "a: 2\n")]).is_err());
        assert_eq!(fs::read_to_string(dir.path().join("out.yaml")).unwrap(), "a: 1\n");
        assert!(outside(&here.join("out.yaml"), &root(&here)).is_some());
    }
}
