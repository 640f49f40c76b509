//! `place and value → files or findings`: a fleet that uses everything, with a value in one place.

use bayplan::compile::{FleetTexts, fleet};
use bayplan::emit::Tree;
use bayplan::finding::{Level, Report};
use bayplan::source::Sources;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a value of a person can stand. `VALUE` is replaced by it in quotes.
pub struct Place {
    pub name: &'static str,
    /// Lines of the service `web`.
    pub service: &'static str,
    /// Lines at the top of its blueprint.
    pub top: &'static str,
    /// Lines of the environment.
    pub environment: &'static str,
    /// Lines at the top of `fleet.yaml`.
    pub settings: &'static str,
}

const NOWHERE: Place = Place { name: "", service: "", top: "", environment: "", settings: "" };

const fn service(name: &'static str, service: &'static str) -> Place {
    Place { name, service, ..NOWHERE }
}

const fn environment(name: &'static str, environment: &'static str) -> Place {
    Place { name, environment, ..NOWHERE }
}

const fn settings(name: &'static str, settings: &'static str) -> Place {
    Place { name, settings, ..NOWHERE }
}

/// Every place that takes a text.
pub const PLACES: &[Place] = &[
    service("environment", "environment: { A: VALUE }"),
    service("environment, name", "environment: { VALUE: a }"),
    service("environment, list", "environment: [VALUE]"),
    service("label", "labels: { org.example.a: VALUE }"),
    service("label, name", "labels: { VALUE: a }"),
    service("label, list", "labels: [VALUE]"),
    service("annotation", "annotations: { a: VALUE }"),
    service("command, word", "command: [run, VALUE]"),
    service("command, text", "command: VALUE"),
    service("entry point", "entrypoint: [VALUE]"),
    service("health check", "healthcheck: { test: [CMD, VALUE] }"),
    service("health check, shell", "healthcheck: { test: VALUE }"),
    service("hostname", "hostname: VALUE"),
    service("domainname", "domainname: VALUE"),
    service("container name", "container_name: VALUE"),
    service("user", "user: VALUE"),
    service("working directory", "working_dir: VALUE"),
    service("mount, short", "volumes: [VALUE]"),
    service("mount, target", "volumes: [{ type: bind, source: /srv, target: VALUE }]"),
    service("mount, source", "volumes: [{ type: bind, source: VALUE, target: /srv }]"),
    service("tmpfs", "tmpfs: [VALUE]"),
    service("extra host", "extra_hosts: { VALUE: 192.0.2.9 }"),
    service("extra host, address", "extra_hosts: { other: VALUE }"),
    service("resolver", "dns_search: [VALUE]"),
    service("profile", "profiles: [VALUE]"),
    service("platform", "platform: VALUE"),
    service("logging option", "logging: { driver: json-file, options: { tag: VALUE } }"),
    service("sysctl", "sysctls: { net.a: VALUE }"),
    service("network alias", "networks: { other: { aliases: [VALUE] } }"),
    service("build argument", "build: { context: ., args: { A: VALUE } }"),
    service("extension", "x-note: VALUE"),
    service("tag of the image", "image: VALUE"),
    service("route", "route: VALUE"),
    service("route, host", "route: { host: VALUE }"),
    service("route, path", "route: { host: w, path: VALUE }"),
    service("route, middleware", "route: { host: w, middlewares: [VALUE] }"),
    service("route, users", "route: { host: w, auth: { basic: VALUE } }"),
    service("route, forward", "route: { host: w, auth: { forward: VALUE } }"),
    service("metrics, path", "metrics: { port: 80, path: VALUE }"),
    service("metrics, interval", "metrics: { port: 80, interval: VALUE }"),
    service("metrics, label", "metrics: { port: 80, labels: { team: VALUE } }"),
    service("metrics, label name", "metrics: { port: 80, labels: { VALUE: a } }"),
    service("logs, label", "logs: { labels: { team: VALUE } }"),
    service("logs, label name", "logs: { labels: { VALUE: a } }"),
    service("logs, drop", "logs: { drop: VALUE }"),
    service("backup, reason", "backup: { exempt: VALUE }"),
    service("exemption, reason", "allow: { static-ip: VALUE }"),
    service("expose", "expose: [VALUE]"),
    service("port", "ports: [VALUE]"),
    service("secret of the service", "secrets: [VALUE]"),
    service("need", "needs: [VALUE]"),
    Place { name: "network", service: "networks: [VALUE]", top: "networks: { VALUE: {} }", ..NOWHERE },
    Place {
        name: "volume",
        service: "volumes: [{ type: volume, source: VALUE, target: /v }]",
        top: "volumes: { VALUE: {} }",
        ..NOWHERE
    },
    Place {
        name: "name of a volume",
        service: "volumes: [\"v:/v\"]",
        top: "volumes: { v: { name: VALUE } }",
        ..NOWHERE
    },
    Place {
        name: "driver option",
        service: "volumes: [\"v:/v\"]",
        top: "volumes: { v: { driver_opts: { device: VALUE } } }",
        ..NOWHERE
    },
    Place { name: "secret", service: "secrets: [VALUE]", top: "secrets: { VALUE: { file: ./s } }", ..NOWHERE },
    Place { name: "file of a secret", service: "secrets: [s]", top: "secrets: { s: { file: VALUE } }", ..NOWHERE },
    Place {
        name: "content of a config",
        service: "configs: [c]",
        top: "configs: { c: { content: VALUE } }",
        ..NOWHERE
    },
    Place { name: "name of the stack", top: "name: VALUE", ..NOWHERE },
    Place {
        name: "name of a service",
        top: "services: { VALUE: { image: \"nginx:1.27.3\", metrics: 80, expose: [\"80\"], route: n, needs: [] } }",
        ..NOWHERE
    },
    Place {
        name: "user of a database",
        top: "services: { db: { use: \"postgres:17.5\", with: { user: VALUE } } }",
        ..NOWHERE
    },
    Place {
        name: "limit of a cache",
        top: "services: { db: { use: \"redis:7.4.5\", with: { maxmemory: VALUE } } }",
        ..NOWHERE
    },
    Place {
        name: "URL of a cache",
        top: "services: { s: { use: \"superset:4.1.3\", with: { role: app, database: { host: h, name: n, user: VALUE, password: p }, redis_url: VALUE } } }",
        ..NOWHERE
    },
    environment("domain", "domain: VALUE"),
    environment("address", "ingress: { host: VALUE }"),
    environment("resolver of certificates", "tls: { resolver: VALUE, email: a@example.org }"),
    environment("mail address", "tls: { resolver: le, email: VALUE }"),
    environment("certificate", "tls: { certificates: [{ cert: VALUE, key: /k.pem }] }"),
    environment("key", "tls: { certificates: [{ cert: /c.pem, key: VALUE }] }"),
    environment("variable", "variables: { A: VALUE }"),
    environment("variable, name", "variables: { VALUE: a }"),
    Place {
        name: "variable in a value",
        service: "environment: { A: \"x${V}y\" }\n    logs: { labels: { team: \"x${V}y\" } }\n    route: { host: w, path: \"/x${V}y\" }",
        environment: "variables: { V: VALUE }",
        ..NOWHERE
    },
    settings("name of the fleet", "name: VALUE"),
    settings("traces", "traces: VALUE"),
    settings("header", "middlewares: { m: { headers: { customRequestHeaders: { X-A: VALUE } } } }"),
    settings("header, name", "middlewares: { m: { headers: { customRequestHeaders: { VALUE: a } } } }"),
    settings("replacement", "middlewares: { m: { redirectRegex: { regex: \"^a\", replacement: VALUE } } }"),
    settings("pattern", "middlewares: { m: { redirectRegex: { regex: VALUE, replacement: a } } }"),
    settings("users", "middlewares: { m: { basicAuth: { users: [VALUE] } } }"),
    settings("prefix", "middlewares: { m: { addPrefix: { prefix: VALUE } } }"),
    settings("name of a middleware", "middlewares: { VALUE: { compress: {} } }"),
    settings(
        "name of an environment",
        "environments: { VALUE: { domain: example.org, ingress: { host: 192.0.2.1 } } }",
    ),
    settings("name of a host", "hosts: { VALUE: {} }"),
];

