//! `smtp4dev`: a mail server that keeps what it is sent and shows it on a web page.

use super::{Archetype, Expansion, Instance, Makes, Metrics, Parameters, Say, expand, schema};
use crate::record;
use indexmap::indexmap;
use serde_json::json;

/// The catalog entry.
pub const ARCHETYPE: Archetype = Archetype {
    name: "smtp4dev",
    summary: "a mail server for tests: it keeps every message and shows it on a web page",
    image: "rnwood/smtp4dev",
    versions: &["3"],
    sources: &[
        "https://github.com/rnwood/smtp4dev/blob/master/Dockerfile.linux (3.8: curl is in the image, data in /smtp4dev)",
    ],
    makes: Makes::Service(expand::<Smtp4dev>),
    metrics: Metrics::None,
    schema: schema::<Smtp4dev>,
};

record! {
    /// The parameters of `smtp4dev`.
    pub struct Smtp4dev {
        /// How many messages are kept; 100 where it is left out.
        messages: Option<i64> = crate::record::Between<1, 100000>,
    }
}

impl Parameters for Smtp4dev {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let data = it.volume("data");
        Expansion {
            service: json!({
                "size": { "cpus": 0.25, "memory": "256M" },
                "image": it.image(),
                "environment": {
                    "ServerOptions__Urls": "http://*:80",
                    "ServerOptions__Port": "25",
                    "ServerOptions__NumberOfMessagesToKeep": self.messages.unwrap_or(100).to_string(),
                    // .NET otherwise opens a diagnostic pipe in the temporary folder.
                    "DOTNET_EnableDiagnostics": "0",
                },
                "volumes": [{ "type": "volume", "source": data, "target": "/smtp4dev" }],
                "tmpfs": ["/tmp"],
                "healthcheck": {
                    "test": ["CMD", "curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:80/"],
                    "interval": "30s", "timeout": "5s", "retries": 3, "start_period": "20s",
                },
                "expose": ["80", "25", "143"],
            }),
            volumes: vec![data],
            outputs: indexmap! { "port".into() => "25".into() },
            ports: vec![80, 25, 143],
            ..Expansion::default()
        }
    }
}
