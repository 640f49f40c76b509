//! `report → excerpts with marks`, by file and place, and one line that sums up.

use super::excerpt::{Excerpt, shown};
use super::{Style, counted};
use bayplan::finding::{Finding, Level, Report};
use bayplan::source::Sources;
use bayplan_yaml::{Location, Span};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode, ThemeCharacters, ThemeStyles,
};
use std::collections::BTreeMap;
use std::fmt::{self, Write};

/// Renders all findings that are not allowed, in their order.
pub fn findings(report: &Report, sources: &Sources, style: Style) -> String {
    let mut secrets: BTreeMap<u32, Vec<Span>> = BTreeMap::new();
    for at in report.all_sensitive() {
        secrets.entry(at.source.0).or_default().push(at.span);
    }
    let mut out = String::new();
    for finding in report.findings.iter().filter(|finding| finding.level != Level::Allow) {
        let hidden = secrets.get(&finding.at.source.0).map_or(&[][..], Vec::as_slice);
        let diagnostic = Shown::new(finding, sources, hidden);
        if handler(style, finding).render_report(&mut out, &diagnostic).is_err() {
            let _ = writeln!(out, "{}: {}", finding.level, clean(&finding.message));
        }
        out.push('\n');
    }
    out
}

/// `3 errors, 2 warnings in 4 files`.
pub fn summary(report: &Report, sources: &Sources, files: usize, style: Style) -> String {
    let (errors, warnings) = (report.count(Level::Deny), report.count(Level::Warn));
    let mut named: Vec<&str> = report
        .findings
        .iter()
        .filter(|finding| finding.level != Level::Allow)
        .map(|finding| sources.name(finding.at.source))
        .collect();
    named.sort_unstable();
    named.dedup();
    if errors + warnings == 0 {
        return style.paint("32", &format!("no findings in {}", counted(files, "file")));
    }
    let parts: Vec<String> = [(errors, "error", "31;1"), (warnings, "warning", "33;1")]
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, what, code)| style.paint(code, &counted(count, what)))
        .collect();
    let files = files.max(named.len());
    let of = if named.len() == files { String::new() } else { format!("{} of ", named.len()) };
    format!("{} in {of}{}", parts.join(", "), counted(files, "file"))
}

/// The handler for one finding: it says `error[RULE]:` where miette puts its cross.
fn handler(style: Style, finding: &Finding) -> GraphicalReportHandler {
    let mut characters = if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
    let head = format!("{}[{}]:", finding.level, finding.rule);
    (characters.error, characters.warning, characters.advice) = (head.clone(), head.clone(), head);
    let styles = if style.color { ThemeStyles::ansi() } else { ThemeStyles::none() };
    GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles })
        .with_width(style.width)
        .with_links(false)
        .with_context_lines(1)
        .tab_width(4)
        .without_syntax_highlighting()
}

/// A finding as miette wants it.
struct Shown<'a> {
    finding: &'a Finding,
    message: String,
    help: Option<String>,
    excerpt: Option<Excerpt>,
    labels: Vec<LabeledSpan>,
}

impl<'a> Shown<'a> {
    fn new(finding: &'a Finding, sources: &Sources, secrets: &[Span]) -> Self {
        let mut help: Vec<String> = finding.help.iter().map(|help| clean(help)).collect();
        let (here, elsewhere): (Vec<_>, Vec<_>) =
            finding.related.iter().partition(|label| label.at.source == finding.at.source);
        help.extend(elsewhere.iter().map(|label| format!("{}: {}", clean(&label.message), place(sources, label.at))));
        let (mut excerpt, mut labels) = (None, Vec::new());
        match sources.file(finding.at.source) {
            Some(file) => {
                let marks: Vec<Span> =
                    std::iter::once(finding.at.span).chain(here.iter().map(|label| label.at.span)).collect();
                let (made, spans) = Excerpt::new(file, &marks, secrets);
                let texts = std::iter::once(None).chain(here.iter().map(|label| Some(clean(&label.message))));
                labels = spans
                    .into_iter()
                    .zip(texts)
                    .enumerate()
                    .map(|(at, (span, text))| match at {
                        0 => LabeledSpan::new_primary_with_span(text, span),
                        _ => LabeledSpan::new_with_span(text, span),
                    })
                    .collect();
                excerpt = Some(made);
            }
            None => help.push(format!("it comes from {}", place(sources, finding.at))),
        }
        let help = (!help.is_empty()).then(|| help.join("\n"));
        Self { finding, message: clean(&finding.message), help, excerpt, labels }
    }
}

fn place(sources: &Sources, at: Location) -> String {
    let place = sources.place(at);
    match place.start {
        Some(start) => format!("{}:{}:{}", clean(place.name), start.line, start.column),
        None => clean(place.name),
    }
}

/// A text without characters that speak to a terminal.
fn clean(text: &str) -> String {
    text.chars().map(|char| if char == '\n' { '\n' } else { shown(char) }).collect()
}

impl Diagnostic for Shown<'_> {
    fn severity(&self) -> Option<Severity> {
        Some(match self.finding.level {
            Level::Deny => Severity::Error,
            Level::Warn => Severity::Warning,
            Level::Allow => Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty())
            .then(|| Box::new(self.labels.iter().cloned()) as Box<dyn Iterator<Item = LabeledSpan>>)
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown<'_> {}

#[cfg(test)]
#[path = "pretty_tests.rs"]
mod tests;
