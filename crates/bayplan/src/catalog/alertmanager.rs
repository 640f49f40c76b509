//! `alertmanager`: tells people of alerts.

use super::archetype::yaml;
use super::values::SecretName;
use super::{Archetype, Expansion, Instance, Makes, Metrics, Parameters, Say, expand, schema, secret_path};
use crate::plan::Role;
use crate::record;
use indexmap::indexmap;
use serde_json::{Value, json};

/// The port of its page, its metrics, and for alerts.
pub const PORT: u16 = 9093;

/// The catalog entry.
pub const ARCHETYPE: Archetype = Archetype {
    name: "alertmanager",
    summary: "tells of the alerts of `prometheus` in Slack, by mail, or both",
    image: "prom/alertmanager",
    versions: &["0.27", "0.28", "0.29", "0.30", "0.31", "0.32", "0.33", "0.34"],
    sources: &[
        "https://github.com/prometheus/alertmanager/blob/main/Dockerfile (0.34: busybox with wget, user nobody, VOLUME /alertmanager, port 9093)",
        "https://github.com/prometheus/alertmanager/blob/main/docs/configuration.md (0.34: api_url_file, auth_password_file, require_tls)",
        "https://github.com/prometheus/alertmanager/blob/main/README.md (an empty --cluster.listen-address: one server alone)",
    ],
    makes: Makes::Service(expand::<Alertmanager>),
    metrics: Metrics::Own(PORT, "/metrics"),
    schema: schema::<Alertmanager>,
};

record! {
    /// The parameters of `alertmanager`: at least one of them.
    pub struct Alertmanager {
        /// The channel of Slack in which alerts are told.
        slack: Option<Slack>,
        /// The mails in which alerts are told.
        mail: Option<Mail>,
    }
}

record! {
    /// A channel of Slack.
    pub struct Slack {
        /// The channel: `#alerts`.
        channel [Required]: String,
        /// The secret that holds the URL of the webhook; `SERVICE_slack_url` where it is left out.
        url: Option<String> = SecretName,
    }
}

record! {
    /// Mails.
    pub struct Mail {
        /// Who gets them.
        to [Required]: Vec<String>,
        /// Who they are from.
        from [Required]: String,
        /// The server that takes them: host and port, as in `mail.example.org:587`.
        server [Required]: String,
        /// The user at the server; no login where it is left out.
        user: Option<String>,
        /// The secret that holds the user's password; `SERVICE_mail_password` where it is left out.
        password: Option<String> = SecretName,
        /// `false`: mails, and the password, go in the clear.
        tls: Option<bool>,
    }
}

impl Parameters for Alertmanager {
    fn expand(self, it: &Instance, say: &mut Say) -> Expansion {
        if self.slack.is_none() && self.mail.is_none() {
            say.wrong("with", "nobody is told of alerts", "add `slack:` or `mail:` below `with`");
        }
        let (mut receiver, mut secrets) = (json!({ "name": "people" }), Vec::new());
        if let Some(slack) = self.slack {
            let url = slack.url.unwrap_or_else(|| it.secret("slack_url"));
            receiver["slack_configs"] =
                json!([{ "api_url_file": secret_path(&url), "channel": slack.channel, "send_resolved": true }]);
            secrets.push(url);
        }
        if let Some(mail) = self.mail {
            receiver["email_configs"] = json!([mail.receiver(it, say, &mut secrets)]);
        }
        secrets.dedup();
        let config = json!({
            "route": {
                "receiver": "people", "group_by": ["alertname"],
                "group_wait": "30s", "group_interval": "5m", "repeat_interval": "4h",
            },
            "receivers": [receiver],
        });
        let (file, mount) = it.config("alertmanager.yml", "/etc/alertmanager/alertmanager.yml", yaml(&config));
        let data = it.volume("data");
        let mut command = vec![
            "--config.file=/etc/alertmanager/alertmanager.yml".to_owned(),
            "--storage.path=/alertmanager".to_owned(),
            "--cluster.listen-address=".to_owned(),
        ];
        command.extend(it.url.map(|url| format!("--web.external-url={url}")));
        Expansion {
            service: json!({
                "image": it.image(),
                "user": "65534:65534",
                "command": command,
                "secrets": secrets,
                "volumes": [mount, { "type": "volume", "source": data, "target": "/alertmanager" }],
                "healthcheck": {
                    "test": ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9093/-/ready"],
                    "interval": "10s", "timeout": "5s", "retries": 5, "start_period": "15s",
                },
                "size": { "cpus": 0.25, "memory": "256M" },
                "expose": ["9093"],
            }),
            volumes: vec![data],
            secrets,
            files: vec![file],
            outputs: indexmap! {
                "port".into() => "9093".into(),
                "url".into() => format!("http://{}:9093", it.service).into(),
            },
            ports: vec![PORT],
            role: Some(Role::Alerts),
            ..Expansion::default()
        }
    }
}

impl Mail {
    fn receiver(self, it: &Instance, say: &mut Say, secrets: &mut Vec<String>) -> Value {
        if self.to.is_empty() {
            say.wrong_key("mail", "to", "nobody gets the mails", "write an address in brackets");
        }
        let port = self.server.rsplit_once(':').filter(|(host, _)| !host.is_empty());
        if !self.server.trim().is_empty() && port.is_none_or(|(_, port)| port.parse::<u16>().is_err() || port == "0") {
            let message = format!("`{}` is no host and port", self.server.escape_debug());
            say.wrong_key("mail", "server", message, "write both, as in `mail.example.org:587`");
        }
        let mut receiver = json!({
            "to": self.to.join(", "), "from": self.from, "smarthost": self.server,
            "require_tls": self.tls.unwrap_or(true), "send_resolved": true,
        });
        match (self.user, self.password) {
            (Some(user), password) => {
                let password = password.unwrap_or_else(|| it.secret("mail_password"));
                receiver["auth_username"] = user.into();
                receiver["auth_password_file"] = secret_path(&password).into();
                secrets.push(password);
            }
            (None, Some(_)) => say.wrong_key("mail", "password", "the password has no user", "add `user:`"),
            (None, None) => {}
        }
        receiver
    }
}
