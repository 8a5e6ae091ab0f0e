//! Octet-stuffed framing (RFC 1662 §4): a stream of octets in, frames out.
//!
//! ```text
//! +----------+----------+----------+----------+-------------+---------+---------+----------+
//! |   Flag   | Address  | Control  | Protocol | Information | Padding |   FCS   |   Flag   |
//! | 01111110 | 11111111 | 00000011 | 8/16 bits|      *      |    *    | 16 bits | 01111110 |
//! +----------+----------+----------+----------+-------------+---------+---------+----------+
//! ```
//!
//! Between frames there may be text: a prompt, an echo, an error message, and a `~` in it is a Flag Sequence as well. Who
//! reads it wants it when it comes: `Reading` says how that is told from a frame.
//!
//! In the midst of a frame the [`Deframer`] takes eight octets at a time, escaped or not. Where that does not do it finds runs of
//! ordinary octets and moves them whole; only Flag Sequence, Control Escape and octets in the ACCM are looked at one by one. Whatever comes, it is in step again
//! at the next Flag Sequence. The way back is [`transparency::encode`](crate::transparency::encode);
//! what lies between address and FCS is [`frame`](crate::frame)'s business.

use std::time::Duration;

pub use self::item::{BadFrame, Counters, Item};
use self::raw::Raw;
use self::reading::{Reading, TakenFor};
use crate::fcs;
use crate::transparency::{DEFAULT_ACCM, ESCAPE, FLAG, ordinary_run, unescape};

mod item;
mod raw;
mod reading;

/// Octets of FCS.
const FCS_LEN: usize = 2;
/// Fewer octets than this, FCS included, are no frame (RFC 1662 §4.3).
const SHORTEST: usize = 4;

/// How long a pause is in which what may be the beginning of a frame is taken for text: longer than any that a line at its
/// rate has in a frame, shorter than a person waits.
pub const QUIET: Duration = Duration::from_millis(100);

/// Where in the stream the deframer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// No flag was seen yet: everything is text.
    Outside,
    /// After a flag.
    Inside,
    /// In a frame, after Control Escape.
    Escaped,
    /// In a frame that has grown too long: nothing is kept until the next flag.
    Dropping,
}

/// What is emptied before the next octet is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HandedOut {
    Nothing,
    /// Text that was not told yet.
    Text,
    /// All there was since the last flag, of which the next flag may be text.
    All {
        flag: bool,
    },
}

/// Octets from the line in, [`Item`]s out.
///
/// Octets may come in pieces of any length. Text between frames is told as soon as it can be no frame; what is still in
/// doubt when no octets have come for [`QUIET`] is told by [`Self::pause`].
///
/// ```
/// use offhook_ppp::hdlc::{BadFrame, Deframer, Item};
/// use offhook_ppp::transparency::{DEFAULT_ACCM, encode};
///
/// // Frames of up to 1500 octets of information, with address, control, protocol and FCS.
/// let mut deframer = Deframer::new(1506);
/// let frame = b"\xff\x03\xc0\x21\x06\x02\x00\x04";
/// let mut line = encode(frame, DEFAULT_ACCM);
/// assert_eq!(deframer.take(&mut line.as_slice()), Some(Item::Frame(frame)));
///
/// // One octet arrives as another.
/// line[2] ^= 0x40;
/// let mut input = line.as_slice();
/// assert!(matches!(deframer.take(&mut input), Some(Item::Bad { reason: BadFrame::Fcs, raw, .. }) if raw == line));
/// assert_eq!(deframer.take(&mut input), None);
/// assert_eq!((deframer.counters().frames, deframer.counters().fcs_errors), (1, 1));
/// ```
#[derive(Clone, Debug)]
pub struct Deframer {
    place: Place,
    accm: u32,
    longest: usize,
    buffer: Vec<u8>,
    /// Octets that the receive ACCM has removed from the frame, each with the length of `buffer` then.
    removed: Vec<(usize, u8)>,
    raw: Raw,
    reading: Reading,
    /// A good frame was seen.
    synchronized: bool,
    handed_out: HandedOut,
    counters: Counters,
}

impl Deframer {
    /// A deframer before the first flag that takes frames of up to `longest` octets, FCS included.
    pub fn new(longest: usize) -> Self {
        Self {
            place: Place::Outside,
            accm: DEFAULT_ACCM,
            longest,
            buffer: Vec::with_capacity(longest.min(4096)),
            removed: Vec::new(),
            raw: Raw::default(),
            reading: Reading::new(false),
            synchronized: false,
            handed_out: HandedOut::Nothing,
            counters: Counters::default(),
        }
    }

    /// Starts again, before the first flag, with the default ACCM; the counters stay.
    pub fn reset(&mut self) {
        *self = Self { counters: self.counters, ..Self::new(self.longest) };
    }

