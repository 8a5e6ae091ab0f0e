//! The figures of a call, for the reports that makers' modems give of it: how long it lasted, what went each way, how it ended.
//!
//! In: carrier, octets, retrains, the end, each with its moment. Out: counts and a [`CallEnd`]. A report may be asked for
//! while the call lasts, in online command state, and until the next one begins.

use std::time::Duration;

use crate::exchange::Carrier;
use offhook_clock::Instant;

/// How a call stands, or how it ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum CallEnd {
    /// There has been no call yet.
    #[default]
    None,
    /// It has not ended.
    Going,
    /// DTR (108/2) went off.
    Dtr,
    /// The DTE said so: `H`, `Z`.
    Command,
    /// The DTE sent an octet while the modem waited for carrier (V.250 §5.6.1).
    Abort,
    /// The far modem hung up.
    FarEnd,
    /// Carrier was gone for longer than S10 allows.
    CarrierLost,
    /// No data for as long as the inactivity timer allows.
    Inactivity,
    /// There never was carrier: busy, no answer, no dial tone.
    NoCarrier,
}

impl CallEnd {
    /// What the generic modem says of it.
    pub(super) const fn phrase(self) -> &'static str {
        match self {
            Self::None => "no call yet",
            Self::Going => "not ended",
            Self::Dtr => "DTR went off",
            Self::Command => "hung up by command",
            Self::Abort => "aborted by the DTE",
            Self::FarEnd => "the far end hung up",
            Self::CarrierLost => "carrier lost",
            Self::Inactivity => "no data for too long",
            Self::NoCarrier => "no carrier",
        }
    }
}

/// A call as it is counted.
#[derive(Clone, Debug, Default)]
pub(super) struct LastCall {
    /// From carrier on.
    began: Option<Instant>,
    ended: Option<Instant>,
    pub(super) end: CallEnd,
    /// The carrier it had last.
    pub(super) carrier: Option<Carrier>,
    /// The highest rates it had, sending and receiving, bit/s.
    pub(super) highest: (u32, u32),
    /// Octets of the DTE that the modem took.
    pub(super) sent: u64,
    /// Octets of the far end.
    pub(super) received: u64,
    /// Octets that had been lost in this modem before the call.
    lost_before: u64,
    /// When data last counted for the inactivity timer.
    pub(super) data_at: Instant,
    pub(super) retrains_requested: u32,
    pub(super) retrains_granted: u32,
    /// This modem has asked for a retrain that has not begun.
    requested: bool,
}

impl LastCall {
    /// The modem goes off hook; `lost`: octets lost in it so far.
    pub(super) fn new(lost: u64) -> Self {
        Self { end: CallEnd::Going, lost_before: lost, ..Self::default() }
    }

    /// There is carrier, or another rate.
    pub(super) fn has_carrier(&mut self, now: Instant, carrier: &Carrier) {
        if self.began.is_none() {
            (self.began, self.data_at) = (Some(now), now);
        }
        self.highest = (self.highest.0.max(carrier.transmit), self.highest.1.max(carrier.receive));
        self.carrier = Some(carrier.clone());
    }

    pub(super) fn retrain_requested(&mut self) {
        self.requested = true;
        self.retrains_requested += 1;
    }

    /// A retrain has begun: this modem's, or the far one's.
    pub(super) fn retrains(&mut self) {
        if !std::mem::take(&mut self.requested) {
            self.retrains_granted += 1;
        }
    }

    /// It is over, by whatever came first.
    pub(super) fn ends(&mut self, now: Instant, end: CallEnd) {
        if self.end == CallEnd::Going {
            (self.end, self.ended) = (end, Some(now));
        }
    }

    /// Octets of it that were lost in this modem, of so many in all.
    pub(super) const fn lost(&self, in_all: u64) -> u64 {
        in_all.saturating_sub(self.lost_before)
    }

    /// How long there was carrier.
    pub(super) fn duration(&self, now: Instant) -> Duration {
        self.began.map_or(Duration::ZERO, |began| self.ended.unwrap_or(now).since(began))
    }
}
