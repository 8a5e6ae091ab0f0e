//! What a modem tells its DTE, where it is disturbed: for a while it tells nothing, or tells it late.
//!
//! In: octets as the modem has them for the DTE. Out: those that the DTE gets now, and later the late ones, in their order.

use std::collections::VecDeque;
use std::time::Duration;

use offhook_clock::Instant;

/// How the modem tells things.
#[derive(Debug, Default)]
pub(super) struct Telling {
    mute_until: Option<Instant>,
    /// By so much the next is late.
    lag: Option<Duration>,
    late: VecDeque<(Instant, Vec<u8>)>,
}

/// What becomes of octets.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// The DTE gets them now.
    Now(Vec<u8>),
    /// It gets them later, or never.
    Not(String),
}

impl Telling {
    /// It tells nothing until then.
    pub(super) fn mute(&mut self, until: Instant) {
        self.mute_until = Some(until);
    }

    /// The next that it tells comes so much later, and all else after it.
    pub(super) fn lag(&mut self, by: Duration) {
        self.lag = Some(by);
    }

    /// What becomes of these octets. Those of a call are not the modem's own words, but they keep their place.
    pub(super) fn take(&mut self, now: Instant, octets: Vec<u8>, of_a_call: bool) -> Told {
        let count = octets.len();
        if !of_a_call && self.mute_until.is_some_and(|until| now < until) {
            return Told::Not(format!("disturbed: {count} octets of the modem's are told to nobody"));
        }
        let waits_for = self.late.back().map(|(at, _)| *at);
        let due = match self.lag.take_if(|_| !of_a_call) {
            Some(lag) => now + lag,
            None => match waits_for {
                Some(at) => at,
                None => return Told::Now(octets),
            },
        };
        let due = waits_for.map_or(due, |at| at.max(due));
        self.late.push_back((due, octets));
        Told::Not(format!("disturbed: {count} octets of the modem's come at {due}"))
    }

    /// Octets whose time has come.
    pub(super) fn arrived(&mut self, now: Instant) -> Option<Vec<u8>> {
        self.late.front().is_some_and(|(at, _)| *at <= now).then(|| self.late.pop_front())?.map(|(_, octets)| octets)
    }

    /// When the next come.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.late.front().map(|(at, _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    #[test]
    fn a_mute_modem_tells_nothing_of_its_own_for_its_time() {
        let mut telling = Telling::default();
        telling.mute(at(1000));
        assert!(matches!(telling.take(at(999), b"OK".to_vec(), false), Told::Not(_)));
        assert_eq!(telling.take(at(999), b"~".to_vec(), true), Told::Now(b"~".to_vec()));
        assert_eq!(telling.take(at(1000), b"RING".to_vec(), false), Told::Now(b"RING".to_vec()));
        assert_eq!((telling.arrived(at(9000)), telling.poll_timeout()), (None, None));
    }

    #[test]
    fn what_is_late_keeps_its_order_and_all_else_waits_behind_it() {
        let mut telling = Telling::default();
        telling.lag(Duration::from_secs(2));
        assert_eq!(telling.take(at(0), b"~".to_vec(), true), Told::Now(b"~".to_vec()));
        for (millis, octets) in [(10, "CONNECT"), (20, "RING")] {
            assert!(matches!(telling.take(at(millis), octets.as_bytes().to_vec(), false), Told::Not(_)));
        }
        assert!(matches!(telling.take(at(30), b"~".to_vec(), true), Told::Not(_)));
        assert_eq!((telling.arrived(at(2009)), telling.poll_timeout()), (None, Some(at(2010))));
        let came: Vec<Vec<u8>> = std::iter::from_fn(|| telling.arrived(at(2010))).collect();
        assert_eq!(came, [b"CONNECT".to_vec(), b"RING".to_vec(), b"~".to_vec()]);
        assert_eq!(telling.take(at(2011), b"OK".to_vec(), false), Told::Now(b"OK".to_vec()));
    }
}
