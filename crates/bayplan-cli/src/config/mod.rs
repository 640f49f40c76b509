//! `bayplan config`: the project that Docker Compose makes of compose files, as `docker compose config` prints it.

mod lists;
mod request;
mod standard_input;

use crate::args::{ConfigArgs, ConfigList, Format};
use crate::render::pretty;
use crate::run::{Runner, Said, line};
use crate::{Exit, Failure};
use bayplan::disk::Disk;
use bayplan::finding::Report;
use bayplan::resolve::bind::{Encoding, sort};
use bayplan::resolve::environment::EnvFiles;
use bayplan::resolve::extract::variables;
use bayplan::resolve::load::{Cache, Loader, Options};
use bayplan::resolve::pinned::{lock, resolve_digests};
use bayplan::resolve::project::{Project, Settings};
use bayplan::resolve::selection::{check_container_names, only, without_unnecessary_resources};
use bayplan::resolve::service_hash::service_hashes;
use bayplan::resolve::skip::Skip;
use bayplan::rules::drop_consequences;
use bayplan::source::Sources;
use bayplan_yaml::{Node, Value};
use request::{Asker, Request};
use standard_input::WithStandardInput;
use std::path::Path;

/// What one run of the verb reads from and tells to.
struct Config<'a> {
    args: &'a ConfigArgs,
    format: Format,
    disk: &'a WithStandardInput<'a>,
    sources: &'a mut Sources,
    report: &'a mut Report,
}

impl Runner<'_> {
    pub(crate) fn config(self, args: &ConfigArgs, said: &mut Said) -> Result<Exit, Failure> {
        let (mut sources, mut report) = (Sources::new(), Report::new());
        let text = self.configured(args, &mut sources, &mut report)?;
        said.err.push_str(&pretty::findings(&report, &sources, self.err));
        if report.denied() {
            let files = sources.files().count();
            line(&mut said.err, &pretty::summary(&report, &sources, files, self.err));
            return Ok(Exit::Denied);
        }
        let whole = !(args.no_interpolate && args.list.whole()) || args.services.is_empty();
        if !whole {
            line(&mut said.err, "with `--no-interpolate`, the whole project is printed, not single services");
        }
        match &args.output {
            _ if args.quiet => {}
            Some(path) => crate::output::write(&self.here.join(path), &text)?,
            None => said.out.push_str(&text),
        }
        Ok(Exit::Clean)
    }

    /// The text to print, and what is wrong.
    ///
    /// # Errors
    /// Says what it could not do.
    pub fn configured(self, args: &ConfigArgs, sources: &mut Sources, report: &mut Report) -> Result<String, Failure> {
        let root = std::path::absolute(if self.here.as_os_str().is_empty() { Path::new(".") } else { self.here })
            .map_err(|error| Failure::io("find", self.here, &error))?;
        let disk = WithStandardInput::new(Disk::new(self.here));
        let request = Asker { args, root: &root, disk: &disk, sources, report }.request()?;
        let config = Config { args, format: self.out.format, disk: &disk, sources, report };
        let text = config.text(&request)?;
        drop_consequences(report);
        report.sort(sources);
        Ok(text)
    }
}

