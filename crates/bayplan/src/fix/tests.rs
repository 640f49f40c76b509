use super::*;
use crate::compile::ComposeProject;
use crate::rules::{Policy, Profile, RULES};
use bayplan_yaml::Path;

/// The workspace of an example: one file, or several below lines `# file: PATH`.
fn outcome(text: &str, only: &str) -> (Outcome, BTreeMap<String, Arc<str>>) {
    let mut files = BTreeMap::<String, Arc<str>>::new();
    let parts: Vec<&str> = text.split("# file: ").collect();
    for part in &parts[1..] {
        let (name, text) = part.split_once('\n').unwrap_or((part, ""));
        files.insert(name.to_owned(), text.into());
    }
    if parts.len() == 1 {
        files.insert("shop/compose.yaml".to_owned(), text.into());
    }
    let outcome = mended(&files, only);
    (outcome, files)
}

fn mended(files: &BTreeMap<String, Arc<str>>, only: &str) -> Outcome {
    let mains = files.keys().filter(|name| name.ends_with("compose.yaml"));
    let projects = mains.map(|main| {
        let folder = main.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned();
        let name = folder.rsplit('/').next().unwrap_or_default().to_owned();
        ComposeProject { folder, name, files: vec![main.clone()], variant: false }
    });
    let workspace = Workspace {
        projects: projects.collect(),
        policy: Policy::of(Profile::All),
        hosts: Default::default(),
        fleets: Vec::new(),
        files: Remembered::new(files),
        sources: Sources::new(),
        today: None,
        locked: &|_| None,
    };
    fix(&workspace, &|finding, _| only.is_empty() || finding.rule == only)
}

#[test]
fn what_rules_show_is_mended_once_and_for_all() {
    let mut mended_rules = Vec::new();
    for rule in RULES.iter().filter(|rule| !rule.fails.is_empty()) {
        let (first, mut files) = outcome(rule.fails, rule.name);
        for refused in &first.refused {
            println!("{}: {}", rule.name, refused.reason);
        }
        if first.made.is_empty() {
            continue;
        }
        mended_rules.push(rule.name);
        for edited in first.edited {
            assert_eq!(files.insert(edited.file, edited.after), Some(edited.before));
        }
        let second = mended(&files, rule.name);
        assert!(second.edited.is_empty(), "{}: {:?}", rule.name, second.edited);
    }
    println!("{} rules mend what they show: {mended_rules:?}", mended_rules.len());
    assert!(mended_rules.len() > 40, "{mended_rules:?}");
}

/// What a change of the model makes of one compose file, by the same ways as a fix, without a rule.
fn edits(text: &str, fix: Fix) -> Result<String, String> {
    let files = BTreeMap::from([("compose.yaml".to_owned(), Arc::<str>::from(text))]);
    let project =
        ComposeProject { folder: ".".into(), name: "case".into(), files: vec!["compose.yaml".into()], variant: false };
    let workspace = Workspace {
        projects: vec![project],
        policy: Policy::of(Profile::Default),
        hosts: Default::default(),
        fleets: Vec::new(),
        files: Remembered::new(&files),
        sources: Sources::new(),
        today: None,
        locked: &|_| None,
    };
    let texts = Texts::new();
    let mut view = workspace.read(&texts, None);
    let stack = view.stacks[0].name.clone();
    let subject = crate::finding::Subject::service(&stack, "web");
    let at = view.stacks[0].document.at;
    let finding = Finding::deny("made-up", at, "a made-up finding").about(subject).fix(fix);
    view.report.findings.push(finding);
    let mut pass = Pass::new(&workspace, &texts, &view, &|finding, _| finding.rule == "made-up");
    match pass.settle() {
        Some((texts, _)) => Ok(texts.values().next().unwrap().to_string()),
        None => Err(pass.refused().into_iter().map(|refused| refused.reason).collect::<Vec<_>>().join("; ")),
    }
}

fn web(keys: &[&str]) -> Path {
    keys.iter().fold(Path::from_iter(["services", "web"]), |path, key| path.key(*key))
}

