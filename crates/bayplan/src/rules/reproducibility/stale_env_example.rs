//! `stale-env-example`: the example of the environment file lacks a variable

use crate::finding::Level;
use crate::rules::{Group, Rule};

/// The rule. The reader finds it: see `Loader::dot_env_or_example`.
pub const RULE: Rule = Rule {
    name: "stale-env-example",
    group: Group::Reproducibility,
    level: Level::Warn,
    profiles: &[],
    finds: "a variable without a default is taken, but the `.env.example` beside the project does not name it",
    why: "whoever copies the example starts the stack with an empty value",
    fails: "# file: shop/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    environment: { SITE: '${SITE}' }\n# file: shop/.env.example\nSIDE=www.example.org\n",
    passes: "# file: shop/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    environment: { SITE: '${SITE}' }\n# file: shop/.env.example\nSITE=\n",
    fine: "# file: shop/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    environment: { DATA: '${HOME}/data', PORT: '${PORT:-80}' }\n# file: shop/.env.example\nSITE=www.example.org\n",
    fix: "add the variable to the example, or give it a default",
    sources: &["docker/compose#13567"],
    check: |_, _, _| {},
};
