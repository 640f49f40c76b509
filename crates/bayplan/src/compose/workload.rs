//! The keys that services and jobs have beyond those of a container.

/// Writes a [`record!`](crate::record!) that has the keys of a container, those of a workload, and its own.
macro_rules! with_workload {
    ($(#[doc = $about:literal])+ pub struct $name:ident { $($own:tt)* }) => {
        $crate::compose::container::with_container! {
            $(#[doc = $about])+
            pub struct $name {
                /// How its image is made.
                build: Option<Box<$crate::compose::build::Build>> = $crate::compose::short::ShortOr,
                /// The services that have to be there first.
                depends_on: indexmap::IndexMap<String, $crate::compose::depends::Dependency> = $crate::compose::short::NamesOr<false>,
                /// How Docker finds out whether it works.
                healthcheck: Option<Box<$crate::compose::healthcheck::Healthcheck>>,
                /// Where its ports are published.
                ports: Vec<$crate::compose::port::Port> = $crate::compose::port::Ports,
                /// Ports that it listens on, for people and programs to know: `port[-end][/protocol]`.
                expose: Vec<String> = $crate::record::Distinct<$crate::compose::port::Exposed>,
                /// Whether its standard input stays open.
                stdin_open: Option<bool>,
                /// Whether it gets a terminal.
                tty: Option<bool>,
                $($own)*
            }
        }
    };
}
pub(crate) use with_workload;
