//! Link quality monitoring (RFC 1989): frames counted both ways, Link-Quality-Reports sent and received, and what they say of
//! the line. Frames, reports and `now` in; reports out, with what was lost, and whether that is more than the line may lose.
//!
//! Which end reports to which is agreed on by LCP's Quality-Protocol, a direction at a time: who asks for it is sent reports, within
//! the Reporting-Period that it asks for (§2.5).

use std::collections::VecDeque;
use std::time::Duration;

use offhook_clock::{Instant, earliest};

use super::{Link, LinkEnding, LinkEvent};
use crate::control::Protocol as _;
use crate::frame::{Frame, LQR};
use crate::lqr::{REPORT, Report};
use crate::quality::{Lost, PoorQuality, Quality, QualityMeasured};

/// Octets of a frame that are counted beside those from address to information: the FCS, and one flag (§2.3).
const FCS_AND_FLAG: u32 = 3;
/// The longest Reporting-Period that is waited for; the peer may ask for one of more than a year.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// What one end has counted on the line (§2.2).
#[derive(Clone, Copy, Debug, Default)]
struct Counters {
    reports: u32,
    packets: u32,
    octets: u32,
    errors: u32,
}

impl Counters {
    const fn count(&mut self, octets: usize) {
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(octets as u32).wrapping_add(FCS_AND_FLAG);
    }
}

/// A report, and what was counted here when it came (§2.6, the Save-In fields).
#[derive(Clone, Copy, Debug)]
pub(super) struct Saved {
    pub(super) report: Report,
    at: Counters,
}

/// The counters of a link, and what they have shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Monitor {
    /// What went out; `errors` stay zero.
    out: Counters,
    /// What came in whole.
    into: Counters,
    pub(super) last: Option<Saved>,
    /// When this end reports, if the peer asked for reports by a timer, and how often.
    due: Option<(Instant, Duration)>,
    /// When the peer should have reported.
    expected: Option<Instant>,
    /// The last periods, oldest first: whether they were bad.
    periods: VecDeque<bool>,
    is_poor: bool,
    /// The peer has Protocol-Rejected a report: none is sent any more.
    is_rejected: bool,
}

impl Monitor {
    pub(super) const fn sent(&mut self, octets: usize) {
        self.out.count(octets);
    }

    pub(super) const fn received(&mut self, octets: usize) {
        self.into.count(octets);
    }

    pub(super) const fn damaged(&mut self) {
        self.into.errors = self.into.errors.wrapping_add(1);
    }

    /// "If a Protocol-Reject is received specifying a LQR packet, the LQM process MUST cease sending LQRs" (§2.7).
    pub(super) fn cease(&mut self) {
        self.due = None;
        self.is_rejected = true;
    }

    /// LCP is no longer Opened.
    pub(super) fn stop(&mut self) {
        *self = Self::default();
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        earliest(self.due.map(|(due, _)| due), self.expected)
    }

    /// The next report, sent as a frame of so many octets from address to information.
    fn report(&mut self, magic: u32, octets: usize) -> Report {
        self.out.reports = self.out.reports.wrapping_add(1);
        // "This number MUST include this LQR" (§2.6, of PeerOutLQRs, PeerOutPackets and PeerOutOctets).
        let mut out = self.out;
        out.count(octets);
        let [last, saved] = match self.last {
            Some(Saved { report: Report { fields: [.., reports, packets, octets] }, at }) => {
                [[reports, packets, octets, 0, 0], [at.reports, at.packets, 0, at.errors, at.octets]]
            }
            None => [[0; 5]; 2],
        };
        let [reports, packets, discards, errors, octets] = saved;
        Report {
            fields: [
                magic,
                last[0],
                last[1],
                last[2],
                reports,
                packets,
                discards,
                errors,
                octets,
                out.reports,
                out.packets,
                out.octets,
            ],
        }
    }

    /// A report came: what it shows beside the one before, and whether the peer has had none of this end's since.
    fn take(&mut self, report: Report) -> Option<(QualityMeasured, bool)> {
        self.into.reports = self.into.reports.wrapping_add(1);
        let at = self.into;
        let before = self.last.replace(Saved { report, at })?;
        let since = |field: usize| report.fields[field].wrapping_sub(before.report.fields[field]);
        let inbound = Lost::of(since(PEER_OUT_PACKETS), at.packets.wrapping_sub(before.at.packets));
        let is_deaf = since(PEER_IN_LQRS) == 0;
        // The peer's counters are of when it had our report: without a first one there is nothing to lay them beside.
        let had_before = before.report.fields[PEER_IN_LQRS] != 0;
        let outbound = (had_before && !is_deaf).then(|| Lost::of(since(LAST_OUT_PACKETS), since(PEER_IN_PACKETS)));
        Some((QualityMeasured { inbound, outbound }, is_deaf))
    }

