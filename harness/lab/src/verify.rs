//! Whether a part of the lab is what it was when it was recorded.
//!
//! In: a part's tree and its [`Record`]. Out: a [`Verified`]: the hash of the tree as it is on disk, and what is not as it was
//! recorded. A file is read only if something that can be known without (stat(2)) is not as recorded, or if all are to be; that
//! nobody else could have written it is looked at for every one ([`super::trust`]).
//!
//! Files that turn out to be the same, as those of a cache that was copied, are recorded again as they are now. Those that
//! changed are not: they stay changed.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use offhook_base::{Change, Changes, FileChange};

use super::cache::Cache;
use super::error::LabError;
use super::kernel::KERNEL;
use super::record::{RECORD, Record, Recorded};
use super::tree::{self, Entry, Kind, Stat};
use super::trust::Guard;

/// Stands for the hash of a file that cannot be read.
const UNREADABLE: &str = "unreadable";

/// A part as it is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// `kernel`, or a stack's name.
    pub part: String,
    /// SHA-256 of what is on disk: of the kernel's image, or over a stack's files.
    pub sha256: String,
    /// The same as it was recorded.
    pub recorded_sha256: String,
    /// When it was recorded.
    pub recorded: Recorded,
    /// Whether it was recorded only now.
    pub now: bool,
    /// How many files, directories and links were recorded.
    pub entries: usize,
    /// How many of them were read; the others have the times, size and inode they had.
    pub read: usize,
    /// What is not as it was recorded.
    pub changes: Changes,
}

impl Verified {
    /// What whoever runs it has to know; nothing if it is as it was built.
    pub fn notice(&self) -> Option<String> {
        let what = if self.part == KERNEL { "kernel".to_owned() } else { format!("stack {}", self.part) };
        if !self.changes.is_empty() {
            return Some(format!(
                "warning: the {what} is not as it was {}: {}; reports say so. `offhook lab clean {}` and `offhook lab build` \
                 make it as it was built",
                self.recorded, self.changes, self.part
            ));
        }
        (self.now && self.recorded == Recorded::Found).then(|| {
            format!(
                "note: the files of the {what} were not recorded when it was built; they are recorded now, as they are on disk"
            )
        })
    }
}

/// What verifies.
#[derive(Debug)]
pub(super) struct Verifier<'a> {
    pub(super) cache: &'a Cache,
    pub(super) guard: &'a Guard,
    /// Whether every file is read.
    pub(super) thorough: bool,
}

impl Verifier<'_> {
    /// The part of that name, whose files are at `root`, and its record beside `root`. `unrecorded` is the record if there is none.
    ///
    /// # Errors
    /// If somebody else could have changed it, or something of it cannot be looked at.
    pub(super) fn verified(
        &self,
        part: &str,
        root: &Path,
        unrecorded: impl FnOnce() -> io::Result<Record>,
    ) -> Result<Verified, LabError> {
        if let Some(place) = root.parent() {
            // What a guest runs by is in the manifest, too.
            self.guard.tree(place, 1)?;
        }
        let file = root.with_file_name(RECORD);
        let (record, now) = match Record::read(&file) {
            Some(record) => (record, false),
            None => (unrecorded().map_err(|error| failed(root, &error))?, true),
        };
        let mut look =
            Look { root, verifier: self, record, read: 0, same: now, lost: Vec::new(), found: BTreeMap::new() };
        look.all()?;
        let Look { record, read, same, found, .. } = look;
        let recorded_sha256 = record.sha256();
        let sha256 = if found.is_empty() { recorded_sha256.clone() } else { hash_of(&record, &found) };
        if same {
            // Where it cannot be kept the files are read again the next time.
            let _ = self.keep(&record, &file);
        }
        let mut changes = Changes::default();
        for (path, (change, _)) in found {
            changes.push(FileChange::new(&shown(root, &path), change));
        }
        let (recorded, entries) = (record.recorded, record.entries.len());
        Ok(Verified { part: part.to_owned(), sha256, recorded_sha256, recorded, now, entries, read, changes })
    }

    /// Writes a record by one rename.
    fn keep(&self, record: &Record, file: &Path) -> Result<(), LabError> {
        let scratch = self.cache.scratch("record")?;
        let written = scratch.path().join(RECORD);
        let kept = record.write(&written).and_then(|()| fs::rename(&written, file));
        kept.map_err(|error| LabError::io("recording the lab's files", file, &error))
    }
}

