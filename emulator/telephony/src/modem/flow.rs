//! V.250 §6.2.12 (`+IFC`) and Hayes `&K`: flow control between DTE and modem, and the buffers it guards.
//!
//! In: octets of either side, circuit 105, XON and XOFF, the line's rate, time. Out: which octets go on, and whether the
//! other side is to stop: circuit 106, XOFF and XON, [`Modem::wants_dte_octets`] for ports that have neither.
//!
//! Octets of the DTE go to the line at once, which queues and paces them; what is kept here is only *when the last of
//! them will have left*, which is how full the modem's buffer is. That costs no timer while all goes well. Octets of the
//! far end wait here while the DTE lets them.
//!
//! Without flow control what does not fit is lost. With it a DTE that has been told to stop has a little more room, for
//! what it had already handed to its driver. Towards the DTE the buffer holds ten seconds of the fastest line; with error
//! control (V.42) the far modem is told to wait, and what it keeps is counted here.

use std::time::Duration;

use super::{Modem, ModemOutput, State};
use crate::exchange::Carrier;
use crate::trace::EventKind;
use offhook_clock::{Instant, earliest};

/// The characters of flow control in band (ITU-T T.50).
pub(super) const XON: u8 = 0x11;
pub(super) const XOFF: u8 = 0x13;
/// More than its buffer has room for: what a DTE had on its way when it was told to stop.
pub(super) const OVERSHOOT: usize = 65_536;
/// Octets that wait for the DTE at most: with flow control, and with error control as well.
const PATIENCE: usize = 65_536;
const FAR_PATIENCE: usize = 1 << 20;
/// Octets for a slow DTE are given out in pieces of so much of its time.
const PIECE: Duration = Duration::from_millis(20);
/// Start bit, eight bits, stop bit.
const OCTET_BITS: u64 = 10;

/// By what one side stops the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Means {
    /// Nothing.
    #[default]
    None,
    /// XON and XOFF, which go no further.
    InBand,
    /// XON and XOFF, which go to the far end as well.
    InBandPassed,
    /// Circuit 105 or 106.
    Circuit,
}

/// Flow control in both directions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct FlowControl {
    /// How the DTE stops the modem.
    pub(super) by_dte: Means,
    /// How the modem stops the DTE.
    pub(super) by_modem: Means,
}

/// What waits in the modem.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    /// Octets its buffers have room for.
    size: usize,
    /// Line time of a million octets, in microseconds; 0: none at all.
    million: u64,
    /// When all the DTE has sent will have left.
    empty_at: Instant,
    /// The line stands still since then.
    standstill: Option<Instant>,
    /// The DTE has been told to stop.
    pub(super) stopped: bool,
    /// Octets of the DTE are being lost.
    pub(super) losing: bool,
    /// How many of them, of which nobody has been told, and how many for the DTE.
    pub(super) lost_from_dte: u64,
    pub(super) lost_to_dte: u64,
    /// Octets for the DTE.
    waiting: Vec<u8>,
    /// How much of `waiting` has been given out.
    given: usize,
    /// Octets for the DTE are being lost.
    pub(super) dropping: bool,
    /// Circuit 105 is on.
    request_to_send: bool,
    /// The DTE has sent XOFF.
    held: bool,
    /// Microseconds of an octet towards the DTE, if that is slower than the line.
    dte_octet: Option<u64>,
    /// When the DTE's wire is free.
    dte_free_at: Instant,
}

impl Flow {
    pub(super) fn new(size: usize) -> Self {
        Self {
            size: size.max(64),
            million: 0,
            empty_at: Instant::ZERO,
            standstill: None,
            stopped: false,
            losing: false,
            lost_from_dte: 0,
            lost_to_dte: 0,
            waiting: Vec::new(),
            given: 0,
            dropping: false,
            request_to_send: true,
            held: false,
            dte_octet: None,
            dte_free_at: Instant::ZERO,
        }
    }

