use super::*;
use crate::value::{HostPattern, ImageRef, Pin};
use proptest::prelude::*;

/// The verdict of the reader of blueprints.
fn read(text: &str) -> Verdict {
    match ImageRef::parse(text).map(|image| image.pin()) {
        Err(_) => Verdict::Invalid,
        Ok(Pin::None) => Verdict::Untagged,
        Ok(Pin::Moving(_)) => Verdict::Moving,
        Ok(_) => Verdict::Fits,
    }
}

#[test]
fn images_get_the_verdict_of_the_reader() {
    let digest = format!("nginx@sha256:{}", "a".repeat(64));
    for text in [
        "nginx",
        "nginx:latest",
        "nginx:1.27.3",
        "nginx:1.27.3-alpine",
        "ghcr.io/acme/shop:1",
        "localhost:5000/a/b:x1",
        "localhost/a:1",
        "[::1]:5000/a:1",
        "[::1/a:1",
        "Acme/shop:1",
        "acme/Shop:1",
        "",
        " nginx:1",
        "a//b:1",
        "a__b:1",
        "a___b:1",
        "a.b:1",
        "a..b:1",
        "a-_b:1",
        "x:",
        "x@sha256:ab",
        "index.docker.io/x:3-latest",
        "x:bookworm",
        "x:stable",
        "x:1.2.3-rc",
        "x:main-2024-01-01",
        "x:v3",
        "x:abcdef1",
        "x:2026",
        "x:20260101",
        "x:1-2",
        "x:--1",
        "x:_1",
        "é:1",
        "x:1é",
        &digest,
        &digest["nginx@sha256:".len()..],
    ] {
        assert_eq!(image(text), read(text), "{text}");
    }
}

proptest! {
    #[test]
    fn random_images_get_the_verdict_of_the_reader(text in "([a-z.:A-Z0-9\\[\\]-]{0,8}/)?[a-zA-Z0-9._/-]{0,10}(:[a-z0-9A-Z._-]{0,12})?(@sha256:[0-9a-f]{63,65})?") {
        prop_assert_eq!(image(&text), read(&text), "{}", text);
    }

    #[test]
    fn tags_of_words_get_the_verdict_of_the_reader(words in prop::collection::vec(prop_oneof![
        Just("latest"), Just("rc"), Just("Stable"), Just("3"), Just("1.27.3"), Just("v2"), Just("alpine"), Just("noble"), Just("deadbee"), Just(""), Just("20240101"),
    ], 1..4), joints in "[-_.]{3}") {
        let mut text = "x:".to_owned();
        for (word, joint) in words.iter().zip(joints.chars()) {
            text.push_str(word);
            text.push(joint);
        }
        text.pop();
        prop_assert_eq!(image(&text), read(&text), "{}", text);
    }

    #[test]
    fn random_hosts_get_the_verdict_of_the_reader(text in "(\\*\\.)?[a-zA-Z0-9._*-]{0,12}(\\.[a-z0-9-]{0,5}){0,3}") {
        prop_assume!(!text.to_lowercase().contains("xn--"));
        prop_assert_eq!(host(&text), HostPattern::parse(&text).is_ok(), "{}", text);
    }

    #[test]
    fn what_is_a_duration_here_is_the_same_to_the_reader(text in "([0-9]{1,6}(ns|us|ms|s|m|h|d|w|x|)){0,3}") {
        match duration(&text) {
            Some(duration) => prop_assert_eq!(Duration::parse(&text).ok(), Some(duration)),
            None => prop_assert!(text == "0" || Duration::parse(&text).is_err(), "{}", text),
        }
    }

    #[test]
    fn what_is_a_size_here_is_the_same_to_the_reader(text in "[0-9]{0,9}(b|B|k|kb|KiB|m|M|Mi|G|gb|t|P|x|bb|)") {
        match memory(&text) {
            Some(bytes) => prop_assert_eq!(Bytes::parse(&text).ok(), Some(bytes)),
            None => prop_assert!(Bytes::parse(&text).is_err(), "{}", text),
        }
    }
}
