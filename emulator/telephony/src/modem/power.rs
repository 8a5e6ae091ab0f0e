//! A modem's power: switched off it hears and says nothing, and has let go of the line; switched on again it is as its
//! memory has it (`&W`, `&Y`, `&Zn=`), whatever it had been set to since.
//!
//! In: the orders. Out: circuits 106, 107, 109 and 125 off, on hook; then circuits as they are at power-up. What the DTE sends
//! meanwhile is lost and not echoed. A modem may also stop working without being off.

use super::last_call::CallEnd;
use super::{Circuit, Modem, ModemConfig, ModemOutput, State};
use crate::loss::LossCause;
use crate::trace::EventKind;
use offhook_clock::Instant;

/// Whether a modem works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Condition {
    /// It does.
    #[default]
    Works,
    /// It neither hears nor says anything; its hook and its circuits stay as they are.
    Dead,
    /// It is switched off.
    Off,
}

impl Modem {
    /// Its power goes off. Whoever has its line on the exchange tells that, too: the far modem just loses carrier.
    pub fn switch_off(&mut self, now: Instant) {
        self.handle_timeout(now);
        if self.condition == Condition::Off {
            return;
        }
        self.trace(EventKind::Note { text: "the modem is switched off".to_owned() });
        let carrier = self.circuit(Circuit::C109);
        self.condition = Condition::Off;
        self.end_hold_off(LossCause::ReceiverHungUp);
        if self.state == State::Command {
            self.update_circuits();
        } else {
            self.on_hook(CallEnd::CarrierLost);
        }
        if carrier {
            self.output.push_back(ModemOutput::HangUpDte);
        }
    }

    /// Its power is back. Returns whether it was off.
    pub fn switch_on(&mut self, now: Instant) -> bool {
        if self.condition != Condition::Off {
            return false;
        }
        let nvram = Some(self.nvram());
        let fresh = Self::new(ModemConfig { nvram, ..self.config.clone() });
        let before = std::mem::replace(self, fresh);
        // The port, and what has been told of it, are not the modem's.
        (self.dte_ready, self.speed, self.circuits) = (before.dte_ready, before.speed.of_port(), before.circuits);
        self.flow.keep_circuit_105(&before.flow);
        (self.output, self.lost, self.nvram_written) = (before.output, before.lost, before.nvram_written);
        self.now = now;
        self.trace(EventKind::Note { text: "the modem is switched on".to_owned() });
        self.fall_silent(now);
        self.update_circuits();
        true
    }

    /// Whether it hears and says anything at all.
    pub(super) fn is_working(&self) -> bool {
        self.condition == Condition::Works
    }
}
