//! `command line → what to do`.

use bayplan::rules::Profile;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Compiles blueprints to compose files and the Traefik, Prometheus, Alloy and dnsmasq configuration that belongs to them.
#[derive(Debug, Parser)]
#[command(name = "bayplan", version, disable_help_subcommand = true, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 clean, 1 a denied finding or stale output, 2 could not run")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
    /// How to print.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// How to print.
#[derive(Debug, Clone, Args)]
pub struct OutputArgs {
    /// The format of findings and results
    #[arg(long, global = true, value_enum, default_value_t = Format::Pretty, value_name = "FORMAT")]
    pub format: Format,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
}

/// The verbs.
#[derive(Debug, Clone, Subcommand)]
pub enum Verb {
    /// Compile fleets and write their output
    Gen(GenArgs),
    /// Check blueprints and compose files; write nothing
    Lint(LintArgs),
    /// Show the edits that mend findings, or make them
    Fix(FixArgs),
    /// Print the project that Docker Compose makes of compose files
    Config(ConfigArgs),
    /// Explain a rule, where a value comes from, or who sets a variable
    Explain(ExplainArgs),
    /// Print or write the JSON Schemas and the rules page
    Schema(SchemaArgs),
    /// Write the first files of a fleet, in YAML or in Rust
    Init(InitArgs),
    /// Print the fleets that are built in Rust as YAML, or write them as blueprints
    Export(ExportArgs),
    /// Print what completes the command line in a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man,
}

/// `bayplan init`
#[derive(Debug, Clone, Args)]
pub struct InitArgs {
    /// A fleet in Rust: a package `xtask`, so that `cargo xtask gen` compiles it
    #[arg(long)]
    pub rust: bool,
    /// The folder that holds the crates `bayplan` and `bayplan-cli`, in place of the registry
    #[arg(long, value_name = "DIR", requires = "rust")]
    pub crates: Option<PathBuf>,
    /// The name of the fleet
    #[arg(value_name = "NAME", default_value = "home")]
    pub name: String,
}

/// `bayplan export`
#[derive(Debug, Clone, Args)]
pub struct ExportArgs {
    /// Write `DIR/FLEET/*.yaml`, where no such file is there yet
    #[arg(long, value_name = "DIR")]
    pub write: Option<PathBuf>,
    /// Only this fleet
    #[arg(value_name = "FLEET")]
    pub fleet: Option<String>,
}

