use super::*;
use bayplan_yaml::error::Limits;
use bayplan_yaml::{Decode, Decoder, LineIndex, SourceId};
use serde_json::json;

fn read(text: &str) -> (Project, Vec<String>) {
    let read = bayplan_yaml::read(text, SourceId(0), &Limits::default());
    assert_eq!(read.errors, []);
    let lines = LineIndex::new(text);
    let mut decoder = Decoder::new();
    let project = Project::decode(read.first().unwrap(), &mut decoder).unwrap_or_default();
    let mut errors = decoder.finish();
    errors.sort_by_key(|error| error.at.span);
    let say = |error: bayplan_yaml::DecodeError| {
        let at = lines.position(text, error.at.span.start);
        let help = error.help.map(|help| format!(" ({help})")).unwrap_or_default();
        format!("{}:{} {}{help}", at.line, at.column, error.message)
    };
    (project, errors.into_iter().map(say).collect())
}

/// The canonical form of a service without its image.
fn service(text: &str) -> serde_json::Value {
    let (project, errors) = read(&format!("services: {{ it: {{ {text} }} }}"));
    assert_eq!(errors, [""; 0], "{text}");
    serde_json::to_value(&project.services["it"]).unwrap()
}

#[test]
fn short_forms_are_written_long() {
    let cases = [
        ("command: echo 'a b' c", json!({ "command": ["echo", "a b", "c"] })),
        ("command: [], entrypoint: ", json!({ "command": [] })),
        ("environment: [A=1, B, C=, D=x=y]", json!({ "environment": { "A": "1", "B": null, "C": "", "D": "x=y" } })),
        (
            "environment: { A: 1.0, B: 010, C: true, D: 1e3, E: ~, F: yes, G: 0x1F, H: 2024-01-01 }",
            json!({ "environment": {
                "A": "1", "B": "8", "C": "true", "D": "1000", "E": null, "F": "yes", "G": "31", "H": "2024-01-01 00:00:00 +0000 UTC"
            } }),
        ),
        ("labels: [a, b=c=d]", json!({ "labels": { "a": "", "b": "c=d" } })),
        ("labels: { a: ~, b: 2.50 }", json!({ "labels": { "a": "", "b": "2.5" } })),
        ("depends_on: [db]", json!({ "depends_on": { "db": { "condition": "service_started" } } })),
        ("networks: [a]", json!({ "networks": { "a": {} } })),
        ("env_file: a.env", json!({ "env_file": [{ "path": "a.env" }] })),
        ("dns: 1.1.1.1, tmpfs: /tmp", json!({ "dns": ["1.1.1.1"], "tmpfs": ["/tmp"] })),
        ("gpus: all", json!({ "gpus": [{ "count": "all" }] })),
        ("build: .", json!({ "build": { "context": "." } })),
        ("healthcheck: { test: curl x }", json!({ "healthcheck": { "test": ["CMD-SHELL", "curl x"] } })),
        ("ulimits: { a: 1, b: { soft: 1, hard: 2 } }", json!({ "ulimits": { "a": 1, "b": { "soft": 1, "hard": 2 } } })),
        ("privileged: 'yes', scale: '+2', cpus: '0.5'", json!({ "privileged": true, "scale": 2, "cpus": 0.5 })),
        ("umask: '022'", json!({ "umask": 18 })),
        (
            "extra_hosts: ['a:1.1.1.1', 'b=[::1]', 'a:2.2.2.2']",
            json!({ "extra_hosts": { "a": ["1.1.1.1", "2.2.2.2"], "b": ["::1"] } }),
        ),
        (
            "secrets: [a, { source: b, mode: 0440 }]",
            json!({ "secrets": [{ "source": "a" }, { "source": "b", "mode": "0440" }] }),
        ),
        (
            "devices: ['/dev/a:/dev/b:r', /dev/c]",
            json!({ "devices": [
                { "source": "/dev/a", "target": "/dev/b", "permissions": "r" },
                { "source": "/dev/c", "target": "/dev/c", "permissions": "rwm" }
            ] }),
        ),
        (
            "ports: [80, '127.0.0.1:3000-3001:4000-4001/udp']",
            json!({ "ports": [
                { "target": 80, "protocol": "tcp" },
                { "target": 4000, "published": "3000", "host_ip": "127.0.0.1", "protocol": "udp" },
                { "target": 4001, "published": "3001", "host_ip": "127.0.0.1", "protocol": "udp" }
            ] }),
        ),
        (
            "volumes: ['./a:/b:ro', 'data:/x', /anon]",
            json!({ "volumes": [
                { "type": "bind", "source": "./a", "target": "/b", "read_only": true, "bind": { "create_host_path": true } },
                { "type": "volume", "source": "data", "target": "/x", "volume": {} },
                { "type": "volume", "target": "/anon", "volume": {} }
            ] }),
        ),
    ];
    for (text, long) in cases {
        assert_eq!(service(text), long, "{text}");
    }
}

