//! IPCP of the end that dials in: it asks for an address, 0.0.0.0 meaning any, takes what the peer names instead
//! (unless told otherwise, [`Wanted`]), and rejects everything the peer may ask for but its own address.

use std::net::Ipv4Addr;

use super::{ADDRESS, IpcpOption, PRIMARY_DNS, PRIMARY_NBNS, SECONDARY_DNS, SECONDARY_NBNS, Wanted, address};
use crate::control::Verdict;
use crate::options::{RawOption, push};

/// Configure-Naks for the address after which one that insists on another takes them for a Configure-Reject: a peer
/// need not be as finite as pppd, which has sent its last one after 100.
pub(super) const MOST_NAKS: u32 = 200;

/// IPCP's side of the negotiation. An option that is `None` is not asked for.
#[derive(Clone, Debug)]
pub(super) struct Asking {
    wanted: Wanted,
    address: Option<Ipv4Addr>,
    /// Configure-Naks for an address that was insisted on.
    naks: u32,
    dns: [Option<Ipv4Addr>; 2],
    wins: [Option<Ipv4Addr>; 2],
    peer: Option<Ipv4Addr>,
    /// What the peer's last Configure-Request says its address is.
    judged: Option<Ipv4Addr>,
    /// The peer was asked for its address, or told that it gets none from us.
    has_asked: bool,
}

impl Asking {
    /// Asks for what is `wanted`.
    pub(super) const fn new(wanted: Wanted) -> Self {
        Self {
            wanted,
            address: None,
            naks: 0,
            dns: [None; 2],
            wins: [None; 2],
            peer: None,
            judged: None,
            has_asked: false,
        }
    }

    /// Whether our address is none of the peer's business.
    pub(super) const fn has_no_address(&self) -> bool {
        self.wanted.address.is_none()
    }

    /// The address that alone will do.
    pub(super) fn insists(&self) -> Option<Ipv4Addr> {
        self.wanted.address.filter(|_| self.wanted.insist)
    }

    /// Our address, once agreed on.
    pub(super) fn local(&self) -> Option<Ipv4Addr> {
        self.address.filter(|address| !address.is_unspecified())
    }

    /// The peer's address, if it told.
    pub(super) fn peer(&self) -> Option<Ipv4Addr> {
        self.peer.filter(|address| !address.is_unspecified())
    }

    /// The name servers the peer gave, primary first, one that was given twice once.
    pub(super) fn dns(&self) -> Vec<Ipv4Addr> {
        given(self.dns)
    }

    /// Likewise the WINS servers.
    pub(super) fn wins(&self) -> Vec<Ipv4Addr> {
        given(self.wins)
    }

    fn slot(&mut self, kind: u8) -> Option<&mut Option<Ipv4Addr>> {
        match kind {
            ADDRESS => Some(&mut self.address),
            PRIMARY_DNS => Some(&mut self.dns[0]),
            SECONDARY_DNS => Some(&mut self.dns[1]),
            PRIMARY_NBNS => Some(&mut self.wins[0]),
            SECONDARY_NBNS => Some(&mut self.wins[1]),
            _ => None,
        }
    }
}

impl Asking {
    pub(super) fn reset(&mut self) {
        self.address = self.wanted.address;
        self.naks = 0;
        self.has_asked = false;
        self.dns = [self.wanted.dns.then_some(Ipv4Addr::UNSPECIFIED); 2];
        self.wins = [self.wanted.wins.then_some(Ipv4Addr::UNSPECIFIED); 2];
    }

    pub(super) fn request(&self) -> Vec<u8> {
        let mut options = Vec::new();
        let asked = [
            (ADDRESS, self.address),
            (PRIMARY_DNS, self.dns[0]),
            (PRIMARY_NBNS, self.wins[0]),
            (SECONDARY_DNS, self.dns[1]),
            (SECONDARY_NBNS, self.wins[1]),
        ];
        for (kind, address) in asked {
            if let Some(address) = address {
                push(&mut options, kind, &address.octets());
            }
        }
        options
    }

