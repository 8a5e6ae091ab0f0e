//! What of the lab is built, how large it is, and its removal.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use super::child::{CHILDREN, SignalsEndCrew};
use super::error::{LabError, size};
use super::init::Init;
use super::machine::Machine;
use super::progress::duration;
use super::removal::remove;
use super::{STACKS, Shelf, StepTime};

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
    /// SHA-256, in hexadecimal: the kernel image's, or the one over a stack's packages.
    pub sha256: String,
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

/// The state of the lab on that machine.
///
/// # Errors
/// If the environment names no cache directory.
pub fn status(machine: &Machine) -> Result<Status, LabError> {
    let shelf = Shelf::of(machine)?;
    let kernel = shelf.kernel().map(|kernel| Built {
        what: format!(
            "{} from {} {}",
            kernel.manifest.release, kernel.manifest.source.name, kernel.manifest.source.version
        ),
        sha256: kernel.manifest.sha256,
        size: kernel.manifest.size,
        times: kernel.manifest.times,
    });
    let mut parts = vec![Part { name: "kernel".to_owned(), path: shelf.kernel_place.clone(), built: kernel }];
    for name in STACKS {
        let built = shelf.stack(name).map(|stack| Built {
            what: stack.main_packages().join(", "),
            sha256: stack.manifest.sha256,
            size: stack.manifest.size,
            times: stack.manifest.times,
        });
        parts.push(Part { name: (*name).to_owned(), path: shelf.stack_place(name), built });
    }
    let others =
        others(&shelf, &parts).into_iter().map(|path| (tree_size(&path), path)).map(|(size, path)| (path, size));
    Ok(Status { cache: shelf.root().to_owned(), others: others.collect(), parts })
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
    let status = status(machine)?;
    let parts: Vec<&Part> = match what {
        Clean::Others => Vec::new(),
        Clean::All => status.parts.iter().collect(),
        Clean::Part(name) => {
            let known = || [&["kernel"], STACKS].concat();
            let part = status.parts.iter().find(|part| part.name == *name);
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
    for part in parts {
        let _lock = shelf.cache.lock(&part.name, &CHILDREN, |_| ())?;
        // no guest may find half a stack: what it is known by goes first
        let _ = fs::remove_file(part.path.join("manifest.json"));
        remove(&part.path)?;
    }
    if !matches!(what, Clean::Part(_)) {
        for path in others(&shelf, &status.parts) {
            remove(&path)?;
        }
    }
    Ok(removed)
}

/// Directories of the cache that are not this version's parts.
fn others(shelf: &Shelf, parts: &[Part]) -> Vec<PathBuf> {
    let below = |dir: &str| {
        fs::read_dir(shelf.root().join(dir)).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()))
    };
    let mut others: Vec<PathBuf> = below("kernel")
        .chain(below("stack"))
        .filter(|path| parts.iter().all(|part| part.path != *path))
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
            writeln!(f, "           sha256 {}", built.sha256)?;
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
        let key = |text: String| {
            text.replace(&super::super::kernel::key(&machine), "KEY")
                .replace(&super::super::stack::key("trixie"), "KEY")
        };
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
