//! `parameters → several services`: an archetype whose members are services of the blueprint, each of a single archetype.
//!
//! A composite is a step from blueprint to blueprint: what it yields is what a person could have written, `use`, `with`, `needs` and
//! all. All members share one network. What is written on the composite itself goes to the members that it is meant for:
//!
//! - `needs` of others means its [`entry`](Member::entry) members, and waits for its [jobs](Member::job);
//! - `route` is for the [`web`](Member::web) members, among which the gateway spreads requests;
//! - `size` and `backup` are for the [`data`](Member::data) members;
//! - `needs`, `allow`, `logs`, `traces`, `egress`, `profiles`, `labels` and `logging` are for all;
//! - `metrics: true` asks each member for what it serves;
//! - everything else is written below `members`, by the name of the member.

use super::archetype::{Output, Say};
use bayplan_yaml::{Decode, Decoder, Node};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde_json::{Value, json};

/// Where a composite is used, and what for.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// Its name in the blueprint.
    pub name: &'a str,
    /// The tag (and digest) behind the archetype's name.
    pub tag: &'a str,
    /// The parameters as written.
    pub with: Option<&'a Node>,
    /// Whether it has `metrics: true`.
    pub metrics: bool,
}

impl Asked<'_> {
    /// The service name of a member.
    pub fn member(&self, suffix: impl std::fmt::Display) -> String {
        format!("{}-{suffix}", self.name)
    }

    /// The service names of the members `1` to `count`.
    pub fn members(&self, count: i64) -> Vec<String> {
        (1..=count).map(|number| self.member(number)).collect()
    }

    /// The value of `use` for a member that has the version of the composite.
    pub fn same(&self, archetype: &str) -> String {
        super::archetype::image(archetype, self.tag)
    }

    /// The name of a secret that all members share: `kafka_password`.
    pub fn secret(&self, what: &str) -> String {
        format!("{}_{what}", self.name.replace('-', "_"))
    }
}

/// What a composite makes.
#[derive(Debug, Clone, Default)]
pub struct Group {
    /// The members, in the order in which they are written.
    pub members: Vec<Member>,
    /// What expressions of other services may ask the composite for, beside `host`.
    pub outputs: IndexMap<String, Output>,
}

/// One service of a composite.
#[derive(Debug, Clone)]
pub struct Member {
    /// What stands behind the composite's name and a `-`: `1`, `ui`.
    pub suffix: String,
    /// The service: `use`, `with`, `needs` (by full names) and every other key.
    pub service: Value,
    /// Whether others that need the composite talk to it.
    pub is_entry: bool,
    /// Whether it takes the composite's routes.
    pub is_web: bool,
    /// Whether it takes the composite's `size` and `backup`.
    pub is_data: bool,
    /// Whether it runs to its end, which others that need the composite wait for.
    pub is_job: bool,
}

impl Member {
    /// A member that nothing of the composite's own intents is meant for.
    pub fn new(suffix: impl std::fmt::Display, service: Value) -> Self {
        let suffix = suffix.to_string();
        Self { suffix, service, is_entry: false, is_web: false, is_data: false, is_job: false }
    }

    /// The same, as one that others talk to.
    pub fn entry(self) -> Self {
        Self { is_entry: true, ..self }
    }

    /// The same, as one that takes the composite's routes.
    pub fn web(self) -> Self {
        Self { is_web: true, ..self }
    }

    /// The same, as one that keeps the composite's data.
    pub fn data(self) -> Self {
        Self { is_data: true, ..self }
    }

    /// The same, as a job: it is started once, and what it did already does no harm when done again.
    pub fn job(mut self) -> Self {
        self.service["restart"] = "no".into();
        Self { is_job: true, ..self }
    }

    /// The same, started after these services.
    pub fn needs<'n>(mut self, names: impl IntoIterator<Item = &'n String>) -> Self {
        self.require(names, Value::Null);
        self
    }

    /// The same, started after these jobs have ended well.
    pub fn after<'n>(mut self, names: impl IntoIterator<Item = &'n String>) -> Self {
        self.require(names, json!({ "condition": "service_completed_successfully" }));
        self
    }

    fn require<'n>(&mut self, names: impl IntoIterator<Item = &'n String>, need: Value) {
        if self.service.get("needs").is_none() {
            self.service["needs"] = json!({});
        }
        for name in names {
            self.service["needs"][name] = need.clone();
        }
    }
}

/// The parameters of an archetype that makes several services. Texts may hold expressions: they are evaluated in the members.
pub(crate) trait Composite: Decode + JsonSchema {
    /// The members that these parameters make.
    fn compose(self, asked: &Asked, say: &mut Say) -> Group;
}

/// Decodes parameters of type `P` and composes their members; for [`Makes::Services`](super::Makes).
pub(crate) fn compose<P: Composite>(with: &Node, asked: &Asked, decoder: &mut Decoder) -> Option<Group> {
    let parameters = P::decode(with, decoder)?;
    Some(parameters.compose(asked, &mut Say::new(with, decoder)))
}
