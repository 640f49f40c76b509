//! What the gateway sends where.

mod ambiguous_route_network;
mod ambiguous_route_port;
mod broken_route_rule;
mod bypassed_route;
mod dangling_alias;
mod dead_port;
mod duplicate_route;
mod duplicate_router;
mod foreign_route_syntax;
mod ignored_deploy_label;
mod inapplicable_middleware;
mod middleware_cycle;
mod plaintext_route;
mod shadowed_route;
pub(super) mod unescaped_dollar;
mod unexposed_route;
mod unknown_backend;
mod unknown_certificate_resolver;
mod unknown_entry_point;
mod unknown_label;
mod unknown_middleware;
mod unknown_route_network;
mod unprotected_route;
mod unreachable_route;
mod unresolved_route;
mod unrouted_name;
mod wildcard_certificate;

use super::Rule;

/// The rules of this group, by name.
pub(super) const RULES: &[Rule] = &[
    ambiguous_route_network::RULE,
    ambiguous_route_port::RULE,
    broken_route_rule::RULE,
    bypassed_route::RULE,
    dangling_alias::RULE,
    dead_port::RULE,
    duplicate_route::RULE,
    duplicate_router::RULE,
    foreign_route_syntax::RULE,
    ignored_deploy_label::RULE,
    inapplicable_middleware::RULE,
    middleware_cycle::RULE,
    plaintext_route::RULE,
    shadowed_route::RULE,
    unescaped_dollar::RULE,
    unexposed_route::RULE,
    unknown_backend::RULE,
    unknown_certificate_resolver::RULE,
    unknown_entry_point::RULE,
    unknown_label::RULE,
    unknown_middleware::RULE,
    unknown_route_network::RULE,
    unprotected_route::RULE,
    unreachable_route::RULE,
    unresolved_route::RULE,
    unrouted_name::RULE,
    wildcard_certificate::RULE,
];
