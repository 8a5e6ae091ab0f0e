//! One modem on the bench: its line, its DTE's queues, and what a panel shows of it.
//!
//! In: what its line does, and what is told of it. Out: state and lamps.

use std::collections::VecDeque;

use offhook_emulator::exchange::{LineEvent, LineId, Tone};
use offhook_emulator::modem::{Circuit, Modem};
use offhook_emulator::time::Instant;
use offhook_emulator::trace::What;

use super::bench::Setup;
use super::ear::Ear;
use super::panel::{Lamps, LineState, Meter};

/// One modem with its line.
#[derive(Debug)]
pub(super) struct Subscriber {
    pub(super) setup: Setup,
    pub(super) id: LineId,
    pub(super) modem: Modem,
    pub(super) to_dte: VecDeque<Vec<u8>>,
    pub(super) hang_up: bool,
    pub(super) circuits: VecDeque<(Circuit, bool)>,
    pub(super) dtr: bool,
    pub(super) state: LineState,
    /// The call to outside that its modem has placed.
    pub(super) trunk: Option<u64>,
    /// The line here that its modem has called.
    pub(super) called: Option<usize>,
    pub(super) ring: bool,
    pub(super) received: Meter,
    pub(super) sent: Meter,
    /// Listens to what crosses, if anybody wants to know.
    pub(super) ear: Option<Ear>,
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
            circuits: VecDeque::new(),
            dtr: false,
            state: LineState::OnHook,
            trunk: None,
            called: None,
            ring: false,
            received: Meter::default(),
            sent: Meter::default(),
            ear: None,
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
    pub(super) fn follow_trace(&mut self, what: &What) {
        match what {
            What::CallBegins { from, .. } if self.state == LineState::OnHook => {
                self.state = LineState::Ringing { rings: 0, from: from.clone() };
            }
            What::RingOn { count } => {
                if let LineState::Ringing { rings, .. } = &mut self.state {
                    *rings = *count;
                }
            }
            What::Cleared { .. } if matches!(self.state, LineState::Ringing { .. }) => {
                self.state = LineState::OnHook;
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
