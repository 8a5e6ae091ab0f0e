//! V.250 §6.3: the call: ringing, answering, carrier, hanging up.
//!
//! In: commands and what the line does. Out: off hook and on hook, result codes, circuit 109.
//!
//! `RING` is given when the first burst of a ring ends: only then is it known to be a ring and not a tinkle, and the
//! silence that follows is where modems go off hook. A double ring gives one `RING`. Caller ID is shown when it has
//! been received, between the first `RING` and the second.

use std::time::Duration;

use super::escape::Escape;
use super::execute::Done;
use super::parameter::{AUTO_ANSWER, CARRIER_GAP, CARRIER_WAIT, ESCAPE_CHARACTER, ESCAPE_GUARD};
use super::result_code::ResultCode;
use super::{Modem, ModemOutput, State, caller_id};
use crate::exchange::CallerId;
use crate::time::Instant;

/// For so long after the last ring the count of rings is kept (Hayes S1).
const RING_MEMORY: Duration = Duration::from_secs(8);
/// A shorter burst is not taken for a ring.
const SHORTEST_BURST: Duration = Duration::from_millis(100);
/// For so long after `A` octets from the DTE do not abort it (§5.6.1): they may belong to its line.
const ABORT_GUARD: Duration = Duration::from_millis(125);
/// From a disconnect to circuit 109 off: modems take some tens of milliseconds, and on a pty the DTE needs them to read
/// what came last.
const DISCONNECT: Duration = Duration::from_millis(50);
/// Octets that wait for the DTE to go back to data state, at most; a modem's buffer.
const MOST_WAITING: usize = 4096;

/// Rings of the call that is coming in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rings {
    /// Rings so far: S1.
    count: u8,
    /// When the last one was counted.
    at: Instant,
    /// When the first burst of a ring began, while it sounds.
    burst: Option<Instant>,
}

impl Rings {
    /// S1 (Hayes): rings so far, forgotten 8 s after the last one.
    pub(super) fn count(&self, now: Instant) -> u8 {
        if now.since(self.at) < RING_MEMORY { self.count } else { 0 }
    }

    /// Starts again from 0.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// A burst begins, the first of its ring or a further one.
    pub(super) fn burst_begins(&mut self, now: Instant, first: bool) {
        self.burst = first.then_some(now);
    }

    /// A burst has ended. Returns the rings so far if it makes one more.
    fn burst_ends(&mut self, now: Instant) -> Option<u8> {
        let began = self.burst.take()?;
        if now.since(began) < SHORTEST_BURST {
            return None;
        }
        (self.count, self.at) = (self.count(now).saturating_add(1), now);
        Some(self.count)
    }
}

impl Modem {
    /// A ring burst has ended.
    pub(super) fn burst_ends(&mut self, now: Instant) {
        let Some(count) = self.rings.burst_ends(now).filter(|_| self.state == State::Command) else { return };
        self.unsolicited(now, ResultCode::Ring);
        let auto_answer = self.active.get(AUTO_ANSWER);
        // A DTE that is not there cannot want a call answered (§6.2.9).
        let wanted = self.dte_ready || self.active.circuit_108 == 0;
        if auto_answer > 0 && count >= auto_answer && wanted {
            self.answer(now, false);
        }
    }

    /// Caller ID has been received.
    pub(super) fn received_caller_id(&mut self, now: Instant, id: &CallerId) {
        if self.state == State::Command && self.active.extended_value("+VCID", 0) == 1 {
            self.unsolicited_text(now, caller_id::presentation(id));
        }
    }

    /// `A` (§6.3.5).
    pub(super) fn answer_command(&mut self, now: Instant) -> Done {
        if self.state != State::Command {
            return Done::Final(ResultCode::Error);
        }
        self.answer(now, true);
        Done::Later
    }

    /// Off hook; carrier comes, or S7 passes (§6.3.10).
    fn answer(&mut self, now: Instant, abortable: bool) {
        self.rings.forget();
        self.discard_held();
        self.output.push_back(ModemOutput::OffHook);
        let until = now + Duration::from_secs(self.active.get(CARRIER_WAIT).into());
        self.state = State::Answering { since: now, until, abortable };
    }

