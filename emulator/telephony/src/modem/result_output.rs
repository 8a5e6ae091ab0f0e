//! What the modem says to the DTE: result codes, information text, and when (V.250 §5.5, §5.7).
//!
//! In: what there is to say. Out: octets, in order, each thing as a whole: what nobody asked for does not interrupt a
//! command line that is being typed, and waits for its end.

use std::time::Duration;

use super::result_code::{self, ResultCode};
use super::{Modem, ModemOutput};
use crate::trace::{EventKind, escaped};
use offhook_clock::Instant;

/// Unsolicited result codes do not interrupt a line that is being typed (§5.5), unless the DTE has stopped typing
/// for so long: a program that died in the middle of a line must not silence the modem for ever.
const TYPING: Duration = Duration::from_secs(1);

/// Something to say that must wait for the end of a command line.
#[derive(Clone, Debug)]
pub(super) enum Held {
    /// A result code, and what stands in place of its word.
    Code(ResultCode, Option<String>),
    /// Information text.
    Text(Vec<String>),
    /// Octets as they are.
    Octets(Vec<u8>),
}

impl Modem {
    /// A result code of the DTE's command, or of the call's end.
    pub(super) fn result(&mut self, code: ResultCode) {
        self.result_in_words(code, None);
    }

    /// A result code, with other words in place of its own where words are given (V1).
    pub(super) fn result_in_words(&mut self, code: ResultCode, words: Option<String>) {
        self.last_result = Some(self.now);
        if self.active.quiet || self.is_mute() {
            return;
        }
        let words = match (code, &self.config.connect) {
            (ResultCode::Connect(_), Some(text)) => {
                let text = text.clone();
                return self.say(&text);
            }
            _ => words,
        };
        let format = self.active.format();
        match words.filter(|_| format.verbose) {
            Some(words) => self.result_line(&words),
            None => {
                self.trace(EventKind::Response { text: escaped(code.shown(format).as_bytes()) });
                self.tell_dte(&code.octets(format));
            }
        }
    }

    /// A result code that has no number, in its words (§5.7.1): the reports before `CONNECT`.
    pub(super) fn result_line(&mut self, words: &str) {
        if self.active.quiet || self.is_mute() {
            return;
        }
        self.trace(EventKind::Response { text: escaped(words.as_bytes()) });
        let format = self.active.format();
        let ends = [format.terminator, format.formatting];
        self.tell_dte(&[&ends[..], words.as_bytes(), &ends[..]].concat());
    }

    /// Information text of some lines.
    pub(super) fn information(&mut self, lines: &[String]) {
        if self.is_mute() {
            return;
        }
        for line in lines {
            self.trace(EventKind::Response { text: escaped(line.as_bytes()) });
        }
        self.tell_dte(&result_code::information(lines, self.active.format()));
    }

    /// A result code nobody asked for: now, or when the line that is being typed is done.
    pub(super) fn unsolicited(&mut self, now: Instant, code: ResultCode, words: Option<String>) {
        self.say_or_hold(now, Held::Code(code, words));
    }

    /// Information text nobody asked for, likewise.
    pub(super) fn unsolicited_text(&mut self, now: Instant, lines: Vec<String>) {
        self.say_or_hold(now, Held::Text(lines));
    }

    /// Octets nobody asked for, likewise.
    pub(super) fn unsolicited_octets(&mut self, now: Instant, octets: Vec<u8>) {
        self.say_or_hold(now, Held::Octets(octets));
    }

    fn say_or_hold(&mut self, now: Instant, held: Held) {
        self.held.push(held);
        let typing = self.command_line.in_progress() && now.since(self.last_typed) < TYPING;
        if !typing && self.awaited.is_none() {
            self.release_held();
        }
    }

    /// When what is held is said at the latest.
    pub(super) fn held_due(&self) -> Option<Instant> {
        (!self.held.is_empty() && self.awaited.is_none()).then_some(self.last_typed + TYPING)
    }

    pub(super) fn release_held(&mut self) {
        for held in std::mem::take(&mut self.held) {
            match held {
                Held::Code(code, words) => self.result_in_words(code, words),
                Held::Text(lines) => self.information(&lines),
                Held::Octets(octets) => {
                    if !self.is_mute() {
                        self.trace(EventKind::Response { text: escaped(&octets) });
                        self.tell_dte(&octets);
                    }
                }
            }
        }
    }

    /// What was held is of no interest any more.
    pub(super) fn discard_held(&mut self) {
        self.held.clear();
    }

    pub(super) fn trace(&mut self, what: EventKind) {
        self.output.push_back(ModemOutput::Trace(what));
    }

    /// Octets for the DTE, after those of the far end that still wait for it.
    pub(super) fn tell_dte(&mut self, octets: &[u8]) {
        if octets.is_empty() || self.is_mute() {
            return;
        }
        if self.has_waiting() { self.wait_in_line(octets) } else { self.tell_dte_at_once(octets.to_vec()) }
    }

    /// Octets for the DTE, joined with those before them.
    pub(super) fn tell_dte_at_once(&mut self, octets: Vec<u8>) {
        if octets.is_empty() || self.is_mute() || self.misses_dte() {
            return;
        }
        match self.output.back_mut() {
            Some(ModemOutput::ToDte(before)) => before.extend(octets),
            _ => self.output.push_back(ModemOutput::ToDte(octets)),
        }
    }
}
