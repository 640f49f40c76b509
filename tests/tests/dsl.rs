//! Laws of fleets in Rust: they compile to the bytes that their export in YAML compiles to, and what is found points at the call.

use bayplan::blueprint::Blueprint;
use bayplan::dsl::{Change, Limited};
use bayplan::prelude::*;
use bayplan::record::{Form, Plain};
use bayplan_cli::args::Format;
use bayplan_cli::compile::{Library, Run};
use bayplan_cli::render::Style;
use bayplan_cli::run::{Asked, Runner};
use bayplan_yaml::{Decoder, Location, SourceId, print, to_node};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn compile(here: &Path, fleets: &[Fleet]) -> Run {
    let style = Style { format: Format::Pretty, color: false, unicode: true, width: 80 };
    let runner = Runner { here, compiler: &Library { fleets }, out: style, err: style };
    runner.compile(&[], false, &Asked::default()).expect("there is a fleet")
}

/// The files by path, and what was found by rule and message.
fn outcome(run: &Run) -> (BTreeMap<String, String>, Vec<String>) {
    let files = run.outputs.iter().flat_map(|output| {
        let folder = format!("{}/{}", output.fleet, output.environment);
        output.tree.files().map(move |(path, text)| (format!("{folder}/{path}"), text.to_owned())).collect::<Vec<_>>()
    });
    let mut findings: Vec<String> =
        run.report.findings.iter().map(|finding| format!("{}: {}", finding.rule, finding.message)).collect();
    findings.sort();
    (files.collect(), findings)
}

/// What a fleet in Rust makes, and what its export makes.
fn both(fleet: &Fleet) -> [(BTreeMap<String, String>, Vec<String>); 2] {
    let folder = || tempfile::tempdir().expect("a folder");
    let (rust, yaml) = (folder(), folder());
    let folder = yaml.path().join(fleet.path());
    fs::create_dir_all(&folder).expect("a folder");
    for (name, text) in fleet.to_yaml() {
        fs::write(folder.join(name), text).expect("a file");
    }
    [outcome(&compile(rust.path(), std::slice::from_ref(fleet))), outcome(&compile(yaml.path(), &[]))]
}

/// What one random service is and does.
#[derive(Debug, Clone)]
struct Plan {
    kind: u8,
    needs: Vec<usize>,
    asks: bool,
    routed: bool,
    scraped: bool,
    size: u8,
    text: String,
    changed: bool,
}

fn plan() -> impl Strategy<Value = Plan> {
    let needs = prop::collection::vec(any::<usize>(), 0..3);
    (0..4u8, needs, any::<bool>(), any::<bool>(), any::<bool>(), 0..4u8, "[ -~é\n]{0,12}", any::<bool>()).prop_map(
        |(kind, needs, asks, routed, scraped, size, text, changed)| Plan {
            kind,
            needs,
            asks,
            routed,
            scraped,
            size,
            text,
            changed,
        },
    )
}

/// A handle of any archetype.
#[derive(Clone)]
enum Any {
    Own(Handle),
    Postgres(Handle<Postgres>),
    Redis(Handle<Redis>),
}

fn fill<A>(service: Service<A>, plan: &Plan, name: &str, others: &[Any]) -> Service<A, Limited> {
    // `$` begins a variable, as it does in YAML.
    let text = plan.text.replace('$', "$$");
    let chosen: Vec<Any> = plan.needs.iter().filter_map(|at| others.get(at % others.len().max(1)).cloned()).collect();
    service
        .environment("TEXT", text)
        .when(plan.routed, |service| service.expose(8080).route(Route::default().host(name).port(8080)))
        .when(plan.scraped, |service| service.metrics(9102))
        .each(chosen, |service, other| match other {
            Any::Own(other) => service.needs(&other).environment("OTHER", other.host()),
            Any::Postgres(other) if plan.asks => service
                .needs(other.healthy())
                .environment("URL", format!("postgres://{}@{}:{}", other.user(), other.host(), other.port()))
                .environment("PASSWORD_FILE", other.password_file()),
            Any::Postgres(other) => service.needs(&other),
            Any::Redis(other) => service.needs(other.started()).environment("REDIS", other.url()),
        })
        .size(["tiny", "small", "medium", "large"][usize::from(plan.size)])
}

