//! What the host asks on endpoint 0 of a USB modem: USB 2.0 §9.4 and PSTN §6.3 (abstract control model).
//!
//! Setup packets come in; what to answer comes out, and of what the host sets, what it means to a modem: circuits 108/2
//! and 105, the speed of the DTE, a break. Sans-I/O: `gadget` carries it.

use super::descriptors::{CONTROL_INTERFACE, descriptor};

/// The eight octets a control transfer begins with (USB 2.0 §9.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Setup {
    kind: u8,
    request: u8,
    value: u16,
    index: u16,
    length: u16,
}

/// How it goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// These octets to the host, no more than it asked for.
    Give(Vec<u8>),
    /// So many octets from the host, perhaps none, for [`Control::taken`].
    Take(u16),
    /// The host chooses the configuration: endpoints on, then as [`Take`](Self::Take) of none.
    Configure,
    /// There is no such thing.
    Refuse,
}

/// What the DTE says beside its octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Circuit 105 (RTS).
    Circuit105(bool),
    /// Circuit 108/2 (DTR).
    Circuit108(bool),
    /// Its speed in bit/s.
    Speed(u32),
    /// A break begins, or ends.
    Break(bool),
}

/// USB 2.0 table 9-4.
const GET_DESCRIPTOR: u8 = 6;
const SET_CONFIGURATION: u8 = 9;
/// PSTN table 13.
const SET_LINE_CODING: u8 = 0x20;
const GET_LINE_CODING: u8 = 0x21;
const SET_CONTROL_LINE_STATE: u8 = 0x22;
const SEND_BREAK: u8 = 0x23;

/// `bmRequestType`: standard, of the device, to the host and from it.
const FROM_DEVICE: u8 = 0x80;
const TO_DEVICE: u8 = 0x00;
/// Of the class, of an interface.
const TO_INTERFACE: u8 = 0x21;
const FROM_INTERFACE: u8 = 0xa1;

/// Octets of a line coding: speed, stop bits, parity, data bits (PSTN table 17).
const LINE_CODING: usize = 7;

/// What the host has set.
#[derive(Clone, Debug)]
pub(super) struct Control {
    coding: [u8; LINE_CODING],
    /// Bit 0: circuit 108/2, bit 1: circuit 105.
    lines: u16,
}

impl Setup {
    /// From its octets.
    pub(super) fn new(octets: [u8; 8]) -> Self {
        let [kind, request, value_low, value_high, index_low, index_high, length_low, length_high] = octets;
        Self {
            kind,
            request,
            value: u16::from_le_bytes([value_low, value_high]),
            index: u16::from_le_bytes([index_low, index_high]),
            length: u16::from_le_bytes([length_low, length_high]),
        }
    }
}

impl Control {
    /// A modem that nobody has opened yet, at 9600 bit/s, 8N1.
    pub(super) fn new() -> Self {
        Self { coding: [0x80, 0x25, 0, 0, 0, 0, 8], lines: 0 }
    }

    /// How to answer.
    pub(super) fn answer(&self, setup: Setup) -> Answer {
        let ours = setup.index == u16::from(CONTROL_INTERFACE);
        let found = match (setup.kind, setup.request) {
            (FROM_DEVICE, GET_DESCRIPTOR) => descriptor(setup.value),
            (FROM_INTERFACE, GET_LINE_CODING) if ours => Some(self.coding.to_vec()),
            (TO_DEVICE, SET_CONFIGURATION) => return Answer::Configure,
            (TO_INTERFACE, SET_LINE_CODING) if ours => return Answer::Take(setup.length),
            (TO_INTERFACE, SET_CONTROL_LINE_STATE | SEND_BREAK) if ours => return Answer::Take(0),
            _ => None,
        };
        match found {
            Some(mut octets) => {
                octets.truncate(usize::from(setup.length));
                Answer::Give(octets)
            }
            None => Answer::Refuse,
        }
    }

    /// The transfer that `setup` began is over, and brought `octets`.
    pub(super) fn taken(&mut self, setup: Setup, octets: &[u8]) -> Vec<Said> {
        let mut said = Vec::new();
        match setup.request {
            SET_LINE_CODING => {
                // One of another length is none.
                if let Ok(coding) = <[u8; LINE_CODING]>::try_from(octets) {
                    let before = std::mem::replace(&mut self.coding, coding);
                    if speed(coding) != speed(before) {
                        said.push(Said::Speed(speed(coding)));
                    }
                }
            }
            SET_CONTROL_LINE_STATE => {
                let changed = std::mem::replace(&mut self.lines, setup.value) ^ setup.value;
                if changed & 2 != 0 {
                    said.push(Said::Circuit105(setup.value & 2 != 0));
                }
                if changed & 1 != 0 {
                    said.push(Said::Circuit108(setup.value & 1 != 0));
                }
            }
            SEND_BREAK => said.push(Said::Break(setup.value != 0)),
            _ => {}
        }
        said
    }
}

