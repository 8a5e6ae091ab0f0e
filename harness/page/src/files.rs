//! The files that a server ran with, and its logs, as they lie in the evidence.
//!
//! In: the directory of an outcome's evidence. Out: what is in its `server/`, by path; of a long file the beginning. What is no text
//! is shown with its octets escaped.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use offhook_telephony::trace::escaped;

use crate::item::{File, Text};

/// Octets of a file that the page has.
const MOST: u64 = 64 * 1024;
/// Files of a server that the page has.
const MOST_FILES: usize = 200;
/// The server's files within the evidence.
const SERVER: &str = "server";

/// The server's files in that evidence, in the order of their paths; none if there is no evidence.
///
/// # Errors
///
/// A directory or file that is there cannot be read.
pub fn files(evidence: &Path) -> io::Result<Vec<File>> {
    let mut files = Vec::new();
    let root = evidence.join(SERVER);
    // Without evidence that would be what lies where offhook runs.
    if !evidence.as_os_str().is_empty() && root.is_dir() {
        walk(&root, "", &mut files)?;
    }
    Ok(files)
}

fn walk(directory: &Path, within: &str, files: &mut Vec<File>) -> io::Result<()> {
    let mut entries = fs::read_dir(directory)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{within}/{name}");
        let kind = entry.file_type()?;
        // The guest wrote this: links lead nowhere that is its business, and devices are none.
        if kind.is_dir() {
            walk(&entry.path(), &path, files)?;
        } else if kind.is_file() && files.len() < MOST_FILES {
            files.push(read(&entry.path(), path)?);
        }
    }
    Ok(())
}

fn read(place: &Path, path: String) -> io::Result<File> {
    let mut octets = Vec::new();
    let file = fs::File::open(place)?;
    let length = file.metadata()?.len();
    file.take(MOST).read_to_end(&mut octets)?;
    let left_out = length.saturating_sub(octets.len() as u64);
    let text = match String::from_utf8(octets) {
        Ok(text) => text,
        Err(error) => error.into_bytes().split_inclusive(|octet| *octet == b'\n').map(escaped_line).collect(),
    };
    Ok(File { path, text: Text(text.into()), left_out })
}

fn escaped_line(line: &[u8]) -> String {
    match line.strip_suffix(b"\n") {
        Some(line) => escaped(line) + "\n",
        None => escaped(line),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn files_come_by_path_and_links_and_the_rest_of_long_ones_do_not() {
        let evidence = tempfile::tempdir().unwrap();
        let etc = evidence.path().join("server/etc");
        fs::create_dir_all(etc.join("ppp")).unwrap();
        fs::write(etc.join("ppp/options"), "auth\n").unwrap();
        fs::write(etc.join("inittab"), b"S0:\xff\nx").unwrap();
        fs::write(etc.join("long"), vec![b'a'; 70_000]).unwrap();
        std::os::unix::fs::symlink("/etc/shadow", etc.join("link")).unwrap();
        let files = files(evidence.path()).unwrap();
        let told: Vec<_> = files.iter().map(|file| (file.path.as_str(), &*file.text.0, file.left_out)).collect();
        assert_eq!(told[0], ("/etc/inittab", "S0:\\xff\nx", 0));
        assert_eq!((told[1].0, told[1].1.len(), told[1].2), ("/etc/long", 65_536, 4_464));
        assert_eq!(told[2..], [("/etc/ppp/options", "auth\n", 0)]);
    }

    #[test]
    fn without_evidence_there_are_no_files() {
        assert!(files(Path::new("/nowhere")).unwrap().is_empty());
    }
}
