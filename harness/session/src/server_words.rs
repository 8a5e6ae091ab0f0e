//! What the server's programs said last: the words that stand beside what came instead of what was expected.
//!
//! In: the lines that were logged, and the processes that ended. Out: the [`ServerWords`] of the one program that has most to
//! say of it. Nothing is decided by these words; a person reads them.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use offhook_clock::Instant;
use serde::{Deserialize, Serialize};

/// Severities of syslog (RFC 5424 §6.2.1): what is so bad or worse is said because something is wrong.
const WARNING: u8 = 4;
/// What is so bad or worse is said of the course of things, what is above it only in passing.
const NOTICE: u8 = 5;
/// What a program says in one breath, it says within this time.
const BREATH: Duration = Duration::from_millis(100);
/// So many lines of it are told.
const MOST: usize = 3;

/// What is in those lines of mgetty's and init's, which have no severity, that say why a port is not ready.
pub const NOT_READY: &[&str] =
    &["invalid", "cannot execute", "failed", "not found", "doesn't react", "unknown option", "Usage:", "cannot open"];
/// What is in others that say why something is not done.
const COMPLAINTS: &[&str] = &[
    "denied caller",
    "respawning too fast",
    "nologin",
    "Start request repeated",
    "Refusing.",
    "something foul",
    "wrong permissions",
    "timed out",
];
/// What is in lines of mgetty's that mean nothing: a pty lacks what serial ports have, and a lock that is not there is as it
/// should be.
pub const MEANINGLESS: &[&str] = &["Inappropriate ioctl", "checklock"];
/// What is in lines of pppd's that are said of every call.
const USUAL: &[&str] = &[
    " started by ",
    "Connect: ",
    "Connection terminated.",
    "Link terminated.",
    " IP address ",
    " LL address ",
    " DNS address ",
    "authentication succeeded",
];

/// A line that a program of the server logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// When.
    pub at: Instant,
    /// The program: `mgetty`, `pppd`.
    pub program: String,
    /// Its process, where the log tells.
    pub pid: Option<i32>,
    /// From 0 (emergency) to 7 (debug), where the log tells.
    pub severity: Option<u8>,
    /// The line.
    pub text: String,
}

/// A process of the server's that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessEnd {
    /// Its number.
    pub pid: i32,
    /// What it was in the end.
    pub program: String,
    /// How it ended: `status 2 (its options are wrong)`.
    pub how: String,
}

/// What a program said last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ServerWords {
    /// The program.
    pub program: String,
    /// Its process, where the log tells.
    pub pid: Option<i32>,
    /// The lines, in order; there is one at least.
    pub lines: Vec<String>,
    /// How the process ended, if it has.
    pub ended: Option<String>,
}

impl ServerWords {
    /// The last words among these lines, of the process that has most to say: the one that warned last, else the one that
    /// complained last, else the one that spoke last of the course of things.
    ///
    /// ```
    /// use offhook_clock::Instant;
    /// use offhook_session::server_words::{ServerWords, LogEntry};
    ///
    /// let line = |severity, text: &str| LogEntry {
    ///     at: Instant::ZERO,
    ///     program: "pppd".to_owned(),
    ///     pid: Some(33),
    ///     severity: Some(severity),
    ///     text: text.to_owned(),
    /// };
    /// let logged = [line(3, "unrecognized option 'idlee'"), line(6, "Exit.")];
    /// let words = ServerWords::among(&logged, &[]).map(|words| words.to_string());
    /// assert_eq!(words.as_deref(), Some("pppd said \"unrecognized option 'idlee'\""));
    /// ```
    pub fn among(logged: &[LogEntry], ended: &[ProcessEnd]) -> Option<Self> {
        Self::complaint(logged, ended).or_else(|| Self::last(logged, ended, is_notice))
    }

    /// The same, where nothing but a warning or a complaint is of interest.
    pub fn complaint(logged: &[LogEntry], ended: &[ProcessEnd]) -> Option<Self> {
        let warning = Self::last(logged, ended, |line| is_at_most(line, WARNING));
        warning.or_else(|| Self::last(logged, ended, is_complaint))
    }

