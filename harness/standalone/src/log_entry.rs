//! What happened at the lines, in the words of reports, with the time of day.
//!
//! In: trace events of the modems and the exchange. Out: one line of text each, the same for log and live view.

use std::time::Duration;

use offhook_clock::Instant;
use offhook_telephony::exchange::Stamp;
use offhook_telephony::trace::{End, EventKind};
use time::OffsetDateTime;

use offhook_report::text::counted;
use offhook_report::words::{self, Lane};

/// Something that happened at one line, or (`None`) to all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// When.
    pub at: Instant,
    /// The line, from 0.
    pub line: Option<usize>,
    /// What.
    pub what: EventKind,
}

/// The time of day at a moment: the local time when it was made, and what has passed since.
#[derive(Clone, Copy, Debug)]
pub struct TimeOfDay {
    start: OffsetDateTime,
}

impl TimeOfDay {
    /// One that started at this time of day.
    pub const fn new(start: OffsetDateTime) -> Self {
        Self { start }
    }

    /// The present time of day, local if that can be found out, else UTC.
    pub fn now() -> Self {
        Self::new(OffsetDateTime::now_local().unwrap_or_else(|_| OffsetDateTime::now_utc()))
    }

    /// `2026-01-05`.
    pub fn date(self, at: Instant) -> String {
        let moment = self.moment(at);
        format!("{}-{:02}-{:02}", moment.year(), u8::from(moment.month()), moment.day())
    }

    /// `09:00:02.250`.
    pub fn clock(self, at: Instant) -> String {
        let moment = self.moment(at);
        let (hour, minute, second) = (moment.hour(), moment.minute(), moment.second());
        format!("{hour:02}:{minute:02}:{second:02}.{:03}", moment.millisecond())
    }

    /// As the exchange tells it with caller ID.
    pub fn stamp(self, at: Instant) -> Stamp {
        let moment = self.moment(at);
        Stamp { month: moment.month().into(), day: moment.day(), hour: moment.hour(), minute: moment.minute() }
    }

    /// When it was made, as time since 1970.
    pub fn since_1970(self) -> Duration {
        let nanos = self.start.unix_timestamp_nanos();
        u64::try_from(nanos / 1000).map_or(Duration::ZERO, Duration::from_micros)
    }

    fn moment(self, at: Instant) -> OffsetDateTime {
        self.start + at.since(Instant::ZERO)
    }
}

/// An event in words, without its time: `AT   < ATDT5551001`.
pub fn text(what: &EventKind, unicode: bool) -> String {
    let line = line(what);
    let arrow = line.way.map_or(" ", |way| way.arrow(unicode));
    format!("{:<4} {arrow} {}", line.lane.name(), line.text)
}

/// An event in words, with lane and way.
pub fn line(what: &EventKind) -> words::Line {
    let line = words::line(what);
    words::Line { text: own_words(what).unwrap_or(line.text), ..line }
}

/// What reports call the server is a DTE here, and either end of a call may be one.
fn own_words(what: &EventKind) -> Option<String> {
    let text = match what {
        EventKind::DteOpened => "opened by the DTE, DTR (108/2) on",
        EventKind::DteClosed => "closed by the DTE, DTR (108/2) off",
        EventKind::Cleared { by: End::Server, abrupt: false } => "call cleared by the called end",
        EventKind::Cleared { by: End::Caller, abrupt: false } => "call cleared by the calling end",
        EventKind::Cleared { abrupt: true, .. } => "carrier lost, no hang-up",
        EventKind::Lost { octets, from, cause } => {
            let octets = counted(usize::try_from(*octets).unwrap_or(usize::MAX), "octet");
            let way = match from {
                End::Server => "from the DTE",
                End::Caller => "to the DTE",
            };
            return Some(format!("{octets} {way} lost: {}", cause.phrase()));
        }
        _ => return None,
    };
    Some(text.to_owned())
}

/// Whether it is worth a line where lines are few: not each edge of each ring burst, nor what crosses.
pub fn is_worth_telling(what: &EventKind) -> bool {
    !matches!(what, EventKind::RingOff { .. } | EventKind::Circuit { .. })
        && !matches!(words::line(what).lane, Lane::Ppp | Lane::Text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn events_are_told_as_in_reports_but_for_the_dte() {
        assert_eq!(text(&EventKind::Command { text: "ATDT5551001".into() }, true), "AT   ← ATDT5551001");
        assert_eq!(text(&EventKind::Response { text: "RING".into() }, false), "AT   > RING");
        assert_eq!(text(&EventKind::DteOpened, false), "port   opened by the DTE, DTR (108/2) on");
    }

    #[test]
    fn the_time_of_day_goes_on_from_the_start() {
        let day = TimeOfDay::new(OffsetDateTime::from_unix_timestamp(1_767_603_600).unwrap());
        let at = Instant::from_millis(3_600_250);
        assert_eq!((day.date(at), day.clock(at)), ("2026-01-05".into(), "10:00:00.250".into()));
        assert_eq!(day.stamp(at), Stamp { month: 1, day: 5, hour: 10, minute: 0 });
    }
}
