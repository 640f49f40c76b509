//! What requests and responses pass on their way: one kind each, with the fields of Traefik 3.7.

pub mod access;
pub mod content;
pub mod path;
pub mod traffic;

use crate::record::form::is_name;
use crate::record::{Form, Plain, nearest, schema};
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decoder, Node, Value};
use indexmap::IndexMap;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// Writes an enum of kinds, each a mapping under its own key.
macro_rules! kinds {
    ($(#[doc = $about:literal])+ pub enum $name:ident { $(#[doc = $doc:literal] $kind:ident = $key:literal: $ty:ty,)* }) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, PartialEq)]
        pub enum $name { $(#[doc = $doc] $kind(Box<$ty>),)* }
        impl $name {
            /// The keys of all kinds.
            pub const KINDS: &'static [&'static str] = &[$($key),*];
            /// The key of this kind.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$kind(_) => $key,)* }
            }
            fn read(key: &str, node: &Node, decoder: &mut Decoder) -> Option<Self> {
                match key {
                    $($key => <Plain as Form<$ty>>::read(node, decoder).map(|kind| Self::$kind(Box::new(kind))),)*
                    _ => None,
                }
            }
            fn properties(generator: &mut SchemaGenerator) -> Vec<(&'static str, &'static str, Schema)> {
                vec![$(($key, $doc, <Plain as Form<$ty>>::schema(generator)),)*]
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(Some(1))?;
                match self { $(Self::$kind(kind) => map.serialize_entry($key, kind)?,)* }
                map.end()
            }
        }
    };
}

kinds! {
    /// A middleware.
    pub enum Middleware {
        /// Puts a prefix before the path.
        AddPrefix = "addPrefix": path::AddPrefix,
        /// Lets users of a list pass, by name and password.
        BasicAuth = "basicAuth": access::BasicAuth,
        /// Reads requests and answers whole, up to a size.
        Buffering = "buffering": traffic::Buffering,
        /// Other middlewares, one after the other.
        Chain = "chain": content::Chain,
        /// Answers by itself while the service does badly.
        CircuitBreaker = "circuitBreaker": traffic::CircuitBreaker,
        /// Compresses answers.
        Compress = "compress": content::Compress,
        /// Guesses the type of answers that have none.
        ContentType = "contentType": content::ContentType,
        /// Lets users of a list pass, by digest access authentication.
        DigestAuth = "digestAuth": access::DigestAuth,
        /// Says which encoded characters a path may hold.
        EncodedCharacters = "encodedCharacters": content::EncodedCharacters,
        /// Lets another service answer in place of errors.
        Errors = "errors": content::Errors,
        /// Asks another service who may pass.
        ForwardAuth = "forwardAuth": access::ForwardAuth,
        /// Makes gRPC of gRPC-Web.
        GrpcWeb = "grpcWeb": content::GrpcWeb,
        /// Sets headers of requests and answers.
        Headers = "headers": content::Headers,
        /// Limits how many requests are open at once.
        InFlightReq = "inFlightReq": traffic::InFlightReq,
        /// Limits how many connections are open at once; for TCP routes.
        InFlightConn = "inFlightConn": traffic::InFlightConn,
        /// Lets some addresses pass; for HTTP and TCP routes.
        IpAllowList = "ipAllowList": access::IpAllowList,
        /// The old name of `ipAllowList`.
        IpWhiteList = "ipWhiteList": access::IpWhiteList,
        /// Tells the service about the client's certificate.
        PassTlsClientCert = "passTLSClientCert": access::PassTlsClientCert,
        /// A plugin, by its name.
        Plugin = "plugin": content::Plugin,
        /// Limits how many requests come in a time.
        RateLimit = "rateLimit": traffic::RateLimit,
        /// Sends clients elsewhere, by a regular expression over the URL.
        RedirectRegex = "redirectRegex": path::RedirectRegex,
        /// Sends clients to another scheme or port.
        RedirectScheme = "redirectScheme": path::RedirectScheme,
        /// Replaces the path.
        ReplacePath = "replacePath": path::ReplacePath,
        /// Replaces the path by a regular expression.
        ReplacePathRegex = "replacePathRegex": path::ReplacePathRegex,
        /// Asks again where a server does not answer.
        Retry = "retry": traffic::Retry,
        /// Takes prefixes off the path.
        StripPrefix = "stripPrefix": path::StripPrefix,
        /// Takes prefixes off the path, by regular expressions.
        StripPrefixRegex = "stripPrefixRegex": path::StripPrefixRegex,
    }
}

impl Middleware {
    /// Whether HTTP routes can name it.
    pub fn is_http(&self) -> bool {
        !matches!(self, Self::InFlightConn(_))
    }

    /// Whether TCP routes can name it.
    pub fn is_tcp(&self) -> bool {
        match self {
            Self::InFlightConn(_) => true,
            Self::IpAllowList(list) => list.ip_strategy.is_none() && list.reject_status_code.is_none(),
            _ => false,
        }
    }
}

/// Middlewares by name, each of one kind.
pub enum Middlewares {}

impl Form<IndexMap<String, Middleware>> for Middlewares {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<IndexMap<String, Middleware>> {
        let Value::Map(map) = &node.value else {
            return decoder.wrong_type(node, "a mapping from names to middlewares");
        };
        let mut read = IndexMap::new();
        for (name, entry) in map {
            decoder.in_key(name, |decoder| {
                if !is_name(name) {
                    let help = Some("use letters, digits, `.`, `_` and `-` only".to_owned());
                    decoder.error(DecodeErrorKind::Value, entry.key_at, format!("`{name}` is not a name"), help);
                }
                let middleware = <Plain as Form<Middleware>>::read(&entry.value, decoder);
                read.extend(middleware.map(|middleware| (name.to_string(), middleware)));
            });
        }
        Some(read)
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        schema::values(<Plain as Form<Middleware>>::schema(generator))
    }
}

impl Form<Middleware> for Plain {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Middleware> {
        let Value::Map(map) = &node.value else {
            return decoder.wrong_type(node, "a middleware: a mapping with its kind, such as `compress: {}`");
        };
        let mut first: Option<(&str, Option<Middleware>)> = None;
        for (key, entry) in map {
            if !Middleware::KINDS.contains(&&**key) {
                let help = match nearest(key, Middleware::KINDS) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => {
                        let kinds = Middleware::KINDS.iter().map(|kind| format!("`{kind}`"));
                        format!("the kinds are {}", kinds.collect::<Vec<_>>().join(", "))
                    }
                };
                let message = format!("there is no kind of middleware `{key}`");
                let kind = DecodeErrorKind::UnknownKey;
                decoder.in_key(key, |decoder| decoder.error(kind, entry.key_at, message, Some(help)));
                continue;
            }
            let kind = decoder.in_key(key, |decoder| {
                let kind = Middleware::read(key, &entry.value, decoder);
                let children = entry.value.as_map().into_iter().flatten();
                children.for_each(|(key, entry)| decoder.in_key(key, |decoder| filled(key, &entry.value, decoder)));
                let said = |entry: &bayplan_yaml::Entry| entry.value.as_seq().is_none_or(|items| !items.is_empty());
                let blank = entry.value.as_map().is_some_and(|map| !map.values().any(said));
                if blank && kind.as_ref().is_some_and(Middleware::says_nothing) {
                    let help = Some("give it a setting, or remove the middleware".to_owned());
                    let message = format!("`{key}` says nothing, and Traefik refuses it empty");
                    decoder.error(DecodeErrorKind::Value, entry.value.at, message, help);
                }
                kind
            });
            if let Some((other, _)) = &first {
                let message = format!("a middleware has one kind, but this one is `{other}` and `{key}`");
                let help = "make two middlewares of it, and a `chain` of both where they go together".to_owned();
                decoder.error(DecodeErrorKind::Value, entry.key_at, message, Some(help));
            } else {
                first = Some((key, kind));
            }
        }
        if map.is_empty() {
            let help = Some("name its kind, such as `compress: {}`, or remove it".to_owned());
            decoder.error(DecodeErrorKind::Value, node.at, "the middleware has no kind", help);
        }
        first.and_then(|(_, kind)| kind)
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let properties: serde_json::Map<String, serde_json::Value> = Middleware::properties(generator)
            .into_iter()
            .map(|(key, doc, schema)| {
                (key.to_owned(), json_schema!({ "description": doc.trim(), "allOf": [schema] }).to_value())
            })
            .collect();
        json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
    }
}

/// The keys that Traefik takes with an empty mapping (`file:"allowEmpty"`), or with an empty list.
const MAY_BE_EMPTY: &[&str] = &["compress", "contentType", "ipStrategy", "errorRequestHeaders"];

impl Middleware {
    fn says_nothing(&self) -> bool {
        let written = serde_json::to_value(self).unwrap_or_default();
        !MAY_BE_EMPTY.contains(&self.kind())
            && written.get(self.kind()).and_then(serde_json::Value::as_object).is_some_and(serde_json::Map::is_empty)
    }
}

/// Reports mappings without entries: Traefik refuses them ("cannot be a standalone element").
fn filled(key: &str, node: &Node, decoder: &mut Decoder) {
    let Value::Map(map) = &node.value else { return };
    if map.is_empty() && !MAY_BE_EMPTY.contains(&key) {
        let help = Some("give it a setting, or remove it".to_owned());
        let message = format!("`{key}` says nothing, and Traefik refuses it empty");
        decoder.error(DecodeErrorKind::Value, node.at, message, help);
    }
    for (key, entry) in map {
        decoder.in_key(key, |decoder| filled(key, &entry.value, decoder));
    }
}
