use super::*;
use crate::finding::Change;
use std::collections::BTreeMap;

fn found(text: &str, profile: Profile) -> Vec<&'static str> {
    let mut names: Vec<_> = example::findings(text, profile).iter().map(|finding| finding.rule).collect();
    names.dedup();
    names
}

#[test]
fn examples_are_true() {
    let mut wrong = Vec::new();
    for rule in RULES.iter() {
        let of = |text| found(text, Profile::All);
        if !of(rule.fails).contains(&rule.name) {
            wrong.push(format!("{}: not found, but {:?}", rule.name, of(rule.fails)));
        }
        for text in [rule.passes, rule.fine] {
            if text.is_empty() || of(text).contains(&rule.name) {
                wrong.push(format!("{}: nothing, or found in\n{text}", rule.name));
            }
        }
    }
    // What the reader finds stands alone: no rule of the profile `default` has something to say.
    for page in EARLIER.iter() {
        for (text, wanted) in [(page.fails, [page.name].as_slice()), (page.passes, &[]), (page.fine, &[])] {
            let found = found(text, Profile::Default);
            if text.is_empty() || found != wanted {
                wrong.push(format!("{}: wanted {wanted:?}, found {found:?} in\n{text}", page.name));
            }
        }
        let levels: Vec<Level> = example::findings(page.fails, Profile::Default).iter().map(|it| it.level).collect();
        if levels.iter().any(|level| *level != page.level) {
            wrong.push(format!("{}: is {}, found {levels:?}", page.name, page.level));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn fixes_name_places_that_are_there() {
    let mut changes = 0;
    for rule in RULES.iter().filter(|rule| !rule.fails.is_empty() && !rule.fails.contains("# file: ")) {
        let (mut sources, mut report) = (Sources::new(), Report::new());
        let files = BTreeMap::<String, std::sync::Arc<str>>::from([("compose.yaml".to_owned(), rule.fails.into())]);
        let (folder, name) = (".".to_owned(), "shop".to_owned());
        let main = crate::compile::ComposeProject { folder, name, files: vec!["compose.yaml".into()], variant: false };
        crate::compile::projects(
            &[main],
            &Policy::of(Profile::All),
            &Default::default(),
            &files,
            None,
            &mut sources,
            &mut report,
        );
        let source = sources.add_file("again.yaml", rule.fails);
        let document = crate::compile::read(source, &sources, &mut Report::new()).unwrap();
        let at = |path: &Path| document.at_path(path);
        for fix in report.findings.iter().filter(|finding| finding.rule == rule.name).filter_map(|f| f.fix.as_ref()) {
            for change in &fix.changes {
                changes += 1;
                let (path, holds) = match change {
                    // Mappings on the way are made; but nothing is below a text.
                    Change::Set(path, _) => {
                        let above = (0..path.0.len()).rev().find_map(|to| at(&Path(path.0[..to].to_vec())));
                        // An item `NAME=value` of a list is known by its name, too.
                        let named = above.is_some_and(|node| node.as_map().is_some() || node.as_seq().is_some());
                        (path, at(path).is_some() || named)
                    }
                    Change::Append(path, _) => (path, at(path).is_none_or(|node| node.as_seq().is_some())),
                    Change::Delete(path) | Change::Rename(path, _) => {
                        let above = at(&Path(path.0[..path.0.len() - 1].to_vec()));
                        (path, at(path).is_some() || above.is_some_and(|node| node.as_seq().is_some()))
                    }
                    Change::Respell(..) => continue,
                };
                assert!(holds, "{}: {path}", rule.name);
            }
        }
    }
    assert!(changes > 15, "{changes}");
}

#[test]
fn names_are_unique() {
    let mut seen = std::collections::BTreeSet::new();
    let twice: Vec<&str> = pages().map(|page| page.name).filter(|name| !seen.insert(*name)).collect();
    assert!(twice.is_empty(), "{twice:?}");
}