/// What is different at each path: how, and what is there now.
type Found = BTreeMap<Vec<u8>, (Change, Option<Entry>)>;

/// A tree beside its record.
struct Look<'a> {
    root: &'a Path,
    verifier: &'a Verifier<'a>,
    record: Record,
    read: usize,
    /// Whether the record is to be kept: something was found to be the same by reading it.
    same: bool,
    /// Directories that are gone, with all that was in them.
    lost: Vec<Vec<u8>>,
    found: Found,
}

impl Look<'_> {
    fn all(&mut self) -> Result<(), LabError> {
        (0..self.record.entries.len()).try_for_each(|index| self.entry(index))
    }

    fn entry(&mut self, index: usize) -> Result<(), LabError> {
        let Entry { path, stat: was, .. } = &self.record.entries[index];
        let (path, was) = (path.clone(), *was);
        let place = tree::place(self.root, &path);
        let inside = |lost: &Vec<u8>| path.strip_prefix(lost.as_slice()).is_some_and(|rest| rest.starts_with(b"/"));
        let about = match self.lost.iter().any(inside) {
            true => None,
            false => present(fs::symlink_metadata(&place)).map_err(|error| failed(&place, &error))?,
        };
        let Some(about) = about else {
            if was.kind == Kind::Directory {
                self.lost.push(path.clone());
            }
            self.found.insert(path, (Change::Missing, None));
            return Ok(());
        };
        self.verifier.guard.entry(&place, &about)?;
        let stat = Stat::of(&about);
        if stat == was && !self.verifier.thorough {
            return Ok(());
        }
        if was.kind == Kind::Directory && stat.kind != Kind::Directory {
            self.lost.push(path.clone());
        }
        let added = stat.kind == Kind::Directory && self.added(&path)?;
        self.read += usize::from(stat.kind == Kind::File);
        let sha256 = tree::contents(&place, stat.kind).unwrap_or_else(|_| UNREADABLE.to_owned());
        let entry = &mut self.record.entries[index];
        let change = match () {
            () if stat.kind != was.kind => Change::Type,
            () if sha256 != entry.sha256 => Change::Contents,
            () if stat.mode != was.mode => Change::Mode,
            // A directory that was looked into for what it did not have is looked into again.
            () => {
                self.same |= !added && stat != was;
                entry.stat = if added { was } else { stat };
                return Ok(());
            }
        };
        self.found.insert(path.clone(), (change, Some(Entry { path, stat, sha256 })));
        Ok(())
    }

    /// Whether something is in that directory that was not, with all that is in it.
    fn added(&mut self, path: &[u8]) -> Result<bool, LabError> {
        let place = tree::place(self.root, path);
        let mut any = false;
        for child in tree::children(self.root, path).map_err(|error| failed(&place, &error))? {
            if self.record.entries.binary_search_by(|entry| entry.path.cmp(&child)).is_ok() {
                continue;
            }
            any = true;
            for entry in tree::below(self.root, child).map_err(|error| failed(&place, &error))? {
                self.verifier.guard.tree(&tree::place(self.root, &entry.path), 0)?;
                self.read += usize::from(entry.stat.kind == Kind::File);
                self.found.insert(entry.path.clone(), (Change::Added, Some(entry)));
            }
        }
        Ok(any)
    }
}

fn failed(place: &Path, error: &io::Error) -> LabError {
    LabError::unreadable("looking at the lab's files", &place.display().to_string(), error)
}

/// `None` for what is not there.
fn present<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(there) => Ok(Some(there)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The hash of what is there now.
fn hash_of(record: &Record, found: &Found) -> String {
    let recorded = record.entries.iter().filter(|entry| !found.contains_key(&entry.path));
    let mut entries: Vec<&Entry> = recorded.chain(found.values().filter_map(|(_, now)| now.as_ref())).collect();
    entries.sort_by(|one, other| one.path.cmp(&other.path));
    tree::digest(entries.into_iter())
}

/// A path as a guest has it; of a single file its name.
fn shown(root: &Path, path: &[u8]) -> String {
    if path.is_empty() && !root.is_dir() {
        return root.file_name().unwrap_or_default().to_string_lossy().into_owned();
    }
    let path: PathBuf = tree::place(Path::new("/"), path);
    path.display().to_string()
}

impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Built => "built",
            Self::Found => "recorded",
        })
    }
}

#[cfg(test)]
mod tests;
