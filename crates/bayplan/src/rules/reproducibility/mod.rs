//! Whether the same file starts the same thing tomorrow.

mod foreign_platform;
mod foreign_registry;
mod personal_host_path;
mod pulled_before_built;
mod repulled_tag;
mod retired_image;
mod rolling_tag;
mod short_image_name;
mod stale_env_example;
mod undigested_image;
mod undocumented_variable;
mod unnamed_project;
mod unpinned_build_context;
mod unpinned_image;
mod unpinned_variable;

use super::Rule;

/// The rules of this group, by name.
pub(super) const RULES: &[Rule] = &[
    foreign_platform::RULE,
    foreign_registry::RULE,
    personal_host_path::RULE,
    pulled_before_built::RULE,
    repulled_tag::RULE,
    retired_image::RULE,
    rolling_tag::RULE,
    short_image_name::RULE,
    stale_env_example::RULE,
    undigested_image::RULE,
    undocumented_variable::RULE,
    unnamed_project::RULE,
    unpinned_build_context::RULE,
    unpinned_image::RULE,
    unpinned_variable::RULE,
];
