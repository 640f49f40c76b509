//! `jobs`: containers that run to their end, by hand or on a schedule.

use super::short::{Short, ShortOr};
use super::workload::with_workload;
use crate::record;
use crate::record::{Each, Extensions, Form, Plain, Unique, schema};
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decoder, Node};
use schemars::{Schema, SchemaGenerator, json_schema};

with_workload! {
    /// A container that runs to its end, by hand or on a schedule.
    pub struct Job {
        /// What starts it.
        triggers [Required]: Triggers = SomeTrigger,
        /// The profiles it belongs to; it is there when one of them is active.
        profiles: Vec<String> = Unique,
    }
}

record! {
    /// What starts a job.
    pub struct Triggers {
        /// Whether people can start it.
        manual: Option<bool>,
        /// When it starts by itself.
        schedule: Vec<Schedule> = Each<ShortOr>,
        ..extensions: Extensions,
    }
}

record! {
    /// When a job starts by itself.
    pub struct Schedule {
        /// The times, in the notation of cron: `0 3 * * *`.
        cron [Required]: String,
        /// The time zone of the times, such as `Europe/Berlin`.
        timezone: Option<String>,
        /// What happens when it is still running.
        concurrency: Option<Concurrency>,
        /// What happens about starts that were missed.
        missed_fires: Option<MissedFires>,
        ..extensions: Extensions,
    }
}

crate::choice! {
    /// What happens when a job is still running at its time.
    pub enum Concurrency {
        /// It is not started.
        Forbid = "forbid",
        /// It is started when the other has ended.
        Queue = "queue",
    }
}

crate::choice! {
    /// What happens about starts that were missed.
    pub enum MissedFires {
        /// The job is started once.
        One = "one",
        /// They are forgotten.
        Skip = "skip",
    }
}

impl Short for Schedule {
    fn from_text(text: &str, _: &Node, _: &mut Decoder) -> Option<Self> {
        Some(Self { cron: text.to_owned(), ..Self::default() })
    }
}

/// Triggers of which there is at least one.
pub enum SomeTrigger {}

impl Form<Triggers> for SomeTrigger {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Triggers> {
        let triggers = <Plain as Form<Triggers>>::read(node, decoder)?;
        if node.get("manual").is_none() && node.get("schedule").is_none() {
            let help = Some("add `manual: true` or a `schedule:`".to_owned());
            decoder.error(DecodeErrorKind::MissingKey, node.at, "nothing starts the job", help);
        }
        Some(triggers)
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let triggers = <Plain as Form<Triggers>>::schema(generator);
        let one =
            schema::either([json_schema!({ "required": ["manual"] }), json_schema!({ "required": ["schedule"] })]);
        json_schema!({ "allOf": [triggers, one] })
    }
}
