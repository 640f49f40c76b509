//! `bayplan config`: the project that Docker Compose makes of compose files, as `docker compose config` prints it.

use crate::args::{ConfigArgs, Format};
use crate::discover;
use crate::disk::Disk;
use crate::render::pretty;
use crate::run::{Runner, Said, line};
use crate::{Exit, Failure};
use bayplan::finding::Report;
use bayplan::record::scalar::json;
use bayplan::resolve::bind::{Encoding, sort};
use bayplan::resolve::extract::{Variable, variables};
use bayplan::resolve::files::Files;
use bayplan::resolve::load::{Cache, Loader, Options};
use bayplan::resolve::profiles::profiles;
use bayplan::resolve::project::{Project, Settings};
use bayplan::resolve::scope::{Scope, Supplier};
use bayplan::resolve::selection::{check_container_names, images, without_unnecessary_resources};
use bayplan::source::Sources;
use bayplan_yaml::{Map, Node, Printer, Value};
use indexmap::IndexMap;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What the command line, the variables and the disk say about a project.
struct Request {
    files: Vec<String>,
    /// The folder of the project, absolute.
    folder: String,
    scope: Scope,
}

impl Runner<'_> {
    pub(crate) fn config(self, args: &ConfigArgs, said: &mut Said) -> Result<Exit, Failure> {
        let (mut sources, mut report) = (Sources::new(), Report::new());
        let root = std::path::absolute(if self.here.as_os_str().is_empty() { Path::new(".") } else { self.here })
            .map_err(|error| Failure::io("find", self.here, &error))?;
        let request = self.request(args, &root, &mut sources, &mut report)?;
        let text = self.resolved(args, &request, &mut sources, &mut report)?;
        sources.shorten(&root.to_string_lossy().replace('\\', "/"));
        report.sort(&sources);
        said.err.push_str(&pretty::findings(&report, &sources, self.err));
        if report.denied() {
            let files = sources.files().count();
            line(&mut said.err, &pretty::summary(&report, &sources, files, self.err));
            return Ok(Exit::Denied);
        }
        said.out.push_str(&text);
        Ok(Exit::Clean)
    }

    /// The text to print; what is wrong is in the report.
    fn resolved(
        self,
        args: &ConfigArgs,
        request: &Request,
        sources: &mut Sources,
        report: &mut Report,
    ) -> Result<String, Failure> {
        let disk = Disk(self.here);
        let interpolate = !(args.no_interpolate || args.list.variables);
        let home = std::env::home_dir().map(|home| home.to_string_lossy().into_owned());
        let options = Options { interpolate, canonical: true, home, ..Options::default() };
        let settings = Settings {
            name: args.project_name.clone(),
            folder: request.folder.rsplit('/').next().unwrap_or_default().to_owned(),
            profiles: args.profiles.clone(),
            services: args.services.clone(),
            keep_env_files: false,
        };
        let mut cache = Cache::default();
        let mut loader = Loader::new(&disk, &mut cache, sources, report, options);
        if !interpolate {
            let tree = loader.tree(&request.files, &request.folder, &request.scope, &settings);
            let Some(mut tree) = tree else { return Ok(String::new()) };
            if args.list.variables {
                return Ok(self.variables(&variables(&tree)));
            }
            sort(&mut tree);
            return self.encoded(tree);
        }
        let project = loader.project(&request.files, &request.folder, &request.scope, &settings);
        let Some(mut project) = project else { return Ok(String::new()) };
        without_unnecessary_resources(&mut project.node);
        let list = &args.list;
        if list.services || list.images || list.volumes || list.networks || list.profiles {
            return Ok(self.list(args, &project));
        }
        check_container_names(&project.node, report);
        if report.denied() {
            return Ok(String::new());
        }
        let encoding = if self.out.format == Format::Json { Encoding::Json } else { Encoding::Yaml };
        // Whoever reads the output replaces variables again.
        Ok(self.encoded(project.print(encoding))?.replace('$', "$$"))
    }

    fn list(self, args: &ConfigArgs, project: &Project) -> String {
        let keys = |section: &str| -> BTreeSet<String> {
            let map = project.node.get(section).and_then(Node::as_map);
            map.into_iter().flat_map(Map::keys).map(|key| key.to_string()).collect()
        };
        let names: Vec<String> = match &args.list {
            list if list.services => keys("services").into_iter().collect(),
            list if list.volumes => keys("volumes").into_iter().collect(),
            list if list.networks => keys("networks").into_iter().collect(),
            list if list.images => images(&project.node, &project.name),
            _ => {
                let enabled = project.node.get("services").and_then(Node::as_map).into_iter().flat_map(Map::values);
                let all = enabled.chain(project.disabled.services.values());
                let names: BTreeSet<String> = all.flat_map(|entry| profiles(&entry.value)).map(str::to_owned).collect();
                names.into_iter().collect()
            }
        };
        let mut out = String::new();
        match self.out.format {
            Format::Json => line(&mut out, &json!(names).to_string()),
            Format::Pretty => names.iter().for_each(|name| line(&mut out, name)),
        }
        out
    }

    /// A table, as `docker compose config --variables` prints it.
    fn variables(self, variables: &BTreeMap<String, Variable>) -> String {
        let mut out = String::new();
        if self.out.format == Format::Json {
            let object: serde_json::Map<String, serde_json::Value> = variables
                .iter()
                .map(|(name, variable)| {
                    let Variable { default, alternative, required } = variable;
                    let value = json!({
                        "Name": name, "DefaultValue": default, "PresenceValue": alternative, "Required": required
                    });
                    (name.clone(), value)
                })
                .collect();
            line(&mut out, &serde_json::Value::Object(object).to_string());
            return out;
        }
        let head = ["NAME", "REQUIRED", "DEFAULT VALUE", "ALTERNATE VALUE"].map(str::to_owned);
        let rows = variables.iter().map(|(name, variable)| {
            [name.clone(), variable.required.to_string(), variable.default.clone(), variable.alternative.clone()]
        });
        let rows: Vec<[String; 4]> = std::iter::once(head).chain(rows).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count() + 3).max().unwrap_or(0).max(20);
        let widths = [width(0), width(1), width(2)];
        for [name, required, default, alternative] in &rows {
            let [a, b, c] = widths;
            line(&mut out, &format!("{name:a$}{required:b$}{default:c$}{alternative}"));
        }
        out
    }

    fn encoded(self, mut node: Node) -> Result<String, Failure> {
        values_only(&mut node);
        if self.out.format == Format::Json {
            return match serde_json::to_string_pretty(&json(&node)) {
                Ok(text) => Ok(text + "\n"),
                Err(error) => Err(Failure::new(format!("cannot print the project: {error}"))),
            };
        }
        Printer::default().print(&node).map_err(|error| Failure::new(format!("cannot print `{}`: {error}", error.path)))
    }

    /// Which files there are, and which variables.
    fn request(
        self,
        args: &ConfigArgs,
        root: &Path,
        sources: &mut Sources,
        report: &mut Report,
    ) -> Result<Request, Failure> {
        let disk = Disk(self.here);
        let mut shell: IndexMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        shell.entry("PWD".to_owned()).or_insert_with(|| root.to_string_lossy().into_owned());
        let of = |name: &str| shell.get(name).filter(|value| !value.is_empty()).cloned();
        let env_files = match (args.env_files.as_slice(), of("COMPOSE_ENV_FILES")) {
            ([], Some(listed)) => listed.split(',').map(PathBuf::from).collect(),
            (named, _) => named.to_vec(),
        };
        let no_default = of("COMPOSE_DISABLE_ENV_FILE")
            .is_some_and(|off| matches!(&*off, "1" | "t" | "T" | "true" | "TRUE" | "True"));
        let scope = Scope::of(Supplier::Shell, shell);
        let mut named = Vec::new();
        for file in &env_files {
            named.extend(discover::read(self.here, file, sources, report)?);
        }
        let scope = scope.with_files(&named, sources, report);
        let first = args.files.first().map(|file| file.parent().unwrap_or(Path::new("")).to_owned());
        let mut folder = args.project_directory.clone().or(first);
        // Where nothing is named, `.env` of the folder to start from and that of the project both count.
        let mut default = |folder: &Path, scope: Scope| -> Result<Scope, Failure> {
            let path = folder.join(".env");
            if !env_files.is_empty() || no_default || disk.read(&path.to_string_lossy()).is_err() {
                return Ok(scope);
            }
            let source = discover::read(self.here, &path, sources, report)?;
            Ok(source.map_or(scope.clone(), |source| scope.with_file(source, sources, report)))
        };
        let mut scope = default(folder.as_deref().unwrap_or(Path::new("")), scope)?;
        let mut files = args.files.clone();
        if files.is_empty()
            && let Some(listed) = scope.get("COMPOSE_FILE")
        {
            let separator = scope.get("COMPOSE_PATH_SEPARATOR").filter(|text| !text.is_empty());
            files =
                listed.split(separator.unwrap_or(if cfg!(windows) { ";" } else { ":" })).map(PathBuf::from).collect();
        }
        if files.is_empty() {
            files = discover::upward(&root.join(folder.as_deref().unwrap_or(Path::new(""))));
        }
        if files.is_empty() {
            return Err(Failure::new("there is no compose file here or above").help("name one with `-f`"));
        }
        if files.iter().any(|file| file == Path::new("-")) {
            return Err(Failure::new("standard input is not read").help("write it to a file, and name that with `-f`"));
        }
        if folder.is_none() {
            let found = files.first().and_then(|file| file.parent()).unwrap_or(Path::new("")).to_owned();
            if root.join(&found) != *root {
                scope = default(&found, scope)?;
            }
            folder = Some(found);
        }
        let folder = root.join(folder.unwrap_or_default()).to_string_lossy().replace('\\', "/");
        let shown = |file: &PathBuf| discover::show(root, &root.join(file));
        Ok(Request { files: files.iter().map(shown).collect(), folder: bayplan::resolve::files::clean(&folder), scope })
    }
}

