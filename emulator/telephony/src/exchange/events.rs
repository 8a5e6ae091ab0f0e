//! What the two ends of a call learn of it.

use super::caller_id::CallerId;
use super::carrier::Carrier;
use super::subscriber_id::LineId;
use super::tone::Tone;
use crate::trace::{End, EventKind, Loss};

/// What the called modem sees of its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineEvent {
    /// A ring burst begins (circuit 125 on).
    RingOn {
        /// Number of the ring within the call, from 1; the bursts of a double ring share it. 0: the pulse that
        /// announces caller ID before the first ring (ETSI), which is no ring.
        ring: u32,
        /// Whether it is the first burst of its ring.
        first: bool,
        /// Distinctive ringing: which pattern; 1 is the usual one.
        pattern: u8,
    },
    /// A ring burst ends, or ringing stops in the middle of one (circuit 125 off).
    RingOff {
        /// Number of the ring within the call, from 1.
        ring: u32,
    },
    /// Caller ID was received, between the first ring and the second or before the first.
    CallerId(CallerId),
    /// Training is over: carrier.
    Connected(Carrier),
    /// What is to be heard, for a modem that is off hook and has no carrier.
    Tone(Tone),
    /// The line's polarity is reversed: caller ID before the first ring is announced so in some countries.
    Reversal,
    /// Carrier is back before the modem gave it up.
    CarrierBack,
    /// Retraining: nothing crosses until [`Self::CarrierBack`], and carrier is not lost.
    Retrain,
    /// The rates have changed in the middle of the call.
    Renegotiated(Carrier),
    /// A second call waits during a call, with its caller ID.
    CallWaiting(Option<CallerId>),
    /// No carrier any more.
    CarrierLost {
        /// False if the far modem said so before it went (a disconnect), true if carrier just stopped.
        abrupt: bool,
    },
    /// Octets from the caller.
    Octets(Vec<u8>),
}

/// What the caller sees of its call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallerEvent {
    /// The called line is busy; the call is over.
    Busy,
    /// The called modem went off hook.
    Answered,
    /// Training is over: carrier, as the caller sees it.
    Connected(Carrier),
    /// Octets from the server's end.
    Octets(Vec<u8>),
    /// Carrier has stopped, perhaps for a moment only: [`Self::CarrierBack`] follows then.
    CarrierLost,
    /// Carrier is back, or retraining is over.
    CarrierBack,
    /// Retraining: nothing crosses until [`Self::CarrierBack`].
    Retrain,
    /// The rates have changed in the middle of the call, as the caller sees them.
    Renegotiated(Carrier),
    /// Nobody has answered in the rings after which calls to the number go to another: the exchange is to be asked the way
    /// to that one ([`super::Exchange::route`]), and the call to be placed there.
    Unanswered {
        /// The number.
        forward: String,
    },
    /// The same of a modem's call, which goes there by itself: it rings this line now.
    Forwarded(LineId),
    /// The caller has let it ring so often as it would; the call is over.
    GaveUp,
    /// The call is over.
    Cleared {
        /// Who cleared it.
        by: End,
        /// True if carrier just stopped.
        abrupt: bool,
    },
}

/// What somebody hears who calls a line with a call on it, where there is call waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitingCall {
    /// The ringing tone begins again.
    Ring {
        /// Number of the ring, from 1.
        count: u32,
    },
    /// He has let it ring so often as he would; his call is over.
    GaveUp,
    /// The line is free, and rings with his call: from now on it is the call on the line.
    LineFree,
}

/// What a line has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineOutput {
    /// To the called modem.
    ToModem(LineEvent),
    /// To the caller.
    ToCaller(CallerEvent),
    /// To the caller who waits during another's call.
    ToWaitingCaller(WaitingCall),
    /// Octets of either end that do not arrive at the other.
    Lost(Loss),
    /// To the trace, at the present moment.
    Trace(EventKind),
}
