//! The networks and volumes of a stack, by the names that Docker knows them by.

use super::Stack;

/// A network or volume at the top of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource<'a> {
    /// Where it stands: `networks` or `volumes`.
    pub section: &'static str,
    /// Its key there.
    pub key: &'a str,
    /// The name that Docker knows it by.
    pub name: String,
    /// Whether somebody else makes it.
    pub is_external: bool,
    /// Whether the stack says its name.
    pub is_named: bool,
}

impl Resource<'_> {
    /// `network` or `volume`.
    pub fn what(&self) -> &'static str {
        self.section.trim_end_matches('s')
    }

    /// Its path.
    pub fn path(&self) -> bayplan_yaml::Path {
        bayplan_yaml::Path::from_iter([self.section, self.key])
    }
}

impl Stack {
    /// The networks and volumes at the top of the stack. Docker's own networks, which are on every host, are none of them.
    pub fn resources(&self) -> impl Iterator<Item = Resource<'_>> {
        let networks = self.project.networks.iter();
        let networks = networks.map(|(key, it)| ("networks", key, it.name.as_deref(), it.external.as_ref()));
        let volumes = self.project.volumes.iter();
        let volumes = volumes.map(|(key, it)| ("volumes", key, it.name.as_deref(), it.external.as_ref()));
        networks.chain(volumes).filter_map(|(section, key, name, external)| {
            let is_external = external.is_some_and(crate::compose::storage::External::is_external);
            let own = name.or(external.and_then(crate::compose::storage::External::name));
            let name = match own {
                Some(name) => name.to_owned(),
                None if is_external => key.clone(),
                None => format!("{}_{key}", self.project_name()),
            };
            let of_docker = is_external && section == "networks" && matches!(name.as_str(), "bridge" | "host" | "none");
            (!of_docker).then_some(Resource { section, key, name, is_external, is_named: own.is_some() })
        })
    }
}
