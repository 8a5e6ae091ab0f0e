//! What a control protocol is to [`Control`](super::Control): its options, and its word on the peer's.

use crate::options::RawOption;

/// What a protocol thinks of an option in the peer's Configure-Request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Acceptable.
    Ack,
    /// Known, but with this data instead (RFC 1661 §5.3).
    Nak(Vec<u8>),
    /// Not known or not wanted (RFC 1661 §5.4).
    Reject,
}

/// Whose Magic-Number a packet carries (RFC 1661 §6.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The peer's, or zero.
    Peer,
    /// Our own: what we send comes back to us.
    Ourselves,
    /// Neither: the peer is not the one that LCP was negotiated with.
    Stranger,
}

/// The options of a control protocol: which we ask for, and what we say to the peer's.
///
/// A Configure-Request of the peer is judged option by option, between [`begin_judging`](Self::begin_judging) and, if it is
/// acknowledged, [`agree`](Self::agree). What was agreed on before holds until then: a request that is discarded,
/// Nak'ed or rejected changes none of it.
pub trait Protocol {
    /// The Protocol field of its packets.
    const NUMBER: u16;
    /// Codes that it has beside those of RFC 1661 §5, as CCP has (RFC 1962 §3): a packet with one of them comes out as
    /// [`Output::Own`](super::Output::Own) in Opened, and is discarded in any other state.
    const CODES: &'static [u8] = &[];

    /// The lower layer is up: what was said over it before is void.
    fn begin(&mut self) {}
    /// Negotiation starts again: ask for what was wanted at first.
    fn reset(&mut self);
    /// The options of the next Configure-Request.
    fn request(&self) -> Vec<u8>;
    /// The peer acknowledged the last request.
    fn acked(&mut self) {}
    /// The peer's Configure-Nak proposes `option`.
    fn nakked(&mut self, option: RawOption<'_>);
    /// The peer's Configure-Reject returns `option`.
    fn rejected(&mut self, option: RawOption<'_>);
    /// A new Configure-Request of the peer is to be judged: what was remembered of its last one is void.
    fn begin_judging(&mut self);
    /// Judges an option of the peer's Configure-Request, and remembers it if it is good.
    fn judge(&mut self, option: RawOption<'_>) -> Verdict;
    /// Type and data of options that the request judged last has not, and should have: they are appended to a
    /// Configure-Nak (RFC 1661 §5.3). Whoever asks for ever never comes to an agreement.
    fn missing(&mut self) -> Vec<(u8, Vec<u8>)> {
        Vec::new()
    }
    /// The request judged last is acknowledged: what was remembered of it is agreed on.
    fn agree(&mut self);
    /// Acceptable data for an option of this kind, for the peer that sent it with an impossible Length;
    /// `None` if the kind is unknown or has no data.
    fn desired(&mut self, kind: u8) -> Option<Vec<u8>>;
    /// Our Magic-Number, or 0 (LCP only, RFC 1661 §5.8).
    fn magic(&self) -> u32 {
        0
    }
    /// Whose this Magic-Number is, in a packet that came in Opened (LCP only, RFC 1661 §6.4).
    fn sender(&mut self, magic: u32) -> Sender {
        let _ = magic;
        Sender::Peer
    }
    /// An Echo-Request came in Opened; whether it is answered (LCP only, RFC 1661 §5.8).
    fn answers_echo(&mut self) -> bool {
        true
    }
}