    /// A call begins, or the DTE has gone: nothing waits any more.
    pub(super) fn reset(&mut self) {
        let Self { size, request_to_send, lost_from_dte, lost_to_dte, .. } = *self;
        *self = Self { request_to_send, lost_from_dte, lost_to_dte, ..Self::new(size) };
    }

    /// Circuit 105 is as it was.
    pub(super) fn keep_circuit_105(&mut self, before: &Self) {
        self.request_to_send = before.request_to_send;
    }

    /// The call has ended: what the DTE has been sent already is what it gets, and it may speak to the modem.
    pub(super) fn end(&mut self) {
        (self.million, self.standstill, self.stopped, self.losing) = (0, None, false, false);
    }

    /// What the line carries from now on, and the speed of the DTE's port, if that matters.
    pub(super) fn set_rates(&mut self, now: Instant, carrier: &Carrier, dte: Option<u32>) {
        let bits = if carrier.error_control { 8 } else { OCTET_BITS };
        let octets = self.octets(now);
        self.million = (bits * 1_000_000_000_000).checked_div(u64::from(carrier.transmit)).unwrap_or(0);
        self.empty_at = self.standstill.unwrap_or(now) + self.line_time(octets);
        let slower = |speed: &u32| u64::from(*speed) * bits < u64::from(carrier.receive) * OCTET_BITS;
        let octet = |speed: u32| (OCTET_BITS * 1_000_000).checked_div(u64::from(speed));
        self.dte_octet = dte.filter(slower).and_then(octet);
    }

    /// The line takes no time at all.
    pub(super) fn unpaced(&mut self) {
        self.million = 0;
    }

    pub(super) fn line_time(&self, octets: usize) -> Duration {
        Duration::from_micros((octets as u64).saturating_mul(self.million) / 1_000_000)
    }

    /// Octets of the DTE that have not left.
    pub(super) fn octets(&self, now: Instant) -> usize {
        let left = self.empty_at.since(self.standstill.unwrap_or(now)).as_micros() as u64;
        // Part of an octet is still an octet.
        let octets = if self.million == 0 { 0 } else { left.saturating_mul(1_000_000).div_ceil(self.million) };
        usize::try_from(octets).unwrap_or(usize::MAX)
    }

    /// When the last octet of the DTE will have left, if the line does not stand still.
    pub(super) const fn empties_at(&self) -> Instant {
        self.empty_at
    }

    /// Since when the line stands still.
    pub(super) const fn stands_still_since(&self) -> Option<Instant> {
        self.standstill
    }

    /// The line stands still, or goes on.
    pub(super) fn stand_still(&mut self, now: Instant, still: bool) {
        match (still, self.standstill) {
            (true, None) => self.standstill = Some(now),
            (false, Some(since)) => {
                self.standstill = None;
                if self.empty_at > since {
                    self.empty_at += now.since(since);
                }
            }
            _ => {}
        }
    }

    /// Takes octets of the DTE: how many of so many fit.
    fn take(&mut self, now: Instant, count: usize, guarded: bool) -> usize {
        if self.million == 0 {
            return count;
        }
        let present = self.octets(now);
        let room = (self.size + if guarded { OVERSHOOT } else { 0 }).saturating_sub(present);
        let fits = count.min(room);
        let from = self.empty_at.max(self.standstill.unwrap_or(now));
        self.empty_at = from + self.line_time(fits);
        // Told once: until the buffer has been half empty again it is the same overrun.
        self.losing &= present > self.size / 2;
        self.stopped |= present + fits >= self.size / 4 * 3;
        fits
    }

    /// When the DTE, which has been told to stop, may go on.
    fn resumes_at(&self) -> Option<Instant> {
        if !self.stopped || self.standstill.is_some() {
            return None;
        }
        let low = self.line_time(self.size / 4);
        Some(Instant::from_micros(self.empty_at.since(Instant::ZERO + low).as_micros() as u64))
    }

