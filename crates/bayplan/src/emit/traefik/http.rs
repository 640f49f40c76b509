//! `http`: routers, services and middlewares of HTTP requests.

use super::forms::{GoDuration, HeaderValues};
use super::middleware::Middleware;
use super::tls::RouterTls;
use super::transport::ServersTransport;
use crate::value::Duration;
use crate::{choice, record};
use indexmap::IndexMap;

record! {
    /// What is routed by HTTP requests (`dynamic.HTTPConfiguration`).
    pub struct Http {
        /// The routers, by name.
        routers: IndexMap<String, Router>,
        /// The services, by name.
        services: IndexMap<String, Service>,
        /// The middlewares, by name.
        middlewares: IndexMap<String, Middleware>,
        /// How servers are spoken to, by name.
        servers_transports ("serversTransports"): IndexMap<String, ServersTransport>,
    }
}

record! {
    /// What connects requests to a service.
    pub struct Router {
        /// Which requests it takes.
        rule: Option<String>,
        /// The entry points that it listens on.
        entry_points ("entryPoints"): Vec<String>,
        /// The service that answers.
        service: Option<String>,
        /// What requests and responses pass, in this order.
        middlewares: Vec<String>,
        /// The routers above it, in multi-layer routing.
        parent_refs ("parentRefs"): Vec<String>,
        /// Which router is asked first; the length of the rule where it is left out.
        priority: Option<i64>,
        /// How TLS is ended; without it the router takes plain HTTP only.
        tls: Option<RouterTls>,
        /// What is told about its requests.
        observability: Option<Observability>,
    }
}

record! {
    /// What is told about the requests of a router.
    pub struct Observability {
        /// Whether they are in the access log.
        access_logs ("accessLogs"): Option<bool>,
        /// Whether they are counted.
        metrics: Option<bool>,
        /// Whether they are traced.
        tracing: Option<bool>,
        /// How much a trace tells.
        trace_verbosity ("traceVerbosity"): Option<TraceVerbosity>,
    }
}

choice! {
    /// How much a trace tells.
    pub enum TraceVerbosity {
        /// The request.
        Minimal = "minimal",
        /// Every step of it.
        Detailed = "detailed",
    }
}

record! {
    /// Who answers requests: one of these kinds.
    pub struct Service {
        /// What requests and responses pass, whichever router they come from.
        middlewares: Vec<String>,
        /// Servers that share the load.
        load_balancer ("loadBalancer"): Option<LoadBalancer>,
        /// Services that share the load by weight.
        weighted: Option<Weighted>,
        /// Services that share the load by the highest random weight of a client.
        highest_random_weight ("highestRandomWeight"): Option<HighestRandomWeight>,
        /// A service whose requests others get, too.
        mirroring: Option<Mirroring>,
        /// A service, and another for when it is down.
        failover: Option<Failover>,
    }
}

record! {
    /// Servers that share the load.
    pub struct LoadBalancer {
        /// The servers.
        servers: Vec<Server>,
        /// How one of them is chosen.
        strategy: Option<Strategy>,
        /// How a client stays with one of them.
        sticky: Option<Sticky>,
        /// How it is found out whether a server is up.
        health_check ("healthCheck"): Option<ServerHealthCheck>,
        /// How a server is found down by its answers.
        passive_health_check ("passiveHealthCheck"): Option<PassiveHealthCheck>,
        /// Whether servers see the host of the request; they do where it is left out.
        pass_host_header ("passHostHeader"): Option<bool>,
        /// How answers are handed on.
        response_forwarding ("responseForwarding"): Option<ResponseForwarding>,
        /// The name of how servers are spoken to.
        servers_transport ("serversTransport"): Option<String>,
    }
}

choice! {
    /// How a server is chosen.
    pub enum Strategy {
        /// One after the other, by weight.
        RoundRobin = "wrr",
        /// The less busy of two.
        PowerOfTwo = "p2c",
        /// By the client's address.
        HighestRandomWeight = "hrw",
        /// The one that answers fastest.
        LeastTime = "leasttime",
    }
}

record! {
    /// A server.
    pub struct Server {
        /// Its URL.
        url: Option<String>,
        /// Its share of the load.
        weight: Option<i64>,
        /// Whether the path of its URL goes before that of the request.
        preserve_path ("preservePath"): Option<bool>,
    }
}

record! {
    /// How a client stays with one server.
    pub struct Sticky {
        /// By a cookie.
        cookie: Option<Cookie>,
    }
}

