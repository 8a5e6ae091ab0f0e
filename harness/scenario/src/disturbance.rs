//! A disturbance: what goes wrong at one moment of a scenario, on the line, in the modem, or in the server.
//!
//! The moment is an event of the trace, counted by its kind: a run is the same up to it every time, so the same disturbance
//! meets the same server in the same state.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use offhook_base::Span;
use offhook_telephony::trace::End;

/// Something that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disturbance {
    /// Where it stands.
    pub span: Span,
    /// After which event.
    pub moment: Moment,
    /// What.
    pub deed: Deed,
}

/// A moment of a run: `after="frame" nth=12`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Moment {
    /// The kind of event, by its name: [`offhook_telephony::trace::EventKind::name`].
    pub event: String,
    /// Which of them, from 1, on all ports together.
    pub nth: u32,
    /// How long after it.
    pub later: Duration,
}

/// What goes wrong. On the line and in the modem of the port that the event is of; if it is of none, of the first port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// The line is cut.
    CutLine,
    /// The caller goes on hook without a word.
    HangUp,
    /// The caller says nothing more, and stays off hook.
    FallSilent,
    /// The next octets that go to this end are lost.
    Lose(End),
    /// One bit of them is wrong.
    Damage(End),
    /// They come twice.
    Double(End),
    /// They come so much later.
    Delay(End, Duration),
    /// Octets no longer reach that end for so long.
    Deafen(End, Duration),
    /// Carrier stops for so long.
    Flicker(Duration),
    /// Circuit 108/2 (DTR) goes off for so long, as by a loose plug.
    DropDtr(Duration),
    /// The modem holds circuit 106 (CTS) off for so long.
    HoldOff(Duration),
    /// The modem tells its DTE this line, whatever it is doing.
    ModemSays(String),
    /// The modem hears and says nothing any more.
    ModemDies,
    /// The modem hears, and tells its DTE nothing for so long.
    ModemMutes(Duration),
    /// The next that the modem tells its DTE comes so much later.
    ModemLags(Duration),
    /// The modem is off for so long.
    ModemRestarts(Duration),
    /// The newest process of that program gets the signal of that name, `KILL`.
    Kill {
        /// Program.
        program: String,
        /// Signal, without `SIG`.
        signal: String,
    },
    /// The newest process of that program stands still for so long.
    Stop {
        /// Program.
        program: String,
        /// For how long.
        time: Duration,
    },
    /// Nothing can be written below `/run` for so long: the file system is full.
    FillDisk(Duration),
    /// The server's clock is set, forward or back by so many seconds.
    SetClock(i64),
}

impl Deed {
    /// How long octets that are late are late, unless stated otherwise: longer than nothing, shorter than a restart timer.
    pub const LATE: Duration = Duration::from_secs(1);

    /// The word in scenario text.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::CutLine => "cut-line",
            Self::HangUp => "hang-up",
            Self::FallSilent => "fall-silent",
            Self::Lose(_) => "lose",
            Self::Damage(_) => "damage",
            Self::Double(_) => "double",
            Self::Delay(..) => "delay",
            Self::Deafen(..) => "deafen",
            Self::Flicker(_) => "flicker",
            Self::DropDtr(_) => "drop-dtr",
            Self::HoldOff(_) => "hold-off",
            Self::ModemSays(_) => "modem-says",
            Self::ModemDies => "modem-dies",
            Self::ModemMutes(_) => "modem-mutes",
            Self::ModemLags(_) => "modem-lags",
            Self::ModemRestarts(_) => "modem-restarts",
            Self::Kill { .. } => "kill",
            Self::Stop { .. } => "stop",
            Self::FillDisk(_) => "fill-disk",
            Self::SetClock(_) => "set-clock",
        }
    }

    /// Whether octets of the server may not get to the caller as they were, for a while.
    pub const fn harms_the_caller(&self) -> bool {
        matches!(
            self,
            Self::Lose(End::Caller)
                | Self::Damage(End::Caller)
                | Self::Double(End::Caller)
                | Self::Delay(End::Caller, _)
                | Self::Deafen(End::Caller, _)
                | Self::Flicker(_)
                | Self::FallSilent
        )
    }
}
