//! The circuits between a station's DTE and its modem, where the port has such: a USB port has, a pty has not.
//!
//! On a pty circuit 108/2 is the opening of the port, and that 109 goes off is a hang-up; the modem's other circuits
//! lead nowhere there, and are not told.

use offhook_emulator::modem::Circuit;
use offhook_emulator::time::Instant;
use offhook_emulator::trace::What;

use super::Station;
use crate::run::facts::Since;

impl Station {
    /// The modem is switched on, with nobody at the port: all circuits are off but those that the modem says are on.
    pub(super) fn switched_on(mut self) -> Self {
        if self.has_circuits {
            let off = |circuit| (circuit, Since { at: Instant::ZERO, what: false });
            self.facts.circuits = [105, 107, 108, 109, 125].map(off).into();
            self.plant.handle_circuit_108(Instant::ZERO, false);
            self.pump(Instant::ZERO);
        }
        self
    }

    /// Circuit 105 (RTS).
    pub fn handle_circuit_105(&mut self, now: Instant, on: bool) {
        self.circuit_is(now, 105, on);
        self.record(now, What::Circuit { circuit: 105, on });
        self.plant.handle_circuit_105(now, on);
        self.pump(now);
    }

    /// The DTE works at another speed, in bit/s.
    pub fn handle_dte_speed(&mut self, now: Instant, speed: u32) {
        self.record(now, What::Note { text: format!("the server sets its port to {speed} bit/s") });
        self.plant.handle_dte_speed(now, speed);
        self.pump(now);
    }

    /// A circuit to set towards the DTE.
    pub fn poll_circuit(&mut self) -> Option<(Circuit, bool)> {
        self.circuits.pop_front()
    }

    /// Circuit 108/2, or what stands for it.
    pub(super) fn dte_opened(&mut self, now: Instant, on: bool) {
        let what = match on {
            _ if self.has_circuits => What::Circuit { circuit: 108, on },
            true => What::DteOpened,
            false => What::DteClosed,
        };
        self.circuit_is(now, 108, on);
        self.record(now, what);
    }

    /// A circuit towards the DTE. The class of USB modems has no 106.
    pub(super) fn circuit_changes(&mut self, now: Instant, circuit: Circuit, on: bool) {
        let number = match circuit {
            Circuit::C106 => return,
            Circuit::C107 => 107,
            Circuit::C109 => 109,
            Circuit::C125 => 125,
        };
        let known = self.facts.circuits.get(&number).is_some_and(|known| known.what == on);
        if known {
            return;
        }
        // What the modem shows is a fact on a pty too, where nobody sees it.
        self.circuit_is(now, number, on);
        if self.has_circuits {
            self.record(now, What::Circuit { circuit: number, on });
            self.circuits.push_back((circuit, on));
        }
    }

    /// A circuit between the DTE and its modem goes on or off.
    fn circuit_is(&mut self, now: Instant, circuit: u16, on: bool) {
        self.facts.circuits.insert(circuit, Since { at: now, what: on });
    }
}