record! {
    /// The cookie by which a client stays with one server.
    pub struct Cookie {
        /// Its name.
        name: Option<String>,
        /// Whether it is sent over TLS only.
        secure: Option<bool>,
        /// Whether scripts cannot read it.
        http_only ("httpOnly"): Option<bool>,
        /// Whether it is sent with requests from other sites.
        same_site ("sameSite"): Option<SameSite>,
        /// How many seconds it lives; until the browser ends where it is 0.
        max_age ("maxAge"): Option<i64>,
        /// The path that it is for.
        path: Option<String>,
        /// The domain that it is for.
        domain: Option<String>,
    }
}

choice! {
    /// Whether a cookie is sent with requests from other sites.
    pub enum SameSite {
        /// It is.
        None = "none",
        /// When a link leads here.
        Lax = "lax",
        /// It is not.
        Strict = "strict",
    }
}

record! {
    /// How it is found out whether a server is up.
    pub struct ServerHealthCheck {
        /// The scheme that is asked by, in place of the server's.
        scheme: Option<String>,
        /// What is asked.
        mode: Option<HealthCheckMode>,
        /// The path that is asked for.
        path: Option<String>,
        /// The method that is asked by.
        method: Option<String>,
        /// The status of a good answer; any from 200 to 399 where it is left out.
        status: Option<i64>,
        /// The port that is asked, in place of the server's.
        port: Option<i64>,
        /// The time between two checks.
        interval: Option<Duration> = GoDuration,
        /// The time between two checks of a server that is down.
        unhealthy_interval ("unhealthyInterval"): Option<Duration> = GoDuration,
        /// How long an answer may take.
        timeout: Option<Duration> = GoDuration,
        /// The host that is asked for.
        hostname: Option<String>,
        /// Whether redirections are followed.
        follow_redirects ("followRedirects"): Option<bool>,
        /// Headers of the request.
        headers: IndexMap<String, String> = HeaderValues,
    }
}

choice! {
    /// What a health check asks.
    pub enum HealthCheckMode {
        /// A path, by HTTP.
        Http = "http",
        /// gRPC's health service.
        Grpc = "grpc",
    }
}

record! {
    /// How a server is found down by its answers.
    pub struct PassiveHealthCheck {
        /// The time in which failures count.
        failure_window ("failureWindow"): Option<Duration> = GoDuration,
        /// How many failures it takes.
        max_failed_attempts ("maxFailedAttempts"): Option<i64>,
    }
}

record! {
    /// How answers are handed on.
    pub struct ResponseForwarding {
        /// The time between two flushes to the client.
        flush_interval ("flushInterval"): Option<Duration> = GoDuration,
    }
}

record! {
    /// Says only that health is handed up from the services below.
    pub struct HealthCheck {}
}

record! {
    /// Services that share the load by weight.
    pub struct Weighted {
        /// The services.
        services: Vec<WeightedService>,
        /// How a client stays with one of them.
        sticky: Option<Sticky>,
        /// That health is handed up.
        health_check ("healthCheck"): Option<HealthCheck>,
    }
}

record! {
    /// Services that share the load by the highest random weight of a client.
    pub struct HighestRandomWeight {
        /// The services.
        services: Vec<WeightedService>,
        /// That health is handed up.
        health_check ("healthCheck"): Option<HealthCheck>,
    }
}

record! {
    /// A service and its share.
    pub struct WeightedService {
        /// Its name.
        name: Option<String>,
        /// Its share; 1 where it is left out.
        weight: Option<i64>,
    }
}

record! {
    /// A service whose requests others get, too.
    pub struct Mirroring {
        /// The service that answers.
        service: Option<String>,
        /// Whether the others get the body; they do where it is left out.
        mirror_body ("mirrorBody"): Option<bool>,
        /// How large a body they get, in bytes; -1 for any.
        max_body_size ("maxBodySize"): Option<i64>,
        /// The others.
        mirrors: Vec<Mirror>,
        /// That health is handed up.
        health_check ("healthCheck"): Option<HealthCheck>,
    }
}

record! {
    /// A service that gets a share of the requests of another.
    pub struct Mirror {
        /// Its name.
        name: Option<String>,
        /// How many of a hundred it gets.
        percent: Option<i64>,
    }
}

record! {
    /// A service, and another for when it is down.
    pub struct Failover {
        /// The service.
        service: Option<String>,
        /// The other one.
        fallback: Option<String>,
        /// That health is handed up.
        health_check ("healthCheck"): Option<HealthCheck>,
        /// The answers after which the other one is asked.
        errors: Option<FailoverErrors>,
    }
}

record! {
    /// The answers after which another service is asked.
    pub struct FailoverErrors {
        /// The statuses, as `500` or `500-599`.
        status: Vec<String> = crate::record::Each<super::forms::Status>,
        /// How large a body is kept for the second request, in bytes; -1 for any.
        max_request_body_bytes ("maxRequestBodyBytes"): Option<i64>,
    }
}
