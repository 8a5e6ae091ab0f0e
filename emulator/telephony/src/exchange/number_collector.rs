//! The digits that one line dials, until they are a number: in one go or by and by (overlap sending, ITU-T Q.931 §5.1.3).
//!
//! In: digits as they are dialled, which numbers there are, time. Out: the number, as soon as it is one or cannot become one,
//! or when no more digits come in time (Q.931 §9.2, T302: 10 to 15 s).

use std::time::Duration;

use offhook_clock::Instant;

/// For so long after the last digit more are waited for.
const INTERDIGIT: Duration = Duration::from_secs(10);

/// Which numbers there are.
pub trait Numbers {
    /// Whether this is one of them.
    fn is_number(&self, digits: &str) -> bool;
    /// Whether one of them is longer, and begins so.
    fn is_beginning(&self, digits: &str) -> bool;
}

/// What one line has dialled since it went off hook.
#[derive(Clone, Debug, Default)]
pub struct NumberCollector {
    digits: String,
    /// It may be the beginning of a number; then no more is waited for.
    until: Option<Instant>,
}

impl NumberCollector {
    /// Digits are dialled: the number, if nothing more has to be waited for. It may be one that nobody has.
    pub fn push(&mut self, now: Instant, digits: &str, numbers: &impl Numbers) -> Option<String> {
        self.digits.push_str(digits);
        let wait = !numbers.is_number(&self.digits) && numbers.is_beginning(&self.digits);
        self.until = wait.then(|| now + INTERDIGIT);
        (!wait).then(|| self.digits.clone())
    }

    /// What has been dialled so far.
    pub fn digits(&self) -> &str {
        &self.digits
    }

    /// When no more digits are waited for.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.until
    }

    /// What there is of the number, if more digits were waited for and have not come by `now`.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<String> {
        self.until.take_if(|until| *until <= now).map(|_| self.digits.clone())
    }

    /// The line goes on hook, or off hook for another call.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Known(&'static [&'static str]);

    impl Numbers for Known {
        fn is_number(&self, digits: &str) -> bool {
            self.0.contains(&digits)
        }

        fn is_beginning(&self, digits: &str) -> bool {
            self.0.iter().any(|number| number.len() > digits.len() && number.starts_with(digits))
        }
    }

    const KNOWN: Known = Known(&["5551001", "5551002", "112"]);

    #[test]
    fn digits_are_collected_until_they_are_a_number() {
        let mut collector = NumberCollector::default();
        assert_eq!(collector.push(Instant::ZERO, "555", &KNOWN), None);
        assert_eq!(collector.push(Instant::ZERO, "10", &KNOWN), None);
        assert_eq!(collector.push(Instant::ZERO, "02", &KNOWN).as_deref(), Some("5551002"));
        assert_eq!(collector.poll_timeout(), None);
        collector.reset();
        assert_eq!(collector.push(Instant::ZERO, "112", &KNOWN).as_deref(), Some("112"));
    }

    #[test]
    fn what_cannot_become_a_number_is_not_waited_for() {
        let mut collector = NumberCollector::default();
        assert_eq!(collector.push(Instant::ZERO, "7", &KNOWN).as_deref(), Some("7"));
        collector.reset();
        assert_eq!(collector.push(Instant::ZERO, "555", &KNOWN), None);
        assert_eq!(collector.push(Instant::ZERO, "9", &KNOWN).as_deref(), Some("5559"));
    }

    #[test]
    fn more_digits_are_waited_for_ten_seconds_after_the_last() {
        let mut collector = NumberCollector::default();
        collector.push(Instant::ZERO, "5", &KNOWN);
        collector.push(Instant::from_millis(9000), "5", &KNOWN);
        let due = Instant::from_millis(19_000);
        assert_eq!(collector.poll_timeout(), Some(due));
        assert_eq!(collector.handle_timeout(Instant::from_millis(18_999)), None);
        assert_eq!(collector.handle_timeout(due).as_deref(), Some("55"));
        assert_eq!(collector.handle_timeout(due), None);
    }
}
