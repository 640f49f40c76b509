//! Files that nobody would write: the literate cases, torn, joined and filled with other bytes. `cargo fuzz` does the same
//! for as long as one lets it (`tests/fuzz`); this is a short and repeatable part of it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use bayplan_tests::anything::{NEXT, survive, survive_lint};
use bayplan_tests::case::Document;
use std::fmt::Write;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How many repositories are made.
const COUNT: usize = 1_500;
/// Of so many, one is mended, too.
const MENDED: usize = 10;

/// Numbers that are the same on every machine (Steele and Vigna, SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end.max(1) as u64) as usize
    }
}

#[test]
fn whatever_stands_in_files_linting_ends() {
    let texts = texts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"));
    assert!(texts.len() > 200, "{} texts", texts.len());
    let mut dice = Dice(7);
    for round in 0..COUNT {
        let bytes = torn(&texts, &mut dice);
        let survived = catch_unwind(|| if round % MENDED == 0 { survive(&bytes) } else { survive_lint(&bytes) });
        assert!(survived.is_ok(), "round {round}:\n{}", String::from_utf8_lossy(&bytes));
    }
}

/// Fixes that cannot be made, beside others in the same services, once were looked for one by one.
#[test]
fn many_fixes_that_quarrel_end_soon() {
    let mut text = "services:\n".to_owned();
    for number in 0..40 {
        let _ = writeln!(
            text,
            "  s{number}: {{ image: \"nginx:1.27.3\", extends: [b], restart: always, restat: no, imgae: x, read_only: true }}"
        );
    }
    let start = Instant::now();
    survive(text.as_bytes());
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
}

/// One to eight texts, each as it is or changed in a few places.
fn torn(texts: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    const WORDS: [&[u8]; 16] = [
        b"${",
        b"}",
        b"*a",
        b"&a ",
        b"<<: ",
        b"!reset ",
        b"- ",
        b": ",
        b"\t",
        b"\r\n",
        b"\xff",
        b"{{",
        b"'",
        b"# bayplan: allow(",
        b"[",
        b"\0",
    ];
    let mut whole = Vec::new();
    for number in 0..=dice.below(4) {
        if number > 0 {
            whole.extend_from_slice(NEXT);
        }
        let mut text = texts[dice.below(texts.len())].clone();
        for _ in 0..dice.below(4) {
            let at = dice.below(text.len() + 1);
            match dice.below(4) {
                0 => text.truncate(at),
                1 => drop(text.drain(at..(at + dice.below(40)).min(text.len()))),
                2 => drop(text.splice(at..at, WORDS[dice.below(WORDS.len())].iter().copied())),
                _ => {
                    let other = &texts[dice.below(texts.len())];
                    let from = dice.below(other.len());
                    let part = other[from..(from + dice.below(80)).min(other.len())].to_vec();
                    drop(text.splice(at..at, part));
                }
            }
        }
        whole.extend_from_slice(&text);
    }
    whole
}

/// The files of all cases, in the order of their paths.
fn texts(folder: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut texts = Vec::new();
    for path in paths {
        if path.is_dir() {
            texts.extend(self::texts(&path));
        } else {
            let document = Document::read(&fs::read_to_string(path).unwrap()).unwrap();
            texts.extend(document.cases.into_iter().flat_map(|case| case.files).map(|file| file.content));
        }
    }
    texts.retain(|text| text.len() < 20_000);
    texts
}
