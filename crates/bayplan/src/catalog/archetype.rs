//! `parameters → service`: what one archetype is, where it is used, and what it makes.

use super::composite::{Asked, Group, Member};
use crate::plan::Role;
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decode, Decoder, Location, Node, print, to_node};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde_json::{Value, json};

/// One entry of the catalog.
pub struct Archetype {
    /// The name behind `use:`.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub summary: &'static str,
    /// The image, without its tag.
    pub image: &'static str,
    /// The versions that the facts were checked for, as the tag of the image begins: `17` holds for `17.5-alpine`.
    pub versions: &'static [&'static str],
    /// Where the facts about the image come from, and the tag they were checked for.
    pub sources: &'static [&'static str],
    /// What it makes of its parameters.
    pub makes: Makes,
    /// What `metrics: true` asks for.
    pub metrics: Metrics,
    /// The JSON Schema of the parameters.
    pub schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
}

/// What an archetype makes.
#[derive(Clone, Copy)]
pub enum Makes {
    /// One service: itself.
    Service(fn(&Node, &Instance, &mut Decoder) -> Option<Expansion>),
    /// Several services in its place.
    Services(fn(&Node, &Asked, &mut Decoder) -> Option<Group>),
}

/// How an archetype is scraped where its service has `metrics: true`.
#[derive(Clone, Copy)]
pub enum Metrics {
    /// Not at all.
    None,
    /// The program serves them itself: port and path.
    Own(u16, &'static str),
    /// Another service beside it does.
    Beside(fn(&Asked) -> Member),
    /// The members that it makes say so.
    Members,
}

impl std::fmt::Debug for Archetype {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
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
    /// Whether the service is to be scraped.
    pub metrics: bool,
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

    /// The first number of the tag.
    pub fn major(&self) -> Option<u64> {
        numbers(self.tag).first().copied()
    }

    /// A configuration file of this service and the mount of it at `target`.
    pub fn config(&self, name: &str, target: &str, body: impl Into<String>) -> (ConfigFile, Value) {
        let mount = json!({
            "type": "bind", "source": format!("./{}/{}/{name}", ConfigFile::FOLDER, self.service), "target": target,
            "read_only": true, "bind": { "create_host_path": false },
        });
        (ConfigFile { name: name.to_owned(), body: body.into() }, mount)
    }
}

/// An image with a tag, a digest (`@sha256:…`), both, or neither.
pub(super) fn image(name: &str, tag: &str) -> String {
    match tag {
        "" => name.to_owned(),
        _ if tag.starts_with('@') => format!("{name}{tag}"),
        _ => format!("{name}:{tag}"),
    }
}

/// The numbers that a tag begins with: `v3.6.1-alpine` is 3, 6, 1; `RELEASE.2025-09-07T16-13-09Z` is 2025, 9, 7. Nothing of a
/// tag that begins with a word.
pub(super) fn numbers(tag: &str) -> Vec<u64> {
    let tag = tag.split('@').next().unwrap_or(tag);
    let tag = tag.strip_prefix("RELEASE.").or_else(|| tag.strip_prefix('v')).unwrap_or(tag);
    let version = tag.split(|c: char| c.is_ascii_alphabetic()).next().unwrap_or(tag);
    version.split(['.', '-', '_', '+']).map_while(|number| number.parse().ok()).collect()
}

impl Archetype {
    /// Whether the facts were checked for the version that a tag names; of a tag without a version nobody knows.
    pub fn knows(&self, tag: &str) -> bool {
        let version = numbers(tag);
        self.versions.is_empty()
            || version.is_empty()
            || self.versions.iter().any(|checked| {
                let checked = numbers(checked);
                checked.iter().zip(&version).all(|(checked, version)| checked == version)
            })
    }
}

/// What an archetype makes of its parameters.
#[derive(Debug, Clone, Default)]
pub struct Expansion {
    /// The service, as Compose's own keys with values after interpolation, and intents.
    pub service: Value,
    /// Named volumes to declare.
    pub volumes: Vec<String>,
    /// Secrets to declare; each is a file.
    pub secrets: Vec<String>,
    /// Further names under which those who share a network with it reach it.
    pub aliases: Vec<String>,
    /// Configuration files to write.
    pub files: Vec<ConfigFile>,
    /// What expressions of other services may ask for.
    pub outputs: IndexMap<String, Output>,
    /// The container ports that the image listens on, the one to route to first.
    pub ports: Vec<u16>,
    /// What the service is to the fleet.
    pub role: Option<Role>,
}

/// A configuration file that an archetype writes and mounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFile {
    /// Its name; the ending says how the format writes comments.
    pub name: String,
    /// Its text.
    pub body: String,
}