/// A text as YAML's double quotes hold it, whatever it is made of.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            ' '..='~' => out.push(c),
            c => out.push_str(&format!("\\U{:08X}", c as u32)),
        }
    }
    out + "\""
}

impl Place {
    /// What a fleet with `value` in this place becomes: the files of each environment, or the rules that refuse it.
    pub fn compile(&self, value: &str) -> Result<BTreeMap<String, Tree>, Vec<String>> {
        let put = |text: &str| text.replace("VALUE", &quoted(value));
        let own = |text: &str, key: &str, default: &str| {
            if text.starts_with(key) { String::new() } else { default.to_owned() }
        };
        let blueprint = {
            let web = [
                own(self.service, "image:", "    image: nginx:1.27.3\n"),
                own(self.service, "expose:", "    expose: [\"80\"]\n"),
                own(self.service, "needs:", "    needs: [base]\n"),
                if self.service.is_empty() { String::new() } else { format!("    {}\n", put(self.service)) },
            ]
            .concat();
            let base = "  base: { image: \"nginx:1.27.3\", expose: [\"81\"], route: base, metrics: 81, logs: { labels: { a: b } }, traces: true }\n";
            let mut services = format!("services:\n  web:\n{web}{base}");
            let mut top = put(self.top);
            if let Some(more) = top.strip_prefix("services: {").and_then(|rest| rest.strip_suffix('}')) {
                services.push_str(&format!("  {}\n", more.trim()));
                top = String::new();
            }
            format!("{top}\nx-made: true\n{services}networks: {{ other: {{}} }}\n").replace(
                "networks: { other: {} }\n",
                if self.top.starts_with("networks:") || !self.service.contains("other:") {
                    ""
                } else {
                    "networks: { other: {} }\n"
                },
            )
        };
        let environment = [
            own(self.environment, "domain:", "    domain: example.org\n"),
            own(self.environment, "ingress:", "    ingress: { host: 192.0.2.1 }\n"),
            if self.environment.is_empty() { String::new() } else { format!("    {}\n", put(self.environment)) },
        ]
        .concat();
        let environments = own(self.settings, "environments:", &format!("environments:\n  prod:\n{environment}"));
        let limits =
            "defaults: { read_only: true, security_opt: [\"no-new-privileges:true\"], mem_limit: 64m, cpus: 0.1 }\n";
        let traces = own(self.settings, "traces:", "traces: http://tempo.example.org:4318\n");
        let fleet_yaml = format!("{}\n{limits}{traces}{environments}", put(self.settings));
        let platform = "services:\n  gateway: { use: \"traefik:v3.7.12\", allow: { exposed-port: it is the gateway } }\n  \
             prometheus: { use: \"prometheus:v3.15.0\" }\n  alloy: { use: \"alloy:v1.11.3\", needs: [loki, proxy] }\n  \
             loki: { use: \"loki:3.5.7\" }\n  proxy: { use: \"socket-proxy:v0.4.1\" }\n";
        compile(&[("fleet.yaml", &fleet_yaml), ("shop.yaml", &blueprint), ("platform.yaml", platform)])
    }
}

