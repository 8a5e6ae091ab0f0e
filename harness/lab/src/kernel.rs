//! The lab's kernel, compiled: source package to image.

use std::cell::Cell;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use super::apt::Archive;
use super::cache::{Cache, Scratch};
use super::child::Children;
use super::error::{LabError, LabErrorKind, size};
use super::machine::Machine;
use super::manifest::{self, KernelManifest, StepTime};
use super::progress::{Task, Unit};
use super::record::{Record, Recorded};
use super::tree::{self, Entry, Kind, Stat};
use super::{memory, patch, source, tools, unpack};

/// The kernel's name among the parts of the lab.
pub const KERNEL: &str = "kernel";

/// Changes whenever a kernel made by this code from the same things would differ.
const RECIPE: &str = "kernel 1";

/// The kernel's configuration: what is not in it is off.
const CONFIG: &str = include_str!("../kernel.config");

/// What the whole build takes at its peak: package 170 MB, source 360 MB, objects 120 MB; and room for growth.
const NEEDED: u64 = 1_000_000_000;

/// How many files are compiled, for the bar.
const FILES: u64 = 888;

/// Options that a guest cannot do without; a kernel that dropped one of them is refused at once.
const VITAL: [&str; 11] = [
    "UML_TIME_TRAVEL_SUPPORT",
    "HOSTFS",
    "OVERLAY_FS",
    "TMPFS",
    "SYSCTL",
    "INOTIFY_USER",
    "UNIX98_PTYS",
    "NET_NS",
    "VETH",
    "PPP",
    "PPP_ASYNC",
];

/// The kernel's key: what goes in by recipe, not what the network offers today.
pub(super) fn key(machine: &Machine) -> String {
    let named = machine.var("OFFHOOK_KERNEL_SOURCE").unwrap_or_default();
    let [(_, first), (_, second)] = patch::SPEED;
    let parts = [RECIPE, CONFIG, patch::DETERMINISM, first, second, named];
    manifest::digest(parts.map(str::as_bytes))[..12].to_owned()
}

/// What a build works with.
pub(super) struct Build<'a, 'b> {
    pub(super) children: &'a Children,
    pub(super) machine: &'a Machine,
    pub(super) cache: &'a Cache,
    pub(super) archive: &'a Archive<'b>,
    pub(super) task: &'a Task,
}

impl Build<'_, '_> {
    /// Builds the kernel and moves it to `place`.
    pub(super) fn kernel(&self, place: &Path) -> Result<KernelManifest, LabError> {
        self.machine.check_compiler()?;
        self.check_room("Building the kernel", NEEDED)?;
        let scratch = self.cache.scratch("kernel")?;
        let mut times = Times::default();

        self.try_compiler(&scratch)?;
        let named = self.machine.var("OFFHOOK_KERNEL_SOURCE");
        let download = self.cache.download("kernel");
        let (suite, package) = source::newest(self.archive, named, self.task)?;
        suite.fetch(std::slice::from_ref(&package), &download, self.task)?;
        let tools_dir = scratch.path().join("tools");
        let tools = tools::provide(self.children, self.machine, self.archive, &tools_dir, &download, self.task)?;
        times.step("fetch");

        let (tree, objects) = (scratch.path().join("source"), scratch.path().join("build"));
        let deb = download.join(package.file_name());
        let made =
            self.unpack_and_make(&deb, &package.name, &tree, &objects, tools.as_deref(), source::needed, &mut times);
        match made {
            Err(error) if error.kind == LabErrorKind::Build && lacks_a_file(&error) => {
                self.task.note("the kernel wants files that were left out; unpacking all and trying again");
                for dir in [&tree, &objects] {
                    super::removal::remove(dir).map_err(|error| self.io_error(&error))?;
                }
                self.unpack_and_make(&deb, &package.name, &tree, &objects, tools.as_deref(), |_| true, &mut times)?;
            }
            other => other?,
        }

        let result = scratch.path().join("result");
        fs::create_dir(&result).map_err(|error| self.io_error(&error))?;
        let image = result.join("linux");
        let mut strip = Command::new("strip");
        strip.arg("-o").arg(&image).arg(objects.join("linux"));
        self.children.output("stripping the kernel", &mut strip)?;
        tree::settle_modes(&image).map_err(|error| self.io_error(&error))?;
        let release =
            self.children.output("asking the kernel for its release", Command::new(&image).arg("--version"))?;
        let compiler =
            self.children.output("asking the compiler for its version", Command::new("gcc").arg("--version"))?;
        let manifest = KernelManifest {
            release: release.trim().to_owned(),
            source: package,
            compiler: compiler.lines().next().unwrap_or_default().to_owned(),
            sha256: manifest::file_digest(&image).map_err(|error| self.io_error(&error))?,
            size: image.metadata().map_err(|error| self.io_error(&error))?.len(),
            times: times.steps,
        };
        manifest::write(&result.join("manifest.json"), &manifest).map_err(|error| self.io_error(&error))?;
        self.cache.publish(&scratch, &result, place)?;
        // tens of thousands of files, which a busy disk is slow to forget
        scratch.discard();
        let _ = super::removal::remove(&download);
        Ok(manifest)
    }

