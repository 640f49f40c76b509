//! The options of `bayplan config` and the variables that it honours, beside the real `docker compose config`: both run as
//! programs, with the same variables and standard input and no others.

#![allow(clippy::unwrap_used)]

use bayplan_tests::compose_go::{differences, files, module, tool};
use bayplan_yaml::{Limits, SourceId};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// One run of both programs.
#[derive(Clone, Copy, Default)]
struct Case<'a> {
    /// The folder to stand in, below that of the files.
    folder: &'a str,
    variables: &'a [(&'a str, &'a str)],
    /// The options of `docker compose`, which stand before the verb.
    before: &'a str,
    /// Those of `config`.
    options: &'a str,
    input: &'a str,
}

impl Case<'_> {
    fn name(&self) -> String {
        let variables: String = self.variables.iter().map(|(name, value)| format!("{name}={value} ")).collect();
        let text = format!("config {variables}{} {} {}", self.folder, self.before, self.options);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// What a program prints, or why it refuses.
    fn run(&self, program: &Path, root: &Path, ours: bool) -> Result<String, String> {
        let mut command = Command::new(program);
        command.current_dir(root.join(self.folder)).env_clear().env("HOME", root.join("home")).env("PATH", "/nowhere");
        command.envs(self.variables.iter().copied());
        let (before, options) = (self.before.split_whitespace(), self.options.split_whitespace());
        if ours {
            command.arg("config").args(before).args(options);
        } else {
            command.args(before).arg("config").args(options);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Whoever does not read it closes it.
        let _ = child.stdin.take().unwrap().write_all(self.input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(matches!(output.status.code(), Some(0..=2)), "{}: {}", self.name(), text(&output.stderr));
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }

    /// The printed text in a form in which the order of lines and the quotes of values say nothing.
    fn shown(&self, text: &str) -> String {
        let lists =
            ["--hash", "--environment", "--services", "--images", "--volumes", "--networks", "--models", "--profiles"];
        let table = self.options.contains("--variables") && !self.options.contains("--format");
        if table || self.options.split(' ').any(|option| lists.contains(&option)) {
            let mut lines: Vec<&str> = text.lines().map(str::trim_end).collect();
            lines.sort_unstable();
            return lines.join("\n");
        }
        let read = bayplan_yaml::read(text, SourceId(0), &Limits::default());
        assert_eq!(read.errors, [], "{text}");
        let json = read.first().map(bayplan::record::scalar::json).unwrap_or_default();
        serde_json::to_string_pretty(&sorted(json)).unwrap()
    }
}

/// With its keys sorted, and numbers by their value.
fn sorted(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Number(number) => number.as_f64().unwrap().into(),
        serde_json::Value::Array(items) => items.into_iter().map(sorted).collect(),
        serde_json::Value::Object(map) => {
            let map: std::collections::BTreeMap<_, _> =
                map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            map.into_iter().collect()
        }
        other => other,
    }
}

fn ours() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_bayplan-under-test"))
}

