//! Whether services start, stay up, and keep their data.

mod awaited;
mod conflicting_restart;
mod disabled_health_check;
mod endless_dependency;
mod endless_restart;
mod fixed_container_name;
mod idle_start_interval;
mod implicit_health_timing;
mod inactive_dependency;
mod missing_backup;
mod missing_capability;
mod missing_health_check;
mod missing_init;
mod missing_mount;
mod missing_restart;
mod short_stop_grace;
mod stale_config;
mod stale_namespace;
mod unawaited_health;
mod unhealthy_dependency;
mod unpersisted_data;
mod unquoted_restart;
mod unrunnable_health_check;
mod unshelled_health_check;
mod vacuous_health_check;

use super::Rule;

/// The rules of this group, by name.
pub(super) const RULES: &[Rule] = &[
    conflicting_restart::RULE,
    disabled_health_check::RULE,
    endless_dependency::RULE,
    endless_restart::RULE,
    fixed_container_name::RULE,
    idle_start_interval::RULE,
    implicit_health_timing::RULE,
    inactive_dependency::RULE,
    missing_backup::RULE,
    missing_capability::RULE,
    missing_health_check::RULE,
    missing_init::RULE,
    missing_mount::FILE,
    missing_mount::FOLDER,
    missing_restart::RULE,
    short_stop_grace::RULE,
    stale_config::CONFIG,
    stale_config::MOUNT,
    stale_namespace::RULE,
    unawaited_health::RULE,
    unhealthy_dependency::RULE,
    unpersisted_data::RULE,
    unquoted_restart::RULE,
    unrunnable_health_check::RULE,
    unshelled_health_check::RULE,
    vacuous_health_check::RULE,
];
