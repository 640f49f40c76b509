//! `what is wrong, where, what to do`: the one shape of every message about what people wrote.

use crate::source::Sources;
use crate::value::Invalid;
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{DecodeError, ErrorKind, Location, Node, Path, Text, Value, YamlError};
use serde::Serialize;
use std::collections::HashSet;
use std::fmt;

/// What a finding does to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing is written and the exit code is 1.
    #[default]
    Deny,
    /// It is shown; the run goes on.
    Warn,
    /// It is not shown.
    Allow,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::Deny => "error",
            Level::Warn => "warning",
            Level::Allow => "note",
        })
    }
}

/// What a finding is about, by name. Together with the rule it is the finding's identity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub struct Subject {
    /// The stack, where the finding is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack: Option<Text>,
    /// The service, where the finding is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Text>,
    /// The path in the document.
    #[serde(serialize_with = "path_as_text")]
    pub path: Path,
}

impl Subject {
    /// A place in a document of no known stack.
    pub fn path(path: Path) -> Self {
        Self { stack: None, service: None, path }
    }

    /// A stack as a whole.
    pub fn stack(stack: impl Into<Text>) -> Self {
        Self { stack: Some(stack.into()), ..Self::default() }
    }

    /// A service of a stack; the path is `services.NAME`.
    pub fn service(stack: impl Into<Text>, service: impl Into<Text>) -> Self {
        let service = service.into();
        let path = Path::root().key("services").key(service.clone());
        Self { stack: Some(stack.into()), service: Some(service), path }
    }

    /// The same subject with another path.
    pub fn with_path(self, path: Path) -> Self {
        Self { path, ..self }
    }
}

/// Another place that belongs to a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub at: Location,
    /// What is there, lower case: "first defined here".
    pub message: String,
}

/// Whether a [`Fix`] may be made without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Safety {
    /// The containers do what they did.
    Safe,
    /// They may behave otherwise: a person is to look at it.
    Unsafe,
}

/// A change that mends a finding, in words of the merged model: what reads the files again says whether they became that.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// What it does, as an order: "add `read_only: true`".
    pub title: String,
    /// Whether it may be made without asking.
    pub safety: Safety,
    /// The changes; all are made, or none.
    pub changes: Vec<Change>,
}

/// One change. Paths start at the top of the finding's stack, as it is after merging. Values are those that Compose is to
/// see: a `$` in one is a `$`; a node with a template writes that.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Writes a value, where one is or none; mappings on the way to it are made.
    Set(Path, Node),
    /// Adds an item at the end of a list, which is made where there is none.
    Append(Path, Node),
    /// Removes a value, or an item of a list.
    Delete(Path),
    /// Gives a key of a mapping, or the name in an item `NAME=value` of a list, another name.
    Rename(Path, String),
    /// Writes other text for the bytes of a place, which then says the same, or what the other changes of the fix say: those
    /// are not made, but only what comes of it.
    Respell(Location, String),
}

impl Fix {
    /// A fix that does not change what containers do.
    pub fn safe(title: impl Into<String>) -> Self {
        Self { title: title.into(), safety: Safety::Safe, changes: Vec::new() }
    }

    /// A fix that may change what containers do.
    pub fn unsafe_(title: impl Into<String>) -> Self {
        Self { safety: Safety::Unsafe, ..Self::safe(title) }
    }

    /// And writes a value.
    #[must_use]
    pub fn set(mut self, path: Path, value: impl Into<serde_json::Value>) -> Self {
        self.changes.push(Change::Set(path, node(value.into())));
        self
    }

    /// And adds an item to a list.
    #[must_use]
    pub fn append(mut self, path: Path, value: impl Into<serde_json::Value>) -> Self {
        self.changes.push(Change::Append(path, node(value.into())));
        self
    }

    /// And removes a value.
    #[must_use]
    pub fn delete(mut self, path: Path) -> Self {
        self.changes.push(Change::Delete(path));
        self
    }

    /// And gives a key another name.
    #[must_use]
    pub fn rename(mut self, path: Path, name: impl Into<String>) -> Self {
        self.changes.push(Change::Rename(path, name.into()));
        self
    }

