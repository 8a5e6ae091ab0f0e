//! What can go wrong with the lab, told to the person who has to mend it.
//!
//! Every message is one paragraph: what was being done, what was expected, what came, what to do.
//! Below it may stand a few lines of another program's own words ([`LabError::details`]).

use std::fmt;
use std::io;
use std::path::Path;

/// The sort of a [`LabError`], for those who decide by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabErrorKind {
    /// This machine cannot run the lab's kernel.
    Machine,
    /// A program is missing.
    MissingTool,
    /// The machine's package sources name no usable archive, or the archive's keys are missing.
    Sources,
    /// The archive could not be reached, or gave something else than it promised.
    Network,
    /// No room.
    DiskFull,
    /// A directory cannot be made or written.
    NotWritable,
    /// Somebody else could have put something into the cache.
    Unsafe,
    /// No directory for guests' memory.
    GuestMemory,
    /// No such stack.
    UnknownStack,
    /// A stack cannot be made so.
    BadRecipe,
    /// The kernel's patch does not apply.
    Patch,
    /// A file that the lab is carried in cannot be made or taken.
    LabFile,
    /// A program failed: compiler, unpacker.
    Build,
    /// A signal asked to stop, or another part of the lab failed first.
    Interrupted,
}

/// Why there is no lab. Its `Display` is one paragraph; [`LabError::details`], if there are any, follow line by line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabError {
    /// What sort of error.
    pub kind: LabErrorKind,
    message: String,
    help: String,
    details: Vec<String>,
    signal: Option<i32>,
}

impl LabError {
    pub(super) fn new(kind: LabErrorKind, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { kind, message: message.into(), help: help.into(), details: Vec::new(), signal: None }
    }

    pub(super) fn with_details(mut self, details: impl IntoIterator<Item = String>) -> Self {
        self.details.extend(details);
        self
    }

    /// What was being done, what was expected and what came: one or two sentences.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do: one or two sentences.
    pub fn help(&self) -> &str {
        &self.help
    }

    /// The last lines another program said, if one failed.
    pub fn details(&self) -> &[String] {
        &self.details
    }

    /// The exit code it asks for: 130 if a signal ended the work, whichever, as everywhere in offhook; else 3.
    pub fn exit_code(&self) -> u8 {
        if self.signal.is_some() { 130 } else { 3 }
    }

    pub(super) fn not_x86_64(arch: &str) -> Self {
        let why = match arch {
            "x86" => {
                "it is built from Debian's packages for amd64, which this machine, a 32-bit x86, cannot run".to_owned()
            }
            _ => format!(
                "its guests run on a User Mode Linux kernel, and Linux has that port for x86 only (arch/x86/um in its \
                 source); this machine is {arch}"
            ),
        };
        Self::new(
            LabErrorKind::Machine,
            format!(
                "Making the lab ready, which scenarios and the calls of an audit need: {why}. Nothing was fetched."
            ),
            "Use an x86-64 machine for these. Here work: offhook modem, call, check and explain, and audit --static.",
        )
    }

    pub(super) fn no_apt(missing: &str) -> Self {
        Self::new(
            LabErrorKind::MissingTool,
            format!(
                "The lab is built from Debian packages, which {missing} fetches and verifies; \
                 there is no {missing} in PATH."
            ),
            "Build the lab on a Debian or Ubuntu machine (in a container, too) and copy its cache directory here; \
             on Debian itself install the packages apt and dpkg.",
        )
    }

    pub(super) fn missing_tool(tool: &str, package: &str) -> Self {
        Self::new(
            LabErrorKind::MissingTool,
            format!("Building the lab's kernel needs {tool}; there is no {tool} in PATH."),
            format!("Install the Debian package {package}: apt-get install {package}."),
        )
    }

    pub(super) fn no_mirror() -> Self {
        Self::new(
            LabErrorKind::Sources,
            "The lab is built from Debian packages; none of this machine's apt sources (/etc/apt/sources.list, \
             /etc/apt/sources.list.d) is a Debian archive with the component main.",
            "Name a mirror in the environment: OFFHOOK_MIRROR=http://MIRROR/debian.",
        )
    }

    pub(super) fn no_keyring() -> Self {
        Self::new(
            LabErrorKind::Sources,
            "The lab's packages are verified with the keys of the Debian archive; this machine has none \
             (looked for /usr/share/keyrings/debian-archive-keyring.gpg and .pgp).",
            "Install the package debian-archive-keyring, or name a keyring in the environment: OFFHOOK_KEYRING=FILE.",
        )
    }

