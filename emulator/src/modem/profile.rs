//! What commands set: the modem's active settings, and what `&F`, `Z` and `&D3` bring back.
//!
//! A profile holds the single-letter settings and the values of the tables in `parameter`; it knows no effects.

use std::collections::BTreeMap;

use super::command_line::Editing;
use super::parameter::{
    CALLER_ID, DELETION, EXTENDED_PARAMETERS, ExtendedParameter, FORMATTING, S_PARAMETERS, TERMINATOR,
};
use super::result_code::Format;

/// One set of settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Profile {
    /// E (V.250 §6.2.4): echo in command state.
    pub(super) echo: bool,
    /// Q (§6.2.5): no result codes.
    pub(super) quiet: bool,
    /// V (§6.2.6): words, not numbers.
    pub(super) verbose: bool,
    /// X (§6.2.7): 0 to 4.
    pub(super) detail: u8,
    /// &C (§6.2.8): 0: circuit 109 always on, 1: on while there is carrier.
    pub(super) circuit_109: u8,
    /// &D (§6.2.9; 3: Hayes): what circuit 108/2 going off does.
    pub(super) circuit_108: u8,
    /// &S (Hayes): 0: circuit 107 always on, 1: on from the answer tone to the end of the call.
    pub(super) circuit_107: u8,
    /// P and T (§6.3.2, §6.3.3): dials by pulses, not by tones.
    pub(super) pulse: bool,
    parameters: BTreeMap<u8, u8>,
    extended: BTreeMap<&'static str, Vec<u32>>,
}

impl Profile {
    /// The factory's settings: E1 Q0 V1 X4 &C1 &D2 and the defaults of the tables, but for what the owner of the
    /// modem is said to have chosen: whether caller ID is shown, and S0.
    pub(super) fn factory(caller_id: bool, auto_answer: u8) -> Self {
        let mut profile = Self {
            echo: true,
            quiet: false,
            verbose: true,
            detail: 4,
            circuit_109: 1,
            circuit_108: 2,
            circuit_107: 0,
            pulse: false,
            parameters: S_PARAMETERS.iter().map(|parameter| (parameter.number, parameter.default)).collect(),
            extended: EXTENDED_PARAMETERS.iter().map(|p| (p.name, p.default.to_vec())).collect(),
        };
        profile.set(super::parameter::AUTO_ANSWER, auto_answer);
        profile.extended.insert(CALLER_ID, vec![u32::from(caller_id)]);
        profile
    }

    /// The value of an S-parameter; 0 if there is none of that number.
    pub(super) fn get(&self, number: u8) -> u8 {
        self.parameters.get(&number).copied().unwrap_or_default()
    }

    /// Sets an S-parameter.
    pub(super) fn set(&mut self, number: u8, value: u8) {
        self.parameters.insert(number, value);
    }

    /// The values of an extended parameter.
    pub(super) fn extended(&self, parameter: &ExtendedParameter) -> &[u32] {
        self.extended.get(parameter.name).map_or(parameter.default, Vec::as_slice)
    }

    /// Sets an extended parameter.
    pub(super) fn set_extended(&mut self, parameter: &ExtendedParameter, values: Vec<u32>) {
        self.extended.insert(parameter.name, values);
    }

    /// How result codes look.
    pub(super) fn format(&self) -> Format {
        Format {
            verbose: self.verbose,
            detail: self.detail,
            terminator: self.get(TERMINATOR),
            formatting: self.get(FORMATTING),
        }
    }

    /// How command lines are ended and edited.
    pub(super) fn editing(&self) -> Editing {
        Editing { terminator: self.get(TERMINATOR), deletion: self.get(DELETION) }
    }
}
