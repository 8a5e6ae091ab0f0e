//! The circuits by which the modem tells the DTE how it is (V.24; V.250 §6.2.8, §6.2.9; Hayes &S).
//!
//! In: the modem's state and settings. Out: [`ModemOutput::Circuit`] whenever one of them goes on or off: 106 (CTS), off
//! while the DTE has to stop, or while it is held off; 107 (DSR), by &S; 109 (DCD), by &C; 125 (RI), on with each ring burst while the modem is on
//! hook. All of them are off before the modem has said anything. A pty has none of them and is told nothing by this.

use std::collections::BTreeMap;

use super::flow::Means;
use super::power::Condition;
use super::{Circuit, Modem, ModemOutput, State};

/// In which order they are told: that there is a modem first.
const ORDER: [Circuit; 4] = [Circuit::C107, Circuit::C106, Circuit::C109, Circuit::C125];

/// What the DTE has been told.
#[derive(Clone, Debug, Default)]
pub(super) struct Circuits {
    told: BTreeMap<Circuit, bool>,
    /// A ring burst is on.
    pub(super) ringer: bool,
}

impl Modem {
    /// Tells the DTE of every circuit that has changed.
    pub(super) fn update_circuits(&mut self) {
        if self.condition == Condition::Dead {
            return;
        }
        for circuit in ORDER {
            let on = self.circuit(circuit);
            if self.circuits.told.insert(circuit, on).unwrap_or(false) != on {
                self.output.push_back(ModemOutput::Circuit(circuit, on));
            }
        }
    }

    /// Whether a circuit is on.
    pub fn circuit(&self, circuit: Circuit) -> bool {
        if self.condition == Condition::Off {
            return false;
        }
        let carrier = matches!(self.state, State::Data { .. } | State::OnlineCommand { .. });
        match circuit {
            Circuit::C106 => {
                let full = self.flow.stopped || self.is_hanging_up();
                self.held_off.is_none() && !(full && self.flow_control().by_modem == Means::Circuit)
            }
            Circuit::C107 => {
                let training = match &self.state {
                    State::Answering { .. } => true,
                    State::Dialling(dialling) => dialling.answered,
                    _ => false,
                };
                self.circuit_107_setting() == 0 || training || carrier
            }
            Circuit::C109 => self.active.circuit_109 == 0 || carrier,
            Circuit::C125 => self.circuits.ringer && self.state == State::Command,
        }
    }
}
