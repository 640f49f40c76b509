//! `grafana`: shows metrics, log lines and traces.

use super::archetype::yaml;
use super::values::SecretName;
use super::{Archetype, Expansion, Instance, Makes, Metrics, Output, Parameters, Say, expand, schema, secret_path};
use crate::record;
use indexmap::indexmap;
use serde_json::json;

/// The catalog entry.
pub const ARCHETYPE: Archetype = Archetype {
    name: "grafana",
    summary: "a Grafana that knows its data sources from the first start",
    image: "grafana/grafana",
    versions: &["11", "12", "13"],
    sources: &[
        "https://github.com/grafana/grafana/blob/main/Dockerfile (12: Alpine with wget, `-ubuntu` tags with curl; user 472:0, /var/lib/grafana)",
        "https://github.com/grafana/grafana/blob/main/packaging/docker/run.sh (12: GF_…__FILE)",
        "https://grafana.com/docs/grafana/latest/administration/provisioning/ (data sources; `$` begins a variable, `$$` is one)",
    ],
    makes: Makes::Service(expand::<Grafana>),
    metrics: Metrics::Own(3000, "/metrics"),
    schema: schema::<Grafana>,
};

record! {
    /// The parameters of `grafana`.
    pub struct Grafana {
        /// The URL of a Prometheus: `{{ prometheus.url }}`.
        prometheus: Option<String>,
        /// The URL of a Loki.
        loki: Option<String>,
        /// The URL of a Tempo.
        tempo: Option<String>,
        /// The secret that holds the password of `admin`; `SERVICE_password` where it is left out.
        password: Option<String> = SecretName,
        /// The secret that holds the key for what its database encrypts; `SERVICE_secret_key` where it is left out.
        secret_key: Option<String> = SecretName,
    }
}

impl Parameters for Grafana {
    fn expand(self, it: &Instance, say: &mut Say) -> Expansion {
        let asked = [("prometheus", &self.prometheus), ("loki", &self.loki), ("tempo", &self.tempo)];
        let asked = asked.into_iter().filter_map(|(kind, url)| Some((kind, url.as_deref()?)));
        let mut sources = Vec::new();
        for (kind, url) in asked {
            let host = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
            if !url.trim().is_empty() && host.is_none_or(|host| host.is_empty() || host.starts_with(['/', ':'])) {
                let message = format!("`{}` is no URL", url.escape_debug());
                say.wrong(kind, message, format!("write one of HTTP, such as `{{{{ {kind}.url }}}}`"));
            }
            let mut source = json!({
                "name": kind[..1].to_uppercase() + &kind[1..], "uid": kind, "type": kind, "access": "proxy",
                "url": url.replace('$', "$$"), "isDefault": sources.is_empty(), "editable": false,
            });
            if kind == "tempo" && self.loki.is_some() {
                // From a trace to what was logged in it.
                source["jsonData"] = json!({ "tracesToLogsV2": { "datasourceUid": "loki", "filterByTraceID": true } });
            }
            sources.push(source);
        }
        let password = self.password.unwrap_or_else(|| it.secret("password"));
        let key = self.secret_key.unwrap_or_else(|| it.secret("secret_key"));
        let mut environment = indexmap! {
            "GF_SECURITY_ADMIN_PASSWORD__FILE" => secret_path(&password),
            "GF_SECURITY_SECRET_KEY__FILE" => secret_path(&key),
            "GF_ANALYTICS_REPORTING_ENABLED" => "false".to_owned(),
            "GF_ANALYTICS_CHECK_FOR_UPDATES" => "false".to_owned(),
            "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES" => "false".to_owned(),
            "GF_PLUGINS_PREINSTALL_DISABLED" => "true".to_owned(),
        };
        if let Some(url) = it.url {
            environment.insert("GF_SERVER_ROOT_URL", url.to_owned());
            environment.insert("GF_SECURITY_COOKIE_SECURE", url.starts_with("https:").to_string());
        }
        let data = it.volume("data");
        let mut volumes = vec![json!({ "type": "volume", "source": data, "target": "/var/lib/grafana" })];
        let mut files = Vec::new();
        if !sources.is_empty() {
            let target = "/etc/grafana/provisioning/datasources/datasources.yaml";
            let body = yaml(&json!({ "apiVersion": 1, "datasources": sources }));
            let (file, mount) = it.config("datasources.yaml", target, body);
            files.push(file);
            volumes.push(mount);
        }
        let address = "http://127.0.0.1:3000/api/health";
        let test = match it.tag.contains("ubuntu") {
            true => json!(["CMD", "curl", "-fsS", "-o", "/dev/null", address]),
            false => json!(["CMD", "wget", "-q", "-O", "/dev/null", address]),
        };
        let secrets = vec![password.clone(), key];
        Expansion {
            service: json!({
                "image": it.image(),
                "user": "472:0",
                "environment": environment,
                "secrets": secrets,
                "volumes": volumes,
                "tmpfs": ["/tmp", "/var/log/grafana:uid=472,gid=0,mode=0750"],
                "healthcheck": {
                    "test": test, "interval": "10s", "timeout": "5s", "retries": 6, "start_period": "1m",
                },
                "size": { "cpus": 0.5, "memory": "512M" },
                "expose": ["3000"],
            }),
            volumes: vec![data],
            secrets,
            files,
            outputs: indexmap! {
                "port".into() => "3000".into(),
                "url".into() => format!("http://{}:3000", it.service).into(),
                "user".into() => "admin".into(),
                "password_file".into() => Output::SecretFile(password),
            },
            ports: vec![3000],
            ..Expansion::default()
        }
    }
}
