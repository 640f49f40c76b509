//! Which version of Docker Compose brought a key.
//!
//! Every release of Docker Compose pins a compose-go, whose JSON Schema refuses a key that it does not name ("additional
//! properties … not allowed"). So the table is made by comparison: of each release (`go.mod` at the tags of docker/compose,
//! v2.3.0 to v5.7.0) the schema of its compose-go (`schema/compose-spec.json` at the tags of compose-spec/compose-go), and the
//! first release whose schema has the key. Left out is what stands below a key that is new itself. Not in the table are new
//! values of old keys, and keys whose schema came before what they do.

use crate::value::ComposeVersion;
use bayplan_yaml::{Node, Path, Value};

/// A key and the first version that knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Since {
    /// The version.
    pub version: ComposeVersion,
    /// The way to the key: names, `*` for any name, `~a,b` for any name but these, `[]` for any item of a list.
    pub path: &'static str,
}

const fn since(major: u16, minor: u16, patch: u16, path: &'static str) -> Since {
    Since { version: ComposeVersion::new(major, minor, patch), path }
}

/// What came after [`OLDEST`](crate::value::compose_version::OLDEST), the oldest first.
pub const SINCE: &[Since] = &[
    since(2, 4, 0, "services.*.build.cache_to"),
    since(2, 4, 0, "services.*.build.no_cache"),
    since(2, 4, 0, "services.*.build.pull"),
    since(2, 4, 0, "services.*.build.ssh"),
    since(2, 5, 0, "services.*.build.secrets"),
    since(2, 5, 1, "services.*.build.tags"),
    since(2, 6, 0, "secrets.*.environment"),
    since(2, 10, 0, "services.*.build.platforms"),
    since(2, 14, 0, "services.*.volumes.[].tmpfs.mode"),
    since(2, 15, 0, "services.*.build.privileged"),
    since(2, 15, 1, "services.*.uts"),
    since(2, 16, 0, "services.*.cgroup"),
    since(2, 17, 0, "services.*.build.additional_contexts"),
    since(2, 17, 0, "services.*.build.dockerfile_inline"),
    since(2, 17, 0, "services.*.depends_on.*.restart"),
    since(2, 18, 0, "services.*.annotations"),
    since(2, 19, 1, "include"),
    since(2, 20, 0, "services.*.attach"),
    since(2, 20, 0, "services.*.depends_on.*.required"),
    since(2, 20, 2, "services.*.healthcheck.start_interval"),
    since(2, 22, 0, "services.*.develop"),
    since(2, 23, 1, "configs.*.content"),
    since(2, 23, 1, "configs.*.environment"),
    since(2, 23, 1, "services.*.build.ulimits"),
    since(2, 23, 2, "services.*.networks.*.mac_address"),
    since(2, 24, 0, "services.*.env_file.[].path"),
    since(2, 25, 0, "services.*.ports.[].app_protocol"),
    since(2, 25, 0, "services.*.ports.[].name"),
    since(2, 25, 0, "services.*.volumes.[].volume.subpath"),
    since(2, 27, 0, "services.*.build.entitlements"),
    since(2, 27, 1, "services.*.networks.*.driver_opts"),
    since(2, 29, 3, "services.*.devices.[].source"),
    since(2, 30, 0, "services.*.env_file.[].format"),
    since(2, 30, 0, "services.*.gpus"),
    since(2, 30, 0, "services.*.post_start"),
    since(2, 30, 0, "services.*.pre_stop"),
    since(2, 30, 0, "services.*.volumes.[].bind.recursive"),
    since(2, 32, 0, "services.*.develop.watch.[].exec"),
    since(2, 32, 0, "services.*.label_file"),
    since(2, 33, 0, "networks.*.enable_ipv4"),
    since(2, 33, 0, "services.*.networks.*.gw_priority"),
    since(2, 34, 0, "services.*.develop.watch.[].include"),
    since(2, 34, 0, "services.*.pull_refresh_after"),
    since(2, 35, 0, "services.*.provider"),
    since(2, 35, 0, "services.*.volumes.[].image"),
    since(2, 35, 0, "services.*.volumes.[].volume.labels"),
    since(2, 36, 0, "services.*.networks.*.interface_name"),
    since(2, 37, 2, "services.*.use_api_socket"),
    since(2, 38, 0, "models"),
    since(2, 38, 0, "services.*.models"),
    since(2, 38, 1, "services.*.models.*.model_var"),
    since(2, 39, 0, "services.*.build.provenance"),
    since(2, 39, 0, "services.*.build.sbom"),
    since(2, 39, 4, "services.*.develop.watch.[].initial_sync"),
    since(5, 0, 0, "services.*.build.no_cache_filter"),
    since(5, 3, 0, "services.*.pre_start"),
    since(5, 6, 0, "jobs"),
    since(5, 6, 0, "services.*.pre_start.[].~command,environment,image,per_replica,privileged,umask,user,working_dir"),
    since(5, 7, 0, "services.*.umask"),
    since(5, 7, 0, "services.*.pre_start.[].umask"),
    since(5, 7, 0, "services.*.pre_start.[].networks.*.use_service_name_alias"),
    since(5, 7, 0, "services.*.networks.*.use_service_name_alias"),
    since(5, 7, 0, "jobs.*.umask"),
    since(5, 7, 0, "jobs.*.networks.*.use_service_name_alias"),
];

impl Since {
    /// Every place of a document that has the key.
    pub fn places(&self, document: &Node) -> Vec<Path> {
        let steps: Vec<&str> = self.path.split('.').collect();
        let mut found = Vec::new();
        walk(document, &steps, &Path::root(), &mut found);
        found
    }
}

fn walk(node: &Node, steps: &[&str], path: &Path, found: &mut Vec<Path>) {
    let Some((step, rest)) = steps.split_first() else { return found.push(path.clone()) };
    match (&node.value, *step) {
        (Value::Seq(items), "[]") => {
            items.iter().enumerate().for_each(|(index, item)| walk(item, rest, &path.index(index), found));
        }
        (Value::Map(map), "*") => {
            map.iter().for_each(|(key, entry)| walk(&entry.value, rest, &path.key(&**key), found));
        }
        (Value::Map(map), but) if but.starts_with('~') => {
            let old: Vec<&str> = but[1..].split(',').collect();
            for (key, entry) in map.iter().filter(|(key, _)| !old.contains(&&***key) && !key.starts_with("x-")) {
                walk(&entry.value, rest, &path.key(&**key), found);
            }
        }
        (Value::Map(map), key) => {
            if let Some(entry) = map.get(key) {
                walk(&entry.value, rest, &path.key(key), found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oldest_first_and_each_once() {
        assert!(SINCE.windows(2).all(|pair| pair[0].version <= pair[1].version));
        let mut paths: Vec<&str> = SINCE.iter().map(|since| since.path).collect();
        paths.sort_unstable();
        assert!(paths.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
