//! What a modem does that it should not: modems that start slowly, answer wrongly or late, speak out of turn, or die.
//!
//! In: [`ModemConfig`](super::ModemConfig), its personality's quirks, and orders from outside. Out: as of any modem.
//! Servers have to live with all of them.

use super::Modem;
use super::power::Condition;
use crate::trace::{EventKind, escaped};
use offhook_clock::Instant;

impl Modem {
    /// From now on it neither hears nor says anything, be it of the DTE or of the line; its hook stays as it is. Only its
    /// power helps: off and on again.
    pub fn die(&mut self) {
        if !self.is_working() {
            return;
        }
        self.condition = Condition::Dead;
        self.trace(EventKind::Note { text: "the modem does not react any more".to_owned() });
    }

    /// It tells the DTE this, whatever it is doing; CR LF goes before and after unless the text has a CR or LF itself.
    pub fn speak(&mut self, now: Instant, text: &str) {
        self.handle_timeout(now);
        if text.contains(['\r', '\n']) { self.say(text) } else { self.reply(text) }
    }

    /// Whether the DTE hears nothing of it and it nothing of the DTE.
    pub(super) fn is_mute(&self) -> bool {
        !self.is_working() || self.silent_until.is_some()
    }

    /// The DTE has opened the port, or the modem has just been switched on: a slow starter has not started yet.
    pub(super) fn fall_silent(&mut self, now: Instant) {
        let silent = self.config.silent.max(self.config.personality.quirks.after_dtr);
        if !silent.is_zero() {
            self.silent_until = Some(now + silent);
            self.trace(EventKind::Note { text: format!("the modem is silent for {} ms", silent.as_millis()) });
        }
    }

    /// Whether this octet begins a command line too soon after the last result code, or belongs to one that did.
    pub(super) fn is_too_soon(&mut self, now: Instant, octet: u8) -> bool {
        let pause = self.config.personality.quirks.between_commands;
        let soon = self.last_result.is_some_and(|at| now.since(at) < pause);
        let begins = !self.command_line.in_progress() && soon && !matches!(octet, b'\r' | b'\n');
        if !begins && self.unheard.is_empty() {
            return false;
        }
        self.unheard.push(octet);
        // As long as any other line; what is longer is no line.
        if octet == b'\r' || self.unheard.len() >= 256 {
            let text = escaped(&std::mem::take(&mut self.unheard));
            self.trace(EventKind::Note { text: format!("too soon after the last result code to be heard: {text}") });
        }
        true
    }

    /// The line is done now, or after the time the modem takes for each.
    pub(super) fn execute_in_time(&mut self, now: Instant, body: String) {
        let delay = self.config.personality.quirks.answer_delay;
        if delay.is_zero() {
            self.execute_line(now, &body);
        } else {
            self.awaited = Some((now + delay, body));
        }
    }

    /// The time for a line has passed.
    pub(super) fn execute_awaited(&mut self, now: Instant) {
        if let Some((_, body)) = self.awaited.take() {
            self.execute_line(now, &body);
            self.release_held_in_command_state();
        }
    }

    /// What it says to this command line instead of executing it.
    pub(super) fn stated_reply(&self, typed: &str) -> Option<String> {
        let begins = |prefix: &str| typed.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
        self.config.replies.iter().find(|(prefix, _)| begins(prefix)).map(|(_, text)| text.clone())
    }

    /// Says a text between CR LF; an empty one is silence.
    pub(super) fn reply(&mut self, text: &str) {
        if !text.is_empty() {
            self.say(&format!("\r\n{text}\r\n"));
        }
    }

    /// Says a text as it is.
    pub(super) fn say(&mut self, text: &str) {
        if !self.is_mute() {
            self.trace(EventKind::Response { text: escaped(text.trim_matches(['\r', '\n']).as_bytes()) });
            self.tell_dte(text.as_bytes());
        }
    }
}
