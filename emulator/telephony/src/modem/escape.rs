//! The escape from online data state to online command state: `+++` between two silences.
//!
//! Not in V.250: this is manufacturer practice (Hayes), with S2 for the character and S12 for the guard time in
//! fiftieths of a second. In: the DTE's octets and the time. Out: a deadline, at which the escape is complete.
//! The characters go to the far end like all others; this machine only watches.

use std::time::Duration;

use offhook_clock::Instant;

/// The unit of S12.
const GUARD_UNIT: Duration = Duration::from_millis(20);

/// Watches for the escape sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Escape {
    character: u8,
    guard: Duration,
    /// When the DTE last sent an octet, or data state was entered.
    last: Instant,
    /// Escape characters in a row since a silence; more than 3 or after no silence: 0.
    seen: u8,
    /// The lead-in silence was kept and nothing but escape characters has come since.
    clean: bool,
}

impl Escape {
    /// Data state is entered now; `character` is S2 and `guard` is S12.
    pub(super) fn new(now: Instant, character: u8, guard: u8) -> Self {
        Self { character, guard: GUARD_UNIT * u32::from(guard), last: now, seen: 0, clean: false }
    }

    /// Octets from the DTE that came together.
    pub(super) fn octets(&mut self, now: Instant, octets: &[u8]) {
        let silent = now.since(self.last) >= self.guard;
        for (index, &octet) in octets.iter().enumerate() {
            if index == 0 && silent {
                (self.clean, self.seen) = (true, 0);
            }
            self.clean &= octet == self.character && self.character <= 127 && self.seen < 3;
            self.seen = if self.clean { self.seen + 1 } else { 0 };
        }
        if !octets.is_empty() {
            self.last = now;
        }
    }

    /// When the escape is complete, if nothing more comes.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        (self.clean && self.seen == 3).then(|| self.last + self.guard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When the escape is complete after these octets at these milliseconds, in milliseconds.
    fn escape(character: u8, chat: &[(u64, &[u8])]) -> Option<u64> {
        let mut escape = Escape::new(Instant::ZERO, character, 50);
        for (at, octets) in chat {
            let now = Instant::from_millis(*at);
            assert!(escape.poll_timeout().is_none_or(|due| due > now), "the escape was complete before {at}");
            escape.octets(now, octets);
        }
        escape.poll_timeout().map(|due| due.micros() / 1000)
    }

    // M49, Hayes S2 and S12
    #[test]
    fn three_pluses_between_two_silences_escape() {
        assert_eq!(escape(43, &[(1100, b"+++")]), Some(2100));
        assert_eq!(escape(43, &[(50, b"x"), (1100, b"+"), (1900, b"+"), (2800, b"+")]), Some(3800));
        assert_eq!(escape(33, &[(1100, b"!!!")]), Some(2100));
    }

    // M50, Hayes S2 and S12
    #[test]
    fn a_broken_guard_a_fourth_plus_or_a_burst_of_data_do_not() {
        let chats: &[&[(u64, &[u8])]] = &[
            &[(500, b"+++")],
            &[(1100, b"+++ATH\r")],
            &[(1100, b"++++")],
            &[(1100, b"+++"), (1500, b"+")],
            &[(1100, b"+++"), (1500, b"x")],
            &[(1100, b"x+++")],
            &[(1100, b"++"), (2300, b"+")],
        ];
        for chat in chats {
            assert_eq!(escape(43, chat), None, "{chat:?}");
        }
        assert_eq!(escape(200, &[(1100, &[200, 200, 200])]), None);
    }
}
