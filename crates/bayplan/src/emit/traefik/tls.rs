//! `tls`: certificates and how TLS is spoken; and the TLS part of routers.

use crate::{choice, record};
use indexmap::IndexMap;

record! {
    /// Certificates and how TLS is spoken (`dynamic.TLSConfiguration`).
    pub struct Tls {
        /// The certificates.
        certificates: Vec<Certificate>,
        /// How TLS is spoken, by name; `default` for all that name none.
        options: IndexMap<String, Options>,
        /// Stores, by name; Traefik uses only `default`.
        stores: IndexMap<String, Store>,
    }
}

record! {
    /// A certificate and its key, as the gateway's container sees the files.
    pub struct Certificate {
        /// The certificate chain.
        cert_file ("certFile"): Option<String>,
        /// The private key.
        key_file ("keyFile"): Option<String>,
        /// The stores that it is in.
        stores: Vec<String>,
    }
}

record! {
    /// A certificate that proves who asks.
    pub struct ClientCertificate {
        /// The certificate chain.
        cert_file ("certFile"): Option<String>,
        /// The private key.
        key_file ("keyFile"): Option<String>,
    }
}

record! {
    /// How TLS is spoken.
    pub struct Options {
        /// The oldest version.
        min_version ("minVersion"): Option<TlsVersion>,
        /// The newest version.
        max_version ("maxVersion"): Option<TlsVersion>,
        /// The cipher suites up to TLS 1.2, by their names in Go.
        cipher_suites ("cipherSuites"): Vec<String>,
        /// The curves, the best first.
        curve_preferences ("curvePreferences"): Vec<String>,
        /// Whether and how clients prove who they are.
        client_auth ("clientAuth"): Option<ClientAuth>,
        /// Whether clients have to say a name that there is a certificate for.
        sni_strict ("sniStrict"): Option<bool>,
        /// The protocols that are offered, the best first.
        alpn_protocols ("alpnProtocols"): Vec<String>,
        /// Whether sessions cannot be resumed by tickets.
        disable_session_tickets ("disableSessionTickets"): Option<bool>,
    }
}

choice! {
    /// A version of TLS.
    pub enum TlsVersion {
        /// TLS 1.2.
        V12 = "VersionTLS12",
        /// TLS 1.3.
        V13 = "VersionTLS13",
        /// TLS 1.1, which is no longer safe.
        V11 = "VersionTLS11",
        /// TLS 1.0, which is no longer safe.
        V10 = "VersionTLS10",
    }
}

record! {
    /// Whether and how clients prove who they are.
    pub struct ClientAuth {
        /// Files of certificates of authorities that are trusted.
        ca_files ("caFiles"): Vec<String>,
        /// Whether they have to.
        client_auth_type ("clientAuthType"): Option<ClientAuthType>,
    }
}

choice! {
    /// Whether clients have to prove who they are.
    pub enum ClientAuthType {
        /// They are not asked.
        No = "NoClientCert",
        /// They are asked.
        Request = "RequestClientCert",
        /// They have to, by any certificate.
        RequireAny = "RequireAnyClientCert",
        /// They may, by a certificate of a trusted authority.
        VerifyIfGiven = "VerifyClientCertIfGiven",
        /// They have to, by a certificate of a trusted authority.
        RequireAndVerify = "RequireAndVerifyClientCert",
    }
}

record! {
    /// A store of certificates.
    pub struct Store {
        /// The certificate of names that there is none for.
        default_certificate ("defaultCertificate"): Option<ClientCertificate>,
        /// How that certificate is got.
        default_generated_cert ("defaultGeneratedCert"): Option<GeneratedCertificate>,
    }
}

record! {
    /// A certificate that a resolver gets.
    pub struct GeneratedCertificate {
        /// The name of the resolver.
        resolver: Option<String>,
        /// The names in it.
        domain: Option<Domain>,
    }
}

record! {
    /// How TLS of an HTTP router is ended.
    pub struct RouterTls {
        /// The name of TLS options.
        options: Option<String>,
        /// The name of the resolver that gets the certificate.
        cert_resolver ("certResolver"): Option<String>,
        /// The names in the certificate, where the rule does not say them.
        domains: Vec<Domain>,
    }
}

record! {
    /// The names in a certificate.
    pub struct Domain {
        /// The first one.
        main: Option<String>,
        /// The others.
        sans: Vec<String>,
    }
}
