//! Transit: when octets that one end has just got had left the other, and the reverse.
//!
//! A line keeps its octets in order and loses none while the call is through, so counting them on both sides is enough.
//! What a server promises, say an idle time, it keeps by its own clock; what the caller sees comes a line's time later.

use std::collections::VecDeque;

use offhook_clock::Instant;

/// One direction of a call.
#[derive(Debug, Default)]
pub(super) struct Transit {
    sent: u64,
    got: u64,
    /// How many octets had been sent in all at which moment, for those still on their way.
    departures: VecDeque<(u64, Instant)>,
}

impl Transit {
    /// So many octets leave now.
    pub(super) fn send(&mut self, now: Instant, count: usize) {
        self.sent += count as u64;
        self.departures.push_back((self.sent, now));
    }

    /// So many octets arrive now; gives when the last of them left.
    pub(super) fn get(&mut self, now: Instant, count: usize) -> Instant {
        self.got += count as u64;
        while self.departures.front().is_some_and(|(total, _)| *total < self.got) {
            self.departures.pop_front();
        }
        self.departures.front().map_or(now, |(_, departed)| *departed)
    }

    /// How many octets have been sent in all.
    pub(super) fn sent(&self) -> u64 {
        self.sent
    }

    /// Whether the first `total` octets have arrived.
    pub(super) fn has_got(&self, total: u64) -> bool {
        self.got >= total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrival_tells_when_its_last_octet_left() {
        let at = Instant::from_millis;
        let mut transit = Transit::default();
        transit.send(at(0), 100);
        transit.send(at(10), 50);
        assert_eq!(transit.get(at(20), 60), at(0));
        assert_eq!(transit.get(at(30), 40), at(0));
        assert_eq!(transit.get(at(40), 1), at(10));
        assert!(transit.has_got(101) && !transit.has_got(102));
        assert_eq!(transit.get(at(50), 49), at(10));
    }
}
