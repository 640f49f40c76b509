//! What a fleet says of itself, and its blueprints of each other.

use super::EARLY;
use crate::finding::Level;
use crate::rules::Rule;

/// The pages, by name.
pub(super) const PAGES: &[Rule] = &[
    Rule {
        name: "colliding-output",
        finds: "two generated files would have the same path, or one a path that some system cannot have",
        why: "one would take the place of the other: nothing is written",
        fails: "\
# file: fleet.yaml
environments: { prod: { domain: example.org, ingress: { host: 192.0.2.1 } } }
# file: edge.yaml
services: { traefik: { use: 'traefik:v3.5.0' } }
# file: one.yaml
name: fleet
services: { web: { image: 'nginx:1.27.3', expose: ['80'], route: one } }
# file: two.yaml
name: stack-fleet
services: { web: { image: 'nginx:1.27.3', expose: ['80'], route: two } }
",
        passes: "\
# file: fleet.yaml
environments: { prod: { domain: example.org, ingress: { host: 192.0.2.1 } } }
# file: edge.yaml
services: { traefik: { use: 'traefik:v3.5.0' } }
# file: one.yaml
name: one
services: { web: { image: 'nginx:1.27.3', expose: ['80'], route: one } }
# file: two.yaml
name: two
services: { web: { image: 'nginx:1.27.3', expose: ['80'], route: two } }
",
        fine: "\
# file: fleet.yaml
environments: { prod: { domain: example.org, ingress: { host: 192.0.2.1 } } }
# file: edge.yaml
services: { traefik: { use: 'traefik:v3.5.0' } }
# file: shop.yaml
name: fleet
services: { web: { image: 'nginx:1.27.3', expose: ['80'], route: shop } }
",
        fix: "rename one of the stacks",
        sources: &["bayplan"],
        ..EARLY
    },
    Rule {
        name: "invalid-expression",
        finds: "an expression `{{ … }}` cannot be evaluated",
        why: "the value that the container is to get is not known",
        fails: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services:
  web: { image: 'nginx:1.27.3', needs: [api], environment: { API: '{{ api.hots }}' } }
  api: { image: 'nginx:1.27.3' }
",
        passes: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services:
  web: { image: 'nginx:1.27.3', needs: [api], environment: { API: '{{ api.host }}' } }
  api: { image: 'nginx:1.27.3' }
",
        fine: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services:
  web: { image: 'nginx:1.27.3', labels: { format: '{{ .Name }}' } }
",
        fix: "name an output that the service has: the help lists them",
        sources: &["bayplan"],
        ..EARLY
    },
    Rule {
        name: "missing-domain",
        finds: "a route names a label, but the environment has no domain",
        why: "which host name the gateway is to answer for is not known",
        fails: "\
# file: fleet.yaml
environments: { prod: { ingress: { host: 192.0.2.1 } } }
# file: edge.yaml
services: { traefik: { use: 'traefik:v3.5.0' } }
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3', expose: ['80'], route: shop } }
",
        passes: "\
# file: fleet.yaml
environments: { prod: { domain: example.org, ingress: { host: 192.0.2.1 } } }
# file: edge.yaml
services: { traefik: { use: 'traefik:v3.5.0' } }
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3', expose: ['80'], route: shop } }
",
        fine: "\
# file: fleet.yaml
environments: { prod: { ingress: { host: 192.0.2.1 } } }
# file: edge.yaml
services: { traefik: { use: 'traefik:v3.5.0' } }
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3', expose: ['80'], route: shop.example.org } }
",
        fix: "set `environments.NAME.domain` in fleet.yaml, or write the full name",
        sources: &["bayplan"],
        ..EARLY
    },
    Rule {
        name: "unconnected-output",
        finds: "a service takes a value from another that it has no connection to",
        why: "services without an edge cannot reach each other: the host name leads nowhere, the secret is not granted",
        fails: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services:
  web: { image: 'nginx:1.27.3', environment: { API: '{{ api.host }}' } }
  api: { image: 'nginx:1.27.3' }
",
        passes: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services:
  web: { image: 'nginx:1.27.3', needs: [api], environment: { API: '{{ api.host }}' } }
  api: { image: 'nginx:1.27.3' }
",
        fine: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services:
  web: { image: 'nginx:1.27.3', environment: { API: '{{ api.host }}' } }
  api: { image: 'nginx:1.27.3', needs: [web] }
",
        fix: "add the other service to `needs`",
        sources: &["bayplan"],
        ..EARLY
    },
    Rule {
        name: "undefined-host",
        finds: "the fleet has no such host",
        why: "what is said about the host holds for no machine",
        fails: "\
# file: fleet.yaml
hosts: { main: { cpus: 2, memory: 2G } }
environments: { prod: { ingress: { mian: 192.0.2.1 } } }
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3' } }
",
        passes: "\
# file: fleet.yaml
hosts: { main: { cpus: 2, memory: 2G } }
environments: { prod: { ingress: { main: 192.0.2.1 } } }
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3' } }
",
        fine: "\
# file: fleet.yaml
environments: { prod: { ingress: { host: 192.0.2.1 } } }
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3' } }
",
        fix: "name a host of `hosts`; a fleet without `hosts` has one, `host`",
        sources: &["bayplan"],
        ..EARLY
    },
    Rule {
        name: "undefined-stack",
        finds: "a host is to run a stack that is not there",
        why: "the stack that was meant runs elsewhere, or nowhere",
        fails: "\
# file: fleet.yaml
hosts: { main: { cpus: 2, memory: 2G, stacks: [shop, blgo] } }
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3' } }
",
        passes: "\
# file: fleet.yaml
hosts: { main: { cpus: 2, memory: 2G, stacks: [shop] } }
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3' } }
",
        fine: "\
# file: bayplan.yaml
hosts: { main: { cpus: 2, memory: 2G, stacks: ['media/**'] } }
# file: media/films/compose.yaml
services: { web: { image: 'nginx:1.27.3' } }
",
        fix: "name a stack of the fleet; in `bayplan.yaml`, a project or a folder with a compose file",
        sources: &["bayplan"],
        ..EARLY
    },
    Rule {
        name: "unchecked-version",
        level: Level::Warn,
        finds: "an archetype is used with a version that its facts were not checked for",
        why: "another version may keep its data elsewhere, need more rights, or lack the program that its health check runs",
        fails: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services: { db: { use: 'postgres:9.6.24', with: { database: shop, user: shop } } }
",
        passes: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services: { db: { use: 'postgres:17.5', with: { database: shop, user: shop } } }
",
        fine: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services: { db: { use: 'postgres:17-alpine3.20', with: { database: shop, user: shop } } }
",
        fix: "take a version that it is checked for, or see that this one works and allow it",
        sources: &["bayplan"],
        ..EARLY
    },
    Rule {
        name: "unknown-archetype",
        finds: "the catalog has no such archetype",
        why: "what the service is to be is not known",
        fails: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services: { db: { use: 'postgers:17.5', with: { database: shop, user: shop } } }
",
        passes: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services: { db: { use: 'postgres:17.5', with: { database: shop, user: shop } } }
",
        fine: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services: { db: { image: 'postgers:17.5', environment: { POSTGRES_PASSWORD_FILE: /run/key } } }
",
        fix: "name one that there is: the help lists them; or write `image` and the rest of the service",
        sources: &["bayplan"],
        ..EARLY
    },
    Rule {
        name: "unknown-environment",
        finds: "the fleet has no such environment",
        why: "what was to differ there differs nowhere",
        fails: "\
# file: fleet.yaml
environments: { prod: {} }
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3' } }
environments: { prd: { services: { web: { environment: { LEVEL: debug } } } } }
",
        passes: "\
# file: fleet.yaml
environments: { prod: {} }
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3' } }
environments: { prod: { services: { web: { environment: { LEVEL: debug } } } } }
",
        fine: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3' } }
environments: { default: { services: { web: { environment: { LEVEL: debug } } } } }
",
        fix: "name an environment of fleet.yaml, or add it there",
        sources: &["bayplan"],
        ..EARLY
    },
];
