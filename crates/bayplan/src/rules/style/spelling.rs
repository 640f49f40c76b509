//! Quotes, forms, line ends and names of files.

use crate::finding::{Fix, Label, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, service_path, syntax};
use bayplan_yaml::{Kind, NodeId, Path, Span, Style};
use std::collections::BTreeMap;

/// Quotes that say nothing.
pub const QUOTES: Rule = Rule {
    name: "needless-quotes",
    group: Group::Style,
    level: Level::Allow,
    profiles: &[],
    finds: "a key, or a mount, stands in quotes that change nothing",
    why: "quotes say that YAML would read the text otherwise; where they always stand, nobody sees where they must",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    volumes:\n      - \"./html:/usr/share/nginx/html:ro\"\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    volumes:\n      - ./html:/usr/share/nginx/html:ro\n",
    fine: "\
services:
  web:
    image: nginx:1.27.3
    ports:
      - \"127.0.0.1:8080:80\"
    volumes:
      - \"~/html:/usr/share/nginx/html:ro\"
      - \"#tmp:/tmp\"
      - \"a: b:/c\"
    labels:
      \"on\": \"yes\"
",
    fix: "write it without quotes",
    sources: &["dclint no-quotes-in-volumes"],
    check: quotes,
};

/// One thing in two forms.
pub const FORMS: Rule = Rule {
    name: "mixed-forms",
    group: Group::Style,
    level: Level::Allow,
    profiles: &[],
    finds: "a key is a list in one service of a file and a mapping in another, or a list has short and long items",
    why: "lists and mappings merge otherwise; and whoever copies a line has to rewrite it",
    fails: "\
services:
  api: { image: 'nginx:1.27.3', environment: { LEVEL: debug } }
  web: { image: 'nginx:1.27.3', environment: [LEVEL=debug] }
",
    passes: "\
services:
  api: { image: 'nginx:1.27.3', environment: { LEVEL: debug } }
  web: { image: 'nginx:1.27.3', environment: { LEVEL: debug } }
",
    fine: "\
services:
  api: { image: 'nginx:1.27.3', environment: { LEVEL: debug }, command: nginx }
  web: { image: 'nginx:1.27.3', labels: [level=debug], command: [nginx], volumes: [{ type: tmpfs, target: /tmp }, 'a:/a'] }
volumes: { a: {} }
",
    fix: "write all of them in the form that the first one has",
    sources: &["https://github.com/docker/compose/issues/6052"],
    check: forms,
};

/// The last line has no end.
pub const END: Rule = Rule {
    name: "missing-final-newline",
    group: Group::Style,
    level: Level::Allow,
    profiles: &[],
    finds: "the last line of a file has no end",
    why: "what is appended continues that line; and every difference shows it as changed",
    fails: "services:\n  web:\n    image: nginx:1.27.3",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n# the end\n",
    fix: "end the file with a line break",
    sources: &["POSIX 3.206"],
    check: end,
};

/// The name that Compose calls legacy.
pub const NAME: Rule = Rule {
    name: "legacy-file-name",
    group: Group::Style,
    level: Level::Allow,
    profiles: &[],
    finds: "a file is called `docker-compose.yaml`, or ends with `.yml`",
    why: "Compose looks for `compose.yaml` first, and reads that alone where both are there",
    fails: "# file: docker-compose.yml\nservices:\n  web:\n    image: nginx:1.27.3\n",
    passes: "# file: compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n",
    fine: "# file: compose.yaml\ninclude: [media.yml]\n# file: media.yml\nservices:\n  web:\n    image: nginx:1.27.3\n",
    fix: "call it `compose.yaml`",
    sources: &["https://docs.docker.com/compose/intro/compose-application-model/#the-compose-file"],
    check: name,
};

fn quotes(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for written in syntax::files(plan, found, |text| text.contains(['"', '\''])) {
        let mut quoted = |path: Path, id: NodeId, is_key: bool| {
            let node = written.document.node(id);
            let Kind::Scalar(text, Style::SingleQuoted | Style::DoubleQuoted) = &node.kind else { return };
            let at = written.at(id);
            // With an escape or a fold, the quotes do something.
            let inside = written.text.get(node.span.start as usize + 1..node.span.end as usize - 1);
            if inside != Some(&**text) || !is_plain(text, is_key) || node.tag.is_some() {
                return;
            }
            let what = if is_key { "key" } else { "mount" };
            let message = format!("the quotes of this {what} change nothing");
            let fix = Fix::safe("remove the quotes").respell(at, &**text);
            found.push(written.finding(rule, at, path, message)).set_help("write it without quotes").set_fix(fix);
        };
        for (name, key, service) in written.section("services") {
            quoted(service_path(name), key, true);
            for (own, key, value) in written.entries(service) {
                quoted(service_path(name).key(own), key, true);
                for (inner, key, _) in written.entries(value) {
                    quoted(service_path(name).key(own).key(inner), key, true);
                }
                let items = written.items(value).iter().enumerate();
                // In brackets, more characters mean something.
                for (index, item) in items.filter(|_| own == "volumes" && !written.document.node(value).flow) {
                    quoted(service_path(name).key(own).index(index), *item, false);
                }
            }
        }
    }
}