impl ConfigFile {
    /// The folder beside the compose file: below it, each service has one.
    pub const FOLDER: &str = "config";
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

/// The text of a YAML file.
pub(super) fn yaml(value: &Value) -> String {
    to_node(value, Location::default()).map(|node| print(&node)).unwrap_or_default()
}

/// A shell command that sets variables from files, then becomes `run`: for programs that read secrets from the environment only.
pub(super) fn with_variables<'a>(variables: impl IntoIterator<Item = (&'a str, String)>, run: &str) -> String {
    let set = variables.into_iter().map(|(name, path)| format!("{name}=\"$(cat {path})\"; export {name}; "));
    format!("set -eu; {}exec {run}", set.collect::<String>())
}

/// A health check for images with bash, but without a program that speaks HTTP: the answer to a GET is 200.
pub(super) fn ask_by_bash(port: u16, path: &str) -> Value {
    let script = format!(
        "exec 3<>/dev/tcp/127.0.0.1/{port} && printf 'GET {path} HTTP/1.0\\r\\n\\r\\n' >&3 && read -r line <&3 && [[ $line == *' 200 '* ]]"
    );
    json!(["CMD", "bash", "-c", script])
}

/// A word of a shell command, as it is.
pub(super) fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// What is wrong with parameters that each can be read, at the place of each.
pub(crate) struct Say<'a> {
    with: &'a Node,
    decoder: &'a mut Decoder,
}

impl<'a> Say<'a> {
    /// Says nothing yet.
    pub fn new(with: &'a Node, decoder: &'a mut Decoder) -> Self {
        Self { with, decoder }
    }

    /// Says what is wrong with the parameter `name`; where it is left out, with all of them.
    pub fn wrong(&mut self, name: &str, message: impl Into<String>, help: impl Into<String>) {
        let at = self.with.get(name).map_or(self.with.at, |node| node.at);
        let (message, help) = (message.into(), Some(help.into()));
        self.decoder.in_key(name, |decoder| decoder.error(DecodeErrorKind::Value, at, message, help));
    }

    /// Says what is wrong with the key `key` of the parameter `name`.
    pub fn wrong_key(&mut self, name: &str, key: &str, message: impl Into<String>, help: impl Into<String>) {
        let entry = self.with.get(name).and_then(|node| node.as_map()?.get(key));
        let at = entry.map_or(self.with.at, |entry| entry.key_at);
        let (message, help) = (message.into(), Some(help.into()));
        let say = |decoder: &mut Decoder| decoder.error(DecodeErrorKind::Value, at, message, help);
        self.decoder.in_key(name, |decoder| decoder.in_key(key, say));
    }

    /// Says what is wrong with the item `index` of the parameter `name`.
    pub fn wrong_item(&mut self, name: &str, index: usize, message: impl Into<String>, help: impl Into<String>) {
        let item = self.with.get(name).and_then(|node| node.as_seq()?.get(index));
        let at = item.map_or(self.with.at, |item| item.at);
        let (message, help) = (message.into(), Some(help.into()));
        let say = |decoder: &mut Decoder| decoder.error(DecodeErrorKind::Value, at, message, help);
        self.decoder.in_key(name, |decoder| decoder.in_index(index, say));
    }
}

/// The parameters of an archetype that makes one service.
pub(crate) trait Parameters: Decode + JsonSchema {
    /// What these parameters make.
    fn expand(self, instance: &Instance, say: &mut Say) -> Expansion;
}

/// Decodes parameters of type `P` and expands them; for [`Makes::Service`].
pub(crate) fn expand<P: Parameters>(with: &Node, instance: &Instance, decoder: &mut Decoder) -> Option<Expansion> {
    let parameters = P::decode(with, decoder)?;
    Some(parameters.expand(instance, &mut Say::new(with, decoder)))
}

/// The JSON Schema of parameters of type `P`; the function pointer of an [`Archetype`].
pub(crate) fn schema<P: JsonSchema>(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    generator.subschema_for::<P>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_tags() {
        let cases: [(&str, &[u64]); 9] = [
            ("17.5", &[17, 5]),
            ("v3.6.1", &[3, 6, 1]),
            ("8.1.1-alpine", &[8, 1, 1]),
            ("7.2-alpine3.20", &[7, 2]),
            ("RELEASE.2025-09-07T16-13-09Z", &[2025, 9, 7]),
            ("17@sha256:00", &[17]),
            ("@sha256:00", &[]),
            ("latest", &[]),
            ("", &[]),
        ];
        for (tag, wanted) in cases {
            assert_eq!(numbers(tag), wanted, "{tag}");
        }
    }
}