    pub(super) fn nakked(&mut self, option: RawOption<'_>) {
        let Some(proposed) = address(option) else { return };
        if option.kind == ADDRESS && (self.wanted.insist || self.has_no_address()) {
            self.naks += 1;
            if self.naks >= MOST_NAKS {
                self.address = None;
            }
            return;
        }
        // The peer may append IP-Address if we did not ask for it (§3.3); name servers nobody asked for are not taken.
        if let Some(slot) = self.slot(option.kind)
            && (slot.is_some() || option.kind == ADDRESS)
        {
            *slot = Some(proposed);
        }
    }

    pub(super) fn rejected(&mut self, option: RawOption<'_>) {
        if let Some(slot) = self.slot(option.kind) {
            *slot = None;
        }
    }

    pub(super) fn begin_judging(&mut self) {
        self.judged = None;
    }

    pub(super) const fn agree(&mut self) {
        self.peer = self.judged;
    }

    /// "If negotiation about the remote IP-address is required, and the peer did not provide the option ... the option
    /// SHOULD be appended to a Configure-Nak" (RFC 1332 §3.3). A peer that has none to tell, or cannot, is asked once.
    pub(super) fn missing(&mut self) -> Option<Ipv4Addr> {
        let asks = self.judged.is_none() && !std::mem::replace(&mut self.has_asked, true);
        asks.then_some(Ipv4Addr::UNSPECIFIED)
    }

    pub(super) fn judge(&mut self, option: RawOption<'_>) -> Verdict {
        match IpcpOption::parse(option) {
            // 0.0.0.0 asks us for an address (§3.3), and a caller has none to give.
            IpcpOption::Address(address) if !address.is_unspecified() => {
                self.judged = Some(address);
                Verdict::Ack
            }
            IpcpOption::Address(_) => {
                self.has_asked = true;
                Verdict::Reject
            }
            // The old IP-Addresses (1), name servers, anything else.
            _ => Verdict::Reject,
        }
    }
}

