//! A call on its way to the line: it rings, finds the line busy, waits during another call, or goes on to another line.
//!
//! In: what the exchange says of the call's way, and of its second callers. Out: the call on the line, or its facts
//! beside those of the call that has it.

use offhook_clock::Instant;
use offhook_telephony::exchange::{CallSetup, LineId, Tone, WaitingCall};
use offhook_telephony::trace::{End, EventKind};

use super::PortSession;
use crate::facts::{Clearing, Facts, Timestamped};

/// The caller is through with it by himself.
const GIVEN_UP: Clearing = Clearing { by: End::Caller, abrupt: false };

/// Where a call goes that nobody has answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forwarded {
    /// It is to be placed again, at this number.
    To(String),
    /// It rings this line already.
    Rings(LineId),
}

impl PortSession {
    /// Its line on the exchange, if it has one.
    pub fn line(&self) -> Option<LineId> {
        self.line_end.line()
    }

    /// Places call number `call`, which nobody has to answer: after so many rings it goes to that number, and
    /// [`Self::take_forward`] says so. On a line that is not free it is busy, and the call on it goes on.
    pub fn place_call(&mut self, now: Instant, call: usize, setup: CallSetup, no_answer: Option<(u32, String)>) {
        if !self.line_end.is_free() {
            self.find_busy(now, call, setup, Tone::Busy);
            return;
        }
        self.begin_call(now, call);
        self.line_end.place_call(now, setup, no_answer);
        self.pump(now);
    }

    /// Call number `call` hears this tone instead of ringing.
    pub fn find_busy(&mut self, now: Instant, call: usize, setup: CallSetup, tone: Tone) {
        self.record_of(now, call, EventKind::call_begins(setup.from.as_ref(), setup.name.as_ref()));
        self.past.insert(call, Facts { placed: Some(now), ..Facts::default() });
        self.hears_busy(now, call, tone);
    }

    /// The current call has been forwarded, and hears this tone.
    pub fn find_forward_busy(&mut self, now: Instant, tone: Tone) {
        if let Some(call) = self.call {
            self.hears_busy(now, call, tone);
        }
    }

    fn hears_busy(&mut self, now: Instant, call: usize, tone: Tone) {
        let text = match tone {
            Tone::Congestion => "congestion: the number is forwarded in a circle, and all its lines are busy",
            _ => "the called line is busy",
        };
        self.record_of(now, call, EventKind::Note { text: text.to_owned() });
        let facts = self.facts_mut(call);
        facts.busy = true;
        facts.cleared = Some(Timestamped { at: now, what: GIVEN_UP });
    }

    /// Call number `call` waits during the one on the line.
    pub fn place_waiting_call(&mut self, now: Instant, call: usize, setup: CallSetup) {
        self.record_of(now, call, EventKind::call_begins(setup.from.as_ref(), setup.name.as_ref()));
        self.past.insert(call, Facts { placed: Some(now), ..Facts::default() });
        self.waiting_call = Some(call);
        self.line_end.place_waiting_call(now, setup);
        self.pump(now);
    }

    /// Whether call number `call` waits during another.
    pub fn is_waiting(&self, call: usize) -> bool {
        self.waiting_call == Some(call)
    }

    /// The caller who waits hangs up.
    pub fn stop_waiting(&mut self, now: Instant) {
        self.line_end.clear_waiting_call();
        self.waiting_call_gives_up(now);
    }

    /// What the caller hears who waits.
    pub(super) fn handle_waiting_call(&mut self, now: Instant, told: WaitingCall) {
        let Some(call) = self.waiting_call else { return };
        match told {
            WaitingCall::Ring { count } => {
                self.facts_mut(call).rings = count;
                let text = format!("the line has a call on it: the caller waits, hears ring {count}");
                self.record_of(now, call, EventKind::Note { text });
            }
            WaitingCall::GaveUp => self.waiting_call_gives_up(now),
            WaitingCall::LineFree => {
                self.waiting_call = None;
                let placed = self.past.remove(&call).and_then(|facts| facts.placed);
                self.begin_call(now, call);
                self.facts.placed = placed;
                self.promoted = Some(call);
            }
        }
    }

    fn waiting_call_gives_up(&mut self, now: Instant) {
        if let Some(call) = self.waiting_call.take() {
            self.facts_mut(call).cleared = Some(Timestamped { at: now, what: GIVEN_UP });
            self.record_of(now, call, EventKind::Cleared { by: End::Caller, abrupt: false });
        }
    }

    /// True once after call number `call`, which waited, has got the line.
    pub fn take_promoted(&mut self, call: usize) -> bool {
        self.promoted.take_if(|promoted| *promoted == call).is_some()
    }

    /// Where call number `call` goes now, once: nobody has answered.
    pub fn take_forward(&mut self, call: usize) -> Option<Forwarded> {
        self.forward.take_if(|_| self.call == Some(call))
    }

    /// Call number `call`, which rings here, goes on to the line of `other`, with its caller and all he has to say. A call
    /// that a program has dialled rings there already.
    pub fn hand_over(&mut self, now: Instant, call: usize, other: &mut Self) {
        let text = format!("not answered: forwarded to {}", other.number.as_deref().unwrap_or(&other.device));
        self.record_of(now, call, EventKind::Note { text });
        // Of a program's call the first ring may have been seen.
        let (rings, placed) = (other.facts.rings, self.facts.placed);
        other.begin_call(now, call);
        if self.facts.program.is_some() {
            other.facts.program.clone_from(&self.facts.program);
            other.facts.rings = rings;
        }
        other.facts.placed = placed;
        other.caller = self.caller.take();
        other.login = self.login.take();
        other.unsaid = std::mem::take(&mut self.unsaid);
        other.silent = self.silent;
        other.sequence = self.sequence;
        self.facts = Facts { circuits: self.facts.circuits.clone(), ..Facts::default() };
        self.call = None;
    }

    /// Places call number `call`, which has been handed over, on this line.
    pub fn place_forwarded(&mut self, now: Instant, setup: CallSetup, no_answer: Option<(u32, String)>) {
        self.line_end.place_call(now, setup, no_answer);
        self.pump(now);
    }
}
