//! Middlewares that change the path, or send clients elsewhere.

use crate::emit::traefik::forms::{Filled, NotEmpty, Regex};
use crate::record;
use crate::record::Scalar;

record! {
    /// Puts a prefix before the path.
    pub struct AddPrefix {
        /// The prefix, which begins with `/`.
        prefix [Required]: String = Filled,
    }
}

record! {
    /// Takes prefixes off the path.
    pub struct StripPrefix {
        /// The prefixes.
        prefixes [Required]: Vec<String> = NotEmpty,
        /// Deprecated: whether the path that is left begins with `/`.
        force_slash ("forceSlash"): Option<bool>,
    }
}

record! {
    /// Takes prefixes off the path, by regular expressions.
    pub struct StripPrefixRegex {
        /// The regular expressions.
        regex [Required]: Vec<String> = NotEmpty<Regex>,
    }
}

record! {
    /// Replaces the path.
    pub struct ReplacePath {
        /// The new path.
        path [Required]: String = Filled,
    }
}

record! {
    /// Replaces the path by a regular expression.
    pub struct ReplacePathRegex {
        /// What the path has to match.
        regex [Required]: String = Regex,
        /// The new path, with `$1` or `${name}` for what was captured.
        replacement [Required]: String,
    }
}

record! {
    /// Sends clients elsewhere, by a regular expression over the URL.
    pub struct RedirectRegex {
        /// What the URL has to match.
        regex [Required]: String = Regex,
        /// The new URL, with `$1` or `${name}` for what was captured.
        replacement [Required]: String,
        /// Whether clients may remember it.
        permanent: Option<bool>,
    }
}

record! {
    /// Sends clients to another scheme or port.
    pub struct RedirectScheme {
        /// The new scheme.
        scheme [Required]: String = Filled,
        /// The new port.
        port: Option<String> = Scalar,
        /// Whether clients may remember it.
        permanent: Option<bool>,
    }
}
