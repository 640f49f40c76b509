//! The repository's own verbs.

fn main() {}
