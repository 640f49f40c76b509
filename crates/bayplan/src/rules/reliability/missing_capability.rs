//! `missing-capability`: a container drops the capabilities that its image needs to start

use crate::finding::{Fix, Level};
use crate::plan::{Plan, Service};
use crate::rules::images::known;
use crate::rules::security::capabilities::plain;
use crate::rules::{Findings, Group, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "missing-capability",
    group: Group::Reliability,
    level: Level::Warn,
    profiles: &[],
    finds: "a container drops all capabilities, and its image begins as root to become another user",
    why: "without `SETUID` and `SETGID` its entry point ends with `operation not permitted`: the container starts again and again",
    fails: "services:\n  db:\n    image: postgres:17.5\n    cap_drop: [ALL]\n",
    passes: "services:\n  db:\n    image: postgres:17.5\n    cap_drop: [ALL]\n    cap_add: [CHOWN, DAC_OVERRIDE, FOWNER, SETGID, SETUID]\n",
    fine: "\
services:
  db:
    image: postgres:17.5
    user: '70:70'
    cap_drop: [ALL]
  dump:
    image: postgres:17.5
    cap_drop: [ALL]
    command: pg_dump -h db
  watch:
    image: prom/prometheus:v3.5.0
    cap_drop: [ALL]
",
    fix: "add what the image needs to `cap_add`, or name its user under `user`",
    sources: &[
        "https://github.com/docker-library/postgres/blob/master/docker-entrypoint.sh",
        "https://github.com/tianon/gosu",
    ],
    check,
};

/// Without these, nobody becomes another user.
const BECOME: [&str; 2] = ["SETGID", "SETUID"];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let compose = &service.compose;
        let dropped = compose.cap_drop.iter().any(|written| plain(written) == "ALL");
        let has =
            |wanted: &str| compose.cap_add.iter().any(|own| matches!(plain(own), own if own == wanted || own == "ALL"));
        if !dropped || compose.user.is_some() || compose.privileged == Some(true) || compose.build.is_some() {
            continue;
        }
        let Some(known) = known(compose.image.as_ref()) else { continue };
        let lacks = BECOME.iter().any(|wanted| known.capabilities.contains(wanted) && !has(wanted));
        if !lacks || !runs_server(service) || known.is_told_otherwise(compose) {
            continue;
        }
        let wanted: Vec<&str> = known.capabilities.iter().copied().filter(|wanted| !has(wanted)).collect();
        let listed = wanted.join(", ");
        let message = format!("`{name}` drops all capabilities, but its image begins as root and becomes another user");
        let finding = found.service(rule, stack, name, &["cap_drop"], message);
        finding.set_help(format!("add `{listed}` to `cap_add`, or name its user under `user`"));
        let fix = Fix::unsafe_(format!("add `{listed}` to `cap_add`"));
        let list = service_path(name).key("cap_add");
        finding.set_fix(wanted.into_iter().fold(fix, |fix, wanted| fix.append(list.clone(), wanted)));
    }
}

/// Whether the entry point of the image runs its server: another program it starts as it is.
fn runs_server(service: &Service) -> bool {
    let first = service.compose.command.as_ref().and_then(|command| command.words.first());
    let image = service.compose.image.as_ref().map_or("", |image| image.short_name());
    let server = |word: &String| {
        let program = word.rsplit('/').next().unwrap_or_default();
        word.starts_with('-') || program.starts_with(image) || matches!(program, "mysqld" | "mariadbd" | "mongod")
    };
    service.compose.entrypoint.is_none() && first.is_none_or(server)
}
