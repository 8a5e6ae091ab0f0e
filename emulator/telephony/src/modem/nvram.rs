//! What a modem keeps without power: the two profiles of `&W`, which of them counts (`&Y`), the numbers of `&Zn=` (Hayes).
//!
//! In: a modem. Out: an [`Nvram`] as plain data, and from it a modem that has been switched on with it. What a modem has kept
//! that another model does not know is left out there, as an EPROM of another version would.

use std::collections::BTreeMap;

use super::Modem;
use super::command_set::CommandSet;
use super::profile::Profile;

/// So many numbers can be stored.
pub(super) const STORED_NUMBERS: u32 = 4;

/// What is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default, deny_unknown_fields))]
pub struct Nvram {
    /// `&W0` and `&W1`; one that is missing is the factory's.
    pub profiles: Vec<NvramProfile>,
    /// `&Y`: which profile counts when the modem is switched on.
    pub power_on: u8,
    /// `&Zn=`: telephone numbers by place.
    pub numbers: BTreeMap<u32, String>,
}

/// One profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default, deny_unknown_fields))]
pub struct NvramProfile {
    /// Commands of a letter, or of a sign and a letter, with their numbers: `E` 1, `&D` 2.
    pub commands: BTreeMap<String, u32>,
    /// S-parameters by number.
    pub registers: BTreeMap<u8, u8>,
    /// Extended parameters with their values: `+IFC` 2, 2.
    pub parameters: BTreeMap<String, Vec<String>>,
    /// `P` rather than `T`.
    pub pulses: bool,
}

impl NvramProfile {
    fn of(profile: &Profile) -> Self {
        Self {
            commands: profile.settings().map(|(name, value)| (name.to_owned(), value)).collect(),
            registers: profile.registers().collect(),
            parameters: profile.all_extended().map(|(name, values)| (name.to_owned(), values.to_vec())).collect(),
            pulses: profile.pulses,
        }
    }

    /// As a profile of this model; the rest as the factory has it.
    fn restored(&self, command_set: &CommandSet, factory: &Profile) -> Profile {
        let mut profile = factory.clone();
        for (name, value) in &self.commands {
            if command_set.settings.get(name).is_some_and(|setting| setting.takes(*value)) {
                profile.set_setting(name, *value);
            }
        }
        for (number, value) in &self.registers {
            if command_set.registers.get(number).is_some_and(|register| register.range.contains(value)) {
                profile.set(*number, *value);
            }
        }
        for (name, values) in &self.parameters {
            if let Some((base, _)) = name.split_once(' ') {
                let known = command_set.extended.get(base).filter(|parameter| parameter.keyed);
                if let Some((entry, Some(values))) = known.and_then(|parameter| parameter.entry(base, values)) {
                    profile.set_extended(&entry, values);
                }
                continue;
            }
            let known = command_set.extended.get(name);
            if let Some(values) = known.and_then(|parameter| parameter.check(values, profile.extended(name))) {
                profile.set_extended(name, values);
            }
        }
        profile.pulses = self.pulses;
        profile
    }
}

impl Modem {
    /// What it keeps.
    pub fn nvram(&self) -> Nvram {
        Nvram {
            profiles: self.stored.iter().map(NvramProfile::of).collect(),
            power_on: u8::from(self.chosen == 1),
            numbers: self.numbers.clone(),
        }
    }

    /// Whether `&W`, `&Y` or `&Zn=` has been executed since this was asked last.
    pub fn take_nvram_written(&mut self) -> bool {
        std::mem::take(&mut self.nvram_written)
    }

    /// Switched on with what it has kept.
    pub(super) fn restore(&mut self, nvram: &Nvram) {
        for (stored, kept) in self.stored.iter_mut().zip(&nvram.profiles) {
            *stored = kept.restored(&self.command_set, &self.factory);
        }
        self.chosen = usize::from(nvram.power_on == 1);
        self.numbers = nvram.numbers.iter().map(|(place, number)| (*place, number.clone())).collect();
        self.numbers.retain(|place, _| *place < STORED_NUMBERS);
        self.active = self.stored[self.chosen].clone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modem::{ModemConfig, Personality};
    use offhook_clock::Instant;

    fn typed(config: ModemConfig, lines: &[&str]) -> Modem {
        let mut modem = Modem::new(config);
        modem.handle_circuit_108(Instant::ZERO, true);
        for line in lines {
            modem.handle_dte_octets(Instant::ZERO, format!("{line}\r").as_bytes());
        }
        modem
    }

    fn said(modem: &mut Modem, line: &str) -> String {
        while modem.poll_output().is_some() {}
        modem.handle_dte_octets(Instant::ZERO, format!("{line}\r").as_bytes());
        let mut text = String::new();
        while let Some(output) = modem.poll_output() {
            if let crate::modem::ModemOutput::ToDte(octets) = output {
                text += &String::from_utf8_lossy(&octets);
            }
        }
        text
    }

    // M66, Hayes &W, &Y, &Z
    #[test]
    fn what_w_y_and_z_store_is_there_when_the_modem_is_switched_on_again() {
        let lines = ["ATE0S0=3&D3P+IFC=0,0;&W1&Y1&Z2=5551000", "ATS0=7"];
        let mut modem = typed(ModemConfig::default(), &lines);
        assert!(modem.take_nvram_written() && !modem.take_nvram_written());
        let kept = modem.nvram();
        let again = typed(ModemConfig { nvram: Some(kept.clone()), ..ModemConfig::default() }, &[]);
        assert_eq!(again.nvram(), kept);
        let mut again = again;
        assert_eq!(said(&mut again, "ATS0?+IFC?"), "\r\n003\r\n\r\n+IFC: 0,0\r\n\r\nOK\r\n");
        assert!(said(&mut again, "AT&V").contains("2=5551000"));
        assert!(!again.take_nvram_written());
    }

    // M66, Hayes &W, &Y, &Z
    #[test]
    fn what_another_model_does_not_know_is_left_out() {
        let kept = Nvram {
            profiles: vec![NvramProfile {
                commands: [("X".into(), 7), ("E".into(), 0), ("&H".into(), 1)].into(),
                registers: [(7, 0), (0, 2), (200, 1)].into(),
                parameters: [("+IFC".into(), vec!["9".into()]), ("#NONE".into(), vec!["1".into()])].into(),
                pulses: false,
            }],
            power_on: 0,
            numbers: [(9, "5551000".into())].into(),
        };
        let config = ModemConfig { nvram: Some(kept), personality: Personality::default(), ..ModemConfig::default() };
        let mut modem = typed(config, &[]);
        assert_eq!(said(&mut modem, "ATS0?S7?+IFC?"), "\r\n002\r\n\r\n050\r\n\r\n+IFC: 2,2\r\n\r\nOK\r\n");
        let restored = modem.nvram();
        assert_eq!(restored.profiles.first().map(|profile| profile.commands.get("X")), Some(Some(&4)));
        assert!(restored.numbers.is_empty());
    }
}
