//! `documents and environment → plan`: the phases, one a file, by the names and in the order of compose-go 2.16.2, then the
//! intents.

pub mod dotenv;
pub mod expression;
pub mod files;
pub mod instances;
pub mod interpolate;
pub mod merge;
pub mod networks;
pub mod reset;
pub mod same;
pub mod settle;
#[cfg(test)]
mod testing;
pub mod unicity;
pub mod variables;
pub mod within;