    #[expect(clippy::too_many_arguments, reason = "the second try differs in one of them")]
    fn unpack_and_make(
        &self,
        deb: &Path,
        name: &str,
        tree: &Path,
        objects: &Path,
        tools: Option<&Path>,
        wanted: impl Fn(&str) -> bool,
        times: &mut Times,
    ) -> Result<(), LabError> {
        let octets = deb.metadata().map_or(0, |deb| deb.len());
        self.task.phase("unpacking the kernel's source", Unit::Octets, Some(octets));
        unpack::kernel_source(self.children, deb, tree, self.machine.cores, self.task, wanted)
            .map_err(|error| self.in_cache("unpacking the kernel's source", error))?;
        patch::apply(patch::DETERMINISM, tree, name)?;
        for (what, patch) in patch::SPEED {
            if let Err(error) = patch::apply(patch, tree, name) {
                self.task.note(&format!("{what} will be slower than they need be: {}", error.message()));
            }
        }
        times.step("unpack");

        self.task.phase("configuring the kernel", Unit::Percent, None);
        fs::create_dir_all(objects).map_err(|error| self.io_error(&error))?;
        let config = objects.join("lab.config");
        fs::write(&config, CONFIG).map_err(|error| self.io_error(&error))?;
        let mut configure = self.make(tree, objects, tools);
        configure.env("KCONFIG_ALLCONFIG", &config).arg("allnoconfig");
        self.compile("configuring the kernel", &mut configure, &Cell::new(0))?;
        self.check_config(name, &objects.join(".config"))?;

        self.task.phase("compiling the kernel", Unit::Files, Some(FILES));
        let mut make = self.make(tree, objects, tools);
        make.arg(format!("-j{}", self.machine.cores)).arg("linux");
        self.compile("compiling the kernel", &mut make, &Cell::new(0))?;
        times.step("compile");
        Ok(())
    }

    fn make(&self, tree: &Path, objects: &Path, tools: Option<&Path>) -> Command {
        let mut make = Command::new("make");
        make.current_dir(tree).arg("ARCH=um").arg(format!("O={}", objects.display()));
        // their versions would enter the image, which uses neither: the same packages must give the same image
        make.args(["RUSTC=no-rustc", "PAHOLE=no-pahole"]);
        // Debian's source is not ours to mend: looking for what to warn of takes time and tells nobody.
        make.arg("KCFLAGS=-w");
        for variable in
            ["MAKEFLAGS", "MFLAGS", "MAKELEVEL", "KBUILD_OUTPUT", "CROSS_COMPILE", "ARCH", "SUBARCH", "KCFLAGS"]
        {
            make.env_remove(variable);
        }
        make.env("KBUILD_BUILD_TIMESTAMP", "Thu Jan  1 00:00:00 UTC 1970");
        make.env("KBUILD_BUILD_USER", "offhook").env("KBUILD_BUILD_HOST", "offhook");
        if let Some(tools) = tools {
            let path = self.machine.var("PATH").unwrap_or_default();
            make.env("PATH", format!("{}:{path}", tools.display()));
        }
        make
    }

    fn compile(&self, doing: &str, make: &mut Command, files: &Cell<u64>) -> Result<(), LabError> {
        let made = self.children.lines(doing, make, |line| {
            if ["  CC ", "  AS ", "  HOSTCC "].iter().any(|kind| line.starts_with(kind)) {
                files.set(files.get() + 1);
                self.task.position(files.get());
            }
        });
        made.map_err(|error| match error.details().iter().any(|line| line.contains("No space left on device")) {
            true => LabError::disk_full(doing, self.cache.root(), None, None),
            false => error,
        })
    }

    fn check_config(&self, name: &str, config: &Path) -> Result<(), LabError> {
        let config = fs::read_to_string(config).map_err(|error| self.io_error(&error))?;
        let off = |option: &&&str| !config.lines().any(|line| line == format!("CONFIG_{option}=y"));
        match VITAL.iter().find(off) {
            Some(option) => {
                Err(LabError::failed("configuring the kernel", &format!("{name} did not accept CONFIG_{option}")))
            }
            None => Ok(()),
        }
    }

