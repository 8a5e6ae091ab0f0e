//! A call on its way to the line: it rings, finds the line busy, waits during another call, or goes on to another line.
//!
//! In: what the exchange says of the call's way, and of its second callers. Out: the call on the line, or its facts
//! beside those of the call that has it.

use offhook_emulator::exchange::{CallSetup, LineId, SecondCall, Tone};
use offhook_emulator::time::Instant;
use offhook_emulator::trace::{End, What};

use super::Station;
use crate::run::facts::{Clearing, Facts, Since};

/// The caller is through with it by himself.
const GIVEN_UP: Clearing = Clearing { by: End::Caller, abrupt: false };

/// Where a call goes that nobody has answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forwarded {
    /// It is to be placed anew, at this number.
    To(String),
    /// It rings this line already.
    Rings(LineId),
}

impl Station {
    /// Its line on the exchange, if it has one.
    pub fn line(&self) -> Option<LineId> {
        self.plant.line()
    }

    /// Places call number `call`, which nobody has to answer: after so many rings it goes to that number, and
    /// [`Self::take_forward`] says so. On a line that is not free it is busy, and the call on it goes on.
    pub fn place_call(&mut self, now: Instant, call: usize, setup: CallSetup, no_answer: Option<(u32, String)>) {
        if !self.plant.is_free() {
            self.find_busy(now, call, setup, Tone::Busy);
            return;
        }
        self.begin_call(now, call);
        self.plant.place_call(now, setup, no_answer);
        self.pump(now);
    }

    /// Call number `call` hears this tone instead of ringing.
    pub fn find_busy(&mut self, now: Instant, call: usize, setup: CallSetup, tone: Tone) {
        self.record_of(now, call, What::CallBegins { from: setup.from, name: setup.name });
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
        self.record_of(now, call, What::Note { text: text.to_owned() });
        let facts = self.facts_mut(call);
        facts.busy = true;
        facts.cleared = Some(Since { at: now, what: GIVEN_UP });
    }

    /// Call number `call` waits during the one on the line.
    pub fn knock(&mut self, now: Instant, call: usize, setup: CallSetup) {
        self.record_of(now, call, What::CallBegins { from: setup.from.clone(), name: setup.name.clone() });
        self.past.insert(call, Facts { placed: Some(now), ..Facts::default() });
        self.second = Some(call);
        self.plant.knock(now, setup);
        self.pump(now);
    }

    /// Whether call number `call` waits during another.
    pub fn is_waiting(&self, call: usize) -> bool {
        self.second == Some(call)
    }

    /// The caller who waits hangs up.
    pub fn stop_waiting(&mut self, now: Instant) {
        self.plant.clear_second();
        self.second_gives_up(now);
    }

    /// What the caller hears who waits.
    pub(super) fn handle_second(&mut self, now: Instant, told: SecondCall) {
        let Some(call) = self.second else { return };
        match told {
            SecondCall::Ring { count } => {
                self.facts_mut(call).rings = count;
                let text = format!("the line has a call on it: the caller waits, hears ring {count}");
                self.record_of(now, call, What::Note { text });
            }
            SecondCall::GaveUp => self.second_gives_up(now),
            SecondCall::Through => {
                self.second = None;
                let placed = self.past.remove(&call).and_then(|facts| facts.placed);
                self.begin_call(now, call);
                self.facts.placed = placed;
                self.through = Some(call);
            }
        }
    }

    fn second_gives_up(&mut self, now: Instant) {
        if let Some(call) = self.second.take() {
            self.facts_mut(call).cleared = Some(Since { at: now, what: GIVEN_UP });
            self.record_of(now, call, What::Cleared { by: End::Caller, abrupt: false });
        }
    }

    /// True once after call number `call`, which waited, has got the line.
    pub fn take_through(&mut self, call: usize) -> bool {
        self.through.take_if(|through| *through == call).is_some()
    }

    /// Where call number `call` goes now, once: nobody has answered.
    pub fn take_forward(&mut self, call: usize) -> Option<Forwarded> {
        self.forward.take_if(|_| self.call == Some(call))
    }

    /// Call number `call`, which rings here, goes on to the line of `other`, with its caller and all he has to say. A call
    /// that a program has dialled rings there already.
    pub fn hand_over(&mut self, now: Instant, call: usize, other: &mut Self) {
        let text = format!("not answered: forwarded to {}", other.number.as_deref().unwrap_or(&other.device));
        self.record_of(now, call, What::Note { text });
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
        self.plant.place_call(now, setup, no_answer);
        self.pump(now);
    }
}
