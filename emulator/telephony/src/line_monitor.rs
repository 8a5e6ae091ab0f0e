//! A line as a third party hears it: the frames and the text of both directions, each with its own deframer (RFC 1662).
//!
//! In: octets with who sent them, as they cross, and time. Out: [`Item`]s in their order, and what a trace says of one.

use crate::trace::{End, EventKind, escaped};
use offhook_clock::{Instant, earliest};
use offhook_ppp::hdlc::{Deframer, Item};
use offhook_ppp::print;
use offhook_ppp::receiver::Receiver;

/// The longest frame that is understood: the largest MRU there is, and what goes around it.
const LONGEST: usize = 65_535 + 8;

/// Both directions.
#[derive(Clone, Debug)]
pub struct LineMonitor {
    from_caller: Receiver,
    from_server: Receiver,
}

impl Default for LineMonitor {
    fn default() -> Self {
        let mut deframer = Deframer::new(LONGEST);
        // Nothing on these lines inserts control octets, so none is dropped, whatever ACCM the two agree on.
        deframer.set_accm(0);
        let receiver = Receiver::new(deframer);
        Self { from_caller: receiver.clone(), from_server: receiver }
    }
}

impl LineMonitor {
    /// The next item in what this end sent, as [`Deframer::take`] has it.
    pub fn take(&mut self, now: Instant, from: End, octets: &mut &[u8]) -> Option<Item<'_>> {
        self.sent_by(from).take(now, octets)
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub fn poll_timeout(&self) -> Option<Instant> {
        earliest(self.from_caller.poll_timeout(), self.from_server.poll_timeout())
    }

    /// The text in what this end sent that a pause has shown to be text, if there has been one.
    pub fn handle_timeout(&mut self, now: Instant, from: End) -> Option<Item<'_>> {
        self.sent_by(from).handle_timeout(now)
    }

    /// This end has no more to say for now: the text that this shows to be text, if there is any.
    pub fn pause(&mut self, from: End) -> Option<Item<'_>> {
        self.sent_by(from).deframer_mut().pause()
    }

    /// The call is over: what is left of what this end sent.
    pub fn finish(&mut self, from: End) -> Option<Item<'_>> {
        self.sent_by(from).deframer_mut().finish()
    }

    const fn sent_by(&mut self, from: End) -> &mut Receiver {
        match from {
            End::Caller => &mut self.from_caller,
            End::Server => &mut self.from_server,
        }
    }
}

/// An item as a trace has it.
pub fn event_kind(from: End, item: Item<'_>) -> EventKind {
    match item {
        Item::Frame(frame) => EventKind::Frame { from, octets: frame.to_vec(), text: print::frame(frame) },
        Item::Bad { reason, octets, raw } => {
            EventKind::BadFrame { from, reason, octets: octets.to_vec(), raw: raw.to_vec() }
        }
        Item::Text(octets) => EventKind::Text { from, text: escaped(octets) },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn hear(line: &mut LineMonitor, from: End, mut octets: &[u8]) -> Vec<EventKind> {
        let mut heard = Vec::new();
        while let Some(item) = line.take(Instant::ZERO, from, &mut octets) {
            heard.push(event_kind(from, item));
        }
        heard
    }

    #[test]
    fn frames_and_text_are_told_apart_in_each_direction() {
        let mut line = LineMonitor::default();
        let text = |from, text: &str| EventKind::Text { from, text: text.to_owned() };
        assert_eq!(hear(&mut line, End::Server, b"login: "), [text(End::Server, "login: ")]);
        // An Echo-Request, in two pieces.
        let frame = [0xff, 0x03, 0xc0, 0x21, 0x09, 0x07, 0x00, 0x0c, 0x12, 0x34, 0x56, 0x78, 1, 2, 3, 4];
        let wire = offhook_ppp::transparency::encode(&frame, 0);
        assert_eq!(hear(&mut line, End::Caller, &wire[..6]), []);
        assert_eq!(hear(&mut line, End::Server, b"x"), [text(End::Server, "x")]);
        let heard = hear(&mut line, End::Caller, &wire[6..]);
        let [EventKind::Frame { from: End::Caller, octets, text }] = &heard[..] else { panic!("{heard:?}") };
        assert_eq!((octets.as_slice(), text.starts_with("[LCP EchoReq")), (&frame[..], true), "{text}");
    }
}