    /// Compiles and runs a small program. The C library's headers are a package of their own, and the cache may lie
    /// where nothing can be run; the build would fail of either late and in riddles.
    fn try_compiler(&self, scratch: &Scratch) -> Result<(), LabError> {
        let (code, program) = (scratch.path().join("try.c"), scratch.path().join("try"));
        fs::write(&code, "#include <stdio.h>\nint main(void) { return puts(\"\") < 0; }\n")
            .map_err(|error| self.io_error(&error))?;
        let mut gcc = Command::new("gcc");
        gcc.arg("-o").arg(&program).arg(&code);
        self.children.output("trying the compiler", &mut gcc).map(drop).map_err(|error| {
            match error.details().iter().any(|line| line.contains("stdio.h")) {
                true => LabError::missing_tool("the C library's headers (stdio.h)", "libc6-dev"),
                false => error,
            }
        })?;
        match Command::new(&program).stdout(Stdio::null()).status() {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                Err(LabError::cache_noexec(self.cache.root()))
            }
            _ => Ok(()),
        }
    }

    /// Whether the cache's file system has room; what is free may be gone later, but the usual case is told at once.
    pub(super) fn check_room(&self, what: &str, needed: u64) -> Result<(), LabError> {
        match memory::free(self.cache.root()) {
            Ok(free) if free < needed => Err(LabError::disk_full(what, self.cache.root(), Some(needed), Some(free))),
            _ => Ok(()),
        }
    }

    /// A full disk is the cache's, not that of a directory which is gone again.
    pub(super) fn in_cache(&self, doing: &str, error: LabError) -> LabError {
        match error.kind {
            LabErrorKind::DiskFull => LabError::disk_full(doing, self.cache.root(), None, None),
            _ => error,
        }
    }

    pub(super) fn io_error(&self, error: &io::Error) -> LabError {
        LabError::io("building the lab", self.cache.root(), error)
    }
}

/// Whether a build failed because of a file that is not there.
fn lacks_a_file(error: &LabError) -> bool {
    error
        .details()
        .iter()
        .any(|line| line.contains("No such file or directory") || line.contains("No rule to make target"))
}

/// A finished kernel.
#[derive(Clone, Debug, PartialEq)]
pub struct Kernel {
    /// The image, a program.
    pub image: PathBuf,
    /// What it is made of.
    pub manifest: KernelManifest,
}

impl Kernel {
    /// The kernel in that directory, if it is complete.
    pub(super) fn read(place: &Path) -> Option<Self> {
        let manifest: KernelManifest = manifest::read(&place.join("manifest.json"))?;
        let image = place.join("linux");
        // One of another size was put there by somebody who wants it; an empty one is what a crash of the machine leaves.
        (image.metadata().ok()?.len() > 0).then_some(Self { image, manifest })
    }

    /// Its record, if none was written: the manifest has the hash, and nothing is known of the file.
    pub(super) fn as_built(&self) -> io::Result<Record> {
        let mode = Stat::of(&self.image.symlink_metadata()?).mode;
        let stat = Stat { kind: Kind::File, mode, ..Stat::default() };
        let entry = Entry { path: Vec::new(), stat, sha256: self.manifest.sha256.clone() };
        Ok(Record { recorded: Recorded::Built, entries: vec![entry] })
    }

    pub(super) fn summary(&self) -> String {
        format!("kernel {} ({})", self.manifest.release, size(self.manifest.size))
    }
}

/// Measures steps that follow one another.
pub(super) struct Times {
    last: Instant,
    pub(super) steps: Vec<StepTime>,
}

impl Default for Times {
    fn default() -> Self {
        Self { last: Instant::now(), steps: Vec::new() }
    }
}

impl Times {
    /// The step that ends now.
    pub(super) fn step(&mut self, step: &str) {
        let tenths = (self.last.elapsed().as_secs_f64() * 10.0).round() / 10.0;
        self.steps.push(StepTime { step: step.to_owned(), seconds: tenths });
        self.last = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_key_depends_on_what_goes_in_alone() {
        assert_eq!(key(&Machine::with_env(&[])), key(&Machine::with_env(&[("PATH", "/x"), ("HOME", "/y")])));
        assert_ne!(
            key(&Machine::with_env(&[])),
            key(&Machine::with_env(&[("OFFHOOK_KERNEL_SOURCE", "linux-source-6.1")]))
        );
        assert_eq!(key(&Machine::with_env(&[])).len(), 12);
    }

    #[test]
    fn every_vital_option_is_in_the_configuration() {
        for option in VITAL {
            assert!(CONFIG.lines().any(|line| line == format!("CONFIG_{option}=y")), "{option}");
        }
    }

    #[test]
    fn half_a_kernel_is_none() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Kernel::read(dir.path()), None);
        let manifest = KernelManifest { release: "7.3.4".into(), size: 3, ..KernelManifest::default() };
        manifest::write(&dir.path().join("manifest.json"), &manifest).unwrap();
        assert_eq!(Kernel::read(dir.path()), None);
        fs::write(dir.path().join("linux"), "").unwrap();
        assert_eq!(Kernel::read(dir.path()), None);
        fs::write(dir.path().join("linux"), "elf").unwrap();
        assert_eq!(Kernel::read(dir.path()).unwrap().summary(), "kernel 7.3.4 (3 octets)");
    }
}
