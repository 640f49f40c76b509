//! `Body → everything that Alloy would refuse at start`, as far as the [table of components](super::kinds) knows.
//!
//! The text syntax cannot be wrong (it is printed from types); this finds wrong wiring: labels used twice, references to
//! nothing or to the wrong kind of thing, missing and unknown arguments, cycles, and components that nothing uses.

use super::kinds::{Capsule, Kind, STAGES, Times, kind};
use super::syntax::{Block, Body, Expr, Reference, Statement};
use indexmap::IndexMap;
use std::collections::HashSet;
use std::fmt;

/// One thing wrong with a pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The component: `loki.write.default`.
    pub component: String,
    /// What is wrong, lower case, no full stop.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.component, self.message)
    }
}

/// Everything wrong with the components of one Alloy (all files of its folder together).
pub fn check(body: &Body) -> Vec<Problem> {
    let mut found = Found { components: IndexMap::new(), uses: Vec::new(), problems: Vec::new(), here: String::new() };
    for statement in &body.0 {
        match statement {
            Statement::Attribute(name, _) => {
                found.here = name.to_string();
                found.report("an attribute cannot stand outside a block".to_owned());
            }
            Statement::Block(block) => found.component(block),
        }
    }
    let mut used = HashSet::new();
    for (user, reference, wanted) in std::mem::take(&mut found.uses) {
        found.here = user;
        if let Some(name) = found.resolve(&reference, wanted) {
            used.insert(name);
        }
    }
    let unused: Vec<String> = found
        .components
        .iter()
        .filter(|(name, component)| !component.kind.exports.is_empty() && !used.contains(*name))
        .map(|(name, _)| name.clone())
        .collect();
    for name in unused {
        found.here = name;
        found.report("nothing uses it".to_owned());
    }
    found.cycles();
    found.problems
}

struct Found {
    /// By `kind.label`.
    components: IndexMap<String, Component>,
    /// Who uses what, and what it has to be.
    uses: Vec<(String, Reference, Capsule)>,
    problems: Vec<Problem>,
    /// The component looked at.
    here: String,
}

struct Component {
    kind: &'static Kind,
    /// The components it uses.
    needs: Vec<String>,
}

impl Found {
    fn report(&mut self, message: String) {
        self.problems.push(Problem { component: self.here.clone(), message });
    }

    fn component(&mut self, block: &Block) {
        let name = block.name.to_string();
        self.here = match &block.label {
            Some(label) => format!("{name}.{label}"),
            None => name.clone(),
        };
        let Some(kind) = kind(&name) else {
            return self.report("no component of this name is known".to_owned());
        };
        match (&block.label, kind.is_component()) {
            (None, true) => self.report("it has no label".to_owned()),
            (Some(_), false) => self.report("it cannot have a label".to_owned()),
            _ => {}
        }
        if self.components.contains_key(&self.here) {
            self.report("it is defined twice".to_owned());
        }
        self.components.insert(self.here.clone(), Component { kind, needs: Vec::new() });
        self.body(&block.body, kind);
    }

    fn body(&mut self, body: &Body, kind: &'static Kind) {
        let mut arguments = HashSet::new();
        let mut blocks: IndexMap<String, usize> = IndexMap::new();
        let inside: &'static [Kind] = if kind.name == "stage.match" { STAGES } else { kind.blocks };
        for statement in &body.0 {
            match statement {
                Statement::Attribute(name, value) => {
                    if !arguments.insert(name.as_str()) {
                        self.report(format!("the argument `{name}` is given twice"));
                    }
                    match kind.arguments.iter().find(|argument| argument.name == name.as_str()) {
                        Some(argument) => self.value(name.as_str(), value, argument.takes, argument.required),
                        None => self.report(format!("`{}` has no argument `{name}`", kind.name)),
                    }
                }
                Statement::Block(block) => {
                    let name = block.name.to_string();
                    *blocks.entry(name.clone()).or_default() += 1;
                    match inside.iter().find(|inside| inside.name == name) {
                        Some(inside) => self.body(&block.body, inside),
                        None => self.report(format!("`{}` has no block `{name}`", kind.name)),
                    }
                }
            }
        }
        for argument in kind.arguments {
            if argument.required && !arguments.contains(argument.name) {
                self.report(format!("`{}` needs the argument `{}`", kind.name, argument.name));
            }
        }
        for inside in inside {
            match (inside.times, blocks.get(inside.name).copied().unwrap_or(0)) {
                (Times::Once, 0) => self.report(format!("`{}` needs the block `{}`", kind.name, inside.name)),
                (Times::Once | Times::Maybe, 2..) => {
                    self.report(format!("`{}` has the block `{}` more than once", kind.name, inside.name));
                }
                _ => {}
            }
        }
    }

