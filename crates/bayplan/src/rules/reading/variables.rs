//! Variables that have no value, and texts that are none.

use super::EARLY;
use crate::finding::Level;
use crate::rules::Rule;

/// The pages, by name.
pub(super) const PAGES: &[Rule] = &[
    Rule {
        name: "invalid-template",
        finds: "a `${…}` is no variable",
        why: "Compose refuses the project before it looks at anything else",
        fails: "\
services:
  web:
    image: nginx:1.27.3
    command: echo ${1}
",
        passes: "\
services:
  web:
    image: nginx:1.27.3
    command: echo $${1}
",
        fine: "\
services:
  web:
    image: nginx:1.27.3
    command: echo $$1 $(date) ${TZ:-UTC} ${PROXY:+proxied}
",
        fix: "write `${NAME}`, or `$$` where the container is to see a `$`",
        sources: &["https://docs.docker.com/reference/compose-file/interpolation/"],
        ..EARLY
    },
    Rule {
        name: "unescaped-hash",
        level: Level::Warn,
        finds: "a `$` of a password hash begins a variable for Compose",
        why: "Compose puts nothing in the place of what it takes for names, and nobody can log in",
        fails: "\
services:
  web:
    image: nginx:1.27.3
    environment: { BASICAUTH_USERS: 'admin:$apr1$kEbl2HOQ$O7qEw1B7Jh8DIi2zQhBqN1' }
",
        passes: "\
services:
  web:
    image: nginx:1.27.3
    environment: { BASICAUTH_USERS: 'admin:$$apr1$$kEbl2HOQ$$O7qEw1B7Jh8DIi2zQhBqN1' }
",
        fine: "\
services:
  web:
    image: nginx:1.27.3
    environment: { BASICAUTH_USERS: '${BASICAUTH_USERS:-}', PRICE: $1 or $2 }
",
        fix: "write `$$` for each `$`",
        sources: &["https://docs.docker.com/reference/compose-file/interpolation/"],
        ..EARLY
    },
    Rule {
        name: "unset-variable",
        level: Level::Warn,
        finds: "a variable has no value and no default",
        why: "Compose puts nothing in its place, with a warning that scrolls by: an empty password, port or path",
        fails: "\
# file: compose.yaml
services:
  web: { image: 'nginx:1.27.3', environment: { LEVEL: '${LEVEL}' } }
# file: .env
LEVLE=debug
",
        passes: "\
# file: compose.yaml
services:
  web: { image: 'nginx:1.27.3', environment: { LEVEL: '${LEVEL}' } }
# file: .env
LEVEL=debug
",
        fine: "\
# file: compose.yaml
services:
  web: { image: 'nginx:1.27.3', environment: { LEVEL: '${LEVEL:-}', TITLE: '${TITLE}' } }
# file: .env
TITLE=
",
        fix: "set it in `.env`, give it a default, `${NAME:-…}`, or say that it is needed, `${NAME:?why}`",
        sources: &["https://github.com/docker/compose/issues/13567"],
        ..EARLY
    },
];
