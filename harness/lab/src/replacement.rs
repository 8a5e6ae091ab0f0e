//! A file of this machine in the place of one of the server's, in every guest of a run: a pppd of one's own, a library it needs.
//!
//! In goes `PATH=FILE`; out comes the file as it was then, with its SHA-256 by which results tell what ran. In a guest it
//! belongs to root and has mode 0755.

use std::fs;
use std::path::{Component, Path};
use std::sync::Arc;

use offhook_base::guest::ReplacedFile;
use offhook_base::{hex, plain, read_file_at};
use sha2::{Digest, Sha256};

use crate::error::LabError;

/// The most octets of a file that a scenario puts into a stack.
pub(super) const MOST: u64 = 256 << 20;

/// A file that stands in the place of one of the server's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// Its path on the server.
    pub path: String,
    /// Of its contents, in hexadecimal.
    pub sha256: String,
    contents: Arc<[u8]>,
}

impl Replacement {
    /// Reads `PATH=FILE`.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words.
    pub fn read(text: &str) -> Result<Self, String> {
        let (path, file) = text.split_once('=').ok_or("expected PATH=FILE: /usr/sbin/pppd=./pppd")?;
        let mut parts = Path::new(path).components();
        let below = parts.next() == Some(Component::RootDir)
            && path.len() > 1
            && parts.all(|part| matches!(part, Component::Normal(_)));
        if !below || path.ends_with('/') {
            return Err(format!("{path:?} is no path of a file on the server: /usr/sbin/pppd, say"));
        }
        let contents = fs::read(file).map_err(|error| format!("reading {file}: {}", plain(&error)))?;
        Ok(Self::of(path, contents))
    }

    /// These octets in the place of the file at that path, which is one of [`Replacement::read`].
    pub fn of(path: &str, contents: Vec<u8>) -> Self {
        let sha256 = hex(&Sha256::digest(&contents));
        Self { path: path.to_owned(), sha256, contents: contents.into() }
    }

    /// The plain file of this machine, no link, in the place of the one at that path.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn read_from(path: &str, file: &Path) -> Result<Self, LabError> {
        let read = read_file_at(file, MOST).map_err(std::io::Error::from);
        let read = read.map_err(|error| LabError::unreadable("reading a program", &file.display().to_string(), &error));
        Ok(Self::of(path, read?))
    }

    /// Puts it where a guest finds it, as number `number` of its files; what the guest is told of it.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn hand_over(&self, number: usize, out: &Path) -> std::io::Result<ReplacedFile> {
        let file = format!("replaced-{number}");
        fs::write(out.join(&file), &self.contents)?;
        Ok(ReplacedFile { path: self.path.clone(), file })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_file_is_handed_over_octet_by_octet_as_it_was_when_it_was_read() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("pppd");
        let contents: Vec<u8> = (0..=255).collect();
        fs::write(&file, &contents).unwrap();
        let replacement = Replacement::read(&format!("/usr/sbin/pppd={}", file.display())).unwrap();
        fs::write(&file, "another").unwrap();
        let handed = replacement.hand_over(0, directory.path()).unwrap();
        assert_eq!(handed, ReplacedFile { path: "/usr/sbin/pppd".to_owned(), file: "replaced-0".to_owned() });
        assert_eq!(fs::read(directory.path().join(handed.file)).unwrap(), contents);
        assert_eq!(replacement.sha256, "40aff2e9d2d8922e47afd4648e6967497158785fbd1da870e7110266bf944880");
    }

    #[test]
    fn what_names_no_file_of_the_server_is_refused() {
        for text in
            ["pppd", "pppd=/bin/true", "/=/bin/true", "/usr/../x=/bin/true", "/usr/=/bin/true", "/x=/no/such/file"]
        {
            assert!(Replacement::read(text).is_err(), "{text}");
        }
    }
}
