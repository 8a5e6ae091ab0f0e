//! What happened, kept for the view and written to a log: one event a line, with its time.
//!
//! In: [`LogEntry`] events. Out: lines on standard output or in a file, and the last of each line's for the view.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use offhook_base::{StandardOutput, plain};

use super::log_entry::{self, LogEntry, TimeOfDay};

/// How many of a line's events are kept.
const KEPT: usize = 100;

/// Where lines are printed, beside a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Printed {
    /// Nowhere: there is a view.
    Nowhere,
    /// On standard output.
    Output,
    /// On standard error: standard output is for something else.
    Error,
}

/// The journal.
#[derive(Debug)]
pub struct Journal {
    day: TimeOfDay,
    unicode: bool,
    printed: Printed,
    file: Option<File>,
    /// Why the file did not take a line, the first time.
    failure: Option<String>,
    numbers: Vec<String>,
    last: Vec<VecDeque<String>>,
    /// Columns of the longest number.
    width: usize,
}

impl Journal {
    /// One for these lines.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn open(
        day: TimeOfDay,
        numbers: Vec<String>,
        printed: Printed,
        unicode: bool,
        file: Option<&Path>,
    ) -> io::Result<Self> {
        let file = file.map(|path| File::options().create(true).append(true).open(path)).transpose()?;
        let width = numbers.iter().map(String::len).max().unwrap_or(0);
        let last = numbers.iter().map(|_| VecDeque::new()).collect();
        Ok(Self { day, unicode, printed, file, failure: None, numbers, last, width })
    }

    /// Something happened.
    pub fn note(&mut self, entry: &LogEntry) {
        let clock = self.day.clock(entry.at);
        let text = log_entry::text(&entry.what, self.unicode);
        if let Some(kept) = entry.line.and_then(|line| self.last.get_mut(line))
            && log_entry::is_worth_telling(&entry.what)
        {
            if kept.len() == KEPT {
                kept.pop_front();
            }
            kept.push_back(format!("{clock} {text}"));
        }
        if self.printed == Printed::Nowhere && self.file.is_none() {
            return;
        }
        let number = entry.line.and_then(|line| self.numbers.get(line)).map_or("", String::as_str);
        let line = format!("{} {clock} {number:<width$} {text}\n", self.day.date(entry.at), width = self.width);
        // Whoever reads it may have heard enough: that ends nothing, and is told at the end.
        let _ = match self.printed {
            Printed::Nowhere => Ok(()),
            Printed::Output => StandardOutput.write_all(line.as_bytes()).and_then(|()| StandardOutput.flush()),
            Printed::Error => io::stderr().write_all(line.as_bytes()),
        };
        // A full disk must not end calls.
        if let Some(file) = &mut self.file
            && let Err(error) = file.write_all(line.as_bytes())
        {
            self.failure.get_or_insert(plain(&error));
        }
    }

    /// The last events of a line, the latest last.
    pub fn last(&self, line: usize) -> Vec<String> {
        self.last.get(line).map(|kept| kept.iter().cloned().collect()).unwrap_or_default()
    }

    /// Why the file did not take every line, if so.
    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// The time of day.
    pub const fn day(&self) -> TimeOfDay {
        self.day
    }
}
