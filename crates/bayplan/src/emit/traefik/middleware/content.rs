//! Middlewares that change headers and content, and those made of others.

use crate::emit::traefik::forms::{AtLeast, Filled, HeaderValues, NotEmpty, Regex, Status, StatusRewrites};
use crate::record::{Each, Form, Plain, Strict};
use crate::{choice, record};
use bayplan_yaml::{Decoder, Node, Value};
use indexmap::IndexMap;
use schemars::{Schema, SchemaGenerator, json_schema};

record! {
    /// Other middlewares, one after the other.
    pub struct Chain {
        /// Their names.
        middlewares [Required]: Vec<String> = NotEmpty,
    }
}

record! {
    /// Compresses answers.
    pub struct Compress {
        /// Types that are not compressed.
        excluded_content_types ("excludedContentTypes"): Vec<String>,
        /// The only types that are compressed.
        included_content_types ("includedContentTypes"): Vec<String>,
        /// From which size on, in bytes; 1024 where it is left out.
        min_response_body_bytes ("minResponseBodyBytes"): Option<i64> = AtLeast<0>,
        /// The encodings, the best first.
        encodings: Vec<Encoding>,
        /// The encoding for clients that name none.
        default_encoding ("defaultEncoding"): Option<Encoding>,
    }
}

choice! {
    /// An encoding of answers.
    pub enum Encoding {
        /// Gzip.
        Gzip = "gzip",
        /// Brotli.
        Brotli = "br",
        /// Zstandard.
        Zstd = "zstd",
    }
}

record! {
    /// Guesses the type of answers that have none.
    pub struct ContentType {
        /// Deprecated.
        auto_detect ("autoDetect"): Option<bool>,
    }
}

record! {
    /// Makes gRPC of gRPC-Web.
    pub struct GrpcWeb {
        /// The origins that may ask; `*` for all.
        allow_origins ("allowOrigins"): Vec<String>,
    }
}

record! {
    /// Which encoded characters a path may hold.
    pub struct EncodedCharacters {
        /// `%2F`.
        slash ("allowEncodedSlash"): Option<bool>,
        /// `%5C`.
        back_slash ("allowEncodedBackSlash"): Option<bool>,
        /// `%00`.
        null_character ("allowEncodedNullCharacter"): Option<bool>,
        /// `%3B`.
        semicolon ("allowEncodedSemicolon"): Option<bool>,
        /// `%25`.
        percent ("allowEncodedPercent"): Option<bool>,
        /// `%3F`.
        question_mark ("allowEncodedQuestionMark"): Option<bool>,
        /// `%23`.
        hash ("allowEncodedHash"): Option<bool>,
    }
}

record! {
    /// Lets another service answer in place of errors.
    pub struct Errors {
        /// The statuses that are errors, as `404` or `500-599`.
        status [Required]: Vec<String> = NotEmpty<Status>,
        /// The statuses that clients see instead.
        status_rewrites ("statusRewrites"): IndexMap<String, i64> = StatusRewrites,
        /// The service that answers: the name of a route, `STACK-SERVICE`.
        service [Required]: String = Filled,
        /// The path that it is asked for; `{status}` stands for the status.
        query: Option<String>,
        /// Headers of the request that it sees; all where it is left out, none where the list is empty.
        error_request_headers ("errorRequestHeaders"): Option<Vec<String>>,
    }
}

