//! The server from within: its logs, and changes of it.

use std::time::Duration;

use super::{LAG, Progress, Step, spelled};

/// How long a log line that was written already may take to be read.
const READING: Duration = Duration::from_millis(10);
/// How long a change may take.
const CHANGE_LIMIT: Duration = Duration::from_secs(300);

impl Step<'_> {
    pub(super) fn log(&self, program: &str, text: &str) -> Progress {
        if let Some((_, line)) = self.facts.logs.iter().find(|(who, line)| who == program && line.contains(text)) {
            return self.passed(format!("{program} logged \"{line}\""));
        }
        let deadline = self.begun + LAG;
        if self.now < deadline {
            return Progress::Wait(deadline);
        }
        let lines: Vec<&String> =
            self.facts.logs.iter().filter(|(who, _)| who == program).map(|(_, line)| line).collect();
        let actual = match lines.len() {
            0 => format!("{program} logged nothing since the call began"),
            n => format!("no such line among the {n} that {program} logged since the call began"),
        };
        self.failed(format!("{program} to log \"{text}\""), actual)
    }

    /// No line so far has the text.
    pub(super) fn no_log(&self, program: &str, text: &str) -> Progress {
        let expected = format!("{program} not to log \"{text}\"");
        if let Some((_, line)) = self.facts.logs.iter().find(|(who, line)| who == program && line.contains(text)) {
            return self.failed(expected, format!("{program} logged \"{line}\""));
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
