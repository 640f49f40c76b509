//! The schema of SARIF 2.1.0, as an npm package brings it.

use std::fs;
use std::path::Path;
use std::process::Command;

/// The package, and the file in it.
const PACKAGE: &str = "@microsoft/jest-sarif@1.0.0-beta.0";
const FILE: &str = "package/lib/schemas/sarif-2.1.0-rtm.5.json";
const HASH: &str = "2d99159ae54a3eea97f81781cff48780548657c35949f4b7f25e99a2ba4de4f8";

/// The schema, kept in `cache`; nothing where npm cannot bring it.
pub fn read(cache: &Path) -> Option<serde_json::Value> {
    let kept = cache.join("sarif-2.1.0-rtm.5.json");
    if !kept.exists() {
        let folder = tempfile::tempdir_in(cache).ok()?;
        let run = |program: &str, args: &[&str]| {
            let output = Command::new(program).args(args).current_dir(&folder).output().ok()?;
            output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        };
        let archive = run("npm", &["pack", "--silent", PACKAGE])?;
        run("tar", &["xzf", &archive, FILE])?;
        fs::rename(folder.path().join(FILE), &kept).ok()?;
    }
    let text = fs::read(&kept).ok()?;
    assert_eq!(hash(&text), HASH, "{} is not the schema that was reviewed", kept.display());
    serde_json::from_slice(&text).ok()
}

fn hash(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
