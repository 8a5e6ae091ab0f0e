//! V.250 §5.2: octets from the DTE in command state become finished command lines.
//!
//! In: single octets. Out: echo, and what was assembled: a line, an overlong line, or octets that are no line.
//! A line is `AT` or `at` (never mixed), a body, and S3; S5 deletes the last character of the body, never the
//! prefix; `A/` or `a/` repeats the last body at once. Bit 8 and control characters are ignored (§5.1, §5.2.2).
//!
//! Echo (E1) begins with the whole prefix: a modem that echoes stray octets plays ping-pong with a terminal that
//! echoes too, for ever; and until the prefix is complete, octets are stray.

use crate::trace::escaped;

/// Characters a body may have. TIA-602 wants 40 at least; longer lines fail as a whole.
const LONGEST_BODY: usize = 255;
/// Stray octets are reported when there are so many, at the latest.
const MOST_STRAY: usize = 64;

const BACKSPACE: u8 = 8;

/// The characters that end and edit a line: the values of S3 and S5.
#[derive(Clone, Copy, Debug)]
pub(super) struct Editing {
    /// S3: ends a line.
    pub(super) terminator: u8,
    /// S5: deletes a character.
    pub(super) deletion: u8,
    /// Characters a body may have; 0: as many as the generic modem's.
    pub(super) longest: usize,
}

/// What octets turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Assembled {
    /// A command line.
    Line {
        /// What follows the prefix, up to S3.
        body: String,
        /// The line as it was typed, prefix included, corrections made.
        typed: String,
    },
    /// A line with too long a body; nothing of it is to be executed.
    Overlong {
        /// Its beginning, prefix included.
        typed: String,
    },
    /// Octets that belong to no command line.
    Ignored(Vec<u8>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// No prefix yet.
    Hunting,
    /// This `A` or `a` may begin one.
    Prefix(u8),
    /// Inside a line that began with this `A` or `a`.
    Body(u8),
}

/// Assembles command lines.
#[derive(Clone, Debug)]
pub(super) struct CommandLine {
    state: State,
    body: Vec<u8>,
    overlong: bool,
    /// The last body, for `A/`.
    last: String,
    stray: Vec<u8>,
    /// A line has just ended: a line feed now belongs to its end.
    ended: bool,
}

impl CommandLine {
    /// An assembler that has seen nothing.
    pub(super) fn new() -> Self {
        Self {
            state: State::Hunting,
            body: Vec::new(),
            overlong: false,
            last: String::new(),
            stray: Vec::new(),
            ended: false,
        }
    }

    /// True from the prefix of a line to its end: unsolicited result codes had better wait.
    pub(super) fn in_progress(&self) -> bool {
        matches!(self.state, State::Body(_))
    }

    /// Forgets an unfinished line (not the last one) and returns the stray octets it is made of.
    pub(super) fn reset(&mut self) -> Option<Assembled> {
        match std::mem::replace(&mut self.state, State::Hunting) {
            State::Hunting => {}
            State::Prefix(a) => self.stray.push(a),
            State::Body(a) => {
                self.stray.extend([a, Self::second(a)]);
                self.stray.append(&mut self.body);
            }
        }
        self.overlong = false;
        self.ended = false;
        self.take_stray()
    }

    /// Takes one octet. `echo` gets what is to be echoed if echo is on; what was assembled goes to `out`.
    pub(super) fn push(&mut self, octet: u8, editing: Editing, echo: &mut Vec<u8>, out: &mut Vec<Assembled>) {
        let octet = octet & 0x7f;
        let just_ended = std::mem::take(&mut self.ended);
        match self.state {
            State::Hunting => self.hunt(octet, just_ended, editing, out),
            State::Prefix(a) if octet == Self::second(a) => {
                out.extend(self.take_stray());
                echo.extend([a, octet]);
                self.state = State::Body(a);
                self.body.clear();
                self.overlong = false;
            }
            State::Prefix(a) if octet == b'/' => {
                out.extend(self.take_stray());
                echo.extend([a, octet]);
                self.state = State::Hunting;
                out.push(Assembled::Line { body: self.last.clone(), typed: text(&[a, octet]) });
            }
            State::Prefix(a) => {
                self.stray.push(a);
                self.state = State::Hunting;
                self.hunt(octet, false, editing, out);
            }
            State::Body(a) => self.body_octet(a, octet, editing, echo, out),
        }
    }

    fn hunt(&mut self, octet: u8, just_ended: bool, editing: Editing, out: &mut Vec<Assembled>) {
        if octet == b'\n' && just_ended {
            return;
        }
        if matches!(octet, b'A' | b'a') {
            self.state = State::Prefix(octet);
            return;
        }
        self.stray.push(octet);
        if octet == editing.terminator || self.stray.len() >= MOST_STRAY {
            self.ended = octet == editing.terminator;
            out.extend(self.take_stray());
        }
    }

    fn body_octet(&mut self, a: u8, octet: u8, editing: Editing, echo: &mut Vec<u8>, out: &mut Vec<Assembled>) {
        if octet == editing.terminator {
            echo.push(octet);
            self.state = State::Hunting;
            self.ended = true;
            let body = text(&self.body);
            let typed = format!("{}{body}", text(&[a, Self::second(a)]));
            out.push(if self.overlong {
                Assembled::Overlong { typed }
            } else {
                self.last.clone_from(&body);
                Assembled::Line { body, typed }
            });
        } else if octet == editing.deletion {
            if self.body.pop().is_some() {
                echo.extend([BACKSPACE, b' ', BACKSPACE]);
            }
        } else if octet >= b' ' {
            echo.push(octet);
            let longest = if editing.longest == 0 { LONGEST_BODY } else { editing.longest };
            if self.body.len() < longest {
                self.body.push(octet);
            } else {
                self.overlong = true;
            }
        }
    }

