//! `bayplan init`: the files to begin with, in YAML or in Rust. Nothing that is there is touched.

use crate::args::InitArgs;
use crate::discover;
use crate::run::{Runner, Said, line};
use crate::{Exit, Failure, output};
use bayplan::value::ProjectName;
use std::path::Path;

/// What stands for the name of the fleet in the templates.
const NAME: &str = "NAME";

/// A file to begin with: its path, its text, and what to do by hand where there is one already; without that, nothing is written.
type Template = (&'static str, &'static str, Option<&'static str>);

const YAML: &[Template] = &[
    ("blueprints/NAME/fleet.yaml", include_str!("../templates/fleet.yaml"), None),
    ("blueprints/NAME/platform.yaml", include_str!("../templates/platform.yaml"), None),
    ("blueprints/NAME/hello.yaml", include_str!("../templates/stack.yaml"), None),
];

const RUST: &[Template] = &[
    ("Cargo.toml", include_str!("../templates/Cargo.toml.txt"), Some("add `xtask` to the `members` of its workspace")),
    (
        ".cargo/config.toml",
        include_str!("../templates/cargo_config.toml.txt"),
        Some("add the alias `xtask = \"run --quiet --package xtask --\"`"),
    ),
    ("xtask/Cargo.toml", include_str!("../templates/xtask_cargo.toml.txt"), None),
    ("xtask/src/main.rs", include_str!("../templates/xtask_main.rs.txt"), None),
    ("xtask/src/fleet.rs", include_str!("../templates/xtask_fleet.rs.txt"), None),
];

impl Runner<'_> {
    /// Writes the files of a new fleet.
    pub(crate) fn init(self, args: &InitArgs, said: &mut Said) -> Result<Exit, Failure> {
        let name = ProjectName::parse(&args.name).map_err(|invalid| {
            Failure::new(format!("`{}` is no name of a fleet", args.name.escape_debug())).maybe_help(invalid.help)
        })?;
        let name = name.as_str();
        let templates = if args.rust { RUST } else { YAML };
        let (ours, theirs): (Vec<&Template>, Vec<&Template>) =
            templates.iter().partition(|(path, ..)| !self.here.join(path.replace(NAME, name)).exists());
        if let Some((path, ..)) = theirs.iter().find(|(.., by_hand)| by_hand.is_none()) {
            return Err(Failure::new(format!("there is `{}` already", path.replace(NAME, name)))
                .help("choose another name, or go on with what is there"));
        }
        for (path, text, _) in &ours {
            let path = self.here.join(path.replace(NAME, name));
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(|error| Failure::io("create", folder, &error))?;
            }
            let text = text
                .replace("CLI_DEPENDENCY", &dependency(args.crates.as_deref(), "bayplan-cli"))
                .replace("DEPENDENCY", &dependency(args.crates.as_deref(), "bayplan"))
                .replace(NAME, name);
            output::write(&path, &text)?;
            line(&mut said.out, &format!("+ {}", discover::show(self.here, &path)));
        }
        for (path, _, by_hand) in theirs {
            line(&mut said.err, &format!("`{path}` is there already: {}", by_hand.unwrap_or_default()));
        }
        let next = match args.rust {
            true => "now run `cargo xtask gen`",
            false => "now run `bayplan gen`, and `bayplan schema --write schema` for your editor",
        };
        line(&mut said.out, next);
        Ok(Exit::Clean)
    }
}

/// Where Cargo finds a crate: in its registry, or in a folder of the user's.
fn dependency(crates: Option<&Path>, name: &str) -> String {
    match crates {
        None => format!("\"{}\"", env!("CARGO_PKG_VERSION")),
        Some(folder) => {
            let folder = std::path::absolute(folder.join(name)).unwrap_or_else(|_| folder.join(name));
            // A text of TOML escapes as JSON does.
            format!("{{ path = {} }}", serde_json::json!(folder.to_string_lossy()))
        }
    }
}
