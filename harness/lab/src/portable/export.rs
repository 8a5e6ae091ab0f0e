//! The lab of this machine, written as a lab file.
//!
//! In: a built lab, every file of which is as it was recorded. Out: the octets of a lab file; the same for the same lab.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use liblzma::stream::MtStreamBuilder;
use liblzma::write::XzEncoder;
use tar::{Builder, EntryType, Header};

use super::{CONTENTS, Contents, FORMAT, MANIFEST, Packed};
use crate::error::{LabError, LabErrorKind};
use crate::kernel::KERNEL;
use crate::machine::Machine;
use crate::manifest::{file_digest, octets_digest};
use crate::record::Recorded;
use crate::shelf::Shelf;
use crate::stack::Stack;
use crate::tree::{Entry, Kind, place, walk};

/// How hard xz tries: a lab of 120 MB becomes 36 MB in 9 s. 3 makes it 34 MB, in 22 s.
const PRESET: u32 = 1;
/// Octets that a thread compresses at a time. Fixed, as it decides the octets of the file.
const BLOCK: u64 = 8 << 20;

/// A lab file.
#[derive(Debug)]
pub struct Exported {
    /// Its octets.
    pub octets: Vec<u8>,
    /// Their SHA-256, in hexadecimal.
    pub sha256: String,
    /// The parts in it: `kernel`, or a stack's name.
    pub parts: Vec<String>,
}

/// One of the parts: what is written of it, and where its files are.
struct Source {
    packed: Packed,
    directory: PathBuf,
    root: PathBuf,
    entries: Vec<Entry>,
}

/// Makes a lab file of the kernel and these stacks, or of all that ship and are built if there are none. Every file is read.
///
/// # Errors
/// If a part is not built or is not as it was built, or cannot be read.
pub fn export(machine: &Machine, stacks: &[String]) -> Result<Exported, LabError> {
    machine.check_arch()?;
    let shelf = Shelf::of(machine)?;
    shelf.safe()?;
    let sources = sources(&shelf, stacks)?;
    let parts: Vec<Packed> = sources.iter().map(|source| source.packed.clone()).collect();
    let names = parts.iter().map(|packed| packed.part.clone()).collect();
    let contents = Contents { format: FORMAT, offhook: env!("CARGO_PKG_VERSION").to_owned(), parts };
    let octets = written(&contents, &sources, machine.cores)
        .map_err(|error| LabError::unreadable("exporting the lab", &shelf.root().display().to_string(), &error))?;
    Ok(Exported { sha256: octets_digest([&octets]), octets, parts: names })
}

fn sources(shelf: &Shelf, stacks: &[String]) -> Result<Vec<Source>, LabError> {
    super::all_ship(&shelf.recipes, stacks)?;
    let wanted = |name: &str| stacks.is_empty() || stacks.iter().any(|stack| stack == name);
    let kernel = shelf.kernel().ok_or_else(|| missing(KERNEL, shelf.root()))?;
    let mut found: BTreeMap<String, Stack> = BTreeMap::new();
    let recipes = shelf.recipes.iter().filter(|recipe| recipe.ships() && wanted(&recipe.name));
    for name in recipes.map(|recipe| &*recipe.name) {
        match shelf.stack(name) {
            Some(stack) => drop(found.insert(name.to_owned(), stack)),
            None if stacks.is_empty() => {}
            None => return Err(missing(name, shelf.root())),
        }
    }
    if found.is_empty() {
        return Err(missing("stack", shelf.root()));
    }
    let verified = shelf.verified(Some(&kernel), &found, true)?;
    let mut sources = Vec::new();
    let roots = std::iter::once((KERNEL.to_owned(), &kernel.image));
    for (part, root) in roots.chain(found.iter().map(|(name, stack)| (name.clone(), &stack.root))) {
        let Some(is) = verified.get(&part) else { return Err(missing(&part, shelf.root())) };
        if !is.changes.is_empty() {
            return Err(changed(&part, &is.changes.to_string()));
        }
        let read = |error: io::Error| LabError::unreadable("exporting the lab", &root.display().to_string(), &error);
        let entries = walk(root).map_err(read)?;
        let directory = root.parent().unwrap_or(root).to_owned();
        let place = directory.strip_prefix(shelf.root()).unwrap_or(&directory).display().to_string();
        let files = entries.iter().filter(|entry| entry.stat.kind == Kind::File);
        let packed = Packed {
            part,
            place,
            sha256: is.sha256.clone(),
            manifest_sha256: file_digest(&directory.join(MANIFEST)).map_err(read)?,
            found: is.recorded == Recorded::Found,
            entries: entries.len() as u64,
            size: files.map(|entry| entry.stat.size).sum(),
        };
        sources.push(Source { packed, directory, root: root.clone(), entries });
    }
    Ok(sources)
}

