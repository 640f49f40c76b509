//! `plan → prometheus/prometheus.yml`, `scrape.d/*.yml` and `rules.d/*.yml`: what the metrics server scrapes, and the alert
//! that a target is down.
//!
//! Targets are service names: Docker's resolver knows them, no address is written.

use super::prometheus::query::selector;
use super::prometheus::relabel::RelabelConfig;
use super::prometheus::rules::{Rule, RuleGroup};
use super::prometheus::scrape::{self, DnsRecord, DnsSdConfig, ScrapeConfig, StaticConfig};
use super::prometheus::{Alerting, Alertmanagers, Config, Global, RuleFile, ScrapeFile, text};
use super::{Comment, Tree, TreeError};
use crate::blueprint::{Scheme, Scrape};
use crate::catalog::ALERTS_PORT;
use crate::plan::{Plan, Role, Service, Stack};
use indexmap::{IndexMap, indexmap};
use std::collections::BTreeSet;

/// The files of the metrics server; none where the fleet has no metrics server.
pub fn emit(plan: &Plan) -> Result<Tree, TreeError> {
    let mut tree = Tree::new();
    let Some((owner, itself, _)) = plan.role(Role::Metrics) else { return Ok(tree) };
    let half_a_minute = || Some("30s".to_owned());
    let main = Config {
        global: Some(Global {
            scrape_interval: half_a_minute(),
            evaluation_interval: half_a_minute(),
            ..Default::default()
        }),
        alerting: alerting(plan, owner),
        scrape_config_files: vec!["scrape.d/*.yml".to_owned()],
        rule_files: vec!["rules.d/*.yml".to_owned()],
        ..Default::default()
    };
    tree.add("prometheus/prometheus.yml", Comment::Hash, &plan.origin(owner), &text(&main))?;
    let mut names = BTreeSet::new();
    for stack in plan.stacks.values() {
        let mut scrape_configs = Vec::new();
        for (name, service) in &stack.services {
            let host = if stack.name == owner.name && itself == name { "localhost" } else { name };
            for (index, scrape) in service.scrapes.iter().enumerate() {
                let mut config = job(stack, name, service, host, index, scrape);
                // `a-b` and `c` make the same name as `a` and `b-c`.
                while !names.insert(config.job_name.clone()) {
                    config.job_name.push_str("-x");
                }
                scrape_configs.push(config);
            }
        }
        if scrape_configs.is_empty() {
            continue;
        }
        let rules = RuleFile {
            groups: vec![RuleGroup { name: stack.name.clone(), rules: vec![alert(stack)], ..Default::default() }],
        };
        let scrapes = ScrapeFile { scrape_configs };
        tree.add(
            &format!("prometheus/scrape.d/{}.yml", stack.name),
            Comment::Hash,
            &plan.origin(stack),
            &text(&scrapes),
        )?;
        tree.add(&format!("prometheus/rules.d/{}.yml", stack.name), Comment::Hash, &plan.origin(stack), &text(&rules))?;
    }
    Ok(tree)
}

/// The services on the host of the metrics server that tell people of alerts.
fn alerting(plan: &Plan, owner: &Stack) -> Option<Alerting> {
    let targets: Vec<String> = plan
        .services()
        .filter(|(stack, _, service)| service.role == Some(Role::Alerts) && stack.host == owner.host)
        .map(|(_, name, _)| format!("{name}:{ALERTS_PORT}"))
        .collect();
    let servers = StaticConfig { targets, ..Default::default() };
    (!servers.targets.is_empty())
        .then(|| Alerting { alertmanagers: vec![Alertmanagers { static_configs: vec![servers] }] })
}

/// One scrape job. `host` is the name under which the metrics server reaches the service.
fn job(stack: &Stack, name: &str, service: &Service, host: &str, index: usize, scrape: &Scrape) -> ScrapeConfig {
    let number = if index == 0 { String::new() } else { format!("-{}", index + 1) };
    let mut labels: IndexMap<String, String> = indexmap! {
        "stack".to_owned() => stack.name.clone(),
        "service".to_owned() => name.to_owned(),
    };
    labels.extend(scrape.labels.clone());
    let mut config = ScrapeConfig {
        job_name: format!("{}-{name}{number}", stack.name),
        metrics_path: scrape.path.clone(),
        params: scrape.params.clone(),
        scrape_interval: scrape.interval.clone(),
        scheme: scrape.scheme.map(|scheme| match scheme {
            Scheme::Http => scrape::Scheme::Http,
            Scheme::Https => scrape::Scheme::Https,
        }),
        ..Default::default()
    };
    let replicas = service.compose.deploy.as_ref().and_then(|deploy| deploy.replicas).or(service.compose.scale);
    if replicas.is_some_and(|count| count > 1) {
        // Each replica is a target of its own.
        config.dns_sd_configs = vec![DnsSdConfig {
            names: vec![name.to_owned()],
            kind: Some(DnsRecord::A),
            port: Some(scrape.port),
            ..Default::default()
        }];
        config.relabel_configs = labels.iter().map(|(label, value)| RelabelConfig::set(label, value)).collect();
    } else {
        config.static_configs = vec![StaticConfig { targets: vec![format!("{host}:{}", scrape.port)], labels }];
    }
    config
}

/// The alert that a target of the stack is down.
fn alert(stack: &Stack) -> Rule {
    let told = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    Rule {
        alert: Some("TargetDown".to_owned()),
        expr: format!("{} == 0", selector("up", &[("stack", &stack.name)])),
        for_: Some("5m".to_owned()),
        labels: IndexMap::from([told("severity", "critical")]),
        annotations: IndexMap::from([
            told("summary", "{{ $labels.service }} of {{ $labels.stack }} cannot be scraped"),
            told("description", "Prometheus has had no answer from {{ $labels.instance }} for five minutes."),
        ]),
        ..Default::default()
    }
}
