//! `label-credential`: a label holds a password, its hash, or a token

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::routes::unescaped_dollar::writes_hash;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "label-credential",
    group: Group::Secrets,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Warn)],
    finds: "a label for Traefik holds a password, its hash, or a token",
    why: "everybody who can read the file or ask Docker sees it, and a hash can be tried out at leisure",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.middlewares.auth.basicauth.users=admin:$$2y$$05$$abcdefghijklmnopqrstuv']\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    environment: { X: y }\n    labels: ['traefik.http.middlewares.auth.basicauth.usersfile=/run/secrets/users', 'traefik.http.middlewares.b.basicauth.users=${USERS:-}']\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.middlewares.a.headers.customrequestheaders.x-a=b', 'traefik.http.middlewares.b.basicauth.users=${USERS:-}']\n",
    fix: "put it into a file: `usersFile`, mounted as a secret",
    sources: &["https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/basicauth/"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for labelled in &plan.observed.labelled {
        for label in &labelled.labels {
            let key = label.key.value.to_ascii_lowercase();
            let users = key.ends_with(".basicauth.users") || key.ends_with(".digestauth.users");
            let holds = users && label.value.value.contains(':')
                || key.ends_with(".redis.password")
                || key.ends_with(".customrequestheaders.authorization");
            // What comes from a variable stands elsewhere; a hash is none, though Compose takes it for one.
            let elsewhere = label.of_variables && !(users && writes_hash(&label.template));
            if !holds || elsewhere || label.value.value.is_empty() {
                continue;
            }
            let what = if users { "users with their hashes" } else { "a password or a token" };
            let message = format!("the label `{}` holds {what}", label.key.value);
            let help = if users {
                "put them into a file, and name it by `usersfile`"
            } else {
                "put it into a file or a variable"
            };
            let finding = found.word(rule, labelled, label.value.at, label.path.clone(), message);
            finding.sensitive.push(label.value.at);
            finding.set_help(help);
        }
    }
}
