//! What a running environment proves.

mod alive;
mod hardened;
mod isolated;
mod logged;
mod routed;
mod scraped;

use super::stage::Stage;

/// One group of proofs.
type Prove = fn(&Stage<'_>, &mut Proofs) -> Result<(), String>;

const GROUPS: &[Prove] =
    &[alive::prove, hardened::prove, routed::prove, isolated::prove, scraped::prove, logged::prove];

/// Carries out every group; one that cannot be carried out is a failure, and the others go on.
pub fn all(stage: &Stage<'_>, proofs: &mut Proofs) -> Result<(), String> {
    let mut trouble = Vec::new();
    for prove in GROUPS {
        trouble.extend(prove(stage, proofs).err());
    }
    if trouble.is_empty() { Ok(()) } else { Err(trouble.join("\n")) }
}

/// The proofs so far: each is printed when it is made.
#[derive(Debug, Default)]
pub struct Proofs {
    hold: usize,
    fail: Vec<String>,
    skipped: usize,
}

impl Proofs {
    /// `claim` holds.
    pub fn held(&mut self, claim: &str) {
        println!("   ok      {claim}");
        self.hold += 1;
    }

    /// `claim` does not hold.
    pub fn failed(&mut self, claim: &str, why: &str) {
        println!("   FAIL    {claim}");
        for line in why.trim().lines() {
            println!("           {line}");
        }
        self.fail.push(claim.to_owned());
    }

    /// `claim` holds or does not.
    pub fn record(&mut self, claim: &str, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => self.held(claim),
            Err(why) => self.failed(claim, &why),
        }
    }

    /// `claim` could not be tried here.
    pub fn skipped(&mut self, claim: &str, why: &str) {
        println!("   SKIPPED {claim}: {why}");
        self.skipped += 1;
    }

    /// Whether none failed, and there were any.
    pub fn all_hold(&self) -> bool {
        self.fail.is_empty() && self.hold > 0
    }

    /// One line on all of them, and one for each that failed.
    pub fn summary(&self) -> String {
        let mut text = format!("{} proofs hold, {} fail, {} skipped", self.hold, self.fail.len(), self.skipped);
        for claim in &self.fail {
            text.push_str(&format!("\n   FAIL    {claim}"));
        }
        text
    }
}
