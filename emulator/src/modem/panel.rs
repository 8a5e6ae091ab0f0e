//! What somebody who stands before the modem can see of it: its settings, and whether it is in online command state.
//!
//! For views; nothing here changes anything.

use super::parameter::S_PARAMETERS;
use super::{Modem, State};

impl Modem {
    /// All S-parameters with their present values, by number.
    pub fn s_parameters(&self) -> impl Iterator<Item = (u8, u8)> {
        S_PARAMETERS.iter().map(|parameter| (parameter.number, self.active.get(parameter.number)))
    }

    /// Settings of single-letter commands, as they are set: `E1`, `&C1`.
    pub fn settings(&self) -> Vec<String> {
        let active = &self.active;
        let yes = u8::from;
        let values = [
            ("E", yes(active.echo)),
            ("Q", yes(active.quiet)),
            ("V", yes(active.verbose)),
            ("X", active.detail),
            ("&C", active.circuit_109),
            ("&D", active.circuit_108),
            ("&S", active.circuit_107),
        ];
        values.iter().map(|(name, value)| format!("{name}{value}")).collect()
    }

    /// Whether there is a call and it waits, because the DTE has escaped to commands.
    pub fn is_in_online_command_state(&self) -> bool {
        matches!(self.state, State::OnlineCommand { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modem::ModemConfig;
    use crate::time::Instant;

    #[test]
    fn what_is_set_is_what_is_shown() {
        let mut modem = Modem::new(ModemConfig::default());
        modem.handle_dte_octets(Instant::ZERO, b"ATE0&D3S0=4\r");
        let settings = modem.settings();
        assert!(settings.contains(&"E0".to_owned()) && settings.contains(&"&D3".to_owned()), "{settings:?}");
        assert_eq!(modem.s_parameters().next(), Some((0, 4)));
        assert!(!modem.is_in_online_command_state());
    }
}
