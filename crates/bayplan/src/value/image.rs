//! `ghcr.io/acme/shop:1.8.2@sha256:…`: image references, by the grammar of `distribution/reference` 0.6.0, read as Docker
//! reads them ("familiar" names stand for Docker Hub).

use super::{Invalid, scalar};
use std::fmt;

/// The registry that a name without one stands for.
pub const DEFAULT_REGISTRY: &str = "docker.io";
const LEGACY_REGISTRY: &str = "index.docker.io";
const OFFICIAL: &str = "library/";
const MAX_REPOSITORY: usize = 255;

/// A reference to a container image, as written: a missing tag stays missing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageRef {
    registry: Option<String>,
    repository: String,
    tag: Option<String>,
    digest: Option<String>,
}

/// How firmly an [`ImageRef`] names one image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pin {
    /// No tag: `latest` is meant.
    None,
    /// A tag that is moved with every release, such as `latest`, `3-latest` or `alpine`.
    Moving(String),
    /// A tag that names no more than a major version, such as `15`, `7-alpine` or `bookworm`.
    Major(String),
    /// A tag that names a version or build.
    Exact(String),
    /// A digest: always the same bytes.
    Digest,
}

impl ImageRef {
    /// Reads an image reference.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(
                Invalid::whole(text, "the image reference is empty").help("name an image, such as `nginx:1.27.3`")
            );
        }
        if let Some((at, space)) = text.char_indices().find(|(_, c)| c.is_whitespace()) {
            return Err(
                Invalid::new(at..at + space.len_utf8(), "an image reference holds no white space").help("remove it")
            );
        }
        if text.len() == 64 && text.bytes().all(is_lower_hex) {
            let message = "64 hexadecimal digits are an image id, not an image reference";
            return Err(Invalid::whole(text, message).help("name the image, as in `name@sha256:…`"));
        }
        let (registry, rest_at) = split_registry(text);
        if let Some(registry) = registry {
            check_registry(registry)?;
        }
        let rest = &text[rest_at..];
        let (named, digest) = match rest.split_once('@') {
            Some((named, digest)) => (named, Some((rest_at + named.len() + 1, digest))),
            None => (rest, None),
        };
        let (repository, tag) = match named.split_once(':') {
            Some((repository, tag)) => (repository, Some((rest_at + repository.len() + 1, tag))),
            None => (named, None),
        };
        check_repository(repository, rest_at, registry)?;
        if let Some((at, tag)) = tag {
            check_tag(at, tag)?;
        }
        if let Some((at, digest)) = digest {
            check_digest(at, digest)?;
        }
        Ok(Self {
            registry: registry.map(str::to_owned),
            repository: repository.to_owned(),
            tag: tag.map(|(_, tag)| tag.to_owned()),
            digest: digest.map(|(_, digest)| digest.to_owned()),
        })
    }

    /// The registry with its port: `docker.io` where none is written.
    pub fn registry(&self) -> &str {
        match self.registry.as_deref() {
            None | Some(LEGACY_REGISTRY) => DEFAULT_REGISTRY,
            Some(registry) => registry,
        }
    }

    /// Whether a registry is written.
    pub fn has_registry(&self) -> bool {
        self.registry.is_some()
    }

    /// The repository within its registry: `library/nginx` for `nginx`.
    pub fn repository(&self) -> String {
        if self.registry() == DEFAULT_REGISTRY && !self.repository.contains('/') {
            format!("{OFFICIAL}{}", self.repository)
        } else {
            self.repository.clone()
        }
    }

    /// The last part of the repository: `nginx` for `docker.io/library/nginx:1.27`.
    pub fn short_name(&self) -> &str {
        self.repository.rsplit('/').next().unwrap_or(&self.repository)
    }

    /// The tag, where one is written.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest with its algorithm, where one is written.
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// The same image under another tag, without a digest.
    pub fn with_tag(&self, tag: &str) -> Result<Self, Invalid> {
        check_tag(0, tag)?;
        Ok(Self { tag: Some(tag.to_owned()), digest: None, ..self.clone() })
    }

    /// Registry and repository in full, without tag and digest: `docker.io/library/nginx`.
    pub fn canonical_name(&self) -> String {
        format!("{}/{}", self.registry(), self.repository())
    }

    /// Registry and repository as short as Docker prints them, without tag and digest: `nginx`.
    pub fn familiar_name(&self) -> String {
        let repository = self.repository();
        if self.registry() != DEFAULT_REGISTRY {
            return format!("{}/{repository}", self.registry());
        }
        match repository.strip_prefix(OFFICIAL) {
            Some(name) if !name.contains('/') => name.to_owned(),
            _ => repository,
        }
    }

    /// How firmly the reference names one image.
    pub fn pin(&self) -> Pin {
        match (&self.digest, &self.tag) {
            (Some(_), _) => Pin::Digest,
            (None, None) => Pin::None,
            (None, Some(tag)) => pin_of_tag(tag),
        }
    }
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(registry) = &self.registry {
            write!(f, "{registry}/")?;
        }
        f.write_str(&self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

scalar!(
    ImageRef,
    "an image reference",
    Text,
    "An image reference: `[registry[:port]/]repository[:tag][@digest]`.",
    ["nginx:1.27.3", "ghcr.io/acme/shop:1.8.2", "postgres@sha256:…"]
);

/// The registry, where the first part of the name is one, and where the rest begins.
fn split_registry(text: &str) -> (Option<&str>, usize) {
    match text.split_once('/') {
        Some((first, _))
            if first == "localhost" || first.contains(['.', ':']) || first.chars().any(char::is_uppercase) =>
        {
            (Some(first), first.len() + 1)
        }
        _ => (None, 0),
    }
}

fn check_registry(registry: &str) -> Result<(), Invalid> {
    let (host, port) = match registry.strip_prefix('[') {
        Some(inner) => {
            let Some((address, after)) = inner.split_once(']') else {
                return Err(Invalid::part(0, registry, format!("`{registry}` has no closing `]`")).help("close it"));
            };
            if address.is_empty() || !address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':') {
                return Err(Invalid::part(1, address, format!("`{address}` is not an IPv6 address"))
                    .help("write digits and colons only, without a zone"));
            }
            (None, after)
        }
        None => match registry.find(':') {
            Some(colon) => (Some(&registry[..colon]), &registry[colon..]),
            None => (Some(registry), ""),
        },
    };
    let port_fits = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()));
    if !port_fits {
        let at = registry.len() - port.len();
        return Err(Invalid::part(at, port, format!("`{port}` is not the port of a registry"))
            .help("write the port as `:5000`; IPv6 addresses stand in brackets"));
    }
    let label_fits = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    match host {
        Some(host) if !host.split('.').all(label_fits) => {
            Err(Invalid::part(0, host, format!("`{host}` is not a registry host"))
                .help("use letters, digits, `-` and dots"))
        }
        _ => Ok(()),
    }
}