/// The values alone: what they were before variables were replaced is not printed.
fn values_only(node: &mut Node) {
    node.extra = None;
    match &mut node.value {
        Value::Map(map) => map.values_mut().for_each(|entry| values_only(&mut entry.value)),
        Value::Seq(items) => items.iter_mut().for_each(values_only),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Cli;
    use crate::compile::Library;
    use crate::render::Style;
    use clap::Parser;

    fn config(files: &[(&str, &str)], args: &str) -> (Result<Exit, Failure>, Said) {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().join("shop");
        for (name, text) in files {
            let path = here.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let cli = Cli::try_parse_from(format!("bayplan config {args}").split_whitespace()).unwrap();
        let style = Style { format: cli.output.format, color: false, unicode: false, width: 80 };
        let mut said = Said::default();
        let exit = Runner { here: &here, compiler: &Library, out: style, err: style }.run(&cli.verb, &mut said);
        (exit, said)
    }

    #[test]
    fn a_project_is_printed_in_its_long_form() {
        let files = [
            ("compose.yaml", "services: {web: {image: 'web:${TAG}', network_mode: none, labels: [a=$$b]}}\n"),
            (".env", "TAG=1\n"),
        ];
        let (exit, said) = config(&files, "");
        assert_eq!((exit, said.err.as_str()), (Ok(Exit::Clean), ""));
        let project = [
            "name: shop",
            "services:",
            "  web:",
            "    image: web:1",
            "    labels:",
            "      a: $$b",
            "    network_mode: \"none\"",
        ];
        assert_eq!(said.out.lines().collect::<Vec<_>>(), project);
    }

    #[test]
    fn what_is_wrong_is_shown_at_its_place_and_nothing_is_printed() {
        let (exit, said) = config(
            &[("sub/compose.yaml", "services:\n  web:\n    image: i\n    networks: [front]\n")],
            "-f sub/compose.yaml",
        );
        assert_eq!((exit, said.out.as_str()), (Ok(Exit::Denied), ""));
        assert!(said.err.contains("sub/compose.yaml:4:16"), "{}", said.err);
        assert!(said.err.contains("service `web` refers to undefined network `front`"), "{}", said.err);
    }

    #[test]
    fn variables_are_listed_with_their_defaults() {
        let files = [("compose.yaml", "services: {web: {image: '${NAME:-web}:${TAG?}'}}\n")];
        let table = [
            "NAME                REQUIRED            DEFAULT VALUE       ALTERNATE VALUE",
            "NAME                false               web                 ",
            "TAG                 true                                    ",
        ];
        assert_eq!(config(&files, "--variables").1.out.lines().collect::<Vec<_>>(), table);
        assert_eq!(
            config(&files, "--variables --format json").1.out,
            "{\"NAME\":{\"Name\":\"NAME\",\"DefaultValue\":\"web\",\"PresenceValue\":\"\",\"Required\":false},\"TAG\":{\"Name\":\"TAG\",\"DefaultValue\":\"\",\"PresenceValue\":\"\",\"Required\":true}}\n"
        );
    }

    #[test]
    fn without_a_file_there_is_nothing_to_print() {
        let (exit, _) = config(&[("notes.txt", "")], "-f missing.yaml");
        assert_eq!(exit, Ok(Exit::Denied));
        assert!(config(&[("compose.yaml", "services: {}")], "-f -").0.is_err());
    }
}
