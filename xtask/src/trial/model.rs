//! A compose file as `docker compose config` resolves it: the parts that a trial looks at.

use super::daemon::Docker;
use crate::program;
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// One stack.
#[derive(Debug)]
pub struct Stack {
    /// Its name in the fleet.
    pub name: String,
    /// Its compose file.
    pub file: PathBuf,
    /// What the file says.
    pub project: Project,
}

/// A Compose project.
#[derive(Debug, Deserialize)]
pub struct Project {
    /// The project's name, which Docker puts on all that belongs to it.
    pub name: String,
    /// Its services.
    pub services: BTreeMap<String, Service>,
    /// Its networks.
    #[serde(default)]
    pub networks: BTreeMap<String, Shared>,
    /// Its volumes.
    #[serde(default)]
    pub volumes: BTreeMap<String, Shared>,
    /// Its secrets.
    #[serde(default)]
    pub secrets: BTreeMap<String, Grant>,
    /// Its configs.
    #[serde(default)]
    pub configs: BTreeMap<String, Grant>,
}

/// A network or volume.
#[derive(Debug, Deserialize)]
pub struct Shared {
    /// Its name in Docker.
    #[serde(default)]
    pub name: String,
    /// Whether another stack owns it.
    #[serde(default)]
    pub external: bool,
}

/// A secret or config.
#[derive(Debug, Deserialize)]
pub struct Grant {
    /// The file that holds it.
    pub file: Option<PathBuf>,
}

/// A service.
#[derive(Debug, Deserialize)]
pub struct Service {
    /// The image, unless it is built.
    pub image: Option<String>,
    /// How it is built.
    pub build: Option<Json>,
    /// The health check.
    pub healthcheck: Option<Healthcheck>,
    /// What it waits for.
    #[serde(default)]
    pub depends_on: BTreeMap<String, Depends>,
    /// The networks it is on, with its names there.
    #[serde(default, deserialize_with = "null_is_default")]
    pub networks: BTreeMap<String, Option<Attached>>,
    /// Ports open to the outside.
    #[serde(default)]
    pub ports: Vec<Port>,
    /// Ports open to its networks.
    #[serde(default)]
    pub expose: Vec<String>,
    /// Volumes and files.
    #[serde(default)]
    pub volumes: Vec<Mount>,
    /// Folders in memory.
    #[serde(default)]
    pub tmpfs: Words,
    /// The user, `name`, `uid` or `uid:gid`.
    pub user: Option<String>,
    /// Whether its root file system is read-only.
    #[serde(default)]
    pub read_only: bool,
    /// Security options.
    #[serde(default)]
    pub security_opt: Vec<String>,
    /// Capabilities taken away.
    #[serde(default)]
    pub cap_drop: Vec<String>,
    /// Memory limit in bytes.
    pub mem_limit: Option<String>,
    /// CPU limit.
    pub cpus: Option<f64>,
    /// Most processes.
    pub pids_limit: Option<i64>,
    /// Limits in their other place.
    #[serde(default)]
    pub deploy: Deploy,
    /// The container's name.
    pub container_name: Option<String>,
    /// Resource limits of its processes.
    #[serde(default)]
    pub ulimits: BTreeMap<String, Json>,
    /// How eagerly the kernel ends it.
    #[serde(default)]
    pub oom_score_adj: i64,
}

/// A health check.
#[derive(Debug, Deserialize)]
pub struct Healthcheck {
    /// `CMD …`, `CMD-SHELL …` or `NONE`.
    #[serde(default)]
    pub test: Vec<String>,
    /// Whether there is none after all.
    #[serde(default)]
    pub disable: bool,
}

/// What is waited for.
#[derive(Debug, Deserialize)]
pub struct Depends {
    /// `service_started`, `service_healthy` or `service_completed_successfully`.
    #[serde(default)]
    pub condition: String,
}

/// A service's place on a network.
#[derive(Debug, Deserialize)]
pub struct Attached {
    /// Further names.
    #[serde(default)]
    pub aliases: Vec<String>,
}

/// A published port.
#[derive(Debug, Deserialize)]
pub struct Port {
    /// The port in the container.
    pub target: u16,
    /// `tcp` or `udp`.
    #[serde(default)]
    pub protocol: String,
}

