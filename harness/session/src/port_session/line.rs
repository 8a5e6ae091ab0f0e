//! What modem and line bring: octets for both ends, the caller's view of the call, and what happened, as facts.

use offhook_clock::Instant;
use offhook_telephony::exchange::CallerEvent as Heard;
use offhook_telephony::trace::{End, EventKind, Loss};

use super::{Forwarded, PortSession};
use crate::facts::{Clearing, Timestamped};
use crate::line_end::LineEndOutput;

impl PortSession {
    pub(super) fn handle_line_end(&mut self, now: Instant, output: LineEndOutput) {
        match output {
            LineEndOutput::ToDte(octets) => self.tell_dte(now, octets),
            LineEndOutput::Departed(count) => {
                if self.is_connected() {
                    self.to_caller.send(now, count);
                }
            }
            LineEndOutput::Arrived(count) => {
                self.to_server.get(now, count);
                if self.data_until.is_some_and(|until| self.to_server.has_got(until)) {
                    self.data_until = None;
                    self.facts.last_data = Some(now);
                }
            }
            LineEndOutput::Lost(loss) => self.handle_loss(now, loss),
            LineEndOutput::ToCaller(event) => self.handle_far_end(now, event),
            LineEndOutput::ToWaitingCaller(told) => self.handle_waiting_call(now, told),
            LineEndOutput::HangUpDte => self.hang_up_dte = true,
            LineEndOutput::Trace(what) => self.note(now, what),
            // Nobody listens here, and nobody dials.
            LineEndOutput::Tapped(_) | LineEndOutput::Busy => {}
            LineEndOutput::Circuit(circuit, on) => self.circuit_changes(now, circuit, on),
        }
    }

    /// What is lost is no longer under way.
    fn handle_loss(&mut self, now: Instant, loss: Loss) {
        if !self.is_connected() {
            return;
        }
        let count = usize::try_from(loss.octets).unwrap_or(usize::MAX);
        match loss.from {
            End::Caller => drop(self.to_server.get(now, count)),
            End::Server => drop(self.to_caller.get(now, count)),
        }
        if self.data_until.is_some_and(|until| self.to_server.has_got(until)) {
            self.data_until = None;
        }
    }

    /// What the caller's end of the line brings.
    fn handle_far_end(&mut self, now: Instant, event: Heard) {
        let Heard::Octets(octets) = event else { return self.arrives(now, event) };
        self.departed = self.to_caller.get(now, octets.len());
        let octets = self.met(now, End::Caller, &octets).unwrap_or(octets);
        if !octets.is_empty() {
            self.arrives(now, Heard::Octets(octets));
        }
    }

    /// The caller hears what has come through.
    pub(super) fn arrives(&mut self, now: Instant, event: Heard) {
        match (event, &mut self.caller) {
            (Heard::Octets(octets), Some(caller)) => {
                caller.handle_octets(now, &octets);
                if let Some(script) = &mut self.script {
                    script.player.handle_octets(now, &octets);
                }
            }
            (Heard::Octets(octets), None) => {
                self.tap.hear(now, End::Server, &octets);
                self.take_tapped(now);
            }
            (Heard::Connected { .. }, _) => {
                self.begin_script(now);
                if let Some(caller) = &mut self.caller {
                    caller.handle_carrier(now);
                }
                let unsaid = std::mem::take(&mut self.unsaid);
                self.send(now, &unsaid);
            }
            (Heard::Cleared { .. }, caller) => {
                if let Some(caller) = caller {
                    caller.handle_carrier_lost(now);
                }
                if let Some(script) = &mut self.script {
                    script.player.handle_closed(now);
                }
                self.tap.finish();
                self.take_tapped(now);
                self.proceed_with_login(now);
            }
            (Heard::Busy | Heard::Answered | Heard::GaveUp, _) => {}
            (Heard::CarrierLost | Heard::CarrierBack | Heard::Retrain, _) => {}
            (Heard::Renegotiated(_), _) => {}
            (Heard::Unanswered { forward }, _) => self.forward = Some(Forwarded::To(forward)),
            (Heard::Forwarded(line), _) => self.forward = Some(Forwarded::Rings(line)),
        }
    }

    /// Keeps what a line or modem tells, and the facts in it.
    fn note(&mut self, now: Instant, what: EventKind) {
        match &what {
            EventKind::RingOn { count } => self.facts.rings = *count,
            EventKind::OffHook => self.facts.answered = self.facts.answered.or(Some(now)),
            EventKind::Connected { rate } => {
                self.facts.connected = Some(Timestamped { at: now, what: *rate });
                // A cable has no hook.
                self.facts.answered = self.facts.answered.or(Some(now));
                self.dte.served |= self.dte.open;
            }
            EventKind::Cleared { by, abrupt } if self.facts.cleared.is_none() => {
                self.facts.cleared = Some(Timestamped { at: now, what: Clearing { by: *by, abrupt: *abrupt } });
                // A server that hangs up has closed the port before.
                self.facts.let_go |= !self.dte.open || self.facts.released;
            }
            EventKind::Response { text } => {
                self.facts.modem.push(text.clone());
                // The modem takes commands again: it is being set up for the next call, by whomever.
                self.facts.let_go |= self.facts.cleared.is_some() && text == "OK";
                self.dte.served = true;
                self.dte.last = now;
            }
            _ => {}
        }
        self.record(now, what);
    }
}
