//! The quality of a line as Link-Quality-Reports show it (RFC 1989): what was lost between two of them, how a line is to be watched,
//! and what comes of it, as plain data.

use std::fmt;
use std::time::Duration;

/// How a line is watched: what loss makes a reporting period bad, and how many bad ones make the line so (§2.10, "K out of N").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quality {
    /// Reporting-Period: the longest from one report of the peer to the next. Zero: the peer keeps no timer, and answers each
    /// report of this end.
    pub period: Duration,
    /// A period is bad if more frames than so many of a hundred are lost in it, one way or the other, or if no report comes.
    pub loss: u8,
    /// The quality is poor as soon as so many periods are bad,
    pub bad: u32,
    /// out of the last so many.
    pub of: u32,
    /// The link is terminated then.
    pub ends: bool,
}

impl Quality {
    /// Reports at this interval; three bad periods of five, with more than a tenth lost, are told.
    pub const fn every(period: Duration) -> Self {
        Self { period, loss: 10, bad: 3, of: 5, ends: false }
    }

    /// The Reporting-Period as it is asked for, in hundredths of a second (§2.5).
    pub(crate) fn hundredths(self) -> u32 {
        u32::try_from(self.period.as_millis().div_ceil(10)).unwrap_or(u32::MAX)
    }
}

/// Frames of one direction between two reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// That the sender sent.
    pub sent: u32,
    /// That the receiver has not.
    pub lost: u32,
}

impl Lost {
    /// Of counters that wrap (§2.2). More received than sent is nothing lost.
    pub(crate) const fn of(sent: u32, received: u32) -> Self {
        Self { sent, lost: sent.saturating_sub(received) }
    }

    pub(crate) const fn is_more_than(self, percent: u8) -> bool {
        self.lost as u64 * 100 > self.sent as u64 * percent as u64
    }
}

/// What two reports in a row say of the time between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QualityMeasured {
    /// From the peer.
    pub inbound: Lost,
    /// To the peer; `None` if it has had no report of this end in the meantime, to lay its counters beside.
    pub outbound: Option<Lost>,
}

impl fmt::Display for QualityMeasured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Lost { sent, lost } = self.inbound;
        write!(f, "link quality: {lost} of {sent} frames lost from the peer")?;
        match self.outbound {
            Some(Lost { sent, lost }) => write!(f, ", {lost} of {sent} to it"),
            None => Ok(()),
        }
    }
}

/// Too many bad reporting periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoorQuality {
    /// So many,
    pub bad: u32,
    /// of so many.
    pub of: u32,
}

impl fmt::Display for PoorQuality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the quality of the line is poor: {} of {} reporting periods were bad", self.bad, self.of)
    }
}
