//! `&Vetted<Plan> → Tree`: one target a module, each with typed values and one printer.
//!
//! A target's vocabulary (what its format can say, checked and printed) knows nothing of the plan.

pub mod alloy;
pub mod compose;
pub mod config_files;
pub mod config_hash;
pub mod dnsmasq;
pub mod logs;
pub mod metrics;
pub mod prometheus;
pub mod routes;
pub mod summary;
pub mod traefik;
pub mod tree;

pub use tree::{Comment, Ownership, Tree, TreeError};

use crate::finding::Finding;
use crate::plan::{Plan, Vetted};

/// Every file of one environment.
///
/// # Errors
/// Where two files would have the same path.
pub fn emit(plan: &Vetted<Plan>) -> Result<Tree, Box<Finding>> {
    all(plan).map_err(|error| {
        let at = plan.settings.as_ref().map_or_else(Default::default, |node| node.at);
        Box::new(Finding::deny("colliding-output", at, error.to_string()).help("rename one of the stacks"))
    })
}

fn all(plan: &Plan) -> Result<Tree, TreeError> {
    let mut tree = Tree::new();
    for emit in [routes::emit, metrics::emit, logs::emit, dnsmasq::emit, summary::emit, config_files::emit] {
        tree.append(emit(plan)?)?;
    }
    let compose = compose::emit(plan, &tree)?;
    tree.append(compose)?;
    Ok(tree)
}
