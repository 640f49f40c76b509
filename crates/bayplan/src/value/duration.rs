//! `1m30s`, `1.5h`, `2d`: lengths of time, by the grammar of `xhit/go-str2duration`, printed as Go prints a
//! `time.Duration`.

use super::{Invalid, scalar};
use std::fmt;

/// A length of time in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration(pub i64);

const UNITS: [(&str, i64); 10] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", SECOND),
    ("m", 60 * SECOND),
    ("h", 3_600 * SECOND),
    ("d", 86_400 * SECOND),
    ("w", 604_800 * SECOND),
];
const SECOND: i64 = 1_000_000_000;

impl Duration {
    /// That many seconds.
    pub const fn from_secs(seconds: u32) -> Self {
        Self(seconds as i64 * SECOND)
    }

    /// The length in seconds, with fractions.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / SECOND as f64
    }

    /// Reads a sequence of numbers with units.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let not_a_duration = || {
            Invalid::whole(text, format!("`{text}` is not a duration"))
                .help("write numbers with units, such as `30s` or `1m30s`")
        };
        let too_long =
            || Invalid::whole(text, format!("`{text}` is longer than 292 years")).help("write a shorter time");
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        if unsigned == "0" {
            return Ok(Self(0));
        }
        if unsigned.is_empty() {
            return Err(not_a_duration());
        }
        let mut total: i64 = 0;
        let mut rest = unsigned;
        while !rest.is_empty() {
            let at = text.len() - rest.len();
            let (whole, after) = split_digits(rest);
            let (fraction, after) = match after.strip_prefix('.') {
                Some(after) => split_digits(after),
                None => ("", after),
            };
            if whole.is_empty() && fraction.is_empty() {
                return Err(not_a_duration());
            }
            let end = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
            let (unit, after_unit) = after.split_at(end);
            let number = &rest[..rest.len() - after.len()];
            if unit.is_empty() {
                return Err(Invalid::part(at, number, format!("`{number}` has no unit"))
                    .help(format!("add a unit, such as `{number}s`")));
            }
            let Some((_, nanoseconds)) = UNITS.iter().find(|(name, _)| *name == unit) else {
                return Err(Invalid::part(text.len() - after.len(), unit, format!("`{unit}` is not a unit of time"))
                    .help("use `ns`, `us`, `ms`, `s`, `m`, `h`, `d` or `w`"));
            };
            let value = scale(whole, fraction, *nanoseconds).ok_or_else(too_long)?;
            total = total.checked_add(value).ok_or_else(too_long)?;
            rest = after_unit;
        }
        Ok(Self(if text.starts_with('-') { -total } else { total }))
    }
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

/// `whole.fraction` times `unit`; fractions keep as many digits as fit, as in Go.
fn scale(whole: &str, fraction: &str, unit: i64) -> Option<i64> {
    let whole = if whole.is_empty() { 0 } else { whole.parse::<i64>().ok()? };
    let value = whole.checked_mul(unit)?;
    let mut digits: i64 = 0;
    let mut scale = 1.0;
    for digit in fraction.bytes() {
        let next = digits.checked_mul(10).and_then(|digits| digits.checked_add(i64::from(digit - b'0')));
        let Some(next) = next else { break };
        digits = next;
        scale *= 10.0;
    }
    value.checked_add((digits as f64 * (unit as f64 / scale)) as i64)
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanoseconds = self.0.unsigned_abs();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let second = SECOND.unsigned_abs();
        match nanoseconds {
            0 => f.write_str("0s"),
            1..1_000 => write!(f, "{nanoseconds}ns"),
            1_000..1_000_000 => write!(f, "{}µs", decimal(nanoseconds, 1_000)),
            1_000_000..1_000_000_000 => write!(f, "{}ms", decimal(nanoseconds, 1_000_000)),
            _ => {
                let (hours, minutes) = (nanoseconds / (3_600 * second), nanoseconds / (60 * second) % 60);
                if hours > 0 {
                    write!(f, "{hours}h")?;
                }
                if hours > 0 || minutes > 0 {
                    write!(f, "{minutes}m")?;
                }
                write!(f, "{}s", decimal(nanoseconds % (60 * second), second))
            }
        }
    }
}

