//! One environment's stacks on the daemon: prepared, started, cleared away.

use super::containers::{Container, of_project};
use super::daemon::Docker;
use super::model::{self, Stack};
use super::plan::{self, Member, Plan};
use super::{image, layer};
use crate::outputs::Environment;
use crate::program;
use crate::tools::{self, Tool};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a stack may take until Compose is done with it, and until all of it is healthy.
const PATIENCE: Duration = Duration::from_secs(240);

/// The stacks of one environment on a daemon.
#[derive(Debug)]
pub struct Stage<'a> {
    /// The daemon.
    pub docker: &'a Docker,
    /// The environment.
    pub environment: &'a Environment,
    /// Its stacks, the owners of shared networks first.
    pub stacks: Vec<Stack>,
    /// Who is who.
    pub plan: Plan,
    layers: Vec<PathBuf>,
    images: Vec<String>,
    foreign: Vec<(&'static str, String)>,
    _scratch: TempDir,
}

impl<'a> Stage<'a> {
    /// Reads the stacks and makes their images.
    pub fn prepare(docker: &'a Docker, environment: &'a Environment) -> Result<Self, String> {
        let mut stacks = Vec::new();
        for (name, file) in environment.stacks() {
            stacks.push(model::load(docker, &name, &file)?);
        }
        let stacks = owners_first(stacks)?;
        let plan = plan::read(environment, &stacks, tools::find(Tool::Alloy).is_some())?;
        let scratch = tempfile::Builder::new()
            .prefix("bayplan-trial-")
            .tempdir()
            .map_err(|error| format!("no folder for the trial: {error}"))?;
        let mut layers = Vec::new();
        for (place, stack) in stacks.iter().enumerate() {
            layers.push(layer::write(scratch.path(), stack, place, &plan, &docker.socket())?);
        }
        let mut stage = Self {
            docker,
            environment,
            stacks,
            plan,
            layers,
            images: Vec::new(),
            foreign: Vec::new(),
            _scratch: scratch,
        };
        stage.leftovers()?;
        stage.images = image::make_all(docker, &stage.stacks, &stage.plan)?;
        Ok(stage)
    }

