//! Rules: alerts, and series that are computed.

use crate::record;
use indexmap::IndexMap;

record! {
    /// Rules that are evaluated together.
    pub struct RuleGroup {
        /// Its name, which no other group of the file has.
        name [Required]: String,
        /// The time between two evaluations.
        interval: Option<String>,
        /// The rules.
        rules: Vec<Rule>,
    }
}

record! {
    /// An alert, or a series that is computed.
    pub struct Rule {
        /// The name of the alert.
        alert: Option<String>,
        /// The name of the series.
        record: Option<String>,
        /// The query.
        expr [Required]: String,
        /// How long it has to be so before the alert is sent.
        for_ ("for"): Option<String>,
        /// How long the alert stays when it is no longer so.
        keep_firing_for: Option<String>,
        /// Labels of the alert or of the series.
        labels: IndexMap<String, String>,
        /// What people are told; Go templates over `$labels` and `$value`.
        annotations: IndexMap<String, String>,
    }
}
