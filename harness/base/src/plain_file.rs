//! A plain file that somebody names, read whole and within a bound.
//!
//! In: a path and the most octets it may have. Out: its octets, or why there are none.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use crate::rooted::file_at;

/// Why a file was not read.
#[derive(Debug)]
pub enum Unread {
    /// It is a directory, a FIFO, a device, a socket.
    NotPlain,
    /// It has more octets than this.
    LargerThan(u64),
    /// What the system says.
    Io(io::Error),
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// As an error for a person.
impl From<Unread> for io::Error {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::NotPlain => Self::other("it is not a plain file"),
            Unread::LargerThan(most) => Self::other(format!("it is larger than {} MiB", most >> 20)),
            Unread::Io(error) => error,
        }
    }
}

/// The same of the file at `path` itself, which is read though it is found through links, but not if it is one.
///
/// # Errors
///
/// As for [`read_plain_file`], and if it is a link.
pub fn read_file_at(path: &Path, most: u64) -> Result<Vec<u8>, Unread> {
    let mut octets = Vec::new();
    file_at(path)?.take(most + 1).read_to_end(&mut octets)?;
    if octets.len() as u64 > most { Err(Unread::LargerThan(most)) } else { Ok(octets) }
}

/// The octets of the plain file at `path`, `most` at most.
///
/// # Errors
///
/// If there is none, it is something else, it is larger, or it may not be read.
pub fn read_plain_file(path: &Path, most: u64) -> Result<Vec<u8>, Unread> {
    // A FIFO or a device would be waited for, perhaps for ever.
    if !fs::metadata(path)?.is_file() {
        return Err(Unread::NotPlain);
    }
    let mut octets = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut octets)?;
    if octets.len() as u64 > most { Err(Unread::LargerThan(most)) } else { Ok(octets) }
}
