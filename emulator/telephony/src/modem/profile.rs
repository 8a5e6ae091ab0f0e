//! What commands set: the modem's active settings, and what `&F`, `Z` and `&D3` bring back.
//!
//! A profile holds values and knows no effects; what there is to be set, and to what, the [`CommandSet`] says.

use std::collections::BTreeMap;

use super::command_line::Editing;
use super::command_set::CommandSet;
use super::parameter::{AUTO_ANSWER, CALLER_ID, DELETION, FORMATTING, TERMINATOR};
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
    /// X (§6.2.7): 0 to 4, more for some models.
    pub(super) detail: u8,
    /// &C (§6.2.8): 0: circuit 109 always on, 1: on while there is carrier.
    pub(super) circuit_109: u8,
    /// &D (§6.2.9; 3: Hayes): what circuit 108/2 going off does.
    pub(super) circuit_108: u8,
    /// P: digits are dialled by pulses; T: by tones.
    pub(super) pulses: bool,
    /// &K is flow control. With makers who have &H for that it is something else, and they keep to circuits 105 and 106.
    flow_by_k: bool,
    settings: BTreeMap<String, u32>,
    registers: BTreeMap<u8, u8>,
    extended: BTreeMap<String, Vec<String>>,
}

impl Profile {
    /// The factory's settings, but for what the owner of the modem is said to have chosen: whether caller ID is shown, and
    /// S0 unless it is 0.
    pub(super) fn factory(command_set: &CommandSet, caller_id: bool, auto_answer: u8) -> Self {
        let mut profile = Self {
            echo: true,
            quiet: false,
            verbose: true,
            detail: 4,
            circuit_109: 1,
            circuit_108: 2,
            pulses: false,
            flow_by_k: !command_set.settings.contains_key("&H"),
            settings: BTreeMap::new(),
            registers: command_set.registers.iter().map(|(number, register)| (*number, register.default)).collect(),
            extended: command_set
                .extended
                .iter()
                .filter(|(_, p)| !p.keyed)
                .map(|(name, p)| (name.clone(), p.default.clone()))
                .collect(),
        };
        for (name, setting) in &command_set.settings {
            profile.set_setting(name, setting.default);
        }
        if auto_answer > 0 {
            profile.set(AUTO_ANSWER, auto_answer);
        }
        if !caller_id && let Some(values) = profile.extended.get_mut(CALLER_ID) {
            *values = vec!["0".to_owned()];
        }
        profile
    }

    /// The value of an S-parameter; 0 if there is none of that number.
    pub(super) fn get(&self, number: u8) -> u8 {
        self.registers.get(&number).copied().unwrap_or_default()
    }

    /// Sets an S-parameter.
    pub(super) fn set(&mut self, number: u8, value: u8) {
        self.registers.insert(number, value);
    }

    /// The S-parameters in the order of their numbers.
    pub(super) fn registers(&self) -> impl Iterator<Item = (u8, u8)> {
        self.registers.iter().map(|(number, value)| (*number, *value))
    }

    /// What a command of a letter, or of a sign and a letter, is set to; 0 if there is none of that name.
    pub(super) fn setting(&self, name: &str) -> u32 {
        self.settings.get(name).copied().unwrap_or_default()
    }

    /// Those commands in the order of their names.
    pub(super) fn settings(&self) -> impl Iterator<Item = (&str, u32)> {
        self.settings.iter().map(|(name, value)| (name.as_str(), *value))
    }

    /// Sets one. Flow control has two names: &K and +IFC.
    pub(super) fn set_setting(&mut self, name: &str, value: u32) {
        self.settings.insert(name.to_owned(), value);
        let small = u8::try_from(value).unwrap_or(u8::MAX);
        match name {
            "E" => self.echo = value == 1,
            "Q" => self.quiet = value == 1,
            "V" => self.verbose = value == 1,
            "X" => self.detail = small,
            "&C" => self.circuit_109 = small,
            "&D" => self.circuit_108 = small,
            "&K" if self.flow_by_k => {
                if let Some((_, ifc)) = FLOW.iter().find(|(k, _)| *k == value) {
                    self.extended.insert("+IFC".to_owned(), ifc.map(str::to_owned).to_vec());
                }
            }
            _ => {}
        }
    }

