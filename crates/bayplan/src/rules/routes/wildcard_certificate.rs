//! `wildcard-certificate`: a wildcard route needs a certificate that the TLS challenge cannot get

use crate::finding::Level;
use crate::plan::{Plan, Tls};
use crate::rules::{Findings, Group, Rule, route_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "wildcard-certificate",
    group: Group::Routes,
    level: Level::Deny,
    profiles: &[],
    finds: "a wildcard route needs a certificate that the TLS challenge cannot get",
    why: "ACME servers give certificates for wildcards by a DNS challenge only: clients see a self-signed one",
    fails: "\
# file: fleet.yaml
environments: { prod: { domain: example.org, ingress: { host: 192.0.2.1 }, tls: { resolver: le, email: ops@example.org } } }
# file: edge.yaml
services: { traefik: { use: 'traefik:v3.5.0' } }
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3', expose: ['80'], route: '*.shop' } }
",
    passes: "\
# file: fleet.yaml
environments: { prod: { domain: example.org, ingress: { host: 192.0.2.1 }, tls: { resolver: le, email: ops@example.org } } }
# file: edge.yaml
services: { traefik: { use: 'traefik:v3.5.0' } }
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3', expose: ['80'], route: www.shop } }
",
    fine: "\
# file: fleet.yaml
environments: { prod: { domain: example.org, ingress: { host: 192.0.2.1 }, tls: none } }
# file: edge.yaml
services: { traefik: { use: 'traefik:v3.5.0' } }
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3', expose: ['80'], route: '*.shop' } }
",
    fix: "give the environment certificate files (`tls: { certificates }`), or the routes full names",
    sources: &["https://doc.traefik.io/traefik/v3.7/reference/install-configuration/tls/certificate-resolvers/acme/"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    if !matches!(plan.tls, Tls::Acme { .. }) {
        return;
    }
    for (stack, name, service) in plan.services() {
        for route in service.routes.iter().filter(|route| route.tls && route.host.wildcard) {
            let host = &route.host;
            let message =
                format!("`{name}` has the route `{host}`, but the ACME TLS challenge gives no wildcard certificates");
            let help = "give the environment certificate files (`tls: { certificates }`), or the route a full name";
            found.value(rule, stack, name, route_path(stack, name, route), message).set_help(help);
        }
    }
}
