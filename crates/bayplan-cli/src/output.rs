//! `path, text → file`, written whole or not at all.

use crate::Failure;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes `text` to `path` by way of a file beside it. What is no regular file, as `/dev/stdout`, is written to itself.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::io("write", path, &error);
    // A link stays one: the file that it leads to is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    match fs::metadata(&target) {
        Ok(metadata) if metadata.is_dir() => {
            let message = format!("`{}` is a folder", path.display());
            Err(Failure::new(message).help("name a file to write to"))
        }
        Ok(metadata) if !metadata.is_file() => fs::write(&target, text).map_err(failed),
        there => {
            let permissions = there.ok().map(|metadata| metadata.permissions());
            let beside = beside(&target);
            let written = (|| {
                let mut file = File::create_new(&beside)?;
                file.write_all(text.as_bytes())?;
                permissions.map_or(Ok(()), |permissions| file.set_permissions(permissions))?;
                file.sync_all()?;
                fs::rename(&beside, &target)
            })();
            written.map_err(|error| {
                if error.kind() != io::ErrorKind::AlreadyExists {
                    let _ = fs::remove_file(&beside);
                }
                failed(error)
            })
        }
    }
}

fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.tmp", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn files_are_replaced_and_folders_stay() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("out.yaml");
        write(&file, "a\n").unwrap();
        write(&file, "b\n").unwrap();
        assert_eq!(
            (fs::read_to_string(&file).unwrap().as_str(), names(folder.path())),
            ("b\n", vec!["out.yaml".into()])
        );
        fs::create_dir(folder.path().join("sub")).unwrap();
        assert!(write(&folder.path().join("sub"), "x").is_err());
        assert!(write(&folder.path().join("none/out.yaml"), "x").is_err());
        assert_eq!(names(folder.path()), ["out.yaml", "sub"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_links_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("out.yaml"), folder.path().join("link.yaml"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("out.yaml", &link).unwrap();
        write(&link, "new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
