//! The archetypes as types: what [`Service::of`](crate::dsl::Service::of) takes, and what handles of such services give to others.
//!
//! One line an archetype: its name, its parameters, its outputs beside those that every service has (`host`, `port`, `url` …).

use crate::dsl::{Archetype, Handle, Output};

pub use super::n8n::Database as N8nDatabase;
pub use super::superset::{Database as SupersetDatabase, SupersetRole};

macro_rules! archetypes {
    ($($name:literal: $module:ident::$ty:ident [$($output:ident),*];)+) => {
        $(
            pub use super::$module::$ty;

            impl Archetype for $ty {
                const NAME: &'static str = $name;
            }

            impl Handle<$ty> {
                $(
                    #[doc = concat!("The output `", stringify!($output), "` of the archetype `", $name, "`.")]
                    pub fn $output(&self) -> Output {
                        self.output(stringify!($output))
                    }
                )*
            }
        )+

        /// Each archetype and the outputs that have a method.
        #[cfg(test)]
        const TYPED: &[(&str, &[&str])] = &[$(($name, &[$(stringify!($output)),*])),+];
    };
}

archetypes! {
    "alloy": alloy::Alloy [otlp_grpc, otlp_http];
    "loki": loki::Loki [];
    "mysql": mysql::Mysql [user, database, password_file];
    "n8n": n8n::N8n [];
    "postgres": postgres::Postgres [user, database, password_file];
    "prometheus": prometheus::Prometheus [];
    "redis": redis::Redis [];
    "smtp4dev": smtp4dev::Smtp4dev [];
    "socket-proxy": socket_proxy::SocketProxy [];
    "superset": superset::Superset [];
    "traefik": traefik::Traefik [];
}

#[cfg(test)]
mod tests {
    use super::TYPED;
    use crate::catalog::{CATALOG, Instance};
    use bayplan_yaml::{Decoder, SourceId};

    #[test]
    fn every_archetype_has_a_type_and_every_output_a_method() {
        let named: Vec<&str> = TYPED.iter().map(|(name, _)| *name).collect();
        assert_eq!(named, CATALOG.iter().map(|archetype| archetype.name).collect::<Vec<_>>());
        let with =
            "{ role: app, database: { host: h, name: n, user: u, password: p, password_file: f }, redis_url: r }";
        let with = bayplan_yaml::read(with, SourceId::default(), &Default::default());
        let with = with.first().unwrap();
        for (archetype, (name, methods)) in CATALOG.iter().zip(TYPED) {
            let it = Instance {
                service: "it",
                tag: "1.2.3",
                image: archetype.image,
                url: Some("http://it"),
                tls: false,
                takes_tls: false,
                output: "..",
            };
            // Parameters that an archetype does not have are errors, and expand all the same.
            let expansion = (archetype.expand)(with, &it, &mut Decoder::new()).unwrap();
            let outputs: Vec<&str> = expansion
                .outputs
                .keys()
                .map(String::as_str)
                .filter(|output| !["port", "url", "host"].contains(output))
                .collect();
            assert_eq!(outputs, **methods, "{name}");
        }
    }
}
