//! A capture of what happens at the lines, for Wireshark, written as it happens.
//!
//! In: [`Told`] events. Out: a pcapng file, whole after every event: who looks at it while modems run sees all so far.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::said::{self, TimeOfDay, Told};
use crate::evidence::capture::{About, Capture, Ends};
use crate::run::{Trouble, plain};

/// A capture of some lines.
#[derive(Debug)]
pub struct Recorder {
    path: PathBuf,
    /// Nothing once it could not be written.
    capture: Option<Capture<BufWriter<File>>>,
}

impl Recorder {
    /// One in this file, which is made anew, of lines with these names.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn create(path: &Path, day: TimeOfDay, lines: &[&str]) -> Result<Self, Trouble> {
        let failed = |error: &std::io::Error| Trouble::io(format!("writing the capture {}", path.display()), error);
        let file = File::create(path).map_err(|error| failed(&error))?;
        let capture = Capture::begin(BufWriter::new(file), day.since_1970(), Ends::BENCH, lines, &About::default())
            .map_err(|error| Trouble::new(format!("writing the capture {}: {error}", path.display())))?;
        let mut recorder = Self { path: path.to_owned(), capture: Some(capture) };
        recorder.flush().map_err(|error| failed(&error))?;
        Ok(recorder)
    }

    /// Something happened; what is wrong with the capture, once, if it cannot be told any more: a full disk must not end
    /// calls.
    pub fn note(&mut self, told: &Told) -> Option<String> {
        let capture = self.capture.as_mut()?;
        let words = said::line(&told.what);
        let written = capture.event(told.at, told.line, &told.what, &words, None);
        let trouble = match written.map(|()| self.flush()) {
            Ok(Ok(())) => return None,
            Ok(Err(error)) => plain(&error),
            Err(error) => error.to_string(),
        };
        self.capture = None;
        Some(format!("the capture {} ends here: {trouble}", self.path.display()))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.capture.as_mut().map_or(Ok(()), |capture| capture.writer().flush())
    }
}