/// A mount.
#[derive(Debug, Deserialize)]
pub struct Mount {
    /// `bind`, `volume`, `tmpfs` …
    #[serde(rename = "type")]
    pub kind: String,
    /// What is mounted.
    #[serde(default)]
    pub source: String,
    /// Where.
    pub target: String,
    /// Whether it cannot be written.
    #[serde(default)]
    pub read_only: bool,
}

/// `deploy`.
#[derive(Debug, Default, Deserialize)]
pub struct Deploy {
    /// `deploy.resources`.
    #[serde(default)]
    pub resources: Resources,
}

/// `deploy.resources`.
#[derive(Debug, Default, Deserialize)]
pub struct Resources {
    /// `deploy.resources.limits`.
    #[serde(default)]
    pub limits: Limits,
}

/// `deploy.resources.limits`.
#[derive(Debug, Default, Deserialize)]
pub struct Limits {
    /// CPUs.
    pub cpus: Option<Json>,
    /// Bytes.
    pub memory: Option<String>,
}

/// One word or several.
#[derive(Debug, Default, Deserialize)]
#[serde(untagged)]
pub enum Words {
    /// None.
    #[default]
    None,
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Words {
    /// All of them.
    pub fn all(&self) -> &[String] {
        match self {
            Self::None => &[],
            Self::One(word) => std::slice::from_ref(word),
            Self::Many(words) => words,
        }
    }
}

impl Service {
    /// The health check's words, if it has one.
    pub fn test(&self) -> Option<&[String]> {
        let check = self.healthcheck.as_ref().filter(|check| !check.disable)?;
        let none = check.test.first().is_none_or(|word| word == "NONE");
        (!none).then_some(check.test.as_slice())
    }

    /// The memory limit in bytes.
    pub fn memory(&self) -> Option<u64> {
        self.mem_limit.as_ref().or(self.deploy.resources.limits.memory.as_ref())?.parse().ok()
    }

    /// The CPU limit.
    pub fn cpu_limit(&self) -> Option<f64> {
        self.cpus.filter(|cpus| *cpus > 0.0).or_else(|| match self.deploy.resources.limits.cpus.as_ref()? {
            Json::String(text) => text.parse().ok(),
            number => number.as_f64(),
        })
    }

    /// Whether its processes may gain no privileges.
    pub fn no_new_privileges(&self) -> bool {
        self.security_opt.iter().any(|option| {
            matches!(option.as_str(), "no-new-privileges" | "no-new-privileges:true" | "no-new-privileges=true")
        })
    }

    /// The image that Docker runs: the one named, or the name that Compose gives to what it builds.
    pub fn image_name(&self, project: &str, service: &str) -> String {
        self.image.clone().unwrap_or_else(|| format!("{project}-{service}"))
    }
}

/// The last part of an image's repository, such as `traefik`.
pub fn program_of(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or(image);
    let last = name.rsplit('/').next().unwrap_or(name);
    last.split(':').next().unwrap_or(last)
}

/// Reads the compose file of a stack through Docker Compose itself.
pub fn load(docker: &Docker, name: &str, file: &Path) -> Result<Stack, String> {
    let mut command = docker.compose(&[file]);
    let text = program::run(command.args(["config", "--format", "json"]), "", Duration::from_secs(30))?.output()?;
    let project =
        serde_json::from_str(&text).map_err(|error| format!("{}: as Compose resolves it: {error}", file.display()))?;
    Ok(Stack { name: name.to_owned(), file: file.to_owned(), project })
}

fn null_is_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(from)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_places_of_a_limit_are_read() {
        let one: Service = serde_json::from_str(r#"{"mem_limit":"1024","cpus":0.5,"networks":null}"#).unwrap();
        let two: Service =
            serde_json::from_str(r#"{"deploy":{"resources":{"limits":{"cpus":0.5,"memory":"1024"}}}}"#).unwrap();
        for service in [one, two] {
            assert_eq!((service.memory(), service.cpu_limit()), (Some(1024), Some(0.5)));
        }
    }

    #[test]
    fn the_program_of_an_image_is_the_last_part_of_its_name() {
        assert_eq!(program_of("registry.x:5000/prom/prometheus:v3@sha256:00"), "prometheus");
        assert_eq!(program_of("traefik"), "traefik");
    }
}