    /// A period is over; the quality, if that has made it poor.
    fn period(&mut self, is_bad: bool, policy: Quality) -> Option<PoorQuality> {
        self.periods.push_back(is_bad);
        while self.periods.len() > policy.of.max(1) as usize {
            self.periods.pop_front();
        }
        let bad = self.periods.iter().filter(|is_bad| **is_bad).count() as u32;
        let was_poor = std::mem::replace(&mut self.is_poor, bad >= policy.bad.max(1));
        (self.is_poor && !was_poor).then_some(PoorQuality { bad, of: self.periods.len() as u32 })
    }
}

/// Places among the fields of a [`Report`].
const LAST_OUT_PACKETS: usize = 2;
const PEER_IN_LQRS: usize = 4;
const PEER_IN_PACKETS: usize = 5;
const PEER_OUT_PACKETS: usize = 10;

/// A Reporting-Period as time.
fn hundredths(period: u32) -> Duration {
    (Duration::from_millis(10) * period).min(LONGEST)
}

impl Link {
    /// Whether reports go one way or the other.
    pub(super) fn monitors(&self) -> bool {
        let lcp = self.lcp.protocol();
        lcp.own().quality.is_some() || lcp.peer().quality.is_some()
    }

    /// LCP is Opened: everything is counted from zero, and the first report goes out, if the peer wants them by a timer.
    pub(super) fn start_monitor(&mut self, now: Instant) {
        self.monitor.stop();
        let asked = self.lcp.protocol().peer().quality;
        if let Some(period) = asked.filter(|period| *period > 0).map(hundredths) {
            self.monitor.due = Some((now, period));
            self.quality_timeout(now);
        }
        self.monitor.expected = self.waits().map(|waits| now + waits);
    }

    /// How long a report of the peer is waited for before the period is bad: two periods, so that one that is a little late is not.
    /// A peer without a timer reports as often as this end does.
    fn waits(&self) -> Option<Duration> {
        let lcp = self.lcp.protocol();
        let period = lcp.own().quality.and_then(|own| if own > 0 { Some(own) } else { lcp.peer().quality })?;
        (period > 0).then(|| hundredths(period) * 2)
    }

    fn send_report(&mut self, now: Instant) {
        if self.monitor.is_rejected {
            return;
        }
        let magic = self.lcp.protocol().magic();
        let empty = Frame { protocol: LQR, information: &[0; REPORT] };
        let octets = empty.emit(self.send.compression()).len();
        let report = self.monitor.report(magic, octets).emit();
        self.transmit(LQR, &report);
        if let Some((due, period)) = &mut self.monitor.due {
            *due = now + *period;
        }
    }

    /// A report may be due, or the peer's overdue.
    pub(super) fn quality_timeout(&mut self, now: Instant) {
        if self.monitor.due.is_some_and(|(due, _)| due <= now) {
            self.send_report(now);
        }
        if self.monitor.expected.is_some_and(|expected| expected <= now) {
            self.monitor.expected = self.waits().map(|waits| now + waits / 2);
            self.period_is_over(now, true);
        }
    }

    /// A Link-Quality-Report came. One with another Magic-Number than the peer's is not of this link.
    pub(super) fn handle_report(&mut self, now: Instant, report: Report) {
        let peer = self.lcp.protocol().peer();
        if report.magic() != 0 && peer.magic.is_some_and(|magic| magic != report.magic()) {
            return;
        }
        self.monitor.expected = self.waits().map(|waits| now + waits);
        let measured = self.monitor.take(report);
        // Without a timer each is answered; with one, a peer that has not had the last is told again (§2.7).
        let is_deaf = measured.is_some_and(|(_, is_deaf)| is_deaf);
        if peer.quality == Some(0) || (peer.quality.is_some() && is_deaf) {
            self.send_report(now);
        }
        let (Some((measured, _)), Some(policy)) = (measured, self.config.quality) else { return };
        self.events.push_back(LinkEvent::Quality(measured));
        let is_bad = |lost: Lost| lost.is_more_than(policy.loss);
        self.period_is_over(now, is_bad(measured.inbound) || measured.outbound.is_some_and(is_bad));
    }

    fn period_is_over(&mut self, now: Instant, is_bad: bool) {
        let Some(policy) = self.config.quality else { return };
        let Some(poor) = self.monitor.period(is_bad, policy) else { return };
        self.events.push_back(LinkEvent::PoorQuality(poor));
        if policy.ends {
            self.cause.get_or_insert(LinkEnding::PoorQuality(poor));
            self.handle_close(now, "Link quality is poor");
        }
    }
}