    /// And spells the text at a place otherwise.
    #[must_use]
    pub fn respell(mut self, at: Location, text: impl Into<String>) -> Self {
        self.changes.push(Change::Respell(at, text.into()));
        self
    }
}

/// A value as a node that stands nowhere.
fn node(value: serde_json::Value) -> Node {
    let nowhere = Location::default();
    bayplan_yaml::to_node(&value, nowhere).unwrap_or_else(|_| Node::new(Value::Null, nowhere))
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The rule that found it: `unpinned-image`.
    pub rule: &'static str,
    /// What it does to the run.
    pub level: Level,
    /// The fact, lower case, names in backticks, no full stop. Never holds a secret.
    pub message: String,
    /// The one thing to do.
    pub help: Option<String>,
    /// The exact place.
    pub at: Location,
    /// Other places that belong to it.
    pub related: Vec<Label>,
    /// What it is about, by name.
    pub subject: Subject,
    /// Places whose text must not be shown in excerpts, because they hold secrets.
    pub sensitive: Vec<Location>,
    /// A change that mends it.
    pub fix: Option<Box<Fix>>,
}

impl Finding {
    /// A finding of `level` at one place.
    pub fn new(rule: &'static str, level: Level, at: Location, message: impl Into<String>) -> Self {
        Self {
            rule,
            level,
            message: message.into(),
            help: None,
            at,
            related: Vec::new(),
            subject: Subject::default(),
            sensitive: Vec::new(),
            fix: None,
        }
    }

    /// A denied finding at one place.
    pub fn deny(rule: &'static str, at: Location, message: impl Into<String>) -> Self {
        Self::new(rule, Level::Deny, at, message)
    }

    /// A warning at one place.
    pub fn warn(rule: &'static str, at: Location, message: impl Into<String>) -> Self {
        Self::new(rule, Level::Warn, at, message)
    }

    /// With the one thing to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With the one thing to do, where there is one.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    /// With what it is about.
    #[must_use]
    pub fn about(mut self, subject: Subject) -> Self {
        self.subject = subject;
        self
    }

    /// With another place that belongs to it.
    #[must_use]
    pub fn related(mut self, at: Location, message: impl Into<String>) -> Self {
        self.related.push(Label { at, message: message.into() });
        self
    }

    /// With a place that holds a secret: excerpts show `*****` there.
    #[must_use]
    pub fn redact(mut self, at: Location) -> Self {
        self.sensitive.push(at);
        self
    }

    /// With a change that mends it.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(Box::new(fix));
        self
    }

    /// A value that is not valid, at the part of the scalar that is wrong.
    ///
    /// `at` is the scalar, `value` its text after unquoting; see [`Sources::within`].
    pub fn invalid(rule: &'static str, sources: &Sources, at: Location, value: &str, invalid: Invalid) -> Self {
        Self::deny(rule, sources.within(at, value, invalid.range), invalid.message).maybe_help(invalid.help)
    }

    /// Whether `other` is the same finding: the same rule about the same subject.
    pub fn is_same(&self, other: &Self) -> bool {
        self.rule == other.rule && self.subject == other.subject
    }

    /// The finding with places as a person reads them.
    pub fn located<'a>(&'a self, sources: &'a Sources) -> Located<'a> {
        let place = sources.place(self.at);
        Located {
            rule: self.rule,
            level: self.level,
            message: &self.message,
            help: self.help.as_deref(),
            file: place.name,
            line: place.start.map(|p| p.line),
            column: place.start.map(|p| p.column),
            end_line: place.end.map(|p| p.line),
            end_column: place.end.map(|p| p.column),
            subject: &self.subject,
            related: self
                .related
                .iter()
                .map(|label| {
                    let place = sources.place(label.at);
                    LocatedLabel {
                        message: &label.message,
                        file: place.name,
                        line: place.start.map(|p| p.line),
                        column: place.start.map(|p| p.column),
                        end_line: place.end.map(|p| p.line),
                        end_column: place.end.map(|p| p.column),
                    }
                })
                .collect(),
        }
    }
}

