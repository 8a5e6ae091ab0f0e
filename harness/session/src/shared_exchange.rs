//! The exchange that the lines of all modems of a scenario are on, shared by whatever has a modem there.
//!
//! A handle: copies of it are of one exchange. What a modem does on its line may have something happen on another, so
//! whoever drives several of them settles them all after each move.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use offhook_clock::Instant;
use offhook_telephony::exchange::{
    Abilities, CallSetup, Deafness, Exchange, ForwardOn, LineConfig, LineId, LineOutput, Release, Route, Tone,
};
use offhook_telephony::trace::End;

/// An exchange; without lines at first.
#[derive(Clone, Debug, Default)]
pub struct SharedExchange {
    exchange: Rc<RefCell<Exchange>>,
    seed: u64,
}

impl SharedExchange {
    /// An exchange whose lines draw their impairments from this seed.
    pub fn new(seed: u64) -> Self {
        Self { exchange: Rc::default(), seed }
    }

    /// One more line that this number rings, after those it rings already.
    pub(super) fn assign(&self, number: &str, line: LineId) {
        self.exchange.borrow_mut().dial_plan().assign(number, line);
    }

    /// Calls to the number go to another.
    pub(super) fn forward(&self, number: &str, on: ForwardOn, to: &str) {
        self.exchange.borrow_mut().dial_plan().forward(number, on, to);
    }

    /// Where a call to this number goes now, or what its caller hears.
    ///
    /// # Errors
    ///
    /// The tone, if it rings nowhere.
    pub fn route(&self, number: &str) -> Result<Route, Tone> {
        self.exchange.borrow().route(number)
    }

    /// A new line for the modem of that name; without a number nobody can dial it.
    pub(super) fn subscribe(&self, name: &str, number: Option<&str>, config: LineConfig) -> Subscriber {
        let config = LineConfig { seed: seed_of(self.seed, name), ..config };
        let line = self.exchange.borrow_mut().subscribe(number.unwrap_or_default(), config);
        Subscriber { exchange: self.exchange.clone(), line }
    }
}

/// A seed of its own for each name: what one line does says nothing of the next, however many there are (FNV-1a).
fn seed_of(seed: u64, name: &str) -> u64 {
    let start = seed ^ 0xcbf2_9ce4_8422_2325;
    name.bytes().fold(start, |hash, octet| (hash ^ u64::from(octet)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// One line on the exchange.
#[derive(Debug)]
pub(super) struct Subscriber {
    exchange: Rc<RefCell<Exchange>>,
    line: LineId,
}

impl Subscriber {
    /// Whether a call to it would ring.
    pub(super) fn is_free(&self) -> bool {
        self.exchange.borrow().is_free(self.line)
    }

    /// What the calls of the modem here tell of their caller.
    pub(super) fn set_identity(&self, tells: CallSetup) {
        *self.exchange.borrow_mut().identity(self.line) = tells;
    }

    /// Which it is.
    pub(super) fn id(&self) -> LineId {
        self.line
    }

    /// A caller without a line here calls; after so many rings without answer his call goes to that number.
    pub(super) fn place_call(&self, now: Instant, setup: CallSetup, no_answer: Option<(u32, String)>) {
        self.exchange.borrow_mut().place_call_until(now, self.line, setup, no_answer);
    }

    /// Another such call waits during the one on the line.
    pub(super) fn place_waiting_call(&self, now: Instant, setup: CallSetup) {
        self.exchange.borrow_mut().place_waiting_call(now, self.line, setup);
    }

    /// He hangs up.
    pub(super) fn clear_waiting_call(&self) {
        self.exchange.borrow_mut().clear_waiting_call(self.line);
    }

    /// That caller hangs up, or the line is cut.
    pub(super) fn clear(&self, now: Instant, release: Release) {
        self.exchange.borrow_mut().clear(now, self.line, release);
    }

    /// Carrier stops at both ends of the call here, for so long.
    pub(super) fn dropout(&self, now: Instant, lasts: Duration) {
        self.exchange.borrow_mut().dropout(now, self.line, lasts);
    }

    /// The modems of the call here retrain for so long.
    pub(super) fn retrain(&self, now: Instant, lasts: Duration) {
        self.exchange.borrow_mut().retrain(now, self.line, lasts);
    }

    /// The modems of the call here go on at another rate, bit/s.
    pub(super) fn renegotiate(&self, now: Instant, rate: u32) {
        self.exchange.borrow_mut().renegotiate(now, self.line, rate);
    }

    /// Octets no longer reach one end of the call here.
    pub(super) fn deafen(&self, now: Instant, deafness: Deafness) {
        self.exchange.borrow_mut().deafen(now, self.line, deafness);
    }

    /// The modem here wants a retrain.
    pub(super) fn handle_retrain(&self, now: Instant) {
        self.exchange.borrow_mut().handle_retrain(now, self.line);
    }

    /// What the modem here brings to its next training.
    pub(super) fn set_abilities(&self, abilities: Abilities) {
        self.exchange.borrow_mut().set_abilities(self.line, abilities);
    }

    /// The modem here goes off hook.
    pub(super) fn handle_off_hook(&self, now: Instant) {
        self.exchange.borrow_mut().handle_off_hook(now, self.line);
    }

    /// The modem here goes on hook.
    pub(super) fn handle_on_hook(&self, now: Instant) {
        self.exchange.borrow_mut().handle_on_hook(now, self.line);
    }

    /// The modem here loses its power.
    pub(super) fn handle_power_loss(&self, now: Instant) {
        self.exchange.borrow_mut().handle_power_loss(now, self.line);
    }

    /// The modem here has dialled.
    pub(super) fn handle_dial(&self, now: Instant, number: &str) {
        let stamp = super::exchange_clock(offhook_base::guest::EPOCH, now);
        self.exchange.borrow_mut().handle_dial(now, self.line, number, stamp);
    }

    /// `from` sends octets: [`End::Server`] is the modem here, [`End::Caller`] a caller without a line.
    pub(super) fn send(&self, now: Instant, from: End, octets: &[u8]) {
        let mut exchange = self.exchange.borrow_mut();
        match from {
            End::Server => exchange.send(now, self.line, octets),
            End::Caller => exchange.send_from_outside(now, self.line, octets),
        }
    }

    /// Line time of what the modem here has sent and what has not left yet.
    pub(super) fn backlog(&self, now: Instant) -> Duration {
        self.exchange.borrow().backlog(now, self.line)
    }

    /// The same of what a caller without a line has sent.
    pub(super) fn backlog_of_caller(&self, now: Instant) -> Duration {
        self.exchange.borrow().backlog_from_outside(now, self.line)
    }

    /// The next moment at which something happens at the exchange, on whatever line.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.exchange.borrow().poll_timeout()
    }

    /// Does everything that is due, on all lines.
    pub(super) fn handle_timeout(&self, now: Instant) {
        self.exchange.borrow_mut().handle_timeout(now);
    }

    /// What there is to say here next.
    pub(super) fn poll_output(&self) -> Option<LineOutput> {
        self.exchange.borrow_mut().poll_output(self.line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_and_every_seed_has_its_own_harm() {
        let seeds = [(1, "ttyS0"), (1, "ttyS1"), (2, "ttyS0"), (2, "ttyS1")].map(|(seed, name)| seed_of(seed, name));
        assert_eq!(std::collections::BTreeSet::from(seeds).len(), 4);
        assert_eq!(seeds[0], seed_of(1, "ttyS0"));
    }
}
