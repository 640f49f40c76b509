//! Bytes as files of a repository: reader, rules and fixes must not panic.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bayplan_tests::anything::survive(bytes));
