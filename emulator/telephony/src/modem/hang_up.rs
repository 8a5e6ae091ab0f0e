//! V.250 §6.3.6 (`H`) and §6.2.9 (DTR, 108/2): the DTE ends a call while octets of it still wait in the modem to be sent.
//!
//! In: the request, the settings, how much waits, time. Out: on hook, at once or when the octets have left, and the result
//! code of `H`. What becomes of the octets is for the DTE to say, in one of two ways:
//!
//! - `+ETBM` (V.250 §6.5.6), its first value: 0 they are discarded, 1 they are delivered however long that takes, 2 they are
//!   delivered within so many seconds, its third value. V.250 recommends 1,1,20, which is what the generic modem has.
//! - S38, where a maker has it. Rockwell and Conexant ("AT Commands Reference Manual", 100722B, S38): on a connection with
//!   error control the modem waits for so many seconds, 255 for ever; if that was not enough `H` gives `NO CARRIER`, for data
//!   has been lost, else `OK`. Without error control it waits for nothing. US Robotics (Courier manuals, S38): 0 unless set.
//!   There it is said of DTR alone; `H` waits here as well once S38 is set.

use std::time::Duration;

use super::execute::Rest;
use super::last_call::CallEnd;
use super::parameter::HANG_UP_DELAY;
use super::result_code::ResultCode;
use super::{Modem, State};
use crate::loss::LossCause;
use crate::trace::End;
use offhook_clock::Instant;

/// S38 at this value: as long as it takes.
const FOR_EVER: u8 = 255;
/// As long as it takes is no longer than this: the fullest buffer at 300 bit/s needs less.
const LONGEST: Duration = Duration::from_secs(3600);
/// No longer than this once a DTE is there again: as long as serial drivers wait (closing_wait of setserial(8)); nor once the
/// line stands still, for a retrain or a gap in the carrier.
const SOON: Duration = Duration::from_secs(30);
/// From the last octet's leaving until the far modem has acknowledged it.
const ACKNOWLEDGEMENT: Duration = Duration::from_millis(20);

/// A call that ends as soon as the last octet has left.
#[derive(Clone, Debug)]
pub(super) struct HangingUp {
    /// No later than this.
    until: Instant,
    /// What is left of the command line that asked for it; `None`: DTR (108/2) went off.
    rest: Option<Rest>,
}

impl Modem {
    /// Whether the modem has octets to deliver before it ends a call for its DTE, and can: not while the line stands still.
    pub(super) fn has_to_deliver(&self) -> bool {
        let can = self.flow.octets(self.now) > 0 && self.flow.stands_still_since().is_none();
        can && self.pending_limit().is_some()
    }

    /// The DTE ends the call, and octets are to be delivered before.
    pub(super) fn begin_to_hang_up(&mut self, rest: Option<Rest>) {
        let Some(limit) = self.pending_limit() else { return };
        self.hanging_up = Some(HangingUp { until: self.now + limit, rest });
        // Whatever the far end still says has nobody who reads it.
        if let State::Data { carrier, .. } = &self.state {
            self.state = State::OnlineCommand { carrier: carrier.clone() };
        }
    }

    /// For how long it tries to deliver what waits when the DTE ends a call; `None`: not at all.
    fn pending_limit(&self) -> Option<Duration> {
        let (State::Data { carrier, .. } | State::OnlineCommand { carrier }) = &self.state else { return None };
        let seconds = |seconds: u64| (seconds > 0).then(|| Duration::from_secs(seconds));
        if self.command_set.registers.contains_key(&HANG_UP_DELAY) {
            return match self.active.get(HANG_UP_DELAY) {
                _ if !carrier.error_control => None,
                FOR_EVER => Some(LONGEST),
                delay => seconds(delay.into()),
            };
        }
        if self.command_set.refuses("+ETBM") {
            return None;
        }
        match self.extended_value("+ETBM", 0) {
            0 => None,
            1 => Some(LONGEST),
            _ => seconds(self.extended_value("+ETBM", 2).into()),
        }
    }

    /// Whether the DTE has ended the call, and the modem hears nothing of it until all has left.
    pub const fn is_hanging_up(&self) -> bool {
        self.hanging_up.is_some()
    }

    /// When the call ends.
    pub(super) fn hang_up_due(&self) -> Option<Instant> {
        let hanging_up = self.hanging_up.as_ref()?;
        let over = match self.flow.stands_still_since() {
            Some(since) => since + SOON,
            None => self.flow.empties_at() + ACKNOWLEDGEMENT,
        };
        Some(over.min(hanging_up.until))
    }

    /// It has all left, or the time for it is over.
    pub(super) fn hang_up_timeout(&mut self, now: Instant) {
        let Some(HangingUp { rest, .. }) = self.hanging_up.take() else { return };
        let complete = self.flow.octets(now) == 0;
        self.on_hook(if rest.is_some() { CallEnd::Command } else { CallEnd::Dtr });
        match rest {
            Some(rest) if complete => self.execute_rest(now, rest),
            Some(_) => self.result(ResultCode::NoCarrier),
            None => self.forget_waiting(),
        }
        self.release_held_in_command_state();
    }

    /// A DTE comes back while its call is ending: it is not read until then, and does not wait for ever.
    pub(super) fn hang_up_soon(&mut self) {
        let now = self.now;
        if let Some(hanging_up) = &mut self.hanging_up {
            hanging_up.until = hanging_up.until.min(now + SOON);
        }
    }

    /// The DTE is gone, or does not want to read what the far end has said.
    pub(super) fn forget_waiting(&mut self) {
        self.lose(self.flow.backlog(), End::Caller, LossCause::NotRead);
        self.flow.reset();
    }
}