    /// Starts every stack and waits until nothing is about to become healthy any more.
    pub fn start(&mut self) -> Result<(), String> {
        self.make_foreign()?;
        for (place, stack) in self.stacks.iter().enumerate() {
            let mut command = self.compose(place);
            command.args(["up", "--detach", "--no-build", "--no-color"]);
            program::run(&mut command, "", PATIENCE)?
                .output()
                .map_err(|error| format!("`docker compose up` of stack `{}`: {error}", stack.name))?;
        }
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            let waiting = self.containers()?.iter().any(|(member, container)| {
                container.health() == "starting" || (member.job && container.status() == "running")
            });
            if !waiting {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(500));
        }
        Ok(())
    }

    /// Every container with its member.
    pub fn containers(&self) -> Result<Vec<(&Member, Container)>, String> {
        let mut all = Vec::new();
        for (place, stack) in self.stacks.iter().enumerate() {
            for container in of_project(self.docker, &stack.project.name)? {
                let member = self
                    .plan
                    .members
                    .iter()
                    .find(|member| member.stack == place && member.service == container.service());
                if let Some(member) = member {
                    all.push((member, container));
                }
            }
        }
        Ok(all)
    }

    /// The last lines of every container that is not as it should be.
    pub fn last_words(&self) -> String {
        let mut text = String::new();
        for (member, container) in self.containers().unwrap_or_default() {
            let (status, health) = (container.status(), container.health());
            if matches!((status, health), ("running", "healthy" | "none")) {
                continue;
            }
            let logs = program::run(self.docker.command().args(["logs", "--tail", "8", container.id()]), "", PATIENCE);
            let said = logs.map(|outcome| format!("{}{}", outcome.stdout, outcome.stderr)).unwrap_or_default();
            text.push_str(&format!("   {} is {status}, {health}: {}\n{said}", member.label, container.last_check()));
        }
        text
    }

    /// Stops and removes all of it; says what could not be removed.
    pub fn clear(&mut self) -> Result<(), String> {
        let mut trouble = Vec::new();
        for place in (0..self.stacks.len()).rev() {
            let mut command = self.compose(place);
            command.args(["down", "--volumes", "--remove-orphans", "--timeout", "3"]);
            if let Err(error) = program::run(&mut command, "", PATIENCE).and_then(program::Outcome::output) {
                trouble.push(error);
            }
        }
        for (kind, name) in self.foreign.drain(..) {
            trouble.extend(self.docker.run(&[kind, "rm", &name]).err());
        }
        for image in self.images.drain(..) {
            trouble.extend(self.docker.run(&["image", "rm", "--force", &image]).err());
        }
        trouble.extend(self.leftovers().err());
        if trouble.is_empty() { Ok(()) } else { Err(trouble.join("\n")) }
    }

    /// An error if the daemon holds anything by the names of these stacks.
    fn leftovers(&self) -> Result<(), String> {
        let mut found = Vec::new();
        for stack in &self.stacks {
            let filter = format!("label=com.docker.compose.project={}", stack.project.name);
            for list in [
                &["ps", "--all", "--format", "{{.Names}}"][..],
                &["network", "ls", "--format", "{{.Name}}"],
                &["volume", "ls", "--format", "{{.Name}}"],
            ] {
                let mut args = list.to_vec();
                args.extend(["--filter", &filter]);
                let listed = self.docker.run(&args)?;
                found.extend(listed.lines().map(|name| format!("{} `{name}`", list[0].replace("ps", "container"))));
            }
        }
        if found.is_empty() { Ok(()) } else { Err(format!("the Docker daemon holds {}", found.join(", "))) }
    }

    /// Networks and volumes that the stacks expect from outside this environment.
    fn make_foreign(&mut self) -> Result<(), String> {
        let mut owned = BTreeSet::new();
        let mut wanted = BTreeSet::new();
        for stack in &self.stacks {
            for (kind, all) in [("network", &stack.project.networks), ("volume", &stack.project.volumes)] {
                for shared in all.values() {
                    let place = (kind, shared.name.clone());
                    if shared.external {
                        wanted.insert(place)
                    } else {
                        owned.insert(place)
                    };
                }
            }
        }
        for (kind, name) in wanted.difference(&owned) {
            println!("   note    the {kind} `{name}` is nobody's here: made for the trial");
            self.docker.run(&[kind, "create", name])?;
            self.foreign.push((kind, name.clone()));
        }
        Ok(())
    }

    fn compose(&self, place: usize) -> std::process::Command {
        let files: [&Path; 2] = [&self.stacks[place].file, &self.layers[place]];
        self.docker.compose(&files)
    }
}

/// The stacks in an order in which each finds the networks and volumes that another one owns.
fn owners_first(mut stacks: Vec<Stack>) -> Result<Vec<Stack>, String> {
    let mut ordered: Vec<Stack> = Vec::new();
    while !stacks.is_empty() {
        let owned_later = |stack: &Stack| {
            let others = stacks.iter().filter(|other| other.name != stack.name);
            let later: BTreeSet<&str> = others.flat_map(|other| shared(other, false)).collect();
            shared(stack, true).any(|name| later.contains(name))
        };
        let Some(next) = stacks.iter().position(|stack| !owned_later(stack)) else {
            let names: Vec<_> = stacks.iter().map(|stack| stack.name.as_str()).collect();
            return Err(format!("each of the stacks {} wants a network of another: none can start", names.join(", ")));
        };
        ordered.push(stacks.remove(next));
    }
    Ok(ordered)
}

fn shared(stack: &Stack, external: bool) -> impl Iterator<Item = &str> {
    let all = stack.project.networks.values().chain(stack.project.volumes.values());
    all.filter(move |shared| shared.external == external).map(|shared| shared.name.as_str())
}
