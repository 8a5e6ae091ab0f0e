//! The lab: a private User Mode Linux kernel, and the server stacks that guests of it run. Built once, then cached.
//!
//! [`ensure`] gives the lab and builds what is missing, all parts at the same time: packages come from the Debian
//! archive that this machine's apt uses, through a private apt (`mirror`, `apt`); the kernel is compiled
//! (`source`, `patch`, `tools`, `kernel`), stacks are unpacked and furnished (`unpack`, `stack`, `etc`).
//! Parts appear in the cache (`cache`) by one rename, so a build that was interrupted leaves nothing half-made.
//! With a built lab nothing of this runs, and no network is needed. A built lab is carried elsewhere as one file (`portable`).
//!
//! Everything goes wrong as a [`LabError`], which says what to do.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use offhook_base::Fingerprint;
use offhook_base::guest::Confined;
use rustix::fs::Mode;
use rustix::process::umask;

mod add;
mod apt;
mod beneath;
mod cache;
mod child;
pub mod collect;
mod console;
mod error;
mod etc;
#[doc(hidden)]
pub mod fuzzing;
mod group;
mod holding;
mod init;
mod kernel;
mod lifeline;
mod machine;
mod manifest;
mod memory;
mod mirror;
mod own;
mod patch;
mod place;
mod portable;
mod processor;
mod programs;
mod progress;
mod queue;
mod recipe;
mod record;
mod removal;
mod replacement;
mod shelf;
mod source;
mod stack;
mod status;
mod tools;
mod tree;
mod trust;
pub mod uml;
mod unpack;
mod verify;

pub use add::{Addition, add, stacks};
pub use cache::{Cache, Scratch, settle};
pub use error::{LabError, LabErrorKind, size};
pub use init::Init;
pub use kernel::{KERNEL, Kernel};
pub use machine::Machine;
pub use manifest::{KernelManifest, Package, StackManifest, StepTime};
pub use memory::GUEST_MEMORY;
pub use own::{Own, OwnParts};
pub use place::{Place, Room};
pub use portable::{Exported, Imported, export, import, key};
pub use programs::ServerPrograms;
pub use progress::Progress;
pub use recipe::{Deb, Recipe, STACKS, shipped};
pub use record::Recorded;
pub use replacement::Replacement;
pub use stack::Stack;
pub use status::{Clean, Part, Status, clean, status};
pub use verify::Verified;

use child::{CHILDREN, SignalsEndCrew};
use shelf::Shelf;

/// A kernel and stacks, ready to run.
#[derive(Clone, Debug)]
pub struct Lab {
    /// The kernel.
    pub kernel: Kernel,
    /// The stacks asked for, by name.
    pub stacks: BTreeMap<String, Stack>,
    /// What guests start with.
    pub init: Init,
    /// Where they lie.
    pub cache: Cache,
    /// What of kernel and stacks is on disk, by part: `kernel`, or a stack's name.
    pub verified: BTreeMap<String, Verified>,
}

impl Lab {
    /// What an outcome on that stack ran on; without packages if the lab has no such stack.
    pub fn fingerprint(&self, stack: &str) -> Fingerprint {
        let found = self.stacks.get(stack);
        let [kernel, files] = [KERNEL, stack].map(|part| self.verified.get(part));
        let sha256 = |part: Option<&Verified>| part.map(|part| part.sha256.clone()).unwrap_or_default();
        Fingerprint {
            offhook: env!("CARGO_PKG_VERSION").to_owned(),
            kernel: self.kernel.manifest.release.clone(),
            kernel_sha256: sha256(kernel),
            stack: stack.to_owned(),
            packages: found.map(Stack::main_packages).unwrap_or_default(),
            stack_sha256: found.map(|stack| stack.manifest.sha256.clone()).unwrap_or_default(),
            files_sha256: sha256(files),
            kernel_changed: kernel.is_some_and(|kernel| kernel.sha256 != kernel.recorded_sha256),
            changed: files.map(|files| files.changes.clone()).unwrap_or_default(),
            made: None,
            subject: None,
        }
    }

