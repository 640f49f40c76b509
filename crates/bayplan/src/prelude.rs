//! What a program that builds a fleet needs: `use bayplan::prelude::*`.

pub use crate::blueprint::{Environment, Host, Logs, Protocol, Reserve, Route, Schedule, Scheme, Scrape, Size};
pub use crate::catalog::archetypes::*;
pub use crate::compose::Healthcheck;
pub use crate::dsl::{Fleet, Handle, Image, Output, Service, Stack, because, cpus, hardened};
pub use crate::finding::Level;
pub use crate::{duration, host, image, memory};
