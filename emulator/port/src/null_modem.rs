//! The cable between a serial device of ours and a DTE: a null-modem cable with full handshake, as any shop sells.
//!
//! We are a DCE behind a connector wired as a DTE's. So what V.24 has from DCE to DTE leaves by the pins a DTE would
//! drive, and the cable crosses them. In: pins. Out: what they mean.
//!
//! | our pin (9-pole) | | the DTE's pin | circuit | what it carries |
//! |---|---|---|---|---|
//! | 3 TD | → | 2 RD | 104 | octets for the DTE |
//! | 2 RD | ← | 3 TD | 103 | octets from the DTE |
//! | 4 DTR | → | 1 DCD and 6 DSR | 109, 107 | carrier: both show circuit 109, as one wire drives them |
//! | 6 DSR (and 1 DCD) | ← | 4 DTR | 108/2 | the DTE is ready |
//! | 7 RTS | → | 8 CTS | 106 | the DTE may send |
//! | 8 CTS | ← | 7 RTS | 105 | we may send |
//! | 5 GND | – | 5 GND | 102 | |
//! | – | | 9 RI | 125 | **nothing**: no usual cable has a wire for it; the DTE sees rings as `RING` only |
//!
//! A server that must see DSR before it sends commands (need-dsr) needs a cable with DSR bridged to its own DTR.

use super::event::PortEvent;
use offhook_telephony::modem::Circuit;

/// What a DTE's circuits look like at our pins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pins {
    /// Pin 6.
    pub(super) dsr: bool,
    /// Pin 8.
    pub(super) cts: bool,
}

/// A pin of ours that the DTE sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Drive {
    /// Pin 4.
    Dtr,
    /// Pin 7.
    Rts,
}

/// What the DTE's circuits were when last looked at.
#[derive(Debug)]
pub(super) struct NullModem {
    circuit_108: bool,
    circuit_105: bool,
}

impl NullModem {
    /// Before the first look: no DTE, and one that would take octets, as [`PortEvent`] has it.
    pub(super) fn new() -> Self {
        Self { circuit_108: false, circuit_105: true }
    }

    /// What has changed. A DTE that comes is told before what it says, one that goes after.
    pub(super) fn look(&mut self, pins: Pins) -> Vec<PortEvent> {
        let mut events = Vec::new();
        let came = std::mem::replace(&mut self.circuit_108, pins.dsr) != pins.dsr;
        if came && pins.dsr {
            events.push(PortEvent::Circuit108(true));
        }
        if std::mem::replace(&mut self.circuit_105, pins.cts) != pins.cts {
            events.push(PortEvent::Circuit105(pins.cts));
        }
        if came && !pins.dsr {
            events.push(PortEvent::Circuit108(false));
        }
        events
    }

    /// The pin that shows a circuit to the DTE, if any does.
    pub(super) fn drive(circuit: Circuit) -> Option<Drive> {
        match circuit {
            Circuit::C109 => Some(Drive::Dtr),
            Circuit::C106 => Some(Drive::Rts),
            // It shares its wire with circuit 109, which more depends on.
            Circuit::C107 => None,
            Circuit::C125 => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dtes_dtr_and_rts_arrive_crossed() {
        let mut cable = NullModem::new();
        let mut look = |dsr, cts| cable.look(Pins { dsr, cts });
        assert_eq!(look(false, false), [PortEvent::Circuit105(false)], "nobody there");
        assert_eq!(look(true, true), [PortEvent::Circuit108(true), PortEvent::Circuit105(true)]);
        assert_eq!(look(true, true), []);
        assert_eq!(look(true, false), [PortEvent::Circuit105(false)]);
        assert_eq!(look(true, true), [PortEvent::Circuit105(true)]);
        assert_eq!(look(false, false), [PortEvent::Circuit105(false), PortEvent::Circuit108(false)]);
    }

    #[test]
    fn the_modems_circuits_leave_crossed_and_two_have_no_wire() {
        let drives = [Circuit::C106, Circuit::C107, Circuit::C109, Circuit::C125].map(NullModem::drive);
        assert_eq!(drives, [Some(Drive::Rts), None, Some(Drive::Dtr), None]);
    }
}
