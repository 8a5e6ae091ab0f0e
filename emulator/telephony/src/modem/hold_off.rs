//! V.24 circuit 106 (CTS) held off on order: the modem takes nothing from the DTE, whatever room it has.
//!
//! In: the order and for how long, octets of the DTE meanwhile, time. Out: circuit 106, and the octets when it is over.
//!
//! A DTE that obeys the circuit (`+IFC` by 106) keeps what it has to say: its driver's buffer is kept here, so that ports
//! without that circuit, a pty above all, do the same by not being read any further ([`Modem::wants_dte_octets`]). One that
//! is stopped by XOFF is told so. One that is stopped by nothing sends all the same: as much as the modem's buffer has room
//! for is kept, and the rest is lost.

use std::time::Duration;

use super::Modem;
use super::flow::{Means, OVERSHOOT, XOFF, XON};
use crate::loss::LossCause;
use crate::trace::{End, EventKind};
use offhook_clock::Instant;

/// What a serial driver takes from a program that it cannot send yet (Linux: UART_XMIT_SIZE, a page).
const DRIVER: usize = 4096;
/// So long a driver waits at most, once the port is closed, for the modem to take the rest (setserial(8), closing_wait).
const CLOSING_WAIT: Duration = Duration::from_secs(30);

/// Circuit 106 is held off.
#[derive(Clone, Debug)]
pub(super) struct HoldOff {
    /// Until then; `None`: until the call is over.
    until: Option<Instant>,
    /// What the DTE has sent meanwhile.
    kept: Vec<u8>,
}

impl Modem {
    /// Circuit 106 (CTS) is off from now on, for so long, or until the modem next goes on hook.
    pub fn hold_off(&mut self, now: Instant, lasts: Option<Duration>) {
        self.handle_timeout(now);
        if !self.is_working() {
            return;
        }
        let time = lasts.map_or("until the call is over".to_owned(), |lasts| format!("for {} ms", lasts.as_millis()));
        self.trace(EventKind::Note { text: format!("the modem holds circuit 106 (CTS) off {time}") });
        let kept = self.held_off.take().map(|before| before.kept).unwrap_or_default();
        self.held_off = Some(HoldOff { until: lasts.map(|lasts| now + lasts), kept });
        self.tell_flow(XOFF);
    }

    /// For how long, from now on, a driver whose DTE has closed the port waits for what circuit 106 keeps from being sent.
    pub fn waits_for_circuit_106(&self, now: Instant) -> Duration {
        let Some(HoldOff { until, kept }) = self.held_off.as_ref().filter(|held| !held.kept.is_empty()) else {
            return Duration::ZERO;
        };
        let drained = until.map(|until| until.since(now) + self.flow.line_time(kept.len()));
        drained.unwrap_or(CLOSING_WAIT).min(CLOSING_WAIT)
    }

    /// When circuit 106 may be on again.
    pub(super) fn hold_off_due(&self) -> Option<Instant> {
        self.held_off.as_ref()?.until
    }

    /// Whether the DTE's driver has room for more.
    pub(super) fn driver_has_room(&self) -> bool {
        self.held_off.as_ref().is_none_or(|held| held.kept.len() < DRIVER)
    }

    /// Keeps what the DTE sends. Returns whether it did: not while nothing is held off.
    pub(super) fn keep(&mut self, octets: &[u8]) -> bool {
        let room = match self.flow_control().by_modem {
            // What has been read by then was in the driver.
            Means::Circuit => usize::MAX,
            Means::InBand | Means::InBandPassed => self.config.buffer + OVERSHOOT,
            Means::None => self.config.buffer,
        };
        let Some(held) = &mut self.held_off else { return false };
        let fits = octets.len().min(room.saturating_sub(held.kept.len()));
        let (kept, rest) = octets.split_at(fits);
        held.kept.extend(kept);
        self.lose(rest.len(), End::Server, LossCause::BufferFull);
        true
    }

    /// The time is over: what was kept is taken now.
    pub(super) fn hold_off_timeout(&mut self, now: Instant) {
        let Some(HoldOff { kept, .. }) = self.held_off.take() else { return };
        self.trace(EventKind::Note { text: "the modem holds circuit 106 (CTS) off no longer".to_owned() });
        if !kept.is_empty() {
            self.handle_dte_octets(now, &kept);
        }
        self.let_go_on();
    }

    /// The DTE may go on, unless what it has sent fills the modem's own buffer.
    fn let_go_on(&mut self) {
        if self.is_working() && !self.flow.stopped {
            self.tell_flow(XON);
        }
    }

    /// The call is over, or the modem is switched off: what was kept is lost.
    pub(super) fn end_hold_off(&mut self, cause: LossCause) {
        if let Some(HoldOff { kept, .. }) = self.held_off.take() {
            self.lose(kept.len(), End::Server, cause);
            self.let_go_on();
        }
    }
}
