//! `dangling-scrape-target`: a scrape target is no service of this repository

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, scrape};

/// The rule.
pub const RULE: Rule = Rule {
    name: "dangling-scrape-target",
    group: Group::Observability,
    level: Level::Warn,
    profiles: &[],
    finds: "a scrape target names a host that is no service here",
    why: "the target is down for ever: it was renamed or removed, and its alerts fire or stay silent for nothing",
    fails: "# file: compose.yaml\nname: shop\nservices:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml:ro']\n  web:\n    image: nginx:1.27.3\n    ports: ['127.0.0.1:9091:9090']\n# file: prometheus.yml\nscrape_configs:\n  - job_name: apps\n    static_configs: [{ targets: ['wbe:9090'] }]\n",
    passes: "# file: compose.yaml\nname: shop\nservices:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml:ro']\n  web:\n    image: nginx:1.27.3\n    ports: ['127.0.0.1:9091:9090']\n# file: prometheus.yml\nscrape_configs:\n  - job_name: apps\n    static_configs: [{ targets: ['web:9090'] }]\n",
    fine: "# file: compose.yaml\nname: shop\nservices:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml:ro']\n  web:\n    image: nginx:1.27.3\n    ports: ['127.0.0.1:9091:9090']\n# file: prometheus.yml\nscrape_configs:\n  - job_name: apps\n    static_configs: [{ targets: ['shop-web-1:9090', 'node.example.org:9100', 'localhost:9090'] }]\n",
    fix: "correct the name, or remove the target",
    sources: &["https://prometheus.io/docs/prometheus/latest/configuration/configuration/#static_config"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let listed = scrape::listed(plan);
    if listed.is_empty() {
        return;
    }
    let names = plan.names();
    for listed in listed {
        let host = listed.target.host.as_str();
        // A whole name, an address, this machine, and what a template makes of it are not Docker's to resolve.
        let is_own = host.is_empty() || host == "localhost" || host.contains(['.', ':', '$', '{', '%']);
        let reader = plan.service(&listed.reader.0, &listed.reader.1);
        // Names of the host's own files, and of its network, are resolved elsewhere.
        let elsewhere = reader.is_none_or(|service| {
            service.compose.extra_hosts.contains_key(host)
                || service.compose.network_mode.is_some()
                || service.compose.links.iter().chain(&service.compose.external_links).any(|link| link.ends_with(host))
        });
        if is_own || elsewhere || !names.whose(host).is_empty() {
            continue;
        }
        let message = format!("the job `{}` asks `{host}`, which is no service here", listed.job);
        let help = match names.near(host) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "remove the target, or name a service".to_owned(),
        };
        let at = host_at(&listed.target);
        found.file(rule, listed.path, [listed.job, &listed.target.text.value], at, message).set_help(help);
    }
}

/// The place of the host of a target.
pub(in crate::rules) fn host_at(target: &crate::observe::prometheus::Target) -> bayplan_yaml::Location {
    let mut at = target.text.at;
    let text = &target.text.value;
    if let Some(start) = text.find(target.host.as_str()).filter(|_| at.span.len() == text.len()) {
        let start = at.span.start + start as u32;
        at.span = bayplan_yaml::Span::new(start, start + target.host.len() as u32);
    }
    at
}
