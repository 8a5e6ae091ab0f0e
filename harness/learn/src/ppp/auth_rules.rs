//! What RFC 1334 §2 and RFC 1994 §4 say, as machines over what a peer can do and see.
//!
//! These RFCs have no table; the rows below are read from their sentences, and where those leave something open, what
//! subjects do is permitted. Time is one input, the subject's silence until it gives up: how long it waits and how often it
//! repeats itself are its own business.

use super::layer::{End, Layer, Setup};
use super::reference::{Cell, Reaction, Reference, State};
use super::symbol::{Input, Output, Outputs};

/// A state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Nothing was proved.
    Authenticate,
    /// A Response is out.
    Responded,
    /// The peer said no.
    Refused,
    /// The network phase has begun.
    Accepted,
    /// Likewise, and a Response is out.
    AcceptedResponded,
    /// Likewise, and the peer said no.
    AcceptedRefused,
    /// The link is terminated.
    HungUp,
}

impl At {
    const ALL: [Self; 7] = [
        Self::Authenticate,
        Self::Responded,
        Self::Refused,
        Self::Accepted,
        Self::AcceptedResponded,
        Self::AcceptedRefused,
        Self::HungUp,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Authenticate => "Authenticate",
            Self::Responded => "Responded",
            Self::Refused => "Refused",
            Self::Accepted => "Network",
            Self::AcceptedResponded => "Network, responded",
            Self::AcceptedRefused => "Network, refused",
            Self::HungUp => "hung up",
        }
    }
}

const MAY_WAIT: &str = "no RFC says how long is waited for an answer that does not come";
const MAY_STAY: &str =
    "RFC 1334 §2.2.2 and RFC 1994 §4.2: the end that refuses SHOULD take action to terminate the link";
const MAY_LEAVE: &str = "an end that was refused need not wait for the other to terminate the link";

const DISCARDED: &str = "discarded";
const NOTHING: &[Output] = &[];

/// A row: what is seen, the state then, the rule; and what will do.
type Row = (&'static [Output], At, &'static str, Option<(&'static [Output], At, &'static str)>);

/// What is expected of a subject in the authentication phase; `None` if the layer is none of that.
pub fn reference(setup: &Setup, inputs: &[Input]) -> Option<Reference> {
    let row = match (setup.layer, setup.end) {
        (Layer::Pap, End::Answering) => pap_authenticator,
        (Layer::Pap, End::Calling) => pap_peer,
        (Layer::Chap, End::Answering) => chap_authenticator,
        (Layer::Chap, End::Calling) => chap_peer,
        (Layer::Lcp | Layer::Ipcp, _) => return None,
    };
    let place = |at| At::ALL.iter().position(|other| *other == at).unwrap_or_default();
    let reaction = |outputs: &[Output], at, permitted| Reaction {
        outputs: Outputs::new(outputs.iter().copied()),
        next: place(at),
        permitted,
    };
    let cell = |at: At, input: Input| {
        let (outputs, next, rule, permitted) = match (at, input) {
            (_, Input::Carrier) => (carrier(setup), At::Authenticate, "the next call", None),
            (At::HungUp, _) => (NOTHING, At::HungUp, "the link is terminated", None),
            _ => row(at, input),
        };
        Cell {
            expected: reaction(outputs, next, None),
            permitted: permitted.map(|(outputs, next, why)| reaction(outputs, next, Some(why))).into_iter().collect(),
            rule: rule.into(),
        }
    };
    let states = At::ALL.iter().map(|at| State { name: at.name().into(), detail: String::new() }).collect();
    let cells = At::ALL.iter().map(|at| inputs.iter().map(|input| cell(*at, *input)).collect()).collect();
    let title = if setup.layer == Layer::Pap { "RFC 1334 §2" } else { "RFC 1994 §4" };
    Some(Reference { title: title.into(), inputs: inputs.to_vec(), states, cells })
}

/// Who speaks first when LCP is Opened.
const fn carrier(setup: &Setup) -> &'static [Output] {
    match (setup.layer, setup.end) {
        (Layer::Pap, End::Calling) => &[Output::AuthRequest],
        (Layer::Chap, End::Answering) => &[Output::Challenge],
        _ => NOTHING,
    }
}

const fn discarded(at: At) -> Row {
    (NOTHING, at, DISCARDED, None)
}

