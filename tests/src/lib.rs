//! Shared parts of the tests that span crates.