    fn take_stray(&mut self) -> Option<Assembled> {
        (!self.stray.is_empty()).then(|| Assembled::Ignored(std::mem::take(&mut self.stray)))
    }

    /// The `T` that goes with this `A`: of the same case.
    const fn second(a: u8) -> u8 {
        a + (b'T' - b'A')
    }
}

/// Octets of a line as text; only DEL can be in need of escaping.
fn text(octets: &[u8]) -> String {
    match std::str::from_utf8(octets) {
        Ok(text) => text.to_owned(),
        Err(_) => escaped(octets),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EDITING: Editing = Editing { terminator: b'\r', deletion: 8, longest: 0 };

    /// What these octets are, and their echo.
    fn assemble(line: &mut CommandLine, octets: &[u8]) -> (Vec<Assembled>, Vec<u8>) {
        let (mut echo, mut out) = (Vec::new(), Vec::new());
        for &octet in octets {
            line.push(octet, EDITING, &mut echo, &mut out);
        }
        (out, echo)
    }

    fn found(octets: &[u8]) -> Vec<Assembled> {
        assemble(&mut CommandLine::new(), octets).0
    }

    fn a_line(body: &str, typed: &str) -> Assembled {
        Assembled::Line { body: body.into(), typed: typed.into() }
    }

    fn stray(octets: &[u8]) -> Assembled {
        Assembled::Ignored(octets.to_vec())
    }

    // M1, V.250 §5.2.1
    #[test]
    fn a_line_is_a_prefix_of_one_case_a_body_and_a_terminator() {
        assert_eq!(found(b"ATQ0V1H0\r"), [a_line("Q0V1H0", "ATQ0V1H0")]);
        assert_eq!(found(b"atz\r"), [a_line("z", "atz")]);
        assert_eq!(found(b"AT\r"), [a_line("", "AT")]);
        assert_eq!(found(b"At\r"), [stray(b"At\r")]);
        assert_eq!(found(b"aTZ\r"), [stray(b"aTZ\r")]);
    }

    // M1, V.250 §5.2.1
    #[test]
    fn junk_before_the_prefix_is_no_part_of_the_line() {
        assert_eq!(found(b"\x10\x03+++\rATH\r"), [stray(b"\x10\x03+++\r"), a_line("H", "ATH")]);
        assert_eq!(found(b"OK AAT\r"), [stray(b"OK A"), a_line("", "AT")]);
    }

    // M3, V.250 §5.2.1, §6.2.1
    #[test]
    fn a_line_feed_after_a_line_is_nothing() {
        assert_eq!(found(b"AT\r\nATE0\r\n"), [a_line("", "AT"), a_line("E0", "ATE0")]);
        assert_eq!(found(b"x\r\nAT\r"), [stray(b"x\r"), a_line("", "AT")]);
    }

    // M2, V.250 §5.1, §5.2.2
    #[test]
    fn bit_8_and_control_characters_are_ignored() {
        assert_eq!(found(b"\xc1\xd4E\x01\x000\x8d"), [a_line("E0", "ATE0")]);
    }

    // M4, V.250 §5.2.2, §6.2.3
    #[test]
    fn deletion_spares_the_prefix_and_shows_on_the_screen() {
        let (out, echo) = assemble(&mut CommandLine::new(), b"ATE\x08\x08\x08Z\r");
        assert_eq!(out, [a_line("Z", "ATZ")]);
        assert_eq!(echo, b"ATE\x08 \x08Z\r");
    }

    // M5, V.250 §5.2.4
    #[test]
    fn the_last_line_is_repeated_at_once() {
        let mut line = CommandLine::new();
        assert_eq!(assemble(&mut line, b"A/").0, [a_line("", "A/")]);
        assemble(&mut line, b"ATE0\r");
        assert_eq!(assemble(&mut line, b"a/A/").0, [a_line("E0", "a/"), a_line("E0", "A/")]);
    }

    // M6, TIA-602
    #[test]
    fn an_overlong_line_is_none_and_leaves_the_last_one_alone() {
        let mut line = CommandLine::new();
        assemble(&mut line, b"ATE0\r");
        let mut long = b"AT".to_vec();
        long.extend([b'E'; 300]);
        long.push(b'\r');
        assert!(matches!(assemble(&mut line, &long).0.as_slice(), [Assembled::Overlong { .. }]));
        assert_eq!(assemble(&mut line, b"A/").0, [a_line("E0", "A/")]);
    }

    // M15, V.250 §6.2.4
    #[test]
    fn octets_that_are_no_line_are_not_echoed() {
        assert_eq!(assemble(&mut CommandLine::new(), b"\r\nOK\r\nNO CARRIER\r\n").1, b"");
    }

    #[test]
    fn an_endless_stream_without_a_line_is_reported_in_pieces() {
        assert_eq!(found(&[b'~'; 130]).len(), 2);
    }

    #[test]
    fn a_forgotten_line_is_stray() {
        let mut line = CommandLine::new();
        assemble(&mut line, b"~ATH");
        assert!(line.in_progress());
        assert_eq!(line.reset(), Some(stray(b"ATH")));
        assert!(!line.in_progress());
        assert_eq!(assemble(&mut line, b"A").0, []);
        assert_eq!(line.reset(), Some(stray(b"A")));
        assert_eq!(line.reset(), None);
    }
}
