//! Every target that somebody lists, in Prometheus' files and in Alloy's: what the rules about them share.

use super::Findings;
use crate::finding::{Finding, Subject};
use crate::observe::prometheus::Target;
use crate::plan::Plan;
use bayplan_yaml::{Location, Path};

/// A target that is asked as it is listed.
pub struct Listed<'a> {
    /// The target.
    pub target: Target,
    /// The job, or the component.
    pub job: &'a str,
    /// The file.
    pub path: &'a str,
    /// The stack and the service that ask.
    pub reader: &'a (String, String),
}

/// The targets of files whose reader is known.
pub fn listed(plan: &Plan) -> Vec<Listed<'_>> {
    let mut found = Vec::new();
    for file in &plan.observed.prometheus {
        let Some(reader) = &file.reader else { continue };
        for job in file.says.iter().filter(|job| !job.is_relabeled && !job.has_proxy) {
            let (name, path) = (job.name.value.as_str(), file.path.as_str());
            found.extend(job.targets.iter().map(|target| Listed { target: target.clone(), job: name, path, reader }));
        }
    }
    for file in &plan.observed.alloy {
        let Some(reader) = &file.reader else { continue };
        for block in file.says.iter().filter(|block| block.name.value == "prometheus.scrape") {
            let job = block.label.as_ref().map_or("prometheus.scrape", |label| label.value.as_str());
            found.extend(block.targets().into_iter().map(|target| Listed { target, job, path: &file.path, reader }));
        }
    }
    found
}

impl Findings<'_> {
    /// Reports `message` at a word of a file of another program.
    pub fn file(
        &mut self,
        rule: &super::Rule,
        path: &str,
        key: [&str; 2],
        at: Location,
        message: String,
    ) -> &mut Finding {
        let path = Path::from_iter([path, key[0], key[1]]);
        self.push(Finding::new(rule.name, rule.level, at, message).about(Subject::path(path)))
    }
}
