//! `unreachable-scrape-target`: who scrapes a service shares no network with it

use super::dangling_scrape_target::host_at;
use crate::finding::{Label, Level};
use crate::plan::Plan;
use crate::plan::reach::Reach;
use crate::rules::{Findings, Group, Rule, scrape};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unreachable-scrape-target",
    group: Group::Observability,
    level: Level::Deny,
    profiles: &[],
    finds: "a service is scraped by one that shares no network with it",
    why: "the name does not resolve: the target is down for ever",
    fails: "# file: compose.yaml\nname: shop\nservices:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml:ro']\n  web:\n    image: nginx:1.27.3\n    ports: ['127.0.0.1:9091:9090']\n  db:\n    image: postgres:17.5\n    networks: [back]\nnetworks: { back: {} }\n# file: prometheus.yml\nscrape_configs:\n  - job_name: apps\n    static_configs: [{ targets: ['db:9187'] }]\n",
    passes: "# file: compose.yaml\nname: shop\nservices:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml:ro']\n  web:\n    image: nginx:1.27.3\n    ports: ['127.0.0.1:9091:9090']\n  db:\n    image: postgres:17.5\n    networks: [back, default]\nnetworks: { back: {} }\n# file: prometheus.yml\nscrape_configs:\n  - job_name: apps\n    static_configs: [{ targets: ['db:9187'] }]\n",
    fine: "# file: compose.yaml\nname: shop\nservices:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml:ro']\n  web:\n    image: nginx:1.27.3\n    ports: ['127.0.0.1:9091:9090']\n  db:\n    image: postgres:17.5\n    networks: [back]\nnetworks: { back: {} }\n# file: prometheus.yml\nscrape_configs:\n  - job_name: apps\n    static_configs: [{ targets: ['db:9187'] }]\n    relabel_configs: [{ target_label: __address__, replacement: 'web:9115' }]\n",
    fix: "put both on one network",
    sources: &["https://github.com/stefanprodan/dockprom/issues/34"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let listed = scrape::listed(plan);
    if listed.is_empty() {
        return;
    }
    let names = plan.names();
    for listed in listed {
        let Some(home) = plan.stacks.get(&listed.reader.0) else { continue };
        let reader = plan.reach(home, &listed.reader.1);
        let host = &listed.target.host;
        let whose = names.whose(host);
        let meets = |(stack, service): &(&crate::plan::Stack, &str)| plan.reach(stack, service).meets(&reader);
        if whose.is_empty()
            || reader == Reach::Host
            || whose.iter().any(|one| one.0.host != home.host || meets(one) != Some(false))
        {
            continue;
        }
        let (stack, service) = whose[0];
        let whose = match stack.name == home.name {
            true => format!("`{service}`"),
            false => format!("`{service}` of the stack `{}`", stack.name),
        };
        let message =
            format!("the job `{}` asks {whose}, but `{}` shares no network with it", listed.job, listed.reader.1);
        let at = found.at(stack, &crate::rules::service_path(service));
        let place = host_at(&listed.target);
        let finding = found.file(rule, listed.path, [listed.job, &listed.target.text.value], place, message);
        finding.set_help(format!("put `{}` and `{service}` on one network", listed.reader.1));
        finding.related.push(Label { at, message: "the service".to_owned() });
    }
}
