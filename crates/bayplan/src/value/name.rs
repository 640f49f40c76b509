//! Names that people give: of projects, services, resources, containers and environment variables, each by the pattern
//! that Compose or Docker checks.

use super::{Invalid, scalar};
use std::fmt;

/// The name of a project: what its containers, networks and volumes are called after. Lower-case letters, digits, `-`
/// and `_`, beginning with a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectName(String);

/// The name of a service, network, volume, secret, config, model or job in a file: letters, digits, `.`, `-` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceName(String);

/// The name of a container, network or volume in Docker: at least two characters, the first a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContainerName(String);

/// The name of an environment variable: letters, digits and `_`, not beginning with a digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnvName(String);

/// The name of a service: a [`ResourceName`].
pub type ServiceName = ResourceName;

impl ProjectName {
    /// Reads a project name as Compose demands it of a `name:` and of `--project-name`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let rest = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        let normal = Self::normalize(text);
        let help = match &normal {
            Some(normal) => format!("write `{normal}`"),
            None => "use lower-case letters and digits, `-` and `_`".to_owned(),
        };
        check(text, "a project name", |c| c.is_ascii_lowercase() || c.is_ascii_digit(), rest, &help)?;
        Ok(Self(text.to_owned()))
    }

    /// The name that Compose makes of any text, such as a folder name: lower case, other characters dropped, `-` and `_`
    /// dropped at the beginning. Nothing where nothing is left.
    pub fn normalize(text: &str) -> Option<Self> {
        let kept: String = text
            .to_lowercase()
            .chars()
            .filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'))
            .collect();
        let name = kept.trim_start_matches(['-', '_']);
        (!name.is_empty()).then(|| Self(name.to_owned()))
    }
}

impl ResourceName {
    /// Reads a name by the pattern of the Compose schema, `^[a-zA-Z0-9._-]+$`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        check(text, "a name", fits, fits, "use letters, digits, `.`, `-` and `_`")?;
        Ok(Self(text.to_owned()))
    }
}

impl ContainerName {
    /// Reads a name by Docker's pattern, `^[a-zA-Z0-9][a-zA-Z0-9_.-]+$`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let rest = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let help = "use letters, digits, `.`, `-` and `_`, beginning with a letter or digit";
        check(text, "a container name", |c| c.is_ascii_alphanumeric(), rest, help)?;
        if text.len() < 2 {
            return Err(Invalid::whole(text, format!("the container name `{text}` is too short"))
                .help("use at least two characters"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl EnvName {
    /// Reads a name as interpolation reads it, `[_a-zA-Z][_a-zA-Z0-9]*`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let rest = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let help = "use letters, digits and `_`, beginning with no digit";
        check(text, "the name of a variable", |c| c.is_ascii_alphabetic() || c == '_', rest, help)?;
        Ok(Self(text.to_owned()))
    }
}

fn check(
    text: &str,
    what: &str,
    first: impl Fn(char) -> bool,
    rest: impl Fn(char) -> bool,
    help: &str,
) -> Result<(), Invalid> {
    let Some(head) = text.chars().next() else {
        return Err(Invalid::whole(text, format!("{what} is empty")).help(help));
    };
    if let Some((at, odd)) = text.char_indices().find(|(_, c)| !rest(*c)) {
        let shown = match odd {
            odd if odd.is_control() => odd.escape_default().to_string(),
            ' ' => " ".to_owned(),
            odd => odd.to_string(),
        };
        let message = format!("`{shown}` cannot stand in {what}");
        return Err(Invalid::new(at..at + odd.len_utf8(), message).help(help));
    }
    if !first(head) {
        return Err(Invalid::new(0..head.len_utf8(), format!("{what} cannot begin with `{head}`")).help(help));
    }
    Ok(())
}

macro_rules! name {
    ($name:ident, $wanted:literal, $description:literal, $example:literal) => {
        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
        scalar!($name, $wanted, Text, $description, [$example]);
    };
}

name!(
    ProjectName,
    "a project name",
    "A project name: lower-case letters, digits, `-` and `_`, beginning with a letter or digit.",
    "shop"
);
name!(ResourceName, "a name", "A name: letters, digits, `.`, `-` and `_`.", "db");
name!(
    ContainerName,
    "a container name",
    "A container name: letters, digits, `.`, `-` and `_`, at least two.",
    "shop-db"
);
name!(EnvName, "the name of a variable", "The name of an environment variable: letters, digits and `_`.", "DB_HOST");

#[cfg(test)]
mod tests {
    use super::super::{accepts, refuses};
    use super::*;

    #[test]
    fn names_by_their_patterns() {
        accepts::<ProjectName>(&[("shop", "shop"), ("0a_-", "0a_-")]);
        refuses::<ProjectName>(&[
            ("", "", "a project name is empty"),
            ("Shop", "S", "`S` cannot stand in a project name"),
            ("-shop", "-", "a project name cannot begin with `-`"),
            ("my shop", " ", "` ` cannot stand in a project name"),
            ("a.b", ".", "`.` cannot stand in a project name"),
        ]);
        accepts::<ResourceName>(&[("db", "db"), ("A.b-c_9", "A.b-c_9"), ("-", "-")]);
        refuses::<ResourceName>(&[
            ("", "", "a name is empty"),
            ("a b", " ", "` ` cannot stand in a name"),
            ("a/b", "/", "`/` cannot stand in a name"),
            ("é", "é", "`é` cannot stand in a name"),
            ("a\nb", "\n", "`\\n` cannot stand in a name"),
        ]);
        accepts::<ContainerName>(&[("ab", "ab"), ("A_.-", "A_.-")]);
        refuses::<ContainerName>(&[
            ("a", "a", "the container name `a` is too short"),
            ("_a", "_", "a container name cannot begin with `_`"),
        ]);
        accepts::<EnvName>(&[("_A1", "_A1"), ("path", "path")]);
        refuses::<EnvName>(&[
            ("1A", "1", "the name of a variable cannot begin with `1`"),
            ("A-B", "-", "`-` cannot stand in the name of a variable"),
        ]);
    }

    #[test]
    fn project_names_are_made_of_folder_names() {
        let cases =
            [("My Shop", Some("myshop")), ("_x", Some("x")), ("--", None), ("Ä", None), ("a.b-C_1", Some("ab-c_1"))];
        for (folder, name) in cases {
            assert_eq!(ProjectName::normalize(folder).as_ref().map(ProjectName::as_str), name);
        }
    }
}
