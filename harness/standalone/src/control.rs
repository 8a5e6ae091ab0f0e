//! The control socket: how `offhook call NUMBER` finds a running `offhook modem` and places a call through it.
//!
//! A Unix socket in $XDG_RUNTIME_DIR, or in a directory of one's own below the temporary directory. One connection is
//! one call: the caller sends a line `CALL NUMBER` or `CALL NUMBER FROM NUMBER`, and is told, line by line, `RING n`,
//! `ANSWER`, and `CONNECT rate`; from there on everything is octets of the call, and the end of the connection is the end
//! of the call. `BUSY`, `NO ANSWER`, `NO CARRIER` and `ERROR why` end it before that.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

use super::modem_pool::Far;
use super::phonebook::is_number;

/// Longest line of a caller.
pub const LONGEST: usize = 100;

/// The socket, removed when it is dropped.
#[derive(Debug)]
pub struct Control {
    /// Accepts callers.
    pub listener: UnixListener,
    path: PathBuf,
}

impl Control {
    /// Listens at `path`; what a process that is gone has left there is replaced.
    ///
    /// # Errors
    ///
    /// If another process listens there, or the directory is not there or not ours to write.
    pub fn listen(path: &Path) -> io::Result<Self> {
        let listener = match UnixListener::bind(path) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                if std::os::unix::net::UnixStream::connect(path).is_ok() {
                    return Err(error);
                }
                fs::remove_file(path)?;
                UnixListener::bind(path)?
            }
            other => other?,
        };
        Ok(Self { listener, path: path.to_owned() })
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Where the socket is unless something else is asked for. Makes the directory if it must.
///
/// # Errors
///
/// If there is no directory that is this user's alone.
pub fn usual_path() -> io::Result<PathBuf> {
    if let Some(directory) = std::env::var_os("XDG_RUNTIME_DIR").filter(|directory| !directory.is_empty()) {
        return Ok(PathBuf::from(directory).join("offhook-modem.sock"));
    }
    let user = nix::unistd::getuid();
    let directory = std::env::temp_dir().join(format!("offhook-{user}"));
    match fs::DirBuilder::new().mode(0o700).create(&directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let about = fs::symlink_metadata(&directory)?;
    if !about.is_dir() || about.uid() != user.as_raw() || about.mode() & 0o077 != 0 {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is not a directory of this user alone"));
    }
    Ok(directory.join("modem.sock"))
}

/// Whom a caller wants: a number, and its own if it tells one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRequest {
    /// The number to ring.
    pub number: String,
    /// The caller's own.
    pub from: Option<String>,
}

/// Reads a caller's line.
///
/// # Errors
///
/// How it is said, as the answer.
pub fn request(line: &str) -> Result<CallRequest, String> {
    let wrong = || "ERROR say CALL NUMBER, or CALL NUMBER FROM NUMBER\n".to_owned();
    let words: Vec<&str> = line.split_whitespace().collect();
    let (number, from) = match words.as_slice() {
        ["CALL", number] => (number, None),
        ["CALL", number, "FROM", from] => (number, Some(from)),
        _ => return Err(wrong()),
    };
    if !is_number(number) || from.is_some_and(|from| !is_number(from)) {
        return Err(wrong());
    }
    Ok(CallRequest { number: (*number).to_owned(), from: from.map(|from| (*from).to_owned()) })
}

/// What a caller is told, if it is to be told in words.
pub fn reply(far: &Far) -> Option<String> {
    Some(match far {
        Far::Rings(rings) => format!("RING {rings}\n"),
        Far::Answered => "ANSWER\n".to_owned(),
        Far::Connected(rate) => format!("CONNECT {rate}\n"),
        Far::Busy => "BUSY\n".to_owned(),
        Far::NoAnswer => "NO ANSWER\n".to_owned(),
        Far::Dialled { .. } | Far::Octets(_) | Far::Cleared => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_caller_says_whom_it_wants_and_perhaps_who_it_is() {
        let wanted =
            |number: &str, from: Option<&str>| CallRequest { number: number.into(), from: from.map(str::to_owned) };
        assert_eq!(request("CALL 5551000"), Ok(wanted("5551000", None)));
        assert_eq!(request("CALL 5551000 FROM 5550199\r"), Ok(wanted("5551000", Some("5550199"))));
        for line in ["", "CALL", "call 1", "CALL x", "CALL 1 FROM", "CALL 1 FROM x", "CALL 1 2"] {
            assert!(request(line).is_err(), "{line}");
        }
    }

    #[tokio::test]
    async fn a_socket_left_behind_is_replaced_and_one_in_use_is_not() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("modem.sock");
        // Dropped without removing the file, as by SIGKILL.
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        let control = Control::listen(&path).unwrap();
        assert_eq!(Control::listen(&path).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        drop(control);
        assert!(!path.exists());
    }
}