record! {
    /// Sets headers of requests and answers.
    pub struct Headers {
        /// Headers that the service sees; an empty value removes one.
        custom_request_headers ("customRequestHeaders"): IndexMap<String, String> = HeaderValues,
        /// Headers that clients see; an empty value removes one.
        custom_response_headers ("customResponseHeaders"): IndexMap<String, String> = HeaderValues,
        /// Whether other sites may ask with cookies.
        cors_credentials ("accessControlAllowCredentials"): Option<bool>,
        /// Headers that other sites may send.
        cors_headers ("accessControlAllowHeaders"): Vec<String>,
        /// Methods by which other sites may ask.
        cors_methods ("accessControlAllowMethods"): Vec<String>,
        /// Sites that may ask.
        cors_origins ("accessControlAllowOriginList"): Vec<String>,
        /// Sites that may ask, by regular expressions.
        cors_origins_regex ("accessControlAllowOriginListRegex"): Vec<String> = Each<Regex>,
        /// Headers that other sites may see.
        cors_expose ("accessControlExposeHeaders"): Vec<String>,
        /// How many seconds other sites may remember all this.
        cors_max_age ("accessControlMaxAge"): Option<i64> = Strict,
        /// Whether answers say that they differ by origin.
        add_vary_header ("addVaryHeader"): Option<bool>,
        /// Hosts that may be asked for.
        allowed_hosts ("allowedHosts"): Vec<String>,
        /// Headers that may hold the host.
        hosts_proxy_headers ("hostsProxyHeaders"): Vec<String>,
        /// Headers by which a proxy says that it ended TLS.
        ssl_proxy_headers ("sslProxyHeaders"): IndexMap<String, String> = HeaderValues,
        /// How many seconds clients come by TLS only.
        sts_seconds ("stsSeconds"): Option<i64> = Strict,
        /// Whether that is so for all names below.
        sts_include_subdomains ("stsIncludeSubdomains"): Option<bool>,
        /// Whether browsers may know it before.
        sts_preload ("stsPreload"): Option<bool>,
        /// Whether it is said without TLS, too.
        force_sts_header ("forceSTSHeader"): Option<bool>,
        /// Whether no other site may show this one in a frame.
        frame_deny ("frameDeny"): Option<bool>,
        /// The value of `X-Frame-Options`.
        custom_frame_options_value ("customFrameOptionsValue"): Option<String>,
        /// Whether browsers must not guess types.
        content_type_nosniff ("contentTypeNosniff"): Option<bool>,
        /// Whether old browsers look for scripts in requests.
        browser_xss_filter ("browserXssFilter"): Option<bool>,
        /// The value of `X-XSS-Protection`.
        custom_browser_xss_value ("customBrowserXSSValue"): Option<String>,
        /// The value of `Content-Security-Policy`.
        content_security_policy ("contentSecurityPolicy"): Option<String>,
        /// The value of `Content-Security-Policy-Report-Only`.
        content_security_policy_report_only ("contentSecurityPolicyReportOnly"): Option<String>,
        /// The value of `Public-Key-Pins`.
        public_key ("publicKey"): Option<String>,
        /// The value of `Referrer-Policy`.
        referrer_policy ("referrerPolicy"): Option<String>,
        /// The value of `Permissions-Policy`.
        permissions_policy ("permissionsPolicy"): Option<String>,
        /// Whether nothing of this is so, for tests.
        is_development ("isDevelopment"): Option<bool>,
        /// Deprecated: `permissionsPolicy`.
        feature_policy ("featurePolicy"): Option<String>,
        /// Deprecated: `redirectScheme`, or the redirection of an entry point.
        ssl_redirect ("sslRedirect"): Option<bool>,
        /// Deprecated: `redirectScheme`.
        ssl_temporary_redirect ("sslTemporaryRedirect"): Option<bool>,
        /// Deprecated: `redirectRegex`.
        ssl_host ("sslHost"): Option<String>,
        /// Deprecated: `redirectRegex`.
        ssl_force_host ("sslForceHost"): Option<bool>,
    }
}

/// A plugin by its name, with its own settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Plugin(pub serde_json::Value);

impl Form<Plugin> for Plain {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Plugin> {
        if !matches!(node.value, Value::Map(_)) {
            return decoder.wrong_type(node, "a mapping from the plugin's name to its settings");
        }
        let help = Some("remove it: plugins are named in the install configuration, which bayplan writes".to_owned());
        let message = "the gateway loads no plugins";
        decoder.error(bayplan_yaml::decode::DecodeErrorKind::Value, node.at, message, help);
        None
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object" })
    }
}

impl serde::Serialize for Plugin {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
