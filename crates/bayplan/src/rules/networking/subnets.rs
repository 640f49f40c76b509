//! `172.28.0.0/16`: ranges of addresses.

use std::net::IpAddr;

/// A range of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subnet {
    is_v6: bool,
    /// The first address, as a number.
    pub first: u128,
    /// The last address, as a number.
    pub last: u128,
}

impl Subnet {
    /// Reads a range; nothing where it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.trim().split_once('/')?;
        let (is_v6, number) = number(address.parse().ok()?);
        let width = if is_v6 { 128 } else { 32 };
        let bits: u32 = bits.parse().ok().filter(|bits| *bits <= width)?;
        let rest = match width - bits {
            128 => u128::MAX,
            rest => (1 << rest) - 1,
        };
        Some(Self { is_v6, first: number & !rest, last: number | rest })
    }

    /// Whether an address is in the range.
    pub fn holds(self, address: IpAddr) -> bool {
        let (is_v6, number) = number(address);
        self.is_v6 == is_v6 && (self.first..=self.last).contains(&number)
    }

    /// Whether addresses are of the same version as those of the range.
    pub fn is_like(self, address: IpAddr) -> bool {
        self.is_v6 == address.is_ipv6()
    }

    /// Whether two ranges have an address in common.
    pub fn meets(self, other: Self) -> bool {
        self.is_v6 == other.is_v6 && self.first <= other.last && other.first <= self.last
    }
}

fn number(address: IpAddr) -> (bool, u128) {
    match address {
        IpAddr::V4(address) => (false, u32::from(address).into()),
        IpAddr::V6(address) => (true, address.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let subnet = |text: &str| Subnet::parse(text).unwrap();
        assert!(subnet("172.28.0.0/16").meets(subnet("172.28.5.0/24")));
        assert!(subnet("172.28.9.9/16").holds("172.28.0.1".parse().unwrap()));
        assert!(!subnet("172.28.0.0/16").meets(subnet("172.29.0.0/16")));
        assert!(!subnet("0.0.0.0/0").meets(subnet("::/0")));
        assert!(subnet("::/0").holds("fd00::1".parse().unwrap()));
        for text in ["", "172.28.0.0", "172.28.0.0/33", "::/129", "a/8", "1.2.3/8", "1.2.3.4/-1"] {
            assert_eq!(Subnet::parse(text), None, "{text}");
        }
    }
}
