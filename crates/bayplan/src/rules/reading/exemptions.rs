//! Leave to break rules that holds no more, or never did.

use super::EARLY;
use crate::finding::Level;
use crate::rules::Rule;

/// The pages, by name.
pub(super) const PAGES: &[Rule] = &[
    Rule {
        name: "expired-exemption",
        finds: "an exemption is past its last day",
        why: "it was to end: what it allowed is still there, and nobody has looked at it again",
        fails: "\
services:
  web:
    image: example/web:1.2.3 # bayplan: allow(missing-health-check) the next release has one until 2020-01-31
",
        passes: "\
services:
  web:
    image: example/web:1.2.3
",
        fine: "\
services:
  web:
    image: nginx:1.27.3
    privileged: true # bayplan: allow(privileged-container) it measures the machine until 2099-12-31
",
        fix: "mend what it allowed, or give it a later day and a reason that still holds",
        sources: &["bayplan"],
        ..EARLY
    },
    Rule {
        name: "invalid-exemption",
        finds: "a comment `# bayplan: …` is no exemption, or has no reason",
        why: "it allows nothing; and without its reason nobody can tell whether it is still needed",
        fails: "\
services:
  web:
    image: nginx:1.27.3
    ports: ['127.0.0.1:8080:80'] # bayplan: allow(exposed-port)
",
        passes: "\
services:
  web:
    image: nginx:1.27.3
    ports: ['127.0.0.1:8080:80']
",
        fine: "\
# bayplan: the plan of the bay
services:
  web:
    image: nginx:1.27.3
    privileged: true # bayplan: allow(privileged-container) it measures the machine
",
        fix: "write `# bayplan: allow(rule) reason`, and `until 2027-01-31` behind it where it shall end",
        sources: &["bayplan"],
        ..EARLY
    },
    Rule {
        name: "unknown-rule",
        finds: "settings or an exemption name a rule that there is not, or one that nothing can be exempt from",
        why: "it has no effect: the rule that was meant is still asked, or still is not",
        fails: "\
# file: bayplan.yaml
rules: { exposed-prot: deny }
# file: compose.yaml
services: { web: { image: 'nginx:1.27.3' } }
",
        passes: "\
# file: bayplan.yaml
rules: { exposed-port: deny }
# file: compose.yaml
services: { web: { image: 'nginx:1.27.3' } }
",
        fine: "\
# file: bayplan.yaml
rules: { obsolete-key: allow }
# file: compose.yaml
version: '3'
services: { web: { image: 'nginx:1.27.3' } }
",
        fix: "write a name that `bayplan explain` lists; mend what Compose refuses",
        sources: &["bayplan"],
        ..EARLY
    },
    Rule {
        name: "unused-exemption",
        level: Level::Warn,
        finds: "an exemption that nothing needs",
        why: "it would allow, without a word, what comes later",
        fails: "\
services:
  web:
    image: nginx:1.27.3
    privileged: false # bayplan: allow(privileged-container) it measures the machine
",
        passes: "\
services:
  web:
    image: nginx:1.27.3
    privileged: false
",
        fine: "\
services:
  web:
    image: example/web:1.2.3
    read_only: true # bayplan: allow(writable-rootfs) a rule that this profile does not ask
",
        fix: "remove it",
        sources: &["bayplan"],
        ..EARLY
    },
];
