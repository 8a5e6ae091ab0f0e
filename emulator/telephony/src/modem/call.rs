//! V.250 §6.3: the call: answering, carrier, data state and online command state, hanging up.
//!
//! In: commands and what the line does. Out: off hook and on hook, result codes, circuit 109. Ringing is in `rings`,
//! dialling in `dialling`, the octets in data state in `flow`.

use std::time::Duration;

use super::escape::Escape;
use super::execute::Done;
use super::last_call::{CallEnd, LastCall};
use super::parameter::{CARRIER_GAP, CARRIER_WAIT, ESCAPE_CHARACTER, ESCAPE_GUARD};
use super::result_code::ResultCode;
use super::{Modem, ModemOutput, State};
use crate::exchange::{Carrier, Tone};
use crate::loss::LossCause;
use crate::trace::End;
use offhook_clock::Instant;

/// For so long after `A` or `D` octets from the DTE do not abort it (§5.6.1): they may belong to its line.
const ABORT_GUARD: Duration = Duration::from_millis(125);
/// From a disconnect to circuit 109 off: modems take some tens of milliseconds, and on a pty the DTE needs them to read
/// what came last.
const DISCONNECT: Duration = Duration::from_millis(50);
/// S10 at this value: the modem takes carrier to be there always (§6.3.12).
const CARRIER_ALWAYS: u8 = 255;

impl Modem {
    /// Takes the line, if it has not got it: a new call.
    pub(super) fn go_off_hook(&mut self) {
        self.rings.forget();
        self.discard_held();
        if self.state == State::Command {
            self.flow.reset();
            (self.tone, self.dialled, self.offered) = (Tone::Silence, false, None);
            self.last_call = LastCall::new(self.lost);
            self.output.push_back(ModemOutput::OffHook);
            self.state = State::OffHook;
        }
        self.update_circuits();
    }

    /// On hook, back to command state, ready for the next call.
    pub(super) fn on_hook(&mut self, end: CallEnd) {
        self.last_call.ends(self.now, end);
        // Octets that wait for the DTE's return to data state will not be asked for any more.
        if let State::OnlineCommand { .. } = self.state {
            self.forget_waiting();
        }
        self.end_hold_off(match end {
            CallEnd::Dtr | CallEnd::Command | CallEnd::Abort => LossCause::SenderHungUp,
            CallEnd::FarEnd
            | CallEnd::CarrierLost
            | CallEnd::Inactivity
            | CallEnd::NoCarrier
            | CallEnd::None
            | CallEnd::Going => LossCause::ReceiverHungUp,
        });
        self.flow.end();
        self.tell_losses();
        self.state = State::Command;
        self.hanging_up = None;
        self.carrier_lost = None;
        (self.tone, self.dialled, self.offered) = (Tone::Silence, false, None);
        self.rings.forget();
        self.output.push_back(ModemOutput::OnHook);
        self.update_circuits();
    }

    /// `A` (§6.3.5), also without ringing: the far end may be there already.
    pub(super) fn answer_command(&mut self, now: Instant) -> Done {
        if !matches!(self.state, State::Command | State::OffHook) {
            return Done::Final(ResultCode::Error);
        }
        self.answer(now, Some(now + ABORT_GUARD));
        Done::Later
    }

    /// By itself (S0, §6.3.8). No command is in progress then that could be aborted (§5.6.1), and octets of the DTE, another `A`
    /// among them, are none; but many modems take any octet in training for an abort, however it began.
    pub(super) fn auto_answer(&mut self, now: Instant) {
        self.answer(now, self.config.personality.quirks.auto_answer_abort.then_some(now));
    }

    /// Off hook; carrier comes, or S7 passes (§6.3.10).
    fn answer(&mut self, now: Instant, abortable: Option<Instant>) {
        self.go_off_hook();
        let until = now + Duration::from_secs(self.active.get(CARRIER_WAIT).into());
        self.state = State::Answering { until, abortable };
        self.update_circuits();
        if let Some(carrier) = self.offered.take() {
            self.online(now, carrier);
        }
    }

    /// An octet from the DTE while the modem waits for carrier (§5.6.1). Returns whether it ends that.
    pub(super) fn abort(&mut self, now: Instant) -> bool {
        let abortable = match &self.state {
            State::Answering { abortable, .. } => *abortable,
            State::Dialling(dialling) => Some(dialling.since + ABORT_GUARD),
            State::Command | State::OffHook | State::Data { .. } | State::OnlineCommand { .. } => None,
        };
        if abortable.is_none_or(|from| now < from) {
            return false;
        }
        self.give_up(ResultCode::NoCarrier, CallEnd::Abort);
        true
    }

    /// On hook without carrier, and why.
    pub(super) fn give_up(&mut self, code: ResultCode, end: CallEnd) {
        self.on_hook(end);
        self.result(code);
    }

    /// `H0` (§6.3.6): harmless on hook. The DTE's port is not hung up: the DTE asked for it, and that would take away the
    /// answer.
    pub(super) fn hang_up_command(&mut self) -> Done {
        if self.has_to_deliver() {
            return Done::WhenDelivered;
        }
        self.hang_up_at_once();
        Done::Next
    }

    /// On hook, whatever it is doing.
    pub(super) fn hang_up_at_once(&mut self) {
        if self.state != State::Command {
            self.on_hook(CallEnd::Command);
        }
    }

