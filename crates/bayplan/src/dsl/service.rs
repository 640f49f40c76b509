//! A service: Compose's keys and intents as calls, each of which remembers its line.

use super::draft::Draft;
use super::handle::{IntoNeed, SecretHandle};
use super::literal::Image;
use crate::blueprint::{Backup, Exemption, Logs, Route, Schedule, Scrape, Size, SizeRef};
use crate::compose;
use serde::Serialize;
use serde_json::json;
use std::marker::PhantomData;
use std::panic::Location;

/// A service of no archetype: its image is its own.
#[derive(Debug, Clone, Copy)]
pub enum Own {}

/// A service that nobody has given limits yet.
#[derive(Debug, Clone, Copy)]
pub enum Unlimited {}

/// A service with limits, or with the reason why it has none.
#[derive(Debug, Clone, Copy)]
pub enum Limited {}

/// What a service says about its CPU and memory; only one with limits can be added to a stack.
#[diagnostic::on_unimplemented(
    message = "this service has no limits, which the policies `unbounded-memory` and `unbounded-cpu` forbid",
    label = "a service without limits",
    note = "add `.size(\"small\")`, `.size(cpus(0.5).memory(memory!(\"256M\")))`, or `.unlimited(\"the reason why it has none\")`"
)]
pub trait HasLimits {}
impl HasLimits for Limited {}

/// Why a service may do what a policy forbids.
#[derive(Debug, Clone)]
pub struct Reason(Exemption);

/// The reason why a service may do what a policy forbids.
pub fn because(reason: impl Into<String>) -> Reason {
    Reason(Exemption { reason: reason.into(), until: None })
}

impl Reason {
    /// The last day on which it holds, as `2027-01-31`.
    #[must_use]
    pub fn until(mut self, day: impl Into<String>) -> Self {
        self.0.until = Some(day.into());
        self
    }
}

/// What takes leave to break a policy.
#[diagnostic::on_unimplemented(
    message = "a privileged service breaks the policy `privileged-container`, and `{Self}` is no reason for it",
    label = "not a reason",
    note = "leave `.privileged(…)` out, or write `.privileged(because(\"why it needs all rights on the host\"))`"
)]
pub trait Leave {
    /// The reason.
    fn reason(self) -> Reason;
}
impl Leave for Reason {
    fn reason(self) -> Reason {
        self
    }
}

/// An archetype of the catalog, by its parameters: what [`Service::of`] takes.
pub trait Archetype: Serialize {
    /// Its name behind `use:`.
    const NAME: &'static str;
}

/// A service under construction. `A` is the archetype, so that its handle knows what it gives to others; `L` says whether it has
/// limits.
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct Service<A = Own, L = Unlimited> {
    pub(super) draft: Draft,
    kind: PhantomData<fn() -> (A, L)>,
}

/// What differs in one environment: a service without an image of its own, merged over the one it changes.
pub type Change = Service<Own, Limited>;

impl Service {
    /// A service that runs `image`.
    #[track_caller]
    pub fn image(image: Image) -> Self {
        let mut draft = Draft::map(Location::caller());
        draft.set("image", Draft::of(image.as_str(), Location::caller()));
        Self { draft, kind: PhantomData }
    }

    /// A service whose image is built, and bears the name `image`.
    #[track_caller]
    pub fn build(image: Image, build: compose::Build) -> Self {
        Self::image(image).put("build", &build, Location::caller())
    }

    /// A service of an archetype that is no type here: what stands behind `use:`, and the parameters.
    #[track_caller]
    pub fn using(archetype: &str, parameters: impl Serialize) -> Self {
        let at = Location::caller();
        let mut draft = Draft::map(at);
        draft.set("use", Draft::of(archetype, at));
        let parameters = Draft::of(&parameters, at);
        if !parameters.is_empty() {
            draft.set("with", parameters);
        }
        Self { draft, kind: PhantomData }
    }

    /// What differs in an environment; nothing yet.
    #[track_caller]
    pub fn change() -> Change {
        Service { draft: Draft::map(Location::caller()), kind: PhantomData }
    }
}

impl<A: Archetype> Service<A> {
    /// A service of the catalog: its parameters, and the tag of its image.
    #[track_caller]
    pub fn of(parameters: A, tag: impl AsRef<str>) -> Self {
        let draft = Service::using(&format!("{}:{}", A::NAME, tag.as_ref()), parameters).draft;
        Self { draft, kind: PhantomData }
    }
}

impl<A, L> Service<A, L> {
    fn put<T: Serialize + ?Sized>(mut self, key: &str, value: &T, at: &'static Location<'static>) -> Self {
        self.draft.set(key, Draft::of(value, at));
        self
    }

    fn item<T: Serialize + ?Sized>(mut self, key: &str, value: &T, at: &'static Location<'static>) -> Self {
        self.draft.push(key, Draft::of(value, at));
        self
    }

    fn limited(self) -> Service<A, Limited> {
        Service { draft: self.draft, kind: PhantomData }
    }

