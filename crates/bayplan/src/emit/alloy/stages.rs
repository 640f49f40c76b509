//! What `loki.process` does with a log line, stage by stage.

use super::syntax::{Block, Body, Expr, Key, Statement};
use indexmap::IndexMap;

/// One stage of `loki.process` (grafana/alloy, the page of that component).
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// Reads the format of Docker's `json-file` logging driver.
    Docker,
    /// Extracts values from a JSON line: name → JMESPath (empty: the name itself).
    Json(IndexMap<Key, String>),
    /// Extracts values from a `key=value` line: name → key.
    Logfmt(IndexMap<Key, String>),
    /// Extracts the named groups of an RE2 expression.
    Regex(String),
    /// Makes labels of extracted values: label → value's name (empty: the same).
    Labels(IndexMap<Key, String>),
    /// Puts fixed labels on.
    StaticLabels(IndexMap<Key, String>),
    /// Takes labels off.
    LabelDrop(Vec<String>),
    /// Makes structured metadata of extracted values.
    StructuredMetadata(IndexMap<Key, String>),
    /// Takes the time from an extracted value.
    Timestamp {
        /// The extracted value.
        source: String,
        /// Go's reference time, or a name such as `RFC3339`.
        format: String,
    },
    /// Takes the line from an extracted value.
    Output {
        /// The extracted value.
        source: String,
    },
    /// Joins lines until the next that matches.
    Multiline {
        /// The RE2 expression of a first line.
        firstline: String,
    },
    /// Replaces what an RE2 expression captures.
    Replace {
        /// The expression.
        expression: String,
        /// What stands there instead.
        replace: String,
    },
    /// Drops lines that match.
    Drop {
        /// The RE2 expression.
        expression: String,
    },
    /// Runs stages only for lines that a LogQL selector takes.
    Match {
        /// The selector: `{service="web"}`.
        selector: String,
        /// The stages.
        stages: Vec<Stage>,
    },
}

impl Stage {
    pub(super) fn append(mut body: Body, stages: Vec<Stage>) -> Body {
        body.0.extend(stages.into_iter().map(|stage| Statement::Block(stage.into())));
        body
    }
}

impl From<Stage> for Block {
    fn from(stage: Stage) -> Block {
        let body = Body::new();
        let (name, body) = match stage {
            Stage::Docker => ("stage.docker", body),
            Stage::Json(names) => ("stage.json", body.set("expressions", Expr::map(&names))),
            Stage::Logfmt(names) => ("stage.logfmt", body.set("mapping", Expr::map(&names))),
            Stage::Regex(expression) => ("stage.regex", body.set("expression", expression)),
            Stage::Labels(values) => ("stage.labels", body.set("values", Expr::map(&values))),
            Stage::StaticLabels(values) => ("stage.static_labels", body.set("values", Expr::map(&values))),
            Stage::LabelDrop(values) => ("stage.label_drop", body.set("values", Expr::strings(values))),
            Stage::StructuredMetadata(values) => ("stage.structured_metadata", body.set("values", Expr::map(&values))),
            Stage::Timestamp { source, format } => {
                ("stage.timestamp", body.set("source", source).set("format", format))
            }
            Stage::Output { source } => ("stage.output", body.set("source", source)),
            Stage::Multiline { firstline } => ("stage.multiline", body.set("firstline", firstline)),
            Stage::Replace { expression, replace } => {
                ("stage.replace", body.set("expression", expression).set("replace", replace))
            }
            Stage::Drop { expression } => ("stage.drop", body.set("expression", expression)),
            Stage::Match { selector, stages } => ("stage.match", Stage::append(body.set("selector", selector), stages)),
        };
        Block::new(name, None, body)
    }
}
