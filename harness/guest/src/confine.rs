//! On the host: what a guest's kernel may do is cut down to what it needs, before it is the kernel.
//!
//! In goes a [`Confinement`]; afterwards this process, and all that it becomes or starts, opens no other files, makes no
//! links or devices, reaches no network, sends no signal outwards (Landlock, landlock(7); where there is none, `enclosure`), gains no privileges
//! (`no_new_privs`), and makes no system call that a User Mode Linux kernel has no use for (`syscalls`). Root in a guest may mount
//! whatever it likes by hostfs, and may break out into its kernel: it meets the same walls.

use std::fs;
use std::io;
use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, LandlockStatus, PathBeneath, PathFd, PathFdError,
    Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError, Scope,
};
use nix::sys::resource::{Resource, setrlimit};
use offhook_base::guest::{Confined, Confinement};

use crate::enclosure;

/// The newest interface that is known here; of an older kernel's, what it has is taken.
const NEWEST: ABI = ABI::V6;

/// What a User Mode Linux kernel looks at when it starts: the processor, and whether a new pty of its own sends signals.
const CPUINFO: &str = "/proc/cpuinfo";
const PTMX: &str = "/dev/ptmx";

/// Confines this process, as far as this machine lets it; all the way, if that is required. It must have one thread only.
pub(super) fn confine(confinement: &Confinement) -> io::Result<Confined> {
    setrlimit(Resource::RLIMIT_FSIZE, confinement.file_size, confinement.file_size)?;
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    // Containers may refuse either, as a kernel may not have it; whoever asked to run it all the same has been warned.
    let landlock = if confinement.without_landlock { None } else { restrict(confinement)? };
    let enclosed = landlock.is_none() && enclosure::enclose(confinement, &always()).is_ok();
    let confined = Confined { landlock, enclosed, filter: filtered().unwrap_or_default() };
    if confinement.required && !confined.holds() {
        return Err(io::Error::other(confined.to_string()));
    }
    Ok(confined)
}

#[cfg(target_arch = "x86_64")]
fn filtered() -> io::Result<bool> {
    crate::filter::install().map(|()| true)
}

/// There is no User Mode Linux for other processors.
#[cfg(not(target_arch = "x86_64"))]
fn filtered() -> io::Result<bool> {
    Ok(false)
}

/// Closes what was left open by whoever started the runner: a guest's kernel would have it too.
pub(super) fn close_inherited() -> io::Result<()> {
    let open: Vec<i32> = fs::read_dir("/proc/self/fd")?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|number| *number > 2)
        .collect();
    for number in open {
        // That of the listing itself is closed already.
        let _ = nix::unistd::close(number);
    }
    Ok(())
}

/// What every guest's kernel may use. A machine without them has a kernel that does without them.
fn always() -> Vec<&'static Path> {
    [CPUINFO, PTMX].map(Path::new).into_iter().filter(|path| path.exists()).collect()
}

fn restrict(confinement: &Confinement) -> io::Result<Option<u32>> {
    let failed = |error: RulesetError| io::Error::other(format!("asking Landlock: {error}"));
    let execute = AccessFs::ReadFile | AccessFs::Execute;
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let write = read
        | AccessFs::WriteFile
        | AccessFs::Truncate
        | AccessFs::MakeReg
        | AccessFs::MakeDir
        | AccessFs::RemoveFile
        | AccessFs::RemoveDir;
    let asked = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(NEWEST)))
        .and_then(|rules| rules.scope(Scope::from_all(NEWEST)))
        .and_then(Ruleset::create);
    let Ok(mut rules) = asked else { return Ok(None) };
    let device = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::IoctlDev;
    let given = [(&confinement.execute, execute), (&confinement.read, read), (&confinement.write, write)];
    let given = given.into_iter().flat_map(|(paths, access)| paths.iter().map(move |path| (path.as_path(), access)));
    let always = always()
        .into_iter()
        .map(|path| (path, if path.starts_with("/dev") { device } else { AccessFs::ReadFile.into() }));
    for (path, access) in always.chain(given) {
        let opened = PathFd::new(path).map_err(|error| opening(path, &error))?;
        rules = RulesetCreated::add_rule(rules, PathBeneath::new(opened, access)).map_err(failed)?;
    }
    let status = rules.restrict_self().map_err(failed)?;
    Ok(match status.landlock {
        LandlockStatus::Available { effective_abi, .. } => Some(effective_abi as u32),
        LandlockStatus::NotEnabled | LandlockStatus::NotImplemented => None,
    })
}

fn opening(path: &Path, error: &PathFdError) -> io::Error {
    io::Error::other(format!("opening {}: {error}", path.display()))
}