fn check_repository(repository: &str, at: usize, registry: Option<&str>) -> Result<(), Invalid> {
    if repository.is_empty() {
        return Err(Invalid::new(0..at.max(1), "the image reference has no name").help("write the name before the tag"));
    }
    if repository.chars().any(char::is_uppercase) {
        return Err(Invalid::part(at, repository, format!("`{repository}` must be lower case"))
            .help(format!("write `{}`", repository.to_lowercase())));
    }
    let mut start = at;
    for part in repository.split('/') {
        if let Err(message) = check_part(part) {
            let range = if part.is_empty() { at..at + repository.len() } else { start..start + part.len() };
            return Err(Invalid::new(range, message));
        }
        start += part.len() + 1;
    }
    let official = registry.is_none_or(|registry| [DEFAULT_REGISTRY, LEGACY_REGISTRY].contains(&registry))
        && !repository.contains('/');
    let length = repository.len() + if official { OFFICIAL.len() } else { 0 };
    if length > MAX_REPOSITORY {
        let message = format!("the name has {length} characters, more than {MAX_REPOSITORY}");
        return Err(Invalid::part(at, repository, message));
    }
    Ok(())
}

/// One part of a repository: lower-case letters and digits, joined by `.`, `_`, `__` or dashes.
fn check_part(part: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if part.is_empty() {
        return Err("the image name has an empty part".to_owned());
    }
    if let Some(odd) = part.chars().find(|c| !plain(*c) && !['.', '_', '-'].contains(c)) {
        return Err(format!("`{odd}` cannot stand in an image name"));
    }
    if !part.starts_with(plain) || !part.ends_with(plain) {
        return Err(format!("`{part}` must begin and end with a letter or digit"));
    }
    let mut runs = part.split(plain).filter(|run| !run.is_empty());
    match runs.find(|run| !matches!(*run, "." | "_" | "__") && !run.bytes().all(|b| b == b'-')) {
        Some(run) => Err(format!("`{run}` cannot separate the words of an image name")),
        None => Ok(()),
    }
}

