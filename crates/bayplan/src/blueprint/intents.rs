//! The intents of a service: the keys that say what is wanted, beside Compose's own keys.

use super::forms::{BackupForm, ExemptionForm, LogsForm, MetricsForm, NeedsForm, RoutesForm, SizeForm};
use super::scalars::{Cores, Memory, PrometheusTime, ValidRegex};
use crate::compose::short::ShortOr;
use crate::record::scalar::json;
use crate::record::{Between, Each, Extensions, Named, Plain, Values};
use crate::value::Bytes;
use crate::{choice, record};
use bayplan_yaml::Node;
use indexmap::IndexMap;

record! {
    /// What a service wants, beyond what Compose can say.
    pub struct Intents {
        /// The archetype of the catalog that this service is, with the tag of its image: `postgres:17.5`.
        archetype ("use"): Option<String>,
        /// The parameters of the archetype.
        with: Option<Parameters>,
        /// What differs for one of the services that the archetype makes, by the end of its name: `{ ui: { size: small } }`.
        members: Option<Members>,
        /// The services that this one talks to: start order, and a private network that only the two share. A service of
        /// another stack is named `stack/service`.
        needs: Option<IndexMap<String, Need>> = NeedsForm,
        /// The host name, path and options under which the gateway reaches this service.
        route: Option<Vec<Route>> = RoutesForm,
        /// Where Prometheus scrapes this service: `true` for where its archetype knows, a port, or port, path and interval;
        /// `false` for nowhere.
        metrics: Option<Vec<Scrape>> = MetricsForm,
        /// Whether and how the log lines of this service are collected. They are, unless this says `false`.
        logs: Option<Logs> = LogsForm,
        /// Whether this service sends traces (OTLP) to the fleet's collector.
        traces: Option<bool>,
        /// CPU and memory limits: a size of the fleet by name, or `{ cpus, memory, reserve }`.
        size: Option<SizeRef> = SizeForm,
        /// How often the data of this service is backed up: `hourly`, `nightly`, `weekly`, or `{ exempt: reason }`.
        backup: Option<Backup> = BackupForm,
        /// Whether this service may reach what lies outside its own networks. It may, unless this says `false`.
        egress: Option<bool>,
        /// The rules that this service may break: `rule: reason`, or `rule: { reason, until }`.
        allow: IndexMap<String, Exemption> = Values<ExemptionForm>,
    }
}

/// Parameters of an archetype: their shape is the archetype's. Two are equal that say the same, wherever they stand.
#[derive(Debug, Clone)]
pub struct Parameters(pub Node);

/// Keys of services, by the end of the name. Two are equal that say the same, wherever they stand.
#[derive(Debug, Clone)]
pub struct Members(pub Node);

impl PartialEq for Parameters {
    fn eq(&self, other: &Self) -> bool {
        json(&self.0) == json(&other.0)
    }
}

impl PartialEq for Members {
    fn eq(&self, other: &Self) -> bool {
        json(&self.0) == json(&other.0)
    }
}

record! {
    /// How one service needs another.
    pub struct Need {
        /// What the other one must have reached before this one starts, in Compose's words. Left out: `service_healthy`
        /// where it has a health check, else `service_started`.
        condition: Option<Condition>,
        /// Whether this service is restarted when Compose restarts the other one.
        restart: Option<bool>,
    }
}

choice! {
    /// A condition of `depends_on`, in Compose's words.
    pub enum Condition {
        /// The container runs.
        Started = "service_started",
        /// The health check passes.
        Healthy = "service_healthy",
        /// The container has ended with exit code 0.
        CompletedSuccessfully = "service_completed_successfully",
    }
}

record! {
    /// A way from the gateway to a service.
    pub struct Route {
        /// The host name: a label under the fleet's domain (`shop`), a full name (`shop.example.org`), `@` for the domain
        /// itself, or `*` (`*.example.org`) for every name one label below it.
        host [Required]: String,
        /// The path prefix; every path where it is left out.
        path: Option<String>,
        /// The container port; where it is left out, the one port that the service exposes.
        port: Option<i64> = Between<1, 65535>,
        /// Whether the gateway ends TLS for this route; where it is left out, the environment's `tls` decides.
        tls: Option<bool>,
        /// Who may pass: the users of a basic-auth file, or those whom a forward-auth service lets pass.
        auth: Option<Auth>,
        /// Middlewares of the fleet, in the order in which they apply.
        middlewares: Vec<String>,
        /// Whether a client stays with the same server, by a cookie.
        sticky: Option<bool>,
        /// How the gateway talks to the service. `tcp` routes by TLS server name.
        protocol: Option<Protocol>,
        /// The priority among overlapping routes; higher is asked first. Left out: a full name before a wildcard, then the
        /// longer path before the shorter one; the number is the length of host and path, less 10,000 for a wildcard.
        priority: Option<i64>,
    }
}

