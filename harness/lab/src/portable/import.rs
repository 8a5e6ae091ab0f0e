//! A lab file, put into this machine's cache: whole, or not at all.
//!
//! In: octets that somebody else may have made. Out: the parts in their places, as if they had been built here. Everything is
//! unpacked into a scratch directory that no path or link leads out of ([`crate::beneath`]), no more of it than the file
//! announced; then its hashes are compared, and only then it is moved into place.

use std::fs::{File, Permissions};
use std::io::{self, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

use liblzma::read::XzDecoder;
use liblzma::stream::MtStreamBuilder;
use tar::{Archive, Entry, EntryType};

use super::{CONTENTS, Contents, FORMAT, MANIFEST, Packed, refused};
use crate::beneath::Beneath;
use crate::cache::{PartLock, make_directory};
use crate::child::{CHILDREN, Children, SignalsEndCrew};
use crate::error::{LabError, LabErrorKind, quoted};
use crate::kernel::{KERNEL, Kernel};
use crate::machine::Machine;
use crate::manifest::file_digest;
use crate::memory;
use crate::record::{RECORD, Record};
use crate::shelf::Shelf;
use crate::stack::Stack;
use crate::tree;

/// What the first entry may have at most.
const CONTENTS_OCTETS: u64 = 1 << 20;
/// What a manifest may have at most.
const MANIFEST_OCTETS: u64 = 1 << 24;
/// What all files may have at most; a lab has 120 MB.
const MOST_OCTETS: u64 = 2 << 30;
/// How many entries there may be; a lab has 2,000.
const MOST_ENTRIES: u64 = 200_000;
/// Memory for unpacking; xz -9 wants 65 MiB a thread.
const MEMORY: u64 = 1 << 28;

const NEW_ONE: &str = "Take it again from where it comes from, or export it anew: offhook lab export FILE";
const FOREIGN: &str = "Name a file that offhook lab export wrote";

/// What was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Parts that are there now: `kernel`, or a stack's name.
    pub parts: Vec<String>,
    /// Parts that were there before, the same.
    pub kept: Vec<String>,
}

/// Imports a lab file.
///
/// # Errors
/// If it is no lab file, is damaged, is for another version of offhook, or if another lab is there already; then the cache is
/// as it was.
pub fn import(machine: &Machine, path: &Path) -> Result<Imported, LabError> {
    machine.check_arch()?;
    let name = quoted(path);
    let shelf = Shelf::of(machine)?;
    let file = File::open(path).map_err(|error| {
        let why = format!("it cannot be opened: {}", offhook_base::plain(&error));
        refused(&name, &why, "Name a file that can be read.")
    })?;
    shelf.safe()?;
    shelf.cache.open()?;
    let _signals = SignalsEndCrew::begin();
    let mut input = Input { name, children: &CHILDREN };
    input.import(&shelf, machine, file)
}

struct Input<'a> {
    name: String,
    children: &'a Children,
}

