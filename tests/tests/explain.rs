//! `bayplan explain` with a path or a variable: the whole chain behind a value, without its secrets.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use bayplan_cli::args::{Cli, Format};
use bayplan_cli::compile::Library;
use bayplan_cli::render::Style;
use bayplan_cli::run::{Runner, Said};
use clap::Parser;
use std::fs;

/// What `bayplan explain WHAT` says in a folder with these files.
fn explain(files: &[(&str, &str)], what: &str) -> String {
    let here = tempfile::tempdir().unwrap();
    let here = here.path().join("shop");
    for (path, text) in files {
        let path = here.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let style = Style { format: Format::Pretty, color: false, unicode: true, width: 80 };
    let runner = Runner { here: &here, compiler: &Library::default(), out: style, err: style };
    let cli = Cli::try_parse_from(["bayplan", "explain", what]).unwrap();
    let mut said = Said::default();
    match runner.run(&cli.verb, &mut said) {
        Ok(_) => said.out,
        Err(failure) => format!("{failure:?}"),
    }
}

const PROJECT: &[(&str, &str)] = &[
    (
        "compose.yaml",
        "x-env: &env { LOG: info, DB_PASSWORD: hunter2 }\nservices:\n  web:\n    extends: { file: common.yaml, service: base }\n    \
         image: \"shop:${SHOP_TEST_TAG:-latest}\"\n    environment: *env\n    ports: [\"8080:80\"]\n",
    ),
    ("compose.override.yaml", "services:\n  web:\n    ports: [\"8443:443\"]\n    restart: \"no\"\n"),
    ("common.yaml", "services:\n  base: { restart: always }\n"),
    (".env", "SHOP_TEST_TAG=1.2.3\n"),
];

#[test]
fn a_value_shows_what_decides_and_what_was_overridden() {
    insta::assert_snapshot!(explain(PROJECT, "services.web.restart"), @r"
    shop:services.web.restart (compose.yaml + compose.override.yaml)
      · always
          common.yaml:2:20, extended service `base`, overridden
      → no
          compose.override.yaml:4:14
");
}

#[test]
fn a_template_shows_who_supplies_its_variables() {
    insta::assert_snapshot!(explain(PROJECT, "shop:services.web.image"), @r"
    shop:services.web.image (compose.yaml + compose.override.yaml)
      → shop:${SHOP_TEST_TAG:-latest}
          compose.yaml:5:12
          $SHOP_TEST_TAG = 1.2.3  .env:1:15
          $SHOP_TEST_TAG (not) latest  the default in the template
");
}

#[test]
fn a_list_shows_where_every_item_comes_from() {
    insta::assert_snapshot!(explain(PROJECT, "services.web.ports"), @r"
    shop:services.web.ports (compose.yaml + compose.override.yaml)
      → [8080:80]
          compose.yaml:7:12
      → [8443:443]
          compose.override.yaml:3:12
        - 8080:80  compose.yaml:7:13
        - 8443:443  compose.override.yaml:3:13
");
}

#[test]
fn secrets_are_hidden_and_anchors_are_named() {
    insta::assert_snapshot!(explain(PROJECT, "services.web.environment"), @r"
    shop:services.web.environment (compose.yaml + compose.override.yaml)
      → { LOG, DB_PASSWORD }
          compose.yaml:1:13, through compose.yaml:6:18
        LOG: info  compose.yaml:1:20
        DB_PASSWORD: *****  compose.yaml:1:39
");
}

#[test]
fn a_variable_shows_its_layers_and_uses() {
    insta::assert_snapshot!(explain(PROJECT, "${SHOP_TEST_TAG}"), @r"
    $SHOP_TEST_TAG of shop (compose.yaml + compose.override.yaml)
          $SHOP_TEST_TAG = 1.2.3  .env:1:15
          used in compose.yaml:5:18, by default latest
");
}

const FILES: &[(&str, &str)] = &[
    (
        "compose.yaml",
        "x-base: &base { MODE: base, ONLY: base }\nservices:\n  web:\n    image: web\n    env_file: [web.env, { path: more.env }]\n    \
         label_file: web.labels\n    environment:\n      <<: *base\n      MODE: own\n    labels: [a=b, traefik.enable=true]\n    \
         ports: [\"8080:80\", \"8443:443\"]\n    depends_on: [db]\n  db: { image: db, environment: [A=1] }\n",
    ),
    ("compose.override.yaml", "services:\n  web:\n    ports: [\"8080:80/tcp\", \"9:9\"]\n"),
    ("web.env", "# here\nMODE=file\nFROM=${MODE}\n"),
    ("more.env", "FROM=\"two\"\nAPI_TOKEN=hunter2\n"),
    ("web.labels", "x.y=1\na=file\n"),
];

#[test]
fn values_of_files_stand_in_their_lines() {
    insta::assert_snapshot!(explain(FILES, "services.web.environment.FROM"), @r"
    shop:services.web.environment.FROM (compose.yaml + compose.override.yaml)
      · own
          web.env:3:6, by `env_file`, through compose.yaml:5:16, overridden
      → two
          more.env:1:6, by `env_file`, through compose.yaml:5:33
");
    insta::assert_snapshot!(explain(FILES, "services.web.environment.API_TOKEN"), @r"
    shop:services.web.environment.API_TOKEN (compose.yaml + compose.override.yaml)
      → *****
          more.env:2:11, by `env_file`, through compose.yaml:5:33
");
    insta::assert_snapshot!(explain(FILES, "services.web.labels.x.y"), @r#"
    shop:services.web.labels["x.y"] (compose.yaml + compose.override.yaml)
      → 1
          web.labels:1:5, by `label_file`, through compose.yaml:6:17
"#);
    insta::assert_snapshot!(explain(FILES, "services.web.labels.a"), @r"
    shop:services.web.labels.a (compose.yaml + compose.override.yaml)
      · file
          web.labels:2:3, by `label_file`, through compose.yaml:6:17, overridden
      → b
          compose.yaml:10:16
");
}

#[test]
fn what_a_key_hides_beside_a_merge_key_is_in_the_chain() {
    insta::assert_snapshot!(explain(FILES, "services.web.environment.MODE"), @r"
    shop:services.web.environment.MODE (compose.yaml + compose.override.yaml)
      · file
          web.env:2:6, by `env_file`, through compose.yaml:5:16, overridden
      · base
          compose.yaml:1:23, through compose.yaml:8:11, overridden
      → own
          compose.yaml:9:13
");
}

#[test]
fn items_of_lists_have_chains_of_their_own() {
    for path in ["services.web.ports[0]", "services.web.ports.0", "services.web.ports[0].target"] {
        insta::allow_duplicates!(insta::assert_snapshot!(explain(FILES, path), @r"
        shop:services.web.ports[0] (compose.yaml + compose.override.yaml)
          · 8080:80
              compose.yaml:11:13, overridden
          → 8080:80/tcp
              compose.override.yaml:3:13
        "));
    }
    insta::assert_snapshot!(explain(FILES, "services.web.ports.1"), @r"
    shop:services.web.ports[1] (compose.yaml + compose.override.yaml)
      → 8443:443
          compose.yaml:11:24
");
    insta::assert_snapshot!(explain(FILES, "services.web.depends_on.db"), @r"
    shop:services.web.depends_on[0] (compose.yaml + compose.override.yaml)
      → db
          compose.yaml:12:18
");
    insta::assert_snapshot!(explain(FILES, "services.web.labels[\"traefik.enable\"]"), @r#"
    shop:services.web.labels["traefik.enable"] (compose.yaml + compose.override.yaml)
      → true
          compose.yaml:10:34
"#);
}

#[test]
fn what_is_not_there_is_said_with_what_may_be_meant() {
    insta::assert_snapshot!(explain(PROJECT, "services.web.restat"), @r#"Failure { message: "nothing has `services.web.restat`: there is no `restat`", help: Some("did you mean `restart`?") }"#);
    insta::assert_snapshot!(explain(PROJECT, "shpo:services.web"), @r#"Failure { message: "there is no stack `shpo`", help: Some("did you mean `shop`?") }"#);
    insta::assert_snapshot!(explain(PROJECT, "$SHOP_TEST_NOTHING"), @r#"Failure { message: "no file uses or sets `$SHOP_TEST_NOTHING`", help: Some("name a variable of a compose file") }"#);
}

#[test]
fn a_value_of_a_fleet_shows_defaults_archetype_environment_and_intents() {
    let files = &[
        (
            "fleet.yaml",
            "environments:\n  dev: { domain: shop.test }\ndefaults: { restart: unless-stopped, read_only: true }\n",
        ),
        (
            "shop.yaml",
            "services:\n  db: { use: \"postgres:17.5\", with: { database: shop, user: shop } }\n  \
             web: { image: \"shop:1.2.3\", needs: [db] }\nenvironments:\n  dev: { services: { web: { read_only: false } } }\n",
        ),
    ][..];
    insta::assert_snapshot!(explain(files, "services.web.read_only"), @r"
    shop:services.web.read_only in `dev`
      · true
          fleet.yaml:3:49, `defaults` of the fleet, overridden
      → false
          shop.yaml:5:40, environment `dev`
");
    insta::assert_snapshot!(explain(files, "services.db.image"), @r"
    shop:services.db.image in `dev`
      → postgres:17.5
          the archetype `postgres`
");
    insta::assert_snapshot!(explain(files, "services.web.depends_on"), @r"
    shop:services.web.depends_on in `dev`
      → { db }
          the intents of `web`
        db: …  the intents of `web`
");
}

#[test]
fn a_rule_says_whether_it_can_be_mended() {
    let said = |rule: &str| explain(PROJECT, rule);
    assert!(said("unwritable-path").contains("\n`bayplan fix` mends"), "{}", said("unwritable-path"));
    assert!(said("missing-restart").contains("\n`bayplan fix --unsafe` mends"), "{}", said("missing-restart"));
    assert!(!said("privileged-container").contains("`bayplan fix"), "{}", said("privileged-container"));
}