fn fleet(stacks: &[Vec<Plan>]) -> Fleet {
    let mut fleet = Fleet::new("acme");
    fleet.defaults(hardened());
    fleet.environment("production", Environment::default().domain("acme.example").ingress([("main", "192.0.2.10")]));
    fleet.environment("development", Environment::default().domain("acme.test").ingress([("main", "127.0.0.1")]));
    fleet.host("main", Host::default().cpus(64.0).memory(memory!("256G")));
    fleet.add(platform());
    let mut handles: Vec<Any> = Vec::new();
    for (at, plans) in stacks.iter().enumerate() {
        let mut stack = Stack::new(format!("stack{at}"));
        for (index, plan) in plans.iter().enumerate() {
            let name = format!("s{at}-{index}");
            let handle =
                match plan.kind {
                    0 => {
                        let service = Service::of(Postgres::default().database("db").user("app"), "17.5").no_egress();
                        Any::Postgres(stack.add(&name, fill(service, plan, &name, &[]).backup(Schedule::Nightly)))
                    }
                    1 => Any::Redis(stack.add(
                        &name,
                        fill(Service::of(Redis::default(), "7.4.5"), plan, &name, &[]).no_backup("a cache"),
                    )),
                    _ => {
                        let service = Service::image(image!("ghcr.io/acme/app:1.8.2")).user("1000:1000");
                        Any::Own(stack.add(&name, fill(service, plan, &name, &handles)))
                    }
                };
            if plan.changed {
                let change: Change = Service::change().environment("MODE", "development").replace("tmpfs", ["/tmp"]);
                match &handle {
                    Any::Own(handle) => stack.change("development", handle, change),
                    Any::Postgres(handle) => stack.change("development", handle, change),
                    Any::Redis(handle) => stack.change("development", handle, change),
                }
            }
            handles.push(handle);
        }
        fleet.add(stack);
    }
    fleet
}

/// The gateway and Prometheus.
fn platform() -> Stack {
    let mut platform = Stack::new("platform");
    platform.add("traefik", Service::of(Traefik::default(), "v3.7.12").metrics(8082).size("small"));
    platform.add(
        "prometheus",
        Service::of(Prometheus::default().retention("30d"), "v3.15.0")
            .metrics(9090)
            .size("small")
            .backup(Schedule::Nightly),
    );
    platform
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rust_and_its_export_compile_to_the_same_bytes(stacks in prop::collection::vec(prop::collection::vec(plan(), 1..4), 1..4)) {
        let [rust, yaml] = both(&fleet(&stacks));
        prop_assert_eq!(rust, yaml);
    }
}

/// The typed value of a document. Variables are not replaced, so a value that one stands in may be wrong.
fn decode(node: &bayplan_yaml::Node) -> Blueprint {
    <Plain as Form<Blueprint>>::read(node, &mut Decoder::new()).expect("a mapping")
}

