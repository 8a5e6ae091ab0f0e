//! What modem and line bring: octets for both ends, the caller's view of the call, and what happened, as facts.

use offhook_emulator::exchange::CallerEvent as Heard;
use offhook_emulator::time::Instant;
use offhook_emulator::trace::What;

use super::{Forwarded, Station};
use crate::run::facts::{Clearing, Since};
use crate::run::plant::PlantOutput;

impl Station {
    pub(super) fn handle_plant(&mut self, now: Instant, output: PlantOutput) {
        match output {
            PlantOutput::ToDte(octets) => self.to_dte.push_back(octets),
            PlantOutput::Departed(count) => {
                if self.is_through() {
                    self.to_caller.send(now, count);
                }
            }
            PlantOutput::Arrived(count) => {
                self.to_server.get(now, count);
                if self.data_until.is_some_and(|until| self.to_server.has_got(until)) {
                    self.data_until = None;
                    self.facts.last_data = Some(now);
                }
            }
            PlantOutput::ToCaller(event) => self.handle_far_end(now, event),
            PlantOutput::ToSecondCaller(told) => self.handle_second(now, told),
            PlantOutput::HangUpDte => self.hang_up_dte = true,
            PlantOutput::Trace(what) => self.note(now, what),
            // Nobody listens here, and nobody dials.
            PlantOutput::Tapped(_) | PlantOutput::Busy => {}
            PlantOutput::Circuit(circuit, on) => self.circuit_changes(now, circuit, on),
        }
    }

    /// What the caller's end of the line brings.
    fn handle_far_end(&mut self, now: Instant, event: Heard) {
        if let Heard::Octets(octets) = &event {
            self.departed = self.to_caller.get(now, octets.len());
        }
        match (event, &mut self.caller) {
            (Heard::Octets(octets), Some(caller)) => caller.handle_octets(now, &octets),
            (Heard::Octets(octets), None) => self.hear(now, &octets),
            (Heard::Connected { .. }, caller) => {
                if let Some(caller) = caller {
                    caller.handle_carrier(now);
                }
                let unsaid = std::mem::take(&mut self.unsaid);
                self.send(now, &unsaid);
            }
            (Heard::Cleared { .. }, caller) => {
                if let Some(caller) = caller {
                    caller.handle_carrier_lost(now);
                }
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
    fn note(&mut self, now: Instant, what: What) {
        match &what {
            What::RingOn { count } => self.facts.rings = *count,
            What::OffHook => self.facts.answered = self.facts.answered.or(Some(now)),
            What::Connected { rate } => {
                self.facts.connected = Some(Since { at: now, what: *rate });
                // A cable has no hook.
                self.facts.answered = self.facts.answered.or(Some(now));
                self.dte.served |= self.dte.open;
            }
            What::Cleared { by, abrupt } if self.facts.cleared.is_none() => {
                self.facts.cleared = Some(Since { at: now, what: Clearing { by: *by, abrupt: *abrupt } });
                // A server that hangs up has closed the port before.
                self.facts.let_go |= !self.dte.open;
            }
            What::Response { text } => {
                self.facts.modem.push(text.clone());
                self.dte.served = true;
                self.dte.last = now;
            }
            _ => {}
        }
        self.record(now, what);
    }
}
