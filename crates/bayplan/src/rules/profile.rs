//! Which rules are asked, and how strictly: ready choices.

use super::Rule;
use crate::choice;
use crate::finding::Level;

choice! {
    /// A ready choice of levels.
    pub enum Profile {
        /// What is wrong, or dangerous, in any repository. For hand-written compose files where nobody says otherwise.
        Default = "default",
        /// And what a careful person at home would want to know.
        Homelab = "homelab",
        /// And the policies of a fleet: pinned images, read-only root file systems, no new privileges, limits. For blueprints
        /// where nobody says otherwise.
        Production = "production",
        /// What the CIS Docker Benchmark asks of containers.
        Cis = "cis",
        /// Every rule there is.
        All = "all",
    }
}

impl Rule {
    /// What the rule does in `profile`.
    pub fn level_in(&self, profile: Profile) -> Level {
        match profile {
            Profile::All => self
                .profiles
                .iter()
                .map(|(_, level)| *level)
                .chain([self.level, Level::Warn])
                .min()
                .unwrap_or(self.level),
            _ => self.profiles.iter().find(|(of, _)| *of == profile).map_or(self.level, |(_, level)| *level),
        }
    }
}
