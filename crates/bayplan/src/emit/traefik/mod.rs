//! Traefik's configuration as plain structs: what its files can say, with the field names of Traefik 3.7
//! (`pkg/config/dynamic`, `pkg/config/static`). Knows nothing of the plan.
//!
//! Traefik refuses a section without entries ("cannot be a standalone element"), so empty ones are never written; and it
//! reads dynamic files as Go templates first, so [`dynamic_text`] writes `{{` such that it comes out as itself.

pub mod dynamic;
pub mod forms;
pub mod http;
pub mod install;
pub mod middleware;
pub mod rule;
pub mod tcp;
pub mod tls;
pub mod transport;
pub mod udp;

pub use dynamic::Dynamic;
pub use install::Install;
pub use middleware::Middleware;
pub use rule::Rule;

use bayplan_yaml::{Location, print, to_node};
use serde::Serialize;

/// The text of the install configuration (once called static), which is no template.
pub fn install_text(install: &Install) -> String {
    text(install)
}

/// The text of a file of the file provider.
pub fn dynamic_text(dynamic: &Dynamic) -> String {
    template_escaped(&text(dynamic))
}

fn text(value: &impl Serialize) -> String {
    to_node(value, Location::default()).map(|node| print(&node)).unwrap_or_default()
}

/// The text after which Go's template engine gives `text`.
pub fn template_escaped(text: &str) -> String {
    text.replace("{{", "{{\"{{\"}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_come_out_as_themselves() {
        assert_eq!(template_escaped("a: \"{{ b }}\""), "a: \"{{\"{{\"}} b }}\"");
    }
}
