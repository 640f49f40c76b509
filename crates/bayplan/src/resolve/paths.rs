//! `relative paths → paths seen from where the program runs` (compose-go 2.16.2, `paths/`).
//!
//! Paths are joined by their text alone: no link is followed, so `develop.watch` keeps links that compose-go replaces.

use super::files::{clean, is_absolute, join};
use super::visit::{Way, visit};
use crate::finding::{Finding, Report, Subject};
use bayplan_yaml::{Node, Value};

/// What paths are relative to.
#[derive(Debug, Clone, Copy)]
pub struct Base<'a> {
    /// The folder of the project; itself relative or absolute.
    pub folder: &'a str,
    /// What `~` stands for; it stays where nobody knows.
    pub home: Option<&'a str>,
}

/// How the value at a path is resolved.
#[derive(Clone, Copy)]
enum Resolve {
    /// A path of this machine.
    Local,
    /// A path of this machine, or one that Windows calls absolute.
    Any,
    /// A folder, unless it is the address of something else.
    Context,
    /// A mount, by its type.
    Mount,
    /// A volume, by the settings of its driver.
    Volume,
}

const RELATIVE: &[(&[&str], Resolve)] = &[
    (&["services", "*", "build", "context"], Resolve::Context),
    (&["services", "*", "build", "additional_contexts", "*"], Resolve::Context),
    (&["services", "*", "build", "ssh", "*"], Resolve::Any),
    (&["services", "*", "env_file", "*", "path"], Resolve::Local),
    (&["services", "*", "label_file", "*"], Resolve::Local),
    (&["services", "*", "extends", "file"], Resolve::Local),
    (&["services", "*", "develop", "watch", "*", "path"], Resolve::Local),
    (&["services", "*", "volumes", "*"], Resolve::Mount),
    (&["jobs", "*", "build", "context"], Resolve::Context),
    (&["jobs", "*", "build", "additional_contexts", "*"], Resolve::Context),
    (&["jobs", "*", "build", "ssh", "*"], Resolve::Any),
    (&["jobs", "*", "env_file", "*", "path"], Resolve::Local),
    (&["jobs", "*", "label_file", "*"], Resolve::Local),
    (&["jobs", "*", "extends", "file"], Resolve::Local),
    (&["jobs", "*", "volumes", "*"], Resolve::Mount),
    (&["services", "*", "pre_start", "*", "env_file", "*", "path"], Resolve::Local),
    (&["services", "*", "pre_start", "*", "label_file", "*"], Resolve::Local),
    (&["services", "*", "pre_start", "*", "volumes", "*"], Resolve::Mount),
    (&["configs", "*", "file"], Resolve::Any),
    (&["secrets", "*", "file"], Resolve::Any),
    (&["volumes", "*"], Resolve::Volume),
];

/// Makes the relative paths of `document` start at `base`.
pub fn resolve_paths(document: &mut Node, base: Base<'_>, report: &mut Report) {
    for (pattern, resolve) in RELATIVE {
        visit(document, pattern, &Way::ROOT, &mut |node, way| match resolve {
            Resolve::Local => replace(node, |path| base.local(path)),
            Resolve::Any => replace(node, |path| base.any(path)),
            Resolve::Context => replace(node, |path| base.context(path)),
            Resolve::Mount => mount(node, base, way, report),
            Resolve::Volume => volume(node, base),
        });
    }
}

impl Base<'_> {
    fn expand(self, path: &str) -> String {
        match (path.strip_prefix('~'), self.home) {
            (Some(rest), Some(home)) => clean(&format!("{home}/{rest}")),
            _ => path.to_owned(),
        }
    }

    fn local(self, path: &str) -> String {
        let path = self.expand(path);
        if path.is_empty() || is_absolute(&path) { path } else { join(self.folder, &path) }
    }

    fn any(self, path: &str) -> String {
        let path = self.expand(path);
        if is_absolute(&path) || is_windows_absolute(&path) { path } else { join(self.folder, &path) }
    }

    fn context(self, path: &str) -> String {
        const REMOTE: [&str; 7] = ["https://", "http://", "git://", "ssh://", "github.com/", "git@", "service:"];
        let remote = path.contains("://") || REMOTE.iter().any(|start| path.starts_with(start));
        if remote { path.to_owned() } else { self.local(path) }
    }
}

fn replace(node: &mut Node, resolve: impl FnOnce(&str) -> String) {
    if let Value::String(path) = &node.value {
        node.value = Value::String(resolve(path).into());
    }
}