impl From<DecodeError> for Finding {
    fn from(error: DecodeError) -> Self {
        let rule = match error.kind {
            DecodeErrorKind::Type => "wrong-type",
            DecodeErrorKind::UnknownKey => "unknown-key",
            DecodeErrorKind::MissingKey => "missing-key",
            DecodeErrorKind::Value => "invalid-value",
        };
        let near = error.help.as_deref().and_then(|help| help.strip_prefix("did you mean `")?.strip_suffix("`?"));
        let fix = near
            .filter(|_| error.kind == DecodeErrorKind::UnknownKey)
            .map(|near| Box::new(Fix::unsafe_(format!("write `{near}`")).rename(error.path.clone(), near)));
        let subject = Subject::path(error.path);
        Self { fix, ..Self::deny(rule, error.at, error.message).maybe_help(error.help).about(subject) }
    }
}

impl From<YamlError> for Finding {
    fn from(error: YamlError) -> Self {
        let rule = match error.kind {
            ErrorKind::Syntax => "invalid-yaml",
            ErrorKind::DuplicateKey => "duplicate-key",
            ErrorKind::Alias => "broken-alias",
            ErrorKind::Type => "wrong-type",
            ErrorKind::Limit => "oversized-yaml",
            ErrorKind::Encoding => "unreadable-file",
            ErrorKind::RefusedByDocker => "unportable-yaml",
        };
        let related = error.related.into_iter().map(|(at, message)| Label { at, message }).collect();
        Self { related, ..Self::deny(rule, error.at, error.message).maybe_help(error.help) }
    }
}

/// A finding with line and column: what the machine formats print. Lines and columns count from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Located<'a> {
    /// The rule.
    pub rule: &'a str,
    /// The level.
    pub level: Level,
    /// The fact.
    pub message: &'a str,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<&'a str>,
    /// The file as shown.
    pub file: &'a str,
    /// First line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// First column, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// Last line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_line: Option<u32>,
    /// The column behind the last character.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_column: Option<u32>,
    /// Stack, service and path.
    #[serde(flatten)]
    pub subject: &'a Subject,
    /// Other places.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<LocatedLabel<'a>>,
}

/// A [`Label`] with line and column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LocatedLabel<'a> {
    /// What is there.
    pub message: &'a str,
    /// The file as shown.
    pub file: &'a str,
    /// First line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// First column, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// Last line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_line: Option<u32>,
    /// The column behind the last character.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_column: Option<u32>,
}

/// All findings of a run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    /// The findings; in order after [`Report::sort`].
    pub findings: Vec<Finding>,
    /// Places that hold secrets, whichever finding's excerpt they come to stand in.
    pub sensitive: Vec<Location>,
    /// Places of exemptions that something needs: another stack, or another environment, may not.
    pub needed: HashSet<Location>,
}

impl Report {
    /// Nothing found.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a finding.
    pub fn push(&mut self, finding: impl Into<Finding>) {
        self.findings.push(finding.into());
    }

    /// Adds all of another report.
    pub fn append(&mut self, other: Report) {
        self.findings.extend(other.findings);
        self.sensitive.extend(other.sensitive);
        self.needed.extend(other.needed);
    }