    pub(super) fn unknown_key(suite: &str, mirror: &str) -> Self {
        Self::new(
            LabErrorKind::Sources,
            format!(
                "The package lists of {suite} from {mirror} should be signed by the Debian archive; \
                 their signature is by a key that this machine's keyring lacks, or is wrong."
            ),
            "Bring the package debian-archive-keyring up to date, or name a newer keyring in the environment: \
             OFFHOOK_KEYRING=FILE.",
        )
    }

    pub(super) fn no_network(doing: &str, mirror: &str) -> Self {
        Self::new(
            LabErrorKind::Network,
            format!("While {doing}, the archive {mirror} could not be reached, and the lab is not built yet."),
            "Connect to the network, or name another mirror in the environment (OFFHOOK_MIRROR=http://MIRROR/debian), \
             and run it again: what was fetched so far is kept. Once built, the lab needs no network.",
        )
    }

    pub(super) fn wrong_hash(file: &str, expected: &str, came: &str) -> Self {
        Self::new(
            LabErrorKind::Network,
            format!("{file} should have the SHA-256 {expected} that the signed package lists say; it has {came}."),
            "The file was removed; run it again to fetch it again. If it stays wrong, name another mirror in the \
             environment: OFFHOOK_MIRROR=http://MIRROR/debian.",
        )
    }

    pub(super) fn no_kernel_source(mirror: &str) -> Self {
        Self::new(
            LabErrorKind::Sources,
            format!("The archive {mirror} should offer a package linux-source-X.Y in trixie; it offers none."),
            "Name a complete mirror in the environment: OFFHOOK_MIRROR=http://MIRROR/debian.",
        )
    }

    pub(super) fn disk_full(doing: &str, dir: &Path, needed: Option<u64>, free: Option<u64>) -> Self {
        let message = match (needed, free) {
            (Some(needed), Some(free)) => {
                format!("{doing} needs {} free in {}; there are {}.", size(needed), dir.display(), size(free))
            }
            _ => format!("While {doing}, the file system of {} became full.", dir.display()),
        };
        Self::new(
            LabErrorKind::DiskFull,
            message,
            "Make room there, or put the cache somewhere else: OFFHOOK_CACHE=DIRECTORY. \
             Nothing half-made was left behind.",
        )
    }

    pub(super) fn cache_not_writable(dir: &Path, error: &io::Error) -> Self {
        Self::new(
            LabErrorKind::NotWritable,
            format!(
                "The lab is built once into the cache directory {}, which cannot be written: {}.",
                dir.display(),
                reason(error)
            ),
            "Make it writable for you, or put the cache somewhere else: OFFHOOK_CACHE=DIRECTORY.",
        )
    }

    pub(super) fn cache_noexec(dir: &Path) -> Self {
        Self::new(
            LabErrorKind::NotWritable,
            format!(
                "The lab's kernel is a program in the cache directory {}, where programs cannot be run: its file system \
                 is mounted noexec.",
                dir.display()
            ),
            "Put the cache somewhere else: OFFHOOK_CACHE=DIRECTORY.",
        )
    }

    pub(super) fn no_home() -> Self {
        Self::new(
            LabErrorKind::NotWritable,
            "The lab is built once into a cache directory; none of OFFHOOK_CACHE, XDG_CACHE_HOME and HOME is set \
             to an absolute path.",
            "Set one: OFFHOOK_CACHE=/some/DIRECTORY.",
        )
    }

    pub(super) fn no_guest_memory(needed: u64, tried: Vec<String>) -> Self {
        Self::new(
            LabErrorKind::GuestMemory,
            format!(
                "A guest's memory is a file that must be mapped executable; none of the directories it may lie in \
                 allows that with {} free: {}.",
                size(needed),
                tried.join("; ")
            ),
            "Set TMPDIR to a directory on a file system mounted without noexec, or make room in one of these; \
             a container's /dev/shm grows with --shm-size.",
        )
    }

    pub(super) fn unknown_stack(name: &str, known: &[&str]) -> Self {
        Self::new(
            LabErrorKind::UnknownStack,
            format!("There is no stack named \"{name}\"."),
            format!("The stacks are {}; `offhook lab add` makes others.", known.join(", ")),
        )
    }

    pub(super) fn bad_recipe(why: &str) -> Self {
        Self::new(LabErrorKind::BadRecipe, format!("The stack cannot be made: {why}."), "See offhook lab add --help.")
    }

    pub(super) fn patch_mismatch(file: &str, source: &str, why: &str) -> Self {
        Self::new(
            LabErrorKind::Patch,
            format!(
                "The lab's kernel is patched so that runs can be repeated; the patch for {file} does not fit \
                 {source}: {why}."
            ),
            "This kernel is newer than this version of offhook knows. Bring offhook up to date; or name another kernel \
             in the environment, OFFHOOK_KERNEL_SOURCE=linux-source-7.3 say.",
        )
    }

