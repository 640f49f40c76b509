//! `report → one line for each finding`: `file:line:column: level[rule] message`.

use super::excerpt::single_line;
use super::pretty::place;
use bayplan::finding::{Level, Report};
use bayplan::source::Sources;
use std::fmt::Write;

/// Renders all findings that are not allowed, in their order.
pub fn findings(report: &Report, sources: &Sources) -> String {
    let mut out = String::new();
    for finding in report.findings.iter().filter(|finding| finding.level != Level::Allow) {
        let message = single_line(&finding.message);
        let at = single_line(&place(sources, finding.at));
        let _ = writeln!(out, "{at}: {}[{}] {message}", finding.level, finding.rule);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use bayplan::finding::Finding;
    use bayplan_yaml::{Location, Span};

    #[test]
    fn every_finding_is_one_line() {
        let (mut sources, mut report) = (Sources::new(), Report::new());
        let file = sources.add_file("a b.yaml", "a: 1\nb: 2\n");
        let at = Location { source: file, span: Span::new(8, 9) };
        report.push(Finding::deny("a-rule", at, "one\r\ntwo\u{1b}[31m").help("not shown"));
        report.push(Finding::warn("b-rule", Location::default(), "nowhere"));
        report.push(Finding::new("c-rule", Level::Allow, at, "allowed"));
        let lines = "a b.yaml:2:4: error[a-rule] one two\u{fffd}[31m\nbayplan: warning[b-rule] nowhere\n";
        assert_eq!(findings(&report, &sources), lines);
    }
}
