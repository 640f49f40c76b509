//! Relabelling: what becomes of labels.

use crate::{choice, record};

record! {
    /// One step of relabelling.
    pub struct RelabelConfig {
        /// The labels whose values are looked at, joined by the separator.
        source_labels: Vec<String>,
        /// What stands between them; `;` where it is left out.
        separator: Option<String>,
        /// What the joined values have to match, from begin to end.
        regex: Option<String>,
        /// The number of shards of `hashmod`.
        modulus: Option<i64>,
        /// The label that is set.
        target_label: Option<String>,
        /// Its value, with `$1` for what was captured.
        replacement: Option<String>,
        /// What is done; `replace` where it is left out.
        action: Option<Action>,
    }
}

choice! {
    /// What a step of relabelling does.
    pub enum Action {
        /// Sets a label.
        Replace = "replace",
        /// Sets a label in lower case.
        Lowercase = "lowercase",
        /// Sets a label in upper case.
        Uppercase = "uppercase",
        /// Keeps what matches.
        Keep = "keep",
        /// Drops what matches.
        Drop = "drop",
        /// Keeps that whose labels are equal.
        KeepEqual = "keepequal",
        /// Drops that whose labels are equal.
        DropEqual = "dropequal",
        /// Sets a label to the shard.
        HashMod = "hashmod",
        /// Renames labels that match.
        LabelMap = "labelmap",
        /// Drops labels that match.
        LabelDrop = "labeldrop",
        /// Keeps only labels that match.
        LabelKeep = "labelkeep",
    }
}

impl RelabelConfig {
    /// Sets a label to a value: `$` has no meaning in it.
    pub fn set(label: &str, value: &str) -> Self {
        Self { target_label: Some(label.to_owned()), replacement: Some(value.replace('$', "$$")), ..Self::default() }
    }
}
