//! What Traefik is told, whoever tells it: routers, services and middlewares, and how it is installed.

pub mod file;
pub mod install;
pub mod keys;
pub mod known;
pub mod labels;
pub mod overlap;
pub mod requests;

use super::rule::Broken;
use super::rule::Expr;
use super::written::Text;
use bayplan_yaml::Location;
use std::collections::BTreeMap;

/// What is routed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// HTTP requests.
    Http,
    /// TCP connections.
    Tcp,
    /// UDP packets.
    Udp,
}

impl Protocol {
    /// Its name in keys.
    pub fn key(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }

    /// Its name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Http => "HTTP",
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
        }
    }
}

/// Routers, services and middlewares that one place defines: the labels of a service, or a file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dynamic {
    /// The routers.
    pub routers: Vec<Router>,
    /// The services.
    pub services: Vec<Backend>,
    /// The middlewares.
    pub middlewares: Vec<Middleware>,
}

/// What connects requests to a service.
#[derive(Debug, Clone, PartialEq)]
pub struct Router {
    /// What it routes.
    pub protocol: Protocol,
    /// Its name, where it is first written.
    pub name: Text,
    /// Which requests it takes.
    pub rule: Option<RuleText>,
    /// The entry points that it names; nothing where it names none and takes those that are default.
    pub entry_points: Option<Vec<Text>>,
    /// The middlewares that requests pass.
    pub middlewares: Vec<Text>,
    /// The service that answers.
    pub service: Option<Text>,
    /// Which router is asked first, where that is written.
    pub priority: Option<i64>,
    /// How TLS is ended, where it is.
    pub tls: Option<Tls>,
    /// Whether the rule is to be read as that of another version of Traefik.
    pub rule_syntax: Option<String>,
    /// Everything that is said about it, by key.
    pub settings: BTreeMap<String, String>,
}

/// A rule, as text and as read.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleText {
    /// The text.
    pub text: Text,
    /// What it says.
    pub expr: Result<Expr, Broken>,
    /// The places of the matchers, in the order of [`Expr::matchers`].
    pub matchers: Vec<MatcherAt>,
    /// Where the broken part stands.
    pub broken_at: Location,
    /// Whether variables have a part in it.
    pub of_variables: bool,
}

/// Where a matcher stands.
#[derive(Debug, Clone, PartialEq)]
pub struct MatcherAt {
    /// Its name.
    pub name: Location,
    /// Its arguments.
    pub arguments: Vec<Location>,
}

/// How a router ends TLS.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tls {
    /// The resolver that gets its certificates.
    pub resolver: Option<Text>,
    /// The name of its options.
    pub options: Option<Text>,
    /// Whether TLS is handed on as it comes.
    pub passthrough: bool,
}

/// A service as Traefik means it: who answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Backend {
    /// What it answers.
    pub protocol: Protocol,
    /// Its name, where it is first written.
    pub name: Text,
    /// The port of the container, where it is written.
    pub port: Option<Text>,
    /// The addresses of its servers.
    pub servers: Vec<Text>,
    /// The services that it hands requests on to.
    pub services: Vec<Text>,
    /// Everything that is said about it, by key.
    pub settings: BTreeMap<String, String>,
}

/// What requests pass.
#[derive(Debug, Clone, PartialEq)]
pub struct Middleware {
    /// What it works on.
    pub protocol: Protocol,
    /// Its name, where it is first written.
    pub name: Text,
    /// Its kind in lower case: `basicauth`.
    pub kind: Text,
    /// The members of a chain.
    pub chain: Vec<Text>,
    /// The service that answers in place of errors.
    pub error_service: Option<Text>,
    /// Everything that is said about it, by key.
    pub settings: BTreeMap<String, String>,
}

impl Dynamic {
    /// Whether nothing is defined.
    pub fn is_empty(&self) -> bool {
        self.routers.is_empty() && self.services.is_empty() && self.middlewares.is_empty()
    }
}

/// The name and the provider of a reference: `auth@file`.
pub fn reference(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once('@') {
        Some((name, provider)) => (name, Some(provider)),
        None => (text, None),
    }
}