/// Runs both programs on every case and says which give the same.
fn compare(what: &str, root: &Path, cases: &[Case<'_>]) {
    let Some(program) = tool("docker-compose") else { return };
    let known = differences();
    let (mut printed, mut refused, mut said) = (0, 0, Vec::new());
    for case in cases {
        let (ours, theirs) = (case.run(ours(), root, true), case.run(&program, root, false));
        let differs = match (&ours, &theirs) {
            (Ok(ours), Ok(theirs)) => {
                let (ours, theirs) = (case.shown(ours), case.shown(theirs));
                printed += usize::from(ours == theirs);
                (ours != theirs).then(|| format!("--- ours\n{ours}\n--- theirs\n{theirs}"))
            }
            (Err(_), Err(_)) => {
                refused += 1;
                None
            }
            (Ok(_), Err(theirs)) => Some(format!("we accept, it refuses: {theirs}")),
            (Err(ours), Ok(_)) => Some(format!("it accepts, we refuse: {ours}")),
        };
        match (differs, known.contains_key(case.name().as_str())) {
            (Some(differs), false) => said.push(format!("{}\n{differs}", case.name())),
            (None, true) => said.push(format!("{}: in the table, and differs no more", case.name())),
            _ => {}
        }
    }
    println!("{what}: of {} cases, both print the same in {printed} and both refuse {refused}", cases.len());
    assert!(said.is_empty(), "{} differences:\n{}", said.len(), said.join("\n\n"));
}

fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn shop(root: &Path) {
    write(
        root,
        "shop/compose.yaml",
        "services:\n  web:\n    image: web:${TAG:-1}\n    build: .\n    depends_on: [db]\n    ports: ['${PORT-80}:80']\n    \
         env_file: [web.env, {path: none.env, required: false}]\n    label_file: web.labels\n    networks: [front, default]\n    \
         volumes: [./data:/data, 'store:/store', '~/x:/x']\n    environment: ['A<&>', 'B=${TAG}', C=\\u2028]\n    \
         deploy: {replicas: 2, resources: {limits: {memory: 1g}}}\n  db:\n    image: db\n    cpus: 0.1\n    volumes: [data:/var/lib]\n    \
         healthcheck: {test: 'a && b > c', interval: 90s}\n    ulimits: {nofile: {soft: 1, hard: 2}}\n  \
         debug:\n    image: debug\n    profiles: [tools]\n    models: [m]\n\
         volumes: {data: , unused: , store: }\nnetworks: {front: , idle: }\nmodels: {m: {model: ai/m}, n: {model: ai/n}}\nx-top: 1\n",
    );
    write(root, "shop/web.env", "FROM=file\nIN=${PORT}\n");
    write(root, "shop/web.labels", "l=1\n");
    write(
        root,
        "shop/pinned.yaml",
        &format!(
            "services: {{a: {{image: 'i@{DIGEST}', tty: true}}, b: {{image: 'j:1@{DIGEST}', \
        volumes: [{{type: image, source: 'k@{DIGEST}', target: /k}}, {{type: image, source: a, target: /a}}, /x]}}}}\n"
        ),
    );
    write(
        root,
        "shop/loose.yaml",
        "name: My Shop\nservices: {a: {image: i, networks: [nowhere], volumes: ['no:/x'], depends_on: [b]}}\n",
    );
    write(
        root,
        "shop/twice.yaml",
        "services: {a: {image: i, container_name: cc}, b: {image: i, container_name: cc}}\n",
    );
    write(
        root,
        "shop/missing.yaml",
        "services: {a: {image: i, env_file: gone.env}, b: {image: '${X:?no}', volumes: ['${X}:/x']}}\n",
    );
    write(
        root,
        "shop/unset.yaml",
        "services: {a: {image: 'i:${A:-b}', ports: ['${P}:80'], privileged: '${T:?why}', nonsense: 1}}\n",
    );
    write(
        root,
        "shop/platform.yaml",
        "services: {a: {build: {context: ., platforms: [linux/amd64]}}, b: {build: ., platform: linux/arm64}}\n",
    );
    write(root, "shop/base.yaml", "services: {base: {image: i, volumes: ['./in-base:/b'], env_file: web.env}}\n");
    write(root, "shop/sub/inc.yaml", "services: {inc: {image: i, volumes: ['./in-sub:/b']}}\n");
    write(
        root,
        "shop/paths.yaml",
        "include: [sub/inc.yaml]\nservices: {a: {extends: {file: base.yaml, service: base}, \
        volumes: ['./own:/o', '~/h:/h']}}\n",
    );
}

#[test]
fn options() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    shop(root);
    let mut cases = Vec::new();
    let files = [
        "",
        "-f pinned.yaml",
        "-f loose.yaml",
        "-f twice.yaml",
        "-f missing.yaml",
        "-f platform.yaml",
        "-f paths.yaml",
    ];
    let options = [
        "",
        "--hash *",
        "--hash web",
        "--hash db,web",
        "--hash nothing",
        "--hash a",
        "--hash b",
        "--hash debug",
        "--models",
        "--networks",
        "--volumes",
        "--services",
        "--images",
        "--images web",
        "--profiles",
        "--environment",
        "--variables",
        "--variables --format yaml",
        "--variables --format json",
        "--no-consistency",
        "--no-normalize",
        "--no-path-resolution",
        "--no-env-resolution",
        "--no-interpolate",
        "--no-interpolate --no-normalize",
        "--no-interpolate --no-path-resolution",
        "--no-interpolate --services",
        "--no-interpolate --images",
        "--no-interpolate --networks",
        "-q",
        "--format json",
        "--no-normalize --format json",
        "--no-env-resolution --hash *",
        "--no-consistency --no-normalize",
        "--no-consistency --no-normalize --no-path-resolution --no-env-resolution",
        "web",
        "a",
    ];
    for before in files {
        cases.extend(options.iter().map(|options| Case { folder: "shop", before, options, ..Case::default() }));
    }
    for before in [
        "--all-resources",
        "--compatibility",
        "--profile *",
        "--profile tools",
        "-p named",
        "-p No",
        "--all-resources --profile *",
    ] {
        cases.extend(
            ["", "--hash *", "--images", "--models", "--networks", "--volumes", "--profiles", "--services"]
                .map(|options| Case { folder: "shop", before, options, ..Case::default() }),
        );
    }
    for options in ["--variables", "--variables --format json", "--variables --format yaml", "--no-interpolate", ""] {
        cases.push(Case { folder: "shop", before: "-f unset.yaml", options, ..Case::default() });
    }
    for options in [
        "--resolve-image-digests",
        "--lock-image-digests",
        "--lock-image-digests --format json",
        "--no-interpolate --lock-image-digests",
        "--no-interpolate --resolve-image-digests",
    ] {
        for before in ["-f pinned.yaml", "-f twice.yaml"] {
            cases.push(Case { folder: "shop", before, options, ..Case::default() });
        }
    }
    for variables in [&[("DOCKER_DEFAULT_PLATFORM", "linux/amd64")][..], &[("DOCKER_DEFAULT_PLATFORM", "linux/s390x")]]
    {
        for before in ["", "-f platform.yaml"] {
            cases.push(Case { folder: "shop", variables, before, options: "--hash *", ..Case::default() });
        }
    }
    let input = "name: piped\nservices: {a: {image: i, volumes: ['./x:/x'], env_file: web.env, extends: {file: base.yaml, service: base}}}\n";
    for before in
        ["-f -", "-f - -f pinned.yaml", "-f pinned.yaml -f -", "-f sub/inc.yaml -f -", "--project-directory sub -f -"]
    {
        for input in [input, "", "services: [", "services: {web: {image: piped}}"] {
            // An empty file beside others is refused here.
            if !input.is_empty() || before == "-f -" {
                cases.push(Case { folder: "shop", before, input, ..Case::default() });
            }
        }
    }
    compare("options", root, &cases);
}

