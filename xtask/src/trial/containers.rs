//! What the daemon says of containers.

use super::daemon::Docker;
use serde_json::Value as Json;

/// A container, as `docker inspect` shows it.
#[derive(Debug)]
pub struct Container(Json);

/// All containers of the Compose project `project`, running or not.
pub fn of_project(docker: &Docker, project: &str) -> Result<Vec<Container>, String> {
    let filter = format!("label=com.docker.compose.project={project}");
    let ids = docker.run(&["ps", "--all", "--quiet", "--no-trunc", "--filter", &filter])?;
    let ids: Vec<&str> = ids.lines().collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let text = docker.run(&[&["inspect"], ids.as_slice()].concat())?;
    let all: Vec<Json> = serde_json::from_str(&text).map_err(|error| format!("`docker inspect`: {error}"))?;
    Ok(all.into_iter().map(Container).collect())
}

impl Container {
    /// The value at `pointer`, such as `/State/Status`.
    pub fn at(&self, pointer: &str) -> &Json {
        self.0.pointer(pointer).unwrap_or(&Json::Null)
    }

    fn text(&self, pointer: &str) -> &str {
        self.at(pointer).as_str().unwrap_or_default()
    }

    /// Its id.
    pub fn id(&self) -> &str {
        self.text("/Id")
    }

    /// Its Compose service.
    pub fn service(&self) -> &str {
        self.text("/Config/Labels/com.docker.compose.service")
    }

    /// `running`, `exited` …
    pub fn status(&self) -> &str {
        self.text("/State/Status")
    }

    /// `healthy`, `unhealthy`, `starting`, or `none` where there is no health check.
    pub fn health(&self) -> &str {
        self.at("/State/Health/Status").as_str().unwrap_or("none")
    }

    /// What the last health check said.
    pub fn last_check(&self) -> &str {
        let checks = self.at("/State/Health/Log").as_array();
        checks.and_then(|checks| checks.last()?.get("Output")?.as_str()).unwrap_or_default().trim()
    }

    /// Its addresses, on every network.
    pub fn addresses(&self) -> Vec<String> {
        let networks = self.at("/NetworkSettings/Networks").as_object().into_iter().flat_map(|all| all.values());
        let found = networks.filter_map(|network| network.get("IPAddress")?.as_str());
        found.filter(|address| !address.is_empty()).map(str::to_owned).collect()
    }

    /// The port of 127.0.0.1 behind which its TCP port `port` is published.
    pub fn published(&self, port: u16) -> Option<u16> {
        let bindings = self.at("/NetworkSettings/Ports").get(format!("{port}/tcp"))?.as_array()?;
        bindings.iter().find_map(|binding| binding.get("HostPort")?.as_str()?.parse().ok())
    }
}
