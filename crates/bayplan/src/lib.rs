//! bayplan compiles blueprints (Compose plus a few intents) to compose files, Traefik, Prometheus, Alloy and dnsmasq
//! configuration that agree with each other.
//!
//! ```text
//!  blueprint.yaml ─┐
//!  compose.yaml  ──┼─ resolve ─► Plan ─ rules ─► Report ─ fix ─► edits of the same YAML
//!  Rust (dsl) ─────┘                │              │
//!                                   └── nothing denied: Vetted<Plan> ─ emit ─► Tree ─ sync ─► disk
//! ```
//!
//! # The parts
//!
//! | module | what it is |
//! |---|---|
//! | [`compile`] | the whole way, one function for each kind of input: a [fleet](compile::fleet) of blueprints, one [built in Rust](compile::built), [Compose projects](compile::projects) |
//! | [`dsl`], [`prelude`] | fleets in Rust |
//! | [`value`], [`compose`], [`blueprint`] | what values may be, the Compose Specification as structs, the intents |
//! | [`resolve`] | variables, `include`, `extends`, merging, expressions, networks: as Docker Compose does it |
//! | [`catalog`] | the archetypes behind `use:` |
//! | [`plan`] | what the emitters make files from and the rules look at |
//! | [`rules`], [`finding`], [`fix`] | what is wrong, how it is said, and how it is mended |
//! | [`observe`] | what other programs are told in the same repository |
//! | [`emit`] | one target a file |
//!
//! Without its default features the crate does no IO: texts come from whoever calls it ([`resolve::files::Files`]), trees go to them. `disk`
//! reads files, `sync` writes trees, `build` is for build scripts.
//!
//! # A fleet in Rust
//!
//! `bayplan init --rust` writes a package `xtask` whose `main` is `bayplan_cli::xtask_main([fleet()])`; then `cargo xtask gen` writes
//! `generated/`. [`dsl`] shows what such a fleet looks like, and what rustc refuses.
//!
//! # Checking compose files from another program
//!
//! ```
//! use bayplan::compile::{self, ComposeProject};
//! use bayplan::finding::{Level, Report};
//! use bayplan::rules::Policy;
//! use bayplan::source::Sources;
//! use std::collections::BTreeMap;
//! use std::sync::Arc;
//!
//! // Anything that gives texts by path: here a map, `bayplan::disk::Disk` for files.
//! let text = "services:\n  web:\n    image: nginx:1.27.3\n    privileged: true\n";
//! let files = BTreeMap::from([("shop/compose.yaml".to_owned(), Arc::<str>::from(text))]);
//! let project = ComposeProject {
//!     folder: "shop".to_owned(),
//!     name: "shop".to_owned(),
//!     files: vec!["shop/compose.yaml".to_owned()],
//!     variant: false,
//! };
//! let (mut sources, mut report) = (Sources::new(), Report::new());
//! compile::projects(&[project], &Policy::default(), &Default::default(), &files, None, &mut sources, &mut report);
//!
//! let finding = report.findings.iter().find(|finding| finding.rule == "privileged-container").unwrap();
//! assert_eq!(finding.level, Level::Warn);
//! let place = sources.place(finding.at);
//! assert_eq!((place.name, place.start.unwrap().line), ("shop/compose.yaml", 4));
//! ```
//!
//! # Compiling a fleet to texts
//!
//! ```
//! use bayplan::compile::{self, FleetTexts};
//! use bayplan::finding::Report;
//! use bayplan::prelude::*;
//! use bayplan::resolve::files::NoFiles;
//! use bayplan::rules::Policy;
//! use bayplan::source::Sources;
//!
//! let mut hello = Stack::new("hello");
//! hello.add("web", Service::image(image!("traefik/whoami:v1.11.0")).user("65534:65534").size("tiny"));
//! let mut fleet = Fleet::new("home");
//! fleet.defaults(hardened());
//! fleet.add(hello);
//!
//! let texts = FleetTexts {
//!     name: "home", settings: None, folder: "", blueprints: &[], files: &NoFiles, env_files: &[], back: ".",
//!     policy: &Policy::default(), trace: false, today: None,
//! };
//! let (mut sources, mut report) = (Sources::new(), Report::new());
//! let compiled = compile::built(&fleet, &texts, None, &mut sources, &mut report);
//! assert!(!report.denied(), "{:?}", report.findings);
//! let tree = compiled[0].tree.as_ref().unwrap();
//! assert!(tree.get("compose/hello/compose.yaml").unwrap().contains("read_only: true"));
//! ```

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
