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
    let runner = Runner { here: &here, compiler: &Library, out: style, err: style };
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
          common.yaml:2:20, extended service `base`
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
          $SHOP_TEST_TAG = 1.2.3  .env
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
          $SHOP_TEST_TAG = 1.2.3  .env
          used in compose.yaml:5:18, by default latest
");
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
          fleet.yaml:3:49, `defaults` of the fleet
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