    /// How many findings have `level`.
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }

    /// Whether anything is denied, so that nothing may be written.
    pub fn denied(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == Level::Deny)
    }

    /// Orders by file, position, rule and message, and drops what is said twice about one place: a value that several
    /// services share, through `defaults` or an anchor, is wrong once. An exemption that is needed anywhere is not unused.
    pub fn sort(&mut self, sources: &Sources) {
        fn key<'a>(finding: &'a Finding, sources: &'a Sources) -> impl Ord + 'a {
            let at = finding.at;
            (
                sources.name(at.source),
                at.source,
                at.span,
                finding.rule,
                finding.level,
                finding.message.as_str(),
                &finding.subject,
            )
        }
        self.findings.retain(|finding| finding.rule != "unused-exemption" || !self.needed.contains(&finding.at));
        self.findings.sort_by(|a, b| key(a, sources).cmp(&key(b, sources)));
        // Two phases may say what is wrong with one value, each in its words: the one that says more stays.
        let of_value = |rule: &str| matches!(rule, "wrong-type" | "invalid-value");
        self.findings.dedup_by(|b, a| {
            let twice =
                a.at == b.at && a.rule == b.rule && a.level == b.level && of_value(a.rule) && !a.at.span.is_empty();
            if twice && b.message.len() > a.message.len() {
                std::mem::swap(a, b);
            }
            twice || a.at == b.at && a.rule == b.rule && a.message == b.message
        });
    }

    /// Drops what is not to be `kept`. Its secrets stay secret: they stand around what other findings show.
    pub fn retain(&mut self, mut kept: impl FnMut(&mut Finding) -> bool) {
        let sensitive = &mut self.sensitive;
        self.findings.retain_mut(|finding| {
            let kept = kept(finding);
            if !kept {
                sensitive.append(&mut finding.sensitive);
            }
            kept
        });
    }

    /// Every place whose text must not be shown.
    pub fn all_sensitive(&self) -> impl Iterator<Item = Location> {
        self.sensitive.iter().copied().chain(self.findings.iter().flat_map(|finding| finding.sensitive.iter().copied()))
    }
}

impl<F: Into<Finding>> Extend<F> for Report {
    fn extend<T: IntoIterator<Item = F>>(&mut self, findings: T) {
        self.findings.extend(findings.into_iter().map(Into::into));
    }
}

fn path_as_text<S: serde::Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bayplan_yaml::{SourceId, Span};

    fn at(source: SourceId, start: u32, end: u32) -> Location {
        Location { source, span: Span::new(start, end) }
    }

    #[test]
    fn reports_are_ordered_by_file_position_and_rule_and_say_things_once() {
        let mut sources = Sources::new();
        let b = sources.add_file("b.yaml", "x: 1\ny: 2\n");
        let a = sources.add_file("a.yaml", "x: 1\n");
        let mut report = Report::new();
        report.extend([
            Finding::deny("z-rule", at(b, 5, 6), "later"),
            Finding::warn("b-rule", at(b, 0, 1), "second"),
            Finding::deny("a-rule", at(b, 0, 1), "first"),
            Finding::deny("a-rule", at(a, 3, 4), "other file"),
            Finding::deny("a-rule", at(b, 0, 1), "first"),
        ]);
        report.sort(&sources);
        let order: Vec<_> = report.findings.iter().map(|f| f.message.as_str()).collect();
        assert_eq!(order, ["other file", "first", "second", "later"]);
        assert_eq!((report.count(Level::Deny), report.count(Level::Warn), report.denied()), (3, 1, true));
    }

    #[test]
    fn machine_form_has_lines_columns_and_paths() {
        let mut sources = Sources::new();
        let text = "services:\n  web:\n    image: nginx\n";
        let file = sources.add_file("shop.yaml", text);
        let start = text.find("nginx").unwrap() as u32;
        let subject = Subject::service("shop", "web");
        let path = subject.path.key("image");
        let finding = Finding::deny("unpinned-image", at(file, start, start + 5), "`web` has no tag")
            .help("name a version")
            .about(subject.with_path(path))
            .related(at(file, 12, 15), "in this service");
        let json = serde_json::to_string(&finding.located(&sources)).unwrap();
        assert_eq!(
            json,
            r#"{"rule":"unpinned-image","level":"deny","message":"`web` has no tag","help":"name a version","file":"shop.yaml","line":3,"column":12,"end_line":3,"end_column":17,"stack":"shop","service":"web","path":"services.web.image","related":[{"message":"in this service","file":"shop.yaml","line":2,"column":3,"end_line":2,"end_column":6}]}"#
        );
    }

    #[test]
    fn decode_errors_keep_place_and_path() {
        let error = DecodeError {
            at: at(SourceId(1), 2, 3),
            path: ["services", "web"].into_iter().collect(),
            message: "expected a string, found a list".to_owned(),
            help: None,
            kind: DecodeErrorKind::Type,
        };
        let finding = Finding::from(error);
        assert_eq!((finding.rule, finding.subject.path.to_string().as_str()), ("wrong-type", "services.web"));
    }
}
