//! `&Vetted<Plan> → Tree`: one target a module, each with typed values and one printer.
//!
//! A target's vocabulary (what its format can say, checked and printed) knows nothing of the plan.

pub mod tree;

pub use tree::{Comment, Ownership, Tree, TreeError};
