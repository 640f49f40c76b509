//! A fleet: what is said once for all stacks, and the stacks.

use super::draft::{Calls, Draft};
use super::reference::{Names, StackId};
use super::stack::Stack;
use crate::blueprint::{Environment, Host, Size};
use crate::emit::traefik::Middleware;
use crate::finding::{Finding, Level};
use crate::source::Sources;
use bayplan_yaml::{Node, print};
use serde::Serialize;
use std::collections::HashMap;
use std::panic::Location;

/// A fleet under construction: what `fleet.yaml` says, and the stacks.
#[derive(Debug, Clone)]
#[must_use = "compile it, or hand it to a command line"]
pub struct Fleet {
    name: String,
    folder: String,
    draft: Draft,
    stacks: Vec<Stack>,
}

/// A middleware of a fleet, as routes name it.
#[derive(Debug, Clone)]
pub struct MiddlewareHandle(String);

impl From<&MiddlewareHandle> for String {
    fn from(handle: &MiddlewareHandle) -> Self {
        handle.0.clone()
    }
}

/// A fleet as trees.
#[derive(Debug)]
pub struct Built {
    /// What `fleet.yaml` would hold.
    pub settings: Node,
    /// What each blueprint would hold, by the name of its file.
    pub blueprints: Vec<(String, Node)>,
    /// What only the calls can tell: handles of other fleets, names that were given twice.
    pub findings: Vec<Finding>,
}

impl Fleet {
    /// A fleet without stacks. Relative paths in it start from `blueprints/NAME`, the folder that YAML blueprints of that fleet
    /// stand in; see [`Fleet::folder`].
    #[track_caller]
    pub fn new(name: impl Into<String>) -> Self {
        let (name, at) = (name.into(), Location::caller());
        let mut draft = Draft::map(at);
        draft.set("name", Draft::of(&name, at));
        Self { folder: format!("blueprints/{name}"), name, draft, stacks: Vec::new() }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The folder that relative paths start from.
    pub fn path(&self) -> &str {
        &self.folder
    }

    /// Relative paths start from this folder.
    pub fn folder(&mut self, folder: impl Into<String>) {
        self.folder = folder.into();
    }

    /// The oldest version of Docker Compose that reads the output, as `5.5`.
    #[track_caller]
    pub fn compose(&mut self, version: &str) {
        self.draft.set("compose", Draft::of(version, Location::caller()));
    }

    /// A machine.
    #[track_caller]
    pub fn host(&mut self, name: &str, host: Host) {
        self.entry("hosts", name, &host);
    }

    /// An environment: one output folder.
    #[track_caller]
    pub fn environment(&mut self, name: &str, environment: Environment) {
        self.entry("environments", name, &environment);
    }

    /// What every service starts from; a service's own keys win. Any number of calls; [`crate::compose::Service`] has the keys.
    #[track_caller]
    pub fn defaults(&mut self, keys: crate::compose::Service) {
        let at = Location::caller();
        self.draft.below("defaults", at).merge(Draft::of(&keys, at));
    }

    /// A size that services name.
    #[track_caller]
    pub fn size(&mut self, name: &str, size: Size) {
        self.entry("sizes", name, &size);
    }

    /// A Traefik middleware that routes name.
    #[track_caller]
    pub fn middleware(&mut self, name: &str, middleware: Middleware) -> MiddlewareHandle {
        self.entry("middlewares", name, &middleware);
        MiddlewareHandle(name.to_owned())
    }

    /// The level of a rule.
    #[track_caller]
    pub fn rule(&mut self, name: &str, level: Level) {
        let level = match level {
            Level::Deny => "deny",
            Level::Warn => "warn",
            Level::Allow => "allow",
        };
        self.entry("rules", name, level);
    }

    /// Any other key of `fleet.yaml`, as YAML has it.
    #[track_caller]
    pub fn key(&mut self, key: &str, value: impl Serialize) {
        self.draft.set(key, Draft::of(&value, Location::caller()));
    }

    /// Adds a stack.
    pub fn add(&mut self, stack: Stack) {
        self.stacks.push(stack);
    }

    #[track_caller]
    fn entry<T: Serialize + ?Sized>(&mut self, section: &str, name: &str, value: &T) {
        let at = Location::caller();
        self.draft.below(section, at).set(name, Draft::of(value, at));
    }

    /// The trees that the calls made; every value points at its call.
    pub fn build(&self, sources: &mut Sources) -> Built {
        let stacks: HashMap<StackId, String> = self.stacks.iter().map(|stack| (stack.id, stack.name.clone())).collect();
        let mut calls = Calls::new(sources);
        let settings = self.draft.node(&Names { own: None, stacks: &stacks }, &mut calls);
        let mut findings = Vec::new();
        let mut blueprints: Vec<(String, Node)> = Vec::new();
        for stack in &self.stacks {
            let names = Names { own: Some(stack.id), stacks: &stacks };
            let node = stack.draft.node(&names, &mut calls);
            for (call, name) in &stack.twice {
                let at = call.node(&names, &mut calls).at;
                let message = format!("the stack `{}` has a service `{name}` already", stack.name);
                findings.push(Finding::deny("duplicate-service", at, message).help("give one of the two another name"));
            }
            let mut file = format!("{}.yaml", stack.name);
            // That two stacks bear one name is found later, for Rust and YAML alike.
            if blueprints.iter().any(|(name, _)| *name == file) {
                file = format!("{}-{}.yaml", stack.name, blueprints.len());
            }
            blueprints.push((file, node));
        }
        for (at, service) in calls.strangers {
            let message =
                format!("the service `{service}` belongs to a stack that is not in the fleet `{}`", self.name);
            findings.push(
                Finding::deny("foreign-handle", at, message)
                    .help("add its stack to this fleet, or take the handle of a service that is in it"),
            );
        }
        Built { settings, blueprints, findings }
    }

    /// The fleet in YAML: `fleet.yaml` and a blueprint for each stack, by file name. What only calls can get wrong (a handle of another
    /// fleet) is left out of it.
    ///
    /// ```
    /// use bayplan::prelude::*;
    /// let mut shop = Stack::new("shop");
    /// shop.add("web", Service::image(image!("ghcr.io/acme/shop:1.8.2")).route("shop").size("small"));
    /// let mut fleet = Fleet::new("acme");
    /// fleet.add(shop);
    /// let files = fleet.to_yaml();
    /// assert_eq!(files[0], ("fleet.yaml".to_owned(), "name: acme\n".to_owned()));
    /// assert!(files[1].1.contains("ghcr.io/acme/shop:1.8.2"));
    /// ```
    pub fn to_yaml(&self) -> Vec<(String, String)> {
        let built = self.build(&mut Sources::new());
        let settings = ("fleet.yaml".to_owned(), print(&built.settings));
        std::iter::once(settings).chain(built.blueprints.into_iter().map(|(name, node)| (name, print(&node)))).collect()
    }
}

/// What is worth to be the [default](Fleet::defaults) of every service: it starts again, has a root file system that can only be read, no
/// new privileges, no capabilities, a bound on processes, and log files that are rotated.
pub fn hardened() -> crate::compose::Service {
    crate::compose::Service::default()
        .restart("unless-stopped")
        .read_only(true)
        .security_opt(["no-new-privileges:true"])
        .cap_drop(["ALL"])
        .pids_limit(512)
        .logging(
            crate::compose::Logging::default().driver("json-file").options([("max-size", "10m"), ("max-file", "3")]),
        )
}
