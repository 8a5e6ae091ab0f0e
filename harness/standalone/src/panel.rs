//! The front panel of a modem: what its lamps show and what its line is doing, in words.
//!
//! In: what passes between a modem, its line and its DTE. Out: [`LineState`] and [`Lamps`]. Nothing here acts.

use std::fmt;
use std::time::Duration;

use offhook_clock::Instant;

/// For so long a lamp that follows octets stays lit after the last of them.
pub const AFTERGLOW: Duration = Duration::from_millis(120);

/// What a line is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LineState {
    /// Nothing.
    #[default]
    OnHook,
    /// It is called.
    Ringing {
        /// Ring bursts so far.
        rings: u32,
        /// Who calls, if that is told.
        from: Option<String>,
    },
    /// Off hook, nothing dialled.
    OffHook,
    /// A number was dialled, nobody has answered yet.
    Dialling {
        /// The number.
        number: String,
    },
    /// Answered, no carrier yet.
    Training {
        /// The other end.
        with: Option<String>,
    },
    /// Online data state.
    Connected {
        /// Line rate, bit/s.
        rate: u32,
        /// The other end.
        with: Option<String>,
    },
    /// Online command state.
    OnlineCommand {
        /// Line rate, bit/s.
        rate: u32,
        /// The other end.
        with: Option<String>,
    },
}

impl LineState {
    /// Whether there is a call, or is going to be one.
    pub const fn is_idle(&self) -> bool {
        matches!(self, Self::OnHook)
    }
}

/// In words: `connected 33600 to 5551001`.
impl fmt::Display for LineState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |with: &Option<String>| with.as_deref().map(|with| format!(" {with}")).unwrap_or_default();
        match self {
            Self::OnHook => f.write_str("on hook"),
            Self::OffHook => f.write_str("off hook"),
            Self::Ringing { rings, from: None } => write!(f, "ringing, {rings}"),
            Self::Ringing { rings, from: Some(from) } => write!(f, "ringing, {rings}, from {from}"),
            Self::Dialling { number } => write!(f, "dialling {number}"),
            Self::Training { with: None } => f.write_str("training"),
            Self::Training { with } => write!(f, "training with{}", of(with)),
            Self::Connected { rate, with: None } => write!(f, "connected {rate}"),
            Self::Connected { rate, with } => write!(f, "connected {rate} to{}", of(with)),
            Self::OnlineCommand { rate, with: None } => write!(f, "online command, {rate}"),
            Self::OnlineCommand { rate, with } => write!(f, "online command, {rate} to{}", of(with)),
        }
    }
}

/// The lamps of a modem, as the labels on its front have them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lamps {
    /// AA: it answers by itself (S0 is not 0).
    pub auto_answer: bool,
    /// CD: carrier, circuit 109.
    pub carrier: bool,
    /// OH: off hook.
    pub off_hook: bool,
    /// RD: octets go to the DTE, circuit 104.
    pub receive: bool,
    /// SD: octets come from the DTE, circuit 103.
    pub send: bool,
    /// TR: the DTE is there, circuit 108/2.
    pub terminal_ready: bool,
    /// MR: the modem is there, circuit 107.
    pub modem_ready: bool,
    /// RI: a ring burst, circuit 125.
    pub ring: bool,
}

impl Lamps {
    /// What stands beside them.
    pub const LABELS: [&str; 8] = ["AA", "CD", "OH", "RD", "SD", "TR", "MR", "RI"];

    /// Which of them are lit, in the order of the labels.
    pub const fn lit(self) -> [bool; 8] {
        [
            self.auto_answer,
            self.carrier,
            self.off_hook,
            self.receive,
            self.send,
            self.terminal_ready,
            self.modem_ready,
            self.ring,
        ]
    }
}

/// A counter of octets, and when the last of them passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meter {
    /// Octets in all.
    pub octets: u64,
    last: Option<Instant>,
}

impl Meter {
    /// So many octets pass now.
    pub fn count(&mut self, now: Instant, octets: usize) {
        if octets > 0 {
            self.octets += octets as u64;
            self.last = Some(now);
        }
    }

    /// Whether its lamp is lit.
    pub fn is_lit(&self, now: Instant) -> bool {
        self.goes_dark().is_some_and(|dark| now < dark)
    }

    /// When its lamp goes out, unless more octets pass.
    pub fn goes_dark(&self) -> Option<Instant> {
        self.last.map(|last| last + AFTERGLOW)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_told_in_words() {
        let with = Some("5551001".to_owned());
        assert_eq!(LineState::Connected { rate: 33_600, with: with.clone() }.to_string(), "connected 33600 to 5551001");
        assert_eq!(LineState::Ringing { rings: 2, from: None }.to_string(), "ringing, 2");
        assert_eq!(LineState::Training { with }.to_string(), "training with 5551001");
        assert_eq!(LineState::OnHook.to_string(), "on hook");
    }

    #[test]
    fn a_lamp_glows_on_after_the_last_octet_and_goes_out() {
        let mut meter = Meter::default();
        assert!(!meter.is_lit(Instant::ZERO));
        meter.count(Instant::ZERO, 3);
        assert!(meter.is_lit(Instant::from_millis(119)) && !meter.is_lit(Instant::from_millis(120)));
    }
}
