//! What the modems of the pool dial: digits that become a number, by and by perhaps, or a name or an address instead.
//!
//! In: what one modem has dialled, and time. Out: a call to a line here or to outside, or a tone for the modem.

use offhook_clock::{Instant, earliest};
use offhook_telephony::exchange::{Numbers, Tone};
use offhook_telephony::trace::EventKind;

use super::{Destination, Directory, ModemPool};
use crate::panel::LineState;
use crate::ppp_sessions::Sessions;
use crate::subscriber::Subscriber;

/// The numbers of lines here, those that answer with PPP, and those that are known to lead outside.
struct Known<'a> {
    lines: &'a [Subscriber],
    sessions: &'a Sessions,
    directory: &'a Directory,
}

impl Known<'_> {
    fn numbers(&self) -> impl Iterator<Item = &str> {
        let lines = self.lines.iter().map(|line| line.setup.number.as_str());
        let ppp = self.sessions.numbers().map(|known| known.number.as_str());
        lines.chain(ppp).chain(self.directory.numbers.iter().map(String::as_str))
    }
}

impl Numbers for Known<'_> {
    fn is_number(&self, digits: &str) -> bool {
        self.numbers().any(|number| number == digits)
    }

    fn is_beginning(&self, digits: &str) -> bool {
        self.numbers().any(|number| number.len() > digits.len() && number.starts_with(digits))
    }
}

impl ModemPool {
    /// The modem of the line dials digits.
    pub(super) fn dial(&mut self, now: Instant, line: usize, digits: &str) {
        self.tell(now, line, EventKind::Dialled { number: digits.to_owned() });
        if self.has_called(now, line) {
            return;
        }
        let mut collector = std::mem::take(&mut self.lines[line].collector);
        let known = Known { lines: &self.lines, sessions: &self.sessions, directory: &self.directory };
        let number = collector.push(now, digits, &known);
        self.lines[line].state = LineState::Dialling { number: collector.digits().to_owned() };
        self.lines[line].collector = collector;
        if let Some(number) = number {
            self.place(now, line, &number);
        }
    }

    /// The modem of the line dials a name or an address.
    pub(super) fn dial_address(&mut self, now: Instant, line: usize, text: &str) {
        self.tell(now, line, EventKind::Dialled { number: text.to_owned() });
        if self.has_called(now, line) {
            return;
        }
        self.lines[line].state = LineState::Dialling { number: text.to_owned() };
        match self.directory.find(text) {
            Some(Destination::Number(number)) => self.place(now, line, &number),
            Some(address @ Destination::Address(_)) => self.seek(now, line, address),
            None => {
                let text = format!("{text} is not in the phonebook; --dial-any lets every address be dialled");
                self.tell(now, line, EventKind::Note { text });
                self.hear_tone(now, line, Tone::Unobtainable);
            }
        }
    }

    /// When a number is taken to be all that has been dialled of it.
    pub(super) fn dialling_due(&self) -> Option<Instant> {
        self.lines.iter().fold(None, |next, line| earliest(next, line.collector.poll_timeout()))
    }

    /// Numbers that have not been dialled to their end in time.
    pub(super) fn end_dialling(&mut self, now: Instant) {
        for line in 0..self.lines.len() {
            match self.lines[line].collector.handle_timeout(now) {
                Some(number) if self.directory.any || self.directory.any_ppp => self.place(now, line, &number),
                Some(_) => self.hear_tone(now, line, Tone::Unobtainable),
                None => {}
            }
        }
    }

    /// Whether the line has placed a call already: what its modem dials now is for the far end.
    fn has_called(&mut self, now: Instant, line: usize) -> bool {
        let has_called = self.lines[line].trunk.is_some() || self.lines[line].called.is_some();
        if has_called {
            let text = "that is not dialled: the line has called a number already".to_owned();
            self.tell(now, line, EventKind::Note { text });
        }
        has_called
    }

    /// Calls a number.
    fn place(&mut self, now: Instant, line: usize, number: &str) {
        self.lines[line].called = self.line_of(number);
        if self.lines[line].called.is_none() {
            if let Some((ppp, by)) = self.ppp_number(number) {
                return self.call_ppp(now, line, ppp, by);
            }
            if self.directory.has(number) {
                return self.seek(now, line, Destination::Number(number.to_owned()));
            }
        }
        let (id, stamp) = (self.lines[line].id, self.day.stamp(now));
        self.exchange.handle_dial(now, id, number, stamp);
    }
}
