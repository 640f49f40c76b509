//! `documents and environment → plan`: the phases, one a file, by the names and in the order of compose-go 2.16.2, then the
//! intents.

pub mod aliases;
pub mod bind;
mod brought;
pub mod canonical;
pub mod cast;
pub mod composites;
pub mod consistency;
pub mod defaults;
pub mod dotenv;
pub mod environment;
pub mod expression;
mod extends;
pub mod extract;
pub mod files;
mod hash;
mod include;
pub mod instances;
pub mod interpolate;
pub mod limits;
pub mod load;
pub mod merge;
pub mod networks;
pub mod normalize;
pub mod paths;
pub mod pinned;
pub mod profiles;
pub mod project;
pub mod provenance;
pub mod reset;
pub mod same;
pub mod scope;
pub mod selection;
pub mod service_hash;
pub mod settle;
pub mod skip;
#[cfg(test)]
mod testing;
pub mod unicity;
pub mod validation;
pub mod variables;
pub mod visit;
pub mod within;
pub mod written;
