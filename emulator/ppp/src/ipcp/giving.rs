//! IPCP of the end that answers: it tells its own address, and gives the peer one, and name servers.

use std::net::Ipv4Addr;

use super::asking::MOST_NAKS;
use super::{ADDRESS, Given, PRIMARY_DNS, PRIMARY_NBNS, SECONDARY_DNS, SECONDARY_NBNS, address};
use crate::control::Verdict;
use crate::options::{RawOption, push};

/// The giving side of the negotiation.
#[derive(Clone, Debug)]
pub(super) struct Giving {
    given: Given,
    /// Whether the peer is told our address.
    tells: bool,
    /// Configure-Naks for our address.
    naks: u32,
    peer: Option<Ipv4Addr>,
    /// What the peer's last Configure-Request says its address is, and whether that may be.
    judged: Option<Ipv4Addr>,
    /// The peer has asked for an address, or was told to.
    has_asked: bool,
}

impl Giving {
    pub(super) const fn new(given: Given) -> Self {
        Self { given, tells: true, naks: 0, peer: None, judged: None, has_asked: false }
    }

    pub(super) const fn local(&self) -> Ipv4Addr {
        self.given.local
    }

    pub(super) const fn peer(&self) -> Option<Ipv4Addr> {
        self.peer
    }

    pub(super) const fn set_remote(&mut self, remote: Ipv4Addr) {
        self.given.remote = Some(remote);
    }

    pub(super) const fn reset(&mut self) {
        self.tells = true;
        self.naks = 0;
        self.has_asked = false;
    }

    pub(super) fn request(&self) -> Vec<u8> {
        let mut options = Vec::new();
        if self.tells {
            push(&mut options, ADDRESS, &self.given.local.octets());
        }
        options
    }

    /// Our address is ours. A peer that goes on asking for another is taken to reject it.
    pub(super) const fn nakked(&mut self, option: RawOption<'_>) {
        if option.kind == ADDRESS {
            self.naks += 1;
            self.tells &= self.naks < MOST_NAKS;
        }
    }

    pub(super) const fn rejected(&mut self, option: RawOption<'_>) {
        if option.kind == ADDRESS {
            self.tells = false;
        }
    }

    pub(super) const fn begin_judging(&mut self) {
        self.judged = None;
    }

    pub(super) const fn agree(&mut self) {
        self.peer = self.judged;
    }

    /// The address of a peer that did not ask for it (RFC 1332 §3.3), named once: a peer that cannot have one has none.
    pub(super) const fn missing(&mut self) -> Option<Ipv4Addr> {
        let has_asked = std::mem::replace(&mut self.has_asked, true);
        if has_asked { None } else { self.given.remote }
    }

    pub(super) fn judge(&mut self, option: RawOption<'_>) -> Verdict {
        let asked = address(option);
        self.has_asked |= option.kind == ADDRESS;
        match self.given(option.kind) {
            Some(given) if asked == Some(given) => {
                if option.kind == ADDRESS {
                    self.judged = Some(given);
                }
                Verdict::Ack
            }
            Some(given) => Verdict::Nak(given.octets().to_vec()),
            None => match (option.kind, asked) {
                (ADDRESS, Some(own)) if !own.is_unspecified() => {
                    self.judged = Some(own);
                    Verdict::Ack
                }
                // The old IP-Addresses (1), anything that there is none to give of.
                _ => Verdict::Reject,
            },
        }
    }

    /// For a peer whose option has an impossible Length (RFC 1661 §6).
    pub(super) fn desired(&self, kind: u8) -> Option<Vec<u8>> {
        self.given(kind).map(|given| given.octets().to_vec())
    }

