//! A file that somebody names, to its text, or to what is wrong with the file itself.

use std::path::Path;

use crate::fault::{self, Fault};
use crate::problem::{FileProblems, Problem};
use offhook_base::{Span, Unread, read_plain_file};

/// Larger than any file that a person writes, in octets.
const LARGEST: u64 = 1 << 20;

/// The text of a file; `help` says what kind of file to give.
///
/// # Errors
///
/// If it is missing, unreadable, too large, or not UTF-8 text.
pub fn text(path: &Path, help: &str) -> Result<String, FileProblems> {
    let octets = match read_plain_file(path, LARGEST) {
        Ok(octets) => octets,
        Err(Unread::NotPlain) => return Err(bad(path, fault::FILE, "it is not a file", help)),
        Err(Unread::Io(error)) => return Err(unreadable(path, &error, help)),
        Err(Unread::LargerThan(_)) => return Err(bad(path, fault::FILE, "it is larger than 1 MiB", help)),
    };
    String::from_utf8(octets).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(good).filter(|octet| **octet == b'\n').count() + 1;
        bad(path, fault::FILE, format!("line {line} is not UTF-8 text"), "save it as UTF-8")
    })
}

/// One thing that is wrong with a file itself.
pub fn bad(path: &Path, fault: Fault, message: impl Into<String>, help: &str) -> FileProblems {
    let problem = Problem::new(fault, message, Span::default(), "").help(help);
    FileProblems { path: path.to_owned(), text: None, problems: vec![problem] }
}

/// Why a file cannot be read, and what to do.
pub fn unreadable(path: &Path, error: &std::io::Error, help: &str) -> FileProblems {
    use std::io::ErrorKind;
    let (message, help) = match error.kind() {
        ErrorKind::NotFound => ("no such file or directory".to_owned(), help),
        ErrorKind::PermissionDenied => ("permission denied".to_owned(), "check its owner and mode: ls -l"),
        _ => (format!("it cannot be read: {error}"), help),
    };
    bad(path, fault::FILE, message, help)
}
