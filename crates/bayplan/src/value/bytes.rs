//! `512m`, `1.5 GiB`, `-1`: amounts of memory and storage, by the grammar of `docker/go-units` `RAMInBytes`: every unit is
//! a power of 1024, `k` and `kb` and `kib` alike.

use super::{Invalid, scalar};
use std::fmt;

/// An amount in bytes. Negative where Compose gives it a meaning (`memswap_limit: -1`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bytes(pub i64);

const UNITS: [(char, u32); 5] = [('k', 1), ('m', 2), ('g', 3), ('t', 4), ('p', 5)];

impl Bytes {
    /// Reads an integer number of bytes, or a number with a unit.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if let Ok(bytes) = text.parse::<i64>() {
            return Ok(Self(bytes));
        }
        let not_a_size = || {
            Invalid::whole(text, format!("`{text}` is not a size"))
                .help("write a number and a unit, such as `512m` or `1.5g`")
        };
        let Some(last) = text.rfind(|c: char| c.is_ascii_digit() || c == '.' || c == ' ') else {
            return Err(not_a_size());
        };
        let unit_at = last + 1;
        let number = if text.as_bytes().get(last) == Some(&b' ') { &text[..last] } else { &text[..unit_at] };
        let unit = &text[unit_at..];
        let number_fits = number.bytes().all(|b| b.is_ascii_digit() || b".+-eE".contains(&b));
        let Some(number) = number.parse::<f64>().ok().filter(|number| number_fits && number.is_finite()) else {
            return Err(not_a_size());
        };
        if number < 0.0 {
            return Err(Invalid::whole(text, format!("`{text}` is negative")).help("write a positive size"));
        }
        let Some(power) = power_of(unit) else {
            return Err(Invalid::part(unit_at, unit, format!("`{unit}` is not a unit of size"))
                .help("use `b`, `k`, `m`, `g`, `t` or `p`; each is 1024 times the one before"));
        };
        let bytes = number * 1024f64.powi(power);
        if bytes >= i64::MAX as f64 {
            return Err(Invalid::whole(text, format!("`{text}` is more than 8 EiB")).help("write a smaller size"));
        }
        Ok(Self(bytes as i64))
    }

    /// The amount with the largest unit that divides it: `512m`, `1536k`, `1000b`.
    pub fn short(self) -> String {
        let fits = |(_, power): &&(char, u32)| self.0 != 0 && self.0 % 1024i64.pow(*power) == 0;
        match UNITS.iter().rev().find(fits) {
            Some((unit, power)) => format!("{}{unit}", self.0 / 1024i64.pow(*power)),
            None => format!("{}b", self.0),
        }
    }
}

/// The power of 1024 that a unit stands for.
fn power_of(unit: &str) -> Option<i32> {
    let unit = unit.to_ascii_lowercase();
    if unit.is_empty() || unit == "b" {
        return Some(0);
    }
    let mut letters = unit.chars();
    let first = letters.next()?;
    let power = UNITS.iter().find(|(letter, _)| *letter == first)?.1;
    matches!(letters.as_str(), "" | "b" | "ib").then_some(power as i32)
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

scalar!(
    Bytes,
    "a size",
    Integer,
    "A number of bytes, or a number with the unit `b`, `k`, `m`, `g`, `t` or `p`; each unit is 1024 times the one before.",
    ["512m", "1.5g", "64 KiB"]
);

#[cfg(test)]
mod tests {
    use super::super::{accepts, refuses};
    use super::*;

    #[test]
    fn every_unit_is_a_power_of_1024() {
        accepts::<Bytes>(&[
            ("32", "32"),
            ("-1", "-1"),
            ("+5", "5"),
            ("32b", "32"),
            ("32B", "32"),
            ("32k", "32768"),
            ("32K", "32768"),
            ("32kb", "32768"),
            ("32Kb", "32768"),
            ("32Kib", "32768"),
            ("32KIB", "32768"),
            ("32Mb", "33554432"),
            ("32Gb", "34359738368"),
            ("32Tb", "35184372088832"),
            ("32Pb", "36028797018963968"),
            ("32PB", "36028797018963968"),
            ("32P", "36028797018963968"),
            ("32.", "32"),
            ("32.0 B", "32"),
            ("32.3", "32"),
            ("32.3 mb", "33869004"),
            (".3kB", "307"),
            ("1e3k", "1024000"),
            ("0m", "0"),
            ("64k", "65536"),
            ("1gb", "1073741824"),
        ]);
    }

    #[test]
    fn other_texts_are_refused() {
        refuses::<Bytes>(&[
            ("", "", "`` is not a size"),
            ("hello", "hello", "`hello` is not a size"),
            (".", ".", "`.` is not a size"),
            (". ", ". ", "`. ` is not a size"),
            (" ", " ", "` ` is not a size"),
            ("  ", "  ", "`  ` is not a size"),
            (" .", " .", "` .` is not a size"),
            (" 32", " 32", "` 32` is not a size"),
            ("-32m", "-32m", "`-32m` is negative"),
            ("-32.5", "-32.5", "`-32.5` is negative"),
            ("32e", "e", "`e` is not a unit of size"),
            ("32bb", "bb", "`bb` is not a unit of size"),
            ("32BIB", "BIB", "`BIB` is not a unit of size"),
            ("32kba", "kba", "`kba` is not a unit of size"),
            ("32mm", "mm", "`mm` is not a unit of size"),
            ("1E", "E", "`E` is not a unit of size"),
            ("32  mb", "32  mb", "`32  mb` is not a size"),
            ("1_000", "1_000", "`1_000` is not a size"),
            ("inf 0", "inf 0", "`inf 0` is not a size"),
            ("999999p", "999999p", "`999999p` is more than 8 EiB"),
        ]);
    }

    #[test]
    fn short_forms_read_back() {
        for (bytes, short) in
            [(0, "0b"), (1024, "1k"), (536_870_912, "512m"), (1_610_612_736, "1536m"), (1000, "1000b")]
        {
            assert_eq!(Bytes(bytes).short(), short);
            assert_eq!(Bytes::parse(short), Ok(Bytes(bytes)));
        }
    }
}
