//! Telling events as they happen, for a run that may never come to its end: a program that never waits stops virtual
//! time, and nobody but the host can end that guest.
//!
//! In: the trace as far as it has come. Out: lines of JSON in the output directory.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use offhook_emulator::trace::Event;

use crate::guest::boot::OUT;
use crate::run::{TOLD_FILE, Trouble};

/// What has been told.
pub(super) struct Telling {
    file: File,
    told: usize,
}

impl Telling {
    /// Nothing yet.
    pub(super) fn begin() -> Result<Self, Trouble> {
        let path = Path::new(OUT).join(TOLD_FILE);
        let file = File::create(path).map_err(|error| Trouble::io(format!("making {TOLD_FILE}"), &error))?;
        Ok(Self { file, told: 0 })
    }

    /// Tells what is new.
    pub(super) fn tell(&mut self, trace: &[Event]) -> Result<(), Trouble> {
        let mut text = Vec::new();
        for event in trace.get(self.told..).unwrap_or_default() {
            serde_json::to_writer(&mut text, event)
                .map_err(|error| Trouble::new(format!("writing {TOLD_FILE}: {error}")))?;
            text.push(b'\n');
        }
        self.told = trace.len();
        self.file.write_all(&text).map_err(|error| Trouble::io(format!("writing {TOLD_FILE}"), &error))
    }
}
