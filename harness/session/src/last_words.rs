//! A DTE that closes its port while octets of it wait for the line.
//!
//! A serial driver sends what was written before it lowers circuit 108/2 (DTR), and so does this: the last words of a program that
//! ends are heard. In: what the DTE does, how long the line needs for what waits, time. Out: when circuit 108/2 really changes.

use std::time::Duration;

use offhook_clock::Instant;

/// A port that may be closing.
///
/// ```
/// use std::time::Duration;
///
/// use offhook_clock::Instant;
/// use offhook_session::last_words::LastWords;
///
/// let mut words = LastWords::default();
/// let rest = Duration::from_millis(100);
/// assert_eq!(words.change(Instant::ZERO, true, false, rest).count(), 0);
/// assert!(!words.are_over(Instant::from_millis(99)) && words.are_over(Instant::from_millis(100)));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct LastWords {
    until: Option<Instant>,
}

impl LastWords {
    /// The DTE of a port that is open or not opens or closes it; `rest` is what the line needs for the octets that wait. Gives
    /// the changes of circuit 108/2 that come of it now, in order.
    pub fn change(&mut self, now: Instant, open: bool, on: bool, rest: Duration) -> impl Iterator<Item = bool> + use<> {
        if !on && open && !rest.is_zero() {
            self.until = Some(now + rest);
            return [None, None].into_iter().flatten();
        }
        let closed = self.until.take().map(|_| false);
        [closed, Some(on)].into_iter().flatten()
    }

    /// Whether the last of them has left by now, and the circuit goes off; true once.
    pub fn are_over(&mut self, now: Instant) -> bool {
        self.until.take_if(|until| *until <= now).is_some()
    }

    /// They are over then at the latest, whatever has not left.
    pub fn end_by(&mut self, until: Instant) {
        self.until = self.until.map(|known| known.min(until));
    }

    /// When they are over.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_closes_when_its_last_octet_has_left_or_when_it_is_opened_again() {
        let (at, rest) = (Instant::from_millis, Duration::from_millis(100));
        let changes =
            |words: &mut LastWords, now, open, on, rest| words.change(now, open, on, rest).collect::<Vec<_>>();
        let mut words = LastWords::default();
        assert_eq!(changes(&mut words, at(0), false, true, Duration::ZERO), [true]);
        assert_eq!(changes(&mut words, at(1), true, false, rest), [false; 0]);
        assert_eq!(words.poll_timeout(), Some(at(101)));
        assert!(!words.are_over(at(100)) && words.are_over(at(101)) && !words.are_over(at(102)));
        assert_eq!(changes(&mut words, at(200), true, false, rest), [false; 0]);
        assert_eq!(changes(&mut words, at(210), true, true, rest), [false, true]);
        assert_eq!(changes(&mut words, at(220), true, false, Duration::ZERO), [false]);
    }
}