const IMAGE: &str = "services:\n  web:\n    image: shop:1.0\n";

#[test]
fn values_are_written_in_the_form_that_is_there() {
    let mut wrong = Vec::new();
    for (body, fix, wanted) in [
        ("", Fix::safe("").set(web(&["read_only"]), true), "    read_only: true\n"),
        ("", Fix::safe("").append(web(&["cap_drop"]), "ALL"), "    cap_drop:\n      - ALL\n"),
        (
            "",
            Fix::safe("").append(web(&["tmpfs"]), "/run").append(web(&["tmpfs"]), "/tmp"),
            "    tmpfs:\n      - /run\n      - /tmp\n",
        ),
        (
            "",
            Fix::safe("").set(web(&["logging", "driver"]), "json-file").set(web(&["logging", "options", "a"]), "b"),
            "    logging:\n      driver: json-file\n      options:\n        a: b\n",
        ),
        (
            "    tmpfs: /tmp\n",
            Fix::safe("").append(web(&["tmpfs"]), "/run"),
            "    tmpfs:\n      - /tmp\n      - /run\n",
        ),
        (
            "    environment: [A=1] # list\n",
            Fix::safe("").set(web(&["environment", "B"]), "x"),
            "    environment: [A=1, B=x] # list\n",
        ),
        (
            "    environment:\n      - A=1 # one\n      - B=2\n",
            Fix::safe("").set(web(&["environment", "A"]), "3"),
            "    environment:\n      - A=3 # one\n      - B=2\n",
        ),
        (
            "    environment:\n      - A=1\n      - B=2 # two\n",
            Fix::safe("").delete(web(&["environment", "A"])),
            "    environment:\n      - B=2 # two\n",
        ),
        (
            "    labels:\n      a: b\n",
            Fix::safe("").append(web(&["labels"]), "c=d"),
            "    labels:\n      a: b\n      c: d\n",
        ),
        ("", Fix::safe("").set(web(&["labels", "a"]), "$x"), "    labels:\n      a: $$x\n"),
        (
            "    build: .\n",
            Fix::safe("").set(web(&["build", "target"]), "prod"),
            "    build:\n      context: \".\"\n      target: prod\n",
        ),
    ] {
        let said = edits(&format!("{IMAGE}{body}"), fix);
        if said != Ok(format!("{IMAGE}{wanted}")) {
            wrong.push(format!("{said:?}, not {wanted:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let both = "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: [db, cache]\n  db: { image: x:1, healthcheck: { test: [CMD, check] } }\n  cache: { image: x:1 }\n";
    let said = edits(both, Fix::unsafe_("").set(web(&["depends_on", "db", "condition"]), "service_healthy")).unwrap();
    assert!(said.contains("condition: service_healthy") && said.contains("condition: service_started"), "{said}");
}

#[test]
fn what_others_share_is_refused_or_written_over() {
    let shared = "x-c: &c\n  restart: \"no\"\nservices:\n  web:\n    <<: *c\n    image: a:1\n  api:\n    <<: *c\n    image: a:1\n";
    let said = edits(shared, Fix::safe("").set(web(&["restart"]), "always")).unwrap();
    assert_eq!(said, shared.replacen("    image: a:1\n", "    image: a:1\n    restart: always\n", 1));
    let extended = "services:\n  web:\n    extends: base\n  base:\n    image: a:1\n    init: false\n";
    let said = edits(extended, Fix::safe("").set(web(&["init"]), true)).unwrap();
    assert_eq!(said, extended.replacen("    extends: base\n", "    extends: base\n    init: true\n", 1));
    let said = edits(extended, Fix::safe("").delete(web(&["init"]))).unwrap_err();
    assert!(said.contains("`base` and `web` share this value"), "{said}");
    let variable = "services:\n  web:\n    image: a:1\n    restart: ${RESTART:-no}\n";
    assert_eq!(
        edits(variable, Fix::safe("").set(web(&["restart"]), "always")),
        Err("the value comes from `${RESTART}`".to_owned())
    );
}
