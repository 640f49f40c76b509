//! What the real `promtool` makes of our files, with every setting that a `metrics` intent has.
//!
//! Looks for `promtool` in the folder that `BAYPLAN_TOOLS` names, and says so where it is not there.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use bayplan_tests::compiled::compiled;
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

const PLATFORM: &str = "
services:
  prometheus: { use: 'prometheus:v3.5.0', size: tiny }
";

/// `a-b` and `c` make the same name as `a` and `b-c`.
const SHOP: &str = "
name: shop-a
services:
  b:
    image: nginx:1.27.3
    expose: ['9100', '9200']
    needs: []
    metrics:
      - 9100
      - { port: 9200, path: /metrics/detail, interval: 5s, scheme: https, labels: { team: 'a \"b\" $$x {{ y }}' } }
  many: { image: 'nginx:1.27.3', expose: ['9100'], needs: [], scale: 3, metrics: { port: 9100, labels: { price: '5 $' } } }
";

const OTHER: &str = "
name: shop
services:
  a-b: { image: 'nginx:1.27.3', expose: ['9100'], needs: [], metrics: 9100 }
";

const SETTINGS: &str =
    "defaults: { read_only: true, security_opt: ['no-new-privileges:true'], mem_limit: 64m, cpus: 0.1 }\n";

const SCRAPES: &str = r#"  - job_name: shop-a-b-x
    static_configs:
      - targets:
          - b:9100
        labels:
          stack: shop-a
          service: b
  - job_name: shop-a-b-2
    static_configs:
      - targets:
          - b:9200
        labels:
          stack: shop-a
          service: b
          team: "a \"b\" $x {{ y }}"
    metrics_path: /metrics/detail
    scrape_interval: "5s"
    scheme: https
  - job_name: shop-a-many
    dns_sd_configs:
      - names:
          - many
        type: A
        port: 9100
    relabel_configs:
      - target_label: stack
        replacement: shop-a
      - target_label: service
        replacement: many
      - target_label: price
        replacement: "5 $$"
"#;

#[test]
fn promtool_accepts_every_setting() {
    let files = [("fleet.yaml", SETTINGS), ("platform.yaml", PLATFORM), ("shop.yaml", SHOP), ("other.yaml", OTHER)];
    let tree = compiled(&files).unwrap_or_else(|said| panic!("{said}"));
    let scrapes = tree.get("prometheus/scrape.d/shop-a.yml").unwrap().split_once("scrape_configs:\n").unwrap().1;
    assert_eq!(scrapes, SCRAPES);
    assert!(tree.get("prometheus/scrape.d/shop.yml").unwrap().contains("job_name: shop-a-b\n"));

    let promtool = env::var_os("BAYPLAN_TOOLS").map(|folder| PathBuf::from(folder).join("promtool"));
    let Some(promtool) = promtool.filter(|path| path.is_file()) else {
        println!("skipped: no promtool in BAYPLAN_TOOLS (`cargo xtask tools` builds it)");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in tree.files() {
        if let Some(path) = path.strip_prefix("prometheus/") {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    let checked = Command::new(promtool)
        .args(["check", "config", "--lint=all", "--lint-fatal", "prometheus.yml"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&checked.stdout), String::from_utf8_lossy(&checked.stderr));
    assert!(checked.status.success(), "{said}");
    assert_eq!(said.matches("1 rules found").count(), 2, "{said}");
}
