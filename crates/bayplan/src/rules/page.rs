//! `rules → the rules page`: every rule in Markdown, and a list for the terminal.

use super::{EARLIER, Group, Profile, RULES, Rule};
use crate::finding::Level;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Whose names of rules stand in the table of other names.
const OTHERS: [&str; 11] = [
    "CIS Docker Benchmark",
    "Checkov",
    "DockSec",
    "Hadolint",
    "KICS",
    "OWASP Docker",
    "Semgrep",
    "Trivy",
    "compose-guard",
    "compose-lint",
    "dclint",
];

/// The rules of a group, by name.
fn of(group: Group) -> impl Iterator<Item = &'static Rule> {
    RULES.iter().copied().filter(move |rule| rule.group == group)
}

/// A line of the list: name, level in the profile `default`, what it finds.
pub type Row = (&'static str, &'static str, &'static str);

/// Every rule by group, one a line: name, level in the profile `default`, what it finds.
pub fn list() -> Vec<(String, Vec<Row>)> {
    let rules = Group::ALL.into_iter().map(|group| {
        let rows = of(group).map(|rule| (rule.name, word(rule.level_in(Profile::Default)), rule.finds));
        (group.to_string(), rows.collect::<Vec<_>>())
    });
    let earlier = EARLIER.iter().map(|page| (page.name, word(page.level), page.finds)).collect();
    let earlier = ("Found while reading, in every profile".to_owned(), earlier);
    rules.chain([earlier]).filter(|(_, rows)| !rows.is_empty()).collect()
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Allow => "off",
    }
}

/// The rules page.
pub fn markdown() -> String {
    let mut out = String::from(
        "# Rules\n\nWritten by `bayplan explain --markdown`. `bayplan explain RULE` prints one of them; `bayplan.yaml` sets \
         their levels.\n",
    );
    for group in Group::ALL {
        let rules: Vec<&Rule> = of(group).collect();
        if rules.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n## {group}\n");
        levels(&rules, &mut out);
        rules.iter().for_each(|rule| one(rule, &mut out));
    }
    out.push_str("\n## Found while reading\n\nWhat the reader and the resolver find before any rule looks, in every profile.\n\n");
    out.push_str("| name | level |\n|---|---|\n");
    for page in EARLIER.iter() {
        let _ = writeln!(out, "| [`{0}`](#{0}) | {1} |", page.name, word(page.level));
    }
    EARLIER.iter().for_each(|page| one(page, &mut out));
    out.push_str("\n## What others call them\n\n| there | here |\n|---|---|\n");
    for (source, rules) in others() {
        let rules: Vec<String> = rules.iter().map(|name| format!("[`{name}`](#{name})")).collect();
        let _ = writeln!(out, "| {} | {} |", cell(source), rules.join(", "));
    }
    out
}

/// What each rule does in each profile.
fn levels(rules: &[&Rule], out: &mut String) {
    let names: Vec<&str> = Profile::ALL.iter().map(|profile| profile.as_str()).collect();
    let _ = writeln!(out, "| rule | {} |\n|---|{}", names.join(" | "), "---|".repeat(names.len()));
    for rule in rules {
        let levels: Vec<&str> = Profile::ALL.iter().map(|profile| word(rule.level_in(*profile))).collect();
        let _ = writeln!(out, "| [`{0}`](#{0}) | {1} |", rule.name, levels.join(" | "));
    }
}

fn one(rule: &Rule, out: &mut String) {
    let Rule { name, finds, why, fails, passes, fine, fix, sources, .. } = rule;
    let _ = writeln!(out, "\n### {name}\n\n{}.\n\n**Why:** {}", escaped(finds), escaped(why));
    for (title, text) in [("Fails", fails), ("Passes", passes), ("Also fine", fine)] {
        if !text.is_empty() {
            let _ = writeln!(out, "\n{title}:\n\n```yaml\n{}\n```", text.trim());
        }
    }
    let _ = writeln!(out, "\n**Fix:** {}", escaped(fix));
    if !sources.is_empty() {
        let _ =
            writeln!(out, "\n**Sources:** {}", sources.iter().map(|text| escaped(text)).collect::<Vec<_>>().join("; "));
    }
}

/// The names that others have for what rules find.
fn others() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut others: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for rule in super::pages() {
        let named = |source: &&&str| OTHERS.iter().any(|other| source.starts_with(other));
        for source in rule.sources.iter().filter(named) {
            others.entry(source).or_default().push(rule.name);
        }
    }
    others
}

/// A text whose `<` is no tag.
fn escaped(text: &str) -> String {
    let mut code = false;
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '`' => code = !code,
            '<' if !code => out.push('\\'),
            _ => {}
        }
        out.push(char);
    }
    out
}

fn cell(text: &str) -> String {
    escaped(text).replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_section_a_row_and_a_line() {
        let page = markdown();
        let listed: Vec<&str> = list().iter().flat_map(|(_, rows)| rows.iter().map(|(name, ..)| *name)).collect();
        assert_eq!(listed.len(), RULES.len() + EARLIER.len());
        for name in crate::rules::pages().map(|page| page.name) {
            assert!(page.contains(&format!("\n### {name}\n")) && listed.contains(&name), "{name}");
            assert!(page.contains(&format!("\n| [`{name}`](#{name}) | ")), "{name}");
        }
        assert!(page.contains("\n| compose-lint CL-0004 | [`unpinned-image`](#unpinned-image)"), "{page}");
    }
}
