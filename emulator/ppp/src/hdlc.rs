//! Octet-stuffed framing (RFC 1662 §4): a stream of octets in, frames out.
//!
//! ```text
//! +----------+----------+----------+----------+-------------+---------+---------+----------+
//! |   Flag   | Address  | Control  | Protocol | Information | Padding |   FCS   |   Flag   |
//! | 01111110 | 11111111 | 00000011 | 8/16 bits|      *      |    *    | 16 bits | 01111110 |
//! +----------+----------+----------+----------+-------------+---------+---------+----------+
//! ```
//!
//! The [`Deframer`] finds runs of ordinary octets eight at a time and moves them whole; only Flag Sequence,
//! Control Escape and octets in the ACCM are looked at one by one. Whatever comes, it is in step again
//! at the next Flag Sequence. The way back is [`transparency::encode`](crate::transparency::encode);
//! what lies between address and FCS is [`frame`](crate::frame)'s business.

use std::fmt;

use crate::fcs;
use crate::transparency::{DEFAULT_ACCM, ESCAPE, FLAG, ordinary_run};

/// Octets of FCS.
const FCS_LEN: usize = 2;
/// Fewer octets than this, FCS included, are no frame (RFC 1662 §4.3).
const SHORTEST: usize = 4;

/// What the [`Deframer`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item<'a> {
    /// A frame with a good FCS: address to information, without FCS and transparency.
    Frame(&'a [u8]),
    /// Octets between flags that are no good frame, transparency removed, whatever FCS there was included.
    Bad(BadFrame, &'a [u8]),
    /// Octets outside frames, as they came: a login prompt, an echo, an error message.
    Text(&'a [u8]),
}

/// Why octets between flags are no good frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BadFrame {
    /// Fewer than four octets (RFC 1662 §4.3).
    Runt,
    /// The FCS does not match.
    Fcs,
    /// Ended by Control Escape and Flag Sequence: the sender took it back (RFC 1662 §4.3).
    Abort,
    /// Longer than the receiver takes; only the beginning was kept.
    Overlong,
    /// Carrier was lost before the closing flag.
    Unfinished,
}

impl BadFrame {
    /// The reason as the trace words it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Runt => "runt",
            Self::Fcs => "bad FCS",
            Self::Abort => "abort",
            Self::Overlong => "overlong",
            Self::Unfinished => "unfinished",
        }
    }
}

impl fmt::Display for BadFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What came in since the deframer was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Good frames.
    pub frames: u64,
    /// Frames shorter than four octets; no FCS error (RFC 1662 §4.3).
    pub runts: u64,
    /// Frames whose FCS did not match.
    pub fcs_errors: u64,
    /// Frames ended by the abort sequence; no FCS error (RFC 1662 §4.3).
    pub aborts: u64,
    /// Frames longer than the receiver takes.
    pub overlong: u64,
}

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

