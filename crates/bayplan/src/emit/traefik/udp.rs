//! `udp`: routers and services of UDP datagrams.

use super::http::WeightedService;
use crate::record;
use indexmap::IndexMap;

record! {
    /// What is routed by UDP datagrams (`dynamic.UDPConfiguration`).
    pub struct Udp {
        /// The routers, by name.
        routers: IndexMap<String, UdpRouter>,
        /// The services, by name.
        services: IndexMap<String, UdpService>,
    }
}

record! {
    /// What connects the datagrams of entry points to a service.
    pub struct UdpRouter {
        /// The entry points that it listens on.
        entry_points ("entryPoints"): Vec<String>,
        /// The service that answers.
        service: Option<String>,
    }
}

record! {
    /// Who answers UDP datagrams.
    pub struct UdpService {
        /// Servers that share the load.
        load_balancer ("loadBalancer"): Option<UdpLoadBalancer>,
        /// Services that share the load by weight.
        weighted: Option<UdpWeighted>,
    }
}

record! {
    /// Servers that share the load.
    pub struct UdpLoadBalancer {
        /// The servers.
        servers: Vec<UdpServer>,
    }
}

record! {
    /// A server.
    pub struct UdpServer {
        /// Its host and port.
        address: Option<String>,
    }
}

record! {
    /// UDP services that share the load by weight.
    pub struct UdpWeighted {
        /// The services.
        services: Vec<WeightedService>,
    }
}