choice! {
    /// How the gateway talks to a service.
    pub enum Protocol {
        /// HTTP in the clear.
        Http = "http",
        /// HTTP over TLS.
        Https = "https",
        /// HTTP/2 in the clear, as gRPC servers speak it.
        H2c = "h2c",
        /// A TCP stream, told apart by its TLS server name.
        Tcp = "tcp",
    }
}

record! {
    /// Who may pass a route.
    pub struct Auth {
        /// The secret that holds the users, in htpasswd format.
        basic: Option<String>,
        /// The address that decides, as in Traefik's `forwardAuth`.
        forward: Option<String>,
    }
}

record! {
    /// A scrape target.
    pub struct Scrape {
        /// The container port.
        port [Required]: i64 = Between<1, 65535>,
        /// The path; `/metrics` where it is left out.
        path: Option<String>,
        /// The time between two scrapes, as Prometheus writes it (`30s`); its own default where it is left out.
        interval: Option<String> = PrometheusTime,
        /// How the target is asked.
        scheme: Option<Scheme>,
        /// What is asked for behind the `?`, each with its values.
        params: IndexMap<String, Vec<String>>,
        /// Labels of the target, beside `stack` and `service`.
        labels: IndexMap<String, String>,
    }
}

choice! {
    /// How a target is asked.
    pub enum Scheme {
        /// In the clear.
        Http = "http",
        /// Over TLS.
        Https = "https",
    }
}

record! {
    /// How log lines are collected.
    pub struct Logs {
        /// Whether they are collected at all.
        enabled: Option<bool>,
        /// Labels that every line gets.
        labels: IndexMap<String, String>,
        /// Lines that match this regular expression (RE2) are dropped.
        drop: Option<String> = ValidRegex,
    }
}

/// A size by name, or spelled out.
#[derive(Debug, Clone, PartialEq)]
pub enum SizeRef {
    /// A size of the fleet.
    Named(String),
    /// CPU and memory.
    Given(Size),
}

record! {
    /// CPU and memory limits.
    pub struct Size {
        /// CPU cores, such as `0.5`.
        cpus: Option<f64> = Cores,
        /// Memory, such as `512M` (binary units, as in Compose).
        memory: Option<Bytes> = Memory,
        /// What is set aside for the service.
        reserve: Option<Reserve>,
    }
}

record! {
    /// CPU and memory that are set aside.
    pub struct Reserve {
        /// CPU cores.
        cpus: Option<f64> = Cores,
        /// Memory.
        memory: Option<Bytes> = Memory,
    }
}

record! {
    /// How the data of a service is backed up.
    pub struct Backup {
        /// How often.
        schedule: Option<Schedule>,
        /// Why it is not backed up.
        exempt: Option<String>,
    }
}

choice! {
    /// How often a backup is made.
    pub enum Schedule {
        /// Every hour.
        Hourly = "hourly",
        /// Every night.
        Nightly = "nightly",
        /// Every week.
        Weekly = "weekly",
    }
}

record! {
    /// Leave to break a rule.
    pub struct Exemption {
        /// Why.
        reason [Required]: String,
        /// The last day on which it holds, as `YYYY-MM-DD`.
        until: Option<String> = super::forms::Date,
    }
}

record! {
    /// A service of a blueprint: the intents, and every key of Compose.
    pub struct Service {
        ..intents: Intents,
        ..compose: crate::compose::Service,
    }
}

record! {
    /// A blueprint: Compose, intents on its services, and what differs in an environment.
    pub struct Blueprint {
        /// The name of the project.
        name: Option<String>,
        /// The services.
        services: IndexMap<String, Service>,
        /// What differs, by environment: keys of this document that are merged over it as an override file would be.
        environments: IndexMap<String, serde_json::Value> = super::fleet::Anything,
        /// A version; Compose ignores it.
        version: Option<String>,
        /// Other Compose files that belong to the project.
        include: Vec<crate::compose::Include> = Each<ShortOr>,
        /// What runs to its end, by hand or on a schedule, by name.
        jobs: IndexMap<String, crate::compose::Job> = Named,
        /// The networks, by name.
        networks: IndexMap<String, crate::compose::Network> = Named<Plain, true>,
        /// The volumes, by name.
        volumes: IndexMap<String, crate::compose::Volume> = Named<Plain, true>,
        /// The secrets, by name.
        secrets: IndexMap<String, crate::compose::Secret> = Named,
        /// The configs, by name.
        configs: IndexMap<String, crate::compose::Config> = Named,
        /// The language models, by name.
        models: IndexMap<String, crate::compose::Model> = Named,
        ..extensions: Extensions,
    }
}
