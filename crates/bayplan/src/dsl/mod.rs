//! A fleet in Rust: the same blueprints, where names are handles and policies are types.
//!
//! ```
//! use bayplan::prelude::*;
//!
//! let mut shop = Stack::new("shop");
//! let db = shop.add(
//!     "db",
//!     Service::of(Postgres::default().database("shop").user("shop"), "17.5").size("small").no_egress().backup(Schedule::Nightly),
//! );
//! shop.add(
//!     "web",
//!     Service::image(image!("ghcr.io/acme/shop:1.8.2"))
//!         .expose(8080)
//!         .needs(&db)
//!         .environment("DB_HOST", db.host())
//!         .environment("DB_PASSWORD_FILE", db.password_file())
//!         .route("shop")
//!         .metrics(9102)
//!         .size(cpus(1.0).memory(memory!("512M"))),
//! );
//! let mut fleet = Fleet::new("acme");
//! fleet.environment("production", Environment::default().domain("acme.example").ingress([("main", "192.0.2.10")]));
//! fleet.add(shop);
//! assert!(fleet.to_yaml()[1].1.contains("DB_HOST: \"{{ db.host }}\""));
//! ```
//!
//! - A [`Service`] is built by calls that bear the names of Compose's keys and of the intents; [`Service::compose`] takes all other keys,
//!   [`Service::key`] what no type can hold. Every value remembers its call, and findings point there.
//! - [`Stack::add`] gives a [`Handle`]: what others need, mount or interpolate is named by it, so a name that dangles does not compile.
//! - A service without limits cannot be added; [`image!`](crate::image!) and its like refuse literals that break a policy.
//! - [`Fleet::to_yaml`] is the same fleet in YAML, which compiles to the same bytes.

mod draft;
mod fleet;
mod handle;
pub mod literal;
mod reference;
mod service;
mod stack;

pub use fleet::{Built, Fleet, MiddlewareHandle, hardened};
pub use handle::{Handle, IntoNeed, Need, SecretHandle};
pub use literal::Image;
pub use reference::Output;
pub use service::{
    Archetype, Change, HasLimits, IntoRoute, IntoScrape, Leave, Limited, Own, Reason, Service, Unlimited, because, cpus,
};
pub use stack::Stack;
