//! `cargo xtask tools`: the real programs, pinned in `tests/tools/`, built once and found again.
//!
//! A program is looked for in this order: the folder that the environment variable `BAYPLAN_TOOLS` names, the user's
//! cache where [`run`] builds it, the `PATH`.

mod build;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// A program that the checks use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// Reads YAML with go-yaml v2, v3 and v4.
    GoYaml,
    /// Parses and formats Alloy files as `alloy fmt` does.
    AlloySyntax,
    /// Takes the place of images that cannot be pulled.
    StandIn,
    /// Loads Compose files with compose-go.
    ComposeLoader,
    /// Docker Compose.
    DockerCompose,
    /// Prometheus' checker.
    Promtool,
    /// Traefik.
    Traefik,
    /// Prometheus.
    Prometheus,
    /// dnsmasq.
    Dnsmasq,
    /// The Docker client.
    Docker,
    /// The Docker daemon.
    Dockerd,
    /// A static busybox.
    Busybox,
    /// Alloy.
    Alloy,
}

/// How a tool is built.
#[derive(Debug)]
pub struct Module {
    /// What it makes.
    pub tool: Tool,
    /// The folder under `tests/tools/`.
    pub folder: &'static str,
    /// The Go package.
    pub package: &'static str,
    /// The version that the folder pins, for people and for the name in the cache.
    pub version: &'static str,
    /// Go build tags.
    pub tags: &'static str,
    /// The variable that the version is linked into, or nothing.
    pub stamp: &'static str,
}

/// What is built, the quick ones first.
pub const MODULES: &[Module] = &[
    own(Tool::GoYaml, "go-yaml", "v2.4.5-v3.0.6-v4.0.0-rc.4"),
    own(Tool::AlloySyntax, "alloy-syntax", "v0.1.1"),
    own(Tool::StandIn, "stand-in", "v1"),
    own(Tool::ComposeLoader, "compose-loader", "v2.16.2"),
    Module {
        tool: Tool::DockerCompose,
        folder: "docker-compose",
        package: "github.com/docker/compose/v5/cmd",
        version: "v5.5.1",
        tags: "",
        stamp: "github.com/docker/compose/v5/internal.Version",
    },
    Module {
        tool: Tool::Promtool,
        folder: "prometheus",
        package: "github.com/prometheus/prometheus/cmd/promtool",
        version: "v3.15.0",
        tags: "netgo",
        stamp: "github.com/prometheus/common/version.Version",
    },
    Module {
        tool: Tool::Traefik,
        folder: "traefik",
        package: "github.com/traefik/traefik/v3/cmd/traefik",
        version: "v3.7.12",
        tags: "",
        stamp: "github.com/traefik/traefik/v3/pkg/version.Version",
    },
    Module {
        tool: Tool::Prometheus,
        folder: "prometheus",
        package: "github.com/prometheus/prometheus/cmd/prometheus",
        version: "v3.15.0",
        tags: "netgo",
        stamp: "github.com/prometheus/common/version.Version",
    },
];

const fn own(tool: Tool, folder: &'static str, version: &'static str) -> Module {
    Module { tool, folder, package: ".", version, tags: "", stamp: "" }
}

impl Tool {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::GoYaml,
        Self::AlloySyntax,
        Self::StandIn,
        Self::ComposeLoader,
        Self::DockerCompose,
        Self::Promtool,
        Self::Traefik,
        Self::Prometheus,
        Self::Dnsmasq,
        Self::Docker,
        Self::Dockerd,
        Self::Busybox,
        Self::Alloy,
    ];

    /// The name of its executable.
    pub fn name(self) -> &'static str {
        match self {
            Self::GoYaml => "go-yaml",
            Self::AlloySyntax => "alloy-syntax",
            Self::StandIn => "stand-in",
            Self::ComposeLoader => "compose-loader",
            Self::DockerCompose => "docker-compose",
            Self::Promtool => "promtool",
            Self::Traefik => "traefik",
            Self::Prometheus => "prometheus",
            Self::Dnsmasq => "dnsmasq",
            Self::Docker => "docker",
            Self::Dockerd => "dockerd",
            Self::Busybox => "busybox",
            Self::Alloy => "alloy",
        }
    }

    /// How a person gets it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Dnsmasq => "install dnsmasq (Debian: `dnsmasq-base`)",
            Self::Docker | Self::Dockerd => "install Docker Engine (Debian: `docker.io`)",
            Self::Busybox => "install a static busybox (Debian: `busybox-static`)",
            Self::Alloy => "install Grafana Alloy",
            _ => "run `cargo xtask tools`",
        }
    }

    /// How it is built, if it is.
    pub fn module(self) -> Option<&'static Module> {
        MODULES.iter().find(|module| module.tool == self)
    }
}

