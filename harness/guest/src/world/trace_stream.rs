//! The trace, written while it happens, for a run that may never come to its end: a program that never waits stops virtual
//! time, and nobody but the host can end that guest.
//!
//! In: the trace as far as it has come. Out: lines of JSON in the output directory.

use std::fs::File;
use std::io::Write;

use offhook_telephony::trace::Event;

use offhook_base::Error;
use offhook_base::guest::PARTIAL_TRACE_FILE;

use crate::output;

/// The file, and how many events are in it.
pub(super) struct TraceStream {
    file: File,
    written: usize,
}

impl TraceStream {
    /// Nothing yet.
    pub(super) fn begin() -> Result<Self, Error> {
        let path = output::directory().join(PARTIAL_TRACE_FILE);
        let file = File::create(path).map_err(|error| Error::io(format!("making {PARTIAL_TRACE_FILE}"), &error))?;
        Ok(Self { file, written: 0 })
    }

    /// Writes what is new.
    pub(super) fn write(&mut self, trace: &[Event]) -> Result<(), Error> {
        let mut text = Vec::new();
        for event in trace.get(self.written..).unwrap_or_default() {
            serde_json::to_writer(&mut text, event)
                .map_err(|error| Error::new(format!("writing {PARTIAL_TRACE_FILE}: {error}")))?;
            text.push(b'\n');
        }
        self.written = trace.len();
        self.file.write_all(&text).map_err(|error| Error::io(format!("writing {PARTIAL_TRACE_FILE}"), &error))
    }
}
