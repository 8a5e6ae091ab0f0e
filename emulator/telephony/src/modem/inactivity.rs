//! The inactivity timer: S30 of Hayes' and Rockwell's modems, S19 of US Robotics'; the end of a call on which nothing is said.
//!
//! In: the register and its unit (the personality's), octets of either side. Out: when the call ends. Then the modem hangs up
//! and gives `NO CARRIER`. Conexant ("Commands for Host-Processed Modems", document 100498, S30): tens of seconds, 0: never; with
//! error control data both ways count, without only what this modem sends.

use std::time::Duration;

use super::Modem;
use crate::exchange::Carrier;
use offhook_clock::Instant;

/// Which register the timer is, and what it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Inactivity {
    /// Its number.
    pub register: u8,
    /// What a 1 in it stands for.
    pub unit: Duration,
    /// Whether received data count without error control as well.
    pub received: bool,
}

/// S30, as Conexant has it.
impl Default for Inactivity {
    fn default() -> Self {
        Self { register: 30, unit: Duration::from_secs(10), received: false }
    }
}

impl Modem {
    /// When the call ends unless somebody says something.
    pub(super) fn inactivity_due(&self) -> Option<Instant> {
        let timer = &self.config.personality.inactivity;
        let units = if self.is_online() && !self.is_hanging_up() { self.active.get(timer.register) } else { 0 };
        (units > 0).then(|| self.last_call.data_at + timer.unit * u32::from(units))
    }

    /// The far end has said something: whether that counts.
    pub(super) fn received_counts(&self, carrier: &Carrier) -> bool {
        carrier.error_control || self.config.personality.inactivity.received
    }
}
