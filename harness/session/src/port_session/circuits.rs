//! The circuits between a port's DTE and its modem, where the port has such: a USB port has, a pty has not.
//!
//! On a pty circuit 108/2 is the opening of the port, and that 109 goes off is a hang-up; the modem's other circuits
//! lead nowhere there, and are not told.

use offhook_clock::Instant;
use offhook_telephony::modem::Circuit;
use offhook_telephony::trace::EventKind;

use super::PortSession;
use crate::facts::Timestamped;

impl PortSession {
    /// The modem is switched on, with nobody at the port: all circuits are off but those that the modem says are on.
    pub(super) fn switched_on(mut self) -> Self {
        if self.has_circuits {
            let off = |circuit| (circuit, Timestamped { at: Instant::ZERO, what: false });
            self.facts.circuits = [105, 107, 108, 109, 125].map(off).into();
            self.line_end.handle_circuit_108(Instant::ZERO, false);
            self.pump(Instant::ZERO);
        }
        self
    }

    /// Circuit 105 (RTS).
    pub fn handle_circuit_105(&mut self, now: Instant, on: bool) {
        self.circuit_is(now, 105, on);
        self.record(now, EventKind::Circuit { circuit: 105, on });
        self.line_end.handle_circuit_105(now, on);
        self.pump(now);
    }

    /// The DTE works at another speed, in bit/s.
    pub fn handle_dte_speed(&mut self, now: Instant, speed: u32) {
        self.record(now, EventKind::Note { text: format!("the server sets its port to {speed} bit/s") });
        self.line_end.handle_dte_speed(now, speed);
        self.pump(now);
    }

    /// Whether the speed of the port is of interest: a modem in command state goes by it. It is not looked at in a call,
    /// for it costs time.
    pub fn wants_speed(&self) -> bool {
        !self.is_direct() && !self.is_connected()
    }

    /// The speed of a port that does not tell when it changes.
    pub fn handle_port_speed(&mut self, now: Instant, speed: Option<u32>) {
        if let Some(speed) = speed {
            self.line_end.handle_dte_speed(now, speed);
        }
    }

    /// A circuit to set towards the DTE.
    pub fn poll_circuit(&mut self) -> Option<(Circuit, bool)> {
        self.circuits.pop_front()
    }

    /// Circuit 108/2, or what stands for it.
    pub(super) fn dte_opened(&mut self, now: Instant, on: bool) {
        let what = match on {
            _ if self.has_circuits => EventKind::Circuit { circuit: 108, on },
            true => EventKind::DteOpened,
            false => EventKind::DteClosed,
        };
        self.circuit_is(now, 108, on);
        self.record(now, what);
    }

    /// A circuit towards the DTE.
    pub(super) fn circuit_changes(&mut self, now: Instant, circuit: Circuit, on: bool) {
        let number = match circuit {
            Circuit::C106 => 106,
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
        // The class of USB modems has no 106.
        if self.has_circuits && circuit != Circuit::C106 {
            self.record(now, EventKind::Circuit { circuit: number, on });
            self.circuits.push_back((circuit, on));
        }
    }

    /// A circuit between the DTE and its modem goes on or off.
    fn circuit_is(&mut self, now: Instant, circuit: u16, on: bool) {
        self.facts.circuits.insert(circuit, Timestamped { at: now, what: on });
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use offhook_scenario::{Port, Wiring};

    fn session(wiring: Wiring) -> PortSession {
        PortSession::new(&Port { wiring, ..Port::new("ttyACM0") }).unwrap()
    }

    #[test]
    fn a_usb_port_is_told_of_each_change_once_and_so_is_the_trace() {
        let mut session = session(Wiring::Usb);
        assert_eq!(session.poll_circuit(), Some((Circuit::C107, true)));
        session.circuit_changes(Instant::from_millis(5), Circuit::C109, true);
        session.circuit_changes(Instant::from_millis(6), Circuit::C109, true);
        assert_eq!(session.poll_circuit(), Some((Circuit::C109, true)));
        assert_eq!(session.poll_circuit(), None);
        let told: Vec<_> = session.take_events().into_iter().map(|event| event.what).collect();
        let circuit = |circuit| EventKind::Circuit { circuit, on: true };
        assert_eq!(told, [circuit(107), circuit(109)]);
    }

    #[test]
    fn a_pty_has_no_circuits_but_its_opening() {
        let mut session = session(Wiring::Pty);
        session.circuit_changes(Instant::from_millis(5), Circuit::C125, true);
        assert_eq!(session.poll_circuit(), None);
        session.handle_circuit_108(Instant::from_millis(6), true);
        let told: Vec<_> = session.take_events().into_iter().map(|event| event.what).collect();
        assert_eq!(told, [EventKind::DteOpened]);
    }
}
