//! The output directory, which is the host's: for process 1 alone.
//!
//! It is mounted in the guest's first root, and held open when that is let go: no path of the server's leads there. A
//! program that is root may mount it again, but it cannot look into process 1, for which the rights are taken out of
//! what a program can get ([`withhold`]), and so it does not know the token by which the host knows process 1's report.

use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use nix::mount::{MsFlags, mount};
use nix::unistd::fchdir;
use offhook_base::Error;
use offhook_base::guest::{OUT, OUT_VIEW};
use rustix::thread::{CapabilitySet, remove_capability_from_bounding_set};

/// The directory, held open.
static HELD: OnceLock<File> = OnceLock::new();

/// What no program of the server can get, root or not: what leads into process 1 or past it (capabilities(7)). They keep
/// CAP_SYS_ADMIN, by which mgetty takes a terminal over from the program before it (ioctl_tty(2), TIOCSCTTY).
const WITHHELD: [CapabilitySet; 7] = [
    CapabilitySet::SYS_PTRACE,
    CapabilitySet::SYS_RAWIO,
    CapabilitySet::SYS_MODULE,
    CapabilitySet::SYS_BOOT,
    CapabilitySet::BPF,
    CapabilitySet::PERFMON,
    CapabilitySet::CHECKPOINT_RESTORE,
];

/// Mounts the directory in the first root, and holds it open.
pub(super) fn open() -> Result<(), Error> {
    mount(Some("none"), OUT, Some("hostfs"), MsFlags::empty(), Some(OUT_VIEW))
        .map_err(|errno| Error::io("mounting the output directory in the guest", &errno.into()))?;
    let held = File::open(OUT).map_err(|error| Error::io("opening the output directory in the guest", &error))?;
    let _ = HELD.set(held);
    Ok(())
}

/// Whether process 1 works in it.
static ENTERED: OnceLock<()> = OnceLock::new();

/// Goes there for good, once no program is left: none has a say in where it is, not even by something mounted over /proc.
pub(super) fn enter() -> Result<(), Error> {
    let failed = |errno: nix::Error| Error::io("entering the output directory in the guest", &errno.into());
    HELD.get().map_or(Err(nix::Error::EBADF), fchdir).map_err(failed)?;
    let _ = ENTERED.set(());
    Ok(())
}

/// Where it is for process 1 once /proc is there; in the first root it is at [`OUT`].
pub(super) fn directory() -> PathBuf {
    match HELD.get() {
        _ if ENTERED.get().is_some() => PathBuf::from("."),
        Some(held) => Path::new("/proc/self/fd").join(held.as_raw_fd().to_string()),
        None => PathBuf::from(OUT),
    }
}

/// Where the kernel is told which rights the programs get that it starts by itself, as root (Documentation/admin-guide/sysctl/kernel.rst
/// of the kernel): whoever makes it start one gets no more by it.
const HELPERS: [&str; 2] = ["/proc/sys/kernel/usermodehelper/bset", "/proc/sys/kernel/usermodehelper/inheritable"];

/// Takes those rights from every program that is started from here on. Process 1 keeps them.
pub(super) fn withhold() -> Result<(), Error> {
    let failed =
        |error: std::io::Error| Error::io("withholding rights from the server's programs in the guest", &error);
    let withheld = WITHHELD.into_iter().fold(0, |set, right| set | right.bits());
    // Two words of 32 bits, the lower first. The kernel takes rights away by it and never adds one.
    let (low, high) = (!withheld as u32, (!withheld >> 32) as u32);
    for path in HELPERS {
        fs::write(path, format!("{low} {high}")).map_err(failed)?;
    }
    // After that: it takes one of them.
    WITHHELD.into_iter().try_for_each(remove_capability_from_bounding_set).map_err(|errno| failed(errno.into()))
}