fn speed([first, second, third, fourth, ..]: [u8; LINE_CODING]) -> u32 {
    u32::from_le_bytes([first, second, third, fourth])
}

/// States of the line that a notification tells (PSTN table 31).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SerialState {
    /// Circuit 107 (DSR).
    pub(super) circuit_107: bool,
    /// Circuit 109 (DCD).
    pub(super) circuit_109: bool,
    /// Circuit 125 (RI).
    pub(super) circuit_125: bool,
}

impl SerialState {
    /// The notification (PSTN §6.5.4).
    pub(super) fn notification(self) -> [u8; 10] {
        let states = u8::from(self.circuit_109) | u8::from(self.circuit_107) << 1 | u8::from(self.circuit_125) << 3;
        [0xa1, 0x20, 0, 0, CONTROL_INTERFACE, 0, 2, 0, states, 0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setup(kind: u8, request: u8, value: u16, index: u16, length: u16) -> Setup {
        Setup { kind, request, value, index, length }
    }

    #[test]
    fn setup_packets_are_little_endian() {
        let octets = [0x80, 6, 0x00, 0x02, 0x34, 0x12, 9, 1];
        assert_eq!(Setup::new(octets), setup(0x80, 6, 0x0200, 0x1234, 265));
    }

    #[test]
    fn a_host_gets_no_more_than_it_asked_for() {
        let Answer::Give(octets) = Control::new().answer(setup(0x80, 6, 0x0200, 0, 9)) else { unreachable!() };
        assert_eq!((octets.len(), octets.get(2)), (9, Some(&67)));
    }

    #[test]
    fn opening_a_port_puts_105_and_108_on_and_toggling_dtr_moves_108_alone() {
        let mut control = Control::new();
        let set = |value| setup(0x21, 0x22, value, 0, 0);
        assert_eq!(control.answer(set(3)), Answer::Take(0));
        assert_eq!(control.taken(set(3), &[]), [Said::Circuit105(true), Said::Circuit108(true)]);
        assert_eq!(control.taken(set(2), &[]), [Said::Circuit108(false)]);
        assert_eq!(control.taken(set(2), &[]), []);
        assert_eq!(control.taken(set(0), &[]), [Said::Circuit105(false)]);
    }

    #[test]
    fn the_speed_is_told_when_it_changes_and_given_back_when_asked_for() {
        let mut control = Control::new();
        let set = setup(0x21, 0x20, 0, 0, 7);
        assert_eq!(control.answer(set), Answer::Take(7));
        let coding = [0x00, 0xe1, 0, 0, 0, 0, 8];
        assert_eq!(control.taken(set, &coding), [Said::Speed(57_600)]);
        assert_eq!(control.taken(set, &coding), []);
        assert_eq!(control.taken(set, &coding[..6]), []);
        assert_eq!(control.answer(setup(0xa1, 0x21, 0, 0, 7)), Answer::Give(coding.to_vec()));
    }

    #[test]
    fn a_break_has_a_beginning_and_an_end() {
        let mut control = Control::new();
        assert_eq!(control.taken(setup(0x21, 0x23, 0xffff, 0, 0), &[]), [Said::Break(true)]);
        assert_eq!(control.taken(setup(0x21, 0x23, 0, 0, 0), &[]), [Said::Break(false)]);
    }

    #[test]
    fn what_is_not_known_is_refused_whatever_it_is() {
        let control = Control::new();
        for (kind, request, value, index) in
            [(0x80, 6, 0x0600, 0), (0x21, 0x22, 3, 1), (0xa1, 0xfe, 0, 0), (0, 0, 0, 0)]
        {
            assert_eq!(control.answer(setup(kind, request, value, index, 8)), Answer::Refuse);
        }
    }

    #[test]
    fn a_notification_tells_all_states_at_once() {
        let state = SerialState { circuit_107: true, circuit_109: false, circuit_125: true };
        assert_eq!(state.notification(), [0xa1, 0x20, 0, 0, 0, 0, 2, 0, 0b1010, 0]);
        let state = SerialState { circuit_107: true, circuit_109: true, circuit_125: false };
        assert_eq!(state.notification()[8], 0b0011);
    }
}
