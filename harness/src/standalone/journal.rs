//! What happened, kept for the view and written to a log: one event a line, with its time.
//!
//! In: [`Told`] events. Out: lines on standard output or in a file, and the last of each line's for the view.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use super::said::{self, TimeOfDay, Told};

/// How many of a line's events are kept.
const KEPT: usize = 100;

/// The journal.
#[derive(Debug)]
pub struct Journal {
    day: TimeOfDay,
    unicode: bool,
    /// Whether lines go to standard output.
    plain: bool,
    file: Option<File>,
    numbers: Vec<String>,
    last: Vec<VecDeque<String>>,
    /// Columns of the longest number.
    width: usize,
}

impl Journal {
    /// One for these lines. `plain`: on standard output, too.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn open(
        day: TimeOfDay,
        numbers: Vec<String>,
        plain: bool,
        unicode: bool,
        file: Option<&Path>,
    ) -> io::Result<Self> {
        let file = file.map(|path| File::options().create(true).append(true).open(path)).transpose()?;
        let width = numbers.iter().map(String::len).max().unwrap_or(0);
        let last = numbers.iter().map(|_| VecDeque::new()).collect();
        Ok(Self { day, unicode, plain, file, numbers, last, width })
    }

    /// Something happened.
    pub fn note(&mut self, told: &Told) {
        let clock = self.day.clock(told.at);
        let text = said::text(&told.what, self.unicode);
        if let Some(kept) = told.line.and_then(|line| self.last.get_mut(line))
            && said::is_worth_telling(&told.what)
        {
            if kept.len() == KEPT {
                kept.pop_front();
            }
            kept.push_back(format!("{clock} {text}"));
        }
        if !self.plain && self.file.is_none() {
            return;
        }
        let number = told.line.and_then(|line| self.numbers.get(line)).map_or("", String::as_str);
        let line = format!("{} {clock} {number:<width$} {text}\n", self.day.date(told.at), width = self.width);
        if self.plain {
            // Whoever reads it may have heard enough: that ends nothing.
            let mut stdout = io::stdout().lock();
            let _ = stdout.write_all(line.as_bytes()).and_then(|()| stdout.flush());
        }
        if let Some(file) = &mut self.file {
            // A full disk must not end calls.
            let _ = file.write_all(line.as_bytes());
        }
    }

    /// The last events of a line, the latest last.
    pub fn last(&self, line: usize) -> Vec<String> {
        self.last.get(line).map(|kept| kept.iter().cloned().collect()).unwrap_or_default()
    }

    /// The time of day.
    pub const fn day(&self) -> TimeOfDay {
        self.day
    }
}
