//! Random projects of several files: overrides, extended and included services, variables, right and wrong values.
//!
//! The values are few and the names fewer, so that they meet: what one file says, another overrides, resets or refers to.

/// Keys of a service, and values that may stand there. Those behind a `?` are wrong, or may be, and rare.
const SERVICE: &[(&str, &[&str])] = &[
    ("image", &["i", "i:1", "'${TAG}'", "'i:${TAG:-2}'", "?''"]),
    (
        "build",
        &[
            ".",
            "{context: ./b, args: [A=1, B]}",
            "{dockerfile_inline: FROM x, args: {A: , C: 3}}",
            "{context: .., target: t, labels: [l=1]}",
        ],
    ),
    ("command", &["echo a b", "[x, y]", "[]", "?\"echo 'a\"", "null"]),
    ("entrypoint", &["/e", "[e]", "''"]),
    ("environment", &["[A=1, B]", "{A: 2, C: , D: true, E: 1.5}", "[A=, 'F=${TAG}']", "{}", "[]"]),
    ("env_file", &["a.env", "[a.env, {path: no.env, required: false}]", "?[{path: a.env, format: raw}, no.env]"]),
    ("label_file", &["a.env", "[a.env]"]),
    ("labels", &["[a=1, b]", "{a: 2, c: , d: false}", "{x.y: '${TAG}'}"]),
    ("annotations", &["[a=1]", "{a: 2}"]),
    (
        "ports",
        &[
            "['80']",
            "['8080:80', '81:81/udp']",
            "['127.0.0.1:8080:80']",
            "[{target: 80, published: '8080'}]",
            "['9-10:9-10']",
            "?[80, 'x:1']",
            "['${PORT}:80']",
        ],
    ),
    ("expose", &["['80']", "[80, '81/udp']"]),
    (
        "volumes",
        &[
            "['v:/x', './a:/b:ro']",
            "['/x']",
            "[{type: volume, source: v, target: /x}]",
            "[{type: bind, source: ~/h, target: /h, bind: {propagation: shared}}]",
            "['w:/y:nocopy', '../up:/up']",
            "[{type: tmpfs, target: /t, tmpfs: {size: 1m}}]",
        ],
    ),
    ("tmpfs", &["/t", "[/t, '/u:ro']"]),
    ("networks", &["[n]", "{n: {aliases: [x]}, m: }", "[m, n]", "{default: {priority: 1}}", "?[o]"]),
    ("network_mode", &["?host", "?'service:a'", "?none", ""]),
    (
        "depends_on",
        &["[a]", "{b: {condition: service_healthy}}", "{c: {condition: service_started, required: false}}", "[a, b]"],
    ),
    ("links", &["[a]", "['b:x']"]),
    ("volumes_from", &["[a]", "['container:x']"]),
    ("pid", &["host", "'service:b'"]),
    ("profiles", &["[p]", "[p, q]"]),
    ("scale", &["2", "'3'", "0", "'${SCALE:-1}'"]),
    (
        "deploy",
        &[
            "{replicas: 2}",
            "{resources: {limits: {cpus: '0.5', memory: 64m}}}",
            "{labels: [a=1], mode: global}",
            "{update_config: {delay: 10s, parallelism: 2}}",
            "{restart_policy: {condition: on-failure, max_attempts: '3', window: 1m}}",
        ],
    ),
    ("cpus", &["0.5", "'1.5'", "1"]),
    ("mem_limit", &["64m", "1048576", "'1.5g'"]),
    ("memswap_limit", &["-1", "1g"]),
    ("shm_size", &["1m"]),
    ("stop_grace_period", &["90s", "1m30s", "1d"]),
    (
        "healthcheck",
        &[
            "{test: x, interval: 30s}",
            "{test: [CMD, x], retries: '3', start_period: 1h}",
            "{disable: true}",
            "{test: [x]}",
        ],
    ),
    ("secrets", &["[s]", "[{source: s, target: t, mode: 0440}]"]),
    ("configs", &["[c]", "[{source: c, target: /c}]"]),
    ("ulimits", &["{nofile: 10}", "{nofile: {soft: 1, hard: 2}, nproc: '3'}"]),
    ("sysctls", &["[a=1]", "{a: 2, b: x}"]),
    ("extra_hosts", &["['h=1.2.3.4']", "{h: 1.2.3.4, g: '::1'}", "['h:[::1]']"]),
    ("dns", &["1.1.1.1", "[1.1.1.1, 8.8.8.8]", "['']"]),
    ("dns_search", &["x", "[x, y]"]),
    ("cap_add", &["[A]", "[A, B]"]),
    ("devices", &["['/dev/a']", "['/dev/a:/dev/b:r']", "[{source: /dev/x, target: /dev/y}]"]),
    ("gpus", &["all", "[{count: 1}]", "[{driver: x, device_ids: [a]}]"]),
    ("logging", &["{driver: local, options: {a: 1}}", "{driver: syslog, options: {b: 2}}", "{options: {c: '3'}}"]),
    ("privileged", &["true", "'yes'", "?'${TAG}'"]),
    ("read_only", &["true", "'false'"]),
    ("init", &["true", "false"]),
    ("restart", &["always", "'no'", "on-failure:3"]),
    ("user", &["root", "'1000'"]),
    ("hostname", &["h"]),
    ("container_name", &["cn"]),
    ("pull_policy", &["if_not_present", "always", "every_1h"]),
    ("platform", &["linux/amd64"]),
    ("group_add", &["[a, 100]"]),
    ("security_opt", &["[a]", "[b]"]),
    ("storage_opt", &["{size: 1g}"]),
    ("blkio_config", &["{weight: 10, device_read_bps: [{path: /d, rate: 1m}]}"]),
    ("credential_spec", &["{file: x.json}"]),
    (
        "develop",
        &["{watch: [{path: ., action: rebuild, ignore: x}]}", "{watch: [{path: ., action: sync, target: /t}]}"],
    ),
    ("post_start", &["[{command: x}]", "[{command: [a], user: u}]"]),
    ("pre_start", &["[{command: x}]", "[{image: j, environment: [A=9]}]"]),
    ("provider", &["{type: t, options: {a: 1, b: [x, y]}}"]),
    ("x-ext", &["{a: 1}"]),
    ("models", &["[llm]", "{llm: {endpoint_var: E}}"]),
];

