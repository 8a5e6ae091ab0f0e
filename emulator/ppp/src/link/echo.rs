//! Echo-Requests of our own (RFC 1661 §5.8): whether the peer still answers.

use std::time::Duration;

use offhook_clock::Instant;

use super::{Echo, Link, LinkEnding};
use crate::control::Protocol as _;
use crate::frame::LCP;
use crate::packet::{Code, Repr};

/// The requests that were not answered yet, and when the next is due.
#[derive(Clone, Debug, Default)]
pub(super) struct EchoRequests {
    due: Option<Instant>,
    /// Identifiers, oldest first.
    unanswered: Vec<u8>,
}

impl EchoRequests {
    /// LCP is Opened: the first request is due after one interval.
    fn start(&mut self, due: Instant) {
        *self = Self { due: Some(due), unanswered: Vec::new() };
    }

    /// LCP is no longer Opened, or the peer does not know the code.
    pub(super) fn stop(&mut self) {
        *self = Self::default();
    }

    pub(super) const fn poll_timeout(&self) -> Option<Instant> {
        self.due
    }

    /// A reply to any of the requests answers them all: the peer is there.
    pub(super) fn answered(&mut self, identifier: u8) {
        if self.unanswered.contains(&identifier) {
            self.unanswered.clear();
        }
    }

    /// How many requests have no answer.
    fn missing(&self) -> u32 {
        self.unanswered.len() as u32
    }

    fn sent(&mut self, identifier: u8, next: Instant) {
        self.unanswered.push(identifier);
        self.due = Some(next);
    }
}

/// The shortest interval: what is less would keep the line busy with nothing else.
const SHORTEST: Duration = Duration::from_millis(100);

impl Link {
    pub(super) fn start_echo_requests(&mut self, now: Instant) {
        if let Some(Echo { interval, .. }) = self.config.echo {
            self.echo_requests.start(now + interval.max(SHORTEST));
        }
    }

    /// An Echo-Request may be due: it is sent, or, if too many are unanswered, the link is terminated.
    pub(super) fn echo_timeout(&mut self, now: Instant) {
        let Some(Echo { interval, failures }) = self.config.echo else { return };
        if self.echo_requests.due.is_none_or(|due| due > now) {
            return;
        }
        if !self.lcp.may_send(Code::EchoRequest) {
            return self.echo_requests.stop();
        }
        let missing = self.echo_requests.missing();
        if failures.is_some_and(|failures| missing >= failures) {
            self.cause.get_or_insert(LinkEnding::EchoFailure(missing));
            return self.handle_close(now, "Peer not responding");
        }
        let identifier = self.lcp.next_identifier();
        let magic = self.lcp.protocol().magic();
        self.transmit(LCP, &Repr::Echo { code: Code::EchoRequest, magic, data: &[] }.emit(identifier));
        self.echo_requests.sent(identifier, now + interval.max(SHORTEST));
    }
}