impl Config<'_> {
    /// The text to print; what is wrong is in the report.
    fn text(mut self, request: &Request) -> Result<String, Failure> {
        let list = &self.args.list;
        // What is seen without its variables is a tree of texts yet.
        if list.variables || self.args.no_interpolate && (list.services || list.whole()) {
            let Some(tree) = self.tree(request) else { return Ok(String::new()) };
            return match list {
                list if list.variables => lists::variables(&variables(&tree), self.format),
                list if list.services => Ok(lists::lines(lists::keys(&tree, "services"), self.format)),
                _ => self.print_tree(tree),
            };
        }
        let Some(project) = self.project(request) else { return Ok(String::new()) };
        if list.hash.as_deref().is_some_and(|names| !names.is_empty()) {
            return Ok(self.hashes(project));
        }
        if !list.whole() {
            return Ok(lists::lines(lists::names(self.args, &project), self.format));
        }
        self.print_project(project)
    }

    fn options(&self, request: &Request) -> Options {
        let args = self.args;
        let list = &args.list;
        let names_only = list.services || list.volumes || list.networks || list.models || list.hash.is_some();
        let skip = Skip {
            paths: args.no_path_resolution,
            normalization: args.no_normalize || args.compatibility,
            consistency: args.no_consistency,
            environment: args.no_env_resolution || names_only,
            validation: list.variables,
        };
        let interpolate = !(args.no_interpolate || list.variables);
        Options { interpolate, canonical: true, home: request.home.clone(), skip, ..Options::default() }
    }

    fn settings(&self, request: &Request) -> Settings {
        let ConfigList { services, volumes, networks, models, hash, .. } = &self.args.list;
        let all = *services || *volumes || *networks || *models || hash.is_some();
        Settings {
            name: self.args.project_name.clone().filter(|name| !name.is_empty()),
            folder: request.folder.rsplit('/').next().unwrap_or_default().to_owned(),
            profiles: self.args.profiles.clone(),
            services: if all { Vec::new() } else { self.args.services.clone() },
            keep_env_files: false,
        }
    }

    fn tree(&mut self, request: &Request) -> Option<Node> {
        let (options, settings) = (self.options(request), self.settings(request));
        let mut cache = Cache::default();
        let mut loader = Loader::new(self.disk, &mut cache, self.sources, self.report, options);
        loader.tree(&request.files, &request.folder, &request.scope, &settings)
    }

    fn project(&mut self, request: &Request) -> Option<Project> {
        let (options, settings) = (self.options(request), self.settings(request));
        let mut cache = Cache::default();
        let mut loader = Loader::new(self.disk, &mut cache, self.sources, self.report, options);
        let mut project = loader.project(&request.files, &request.folder, &request.scope, &settings)?;
        if !self.args.all_resources {
            without_unnecessary_resources(&mut project.node);
        }
        Some(project)
    }

    fn print_tree(self, mut tree: Node) -> Result<String, Failure> {
        if self.args.resolve_image_digests || self.args.lock_image_digests {
            let names = lists::keys(&tree, "services");
            resolve_digests(&mut tree, &names, self.report);
        }
        if self.args.lock_image_digests {
            lock(&mut tree);
        }
        sort(&mut tree);
        self.encoded(tree)
    }

    fn print_project(self, mut project: Project) -> Result<String, Failure> {
        let (args, encoding) = (self.args, if self.format == Format::Json { Encoding::Json } else { Encoding::Yaml });
        if !args.no_consistency {
            check_container_names(&project.node, self.report);
        }
        if args.resolve_image_digests || args.lock_image_digests {
            let mut names = lists::keys(&project.node, "services");
            names.extend(project.disabled.services.keys().map(ToString::to_string));
            resolve_digests(&mut project.node, &names, self.report);
        }
        if self.report.denied() {
            return Ok(String::new());
        }
        if args.lock_image_digests {
            lock(&mut project.node);
            project.name.clear();
        }
        let interpolate = !args.no_interpolate;
        let mut node = project.print(encoding);
        if let (true, Encoding::Yaml, Value::Map(map)) = (args.lock_image_digests, encoding, &mut node.value) {
            map.shift_remove("name");
        }
        let text = self.encoded(node)?;
        // Whoever reads the output replaces variables again.
        Ok(if interpolate { text.replace('$', "$$") } else { text })
    }

    /// The hashes of the services that are named, one a line.
    fn hashes(self, mut project: Project) -> String {
        let named = self.args.list.hash.as_deref().filter(|named| *named != "*");
        let names: Vec<&str> = named.into_iter().flat_map(|named| named.split(',')).collect();
        only(&mut project.node, &names, self.report);
        let lookup = |name: &str| project.scope.get(name).map(str::to_owned);
        if !self.args.no_env_resolution {
            EnvFiles::new(self.disk, self.sources, self.report).environment(&mut project.node, &lookup, false);
        }
        let platform = lookup("DOCKER_DEFAULT_PLATFORM");
        let hashes = service_hashes(&project.node, platform.as_deref(), self.report);
        match self.format {
            Format::Json => serde_json::Value::from_iter(hashes).to_string() + "\n",
            _ => hashes.iter().map(|(name, hash)| format!("{name} {hash}\n")).collect(),
        }
    }

    fn encoded(self, node: Node) -> Result<String, Failure> {
        lists::encoded(node, self.format)
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
        let exit =
            Runner { here: &here, compiler: &Library::default(), out: style, err: style }.run(&cli.verb, &mut said);
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
    }
}
