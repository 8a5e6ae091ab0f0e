//! What a port had happen lately, call or no call: why it does not get ready for one.
//!
//! In: what was logged of it, processes that ended, and the dialogue between the server and its modem, each as it comes. Out: how
//! far the server has come, in words.

use std::collections::VecDeque;

use offhook_telephony::trace::EventKind;

use crate::facts::shown;
use crate::server_words::{LogEntry, ProcessEnd, ServerWords};

/// So many log lines and ends of processes are kept.
const MOST: usize = 64;

/// The latest of each.
#[derive(Debug, Default)]
pub(super) struct Recent {
    logs: VecDeque<LogEntry>,
    ends: VecDeque<ProcessEnd>,
    /// Processes that were started on the port, and that have ended, all of them.
    started: u32,
    ended: u32,
    opened: bool,
    /// The last command line of the server's.
    command: Option<String>,
    /// What the modem answered to it.
    response: Option<String>,
}

impl Recent {
    pub(super) fn log(&mut self, entry: LogEntry) {
        kept(&mut self.logs, entry);
    }

    pub(super) fn process_started(&mut self) {
        self.started += 1;
    }

    pub(super) fn process_ended(&mut self, end: ProcessEnd) {
        self.ended += 1;
        kept(&mut self.ends, end);
    }

    pub(super) fn opened(&mut self) {
        self.opened = true;
    }

    pub(super) fn note(&mut self, what: &EventKind) {
        match what {
            EventKind::Command { text } => (self.command, self.response) = (Some(text.clone()), None),
            EventKind::Response { text } => self.response = Some(text.clone()),
            _ => {}
        }
    }

    /// How far the server has come, and what its programs said last.
    pub(super) fn account(&mut self) -> String {
        let mut account = match (&self.command, &self.response) {
            _ if !self.opened && self.started == 0 => "no process was started on the port".to_owned(),
            _ if !self.opened => "nothing opened the port".to_owned(),
            (None, _) => "the port was opened, and no command was sent to the modem".to_owned(),
            (Some(command), None) => format!("the modem did not answer \"{}\"", shown(command)),
            (Some(command), Some(response)) => {
                format!("the last answer of the modem was \"{}\", to \"{}\"", shown(response), shown(command))
            }
        };
        if self.ended > 0 {
            let times = if self.ended == 1 { "once".to_owned() } else { format!("{} times", self.ended) };
            account = format!("{account}; the server's process on it ended {times}");
        }
        match ServerWords::among(self.logs.make_contiguous(), self.ends.make_contiguous()) {
            Some(words) => format!("{account}: {words}"),
            None => match self.ends.back() {
                Some(end) => format!("{account}, {} with {}", end.program, end.how),
                None => account,
            },
        }
    }
}

fn kept<T>(all: &mut VecDeque<T>, one: T) {
    if all.len() == MOST {
        all.pop_front();
    }
    all.push_back(one);
}

#[cfg(test)]
mod tests {
    use offhook_clock::Instant;

    use super::*;

    #[test]
    fn how_far_a_server_came_is_told_from_the_closed_port_to_the_refused_command() {
        let mut recent = Recent::default();
        assert_eq!(recent.account(), "no process was started on the port");
        recent.process_started();
        assert_eq!(recent.account(), "nothing opened the port");
        recent.opened();
        assert_eq!(recent.account(), "the port was opened, and no command was sent to the modem");
        recent.note(&EventKind::Command { text: "ATZ".to_owned() });
        assert_eq!(recent.account(), "the modem did not answer \"ATZ\"");
        recent.note(&EventKind::Response { text: "ERROR".to_owned() });
        for _ in 0..2 {
            recent.process_ended(ProcessEnd { pid: 30, program: "mgetty".into(), how: "status 1".into() });
        }
        let told = "the last answer of the modem was \"ERROR\", to \"ATZ\"; the server's process on it ended 2 times";
        assert_eq!(recent.account(), format!("{told}, mgetty with status 1"));
        let text = "init chat failed, exiting...".to_owned();
        recent.log(LogEntry { at: Instant::ZERO, program: "mgetty".into(), pid: None, severity: None, text });
        assert_eq!(recent.account(), format!("{told}: mgetty said \"init chat failed, exiting...\""));
    }
}