fn mount(node: &mut Node, base: Base<'_>, way: &Way<'_>, report: &mut Report) {
    let at = node.at;
    let Value::Map(map) = &mut node.value else { return };
    if map.get("type").and_then(|kind| kind.value.as_str()) != Some("bind") {
        return;
    }
    match map.get_mut("source") {
        Some(source) => replace(&mut source.value, |path| base.any(path)),
        None => {
            let finding = Finding::deny("missing-key", at, "a mount of type `bind` needs a `source`");
            report.push(finding.help("add `source:` with a path of the host").about(Subject::path(way.path())));
        }
    }
}

/// A volume of the driver `local` may be a folder in disguise.
fn volume(node: &mut Node, base: Base<'_>) {
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_str).map(str::to_owned);
    if text(node, "driver").as_deref() != Some("local") {
        return;
    }
    visit(node, &["driver_opts"], &Way::ROOT, &mut |options, way| {
        if text(options, "o").as_deref() == Some("bind") {
            visit(options, &["device"], way, &mut |device, _| replace(device, |path| base.any(path)));
        }
    });
}

/// Whether Windows calls a path absolute: `C:\x`, `\\host\share`, `\\.\pipe\x`.
fn is_windows_absolute(path: &str) -> bool {
    let is_separator = |byte: u8| matches!(byte, b'\\' | b'/');
    let bytes = path.as_bytes();
    match bytes {
        [_, b':', third, ..] => is_separator(*third),
        [first, second, ..] => is_separator(*first) && is_separator(*second),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{json, node};
    use super::*;

    #[test]
    fn relative_paths_start_at_the_folder() {
        let mut tree = node(
            &serde_json::json!({
                "services": { "web": {
                    "build": { "context": "./app", "additional_contexts": { "a": "../x", "b": "docker-image://y", "c": "service:z" },
                        "ssh": { "default": null, "k": "k" } },
                    "env_file": [{ "path": ".env" }, { "path": "/abs//x" }], "label_file": [""],
                    "volumes": [
                        { "type": "bind", "source": "~/x" }, { "type": "bind", "source": "." },
                        { "type": "bind", "source": "C:\\x" }, { "type": "volume", "source": "v" },
                        { "type": "bind", "source": "\\\\.\\pipe\\x" }, { "type": "bind", "source": "C:x" }
                    ],
                    "pre_start": [{ "volumes": [{ "type": "bind", "source": "y" }] }]
                } },
                "configs": { "c": { "file": "f" }, "d": { "file": "" } },
                "volumes": {
                    "a": { "driver": "local", "driver_opts": { "o": "bind", "device": "d" } },
                    "b": { "driver_opts": { "o": "bind", "device": "d" } }, "c": null
                }
            }),
            1,
        );
        let mut report = Report::new();
        resolve_paths(&mut tree, Base { folder: "/p/q", home: Some("/home/me") }, &mut report);
        assert_eq!(report.findings, []);
        assert_eq!(
            json(&tree),
            serde_json::json!({
                "services": { "web": {
                    "build": { "context": "/p/q/app",
                        "additional_contexts": { "a": "/p/x", "b": "docker-image://y", "c": "service:z" },
                        "ssh": { "default": null, "k": "/p/q/k" } },
                    "env_file": [{ "path": "/p/q/.env" }, { "path": "/abs//x" }], "label_file": [""],
                    "volumes": [
                        { "type": "bind", "source": "/home/me/x" }, { "type": "bind", "source": "/p/q" },
                        { "type": "bind", "source": "C:\\x" }, { "type": "volume", "source": "v" },
                        { "type": "bind", "source": "\\\\.\\pipe\\x" }, { "type": "bind", "source": "/p/q/C:x" }
                    ],
                    "pre_start": [{ "volumes": [{ "type": "bind", "source": "/p/q/y" }] }]
                } },
                "configs": { "c": { "file": "/p/q/f" }, "d": { "file": "/p/q" } },
                "volumes": {
                    "a": { "driver": "local", "driver_opts": { "o": "bind", "device": "/p/q/d" } },
                    "b": { "driver_opts": { "o": "bind", "device": "d" } }, "c": null
                }
            })
        );
    }

    #[test]
    fn a_relative_folder_gives_relative_paths_and_no_home_keeps_the_tilde() {
        let base = Base { folder: "stacks/shop", home: None };
        assert_eq!(base.any("../x"), "stacks/x");
        assert_eq!(base.any("~/x"), "stacks/shop/~/x");
        assert_eq!(Base { folder: "", ..base }.local("./x"), "x");
    }
}
