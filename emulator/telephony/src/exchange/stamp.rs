//! The time as caller ID tells it: month, day, hour and minute of the exchange's clock.
//!
//! In: seconds since 1970. Out: the four numbers, and the digits in which messages carry them.

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
    /// The moment so many seconds after 1970 began, UTC.
    ///
    /// ```
    /// use offhook_telephony::exchange::Stamp;
    ///
    /// let stamp = Stamp::at_unix_seconds(1_767_603_660);
    /// assert_eq!((stamp.month, stamp.day, stamp.hour, stamp.minute), (1, 5, 9, 1));
    /// ```
    #[expect(clippy::cast_possible_truncation, reason = "each is below 60")]
    pub const fn at_unix_seconds(seconds: u64) -> Self {
        // Counted in years that begin on 1 March, so that a leap day is the last of one.
        const DAYS_TO_1970: u64 = 719_468;
        let days = seconds / 86_400 + DAYS_TO_1970;
        let of_era = days % 146_097;
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let of_day = seconds % 86_400;
        Self { month: month as u8, day: day as u8, hour: (of_day / 3_600) as u8, minute: (of_day / 60 % 60) as u8 }
    }
}

/// Midnight at the beginning of the year.
impl Default for Stamp {
    fn default() -> Self {
        Self { month: 1, day: 1, hour: 0, minute: 0 }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_has_two_digits_for_each_part() {
        let new_year = Stamp { month: 1, day: 1, hour: 0, minute: 5 };
        assert_eq!((new_year.date(), new_year.time()), ("0101".into(), "0005".into()));
    }
}
