use super::*;

const FILE: &str = r#"// comment { "x"
logging { level = "info" }
discovery.docker "all" {
  host = "unix:///var/run/docker.sock"
}
discovery.relabel "logs" {
  targets = discovery.docker.all.targets
  rule {
    source_labels = ["__meta_docker_container_name"]
    regex         = `/(.*)`
  }
}
/* loki.write "hidden" { } */
loki.source.docker "default" {
  targets    = discovery.relabel.logs.output
  forward_to = [loki.write.default.receiver, loki.process.gone.receiver]
}
prometheus.scrape "apps" {
  targets = concat([
    { "__address__" = "web:9090", job = "web" },
    {__address__ = "api" + ":80"}, {__address__ = "db:9187"},
  ], discovery.docker.all.targets)
  forward_to = [prometheus.remote_write.x.receiver]
  scrape_interval = 10 * env("N")
  enabled = !false && (1 < 2)
}
"#;

#[test]
fn components_and_what_they_refer_to() {
    let blocks = read(FILE, SourceId(1));
    let names: Vec<String> = blocks.iter().map(Block::path).collect();
    assert_eq!(
        names,
        [
            "logging",
            "discovery.docker.all",
            "discovery.relabel.logs",
            "loki.source.docker.default",
            "prometheus.scrape.apps"
        ]
    );
    let paths = |at: usize| -> Vec<&str> {
        let check = |path: &&Text| {
            assert_eq!(path.at.span.slice(FILE), path.value);
            true
        };
        blocks[at].paths().into_iter().filter(check).map(|path| path.value.as_str()).collect()
    };
    assert_eq!(paths(2), ["discovery.docker.all.targets"]);
    assert_eq!(
        paths(3),
        ["discovery.relabel.logs.output", "loki.write.default.receiver", "loki.process.gone.receiver"]
    );
    assert_eq!(paths(4), ["discovery.docker.all.targets", "prometheus.remote_write.x.receiver"]);
    let targets = blocks[4].targets();
    let targets: Vec<(&str, &str)> =
        targets.iter().map(|target| (target.host.as_str(), target.text.at.span.slice(FILE))).collect();
    assert_eq!(targets, [("web", "web:9090"), ("db", "db:9187")]);
    assert!(is_alloy(FILE) && !is_alloy("server {\n}\n"));
}

#[test]
fn broken_files_end() {
    for text in [
        "a \"b",
        "a \"b\" {",
        "a = [[[",
        "a = {",
        "}}}",
        "a = f(",
        "`",
        "a = 1 +",
        "a = x.",
        "a = [}",
        "/*",
        "a = {]}",
        "\u{e9} \"\u{e9}",
    ] {
        read(text, SourceId(1));
    }
    for open in ["[", "(", "{", "a {\n", "f("] {
        read(&format!("a = {}", open.repeat(50_000)), SourceId(1));
    }
    for end in 0..FILE.len() {
        if let Some(part) = FILE.get(..end) {
            read(part, SourceId(1));
        }
    }
}