impl Input<'_> {
    fn import(&mut self, shelf: &Shelf, machine: &Machine, file: File) -> Result<Imported, LabError> {
        let threads = u32::try_from(machine.cores).unwrap_or(1).max(1);
        let mut stream = MtStreamBuilder::new();
        stream.threads(threads).memlimit_threading(MEMORY).memlimit_stop(MEMORY);
        let decoder = stream.decoder().map_err(|error| self.damaged(&io::Error::from(error)))?;
        let mut archive = Archive::new(XzDecoder::new_stream(BufReader::new(file), decoder));
        let mut entries = archive.entries().map_err(|error| self.damaged(&error))?;
        let contents = match entries.next() {
            Some(Ok(entry)) => self.contents(entry)?,
            Some(Err(error)) if is_foreign(&error) => return Err(self.refused("it is no lab file", FOREIGN)),
            Some(Err(error)) => return Err(self.damaged(&error)),
            None => return Err(self.refused("it is empty", FOREIGN)),
        };
        self.known(shelf, &contents)?;
        let _locks: Vec<PartLock> = contents
            .parts
            .iter()
            .map(|packed| shelf.cache.lock(&packed.part, self.children, |_| ()))
            .collect::<Result<_, _>>()?;
        let kept = self.there(shelf, &contents)?;
        let size: u64 = contents.parts.iter().map(|packed| packed.size).sum();
        if let Ok(free) = memory::free(shelf.root())
            && free < size + size / 4
        {
            return Err(LabError::disk_full("Importing the lab", shelf.root(), Some(size + size / 4), Some(free)));
        }
        let scratch = shelf.cache.scratch("import")?;
        let root = scratch.path().join("lab");
        make_directory(&root).map_err(|error| LabError::io("importing the lab", &root, &error))?;
        let mut unpacking = Unpacking::new(&root, &contents).map_err(|error| self.failed(shelf, &error))?;
        for entry in entries {
            self.children.check()?;
            let unpacked = entry.and_then(|entry| unpacking.entry(entry));
            unpacked.map_err(|error| self.failed(shelf, &error))?;
        }
        // The end of a tar archive is not that of the file: xz's own checks stand at its very end.
        let mut rest = archive.into_inner();
        io::copy(&mut rest, &mut io::sink()).map_err(|error| self.damaged(&error))?;
        for packed in &contents.parts {
            self.whole(&root.join(&packed.place), packed)?;
        }
        let new: Vec<&Packed> = contents.parts.iter().filter(|packed| !kept.contains(&packed.part)).collect();
        self.publish(shelf, &scratch, &root, &new)?;
        Ok(Imported { parts: new.into_iter().map(|packed| packed.part.clone()).collect(), kept })
    }

    fn contents(&self, mut entry: Entry<'_, impl Read>) -> Result<Contents, LabError> {
        let is_contents = entry.path().is_ok_and(|path| path == Path::new(CONTENTS));
        if !is_contents || entry.size() > CONTENTS_OCTETS {
            return Err(self.refused(&format!("it is no lab file: {CONTENTS} does not come first in it"), FOREIGN));
        }
        let mut text = Vec::new();
        entry.read_to_end(&mut text).map_err(|error| self.damaged(&error))?;
        let format = serde_json::from_slice::<serde_json::Value>(&text)
            .ok()
            .and_then(|value| value.get("format").and_then(serde_json::Value::as_u64));
        if format.is_some_and(|format| format != u64::from(FORMAT)) {
            let why =
                format!("its format is {}, and this version of offhook reads {FORMAT}", format.unwrap_or_default());
            return Err(self.refused(&why, "Export it with the version of offhook that is to use it"));
        }
        serde_json::from_slice(&text)
            .map_err(|error| self.refused(&format!("its {CONTENTS} cannot be read: {error}"), NEW_ONE))
    }

    /// Whether these are parts that this version of offhook would look for.
    fn known(&self, shelf: &Shelf, contents: &Contents) -> Result<(), LabError> {
        let mut seen: Vec<&str> = Vec::new();
        for packed in &contents.parts {
            let part = packed.part.as_str();
            let place = match part {
                KERNEL => shelf.kernel_place.clone(),
                stack => match shelf.recipe(stack).ok().filter(|recipe| recipe.ships()) {
                    Some(recipe) => shelf.place_of(recipe),
                    None => return Err(self.refused(&format!("it has a part {part:?}, which no lab has"), FOREIGN)),
                },
            };
            let place = place.strip_prefix(shelf.root()).unwrap_or(&place).display().to_string();
            if place != packed.place {
                let why = format!(
                    "it was made by offhook {} for {}, and this one looks for {place}",
                    contents.offhook, packed.place
                );
                let help = "Export it with the version of offhook that is to use it, under the same \
                    OFFHOOK_KERNEL_SOURCE; or build the lab here: offhook lab build";
                return Err(self.refused(&why, help));
            }
            if seen.contains(&part) {
                return Err(self.refused(&format!("it has the part {part} twice"), NEW_ONE));
            }
            seen.push(part);
        }
        let sums = contents.parts.iter().fold((0_u64, 0_u64), |(size, entries), packed| {
            (size.saturating_add(packed.size), entries.saturating_add(packed.entries))
        });
        match sums {
            (..=MOST_OCTETS, ..=MOST_ENTRIES) if seen.contains(&KERNEL) => Ok(()),
            (..=MOST_OCTETS, ..=MOST_ENTRIES) => Err(self.refused("it has no kernel", NEW_ONE)),
            _ => Err(self.refused("it is larger than a lab can be", FOREIGN)),
        }
    }

    /// The parts that are there already and are the same; others are not replaced, as guests may run on them.
    fn there(&self, shelf: &Shelf, contents: &Contents) -> Result<Vec<String>, LabError> {
        let kernel = shelf.kernel().filter(|_| contents.parts.iter().any(|packed| packed.part == KERNEL));
        let wanted = |name: &String| contents.parts.iter().any(|packed| packed.part == *name);
        let stacks = shelf.stacks(|recipe| recipe.ships() && wanted(&recipe.name));
        let verified = shelf.verified(kernel.as_ref(), &stacks, true)?;
        let mut kept = Vec::new();
        for packed in &contents.parts {
            match verified.get(&packed.part) {
                Some(is) if is.sha256 == packed.sha256 => kept.push(packed.part.clone()),
                Some(is) => {
                    let why = format!(
                        "another {} is in {} already: sha256 {}, not {}",
                        packed.part,
                        shelf.root().display(),
                        is.sha256,
                        packed.sha256
                    );
                    let help = format!("To have the imported one, remove it first: offhook lab clean {}", packed.part);
                    return Err(self.refused(&why, &help));
                }
                None => {}
            }
        }
        Ok(kept)
    }

    /// Whether a part is what the file says of it, and what a part has to be; its record is written beside it.
    fn whole(&self, place: &Path, packed: &Packed) -> Result<(), LabError> {
        let part = &packed.part;
        let not = |what: &str| self.refused(&format!("it is damaged: {what} of {part} is not what it says"), NEW_ONE);
        let root = place.join(if part == KERNEL { "linux" } else { "root" });
        let failed = |error: io::Error| LabError::io("importing the lab", place, &error);
        if file_digest(&place.join(MANIFEST)).ok().as_ref() != Some(&packed.manifest_sha256) {
            return Err(not("the manifest"));
        }
        tree::settle_modes(place).map_err(failed)?;
        let record = Record::of(&root, packed.recorded()).map_err(|_| not("the content"))?;
        if record.sha256() != packed.sha256 {
            return Err(not("the content"));
        }
        let readable = match part.as_str() {
            KERNEL => Kernel::read(place).is_some_and(|kernel| kernel.manifest.sha256 == packed.sha256),
            name => Stack::read(place).is_some_and(|stack| stack.manifest.name == name),
        };
        if !readable {
            return Err(not("the manifest"));
        }
        if part != KERNEL {
            record.write(&place.join(RECORD)).map_err(failed)?;
        }
        Ok(())
    }

    /// Moves all into place; what was moved is moved back if one cannot be.
    fn publish(
        &self,
        shelf: &Shelf,
        scratch: &crate::cache::Scratch,
        root: &Path,
        parts: &[&Packed],
    ) -> Result<(), LabError> {
        let mut moved: Vec<PathBuf> = Vec::new();
        for packed in parts {
            let place = shelf.root().join(&packed.place);
            self.children
                .check()
                .and_then(|()| shelf.cache.publish(scratch, &root.join(&packed.place), &place))
                .inspect_err(|_| moved.iter().for_each(|place| drop(crate::removal::remove(place))))?;
            moved.push(place);
        }
        Ok(())
    }

    fn refused(&self, why: &str, help: &str) -> LabError {
        refused(&self.name, why, &format!("{help}."))
    }

    fn damaged(&self, error: &io::Error) -> LabError {
        if is_foreign(error) {
            return self.refused("it is no lab file", FOREIGN);
        }
        self.refused(&format!("it is damaged: {}", offhook_base::plain(error)), NEW_ONE)
    }

    /// A fault of the file, unless it is one of the disk.
    fn failed(&self, shelf: &Shelf, error: &io::Error) -> LabError {
        match LabError::io("importing the lab", shelf.root(), error) {
            told if matches!(told.kind, LabErrorKind::DiskFull | LabErrorKind::NotWritable) => told,
            _ => self.damaged(error),
        }
    }
}

