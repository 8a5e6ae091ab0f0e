//! A capture of what happens at the lines, for Wireshark, written as it happens.
//!
//! In: [`LogEntry`] events. Out: a pcapng file, whole after every event: who looks at it while modems run sees all so far.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::log_entry::{self, LogEntry, TimeOfDay};
use offhook_base::{Error, create_result, plain};
use offhook_report::evidence::capture::{About, Capture, Ends};

/// A capture of some lines.
#[derive(Debug)]
pub struct Recorder {
    path: PathBuf,
    /// Nothing once it could not be written.
    capture: Option<Capture<BufWriter<Box<dyn Write + Send>>>>,
}

impl Recorder {
    /// One in this file, which is created empty, of lines with these names; `-` is standard output.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn create(path: &Path, day: TimeOfDay, lines: &[&str]) -> Result<Self, Error> {
        let failed = |error: &std::io::Error| Error::io(format!("writing the capture {}", path.display()), error);
        let file = create_result(path).map_err(|error| failed(&error))?;
        let capture = Capture::begin(BufWriter::new(file), day.since_1970(), Ends::MODEMS, lines, &About::default())
            .map_err(|error| Error::new(format!("writing the capture {}: {error}", path.display())))?;
        let mut recorder = Self { path: path.to_owned(), capture: Some(capture) };
        recorder.flush().map_err(|error| failed(&error))?;
        Ok(recorder)
    }

    /// Something happened; what is wrong with the capture, once, if it cannot be told any more: a full disk must not end
    /// calls.
    pub fn note(&mut self, entry: &LogEntry) -> Option<String> {
        let capture = self.capture.as_mut()?;
        let words = log_entry::line(&entry.what);
        let written = capture.event(entry.at, entry.line, None, &entry.what, &words, &[]);
        let error = match written.map(|()| self.flush()) {
            Ok(Ok(())) => return None,
            Ok(Err(error)) => plain(&error),
            Err(error) => error.to_string(),
        };
        self.capture = None;
        Some(format!("the capture {} ends here: {error}", self.path.display()))
    }

    /// What is wrong with the capture, if it is not whole.
    pub fn shortfall(&self) -> Option<Error> {
        let whole = self.capture.is_some();
        (!whole)
            .then(|| Error::new(format!("the capture {} is not whole: it could not be written", self.path.display())))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.capture.as_mut().map_or(Ok(()), |capture| capture.writer().flush())
    }
}
