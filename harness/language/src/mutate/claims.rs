//! What of a verb is an expectation, so that another value of it has to fail.
//!
//! How long is waited for something, from when a duration counts, and the bounds of a transfer's time are not: they say how
//! an expectation is judged, and a wider one is met as well.

use crate::vocabulary::Verb;

/// What of a verb is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Claims {
    /// Its arguments.
    pub(super) arguments: bool,
    /// These of its properties.
    pub(super) properties: &'static [&'static str],
    /// The word that expects the opposite with the same arguments.
    pub(super) opposite: Option<&'static str>,
}

/// Nothing: the verb does something.
const NOTHING: Claims = Claims { arguments: false, properties: &[], opposite: None };
const ARGUMENTS: Claims = Claims { arguments: true, ..NOTHING };
const TRANSFER: Claims = Claims { properties: &["size"], ..NOTHING };

/// What of `verb` is expected.
pub(super) const fn claims(verb: Verb) -> Claims {
    match verb {
        Verb::ExpectAddress => Claims { properties: &["local", "peer"], ..NOTHING },
        Verb::ExpectAnswer => Claims { properties: &["rings"], opposite: Some("expect-no-answer"), ..NOTHING },
        Verb::ExpectArp => Claims { properties: &["of"], ..NOTHING },
        Verb::ExpectAuth => Claims { properties: &["message", "protocol"], ..ARGUMENTS },
        Verb::ExpectBusy => Claims { opposite: Some("expect-answer"), ..NOTHING },
        Verb::ExpectConnect => Claims { properties: &["rate"], ..NOTHING },
        // What comes later is not there yet: the opposite of these may hold at first.
        Verb::ExpectLog | Verb::ExpectText => ARGUMENTS,
        Verb::ExpectCircuit | Verb::ExpectCompression | Verb::ExpectDns | Verb::ExpectLogin | Verb::ExpectModem | Verb::ExpectWins => ARGUMENTS,
        Verb::ExpectHangup => Claims { properties: &["after", "by", "reason"], ..NOTHING },
        Verb::ExpectNoAnswer => Claims { opposite: Some("expect-answer"), ..NOTHING },
        // Another text is not there either.
        Verb::ExpectNoLog => Claims { opposite: Some("expect-log"), ..NOTHING },
        Verb::ExpectNoText => Claims { opposite: Some("expect-text"), ..NOTHING },
        Verb::Fetch | Verb::Upload => TRANSFER,
        Verb::Ping => Claims { properties: &["answered"], ..NOTHING },
        Verb::Resolve => Claims { properties: &["address"], ..NOTHING },
        // The next ring begins as well: it is a moment to wait for.
        Verb::ExpectRing
        // There is nothing in it that could be another.
        | Verb::ExpectUp
        | Verb::Change
        | Verb::Deafen
        | Verb::DropCarrier
        | Verb::FallSilent
        | Verb::Flicker
        | Verb::HangUp
        | Verb::HoldOff
        | Verb::Login
        | Verb::ModemDies
        | Verb::ModemOff
        | Verb::ModemOn
        | Verb::ModemSays
        // What its packets are is not for values of other kinds to change.
        | Verb::Packets
        | Verb::Ppp
        | Verb::Renegotiate
        | Verb::Retrain
        | Verb::Ring
        | Verb::Send
        | Verb::Type
        | Verb::Wait => NOTHING,
    }
}