    /// CPU and memory limits: a size of the fleet by name (`"small"`), or spelled out ([`cpus`]).
    #[track_caller]
    pub fn size(self, size: impl Into<SizeRef>) -> Service<A, Limited> {
        self.put("size", &size.into(), Location::caller()).limited()
    }

    /// No limits, for a reason.
    #[track_caller]
    pub fn unlimited(self, reason: impl Into<String>) -> Service<A, Limited> {
        let (at, reason) = (Location::caller(), because(reason));
        self.leave("unbounded-memory", &reason, at).leave("unbounded-cpu", &reason, at).limited()
    }

    /// All rights on the host, for a reason ([`because`]).
    #[track_caller]
    pub fn privileged(self, leave: impl Leave) -> Self {
        let at = Location::caller();
        self.put("privileged", &true, at).leave("privileged-container", &leave.reason(), at)
    }

    /// Leave to break a rule: its name, and the reason ([`because`], or a text).
    #[track_caller]
    pub fn allow(self, rule: &str, reason: impl Into<Reason>) -> Self {
        self.leave(rule, &reason.into(), Location::caller())
    }

    fn leave(mut self, rule: &str, reason: &Reason, at: &'static Location<'static>) -> Self {
        self.draft.below("allow", at).set(rule, Draft::of(&reason.0, at));
        self
    }

    /// It talks to another service: it starts after that is healthy, on a network that the two share. A handle, or one with a
    /// condition: `needs(migrate.completed())`.
    #[track_caller]
    pub fn needs(mut self, need: impl IntoNeed) -> Self {
        let at = Location::caller();
        let need = need.into_need();
        self.draft.below("needs", at).set(&need.service, Draft::of(&need.how, at));
        self
    }

    /// It is reached through the gateway: a host (`"shop"` below the fleet's domain, a full name, `"@"`), or a [`Route`].
    #[track_caller]
    pub fn route(self, route: impl IntoRoute) -> Self {
        self.item("route", &route.into_route(), Location::caller())
    }

    /// Prometheus scrapes it: a port, or a [`Scrape`].
    #[track_caller]
    pub fn metrics(self, scrape: impl IntoScrape) -> Self {
        self.item("metrics", &scrape.into_scrape(), Location::caller())
    }

    /// Prometheus scrapes it where its archetype knows.
    #[track_caller]
    pub fn scraped(self) -> Self {
        self.put("metrics", &true, Location::caller())
    }

    /// What differs for one of the services that its archetype makes, by the end of its name: `member("ui", Service::change()…)`.
    #[track_caller]
    pub fn member(mut self, name: &str, change: Change) -> Self {
        let at = Location::caller();
        self.draft.below("members", at).below(name, at).merge(change.draft);
        self
    }

    /// How its log lines are collected.
    #[track_caller]
    pub fn logs(self, logs: Logs) -> Self {
        self.put("logs", &logs, Location::caller())
    }

    /// It sends traces to the fleet's collector.
    #[track_caller]
    pub fn traces(self) -> Self {
        self.put("traces", &true, Location::caller())
    }

    /// It has no way out of its own networks.
    #[track_caller]
    pub fn no_egress(self) -> Self {
        self.put("egress", &false, Location::caller())
    }

    /// How often its data is backed up.
    #[track_caller]
    pub fn backup(self, schedule: Schedule) -> Self {
        self.put("backup", &Backup { schedule: Some(schedule), exempt: None }, Location::caller())
    }

    /// Why its data is not backed up.
    #[track_caller]
    pub fn no_backup(self, reason: impl Into<String>) -> Self {
        self.put("backup", &Backup { schedule: None, exempt: Some(reason.into()) }, Location::caller())
    }

    /// An environment variable. A `$` begins a variable of Compose, as in YAML: a plain one is written `$$`.
    #[track_caller]
    pub fn environment(mut self, name: impl AsRef<str>, value: impl Into<String>) -> Self {
        let at = Location::caller();
        self.draft.below("environment", at).set(name.as_ref(), Draft::of(&value.into(), at));
        self
    }

    /// What it runs, in place of the command of the image; no shell reads it.
    #[track_caller]
    pub fn command<W: Into<String>>(self, words: impl IntoIterator<Item = W>) -> Self {
        self.put("command", &texts(words), Location::caller())
    }

    /// What runs before the command, in place of the entry point of the image.
    #[track_caller]
    pub fn entrypoint<W: Into<String>>(self, words: impl IntoIterator<Item = W>) -> Self {
        self.put("entrypoint", &texts(words), Location::caller())
    }

    /// The user, and group, it runs as: `1000:1000`.
    #[track_caller]
    pub fn user(self, user: impl Into<String>) -> Self {
        self.put("user", &user.into(), Location::caller())
    }

    /// A port that it listens on, for others on its networks.
    #[track_caller]
    pub fn expose(self, port: u16) -> Self {
        self.item("expose", &port.to_string(), Location::caller())
    }