fn check_tag(at: usize, tag: &str) -> Result<(), Invalid> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if tag.is_empty() {
        return Err(Invalid::new(at.saturating_sub(1)..at, "the tag after `:` is empty").help("name a version"));
    }
    if tag.len() > 128 {
        let message = format!("the tag has {} characters, more than 128", tag.chars().count());
        return Err(Invalid::part(at, tag, message).help("name a shorter one"));
    }
    if !tag.starts_with(word) || !tag.chars().all(|c| word(c) || c == '.' || c == '-') {
        return Err(Invalid::part(at, tag, format!("`{tag}` is not a tag"))
            .help("a tag holds letters, digits, `_`, `.` and `-`, and begins with neither `.` nor `-`"));
    }
    Ok(())
}

fn check_digest(at: usize, digest: &str) -> Result<(), Invalid> {
    let Some((algorithm, hex)) = digest.split_once(':') else {
        return Err(Invalid::part(at, digest, format!("`{digest}` is not a digest")).help("write `@sha256:…`"));
    };
    let wanted = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => {
            return Err(
                Invalid::part(at, algorithm, format!("`{algorithm}` is not a digest algorithm")).help("use `sha256`")
            );
        }
    };
    let hex_at = at + algorithm.len() + 1;
    if !hex.bytes().all(is_lower_hex) {
        return Err(Invalid::part(hex_at, hex, "a digest is written in lower-case hexadecimal digits")
            .help("copy it anew, as `docker image inspect` shows it"));
    }
    if hex.len() != wanted {
        let message = format!("the digest has {} digits, `{algorithm}` has {wanted}", hex.len());
        return Err(Invalid::part(hex_at.min(at + digest.len()), hex, message)
            .help("copy it whole, as `docker image inspect` shows it"));
    }
    Ok(())
}

fn is_lower_hex(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
}

/// Words that move whatever stands beside them.
pub(crate) const ALWAYS_MOVING: [&str; 14] = [
    "latest", "nightly", "edge", "main", "master", "trunk", "head", "snapshot", "canary", "rolling", "unstable", "dev",
    "develop", "devel",
];

/// Words that move unless they stand beside a full version or a date (`1.2.3-rc`).
pub(crate) const MOVING_ALONE: [&str; 18] = [
    "stable",
    "mainline",
    "lts",
    "sts",
    "alpha",
    "beta",
    "rc",
    "next",
    "testing",
    "preview",
    "release",
    "current",
    "prod",
    "production",
    "staging",
    "experimental",
    "development",
    "insiders",
];

/// Names of distribution releases: they get fixes, as a major version does.
pub(crate) const CODENAMES: [&str; 14] = [
    "buster", "bullseye", "bookworm", "trixie", "forky", "bionic", "focal", "jammy", "noble", "plucky", "questing",
    "resolute", "kinetic", "mantic",
];

fn pin_of_tag(tag: &str) -> Pin {
    let lower = tag.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(['-', '_', '.']).collect();
    let parts: Vec<&str> = lower.split(['-', '_']).collect();
    let has_digit = |part: &str| part.bytes().any(|b| b.is_ascii_digit());
    let numeric = parts.iter().filter(|part| part.bytes().all(|b| b.is_ascii_digit())).count();
    let version = parts.iter().copied().find(|part| has_digit(part));
    let exact = version.is_some_and(|version| numeric > 1 || !is_bare_major(version));
    if words.iter().any(|word| ALWAYS_MOVING.contains(word) || (!exact && MOVING_ALONE.contains(word))) {
        return Pin::Moving(tag.to_owned());
    }
    let codename = words.iter().any(|word| CODENAMES.contains(word));
    match (exact, version.is_some() || codename) {
        (true, _) => Pin::Exact(tag.to_owned()),
        (false, true) => Pin::Major(tag.to_owned()),
        (false, false) => Pin::Moving(tag.to_owned()),
    }
}

/// `15`, `v3`, `jdk17`; but no date, build number or hash.
fn is_bare_major(version: &str) -> bool {
    let digits = version.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let letters = &version[..version.len() - digits.len()];
    let hash = letters.len() + digits.len() >= 7 && letters.bytes().all(|b| b.is_ascii_hexdigit());
    !hash && (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests;
