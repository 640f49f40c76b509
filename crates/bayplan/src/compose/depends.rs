//! `depends_on`: which services start first.

use crate::record;
use crate::record::Extensions;

crate::choice! {
    /// What has to be true of a service before those that depend on it start.
    pub enum Condition {
        /// It was started.
        Started = "service_started",
        /// Its health check passes.
        Healthy = "service_healthy",
        /// It ended without an error.
        Completed = "service_completed_successfully",
    }
}

record! {
    /// A service that has to be there first.
    pub struct Dependency {
        /// What has to be true of it.
        condition [Required]: Condition,
        /// Whether to restart this service when Compose restarts the other.
        restart: Option<bool>,
        /// Whether it is an error that the other service is not there; it is unless this is `false`.
        required: Option<bool>,
        ..extensions: Extensions,
    }
}
