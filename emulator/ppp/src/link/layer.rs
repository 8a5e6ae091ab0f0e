//! A script that plays a layer by hand, in place of its automaton: which layers are frozen, octets that go on the line as they
//! are, and what the script has agreed on.

use offhook_clock::Instant;

use super::{Link, Phase};
use crate::auth::Method;
use crate::frame::{CCP, CHAP, EAP, IPCP, IPV6CP, LCP, PAP};
use crate::lcp::Settings;

/// A layer of a link that can be frozen: a control protocol, or the authentication protocols together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Layer {
    /// The Link Control Protocol.
    Lcp,
    /// PAP, CHAP and EAP.
    Authentication,
    /// The Internet Protocol Control Protocol.
    Ipcp,
    /// The IPv6 Control Protocol.
    Ipv6cp,
    /// The Compression Control Protocol.
    Ccp,
}

impl Layer {
    /// All of them, from the line upwards.
    pub const ALL: [Self; 5] = [Self::Lcp, Self::Authentication, Self::Ipcp, Self::Ipv6cp, Self::Ccp];

    /// The layer that packets with this Protocol field belong to, if any does.
    pub const fn of(protocol: u16) -> Option<Self> {
        match protocol {
            LCP => Some(Self::Lcp),
            PAP | CHAP | EAP => Some(Self::Authentication),
            IPCP => Some(Self::Ipcp),
            IPV6CP => Some(Self::Ipv6cp),
            CCP => Some(Self::Ccp),
            _ => None,
        }
    }
}

/// Which layers are frozen.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Frozen([bool; Layer::ALL.len()]);

impl Frozen {
    pub(super) const fn has(self, layer: Layer) -> bool {
        self.0[layer as usize]
    }
}

impl Link {
    /// Freezes `layer`: packets of its protocols that come in are told and have no effect, what its automaton would send is
    /// not sent, and its deadlines are not observed. What happens to the layers below it is handled as before. If LCP is
    /// frozen before carrier comes, the link stays in [`Phase::Establish`] with nothing sent.
    ///
    /// A link that is closed while LCP is frozen is over at once: nothing is said to the peer.
    pub const fn freeze(&mut self, layer: Layer) {
        self.frozen.0[layer as usize] = true;
    }

    /// Takes back [`Self::freeze`]. A deadline that has passed in the meantime is observed now; what came in in the meantime
    /// is not handled any more.
    pub const fn thaw(&mut self, layer: Layer) {
        self.frozen.0[layer as usize] = false;
    }

    /// Whether `layer` is frozen.
    pub const fn is_frozen(&self, layer: Layer) -> bool {
        self.frozen.has(layer)
    }

    /// Leaves packets with this Protocol field, which belongs to no [`Layer`], to a script, or takes them back: they are told
    /// and have no effect, not even a Protocol-Reject.
    pub fn leave(&mut self, protocol: u16, to_script: bool) {
        self.left.retain(|known| *known != protocol);
        if to_script {
            self.left.push(protocol);
        }
    }

    /// Whether packets with this Protocol field are neither handled nor sent.
    pub(super) fn is_protocol_frozen(&self, protocol: u16) -> bool {
        self.left.contains(&protocol) || Layer::of(protocol).is_some_and(|layer| self.is_frozen(layer))
    }

    /// Puts octets on the line as they are, whatever they are: no flags, no FCS, no transparency. No event tells of them. A
    /// link that has fallen silent drops them.
    pub fn send_octets(&mut self, octets: Vec<u8>) {
        if !self.is_silent && !octets.is_empty() {
            self.transmits.push_back(octets);
        }
    }

    /// Takes LCP as Opened with these settings: `own` is what the peer acknowledged of ours, `peer` what we acknowledged of
    /// the peer's, and `authentication` the protocol that the peer asked for and we said yes to, or, at the answering end,
    /// the other way round. What was agreed on before is void, and the phase after [`Phase::Establish`] begins.
    /// Nothing happens without carrier.
    pub fn assume_lcp(&mut self, now: Instant, own: Settings, peer: Settings, authentication: Option<Method>) {
        if self.start.take().is_some() {
            self.open_lcp(now);
        }
        if self.phase == Phase::Dead {
            return;
        }
        self.lcp.assume_opened(|lcp| lcp.assume(own, peer, authentication));
        self.pump(now);
    }
}
