use super::super::profiles::with_profiles;
use super::*;
use bayplan_yaml::{Limits, SourceId};

/// What is said about `text`, a project in its long form: rule, message and the text at its place.
fn said(text: &str) -> Vec<String> {
    let mut tree = bayplan_yaml::read(text, SourceId(1), &Limits::default()).first().unwrap().clone();
    let disabled = with_profiles(&mut tree, &[]);
    let mut report = Report::new();
    check_consistency(&mut tree, &disabled, &|_, _| false, &mut report);
    check_dependencies(&tree, &mut report);
    report
        .findings
        .iter()
        .map(|finding| {
            let at: String = finding.at.span.slice(text).chars().take(20).collect();
            format!("[{}] {} ({at})", finding.rule, finding.message)
        })
        .collect()
}

#[test]
fn every_reference_that_leads_nowhere_is_said() {
    let text = "
services:
  web:
    image: i
    networks: { front: null }
    models: { m: null }
    volumes: [{ type: volume, source: data, target: /x }, { type: bind, source: /y, target: /y }]
    configs: [{ source: c }]
    secrets: [{ source: s }]
    depends_on: { db: { required: true }, job: {}, off: { required: false }, off2: { required: true } }
    build: { secrets: [{ source: b }], additional_contexts: { x: service:no, y: service:off, z: service:web } }
  netless: { image: i, network_mode: service:gone }
  off: { image: i, profiles: [p] }
  off2: { image: i, profiles: [p, q] }
jobs:
  job: { depends_on: { job2: {}, web: {}, nothing: {} } }
  job2: {}
";
    assert_eq!(
        said(text),
        [
            "[undefined-network] service `web` refers to undefined network `front` (front)",
            "[undefined-model] service `web` refers to undefined model `m` (m)",
            "[undefined-volume] service `web` refers to undefined volume `data` (data)",
            "[undefined-config] service `web` refers to undefined config `c` (c)",
            "[undefined-secret] service `web` refers to undefined secret `s` (s)",
            "[undefined-secret] service `web` refers to undefined build secret `b` (b)",
            "[undefined-service] service `web` declares unknown service `no` as additional contexts `x` (service:no)",
            "[missing-key] service `web` declares non-buildable service `off` as additional contexts `y` (service:off)",
            "[undefined-service] service `web` depends on undefined service `db` (db)",
            "[undefined-service] service `web` cannot depend on job `job` (job)",
            "[undefined-service] service `web` depends on undefined service `off2`: no profile of it is active (`p`, `q`) (off2)",
            "[undefined-service] service `netless` depends on undefined service `gone` (service:gone)",
            "[undefined-service] job `job` depends on undefined service or job `nothing` (nothing)",
        ]
    );
}

#[test]
fn every_contradiction_in_a_service_is_said() {
    let text = "
services:
  a: { network_mode: host, networks: { default: null } }
  b:
    build: { dockerfile: D, dockerfile_inline: FROM x, platforms: [linux/arm64] }
    platform: linux/amd64
    healthcheck: { test: [curl, x] }
    scale: 3
    container_name: b
    deploy: { replicas: 2, resources: { limits: { cpus: '0.5', pids: 5 }, reservations: { memory: 1g } } }
    cpus: 0.6
    mem_limit: 1m
    mem_reservation: 1024m
    pids_limit: 6
    develop: { watch: [{ path: x, action: sync }, { path: y, action: rebuild }] }
    tmpfs: [/t, '/t:ro']
    volumes: [{ type: volume, target: /t }, { type: volume, target: /u }]
  c: { image: i, scale: -1 }
  d: { image: i, deploy: { replicas: -2 } }
  e: { image: i, deploy: { replicas: 2 }, container_name: e }
  f: { image: i, cpus: 0.1, deploy: { resources: { limits: { cpus: '0.1' } } } }
  g: { provider: { type: x } }
networks: { default: {} }
secrets: { s: { driver: d }, t: { external: true } }
";
    assert_eq!(
        said(text),
        [
            "[missing-key] service `a` has neither an image nor a build context specified (a)",
            "[conflicting-keys] service `a` declares mutually exclusive `network_mode` and `networks` (host)",
            "[conflicting-keys] service `b` declares mutually exclusive `dockerfile` and `dockerfile_inline` (FROM x)",
            "[conflicting-keys] `build.platforms` must include the platform `linux/amd64` of service `b` ([linux/arm64])",
            "[invalid-value] the test begins with `curl`, not with `CMD`, `CMD-SHELL` or `NONE` (curl)",
            "[conflicting-keys] service `b` sets distinct values on `scale` and `deploy.replicas` (3)",
            "[conflicting-keys] service `b` cannot set `container_name` and `scale` (b)",
            "[conflicting-keys] service `b` sets distinct values on `cpus` and `deploy.resources.limits.cpus` (0.6)",
            "[conflicting-keys] service `b` sets distinct values on `mem_limit` and `deploy.resources.limits.memory` (1m)",
            "[conflicting-keys] service `b` sets distinct values on `pids_limit` and `deploy.resources.limits.pids` (6)",
            "[missing-key] target is required for non-rebuild actions ({ path: x, action: s)",
            "[duplicate-mount] target `/t` already mounted as `tmpfs[0]` ('/t:ro')",
            "[duplicate-mount] target `/t` already mounted as `tmpfs[0]` (/t)",
            "[invalid-value] `scale` must be greater than or equal to 0 (-1)",
            "[invalid-value] `deploy.replicas` must be greater than or equal to 0 (-2)",
            "[conflicting-keys] service `e` cannot set `container_name` and `deploy.replicas` (e)",
            "[missing-key] secret `s` must declare either `file` or `environment` (s)",
        ]
    );
}

#[test]
fn circles_and_shared_names_are_said_once() {
    let text = "
services:
  a: { image: i, depends_on: { b: {} } }
  b: { image: i, depends_on: { c: {}, d: {} } }
  c: { image: i, depends_on: { a: {} } }
  d: { image: i, depends_on: { d: {} } }
  j: { image: i, profiles: [x] }
jobs: { j: {} }
";
    assert_eq!(
        said(text),
        [
            "[duplicate-name] `j` is declared both as a service and a job (j)",
            "[dependency-cycle] dependency cycle detected: `a` → `b` → `c` → `a` (a)",
            "[dependency-cycle] dependency cycle detected: `d` → `d` (d)",
        ]
    );
}

#[test]
fn a_long_chain_takes_no_stack() {
    let links: String =
        (0..20_000).map(|n| format!("  s{n}: {{ image: i, depends_on: {{ s{}: {{}} }} }}\n", n + 1)).collect();
    assert_eq!(said(&format!("services:\n{links}  s20000: {{ image: i }}\n")), [] as [&str; 0]);
}

#[test]
fn replicas_are_what_scale_says() {
    let text = "services: { a: { image: i, scale: 2, deploy: { mode: x } } }";
    let mut tree = bayplan_yaml::read(text, SourceId(1), &Limits::default()).first().unwrap().clone();
    check_consistency(&mut tree, &Disabled::default(), &|_, _| false, &mut Report::new());
    let replicas = tree.get("services").unwrap().get("a").unwrap().get("deploy").unwrap().get("replicas").unwrap();
    assert_eq!(replicas.value, Value::Int(2));
}
