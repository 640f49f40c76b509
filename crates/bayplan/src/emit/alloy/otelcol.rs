//! The OpenTelemetry components of Alloy: a receiver for OTLP, batching, and the ways out.

use super::components::{Consumer, LogsReceiver, MetricsReceiver};
use super::syntax::{Block, Body, Expr, Ident, Key};
use indexmap::IndexMap;

/// Where each kind of telemetry goes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Output {
    /// Takers of metrics.
    pub metrics: Vec<Consumer>,
    /// Takers of log records.
    pub logs: Vec<Consumer>,
    /// Takers of spans.
    pub traces: Vec<Consumer>,
}

impl Output {
    fn body(self) -> Body {
        let list = |takers: Vec<Consumer>| {
            (!takers.is_empty()).then(|| Expr::Array(takers.into_iter().map(Into::into).collect()))
        };
        Body::new()
            .maybe("metrics", list(self.metrics))
            .maybe("logs", list(self.logs))
            .maybe("traces", list(self.traces))
    }
}

/// `otelcol.receiver.otlp`: takes OTLP from the applications.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceiverOtlp {
    /// Its label.
    pub label: Ident,
    /// The address for gRPC, `0.0.0.0:4317`.
    pub grpc: Option<String>,
    /// The address for HTTP, `0.0.0.0:4318`.
    pub http: Option<String>,
    /// Where it goes.
    pub output: Output,
}

impl From<ReceiverOtlp> for Block {
    fn from(it: ReceiverOtlp) -> Block {
        let mut body = Body::new();
        for (name, address) in [("grpc", it.grpc), ("http", it.http)] {
            if let Some(address) = address {
                body = body.block(name, Body::new().set("endpoint", address));
            }
        }
        Block::new("otelcol.receiver.otlp", Some(it.label), body.block("output", it.output.body()))
    }
}

/// `otelcol.processor.batch`: puts telemetry into fewer, larger requests.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcessorBatch {
    /// Its label.
    pub label: Ident,
    /// Where it goes.
    pub output: Output,
}

impl ProcessorBatch {
    /// What takes telemetry.
    pub fn input(&self) -> Consumer {
        Consumer::of("otelcol.processor.batch", &self.label, "input")
    }
}

impl From<ProcessorBatch> for Block {
    fn from(it: ProcessorBatch) -> Block {
        Block::new("otelcol.processor.batch", Some(it.label), Body::new().block("output", it.output.body()))
    }
}

/// How OTLP is sent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// `otelcol.exporter.otlp`; the endpoint is `host:port`.
    Grpc,
    /// `otelcol.exporter.otlphttp`; the endpoint is a URL.
    Http,
}

/// `otelcol.exporter.otlp` or `otelcol.exporter.otlphttp`: sends OTLP on.
#[derive(Debug, Clone, PartialEq)]
pub struct ExporterOtlp {
    /// Its label.
    pub label: Ident,
    /// How it is sent.
    pub protocol: Protocol,
    /// Where to: `tempo:4317` for gRPC, `http://tempo:4318` for HTTP.
    pub endpoint: String,
    /// Without TLS. Only gRPC has to be told: a URL says it by `http`.
    pub insecure: bool,
    /// Headers sent along. Never a secret: the values are written out.
    pub headers: IndexMap<Key, String>,
}

impl ExporterOtlp {
    fn name(&self) -> &'static str {
        match self.protocol {
            Protocol::Grpc => "otelcol.exporter.otlp",
            Protocol::Http => "otelcol.exporter.otlphttp",
        }
    }

    /// What takes telemetry.
    pub fn input(&self) -> Consumer {
        Consumer::of(self.name(), &self.label, "input")
    }
}

impl From<ExporterOtlp> for Block {
    fn from(it: ExporterOtlp) -> Block {
        let name = it.name();
        let headers = (!it.headers.is_empty()).then(|| Expr::map(&it.headers));
        let mut client = Body::new().set("endpoint", it.endpoint).maybe("headers", headers);
        if it.insecure && it.protocol == Protocol::Grpc {
            client = client.block("tls", Body::new().set("insecure", true));
        }
        Block::new(name, Some(it.label), Body::new().block("client", client))
    }
}

/// `otelcol.exporter.loki`: turns OTLP log records into Loki's lines.
#[derive(Debug, Clone, PartialEq)]
pub struct ExporterLoki {
    /// Its label.
    pub label: Ident,
    /// Where the lines go.
    pub forward_to: Vec<LogsReceiver>,
}

impl ExporterLoki {
    /// What takes log records.
    pub fn input(&self) -> Consumer {
        Consumer::of("otelcol.exporter.loki", &self.label, "input")
    }
}

impl From<ExporterLoki> for Block {
    fn from(it: ExporterLoki) -> Block {
        let takers = Expr::Array(it.forward_to.into_iter().map(Into::into).collect());
        Block::new("otelcol.exporter.loki", Some(it.label), Body::new().set("forward_to", takers))
    }
}

/// `otelcol.exporter.prometheus`: turns OTLP metrics into Prometheus's samples.
#[derive(Debug, Clone, PartialEq)]
pub struct ExporterPrometheus {
    /// Its label.
    pub label: Ident,
    /// Where the samples go.
    pub forward_to: Vec<MetricsReceiver>,
}

impl ExporterPrometheus {
    /// What takes metrics.
    pub fn input(&self) -> Consumer {
        Consumer::of("otelcol.exporter.prometheus", &self.label, "input")
    }
}

impl From<ExporterPrometheus> for Block {
    fn from(it: ExporterPrometheus) -> Block {
        let takers = Expr::Array(it.forward_to.into_iter().map(Into::into).collect());
        Block::new("otelcol.exporter.prometheus", Some(it.label), Body::new().set("forward_to", takers))
    }
}
