//! `bayplan export`: the fleets that are built in Rust, in YAML.

use crate::args::ExportArgs;
use crate::discover;
use crate::run::{Runner, Said, line, unknown};
use crate::{Exit, Failure, output};

impl Runner<'_> {
    /// Prints the fleets, or writes them as blueprints.
    pub(crate) fn export(self, args: &ExportArgs, said: &mut Said) -> Result<Exit, Failure> {
        let fleets = self.compiler.built();
        if fleets.is_empty() {
            return Err(Failure::new("there is no fleet in Rust to export")
                .help("run this from the program that builds one, such as `cargo xtask export`"));
        }
        if let Some(name) = args.fleet.as_ref().filter(|name| !fleets.iter().any(|fleet| fleet.name() == *name)) {
            return Err(unknown("fleet", name, fleets.iter().map(|fleet| fleet.name()), "cargo xtask export"));
        }
        let chosen = fleets.iter().filter(|fleet| args.fleet.as_deref().is_none_or(|name| fleet.name() == name));
        let files: Vec<(String, String)> = chosen
            .flat_map(|fleet| {
                let named = |(name, text)| (format!("{}/{name}", fleet.name()), text);
                fleet.to_yaml().into_iter().map(named)
            })
            .collect();
        let Some(folder) = &args.write else {
            for (path, text) in &files {
                line(&mut said.out, &format!("# {path}\n{text}---"));
            }
            return Ok(Exit::Clean);
        };
        let folder = self.here.join(folder);
        if let Some((path, _)) = files.iter().find(|(path, _)| folder.join(path).exists()) {
            return Err(Failure::new(format!("there is `{}` already", discover::show(self.here, &folder.join(path))))
                .help("export to another folder, and compare"));
        }
        for (path, text) in &files {
            let path = folder.join(path);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(|error| Failure::io("create", parent, &error))?;
            }
            output::write(&path, text)?;
            line(&mut said.out, &format!("+ {}", discover::show(self.here, &path)));
        }
        Ok(Exit::Clean)
    }
}
