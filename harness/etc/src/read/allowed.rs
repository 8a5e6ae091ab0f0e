//! The addresses that an account allows, and the one it gives (auth.c, `set_allowed_addrs`).
//!
//! In go the words behind the password, and the names of /etc/hosts and /etc/networks; out comes [`Allowed`]. The first word
//! that fits an address decides; an address that no word fits is denied. A word that pppd cannot read is passed over.

use std::net::Ipv4Addr;

use super::hosts::{Host, Hosts};

/// What an account allows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    ranges: Vec<Range>,
    /// The address it gives to a caller where the port has none, or one that it does not allow.
    pub given: Option<Ipv4Addr>,
    /// It gives an address by the number of the interface: `10.5.0.0/16+` gives 10.5.0.1 on ppp0.
    pub by_interface: bool,
    /// Words that pppd passes over: no address, no network, no name that anybody could know.
    pub passed_over: Vec<String>,
    /// Names that only a DNS server can know.
    pub names: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    permit: bool,
    /// `None`: a name whose address is not known.
    network: Option<(u32, u32)>,
}

impl Allowed {
    /// Reads the words.
    pub fn read(words: &[String], hosts: &Hosts) -> Self {
        let mut allowed = Self::default();
        for word in words {
            match word.as_str() {
                "-" => break,
                "*" => {
                    allowed.ranges.push(Range { permit: true, network: Some((0, 0)) });
                    break;
                }
                word => allowed.take(word, hosts),
            }
        }
        allowed
    }

    fn take(&mut self, word: &str, hosts: &Hosts) {
        let (permit, pattern) = word.strip_prefix('!').map_or((true, word), |rest| (false, rest));
        let (name, length) = pattern.split_once('/').map_or((pattern, None), |(name, length)| (name, Some(length)));
        let (mut mask, mut by_interface) = (u32::MAX, false);
        if let Some(length) = length {
            by_interface = length.ends_with('+');
            let bits = length.strip_suffix('+').unwrap_or(length).parse::<u32>();
            match bits {
                Ok(bits @ 1..=32) => mask = u32::MAX << (32 - bits),
                _ => return self.passed_over.push(word.to_owned()),
            }
        }
        let base = match hosts.host(name) {
            Host::Address(address) => u32::from(address),
            other => match hosts.network(name) {
                Some(network) => {
                    if length.is_none() {
                        mask = class_mask(network);
                    }
                    u32::from(network)
                }
                None if other == Host::Name => {
                    self.names.push(word.to_owned());
                    return self.ranges.push(Range { permit, network: None });
                }
                None => return self.passed_over.push(word.to_owned()),
            },
        };
        if by_interface {
            // One address of the network, and which one depends on the interface.
            self.by_interface = true;
        } else if mask == u32::MAX && self.given.is_none() && !self.by_interface {
            self.given = Some(Ipv4Addr::from(base));
        }
        self.ranges.push(Range { permit, network: Some((base & mask, mask)) });
    }

    /// Whether that address is allowed; `None`: a name decides that only a DNS server knows.
    pub fn allows(&self, address: Ipv4Addr) -> Option<bool> {
        for range in &self.ranges {
            let (base, mask) = range.network?;
            if u32::from(address) & mask == base {
                return Some(range.permit);
            }
        }
        Some(false)
    }

    /// Whether some address is allowed, as far as the words can be read.
    pub fn some(&self) -> bool {
        self.ranges.iter().any(|range| range.permit)
    }
}

/// The mask that a network without a length has by its first number.
const fn class_mask(network: Ipv4Addr) -> u32 {
    match network.octets()[0] {
        0..=127 => 0xff00_0000,
        128..=191 => 0xffff_0000,
        192..=223 => 0xffff_ff00,
        224.. => u32::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::tree;

    fn of(words: &str) -> Allowed {
        let hosts =
            Hosts::read(&tree(&[("hosts", "10.5.0.2 client1\n"), ("networks", "callers 10.6.0.0\nc 192.168.7.0\n")]));
        Allowed::read(&words.split(' ').map(str::to_owned).collect::<Vec<_>>(), &hosts)
    }

    const fn ip(a: u8, b: u8, c: u8, d: u8) -> Ipv4Addr {
        Ipv4Addr::new(a, b, c, d)
    }

    #[test]
    fn the_first_word_that_fits_decides_and_the_end_denies() {
        let allowed = of("!10.1.0.5 10.1.0.0/16 - *");
        assert_eq!(allowed.allows(ip(10, 1, 0, 5)), Some(false));
        assert_eq!(allowed.allows(ip(10, 1, 9, 9)), Some(true));
        assert_eq!(allowed.allows(ip(10, 2, 0, 1)), Some(false));
        assert_eq!(of("*").allows(ip(1, 2, 3, 4)), Some(true));
        assert_eq!(of("-").allows(ip(1, 2, 3, 4)), Some(false));
    }

    #[test]
    fn names_of_hosts_and_networks_are_addresses() {
        assert_eq!(of("client1").given, Some(ip(10, 5, 0, 2)));
        assert_eq!(of("callers").allows(ip(10, 200, 0, 1)), Some(true), "a network of class A");
        assert_eq!(of("c").allows(ip(192, 168, 8, 1)), Some(false));
        let unknown = of("some.host 10.0.0.1");
        assert_eq!(unknown.allows(ip(10, 0, 0, 1)), None);
        assert_eq!(unknown.names, ["some.host"]);
    }

    #[test]
    fn words_that_are_no_address_are_passed_over_and_allow_nothing() {
        // "unknown host 10.20.0.300 in auth. address list", then "Peer is not authorized to use remote address".
        let allowed = of("10.20.0.300 10.0.0.0/0 10.0.0.0/33 10.0.0.0/8x");
        assert_eq!(allowed.passed_over.len(), 4);
        assert!(!allowed.some() && allowed.allows(ip(10, 20, 0, 10)) == Some(false));
    }

    #[test]
    fn a_single_host_is_given_even_if_it_is_denied() {
        assert_eq!(of("10.0.0.0/8 10.9.9.9").given, Some(ip(10, 9, 9, 9)));
        let denied = of("!10.0.0.1 *");
        assert_eq!((denied.given, denied.allows(ip(10, 0, 0, 1))), (Some(ip(10, 0, 0, 1)), Some(false)));
        assert!(of("10.5.0.0/16+").by_interface && of("10.5.0.0/16+").given.is_none());
    }
}
