//! What a host and the process 1 of its guest have to agree on: names of files, lines on the console, the first moment.

use serde::{Deserialize, Serialize};

use std::fmt;
use std::path::PathBuf;

/// Name of the job file in the output directory.
pub const JOB_FILE: &str = "job.json";
/// Name of the report file in the output directory.
pub const REPORT_FILE: &str = "report.json";

/// Name of the file in the output directory to which a guest that streams its trace writes events, one a line.
pub const PARTIAL_TRACE_FILE: &str = "partial-trace.jsonl";

/// Where the output directory is seen in the guest.
pub const OUT: &str = "/out";

/// The stack's root directory, as a guest mounts it: below the directory that its kernel takes for the host's root.
pub const STACK_VIEW: &str = "/stack";
/// A machine's own directories of programs, likewise, each by its name: `/programs/usr`.
pub const PROGRAMS_VIEW: &str = "/programs";

/// The output directory, likewise.
pub const OUT_VIEW: &str = "/out";
/// The first root of guests, likewise.
pub const INIT_VIEW: &str = "/init";

/// Name of the file in the output directory with a shell's exit status, in decimal.
pub const STATUS_FILE: &str = "status";

/// The word by which the init program knows that it is process 1 of a guest.
pub const PROCESS_ONE: &str = "process-1";

/// The word by which the init program knows that it is to become a kernel: its parent's process number, a processor's
/// number or [`ANY_PROCESSOR`], a [`Confinement`] as JSON, the kernel and its arguments follow.
pub const BECOME_KERNEL: &str = "become-kernel";

/// Stands for a processor's number where the kernel may run on any.
pub const ANY_PROCESSOR: &str = "any";

/// The line by which process 1 tells the host that it runs.
pub const HELLO: &str = "offhook: process 1 runs";
/// What begins a line by which process 1 tells the host why it cannot go on.
pub const CANNOT: &str = "offhook: cannot go on: ";

/// Seconds since 1970 at which every guest's clock starts: 2026-01-05 09:00:00 UTC, a Monday.
pub const EPOCH: u64 = 1_767_603_600;

/// The word by which the init program confines itself as a guest's kernel would be, and prints how: [`Confined`] as JSON.
pub const SHOW_CONFINEMENT: &str = "show-confinement";

/// The word by which the init program ends groups of processes when its standard input does: lines of `+NUMBER` and `-NUMBER`
/// say which there are.
pub const END_WITH_RUNNER: &str = "end-with-runner";

/// What a guest's kernel, and all that it starts, may do on the host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// Files to read and execute: the libraries that the kernel is linked with, and last the kernel.
    pub execute: Vec<PathBuf>,
    /// Directories to read below, and files to read.
    pub read: Vec<PathBuf>,
    /// Directories to read and write below: plain files and directories, no links, devices, sockets or FIFOs.
    pub write: Vec<PathBuf>,
    /// The most octets that one file may have.
    pub file_size: u64,
    /// Start nothing where the host's kernel cannot confine it.
    pub required: bool,
    /// As if the host's kernel had no Landlock.
    #[serde(default)]
    pub without_landlock: bool,
}

/// The variable of the environment that is `off` for guests to be confined as if the host's kernel had no Landlock: for tests.
pub const LANDLOCK: &str = "OFFHOOK_LANDLOCK";

/// How far a host's kernel confines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confined {
    /// Version of Landlock's interface that is in force (landlock(7)); `None`: there is no Landlock.
    pub landlock: Option<u32>,
    /// Whether a guest has a file system of its own instead (user_namespaces(7)), with nothing else of the host in it.
    #[serde(default)]
    pub enclosed: bool,
    /// Whether a filter refuses system calls that a kernel does not need.
    pub filter: bool,
}

impl Confined {
    /// Whether what a guest does stays in the guest.
    pub const fn holds(&self) -> bool {
        (self.landlock.is_some() || self.enclosed) && self.filter
    }
}

/// What holds, or what is missing: `Landlock 7, system calls filtered`.
impl fmt::Display for Confined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.landlock {
            Some(version) => write!(f, "Landlock {version}, ")?,
            None if self.enclosed => f.write_str("no Landlock, a user namespace instead, ")?,
            None => f.write_str(
                "this machine's kernel has no Landlock and lets you have no user namespace: a guest's programs can reach \
                 your files; ",
            )?,
        }
        f.write_str(if self.filter { "system calls filtered" } else { "system calls not filtered" })
    }
}

/// A file that stands in the place of one of the server's, and is handed over in the output directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplacedFile {
    /// Its path on the server.
    pub path: String,
    /// Its name in the output directory.
    pub file: String,
}

/// A file of a stack whose owner or mode an ordinary user cannot give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Special {
    /// Path from the stack's root, without a leading slash.
    pub path: String,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Permissions with setuid, setgid and sticky bits.
    pub mode: u32,
}

/// A directory of a machine's own programs, which a guest has in place of its stack's: `usr`, `lib64`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramDirectory {
    /// Its name in the root directory.
    pub name: String,
    /// Of one that is a link in the machine's root: what the link says.
    pub link: Option<String>,
}
