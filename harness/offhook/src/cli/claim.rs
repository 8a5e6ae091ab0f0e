//! A directory for evidence, for one run at a time: two that wrote there would take each other's files away.
//!
//! The lock is on the directory itself (flock(2)): nothing is left in it, and it goes with the process however that ends.

use std::fs::{DirBuilder, File, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use offhook_base::plain;

/// A directory that no other run has, while this lives.
#[derive(Debug)]
pub(super) struct Claim {
    _directory: File,
}

impl Claim {
    /// Makes the directory, for this user alone, if it is not there, and claims it; or says why not.
    pub(super) fn of(directory: &Path) -> Result<Self, String> {
        let failed = |error: std::io::Error| {
            format!("making the evidence directory {}: {}; give another with --out", directory.display(), plain(&error))
        };
        DirBuilder::new().mode(0o700).recursive(true).create(directory).map_err(failed)?;
        let opened = File::open(directory).map_err(failed)?;
        match opened.try_lock() {
            Err(TryLockError::WouldBlock) => Err(format!(
                "another run writes its evidence to {}: wait until it is over, or give another directory with --out",
                directory.display()
            )),
            // A file system that has no locks has none to be kept.
            _ => Ok(Self { _directory: opened }),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn one_run_at_a_time_has_a_directory() {
        let scratch = tempfile::tempdir().unwrap();
        let out = scratch.path().join("out");
        let first = Claim::of(&out).unwrap();
        assert!(Claim::of(&out).unwrap_err().starts_with("another run writes its evidence to /"));
        drop(first);
        Claim::of(&out).unwrap();
        assert_eq!(std::fs::read_dir(&out).unwrap().count(), 0);
    }
}
