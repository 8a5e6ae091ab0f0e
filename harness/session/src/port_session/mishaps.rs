//! Mishaps of octets between the line and the two ends of a call: the next that go to an end are lost, damaged, doubled or late.
//!
//! In: octets on their way. Out: what arrives of them, and when. One delivery is one mishap's: what the caller says at a time,
//! mostly a frame, or what the line brings at a time.

use std::collections::VecDeque;
use std::time::Duration;

use offhook_clock::{Instant, earliest};
use offhook_telephony::loss::LossCause;
use offhook_telephony::trace::{End, EventKind, Loss};

/// What happens to the next octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// They are lost.
    Lose,
    /// One bit is wrong.
    Damage,
    /// They come twice.
    Double,
    /// They come so much later.
    Delay(Duration),
}

/// What is due to happen, and octets that are late.
#[derive(Debug, Default)]
pub(super) struct Mishaps {
    to_server: Option<Mishap>,
    to_caller: Option<Mishap>,
    late: VecDeque<(Instant, End, Vec<u8>)>,
}

/// What arrives.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    /// What was sent.
    AsSent,
    /// Something else; nothing, if it is empty. And what is told of it.
    Else(Vec<u8>, EventKind),
}

impl Mishaps {
    /// It meets the next octets that go to `end`.
    pub(super) fn expect(&mut self, end: End, mishap: Mishap) {
        *self.of(end) = Some(mishap);
    }

    fn of(&mut self, end: End) -> &mut Option<Mishap> {
        match end {
            End::Server => &mut self.to_server,
            End::Caller => &mut self.to_caller,
        }
    }

    /// What arrives at `end` of these octets.
    pub(super) fn meet(&mut self, now: Instant, end: End, octets: &[u8]) -> Arrival {
        let from = end.other();
        let count = octets.len();
        let Some(mishap) = self.of(end).take() else { return Arrival::AsSent };
        let told = |text: String| EventKind::Impairment { text };
        match mishap {
            Mishap::Lose => {
                let octets = u64::try_from(count).unwrap_or(u64::MAX);
                Arrival::Else(Vec::new(), Loss { octets, from, cause: LossCause::Disturbed }.into())
            }
            Mishap::Damage => {
                let mut damaged = octets.to_vec();
                let middle = count / 2;
                if let Some(octet) = damaged.get_mut(middle) {
                    *octet ^= 0x04;
                }
                let text = format!("disturbed: octet {} of {count} from the {} is damaged", middle + 1, from.name());
                Arrival::Else(damaged, told(text))
            }
            Mishap::Double => {
                let text = format!("disturbed: {count} octets from the {} come twice", from.name());
                Arrival::Else([octets, octets].concat(), told(text))
            }
            Mishap::Delay(time) => {
                self.late.push_back((now + time, end, octets.to_vec()));
                let text = format!("disturbed: {count} octets from the {} come late", from.name());
                Arrival::Else(Vec::new(), told(text))
            }
        }
    }

    /// When something late arrives.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.late.iter().fold(None, |sum, (at, ..)| earliest(sum, Some(*at)))
    }

    /// What has become due.
    pub(super) fn arrived(&mut self, now: Instant) -> Option<(End, Vec<u8>)> {
        let due = self.late.iter().position(|(at, ..)| *at <= now)?;
        self.late.remove(due).map(|(_, end, octets)| (end, octets))
    }

    /// The call is over: what is late never comes.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn arrived(mishap: Mishap) -> (Vec<u8>, EventKind) {
        let mut mishaps = Mishaps::default();
        mishaps.expect(End::Server, mishap);
        let arrival = mishaps.meet(Instant::ZERO, End::Server, &[1, 2, 3]);
        // One delivery, and none that goes the other way.
        assert_eq!(mishaps.meet(Instant::ZERO, End::Server, &[1, 2, 3]), Arrival::AsSent);
        let Arrival::Else(octets, told) = arrival else { panic!("as sent") };
        (octets, told)
    }

    #[test]
    fn a_mishap_meets_the_next_octets_to_its_end_and_no_others() {
        let mut mishaps = Mishaps::default();
        mishaps.expect(End::Server, Mishap::Lose);
        assert_eq!(mishaps.meet(Instant::ZERO, End::Caller, &[1]), Arrival::AsSent);
        let lost = Loss { octets: 3, from: End::Caller, cause: LossCause::Disturbed };
        assert_eq!(arrived(Mishap::Lose), (Vec::new(), lost.into()));
        assert_eq!(arrived(Mishap::Damage).0, [1, 6, 3]);
        assert_eq!(arrived(Mishap::Double).0, [1, 2, 3, 1, 2, 3]);
    }

    #[test]
    fn late_octets_arrive_whole_when_they_are_due() {
        let mut mishaps = Mishaps::default();
        mishaps.expect(End::Caller, Mishap::Delay(Duration::from_secs(1)));
        mishaps.meet(Instant::ZERO, End::Caller, b"late");
        let due = mishaps.poll_timeout().unwrap();
        assert_eq!((due, mishaps.arrived(Instant::ZERO)), (Instant::ZERO + Duration::from_secs(1), None));
        assert_eq!(mishaps.arrived(due), Some((End::Caller, b"late".to_vec())));
        assert_eq!(mishaps.poll_timeout(), None);
    }
}
