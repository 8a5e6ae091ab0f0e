//! What of the lab is built, how large it is, and its removal.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use super::child::{CHILDREN, SignalsEndCrew};
use super::error::{LabError, size};
use super::init::Init;
use super::kernel::{KERNEL, Kernel};
use super::machine::Machine;
use super::manifest::StepTime;
use super::progress::duration;
use super::record::Recorded;
use super::removal::remove;
use super::shelf::Shelf;
use super::verify::Verified;

/// One part of the lab.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// `kernel`, or a stack's name.
    pub name: String,
    /// Where it is or will be.
    pub path: PathBuf,
    /// What it is, how large on disk, how long it took; `None` if it is not built.
    pub built: Option<Built>,
}

/// A part that is built.
#[derive(Clone, Debug, PartialEq)]
pub struct Built {
    /// `7.3.4 from linux-source-7.3 7.3.4-1~bpo13+1`, `mgetty 1.2.1-2, ppp 2.5.2-1+1`.
    pub what: String,
    /// SHA-256 over a stack's packages, in hexadecimal.
    pub packages_sha256: Option<String>,
    /// What is on disk, every file of it read.
    pub verified: Verified,
    /// Octets.
    pub size: u64,
    /// How long each step of its building took.
    pub times: Vec<StepTime>,
}

/// The state of the lab; its `Display` is what `offhook lab` shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// The cache directory.
    pub cache: PathBuf,
    /// The kernel first, then the stacks.
    pub parts: Vec<Part>,
    /// Parts that other versions of offhook built, with sizes, and packages of unfinished builds.
    pub others: Vec<(PathBuf, u64)>,
}

/// The state of the lab on that machine. Every file of it is read.
///
/// # Errors
/// If the environment names no cache directory, there can be no lab on that machine, or others may write in the cache.
pub fn status(machine: &Machine) -> Result<Status, LabError> {
    machine.check_arch()?;
    let shelf = Shelf::of(machine)?;
    shelf.safe()?;
    let kernel = shelf.kernel();
    let stacks = shelf.stacks(|_| true);
    let mut verified = shelf.verified(kernel.as_ref(), &stacks, true)?;
    let kernel = kernel.zip(verified.remove(KERNEL)).map(|(Kernel { manifest, .. }, verified)| Built {
        what: format!("{} from {} {}", manifest.release, manifest.source.name, manifest.source.version),
        packages_sha256: None,
        verified,
        size: manifest.size,
        times: manifest.times,
    });
    let mut built = BTreeMap::from([(KERNEL.to_owned(), kernel)]);
    for (name, stack) in stacks {
        let part = verified.remove(&name).map(|verified| Built {
            what: stack.main_packages().join(", "),
            packages_sha256: Some(stack.manifest.sha256),
            verified,
            size: stack.manifest.size,
            times: stack.manifest.times,
        });
        built.insert(name, part);
    }
    let parts = places(&shelf);
    let others = others(&shelf, &parts).into_iter().map(|path| (tree_size(&path), path));
    let others = others.map(|(size, path)| (path, size)).collect();
    let parts = parts.into_iter().map(|(name, path)| Part { built: built.remove(&name).flatten(), name, path });
    // Nobody misses what ships, and yet is built only when it is named.
    let unbidden = |name: &str| shelf.recipe(name).is_ok_and(|recipe| recipe.ships() && !recipe.runs_unbidden());
    let parts = parts.filter(|part| part.built.is_some() || !unbidden(&part.name));
    Ok(Status { cache: shelf.root().to_owned(), others, parts: parts.collect() })
}

/// Every part of the lab and where it is or will be, the kernel first.
fn places(shelf: &Shelf) -> Vec<(String, PathBuf)> {
    let stacks = shelf.recipes.iter().map(|recipe| (recipe.name.clone(), shelf.place_of(recipe)));
    std::iter::once((KERNEL.to_owned(), shelf.kernel_place.clone())).chain(stacks).collect()
}

/// What [`clean`] removes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clean {
    /// What other versions of offhook built, and packages of unfinished builds.
    Others,
    /// One part: `kernel`, or a stack's name.
    Part(String),
    /// All of the lab.
    All,
}

/// Removes parts of the lab; returns what was removed. Waits for a process that builds one of them.
///
/// # Errors
/// If there is no such part, or something cannot be removed.
pub fn clean(machine: &Machine, what: &Clean) -> Result<Vec<PathBuf>, LabError> {
    let shelf = Shelf::of(machine)?;
    if !shelf.root().exists() {
        return Ok(Vec::new());
    }
    let all = places(&shelf);
    let parts: Vec<&(String, PathBuf)> = match what {
        Clean::Others => Vec::new(),
        Clean::All => all.iter().collect(),
        Clean::Part(name) => {
            let known =
                || std::iter::once(KERNEL).chain(shelf.recipes.iter().map(|recipe| &*recipe.name)).collect::<Vec<_>>();
            let part = all.iter().find(|(part, _)| part == name);
            vec![part.ok_or_else(|| LabError::unknown_stack(name, &known()))?]
        }
    };
    shelf.cache.open()?;
    let _signals = SignalsEndCrew::begin();
    let mut removed = Vec::new();
    let mut remove = |path: &Path| {
        let there = path.exists();
        remove(path).map_err(|error| LabError::io("removing a part of the lab", path, &error))?;
        if there {
            removed.push(path.to_owned());
        }
        Ok(())
    };
    if *what == Clean::All {
        // Made again in an instant by whoever needs it.
        remove(&Init::place(shelf.root()))?;
    }
    for (name, path) in parts {
        let _lock = shelf.cache.lock(name, &CHILDREN, |_| ())?;
        // no guest may find half a stack: what it is known by goes first
        let _ = fs::remove_file(path.join("manifest.json"));
        remove(path)?;
        remove(&shelf.added(name))?;
    }
    if !matches!(what, Clean::Part(_)) {
        for path in others(&shelf, &all) {
            remove(&path)?;
        }
    }
    Ok(removed)
}

