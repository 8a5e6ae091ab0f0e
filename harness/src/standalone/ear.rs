//! What two ends of a line say to each other, heard at one of them: PPP frames (RFC 1662) and text.
//!
//! In: the octets of both directions as they cross. Out: trace events, in their order. It only listens.

use offhook_emulator::ppp::hdlc::{Deframer, Item};
use offhook_emulator::ppp::print;
use offhook_emulator::trace::{End, What, escaped};

/// The longest frame that is understood: the largest MRU there is, and what goes around it.
const LONGEST: usize = 65_535 + 8;

/// Both directions of one line.
#[derive(Debug)]
pub(super) struct Ear {
    /// From the DTE at the line, which events call the server's end.
    near: Deframer,
    far: Deframer,
}

impl Ear {
    /// At a quiet line.
    pub(super) fn new() -> Self {
        let mut deframer = Deframer::new(LONGEST);
        // Nothing on these lines inserts control octets, so none is dropped, whatever ACCM the two agree on.
        deframer.set_accm(0);
        Self { near: deframer.clone(), far: deframer }
    }

    /// Octets cross; what they are.
    pub(super) fn hear(&mut self, from: End, octets: &[u8]) -> Vec<What> {
        let deframer = if from == End::Server { &mut self.near } else { &mut self.far };
        let (mut rest, mut heard) = (octets, Vec::new());
        while let Some(item) = deframer.take(&mut rest) {
            heard.push(match item {
                Item::Frame(frame) => What::Frame { from, octets: frame.to_vec(), text: print::frame(frame) },
                Item::Bad(reason, octets) => {
                    What::BadFrame { from, reason: reason.name().to_owned(), octets: octets.to_vec() }
                }
                Item::Text(octets) => What::Text { from, text: escaped(octets) },
            });
        }
        heard
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    #[test]
    fn frames_and_text_are_told_apart_in_each_direction() {
        let mut ear = Ear::new();
        let text = |from, text: &str| What::Text { from, text: text.to_owned() };
        assert_eq!(ear.hear(End::Server, b"login: "), [text(End::Server, "login: ")]);
        // An Echo-Request, in two pieces.
        let frame = [0xff, 0x03, 0xc0, 0x21, 0x09, 0x07, 0x00, 0x0c, 0x12, 0x34, 0x56, 0x78, 1, 2, 3, 4];

        let wire = offhook_emulator::ppp::transparency::encode(&frame, 0);
        assert_eq!(ear.hear(End::Caller, &wire[..6]), []);
        assert_eq!(ear.hear(End::Server, b"x"), [text(End::Server, "x")]);
        let heard = ear.hear(End::Caller, &wire[6..]);
        let [What::Frame { from: End::Caller, octets, text }] = &heard[..] else { panic!("{heard:?}") };
        assert_eq!((octets.as_slice(), text.starts_with("[LCP EchoReq")), (&frame[..], true), "{text}");
    }
}
