//! For fuzzing alone: an archive unpacked as a package's is.

use std::io;
use std::path::Path;

use crate::unpack::Target;

/// Unpacks a tar archive to `root` as a Debian package's files are.
///
/// # Errors
///
/// What is wrong with the archive.
pub fn unpack(archive: &[u8], root: &Path) -> io::Result<()> {
    Target::merged(root)?.archive(archive, &|_| true)
}
