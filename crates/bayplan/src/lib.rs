//! bayplan compiles blueprints (Compose plus a few intents) to compose files, Traefik, Prometheus, Alloy and dnsmasq
//! configuration that agree with each other.

pub mod blueprint;
#[cfg(feature = "build")]
pub mod build;
pub mod catalog;
pub mod compile;
pub mod compose;
#[cfg(feature = "disk")]
pub mod disk;
pub mod dsl;
pub mod emit;
pub mod finding;
pub mod fix;
pub mod observe;
pub mod plan;
pub mod prelude;
pub mod record;
pub mod repository;
pub mod resolve;
pub mod rules;
pub mod source;
#[cfg(feature = "sync")]
pub mod sync;
pub mod value;
