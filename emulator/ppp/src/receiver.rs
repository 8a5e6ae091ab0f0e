//! One direction of a line as it is received: octets, `now` and a deadline in, [`Item`]s out.
//!
//! A [`Deframer`] knows octets, this knows time as well: what may be the beginning of a frame and is followed by nothing for
//! [`QUIET`] is told as the text it is.

use offhook_clock::Instant;

use crate::hdlc::{Deframer, Item, QUIET};

/// A deframer, and when octets came last.
#[derive(Clone, Debug)]
pub struct Receiver {
    deframer: Deframer,
    /// When it has been quiet for long enough.
    quiet_at: Instant,
}

impl Receiver {
    /// What this deframer receives.
    pub const fn new(deframer: Deframer) -> Self {
        Self { deframer, quiet_at: Instant::ZERO }
    }

    /// The deframer.
    pub const fn deframer(&self) -> &Deframer {
        &self.deframer
    }

    /// The same, to be set up.
    pub const fn deframer_mut(&mut self) -> &mut Deframer {
        &mut self.deframer
    }

    /// As [`Deframer::take`].
    pub fn take(&mut self, now: Instant, octets: &mut &[u8]) -> Option<Item<'_>> {
        if !octets.is_empty() {
            self.quiet_at = now + QUIET;
        }
        self.deframer.take(octets)
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.deframer.minds_pause().then_some(self.quiet_at)
    }

    /// The text that a pause has shown to be text, if there has been one. Earlier is no harm.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<Item<'_>> {
        if self.poll_timeout().is_some_and(|quiet_at| quiet_at <= now) { self.deframer.pause() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tilde_at_the_end_of_a_prompt_is_told_after_a_pause_and_no_sooner() {
        let mut receiver = Receiver::new(Deframer::new(1506));
        assert_eq!(receiver.take(Instant::ZERO, &mut &b"login~"[..]), Some(Item::Text(b"login")));
        assert_eq!(receiver.take(Instant::ZERO, &mut &b""[..]), None);
        let quiet_at = Instant::ZERO + QUIET;
        assert_eq!(receiver.poll_timeout(), Some(quiet_at));
        assert_eq!(receiver.handle_timeout(Instant::from_millis(99)), None);
        assert_eq!(receiver.handle_timeout(quiet_at), Some(Item::Text(b"~")));
        assert_eq!(receiver.handle_timeout(quiet_at), None);
        assert_eq!(receiver.poll_timeout(), None);
    }
}
