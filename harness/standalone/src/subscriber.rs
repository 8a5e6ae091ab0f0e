//! One modem in the pool: its line, its DTE's queues, and what a panel shows of it.
//!
//! In: what its line does, and what is told of it. Out: state and lamps.

use std::collections::VecDeque;

use offhook_clock::Instant;
use offhook_session::last_words::LastWords;
use offhook_telephony::exchange::{LineConfig, LineEvent, LineId, NumberCollector, Tone};
use offhook_telephony::line_monitor::LineMonitor;
use offhook_telephony::modem::{Circuit, Modem, ModemConfig};
use offhook_telephony::trace::EventKind;

use super::panel::{Lamps, LineState, Meter};
use super::ppp_sessions::SessionId;

/// What a line is like that is put into the pool.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Its number.
    pub number: String,
    /// The name told with it, if any.
    pub name: Option<String>,
    /// Its modem.
    pub modem: ModemConfig,
    /// The line itself.
    pub line: LineConfig,
}

/// What a modem gives its DTE, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToDte {
    /// Octets.
    Octets(Vec<u8>),
    /// A circuit that has gone on or off.
    Circuit(Circuit, bool),
}

/// A port whose DTE may speak PPP without a call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Direct {
    /// The number that answers.
    pub(super) number: usize,
    /// The port is a null-modem cable and has no modem.
    pub(super) always: bool,
    /// The session that there is.
    pub(super) session: Option<SessionId>,
}

/// One modem with its line.
#[derive(Debug)]
pub(super) struct Subscriber {
    pub(super) setup: Setup,
    pub(super) id: LineId,
    pub(super) modem: Modem,
    pub(super) to_dte: VecDeque<ToDte>,
    pub(super) hang_up: bool,
    pub(super) dtr: bool,
    /// Its port is closed, and what was written there before still waits for the line.
    pub(super) last_words: LastWords,
    /// The port has been opened again meanwhile.
    pub(super) reopened: bool,
    pub(super) state: LineState,
    /// What its modem has dialled since it went off hook.
    pub(super) collector: NumberCollector,
    /// The call to outside that its modem has placed.
    pub(super) trunk: Option<u64>,
    /// The line here that its modem has called.
    pub(super) called: Option<usize>,
    pub(super) ring: bool,
    /// When a caller last gave up while it rang.
    pub(super) abandoned: Option<Instant>,
    pub(super) received: Meter,
    pub(super) sent: Meter,
    /// Octets of its calls that were lost, but for those lost in the modem.
    pub(super) lost: u64,
    /// Listens to what crosses, if anybody wants to know.
    pub(super) monitor: Option<LineMonitor>,
    /// Its DTE may speak PPP without a call.
    pub(super) direct: Option<Direct>,
}

impl Subscriber {
    /// A modem on hook, whose port nobody has opened.
    pub(super) fn new(id: LineId, setup: Setup) -> Self {
        Self {
            modem: Modem::new(setup.modem.clone()),
            setup,
            id,
            to_dte: VecDeque::new(),
            hang_up: false,
            dtr: false,
            last_words: LastWords::default(),
            reopened: false,
            lost: 0,
            state: LineState::OnHook,
            collector: NumberCollector::default(),
            trunk: None,
            called: None,
            ring: false,
            abandoned: None,
            received: Meter::default(),
            sent: Meter::default(),
            monitor: None,
            direct: None,
        }
    }

    /// What it is doing.
    pub(super) fn shown_state(&self) -> LineState {
        match self.state.clone() {
            LineState::Connected { rate, with } if self.modem.is_in_online_command_state() => {
                LineState::OnlineCommand { rate, with }
            }
            state => state,
        }
    }

    /// Its modem's lamps.
    pub(super) fn lamps(&self, now: Instant) -> Lamps {
        Lamps {
            auto_answer: self.modem.s_parameters().any(|(number, value)| number == 0 && value > 0),
            carrier: self.modem.circuit(Circuit::C109),
            off_hook: !matches!(self.state, LineState::OnHook | LineState::Ringing { .. }),
            receive: self.received.is_lit(now),
            send: self.sent.is_lit(now),
            terminal_ready: self.dtr,
            modem_ready: true,
            ring: self.ring,
        }
    }

    /// What is told of its line, to its state.
    pub(super) fn follow_trace(&mut self, now: Instant, what: &EventKind) {
        match what {
            EventKind::CallBegins { from, .. } if self.state == LineState::OnHook => {
                self.state = LineState::Ringing { rings: 0, from: from.clone() };
            }
            EventKind::RingOn { count } => {
                if let LineState::Ringing { rings, .. } = &mut self.state {
                    *rings = *count;
                }
            }
            EventKind::Cleared { .. } if matches!(self.state, LineState::Ringing { .. }) => {
                self.state = LineState::OnHook;
                self.abandoned = Some(now);
            }
            _ => {}
        }
    }

    /// What the line does to its state and lamps.
    pub(super) fn follow_line(&mut self, event: &LineEvent) {
        match event {
            LineEvent::RingOn { .. } => self.ring = true,
            LineEvent::RingOff { .. } => self.ring = false,
            LineEvent::Connected(carrier) => {
                let with = match &self.state {
                    LineState::Dialling { number } => Some(number.clone()),
                    LineState::Training { with } => with.clone(),
                    _ => None,
                };
                self.state = LineState::Connected { rate: carrier.rate(), with };
            }
            LineEvent::Tone(Tone::Answer) => {
                if let LineState::Dialling { number } = &self.state {
                    self.state = LineState::Training { with: Some(number.clone()) };
                }
            }
            _ => {}
        }
    }
}
