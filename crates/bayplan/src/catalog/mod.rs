//! `use` + `with` → a service: one archetype a file, one line in the list below.
//!
//! An archetype knows an image: what it needs to run read-only and without privileges, the health check that works in
//! it, how it takes secrets, the port that it opens, and what others may ask of it (`{{ db.host }}`).

mod alloy;
mod loki;
mod mysql;
mod n8n;
mod postgres;
mod prometheus;
mod redis;
mod smtp4dev;
mod socket_proxy;
mod superset;
mod traefik;
mod values;

use crate::plan::Role;
use crate::value::{ImageRef, Invalid};
use bayplan_yaml::{Decode, Decoder, Node};
use indexmap::IndexMap;
use schemars::JsonSchema;

/// One entry of the catalog.
pub struct Archetype {
    /// The name behind `use:`.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub summary: &'static str,
    /// The image, without its tag.
    pub image: &'static str,
    /// Where the facts about the image come from, and the tag they were checked for.
    pub sources: &'static [&'static str],
    /// Reads the parameters and expands them.
    pub expand: fn(&Node, &Instance, &mut Decoder) -> Option<Expansion>,
    /// The JSON Schema of the parameters.
    pub schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
}

/// The port on which the gateway serves metrics and health.
pub const GATEWAY_METRICS_PORT: u16 = traefik::METRICS_PORT;

/// Every archetype, by name.
pub const CATALOG: &[Archetype] = &[
    alloy::ARCHETYPE,
    loki::ARCHETYPE,
    mysql::ARCHETYPE,
    n8n::ARCHETYPE,
    postgres::ARCHETYPE,
    prometheus::ARCHETYPE,
    redis::ARCHETYPE,
    smtp4dev::ARCHETYPE,
    socket_proxy::ARCHETYPE,
    superset::ARCHETYPE,
    traefik::ARCHETYPE,
];

/// The archetype of this name.
pub fn find(name: &str) -> Option<&'static Archetype> {
    CATALOG.iter().find(|archetype| archetype.name == name)
}

/// Where an archetype is used.
#[derive(Debug, Clone)]
pub struct Instance<'a> {
    /// The service that uses it.
    pub service: &'a str,
    /// The tag (and digest) behind the archetype's name: `17.5`.
    pub tag: &'a str,
    /// The archetype's image.
    pub image: &'static str,
    /// The URL under which the service is reached from outside, where it has a route.
    pub url: Option<&'a str>,
    /// Whether the gateway ends TLS.
    pub tls: bool,
    /// Whether the gateway takes TLS connections: it ends TLS, or hands it on for a route.
    pub takes_tls: bool,
    /// The path from the stack's compose file to the environment's output folder.
    pub output: &'a str,
}

impl Instance<'_> {
    /// The archetype's image with the tag that was asked for.
    pub fn image(&self) -> String {
        image(self.image, self.tag)
    }

    /// The name of a secret of this service: `db_password`.
    pub fn secret(&self, what: &str) -> String {
        format!("{}_{what}", self.service.replace('-', "_"))
    }

    /// The name of a volume of this service: `db-data`.
    pub fn volume(&self, what: &str) -> String {
        format!("{}-{what}", self.service)
    }
}

/// An image with a tag, a digest (`@sha256:…`), both, or neither.
fn image(name: &str, tag: &str) -> String {
    match tag {
        "" => name.to_owned(),
        _ if tag.starts_with('@') => format!("{name}{tag}"),
        _ => format!("{name}:{tag}"),
    }
}

/// What an archetype makes of its parameters.
#[derive(Debug, Clone, Default)]
pub struct Expansion {
    /// The service, as Compose's own keys with values after interpolation.
    pub service: serde_json::Value,
    /// Named volumes to declare.
    pub volumes: Vec<String>,
    /// Secrets to declare; each is a file.
    pub secrets: Vec<String>,
    /// What expressions of other services may ask for.
    pub outputs: IndexMap<String, Output>,
    /// The container ports that the image listens on, the one to route to first.
    pub ports: Vec<u16>,
    /// What the service is to the fleet.
    pub role: Option<Role>,
}

/// A value that expressions can ask a service for.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Plain text.
    Text(String),
    /// The path of a secret's file in a container. Whoever asks for it is granted the secret.
    SecretFile(String),
}

impl Output {
    /// The text that replaces the expression.
    pub fn text(&self) -> String {
        match self {
            Output::Text(text) => text.clone(),
            Output::SecretFile(secret) => secret_path(secret),
        }
    }
}

impl From<&str> for Output {
    fn from(text: &str) -> Self {
        Output::Text(text.to_owned())
    }
}

impl From<String> for Output {
    fn from(text: String) -> Self {
        Output::Text(text)
    }
}

/// Where Compose mounts a secret.
pub fn secret_path(secret: &str) -> String {
    format!("/run/secrets/{secret}")
}

/// The parameters of an archetype and how they expand.
pub(crate) trait Parameters: Decode + JsonSchema {
    /// What these parameters make.
    fn expand(self, instance: &Instance) -> Expansion;
}

/// Decodes parameters of type `P` and expands them; the function pointer of an [`Archetype`].
pub(crate) fn expand<P: Parameters>(with: &Node, instance: &Instance, decoder: &mut Decoder) -> Option<Expansion> {
    P::decode(with, decoder).map(|parameters| parameters.expand(instance))
}

/// The JSON Schema of parameters of type `P`; the function pointer of an [`Archetype`].
pub(crate) fn schema<P: Parameters>(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    generator.subschema_for::<P>()
}

/// The archetype and the tag in the value of `use:`.
///
/// # Errors
/// Where the name is not in the catalog, with the nearest name as help.
pub fn parse_use(text: &str) -> Result<(&'static Archetype, &str), Invalid> {
    let (name, tag) = match text.find([':', '@']) {
        Some(at) if text.as_bytes()[at] == b':' => (&text[..at], &text[at + 1..]),
        Some(at) => (&text[..at], &text[at..]),
        None => (text, ""),
    };
    if name.is_empty() {
        return Err(Invalid::whole(text, "the archetype is empty").help("name an archetype, such as `postgres:17.5`"));
    }
    let Some(archetype) = find(name) else {
        let nearest = CATALOG
            .iter()
            .map(|archetype| (strsim::damerau_levenshtein(archetype.name, name), archetype.name))
            .min()
            .filter(|(distance, _)| *distance <= 2 + name.len() / 4);
        let all = || CATALOG.iter().map(|archetype| format!("`{}`", archetype.name)).collect::<Vec<_>>().join(", ");
        return Err(Invalid {
            message: format!("there is no archetype `{name}` in the catalog"),
            help: Some(match nearest {
                Some((_, nearest)) => format!("did you mean `{nearest}`?"),
                None => format!("the catalog has {}; any other service names its `image` itself", all()),
            }),
            range: 0..name.len(),
        });
    };
    if let Err(mut invalid) = image(archetype.image, tag).parse::<ImageRef>() {
        invalid.range = (name.len() + 1).min(text.len())..text.len();
        return Err(invalid);
    }
    Ok((archetype, tag))
}
