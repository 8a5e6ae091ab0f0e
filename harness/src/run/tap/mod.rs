//! A tap on the caller's end of a line: what a real caller and the server say to each other, as the built-in caller
//! would have told it.
//!
//! In: the octets of both directions as they cross the caller's end. Out: [`Tapped`]. It only listens, and it believes
//! what it hears: an automaton of its own would only say what two right ones would do.

mod link;

use std::collections::VecDeque;

use offhook_emulator::caller::CallerEvent;
use offhook_emulator::ppp::hdlc::{Deframer, Item};
use offhook_emulator::ppp::print;
use offhook_emulator::trace::{End, What, escaped};

use self::link::Link;

/// The longest frame that is understood: the largest MRU there is, and what goes around it.
const LONGEST: usize = 65_535 + 8;

/// Something heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tapped {
    /// What the built-in caller would have told in this place.
    Event(CallerEvent),
    /// What it never does itself: text and bad frames of the caller.
    Caller(What),
}

/// Both directions.
#[derive(Debug)]
pub(super) struct Tap {
    from_caller: Deframer,
    from_server: Deframer,
    link: Link,
    heard: VecDeque<Tapped>,
}

impl Tap {
    /// A tap on a quiet line.
    pub(super) fn new() -> Self {
        let mut deframer = Deframer::new(LONGEST);
        // Nothing on these lines inserts control octets, so none is dropped, whatever ACCM the two agree on.
        deframer.set_accm(0);
        Self { from_caller: deframer.clone(), from_server: deframer, link: Link::default(), heard: VecDeque::new() }
    }

    /// Octets cross.
    pub(super) fn hear(&mut self, from: End, octets: &[u8]) {
        let mut rest = octets;
        let deframer = match from {
            End::Caller => &mut self.from_caller,
            End::Server => &mut self.from_server,
        };
        while let Some(item) = deframer.take(&mut rest) {
            match (from, item) {
                (_, Item::Frame(frame)) => {
                    let (octets, text) = (frame.to_vec(), print::frame(frame));
                    self.heard.push_back(Tapped::Event(match from {
                        End::Caller => CallerEvent::FrameSent { octets, text },
                        End::Server => CallerEvent::FrameReceived { octets, text },
                    }));
                    self.heard.extend(self.link.hear(from, frame).into_iter().map(Tapped::Event));
                }
                (End::Server, Item::Bad(reason, octets)) => {
                    self.heard.push_back(Tapped::Event(CallerEvent::BadFrame { reason, octets: octets.to_vec() }));
                }
                (End::Server, Item::Text(octets)) => {
                    self.heard.push_back(Tapped::Event(CallerEvent::Text(octets.to_vec())));
                }
                (End::Caller, Item::Bad(reason, octets)) => {
                    let (reason, octets) = (reason.name().to_owned(), octets.to_vec());
                    self.heard.push_back(Tapped::Caller(What::BadFrame { from, reason, octets }));
                }
                (End::Caller, Item::Text(octets)) => {
                    self.heard.push_back(Tapped::Caller(What::Text { from, text: escaped(octets) }));
                }
            }
        }
    }

    /// The next thing heard.
    pub(super) fn poll(&mut self) -> Option<Tapped> {
        self.heard.pop_front()
    }
}
