//! Inputs made to break a reader end in an error, in bounded time and memory.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use bayplan_yaml::{Limits, SourceId, read, read_bytes};
use support::{Chance, SAMPLES, mutant};

fn refused(name: &str, text: &str) {
    let read = read(text, SourceId(0), &Limits::default());
    assert!(!read.errors.is_empty(), "{name} was read");
    assert!(read.errors.iter().all(|error| error.help.is_some() || !error.message.is_empty()), "{name}");
}

#[test]
fn alias_expansion() {
    let mut list = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    let mut merge = "a0: &a0 {k: v}\n".to_owned();
    for level in 1..12 {
        let below = level - 1;
        let many = vec![format!("*a{below}"); 9].join(", ");
        list.push_str(&format!("a{level}: &a{level} [{many}]\n"));
        merge.push_str(&format!("a{level}: &a{level} {{<<: [{many}], k{level}: {{<<: *a{below}, z: [{many}]}}}}\n"));
    }
    refused("a list of aliases", &list);
    refused("a merge of aliases", &merge);
}

#[test]
fn deep_nesting() {
    for open in ["[", "{a: ", "- ", "? ", "a:\n"] {
        refused(open, &open.repeat(100_000));
    }
    let mut stairs = String::new();
    for level in 0..2_000 {
        stairs.push_str(&format!("{}a:\n", " ".repeat(level)));
    }
    refused("stairs", &stairs);
}

#[test]
fn large_scalars_and_files() {
    refused("100 MB", &format!("k: {}", "x".repeat(100 << 20)));
    let text = format!("k: \"{}\"\n", "x".repeat(8 << 20));
    assert!(read(&text, SourceId(0), &Limits::default()).errors.is_empty());
}

#[test]
fn many_keys_and_comments() {
    let keys: String = (0..50_000).map(|n| format!("k{n}: {n}\n")).collect();
    let read_keys = read(&keys, SourceId(0), &Limits::default());
    assert!(read_keys.errors.is_empty());
    assert_eq!(read_keys.first().and_then(|node| node.as_map()).map(|map| map.len()), Some(50_000));
    let comments = format!("a:\n{}  b: 1\n", "  # comment\n".repeat(200_000));
    assert!(read(&comments, SourceId(0), &Limits::default()).errors.is_empty());
}

#[test]
fn anchors_in_themselves() {
    refused("a list in itself", "a: &a [*a]\n");
    refused("a mapping in itself", "a: &a {b: *a}\n");
    refused("a merge of itself", "a: &a {<<: *a}\n");
}

/// The deepest that is read, by every way down at once, on a small stack: 512 KB, a quarter of what a test thread has.
#[test]
fn the_deepest_fits_a_small_stack() {
    let mut text = String::new();
    for level in 0..120 {
        let below = if level == 0 { "{k: v}".to_owned() } else { format!("*a{}", level - 1) };
        text.push_str(&format!("a{level}: &a{level} {{<<: [{{m{level}: [{{<<: {below}}}]}}]}}\n"));
    }
    for open in ["[", "{a: ", "- ", "? ", "{<<: [", "- ? - "] {
        text.push_str("---\n");
        text.push_str(&open.repeat(140));
        text.push('\n');
        text.push_str("---\n");
        text.push_str(&open.repeat(100));
        text.push_str("\n...\n");
    }
    let deep = |open: &str, close: &str| format!("k: {}v{}\n", open.repeat(126), close.repeat(126));
    let texts = vec![text, deep("[", "]"), deep("{<<: ", "}"), deep("{a: ", "}"), deep("[{a: ", "}]")];
    let thread = std::thread::Builder::new().stack_size(512 << 10);
    let done = thread.spawn(move || {
        for text in texts {
            let read = read(&text, SourceId(0), &Limits::default());
            drop(read.clone());
        }
    });
    done.unwrap().join().unwrap();
}

/// Two thousand services that share one fragment, in more than a megabyte, are no bomb.
#[test]
fn a_large_honest_file_is_read() {
    let mut text = "x-common: &common\n  restart: unless-stopped\n  logging: {driver: json-file, options: {max-size: 10m}}\nservices:\n".to_owned();
    for n in 0..2_000 {
        text.push_str(&format!(
            "  # service {n}\n  service-{n}:\n    <<: *common\n    image: registry.example.com/team/service-{n}:1.{n}.0\n    command: [serve, --port, \"{n}\", --long-option-to-make-the-file-large={}]\n    environment:\n      A: \"{n}\"\n      B: ${{B:-{n}}}\n      C: 'text of some length, so that the file is a megabyte when it is done'\n    networks: [front, back]\n    healthcheck: {{test: [CMD, \"true\"], interval: 10s, retries: 3}}\n    labels:\n      - some.label.of.service={n}\n    deploy:\n      resources:\n        limits: {{cpus: \"0.5\", memory: 64M}}\n",
            "x".repeat(60)
        ));
    }
    assert!(text.len() > 1 << 20, "{}", text.len());
    let read = read(&text, SourceId(0), &Limits::default());
    assert!(read.errors.is_empty(), "{:?}", read.errors.first());
    let services = read.first().unwrap().get("services").unwrap().as_map().unwrap();
    assert_eq!(services.len(), 2_000);
    assert!(services.values().all(|entry| entry.value.get("logging").is_some()));
}

/// Docker Compose stops at 100,000 values; so do we, and say where.
#[test]
fn more_values_than_docker_reads() {
    let text = |count: usize| (0..count).map(|n| format!("- {n}\n")).collect::<String>();
    // the list itself is one
    assert!(read(&text(99_999), SourceId(0), &Limits::default()).errors.is_empty());
    let over = read(&text(100_001), SourceId(0), &Limits::default());
    assert_eq!(over.errors.len(), 1);
    assert_eq!(over.errors[0].at.span.slice(&text(100_001)), "100000");
}

#[test]
fn mutants_never_panic() {
    let mut chance = Chance::new(1);
    for n in 0..20_000 {
        let text = mutant(SAMPLES[n % SAMPLES.len()], &mut chance);
        let read = read(&text, SourceId(0), &Limits::default());
        for error in &read.errors {
            let span = error.at.span;
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{error:?} of {text:?}");
        }
    }
}

#[test]
fn bytes_never_panic() {
    let mut chance = Chance::new(2);
    for n in 0..4_000 {
        let mut bytes = SAMPLES[n % SAMPLES.len()].as_bytes().to_vec();
        for _ in 0..1 + chance.below(6) {
            let at = chance.below(bytes.len());
            bytes[at] = chance.below(256) as u8;
        }
        match read_bytes(&bytes, SourceId(0), &Limits::default()) {
            Ok((text, _)) => assert_eq!(text.as_bytes(), bytes),
            Err(error) => assert!((error.at.span.end as usize) <= bytes.len()),
        }
    }
}
