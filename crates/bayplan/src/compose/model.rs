//! `models`: language models that services use.

use crate::record;
use crate::record::{Each, Extensions, Strict};

record! {
    /// A language model.
    pub struct Model {
        /// The model, such as `ai/smollm2`.
        model [Required]: String,
        /// Its name for Docker.
        name: Option<String>,
        /// How many tokens it can look at.
        context_size: Option<i64> = Strict,
        /// Flags for the program that runs it.
        runtime_flags: Vec<String> = Each,
        ..extensions: Extensions,
    }
}

record! {
    /// How a service learns of a model.
    pub struct ModelGrant {
        /// The environment variable that gets the address of the model.
        endpoint_var: Option<String>,
        /// The environment variable that gets the name of the model.
        model_var: Option<String>,
        ..extensions: Extensions,
    }
}
