//! `short-stop-grace`: a datastore is ended by force after ten seconds

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, image_contents, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "short-stop-grace",
    group: Group::Reliability,
    level: Level::Allow,
    profiles: &[],
    finds: "a datastore is ended by force after ten seconds or less",
    why: "what it has not written down by then it has to recover from its log at the next start, if it can",
    fails: "services:\n  db:\n    image: postgres:17.5\n",
    passes: "services:\n  db:\n    image: postgres:17.5\n    stop_grace_period: 1m\n",
    fine: "services:\n  test-db:\n    image: postgres:17.5\n    tmpfs: /var/lib/postgresql/data\n    stop_grace_period: 1s\n",
    fix: "set `stop_grace_period: 1m`",
    sources: &["https://docs.docker.com/reference/compose-file/services/#stop_grace_period"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let compose = &service.compose;
        let Some((known, _)) = image_contents::of(compose).filter(|(known, _)| known.stops_slowly) else { continue };
        let forgotten = known.data.is_some_and(|data| compose.tmpfs.iter().any(|text| text.starts_with(data)));
        let grace = compose.stop_grace_period.map_or(10.0, |time| time.as_secs_f64());
        if forgotten || grace > 10.0 || found.is_any_refused(stack, name, &[&["stop_grace_period"]]) {
            continue;
        }
        let message = format!("`{name}` has {grace} seconds to stop, then it is ended by force");
        let finding = found.service(rule, stack, name, &["stop_grace_period"], message);
        finding.set_help("set `stop_grace_period: 1m`: it takes no longer than it needs");
        let path = service_path(name).key("stop_grace_period");
        finding.set_fix(Fix::safe("set `stop_grace_period: 1m`").set(path, "1m"));
    }
}