    /// A port on the host: `127.0.0.1:8080:80`.
    #[track_caller]
    pub fn port(self, port: impl Into<String>) -> Self {
        self.item("ports", &port.into(), Location::caller())
    }

    /// A mount, in Compose's short form: `data:/var/lib/data`, `./conf:/etc/conf:ro`.
    #[track_caller]
    pub fn volume(self, mount: impl Into<String>) -> Self {
        self.item("volumes", &mount.into(), Location::caller())
    }

    /// A folder whose files are kept in memory: `/tmp`, `/run:size=16m`.
    #[track_caller]
    pub fn tmpfs(self, path: impl Into<String>) -> Self {
        self.item("tmpfs", &path.into(), Location::caller())
    }

    /// A secret that it gets to see as a file.
    #[track_caller]
    pub fn secret(self, secret: &SecretHandle) -> Self {
        self.item("secrets", secret.name(), Location::caller())
    }

    /// How Docker finds out whether it works.
    #[track_caller]
    pub fn healthcheck(self, check: compose::Healthcheck) -> Self {
        self.put("healthcheck", &check, Location::caller())
    }

    /// Whether its own files can only be read.
    #[track_caller]
    pub fn read_only(self, read_only: bool) -> Self {
        self.put("read_only", &read_only, Location::caller())
    }

    /// When Docker starts it again: `no`, `always`, `unless-stopped`, `on-failure:3`.
    #[track_caller]
    pub fn restart(self, policy: impl Into<String>) -> Self {
        self.put("restart", &policy.into(), Location::caller())
    }

    /// It is there when this profile is active.
    #[track_caller]
    pub fn profile(self, profile: impl Into<String>) -> Self {
        self.item("profiles", &profile.into(), Location::caller())
    }

    /// A label.
    #[track_caller]
    pub fn label(mut self, name: impl AsRef<str>, value: impl Into<String>) -> Self {
        let at = Location::caller();
        self.draft.below("labels", at).set(name.as_ref(), Draft::of(&value.into(), at));
        self
    }

    /// Every other key of a Compose service: mappings are merged key by key, lists grow, anything else is set anew.
    #[track_caller]
    pub fn compose(mut self, keys: compose::Service) -> Self {
        self.draft.merge(Draft::of(&keys, Location::caller()));
        self
    }

    /// One key as YAML has it, for values that no type can hold: `key("cpus", "${CPUS}")`.
    #[track_caller]
    pub fn key(self, key: &str, value: impl Serialize) -> Self {
        self.put(key, &value, Location::caller())
    }

    /// In a [`change`](Service::change): the key is taken away.
    #[track_caller]
    pub fn reset(mut self, key: &str) -> Self {
        self.draft.set(key, Draft::of(&json!(null), Location::caller()).tagged("!reset"));
        self
    }

    /// In a [`change`](Service::change): the key is set anew, where it would be merged otherwise.
    #[track_caller]
    pub fn replace(mut self, key: &str, value: impl Serialize) -> Self {
        self.draft.set(key, Draft::of(&value, Location::caller()).tagged("!override"));
        self
    }

    /// What `change` makes of it, where `condition` holds: chains need no break for an `if`.
    pub fn when(self, condition: bool, change: impl FnOnce(Self) -> Self) -> Self {
        if condition { change(self) } else { self }
    }

    /// What `change` makes of it for every item: chains need no break for a `for`.
    pub fn each<T>(self, items: impl IntoIterator<Item = T>, change: impl FnMut(Self, T) -> Self) -> Self {
        items.into_iter().fold(self, change)
    }
}

fn texts<W: Into<String>>(words: impl IntoIterator<Item = W>) -> Vec<String> {
    words.into_iter().map(Into::into).collect()
}

/// CPU cores as a limit; `.memory(memory!("512M"))` and `.reserve(…)` follow.
pub fn cpus(cores: f64) -> Size {
    Size::default().cpus(cores)
}

impl From<&str> for SizeRef {
    fn from(name: &str) -> Self {
        SizeRef::Named(name.to_owned())
    }
}

impl From<Size> for SizeRef {
    fn from(size: Size) -> Self {
        SizeRef::Given(size)
    }
}

impl From<&str> for Reason {
    fn from(reason: &str) -> Self {
        because(reason)
    }
}

/// A host name, or a route.
pub trait IntoRoute {
    /// The route.
    fn into_route(self) -> Route;
}

impl IntoRoute for Route {
    fn into_route(self) -> Route {
        self
    }
}

impl IntoRoute for &str {
    fn into_route(self) -> Route {
        Route::default().host(self)
    }
}

impl IntoRoute for String {
    fn into_route(self) -> Route {
        Route::default().host(self)
    }
}

/// A port, or a scrape target.
pub trait IntoScrape {
    /// The target.
    fn into_scrape(self) -> Scrape;
}

impl IntoScrape for Scrape {
    fn into_scrape(self) -> Scrape {
        self
    }
}

impl IntoScrape for u16 {
    fn into_scrape(self) -> Scrape {
        Scrape::default().port(i64::from(self))
    }
}
