//! The lab as one file, to be carried to another machine or kept by a CI system.
//!
//! A lab file is a tar archive, compressed by xz. Its first entry, `offhook-lab.json`, says what follows ([`Contents`]); then
//! come the files of each part under the place that the part has in a cache ([`super::cache`]), by path, without owners and
//! times, so that one lab gives one file. Hashes in it are those of the parts' records ([`super::record`]) and manifests.
//!
//! ```text
//! offhook-lab.json
//! kernel/<key>/{linux,manifest.json}
//! stack/<name>-<key>/{root/,manifest.json}
//! ```
//!
//! The hashes show that a file is whole and is what was exported. They do not show by whom: what is in a lab file is run, in
//! guests and, as the kernel, on the host.

mod export;
mod import;
mod key;

use serde::{Deserialize, Serialize};

pub use export::{Exported, export};
pub use import::{Imported, import};
pub use key::key;

use super::error::{LabError, LabErrorKind};
use super::recipe::Recipe;
use super::record::Recorded;

/// The version of these files.
const FORMAT: u32 = 1;

/// The name of the first entry.
const CONTENTS: &str = "offhook-lab.json";

/// The program and manifest of a part, beside a stack's root.
const MANIFEST: &str = "manifest.json";

/// What a lab file says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Contents {
    /// [`FORMAT`].
    format: u32,
    /// The version of offhook that wrote it.
    offhook: String,
    /// The parts, the kernel first.
    parts: Vec<Packed>,
}

/// A part in a lab file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Packed {
    /// `kernel`, or a stack's name.
    part: String,
    /// Where it lies in a cache: `stack/trixie-994300f007f1`.
    place: String,
    /// SHA-256 of its files, as the record has it.
    sha256: String,
    /// SHA-256 of its manifest.
    manifest_sha256: String,
    /// Whether it was recorded when it was built, or later.
    found: bool,
    /// How many files, directories and links it has, the root of a stack included.
    entries: u64,
    /// Octets in its files, those of the manifest not included.
    size: u64,
}

impl Packed {
    const fn recorded(&self) -> Recorded {
        if self.found { Recorded::Found } else { Recorded::Built }
    }
}

/// A file that is not taken: `why` is what was expected and what came.
fn refused(file: &str, why: &str, help: &str) -> LabError {
    let message = format!("Importing the lab file {file}: {why}. Nothing of it was imported.");
    LabError::new(LabErrorKind::LabFile, message, help)
}

/// Whether all of these ship: an added stack is made of files that only its machine has.
fn all_ship(recipes: &[Recipe], stacks: &[String]) -> Result<(), LabError> {
    let ships: Vec<&str> = recipes.iter().filter(|recipe| recipe.ships()).map(|recipe| &*recipe.name).collect();
    match stacks.iter().find(|name| !ships.contains(&name.as_str())) {
        Some(name) => Err(LabError::unknown_stack(name, &ships)),
        None => Ok(()),
    }
}
