//! Files that a file names.

use super::EARLY;
use crate::finding::Level;
use crate::rules::Rule;

/// The pages, by name.
pub(super) const PAGES: &[Rule] = &[
    Rule {
        name: "extends-cycle",
        finds: "services extend one another in a circle",
        why: "no end of it can be found: Compose refuses the project",
        fails: "\
services:
  web: { image: 'nginx:1.27.3', extends: { service: api } }
  api: { image: 'nginx:1.27.3', extends: { service: web } }
",
        passes: "\
services:
  web: { image: 'nginx:1.27.3', extends: { service: api } }
  api: { image: 'nginx:1.27.3' }
",
        fine: "\
services:
  web: { extends: { service: api } }
  api: { extends: { service: base } }
  base: { image: 'nginx:1.27.3' }
",
        fix: "put what they share in a service of its own, and let both extend that",
        sources: &["https://docs.docker.com/compose/how-tos/multiple-compose-files/extends/"],
        ..EARLY
    },
    Rule {
        name: "include-cycle",
        finds: "compose files include one another in a circle, or too deep",
        why: "no end of it can be found: Compose refuses the project",
        fails: "\
# file: compose.yaml
include: [base.yaml]
services: { web: { image: 'nginx:1.27.3' } }
# file: base.yaml
include: [compose.yaml]
services: { db: { image: 'postgres:17.5' } }
",
        passes: "\
# file: compose.yaml
include: [base.yaml]
services: { web: { image: 'nginx:1.27.3' } }
# file: base.yaml
services: { db: { image: 'postgres:17.5' } }
",
        fine: "\
# file: compose.yaml
include: [one.yaml, two.yaml]
services: { web: { image: 'nginx:1.27.3' } }
# file: one.yaml
include: [base.yaml]
services: { one: { image: 'nginx:1.27.3' } }
# file: two.yaml
include: [base.yaml]
services: { two: { image: 'nginx:1.27.3' } }
# file: base.yaml
services: { base: { image: 'nginx:1.27.3' } }
",
        fix: "put what both need in a third file, and include that",
        sources: &["https://docs.docker.com/compose/how-tos/multiple-compose-files/include/"],
        ..EARLY
    },
    Rule {
        name: "invalid-env-file",
        finds: "a line of an environment file is no variable",
        why: "Compose refuses the file, or reads a name that nobody asks for",
        fails: "\
# file: compose.yaml
services: { web: { image: 'nginx:1.27.3', env_file: web.env } }
# file: web.env
LEVEL=debug
TITLE='it is
",
        passes: "\
# file: compose.yaml
services: { web: { image: 'nginx:1.27.3', env_file: web.env } }
# file: web.env
LEVEL=debug
TITLE='it is'
",
        fine: "\
# file: compose.yaml
services: { web: { image: 'nginx:1.27.3', env_file: web.env } }
# file: web.env
export LEVEL=debug # as shells have it
TEXT=\"two
lines\"
",
        fix: "write `NAME=value`, and close every quote",
        sources: &["https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/"],
        ..EARLY
    },
    Rule {
        name: "missing-env-file",
        level: Level::Warn,
        finds: "a file with variables that a service names is not there",
        why: "Compose starts nothing of the project without it",
        fails: "\
services: { web: { image: 'nginx:1.27.3', env_file: web.env } }
",
        passes: "\
# file: compose.yaml
services: { web: { image: 'nginx:1.27.3', env_file: web.env } }
# file: web.env
LEVEL=debug
",
        fine: "\
services: { web: { image: 'nginx:1.27.3', env_file: [{ path: local.env, required: false }] } }
",
        fix: "write the file, or name it with `required: false`",
        sources: &["dockerlint", "https://docs.docker.com/reference/compose-file/services/#env_file"],
        ..EARLY
    },
    Rule {
        name: "missing-file",
        finds: "a file that is named does not exist",
        why: "Compose refuses the project",
        fails: "\
include: [base.yaml]
services: { web: { image: 'nginx:1.27.3' } }
",
        passes: "\
# file: compose.yaml
include: [base.yaml]
services: { web: { image: 'nginx:1.27.3' } }
# file: base.yaml
services: { db: { image: 'redis:7.4.1' } }
",
        fine: "\
# file: stacks/compose.yaml
services: { web: { extends: { file: ../base/web.yaml, service: web } } }
# file: base/web.yaml
services: { web: { image: 'nginx:1.27.3' } }
",
        fix: "name a file that is there, as seen from the folder of the file that names it",
        sources: &["compose-go"],
        ..EARLY
    },
    Rule {
        name: "remote-file",
        finds: "a file would have to be fetched from elsewhere",
        why: "nothing is fetched here: what it says cannot be checked, and whoever can change it decides what starts",
        fails: "\
include: ['https://github.com/acme/stacks.git#main:base']
services: { web: { image: 'nginx:1.27.3' } }
",
        passes: "\
# file: compose.yaml
include: [vendor/base/compose.yaml]
services: { web: { image: 'nginx:1.27.3' } }
# file: vendor/base/compose.yaml
services: { db: { image: 'redis:7.4.1' } }
",
        fine: "\
services:
  web:
    image: example/web:1.2.3
    build: https://github.com/acme/web.git#0123456789abcdef0123456789abcdef01234567
",
        fix: "keep a copy beside the project, and name that",
        sources: &["https://docs.docker.com/compose/how-tos/multiple-compose-files/include/"],
        ..EARLY
    },
];