/// Whether every reader takes a text without quotes for the same text: letters, digits and what stands in paths, no word or
/// number of YAML.
fn is_plain(text: &str, is_key: bool) -> bool {
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || !is_key && matches!(c, '.' | '/' | '$'));
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.') || !is_key && "/:${}".contains(c);
    let word = matches!(
        text.to_ascii_lowercase().as_str(),
        "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null" | "none"
    );
    begins && text.chars().all(inside) && !text.ends_with(':') && !word && (is_key || text.contains('/'))
}

fn forms(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    /// The keys that may be both, and the same.
    const BOTH: [&str; 7] = ["annotations", "args", "depends_on", "environment", "extra_hosts", "labels", "sysctls"];
    for written in syntax::files(plan, found, |_| true) {
        let mut first: BTreeMap<&str, (bool, NodeId)> = BTreeMap::new();
        for (name, _, service) in written.section("services") {
            let own = written.entries(service).filter(|(key, ..)| BOTH.contains(key));
            for (key, id, value) in own {
                let is_list = match written.document.node(value).kind {
                    Kind::Sequence(_) => true,
                    Kind::Mapping(_) => false,
                    _ => continue,
                };
                // `depends_on` with conditions has no other form.
                if key == "depends_on" && !is_list {
                    continue;
                }
                let (form, other) = *first.entry(key).or_insert((is_list, id));
                if form == is_list {
                    continue;
                }
                let word = |is_list: bool| if is_list { "list" } else { "mapping" };
                let message = format!("`{key}` of `{name}` is a {}, and above a {}", word(is_list), word(form));
                let mut finding = written.finding(rule, written.at(id), service_path(name).key(key), message);
                finding.related.push(Label { at: written.at(other), message: "the other form".to_owned() });
                found.push(finding).set_help(format!("write it as a {}", word(form)));
            }
            if let Some((_, list)) = written.document.entry(service, "ports") {
                let items = written.items(list);
                let long = |id: &NodeId| matches!(written.document.node(*id).kind, Kind::Mapping(_));
                let Some((head, rest)) = items.split_first() else { continue };
                let Some(index) = rest.iter().position(|item| long(item) != long(head)) else { continue };
                let message = format!("`ports` of `{name}` has short and long items");
                let path = service_path(name).key("ports").index(index + 1);
                let finding = written.finding(rule, written.at(rest[index]), path, message);
                found.push(finding).set_help("write all of them in the form of the first");
            }
        }
    }
}

fn end(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for written in syntax::files(plan, found, |text| !text.is_empty() && !text.ends_with('\n')) {
        let end = written.text.len() as u32;
        let Some(last) = written.text.chars().next_back() else { continue };
        let at = written.place(Span::new(end - last.len_utf8() as u32, end));
        let finding = written.finding(rule, at, Path::root(), "the last line has no end".to_owned());
        let line_break = if written.text.contains("\r\n") { "\r\n" } else { "\n" };
        let fix = Fix::safe("end the file with a line break").respell(at, format!("{last}{line_break}"));
        found.push(finding).set_help("end the file with a line break").set_fix(fix);
    }
}

fn name(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    // Blueprints have names of their own.
    if plan.settings.is_some() {
        return;
    }
    for stack in plan.stacks.values() {
        let source = stack.document.at.source;
        let own = found.sources.name(source).rsplit('/').next().unwrap_or_default().to_owned();
        if !matches!(own.as_str(), "docker-compose.yml" | "docker-compose.yaml" | "compose.yml") {
            continue;
        }
        let at = bayplan_yaml::Location { source, span: Span::new(0, 0) };
        let subject = crate::finding::Subject::stack(&stack.name);
        let message = format!("`{own}` is a name of old");
        let finding = crate::finding::Finding::new(rule.name, rule.level, at, message).about(subject);
        found.push(finding).set_help("call it `compose.yaml`");
    }
}
