//! How HTTP servers are spoken to.

use super::forms::GoDuration;
use super::tls::{ClientCertificate, TlsVersion};
use crate::record;
use crate::value::Duration;

record! {
    /// How HTTP servers are spoken to.
    pub struct ServersTransport {
        /// The name that servers are asked for.
        server_name ("serverName"): Option<String>,
        /// Whether any certificate is good.
        insecure_skip_verify ("insecureSkipVerify"): Option<bool>,
        /// Files of certificates of authorities that are trusted.
        root_cas ("rootCAs"): Vec<String>,
        /// Certificates that prove who asks.
        certificates: Vec<ClientCertificate>,
        /// The cipher suites, by their names in Go.
        cipher_suites ("cipherSuites"): Vec<String>,
        /// The oldest version of TLS.
        min_version ("minVersion"): Option<TlsVersion>,
        /// The newest version of TLS.
        max_version ("maxVersion"): Option<TlsVersion>,
        /// How many idle connections are kept for a server.
        max_idle_conns_per_host ("maxIdleConnsPerHost"): Option<i64>,
        /// How long things may take.
        forwarding_timeouts ("forwardingTimeouts"): Option<ForwardingTimeouts>,
        /// Whether HTTP/2 is not spoken.
        disable_http2 ("disableHTTP2"): Option<bool>,
        /// The URI that the server's certificate has to name.
        peer_cert_uri ("peerCertURI"): Option<String>,
        /// The SPIFFE identities that are trusted.
        spiffe: Option<Spiffe>,
    }
}

record! {
    /// How long things may take.
    pub struct ForwardingTimeouts {
        /// Connecting.
        dial_timeout ("dialTimeout"): Option<Duration> = GoDuration,
        /// The headers of an answer.
        response_header_timeout ("responseHeaderTimeout"): Option<Duration> = GoDuration,
        /// How long an idle connection is kept.
        idle_conn_timeout ("idleConnTimeout"): Option<Duration> = GoDuration,
        /// How long an HTTP/2 connection may be silent before it is probed.
        read_idle_timeout ("readIdleTimeout"): Option<Duration> = GoDuration,
        /// How long the answer to a probe may take.
        ping_timeout ("pingTimeout"): Option<Duration> = GoDuration,
    }
}

record! {
    /// The SPIFFE identities that are trusted.
    pub struct Spiffe {
        /// The identities.
        ids: Vec<String>,
        /// The domain of trust.
        trust_domain ("trustDomain"): Option<String>,
    }
}
