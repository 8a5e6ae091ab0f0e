//! What pppd makes of an option's parameter: refused, taken as it looks, or taken for something else.
//!
//! In go what an option takes and the word behind it; out comes a [`Fault`], or nothing if all is well.

use std::fmt;

use super::number::{self, inet_addr, number};
use super::option_table::Takes;
use super::version::PppVersion;

/// What is wrong with a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It begins with no digit: pppd ends.
    NoNumber,
    /// It is a number, but pppd reads another one.
    TakenAs(i32),
    /// The number is too small or too large, and pppd ends.
    Range {
        /// The number.
        number: i32,
        /// What is taken.
        limits: Limits,
        /// A version that takes it all the same.
        unless: Option<PppVersion>,
    },
    /// A name that has to be looked up.
    Name(String),
    /// It is no netmask: pppd ends.
    Netmask,
    /// It is no NAME=VALUE: pppd ends.
    NoAssignment,
    /// An option before it forbids it: pppd ends.
    Disabled,
    /// The file of `call` has to lie below /etc/ppp/peers: pppd ends.
    Outside,
}

/// The numbers that an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The least.
    pub least: i32,
    /// The most; `None`: any.
    pub most: Option<i32>,
    /// 0 is taken as well.
    pub or_zero: bool,
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.or_zero {
            f.write_str("0, or ")?;
        }
        match self.most {
            Some(most) => write!(f, "{} to {most}", self.least),
            None => write!(f, "{} or more", self.least),
        }
    }
}

impl Fault {
    /// Whether pppd ends for it; `None`: that depends on a version that is not known, or on a DNS server.
    pub fn ends(&self, version: Option<PppVersion>) -> Option<bool> {
        match self {
            Self::NoNumber | Self::Netmask | Self::NoAssignment | Self::Disabled | Self::Outside => Some(true),
            Self::TakenAs(_) => Some(false),
            Self::Range { unless: None, .. } => Some(true),
            Self::Range { unless: Some(lenient), .. } => version.map(|version| version != *lenient),
            Self::Name(_) => None,
        }
    }
}

/// What is wrong with that word where an option takes such a value.
pub fn fault(takes: Takes, word: &str) -> Option<Fault> {
    match takes {
        Takes::Nothing | Takes::Text | Takes::File | Takes::Module => None,
        Takes::Number => ranged(word, None),
        Takes::AtLeast(least) => ranged(word, Some(Limits { least, most: None, or_zero: false })),
        Takes::Between(least, most) => ranged(word, Some(Limits { least, most: Some(most), or_zero: false })),
        Takes::Hex => match number::hex(word) {
            None => Some(Fault::NoNumber),
            Some(number) if !number.exact => Some(Fault::TakenAs(number.value)),
            Some(_) => None,
        },
        Takes::Codes { least, lenient } => codes(word, least, lenient),
        Takes::Address => inet_addr(word).is_none().then(|| Fault::Name(word.to_owned())),
        Takes::Netmask => (!is_netmask(word)).then_some(Fault::Netmask),
        Takes::Assignment => (word.find('=').unwrap_or(0) == 0).then_some(Fault::NoAssignment),
        Takes::Peer => {
            let outside = word.is_empty() || word.starts_with('/') || word.split('/').any(|part| part == "..");
            outside.then_some(Fault::Outside)
        }
    }
}

fn ranged(word: &str, limits: Option<Limits>) -> Option<Fault> {
    let Some(number) = number(word) else { return Some(Fault::NoNumber) };
    match limits {
        Some(limits) if number.value < limits.least || limits.most.is_some_and(|most| number.value > most) => {
            Some(Fault::Range { number: number.value, limits, unless: None })
        }
        _ => (!number.exact).then_some(Fault::TakenAs(number.value)),
    }
}

/// The most that a code of compression may have.
const MOST_CODE: i32 = 15;

