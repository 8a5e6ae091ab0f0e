//! What the call has to know of the modem's settings, each in the shape it needs.
//!
//! In: the active profile. Out: numbers and choices. What sets them is `execute`; what they may be, `parameter`.

use super::Modem;
use super::execute::Done;
use super::flow::{FlowControl, Means};
use super::nvram::STORED_NUMBERS;
use super::result_code::ResultCode;

impl Modem {
    /// A value of an extended parameter, `place` from 0; 0 if there is none.
    pub(super) fn extended_value(&self, name: &str, place: usize) -> u32 {
        self.active.extended_value(self.command_set.canonical(name), place)
    }

    /// `+IFC` (V.250 §6.2.12), and &K, which sets the same.
    pub(super) fn flow_control(&self) -> FlowControl {
        let means = |value| match value {
            1 => Means::InBand,
            2 => Means::Circuit,
            3 => Means::InBandPassed,
            _ => Means::None,
        };
        FlowControl { by_dte: means(self.extended_value("+IFC", 0)), by_modem: means(self.extended_value("+IFC", 1)) }
    }

    /// &S (Hayes): 0: circuit 107 always on, 1: on from the answer tone to the end of the call.
    pub(super) fn circuit_107_setting(&self) -> u32 {
        self.active.setting("&S")
    }

    /// Whether digits are dialled by pulses (`P`) unless the number says so.
    pub(super) fn dials_by_pulses(&self) -> bool {
        self.active.pulses
    }

    /// `&Zn=` (Hayes): stores a number, in no profile; without one the place is free again.
    pub(super) fn store_number(&mut self, place: u32, number: String) -> Done {
        if place >= STORED_NUMBERS {
            return Done::Final(ResultCode::Error);
        }
        self.nvram_written = true;
        if number.trim().is_empty() {
            self.numbers.remove(&place);
        } else {
            self.numbers.insert(place, number);
        }
        Done::Next
    }

    /// The number that `&Zn=` has stored.
    pub(super) fn stored_number(&self, place: u8) -> Option<String> {
        self.numbers.get(&u32::from(place)).cloned()
    }
}
