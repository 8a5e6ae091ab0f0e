//! V.250 §6.2.10 (`+IPR`): the speed at which DTE and modem talk.
//!
//! In: the speed of the DTE's port, where it has one and it is known. Out: whether the two understand each other. With
//! `+IPR=0` the modem takes the speed of each command line and keeps to it, result codes and data alike; any other value
//! is its speed from the end of that line on. Octets at another speed are understood by neither.

use super::Modem;
use crate::trace::EventKind;
use offhook_clock::Instant;

/// Speeds of DTE and modem, bit/s.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Speed {
    /// Of the DTE's port; `None`: it has none, or it is not known.
    dte: Option<u32>,
    /// Of the modem; `None`: any.
    modem: Option<u32>,
    /// That they differ has been noted.
    noted: bool,
}

impl Speed {
    /// What is known of the port alone.
    pub(super) fn of_port(self) -> Self {
        Self { dte: self.dte, ..Self::default() }
    }
}

impl Modem {
    /// The DTE's port has this speed from now on; `None`: it has none, like a pty, or it is not known.
    pub fn handle_dte_speed(&mut self, now: Instant, bits_per_second: Option<u32>) {
        self.handle_timeout(now);
        self.speed.dte = bits_per_second;
        self.speed.noted = false;
    }

    /// The speed of the port: the one fixed by `+IPR`, or the DTE's.
    pub(super) fn port_speed(&self) -> Option<u32> {
        match self.extended_value("+IPR", 0) {
            0 => self.speed.dte,
            fixed => Some(fixed),
        }
    }

    /// The DTE types: a modem whose speed is not fixed answers at the speed at which it is spoken to.
    pub(super) fn follow_speed(&mut self) {
        if self.extended_value("+IPR", 0) == 0 {
            self.speed.modem = self.speed.dte;
        }
    }

    /// A command line has been done: from now on the modem talks at its speed, or at the one it has set.
    pub(super) fn adopt_speed(&mut self) {
        self.speed.modem = self.port_speed();
    }

    /// Whether the DTE's octets come at a speed which the modem does not listen at.
    pub(super) fn mishears(&mut self) -> bool {
        let follows = self.extended_value("+IPR", 0) == 0 && self.is_command_state();
        !follows && self.misses_dte()
    }

    /// Whether the modem talks at another speed than the DTE's.
    pub(super) fn misses_dte(&mut self) -> bool {
        let (Some(dte), Some(modem)) = (self.speed.dte, self.speed.modem) else { return false };
        if dte != modem && !std::mem::replace(&mut self.speed.noted, true) {
            let text = format!("the DTE talks at {dte} bit/s, the modem at {modem}: neither understands the other");
            self.trace(EventKind::Note { text });
        }
        dte != modem
    }
}
