//! `undocumented-variable`: a variable is taken from an environment that nothing in the repository describes

use crate::finding::Level;
use crate::rules::{Group, Profile, Rule};

/// The rule. The reader finds it: see `Loader::dot_env_or_example`.
pub const RULE: Rule = Rule {
    name: "undocumented-variable",
    group: Group::Reproducibility,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Warn)],
    finds: "a variable without a default is taken, and there is neither `.env` nor `.env.example` to say what it is",
    why: "whoever sets the stack up again has to guess; Compose takes an empty text and says so in passing",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    environment: { SITE: '${SITE}' }\n",
    passes: "# file: shop/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    environment: { SITE: '${SITE}' }\n# file: shop/.env.example\nSITE=www.example.org\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    environment: { SITE: '${SITE:?the name of the site}', PORT: '${PORT:-80}' }\n",
    fix: "write `.env.example` with every variable, or give it a default",
    sources: &["docker/compose#13567"],
    check: |_, _, _| {},
};
