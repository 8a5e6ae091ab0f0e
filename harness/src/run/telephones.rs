//! The exchange that the lines of all modems of a scenario are on, shared by whatever has a modem there.
//!
//! A handle: copies of it are of one exchange. What a modem does on its line may have something happen on another, so
//! whoever drives several of them settles them all after each move.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use offhook_emulator::exchange::{CallSetup, Exchange, LineConfig, LineId, LineOutput};
use offhook_emulator::time::Instant;
use offhook_emulator::trace::End;

/// An exchange; without lines at first.
#[derive(Clone, Debug, Default)]
pub struct Telephones(Rc<RefCell<Exchange>>);

impl Telephones {
    /// A new line; without a number nobody can dial it.
    pub(super) fn subscribe(&self, number: Option<&str>, config: LineConfig) -> Subscriber {
        let line = self.0.borrow_mut().subscribe(number.unwrap_or_default(), config);
        Subscriber { exchange: self.clone(), line }
    }
}

/// One line on the exchange.
#[derive(Debug)]
pub(super) struct Subscriber {
    exchange: Telephones,
    line: LineId,
}

impl Subscriber {
    /// Whether a call to it would ring.
    pub(super) fn is_free(&self) -> bool {
        self.exchange.0.borrow().is_free(self.line)
    }

    /// A caller without a line here calls.
    pub(super) fn place_call(&self, now: Instant, setup: CallSetup) {
        self.exchange.0.borrow_mut().place_call(now, self.line, setup);
    }

    /// That caller hangs up, or (`abrupt`) the line is cut.
    pub(super) fn clear(&self, now: Instant, abrupt: bool) {
        self.exchange.0.borrow_mut().clear(now, self.line, abrupt);
    }

    /// The modem here goes off hook.
    pub(super) fn handle_off_hook(&self, now: Instant) {
        self.exchange.0.borrow_mut().handle_off_hook(now, self.line);
    }

    /// The modem here goes on hook.
    pub(super) fn handle_on_hook(&self, now: Instant) {
        self.exchange.0.borrow_mut().handle_on_hook(now, self.line);
    }

    /// The modem here has dialled.
    pub(super) fn handle_dial(&self, now: Instant, number: &str) {
        let stamp = super::exchange_clock(super::EPOCH, now);
        self.exchange.0.borrow_mut().handle_dial(now, self.line, number, stamp);
    }

    /// `from` sends octets: [`End::Server`] is the modem here, [`End::Caller`] a caller without a line.
    pub(super) fn send(&self, now: Instant, from: End, octets: &[u8]) {
        let mut exchange = self.exchange.0.borrow_mut();
        match from {
            End::Server => exchange.send(now, self.line, octets),
            End::Caller => exchange.send_from_outside(now, self.line, octets),
        }
    }

    /// Line time of what the modem here has sent and what has not left yet.
    pub(super) fn backlog(&self, now: Instant) -> Duration {
        self.exchange.0.borrow().backlog(now, self.line)
    }

    /// The next moment at which something happens at the exchange, on whatever line.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.exchange.0.borrow().poll_timeout()
    }

    /// Does everything that is due, on all lines.
    pub(super) fn handle_timeout(&self, now: Instant) {
        self.exchange.0.borrow_mut().handle_timeout(now);
    }

    /// What there is to say here next.
    pub(super) fn poll_output(&self) -> Option<LineOutput> {
        self.exchange.0.borrow_mut().poll_output(self.line)
    }
}
