//! `secret-in-build-argument`: a secret is an argument of a build

use super::words::{is_literal, is_named, variables};
use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "secret-in-build-argument",
    group: Group::Secrets,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Warn), (Profile::Cis, Level::Warn)],
    finds: "a secret is an argument of a build",
    why: "arguments stay in the history of the image: whoever can pull it can read them",
    fails: "services:\n  web:\n    build: { context: ., args: { NPM_TOKEN: '${NPM_TOKEN:?}' } }\n",
    passes: "services:\n  web:\n    build: { context: ., secrets: [npm_token] }\nsecrets: { npm_token: { environment: NPM_TOKEN } }\n",
    fine: "services:\n  web:\n    build: { context: ., args: { TOKEN_URL: '${TOKEN_URL}', SECRET_NAME: db } }\n",
    fix: "use `build.secrets` and `RUN --mount=type=secret`",
    sources: &["https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let Some(build) = &service.compose.build else { continue };
        for (key, value) in build.args.iter().filter(|(key, _)| is_named(key)) {
            let path = service_path(name).key("build").key("args").key(key.as_str());
            let template = found.template(stack, &path);
            // A text in the file, or a default, is said elsewhere.
            let said = match (&template, value) {
                (Some(template), _) => variables(template).iter().any(|it| it.default.is_some_and(is_literal)),
                (None, Some(_)) => true,
                (None, None) => false,
            };
            if !said {
                let message = format!("`{name}` hands the secret `{key}` to its build as an argument");
                let finding = found.entry(rule, stack, name, path, message);
                finding.set_help("use `build.secrets`, and `RUN --mount=type=secret` in the Dockerfile");
            }
        }
    }
}