const NETWORK: &[(&str, &[&str])] = &[
    ("driver", &["bridge", "overlay"]),
    ("driver_opts", &["{a: 1, b: x}"]),
    ("ipam", &["{config: [{subnet: 10.0.0.0/24}]}", "{config: [{subnet: 10.1.0.0/24, gateway: 10.1.0.1}]}"]),
    ("external", &["?true", "'false'", "?{name: e}"]),
    ("internal", &["true"]),
    ("name", &["nn", "'${TAG:-x}'"]),
    ("labels", &["[a=1]", "{a: 2}"]),
];

const VOLUME: &[(&str, &[&str])] = &[
    ("driver", &["local"]),
    ("driver_opts", &["{type: none, o: bind, device: ./d}"]),
    ("external", &["?true", "false"]),
    ("name", &["vn"]),
    ("labels", &["[a=1]", "{b: 2}"]),
];

const SECRET: &[&str] =
    &["{file: ./s.txt}", "{environment: SECRET}", "{external: true}", "{file: ~/s, name: sn}", "?{}"];
const CONFIG: &[&str] = &[
    "{file: c.txt}",
    "{content: text}",
    "{content: '${TAG}', labels: [a=1]}",
    "{environment: CONF}",
    "?{content: a, file: b}",
];
const MODEL: &[&str] = &["{model: a/b}", "{model: c, context_size: 10}"];

/// One wrong value is taken of so many that could be.
const RARE: usize = 12;

/// A row of numbers that is the same in every run.
pub struct Dice(u64);

