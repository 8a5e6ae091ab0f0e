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

    /// Whether the speed of the port is of interest: a modem in command state goes by it. It is not looked at in a call,
    /// for it costs time.
    pub fn wants_speed(&self) -> bool {
        !self.is_direct() && !self.is_through()
    }

    /// The speed of a port that does not tell when it changes.
    pub fn handle_port_speed(&mut self, now: Instant, speed: Option<u32>) {
        if let Some(speed) = speed {
            self.plant.handle_dte_speed(now, speed);
        }
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::scenario::{Port, Wiring};

    fn station(wiring: Wiring) -> Station {
        Station::new(&Port { wiring, ..Port::new("ttyACM0") }).unwrap()
    }

    #[test]
    fn a_usb_port_is_told_of_each_change_once_and_so_is_the_trace() {
        let mut station = station(Wiring::Usb);
        assert_eq!(station.poll_circuit(), Some((Circuit::C107, true)));
        station.circuit_changes(Instant::from_millis(5), Circuit::C109, true);
        station.circuit_changes(Instant::from_millis(6), Circuit::C109, true);
        assert_eq!(station.poll_circuit(), Some((Circuit::C109, true)));
        assert_eq!(station.poll_circuit(), None);
        let told: Vec<_> = station.take_events().into_iter().map(|event| event.what).collect();
        let circuit = |circuit| What::Circuit { circuit, on: true };
        assert_eq!(told, [circuit(107), circuit(109)]);
    }

    #[test]
    fn a_pty_has_no_circuits_but_its_opening() {
        let mut station = station(Wiring::Pty);
        station.circuit_changes(Instant::from_millis(5), Circuit::C125, true);
        assert_eq!(station.poll_circuit(), None);
        station.handle_circuit_108(Instant::from_millis(6), true);
        let told: Vec<_> = station.take_events().into_iter().map(|event| event.what).collect();
        assert_eq!(told, [What::DteOpened]);
    }
}
