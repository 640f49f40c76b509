//! `report → excerpts with marks`, by file and place, and one line that sums up.

use super::excerpt::{Excerpt, shown};
use super::{Style, counted, secret};
use bayplan::finding::{Finding, Level, Report, Safety};
use bayplan::source::Sources;
use bayplan_yaml::{Location, Span};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode, ThemeCharacters, ThemeStyles,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::{self, Write};

/// So many findings of one rule in one file have an excerpt where not all were asked for.
const MOST_IN_FILE: usize = 3;
/// So many findings of one rule have one in all files together.
const MOST_OF_RULE: usize = 12;
/// So many lines of the others are named.
const MOST_LINES: usize = 10;

/// What keeps a file from being read, so that nobody could say where its secrets stand.
const UNREAD: [&str; 5] = ["broken-alias", "invalid-yaml", "oversized-yaml", "unportable-yaml", "unreadable-file"];

/// Renders all findings that are not allowed, in their order.
pub fn findings(report: &Report, sources: &Sources, style: Style) -> String {
    let page = Page::new(report, sources, style);
    let mut out = String::new();
    for finding in visible(report) {
        page.one(finding, &mut out);
    }
    out
}

/// Renders findings by file: of each rule the first few, and how many others there are on what lines.
pub fn brief(report: &Report, sources: &Sources, style: Style) -> String {
    let page = Page::new(report, sources, style);
    let mut files: Vec<(&str, Vec<&Finding>)> = Vec::new();
    for finding in visible(report) {
        let name = sources.name(finding.at.source);
        match files.last_mut() {
            Some((last, found)) if *last == name => found.push(finding),
            _ => files.push((name, vec![finding])),
        }
    }
    let (mut out, mut of_rule, mut counted_only) = (String::new(), HashMap::<&str, usize>::new(), false);
    for (name, found) in &files {
        if files.len() > 1 {
            let count = |level| found.iter().filter(|finding| finding.level == level).count();
            let counts = levels(count(Level::Deny), count(Level::Warn), style);
            let _ = writeln!(out, "{} {counts}\n", style.paint("1", &format!("{}:", clean(name))));
        }
        let mut in_file: BTreeMap<&str, (usize, Vec<&Finding>)> = BTreeMap::new();
        for finding in found {
            let (shown, rest) = in_file.entry(finding.rule).or_default();
            let of_rule = of_rule.entry(finding.rule).or_default();
            if *shown < MOST_IN_FILE && *of_rule < MOST_OF_RULE {
                (*shown, *of_rule) = (*shown + 1, *of_rule + 1);
                page.one(finding, &mut out);
            } else {
                rest.push(finding);
            }
        }
        let rest: Vec<_> = in_file.into_iter().filter(|(_, (_, rest))| !rest.is_empty()).collect();
        for (rule, (shown, rest)) in &rest {
            let more = if *shown > 0 { " more" } else { "" };
            let level = rest.iter().map(|finding| finding.level).min().unwrap_or_default();
            let head = format!("{level}[{rule}]:");
            let code = if level == Level::Deny { "31;1" } else { "33;1" };
            let _ = writeln!(out, " {} {}{more}{}", style.paint(code, &head), rest.len(), lines(rest, sources));
        }
        if !rest.is_empty() {
            counted_only = true;
            out.push('\n');
        }
    }
    if counted_only {
        let _ = writeln!(out, "{} `--all` shows every finding\n", style.paint("36", "help:"));
    }
    out
}

/// ` on lines 3, 8, 12 and others`, where they have any.
fn lines(findings: &[&Finding], sources: &Sources) -> String {
    let mut lines: Vec<u32> = findings.iter().filter_map(|finding| Some(sources.position(finding.at)?.line)).collect();
    lines.dedup();
    let shown: Vec<String> = lines.iter().take(MOST_LINES).map(u32::to_string).collect();
    match lines.len() {
        0 => String::new(),
        1 => format!(" on line {}", shown[0]),
        count if count > MOST_LINES => format!(" on lines {} and others", shown.join(", ")),
        _ => format!(" on lines {}", shown.join(", ")),
    }
}

