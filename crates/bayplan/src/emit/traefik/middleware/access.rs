//! Middlewares that say who may pass.

use crate::emit::traefik::forms::{AtLeast, Cidr, NotEmpty, Regex, Url};
use crate::record;
use crate::record::{Between, Each};

record! {
    /// Lets users of a list pass, by name and password.
    pub struct BasicAuth {
        /// The users, as `name:hash`. A generated file holds no secret: name a file instead.
        users: Vec<String>,
        /// The file of users, in htpasswd format, as the gateway's container sees it.
        users_file ("usersFile"): Option<String>,
        /// What the browser says that the password is for.
        realm: Option<String>,
        /// Whether the service does not see the password.
        remove_header ("removeHeader"): Option<bool>,
        /// The header in which the service sees the user.
        header_field ("headerField"): Option<String>,
    }
}

record! {
    /// Lets users of a list pass, by digest access authentication.
    pub struct DigestAuth {
        /// The users, as `name:realm:hash`. A generated file holds no secret: name a file instead.
        users: Vec<String>,
        /// The file of users, in htdigest format, as the gateway's container sees it.
        users_file ("usersFile"): Option<String>,
        /// What the browser says that the password is for.
        realm: Option<String>,
        /// Whether the service does not see the password.
        remove_header ("removeHeader"): Option<bool>,
        /// The header in which the service sees the user.
        header_field ("headerField"): Option<String>,
    }
}

record! {
    /// Asks another service who may pass.
    pub struct ForwardAuth {
        /// The URL that is asked; its answer says who may pass.
        address [Required]: String = Url,
        /// How TLS is spoken with it.
        tls: Option<ForwardAuthTls>,
        /// Whether the `X-Forwarded` headers of clients are believed.
        trust_forward_header ("trustForwardHeader"): Option<bool>,
        /// Headers of its answer that the service sees.
        auth_response_headers ("authResponseHeaders"): Vec<String>,
        /// Headers of its answer that the service sees, by a regular expression.
        auth_response_headers_regex ("authResponseHeadersRegex"): Option<String> = Regex,
        /// Headers of the request that it sees; all where none is named.
        auth_request_headers ("authRequestHeaders"): Vec<String>,
        /// Cookies of its answer that clients get.
        add_auth_cookies_to_response ("addAuthCookiesToResponse"): Vec<String>,
        /// The header in which the service sees the user.
        header_field ("headerField"): Option<String>,
        /// Whether it sees the body of the request.
        forward_body ("forwardBody"): Option<bool>,
        /// How large a body it sees, in bytes; -1 for any.
        max_body_size ("maxBodySize"): Option<i64>,
        /// How large its answer may be, in bytes; -1 for any.
        max_response_body_size ("maxResponseBodySize"): Option<i64>,
        /// Whether the place it redirects to stays as it is.
        preserve_location_header ("preserveLocationHeader"): Option<bool>,
        /// Whether it is asked by the method of the request, not by GET.
        preserve_request_method ("preserveRequestMethod"): Option<bool>,
        /// Where clients that may not pass are sent.
        auth_signin_url ("authSigninURL"): Option<String>,
    }
}

record! {
    /// How TLS is spoken with the service that is asked.
    pub struct ForwardAuthTls {
        /// The file of the authority that is trusted.
        ca: Option<String>,
        /// The file of the certificate that proves who asks.
        cert: Option<String>,
        /// The file of its private key.
        key: Option<String>,
        /// Whether any certificate is good.
        insecure_skip_verify ("insecureSkipVerify"): Option<bool>,
        /// Deprecated.
        ca_optional ("caOptional"): Option<bool>,
    }
}

record! {
    /// How TLS is spoken with a server that the gateway itself asks.
    pub struct ClientTls {
        /// The file of the authority that is trusted.
        ca: Option<String>,
        /// The file of the certificate that proves who asks.
        cert: Option<String>,
        /// The file of its private key.
        key: Option<String>,
        /// Whether any certificate is good.
        insecure_skip_verify ("insecureSkipVerify"): Option<bool>,
    }
}

record! {
    /// Lets some addresses pass.
    pub struct IpAllowList {
        /// Addresses and ranges, as `10.0.0.0/8`.
        source_range ("sourceRange") [Required]: Vec<String> = NotEmpty<Cidr>,
        /// How the client's address is found; that of the connection where it is left out.
        ip_strategy ("ipStrategy"): Option<IpStrategy>,
        /// The status that the others get; 403 where it is left out.
        reject_status_code ("rejectStatusCode"): Option<i64> = Between<100, 599>,
    }
}

record! {
    /// The old name of `ipAllowList`.
    pub struct IpWhiteList {
        /// Addresses and ranges, as `10.0.0.0/8`.
        source_range ("sourceRange") [Required]: Vec<String> = NotEmpty<Cidr>,
        /// How the client's address is found; that of the connection where it is left out.
        ip_strategy ("ipStrategy"): Option<IpStrategy>,
    }
}

record! {
    /// How the client's address is found.
    pub struct IpStrategy {
        /// The place in `X-Forwarded-For`, from the right; 0 for the address of the connection.
        depth: Option<i64> = AtLeast<0>,
        /// The first address in `X-Forwarded-For` that is none of these.
        excluded_ips ("excludedIPs"): Vec<String> = Each<Cidr>,
        /// How many bits of an IPv6 address count.
        ipv6_subnet ("ipv6Subnet"): Option<i64> = Between<1, 128>,
    }
}

record! {
    /// Tells the service about the client's certificate.
    pub struct PassTlsClientCert {
        /// Whether it gets the whole certificate.
        pem: Option<bool>,
        /// Which parts of it.
        info: Option<CertificateInfo>,
    }
}

record! {
    /// Parts of a certificate.
    pub struct CertificateInfo {
        /// The end of its time.
        not_after ("notAfter"): Option<bool>,
        /// The begin of its time.
        not_before ("notBefore"): Option<bool>,
        /// The names in it.
        sans: Option<bool>,
        /// Its number.
        serial_number ("serialNumber"): Option<bool>,
        /// Whose it is.
        subject: Option<Subject>,
        /// Who made it.
        issuer: Option<Issuer>,
    }
}

record! {
    /// Parts of a subject.
    pub struct Subject {
        /// The country.
        country: Option<bool>,
        /// The province.
        province: Option<bool>,
        /// The place.
        locality: Option<bool>,
        /// The organization.
        organization: Option<bool>,
        /// The unit of the organization.
        organizational_unit ("organizationalUnit"): Option<bool>,
        /// The common name.
        common_name ("commonName"): Option<bool>,
        /// The serial number.
        serial_number ("serialNumber"): Option<bool>,
        /// The domain component.
        domain_component ("domainComponent"): Option<bool>,
    }
}

record! {
    /// Parts of an issuer.
    pub struct Issuer {
        /// The country.
        country: Option<bool>,
        /// The province.
        province: Option<bool>,
        /// The place.
        locality: Option<bool>,
        /// The organization.
        organization: Option<bool>,
        /// The common name.
        common_name ("commonName"): Option<bool>,
        /// The serial number.
        serial_number ("serialNumber"): Option<bool>,
        /// The domain component.
        domain_component ("domainComponent"): Option<bool>,
    }
}
