//! A stack: services, and what they share.

use super::draft::{Call, Draft};
use super::handle::{Handle, SecretHandle};
use super::reference::StackId;
use super::service::{Change, HasLimits, Service};
use crate::compose;
use serde::Serialize;
use std::marker::PhantomData;
use std::panic::Location;

/// A stack under construction: what one blueprint says.
#[derive(Debug, Clone)]
#[must_use = "add it to a fleet"]
pub struct Stack {
    pub(super) id: StackId,
    pub(super) name: String,
    pub(super) draft: Draft,
    /// Services that were added under the name of another one: where, and the name.
    pub(super) twice: Vec<(Draft, String)>,
}

impl Stack {
    /// An empty stack. Its name is that of the Compose project.
    #[track_caller]
    pub fn new(name: impl Into<String>) -> Self {
        let (name, at) = (name.into(), Location::caller());
        let mut draft = Draft::map(at);
        draft.set("name", Draft::of(&name, at));
        draft.set("services", Draft::map(at));
        Self { id: StackId::new(), name, draft, twice: Vec::new() }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Adds a service and gives the handle by which others name it.
    #[track_caller]
    pub fn add<A, L: HasLimits>(&mut self, name: impl Into<String>, service: Service<A, L>) -> Handle<A> {
        self.insert(None, name.into(), service, Location::caller())
    }

    /// What differs about a service in one environment.
    #[track_caller]
    pub fn change<A>(&mut self, environment: &str, service: &Handle<A>, change: Change) {
        let at = Location::caller();
        let services = self.draft.below("environments", at).below(environment, at).below("services", at);
        services.below(service.name(), at).merge(change.draft);
    }

    /// Adds a service that is there in one environment only.
    #[track_caller]
    pub fn add_in<A, L: HasLimits>(
        &mut self,
        environment: &str,
        name: impl Into<String>,
        service: Service<A, L>,
    ) -> Handle<A> {
        self.insert(Some(environment), name.into(), service, Location::caller())
    }

    fn insert<A, L>(&mut self, environment: Option<&str>, name: String, service: Service<A, L>, at: Call) -> Handle<A> {
        let place = match environment {
            Some(environment) => self.draft.below("environments", at).below(environment, at),
            None => &mut self.draft,
        };
        let services = place.below("services", at);
        if services.get(&name).is_some() {
            self.twice.push((Draft::of(&name, at), name.clone()));
        } else {
            services.set(&name, service.draft);
        }
        Handle { stack: self.id, service: name, kind: PhantomData }
    }

    /// Declares a secret and gives the handle by which services take it.
    #[track_caller]
    pub fn secret(&mut self, name: impl Into<String>, secret: compose::Secret) -> SecretHandle {
        let name = name.into();
        self.declare("secrets", &name, &secret);
        SecretHandle(name)
    }

    /// Declares a volume.
    #[track_caller]
    pub fn volume(&mut self, name: &str, volume: compose::Volume) {
        self.declare("volumes", name, &volume);
    }

    /// Declares a network.
    #[track_caller]
    pub fn network(&mut self, name: &str, network: compose::Network) {
        self.declare("networks", name, &network);
    }

    /// Declares a config.
    #[track_caller]
    pub fn config(&mut self, name: &str, config: compose::Config) {
        self.declare("configs", name, &config);
    }

    /// Any other key of the document, as YAML has it: `key("include", ["common.yaml"])`.
    #[track_caller]
    pub fn key(&mut self, key: &str, value: impl Serialize) {
        self.draft.set(key, Draft::of(&value, Location::caller()));
    }

    #[track_caller]
    fn declare<T: Serialize>(&mut self, section: &str, name: &str, value: &T) {
        let at = Location::caller();
        self.draft.below(section, at).set(name, Draft::of(value, at));
    }
}