fn written(contents: &Contents, sources: &[Source], cores: usize) -> io::Result<Vec<u8>> {
    let threads = u32::try_from(cores).unwrap_or(1).max(1);
    let stream = MtStreamBuilder::new().threads(threads).preset(PRESET).block_size(BLOCK).encoder()?;
    let mut builder = Builder::new(XzEncoder::new_stream(Vec::new(), stream));
    let mut text = serde_json::to_vec_pretty(contents)?;
    text.push(b'\n');
    file(&mut builder, Path::new(CONTENTS), 0o644, text.len() as u64, text.as_slice())?;
    for source in sources {
        let inside = Path::new(&source.packed.place);
        let manifest = File::open(source.directory.join(MANIFEST))?;
        let size = manifest.metadata()?.len();
        file(&mut builder, &inside.join(MANIFEST), 0o644, size, manifest)?;
        let name = inside.join(source.root.file_name().unwrap_or_default());
        for entry in &source.entries {
            add(&mut builder, &source.root, &name, entry)?;
        }
    }
    builder.into_inner()?.finish()
}

fn add(builder: &mut Builder<impl Write>, root: &Path, name: &Path, entry: &Entry) -> io::Result<()> {
    let from = place(root, &entry.path);
    let name = if entry.path.is_empty() { name.to_owned() } else { name.join(OsStr::from_bytes(&entry.path)) };
    match entry.stat.kind {
        Kind::File => file(builder, &name, entry.stat.mode, entry.stat.size, File::open(from)?),
        Kind::Directory => {
            let mut header = header(EntryType::Directory, entry.stat.mode, 0);
            builder.append_data(&mut header, &name, io::empty())
        }
        Kind::Link => {
            let mut header = header(EntryType::Symlink, 0o777, 0);
            builder.append_link(&mut header, &name, std::fs::read_link(from)?)
        }
        Kind::Other => Err(io::Error::other(format!("{} is neither file, directory nor link", from.display()))),
    }
}

/// A file of that size; one that is shorter meanwhile is an error, and of one that is longer the rest is left out, which its hash
/// tells on import.
fn file(builder: &mut Builder<impl Write>, name: &Path, mode: u32, size: u64, octets: impl Read) -> io::Result<()> {
    let mut header = header(EntryType::Regular, mode, size);
    let mut counted = octets.take(size);
    builder.append_data(&mut header, name, &mut counted)?;
    match counted.limit() {
        0 => Ok(()),
        _ => Err(io::Error::other(format!("{} became shorter while it was read", name.display()))),
    }
}

/// Without owner and time.
fn header(kind: EntryType, mode: u32, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(size);
    header
}

fn missing(part: &str, cache: &Path) -> LabError {
    let what = if part == KERNEL { "the kernel".to_owned() } else { format!("the stack {part}") };
    LabError::new(
        LabErrorKind::LabFile,
        format!("Exporting the lab: {what} is not built in {}.", cache.display()),
        "Build it: offhook lab build.",
    )
}

fn changed(part: &str, changes: &str) -> LabError {
    LabError::new(
        LabErrorKind::LabFile,
        format!("Exporting the lab: {part} is not as it was built: {changes}."),
        format!(
            "Whoever imports it would take it for the one that was built. Make it so: offhook lab clean {part}, then offhook lab build."
        ),
    )
}