    /// The extended parameters in the order of their names.
    pub(super) fn all_extended(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.extended.iter().map(|(name, values)| (name.as_str(), values.as_slice()))
    }

    /// The settings of an extended parameter that has several, in the order of their names.
    pub(super) fn entries<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [String]> {
        let own = move |key: &str| key.strip_prefix(name).is_some_and(|rest| rest.starts_with(' '));
        self.extended.iter().filter(move |(key, _)| own(key)).map(|(_, values)| values.as_slice())
    }

    /// Forgets one of them.
    pub(super) fn forget_extended(&mut self, entry: &str) {
        self.extended.remove(entry);
    }

    /// The values of an extended parameter; none if there is none of that name.
    pub(super) fn extended(&self, name: &str) -> &[String] {
        self.extended.get(name).map_or(&[], Vec::as_slice)
    }

    /// One of its values as a number, `place` from 0; 0 if it is none.
    pub(super) fn extended_value(&self, name: &str, place: usize) -> u32 {
        self.extended(name).get(place).and_then(|value| value.parse().ok()).unwrap_or_default()
    }

    /// Sets an extended parameter.
    pub(super) fn set_extended(&mut self, name: &str, values: Vec<String>) {
        let known = FLOW.iter().find(|(_, ifc)| name == "+IFC" && values.iter().eq(ifc));
        if let Some((k, _)) = known.filter(|_| self.flow_by_k) {
            self.settings.insert("&K".to_owned(), *k);
        }
        self.extended.insert(name.to_owned(), values);
    }

    /// How result codes look.
    pub(super) fn format(&self) -> Format {
        Format { verbose: self.verbose, terminator: self.get(TERMINATOR), formatting: self.get(FORMATTING) }
    }

    /// How command lines are ended and edited; `longest` characters of a body, 0: the usual.
    pub(super) fn editing(&self, longest: usize) -> Editing {
        Editing { terminator: self.get(TERMINATOR), deletion: self.get(DELETION), longest }
    }
}

/// What &K means in the words of +IFC (V.250 §6.2.12). &K6, both kinds at once, is circuits 105 and 106 here.
const FLOW: &[(u32, [&str; 2])] =
    &[(0, ["0", "0"]), (3, ["2", "2"]), (4, ["1", "1"]), (5, ["3", "1"]), (6, ["2", "2"])];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modem::Personality;

    fn factory() -> Profile {
        Profile::factory(&CommandSet::new(&Personality::default()), true, 0)
    }

    // M59, V.250 §6 and Hayes
    #[test]
    fn the_factory_settings_are_the_usual_ones() {
        let profile = factory();
        let registers: Vec<_> = profile.registers().collect();
        let usual: [(u8, u8); 14] = [
            (0, 0),
            (1, 0),
            (2, 43),
            (3, 13),
            (4, 10),
            (5, 8),
            (6, 2),
            (7, 50),
            (8, 2),
            (9, 6),
            (10, 14),
            (11, 95),
            (12, 50),
            (30, 0),
        ];
        assert_eq!(registers, usual);
        assert!(profile.echo && profile.verbose && !profile.quiet && !profile.pulses);
        assert_eq!((profile.detail, profile.circuit_109, profile.circuit_108), (4, 1, 2));
    }

    #[test]
    fn k_and_ifc_are_one_setting() {
        let mut profile = factory();
        profile.set_setting("&K", 4);
        assert_eq!(profile.extended("+IFC"), ["1", "1"]);
        profile.set_extended("+IFC", vec!["0".to_owned(), "0".to_owned()]);
        assert_eq!(profile.setting("&K"), 0);
    }

    #[test]
    fn k_is_no_flow_control_for_makers_who_have_h() {
        let personality =
            Personality { factory: [("&H".to_owned(), 3), ("&K".to_owned(), 4)].into(), ..Personality::default() };
        let mut profile = Profile::factory(&CommandSet::new(&personality), true, 0);
        assert_eq!((profile.setting("&K"), profile.extended("+IFC").join(",")), (4, "2,2".to_owned()));
        profile.set_extended("+IFC", vec!["0".to_owned(), "0".to_owned()]);
        assert_eq!(profile.setting("&K"), 4);
    }
}