    /// `H1` (Hayes): off hook and nothing more; whoever calls finds the line busy.
    pub(super) fn off_hook_command(&mut self) -> Done {
        self.go_off_hook();
        Done::Next
    }

    /// `O` (§6.3.7): back to data state; `O1`: with a retrain, during which octets wait.
    pub(super) fn online_command(&mut self, now: Instant, value: u32) -> Done {
        if let (State::OffHook, Some(carrier)) = (&self.state, self.offered.take()) {
            self.online(now, carrier);
            return Done::Later;
        }
        let State::OnlineCommand { carrier } = &self.state else { return Done::Final(ResultCode::NoCarrier) };
        let carrier = carrier.clone();
        if value > 0 {
            self.last_call.retrain_requested();
            self.output.push_back(ModemOutput::Retrain);
        }
        self.tell_connection(&carrier, false);
        self.enter_data(now, carrier);
        Done::Later
    }

    /// Training is over. A modem that is off hook for something else keeps in mind that there is a far end.
    pub(super) fn connected(&mut self, now: Instant, carrier: Carrier) {
        match self.state {
            State::Answering { .. } | State::Dialling(_) => self.online(now, carrier),
            State::OffHook => self.offered = Some(carrier),
            State::Command | State::Data { .. } | State::OnlineCommand { .. } => {}
        }
    }

    /// Carrier: circuit 109 on, then what is to be told of it, then data state.
    pub(super) fn online(&mut self, now: Instant, carrier: Carrier) {
        self.last_call.has_carrier(now, &carrier);
        self.flow.set_rates(now, &carrier, self.port_speed());
        if !self.config.paced {
            self.flow.unpaced();
        }
        self.enter_data(now, carrier.clone());
        self.tell_connection(&carrier, true);
    }

    fn enter_data(&mut self, now: Instant, carrier: Carrier) {
        let stray = self.command_line.reset();
        self.report(stray);
        let escape = Escape::new(now, self.active.get(ESCAPE_CHARACTER), self.active.get(ESCAPE_GUARD));
        self.state = State::Data { carrier, escape };
        self.update_circuits();
        self.release_waiting(now);
    }

    /// The escape sequence is complete: `OK`, and the call stays up.
    pub(super) fn escaped(&mut self) {
        if let State::Data { carrier, .. } = &self.state {
            self.state = State::OnlineCommand { carrier: carrier.clone() };
            self.result(ResultCode::Ok);
        }
    }

    /// Octets from the far end.
    pub(super) fn octets_from_line(&mut self, now: Instant, octets: Vec<u8>) {
        if self.is_online() {
            self.last_call.received += octets.len() as u64;
            if self.last_call.carrier.as_ref().is_some_and(|carrier| self.received_counts(carrier)) {
                self.last_call.data_at = now;
            }
            self.octets_to_dte(now, octets);
        } else {
            self.lose(octets.len(), End::Caller, LossCause::ReceiverHungUp);
        }
    }

    /// The rates have changed.
    pub(super) fn renegotiated(&mut self, now: Instant, new: Carrier) {
        let speed = self.port_speed();
        self.last_call.has_carrier(now, &new);
        if let State::Data { carrier, .. } | State::OnlineCommand { carrier } = &mut self.state {
            self.flow.set_rates(now, &new, speed);
            *carrier = new;
        }
    }

    /// Carrier is gone. The call ends soon if the far modem said that it would go, after S10 if carrier just stopped
    /// (§6.3.12). There is nothing to wait for if there was no carrier yet.
    pub(super) fn carrier_gone(&mut self, now: Instant, abrupt: bool) {
        match self.state {
            State::Data { .. } | State::OnlineCommand { .. } => {
                let gap = self.active.get(CARRIER_GAP);
                self.flow.stand_still(now, true);
                if abrupt && gap == CARRIER_ALWAYS {
                    return;
                }
                let after = if abrupt { Duration::from_millis(100) * u32::from(gap) } else { DISCONNECT };
                let end = if abrupt { CallEnd::CarrierLost } else { CallEnd::FarEnd };
                self.carrier_lost = Some((now + after, end));
            }
            // While it trains there is no carrier to lose: it is told that the line itself is dead (loop current).
            State::Dialling(_) | State::Answering { .. } => self.give_up(ResultCode::NoCarrier, CallEnd::NoCarrier),
            State::OffHook => self.offered = None,
            State::Command => {}
        }
    }

    /// Carrier is not heard for so long: the end of the call if that is longer than S10.
    pub(super) fn carrier_masked(&mut self, now: Instant, time: Duration) {
        let gap = self.active.get(CARRIER_GAP);
        let allowed = Duration::from_millis(100) * u32::from(gap);
        let online = matches!(self.state, State::Data { .. } | State::OnlineCommand { .. });
        if online && gap != CARRIER_ALWAYS && allowed < time && self.carrier_lost.is_none() {
            self.carrier_lost = Some((now + allowed, CallEnd::CarrierLost));
        }
    }

    /// Carrier is there again in time, or the retrain is over.
    pub(super) fn carrier_back(&mut self, now: Instant) {
        self.carrier_lost = None;
        self.flow.stand_still(now, false);
    }

    /// The call has ended, and not by the DTE's will.
    pub(super) fn lose_call(&mut self, end: CallEnd) {
        self.on_hook(end);
        self.result(ResultCode::NoCarrier);
        if self.active.circuit_109 == 1 {
            self.output.push_back(ModemOutput::HangUpDte);
        }
    }
}