/// The servers that the peer named, one that it named twice once.
fn given(servers: [Option<Ipv4Addr>; 2]) -> Vec<Ipv4Addr> {
    let mut servers: Vec<_> = servers.into_iter().flatten().filter(|address| !address.is_unspecified()).collect();
    servers.dedup();
    servers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(address: Option<Ipv4Addr>, insist: bool, dns: bool) -> Asking {
        let mut ipcp = Asking::new(Wanted { address, insist, dns, wins: false });
        ipcp.reset();
        ipcp
    }

    #[test]
    fn who_insists_asks_for_the_same_address_until_it_is_rejected() {
        let own = Ipv4Addr::new(10, 0, 0, 9);
        let other = RawOption { kind: ADDRESS, data: &[192, 168, 32, 105] };
        let mut insisting = asking(Some(own), true, true);
        insisting.nakked(other);
        insisting.nakked(RawOption { kind: PRIMARY_DNS, data: &[9, 9, 9, 9] });
        assert_eq!(insisting.request()[..12], [3, 6, 10, 0, 0, 9, 129, 6, 9, 9, 9, 9]);
        assert_eq!(insisting.local(), Some(own));
        insisting.rejected(RawOption { kind: ADDRESS, data: &own.octets() });
        insisting.nakked(other);
        assert_eq!((insisting.request()[0], insisting.local()), (PRIMARY_DNS, None));
    }

    #[test]
    fn nobody_is_asked_for_the_same_address_for_ever() {
        let mut insisting = asking(Some(Ipv4Addr::new(10, 0, 0, 9)), true, false);
        let other = RawOption { kind: ADDRESS, data: &[192, 168, 32, 105] };
        let rounds = std::iter::from_fn(|| (!insisting.request().is_empty()).then(|| insisting.nakked(other))).count();
        assert_eq!(rounds, 200);
    }

    #[test]
    fn wins_servers_are_asked_for_if_wanted_and_told_apart_from_name_servers() {
        let mut ipcp = Asking::new(Wanted { dns: false, wins: true, ..Wanted::default() });
        ipcp.reset();
        assert_eq!(ipcp.request()[6..], [130, 6, 0, 0, 0, 0, 132, 6, 0, 0, 0, 0]);
        ipcp.nakked(RawOption { kind: PRIMARY_NBNS, data: &[10, 0, 0, 1] });
        ipcp.rejected(RawOption { kind: SECONDARY_NBNS, data: &[0; 4] });
        assert_eq!((ipcp.wins(), ipcp.dns()), (vec![Ipv4Addr::new(10, 0, 0, 1)], vec![]));
    }

    #[test]
    fn without_an_address_to_tell_none_is_told_even_if_asked() {
        let mut silent = asking(None, false, false);
        silent.nakked(RawOption { kind: ADDRESS, data: &[192, 168, 32, 105] });
        assert!(silent.request().is_empty() && silent.has_no_address());
    }

    #[test]
    fn the_peers_proposals_are_taken_and_its_rejections_obeyed() {
        let mut ipcp = asking(Some(Ipv4Addr::UNSPECIFIED), false, true);
        assert_eq!(ipcp.request(), [3, 6, 0, 0, 0, 0, 129, 6, 0, 0, 0, 0, 131, 6, 0, 0, 0, 0]);
        ipcp.nakked(RawOption { kind: ADDRESS, data: &[192, 168, 32, 105] });
        ipcp.nakked(RawOption { kind: PRIMARY_DNS, data: &[9, 9, 9, 9] });
        ipcp.rejected(RawOption { kind: SECONDARY_DNS, data: &[0; 4] });
        assert_eq!(ipcp.request(), [3, 6, 192, 168, 32, 105, 129, 6, 9, 9, 9, 9]);
        assert_eq!(ipcp.local(), Some(Ipv4Addr::new(192, 168, 32, 105)));
        assert_eq!(ipcp.dns(), [Ipv4Addr::new(9, 9, 9, 9)]);
    }

    #[test]
    fn only_the_peers_own_address_is_acceptable() {
        let mut ipcp = asking(Some(Ipv4Addr::UNSPECIFIED), false, false);
        assert_eq!(ipcp.judge(RawOption { kind: ADDRESS, data: &[10, 0, 0, 1] }), Verdict::Ack);
        ipcp.agree();
        assert_eq!(ipcp.peer(), Some(Ipv4Addr::new(10, 0, 0, 1)));
        ipcp.begin_judging();
        assert_eq!(ipcp.peer(), Some(Ipv4Addr::new(10, 0, 0, 1)), "until the next request is agreed to");
        for (kind, data) in [(ADDRESS, &[0; 4][..]), (ADDRESS, &[1]), (2, &[0, 0x2d, 15, 1]), (PRIMARY_DNS, &[0; 4])] {
            assert_eq!(ipcp.judge(RawOption { kind, data }), Verdict::Reject);
        }
    }

    #[test]
    fn a_peer_that_tells_no_address_is_asked_for_it_once_and_not_if_it_has_none() {
        let mut ipcp = asking(Some(Ipv4Addr::UNSPECIFIED), false, false);
        assert_eq!([0; 2].map(|_| ipcp.missing()), [Some(Ipv4Addr::UNSPECIFIED), None]);
        ipcp.reset();
        assert_eq!(ipcp.judge(RawOption { kind: ADDRESS, data: &[0; 4] }), Verdict::Reject);
        assert_eq!(ipcp.missing(), None);
        ipcp.reset();
        assert_eq!(ipcp.judge(RawOption { kind: ADDRESS, data: &[10, 0, 0, 1] }), Verdict::Ack);
        assert_eq!(ipcp.missing(), None);
    }

    #[test]
    fn a_name_server_given_twice_counts_once_and_one_not_asked_for_not_at_all() {
        let mut ipcp = asking(Some(Ipv4Addr::UNSPECIFIED), false, true);
        for kind in [PRIMARY_DNS, SECONDARY_DNS] {
            ipcp.nakked(RawOption { kind, data: &[9, 9, 9, 9] });
        }
        assert_eq!(ipcp.dns().len(), 1);
        let mut ipcp = asking(Some(Ipv4Addr::UNSPECIFIED), false, false);
        ipcp.nakked(RawOption { kind: PRIMARY_DNS, data: &[9, 9, 9, 9] });
        assert!(ipcp.dns().is_empty());
    }
}