    /// What whoever runs it has to know of its parts, a line each: which of them are not as they were built.
    pub fn notices(&self) -> Vec<String> {
        self.verified.values().filter_map(Verified::notice).collect()
    }
}

/// How far this machine's kernel confines guests.
///
/// # Errors
/// If there is no cache directory that others may not write, or the init program cannot be put there and run.
pub fn confined() -> Result<Confined, LabError> {
    let machine = Machine::this();
    machine.check_arch()?;
    let shelf = Shelf::of(&machine)?;
    shelf.safe()?;
    let init = Init::ensure(&shelf.cache)?;
    init.confined().map_err(|error| LabError::io("asking how guests are confined", &init.root, &error))
}

/// The lab with these stacks, on this machine. What is missing is built; this blocks until it is.
///
/// While it builds, SIGINT, SIGTERM and SIGHUP end the build instead of the process: then the error's
/// [`LabError::exit_code`] is the one that shells expect.
///
/// # Errors
/// If there is no such stack, if a part is missing and cannot be built, or if others may write in the cache directory.
pub fn ensure(stacks: &[String], progress: &Progress) -> Result<Lab, LabError> {
    ensure_on(&Machine::this(), stacks, progress)
}

/// As [`ensure`], on a machine as described.
///
/// # Errors
/// As [`ensure`].
pub fn ensure_on(machine: &Machine, stacks: &[String], progress: &Progress) -> Result<Lab, LabError> {
    machine.check_arch()?;
    let shelf = Shelf::of(machine)?;
    stacks.iter().try_for_each(|name| shelf.recipe(name).map(drop))?;
    shelf.safe()?;
    if let Some(lab) = shelf.lab(stacks)? {
        lab.cache.tidy();
        return Ok(lab);
    }
    build(machine, &shelf, stacks, progress)?;
    shelf.lab(stacks)?.ok_or_else(|| LabError::failed("building the lab", "a part that was just built is gone again"))
}