    fn value(&mut self, argument: &str, value: &Expr, takes: Capsule, required: bool) {
        match (value, takes) {
            (Expr::Reference(reference), _) => self.uses.push((self.here.clone(), reference.clone(), takes)),
            (Expr::Array(items), Capsule::LogsReceiver | Capsule::MetricsReceiver | Capsule::Consumer) => {
                if items.is_empty() && required {
                    self.report(format!("`{argument}` names no receiver"));
                }
                items.iter().for_each(|item| self.value(argument, item, takes, false));
            }
            (Expr::Array(items) | Expr::Call(_, items), _) => {
                items.iter().for_each(|item| self.value(argument, item, takes, false));
            }
            (Expr::Object(entries), Capsule::Plain | Capsule::Targets) => {
                entries.values().for_each(|item| self.value(argument, item, Capsule::Plain, false));
            }
            (_, Capsule::Plain) => {}
            (_, takes) => self.report(format!("`{argument}` takes {}, not a plain value", takes.noun())),
        }
    }

    /// The component that `reference` names, if it has such an export of the right kind.
    fn resolve(&mut self, reference: &Reference, wanted: Capsule) -> Option<String> {
        let mut names: Vec<&str> = reference.names().iter().map(|name| name.as_str()).collect();
        let export = names.pop()?;
        let name = names.join(".");
        let Some(component) = self.components.get(&name) else {
            self.report(format!("`{reference}` is not defined"));
            return None;
        };
        let kind = component.kind;
        match kind.exports.iter().find(|(exported, _)| *exported == export) {
            None => self.report(format!("`{}` exports no `{export}`", kind.name)),
            Some((_, capsule)) if *capsule != wanted => {
                self.report(format!("`{reference}` is {}, where {} is needed", capsule.noun(), wanted.noun()))
            }
            Some(_) => {}
        }
        if let Some(user) = self.components.get_mut(&self.here) {
            user.needs.push(name.clone());
        }
        Some(name)
    }

    /// Reports each component from which a cycle was first entered. Depth is kept on a list, not on the stack.
    fn cycles(&mut self) {
        let mut done: HashSet<String> = HashSet::new();
        let names: Vec<String> = self.components.keys().cloned().collect();
        for start in names {
            let mut path: Vec<(String, usize)> = vec![(start, 0)];
            while let Some((name, next)) = path.last_mut() {
                let need = self.components.get(name.as_str()).and_then(|component| component.needs.get(*next)).cloned();
                *next += 1;
                match need {
                    None => {
                        done.insert(name.clone());
                        path.pop();
                    }
                    Some(need) if done.contains(&need) => {}
                    Some(need) => match path.iter().position(|(name, _)| *name == need) {
                        Some(at) => {
                            let round: Vec<&str> =
                                path.iter().skip(at).map(|(name, _)| name.as_str()).chain([need.as_str()]).collect();
                            let message = format!("it needs itself: {}", round.join(" → "));
                            self.here = need;
                            self.report(message);
                        }
                        None => path.push((need, 0)),
                    },
                }
            }
        }
    }
}

