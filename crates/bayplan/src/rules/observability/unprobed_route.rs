//! `unprobed-route`: the blackbox exporter probes routes, but not this one

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::told::Told;
use crate::rules::{Findings, Group, Rule};
use std::collections::BTreeSet;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unprobed-route",
    group: Group::Observability,
    level: Level::Allow,
    profiles: &[],
    finds: "Prometheus probes some of the names that Traefik routes, and not this one",
    why: "a broken route is noticed by whoever wants to use it",
    fails: "\
# file: compose.yaml
services:
  prometheus:
    image: prom/prometheus:v3.5.0
    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml:ro']
  traefik: { image: 'traefik:v3.5.0' }
  web: { image: 'nginx:1.27.3', labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)'] }
  api: { image: 'nginx:1.27.3', labels: ['traefik.http.routers.api.rule=Host(`b.example.org`)'] }
# file: prometheus.yml
scrape_configs:
  - job_name: routes
    metrics_path: /probe
    params: { module: [http_2xx] }
    static_configs: [{ targets: ['https://a.example.org'] }]
    relabel_configs: [{ target_label: __address__, replacement: 'blackbox:9115' }]
",
    passes: "\
# file: compose.yaml
services:
  prometheus:
    image: prom/prometheus:v3.5.0
    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml:ro']
  traefik: { image: 'traefik:v3.5.0' }
  web: { image: 'nginx:1.27.3', labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)'] }
  api: { image: 'nginx:1.27.3', labels: ['traefik.http.routers.api.rule=Host(`b.example.org`)'] }
# file: prometheus.yml
scrape_configs:
  - job_name: routes
    metrics_path: /probe
    params: { module: [http_2xx] }
    static_configs: [{ targets: ['https://a.example.org', 'https://b.example.org/health'] }]
    relabel_configs: [{ target_label: __address__, replacement: 'blackbox:9115' }]
",
    fine: "\
# file: compose.yaml
services:
  traefik: { image: 'traefik:v3.5.0' }
  web: { image: 'nginx:1.27.3', labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)'] }
",
    fix: "add `https://NAME` to the targets of the probe",
    sources: &["https://github.com/prometheus/blackbox_exporter"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let jobs = plan.observed.prometheus.iter().flat_map(|file| &file.says);
    let probes = jobs.filter(|job| job.path.as_deref() == Some("/probe"));
    let probed: BTreeSet<String> =
        probes.flat_map(|job| &job.targets).map(|target| target.host.to_ascii_lowercase()).collect();
    let (routed, _) = plan.observed.routed();
    // Who probes none of them watches them in another way.
    if !routed.iter().any(|(_, routed)| probed.contains(&routed.name)) {
        return;
    }
    let mut told = BTreeSet::new();
    for (by, routed) in routed {
        if probed.contains(&routed.name) || !told.insert(routed.name.clone()) {
            continue;
        }
        let message =
            format!("nothing probes `{}`, which the router `{}` takes", routed.name, routed.router.name.value);
        let finding = found.told(rule, Told::router(by, routed.router), "rule", routed.at, message);
        finding.set_help(format!("add `https://{}` to the targets of the probe", routed.name));
    }
}
