//! Ports, networks and addresses.

mod exposed_datastore;
mod exposed_port;
mod lost_connection;
mod static_ip;
mod unshared_network;

use super::Rule;

/// The rules of this group, by name.
pub(super) const RULES: &[Rule] =
    &[exposed_datastore::RULE, exposed_port::RULE, lost_connection::RULE, static_ip::RULE, unshared_network::RULE];