fn read(text: &str) -> Blueprint {
    let read = bayplan_yaml::read(text, SourceId::default(), &Default::default());
    assert_eq!(read.errors, []);
    decode(read.first().expect("a document"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_blueprint_that_is_printed_is_read_back(stacks in prop::collection::vec(prop::collection::vec(plan(), 1..4), 1..4)) {
        let fleet = fleet(&stacks);
        let built = fleet.build(&mut bayplan::source::Sources::new());
        for ((_, node), (_, text)) in built.blueprints.iter().zip(&fleet.to_yaml()[1..]) {
            let blueprint = decode(node);
            // What Rust says, what its export says, and what the typed value prints as are one value.
            prop_assert_eq!(&read(text), &blueprint);
            let printed = print(&to_node(&blueprint, Location::default()).unwrap());
            prop_assert_eq!(&read(&printed), &blueprint, "{}", printed);
        }
    }
}

#[test]
fn blueprints_of_every_fixture_are_printed_and_read_back() {
    let mut count = 0;
    for fleet in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../blueprints")).unwrap() {
        for file in fs::read_dir(fleet.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_none_or(|end| end != "yaml") || path.ends_with("fleet.yaml") {
                continue;
            }
            let blueprint = read(&fs::read_to_string(&path).unwrap());
            let printed = print(&to_node(&blueprint, Location::default()).unwrap());
            assert_eq!(read(&printed), blueprint, "{}", path.display());
            count += 1;
        }
    }
    assert!(count > 1);
}

/// A fleet with one stack and the gateway.
fn small(change: impl FnOnce(&mut Stack)) -> Fleet {
    let mut fleet = Fleet::new("acme");
    fleet.defaults(hardened());
    fleet.environment("production", Environment::default().domain("acme.example").ingress([("main", "192.0.2.10")]));
    fleet.add(platform());
    let mut shop = Stack::new("shop");
    change(&mut shop);
    fleet.add(shop);
    fleet
}

/// What is found, with the line of this file that it points at.
fn found(fleet: &Fleet) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let style = Style { format: Format::Pretty, color: false, unicode: true, width: 80 };
    let runner =
        Runner { here: &root, compiler: &Library { fleets: std::slice::from_ref(fleet) }, out: style, err: style };
    let run = runner.compile(&[], false, &Asked { environment: None, ..Asked::default() }).expect("there is a fleet");
    let findings = run.report.findings.iter();
    findings.map(|finding| (finding.rule.to_owned(), run.sources.text(finding.at).to_owned())).collect()
}

#[test]
fn what_is_found_points_at_the_call() {
    let fleet = small(|shop| {
        shop.add(
            "web",
            Service::image(Image::checked_later("nginx:latest"))
                .user("1000:1000")
                .read_only(false)
                .restart("sometimes")
                .size("huge"),
        );
    });
    let found = found(&fleet);
    for (rule, call) in [
        ("unpinned-image", "Service::image"),
        ("writable-rootfs", "read_only"),
        ("invalid-value", "restart"),
        ("invalid-value", "size"),
    ] {
        assert!(found.iter().any(|(other, text)| (other.as_str(), text.as_str()) == (rule, call)), "{rule}: {found:?}");
    }
}

#[test]
fn handles_of_another_fleet_are_errors() {
    let mut other = Stack::new("other");
    let stranger = other.add("db", Service::of(Postgres::default(), "17.5").size("small"));
    let fleet = small(|shop| {
        shop.add(
            "web",
            Service::image(image!("nginx:1.27.3")).needs(&stranger).environment("HOST", stranger.host()).size("small"),
        );
    });
    let found = found(&fleet);
    let strangers: Vec<&str> =
        found.iter().filter(|(rule, _)| rule == "foreign-handle").map(|(_, text)| text.as_str()).collect();
    assert_eq!(strangers, ["needs", "environment"], "{found:?}");
}

#[test]
fn names_that_are_given_twice_are_errors() {
    let fleet = small(|shop| {
        let web = || Service::image(image!("nginx:1.27.3")).user("1000:1000").size("small");
        shop.add("web", web());
        shop.add("web", web());
    });
    assert!(found(&fleet).contains(&("duplicate-service".to_owned(), "add".to_owned())), "{:?}", found(&fleet));
    let mut fleet = small(|_| {});
    fleet.add(Stack::new("shop"));
    assert!(found(&fleet).contains(&("duplicate-name".to_owned(), "Stack::new".to_owned())), "{:?}", found(&fleet));
}
