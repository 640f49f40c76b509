//! A container that mounts a generated file is created anew when that file changes, unless its program reads it again itself.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use bayplan_tests::compiled::compiled;
use std::collections::BTreeMap;

const PLATFORM: &str = "
services:
  traefik: { use: 'traefik:v3.7.12', ports: !override ['127.0.0.1:80:80'] }
  prometheus: { use: 'prometheus:v3.15.0' }
  still: { use: 'prometheus:v3.15.0', allow: { duplicate-role: it reads no files again }, command: [--config.file=/etc/prometheus/prometheus.yml] }
  alloy: { use: 'alloy:v1.13.0', needs: [socket, loki] }
  socket: { use: 'socket-proxy:v0.4.1' }
  loki: { use: 'loki:3.5.0' }
  names:
    image: dnsmasq:2.90.0
    network_mode: none
    volumes: ['./generated/case/prod/dnsmasq:/etc/dnsmasq.d:ro', './own.conf:/etc/own.conf:ro', 'data:/data']
  name:
    image: dnsmasq:2.90.0
    network_mode: none
    labels: [a=b]
    configs: [host, own]
  other:
    image: nginx:1.27.3
    network_mode: none
    volumes: ['./own.conf:/etc/own.conf:ro']
volumes: { data: {} }
configs: { host: { file: ./generated/case/prod/dnsmasq/host.conf }, own: { file: ./own.conf } }
";

const SHOP: &str = "
services:
  web: { image: 'nginx:1.27.3', expose: ['80'], needs: [], route: shop }
";

/// The labels of the services of the platform.
fn labels(tls: &str, shop: &str) -> BTreeMap<String, String> {
    let settings = format!(
        "environments: {{ prod: {{ domain: example.org, ingress: {{ host: 192.0.2.1 }}, tls: {tls} }} }}\n\
         defaults: {{ read_only: true, security_opt: ['no-new-privileges:true'], mem_limit: 64m, cpus: 0.1 }}\n"
    );
    let files = [("fleet.yaml", settings.as_str()), ("platform.yaml", PLATFORM), ("shop.yaml", shop)];
    let tree = compiled(&files).unwrap_or_else(|said| panic!("{said}"));
    let (mut found, mut service) = (BTreeMap::new(), String::new());
    for line in tree.get("compose/platform/compose.yaml").unwrap().lines() {
        let words = line.trim_start();
        if line.len() - words.len() == 2 {
            service = words.trim_end_matches(':').to_owned();
        }
        if let Some((_, hash)) = words.split_once("bayplan.config-hash") {
            found.insert(service.clone(), hash.trim_matches([':', '=', ' ', '"']).to_owned());
        }
    }
    found
}

/// The services whose label differs.
fn changed(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    before.keys().filter(|name| before[*name] != after[*name]).cloned().collect()
}

#[test]
fn labels_change_with_what_is_mounted() {
    let before = labels("none", SHOP);
    assert_eq!(before.keys().collect::<Vec<_>>(), ["alloy", "name", "names", "still", "traefik"]);
    assert!(before.values().all(|hash| hash.len() == 16), "{before:?}");
    assert_eq!(changed(&before, &labels("none", SHOP)), [""; 0]);
    // A route: Traefik reads it by itself.
    let routed = labels("none", &SHOP.replace("route: shop", "route: blog"));
    assert_eq!(changed(&before, &routed), ["name", "names"]);
    // A scrape target: one Prometheus reads it by itself, the other does not.
    let scraped = labels("none", &SHOP.replace("route: shop", "route: shop, metrics: 80"));
    assert_eq!(changed(&before, &scraped), ["still"]);
    let logged = labels("none", &SHOP.replace("route: shop", "route: shop, logs: { drop: health }"));
    assert_eq!(changed(&before, &logged), ["alloy"]);
    let ended = labels("{ resolver: le, email: ops@example.org }", SHOP);
    assert_eq!(changed(&before, &ended), ["traefik"]);
}
