//! Passwords, keys and tokens.

mod label_credential;
mod plaintext_secret;

use super::Rule;

/// The rules of this group, by name.
pub(super) const RULES: &[Rule] = &[label_credential::RULE, plaintext_secret::RULE];
