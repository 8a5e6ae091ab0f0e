//! What somebody who stands before the modem can see of it: its settings, and whether it is in online command state.
//!
//! For views; nothing here changes anything.

use super::{CallEnd, Modem, State};

/// Of the commands that set something, those worth a place on a panel.
const SHOWN: [&str; 8] = ["E", "Q", "V", "X", "&C", "&D", "&K", "&S"];

impl Modem {
    /// Whether it is on hook, and what the DTE says next would begin a command line.
    pub fn awaits_command_line(&self) -> bool {
        self.state == State::Command && !self.command_line.in_progress()
    }

    /// All S-parameters with their present values, by number.
    pub fn s_parameters(&self) -> impl Iterator<Item = (u8, u8)> {
        self.active.registers()
    }

    /// The settings that decide what the DTE sees, as they would be typed: `E1`, `&C1`.
    pub fn settings(&self) -> Vec<String> {
        SHOWN.iter().map(|name| format!("{name}{}", self.active.setting(name))).collect()
    }

    /// How the last call ended, or that it has not.
    pub const fn last_call_end(&self) -> CallEnd {
        self.last_call.end
    }

    /// Whether there is carrier.
    pub const fn is_online(&self) -> bool {
        matches!(self.state, State::Data { .. } | State::OnlineCommand { .. })
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
    use offhook_clock::Instant;

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
