//! `&Vetted<Plan> → Tree`: one target a module, each with typed values and one printer.
//!
//! A target's vocabulary (what its format can say, checked and printed) knows nothing of the plan.

pub mod alloy;
pub mod tree;

pub use tree::{Comment, Ownership, Tree, TreeError};

use crate::finding::Finding;
use crate::plan::{Plan, Vetted};

/// Every file of one environment.
///
/// # Errors
/// Where a value cannot be said in a target's format: a finding at the place where it was written.
pub fn emit(_plan: &Vetted<Plan>) -> Result<Tree, Box<Finding>> {
    Ok(Tree::new())
}
