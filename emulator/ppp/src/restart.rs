//! RestartTimer and the Restart timer (RFC 1661 §4.6): what limits retransmission and negotiation.

use std::time::Duration;

use offhook_clock::Instant;

/// The §4.6 defaults of everything that can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Restart period: 3 seconds.
    pub restart: Duration,
    /// Max-Configure: Configure-Requests without an answer, 10.
    pub max_configure: u32,
    /// Max-Terminate: Terminate-Requests without an answer, 2.
    pub max_terminate: u32,
    /// Max-Failure: Configure-Naks sent before they become Configure-Rejects, 5.
    pub max_failure: u32,
    /// Configure-Naks and Configure-Rejects that are taken in one negotiation, 10. The RFC names no such limit: each of them
    /// is an answer, and sets Max-Configure back, so that a peer which has always another wish would be asked for ever.
    pub max_rounds: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { restart: Duration::from_secs(3), max_configure: 10, max_terminate: 2, max_failure: 5, max_rounds: 10 }
    }
}

/// The counters of one automaton and its Restart timer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestartTimer {
    limits: Limits,
    restart_count: u32,
    failures: u32,
    rounds: u32,
    deadline: Option<Instant>,
}

impl RestartTimer {
    /// Counters at zero and a stopped timer.
    pub const fn new(limits: Limits) -> Self {
        Self { limits, restart_count: 0, failures: 0, rounds: 0, deadline: None }
    }

    /// irc before a Configure-Request.
    pub const fn initialize_for_configure(&mut self) {
        self.restart_count = self.limits.max_configure;
    }

    /// irc before a Terminate-Request.
    pub const fn initialize_for_terminate(&mut self) {
        self.restart_count = self.limits.max_terminate;
    }

    /// zrc: no more retransmission, but a pause of one restart period.
    pub fn zero(&mut self, now: Instant) {
        self.restart_count = 0;
        self.start(now);
    }

    /// A request was sent, the first or a repeated one: the counter goes down, the timer starts again (§4.4, scr and str).
    pub fn request_sent(&mut self, now: Instant) {
        self.restart_count = self.restart_count.saturating_sub(1);
        self.start(now);
    }

    fn start(&mut self, now: Instant) {
        self.deadline = Some(now + self.limits.restart);
    }

    /// Stops the timer.
    pub const fn stop(&mut self) {
        self.deadline = None;
    }

    /// When the Restart timer runs out.
    pub const fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Whether the next timeout is TO- rather than TO+.
    pub const fn expired(&self) -> bool {
        self.restart_count == 0
    }

    /// A Configure-Nak is to be sent: false if Max-Failure says that it must be a Configure-Reject.
    pub const fn may_nak(&mut self) -> bool {
        if self.failures >= self.limits.max_failure {
            return false;
        }
        self.failures += 1;
        true
    }

    /// A Configure-Nak or -Reject came: how many of them the negotiation has had, if that is more than is taken.
    pub const fn is_nakked(&mut self) -> Option<u32> {
        self.rounds = self.rounds.saturating_add(1);
        if self.rounds > self.limits.max_rounds { Some(self.rounds) } else { None }
    }

    /// Negotiation starts again: everything that bounds it counts from zero.
    pub const fn begin_negotiation(&mut self) {
        self.failures = 0;
        self.rounds = 0;
    }

    /// A Configure-Ack was sent: Max-Failure counts from zero.
    pub const fn forgive(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_rfc() {
        let limits = Limits::default();
        assert_eq!((limits.restart, limits.max_configure), (Duration::from_secs(3), 10));
        assert_eq!((limits.max_terminate, limits.max_failure), (2, 5));
    }

    #[test]
    fn ten_requests_are_sent_before_the_counter_expires() {
        let mut timer = RestartTimer::new(Limits::default());
        timer.initialize_for_configure();
        let sent = std::iter::from_fn(|| (!timer.expired()).then(|| timer.request_sent(Instant::ZERO))).count();
        assert_eq!((sent, timer.deadline()), (10, Some(Instant::from_millis(3000))));
    }

    #[test]
    fn the_sixth_nak_in_a_row_is_a_reject() {
        let mut timer = RestartTimer::new(Limits::default());
        assert_eq!([0; 6].map(|_| timer.may_nak()), [true, true, true, true, true, false]);
        timer.forgive();
        assert!(timer.may_nak());
    }

    #[test]
    fn ten_naks_of_the_peer_are_taken_in_one_negotiation_whatever_it_is_sent() {
        let mut timer = RestartTimer::new(Limits::default());
        let of_one = |timer: &mut RestartTimer| {
            timer.begin_negotiation();
            std::iter::from_fn(|| {
                timer.initialize_for_configure();
                timer.forgive();
                (timer.is_nakked().is_none()).then_some(())
            })
            .count()
        };
        assert_eq!([of_one(&mut timer), of_one(&mut timer)], [10, 10]);
    }
}
