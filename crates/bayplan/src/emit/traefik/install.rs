//! The install configuration, once called static: what Traefik reads when it starts. The part that the shipped gateway uses.

use crate::{choice, record};
use indexmap::IndexMap;

record! {
    /// What Traefik reads when it starts (`static.Configuration`).
    pub struct Install {
        /// What it tells its makers.
        global: Option<Global>,
        /// Where it listens, by name.
        entry_points ("entryPoints"): IndexMap<String, EntryPoint>,
        /// Where the dynamic configuration comes from.
        providers: Option<Providers>,
        /// Where it says whether it is up.
        ping: Option<Ping>,
        /// Where it is measured.
        metrics: Option<Metrics>,
        /// What it writes down about itself.
        log: Option<Log>,
        /// What it writes down about requests.
        access_log ("accessLog"): Option<AccessLog>,
        /// Who gets certificates, by name.
        certificates_resolvers ("certificatesResolvers"): IndexMap<String, CertificatesResolver>,
    }
}

record! {
    /// What Traefik tells its makers.
    pub struct Global {
        /// Whether it asks for newer versions.
        check_new_version ("checkNewVersion"): Option<bool>,
        /// Whether it tells how it is used.
        send_anonymous_usage ("sendAnonymousUsage"): Option<bool>,
    }
}

record! {
    /// Where Traefik listens.
    pub struct EntryPoint {
        /// The address and port, as `:443` or `:53/udp`.
        address [Required]: String,
        /// What is so for all HTTP requests that come here.
        http: Option<EntryPointHttp>,
    }
}

record! {
    /// What is so for all HTTP requests of an entry point.
    pub struct EntryPointHttp {
        /// Where they are sent instead.
        redirections: Option<Redirections>,
    }
}

record! {
    /// Where the requests of an entry point are sent instead.
    pub struct Redirections {
        /// Another entry point.
        entry_point ("entryPoint"): Option<RedirectEntryPoint>,
    }
}

record! {
    /// The entry point that requests are sent to instead.
    pub struct RedirectEntryPoint {
        /// Its name.
        to [Required]: String,
        /// Its scheme.
        scheme: Option<String>,
        /// Whether clients may remember it; they may where it is left out.
        permanent: Option<bool>,
    }
}

record! {
    /// Where the dynamic configuration comes from.
    pub struct Providers {
        /// From files.
        file: Option<FileProvider>,
    }
}

record! {
    /// Dynamic configuration from files.
    pub struct FileProvider {
        /// The folder.
        directory [Required]: String,
        /// Whether it is read again when it changes.
        watch: Option<bool>,
    }
}

record! {
    /// Where Traefik says whether it is up.
    pub struct Ping {
        /// The name of the entry point.
        entry_point ("entryPoint"): Option<String>,
    }
}

record! {
    /// Where Traefik is measured.
    pub struct Metrics {
        /// By Prometheus.
        prometheus: Option<PrometheusMetrics>,
    }
}

record! {
    /// Where Prometheus measures Traefik.
    pub struct PrometheusMetrics {
        /// The name of the entry point.
        entry_point ("entryPoint"): Option<String>,
    }
}

record! {
    /// What Traefik writes down about itself.
    pub struct Log {
        /// From which level on.
        level: Option<LogLevel>,
        /// In which form.
        format: Option<LogFormat>,
    }
}

choice! {
    /// A level of the log.
    pub enum LogLevel {
        /// What happens.
        Info = "INFO",
        /// What went wrong.
        Error = "ERROR",
        /// What may be wrong.
        Warn = "WARN",
        /// Every step.
        Debug = "DEBUG",
    }
}

record! {
    /// What Traefik writes down about requests.
    pub struct AccessLog {
        /// In which form.
        format: Option<LogFormat>,
    }
}

choice! {
    /// The form of a log.
    pub enum LogFormat {
        /// For programs.
        Json = "json",
        /// For people.
        Common = "common",
    }
}

record! {
    /// Who gets certificates.
    pub struct CertificatesResolver {
        /// An ACME server, such as Let's Encrypt.
        acme: Option<Acme>,
    }
}

record! {
    /// How certificates are got by ACME.
    pub struct Acme {
        /// The mail address of the account.
        email [Required]: String,
        /// The file that keeps them.
        storage [Required]: String,
        /// That a name is proved by a TLS connection to port 443.
        tls_challenge ("tlsChallenge"): Option<TlsChallenge>,
    }
}

record! {
    /// A name is proved by a TLS connection to port 443.
    pub struct TlsChallenge {}
}
