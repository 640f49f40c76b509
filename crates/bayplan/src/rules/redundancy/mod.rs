//! What can be left out.

mod redundant_dependency;
mod redundant_init;
mod repeated_block;
mod repeated_expose;
mod repeated_override;
mod unknown_profile;
mod unused;
mod unused_anchor;
mod unused_config;
mod unused_network;
mod unused_secret;
mod unused_variable;
mod unused_volume;
mod written_default;

use super::Rule;

/// The rules of this group, by name.
pub(super) const RULES: &[Rule] = &[
    redundant_dependency::RULE,
    redundant_init::RULE,
    repeated_block::RULE,
    repeated_expose::RULE,
    repeated_override::RULE,
    unknown_profile::RULE,
    unused_anchor::RULE,
    unused_config::RULE,
    unused_network::RULE,
    unused_secret::RULE,
    unused_variable::RULE,
    unused_volume::RULE,
    written_default::RULE,
];
