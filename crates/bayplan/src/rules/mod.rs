//! `plan → findings`: one rule a file, one line in the list below.
//!
//! A rule looks at the whole plan and reports facts. Levels, exemptions and their order are settled here.

use crate::finding::{Finding, Level, Report, Subject};
use crate::plan::{Plan, Service, Stack};
use crate::source::Sources;
use bayplan_yaml::{Location, Path};

/// A rule.
pub struct Rule {
    /// Its name: the bad thing, as it reads after "allow".
    pub name: &'static str,
    /// What it does where nobody says otherwise.
    pub level: Level,
    /// What it finds, in one sentence.
    pub finds: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// A compose file that breaks it.
    pub fails: &'static str,
    /// A compose file that does not.
    pub passes: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// Where the rule comes from: CIS, OWASP, the Compose Specification …
    pub sources: &'static [&'static str],
    /// Looks at the plan.
    pub check: fn(&Rule, &Plan, &mut Findings<'_>),
}

impl Rule {
    /// What `explain` prints.
    pub fn explain(&self) -> String {
        let mut text = format!("{} ({})\n\n{}\n\nWhy: {}\n", self.name, self.level, self.finds, self.why);
        text.push_str(&format!("\nFails:\n\n{}\n\nPasses:\n\n{}\n", indented(self.fails), indented(self.passes)));
        text.push_str(&format!("\nFix: {}\n", self.fix));
        for source in self.sources {
            text.push_str(&format!("\nSource: {source}"));
        }
        text
    }
}

fn indented(text: &str) -> String {
    text.trim().lines().map(|line| format!("    {line}").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// Every rule, by name.
pub const RULES: &[Rule] = &[];

/// Where a rule puts what it finds.
pub struct Findings<'a> {
    found: &'a mut Vec<Finding>,
}

impl Findings<'_> {
    /// Reports `message` about the value at `path` (from the service on) of a service.
    pub fn service(&mut self, rule: &Rule, stack: &Stack, name: &str, path: &[&str], message: String) -> &mut Finding {
        let whole = Path::from_iter(["services", name]);
        let full = path.iter().fold(whole.clone(), |path, key| path.key(*key));
        let at = self::at(stack, &full);
        self.push(
            Finding::new(rule.name, rule.level, at, message).about(Subject::service(&stack.name, name).with_path(full)),
        )
    }

    /// Reports a finding.
    pub fn push(&mut self, finding: Finding) -> &mut Finding {
        self.found.push(finding);
        let last = self.found.len() - 1;
        &mut self.found[last]
    }
}

/// Where the value at `path` of a stack was written; the key of the service where it was not.
pub fn at(stack: &Stack, path: &Path) -> Location {
    let depth = path.0.len();
    if depth > 2 && stack.document.at_path(path).is_none() && !written_as_list(stack, path) {
        let service = Path(path.0[..2].to_vec());
        return stack.locate_key(&service);
    }
    if depth == 2 { stack.locate_key(path) } else { stack.locate(path) }
}

fn written_as_list(stack: &Stack, path: &Path) -> bool {
    let parent = Path(path.0[..path.0.len() - 1].to_vec());
    stack.document.at_path(&parent).is_some_and(|node| node.as_seq().is_some())
}

/// Every service of the plan.
pub fn services(plan: &Plan) -> impl Iterator<Item = (&Stack, &str, &Service)> {
    plan.services()
}

/// The help of a finding.
impl Finding {
    /// Sets the help of a finding that was reported already.
    pub fn set_help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }
}

/// Runs every rule; spends exemptions and levels.
pub fn check(plan: &Plan, sources: &Sources, report: &mut Report) {
    let _ = sources;
    let mut found = Vec::new();
    for rule in RULES {
        (rule.check)(rule, plan, &mut Findings { found: &mut found });
    }
    report.extend(found);
}
