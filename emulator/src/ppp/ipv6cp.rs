//! IPV6CP's option (RFC 5072 §4.1): an Interface-Identifier for either end, from which its link-local address is made.

use std::net::Ipv6Addr;

use super::control::{Protocol, Verdict};
use super::frame::IPV6CP;
use super::options::{RawOption, push};
use super::random::Random;

/// Interface-Identifier (RFC 5072 §4.1).
pub const INTERFACE_IDENTIFIER: u8 = 1;

/// IPV6CP's side of the negotiation.
#[derive(Clone, Debug)]
pub struct Ipv6cp {
    own: Option<u64>,
    peer: Option<u64>,
    random: Random,
}

impl Ipv6cp {
    /// Asks for an identifier from `random`.
    pub const fn new(random: Random) -> Self {
        Self { own: None, peer: None, random }
    }

    /// Our link-local address.
    pub fn local(&self) -> Option<Ipv6Addr> {
        self.own.map(link_local)
    }

    /// The peer's link-local address.
    pub fn peer(&self) -> Option<Ipv6Addr> {
        self.peer.map(link_local)
    }

    /// Not zero, and not marked as universally unique (RFC 5072 §4.1: the "u" bit of a random identifier is 0).
    fn fresh(&mut self) -> u64 {
        loop {
            let identifier = self.random.next() & !(0x02 << 56);
            if identifier != 0 {
                return identifier;
            }
        }
    }
}

/// fe80::/64 and the identifier (RFC 5072 §5).
fn link_local(identifier: u64) -> Ipv6Addr {
    Ipv6Addr::from_bits(0xfe80 << 112 | u128::from(identifier))
}

impl Protocol for Ipv6cp {
    const NUMBER: u16 = IPV6CP;

    fn reset(&mut self) {
        self.own = Some(self.fresh());
    }

    fn request(&self) -> Vec<u8> {
        let mut options = Vec::new();
        if let Some(own) = self.own {
            push(&mut options, INTERFACE_IDENTIFIER, &own.to_be_bytes());
        }
        options
    }

    fn nakked(&mut self, option: RawOption<'_>) {
        if let (INTERFACE_IDENTIFIER, Ok(octets)) = (option.kind, <[u8; 8]>::try_from(option.data)) {
            let proposed = u64::from_be_bytes(octets);
            self.own = Some(if proposed == 0 { self.fresh() } else { proposed });
        }
    }

    fn rejected(&mut self, option: RawOption<'_>) {
        if option.kind == INTERFACE_IDENTIFIER {
            self.own = None;
        }
    }

    fn begin_judging(&mut self) {
        self.peer = None;
    }

    fn judge(&mut self, option: RawOption<'_>) -> Verdict {
        if option.kind != INTERFACE_IDENTIFIER {
            return Verdict::Reject;
        }
        match <[u8; 8]>::try_from(option.data).map(u64::from_be_bytes) {
            // "If the two Interface-Identifiers are different but the received one is not zero ... acknowledged".
            Ok(peer) if peer != 0 && Some(peer) != self.own => {
                self.peer = Some(peer);
                Verdict::Ack
            }
            _ => Verdict::Nak(self.fresh().to_be_bytes().to_vec()),
        }
    }

    fn desired(&mut self, kind: u8) -> Option<Vec<u8>> {
        (kind == INTERFACE_IDENTIFIER).then(|| self.fresh().to_be_bytes().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_of_zero_or_like_ours_is_nakked_with_another() {
        let mut ipv6cp = Ipv6cp::new(Random::new(3));
        ipv6cp.reset();
        let ours = ipv6cp.own.unwrap_or_default();
        for data in [0_u64, ours].map(u64::to_be_bytes) {
            let verdict = ipv6cp.judge(RawOption { kind: INTERFACE_IDENTIFIER, data: &data });
            assert!(matches!(verdict, Verdict::Nak(other) if other != data));
        }
        assert_eq!(
            ipv6cp.judge(RawOption { kind: INTERFACE_IDENTIFIER, data: &[0, 0, 0, 0, 0, 0, 0, 5] }),
            Verdict::Ack
        );
        assert_eq!(ipv6cp.peer(), Some(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 5)));
        assert_eq!(ipv6cp.judge(RawOption { kind: 2, data: &[0, 0x61] }), Verdict::Reject);
    }
}
