//! Invariants as the world has them: what the server has before the first call, when it has come to rest after the last, and
//! what it has then.
//!
//! Nothing is looked at where the scenario has no invariant: runs without stay as they were.

use std::time::Duration;

use offhook_clock::Instant;
use offhook_scenario::{Act, Edit, Invariant, InvariantKind, Scenario};
use offhook_session::invariant::{Census, Seen, judge, left};
use offhook_session::{CallSummary, StepOutcome, StepResult};
use offhook_telephony::trace::Event;

use super::{World, census};

/// How long a server may take to get its ports ready again, and to have what it had.
const REST: Duration = Duration::from_secs(120);
/// How often is looked whether it has.
const LOOK: Duration = Duration::from_secs(1);

/// The invariants of a scenario, and what is known for them.
#[derive(Debug)]
pub(super) struct Holding {
    invariants: Vec<Invariant>,
    before: Option<Census>,
    after: Census,
    /// The ports that were ready for the first call, and that the server still has in the end.
    ready: Vec<String>,
    /// Ports that the administrator deletes between calls.
    deleted: Vec<String>,
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
        Self { invariants, before: None, after, ready, deleted: deleted(scenario), over: None, look: None, not_ready }
    }

    /// The first call has just been placed; these ports are ready.
    pub(super) fn look(&mut self, ready: impl Iterator<Item = String>) {
        if self.before.is_none() && !self.invariants.is_empty() {
            self.before = Some(census::taken());
            self.ready = ready.filter(|device| !self.deleted.contains(device)).collect();
        }
    }

    /// All is over, and nothing has been ended yet.
    pub(super) fn look_again(&mut self) {
        if !self.invariants.is_empty() {
            self.after = census::taken();
        }
    }

    /// Whether the server has again what it had: while it sets its modem up it has a lock that it lets go of.
    fn has_come_to_rest(&self, trace: &[Event]) -> bool {
        let looks = self.invariants.iter().any(|invariant| invariant.kind == InvariantKind::NothingLeft);
        let Some(before) = self.before.as_ref().filter(|_| looks) else { return true };
        let (more, less) = left(trace, before, &census::taken());
        more.is_empty() && less.is_empty()
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

/// Ports whose inittab line is deleted, and not written again.
fn deleted(scenario: &Scenario) -> Vec<String> {
    let mut deleted: Vec<String> = Vec::new();
    for act in &scenario.acts {
        let Act::Change(change) = act else { continue };
        for edit in &change.edits {
            match edit {
                Edit::DeletePort(device) => deleted.push(device.clone()),
                Edit::Port(port) => deleted.retain(|device| *device != port.device),
                _ => {}
            }
        }
    }
    deleted
}

impl World {
    /// Whether the ports that were ready for the first call are ready again, and the server has what it had; or it has had its time.
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
        if latest <= now && now < limit && !self.holding.has_come_to_rest(self.trace.events()) {
            latest = now + LOOK;
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
