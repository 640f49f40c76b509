//! Inputs made to break a reader end in an error, in bounded time and memory.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use bayplan_yaml::{Limits, SourceId, read};

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

#[test]
fn mutants_never_panic() {
    let sample = "x-a: &a\n  k: [1, 'two', \"th\\tree\"]\nservices:\n  web: # note\n    <<: *a\n    command: |\n      a\n      b\n    t: !reset null\n\ttab: 😀\n";
    let bytes: Vec<char> = sample.chars().collect();
    let alphabet: Vec<char> = ":-?[]{}#&*!|>'\"%@`,\n\t \\a0~<\u{85}\u{2028}\u{feff}😀".chars().collect();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize
    };
    for _ in 0..20_000 {
        let mut mutant = bytes.clone();
        for _ in 0..1 + next() % 4 {
            let at = next() % mutant.len();
            match next() % 3 {
                0 => drop(mutant.remove(at)),
                1 => mutant.insert(at, alphabet[next() % alphabet.len()]),
                _ => mutant[at] = alphabet[next() % alphabet.len()],
            }
        }
        let text: String = mutant.into_iter().collect();
        let read = read(&text, SourceId(0), &Limits::default());
        for document in &read.documents {
            for index in 0..document.len() {
                let span = document.node(bayplan_yaml::NodeId(index as u32)).span;
                assert!(text.get(span.start as usize..span.end as usize).is_some(), "span {span:?} of {text:?}");
            }
        }
    }
}
