//! The file does not say what its author meant.

mod appended_host;
mod appended_port;
mod env_file_variable;
mod external_secret;
mod literal_quotes;
mod misplaced_data;
mod path_as_secret;
mod redefined_include;
mod retyped_text;
mod split_script;
mod swallowed_variable;
mod unknown_to_target;
mod unpublishable_port;
mod unquoted_port;
mod unquoted_word;

use super::Rule;

/// The rules of this group, by name.
pub(super) const RULES: &[Rule] = &[
    appended_host::RULE,
    appended_port::RULE,
    env_file_variable::RULE,
    external_secret::RULE,
    literal_quotes::RULE,
    misplaced_data::RULE,
    path_as_secret::RULE,
    redefined_include::RULE,
    retyped_text::RULE,
    split_script::RULE,
    swallowed_variable::RULE,
    unknown_to_target::RULE,
    unpublishable_port::RULE,
    unquoted_port::RULE,
    unquoted_word::RULE,
];