    /// How many octets for the DTE wait.
    pub(super) fn backlog(&self) -> usize {
        self.waiting.len() - self.given
    }

    /// The next octets for the DTE, as many as may go now.
    fn give(&mut self, now: Instant) -> Vec<u8> {
        let count = match self.dte_octet {
            None => self.backlog(),
            Some(_) if self.dte_free_at > now => 0,
            Some(octet) => {
                let piece = (PIECE.as_micros() as u64 / octet.max(1)).max(1);
                let count = usize::try_from(piece).unwrap_or(usize::MAX).min(self.backlog());
                self.dte_free_at = now + Duration::from_micros(octet * count as u64);
                count
            }
        };
        let end = self.given + count;
        let octets = self.waiting.get(self.given..end).unwrap_or_default().to_vec();
        self.given = end;
        if self.backlog() == 0 {
            (self.given, self.dropping) = (0, false);
            self.waiting.clear();
        }
        octets
    }
}

impl Modem {
    /// Circuit 105 (RTS): the DTE can take octets, if it stops the modem by circuits.
    pub fn handle_circuit_105(&mut self, now: Instant, on: bool) {
        self.handle_timeout(now);
        self.flow.request_to_send = on;
        self.release_waiting(now);
        self.update_circuits();
    }

    /// Whether the DTE may be read: not while circuit 106 tells it to stop. For ports that have no such circuit, a pty above
    /// all, not reading is the way to tell it. A DTE that is told by XOFF is read: it has to stop by itself.
    pub fn wants_dte_octets(&self) -> bool {
        let stopped = self.flow.stopped || !self.driver_has_room();
        !(self.is_hanging_up() || stopped && self.stops_dte_by_circuit())
    }

    /// Whether circuit 106 is what stops the DTE.
    pub fn stops_dte_by_circuit(&self) -> bool {
        self.flow_control().by_modem == Means::Circuit
    }

    /// Whether the line stands still, and there is room for what the DTE has to say meanwhile.
    pub fn has_room_at_rest(&self) -> bool {
        self.flow.standstill.is_some() && !self.flow.stopped && self.driver_has_room()
    }

    /// When flow control does something by itself.
    pub(super) fn flow_due(&self) -> Option<Instant> {
        let gives = self.flow.dte_octet.is_some() && self.flow.backlog() > 0 && !self.holds_back();
        earliest(self.flow.resumes_at(), gives.then_some(self.flow.dte_free_at))
    }

    /// The DTE's buffer has room again, or the DTE's wire is free.
    pub(super) fn flow_timeout(&mut self, now: Instant) {
        if self.flow.resumes_at().is_some_and(|at| at <= now) {
            self.flow.stopped = false;
            self.tell_flow(XON);
        }
        self.release_waiting(now);
    }

    /// Octets of the DTE in data state, on their way to the line.
    pub(super) fn octets_to_line(&mut self, now: Instant, octets: &[u8]) {
        let flow = self.flow_control();
        let mut octets = octets.to_vec();
        if matches!(flow.by_dte, Means::InBand | Means::InBandPassed) {
            if let Some(last) = octets.iter().rev().find(|octet| matches!(**octet, XON | XOFF)) {
                self.flow.held = *last == XOFF;
                self.release_waiting(now);
            }
            if flow.by_dte == Means::InBand {
                octets.retain(|octet| !matches!(*octet, XON | XOFF));
            }
        }
        let was_stopped = self.flow.stopped;
        let fits = self.flow.take(now, octets.len(), flow.by_modem != Means::None);
        let lost = (octets.len() - fits) as u64;
        self.tell_losses();
        (self.lost, self.flow.lost_from_dte) = (self.lost + lost, self.flow.lost_from_dte + lost);
        if lost > 0 && !std::mem::replace(&mut self.flow.losing, true) {
            let text = "the modem's buffer for octets from the DTE is full: octets are lost".to_owned();
            self.trace(EventKind::Impairment { text });
        }
        if flow.by_modem == Means::None {
            self.flow.stopped = false;
        } else if self.flow.stopped && !was_stopped {
            self.tell_flow(XOFF);
        }
        octets.truncate(fits);
        self.last_call.sent += fits as u64;
        self.last_call.data_at = now;
        if !octets.is_empty() {
            self.output.push_back(ModemOutput::ToLine(octets));
        }
    }