/// Directories of the cache that are not this version's parts.
fn others(shelf: &Shelf, parts: &[(String, PathBuf)]) -> Vec<PathBuf> {
    let below = |dir: &str| {
        fs::read_dir(shelf.root().join(dir)).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()))
    };
    let mut others: Vec<PathBuf> = below("kernel")
        .chain(below("stack"))
        .filter(|path| parts.iter().all(|(_, part)| part != path))
        .chain(below("init").filter(|path| *path != Init::place(shelf.root())))
        .chain(below("download"))
        .collect();
    others.sort();
    others
}

fn tree_size(path: &Path) -> u64 {
    let Ok(meta) = path.symlink_metadata() else { return 0 };
    if !meta.is_dir() {
        return meta.len();
    }
    fs::read_dir(path).into_iter().flatten().flatten().map(|entry| tree_size(&entry.path())).sum()
}

/// Whether a part is as it was recorded, and how that is known.
fn held(Verified { recorded, recorded_sha256, read, changes, .. }: &Verified) -> String {
    let files = if *read == 1 { "file" } else { "files" };
    let later = match recorded {
        Recorded::Built => "",
        Recorded::Found => "; it was built by a version of offhook that recorded nothing",
    };
    match changes.is_empty() {
        true => format!("as it was {recorded} ({read} {files} read){later}"),
        false => format!("CHANGED since it was {recorded} with sha256 {recorded_sha256}: {changes}{later}"),
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "cache      {}", self.cache.display())?;
        for Part { name, path, built } in &self.parts {
            let Some(built) = built else {
                writeln!(f, "{name:<10} not built")?;
                continue;
            };
            let seconds: f64 = built.times.iter().map(|step| step.seconds).sum();
            let steps: Vec<String> =
                built.times.iter().map(|step| format!("{} {} s", step.step, step.seconds)).collect();
            let steps = if steps.is_empty() { String::new() } else { format!(" ({})", steps.join(", ")) };
            let took = duration(std::time::Duration::try_from_secs_f64(seconds).unwrap_or_default());
            writeln!(f, "{name:<10} {}", built.what)?;
            writeln!(f, "           {}, built in {took}{steps}", size(built.size))?;
            if let Some(sha256) = &built.packages_sha256 {
                writeln!(f, "           packages sha256 {sha256}")?;
            }
            writeln!(
                f,
                "           {} {}",
                if name == KERNEL { "image sha256" } else { "files sha256" },
                built.verified.sha256
            )?;
            writeln!(f, "           {}", held(&built.verified))?;
            writeln!(f, "           {}", path.display())?;
        }
        let octets: u64 = self.others.iter().map(|(_, size)| size).sum();
        match self.others.len() {
            0 => Ok(()),
            n => writeln!(f, "others     {n} of other versions or unfinished builds, {}", size(octets)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::tests::fake;
    use super::*;

    fn machine(cache: &Path) -> Machine {
        Machine { env: [("OFFHOOK_CACHE".to_owned(), cache.display().to_string())].into(), ..Machine::this() }
    }

    #[test]
    fn a_status_says_what_is_built_and_what_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let machine = machine(dir.path());
        fake(&machine, &["trixie"]);
        fs::create_dir_all(dir.path().join("kernel/old")).unwrap();
        fs::write(dir.path().join("kernel/old/linux"), [0; 2000]).unwrap();
        let text = status(&machine).unwrap().to_string().replace(dir.path().to_str().unwrap(), "CACHE");
        let shelf = Shelf::of(&machine).unwrap();
        let trixie = super::super::stack::key(shelf.recipe("trixie").unwrap());
        let key = |text: String| text.replace(&super::super::kernel::key(&machine), "KEY").replace(&trixie, "KEY");
        insta::assert_snapshot!(key(text));
    }

    #[test]
    fn cleaning_one_part_leaves_the_others() {
        let dir = tempfile::tempdir().unwrap();
        let machine = machine(dir.path());
        fake(&machine, &["trixie", "bookworm"]);
        let removed = clean(&machine, &Clean::Part("trixie".into())).unwrap();
        assert_eq!(removed.len(), 1);
        let built: Vec<bool> = status(&machine).unwrap().parts.iter().map(|part| part.built.is_some()).collect();
        assert_eq!(built, [true, true, false]);
        assert_eq!(
            clean(&machine, &Clean::Part("trixi".into())).unwrap_err().kind,
            super::super::LabErrorKind::UnknownStack
        );
    }

    #[test]
    fn cleaning_all_empties_the_cache_of_parts() {
        let dir = tempfile::tempdir().unwrap();
        let machine = machine(dir.path());
        fake(&machine, &["trixie"]);
        fs::create_dir_all(dir.path().join("download/kernel")).unwrap();
        clean(&machine, &Clean::All).unwrap();
        let status = status(&machine).unwrap();
        assert!(status.parts.iter().all(|part| part.built.is_none()) && status.others.is_empty());
    }

    #[test]
    fn there_is_nothing_to_clean_where_no_cache_is() {
        assert_eq!(clean(&machine(Path::new("/nonexistent/cache")), &Clean::All), Ok(Vec::new()));
    }
}