/// `value / unit` as a decimal number without trailing zeros; `unit` is a power of ten.
fn decimal(value: u64, unit: u64) -> String {
    let fraction = value % unit;
    if fraction == 0 {
        return (value / unit).to_string();
    }
    let width = unit.ilog10() as usize;
    let digits = format!("{fraction:0width$}");
    format!("{}.{}", value / unit, digits.trim_end_matches('0'))
}

scalar!(
    Duration,
    "a duration",
    Text,
    "A length of time: numbers with the units `ns`, `us`, `ms`, `s`, `m`, `h`, `d` or `w`.",
    ["30s", "1m30s", "1.5h"]
);

#[cfg(test)]
mod tests {
    use super::super::{accepts, refuses};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_print_as_go_prints_them() {
        accepts::<Duration>(&[
            ("0", "0s"),
            ("+0", "0s"),
            ("5s", "5s"),
            ("30s", "30s"),
            ("1478s", "24m38s"),
            ("-5s", "-5s"),
            ("+5s", "5s"),
            ("-0", "0s"),
            ("5.0s", "5s"),
            ("5.6s", "5.6s"),
            ("5.s", "5s"),
            (".5s", "500ms"),
            ("1.004s", "1.004s"),
            ("100.00100s", "1m40.001s"),
            ("10ns", "10ns"),
            ("11us", "11µs"),
            ("12µs", "12µs"),
            ("12μs", "12µs"),
            ("13ms", "13ms"),
            ("1.5h", "1h30m0s"),
            ("1h", "1h0m0s"),
            ("3h30m", "3h30m0s"),
            ("10.5s4m", "4m10.5s"),
            ("-2m3.4s", "-2m3.4s"),
            ("1h2m3s4ms5us6ns", "1h2m3.004005006s"),
            ("39h9m14.425s", "39h9m14.425s"),
            ("1d", "24h0m0s"),
            ("1w2d", "216h0m0s"),
            ("0.3333333333333333333h", "20m0s"),
            ("52763797000ns", "52.763797s"),
            ("9223372036854775807ns", "2562047h47m16.854775807s"),
            ("0.100000000000000000000h", "6m0s"),
        ]);
    }

    #[test]
    fn other_texts_are_refused() {
        refuses::<Duration>(&[
            ("", "", "`` is not a duration"),
            ("-", "-", "`-` is not a duration"),
            ("s", "s", "`s` is not a duration"),
            (".", ".", "`.` is not a duration"),
            (".s", ".s", "`.s` is not a duration"),
            ("3", "3", "`3` has no unit"),
            ("1h30", "30", "`30` has no unit"),
            ("1m 30s", "m ", "`m ` is not a unit of time"),
            ("1y", "y", "`y` is not a unit of time"),
            ("3M", "M", "`M` is not a unit of time"),
            ("30S", "S", "`S` is not a unit of time"),
            ("30sec", "sec", "`sec` is not a unit of time"),
            ("9223372036854775808ns", "9223372036854775808ns", "`9223372036854775808ns` is longer than 292 years"),
            ("3000000h", "3000000h", "`3000000h` is longer than 292 years"),
            ("99999999999999999999s", "99999999999999999999s", "`99999999999999999999s` is longer than 292 years"),
        ]);
    }

    proptest! {
        #[test]
        fn every_duration_reads_back(nanoseconds in any::<i64>()) {
            prop_assume!(nanoseconds != i64::MIN);
            prop_assert_eq!(Duration::parse(&Duration(nanoseconds).to_string()), Ok(Duration(nanoseconds)));
        }

        #[test]
        fn no_text_panics(text in "[-+0-9.a-zµ ]{0,20}") {
            let _ = Duration::parse(&text);
        }
    }
}
