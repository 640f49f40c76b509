//! Texts that are no YAML, or not the YAML that Docker reads.

use super::EARLY;
use crate::rules::Rule;

/// The pages, by name.
pub(super) const PAGES: &[Rule] = &[
    Rule {
        name: "broken-alias",
        finds: "an alias or a merge key names nothing that it could",
        why: "Compose refuses the file; an anchor of another file, even of one that is merged or included, is not there",
        fails: "\
services:
  web:
    <<: *common
    image: nginx:1.27.3
",
        passes: "\
x-common: &common
  restart: unless-stopped
services:
  web:
    <<: *common
    image: nginx:1.27.3
",
        fine: "\
x-small: &small { mem_limit: 64m }
x-kept: &kept { restart: unless-stopped }
services:
  web:
    <<: [*small, *kept]
    image: nginx:1.27.3
",
        fix: "define the anchor above its first use, in the same file; across files, `extends` does what an alias does",
        sources: &["YAML 1.2.2 §7.1", "https://github.com/docker/compose/issues/5621"],
        ..EARLY
    },
    Rule {
        name: "duplicate-key",
        finds: "a mapping has a key twice, or a list of `NAME=value` has a name twice",
        why: "Compose refuses a key that stands twice; of a name in a list it takes the last, without a word",
        fails: "\
services:
  web:
    image: nginx:1.27.3
    environment: { MODE: a }
    restart: always
    environment: { LEVEL: b }
",
        passes: "\
services:
  web:
    image: nginx:1.27.3
    restart: always
    environment: { MODE: a, LEVEL: b }
",
        fine: "\
x-common: &common { restart: always, init: true }
services:
  web:
    <<: *common
    image: nginx:1.27.3
    restart: unless-stopped
",
        fix: "put the two together, or remove one",
        sources: &["YAML 1.2.2 §3.2.1.1", "dclint no-duplicate-keys"],
        ..EARLY
    },
    Rule {
        name: "empty-file",
        finds: "a file holds nothing",
        why: "nothing is started by it; an empty file is often one that was never saved, or a comment in front of everything",
        fails: "\
# services:
#   web:
#     image: nginx:1.27.3
",
        passes: "\
services:
  web:
    image: nginx:1.27.3
",
        fine: "\
# file: compose.yaml
services: { web: { image: 'nginx:1.27.3', env_file: empty.env } }
# file: empty.env
# nothing yet
",
        fix: "write `services:`, or remove the file",
        sources: &["compose-go: empty compose file"],
        ..EARLY
    },
    Rule {
        name: "invalid-yaml",
        finds: "the text is no YAML",
        why: "nothing of the file can be read, by anyone",
        fails: "\
services:
  web:
    image: nginx:1.27.3
    command: {{ web.port }}
",
        passes: "\
services:
  web:
    image: nginx:1.27.3
    command: nginx -g 'daemon off;'
",
        fine: "\
services:
  web:
    image: nginx:1.27.3
    labels: { format: '{{ .Name }}: {{ .Value }}' }
",
        fix: "mend the line that is named; a value with `{`, `[`, `#`, `: ` or `*` at its begin goes in quotes",
        sources: &["YAML 1.2.2", "KICS", "dclint"],
        ..EARLY
    },
    Rule {
        name: "oversized-yaml",
        finds: "the text is larger or deeper than is read",
        why: "aliases of aliases make gigabytes of a few lines: a reader that follows them all does not come back",
        fails: "\
x-a: &a [x, x, x, x, x, x, x, x, x, x]
x-b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
x-c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
x-d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
x-e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]
x-f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]
x-g: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f, *f]
services: { web: { image: 'nginx:1.27.3' } }
",
        passes: "\
x-a: &a [x, x, x, x, x, x, x, x, x, x]
services: { web: { image: 'nginx:1.27.3', command: *a } }
",
        fine: "\
x-a: &a [x, x, x, x, x, x, x, x, x, x]
x-b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
x-c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
services: { web: { image: 'nginx:1.27.3' } }
",
        fix: "write fewer aliases of aliases, or split the file with `include`",
        sources: &["CWE-776"],
        ..EARLY
    },
    Rule {
        name: "unportable-yaml",
        finds: "Docker's reader refuses this YAML, or reads it otherwise than YAML says",
        why: "editors and other tools see one file, and Compose sees another, or none",
        fails: "\
%YAML 1.2
---
services:
  web:
    image: nginx:1.27.3
",
        passes: "\
services:
  web:
    image: nginx:1.27.3
",
        fine: "\
%YAML 1.1
---
services:
  web:
    image: nginx:1.27.3
",
        fix: "write it in the form that the finding names, which every reader takes the same",
        sources: &["go.yaml.in/yaml"],
        ..EARLY
    },
    Rule {
        name: "unreadable-file",
        finds: "a file is no UTF-8 text, is a folder or a device, or may not be read",
        why: "nothing of it can be read; Compose stops there",
        fails: "\
# file: compose.yaml
include: [shop]
services: { web: { image: 'nginx:1.27.3' } }
# file: shop/shop.yaml
services: { shop: { image: 'nginx:1.27.3' } }
",
        passes: "\
# file: compose.yaml
include: [shop/shop.yaml]
services: { web: { image: 'nginx:1.27.3' } }
# file: shop/shop.yaml
services: { shop: { image: 'nginx:1.27.3' } }
",
        fine: "\
services: { web: { image: 'nginx:1.27.3', labels: { title: 'Käse & Brötchen 🧀' } } }
",
        fix: "name a file, and save it as UTF-8",
        sources: &["YAML 1.2.2 §5.2"],
        ..EARLY
    },
];
