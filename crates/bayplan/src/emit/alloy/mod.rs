//! Alloy's configuration language: syntax and printer, and the components a fleet uses.

pub mod check;
pub mod components;
pub mod kinds;
pub mod otelcol;
pub mod print;
pub mod stages;
pub mod syntax;

pub use check::{Problem, check};
pub use syntax::{Block, Body, Expr, Ident, Key, Labels, Reference, Statement};
