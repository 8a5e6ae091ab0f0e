//! Caller ID as the exchange delivers it: who calls, and when.
//!
//! What crosses the line is a Bellcore MDMF message (GR-30-CORE): type 80, length, then parameters 01 (date and
//! time), 02 (number) or 04 (reason there is none), 07 (name) or 08 (reason there is none), and a checksum, at
//! 1200 bit/s in the silence after the first ring. Only its content and its length in time are modelled, not the tones.

use std::time::Duration;

/// Date and time of day of the exchange's clock, as caller ID carries them: no year, no seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
}

impl Stamp {
    /// The stamp of a time in seconds since 1970, in UTC.
    pub fn from_unix(seconds: u64) -> Self {
        let minutes = seconds / 60;
        let days = minutes / 1440;
        // Years counted from 1 March of year 0, so that the leap day is the last of its year.
        let day_of_era = (days + 719_468) % 146_097;
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        // All four are below 60 by construction.
        let small = |value: u64| u8::try_from(value).unwrap_or(0);
        Self { month: small(month), day: small(day), hour: small(minutes / 60 % 24), minute: small(minutes % 60) }
    }

    /// `MMDD`.
    pub fn date(self) -> String {
        format!("{:02}{:02}", self.month, self.day)
    }

    /// `HHMM`.
    pub fn time(self) -> String {
        format!("{:02}{:02}", self.hour, self.minute)
    }
}

/// What the exchange tells of a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerId {
    /// When the call was placed.
    pub stamp: Stamp,
    /// Digits, `P` (withheld) or `O` (out of area); `None`: no number parameter.
    pub number: Option<String>,
    /// The name, `P` or `O`; `None`: no name parameter.
    pub name: Option<String>,
}

impl CallerId {
    /// From the beginning of the silence after the first ring until the called modem has the whole message:
    /// 500 ms of guard, 250 ms of channel seizure, 150 ms of mark, and the message at 1200 bit/s, 10 bits an octet.
    pub fn delivery(&self) -> Duration {
        // Type, length and checksum; date and time with their two octets of header.
        let mut octets = 3 + 2 + 8;
        for value in [&self.number, &self.name].into_iter().flatten() {
            octets += 2 + value.len() as u64;
        }
        Duration::from_millis(500 + 250 + 150) + Duration::from_micros(octets * 10 * 1_000_000 / 1200)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_the_calendar_s() {
        let stamp = Stamp::from_unix(0);
        assert_eq!((stamp.date(), stamp.time()), ("0101".into(), "0000".into()));
        // 2024-02-29T23:59:59Z and the second after it.
        assert_eq!(Stamp::from_unix(1_709_251_199), Stamp { month: 2, day: 29, hour: 23, minute: 59 });
        assert_eq!(Stamp::from_unix(1_709_251_200), Stamp { month: 3, day: 1, hour: 0, minute: 0 });
        // 2100 is no leap year: 2100-02-28T12:30Z and a day later.
        assert_eq!(Stamp::from_unix(4_107_501_000), Stamp { month: 2, day: 28, hour: 12, minute: 30 });
        assert_eq!(Stamp::from_unix(4_107_587_400), Stamp { month: 3, day: 1, hour: 12, minute: 30 });
    }

    #[test]
    fn number_and_name_take_a_quarter_of_a_second_on_the_line() {
        let id = CallerId { stamp: Stamp::from_unix(0), number: Some("5551234".into()), name: Some("ALICE".into()) };
        // 29 octets.
        assert_eq!(id.delivery(), Duration::from_micros(900_000 + 241_666));
    }
}