/// Nothing comes: the link is terminated, or it is waited on.
const fn gives_up(at: At, until_then: &'static [Output], and_finished: &'static [Output]) -> Row {
    (and_finished, At::HungUp, "gives up after a time", Some((until_then, at, MAY_WAIT)))
}

fn pap_authenticator(at: At, input: Input) -> Row {
    match (at, input) {
        (At::Authenticate, Input::AuthRequest) => {
            (&[Output::AuthAck, Output::Tlu], At::Accepted, "RFC 1334 §2.2.2: acceptable, Authenticate-Ack", None)
        }
        (At::Authenticate, Input::AuthRequestWrong) => (
            &[Output::AuthNak, Output::Tlf],
            At::HungUp,
            "RFC 1334 §2.2.2: not acceptable, Authenticate-Nak, and the link is terminated",
            Some((&[Output::AuthNak], At::Authenticate, MAY_STAY)),
        ),
        (At::Authenticate, Input::Silence) => gives_up(at, NOTHING, &[Output::Tlf]),
        // Also one with another password: nothing is to be found out by trying.
        (At::Accepted, Input::AuthRequest | Input::AuthRequestWrong) => {
            (&[Output::AuthAck], at, "RFC 1334 §2.2.1: after the authentication phase, the same reply again", None)
        }
        _ => discarded(at),
    }
}

fn pap_peer(at: At, input: Input) -> Row {
    match (at, input) {
        (At::Authenticate, Input::AuthAck) => {
            (&[Output::Tlu], At::Accepted, "RFC 1334 §2.2.2: Authenticate-Ack, the network phase begins", None)
        }
        (At::Authenticate, Input::AuthNak) => (
            NOTHING,
            At::Refused,
            "RFC 1334 §2.2.2: Authenticate-Nak, the authenticator terminates the link",
            Some((&[Output::Tlf], At::HungUp, MAY_LEAVE)),
        ),
        (At::Authenticate, Input::Silence) => gives_up(at, &[Output::AuthRequest], &[Output::AuthRequest, Output::Tlf]),
        (At::Refused, Input::Silence) => gives_up(at, NOTHING, &[Output::Tlf]),
        _ => discarded(at),
    }
}

fn chap_authenticator(at: At, input: Input) -> Row {
    match (at, input) {
        (At::Authenticate, Input::Response) => {
            (&[Output::Success, Output::Tlu], At::Accepted, "RFC 1994 §4.2: the expected value, Success", None)
        }
        (At::Authenticate, Input::ResponseWrong) => (
            &[Output::Failure, Output::Tlf],
            At::HungUp,
            "RFC 1994 §4.2: another value, Failure, and the link is terminated",
            Some((&[Output::Failure], At::Authenticate, MAY_STAY)),
        ),
        (At::Authenticate, Input::Silence) => gives_up(at, &[Output::Challenge], &[Output::Challenge, Output::Tlf]),
        (At::Accepted, Input::Response | Input::ResponseWrong) => {
            (&[Output::Success], at, "RFC 1994 §4.1: the current Identifier again, the same reply again", None)
        }
        _ => discarded(at),
    }
}

fn chap_peer(at: At, input: Input) -> Row {
    const RESPOND: &str = "RFC 1994 §4.1: whenever a Challenge is received, a Response";
    const RESPONSE: &[Output] = &[Output::Response];
    match (at, input) {
        (At::Authenticate | At::Responded | At::Refused, Input::Challenge) => (RESPONSE, At::Responded, RESPOND, None),
        (At::Accepted | At::AcceptedResponded | At::AcceptedRefused, Input::Challenge) => {
            (RESPONSE, At::AcceptedResponded, RESPOND, None)
        }
        (At::Responded, Input::Success) => {
            (&[Output::Tlu], At::Accepted, "RFC 1994 §4.2: Success, the network phase begins", None)
        }
        (At::AcceptedResponded, Input::Success) => {
            (NOTHING, At::Accepted, "RFC 1994 §4.2: Success, the link stays", None)
        }
        (At::Responded | At::AcceptedResponded, Input::Failure) => (
            NOTHING,
            if matches!(at, At::Responded) { At::Refused } else { At::AcceptedRefused },
            "RFC 1994 §4.2: Failure, the authenticator terminates the link",
            Some((&[Output::Tlf], At::HungUp, MAY_LEAVE)),
        ),
        (At::Accepted, Input::Silence) => discarded(at),
        (_, Input::Silence) => gives_up(at, NOTHING, &[Output::Tlf]),
        _ => discarded(at),
    }
}
