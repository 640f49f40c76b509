//! `plan → compose/STACK/config/SERVICE/NAME`: the configuration files that archetypes write for their services.

use super::{Comment, Tree, TreeError};
use crate::catalog::ConfigFile;
use crate::plan::Plan;

/// The files of every service.
pub fn emit(plan: &Plan) -> Result<Tree, TreeError> {
    let mut tree = Tree::new();
    for (stack, name, service) in plan.services() {
        for ConfigFile { name: file, body } in &service.files {
            let path = format!("compose/{}/{}/{name}/{file}", stack.name, ConfigFile::FOLDER);
            let comment = Comment::of(file).ok_or_else(|| TreeError::NoHeader { path: path.clone() })?;
            tree.add(&path, comment, &plan.origin(stack), body)?;
        }
    }
    Ok(tree)
}
