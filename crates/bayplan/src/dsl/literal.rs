//! `image!("postgres:17.5")`, `host!("shop.example.org")`, `duration!("30s")`, `memory!("512M")`: literals that rustc checks.
//!
//! Each macro asks one function of this module in a `const` block, so that what is wrong stops the compiler at the literal. The
//! functions are the grammar of [`crate::value`] once more, in what a `const fn` can say; the tests hold both to the same verdicts.

use crate::value::{Bytes, Duration};

/// An image whose literal rustc has checked, or one that is checked when the fleet is compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image(String);

impl Image {
    /// An image whose name is not known to rustc, such as `shop:${TAG}`. It is held to the same rules when the fleet is compiled.
    pub fn checked_later(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is wrong with the literal of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Fits,
    /// It is no image reference.
    Invalid,
    /// It has neither tag nor digest: `latest` is meant.
    Untagged,
    /// Its tag moves with every release.
    Moving,
}

/// An [`Image`] whose literal is valid and pinned, or a compile error.
///
/// ```
/// use bayplan::prelude::*;
/// let web = image!("ghcr.io/acme/shop:1.8.2");
/// assert_eq!(web.as_str(), "ghcr.io/acme/shop:1.8.2");
/// ```
/// ```compile_fail
/// bayplan::image!("postgres:latest");
/// ```
#[macro_export]
macro_rules! image {
    ($text:literal) => {{
        const {
            match $crate::dsl::literal::image($text) {
                $crate::dsl::literal::Verdict::Fits => {}
                $crate::dsl::literal::Verdict::Invalid => {
                    panic!(concat!("`", $text, "` is no image reference: write `[registry/]name:tag`, in lower case"))
                }
                $crate::dsl::literal::Verdict::Untagged => panic!(concat!(
                    "the image `",
                    $text,
                    "` has no tag, which the policy `unpinned-image` forbids: \
                     name a full version, such as `:1.27.3`, or a digest"
                )),
                $crate::dsl::literal::Verdict::Moving => panic!(concat!(
                    "the tag of the image `",
                    $text,
                    "` moves, which the policy `unpinned-image` forbids: \
                     name a full version, such as `:1.27.3`, or a digest"
                )),
            }
        }
        $crate::dsl::Image::checked_later($text)
    }};
}

/// A host name, as a text, or a compile error.
///
/// ```
/// use bayplan::prelude::*;
/// assert_eq!(host!("shop.example.org"), "shop.example.org");
/// ```
/// ```compile_fail
/// bayplan::host!("shop_1.example.org");
/// ```
#[macro_export]
macro_rules! host {
    ($text:literal) => {{
        const {
            assert!(
                $crate::dsl::literal::host($text),
                concat!("`", $text, "` is no host name: write letters, digits, `-` and dots, a label of at most 63")
            );
        }
        $text
    }};
}

/// A [`Duration`], or a compile error.
///
/// ```
/// use bayplan::prelude::*;
/// assert_eq!(duration!("1m30s").as_secs_f64(), 90.0);
/// ```
/// ```compile_fail
/// bayplan::duration!("30 seconds");
/// ```
#[macro_export]
macro_rules! duration {
    ($text:literal) => {{
        const {
            match $crate::dsl::literal::duration($text) {
                Some(duration) => duration,
                None => panic!(concat!(
                    "`",
                    $text,
                    "` is no duration: write whole numbers with units, such as `30s` or `1m30s`"
                )),
            }
        }
    }};
}

/// [`Bytes`], or a compile error. Units are powers of 1024, as in Compose.
///
/// ```
/// use bayplan::prelude::*;
/// assert_eq!(memory!("512M").0, 512 << 20);
/// ```
/// ```compile_fail
/// bayplan::memory!("512 megabytes");
/// ```
#[macro_export]
macro_rules! memory {
    ($text:literal) => {{
        const {
            match $crate::dsl::literal::memory($text) {
                Some(bytes) => bytes,
                None => panic!(concat!(
                    "`",
                    $text,
                    "` is no size: write a whole number with a unit, such as `512M` or `2G`"
                )),
            }
        }
    }};
}

/// What is wrong with an image reference: its grammar, and how firmly it names one image.
pub const fn image(text: &str) -> Verdict {
    let b = text.as_bytes();
    if b.is_empty() || is_image_id(b) {
        return Verdict::Invalid;
    }
    let mut at = 0;
    while at < b.len() {
        if !b[at].is_ascii_graphic() {
            return Verdict::Invalid;
        }
        at += 1;
    }
    let slash = find(b, b'/', 0, b.len());
    let has_registry = slash < b.len() && is_registry(b, slash);
    if has_registry && !fits_registry(b, slash) {
        return Verdict::Invalid;
    }
    let start = if has_registry { slash + 1 } else { 0 };
    let digest = find(b, b'@', start, b.len());
    let tag = find(b, b':', start, digest);
    let official = (!has_registry || is_docker_hub(b, slash)) && find(b, b'/', start, tag) == tag;
    if !fits_repository(b, start, tag, official) {
        return Verdict::Invalid;
    }
    if tag < digest && !fits_tag(b, tag + 1, digest) || digest < b.len() && !fits_digest(b, digest + 1) {
        return Verdict::Invalid;
    }
    if digest < b.len() {
        Verdict::Fits
    } else if tag == digest {
        Verdict::Untagged
    } else if moves(b, tag + 1, digest) {
        Verdict::Moving
    } else {
        Verdict::Fits
    }
}

/// Whether a text is a host name, or a name below `*.`.
pub const fn host(text: &str) -> bool {
    let b = text.as_bytes();
    let start = if b.len() > 1 && b[0] == b'*' && b[1] == b'.' { 2 } else { 0 };
    let end = if b.len() > start && b[b.len() - 1] == b'.' { b.len() - 1 } else { b.len() };
    if end == start || end - start > 253 {
        return false;
    }
    let mut label = start;
    loop {
        let dot = find(b, b'.', label, end);
        if dot == label || dot - label > 63 || b[label] == b'-' || b[dot - 1] == b'-' {
            return false;
        }
        // What punycode stands for is no matter for a `const fn`.
        if begins(b, label, dot, b"xn--") {
            return false;
        }
        let (mut numeric, mut at) = (true, label);
        while at < dot {
            if !b[at].is_ascii_alphanumeric() && b[at] != b'-' {
                return false;
            }
            numeric = numeric && b[at].is_ascii_digit();
            at += 1;
        }
        if dot == end {
            return !numeric;
        }
        label = dot + 1;
    }
}

/// A duration of whole numbers with units.
pub const fn duration(text: &str) -> Option<Duration> {
    const UNITS: [(&[u8], i64); 8] = [
        (b"ns", 1),
        (b"us", 1_000),
        (b"ms", 1_000_000),
        (b"s", 1_000_000_000),
        (b"m", 60_000_000_000),
        (b"h", 3_600_000_000_000),
        (b"d", 86_400_000_000_000),
        (b"w", 604_800_000_000_000),
    ];
    let b = text.as_bytes();
    let (mut at, mut total) = (0, 0i64);
    if b.is_empty() {
        return None;
    }
    while at < b.len() {
        let Some((number, unit)) = number(b, at) else { return None };
        let mut end = unit;
        while end < b.len() && !b[end].is_ascii_digit() {
            end += 1;
        }
        let mut which = 0;
        while which < UNITS.len() && !is(b, unit, end, UNITS[which].0) {
            which += 1;
        }
        if which == UNITS.len() {
            return None;
        }
        let Some(part) = number.checked_mul(UNITS[which].1) else { return None };
        total = match total.checked_add(part) {
            Some(total) => total,
            None => return None,
        };
        at = end;
    }
    Some(Duration(total))
}

/// A size as a whole number with a unit.
pub const fn memory(text: &str) -> Option<Bytes> {
    let b = text.as_bytes();
    let Some((number, unit)) = number(b, 0) else { return None };
    let power = match b.len() - unit {
        0 => 0,
        length => {
            let power = match b[unit].to_ascii_lowercase() {
                b'b' if length == 1 => 0,
                b'k' => 1,
                b'm' => 2,
                b'g' => 3,
                b't' => 4,
                b'p' => 5,
                _ => return None,
            };
            let rest = unit + 1;
            let fits = length == 1 || is_lower(b, rest, b"b") || is_lower(b, rest, b"ib");
            if !fits {
                return None;
            }
            power
        }
    };
    match number.checked_mul(1i64 << (10 * power)) {
        Some(bytes) => Some(Bytes(bytes)),
        None => None,
    }
}

/// The number at `at`, and where it ends.
const fn number(b: &[u8], mut at: usize) -> Option<(i64, usize)> {
    let (start, mut number) = (at, 0i64);
    while at < b.len() && b[at].is_ascii_digit() {
        number = match number.checked_mul(10) {
            Some(number) => match number.checked_add((b[at] - b'0') as i64) {
                Some(number) => number,
                None => return None,
            },
            None => return None,
        };
        at += 1;
    }
    if at == start { None } else { Some((number, at)) }
}

/// Where `byte` stands between two places; the second one where it does not.
const fn find(b: &[u8], byte: u8, mut at: usize, end: usize) -> usize {
    while at < end && b[at] != byte {
        at += 1;
    }
    at
}

const fn is(b: &[u8], start: usize, end: usize, word: &[u8]) -> bool {
    end - start == word.len() && begins(b, start, end, word)
}

const fn is_lower(b: &[u8], start: usize, word: &[u8]) -> bool {
    b.len() - start == word.len() && begins(b, start, b.len(), word)
}

/// Whether the bytes begin with `word`, in either case.
const fn begins(b: &[u8], start: usize, end: usize, word: &[u8]) -> bool {
    let mut at = 0;
    while at < word.len() {
        if start + at >= end || b[start + at].to_ascii_lowercase() != word[at] {
            return false;
        }
        at += 1;
    }
    true
}

const fn is_lower_hex(byte: u8) -> bool {
    byte.is_ascii_digit() || (byte >= b'a' && byte <= b'f')
}

const fn is_image_id(b: &[u8]) -> bool {
    let mut at = 0;
    while at < b.len() && is_lower_hex(b[at]) {
        at += 1;
    }
    at == b.len() && at == 64
}

/// Whether what stands before the first slash is a registry.
const fn is_registry(b: &[u8], slash: usize) -> bool {
    let mut at = 0;
    let localhost = slash == 9 && {
        let mut same = true;
        let word = b"localhost";
        while at < 9 {
            same = same && b[at] == word[at];
            at += 1;
        }
        same
    };
    at = 0;
    while at < slash {
        if b[at] == b'.' || b[at] == b':' || b[at].is_ascii_uppercase() {
            return true;
        }
        at += 1;
    }
    localhost
}

const fn is_docker_hub(b: &[u8], slash: usize) -> bool {
    exactly(b, slash, b"docker.io") || exactly(b, slash, b"index.docker.io")
}

const fn exactly(b: &[u8], end: usize, word: &[u8]) -> bool {
    if end != word.len() {
        return false;
    }
    let mut at = 0;
    while at < end {
        if b[at] != word[at] {
            return false;
        }
        at += 1;
    }
    true
}

const fn fits_registry(b: &[u8], slash: usize) -> bool {
    let mut at = 0;
    let port = if b[0] == b'[' {
        let close = find(b, b']', 1, slash);
        if close == slash || close == 1 {
            return false;
        }
        at = 1;
        while at < close {
            if !b[at].is_ascii_hexdigit() && b[at] != b':' {
                return false;
            }
            at += 1;
        }
        close + 1
    } else {
        let colon = find(b, b':', 0, slash);
        loop {
            let dot = find(b, b'.', at, colon);
            if dot == at || b[at] == b'-' || b[dot - 1] == b'-' {
                return false;
            }
            while at < dot {
                if !b[at].is_ascii_alphanumeric() && b[at] != b'-' {
                    return false;
                }
                at += 1;
            }
            if dot == colon {
                break;
            }
            at = dot + 1;
        }
        colon
    };
    if port == slash {
        return true;
    }
    at = port + 1;
    if b[port] != b':' || at == slash {
        return false;
    }
    while at < slash {
        if !b[at].is_ascii_digit() {
            return false;
        }
        at += 1;
    }
    true
}

const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

const fn fits_repository(b: &[u8], start: usize, end: usize, official: bool) -> bool {
    if start == end || end - start + if official { 8 } else { 0 } > 255 {
        return false;
    }
    let mut part = start;
    loop {
        let slash = find(b, b'/', part, end);
        if slash == part || !is_plain(b[part]) || !is_plain(b[slash - 1]) {
            return false;
        }
        let mut at = part;
        while at < slash {
            if is_plain(b[at]) {
                at += 1;
                continue;
            }
            let run = at;
            while !is_plain(b[at]) {
                if b[at] != b[run] {
                    return false;
                }
                at += 1;
            }
            let fits = match b[run] {
                b'.' => at - run == 1,
                b'_' => at - run <= 2,
                b'-' => true,
                _ => false,
            };
            if !fits {
                return false;
            }
        }
        if slash == end {
            return true;
        }
        part = slash + 1;
    }
}

const fn fits_tag(b: &[u8], start: usize, end: usize) -> bool {
    if start == end || end - start > 128 || b[start] == b'.' || b[start] == b'-' {
        return false;
    }
    let mut at = start;
    while at < end {
        if !b[at].is_ascii_alphanumeric() && b[at] != b'_' && b[at] != b'.' && b[at] != b'-' {
            return false;
        }
        at += 1;
    }
    true
}

const fn fits_digest(b: &[u8], start: usize) -> bool {
    let colon = find(b, b':', start, b.len());
    if colon == b.len() || colon - start != 6 || b[start] != b's' || b[start + 1] != b'h' || b[start + 2] != b'a' {
        return false;
    }
    let wanted = match (b[start + 3], b[start + 4], b[start + 5]) {
        (b'2', b'5', b'6') => 64,
        (b'3', b'8', b'4') => 96,
        (b'5', b'1', b'2') => 128,
        _ => return false,
    };
    let mut at = colon + 1;
    while at < b.len() {
        if !is_lower_hex(b[at]) {
            return false;
        }
        at += 1;
    }
    b.len() - colon - 1 == wanted
}

/// Whether a tag is moved with releases: it has a word that says so, or no version at all.
const fn moves(b: &[u8], start: usize, end: usize) -> bool {
    let (mut version_start, mut version_end, mut numeric) = (end, end, 0);
    let mut part = start;
    loop {
        let (next, digits, all) = part_of(b, part, end);
        if all {
            numeric += 1;
        }
        if digits && version_start == end {
            (version_start, version_end) = (part, next);
        }
        if next >= end {
            break;
        }
        part = next + 1;
    }
    let has_version = version_start < end;
    let exact = has_version && (numeric > 1 || !is_bare_major(b, version_start, version_end));
    let mut codename = false;
    let mut word = start;
    loop {
        let mut stop = word;
        while stop < end && b[stop] != b'-' && b[stop] != b'_' && b[stop] != b'.' {
            stop += 1;
        }
        if any(b, word, stop, &crate::value::image::ALWAYS_MOVING)
            || !exact && any(b, word, stop, &crate::value::image::MOVING_ALONE)
        {
            return true;
        }
        codename = codename || any(b, word, stop, &crate::value::image::CODENAMES);
        if stop >= end {
            break;
        }
        word = stop + 1;
    }
    !exact && !has_version && !codename
}

/// Where the part ends (at `-` or `_`), whether it holds digits, and whether nothing else.
const fn part_of(b: &[u8], start: usize, end: usize) -> (usize, bool, bool) {
    let (mut at, mut some, mut all) = (start, false, true);
    while at < end && b[at] != b'-' && b[at] != b'_' {
        let digit = b[at].is_ascii_digit();
        some = some || digit;
        all = all && digit;
        at += 1;
    }
    (at, some, all)
}

const fn any(b: &[u8], start: usize, end: usize, words: &[&str]) -> bool {
    let mut at = 0;
    while at < words.len() {
        if is(b, start, end, words[at].as_bytes()) {
            return true;
        }
        at += 1;
    }
    false
}

/// `15`, `v3`, `jdk17`; but no date, build number or hash.
const fn is_bare_major(b: &[u8], start: usize, end: usize) -> bool {
    let (mut at, mut hex) = (start, true);
    while at < end && b[at].is_ascii_alphabetic() {
        hex = hex && b[at].is_ascii_hexdigit();
        at += 1;
    }
    let digits = end - at;
    let hash = end - start >= 7 && hex;
    while at < end {
        if !b[at].is_ascii_digit() {
            return false;
        }
        at += 1;
    }
    !hash && digits >= 1 && digits <= 4
}

#[cfg(test)]
#[path = "literal_tests.rs"]
mod tests;
