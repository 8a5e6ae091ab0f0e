//! Files that a line sends: a welcome to callers, what is said to those who find it busy.
//!
//! In: names of files and their directory. Out: octets by moment and receiver, read once, at the start.

use std::path::Path;
use std::sync::Arc;

use offhook_base::{Span, plain, read_plain_file};
use offhook_schema::{Problem, fault};

/// A file has no more octets.
const LARGEST: u64 = 1 << 20;

/// When a line sends a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// It has answered a call from outside, and there is carrier.
    Answered,
    /// Its own call to outside has carrier.
    Connected,
    /// Somebody outside calls and it is busy.
    Busy,
    /// A call from outside has rung for long enough.
    NoAnswer,
    /// The inactivity timer has ended a call.
    Inactive,
}

/// Who gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ear {
    /// Whoever is at the other end of the call.
    FarEnd,
    /// The DTE, as if the far end had said it.
    Dte,
}

/// A file to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Send {
    /// When.
    pub when: Moment,
    /// To whom.
    pub to: Ear,
    /// Its name, as the phonebook has it.
    pub file: String,
    /// Its octets; none until it has been read.
    pub octets: Arc<[u8]>,
    /// Where the phonebook says so.
    pub(super) span: Span,
}

impl Send {
    /// Reads the file, from this directory.
    pub(super) fn read(&mut self, directory: &Path) -> Result<(), Problem> {
        let path = directory.join(&self.file);
        let octets = read_plain_file(&path, LARGEST).map_err(|unread| {
            let message = format!("cannot read {}: {}", path.display(), plain(&unread.into()));
            Problem::new(fault::FILE, message, self.span, "this file")
        })?;
        self.octets = octets.into();
        Ok(())
    }
}
