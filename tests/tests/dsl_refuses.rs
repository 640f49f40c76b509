//! What rustc says of fleets that break a policy: `tests/compile/*.rs`, each with the message that a person reads.

use std::process::Command;

/// The compiler whose messages stand beside the cases; another one says the same in other words.
const RUSTC: &str = "rustc 1.95.";

#[test]
fn rustc_names_the_policy_and_the_way_out() {
    let version = Command::new("rustc").arg("--version").output().map(|output| output.stdout).unwrap_or_default();
    let version = String::from_utf8_lossy(&version);
    if !version.starts_with(RUSTC) {
        println!("skipped: the messages are those of {RUSTC}x, and this is {version}");
        return;
    }
    let cases = trybuild::TestCases::new();
    cases.pass("compile/passes.rs");
    cases.compile_fail("compile/[!p]*.rs");
    cases.compile_fail("compile/privileged_*.rs");
}
