//! `exposed-datastore`: a port that a datastore listens on is published on every interface of the host.

use super::exposed_port::{is_of_datastore, report};
use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "exposed-datastore",
    group: Group::Networking,
    level: Level::Warn,
    profiles: &[(Profile::Production, Level::Deny), (Profile::Cis, Level::Deny)],
    finds: "a port that a datastore listens on is published on every interface of the host",
    why: "Docker's port mapping goes past the host's firewall: bots find open databases within minutes",
    fails: "services:\n  db:\n    image: postgres:17.5\n    ports: ['5432:5432']\n",
    passes: "services:\n  db:\n    image: postgres:17.5\n    ports: ['127.0.0.1:5432:5432']\n",
    fine: "services:\n  db:\n    image: postgres:17.5\n    expose: ['5432']\n  portainer:\n    image: portainer/portainer-ce:2.33.5\n    ports: ['9000:9000']\n",
    fix: "publish it on `127.0.0.1`, or not at all: services of a network reach each other without",
    sources: &["compose-guard: datastore published", "CIS Docker Benchmark 5.14"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    report(rule, plan, found, is_of_datastore);
}
