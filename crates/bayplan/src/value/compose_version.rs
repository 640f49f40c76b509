//! `5.5`, `2.24.1`: a version of Docker Compose.

use crate::record::{Form, Plain, schema};
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decoder, Node, Value};
use schemars::{Schema, SchemaGenerator};
use std::fmt;

/// A version of Docker Compose: major, minor and patch number. A patch that is left out is the first one, 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ComposeVersion {
    /// The first number.
    pub major: u16,
    /// The second number.
    pub minor: u16,
    /// The third number.
    pub patch: u16,
}

/// The oldest version that the output can be for: older ones do not know `name`, which is always written.
pub const OLDEST: ComposeVersion = ComposeVersion::new(2, 3, 0);

impl ComposeVersion {
    /// A version from its numbers.
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self { major, minor, patch }
    }

    /// Reads `MAJOR.MINOR` or `MAJOR.MINOR.PATCH`, with or without a `v` before it.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.').map(number);
        let version = Self::new(parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?);
        parts.next().is_none().then_some(version)
    }
}

fn number(text: &str) -> Option<u16> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

impl fmt::Display for ComposeVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl serde::Serialize for ComposeVersion {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Form<ComposeVersion> for Plain {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<ComposeVersion> {
        let text = match &node.value {
            Value::Float(number) => {
                let help = Some(format!("put it in quotes: `\"{number}\"`"));
                let message = "expected a version in quotes, found a number";
                decoder.error(DecodeErrorKind::Type, node.at, message, help);
                return None;
            }
            _ => <Plain as Form<String>>::read(node, decoder)?,
        };
        let Some(version) = ComposeVersion::parse(&text) else {
            let help =
                Some("write it as `docker compose version --short` prints it, such as `5.5.1` or `5.5`".to_owned());
            let message = format!("`{}` is no version of Docker Compose", text.escape_debug());
            decoder.error(DecodeErrorKind::Value, node.at, message, help);
            return None;
        };
        if version < OLDEST {
            let help = Some(format!("write {OLDEST} or a later one"));
            let message = format!("Docker Compose {version} is too old: it does not know `name`");
            decoder.error(DecodeErrorKind::Value, node.at, message, help);
            return None;
        }
        Some(version)
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        schema::string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        let parse = |text: &str| ComposeVersion::parse(text).map(|version| version.to_string());
        assert_eq!(parse("5.5").as_deref(), Some("5.5.0"));
        assert_eq!(parse("v2.24.1").as_deref(), Some("2.24.1"));
        for text in ["", "5", "5.", "5.5.", "5.5.1.2", "5.5-rc1", "+5.5", "5.x", "99999.1", "latest"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert!(ComposeVersion::parse("2.9.0") < ComposeVersion::parse("2.10.0"));
    }
}
