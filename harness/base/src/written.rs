//! Results written where somebody said: standard output, a file, or whatever a path leads to.
//!
//! In: octets and a path. A plain file is replaced at once, so that no reader sees half of it; a device, a FIFO, a link and
//! a file of several names are somebody's, and are written into. What standard output did not take is remembered.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::plain;

/// How a path says standard output.
const STANDARD_OUTPUT: &str = "-";

/// Why standard output did not take something, the first time.
static FAILURE: OnceLock<String> = OnceLock::new();

/// Standard output. Whoever reads it may have heard enough (`offhook ... | head`), or its disk may be full: that keeps
/// nobody from going on, and [`standard_output_failure`] tells it at the end.
#[derive(Debug, Default)]
pub struct StandardOutput;

impl Write for StandardOutput {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        io::stdout().write(octets).inspect_err(remember)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush().inspect_err(remember)
    }
}

fn remember(error: &io::Error) {
    if error.kind() != io::ErrorKind::Interrupted {
        let _ = FAILURE.set(plain(error));
    }
}

/// Why standard output did not take everything, if so.
pub fn standard_output_failure() -> Option<&'static str> {
    FAILURE.get().map(String::as_str)
}

/// Whether this path is standard output.
pub fn is_standard_output(path: &Path) -> bool {
    path == Path::new(STANDARD_OUTPUT)
}

/// Writes a result whole to where `path` says; `-` is standard output.
///
/// # Errors
///
/// If it cannot be written there, all of it; for standard output, [`standard_output_failure`] tells.
pub fn write_result(path: &Path, octets: &[u8]) -> io::Result<()> {
    if is_standard_output(path) {
        let mut stdout = StandardOutput;
        // What it does not take is told at the end, with all else that it did not take.
        let _ = stdout.write_all(octets).and_then(|()| stdout.flush());
        return Ok(());
    }
    match fs::symlink_metadata(path) {
        Ok(there) if !there.is_file() || there.nlink() > 1 => write_into(path, octets),
        // A directory that takes no new file may have one that can be written.
        Ok(there) => write_by(path, octets, Some(there.permissions())).or_else(|_| write_into(path, octets)),
        Err(_) => write_whole(path, octets),
    }
}

/// Opens where a result goes that is written bit by bit; `-` is standard output. What is there is cut.
///
/// # Errors
///
/// If it cannot be opened.
pub fn create_result(path: &Path) -> io::Result<Box<dyn Write + Send>> {
    match is_standard_output(path) {
        true => Ok(Box::new(StandardOutput)),
        false => Ok(Box::new(File::create(path)?)),
    }
}

fn write_into(path: &Path, octets: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    file.write_all(octets)?;
    // A disk that is full may say so only now (write(2)); a pipe or a terminal has nothing to say.
    match file.sync_data() {
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        synced => synced,
    }
}

/// Writes `octets` to `path` by way of a temporary file beside it, so that no reader sees half of it.
///
/// # Errors
///
/// If it cannot be written; then nothing is there that was not there before.
pub fn write_whole(path: &Path, octets: &[u8]) -> io::Result<()> {
    write_by(path, octets, None)
}

/// The same, with these permissions, if any: nobody may read more than before.
fn write_by(path: &Path, octets: &[u8], permissions: Option<Permissions>) -> io::Result<()> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let closed = || permissions.map_or(Ok(()), |permissions| fs::set_permissions(&part, permissions));
    let written = File::create(&part)
        .and_then(|mut file| closed().and_then(|()| file.write_all(octets)))
        .and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        // Nothing to be done if even this fails: the error that matters is the first one.
        let _ = fs::remove_file(&part);
    }
    written
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_plain_file_is_replaced_and_keeps_nothing_of_its_old_octets() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("result.json");
        for text in ["a long one", "short"] {
            write_result(&path, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1);
    }

    #[test]
    fn who_could_not_read_a_file_cannot_read_the_next_one_there() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("result.json");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        write_result(&path, b"new").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn links_and_files_of_two_names_are_written_into() {
        let scratch = tempfile::tempdir().unwrap();
        let [file, link, dangling, twin] = ["file", "link", "dangling", "twin"].map(|name| scratch.path().join(name));
        fs::write(&file, "an older and longer one").unwrap();
        symlink("file", &link).unwrap();
        symlink("made", &dangling).unwrap();
        write_result(&link, b"through a link").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "through a link");
        fs::hard_link(&file, &twin).unwrap();
        write_result(&twin, b"by another name").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "by another name");
        write_result(&dangling, b"made").unwrap();
        assert_eq!(fs::read_to_string(scratch.path().join("made")).unwrap(), "made");
        assert!(link.is_symlink() && dangling.is_symlink());
    }

    #[test]
    fn devices_and_fifos_are_written_into_and_a_full_one_says_so() {
        let scratch = tempfile::tempdir().unwrap();
        let full = Path::new("/dev/full");
        assert_eq!(write_result(full, b"x").unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert!(fs::metadata(full).unwrap().file_type().is_char_device());
        write_result(Path::new("/dev/null"), b"x").unwrap();
        let fifo = scratch.path().join("fifo");
        nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let reader = {
            let fifo = fifo.clone();
            std::thread::spawn(move || fs::read_to_string(fifo).unwrap())
        };
        write_result(&fifo, b"down the pipe").unwrap();
        assert_eq!(reader.join().unwrap(), "down the pipe");
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing() {
        let scratch = tempfile::tempdir().unwrap();
        write_result(&scratch.path().join("no/such"), b"x").unwrap_err();
        write_result(scratch.path(), b"x").unwrap_err();
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0);
    }
}
