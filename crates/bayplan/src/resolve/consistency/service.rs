//! Keys of one service that contradict each other.

use super::{Check, Service};
use crate::finding::{Finding, Subject};
use crate::record::scalar::text_of;
use crate::resolve::visit::{Way, visit};
use crate::value::Bytes;
use bayplan_yaml::{Location, Node, Value};
use std::collections::HashMap;

/// Where both are there, `deploy.replicas` is what `scale` says; a contradiction is left for the check.
pub(super) fn replicas(document: &mut Node) {
    visit(document, &["services", "*"], &Way::ROOT, &mut |service, _| {
        let Some(scale) = service.get("scale").filter(|scale| scale.value != Value::Null).cloned() else { return };
        visit(service, &["deploy"], &Way::ROOT, &mut |deploy, _| {
            let at = deploy.at;
            let Value::Map(map) = &mut deploy.value else { return };
            if map.get("replicas").is_none_or(|replicas| replicas.value.value == Value::Null) {
                let replicas = Node::new(scale.value.clone(), scale.at);
                map.insert("replicas".into(), bayplan_yaml::Entry { key_at: at, value: replicas });
            }
        });
    });
}

impl Check<'_> {
    pub(super) fn service(&mut self, service: &Service<'_>) {
        let Service { name, way, node, .. } = *service;
        let there = |key: &str| node.get(key).is_some_and(|node| node.value != Value::Null);
        // An image of the wrong type, and a service that cannot be extended, are said already.
        let image = node.get("image").is_some_and(|image| !matches!(&image.value, Value::Null | Value::String(_)));
        let runs = ["build", "provider", "extends"].into_iter().any(there) || service.text("image").is_some() || image;
        if !runs && node.as_map().is_some() {
            let message = format!("service `{name}` has neither an image nor a build context specified");
            self.say("missing-key", way, service.key_at, message, "add `image:`");
        }
        if service.text("network_mode").is_some() && service.entries("networks").next().is_some() {
            let message = format!("service `{name}` declares mutually exclusive `network_mode` and `networks`");
            let networks = service.at(&["networks"]);
            let finding = Finding::deny("conflicting-keys", service.at(&["network_mode"]), message)
                .help("remove one of the two")
                .related(networks, "the networks are here");
            self.report.push(finding.about(Subject::path(way.key("network_mode").path())));
        }
        self.build(service);
        self.healthcheck(service);
        self.scale(service);
        self.limits(service);
        self.watches(service);
        self.mounts(service);
    }

    fn build(&mut self, service: &Service<'_>) {
        let Service { name, way, node, .. } = *service;
        let Some(build) = node.get("build") else { return };
        let text = |key: &str| build.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
        let way = way.key("build");
        if text("dockerfile").is_some() && text("dockerfile_inline").is_some() {
            let message = format!("service `{name}` declares mutually exclusive `dockerfile` and `dockerfile_inline`");
            let finding = Finding::deny("conflicting-keys", service.at(&["build", "dockerfile_inline"]), message)
                .help("remove one of the two")
                .related(service.at(&["build", "dockerfile"]), "the other is here");
            self.report.push(finding.about(Subject::path(way.key("dockerfile_inline").path())));
        }
        let platforms = build.get("platforms").and_then(Node::as_seq).unwrap_or_default();
        if let Some(platform) = service.text("platform")
            && !platforms.is_empty()
            && !platforms.iter().any(|item| item.as_str() == Some(platform))
        {
            let message = format!("`build.platforms` must include the platform `{platform}` of service `{name}`");
            let at = service.at(&["build", "platforms"]);
            self.say("conflicting-keys", &way.key("platforms"), at, message, format!("add `{platform}` to the list"));
        }
    }

    fn healthcheck(&mut self, service: &Service<'_>) {
        let test = service.node.get("healthcheck").and_then(|check| check.get("test"));
        let Some(first) = test.and_then(Node::as_seq).and_then(<[Node]>::first) else { return };
        let Some(word) = first.as_str().filter(|word| !matches!(*word, "CMD" | "CMD-SHELL" | "NONE")) else { return };
        // In the words of the reader, which says it too.
        let message = format!("the test begins with `{word}`, not with `CMD`, `CMD-SHELL` or `NONE`");
        let (way, help) = (service.way.key("healthcheck"), "begin the list with `CMD` or `CMD-SHELL`");
        self.say("invalid-value", &way.key("test").index(0), first.at, message, help);
    }

    fn scale(&mut self, service: &Service<'_>) {
        let Service { name, way, .. } = *service;
        let number = |keys: &[&str]| match keys.iter().try_fold(service.node, |node, key| node.get(key))?.value {
            Value::Int(value) => Some(value),
            _ => None,
        };
        let (scale, replicas) = (number(&["scale"]), number(&["deploy", "replicas"]));
        let deploy = way.key("deploy");
        let deploy = deploy.key("replicas");
        if let (Some(scale), Some(replicas)) = (scale, replicas)
            && scale != replicas
        {
            let message = format!("service `{name}` sets distinct values on `scale` and `deploy.replicas`");
            let help = "write it once: remove `scale`, and write its value at `deploy.replicas`";
            let (at, other) = (service.at(&["scale"]), service.at(&["deploy", "replicas"]));
            self.distinct(&way.key("scale"), at, other, message, help.to_owned());
        }
        for (value, way, keys) in
            [(scale, &way.key("scale"), ["scale"].as_slice()), (replicas, &deploy, &["deploy", "replicas"])]
        {
            if value.is_some_and(|value| value < 0) {
                let message = format!("`{}` must be greater than or equal to 0", keys.join("."));
                self.say("invalid-value", way, service.at(keys), message, "write the number of containers");
            }
        }
        if scale.or(replicas).unwrap_or(1) > 1 && service.text("container_name").is_some() {
            let keys = if scale.is_some() { ["scale"].as_slice() } else { &["deploy", "replicas"] };
            let message = format!("service `{name}` cannot set `container_name` and `{}`", keys.join("."));
            let finding = Finding::deny("conflicting-keys", service.at(&["container_name"]), message)
                .help("container names must be unique: remove `container_name`")
                .related(service.at(keys), "more than one container");
            self.report.push(finding.about(Subject::path(way.key("container_name").path())));
        }
    }

    /// Limits that two keys set.
    fn limits(&mut self, service: &Service<'_>) {
        let Service { name, way, node, .. } = *service;
        type Amount = fn(&Node) -> f64;
        let pairs: [(&str, [&str; 4], Amount); 4] = [
            ("cpus", ["deploy", "resources", "limits", "cpus"], single),
            ("mem_limit", ["deploy", "resources", "limits", "memory"], bytes),
            ("mem_reservation", ["deploy", "resources", "reservations", "memory"], bytes),
            ("pids_limit", ["deploy", "resources", "limits", "pids"], bytes),
        ];
        for (key, [a, b, c, d], value) in pairs {
            let Some(own) = node.get(key).map(value).filter(|own| *own != 0.0) else { continue };
            let group = [a, b, c].iter().try_fold(node, |node, key| node.get(key));
            let Some(group) = group.filter(|group| group.value != Value::Null) else { continue };
            if group.get(d).map_or(0.0, value) != own {
                let message = format!("service `{name}` sets distinct values on `{key}` and `{a}.{b}.{c}.{d}`");
                let other = group.get(d).map_or(group.at, |node| node.at);
                let help = format!("write it once: remove `{key}`, and write its value at `{a}.{b}.{c}.{d}`");
                self.distinct(&way.key(key), service.at(&[key]), other, message, help);
            }
        }
    }

    fn distinct(&mut self, way: &Way<'_>, at: Location, other: Location, message: String, help: String) {
        let finding = Finding::deny("conflicting-keys", at, message).help(help);
        self.report.push(finding.related(other, "the other is here").about(Subject::path(way.path())));
    }

    fn watches(&mut self, service: &Service<'_>) {
        let watches = service.node.get("develop").and_then(|develop| develop.get("watch")).and_then(Node::as_seq);
        for (index, watch) in watches.unwrap_or_default().iter().enumerate() {
            let text = |key: &str| watch.get(key).and_then(Node::as_str).unwrap_or_default();
            if text("target").is_empty() && !matches!(text("action"), "rebuild" | "restart") {
                let develop = service.way.key("develop");
                let message = "target is required for non-rebuild actions".to_owned();
                let help = "add `target:` with the path in the container";
                self.say("missing-key", &develop.key("watch").index(index), watch.at, message, help);
            }
        }
    }

    /// Two mounts at one place.
    fn mounts(&mut self, service: &Service<'_>) {
        let mut mounts: HashMap<&str, (Location, String)> = HashMap::new();
        let tmpfs = service.node.get("tmpfs");
        let tmpfs = tmpfs.map(|node| node.as_seq().unwrap_or_else(|| std::slice::from_ref(node))).unwrap_or_default();
        let tmpfs = tmpfs.iter().map(|item| {
            let text = item.as_str()?;
            Some((text.split(':').next().unwrap_or(text), item.at))
        });
        let volumes = service.node.get("volumes").and_then(Node::as_seq).unwrap_or_default().iter();
        let volumes = volumes.map(|item| {
            let target = item.get("target")?;
            Some((target.as_str()?, target.at))
        });
        let tmpfs = tmpfs.enumerate().map(|(index, target)| ("tmpfs", index, target));
        let volumes = volumes.enumerate().map(|(index, target)| ("volumes", index, target));
        for (key, index, target) in tmpfs.chain(volumes) {
            let Some((target, at)) = target else { continue };
            let loc = format!("{key}[{index}]");
            match mounts.get(target) {
                Some((first, other)) => {
                    let list = service.way.key(key);
                    let message = format!("target `{target}` already mounted as `{other}`");
                    let finding = Finding::deny("duplicate-mount", at, message).help("remove one of the two mounts");
                    let path = list.index(index).path();
                    self.report.push(finding.related(*first, "first here").about(Subject::path(path)));
                }
                None => drop(mounts.insert(target, (at, loc))),
            }
        }
    }
}

/// A number of single precision, as compose-go keeps processors.
fn single(node: &Node) -> f64 {
    match &node.value {
        Value::Int(value) => f64::from(*value as f32),
        Value::Float(value) => f64::from(*value as f32),
        Value::String(text) => text.parse::<f64>().map_or(0.0, |value| f64::from(value as f32)),
        _ => 0.0,
    }
}

fn bytes(node: &Node) -> f64 {
    text_of(node).and_then(|text| Bytes::parse(&text).ok()).map_or(0.0, |bytes| bytes.0 as f64)
}
