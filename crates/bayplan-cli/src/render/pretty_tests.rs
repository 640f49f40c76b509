use super::*;
use crate::args::Format;
use bayplan_yaml::SourceId;

const PLAIN: Style = Style { format: Format::Pretty, color: false, unicode: true, width: 80 };

struct Case {
    sources: Sources,
    file: SourceId,
    text: String,
}

impl Case {
    fn new(text: &str) -> Self {
        let mut sources = Sources::new();
        let file = sources.add_file("blueprints/shop.yaml", text);
        Self { sources, file, text: text.to_owned() }
    }

    fn at(&self, needle: &str) -> Location {
        let start = self.text.find(needle).unwrap() as u32;
        Location { source: self.file, span: Span::new(start, start + needle.len() as u32) }
    }

    fn show(&self, finding: Finding) -> String {
        let mut report = Report::new();
        report.push(finding);
        findings(&report, &self.sources, PLAIN)
    }
}

#[test]
fn tabs_emoji_and_line_ends() {
    let case = Case::new("a: 1\r\nb:\t\"😀😀\" # nginx\r\nc: 3\r\n");
    insta::assert_snapshot!(case.show(Finding::deny("some-rule", case.at("nginx"), "`nginx` stands here").help("move it")), @r#"
     error[some-rule]: `nginx` stands here
      ╭─[blueprints/shop.yaml:2:11]
    1 │ a: 1
    2 │ b:  "😀😀" # nginx
      ·              ─────
    3 │ c: 3
      ╰────
     help: move it
    "#);
}

#[test]
fn an_empty_span_at_the_end_has_a_mark() {
    for text in ["a: 1", "a: 1\n", ""] {
        let case = Case::new(text);
        let end = text.len() as u32;
        let at = Location { source: case.file, span: Span::new(end, end) };
        let out = case.show(Finding::deny("missing-key", at, "`services` is missing"));
        assert!(out.contains('▲'), "{out}");
    }
    let case = Case::new("a: 1\n");
    let at = Location { source: case.file, span: Span::new(5, 5) };
    insta::assert_snapshot!(case.show(Finding::deny("missing-key", at, "`services` is missing")), @r"
     error[missing-key]: `services` is missing
      ╭─[blueprints/shop.yaml:2:1]
    1 │ a: 1
    2 │ 
      · ▲
      ╰────
    ");
}

#[test]
fn long_lines_are_cut_around_the_mark() {
    let text = format!("a: 1\nb: {} needle {}\nc: 2\n", "x".repeat(100_000), "😀".repeat(100_000));
    let case = Case::new(&text);
    let out = case.show(Finding::warn("some-rule", case.at("needle"), "far out"));
    assert!(out.len() < 2_000);
    insta::assert_snapshot!(out, @r"
     warning[some-rule]: far out
      ╭─[blueprints/shop.yaml:2:100005]
    1 │ a: 1
    2 │ …xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx needle 😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀…
      ·                                                              ──────
    3 │ c: 2
      ╰────
    ");
    let all = Location { source: case.file, span: Span::new(5, text.len() as u32 - 6) };
    assert!(case.show(Finding::warn("some-rule", all, "long")).len() < 4_000);
}

#[test]
fn related_places_here_and_elsewhere() {
    let mut case = Case::new("a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\ng: 7\na: 8\n");
    let other = case.sources.add_file("blueprints/other.yaml", "x: 1\ny: 2\n");
    let last = case.text.rfind('a').unwrap() as u32;
    let finding = Finding::deny(
        "duplicate-key",
        Location { source: case.file, span: Span::new(last, last + 1) },
        "`a` is there twice",
    )
    .help("remove one")
    .related(case.at("a"), "first defined here")
    .related(Location { source: other, span: Span::new(5, 6) }, "and here");
    insta::assert_snapshot!(case.show(finding), @r"
     error[duplicate-key]: `a` is there twice
      ╭─[blueprints/shop.yaml:1:1]
    1 │ a: 1
      · ┬
      · ╰── first defined here
    2 │ b: 2
      ╰────
      ╭─[blueprints/shop.yaml:8:1]
    7 │ g: 7
    8 │ a: 8
      · ─
      ╰────
     help: remove one
           and here: blueprints/other.yaml:2:1
    ");
}

#[test]
fn secrets_never_show_not_even_beside_another_finding() {
    let case = Case::new("environment:\n  PASSWORD: hunter2\n  image: nginx\n  KEY: |\n    line one\n    line two\n");
    let secret = case.at("hunter2");
    let mut report = Report::new();
    report.push(Finding::deny("plaintext-secret", secret, "`PASSWORD` holds a secret").redact(secret));
    report.push(Finding::deny("unpinned-image", case.at("nginx"), "no tag"));
    report.push(Finding::deny("some-rule", case.at("KEY"), "a block"));
    report.sensitive.push(case.at("|\n    line one\n    line two"));
    let out = findings(&report, &case.sources, PLAIN);
    assert!(!out.contains("hunter2") && !out.contains("line one") && !out.contains("line two"), "{out}");
    insta::assert_snapshot!(out, @r"
     error[plaintext-secret]: `PASSWORD` holds a secret
      ╭─[blueprints/shop.yaml:2:13]
    1 │ environment:
    2 │   PASSWORD: *****
      ·             ─────
    3 │   image: nginx
      ╰────

     error[unpinned-image]: no tag
      ╭─[blueprints/shop.yaml:3:10]
    2 │   PASSWORD: *****
    3 │   image: nginx
      ·          ─────
    4 │   KEY: *****
      ╰────

     error[some-rule]: a block
      ╭─[blueprints/shop.yaml:4:3]
    3 │   image: nginx
    4 │   KEY: *****
      ·   ───
    5 │     *****
      ╰────
    ");
}

#[test]
fn control_characters_never_reach_the_terminal() {
    let case = Case::new("a: \"\u{1b}[31m\u{202e}x\"\n");
    let out = case.show(Finding::deny("some-rule", case.at("x"), "a \u{1b}[2J message").help("\u{7}"));
    assert!(!out.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{out:?}");
}

#[test]
fn what_no_file_holds_says_where_it_comes_from() {
    let mut case = Case::new("");
    let made = case.sources.add_made("the archetype `postgres`");
    let at = Location { source: made, span: Span::new(0, 0) };
    insta::assert_snapshot!(case.show(Finding::deny("some-rule", at, "it is wrong").help("do this")), @r"
    error[some-rule]: it is wrong
    help: do this
          it comes from the archetype `postgres`
    ");
}

#[test]
fn ascii_and_colours() {
    let case = Case::new("a: 1\n");
    let mut report = Report::new();
    report.push(Finding::deny("some-rule", case.at("1"), "one"));
    let ascii = findings(&report, &case.sources, Style { unicode: false, ..PLAIN });
    assert!(ascii.is_ascii());
    insta::assert_snapshot!(ascii, @r"
     error[some-rule]: one
      ,-[blueprints/shop.yaml:1:4]
    1 | a: 1
      :    ^
      `----
    ");
    let colored = findings(&report, &case.sources, Style { color: true, ..PLAIN });
    assert!(colored.contains("\u{1b}["));
}

#[test]
fn the_summary_counts() {
    let case = Case::new("a: 1\n");
    let mut report = Report::new();
    assert_eq!(summary(&report, &case.sources, 4, PLAIN), "no findings in 4 files");
    report.push(Finding::deny("some-rule", case.at("1"), "one"));
    report.push(Finding::warn("some-rule", case.at("1"), "two"));
    report.push(Finding::warn("some-rule", case.at("1"), "three"));
    report.push(Finding::new("some-rule", Level::Allow, case.at("1"), "not shown"));
    assert_eq!(summary(&report, &case.sources, 4, PLAIN), "1 error, 2 warnings in 1 of 4 files");
    assert!(!findings(&report, &case.sources, PLAIN).contains("not shown"));
}

#[test]
fn spans_anywhere_do_not_panic() {
    let texts = ["", "\n", "é\r\r\n\ta", "\u{feff}a: b\n😀\n", "a\u{2028}b\u{85}c\n"];
    for text in texts {
        let case = Case::new(text);
        let end = text.len() as u32 + 2;
        for (from, to) in (0..=end).flat_map(|from| (from..=end).map(move |to| (from, to))) {
            let at = Location { source: case.file, span: Span::new(from, to) };
            let other = Location { source: case.file, span: Span::new(end - from, end) };
            let finding = Finding::deny("some-rule", at, "x").related(other, "y").redact(other);
            assert!(case.show(finding).contains("error[some-rule]: x"), "{text:?} {from} {to}");
        }
    }
}

#[test]
fn many_findings_in_a_long_file_are_shown() {
    let text = "  - a line of a long file with some words: 1\n".repeat(30_000);
    let case = Case::new(&text);
    let mut report = Report::new();
    for at in 0..1_000 {
        let start = at * 45 * 30 + 4;
        let at = Location { source: case.file, span: Span::new(start, start + 6) };
        report.push(Finding::deny("some-rule", at, "here").redact(at));
    }
    assert_eq!(findings(&report, &case.sources, PLAIN).matches("error[some-rule]").count(), 1_000);
}

#[test]
fn of_many_findings_the_first_few_are_shown_and_the_rest_is_counted() {
    let mut case = Case::new(&"a: 1\n".repeat(300));
    let other = case.sources.add_file("blueprints/zoo.yaml", "b: 1\n");
    let mut report = Report::new();
    for line in 0..250 {
        let at = Location { source: case.file, span: Span::new(line * 5, line * 5 + 1) };
        report.push(Finding::warn("some-rule", at, "here"));
        report.push(Finding::deny("other-rule", at, "and here"));
    }
    report.push(Finding::warn("some-rule", Location { source: other, span: Span::new(0, 1) }, "there"));
    report.sort(&case.sources);
    let out = brief(&report, &case.sources, PLAIN);
    assert_eq!(out.matches("╭─").count(), 2 * MOST_IN_FILE + 1, "{out}");
    assert!(out.starts_with("blueprints/shop.yaml: 250 errors, 250 warnings\n\n"), "{out}");
    let rest = " error[other-rule]: 247 more on lines 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 and others\n warning[some-rule]: 247 more";
    assert!(out.contains(rest) && out.contains("\nblueprints/zoo.yaml: 1 warning\n\n"), "{out}");
    assert_eq!(findings(&report, &case.sources, PLAIN).matches("╭─").count(), 501);
    assert_eq!(summary(&report, &case.sources, 2, PLAIN), "250 errors, 251 warnings of 2 rules in 2 files");
}

#[test]
fn a_rule_in_many_files_is_shown_a_few_times() {
    let (mut sources, mut report) = (Sources::new(), Report::new());
    for number in 0..100 {
        let file = sources.add_file(format!("{number:03}.yaml"), "a: 1\n");
        report.push(Finding::warn("some-rule", Location { source: file, span: Span::new(0, 1) }, "here"));
    }
    let out = brief(&report, &sources, PLAIN);
    assert_eq!(out.matches("╭─").count(), MOST_OF_RULE);
    assert!(out.contains("\n099.yaml: 1 warning\n\n warning[some-rule]: 1 on line 1\n"), "{out}");
}

#[test]
fn what_looks_like_a_secret_is_hidden_where_a_file_could_not_be_read() {
    let case = Case::new("a: [\nb: { API_KEY: hunter2 }\nURL: postgres://app:hunter3@db/x\n");
    let end = case.text.len() as u32;
    for at in [case.at("["), case.at("hunter2"), Location { source: case.file, span: Span::new(end, end) }] {
        let out = case.show(Finding::deny("invalid-yaml", at, "the `[` is never closed"));
        assert!(!out.contains("hunter"), "{out}");
    }
    assert!(case.show(Finding::deny("invalid-yaml", case.at("["), "x")).contains("b: { API_KEY: ***** }"));
}
