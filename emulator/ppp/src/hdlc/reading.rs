//! What octets after a Flag Sequence are taken for until the next one says what they were: a frame, or text with a `~` in it.
//!
//! In: octets as they come, what they are without transparency, and pauses. Out: which of them are text to be told now.
//!
//! Before the first good frame whoever sends PPP sends LCP, which begins with address and control (RFC 1661 §6.6), or at
//! least with its own Protocol field. What begins otherwise is text.
//!
//! After it a frame may begin with any Protocol field, one octet long if that is odd (RFC 1661 §6.5), and what noise has
//! damaged begins with anything. Text is what begins with [`DECIDES`] octets of text, or, if the first may be a Protocol
//! field, with more of them than a frame holds.
//!
//! What is still in doubt is decided by a pause: a frame has none, because whoever sends one has all of it. On a line that
//! rests in the middle of a frame (a retrain) what has begun as a frame stays one; only what comes after the pause, reads as
//! text and is followed by another pause is text in place of the frame's end.
//!
//! This is about telling alone: whatever has been told, octets between flags that have a good FCS are a frame.

use crate::control::DEFAULT_MRU;
use crate::transparency::FLAG;

/// So many octets of text in a row, after a flag, begin no frame.
const DECIDES: usize = 4;
/// So many octets, if they say nothing else, are not waited for to become a frame's beginning.
const UNDECIDED: usize = 16;

/// What the octets since the last flag are taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TakenFor {
    /// Not known yet.
    Unknown,
    /// A frame, good or bad.
    Frame,
    /// Text: told as it comes.
    Text,
}

/// The octets since the last flag, as far as they may be text.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) taken_for: TakenFor,
    /// Octets as they came that nobody has been told of, the flags before them included if these may be text.
    untold: Vec<u8>,
    /// The first octet after the flag, as it came.
    first: Option<u8>,
    /// How many have come while it was not known what they are.
    count: usize,
    /// All of them read as text; after a pause in a frame, all since then.
    is_plain: bool,
    /// There was a pause in the frame.
    paused: bool,
}

impl Reading {
    /// Nothing has come. `flag`: the flag before may be text as well.
    pub(super) fn new(flag: bool) -> Self {
        let untold = if flag { vec![FLAG] } else { Vec::new() };
        Self { taken_for: TakenFor::Unknown, untold, first: None, count: 0, is_plain: true, paused: false }
    }

    /// The same, with the room it has.
    pub(super) fn begin(&mut self, flag: bool) {
        let mut untold = std::mem::take(&mut self.untold);
        untold.clear();
        untold.extend(flag.then_some(FLAG));
        *self = Self { untold, ..Self::new(false) };
    }

    /// Whether no octet has come since the flag.
    pub(super) const fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// Whether what has come reads as text.
    pub(super) const fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// Another flag with nothing before it. After a frame it is no more than that.
    pub(super) fn spare_flag(&mut self, synchronized: bool, room: usize) {
        if (!synchronized || !self.untold.is_empty()) && self.untold.len() < room {
            self.untold.push(FLAG);
        }
    }

    /// Whether what comes is a frame's, and is not looked at here.
    #[inline]
    pub(super) fn is_in_frame(&self) -> bool {
        self.taken_for == TakenFor::Frame && !self.paused
    }

    /// Octets as they came; of those after a pause in a frame at most `room` are kept. `synchronized`: there has been a good
    /// frame.
    #[inline]
    pub(super) fn keep(&mut self, octets: &[u8], synchronized: bool, room: usize) {
        // Most octets are in the midst of a frame.
        if !self.is_in_frame() {
            self.keep_what_may_be_text(octets, synchronized, room);
        }
    }

    fn keep_what_may_be_text(&mut self, octets: &[u8], synchronized: bool, room: usize) {
        self.first = self.first.or(octets.first().copied());
        match self.taken_for {
            TakenFor::Unknown => {
                for octet in octets {
                    self.count += 1;
                    self.is_plain &= is_plain(*octet);
                    if synchronized && self.decide_by_octet() {
                        break;
                    }
                }
                if self.taken_for == TakenFor::Text {
                    self.is_plain = octets.iter().all(|octet| is_plain(*octet));
                }
            }
            TakenFor::Text | TakenFor::Frame => self.is_plain &= octets.iter().all(|octet| is_plain(*octet)),
        }
        let free = match self.taken_for {
            TakenFor::Frame => room.saturating_sub(self.untold.len()),
            TakenFor::Unknown | TakenFor::Text => usize::MAX,
        };
        self.untold.extend_from_slice(&octets[..octets.len().min(free)]);
        self.forget_frame();
    }

    /// One more octet after a good frame; whether it is known now what they are.
    fn decide_by_octet(&mut self) -> bool {
        let may_be_protocol = self.first.is_some_and(|first| first & 1 == 1);
        let decides = if may_be_protocol { usize::from(DEFAULT_MRU) } else { DECIDES };
        if !self.is_plain {
            self.taken_for = TakenFor::Frame;
        } else if self.count >= decides {
            self.taken_for = TakenFor::Text;
        }
        self.taken_for != TakenFor::Unknown
    }

    /// Before the first good frame: what the octets are by what `frame`, they without transparency, begins with. `grown`: the last of
    /// them are the frame's, and not removed from it. Those come one by one, so what is decided by their number is the same
    /// however the octets are cut.
    pub(super) fn decide_by_beginning(&mut self, frame: &[u8], grown: bool) {
        if self.taken_for == TakenFor::Unknown {
            self.taken_for = match frame {
                [] | [0xff] | [0xc0] if grown || self.count < UNDECIDED => TakenFor::Unknown,
                [0xff, 0x03, ..] | [0xc0, 0x21, ..] => TakenFor::Frame,
                _ => TakenFor::Text,
            };
            self.forget_frame();
        }
    }

    /// The octets of a frame are the frame's.
    fn forget_frame(&mut self) {
        if self.taken_for == TakenFor::Frame && !self.paused {
            self.untold.clear();
        }
    }

    /// Whether a pause would change anything.
    pub(super) fn minds_pause(&self) -> bool {
        match self.taken_for {
            TakenFor::Unknown => !self.untold.is_empty(),
            TakenFor::Frame => !self.paused || !self.untold.is_empty(),
            TakenFor::Text => false,
        }
    }

    /// No octets have come for a while; whether the untold ones are text.
    pub(super) fn pause(&mut self, synchronized: bool) -> bool {
        match self.taken_for {
            TakenFor::Unknown => {
                // A flag alone, and the beginning of LCP, may still become a frame.
                if synchronized && !self.is_empty() {
                    self.taken_for = TakenFor::Text;
                }
                true
            }
            TakenFor::Frame if self.paused => {
                let is_text = self.is_plain;
                self.is_plain = true;
                if !is_text {
                    self.untold.clear();
                }
                is_text
            }
            TakenFor::Frame => {
                (self.paused, self.is_plain) = (true, true);
                false
            }
            TakenFor::Text => false,
        }
    }

    /// Octets as they came that nobody has been told of.
    pub(super) fn untold(&self) -> &[u8] {
        &self.untold
    }

    /// They have been told.
    pub(super) fn told(&mut self) {
        self.untold.clear();
    }
}

/// Whether text has such octets: what is printed, and what a terminal obeys.
const fn is_plain(octet: u8) -> bool {
    matches!(octet, 0x07..=0x0d | 0x1b | 0x20..=0x7e)
}