/// `12` or `12,9`: nothing may follow.
fn codes(word: &str, least: i32, lenient: bool) -> Option<Fault> {
    let halves: Vec<&str> = word.splitn(2, ',').collect();
    for half in halves {
        let number = match number(half) {
            Some(number) if number.exact => number.value,
            _ => return Some(Fault::NoNumber),
        };
        if number != 0 && !(least..=MOST_CODE).contains(&number) {
            let limits = Limits { least, most: Some(MOST_CODE), or_zero: true };
            // 2.4.9 makes 9 of 8 where it knows better than zlib.
            let unless = (lenient && number == least - 1).then_some(PppVersion::V249);
            return Some(Fault::Range { number, limits, unless });
        }
    }
    None
}

/// Four numbers with dots between, or one number of more than 255 that has them all.
fn is_netmask(word: &str) -> bool {
    inet_addr(word).is_some_and(|_| word.matches('.').count() == 3)
        || word == "255.255.255.255"
        || !word.contains('.') && number(word).is_some_and(|number| number.exact && !(0..=255).contains(&number.value))
        || word.strip_prefix("0x").is_some_and(|hex| hex.len() > 2 && u32::from_str_radix(hex, 16).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::option_table::row;

    fn of(name: &str, word: &str) -> Option<Fault> {
        fault(row(name).map_or(Takes::Nothing, |row| row.takes), word)
    }

    fn limits(name: &str, word: &str) -> String {
        match of(name, word) {
            Some(Fault::Range { limits, .. }) => limits.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        // "mtu value must be between 128 and 16384", and so on.
        assert_eq!(limits("mtu", "70"), "128 to 16384");
        assert_eq!(limits("mtu", "16385"), "128 to 16384");
        assert_eq!(limits("maxconnect", "-1"), "0 or more");
        assert_eq!(limits("unit", "-1"), "0 or more");
        assert_eq!(limits("stop-bits", "3"), "1 to 2");
        assert_eq!(limits("vj-max-slots", "1"), "2 to 16");
        assert_eq!(limits("bsdcomp", "8"), "0, or 9 to 15");
        assert_eq!(limits("deflate", "15,16"), "0, or 9 to 15");
        for (name, word) in [("mtu", "0x100"), ("mru", "10"), ("idle", "-1"), ("maxconnect", "0x"), ("deflate", "0,15")]
        {
            assert!(!matches!(of(name, word), Some(Fault::Range { .. })), "{name} {word}");
        }
    }

    #[test]
    fn a_number_that_pppd_reads_otherwise_is_told_with_what_it_reads() {
        assert_eq!(of("idle", "08"), Some(Fault::TakenAs(0)));
        assert_eq!(of("idle", "5m"), Some(Fault::TakenAs(5)));
        assert_eq!(of("lcp-echo-interval", "4294967296"), Some(Fault::TakenAs(0)));
        assert_eq!(of("idle", "five"), Some(Fault::NoNumber));
        assert_eq!(of("asyncmap", "zz"), Some(Fault::NoNumber));
        assert_eq!(of("asyncmap", "0x20a0000"), None);
        assert_eq!(of("asyncmap", "200a0000"), None);
    }

    #[test]
    fn other_values_that_pppd_refuses_are_known() {
        assert_eq!(of("netmask", "99"), Some(Fault::Netmask));
        assert_eq!(of("netmask", "x"), Some(Fault::Netmask));
        for mask in ["255.0.255.0", "255.255.255.255", "0xffffff00"] {
            assert_eq!(of("netmask", mask), None, "{mask}");
        }
        assert_eq!(of("set", "x"), Some(Fault::NoAssignment));
        assert_eq!(of("set", "x=y"), None);
        assert_eq!([of("call", "/x"), of("call", "../x"), of("call", "a/..")], [const { Some(Fault::Outside) }; 3]);
        assert_eq!(of("ms-dns", "resolver"), Some(Fault::Name("resolver".to_owned())));
        assert_eq!(of("bsdcomp", "x"), Some(Fault::NoNumber));
    }
}
