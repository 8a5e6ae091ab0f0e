//! ip232: a serial port over TCP as VICE, openMSX and tcpser speak it: octets, DTR (108/2) one way, DCD (109) and RI (125) the other.
//!
//! Octets go as they are, but 255, which begins a pair: 255 255 is the octet 255; 255 and anything else is the circuits, as bits. From
//! the DTE bit 0 is DTR; to it bit 0 is DCD and bit 1 RI (VICE, `rs232drv/rs232.h`). No handshake, no version. Sans-I/O: one of these
//! lives as long as one connection.

use offhook_telephony::modem::Circuit;

/// Begins a pair.
const ESCAPE: u8 = 255;
const DTR: u8 = 1;
const DCD: u8 = 1;
const RI: u8 = 2;

/// What the DTE does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ip232Event {
    /// It sends octets to the modem.
    Octets(Vec<u8>),
    /// Circuit 108/2.
    Circuit108(bool),
}

/// One connection.
#[derive(Debug)]
pub(super) struct Ip232 {
    /// The last octet began a pair.
    escaped: bool,
    carrier: bool,
    ring: bool,
    output: Vec<u8>,
}

impl Ip232 {
    /// A connection that has just been made, with the modem's circuits, which the DTE is told.
    pub(super) fn new(circuits: &[(Circuit, bool)]) -> Self {
        let is_on = |circuit| circuits.contains(&(circuit, true));
        let (carrier, ring) = (is_on(Circuit::C109), is_on(Circuit::C125));
        let mut ip232 = Self { escaped: false, carrier, ring, output: Vec::new() };
        ip232.tell();
        ip232
    }

    /// Octets have come from the DTE.
    pub(super) fn receive(&mut self, octets: &[u8]) -> Vec<Ip232Event> {
        let mut events = Vec::new();
        let mut data = Vec::new();
        for &octet in octets {
            match (std::mem::take(&mut self.escaped), octet) {
                (true, ESCAPE) => data.push(ESCAPE),
                (true, circuits) => {
                    if !data.is_empty() {
                        events.push(Ip232Event::Octets(std::mem::take(&mut data)));
                    }
                    events.push(Ip232Event::Circuit108(circuits & DTR != 0));
                }
                (false, ESCAPE) => self.escaped = true,
                (false, octet) => data.push(octet),
            }
        }
        if !data.is_empty() {
            events.push(Ip232Event::Octets(data));
        }
        events
    }

    /// Octets for the DTE, into [`Self::take_output`].
    pub(super) fn send(&mut self, octets: &[u8]) {
        for &octet in octets {
            self.output.push(octet);
            if octet == ESCAPE {
                self.output.push(ESCAPE);
            }
        }
    }

    /// A circuit of the modem goes on or off; the DTE is told, if it is one that it can see.
    pub(super) fn set_circuit(&mut self, circuit: Circuit, on: bool) {
        let known = match circuit {
            Circuit::C109 => &mut self.carrier,
            Circuit::C125 => &mut self.ring,
            Circuit::C106 | Circuit::C107 => return,
        };
        if std::mem::replace(known, on) != on {
            self.tell();
        }
    }

    fn tell(&mut self) {
        let circuits = if self.carrier { DCD } else { 0 } | if self.ring { RI } else { 0 };
        self.output.extend([ESCAPE, circuits]);
    }

    /// Octets for the connection.
    pub(super) fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn octets(octets: &[u8]) -> Ip232Event {
        Ip232Event::Octets(octets.to_vec())
    }

    #[test]
    fn every_octet_passes_both_ways_however_it_is_cut() {
        let all: Vec<u8> = (0..=255).chain([255, 255, 0, 1]).collect();
        let mut modem = Ip232::new(&[]);
        modem.take_output();
        modem.send(&all);
        let wire = modem.take_output();
        for size in 1..8 {
            let mut dte = Ip232::new(&[]);
            let got: Vec<u8> = wire
                .chunks(size)
                .flat_map(|piece| dte.receive(piece))
                .flat_map(|event| match event {
                    Ip232Event::Octets(octets) => octets,
                    Ip232Event::Circuit108(_) => Vec::new(),
                })
                .collect();
            assert_eq!(got, all, "in pieces of {size}");
        }
    }

    #[test]
    fn dtr_comes_between_the_octets_where_it_changed() {
        let mut modem = Ip232::new(&[]);
        assert_eq!(modem.receive(b"AT\xff"), [octets(b"AT")]);
        assert_eq!(
            modem.receive(b"\x00x\xff\x01\xff\xff"),
            [Ip232Event::Circuit108(false), octets(b"x"), Ip232Event::Circuit108(true), octets(b"\xff"),]
        );
        // Bits that nobody has defined are none of DTR.
        assert_eq!(modem.receive(b"\xff\x03\xff\x02"), [Ip232Event::Circuit108(true), Ip232Event::Circuit108(false)]);
    }

    #[test]
    fn dcd_and_ri_are_told_at_first_and_when_they_change() {
        let mut modem = Ip232::new(&[(Circuit::C106, true), (Circuit::C109, true), (Circuit::C125, false)]);
        assert_eq!(modem.take_output(), [255, 1]);
        for (circuit, on) in
            [(Circuit::C125, true), (Circuit::C125, true), (Circuit::C106, false), (Circuit::C109, false)]
        {
            modem.set_circuit(circuit, on);
        }
        assert_eq!(modem.take_output(), [255, 3, 255, 2]);
    }
}
