//! The table of RFC 1661 §4.1 as a machine over what a peer can do and see.
//!
//! It is made from [`automaton`](offhook_ppp::automaton), the same table that offhook's own ends step by, and from the
//! sections around it. What a peer cannot see is left out: tld, tls, irc, zrc. Three things are added to the state: what the
//! Restart counter has left, so that TO+ and TO- are one input; whether the last Configure-Request was answered already,
//! because an answer to it is then out of sequence; and, if the subject hangs up, that This-Layer-Finished has come, after
//! which nothing happens until the next call.

use std::collections::BTreeMap;

use offhook_ppp::automaton::{Action, Cell as TableCell, Event, Footnote, State, step};

use super::layer::{Layer, Setup};
use super::reference::{Cell, Reaction, Reference, State as Named};
use super::symbol::{Input, Output, Outputs};

/// What the table leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Max-Configure of the subject (RFC 1661 §4.6).
    pub max_configure: u32,
    /// Max-Terminate.
    pub max_terminate: u32,
    /// Whether the line is dropped at This-Layer-Finished.
    pub hangs_up: bool,
}

const OUT_OF_SEQUENCE: &str = "RFC 1661 §4.3, RCA: an answer that is out of sequence is silently discarded, and one Identifier is good for one answer";
const NOTHING_ASKED: &str = "RFC 1661 §4.1 has Terminate-Ack for an answer that nobody waits for, §5.2 to §5.4 discard one that does \
                             not match; no request is out here, so that either will do";
const NOT_OPENED: &str =
    "RFC 1661 §5.7: a Protocol-Reject before Opened SHOULD be discarded; §4.1 has RXJ in every state";
const PASSIVE: &str = "RFC 1661 §4.1, footnote [p]: a passive end stays and waits";
const NO_NETWORK: &str = "an end may close a link over which nothing can go; RFC 1661 §3.7 does not ask for it";
const STOP_AT_ONCE: &str =
    "RFC 1661 §5.7: packets of a rejected protocol MUST stop at the earliest opportunity, a Terminate-Request included";

/// The automaton between two inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum At {
    In(Place),
    HungUp,
}

/// A state with what it does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    state: State,
    /// What the Restart counter has left.
    count: u32,
    /// The last Configure-Request was acknowledged.
    answered: bool,
}

/// The line is there, nothing has gone over it yet.
const STARTING: Place = Place { state: State::Starting, count: 0, answered: false };

impl Place {
    /// Likewise, without what has no effect: negotiation that begins again initializes the counter and sends a request.
    const fn plain(self) -> At {
        let Self { state, .. } = self;
        At::In(match state {
            State::Initial | State::Starting | State::Closed | State::Stopped => {
                Self { count: 0, answered: false, ..self }
            }
            State::Closing | State::Stopping => Self { answered: false, ..self },
            _ => self,
        })
    }

    /// Which of the two timeouts comes, if one does.
    fn timeout(self) -> Option<Event> {
        let event = if self.count > 0 { Event::TimeoutRetry } else { Event::TimeoutExpired };
        self.state.has_timer().then_some(event)
    }
}

/// What is expected of a subject that follows RFC 1661.
pub fn reference(setup: &Setup, inputs: &[Input], rules: Rules) -> Reference {
    let table = Table { layer: setup.layer, rules };
    let first = table.fire(STARTING, Event::Up, Input::Carrier).1;
    let mut number = BTreeMap::from([(first, 0)]);
    let mut order = vec![first];
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    while let Some(at) = order.get(rows.len()).copied() {
        let row = inputs.iter().map(|input| {
            let mut reactions = table.reactions(at, *input).into_iter().map(|(outputs, next, permitted)| {
                let place = *number.entry(next).or_insert_with(|| {
                    order.push(next);
                    order.len() - 1
                });
                Reaction { outputs, next: place, permitted }
            });
            let nothing = || Reaction { outputs: Outputs::default(), next: 0, permitted: None };
            let expected = reactions.next().unwrap_or_else(nothing);
            Cell { expected, permitted: reactions.collect(), rule: table.rule(at, *input) }
        });
        rows.push(row.collect());
    }
    let states = order.iter().map(|at| named(*at)).collect();
    let title = format!("RFC 1661 §4.1, {}", setup.layer.name());
    Reference { title, inputs: inputs.to_vec(), states, cells: rows }
}

