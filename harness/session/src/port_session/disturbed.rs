//! What goes wrong at a port on purpose: its line, its caller and its modem do what no step of the call says.
//!
//! In: a [`Deed`] of the line or the modem. Out: what the parts make of it, and octets that arrive otherwise than they left.

use std::time::Duration;

use offhook_clock::Instant;
use offhook_telephony::exchange::{CallerEvent as Heard, Deafness, Release};
use offhook_telephony::trace::{End, EventKind};

use super::mishaps::Arrival;
use super::telling::Told;
use super::{Mishap, PortSession};
use crate::line_end::LineFault;
use offhook_scenario::Deed;

impl PortSession {
    /// It goes wrong now. False of what is no matter of a port: of the server's processes, disk and clock.
    pub fn disturb(&mut self, now: Instant, deed: &Deed) -> bool {
        match deed {
            Deed::CutLine => self.clear(now, Release::Abrupt),
            Deed::HangUp => self.clear(now, Release::Orderly),
            Deed::FallSilent => self.fall_silent(),
            Deed::Lose(end) => self.mishaps.expect(*end, Mishap::Lose),
            Deed::Damage(end) => self.mishaps.expect(*end, Mishap::Damage),
            Deed::Double(end) => self.mishaps.expect(*end, Mishap::Double),
            Deed::Delay(end, time) => self.mishaps.expect(*end, Mishap::Delay(*time)),
            Deed::Deafen(end, time) => {
                let deafness = Deafness { end: *end, after: Duration::ZERO, lasts: Some(*time) };
                self.line_fault(now, LineFault::Deafen(deafness));
            }
            Deed::Flicker(time) => self.line_fault(now, LineFault::Dropout(*time)),
            Deed::HoldOff(time) => self.hold_off(now, Some(*time)),
            Deed::ModemSays(text) => self.modem_says(now, text),
            Deed::ModemDies => self.modem_dies(now),
            Deed::ModemMutes(time) => self.telling.mute(now + *time),
            Deed::ModemLags(time) => self.telling.lag(*time),
            // The other half of each comes when its time is over.
            Deed::ModemRestarts(_) => self.modem_off(now),
            Deed::DropDtr(_) => {
                let before = self.dte;
                let connected = self.is_connected();
                // A loose plug does not wait for what the DTE has still to say.
                self.circuit_108_changes(now, false);
                self.loses_carrier = before.open && connected;
                self.loose = Some(before);
                self.tell_of_carrier();
            }
            Deed::Kill { .. } | Deed::Stop { .. } | Deed::FillDisk(_) | Deed::SetClock(_) => return false,
        }
        true
    }

    /// What lasted is over.
    pub fn undisturb(&mut self, now: Instant, deed: &Deed) {
        match deed {
            Deed::ModemRestarts(_) => self.modem_on(now),
            Deed::DropDtr(_) => {
                if let Some(dte) = self.loose.take() {
                    // What it said and heard meanwhile counts: the DTE knows nothing of it, and need not begin anew.
                    let served = dte.served || self.dte.served;
                    self.handle_circuit_108(now, dte.open);
                    self.dte.served = served;
                }
            }
            _ => {}
        }
    }

    /// A modem that hangs up takes circuit 109 off, some time after 108/2, when it has sent what it had; the plug may be tight again by
    /// then.
    pub(super) fn tell_of_carrier(&mut self) {
        if self.loses_carrier && !self.is_connected() {
            self.loses_carrier = false;
            self.hang_up_dte = true;
        }
    }

    /// What arrives at `end` in the place of these octets, if something else does.
    pub(super) fn met(&mut self, now: Instant, end: End, octets: &[u8]) -> Option<Vec<u8>> {
        match self.mishaps.meet(now, end, octets) {
            Arrival::AsSent => None,
            Arrival::Else(others, told) => {
                self.record(now, told);
                Some(others)
            }
        }
    }

    /// The modem has octets for its DTE.
    pub(super) fn tell_dte(&mut self, now: Instant, octets: Vec<u8>) {
        let connected = self.is_connected();
        match self.telling.take(now, octets, connected) {
            Told::Now(octets) => self.to_dte.push_back(octets),
            Told::Not(text) => self.record(now, EventKind::Impairment { text }),
        }
    }

    /// What was late arrives.
    pub(super) fn take_late(&mut self, now: Instant) {
        while let Some(octets) = self.telling.arrived(now) {
            self.to_dte.push_back(octets);
        }
        while let Some((end, octets)) = self.mishaps.arrived(now) {
            match end {
                _ if !self.is_connected() => {}
                End::Server => self.leave(now, &octets),
                End::Caller => self.arrives(now, Heard::Octets(octets)),
            }
        }
    }
}