impl Capsule {
    fn noun(self) -> &'static str {
        match self {
            Capsule::Plain => "a plain value",
            Capsule::Targets => "a list of targets",
            Capsule::RelabelRules => "a set of relabelling rules",
            Capsule::LogsReceiver => "a receiver of logs",
            Capsule::MetricsReceiver => "a receiver of metrics",
            Capsule::Consumer => "a receiver of OpenTelemetry data",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::components::*;
    use super::super::otelcol::*;
    use super::super::stages::Stage;
    use super::super::syntax::{Ident, Key};
    use super::*;

    fn ident(text: &str) -> Ident {
        Ident::sanitized(text)
    }

    fn key(text: &str) -> Key {
        Key::new(text).unwrap()
    }

    /// One of every component, wired together.
    fn everything() -> Body {
        let loki = LokiWrite {
            label: ident("loki"),
            external_labels: [(key("host"), "bay1".to_owned())].into_iter().collect(),
            endpoints: vec![Endpoint {
                url: "http://loki:3100/loki/api/v1/push".to_owned(),
                basic_auth: Some(BasicAuth { username: "u".to_owned(), password_file: "/run/secrets/p".to_owned() }),
            }],
        };
        let clean = LokiProcess {
            label: ident("clean"),
            stages: vec![
                Stage::Docker,
                Stage::Json([(key("level"), String::new())].into_iter().collect()),
                Stage::Logfmt([(key("level"), String::new())].into_iter().collect()),
                Stage::Regex("(?P<level>[a-z]+)".to_owned()),
                Stage::Labels([(key("level"), String::new())].into_iter().collect()),
                Stage::StaticLabels([(key("a"), "b".to_owned())].into_iter().collect()),
                Stage::LabelDrop(vec!["filename".to_owned()]),
                Stage::StructuredMetadata([(key("trace"), String::new())].into_iter().collect()),
                Stage::Timestamp { source: "ts".to_owned(), format: "RFC3339".to_owned() },
                Stage::Multiline { firstline: "^\\S".to_owned() },
                Stage::Replace { expression: "(pw)".to_owned(), replace: "*".to_owned() },
                Stage::Match {
                    selector: "{service=\"web\"}".to_owned(),
                    stages: vec![Stage::Drop { expression: "/healthz".to_owned() }],
                },
                Stage::Output { source: "msg".to_owned() },
            ],
            forward_to: vec![loki.receiver()],
        };
        let host = "tcp://socket-proxy:2375".to_owned();
        let docker = DiscoveryDocker {
            label: ident("all"),
            host: host.clone(),
            refresh_interval: Some("5s".to_owned()),
            filters: [("label".to_owned(), vec!["com.docker.compose.project=shop".to_owned()])].into_iter().collect(),
        };
        let relabel = DiscoveryRelabel {
            label: ident("logs"),
            targets: docker.targets(),
            rules: vec![
                RelabelRule::copy("__meta_docker_container_name", Some("/(.*)"), "container"),
                RelabelRule::fixed("env", "a$b"),
                RelabelRule::filter("drop", "__meta_docker_container_label_bayplan_logs", "false"),
            ],
        };
        let source = LokiSourceDocker {
            label: ident("all"),
            host,
            targets: relabel.output(),
            labels: [(key("source"), "docker".to_owned())].into_iter().collect(),
            relabel_rules: Some(relabel.rules()),
            forward_to: vec![clean.receiver()],
        };
        let prometheus = PrometheusRemoteWrite {
            label: ident("main"),
            external_labels: IndexMap::new(),
            endpoints: vec![Endpoint::new("http://prometheus:9090/api/v1/write")],
        };
        let tidy = PrometheusRelabel {
            label: ident("tidy"),
            rules: vec![RelabelRule { regex: Some("id".to_owned()), action: Some("labeldrop"), ..Default::default() }],
            forward_to: vec![prometheus.receiver()],
        };
        let me = PrometheusExporterSelf { label: ident("me") };
        let other = [(key("__address__"), "a:1".to_owned())].into_iter().collect();
        let scrape = PrometheusScrape {
            label: ident("me"),
            targets: Targets::all([me.targets(), Targets::fixed([other])]),
            job_name: Some("alloy".to_owned()),
            scrape_interval: Some("15s".to_owned()),
            forward_to: vec![tidy.receiver()],
        };
        let tempo = ExporterOtlp {
            label: ident("tempo"),
            protocol: Protocol::Grpc,
            endpoint: "tempo:4317".to_owned(),
            insecure: true,
            headers: IndexMap::new(),
        };
        let away = ExporterOtlp {
            label: ident("away"),
            protocol: Protocol::Http,
            endpoint: "https://otlp.example".to_owned(),
            insecure: false,
            headers: [(key("X-Scope-OrgID"), "a".to_owned())].into_iter().collect(),
        };
        let lines = ExporterLoki { label: ident("lines"), forward_to: vec![clean.receiver()] };
        let samples = ExporterPrometheus { label: ident("samples"), forward_to: vec![prometheus.receiver()] };
        let batch = ProcessorBatch {
            label: ident("all"),
            output: Output {
                metrics: vec![samples.input()],
                logs: vec![lines.input()],
                traces: vec![tempo.input(), away.input()],
            },
        };
        let otlp = ReceiverOtlp {
            label: ident("apps"),
            grpc: Some("0.0.0.0:4317".to_owned()),
            http: Some("0.0.0.0:4318".to_owned()),
            output: Output { metrics: vec![batch.input()], logs: vec![batch.input()], traces: vec![batch.input()] },
        };
        let blocks: Vec<Block> = vec![
            Logging { level: "info", format: "logfmt" }.into(),
            docker.into(),
            relabel.into(),
            source.into(),
            clean.into(),
            loki.into(),
            me.into(),
            scrape.into(),
            tidy.into(),
            prometheus.into(),
            otlp.into(),
            batch.into(),
            tempo.into(),
            away.into(),
            lines.into(),
            samples.into(),
        ];
        blocks.into_iter().collect()
    }

    #[test]
    fn every_constructor_makes_what_the_table_allows() {
        let body = everything();
        assert_eq!(check(&body), []);
        let made: HashSet<String> = body.blocks().map(|block| block.name.to_string()).collect();
        let known: HashSet<String> = super::super::kinds::KINDS.iter().map(|kind| kind.name.to_owned()).collect();
        assert_eq!(made, known);
    }

    fn problems(blocks: Vec<Block>) -> Vec<String> {
        check(&blocks.into_iter().collect()).iter().map(ToString::to_string).collect()
    }

    fn write(label: &str) -> LokiWrite {
        LokiWrite { label: ident(label), external_labels: IndexMap::new(), endpoints: vec![] }
    }

    #[test]
    fn wrong_wiring_is_found() {
        let process = |forward_to| LokiProcess { label: ident("p"), stages: vec![], forward_to };
        let unused = "`loki.process.p`: nothing uses it";
        assert_eq!(
            problems(vec![process(vec![write("gone").receiver()]).into()]),
            ["`loki.process.p`: `loki.write.gone.receiver` is not defined", unused]
        );
        assert_eq!(
            problems(vec![process(vec![]).into()]),
            ["`loki.process.p`: `forward_to` names no receiver", unused]
        );
        assert_eq!(
            problems(vec![process(vec![process(vec![]).receiver()]).into()]),
            ["`loki.process.p`: it needs itself: loki.process.p → loki.process.p"]
        );
        assert_eq!(
            problems(vec![
                write("w").into(),
                write("w").into(),
                process(vec![write("w").receiver()]).into(),
                ExporterLoki { label: ident("x"), forward_to: vec![process(vec![]).receiver()] }.into(),
                ReceiverOtlp {
                    label: ident("r"),
                    grpc: None,
                    http: None,
                    output: Output {
                        logs: vec![ExporterLoki { label: ident("x"), forward_to: vec![] }.input()],
                        ..Default::default()
                    }
                }
                .into(),
            ]),
            ["`loki.write.w`: it is defined twice"]
        );
    }

    #[test]
    fn wrong_arguments_are_found() {
        let reference = Expr::Reference(Reference::parse("loki.write.w.receiver").unwrap());
        let nothing = Expr::Reference(Reference::parse("loki.write.w.nothing").unwrap());
        let scrape = Body::new()
            .set("targets", nothing)
            .set("forward_to", Expr::Array(vec![reference, "x".into()]))
            .set("job", "j")
            .set("job_name", "a")
            .set("job_name", "b")
            .block("rule", Body::new());
        let batch = Body::new().block("output", Body::new()).block("output", Body::new());
        assert_eq!(
            problems(vec![
                write("w").into(),
                Block::new("prometheus.scrape", Some(ident("s")), scrape),
                Block::new("otelcol.exporter.otlp", Some(ident("e")), Body::new()),
                Block::new("otelcol.processor.batch", None, batch),
                Block::new("logging", Some(ident("l")), Body::new()),
                Block::new("discovery.relabel", Some(ident("d")), Body::new()),
                Block::new("no.such", Some(ident("n")), Body::new()),
            ])
            .join("\n"),
            "\
`prometheus.scrape.s`: `forward_to` takes a receiver of metrics, not a plain value
`prometheus.scrape.s`: `prometheus.scrape` has no argument `job`
`prometheus.scrape.s`: the argument `job_name` is given twice
`prometheus.scrape.s`: `prometheus.scrape` has no block `rule`
`otelcol.exporter.otlp.e`: `otelcol.exporter.otlp` needs the block `client`
`otelcol.processor.batch`: it has no label
`otelcol.processor.batch`: `otelcol.processor.batch` has the block `output` more than once
`logging.l`: it cannot have a label
`discovery.relabel.d`: `discovery.relabel` needs the argument `targets`
`no.such.n`: no component of this name is known
`prometheus.scrape.s`: `loki.write` exports no `nothing`
`prometheus.scrape.s`: `loki.write.w.receiver` is a receiver of logs, where a receiver of metrics is needed
`otelcol.exporter.otlp.e`: nothing uses it
`otelcol.processor.batch`: nothing uses it
`discovery.relabel.d`: nothing uses it"
        );
    }

    #[test]
    fn the_printed_form() {
        let loki = write("default");
        let body: Body = [
            Block::from(LokiProcess {
                label: ident("p"),
                stages: vec![Stage::Labels(
                    [(key("level"), String::new()), (key("a b"), "x\"\n".to_owned())].into_iter().collect(),
                )],
                forward_to: vec![loki.receiver()],
            })
            .comment("Logs of the stack `shop`"),
            loki.into(),
        ]
        .into_iter()
        .collect();
        insta::assert_snapshot!(body.to_string().replace('\t', "    "), @r#"
        // Logs of the stack `shop`
        loki.process "p" {
            forward_to = [loki.write.default.receiver]

            stage.labels {
                values = {
                    level = "",
                    "a b" = "x\"\n",
                }
            }
        }

        loki.write "default" { }
        "#);
    }
}