/// Octets from the line in, [`Item`]s out.
///
/// Octets may come in pieces of any length. Until the first good frame, what does not begin as a frame is text: a login
/// prompt that happens to have a `~` in it.
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
/// assert!(matches!(deframer.take(&mut input), Some(Item::Bad(BadFrame::Fcs, _))));
/// assert_eq!(deframer.take(&mut input), None);
/// assert_eq!((deframer.counters().frames, deframer.counters().fcs_errors), (1, 1));
/// ```
#[derive(Clone, Debug)]
pub struct Deframer {
    place: Place,
    accm: u32,
    longest: usize,
    buffer: Vec<u8>,
    /// The octets as they came, kept until the first good frame: until then they may be text with a `~` in it.
    raw: Vec<u8>,
    /// A good frame was seen.
    synchronized: bool,
    /// `buffer` and `raw` were handed out and are to be emptied.
    handed_out: bool,
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
            raw: Vec::new(),
            synchronized: false,
            handed_out: false,
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
        if self.handed_out {
            self.buffer.clear();
            self.raw.clear();
            self.handed_out = false;
        }
        if self.place == Place::Outside {
            let text = input.split(|octet| *octet == FLAG).next().unwrap_or_default();
            *input = &input[text.len()..];
            if !input.is_empty() {
                *input = &input[1..];
                self.place = Place::Inside;
            }
            if !text.is_empty() {
                self.raw.extend_from_slice(text);
                self.handed_out = true;
                return Some(Item::Text(&self.raw));
            }
        }
        while let [first, ..] = *input {
            let run = ordinary_run(input, self.accm);
            if run > 0 {
                let (ordinary, rest) = input.split_at(run);
                self.keep(ordinary);
                *input = rest;
                continue;
            }
            *input = &input[1..];
            match *first {
                FLAG => {
                    if let Some(end) = self.end_of_frame() {
                        self.handed_out = true;
                        return Some(match end {
                            End::Good => Item::Frame(&self.buffer[..self.buffer.len() - FCS_LEN]),
                            End::Bad(reason) => Item::Bad(reason, &self.buffer),
                            End::Text => Item::Text(&self.raw),
                        });
                    }
                }
                ESCAPE => {
                    self.keep_raw(&[ESCAPE]);
                    if self.place == Place::Inside {
                        self.place = Place::Escaped;
                    }
                }
                // In the receive ACCM: inserted on the way, removed before anything else is looked at.
                control => self.keep_raw(&[control]),
            }
        }
        None
    }

    /// What is left of a frame when carrier is lost, or nothing.
    pub fn finish(&mut self) -> Option<Item<'_>> {
        if self.handed_out || self.place == Place::Outside {
            return None;
        }
        self.place = Place::Outside;
        self.handed_out = true;
        if !self.synchronized && !self.looks_like_frame() {
            (!self.raw.is_empty()).then_some(Item::Text(&self.raw))
        } else {
            (!self.buffer.is_empty()).then_some(Item::Bad(BadFrame::Unfinished, &self.buffer))
        }
    }

    /// Appends ordinary octets to the frame, the first of them unescaped if Control Escape came before.
    fn keep(&mut self, ordinary: &[u8]) {
        self.keep_raw(ordinary);
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

    /// Remembers octets as they came while it is not yet known whether they are frames.
    fn keep_raw(&mut self, octets: &[u8]) {
        if !self.synchronized {
            let room = (2 * self.longest).saturating_sub(self.raw.len());
            self.raw.extend_from_slice(&octets[..octets.len().min(room)]);
        }
    }

    /// Whether the octets since the flag begin as frames do before ACFC is agreed on (RFC 1662 §3.1).
    fn looks_like_frame(&self) -> bool {
        self.buffer.starts_with(&[0xff, 0x03])
    }

    /// A flag has come: what the octets before it are. The flag may begin the next frame as well (RFC 1662 §3.1).
    fn end_of_frame(&mut self) -> Option<End> {
        let place = std::mem::replace(&mut self.place, Place::Inside);
        if self.buffer.is_empty() && place != Place::Escaped && (self.synchronized || self.raw.is_empty()) {
            self.raw.clear();
            return None;
        }
        let looks_like_frame = self.looks_like_frame();
        let (end, counter) = match place {
            Place::Escaped => (End::Bad(BadFrame::Abort), &mut self.counters.aborts),
            Place::Dropping => (End::Bad(BadFrame::Overlong), &mut self.counters.overlong),
            _ if self.buffer.len() < SHORTEST => (End::Bad(BadFrame::Runt), &mut self.counters.runts),
            _ if fcs::is_good(&self.buffer) => (End::Good, &mut self.counters.frames),
            _ => (End::Bad(BadFrame::Fcs), &mut self.counters.fcs_errors),
        };
        if end == End::Good {
            *counter += 1;
            self.synchronized = true;
            return Some(end);
        }
        // mgetty echoes what it reads at its prompt, flags included: until PPP has shown itself,
        // what does not even begin as a frame is text.
        if !self.synchronized && !looks_like_frame {
            return Some(End::Text);
        }
        *counter += 1;
        Some(end)
    }
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
