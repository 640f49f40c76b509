//! Shared parts of the tests that span crates.

pub mod anything;
pub mod case;
pub mod compiled;
pub mod compose_go;
pub mod sarif_schema;
