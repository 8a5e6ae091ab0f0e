//! What the modem brings to training: V.250 §6.4.1 (`+MS`), §6.5.1 (`+ES`), §6.6.1 (`+DS`), and makers' `\N`.
//!
//! In: the settings. Out: [`Abilities`] for the exchange, whenever the modem goes off hook or dials.

use super::Modem;
use crate::exchange::{Abilities, BEYOND_V34};

/// Modulations of `+MS` with their lowest and highest rates, bit/s.
const MODULATIONS: &[(&str, u32, u32)] = &[
    // The first two and V23C: Conexant, "AT Commands Reference Manual" (100722B), table 3-3.
    ("B103", 300, 300),
    ("B212", 1200, 1200),
    ("V23C", 1200, 1200),
    ("V21", 300, 300),
    ("V22", 1200, 1200),
    ("V22B", 1200, 2400),
    ("V32", 4800, 9600),
    ("V32B", 4800, 14_400),
    ("V34", 2400, 33_600),
    // Rockwell, "Command Reference Manual" (document 1199), table 3-2.
    ("K56", 32_000, 56_000),
    ("V90", 28_000, 56_000),
    // HP's guide to its notebooks, +MS: what a modem at home receives.
    ("V92", 28_000, 56_000),
];

impl Modem {
    /// What it brings to training as it is set.
    pub fn abilities(&self) -> Abilities {
        let value = |place| self.active.extended_value("+MS", place);
        let named = self.active.extended("+MS").first().map(String::as_str);
        let known = MODULATIONS.iter().find(|(name, _, _)| Some(*name) == named);
        // A model that spells modulations otherwise is not bounded by them.
        let (lowest, highest) = known.map_or((0, u32::MAX), |(_, lowest, highest)| (*lowest, *highest));
        // 56000 is no bound: lines may be faster than any modem.
        let highest = if highest == 56_000 { u32::MAX } else { highest };
        let automode = value(1) == 1 || known.is_none();
        let bound = |place: usize, none: u32| if value(place) == 0 { none } else { value(place) };
        let least = if automode { 0 } else { lowest };
        // What a model has no command for, it does.
        let setting = |name: &str| self.command_set.settings.contains_key(name).then(|| self.active.setting(name));
        let extended = |name| (!self.active.extended(name).is_empty()).then(|| self.active.extended_value(name, 0));
        let error_control = setting("\\N").is_none_or(|value| value > 1) && extended("+ES") != Some(0);
        Abilities {
            most: bound(3, highest).min(highest),
            least: bound(2, least).max(least),
            beyond_v34: known.map(|(name, _, _)| *name).filter(|_| highest == u32::MAX).unwrap_or(BEYOND_V34),
            error_control,
            compression: error_control && extended("+DS") != Some(0) && setting("%C") != Some(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modem::{ModemConfig, Personality};
    use offhook_clock::Instant;

    fn abilities(command: &str) -> Abilities {
        let mut modem = Modem::new(ModemConfig::default());
        modem.handle_dte_octets(Instant::ZERO, format!("AT{command}\r").as_bytes());
        modem.abilities()
    }

    // M56, V.250 §6.4.1
    #[test]
    fn ms_bounds_what_a_modem_trains_to() {
        let rates = |command| (abilities(command).least, abilities(command).most);
        assert_eq!(rates(""), (0, u32::MAX));
        assert_eq!(rates("+MS=V34"), (0, 33_600));
        assert_eq!(rates("+MS=V32B,0"), (4800, 14_400));
        assert_eq!(rates("+MS=V34,1,9600,14400"), (9600, 14_400));
        assert_eq!((rates("+MS=V92"), rates("+MS=V92,0")), ((0, u32::MAX), (28_000, u32::MAX)));
        assert_eq!(["", "+MS=V92", "+MS=K56"].map(|command| abilities(command).beyond_v34), ["V90", "V92", "K56"]);
    }

    // M57, V.250 §6.5.1, §6.6.1, makers' \N
    #[test]
    fn error_control_and_compression_can_be_done_without() {
        let both = |command| (abilities(command).error_control, abilities(command).compression);
        assert_eq!(both(""), (true, true));
        assert_eq!(both("\\N0"), (false, false));
        assert_eq!(both("+ES=0"), (false, false));
        assert_eq!(both("+DS=0"), (true, false));
        assert_eq!(both("%C0"), (true, false));
    }
    #[test]
    fn a_make_does_what_it_has_no_command_to_turn_off() {
        let refused = ["+ES", "+DS", "\\N", "%C"].map(str::to_owned).to_vec();
        let personality = Personality { refused, ..Personality::default() };
        let modem = Modem::new(ModemConfig { personality, ..ModemConfig::default() });
        assert!(modem.abilities().error_control && modem.abilities().compression);
    }
}
