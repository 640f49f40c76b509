//! A Docker daemon: the one that runs here, or one of our own that leaves nothing behind.

use crate::program::{self, Outcome, Server};
use crate::tools::{self, Tool};
use crate::verify::without_settings;
use std::ffi::OsStr;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);
const TURN: Duration = Duration::from_secs(20 * 60);

/// A daemon that answers, and its clients.
#[derive(Debug)]
pub struct Docker {
    client: PathBuf,
    compose: PathBuf,
    own: Option<Own>,
}

#[derive(Debug)]
struct Own {
    socket: String,
    server: Option<Server>,
    // Its images, containers and volumes go with it.
    _folder: TempDir,
    _turn: UnixListener,
}

impl Docker {
    /// The running daemon, or else a new one (which only root can start).
    pub fn connect() -> Result<Self, String> {
        let mut docker =
            Self { client: tools::need(Tool::Docker)?, compose: tools::need(Tool::DockerCompose)?, own: None };
        if docker.answers() {
            println!("using the Docker daemon that runs here");
            return Ok(docker);
        }
        let turn = take_turn()?;
        let program = tools::need(Tool::Dockerd)?;
        let folder = tempfile::Builder::new()
            .prefix("bayplan-trial-")
            .tempdir()
            .map_err(|error| format!("no folder for a Docker daemon: {error}"))?;
        let socket = format!("unix://{}", folder.path().join("docker.sock").display());
        let mut command = Command::new(program);
        command
            .arg("--data-root")
            .arg(folder.path().join("data"))
            .arg("--exec-root")
            .arg(folder.path().join("exec"))
            .arg("--pidfile")
            .arg(folder.path().join("pid"))
            // The stacks bring networks of their own: no bridge of the host is touched.
            .args(["--bridge", "none", "--host", &socket]);
        let server = Server::start(&mut command, &folder.path().join("log"))?;
        docker.own = Some(Own { socket, server: None, _folder: folder, _turn: turn });
        let mut server = server;
        server
            .wait_for(LIMIT, || docker.answers().then_some(()))
            .map_err(|error| format!("{error}; a Docker daemon wants root and a kernel with overlay file systems"))?;
        if let Some(own) = &mut docker.own {
            own.server = Some(server);
        }
        println!("started a Docker daemon for the trial");
        Ok(docker)
    }

    /// The daemon's socket.
    pub fn socket(&self) -> PathBuf {
        let own = self.own.as_ref().map(|own| own.socket.clone());
        let address = own.or_else(|| std::env::var("DOCKER_HOST").ok()).unwrap_or_default();
        address.strip_prefix("unix://").map_or_else(|| PathBuf::from("/var/run/docker.sock"), PathBuf::from)
    }

    fn answers(&self) -> bool {
        let asked = program::run(self.command().args(["version", "--format", "{{.Server.Version}}"]), "", LIMIT);
        asked.is_ok_and(|outcome| outcome.ok)
    }

    /// A `docker` command for this daemon.
    pub fn command(&self) -> Command {
        self.aimed(&self.client)
    }

    /// A `docker compose` command for this daemon and the project of `files`.
    pub fn compose(&self, files: &[&Path]) -> Command {
        let mut command = self.aimed(&self.compose);
        for file in files {
            command.arg("--file").arg(file);
        }
        command.args(["--progress", "quiet"]);
        command
    }

    fn aimed(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        without_settings(&mut command);
        if let Some(own) = &self.own {
            command.env("DOCKER_HOST", &own.socket);
        }
        command
    }

    /// What `docker ARGS` prints.
    pub fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<String, String> {
        program::run(self.command().args(args), "", LIMIT)?.output()
    }

    /// `docker exec` of `args` in `container`; the outcome is the program's own.
    pub fn exec(&self, container: &str, args: &[&str]) -> Result<Outcome, String> {
        program::run(self.command().args(["exec", container]).args(args), "", LIMIT)
    }
}

/// Waits until no other trial has a daemon of its own on this machine: two would share firewall rules and address pools.
fn take_turn() -> Result<UnixListener, String> {
    let name = SocketAddr::from_abstract_name("bayplan-trial").map_err(|error| error.to_string())?;
    let start = Instant::now();
    loop {
        // The kernel gives an abstract name back when its process ends, however it ends.
        match UnixListener::bind_addr(&name) {
            Ok(turn) => return Ok(turn),
            Err(error) if start.elapsed() > TURN => return Err(format!("another trial still runs here: {error}")),
            Err(_) => thread::sleep(Duration::from_secs(1)),
        }
    }
}

impl Drop for Docker {
    fn drop(&mut self) {
        if let Some(server) = self.own.as_mut().and_then(|own| own.server.take()) {
            server.stop(Duration::from_secs(30));
        }
    }
}