    pub(super) fn failed(doing: &str, how: &str) -> Self {
        Self::new(
            LabErrorKind::Build,
            format!("While {doing}, {how}."),
            "Its last words stand below. Nothing half-made was left behind: once mended, run it again.",
        )
    }

    pub(super) fn unreadable(doing: &str, what: &str, error: &io::Error) -> Self {
        Self::new(
            LabErrorKind::Build,
            format!("While {doing}, {what}: {}.", reason(error)),
            "Nothing half-made was left behind: once mended, run it again.",
        )
    }

    pub(super) fn interrupted(signal: Option<i32>) -> Self {
        let mut error = Self::new(
            LabErrorKind::Interrupted,
            "The building of the lab was interrupted; the half-made part was removed.",
            "Run it again: finished parts and downloads are kept.",
        );
        error.signal = signal;
        error
    }

    /// An error of reading or writing under `dir`, which may be a full disk.
    pub(super) fn io(doing: &str, dir: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::disk_full(doing, dir, None, None),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::cache_not_writable(dir, error),
            _ => Self::unreadable(doing, &dir.display().to_string(), error),
        }
    }
}

impl fmt::Display for LabError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.message, self.help)?;
        self.details.iter().try_for_each(|line| write!(f, "\n    | {line}"))
    }
}

impl std::error::Error for LabError {}

/// A path as one word of a shell.
pub(super) fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

/// An I/O error's words without its number: `Permission denied`, as in the middle of a sentence.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// Octets as people write them: `167 MB`, `1.3 GB`.
pub fn size(octets: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "kB")];
    for (unit, name) in UNITS {
        if octets >= unit {
            let tenths = octets / (unit / 10);
            return if tenths >= 100 {
                format!("{} {name}", octets / unit)
            } else {
                format!("{}.{} {name}", tenths / 10, tenths % 10)
            };
        }
    }
    format!("{octets} octets")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_error_is_a_paragraph_for_its_reader() {
        let dir = Path::new("/home/alice/.cache/offhook");
        let denied = io::Error::from_raw_os_error(13);
        let errors = [
            LabError::not_x86_64("aarch64"),
            LabError::not_x86_64("x86"),
            LabError::no_apt("apt-get"),
            LabError::missing_tool("gcc", "gcc"),
            LabError::no_mirror(),
            LabError::no_keyring(),
            LabError::unknown_key("trixie", "http://mirror.example/debian"),
            LabError::no_network("reading the package lists of trixie", "http://mirror.example/debian"),
            LabError::wrong_hash("ppp_2.5.2-1+1_amd64.deb", "00ff", "ff00"),
            LabError::no_kernel_source("http://mirror.example/debian"),
            LabError::disk_full("Building the kernel", dir, Some(1_300_000_000), Some(64_000_000)),
            LabError::io("unpacking the kernel's source", dir, &io::Error::from_raw_os_error(28)),
            LabError::io("writing a manifest", dir, &denied),
            LabError::cache_not_writable(dir, &denied),
            LabError::cache_noexec(dir),
            LabError::no_home(),
            LabError::no_guest_memory(256_000_000, vec!["/tmp is mounted noexec".into(), "/dev/shm is full".into()]),
            LabError::unknown_stack("bookwrom", &["bookworm", "trixie"]),
            LabError::patch_mismatch("drivers/char/random.c", "linux-source-9.1", "hunk 1 was not found"),
            LabError::failed("compiling the kernel", "make ended with exit code 2").with_details([
                "net/socket.c:1: error: out of luck".to_owned(),
                "make: *** [Makefile:1] Error 1".to_owned(),
            ]),
            LabError::interrupted(Some(2)),
        ];
        let text: Vec<String> = errors.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(text.join("\n\n"));
    }

    #[test]
    fn an_interrupt_exits_as_shells_expect() {
        for signal in [1, 2, 15] {
            assert_eq!(LabError::interrupted(Some(signal)).exit_code(), 130);
        }
        assert_eq!(LabError::interrupted(None).exit_code(), 3);
        assert_eq!(LabError::no_mirror().exit_code(), 3);
    }

    #[test]
    fn paths_with_quotes_stay_one_word() {
        assert_eq!(quoted(Path::new("/home/o'neil/a b")), r"'/home/o'\''neil/a b'");
    }

    #[test]
    fn sizes_have_two_significant_digits() {
        assert_eq!(size(12), "12 octets");
        assert_eq!(size(7_648_432), "7.6 MB");
        assert_eq!(size(166_780_612), "166 MB");
        assert_eq!(size(1_300_000_000), "1.3 GB");
    }
}