fn compile(texts: &[(&str, &str)]) -> Result<BTreeMap<String, Tree>, Vec<String>> {
    let files: BTreeMap<String, Arc<str>> =
        texts.iter().map(|(name, text)| ((*name).to_owned(), Arc::from(*text))).collect();
    let (mut sources, mut report) = (Sources::new(), Report::new());
    let settings = sources.add_file("fleet.yaml", texts[0].1);
    let blueprints: Vec<String> = texts[1..].iter().map(|(name, _)| (*name).to_owned()).collect();
    let policy = bayplan::rules::Policy::of(bayplan::rules::Profile::Production);
    let input = FleetTexts {
        policy: &policy,
        name: "fleet",
        settings: Some(settings),
        folder: "",
        blueprints: &blueprints,
        files: &files,
        env_files: &[],
        back: "../../../../..",
        trace: false,
        today: None,
    };
    let compiled = fleet(&input, None, &mut sources, &mut report);
    report.sort(&sources);
    let denied: Vec<String> = report
        .findings
        .iter()
        .filter(|finding| finding.level == Level::Deny)
        .map(|finding| {
            let located = finding.located(&sources);
            format!(
                "{}:{}:{} [{}] {}",
                located.file,
                located.line.unwrap_or(0),
                located.column.unwrap_or(0),
                located.rule,
                located.message
            )
        })
        .collect();
    if !denied.is_empty() {
        assert!(compiled.iter().all(|one| one.tree.is_none()), "files in spite of {denied:?}");
        return Err(denied);
    }
    assert!(
        compiled.iter().all(|one| one.tree.is_some()),
        "no files, and nothing denied: {texts:?}: {:?}",
        report.findings
    );
    Ok(compiled.into_iter().filter_map(|one| Some((one.environment, one.tree?))).collect())
}