#[test]
fn all_errors_of_a_file_are_found_at_once() {
    let (project, errors) = read(concat!(
        "services:\n",
        "  web:\n",
        "    imag: nginx\n",
        "    hostname: 3\n",
        "    ports:\n",
        "      - \"80:abc\"\n",
        "      - target: 99999\n",
        "    depends_on:\n",
        "      db: { condition: healthy }\n",
        "    environment:\n",
        "    healthcheck: { interval: 10, test: [curl] }\n",
        "    deploy: { resources: { limits: { memory: 512 } } }\n",
        "  \"my db\":\n",
        "    image: \"Bad Image\"\n",
        "    mem_limit: much\n",
        "secret: {}\n",
    ));
    assert_eq!(
        errors,
        [
            "3:5 unknown key `imag` (did you mean `image`?)",
            "4:15 expected a string, found an integer (put it in quotes)",
            "6:13 `abc` is not a port number (write a number from 0 to 65535)",
            "7:17 99999 is not a port (write a number from 1 to 65535)",
            "9:24 expected one of `service_started`, `service_healthy`, `service_completed_successfully`, found `healthy` (did you mean `service_healthy`?)",
            "10:17 expected a mapping or a list of `name=value`, found nothing (give it a value, or remove it)",
            "11:30 expected a duration, found an integer (add a unit, such as `10s`)",
            "11:41 the test begins with `curl`, not with `CMD`, `CMD-SHELL` or `NONE` (begin the list with `CMD` or `CMD-SHELL`)",
            "12:46 expected a size with its unit, found an integer (write the unit, such as `512M`, or put a number of bytes in quotes)",
            "13:3 `my db` is not a name (use letters, digits, `.`, `_` and `-` only)",
            "14:16 an image reference holds no white space (remove it)",
            "15:16 `much` is not a size (write a number and a unit, such as `512m` or `1.5g`)",
            "16:1 unknown key `secret` (did you mean `secrets`?)",
        ]
    );
    // What could be read is there all the same.
    assert_eq!(project.services["web"].depends_on.len(), 1);
    assert_eq!(project.services.len(), 2);
}

proptest::proptest! {
    /// Whatever stands in a file, decoding it ends, and what was read can be written.
    #[test]
    fn no_text_makes_the_decoder_panic(keys in proptest::collection::vec(proptest::sample::select(Service::KEYS), 1..6), values in proptest::collection::vec("[ -~é😀]{0,12}", 6), form in 0..3) {
        let text = |value: &str| serde_json::to_string(value).unwrap();
        let entries: Vec<String> = keys.iter().collect::<std::collections::BTreeSet<_>>().iter().zip(&values).map(|(key, value)| {
            let value = text(value);
            match form {
                0 => format!("{key}: {value}"),
                1 => format!("{key}: [{value}]"),
                _ => format!("{key}: {{ {value}: {value}, source: {value}, target: {value}, type: {value} }}"),
            }
        }).collect();
        let text = format!("services: {{ it: {{ {} }} }}", entries.join(", "));
        let read = bayplan_yaml::read(&text, SourceId(0), &Limits::default());
        if let Some(node) = read.first() {
            let mut decoder = Decoder::new();
            let project = Project::decode(node, &mut decoder);
            proptest::prop_assert!(serde_json::to_value(&project).is_ok());
        }
    }
}
