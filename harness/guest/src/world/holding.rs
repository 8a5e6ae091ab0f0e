//! Invariants as the world has them: what the server has before the first call, when it has come to rest after the last, and
//! what it has then.
//!
//! Nothing is looked at where the scenario has no invariant: runs without stay as they were.

use std::time::Duration;

use offhook_clock::Instant;
use offhook_scenario::{Invariant, Scenario};
use offhook_session::invariant::{Census, Seen, judge};
use offhook_session::{CallSummary, StepOutcome, StepResult};
use offhook_telephony::trace::Event;

use super::{World, census};

/// How long a server may take to get its ports ready again.
const REST: Duration = Duration::from_secs(120);

/// The invariants of a scenario, and what is known for them.
#[derive(Debug)]
pub(super) struct Holding {
    invariants: Vec<Invariant>,
    before: Option<Census>,
    after: Census,
    /// The ports that were ready for the first call.
    ready: Vec<String>,
    /// Since when the calls are over.
    over: Option<Instant>,
    /// When to look again.
    look: Option<Instant>,
    not_ready: Vec<(String, String)>,
}

impl Holding {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let invariants = scenario.invariants.clone();
        let (after, ready, not_ready) = Default::default();
        Self { invariants, before: None, after, ready, over: None, look: None, not_ready }
    }

    /// The first call is about to begin; these ports are ready.
    pub(super) fn look(&mut self, ready: impl Iterator<Item = String>) {
        if self.before.is_none() && !self.invariants.is_empty() {
            self.before = Some(census::taken());
            self.ready = ready.collect();
        }
    }

    /// All is over, and nothing has been ended yet.
    pub(super) fn look_again(&mut self) {
        if !self.invariants.is_empty() {
            self.after = census::taken();
        }
    }

    /// When to look whether ports are ready, if nothing happens before.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.look
    }

    /// What came of each invariant. `held`: calls whose line was not let go of; `signalled`: processes that were sent a signal.
    pub(super) fn judged(
        &self,
        now: Instant,
        scenario: &Scenario,
        trace: &[Event],
        calls: &[CallSummary],
        (held, signalled): (&[usize], &[i32]),
    ) -> Vec<StepOutcome> {
        // Without a first call nothing was before it.
        let before = self.before.as_ref().unwrap_or(&self.after);
        let census = (before, &self.after);
        let seen = Seen { scenario, trace, calls, census, not_ready: &self.not_ready, held, signalled };
        let outcome = |invariant: &Invariant| StepOutcome {
            call: calls.len().saturating_sub(1),
            step: None,
            verb: "invariant".to_owned(),
            span: invariant.span,
            deviation: None,
            result: match judge(invariant.kind, &seen) {
                Ok(shown) => StepResult::Passed { at: now, shown },
                Err((expected, actual)) => {
                    StepResult::Failed { at: now, expected, actual, notes: Vec::new(), hints: Vec::new() }
                }
            },
        };
        self.invariants.iter().map(outcome).collect()
    }
}

impl World {
    /// Whether the ports that were ready for the first call are ready again, or have had their time.
    pub(super) fn has_settled(&mut self, now: Instant) -> bool {
        if self.holding.ready.is_empty() {
            return true;
        }
        let limit = *self.holding.over.get_or_insert(now) + REST;
        let waited_for = |device: &String| self.holding.ready.contains(device);
        let mut latest = now;
        for session in self.sessions.iter().filter(|session| waited_for(&session.device)) {
            latest = latest.max(session.ready_at().unwrap_or(limit));
        }
        let settled = latest <= now || now >= limit;
        self.holding.look = (!settled).then_some(latest.min(limit));
        if settled && self.holding.not_ready.is_empty() {
            let late = |session: &&mut offhook_session::port_session::PortSession| {
                self.holding.ready.contains(&session.device) && session.ready_at().is_none_or(|ready| ready > now)
            };
            let late = self.sessions.iter_mut().filter(late);
            self.holding.not_ready = late.map(|session| (session.device.clone(), session.account())).collect();
        }
        settled
    }
}
