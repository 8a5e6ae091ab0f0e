//! The DTE in command state: octets become command lines, and command lines are executed.
//!
//! In: single octets. Out: echo, the trace of the line, and what executing it brings; what was held back while a line was
//! being typed is said when it is done.

use super::command_line::Assembled;
use super::result_code::ResultCode;
use super::{Modem, State};
use crate::trace::{EventKind, escaped};
use offhook_clock::Instant;

impl Modem {
    /// Whether the DTE's octets are commands.
    pub(super) fn is_command_state(&self) -> bool {
        matches!(self.state, State::Command | State::OffHook | State::OnlineCommand { .. })
    }

    /// One octet in a command state.
    pub(super) fn type_octet(&mut self, now: Instant, octet: u8) {
        self.take_xon(now, octet);
        if self.is_too_soon(now, octet) {
            return;
        }
        if self.awaited.is_some() {
            // The modem is busy with a line; what comes meanwhile is lost.
            return;
        }
        self.last_typed = now;
        self.follow_speed();
        let (mut echo, mut assembled) = (Vec::new(), Vec::new());
        let editing = self.active.editing(self.config.personality.quirks.line_length);
        self.command_line.push(octet, editing, &mut echo, &mut assembled);
        if self.active.echo {
            self.tell_dte(&echo);
        }
        for assembled in assembled {
            let line = match assembled {
                Assembled::Line { body, typed } => Ok((body, typed)),
                Assembled::Overlong { typed } => Err(typed),
                Assembled::Ignored(octets) => {
                    self.report(Some(Assembled::Ignored(octets)));
                    continue;
                }
            };
            let (Ok((_, typed)) | Err(typed)) = &line;
            self.trace(EventKind::Command { text: escaped(typed.as_bytes()) });
            match line {
                Ok((body, typed)) => match self.stated_reply(&typed) {
                    Some(text) => self.reply(&text),
                    None => self.execute_in_time(now, body),
                },
                Err(_) => self.result(ResultCode::Error),
            }
        }
        self.release_held_in_command_state();
    }

    /// Executes a line; a speed it sets counts from its end on.
    pub(super) fn execute_line(&mut self, now: Instant, body: &str) {
        self.execute(now, body);
        self.adopt_speed();
    }

    /// A line is done: what was held may be said.
    pub(super) fn release_held_in_command_state(&mut self) {
        if !self.command_line.in_progress() && self.awaited.is_none() && self.is_command_state() {
            self.release_held();
        }
    }

    /// Notes octets that are no command line.
    pub(super) fn report(&mut self, assembled: Option<Assembled>) {
        if let Some(Assembled::Ignored(octets)) = assembled {
            self.trace(EventKind::Ignored { text: escaped(&octets) });
        }
    }
}
