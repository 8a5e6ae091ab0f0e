//! IP-Compression-Protocol (RFC 1332 §3.2, §4): whether headers of TCP are compressed by Van Jacobson's method, and with how many
//! slots. Each end says how it may be sent compressed headers; the other takes that, or asks for less.

use super::{IpcpOption, VanJacobson};
use crate::control::Verdict;
use crate::frame::VJ_COMPRESSED;
use crate::options::RawOption;

/// The option's side of the negotiation.
#[derive(Clone, Debug)]
pub(super) struct Headers {
    /// What this end wants, and grants no more than.
    wanted: Option<VanJacobson>,
    /// What is asked for of it, as far as the peer agreed.
    own: Option<VanJacobson>,
    peer: Option<VanJacobson>,
    /// What the peer's last Configure-Request asks for.
    judged: Option<VanJacobson>,
}

impl Headers {
    pub(super) const fn new(wanted: Option<VanJacobson>) -> Self {
        Self { wanted, own: None, peer: None, judged: None }
    }

    pub(super) const fn own(&self) -> Option<VanJacobson> {
        self.own
    }

    pub(super) const fn peer(&self) -> Option<VanJacobson> {
        self.peer
    }

    pub(super) const fn reset(&mut self) {
        self.own = self.wanted;
    }

    pub(super) fn request(&self) -> Vec<u8> {
        let mut options = Vec::new();
        if let Some(own) = self.own {
            IpcpOption::Compression { protocol: VJ_COMPRESSED, data: &own.emit() }.emit(&mut options);
        }
        options
    }

    /// The peer wants fewer slots, or all of them named; anything else would not do.
    pub(super) fn nakked(&mut self, option: RawOption<'_>) {
        self.own = self.own.zip(parse(option)).map(|(own, less)| own.at_most(less));
    }

    pub(super) const fn rejected(&mut self) {
        self.own = None;
    }

    pub(super) const fn begin_judging(&mut self) {
        self.judged = None;
    }

    pub(super) fn judge(&mut self, option: RawOption<'_>) -> Verdict {
        let Some(wanted) = self.wanted else { return Verdict::Reject };
        let asked = parse(option);
        let granted = asked.map_or(wanted, |asked| asked.at_most(wanted));
        if asked != Some(granted) {
            return Verdict::Nak(data(granted));
        }
        self.judged = asked;
        Verdict::Ack
    }

    pub(super) const fn agree(&mut self) {
        self.peer = self.judged;
    }

    pub(super) fn desired(&self) -> Option<Vec<u8>> {
        self.wanted.map(data)
    }
}

/// Van Jacobson's in the form of RFC 1332.
fn parse(option: RawOption<'_>) -> Option<VanJacobson> {
    match IpcpOption::parse(option) {
        IpcpOption::Compression { protocol: VJ_COMPRESSED, data } => VanJacobson::parse(data),
        _ => None,
    }
}

fn data(vj: VanJacobson) -> Vec<u8> {
    [&VJ_COMPRESSED.to_be_bytes()[..], &vj.emit()].concat()
}

impl VanJacobson {
    /// What pppd asks for: 16 slots, named only when they change.
    pub const DEFAULT: Self = Self { max_slot: 15, compress_slot: 1 };

    /// What both have.
    fn at_most(self, other: Self) -> Self {
        Self { max_slot: self.max_slot.min(other.max_slot), compress_slot: self.compress_slot.min(other.compress_slot) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ipcp::COMPRESSION;

    const FEW: VanJacobson = VanJacobson { max_slot: 3, compress_slot: 0 };

    fn headers(wanted: Option<VanJacobson>) -> Headers {
        let mut headers = Headers::new(wanted);
        headers.reset();
        headers.begin_judging();
        headers
    }

    fn option(data: &[u8]) -> RawOption<'_> {
        RawOption { kind: COMPRESSION, data }
    }

    #[test]
    fn no_more_slots_are_granted_than_this_end_has() {
        for (wanted, asked, verdict) in [
            (VanJacobson::DEFAULT, &[0, 0x2d, 15, 1][..], Verdict::Ack),
            (VanJacobson::DEFAULT, &[0, 0x2d, 3, 0], Verdict::Ack),
            (VanJacobson::DEFAULT, &[0, 0x2d, 255, 1], Verdict::Nak(vec![0, 0x2d, 15, 1])),
            (FEW, &[0, 0x2d, 2, 1], Verdict::Nak(vec![0, 0x2d, 2, 0])),
            // The form before RFC 1332, and another protocol.
            (FEW, &[0, 0x2d], Verdict::Nak(vec![0, 0x2d, 3, 0])),
            (FEW, &[0, 0x61, 15, 1], Verdict::Nak(vec![0, 0x2d, 3, 0])),
            (FEW, &[0], Verdict::Nak(vec![0, 0x2d, 3, 0])),
        ] {
            let mut headers = headers(Some(wanted));
            assert_eq!(headers.judge(option(asked)), verdict, "{asked:?}");
            headers.agree();
            assert_eq!(headers.peer().is_some(), verdict == Verdict::Ack);
        }
        assert_eq!(headers(None).judge(option(&[0, 0x2d, 15, 1])), Verdict::Reject);
    }

    #[test]
    fn the_peers_word_on_our_slots_is_heard() {
        let mut ours = headers(Some(VanJacobson::DEFAULT));
        assert_eq!(ours.request(), [2, 6, 0, 0x2d, 15, 1]);
        ours.nakked(option(&[0, 0x2d, 7, 1]));
        ours.nakked(option(&[0, 0x2d, 200, 0]));
        assert_eq!(ours.own(), Some(VanJacobson { max_slot: 7, compress_slot: 0 }));
        ours.nakked(option(&[0, 0x37]));
        assert_eq!((ours.own(), ours.request()), (None, vec![]));
        ours.reset();
        ours.rejected();
        ours.nakked(option(&[0, 0x2d, 7, 1]));
        assert_eq!(ours.own(), None);
    }
}