    /// The receive ACCM: octets in it that arrive unescaped were put in by something on the way
    /// and are removed (RFC 1662 §4.2).
    pub const fn set_accm(&mut self, accm: u32) {
        self.accm = accm;
    }

    /// Longest frame taken, in octets with FCS.
    pub const fn set_longest(&mut self, longest: usize) {
        self.longest = longest;
    }

    /// What came in so far.
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// Takes octets from the front of `input` until something is complete; `None` once `input` is used up.
    pub fn take(&mut self, input: &mut &[u8]) -> Option<Item<'_>> {
        self.empty_what_was_handed_out();
        if self.place == Place::Outside {
            let text = input.split(|octet| *octet == FLAG).next().unwrap_or_default();
            *input = &input[text.len()..];
            if !input.is_empty() {
                *input = &input[1..];
                self.place = Place::Inside;
                self.reading.begin(true);
            }
            if !text.is_empty() {
                self.buffer.extend_from_slice(text);
                self.handed_out = HandedOut::All { flag: self.place == Place::Inside };
                return Some(Item::Text(&self.buffer));
            }
        }
        let before = *input;
        let end = self.advance(input);
        if !matches!(end, Some(End::Good)) {
            self.raw.keep(&before[..before.len() - input.len()], self.longest);
        }
        match end {
            Some(end) => Some(self.item(end)),
            None if self.is_text_untold() => {
                self.handed_out = HandedOut::Text;
                Some(Item::Text(self.reading.untold()))
            }
            None => None,
        }
    }

    /// Takes octets until a frame or text ends, text is to be told, or `input` is used up.
    fn advance(&mut self, input: &mut &[u8]) -> Option<End> {
        while let [first, ..] = *input {
            if *first == FLAG {
                if self.is_text_untold() {
                    break;
                }
                *input = &input[1..];
                if let Some(end) = self.end_of_frame() {
                    return Some(end);
                }
                continue;
            }
            if self.take_words(input) {
                continue;
            }
            let run = ordinary_run(input, self.accm);
            let (octets, rest) = input.split_at(run.max(1));
            *input = rest;
            self.reading.keep(octets, self.synchronized, 2 * self.longest);
            let length = self.buffer.len();
            match (run, *first) {
                (1.., _) => self.keep(octets),
                (0, ESCAPE) if self.place == Place::Inside => self.place = Place::Escaped,
                // A second one is changed as any other octet: 0x5d (RFC 1662 §4.2).
                (0, ESCAPE) if self.place == Place::Escaped => self.keep(octets),
                (0, ESCAPE) => {}
                // In the receive ACCM: inserted on the way, removed before anything else is looked at.
                (0, control) if self.removed.len() < self.longest => self.removed.push((self.buffer.len(), control)),
                (0, _) => {}
            }
            if !self.synchronized {
                self.reading.decide_by_beginning(&self.buffer, self.buffer.len() > length);
            }
        }
        None
    }

    /// In the midst of a frame, of which nothing may be text any more: takes as many whole words as there are without anything special
    /// and fit in; whether there were any.
    #[inline]
    fn take_words(&mut self, input: &mut &[u8]) -> bool {
        let escaped = self.place == Place::Escaped;
        if !(escaped || self.place == Place::Inside) || !self.reading.is_in_frame() {
            return false;
        }
        let room = self.longest.saturating_sub(self.buffer.len());
        let (taken, escaped) = unescape(&input[..input.len().min(room)], self.accm, escaped, &mut self.buffer);
        if taken > 0 {
            self.place = if escaped { Place::Escaped } else { Place::Inside };
            *input = &input[taken..];
        }
        taken > 0
    }

    /// Whether it has octets of which a pause could tell that they are text.
    pub fn minds_pause(&self) -> bool {
        match self.handed_out {
            HandedOut::Nothing | HandedOut::Text => self.place != Place::Outside && self.reading.minds_pause(),
            HandedOut::All { flag } => flag,
        }
    }

    /// No octets have come for [`QUIET`]: gives the text among those that came before, if there is any.
    pub fn pause(&mut self) -> Option<Item<'_>> {
        self.empty_what_was_handed_out();
        if self.place == Place::Outside || !self.reading.pause(self.synchronized) || self.reading.untold().is_empty() {
            return None;
        }
        self.handed_out = HandedOut::Text;
        Some(Item::Text(self.reading.untold()))
    }

    /// What is left when carrier is lost: of a frame or of text, or nothing.
    pub fn finish(&mut self) -> Option<Item<'_>> {
        self.empty_what_was_handed_out();
        if self.place == Place::Outside {
            return None;
        }
        self.place = Place::Outside;
        self.handed_out = HandedOut::All { flag: false };
        match self.reading.taken_for {
            TakenFor::Unknown => (!self.reading.untold().is_empty()).then(|| Item::Text(self.reading.untold())),
            TakenFor::Frame => (!self.buffer.is_empty()).then(|| self.bad(BadFrame::Unfinished)),
            TakenFor::Text => None,
        }
    }

    fn empty_what_was_handed_out(&mut self) {
        match std::mem::replace(&mut self.handed_out, HandedOut::Nothing) {
            HandedOut::Nothing => {}
            HandedOut::Text => self.reading.told(),
            HandedOut::All { flag } => self.begin(flag),
        }
    }

    /// A flag has come; it may be text itself if what came before was.
    fn begin(&mut self, flag: bool) {
        self.buffer.clear();
        self.removed.clear();
        self.raw.begin();
        self.reading.begin(flag);
    }

    fn is_text_untold(&self) -> bool {
        self.reading.taken_for == TakenFor::Text && !self.reading.untold().is_empty()
    }

    /// Appends ordinary octets to the frame, the first of them unescaped if Control Escape came before.
    fn keep(&mut self, ordinary: &[u8]) {
        let mut ordinary = ordinary;
        if self.place == Place::Escaped {
            if let [first, rest @ ..] = ordinary {
                self.buffer.push(*first ^ 0x20);
                ordinary = rest;
            }
            self.place = Place::Inside;
        }
        if self.place == Place::Inside {
            let room = self.longest.saturating_sub(self.buffer.len());
            if ordinary.len() > room || self.buffer.len() > self.longest {
                self.place = Place::Dropping;
            }
            self.buffer.extend_from_slice(&ordinary[..ordinary.len().min(room)]);
        }
    }

    /// A flag has come: what the octets before it are, if anything is to be told of them. The flag may begin the next frame
    /// as well (RFC 1662 §3.1).
    fn end_of_frame(&mut self) -> Option<End> {
        let place = std::mem::replace(&mut self.place, Place::Inside);
        if self.buffer.is_empty() && place == Place::Inside && self.reading.is_empty() {
            self.reading.spare_flag(self.synchronized, self.longest);
            return None;
        }
        let (end, counter) = match place {
            Place::Escaped => (End::Bad(BadFrame::Abort), &mut self.counters.aborts),
            Place::Dropping => (End::Bad(BadFrame::Overlong), &mut self.counters.overlong),
            _ if self.buffer.len() >= SHORTEST && fcs::is_good(&self.buffer) => (End::Good, &mut self.counters.frames),
            _ if is_good_with(&self.buffer, &self.removed) => (End::Bad(BadFrame::Accm), &mut self.counters.fcs_errors),
            _ if self.buffer.len() < SHORTEST => (End::Bad(BadFrame::Runt), &mut self.counters.runts),
            _ => (End::Bad(BadFrame::Fcs), &mut self.counters.fcs_errors),
        };
        let is_bad_frame = match (self.reading.taken_for, self.synchronized) {
            _ if end == End::Good => {
                self.synchronized = true;
                true
            }
            (TakenFor::Frame, _) => true,
            (TakenFor::Unknown, synchronized) => synchronized && place == Place::Escaped,
            // Noise may make a frame begin like text, but hardly look like it to its end.
            (TakenFor::Text, synchronized) => synchronized && !self.reading.is_plain() && !self.buffer.is_empty(),
        };
        if is_bad_frame {
            *counter += 1;
            return Some(end);
        }
        if self.reading.untold().is_empty() {
            self.begin(true);
            return None;
        }
        Some(End::Text)
    }

    /// What ended, to be handed out.
    fn item(&mut self, end: End) -> Item<'_> {
        self.handed_out = HandedOut::All { flag: end == End::Text };
        match end {
            End::Good => Item::Frame(&self.buffer[..self.buffer.len() - FCS_LEN]),
            End::Bad(BadFrame::Accm) => {
                self.buffer = with(&self.buffer, &self.removed);
                self.bad(BadFrame::Accm)
            }
            End::Bad(reason) => self.bad(reason),
            End::Text => Item::Text(self.reading.untold()),
        }
    }

    fn bad(&self, reason: BadFrame) -> Item<'_> {
        Item::Bad { reason, octets: &self.buffer, raw: self.raw.octets() }
    }
}

/// Whether a frame was intact before control octets were removed from it.
fn is_good_with(frame: &[u8], removed: &[(usize, u8)]) -> bool {
    !removed.is_empty() && frame.len() + removed.len() >= SHORTEST && fcs::is_good(&with(frame, removed))
}

/// A frame with what was removed from it.
fn with(frame: &[u8], removed: &[(usize, u8)]) -> Vec<u8> {
    let mut whole = Vec::with_capacity(frame.len() + removed.len());
    let mut from = 0;
    for (at, octet) in removed {
        whole.extend_from_slice(&frame[from..*at]);
        whole.push(*octet);
        from = *at;
    }
    whole.extend_from_slice(&frame[from..]);
    whole
}

/// How a frame ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Good,
    Bad(BadFrame),
    Text,
}

#[cfg(test)]
#[path = "hdlc_tests.rs"]
mod tests;
