//! `finding → what stays the same when lines move`: how a finding is known again in another version of a file.

use bayplan::finding::Finding;
use bayplan_yaml::Segment;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt::Write;

/// Rule, file, what it is about, and message. Numbers of list items are left out: an item before others moves them.
///
/// Findings may share it; the second of them in order is then the second one in the other version too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity(String);

impl Identity {
    /// Of a finding in the file `path`.
    pub fn of(finding: &Finding, path: &str) -> Self {
        let subject = &finding.subject;
        let keys = subject.path.0.iter().map(|segment| match segment {
            Segment::Key(key) => key.as_str(),
            Segment::Index(_) => "[]",
        });
        let names =
            [finding.rule, path, subject.stack.as_deref().unwrap_or(""), subject.service.as_deref().unwrap_or("")];
        let parts: Vec<&str> = names.into_iter().chain(keys).chain([finding.message.as_str()]).collect();
        // No part holds the character between them unescaped.
        Self(parts.iter().map(|part| part.replace('\\', "\\\\").replace('\0', "\\0")).collect::<Vec<_>>().join("\0"))
    }
}

/// Gives each finding a fingerprint of its identity and of how many with the same came before.
#[derive(Debug, Default)]
pub struct Fingerprints {
    seen: HashMap<Identity, usize>,
}

impl Fingerprints {
    /// The fingerprint of the next finding in order.
    pub fn next(&mut self, identity: Identity) -> String {
        let seen = self.seen.entry(identity.clone()).or_default();
        *seen += 1;
        let hash = Sha256::digest(format!("{}\0{seen}", identity.0).as_bytes());
        hash.iter().take(16).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}