/// Where `tool` is, if it is on this machine.
pub fn find(tool: Tool) -> Option<PathBuf> {
    let name = tool.name();
    let given = env::var_os("BAYPLAN_TOOLS").map(|folder| PathBuf::from(folder).join(name));
    let built = tool.module().and_then(|module| build::place(module).ok());
    given.into_iter().chain(built).chain(on_path(name)).find(|path| is_program(path))
}

/// Where `tool` is, or what to do about it.
pub fn need(tool: Tool) -> Result<PathBuf, String> {
    find(tool).ok_or_else(|| format!("`{}` was not found: {}", tool.name(), tool.advice()))
}

/// The repository's folder.
pub fn repository() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}

/// Runs the verb: builds what is missing (all, or the tools named), and puts links to all of them into `target/tools`.
pub fn run(args: &[String]) -> ExitCode {
    let list = args.iter().any(|arg| arg == "--list");
    let names: Vec<&String> = args.iter().filter(|arg| !arg.starts_with("--")).collect();
    if let Some(unknown) = names.iter().find(|name| !Tool::ALL.iter().any(|tool| tool.name() == name.as_str())) {
        let known: Vec<_> = Tool::ALL.iter().map(|tool| tool.name()).collect();
        eprintln!("`{unknown}` is no tool: name some of {}, or none for all", known.join(", "));
        return ExitCode::from(2);
    }
    let mut failed = false;
    if !list {
        for module in MODULES {
            if names.is_empty() || names.iter().any(|name| *name == module.tool.name()) {
                failed |= !build_or_say(module);
            }
        }
    }
    let links = target().join("tools");
    for tool in Tool::ALL {
        match find(tool) {
            Some(path) => println!("{:<15} {}", tool.name(), path.display()),
            None => println!("{:<15} missing: {}", tool.name(), tool.advice()),
        }
    }
    if !list {
        match link_all(&links) {
            Ok(()) => println!("linked in       {}", links.display()),
            Err(error) => {
                eprintln!("no links in {}: {error}", links.display());
                failed = true;
            }
        }
    }
    ExitCode::from(u8::from(failed))
}

fn build_or_say(module: &Module) -> bool {
    let start = Instant::now();
    let name = module.tool.name();
    match build::build(module) {
        Ok(build::Built::Before) => true,
        Ok(build::Built::Now) => {
            eprintln!("built {name} {} in {} s", module.version, start.elapsed().as_secs());
            true
        }
        Err(error) => {
            eprintln!("`{name}` {} could not be built: {error}", module.version);
            false
        }
    }
}

/// Makes `folder` hold a link to every tool that was built, so that other programs need to know one folder only.
fn link_all(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    for module in MODULES {
        let Some(path) = find(module.tool) else { continue };
        let link = folder.join(module.tool.name());
        // With BAYPLAN_TOOLS the tool may already be the link.
        if fs::canonicalize(&path).ok() == fs::canonicalize(&link).ok() {
            continue;
        }
        let _ = fs::remove_file(&link);
        #[cfg(unix)]
        std::os::unix::fs::symlink(&path, &link)?;
        #[cfg(not(unix))]
        fs::copy(&path, &link).map(|_| ())?;
    }
    Ok(())
}

fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository().join("target"), PathBuf::from)
}

fn on_path(name: &str) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
    // Daemons live where a user's PATH does not look; Docker Compose is a plugin with folders of its own.
    folders.extend(
        ["/usr/sbin", "/sbin", "/usr/libexec/docker/cli-plugins", "/usr/lib/docker/cli-plugins"].map(PathBuf::from),
    );
    folders.extend(env::var_os("HOME").map(|home| PathBuf::from(home).join(".docker/cli-plugins")));
    folders.into_iter().map(|folder| folder.join(name)).collect()
}

fn is_program(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    {
        path.is_file()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_module_has_its_folder_with_pinned_sums() {
        for module in MODULES {
            let folder = repository().join("tests/tools").join(module.folder);
            assert!(folder.join("go.mod").is_file(), "{folder:?}");
            let requires = fs::read_to_string(folder.join("go.mod")).unwrap().contains("require");
            assert_eq!(requires, folder.join("go.sum").is_file(), "{folder:?}");
        }
    }

    #[test]
    fn every_tool_has_a_name_of_its_own() {
        let mut names: Vec<_> = Tool::ALL.iter().map(|tool| tool.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Tool::ALL.len());
    }
}
