//! Containers that Prometheus finds by itself: those that it finds twice, and those that it cannot reach.

use crate::finding::{Label, Level};
use crate::observe::prometheus::{Containers, Job};
use crate::plan::reach::Reach;
use crate::plan::{Plan, Service, Stack};
use crate::rules::{Findings, Group, Profile, Rule, image_contents, service_path};

/// One container is several targets.
pub const TWICE: Rule = Rule {
    name: "duplicate-discovery",
    group: Group::Observability,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Warn)],
    finds: "Prometheus makes a target of each network of a container that it finds",
    why: "every sum counts the container twice, and the targets on networks that Prometheus is not on are down for ever",
    fails: "\
# file: compose.yaml
services:
  prometheus:
    image: prom/prometheus:v2.51.0
    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml:ro']
  web: { image: 'nginx:1.27.3', networks: [default, back] }
networks: { back: {} }
# file: prometheus.yml
scrape_configs:
  - job_name: docker
    docker_sd_configs: [{ host: 'tcp://docker:2375' }]
",
    passes: "\
# file: compose.yaml
services:
  prometheus:
    image: prom/prometheus:v3.5.0
    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml:ro']
  web: { image: 'nginx:1.27.3', networks: [default, back] }
networks: { back: {} }
# file: prometheus.yml
scrape_configs:
  - job_name: docker
    docker_sd_configs: [{ host: 'tcp://docker:2375' }]
",
    fine: "\
# file: compose.yaml
services:
  prometheus:
    image: prom/prometheus:v2.51.0
    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml:ro']
  web: { image: 'nginx:1.27.3', networks: [default, back] }
networks: { back: {} }
# file: prometheus.yml
scrape_configs:
  - job_name: docker
    docker_sd_configs: [{ host: 'tcp://docker:2375' }]
    relabel_configs: [{ source_labels: [__meta_docker_network_name], regex: shop_default, action: keep }]
",
    fix: "write `match_first_network: true` (the default since 2.54), or keep one network by `relabel_configs`",
    sources: &[
        "https://github.com/prometheus/prometheus/issues/8831",
        "https://github.com/prometheus/prometheus/issues/10490",
    ],
    check: twice,
};

/// The target of a container is Prometheus itself.
pub const HIDDEN: Rule = Rule {
    name: "undiscoverable-service",
    group: Group::Observability,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Warn)],
    finds: "a service says by its labels that it is to be scraped, and is on the network of its host",
    why: "Docker gives it no address: Prometheus asks `localhost`, which is its own container",
    fails: "\
# file: compose.yaml
services:
  prometheus:
    image: prom/prometheus:v3.5.0
    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml:ro']
  node:
    image: prom/node-exporter:v1.9.1
    network_mode: host
    labels: { prometheus.scrape: 'true', prometheus.port: 9100 }
# file: prometheus.yml
scrape_configs:
  - job_name: docker
    docker_sd_configs: [{ host: 'tcp://docker:2375' }]
",
    passes: "\
# file: compose.yaml
services:
  prometheus:
    image: prom/prometheus:v3.5.0
    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml:ro']
  node:
    image: prom/node-exporter:v1.9.1
    labels: { prometheus.scrape: 'true', prometheus.port: 9100 }
# file: prometheus.yml
scrape_configs:
  - job_name: docker
    docker_sd_configs: [{ host: 'tcp://docker:2375' }]
",
    fine: "\
# file: compose.yaml
services:
  prometheus:
    image: prom/prometheus:v3.5.0
    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml:ro']
  node:
    image: prom/node-exporter:v1.9.1
    network_mode: host
    labels: { prometheus.scrape: 'true', prometheus.port: 9100 }
# file: prometheus.yml
scrape_configs:
  - job_name: docker
    docker_sd_configs: [{ host: 'tcp://docker:2375', host_networking_host: host.docker.internal }]
",
    fix: "write `host_networking_host` in the job, give the service a network, or list its target",
    sources: &[
        "https://github.com/prometheus/prometheus/issues/10141",
        "https://github.com/prometheus/prometheus/issues/9116",
    ],
    check: hidden,
};

/// A job that finds containers.
struct Finder<'a> {
    stack: &'a Stack,
    reader: (&'a str, &'a Service),
    path: &'a str,
    job: &'a Job,
    finds: &'a Containers,
}

fn finders(plan: &Plan) -> impl Iterator<Item = Finder<'_>> {
    plan.observed.prometheus.iter().flat_map(move |file| {
        let reader = file.reader.as_ref().and_then(|(stack, name)| {
            let stack = plan.stacks.get(stack)?;
            let (name, service) = stack.services.get_key_value(name)?;
            Some((stack, (name.as_str(), service)))
        });
        reader.into_iter().flat_map(move |(stack, reader)| {
            file.says.iter().flat_map(move |job| {
                job.containers.iter().map(move |finds| Finder { stack, reader, path: &file.path, job, finds })
            })
        })
    })
}

fn twice(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for Finder { stack, reader: (_, reader), path, job, finds } in finders(plan) {
        let image = reader.compose.image.as_ref();
        let of_prometheus = image.filter(|image| image.short_name() == "prometheus");
        let version = of_prometheus.and_then(|image| image_contents::version(image.tag()?));
        let one = finds.one_network.unwrap_or_else(|| version.is_none_or(|version| version >= (2, 54)));
        if one || finds.sifts_networks {
            continue;
        }
        let mut near = plan.services().filter(|(other, ..)| other.host == stack.host);
        let Some((other, name, _)) = near.find(|(.., service)| service.compose.networks.len() > 1) else { continue };
        let message = format!(
            "the job `{}` makes a target of each network of a container: `{name}` is on several",
            job.name.value
        );
        let at = found.at(other, &service_path(name).key("networks"));
        let finding = found.file(rule, path, [&job.name.value, "docker_sd_configs"], finds.at, message);
        finding.set_help("write `match_first_network: true`, which Prometheus knows since 2.54");
        finding.related.push(Label { at, message: "the service".to_owned() });
    }
}

fn hidden(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let mut finders = finders(plan).filter(|finder| {
        !finder.finds.names_host && !finder.job.is_relabeled && plan.reach(finder.stack, finder.reader.0) != Reach::Host
    });
    let Some(finder) = finders.next() else { return };
    for (stack, name, service) in plan.services().filter(|(stack, ..)| stack.host == finder.stack.host) {
        let asks = service.compose.labels.keys().any(|label| label.starts_with("prometheus"));
        if !asks || service.compose.network_mode.as_deref() != Some("host") {
            continue;
        }
        let message = format!(
            "`{name}` is on the network of its host, where the job `{}` finds it at `localhost` only",
            finder.job.name.value
        );
        let finding = found.service(rule, stack, name, &["network_mode"], message);
        finding.set_help("write `host_networking_host` in the job, or give the service a network");
        finding.related.push(Label { at: finder.finds.at, message: "the job".to_owned() });
    }
}