/// `bayplan gen`
#[derive(Debug, Clone, Args)]
pub struct GenArgs {
    /// Write nothing; exit with 1 where the output is stale
    #[arg(long)]
    pub check: bool,
    /// Show what changes
    #[arg(long)]
    pub diff: bool,
    /// Only this environment
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Overwrite files that were edited by hand or not written by bayplan
    #[arg(long)]
    pub force: bool,
    /// Where to write
    #[arg(long, value_name = "DIR", default_value = "generated")]
    pub out: PathBuf,
    /// Fleet folders (each holds a `fleet.yaml`), or folders of them; all under `blueprints/` by default
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

/// `bayplan lint`
#[derive(Debug, Clone, Args)]
pub struct LintArgs {
    /// Only this environment
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// How strict the rules are, whatever the settings say: default, homelab, production, cis or all
    #[arg(long, value_name = "NAME", value_parser = profile)]
    pub profile: Option<Profile>,
    /// Only what was not found where the branch left this Git revision, such as `main`
    #[arg(long, value_name = "REVISION", conflicts_with = "add_exemptions")]
    pub diff: Option<String>,
    /// Write an exemption from everything that is found into `bayplan.yaml`
    #[arg(long)]
    pub add_exemptions: bool,
    /// The reason of the exemptions
    #[arg(long, value_name = "TEXT", requires = "add_exemptions")]
    pub reason: Option<String>,
    /// Show every finding with an excerpt; else the first few of each rule in a file, and the others counted
    #[arg(long)]
    pub all: bool,
    /// Fleet folders, compose files, or folders of them; everything here and below by default
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

/// `bayplan fix`
#[derive(Debug, Clone, Default, Args)]
pub struct FixArgs {
    /// Edit the files; without it, the edits are shown, and the exit code is 1 where there are some
    #[arg(long)]
    pub apply: bool,
    /// Make edits too after which containers may do something else
    #[arg(long = "unsafe")]
    pub risky: bool,
    /// Only what this rule finds; may be given several times
    #[arg(long, value_name = "RULE")]
    pub only: Vec<String>,
    /// How strict the rules are, whatever the settings say: default, homelab, production, cis or all
    #[arg(long, value_name = "NAME", value_parser = profile)]
    pub profile: Option<Profile>,
    /// Fleet folders, compose files, or folders of them; everything here and below by default
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

fn profile(word: &str) -> Result<Profile, String> {
    let found = Profile::ALL.iter().find(|profile| profile.as_str() == word);
    found.copied().ok_or_else(|| format!("the profiles are {}", Profile::WORDS.join(", ")))
}

/// `bayplan config`
#[derive(Debug, Clone, Default, Args)]
pub struct ConfigArgs {
    /// A compose file, or `-` for standard input; of several, later ones override earlier ones. `COMPOSE_FILE`, or the one
    /// in this folder or above, by default
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The folder that relative paths start from; that of the first file by default
    #[arg(long, alias = "workdir", value_name = "DIR")]
    pub project_directory: Option<PathBuf>,
    /// The name of the project
    #[arg(short = 'p', long, value_name = "NAME")]
    pub project_name: Option<String>,
    /// A file with variables; of several, later ones win. `COMPOSE_ENV_FILES`, or `.env`, by default
    #[arg(long = "env-file", value_name = "FILE")]
    pub env_files: Vec<PathBuf>,
    /// A profile to activate; `*` for all; `COMPOSE_PROFILES` by default
    #[arg(long = "profile", value_name = "NAME")]
    pub profiles: Vec<String>,
    /// Replace no variables
    #[arg(long)]
    pub no_interpolate: bool,
    /// Keep relative paths
    #[arg(long)]
    pub no_path_resolution: bool,
    /// Add nothing that is only implied: default networks, names, dependencies
    #[arg(long)]
    pub no_normalize: bool,
    /// Let services name what is not there
    #[arg(long)]
    pub no_consistency: bool,
    /// Read no `env_file` of services
    #[arg(long)]
    pub no_env_resolution: bool,
    /// Keep networks, volumes, secrets, configs and models that no service uses
    #[arg(long)]
    pub all_resources: bool,
    /// As Docker Compose 1 did: `_` in the names of images, and `--no-normalize`
    #[arg(long)]
    pub compatibility: bool,
    /// Refuse images without a digest: only their registry knows it, and nothing is fetched
    #[arg(long)]
    pub resolve_image_digests: bool,
    /// Print an override file with the images and their digests
    #[arg(long)]
    pub lock_image_digests: bool,
    /// Print nothing but what is wrong
    #[arg(short = 'q', long)]
    pub quiet: bool,
    /// Write to this file, whole or not at all
    #[arg(short = 'o', long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// What to print in place of the project
    #[command(flatten)]
    pub list: ConfigList,
    /// Only these services and those they depend on
    #[arg(value_name = "SERVICE")]
    pub services: Vec<String>,
}

/// What `bayplan config` lists in place of the project.
#[derive(Debug, Clone, Default, Args)]
#[group(multiple = false)]
pub struct ConfigList {
    /// List the services
    #[arg(id = "list-services", long = "services")]
    pub services: bool,
    /// List the images
    #[arg(long)]
    pub images: bool,
    /// List the volumes
    #[arg(long)]
    pub volumes: bool,
    /// List the networks
    #[arg(long)]
    pub networks: bool,
    /// List the profiles
    #[arg(id = "list-profiles", long = "profiles")]
    pub profiles: bool,
    /// List the models
    #[arg(id = "list-models", long = "models")]
    pub models: bool,
    /// List the variables that the files take, and their defaults
    #[arg(long)]
    pub variables: bool,
    /// List the variables that the files are read with
    #[arg(long)]
    pub environment: bool,
    /// List the hashes by which Docker Compose 5.5 knows that services changed; `*` for all
    #[arg(long, value_name = "SERVICE,…")]
    pub hash: Option<String>,
}

/// `bayplan explain`
#[derive(Debug, Clone, Args)]
pub struct ExplainArgs {
    /// A rule (`unpinned-image`), a value (`shop:services.web.ports`) or a variable (`'${TAG}'`); lists the rules where none
    /// is given
    #[arg(value_name = "RULE|PATH|$VARIABLE")]
    pub what: Option<String>,
    /// Print the rules page, in Markdown
    #[arg(long, conflicts_with = "what")]
    pub markdown: bool,
}

/// `bayplan schema`
#[derive(Debug, Clone, Args)]
pub struct SchemaArgs {
    /// The schema's name, such as `blueprint` or `fleet`, or `rules` and `catalog` for the pages; the names where none is given
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// Write all schemas (or the named one) as `NAME.schema.json`, and the pages as `rules.md` and `catalog.md`, into this folder
    #[arg(long, value_name = "DIR")]
    pub write: Option<PathBuf>,
    /// With `--write`: write nothing; exit with 1 where a schema is stale
    #[arg(long, requires = "write")]
    pub check: bool,
}

/// `bayplan completions`
#[derive(Debug, Clone, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// The formats of findings and results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: with excerpts of the source; projects as YAML
    #[value(alias = "table")]
    Pretty,
    /// For people, and what is data as YAML
    Yaml,
    /// For programs: one JSON object
    Json,
    /// For `lint`: one line for each finding
    Short,
    /// For `lint`: SARIF 2.1.0, as code scanning reads it
    Sarif,
    /// For `lint`: workflow commands, which GitHub Actions shows beside the lines
    Github,
}

impl Format {
    /// Whether only findings can be printed in it.
    pub fn is_of_findings(self) -> bool {
        matches!(self, Self::Short | Self::Sarif | Self::Github)
    }
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn global_options_stand_before_and_behind_the_verb() {
        for args in [["bayplan", "--format=json", "lint", "a.yaml"], ["bayplan", "lint", "a.yaml", "--format=json"]] {
            let cli = Cli::try_parse_from(args).unwrap();
            assert_eq!(cli.output.format, Format::Json);
            assert!(matches!(cli.verb, Verb::Lint(lint) if lint.paths == [PathBuf::from("a.yaml")]));
        }
    }

    #[test]
    fn config_takes_the_options_of_docker_compose() {
        let args = "bayplan config -f a.yaml -f b.yaml --profile x --format yaml --services web".split(' ');
        let cli = Cli::try_parse_from(args).unwrap();
        let Verb::Config(config) = cli.verb else { panic!("config") };
        assert_eq!(
            (config.files.len(), config.profiles.len(), config.services, config.list.services),
            (2, 1, vec!["web".to_owned()], true)
        );
        assert!(Cli::try_parse_from("bayplan config --services --images".split(' ')).is_err());
    }
}