impl Dice {
    /// The row of number `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % limit
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    fn value<'v>(&mut self, values: &[&'v str]) -> &'v str {
        loop {
            let value = self.of(values);
            match value.strip_prefix('?') {
                None => return value,
                Some(rare) if self.one_in(RARE) => return rare,
                Some(_) => {}
            }
        }
    }

    /// A mapping of some of `keys`, in flow style; with `tags`, some values are reset or replace what is below.
    fn mapping(&mut self, keys: &[(&str, &[&str])], most: usize, tags: bool) -> String {
        let mut entries: Vec<String> = Vec::new();
        for _ in 0..self.below(most + 1) {
            let (key, values) = self.of(keys);
            if entries.iter().any(|entry| entry.starts_with(&format!("{key}:"))) {
                continue;
            }
            let value = self.value(values);
            if value.is_empty() {
                continue;
            }
            let tag = match self.below(if tags { 12 } else { usize::MAX }) {
                0 => "!reset ",
                1 => "!override ",
                _ => "",
            };
            entries.push(format!("{key}: {tag}{value}"));
        }
        format!("{{{}}}", entries.join(", "))
    }

    fn service(&mut self, name: &str, role: Role) -> String {
        let mut text = self.mapping(SERVICE, 7, role == Role::Override);
        // Most services can run.
        if role != Role::Override && !text.contains(" image:") && !text.contains("{image:") && !self.one_in(8) {
            text = text.replacen('{', if text == "{}" { "{image: i" } else { "{image: i, " }, 1);
        }
        // Circles are rare too.
        let other = match (name, self.one_in(20)) {
            (_, true) => self.of(&["a", "b", "d"]),
            ("a", _) => self.of(&["b", "{service: c}"]),
            ("b", _) => "c",
            _ => return text,
        };
        let extends = match (role, self.below(6)) {
            (Role::Main | Role::Base, 0) => other,
            (Role::Main, 1) => self.of(&[
                "{file: base.yaml, service: a}",
                "{file: base.yaml, service: b}",
                "{file: inc/base.yaml, service: a}",
            ]),
            _ => return text,
        };
        text.replacen(
            '{',
            &if text == "{}" { format!("{{extends: {extends}") } else { format!("{{extends: {extends}, ") },
            1,
        )
    }

    /// A section of the file: `named` says what each of its resources is.
    fn section(&mut self, section: &str, names: &[&str], role: Role, named: impl Fn(&mut Self) -> String) -> String {
        let mut entries = String::new();
        for name in names {
            if !self.one_in(if role == Role::Main { 30 } else { 2 }) {
                entries += &format!("  {name}: {}\n", named(self));
            }
        }
        if entries.is_empty() { entries } else { format!("{section}:\n{entries}") }
    }

    fn file(&mut self, role: Role) -> String {
        let mut text = String::new();
        if role == Role::Main && self.one_in(4) {
            text += self.of(&["name: shop\n", "name: '${TAG:-x}'\n", "version: '3'\n"]);
        }
        if role == Role::Main && self.one_in(3) {
            text += self.of(&[
                "include: [inc/compose.yaml]\n",
                "include: [{path: inc/compose.yaml, env_file: other.env}]\n",
                "include: [{path: [inc/compose.yaml, inc/over.yaml], project_directory: .}]\n",
                "include: [inc/more.yaml]\n",
            ]);
        }
        text += "services:\n";
        let some = self.below(3) + 1;
        for name in &["a", "b", "c"][..if matches!(role, Role::Main | Role::Base) { 3 } else { some }] {
            text += &format!("  {name}: {}\n", self.service(name, role));
        }
        text += &self.section("networks", &["n", "m"], role, |dice| dice.mapping(NETWORK, 2, false));
        text += &self.section("volumes", &["v", "w"], role, |dice| dice.mapping(VOLUME, 2, false));
        if role != Role::Main && !self.one_in(RARE) {
            return text;
        }
        text += &self.section("secrets", &["s"], role, |dice| dice.value(SECRET).to_owned());
        text += &self.section("configs", &["c"], role, |dice| dice.value(CONFIG).to_owned());
        text += &self.section("models", &["llm"], role, |dice| dice.value(MODEL).to_owned());
        text
    }

    /// A project: its files by name. `compose.yaml` is the main one, `override.yaml` is merged over it where it is there.
    pub fn project(&mut self) -> Vec<(&'static str, String)> {
        let mut files = vec![
            ("compose.yaml", self.file(Role::Main)),
            ("base.yaml", self.file(Role::Base)),
            ("inc/base.yaml", self.file(Role::Base)),
            ("inc/compose.yaml", self.file(Role::Included)),
            ("inc/over.yaml", self.file(Role::Override)),
            ("inc/more.yaml", format!("services:\n  d: {}\n", self.service("d", Role::Base))),
            ("a.env", self.of(&["A=file\nZ=${A}-${TAG}\n", "B='q'\n"]).to_owned()),
            ("inc/a.env", "I=1\n".to_owned()),
            ("other.env", "TAG=other\nPORT=1\n".to_owned()),
        ];
        if self.one_in(2) {
            files.push(("override.yaml", self.file(Role::Override)));
        }
        if self.one_in(2) {
            files.push((".env", self.of(&["TAG=dot\n", "TAG=1\nPORT=2\nB=dotenv\n"]).to_owned()));
        }
        files
    }
}

/// What a file is to its project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Main,
    Base,
    Included,
    Override,
}
