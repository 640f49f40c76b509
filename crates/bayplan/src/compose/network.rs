//! `networks`: at the top level, and of a service.

use super::storage::External;
use crate::record;
use crate::record::{Each, Extensions, KeyValues, Options, Values};
use indexmap::IndexMap;

record! {
    /// A network.
    pub struct Network {
        /// Its name for Docker; without one, the project's name and the key.
        name: Option<String>,
        /// Whether it already exists and Compose must not make it.
        external: Option<External>,
        /// The driver, such as `bridge` or `overlay`.
        driver: Option<String>,
        /// Settings of the driver.
        driver_opts: IndexMap<String, String> = Options,
        /// Whether containers on it reach nothing outside of it.
        internal: Option<bool>,
        /// Whether containers of others can be added to it.
        attachable: Option<bool>,
        /// Whether containers get an IPv4 address.
        enable_ipv4: Option<bool>,
        /// Whether containers get an IPv6 address.
        enable_ipv6: Option<bool>,
        /// The addresses of the network.
        ipam: Option<Ipam>,
        /// Labels of the network.
        labels: IndexMap<String, String> = KeyValues,
        ..extensions: Extensions,
    }
}

record! {
    /// The addresses of a network.
    pub struct Ipam {
        /// The driver that hands out addresses.
        driver: Option<String>,
        /// The ranges of addresses.
        config: Vec<IpamPool> = Each,
        /// Settings of the driver.
        options: IndexMap<String, String> = Values,
        ..extensions: Extensions,
    }
}

record! {
    /// A range of addresses.
    pub struct IpamPool {
        /// The range, such as `172.28.0.0/16`.
        subnet: Option<String>,
        /// The part of the range that containers get addresses from.
        ip_range: Option<String>,
        /// The address of the host.
        gateway: Option<String>,
        /// Addresses in the range that others use, by host name.
        aux_addresses: IndexMap<String, String> = Values,
        ..extensions: Extensions,
    }
}

record! {
    /// How a service is attached to a network.
    pub struct Attachment {
        /// Further names of the service on this network.
        aliases: Vec<String> = record::Distinct,
        /// A fixed IPv4 address.
        ipv4_address: Option<String>,
        /// A fixed IPv6 address.
        ipv6_address: Option<String>,
        /// Link-local addresses.
        link_local_ips: Vec<String> = record::Distinct,
        /// A fixed MAC address.
        mac_address: Option<String>,
        /// The name of the network interface in the container.
        interface_name: Option<String>,
        /// The order in which the container joins its networks, highest first.
        priority: Option<i64> = record::Strict,
        /// The network with the highest value becomes the default gateway.
        gw_priority: Option<i64> = record::Strict,
        /// Settings of the driver of the network.
        driver_opts: IndexMap<String, String> = Options,
        /// Whether the name of the service leads to it on this network; it does unless this is `false`.
        use_service_name_alias: Option<bool>,
        ..extensions: Extensions,
    }
}