fn visible(report: &Report) -> impl Iterator<Item = &Finding> {
    report.findings.iter().filter(|finding| finding.level != Level::Allow)
}

/// What findings are rendered with.
struct Page<'a> {
    sources: &'a Sources,
    style: Style,
    secrets: BTreeMap<u32, Vec<Span>>,
}

impl<'a> Page<'a> {
    fn new(report: &Report, sources: &'a Sources, style: Style) -> Self {
        let mut secrets: BTreeMap<u32, Vec<Span>> = BTreeMap::new();
        for at in report.all_sensitive() {
            secrets.entry(at.source.0).or_default().push(at.span);
        }
        let unread = visible(report).filter(|finding| UNREAD.contains(&finding.rule));
        for source in unread.map(|finding| finding.at.source).collect::<BTreeSet<_>>() {
            let Some(file) = sources.file(source) else { continue };
            let mut start = 0;
            for line in file.text.split_inclusive('\n') {
                if let Some(part) = secret::hidden(line.trim_end()) {
                    let span = Span::new(start + part.start as u32, start + part.end as u32);
                    secrets.entry(source.0).or_default().push(span);
                }
                start += line.len() as u32;
            }
        }
        Self { sources, style, secrets }
    }

    fn one(&self, finding: &Finding, out: &mut String) {
        let hidden = self.secrets.get(&finding.at.source.0).map_or(&[][..], Vec::as_slice);
        let diagnostic = Shown::new(finding, self.sources, hidden);
        if handler(self.style, finding).render_report(out, &diagnostic).is_err() {
            let _ = writeln!(out, "{}: {}", finding.level, clean(&finding.message));
        }
        out.push('\n');
    }
}

/// `3 errors, 2 warnings of 4 rules in 4 files`.
pub fn summary(report: &Report, sources: &Sources, files: usize, style: Style) -> String {
    let (errors, warnings) = (report.count(Level::Deny), report.count(Level::Warn));
    if errors + warnings == 0 {
        return style.paint("32", &format!("no findings in {}", counted(files, "file")));
    }
    let named: BTreeSet<&str> = visible(report).map(|finding| sources.name(finding.at.source)).collect();
    let rules: BTreeSet<&str> = visible(report).map(|finding| finding.rule).collect();
    let rules = if rules.len() > 1 { format!(" of {} rules", rules.len()) } else { String::new() };
    let files = files.max(named.len());
    let of = if named.len() == files { String::new() } else { format!("{} of ", named.len()) };
    format!("{}{rules} in {of}{}", levels(errors, warnings, style), counted(files, "file"))
}

fn levels(errors: usize, warnings: usize, style: Style) -> String {
    let parts: Vec<String> = [(errors, "error", "31;1"), (warnings, "warning", "33;1")]
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, what, code)| style.paint(code, &counted(count, what)))
        .collect();
    parts.join(", ")
}

/// `3 can be fixed by `bayplan fix``; nothing where none can.
pub fn fixable(report: &Report, style: Style) -> Option<String> {
    let shown = report.findings.iter().filter(|finding| finding.level != Level::Allow);
    let fixes = shown.filter_map(|finding| finding.fix.as_deref());
    let (safe, other): (Vec<_>, Vec<_>) = fixes.partition(|fix| fix.safety == Safety::Safe);
    let parts: Vec<String> = [(safe.len(), "`bayplan fix`"), (other.len(), "`bayplan fix --unsafe`")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, by)| format!("{count} can be fixed by {by}"))
        .collect();
    (!parts.is_empty()).then(|| style.paint("36", &parts.join(", ")))
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

/// `file:line:column`, or the name alone where there is no line.
pub(super) fn place(sources: &Sources, at: Location) -> String {
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