    /// Octets of the far end, on their way to the DTE.
    pub(super) fn octets_to_dte(&mut self, now: Instant, octets: Vec<u8>) {
        if self.flow.backlog() == 0 && self.flow.dte_octet.is_none() && !self.holds_back() {
            return self.tell_dte_at_once(octets);
        }
        let error_control = match &self.state {
            State::Data { carrier, .. } | State::OnlineCommand { carrier } => carrier.error_control,
            _ => false,
        };
        let most = match (error_control, self.flow_control().by_dte) {
            (true, _) => FAR_PATIENCE,
            (false, Means::None) if !matches!(self.state, State::OnlineCommand { .. }) => self.flow.size,
            (false, _) => PATIENCE,
        };
        self.wait(octets, most);
        self.release_waiting(now);
    }

    /// Octets wait for the DTE, as far as there is room for `most` in all.
    fn wait(&mut self, octets: Vec<u8>, most: usize) {
        let fits = octets.len().min(most.saturating_sub(self.flow.backlog()));
        let lost = (octets.len() - fits) as u64;
        (self.lost, self.flow.lost_to_dte) = (self.lost + lost, self.flow.lost_to_dte + lost);
        if lost > 0 && !std::mem::replace(&mut self.flow.dropping, true) {
            let text = "the modem's buffer for octets to the DTE is full: octets are lost".to_owned();
            self.trace(EventKind::Impairment { text });
        }
        self.flow.waiting.extend(octets.into_iter().take(fits));
    }

    /// Whether octets of the far end have to wait for the DTE.
    fn holds_back(&self) -> bool {
        let flow = self.flow_control();
        match self.state {
            State::OnlineCommand { .. } => true,
            _ if flow.by_dte == Means::Circuit => !self.flow.request_to_send,
            _ => self.flow.held && flow.by_dte != Means::None,
        }
    }

    /// Gives the DTE what has waited, as far as it lets the modem.
    pub(super) fn release_waiting(&mut self, now: Instant) {
        if self.flow.backlog() > 0 && !self.holds_back() {
            let octets = self.flow.give(now);
            self.tell_dte_at_once(octets);
            self.tell_losses();
        }
    }

    /// Whether octets of the far end still wait for the DTE: what the modem says comes after them.
    pub(super) fn has_waiting(&self) -> bool {
        self.flow.backlog() > 0 && !matches!(self.state, State::OnlineCommand { .. })
    }

    /// Something the modem says after octets of the far end that wait.
    pub(super) fn wait_in_line(&mut self, octets: &[u8]) {
        self.wait(octets.to_vec(), FAR_PATIENCE);
    }

    /// Whoever opens the port next has not sent XOFF.
    pub(super) fn forget_xoff(&mut self, now: Instant) {
        self.flow.held = false;
        self.release_waiting(now);
    }

    /// XON of a DTE that has sent XOFF before the call ended.
    pub(super) fn take_xon(&mut self, now: Instant, octet: u8) {
        if self.flow.held && octet == XON {
            self.forget_xoff(now);
        }
    }

    /// XON or XOFF to the DTE, if that is the means.
    pub(super) fn tell_flow(&mut self, character: u8) {
        if matches!(self.flow_control().by_modem, Means::InBand | Means::InBandPassed) {
            self.tell_dte_at_once(vec![character]);
        }
        self.update_circuits();
    }
}