/// What xz says of octets that it did not write: "invalid format" ([`liblzma::stream::Error::Format`]).
fn is_foreign(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<liblzma::stream::Error>());
    inner.is_some_and(|inner| matches!(inner, liblzma::stream::Error::Format))
}

/// Entries on their way into a directory.
struct Unpacking<'a> {
    root: Beneath,
    parts: &'a [Packed],
    /// Octets and entries that may yet come.
    octets: u64,
    entries: u64,
}

impl<'a> Unpacking<'a> {
    fn new(root: &Path, contents: &'a Contents) -> io::Result<Self> {
        let parts = contents.parts.as_slice();
        for packed in parts {
            make_directory(&root.join(&packed.place))?;
        }
        let sum = |of: fn(&Packed) -> u64| parts.iter().map(of).fold(0_u64, u64::saturating_add);
        // A manifest each besides.
        let (octets, entries) = (sum(|packed| packed.size), sum(|packed| packed.entries) + parts.len() as u64);
        Ok(Self { root: Beneath::open(root)?, parts, octets, entries })
    }

    fn entry(&mut self, mut entry: Entry<'_, impl Read>) -> io::Result<()> {
        let path = entry.path()?.into_owned();
        if path.components().any(|part| !matches!(part, Component::Normal(_))) {
            return Err(io::Error::other(format!("{} leads out of it", quoted(&path))));
        }
        let inside = self.parts.iter().find_map(|packed| path.strip_prefix(&packed.place).ok());
        let inside = inside.filter(|inside| inside.file_name().is_some()).map(Path::to_owned);
        let Some(inside) = inside else {
            return Err(io::Error::other(format!("{} belongs to no part", quoted(&path))));
        };
        self.entries = self.entries.checked_sub(1).ok_or_else(|| io::Error::other("it has more files than it says"))?;
        match entry.header().entry_type() {
            EntryType::Directory => {
                self.root.make_directory(&path)?;
                self.root.set_directory_mode(&path, 0o755)
            }
            EntryType::Symlink => {
                let target = entry.link_name()?.ok_or(io::ErrorKind::InvalidData)?;
                self.root.symlink(&target, &path)
            }
            EntryType::Regular => {
                let size = entry.size();
                if inside == Path::new(MANIFEST) {
                    if size > MANIFEST_OCTETS {
                        return Err(io::Error::other("its manifest is larger than one can be"));
                    }
                } else {
                    let left = self.octets.checked_sub(size);
                    self.octets = left.ok_or_else(|| io::Error::other("it has more octets than it says"))?;
                }
                let mode = 0o644 | (entry.header().mode()? & 0o111);
                let mut file = self.root.create(&path)?;
                if io::copy(&mut entry, &mut file)? != size {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                file.set_permissions(Permissions::from_mode(mode))
            }
            kind => Err(io::Error::other(format!("{} is of a kind that no lab has ({kind:?})", quoted(&path)))),
        }
    }
}

#[cfg(test)]
mod tests;
