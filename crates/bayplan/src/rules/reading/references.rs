//! Names that nothing has, or that several have.

use super::EARLY;
use crate::rules::Rule;

/// The pages, by name.
pub(super) const PAGES: &[Rule] = &[
    Rule {
        name: "dependency-cycle",
        finds: "services wait for one another in a circle",
        why: "none of them can start first: Compose refuses the project",
        fails: "\
services:
  web: { image: 'nginx:1.27.3', depends_on: [api] }
  api: { image: 'nginx:1.27.3', depends_on: [web] }
",
        passes: "\
services:
  web: { image: 'nginx:1.27.3', depends_on: [api] }
  api: { image: 'nginx:1.27.3' }
",
        fine: "\
services:
  web: { image: 'nginx:1.27.3', environment: { API: 'http://api' }, depends_on: [api] }
  api: { image: 'nginx:1.27.3', environment: { WEB: 'http://web' } }
",
        fix: "remove one of the dependencies: whoever can wait by asking again need not be started last",
        sources: &["compose-go: graph"],
        ..EARLY
    },
    Rule {
        name: "duplicate-name",
        finds: "two blueprints of a fleet, two containers of a host, or a service and a job have the same name",
        why: "only one of the two can be there: the second is refused, or takes the place of the first",
        fails: "\
services:
  web: { image: 'nginx:1.27.3', container_name: shop }
  api: { image: 'nginx:1.27.3', container_name: shop }
",
        passes: "\
services:
  web: { image: 'nginx:1.27.3' }
  api: { image: 'nginx:1.27.3' }
",
        fine: "\
services:
  web: { image: 'nginx:1.27.3', container_name: shop }
  shop: { image: 'nginx:1.27.3', hostname: web }
",
        fix: "give one of them another name, or none where Compose makes one",
        sources: &[
            "dclint no-duplicate-container-names",
            "https://docs.docker.com/reference/compose-file/services/#container_name",
        ],
        ..EARLY
    },
    Rule {
        name: "undefined-config",
        finds: "a service uses a config that is not declared",
        why: "Compose refuses the project",
        fails: "\
services:
  web: { image: 'nginx:1.27.3', configs: [site] }
",
        passes: "\
services:
  web: { image: 'nginx:1.27.3', configs: [site] }
configs: { site: { content: 'server {}' } }
",
        fine: "\
services:
  web: { image: 'nginx:1.27.3', configs: [{ source: site, target: /etc/nginx/conf.d/site.conf }] }
configs: { site: { content: 'server {}' } }
",
        fix: "declare it under `configs`",
        sources: &["compose-go: checkConsistency"],
        ..EARLY
    },
    Rule {
        name: "undefined-model",
        finds: "a service uses a model that is not declared",
        why: "Compose refuses the project",
        fails: "\
services:
  web: { image: 'nginx:1.27.3', models: [llm] }
",
        passes: "\
services:
  web: { image: 'nginx:1.27.3', models: [llm] }
models: { llm: { model: ai/smollm2 } }
",
        fine: "\
services:
  web: { image: 'nginx:1.27.3', models: { llm: { endpoint_var: LLM_URL } } }
models: { llm: { model: ai/smollm2 } }
",
        fix: "declare it under `models`",
        sources: &["https://docs.docker.com/reference/compose-file/models/"],
        ..EARLY
    },
    Rule {
        name: "undefined-network",
        finds: "a service uses a network that is not declared",
        why: "Compose refuses the project",
        fails: "\
services:
  web: { image: 'nginx:1.27.3', networks: [front] }
",
        passes: "\
services:
  web: { image: 'nginx:1.27.3', networks: [front] }
networks: { front: {} }
",
        fine: "\
services:
  web: { image: 'nginx:1.27.3', networks: { default: { aliases: [front] } } }
",
        fix: "declare it under `networks`, with `external: true` where another project makes it",
        sources: &["compose-go: checkConsistency"],
        ..EARLY
    },
    Rule {
        name: "undefined-secret",
        finds: "a service uses a secret that is not declared",
        why: "Compose refuses the project",
        fails: "\
services:
  web: { image: 'nginx:1.27.3', secrets: [key] }
",
        passes: "\
# file: compose.yaml
services:
  web: { image: 'nginx:1.27.3', secrets: [key] }
secrets: { key: { file: key } }
# file: key
-
",
        fine: "\
# file: compose.yaml
services:
  web: { image: 'nginx:1.27.3', secrets: [{ source: key, target: tls.key }] }
secrets: { key: { file: key } }
# file: key
-
",
        fix: "declare it under `secrets`",
        sources: &["compose-go: checkConsistency"],
        ..EARLY
    },
    Rule {
        name: "undefined-service",
        finds: "a service refers to one that does not exist",
        why: "Compose refuses the project: there is nothing to wait for, to extend, or to share",
        fails: "\
services:
  web: { image: 'nginx:1.27.3', depends_on: [apy] }
  api: { image: 'nginx:1.27.3' }
",
        passes: "\
services:
  web: { image: 'nginx:1.27.3', depends_on: [api] }
  api: { image: 'nginx:1.27.3' }
",
        fine: "\
services:
  web: { image: 'nginx:1.27.3', depends_on: { metrics: { condition: service_started, required: false } } }
  metrics: { image: 'nginx:1.27.3', profiles: [metrics] }
",
        fix: "name a service of the same project; across projects, share a network",
        sources: &["compose-go: checkConsistency"],
        ..EARLY
    },
    Rule {
        name: "undefined-volume",
        finds: "a service uses a volume that is not declared",
        why: "Compose refuses the project; a folder of the host is meant, perhaps",
        fails: "\
services:
  web: { image: 'nginx:1.27.3', volumes: ['html:/usr/share/nginx/html:ro'] }
",
        passes: "\
services:
  web: { image: 'nginx:1.27.3', volumes: ['html:/usr/share/nginx/html:ro'] }
volumes: { html: {} }
",
        fine: "\
# file: compose.yaml
services:
  web: { image: 'nginx:1.27.3', volumes: ['./html:/usr/share/nginx/html:ro', '/var/cache/nginx'] }
# file: html/index.html
",
        fix: "declare it under `volumes`, or begin the path of a folder with `./`",
        sources: &["compose-go: checkConsistency"],
        ..EARLY
    },
];
