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

    const NEW_YEAR: Stamp = Stamp { month: 1, day: 1, hour: 0, minute: 5 };

    #[test]
    fn a_stamp_has_two_digits_for_each_part() {
        assert_eq!((NEW_YEAR.date(), NEW_YEAR.time()), ("0101".into(), "0005".into()));
    }

    #[test]
    fn number_and_name_take_a_quarter_of_a_second_on_the_line() {
        let id = CallerId { stamp: NEW_YEAR, number: Some("5551234".into()), name: Some("ALICE".into()) };
        // 29 octets.
        assert_eq!(id.delivery(), Duration::from_micros(900_000 + 241_666));
    }
}
