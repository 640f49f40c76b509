//! Ports, networks and addresses.

mod borrowed_network_key;
mod default_bridge;
mod default_network;
mod edge_datastore;
mod exposed_datastore;
mod exposed_port;
mod host_network;
mod legacy_link;
mod lost_connection;
mod open_backend;
pub(super) mod overlapping_subnet;
mod privileged_port;
mod static_extra_host;
mod static_ip;
mod static_mac;
mod subnets;
mod underscored_host;
mod unknown_host;
pub(super) mod unshared_network;
pub(super) mod unusable_address;

use super::Rule;

/// The rules of this group, by name.
pub(super) const RULES: &[Rule] = &[
    borrowed_network_key::RULE,
    default_bridge::RULE,
    default_network::RULE,
    edge_datastore::RULE,
    exposed_datastore::RULE,
    exposed_port::RULE,
    host_network::RULE,
    legacy_link::RULE,
    lost_connection::RULE,
    open_backend::RULE,
    overlapping_subnet::RULE,
    privileged_port::RULE,
    static_extra_host::RULE,
    static_ip::RULE,
    static_mac::RULE,
    underscored_host::RULE,
    unknown_host::RULE,
    unshared_network::RULE,
    unusable_address::RULE,
];