type Open = (Outputs, At, Option<&'static str>);

struct Table {
    layer: Layer,
    rules: Rules,
}

impl Table {
    /// What is expected, and then what will do as well.
    fn reactions(&self, at: At, input: Input) -> Vec<Open> {
        let At::In(place) = at else {
            return vec![if input == Input::Carrier { self.carrier() } else { (Outputs::default(), at, None) }];
        };
        let Place { state, answered, .. } = place;
        let by = |event| {
            let (outputs, next) = self.fire(place, event, input);
            (outputs, next, None)
        };
        let why = |(outputs, next, _): Open, why| (outputs, next, Some(why));
        let discarded = (Outputs::default(), at, None);
        match input {
            Input::Carrier => vec![self.carrier()],
            Input::Timeout => match place.timeout() {
                Some(Event::TimeoutExpired) if self.rules.hangs_up && state.is_negotiating() => {
                    let passive = (Outputs::default(), Place { state: State::Stopped, ..place }.plain(), Some(PASSIVE));
                    vec![by(Event::TimeoutExpired), passive]
                }
                event => vec![event.map_or(discarded, by)],
            },
            Input::Silence => vec![self.silence(place)],
            Input::Ack | Input::Nak | Input::Reject => {
                let expected = by(event(self.layer, input).unwrap_or(Event::Ack));
                match state {
                    State::ReqSent | State::AckRcvd | State::AckSent | State::Opened if answered => {
                        vec![expected, why(discarded, OUT_OF_SEQUENCE)]
                    }
                    State::Closed | State::Stopped => vec![expected, why(discarded, NOTHING_ASKED)],
                    _ => vec![expected],
                }
            }
            Input::AckIdentifier | Input::AckOptions | Input::NakIdentifier => match state {
                State::Closed | State::Stopped => vec![discarded, why(by(Event::Ack), NOTHING_ASKED)],
                _ => vec![discarded],
            },
            Input::ProtocolReject | Input::ProtocolRejectFatal if self.layer == Layer::Lcp => {
                let rejected = event(self.layer, input).map_or_else(|| discarded.clone(), by);
                if state == State::Opened { vec![rejected] } else { vec![discarded, why(rejected, NOT_OPENED)] }
            }
            Input::ProtocolRejectNetwork => {
                let rejected = by(Event::RejectPermitted);
                match state {
                    State::Opened => vec![rejected, why(by(Event::Close), NO_NETWORK)],
                    _ => vec![discarded, why(rejected, NOT_OPENED)],
                }
            }
            Input::ProtocolRejectFatal => {
                let finished = (Outputs::new([Output::Tlf]), At::HungUp, Some(STOP_AT_ONCE));
                vec![by(Event::RejectCatastrophic), finished]
            }
            _ => vec![event(self.layer, input).map_or(discarded, by)],
        }
    }

    /// Carrier is lost and comes back, and with it Open, if that was gone: the next call.
    fn carrier(&self) -> Open {
        let (outputs, next) = self.fire(STARTING, Event::Up, Input::Carrier);
        (outputs, next, None)
    }

    /// All timeouts, until there are none.
    fn silence(&self, place: Place) -> Open {
        let mut at = place.plain();
        let mut outputs = Vec::new();
        while let At::In(place) = at
            && let Some(event) = place.timeout()
        {
            let (said, next) = self.fire(place, event, Input::Silence);
            outputs.extend(said.iter());
            at = next;
        }
        (Outputs::new(outputs).once(), at, None)
    }

    /// Steps the automaton: what is seen, and where it is then.
    fn fire(&self, place: Place, event: Event, input: Input) -> (Outputs, At) {
        let TableCell::Go { actions, next, .. } = step(place.state, event) else {
            return (Outputs::default(), place.plain());
        };
        let Place { mut count, mut answered, .. } = place;
        answered |= event == Event::Ack;
        let mut outputs = Vec::new();
        let mut hung_up = false;
        for action in actions {
            match action {
                Action::Irc if actions.contains(&Action::Str) => count = self.rules.max_terminate,
                Action::Irc => count = self.rules.max_configure,
                Action::Zrc => count = 0,
                Action::Scr | Action::Str => {
                    count = count.saturating_sub(1);
                    answered = false;
                }
                Action::Tlf => hung_up = self.rules.hangs_up,
                _ => {}
            }
            outputs.extend(self.seen(*action, input));
        }
        let next = Place { state: next, count, answered };
        (Outputs::new(outputs), if hung_up { At::HungUp } else { next.plain() })
    }

    /// What a peer sees of an action.
    fn seen(&self, action: Action, input: Input) -> Option<Output> {
        Some(match action {
            Action::Scr => Output::Scr,
            Action::Sca => Output::Sca,
            Action::Scn if input == Input::RequestNak => Output::ScnNak,
            Action::Scn => Output::ScnReject,
            Action::Str => Output::Str,
            Action::Sta => Output::Sta,
            Action::Scj => Output::Scj,
            // RXR is one event, but only an Echo-Request is replied to (§4.4, ser).
            Action::Ser if input == Input::EchoRequest => Output::Ser,
            Action::Tlu if self.layer == Layer::Lcp => Output::Tlu,
            Action::Tlf if self.rules.hangs_up => Output::Tlf,
            Action::Ser | Action::Tlu | Action::Tlf | Action::Tld | Action::Tls | Action::Irc | Action::Zrc => {
                return None;
            }
        })
    }

    /// The table's cell as the RFC prints it.
    fn rule(&self, at: At, input: Input) -> String {
        let At::In(place) = at else { return "the line is dropped".into() };
        let event = match input {
            Input::Timeout => place.timeout(),
            _ => event(self.layer, input),
        };
        let Some(TableCell::Go { actions, next, footnote }) = event.map(|event| step(place.state, event)) else {
            return "nothing happens".into();
        };
        let actions: Vec<String> = actions.iter().map(|action| format!("{action:?}").to_lowercase()).collect();
        let slash = if actions.is_empty() { "" } else { "/" };
        let footnote = match footnote {
            None => "",
            Some(Footnote::Passive) => " [p]",
            Some(Footnote::Restart) => " [r]",
            Some(Footnote::CrossedConnection) => " [x]",
        };
        format!("{}{slash}{}{footnote}", actions.join(","), next as u8)
    }
}

fn named(at: At) -> Named {
    let At::In(Place { state, count, answered }) = at else {
        return Named { name: "hung up".into(), detail: "This-Layer-Finished, the line is dropped".into() };
    };
    let mut detail = Vec::new();
    if state.has_timer() {
        detail.push(format!("{count} left of the Restart counter"));
    }
    if answered && matches!(state, State::ReqSent | State::AckSent) {
        detail.push("the last Configure-Request was answered".into());
    }
    Named { name: state.name().into(), detail: detail.join(", ") }
}

/// The event that an input is, if it is one alone.
const fn event(layer: Layer, input: Input) -> Option<Event> {
    Some(match input {
        Input::RequestGood => Event::RequestGood,
        Input::RequestNak | Input::RequestReject => Event::RequestBad,
        Input::Ack => Event::Ack,
        Input::Nak | Input::Reject => Event::NakOrReject,
        Input::TerminateRequest => Event::TerminateRequest,
        Input::TerminateAck => Event::TerminateAck,
        Input::UnknownCode => Event::UnknownCode,
        Input::CodeReject | Input::ProtocolReject | Input::ProtocolRejectNetwork => Event::RejectPermitted,
        Input::CodeRejectFatal | Input::ProtocolRejectFatal => Event::RejectCatastrophic,
        // Codes that only LCP has.
        Input::EchoRequest | Input::EchoReply | Input::Discard => match layer {
            Layer::Lcp => Event::Echo,
            _ => Event::UnknownCode,
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ppp::layer::End;

    #[test]
    fn the_states_a_peer_can_reach_are_those_of_the_table_with_what_the_counter_has_left() {
        let setup = Setup::new(Layer::Lcp, End::Answering);
        let reached = |hangs_up| {
            let rules = Rules { max_configure: 2, max_terminate: 2, hangs_up };
            let reference = reference(&setup, &setup.inputs(), rules);
            let mut names: Vec<String> = reference.states.into_iter().map(|state| state.name).collect();
            names.sort();
            names.dedup();
            names
        };
        let stays = ["Ack-Rcvd", "Ack-Sent", "Closed", "Closing", "Opened", "Req-Sent", "Stopped", "Stopping"];
        assert_eq!(reached(false), stays);
        let hangs_up = ["Ack-Rcvd", "Ack-Sent", "Closing", "Opened", "Req-Sent", "Stopped", "Stopping", "hung up"];
        assert_eq!(reached(true), hangs_up);
    }
}
