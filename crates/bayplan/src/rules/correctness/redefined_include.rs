//! `redefined-include`: a file changes what it includes

use crate::finding::Level;
use crate::rules::{Group, Rule};

/// The rule. The reader finds it: see `Loader::import`.
pub const RULE: Rule = Rule {
    name: "redefined-include",
    group: Group::Correctness,
    level: Level::Allow,
    profiles: &[],
    finds: "a file says something else of a service, network or volume that it includes",
    why: "many versions of Docker Compose refuse it (`conflicts with imported resource`); today's merge the two",
    fails: "\
# file: compose.yaml
include: [base.yaml]
services: { web: { environment: { LEVEL: debug } } }
# file: base.yaml
services: { web: { image: 'nginx:1.27.3' } }
",
    passes: "\
# file: compose.yaml
include: [{ path: [base.yaml, web.yaml] }]
services: { api: { image: 'nginx:1.27.3' } }
# file: base.yaml
services: { web: { image: 'nginx:1.27.3' } }
# file: web.yaml
services: { web: { environment: { LEVEL: debug } } }
",
    fine: "\
# file: compose.yaml
include: [base.yaml]
services: { api: { image: 'nginx:1.27.3', networks: [front] } }
networks: { front: { name: front } }
# file: base.yaml
services: { web: { image: 'nginx:1.27.3', networks: [front] } }
networks: { front: { name: front } }
",
    fix: "write the change in a file of its own, and include both as one item: `include: [{ path: [base.yaml, change.yaml] }]`",
    sources: &["https://github.com/docker/compose/issues/11404", "https://github.com/compose-spec/compose-go/pull/835"],
    check: |_, _, _| {},
};
