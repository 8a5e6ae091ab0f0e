//! A tap on the caller's end of a line: what a real caller and the server say to each other, as the built-in caller
//! would have told it.
//!
//! In: the octets of both directions as they cross the caller's end. Out: [`Tapped`]. It only listens, and it believes
//! what it hears: an automaton of its own would only say what two right ones would do.

mod link_observer;

use std::collections::VecDeque;

use offhook_caller::CallerEvent;
use offhook_clock::Instant;
use offhook_ppp::auth::{AuthOption, OwnAuth};
use offhook_ppp::hdlc::Item;
use offhook_ppp::link::LinkEvent;
use offhook_telephony::line_monitor::{self, LineMonitor};
use offhook_telephony::trace::{End, EventKind};

use self::link_observer::LinkObserver;

/// Something heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tapped {
    /// What the built-in caller would have told in this place.
    Event(CallerEvent),
    /// What it never does itself: text and bad frames of the caller.
    Caller(EventKind),
    /// How the caller's authentication ended, by whatever protocol.
    Auth(AuthOption, OwnAuth),
}

/// Both directions.
#[derive(Debug, Default)]
pub(super) struct Tap {
    line: LineMonitor,
    link: LinkObserver,
    heard: VecDeque<Tapped>,
}

impl Tap {
    /// A tap on a quiet line.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Octets cross.
    pub(super) fn hear(&mut self, now: Instant, from: End, octets: &[u8]) {
        let mut rest = octets;
        while let Some(item) = self.line.take(now, from, &mut rest) {
            keep(&mut self.heard, &mut self.link, from, item);
        }
    }

    /// All that the caller has to say for now: there is no pause to wait for.
    pub(super) fn hear_all_of_caller(&mut self, now: Instant, octets: &[u8]) {
        self.hear(now, End::Caller, octets);
        if let Some(item) = self.line.pause(End::Caller) {
            keep(&mut self.heard, &mut self.link, End::Caller, item);
        }
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.line.poll_timeout()
    }

    /// A pause may have come.
    pub(super) fn handle_timeout(&mut self, now: Instant) {
        for from in [End::Caller, End::Server] {
            if let Some(item) = self.line.handle_timeout(now, from) {
                keep(&mut self.heard, &mut self.link, from, item);
            }
        }
    }

    /// Nothing more crosses: what has not been told of what came before.
    pub(super) fn finish(&mut self) {
        for from in [End::Caller, End::Server] {
            if let Some(item) = self.line.finish(from) {
                keep(&mut self.heard, &mut self.link, from, item);
            }
        }
    }

    /// The next thing heard.
    pub(super) fn poll(&mut self) -> Option<Tapped> {
        self.heard.pop_front()
    }
}

/// Keeps an item as what is told of it.
fn keep(heard: &mut VecDeque<Tapped>, link: &mut LinkObserver, from: End, item: Item<'_>) {
    match (from, item) {
        (_, Item::Frame(frame)) => {
            let event = match from {
                End::Caller => LinkEvent::FrameSent(frame.to_vec()),
                End::Server => LinkEvent::FrameReceived(frame.to_vec()),
            };
            heard.push_back(Tapped::Event(CallerEvent::Link(event)));
            heard.extend(link.hear(from, frame));
        }
        (End::Server, item) => heard.push_back(Tapped::Event(CallerEvent::Link(item.into()))),
        (End::Caller, item) => heard.push_back(Tapped::Caller(line_monitor::event_kind(from, item))),
    }
}
