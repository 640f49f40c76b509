//! Passwords, keys and tokens.

mod command_line;
mod default_credential;
mod file_variants;
mod files;
mod ignored_secret_mode;
mod label_credential;
mod missing_secret_file;
mod plaintext_secret;
mod raw_password_file;
mod readable_secret;
mod secret_in_build_argument;
mod secret_in_command;
mod shared_secret;
mod tracked_secret;
mod words;

use super::Rule;

/// The rules of this group, by name.
pub(super) const RULES: &[Rule] = &[
    default_credential::RULE,
    file_variants::BOTH,
    file_variants::ECLIPSED,
    file_variants::UNREAD,
    file_variants::UNUSED,
    ignored_secret_mode::RULE,
    label_credential::RULE,
    missing_secret_file::RULE,
    plaintext_secret::RULE,
    raw_password_file::RULE,
    readable_secret::RULE,
    secret_in_build_argument::RULE,
    secret_in_command::RULE,
    shared_secret::RULE,
    tracked_secret::RULE,
];