    /// The one address that will do in an option of this kind.
    fn given(&self, kind: u8) -> Option<Ipv4Addr> {
        let Given { remote, dns, wins, .. } = &self.given;
        match kind {
            ADDRESS => *remote,
            PRIMARY_DNS => dns.first().copied(),
            SECONDARY_DNS => dns.get(1).or(dns.first()).copied(),
            PRIMARY_NBNS => wins.first().copied(),
            SECONDARY_NBNS => wins.get(1).or(wins.first()).copied(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
    const REMOTE: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);
    const DNS: Ipv4Addr = Ipv4Addr::new(9, 9, 9, 9);

    fn giving(remote: Option<Ipv4Addr>, dns: &[Ipv4Addr]) -> Giving {
        Giving::new(Given { local: LOCAL, remote, dns: dns.to_vec(), wins: Vec::new() })
    }

    fn judge(giving: &mut Giving, kind: u8, data: &[u8]) -> Verdict {
        giving.judge(RawOption { kind, data })
    }

    #[test]
    fn the_peer_gets_the_address_that_is_meant_for_it_and_no_other() {
        let mut giving = giving(Some(REMOTE), &[]);
        let nak = Verdict::Nak(REMOTE.octets().to_vec());
        for data in [&[0; 4][..], &[10, 0, 0, 3], &[], &[1, 2, 3, 4, 5]] {
            assert_eq!((judge(&mut giving, ADDRESS, data), giving.judged), (nak.clone(), None));
        }
        assert_eq!((judge(&mut giving, ADDRESS, &REMOTE.octets()), giving.peer()), (Verdict::Ack, None));
        giving.agree();
        giving.begin_judging();
        assert_eq!(giving.peer(), Some(REMOTE), "until the next request is agreed to");
    }

    #[test]
    fn a_peer_that_does_not_ask_for_its_address_is_told_it_once() {
        let mut silent = giving(Some(REMOTE), &[]);
        assert_eq!([0; 2].map(|_| silent.missing()), [Some(REMOTE), None]);
        let mut asking = giving(Some(REMOTE), &[]);
        judge(&mut asking, ADDRESS, &[0; 4]);
        assert_eq!(asking.missing(), None);
        assert_eq!(giving(None, &[]).missing(), None);
    }

    #[test]
    fn without_an_address_to_give_the_peer_keeps_its_own_if_it_has_one() {
        let mut giving = giving(None, &[]);
        assert_eq!(judge(&mut giving, ADDRESS, &[0; 4]), Verdict::Reject);
        assert_eq!((judge(&mut giving, ADDRESS, &REMOTE.octets()), giving.judged), (Verdict::Ack, Some(REMOTE)));
    }

    #[test]
    fn one_name_server_is_given_twice_two_are_given_both_and_none_is_rejected() {
        let second = Ipv4Addr::new(1, 1, 1, 1);
        for (dns, primary, secondary) in
            [(&[][..], None, None), (&[DNS], Some(DNS), Some(DNS)), (&[DNS, second], Some(DNS), Some(second))]
        {
            let mut giving = giving(Some(REMOTE), dns);
            for (kind, given) in [(PRIMARY_DNS, primary), (SECONDARY_DNS, secondary)] {
                let verdict = given.map_or(Verdict::Reject, |given| Verdict::Nak(given.octets().to_vec()));
                assert_eq!(judge(&mut giving, kind, &[0; 4]), verdict);
            }
        }
        assert_eq!(judge(&mut giving(Some(REMOTE), &[DNS]), 2, &[0, 0x2d, 15, 1]), Verdict::Reject);
    }

    #[test]
    fn a_peer_that_naks_our_address_for_ever_is_told_none_in_the_end() {
        let mut giving = giving(None, &[]);
        let other = RawOption { kind: ADDRESS, data: &REMOTE.octets() };
        let rounds = std::iter::from_fn(|| (!giving.request().is_empty()).then(|| giving.nakked(other))).count();
        assert_eq!((rounds, giving.local()), (200, LOCAL));
        giving.reset();
        assert_eq!(giving.request(), [3, 6, 10, 0, 0, 1]);
    }
}
