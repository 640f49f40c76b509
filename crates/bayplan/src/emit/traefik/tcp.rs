//! `tcp`: routers, services and middlewares of TCP connections.

use super::forms::{Cidr, GoDuration};
use super::http::{HealthCheck, WeightedService};
use super::middleware::traffic::InFlightConn;
use super::tls::{ClientCertificate, Domain};
use super::transport::Spiffe;
use crate::record;
use crate::record::Each;
use crate::value::Duration;
use indexmap::IndexMap;

record! {
    /// What is routed by TCP connections (`dynamic.TCPConfiguration`).
    pub struct Tcp {
        /// The routers, by name.
        routers: IndexMap<String, TcpRouter>,
        /// The services, by name.
        services: IndexMap<String, TcpService>,
        /// The middlewares, by name.
        middlewares: IndexMap<String, TcpMiddleware>,
        /// How servers are spoken to, by name.
        servers_transports ("serversTransports"): IndexMap<String, TcpServersTransport>,
    }
}

record! {
    /// What connects TCP connections to a service.
    pub struct TcpRouter {
        /// Which connections it takes.
        rule: Option<String>,
        /// The entry points that it listens on.
        entry_points ("entryPoints"): Vec<String>,
        /// The service that answers.
        service: Option<String>,
        /// What connections pass, in this order.
        middlewares: Vec<String>,
        /// Which router is asked first; the length of the rule where it is left out.
        priority: Option<i64>,
        /// How TLS is ended, or that it is not; without it the router takes connections without TLS only.
        tls: Option<TcpRouterTls>,
    }
}

record! {
    /// How TLS of a TCP router is ended, or that it is not.
    pub struct TcpRouterTls {
        /// Whether TLS is handed on as it is.
        passthrough: Option<bool>,
        /// The name of TLS options.
        options: Option<String>,
        /// The name of the resolver that gets the certificate.
        cert_resolver ("certResolver"): Option<String>,
        /// The names in the certificate, where the rule does not say them.
        domains: Vec<Domain>,
    }
}

record! {
    /// Who answers TCP connections.
    pub struct TcpService {
        /// Servers that share the load.
        load_balancer ("loadBalancer"): Option<TcpLoadBalancer>,
        /// Services that share the load by weight.
        weighted: Option<TcpWeighted>,
    }
}

record! {
    /// Servers that share the load.
    pub struct TcpLoadBalancer {
        /// The servers.
        servers: Vec<TcpServer>,
        /// The name of how servers are spoken to.
        servers_transport ("serversTransport"): Option<String>,
        /// How it is found out whether a server is up.
        health_check ("healthCheck"): Option<TcpHealthCheck>,
    }
}

record! {
    /// A server.
    pub struct TcpServer {
        /// Its host and port.
        address: Option<String>,
        /// Whether it is spoken to by TLS.
        tls: Option<bool>,
    }
}

record! {
    /// How it is found out whether a TCP server is up.
    pub struct TcpHealthCheck {
        /// The port that is asked, in place of the server's.
        port: Option<i64>,
        /// What is sent.
        send: Option<String>,
        /// What is expected.
        expect: Option<String>,
        /// The time between two checks.
        interval: Option<Duration> = GoDuration,
        /// The time between two checks of a server that is down.
        unhealthy_interval ("unhealthyInterval"): Option<Duration> = GoDuration,
        /// How long an answer may take.
        timeout: Option<Duration> = GoDuration,
    }
}

record! {
    /// TCP services that share the load by weight.
    pub struct TcpWeighted {
        /// The services.
        services: Vec<WeightedService>,
        /// That health is handed up.
        health_check ("healthCheck"): Option<HealthCheck>,
    }
}

record! {
    /// What TCP connections pass: one of these kinds.
    pub struct TcpMiddleware {
        /// The addresses that may connect.
        ip_allow_list ("ipAllowList"): Option<TcpIpAllowList>,
        /// How many connections may be open at once.
        in_flight_conn ("inFlightConn"): Option<InFlightConn>,
    }
}

record! {
    /// The addresses that may connect.
    pub struct TcpIpAllowList {
        /// Addresses and ranges, as `10.0.0.0/8`.
        source_range ("sourceRange"): Vec<String> = Each<Cidr>,
    }
}

record! {
    /// How TCP servers are spoken to.
    pub struct TcpServersTransport {
        /// How long it may take to connect.
        dial_timeout ("dialTimeout"): Option<Duration> = GoDuration,
        /// The time between two probes of an open connection.
        dial_keep_alive ("dialKeepAlive"): Option<Duration> = GoDuration,
        /// How long a half-closed connection stays.
        termination_delay ("terminationDelay"): Option<Duration> = GoDuration,
        /// The version of the PROXY protocol that servers are told the client's address by.
        proxy_protocol ("proxyProtocol"): Option<ProxyProtocol>,
        /// How TLS is spoken with servers.
        tls: Option<TlsClientConfig>,
    }
}

record! {
    /// The PROXY protocol.
    pub struct ProxyProtocol {
        /// 1 or 2.
        version: Option<i64>,
    }
}

record! {
    /// How TLS is spoken with servers.
    pub struct TlsClientConfig {
        /// The name that servers are asked for.
        server_name ("serverName"): Option<String>,
        /// Whether any certificate is good.
        insecure_skip_verify ("insecureSkipVerify"): Option<bool>,
        /// Files of certificates of authorities that are trusted.
        root_cas ("rootCAs"): Vec<String>,
        /// Certificates that prove who asks.
        certificates: Vec<ClientCertificate>,
        /// The URI that the server's certificate has to name.
        peer_cert_uri ("peerCertURI"): Option<String>,
        /// The SPIFFE identities that are trusted.
        spiffe: Option<Spiffe>,
    }
}
