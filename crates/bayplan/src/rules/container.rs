//! `plan → everything that runs as a container`: services, the init containers before them, and jobs.

use super::service_path;
use crate::compose::logging::Logging;
use crate::compose::short::ShortOr;
use crate::compose::{self, Device, VolumeMount};
use crate::plan::{Plan, Service, Stack};
use crate::record::Form;
use crate::value::ImageRef;
use bayplan_yaml::{Decoder, Node, Path};
use indexmap::IndexMap;

/// Whose container it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Service,
    Init(usize),
    Job,
}

macro_rules! view {
    ($of:ty, $($field:ident),+) => {
        impl<'a> View<'a> for $of {
            fn view(&'a self, stack: &'a Stack, name: &'a str, section: Section) -> Container<'a> {
                Container { stack, name, section, service: None, $($field: &self.$field),+ }
            }
        }
    };
}

macro_rules! containers {
    ($($field:ident: $type:ty),+ $(,)?) => {
        /// What runs as a container, with the keys that say what it may do to its host.
        pub struct Container<'a> {
            /// Its stack.
            pub stack: &'a Stack,
            /// The name of the service or the job.
            pub name: &'a str,
            /// The service, where it is no init container and no job.
            pub service: Option<&'a Service>,
            section: Section,
            $(pub(super) $field: &'a $type),+
        }
        view!(compose::Service, $($field),+);
        view!(compose::InitContainer, $($field),+);
        view!(compose::Job, $($field),+);
    };
}

containers! {
    image: Option<ImageRef>,
    user: Option<String>,
    pull_policy: Option<String>,
    environment: IndexMap<String, Option<String>>,
    volumes: Vec<VolumeMount>,
    tmpfs: Vec<String>,
    network_mode: Option<String>,
    privileged: Option<bool>,
    cap_add: Vec<String>,
    security_opt: Vec<String>,
    devices: Vec<Device>,
    device_cgroup_rules: Vec<String>,
    logging: Option<Box<Logging>>,
    pid: Option<String>,
    ipc: Option<String>,
    uts: Option<String>,
    userns_mode: Option<String>,
    cgroup: Option<compose::container::Cgroup>,
    cgroup_parent: Option<String>,
    use_api_socket: Option<bool>,
}

trait View<'a> {
    fn view(&'a self, stack: &'a Stack, name: &'a str, section: Section) -> Container<'a>;
}

/// Everything that runs as a container.
pub fn containers(plan: &Plan) -> impl Iterator<Item = Container<'_>> {
    plan.stacks.values().flat_map(|stack| {
        let services = stack.services.iter().flat_map(move |(name, service)| {
            let own = Container { service: Some(service), ..service.compose.view(stack, name, Section::Service) };
            let init = service.compose.pre_start.iter().enumerate();
            let init = init.map(move |(index, container)| container.view(stack, name, Section::Init(index)));
            std::iter::once(own).chain(init)
        });
        services.chain(stack.project.jobs.iter().map(move |(name, job)| job.view(stack, name, Section::Job)))
    })
}

impl Container<'_> {
    /// Where it stands.
    pub fn path(&self) -> Path {
        match self.section {
            Section::Service => service_path(self.name),
            Section::Init(index) => service_path(self.name).key("pre_start").index(index),
            Section::Job => Path::from_iter(["jobs", self.name]),
        }
    }

    /// What messages call it.
    pub fn called(&self) -> String {
        match self.section {
            Section::Service => format!("`{}`", self.name),
            Section::Init(_) => format!("an init container of `{}`", self.name),
            Section::Job => format!("the job `{}`", self.name),
        }
    }

    /// Where the item `text` of the list `key` stands; the list where it is none.
    pub fn item(&self, key: &str, text: &str) -> Path {
        let list = self.path().key(key);
        let items = self.stack.document.at_path(&list).and_then(Node::as_seq);
        match items.and_then(|items| items.iter().position(|item| item.as_str() == Some(text))) {
            Some(index) => list.index(index),
            None => list,
        }
    }

    /// Where the item stands that was read as `volumes[nth]`: what is there twice was read once.
    pub fn mount(&self, nth: usize) -> Path {
        self.read_item("volumes", self.volumes, nth)
    }

    /// Where the item stands that was read as `devices[nth]`.
    pub fn device(&self, nth: usize) -> Path {
        self.read_item("devices", self.devices, nth)
    }

    fn read_item<T: PartialEq>(&self, key: &str, read: &[T], nth: usize) -> Path
    where
        ShortOr: Form<T>,
    {
        let list = self.path().key(key);
        let items = self.stack.document.at_path(&list).and_then(Node::as_seq).unwrap_or_default();
        let is = |item: &Node| {
            <ShortOr as Form<T>>::read(item, &mut Decoder::new()).is_some_and(|item| Some(&item) == read.get(nth))
        };
        let index = if items.len() == read.len() { Some(nth) } else { items.iter().position(is) };
        index.map_or_else(|| list.clone(), |index| list.index(index))
    }

    /// The short name of its image.
    pub fn image_name(&self) -> &str {
        self.image.as_ref().map_or("", ImageRef::short_name)
    }
}
