//! What comes over the line, frame by frame, each with its octets as they came (RFC 1662 §4).
//!
//! In: octets. Out: [`Heard`]. A reader of its own, apart from the link's: what a script judges is not read by what is
//! judged. It does not know what ACCM was agreed on; a frame is good if its FCS is, with control octets taken as strays
//! or as data.

use offhook_ppp::fcs;
use offhook_ppp::frame::Frame;
use offhook_ppp::transparency::{ESCAPE, FLAG};

/// Octets of a frame that are kept: more than any packet has when all is escaped.
const LONGEST: usize = 1 << 18;

/// What came between two flags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The octets as they came, without the flags.
    pub raw: Vec<u8>,
    /// The frame from address to information, or why there is none.
    pub frame: Result<Vec<u8>, Bad>,
}

/// Why octets between flags are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bad {
    /// The last octet before the flag is Control Escape (RFC 1662 §4.3).
    Aborted,
    /// Fewer octets than an FCS and a Protocol field have.
    Short,
    /// The FCS is not that of the octets.
    Fcs,
    /// All-Stations is followed by another octet than 0x03 (RFC 1662 §3.1).
    Control,
}

impl Bad {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Aborted => "an aborted frame",
            Self::Short => "a frame too short for its FCS",
            Self::Fcs => "a frame with a bad FCS",
            Self::Control => "a frame with a Control field that is none",
        }
    }
}

impl Heard {
    /// Protocol and Information of a good frame.
    pub fn packet(&self) -> Option<(u16, &[u8])> {
        let octets = self.frame.as_ref().ok()?;
        // The number is what counts in a script, however impossible it is (RFC 1661 §2).
        match (Frame::parse_any(octets), octets.as_slice()) {
            (Ok(Frame { protocol, information }), _) => Some((protocol, information)),
            // Whoever does not look at the Control field would read on.
            (Err(_), [0xff, _, high, low, rest @ ..]) => Some((u16::from_be_bytes([*high, *low]), rest)),
            (Err(_), _) => None,
        }
    }

    /// Whether All-Stations is followed by a Control field that is none (RFC 1662 §3.1).
    pub fn has_strange_control(&self) -> bool {
        matches!(self.frame.as_deref(), Ok([0xff, control, ..]) if *control != 0x03)
    }

    /// Whether Address and Control field are there.
    pub fn has_address_and_control(&self) -> bool {
        self.frame.as_ref().is_ok_and(|frame| frame.starts_with(&[0xff, 0x03]))
    }

    /// How many octets the Protocol field has.
    pub fn protocol_octets(&self) -> usize {
        let Ok(frame) = &self.frame else { return 0 };
        let rest = frame.strip_prefix(&[0xff, 0x03]).unwrap_or(frame);
        rest.first().map_or(0, |first| if first & 1 == 1 { 1 } else { 2 })
    }

    /// The first octet that `accm` wants escaped and that is not.
    pub fn unescaped(&self, accm: u32) -> Option<u8> {
        self.raw.iter().copied().find(|octet| *octet < 0x20 && accm >> octet & 1 == 1)
    }
}

/// Octets so far.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    octets: Vec<u8>,
    begun: bool,
    /// What was left out of a frame that has no end.
    overflown: bool,
}

impl Reader {
    /// Takes octets up to the end of the next frame, if there is one; to be called until nothing comes.
    pub fn take(&mut self, octets: &mut &[u8]) -> Option<Heard> {
        while let Some(at) = octets.iter().position(|octet| *octet == FLAG) {
            self.keep(&octets[..at]);
            *octets = &octets[at + 1..];
            let raw = std::mem::take(&mut self.octets);
            let (begun, overflown) = (self.begun, self.overflown);
            (self.begun, self.overflown) = (true, false);
            // What is before the first flag is text, as is whatever else is between two frames and none.
            if begun && !raw.is_empty() {
                let frame = if overflown { Err(Bad::Fcs) } else { decode(&raw) };
                return Some(Heard { raw, frame });
            }
        }
        self.keep(octets);
        *octets = &[];
        None
    }

    fn keep(&mut self, octets: &[u8]) {
        let room = LONGEST.saturating_sub(self.octets.len());
        self.overflown |= octets.len() > room;
        self.octets.extend(&octets[..octets.len().min(room)]);
    }
}

fn decode(raw: &[u8]) -> Result<Vec<u8>, Bad> {
    if raw.last() == Some(&ESCAPE) {
        return Err(Bad::Aborted);
    }
    let mut error = Bad::Short;
    for strays in [true, false] {
        let mut frame = Vec::with_capacity(raw.len());
        let mut escaped = false;
        for octet in raw {
            match *octet {
                0..0x20 if strays => {}
                ESCAPE if !escaped => escaped = true,
                octet => frame.push(if std::mem::take(&mut escaped) { octet ^ 0x20 } else { octet }),
            }
        }
        if let Some((body, trailer)) = frame.split_last_chunk::<2>() {
            if fcs::trailer(body) == *trailer {
                return Ok(body.to_vec());
            }
            error = Bad::Fcs;
        }
    }
    Err(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::{End, Fcs, Framing};

    fn all(octets: &[u8]) -> Vec<Heard> {
        let (mut reader, mut rest) = (Reader::default(), octets);
        std::iter::from_fn(|| reader.take(&mut rest)).collect()
    }

    #[test]
    fn frames_are_found_between_flags_however_they_share_them() {
        let one = Framing::default().encode(0xc021, b"\x09\x01\x00\x04");
        let heard = all(&[b"login: ", &*one, &one[1..], b"~~", &one].concat());
        assert_eq!(heard.len(), 3);
        assert!(heard.iter().all(|it| it.packet() == Some((0xc021, &b"\x09\x01\x00\x04"[..]))));
        assert_eq!((heard[0].protocol_octets(), heard[0].has_address_and_control()), (2, true));
        assert_eq!(heard[0].unescaped(u32::MAX), None);
    }

    #[test]
    fn control_octets_are_strays_or_data_as_the_fcs_says() {
        let strewn = Framing { stray: vec![0x11], ..Framing::default() }.encode(0xc021, b"\x09\x01\x00\x04");
        assert_eq!(all(&strewn)[0].packet(), Some((0xc021, &b"\x09\x01\x00\x04"[..])));
        let bare = Framing { accm: 0, ..Framing::default() }.encode(0x0021, b"\x11\x13");
        let heard = &all(&bare)[0];
        assert_eq!((heard.packet(), heard.unescaped(u32::MAX)), (Some((0x0021, &b"\x11\x13"[..])), Some(0x03)));
    }

    #[test]
    fn a_strange_control_field_is_seen_and_what_follows_is_read_on() {
        let strange = Framing { control: 0x13, ..Framing::default() }.encode(0xc021, b"\x09\x01\x00\x04");
        let heard = &all(&strange)[0];
        assert!(heard.has_strange_control());
        assert_eq!(heard.packet(), Some((0xc021, &b"\x09\x01\x00\x04"[..])));
    }

    #[test]
    fn what_is_no_frame_says_why() {
        let bad = |framing: Framing| all(&[framing.encode(0xc021, b"\x09"), vec![FLAG]].concat())[0].frame.clone();
        assert_eq!(bad(Framing { fcs: Fcs::Bad, ..Framing::default() }), Err(Bad::Fcs));
        assert_eq!(bad(Framing { end: End::Abort, ..Framing::default() }), Err(Bad::Aborted));
        assert_eq!(bad(Framing { cut: Some(1), ..Framing::default() }), Err(Bad::Short));
    }
}
