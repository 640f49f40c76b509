//! Keys and values that cannot stand where they are, or say nothing there.

use super::EARLY;
use crate::finding::Level;
use crate::rules::Rule;

/// The pages, by name.
pub(super) const PAGES: &[Rule] = &[
    Rule {
        name: "conflicting-keys",
        finds: "two keys are there of which Compose takes only one, or only one value",
        why: "Compose refuses the project: which of the two was meant, it cannot know",
        fails: "\
services:
  web:
    image: nginx:1.27.3
    scale: 3
    deploy: { replicas: 2 }
",
        passes: "\
services:
  web:
    image: nginx:1.27.3
    deploy: { replicas: 3 }
",
        fine: "\
services:
  web:
    image: nginx:1.27.3
    mem_limit: 64m
    deploy: { resources: { limits: { memory: 64M } } }
",
        fix: "write it once; limits under `deploy.resources`",
        sources: &[
            "compose-go: checkConsistency",
            "https://docs.docker.com/reference/compose-file/services/#network_mode",
        ],
        ..EARLY
    },
    Rule {
        name: "duplicate-mount",
        level: Level::Warn,
        finds: "two mounts of a service stand at the same path",
        why: "Compose takes the last one without a word: what the other holds is not seen",
        fails: "\
services:
  web:
    image: nginx:1.27.3
    volumes: ['one:/usr/share/nginx/html:ro', 'two:/usr/share/nginx/html/:ro']
volumes: { one: {}, two: {} }
",
        passes: "\
services:
  web:
    image: nginx:1.27.3
    volumes: ['one:/usr/share/nginx/html:ro', 'two:/usr/share/nginx/html/two:ro']
volumes: { one: {}, two: {} }
",
        fine: "\
# file: compose.yaml
services:
  web: { image: 'nginx:1.27.3', volumes: ['one:/usr/share/nginx/html:ro'] }
volumes: { one: {}, two: {} }
# file: compose.override.yaml
services:
  web: { volumes: ['two:/usr/share/nginx/html:ro'] }
volumes: { one: !reset null }
",
        fix: "remove one of the two, or give it another path",
        sources: &["compose-go: duplicate mount target"],
        ..EARLY
    },
    Rule {
        name: "ignored-option",
        level: Level::Warn,
        finds: "Compose ignores an option without a word",
        why: "what it was to do does not happen: a mount that was to be read-only is writable",
        fails: "\
services:
  web:
    image: nginx:1.27.3
    volumes: ['html:/usr/share/nginx/html:readonly']
volumes: { html: {} }
",
        passes: "\
services:
  web:
    image: nginx:1.27.3
    volumes: ['html:/usr/share/nginx/html:ro']
volumes: { html: {} }
",
        fine: "\
services:
  web:
    image: nginx:1.27.3
    volumes: ['html:/usr/share/nginx/html:ro,nocopy,z']
volumes: { html: {} }
",
        fix: "write an option that there is: `ro`, `rw`, `z`, `Z`, `nocopy`, or a propagation such as `rslave`",
        sources: &["https://docs.docker.com/reference/compose-file/services/#volumes"],
        ..EARLY
    },
    Rule {
        name: "invalid-value",
        finds: "a value has the right type but is not a valid one",
        why: "Compose or Docker refuses it: the service is not started",
        fails: "\
services:
  web:
    image: nginx:1.27.3
    ports: ['127.0.0.1:80800:80']
",
        passes: "\
services:
  web:
    image: nginx:1.27.3
    ports: ['127.0.0.1:8080:80']
",
        fine: "\
services:
  web:
    image: nginx:1.27.3
    ports: ['[::1]:8080-8081:80-81/udp']
    stop_grace_period: 1m30s
    mem_limit: 0.5g
",
        fix: "write a value of the form that the help names",
        sources: &["dclint", "compose-go"],
        ..EARLY
    },
    Rule {
        name: "missing-key",
        finds: "a required key is missing",
        why: "Compose refuses the project: without it the value says nothing",
        fails: "\
services:
  web:
    mem_limit: 64m
",
        passes: "\
services:
  web:
    image: nginx:1.27.3
    mem_limit: 64m
",
        fine: "\
services:
  web:
    build: .
  model:
    provider: { type: model, options: { model: ai/smollm2 } }
",
        fix: "add the key",
        sources: &["compose-go: checkConsistency", "dclint"],
        ..EARLY
    },
    Rule {
        name: "mistaken-extension",
        level: Level::Warn,
        finds: "Compose takes a name that begins with `x-` for an extension",
        why: "the container gets a variable or label `#extensions`, and not the one that was written",
        fails: "\
services:
  web:
    image: nginx:1.27.3
    labels: { x-team: shop }
",
        passes: "\
services:
  web:
    image: nginx:1.27.3
    labels: { org.example.team: shop }
",
        fine: "\
x-team: shop
services:
  web:
    image: nginx:1.27.3
    x-team: shop
    labels: ['x-team=shop']
",
        fix: "give it a name without `x-`, or write the names as a list",
        sources: &["compose-go: processExtensions"],
        ..EARLY
    },
    Rule {
        name: "obsolete-key",
        level: Level::Warn,
        finds: "a key says nothing to Compose any more",
        why: "Compose ignores it, and says so each time; who reads it believes that it decides something",
        fails: "\
version: '3.8'
services:
  web:
    image: nginx:1.27.3
",
        passes: "\
services:
  web:
    image: nginx:1.27.3
",
        fine: "\
services:
  web:
    image: nginx:1.27.3
    labels: { version: '3.8' }
",
        fix: "remove it",
        sources: &["dclint no-version-field", "https://docs.docker.com/reference/compose-file/version-and-name/"],
        ..EARLY
    },
    Rule {
        name: "unknown-key",
        finds: "a mapping has a key that it cannot have",
        why: "Compose refuses the project; a limit or a policy that is spelled wrong would not hold",
        fails: "\
services:
  web:
    image: nginx:1.27.3
    enviroment: { LEVEL: debug }
",
        passes: "\
services:
  web:
    image: nginx:1.27.3
    environment: { LEVEL: debug }
",
        fine: "\
services:
  web:
    image: nginx:1.27.3
    x-enviroment: { LEVEL: debug }
    environment: { ENVIROMENT: debug }
",
        fix: "write the key that was meant, or begin its name with `x-` where it is for another program",
        sources: &["dclint invalid-schema", "https://docs.docker.com/reference/compose-file/extension/"],
        ..EARLY
    },
    Rule {
        name: "wrong-type",
        finds: "a value has the wrong type",
        why: "Compose refuses the project: a list stands where it wants a mapping, a text where it wants a number",
        fails: "\
services:
  web:
    image: nginx:1.27.3
    environment: LEVEL=debug
",
        passes: "\
services:
  web:
    image: nginx:1.27.3
    environment: [LEVEL=debug]
",
        fine: "\
services:
  web:
    image: nginx:1.27.3
    environment: { LEVEL: debug, PORT: 8080, FROM_SHELL: }
    command: nginx -t
    mem_limit: 67108864
    init: 'true'
",
        fix: "write it in the form that the finding names",
        sources: &["dclint invalid-schema", "https://docs.docker.com/reference/compose-file/"],
        ..EARLY
    },
];