#[test]
fn hashes_of_every_file_of_docker_compose_and_compose_go() {
    let modules = ["github.com/docker/compose/v5@", "github.com/compose-spec/compose-go/v2@"];
    let Some(modules) = modules.iter().map(|name| module(name)).collect::<Option<Vec<_>>>() else { return };
    let Some(program) = tool("docker-compose") else { return };
    let (mut same, mut services, mut said) = (0, 0, Vec::new());
    for path in modules.iter().flat_map(|module| files(module, &[".yaml", ".yml"])) {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        // What runs before a service is another type in the compose-go of this Docker Compose.
        let later = ["pre_start:", "jobs:", "umask:", "use_service_name_alias", "oci://", "git@", "x-initialSync"];
        if !text.contains("services:") || later.iter().any(|part| text.contains(part)) {
            continue;
        }
        let before = format!("-f {} --profile *", path.file_name().unwrap().to_str().unwrap());
        let case = Case { before: &before, options: "--hash *", ..Case::default() };
        let root: PathBuf = path.parent().unwrap().to_owned();
        let (ours, theirs) = (case.run(ours(), &root, true), case.run(&program, &root, false));
        match (&ours, &theirs) {
            (Ok(ours), Ok(theirs)) if case.shown(ours) == case.shown(theirs) => {
                same += 1;
                services += ours.lines().count();
            }
            (Err(_), Err(_)) => {}
            _ => said.push(format!("{}\n--- ours\n{ours:?}\n--- theirs\n{theirs:?}", path.display())),
        }
    }
    println!("hashes: the same of {services} services in {same} files");
    assert!(said.is_empty(), "{} differences:\n{}", said.len(), said.join("\n\n"));
}

#[test]
fn names_that_begin_with_x() {
    let folder = tempfile::tempdir().unwrap();
    let service =
        "services: {a: {image: i, environment: {x-a: 1, B: 2}, labels: {x-l: 1}, sysctls: {x-s: 1}, x-note: 1}}\n";
    let listed = "services: {a: {image: i, environment: [x-a=1, B=2], labels: [x-l=1], x-note: 1}}\n";
    write(folder.path(), "names/compose.yaml", service);
    write(folder.path(), "lists/compose.yaml", listed);
    let case = |folder, options| Case { folder, options, ..Case::default() };
    // What a list says is no extension.
    let cases = [case("names", "--no-path-resolution"), case("lists", ""), case("lists", "--hash *")];
    compare("names", folder.path(), &cases);
}

