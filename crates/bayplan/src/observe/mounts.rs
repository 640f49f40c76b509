//! `a path in a container → the file of the project that stands there`, by what the service mounts.

use crate::plan::{Service, Stack};
use crate::resolve::files::{clean, is_absolute, join};
use crate::value::mount::MountType;

/// The path of the file or folder that a container sees at `path`, as the project's files are opened; nothing where it is
/// none of the project's: what lies elsewhere on the machine is not read, so that every machine sees the same.
pub fn path_of(stack: &Stack, service: &Service, folder: &str, path: &str) -> Option<String> {
    let path = clean(path);
    let binds = service.compose.volumes.iter().filter(|mount| mount.kind == MountType::Bind);
    let mut sources: Vec<(String, &str)> =
        binds.filter_map(|mount| Some((clean(&mount.target), mount.source.as_deref()?))).collect();
    for grant in &service.compose.configs {
        let Some(name) = grant.source.as_deref() else { continue };
        let target = grant.target.clone().unwrap_or_else(|| format!("/{name}"));
        let file = stack.project.configs.get(name).and_then(|config| config.file.as_deref());
        sources.extend(file.map(|file| (clean(&target), file)));
    }
    // The deepest mount is what the container sees.
    let (target, source) = sources
        .iter()
        .filter(|(target, _)| {
            path.strip_prefix(target.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
        .max_by_key(|(target, _)| target.len())?;
    let rest = path[target.len()..].trim_start_matches('/');
    if source.starts_with('~') || is_absolute(source) && !is_below(source, folder) {
        return None;
    }
    let source = join(folder, source);
    Some(if rest.is_empty() { source } else { join(&source, rest) })
}

fn is_below(path: &str, folder: &str) -> bool {
    is_absolute(folder) && path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}
