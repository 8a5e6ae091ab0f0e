//! The text between frames of one direction, line by line: command lines of the DTE, result codes of the modem, or what the
//! two ends of a call say to each other.
//!
//! In: octets. Out: [`EventKind::Command`], [`EventKind::Response`] or [`EventKind::Text`]. From the server's side a line
//! that begins with AT is a command line (V.250 §5.2.1). Towards it a line is the modem's if it is a result code by its
//! word (V.250 §5.7.1); what a modem sends back as its echo is text.

use offhook_telephony::trace::{End, EventKind, escaped};

/// A longer line is text, and told before it ends.
const LONGEST: usize = 512;

/// Words by which result codes and caller ID begin: V.250 §5.7.1, V.253 and what modems add.
const CODES: [&[u8]; 17] = [
    b"CONNECT",
    b"RING",
    b"NO CARRIER",
    b"NO DIALTONE",
    b"NO DIAL TONE",
    b"NO ANSWER",
    b"BUSY",
    b"ERROR",
    b"OK",
    b"VOICE",
    b"DATE",
    b"TIME",
    b"NMBR",
    b"NAME",
    b"MESG",
    b"DELAYED",
    b"BLACKLISTED",
];

/// Text of one direction.
#[derive(Debug)]
pub(crate) struct Dialogue {
    from: End,
    /// The line so far, with what ended the one before.
    line: Vec<u8>,
    /// Where in the capture it begins.
    offset: u64,
    /// It has something but CR and LF.
    begun: bool,
    /// It has ended with CR; LF may follow.
    ended: bool,
    /// What came before was a command or a result code: what ends its line is its own.
    after_code: bool,
}

impl Dialogue {
    pub(crate) const fn new(from: End) -> Self {
        Self { from, line: Vec::new(), offset: 0, begun: false, ended: false, after_code: false }
    }

    /// More text, which begins `offset` octets into the capture; each line is told with the place where it begins.
    pub(crate) fn take(&mut self, text: &[u8], offset: u64, tell: &mut dyn FnMut(u64, EventKind)) {
        for (at, octet) in (offset..).zip(text) {
            if self.ended {
                if *octet == b'\n' {
                    self.line.push(*octet);
                    self.tell(tell);
                    continue;
                }
                self.tell(tell);
            }
            if !self.begun {
                self.offset = at;
            }
            self.line.push(*octet);
            match octet {
                b'\r' if self.begun => self.ended = true,
                b'\n' if self.begun => self.tell(tell),
                b'\r' | b'\n' => {}
                _ => self.begun = true,
            }
            if self.line.len() >= LONGEST {
                self.tell(tell);
            }
        }
    }

    /// Nothing has come for a while. What may become a command line is waited for: people type.
    pub(crate) fn pause(&mut self, tell: &mut dyn FnMut(u64, EventKind)) {
        let may_be_command = self.from == End::Server && !self.ended && is_command(self.line.trim_ascii());
        if !may_be_command {
            self.finish(tell);
        }
    }

    /// Something else than text follows, or nothing any more.
    pub(crate) fn finish(&mut self, tell: &mut dyn FnMut(u64, EventKind)) {
        if !self.begun && self.after_code {
            self.line.clear();
        }
        if !self.line.is_empty() {
            self.tell(tell);
        }
    }

    /// Tells the line.
    fn tell(&mut self, tell: &mut dyn FnMut(u64, EventKind)) {
        let content = self.line.trim_ascii();
        let what = match self.from {
            End::Server if self.ends() && is_command(content) => EventKind::Command { text: escaped(content) },
            End::Caller if self.ends() && is_code(content) => EventKind::Response { text: escaped(content) },
            from => EventKind::Text { from, text: escaped(&self.line) },
        };
        self.after_code = !matches!(what, EventKind::Text { .. });
        self.line.clear();
        (self.begun, self.ended) = (false, false);
        tell(self.offset, what);
    }

    /// Whether the line is whole.
    fn ends(&self) -> bool {
        matches!(self.line.last(), Some(b'\r' | b'\n'))
    }
}

fn is_command(line: &[u8]) -> bool {
    line.len() >= 2 && line[..2].eq_ignore_ascii_case(b"AT") && line.is_ascii()
}

fn is_code(line: &[u8]) -> bool {
    let code = CODES.iter().find(|code| line.starts_with(code));
    code.is_some_and(|code| line.get(code.len()).is_none_or(|octet| !octet.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(from: End, pieces: &[&[u8]]) -> Vec<EventKind> {
        let mut heard = Vec::new();
        let mut dialogue = Dialogue::new(from);
        for piece in pieces {
            dialogue.take(piece, 0, &mut |_, what| heard.push(what));
        }
        dialogue.finish(&mut |_, what| heard.push(what));
        heard
    }

    #[test]
    fn commands_and_result_codes_are_told_from_text_however_they_are_cut() {
        let response = |text: &str| EventKind::Response { text: text.to_owned() };
        let text = |from, text: &str| EventKind::Text { from, text: text.to_owned() };
        let modem: &[u8] = b"ATZ\r\r\nOK\r\n\r\nRING\r\nNMBR = 5551234\r\nOKAY\r\nCONNECT 33600\r\nlogin";
        let expected = [
            text(End::Caller, "ATZ\\r"),
            response("OK"),
            response("RING"),
            response("NMBR = 5551234"),
            text(End::Caller, "OKAY\\r\\n"),
            response("CONNECT 33600"),
            text(End::Caller, "login"),
        ];
        assert_eq!(heard(End::Caller, &[modem]), expected);
        let one_by_one: Vec<&[u8]> = modem.chunks(1).collect();
        assert_eq!(heard(End::Caller, &one_by_one), expected);
        let command = |text: &str| EventKind::Command { text: text.to_owned() };
        let expected = [command("ATQ0V1H0"), command("ata"), text(End::Server, "\\nlogin: ")];
        assert_eq!(heard(End::Server, &[b"ATQ0V1H0\rata\r\nlogin: "]).len(), 3);
        assert_eq!(heard(End::Server, &[b"ATQ0V1H0\rata\r", b"\n\nlogin: "]), expected);
    }
}
