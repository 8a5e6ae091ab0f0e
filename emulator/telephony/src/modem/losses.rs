//! Octets of a call that are lost in the modem: counted as they are lost, and told as soon as it is known how many.
//!
//! In: what `flow` has no room for, what nobody reads. Out: the count, and [`EventKind::Lost`](crate::trace::EventKind::Lost).

use super::Modem;
use crate::loss::LossCause;
use crate::trace::{End, Loss};

impl Modem {
    /// How many octets of calls have been lost in this modem.
    pub const fn lost_octets(&self) -> u64 {
        self.lost
    }

    /// Octets are lost.
    pub(super) fn lose(&mut self, octets: usize, from: End, cause: LossCause) {
        self.lost += octets as u64;
        self.tell_loss(Loss { octets: octets as u64, from, cause });
    }

    /// Tells what was lost because there was no room, once there is room again.
    pub(super) fn tell_losses(&mut self) {
        if !self.flow.losing {
            let octets = std::mem::take(&mut self.flow.lost_from_dte);
            self.tell_loss(Loss { octets, from: End::Server, cause: LossCause::BufferFull });
        }
        if !self.flow.dropping {
            let octets = std::mem::take(&mut self.flow.lost_to_dte);
            self.tell_loss(Loss { octets, from: End::Caller, cause: LossCause::BufferFull });
        }
    }

    fn tell_loss(&mut self, loss: Loss) {
        if loss.octets > 0 {
            self.trace(loss.into());
        }
    }
}
