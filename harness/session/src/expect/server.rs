//! The server from within: its logs, and changes of it; and the log of a program that calls it.

use std::collections::BTreeSet;
use std::time::Duration;

use offhook_telephony::trace::End;

use super::{LAG, Progress, Step, spelled};
use crate::server_words::LogEntry;

/// How long a log line that was written already may take to be read.
const READING: Duration = Duration::from_millis(10);
/// So many of a program's last lines are told beside the one that did not come.
const LAST_LINES: usize = 4;
/// How long a change may take.
const CHANGE_LIMIT: Duration = Duration::from_secs(300);

impl Step<'_> {
    pub(super) fn log(&self, program: &str, text: &str, of: End) -> Progress {
        let (logs, who) = self.logs(program, of);
        if let Some(line) = logs.iter().find(|line| line.contains(text)) {
            return self.passed(format!("{who} logged \"{line}\""));
        }
        let deadline = self.begun + LAG;
        if self.now < deadline {
            return Progress::Wait(deadline);
        }
        let expected = format!("{who} to log \"{text}\"");
        let Some((last, earlier)) = logs.split_last() else {
            let others: BTreeSet<&str> = self.all_logs(of).iter().map(|line| line.program.as_str()).collect();
            let note = match others.is_empty() {
                true => format!("no program of the {} logged anything", of.name()),
                false => format!("those that did: {}", others.into_iter().collect::<Vec<_>>().join(", ")),
            };
            let actual = format!("{who} logged nothing since the call began");
            return self.failed_because(expected, actual, vec![note]);
        };
        let actual = format!("no such line among the {} that {who} logged since the call began", logs.len());
        let before = earlier.iter().rev().take(LAST_LINES - 1).rev();
        let notes = before.chain([last]).map(|line| format!("{who} logged \"{line}\"")).collect();
        self.failed_because(expected, actual, notes)
    }

    /// What the program of that end has logged, and what it is called.
    fn logs<'a>(&'a self, program: &str, of: End) -> (Vec<&'a str>, String) {
        let who = match of {
            End::Server => program.to_owned(),
            End::Caller => format!("the caller's {program}"),
        };
        let lines = self.all_logs(of).iter().filter(|line| line.program == program);
        (lines.map(|line| line.text.as_str()).collect(), who)
    }

    /// What all programs of that end have logged.
    fn all_logs(&self, of: End) -> &[LogEntry] {
        match of {
            End::Server => &self.facts.logs,
            End::Caller => &self.facts.client_logs,
        }
    }

    /// No line so far has the text.
    pub(super) fn no_log(&self, program: &str, text: &str, of: End) -> Progress {
        let (logs, who) = self.logs(program, of);
        let expected = format!("{who} not to log \"{text}\"");
        if let Some(line) = logs.iter().find(|line| line.contains(text)) {
            return self.failed(expected, format!("{who} logged \"{line}\""));
        }
        self.until(self.begun + READING)
    }

    /// The administrator's change is made.
    pub(super) fn changed(&self) -> Progress {
        let expected = "the server to be changed";
        match &self.facts.changed {
            None if self.now < self.begun + CHANGE_LIMIT => Progress::Wait(self.begun + CHANGE_LIMIT),
            None => self.failed(expected, format!("nothing for {}", spelled(CHANGE_LIMIT))),
            Some(changed) => match &changed.what {
                Ok(()) => self.passed(""),
                Err(error) => self.failed_because(expected, error.message.clone(), error.details.clone()),
            },
        }
    }
}