    /// The last of the lines that tell something, with those of the same breath.
    fn last(logged: &[LogEntry], ended: &[ProcessEnd], tells: fn(&LogEntry) -> bool) -> Option<Self> {
        let last = logged.iter().rposition(tells)?;
        let speaker = &logged[last];
        let breath = |line: &&LogEntry| {
            (line.pid, &line.program) == (speaker.pid, &speaker.program)
                && line.at + BREATH >= speaker.at
                && tells(line)
        };
        let mut lines: Vec<String> =
            logged[..=last].iter().filter(breath).map(|line| line.text.trim().to_owned()).collect();
        lines.dedup();
        lines.drain(..lines.len().saturating_sub(MOST));
        let own = |end: &&ProcessEnd| Some(end.pid) == speaker.pid;
        Some(Self {
            program: speaker.program.clone(),
            pid: speaker.pid,
            lines,
            ended: ended.iter().rfind(own).map(|end| end.how.clone()),
        })
    }
}

impl Display for ServerWords {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} said \"{}\"", self.program, self.lines.join("\", \""))?;
        match &self.ended {
            Some(how) => write!(formatter, " and ended with {how}"),
            None => Ok(()),
        }
    }
}

fn is_at_most(line: &LogEntry, severity: u8) -> bool {
    line.severity.is_some_and(|its| its <= severity)
}

fn is_complaint(line: &LogEntry) -> bool {
    line.severity.is_none() && (has(line, NOT_READY) || has(line, COMPLAINTS)) && !is_usual(line)
}

fn is_notice(line: &LogEntry) -> bool {
    is_at_most(line, NOTICE) && !is_usual(line)
}

fn is_usual(line: &LogEntry) -> bool {
    has(line, MEANINGLESS) || has(line, USUAL)
}

fn has(line: &LogEntry, words: &[&str]) -> bool {
    words.iter().any(|words| line.text.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(at: u64, program: &str, pid: Option<i32>, severity: Option<u8>, text: &str) -> LogEntry {
        let (program, text) = (program.to_owned(), text.to_owned());
        LogEntry { at: Instant::from_millis(at), program, pid, severity, text }
    }

    fn told(logged: &[LogEntry], ended: &[ProcessEnd]) -> Option<String> {
        ServerWords::among(logged, ended).map(|words| words.to_string())
    }

    #[test]
    fn a_refusal_in_several_lines_is_told_whole_with_how_the_process_ended() {
        let pppd = |at, text| line(at, "pppd", Some(33), Some(3), text);
        let logged = [
            pppd(10, "The remote system is required to authenticate itself"),
            pppd(11, "but I couldn't find any suitable secret (password) for it to use to do so."),
            line(12, "pppd", Some(33), Some(6), "Exit."),
            line(12, "login", Some(44), Some(5), "ROOT LOGIN on ttyS1"),
        ];
        let ended = [ProcessEnd { pid: 33, program: "pppd".into(), how: "status 1 (a fatal error)".into() }];
        assert_eq!(
            told(&logged, &ended).as_deref(),
            Some(
                "pppd said \"The remote system is required to authenticate itself\", \"but I couldn't find any suitable \
                 secret (password) for it to use to do so.\" and ended with status 1 (a fatal error)"
            )
        );
    }

    #[test]
    fn without_a_warning_it_is_what_was_said_of_the_course_of_things() {
        let logged = [
            line(0, "mgetty", None, None, "waiting for line to clear"),
            line(10, "pppd", Some(33), Some(5), "Connection terminated."),
            line(5000, "pppd", Some(33), Some(5), "Modem hangup"),
            line(5000, "pppd", Some(33), Some(6), "Exit."),
        ];
        assert_eq!(told(&logged, &[]).as_deref(), Some("pppd said \"Modem hangup\""));
    }

    #[test]
    fn mgetty_is_heard_where_it_complains_and_nobody_warns() {
        let logged = [
            line(0, "mgetty", None, None, "tss: tcsetattr failed: Inappropriate ioctl for device"),
            line(0, "mgetty", None, None, "denied caller dev=ttyS0, pid=30, caller='5551234', name=''"),
            line(0, "mgetty", None, None, "waiting..."),
        ];
        assert!(told(&logged, &[]).is_some_and(|told| told.starts_with("mgetty said \"denied caller dev=ttyS0")));
        assert_eq!(told(&logged[..1], &[]), None);
    }
}
