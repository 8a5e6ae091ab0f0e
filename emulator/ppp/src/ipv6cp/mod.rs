//! IPV6CP's option (RFC 5072 §4.1): an Interface-Identifier for either end, from which its link-local address is made.

mod option;

use std::net::Ipv6Addr;

use offhook_clock::Random;

pub use self::option::*;
use crate::control::{Protocol, Verdict};
use crate::frame::IPV6CP;
use crate::options::RawOption;

/// IPV6CP's side of the negotiation.
#[derive(Clone, Debug)]
pub struct Ipv6cp {
    own: Option<u64>,
    peer: Option<u64>,
    /// What the peer's last Configure-Request says its identifier is.
    judged: Option<u64>,
    /// The peer has named an identifier, or was told to.
    has_asked: bool,
    random: Random,
}

impl Ipv6cp {
    /// Asks for an identifier from `random`.
    pub const fn new(random: Random) -> Self {
        Self { own: None, peer: None, judged: None, has_asked: false, random }
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
pub fn link_local(identifier: u64) -> Ipv6Addr {
    Ipv6Addr::from_bits(0xfe80 << 112 | u128::from(identifier))
}

impl Protocol for Ipv6cp {
    const NUMBER: u16 = IPV6CP;

    fn reset(&mut self) {
        self.own = Some(self.fresh());
        self.has_asked = false;
    }

    fn request(&self) -> Vec<u8> {
        let mut options = Vec::new();
        if let Some(own) = self.own {
            Ipv6cpOption::InterfaceIdentifier(own).emit(&mut options);
        }
        options
    }

    fn nakked(&mut self, option: RawOption<'_>) {
        if let Ipv6cpOption::InterfaceIdentifier(proposed) = Ipv6cpOption::parse(option) {
            self.own = Some(if proposed == 0 { self.fresh() } else { proposed });
        }
    }

    fn rejected(&mut self, option: RawOption<'_>) {
        if option.kind == INTERFACE_IDENTIFIER {
            self.own = None;
        }
    }

    fn begin_judging(&mut self) {
        self.judged = None;
    }

    fn agree(&mut self) {
        self.peer = self.judged;
    }

    /// A peer without identifier is told one. "If the next Configure-Request does not include this option, the peer MUST NOT
    /// send another Configure-Nak with this option included" (RFC 5072 §4.1).
    fn missing(&mut self) -> Vec<(u8, Vec<u8>)> {
        let has_asked = std::mem::replace(&mut self.has_asked, true);
        let identifier = self.desired(INTERFACE_IDENTIFIER).filter(|_| !has_asked);
        identifier.map(|identifier| (INTERFACE_IDENTIFIER, identifier)).into_iter().collect()
    }

    fn judge(&mut self, option: RawOption<'_>) -> Verdict {
        self.has_asked |= option.kind == INTERFACE_IDENTIFIER;
        match Ipv6cpOption::parse(option) {
            // "If the two Interface-Identifiers are different but the received one is not zero ... acknowledged".
            Ipv6cpOption::InterfaceIdentifier(peer) if peer != 0 && Some(peer) != self.own => {
                self.judged = Some(peer);
                Verdict::Ack
            }
            _ => self.desired(option.kind).map_or(Verdict::Reject, Verdict::Nak),
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
        ipv6cp.agree();
        assert_eq!(ipv6cp.peer(), Some(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 5)));
        assert_eq!(ipv6cp.judge(RawOption { kind: 2, data: &[0, 0x61] }), Verdict::Reject);
    }

    #[test]
    fn a_peer_without_an_identifier_is_told_one_once() {
        let mut ipv6cp = Ipv6cp::new(Random::new(3));
        ipv6cp.reset();
        let told = ipv6cp.missing();
        assert!(matches!(&told[..], [(INTERFACE_IDENTIFIER, data)] if data.len() == 8));
        assert_ne!(Some(told[0].1.clone()), ipv6cp.own.map(|own| own.to_be_bytes().to_vec()));
        assert!(ipv6cp.missing().is_empty());
        ipv6cp.reset();
        ipv6cp.judge(RawOption { kind: INTERFACE_IDENTIFIER, data: &[0; 8] });
        assert!(ipv6cp.missing().is_empty(), "it was Nak'ed already");
    }
}