    /// An octet from the DTE while the modem waits for carrier (§5.6.1). Returns whether it ends that.
    pub(super) fn abort_answering(&mut self, now: Instant, since: Instant, abortable: bool) -> bool {
        if !abortable || now.since(since) < ABORT_GUARD {
            return false;
        }
        self.no_carrier();
        true
    }

    /// Carrier did not come, or its wait was aborted.
    pub(super) fn no_carrier(&mut self) {
        self.on_hook();
        self.result(ResultCode::NoCarrier);
    }

    /// `D` (§6.3.1): the line takes incoming calls only, so there is never an answer.
    pub(super) fn dial_command(&mut self, _now: Instant, _text: &str) -> Done {
        Done::Final(if self.state == State::Command { ResultCode::NoCarrier } else { ResultCode::Error })
    }

    /// `H` (§6.3.6): harmless on hook. Circuit 109 is not shown to go off: the DTE asked for it, and a hang-up of its
    /// port would take away the answer.
    pub(super) fn hang_up_command(&mut self) -> Done {
        if self.state != State::Command {
            self.on_hook();
        }
        Done::Next
    }

    /// `H1`: off hook without dialling.
    pub(super) fn hook_command(&mut self, off: bool) -> Done {
        if off { Done::Final(ResultCode::Error) } else { self.hang_up_command() }
    }

    /// `O` (§6.3.7): back to data state.
    pub(super) fn online_command(&mut self, now: Instant) -> Done {
        let State::OnlineCommand { rate } = self.state else { return Done::Final(ResultCode::NoCarrier) };
        self.result(ResultCode::Connect(rate));
        self.enter_data(now, rate);
        Done::Later
    }

    /// Training is over.
    pub(super) fn connected(&mut self, now: Instant, rate: u32) {
        if let State::Answering { .. } = self.state {
            self.result(ResultCode::Connect(rate));
            self.enter_data(now, rate);
        }
    }

    fn enter_data(&mut self, now: Instant, rate: u32) {
        let stray = self.command_line.reset();
        self.report(stray);
        let escape = Escape::new(now, self.active.get(ESCAPE_CHARACTER), self.active.get(ESCAPE_GUARD));
        self.state = State::Data { rate, escape };
        let waiting = std::mem::take(&mut self.waiting);
        self.tell_dte(&waiting);
    }

    /// Octets from the far end.
    pub(super) fn octets_from_line(&mut self, octets: Vec<u8>) {
        match self.state {
            State::Data { .. } => self.tell_dte(&octets),
            State::OnlineCommand { .. } => {
                let room = MOST_WAITING.saturating_sub(self.waiting.len());
                self.waiting.extend(octets.into_iter().take(room));
            }
            State::Command | State::Answering { .. } => {}
        }
    }

    /// The escape sequence is complete: `OK`, and the call stays up.
    pub(super) fn escaped(&mut self, rate: u32) {
        self.state = State::OnlineCommand { rate };
        self.result(ResultCode::Ok);
    }

    /// Carrier is gone. The call ends soon if the far modem said that it would go, after S10 if carrier just stopped
    /// (§6.3.12).
    pub(super) fn carrier_gone(&mut self, now: Instant, abrupt: bool) {
        let gap = Duration::from_millis(100) * u32::from(self.active.get(CARRIER_GAP));
        if let State::Data { .. } | State::OnlineCommand { .. } = self.state {
            self.carrier_lost_at = Some(now + if abrupt { gap } else { DISCONNECT });
        }
    }

    /// The call has ended because carrier has.
    pub(super) fn carrier_lost(&mut self) {
        self.on_hook();
        self.result(ResultCode::NoCarrier);
        if self.active.circuit_109 == 1 {
            self.output.push_back(ModemOutput::HangUpDte);
        }
    }

    /// On hook, back to command state, ready for the next call.
    pub(super) fn on_hook(&mut self) {
        self.state = State::Command;
        self.carrier_lost_at = None;
        self.waiting.clear();
        self.rings.forget();
        self.output.push_back(ModemOutput::OnHook);
    }
}
