//! The server from within: its logs, and changes of it.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{LAG, Progress, Step, spelled};

/// How long a log line that was written already may take to be read.
const READING: Duration = Duration::from_millis(10);
/// So many of a program's last lines are told beside the one that did not come.
const LAST_LINES: usize = 4;
/// How long a change may take.
const CHANGE_LIMIT: Duration = Duration::from_secs(300);

impl Step<'_> {
    pub(super) fn log(&self, program: &str, text: &str) -> Progress {
        let logged = || self.facts.logs.iter().filter(|line| line.program == program);
        if let Some(line) = logged().find(|line| line.text.contains(text)) {
            return self.passed(format!("{program} logged \"{}\"", line.text));
        }
        let deadline = self.begun + LAG;
        if self.now < deadline {
            return Progress::Wait(deadline);
        }
        let expected = format!("{program} to log \"{text}\"");
        let lines: Vec<&str> = logged().map(|line| line.text.as_str()).collect();
        let Some((last, earlier)) = lines.split_last() else {
            let others: BTreeSet<&str> = self.facts.logs.iter().map(|line| line.program.as_str()).collect();
            let note = match others.is_empty() {
                true => "no program of the server logged anything".to_owned(),
                false => format!("those that did: {}", others.into_iter().collect::<Vec<_>>().join(", ")),
            };
            let actual = format!("{program} logged nothing since the call began");
            return self.failed_because(expected, actual, vec![note]);
        };
        let actual = format!("no such line among the {} that {program} logged since the call began", lines.len());
        let before = earlier.iter().rev().take(LAST_LINES - 1).rev();
        let notes = before.chain([last]).map(|line| format!("{program} logged \"{line}\"")).collect();
        self.failed_because(expected, actual, notes)
    }

    /// No line so far has the text.
    pub(super) fn no_log(&self, program: &str, text: &str) -> Progress {
        let expected = format!("{program} not to log \"{text}\"");
        let logged = self.facts.logs.iter().filter(|line| line.program == program);
        if let Some(line) = logged.into_iter().find(|line| line.text.contains(text)) {
            return self.failed(expected, format!("{program} logged \"{}\"", line.text));
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