#[test]
fn variables_of_compose() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let service = |name: &str| {
        format!(
            "services:\n  {name}: {{image: 'i:${{TAG-none}}', environment: [TAG, OTHER, 'FROM=${{OTHER-no}}'], volumes: ['./v:/v']}}\n  \
                 {name}-debug: {{image: d, profiles: [debug]}}\n  {name}-test: {{image: t, profiles: [test]}}\n"
        )
    };
    write(root, "compose.yaml", &service("top"));
    write(root, ".env", "TAG=top\nOTHER=${TAG}-o\n");
    write(root, "a/compose.yml", &service("a"));
    write(root, "a/docker-compose.override.yaml", "services: {a: {tty: true}}\n");
    write(root, "a/b/c/keep", "");
    write(root, "a/b/.env", "TAG=b\n");
    write(root, "a/one.env", "TAG=one\nOTHER=one\n");
    write(root, "a/two.env", "TAG=two\nX=${OTHER}\nOTHER=${X}-two\n");
    write(root, "a/prod.yaml", "name: prod\nservices: {a: {read_only: true}}\n");
    write(
        root,
        "set/.env",
        "COMPOSE_FILE=one.yaml,sub/two.yaml\nCOMPOSE_PATH_SEPARATOR=,\nCOMPOSE_PROFILES=debug, test\nCOMPOSE_PROJECT_NAME=fromenv\n",
    );
    write(root, "set/one.yaml", &service("one"));
    write(root, "set/sub/two.yaml", &service("two"));
    write(root, "set/sub/.env", "TAG=sub\n");
    write(root, "off/.env", "COMPOSE_DISABLE_ENV_FILE=1\nTAG=off\nCOMPOSE_PROFILES=test\n");
    write(root, "off/compose.yaml", &service("off"));
    write(root, "home/h.env", "TAG=home\n");
    let mut cases = Vec::new();
    let mut add = |folder, variables, before| {
        cases.extend(["", "--environment", "--services", "--hash *"].map(|options| Case {
            folder,
            variables,
            before,
            options,
            input: "",
        }));
    };
    for folder in ["", "a", "a/b", "a/b/c", "set", "set/sub", "off", "home"] {
        let variables: &[&[(&str, &str)]] = &[
            &[],
            &[("TAG", "shell")],
            &[("TAG", "")],
            &[("COMPOSE_PROFILES", "debug")],
            &[("COMPOSE_PROFILES", " test,debug ,")],
            &[("COMPOSE_PROFILES", "*")],
            &[("COMPOSE_PROJECT_NAME", "shell-name")],
            &[("COMPOSE_PROJECT_NAME", "")],
            &[("COMPOSE_PROJECT_NAME", "Not A Name")],
            &[("COMPOSE_DISABLE_ENV_FILE", "1")],
            &[("COMPOSE_DISABLE_ENV_FILE", "false")],
            &[("COMPOSE_DISABLE_ENV_FILE", "")],
            &[("COMPOSE_DISABLE_ENV_FILE", "maybe")],
            &[("COMPOSE_COMPATIBILITY", "true")],
        ];
        variables.iter().for_each(|variables| add(folder, variables, ""));
    }
    for before in [
        "",
        "-p cli",
        "--profile test",
        "--env-file one.env",
        "--env-file two.env",
        "-f compose.yml",
        "-f compose.yml -f prod.yaml",
        "-f ../compose.yaml",
        "--project-directory ..",
        "--project-directory b -f compose.yml",
        "--env-file none.env",
        "--env-file b",
    ] {
        let variables: &[&[(&str, &str)]] = &[
            &[],
            &[("TAG", "shell"), ("COMPOSE_PROFILES", "debug"), ("COMPOSE_PROJECT_NAME", "shell")],
            &[("COMPOSE_ENV_FILES", "one.env")],
            &[("COMPOSE_ENV_FILES", "one.env,,two.env")],
            &[("COMPOSE_ENV_FILES", "two.env,one.env"), ("OTHER", "shell")],
            &[("COMPOSE_ENV_FILES", "")],
            &[("COMPOSE_ENV_FILES", "~/h.env")],
            &[("COMPOSE_ENV_FILES", "missing.env")],
            &[("COMPOSE_ENV_FILES", "one.env"), ("COMPOSE_DISABLE_ENV_FILE", "maybe")],
            &[("COMPOSE_FILE", "compose.yml:prod.yaml")],
            &[("COMPOSE_FILE", "compose.yml;prod.yaml"), ("COMPOSE_PATH_SEPARATOR", ";")],
            &[("COMPOSE_FILE", "compose.yml"), ("COMPOSE_PATH_SEPARATOR", "")],
            &[("COMPOSE_FILE", "")],
            &[("COMPOSE_FILE", "compose.yml:")],
            &[("COMPOSE_FILE", "b")],
            &[("COMPOSE_FILE", "../compose.yaml")],
        ];
        variables.iter().for_each(|variables| add("a", variables, before));
    }
    compare("variables", root, &cases);
}