/// Builds the parts that are missing, at the same time.
fn build(machine: &Machine, shelf: &Shelf, stacks: &[String], progress: &Progress) -> Result<(), LabError> {
    // signals and their crew are one for the process
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);

    machine.check_packaging()?;
    let _nobody_else = NobodyElseWrites::begin();
    shelf.cache.open()?;
    let _signals = SignalsEndCrew::begin();
    let lists = shelf.cache.scratch("apt")?;
    let archive = apt::Archive::new(&CHILDREN, machine, lists.path());
    let part = |name: &str, make: &dyn Fn(&kernel::Build<'_, '_>) -> Result<String, LabError>| {
        let task = progress.task(name);
        let waiting = |holder: &str| task.note(&format!("waiting for process {holder}, which is building this part"));
        let built = shelf.cache.lock(name, &CHILDREN, waiting).and_then(|_lock| {
            make(&kernel::Build { children: &CHILDREN, machine, cache: &shelf.cache, archive: &archive, task: &task })
        });
        match built {
            Ok(summary) => {
                task.done(&summary);
                Ok(())
            }
            Err(error) => {
                CHILDREN.stop();
                Err(error)
            }
        }
    };
    let results: Vec<Result<(), LabError>> = std::thread::scope(|scope| {
        let part = &part;
        let kernel = scope.spawn(move || {
            part(KERNEL, &|build| match shelf.kernel() {
                // another process built it while this one waited
                Some(kernel) => Ok(kernel.summary()),
                None => build
                    .kernel(&shelf.kernel_place)
                    .map(|_| ())
                    .and_then(|()| shelf.built(shelf.kernel()).map(|k| k.summary())),
            })
        });
        let stacks: Vec<_> = stacks
            .iter()
            .map(|name| {
                scope.spawn(move || {
                    part(name, &|build| match shelf.stack(name) {
                        Some(stack) => Ok(stack.summary()),
                        None => shelf
                            .recipe(name)
                            .and_then(|recipe| build.stack(recipe, &shelf.added(name), &shelf.place_of(recipe)))
                            .and_then(|_| shelf.built(shelf.stack(name)).map(|stack| stack.summary())),
                    })
                })
            })
            .collect();
        let threads = std::iter::once(kernel).chain(stacks);
        threads.map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    // the part that failed first stopped the others; theirs is not the reason
    let mut errors: Vec<LabError> = results.into_iter().filter_map(Result::err).collect();
    errors.sort_by_key(|error| error.kind == LabErrorKind::Interrupted);
    errors.into_iter().next().map_or(Ok(()), Err)
}

/// While it lives, what this process and its children make can be written by nobody else, whatever the umask was.
struct NobodyElseWrites(Mode);

impl NobodyElseWrites {
    fn begin() -> Self {
        // It can be read only by setting it.
        let before = umask(Mode::WGRP | Mode::WOTH);
        umask(before | Mode::WGRP | Mode::WOTH);
        Self(before)
    }
}

impl Drop for NobodyElseWrites {
    fn drop(&mut self) {
        umask(self.0);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use offhook_base::Changes;

    use super::*;

    fn machine(cache: &Path, path: &str) -> Machine {
        let env = [("OFFHOOK_CACHE".to_owned(), cache.display().to_string()), ("PATH".to_owned(), path.to_owned())];
        Machine { env: env.into(), ..Machine::this() }
    }

    /// A lab that looks complete.
    pub(super) fn fake(machine: &Machine, stacks: &[&str]) {
        let shelf = Shelf::of(machine).unwrap();
        std::fs::create_dir_all(&shelf.kernel_place).unwrap();
        std::fs::write(shelf.kernel_place.join("linux"), "elf").unwrap();
        let kernel = KernelManifest {
            release: "7.3.4".into(),
            source: Package { name: "linux-source-7.3".into(), version: "7.3.4-1".into(), ..Package::default() },
            sha256: manifest::octets_digest(["elf"]),
            size: 3,
            times: [("fetch", 11.5), ("compile", 350.0)]
                .map(|(step, seconds)| StepTime { step: step.into(), seconds })
                .into(),
            ..KernelManifest::default()
        };
        manifest::write(&shelf.kernel_place.join("manifest.json"), &kernel).unwrap();
        for name in stacks {
            let place = shelf.place_of(shelf.recipe(name).unwrap());
            std::fs::create_dir_all(place.join("root")).unwrap();
            let package = |name: &str, version: &str| Package {
                name: name.into(),
                version: version.into(),
                ..Package::default()
            };
            let manifest = StackManifest {
                name: (*name).to_owned(),
                sha256: "bb".into(),
                size: 60_000_000,
                packages: vec![package("mgetty", "1.2.1-2"), package("ppp", "2.5.2-1+1")],
                ..StackManifest::default()
            };
            manifest::write(&place.join("manifest.json"), &manifest).unwrap();
        }
        // Whoever runs the tests may have any umask.
        tree::settle_modes(shelf.root()).unwrap();
    }

    #[test]
    fn a_built_lab_needs_no_apt_and_no_network() {
        let dir = tempfile::tempdir().unwrap();
        let machine = machine(dir.path(), "");
        fake(&machine, &["trixie"]);
        let lab = ensure_on(&machine, &["trixie".to_owned()], &Progress::Silent).unwrap();
        let expected = Fingerprint {
            offhook: env!("CARGO_PKG_VERSION").into(),
            kernel: "7.3.4".into(),
            // printf elf | sha256sum
            kernel_sha256: "780d84b20d7ae7e6292919399348bdbf96025270136198083fc8a4da398b5ca9".into(),
            stack: "trixie".into(),
            packages: vec!["mgetty 1.2.1-2".into(), "ppp 2.5.2-1+1".into()],
            stack_sha256: "bb".into(),
            // An empty directory: printf 'd 755 - \n' | sha256sum
            files_sha256: "70d42dcaacc085ff1af734142ca7223a277ffaff19ec5f3fbdba415c3af32000".into(),
            kernel_changed: false,
            changed: Changes::default(),
            made: None,
            subject: None,
        };
        assert_eq!(lab.fingerprint("trixie"), expected);
    }

    #[test]
    fn the_fingerprint_of_a_changed_lab_says_what_is_changed() {
        let dir = tempfile::tempdir().unwrap();
        let machine = machine(dir.path(), "");
        fake(&machine, &["trixie"]);
        let lab = || ensure_on(&machine, &["trixie".to_owned()], &Progress::Silent).unwrap();
        let before = lab();
        assert_eq!(before.notices().len(), 1, "the stack was not recorded: {:?}", before.notices());
        assert!(lab().notices().is_empty());
        std::fs::write(before.stacks["trixie"].root.join("own"), "mine").unwrap();
        std::fs::write(&before.kernel.image, "my own").unwrap();
        let (lab, before) = (lab(), before.fingerprint("trixie"));
        let print = lab.fingerprint("trixie");
        assert_eq!((print.changed.to_string(), print.kernel_changed), ("/own (added)".to_owned(), true));
        assert_eq!(print.kernel_sha256, manifest::octets_digest(["my own"]));
        assert_ne!(print.files_sha256, before.files_sha256);
        assert_eq!((print.packages, print.stack_sha256), (before.packages, before.stack_sha256));
        assert_eq!(lab.notices().len(), 2, "{:?}", lab.notices());
    }

    #[test]
    fn a_cache_that_others_may_write_is_refused_before_anything_of_it_is_run() {
        let dir = tempfile::tempdir().unwrap();
        let machine = Machine { private_group: |_| None, ..machine(dir.path(), "") };
        fake(&machine, &["trixie"]);
        let shelf = Shelf::of(&machine).unwrap();
        assert_eq!(shelf.safe(), Ok(()));
        std::fs::set_permissions(dir.path().join("stack"), Permissions::from_mode(0o775)).unwrap();
        let refused = shelf.safe().unwrap_err();
        assert_eq!(refused.kind, LabErrorKind::Unsafe);
        assert_eq!(ensure_on(&machine, &[], &Progress::Silent).unwrap_err(), refused);
        assert_eq!(status(&machine).unwrap_err(), refused);
        assert!(!Init::place(shelf.root()).exists());
    }

    #[test]
    fn other_machines_are_told_before_anything_is_fetched_or_made() {
        let dir = tempfile::tempdir().unwrap();
        let cache = dir.path().join("cache");
        let machine = Machine { arch: "aarch64".into(), ..machine(&cache, "") };
        let told = LabError::not_x86_64("aarch64");
        for stacks in [&[][..], &["trixie".to_owned()]] {
            assert_eq!(ensure_on(&machine, stacks, &Progress::Silent).unwrap_err(), told);
        }
        assert_eq!(status(&machine).unwrap_err(), told);
        assert_eq!(told.exit_code(), 3);
        assert!(!cache.exists());
        assert_eq!(clean(&machine, &Clean::All), Ok(Vec::new()), "what was copied there can be removed");
    }

    #[test]
    fn a_missing_stack_without_apt_is_an_error_that_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let machine = machine(&dir.path().join("cache"), "");
        let error = ensure_on(&machine, &["trixie".to_owned()], &Progress::Silent).unwrap_err();
        assert_eq!(error, LabError::no_apt("apt-get"));
        assert!(!dir.path().join("cache").exists());
    }

    #[test]
    fn an_unknown_stack_is_refused_before_anything_is_built() {
        let dir = tempfile::tempdir().unwrap();
        let error = ensure_on(&machine(dir.path(), ""), &["sid".to_owned()], &Progress::Silent).unwrap_err();
        assert_eq!(error, LabError::unknown_stack("sid", &["bookworm", "trixie", "forky"]));
    }

    /// For the hand: `OFFHOOK_CACHE=/some/dir cargo test -p offhook --lib lab::tests::the_whole -- --ignored --nocapture`.
    #[test]
    #[ignore = "takes minutes and the network"]
    fn the_whole_lab_is_built() {
        let names: Vec<String> = STACKS.iter().map(|name| (*name).to_owned()).collect();
        match ensure(&names, &Progress::for_stderr()) {
            Ok(_) => print!("{}", status(&Machine::this()).unwrap()),
            Err(error) => {
                println!("{error}");
                std::process::exit(error.exit_code().into());
            }
        }
    }
}
