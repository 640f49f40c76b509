//! What a loader leaves out when it is told to.

/// The steps that `docker compose config` can be told to leave out; none by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct Skip {
    /// Relative paths stay (`--no-path-resolution`); those of included files and extended services never do, because they
    /// are seen from elsewhere.
    pub paths: bool,
    /// What the project implies is not added (`--no-normalize`).
    pub normalization: bool,
    /// Services may name what is not there (`--no-consistency`).
    pub consistency: bool,
    /// Services keep `env_file`, and no such file is read (`--no-env-resolution`).
    pub environment: bool,
    /// Values may have any shape (`--variables`).
    pub validation: bool,
}
