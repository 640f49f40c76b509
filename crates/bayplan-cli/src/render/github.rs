//! `report → workflow commands`: `::error file=…,line=…::…`, which GitHub Actions shows beside the lines.

use super::excerpt::shown;
use super::root::Root;
use bayplan::finding::{Finding, Level, Report};
use bayplan::source::Sources;
use std::fmt::Write;

/// Renders all findings that are not allowed, in their order.
pub fn findings(report: &Report, sources: &Sources, root: &Root) -> String {
    let mut out = String::new();
    for finding in report.findings.iter().filter(|finding| finding.level != Level::Allow) {
        one(finding, sources, root, &mut out);
    }
    out
}

fn one(finding: &Finding, sources: &Sources, root: &Root, out: &mut String) {
    let Finding { rule, level, message, help, at, .. } = finding;
    let _ = write!(out, "::{level} ");
    let place = sources.place(*at);
    if let (Some(_), Some(start), Some(end)) = (sources.file(at.source), place.start, place.end) {
        let _ = write!(out, "file={},line={},", property(&root.path(place.name)), start.line);
        // Columns count within one line, and the last one belongs to what is marked.
        if end.line == start.line {
            let last = end.column.saturating_sub(1).max(start.column);
            let _ = write!(out, "col={},endColumn={last},", start.column);
        } else {
            let _ = write!(out, "endLine={},", end.line);
        }
    }
    let help = help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    let _ = writeln!(out, "title={}::{}", property(rule), data(&format!("{message}{help}")));
}

/// A text as the data of a command.
fn data(text: &str) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    // The log is shown in terminals, too.
    text.chars().map(shown).collect()
}

/// A text as a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use bayplan_yaml::{Location, Span};

    #[test]
    fn what_would_end_a_property_or_a_line_is_escaped() {
        let (mut sources, mut report) = (Sources::new(), Report::new());
        let text = "a: 1\nb: 2\n";
        let file = sources.add_file("x,y:z 100%\u{1b}.yaml", text);
        let at = |start, end| Location { source: file, span: Span::new(start, end) };
        report.push(Finding::deny("a-rule", at(3, 4), "50% of\n::error::`x\u{1b}[31m`").help("a, b: c"));
        report.push(Finding::warn("b-rule", at(0, 9), "two lines"));
        report.push(Finding::warn("c-rule", at(5, 5), "an empty place"));
        report.push(Finding::warn("d-rule", Location::default(), "nowhere"));
        let root = Root { folder: "/repo".into(), below: "sub".into() };
        insta::assert_snapshot!(findings(&report, &sources, &root), @r"
        ::error file=sub/x%2Cy%3Az 100%25�.yaml,line=1,col=4,endColumn=4,title=a-rule::50%25 of%0A::error::`x�[31m`%0Ahelp: a, b: c
        ::warning file=sub/x%2Cy%3Az 100%25�.yaml,line=1,endLine=2,title=b-rule::two lines
        ::warning file=sub/x%2Cy%3Az 100%25�.yaml,line=2,col=1,endColumn=1,title=c-rule::an empty place
        ::warning title=d-rule::nowhere
        ");
    }
}
