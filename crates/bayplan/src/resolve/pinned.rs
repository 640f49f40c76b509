//! `project → the images it runs, by digest` (docker/compose 5.5.1, `cmd/compose/config.go`). A digest that is not written
//! is known to a registry only, and nothing is fetched here.

use super::canonical::entry;
use super::visit::{Way, visit};
use crate::finding::{Finding, Report, Subject};
use crate::value::ImageRef;
use bayplan_yaml::{Map, Node, Value};

/// Writes the images of `project` by registry, name and digest, and says which have no digest. `names` are all services,
/// enabled or not: a mount may name one in place of an image.
pub fn resolve_digests(project: &mut Node, names: &[String], report: &mut Report) {
    for pattern in [&["services", "*", "image"][..], &["services", "*", "pre_start", "*", "image"]] {
        visit(project, pattern, &Way::ROOT, &mut |image, way| resolve(image, way, report));
    }
    visit(project, &["services", "*", "volumes", "*"], &Way::ROOT, &mut |mount, way| {
        if !is_image(mount) {
            return;
        }
        visit(mount, &["source"], way, &mut |source, way| {
            if source.as_str().is_none_or(|text| names.iter().all(|name| name != text)) {
                resolve(source, way, report);
            }
        });
    });
}

fn resolve(image: &mut Node, way: &Way<'_>, report: &mut Report) {
    let Some(text) = image.as_str().filter(|text| !text.is_empty()) else { return };
    if let Ok(read) = ImageRef::parse(text)
        && let Some(digest) = read.digest()
    {
        image.value = Value::String(format!("{}@{digest}", read.canonical_name()).into());
        return;
    }
    let message = format!("the digest of `{text}` is known to its registry only, and bayplan fetches nothing");
    let help = "write it: `image: NAME:TAG@sha256:…`; `docker buildx imagetools inspect NAME:TAG` says it";
    report.push(Finding::deny("unpinned-image", image.at, message).help(help).about(Subject::path(way.path())));
}

/// Leaves of a project the images of its services and the images that they mount: an override file that pins them.
pub fn lock(project: &mut Node) {
    let Value::Map(sections) = &mut project.value else { return };
    sections.retain(|key, _| &**key == "services");
    visit(project, &["services", "*"], &Way::ROOT, &mut |service, _| {
        let at = service.at;
        let Value::Map(from) = &mut service.value else { return };
        let mut kept = Map::default();
        if let Some(image) = from.shift_remove("image") {
            kept.insert("image".into(), image);
        }
        if let Some(Value::Seq(mounts)) = from.shift_remove("volumes").map(|mounts| mounts.value.value) {
            let images: Vec<Node> = mounts.into_iter().filter(is_image).collect();
            if !images.is_empty() {
                kept.insert("volumes".into(), entry(at, Value::Seq(images)));
            }
        }
        *from = kept;
    });
}

fn is_image(mount: &Node) -> bool {
    mount.get("type").and_then(Node::as_str) == Some("image")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{json, node};
    use super::*;
    use serde_json::json;

    #[test]
    fn images_without_a_digest_are_said_and_the_lock_holds_images_only() {
        let digest = "a@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let mut tree = node(
            &json!({ "name": "p", "services": {
                "web": { "image": "web:1", "pre_start": [{ "image": digest }, { "image": "b" }], "tty": true,
                    "volumes": [{ "type": "image", "source": "c" }, { "type": "image", "source": "db" }, { "type": "volume" }] },
                "db": { "image": digest, "volumes": [{ "type": "bind", "source": "x" }] }
            }, "networks": {} }),
            1,
        );
        let mut report = Report::new();
        resolve_digests(&mut tree, &["web", "db"].map(str::to_owned), &mut report);
        let said: Vec<_> = report.findings.iter().map(|finding| finding.subject.path.to_string()).collect();
        assert_eq!(said, ["services.web.image", "services.web.pre_start[1].image", "services.web.volumes[0].source"]);
        lock(&mut tree);
        let mounts = json!([{ "type": "image", "source": "c" }, { "type": "image", "source": "db" }]);
        let web = json!({ "image": "web:1", "volumes": mounts });
        let digest = format!("docker.io/library/{digest}");
        assert_eq!(json(&tree), json!({ "services": { "web": web, "db": { "image": digest } } }));
    }
}
