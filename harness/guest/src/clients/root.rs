//! Where a program that calls lives: a network namespace of its own, and a file system in which `/etc/ppp` and `/run` are
//! its own and the log socket is nobody's.
//!
//! The server's files, its process files and its log are not touched by it, whatever the program does.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::fcntl::OFlag;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use super::files::{self, DIRECTORY, NEWS};
use crate::output;
use offhook_base::Error;

/// Below this every client has a directory.
const CLIENTS: &str = "/run/clients";

/// A client's root: its network namespace and its directory.
#[derive(Debug)]
pub(super) struct ClientRoot {
    name: String,
    network: File,
}

impl ClientRoot {
    /// A root in this network namespace.
    pub(super) fn new(name: &str, network: File) -> Self {
        Self { name: name.to_owned(), network }
    }

    fn directory(&self) -> PathBuf {
        Path::new(CLIENTS).join(&self.name)
    }

    /// Writes the program's files, with a copy as evidence, and gives the pipe by which it tells of its network.
    pub(super) fn furnish(&self, all: &[files::File]) -> io::Result<File> {
        let directory = self.directory();
        let (own, copies) = (directory.join("ppp"), output::directory().join(&self.name));
        for made in [&own, &directory.join("run/lock"), &copies] {
            fs::create_dir_all(made)?;
        }
        for file in all {
            for place in [&own, &copies] {
                let path = place.join(file.name);
                if let Some(directory) = path.parent() {
                    fs::create_dir_all(directory)?;
                }
                fs::write(&path, &file.text)?;
            }
            fs::set_permissions(own.join(file.name), Permissions::from_mode(file.mode))?;
        }
        let news = own.join(NEWS);
        mkfifo(&news, Mode::from_bits_truncate(0o600))?;
        // Open for both, so that it has no end when a writer goes.
        OpenOptions::new().read(true).write(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(news)
    }

    /// Starts the program; what it says goes to `log`.
    pub(super) fn start(&self, command: &[String], log: OwnedFd) -> Result<i32, Error> {
        let doing = format!("starting {} for {}", command.first().map_or("", String::as_str), self.name);
        // A thread of its own takes the namespaces with it when it ends.
        let started = std::thread::scope(|scope| scope.spawn(|| self.entered_and_started(command, log)).join());
        match started {
            Ok(started) => started.map_err(|error| Error::io(doing, &error)),
            Err(_) => Err(Error::new(format!("{doing}: its thread ended early"))),
        }
    }

    fn entered_and_started(&self, command: &[String], log: OwnedFd) -> io::Result<i32> {
        let Some((program, arguments)) = command.split_first() else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no program"));
        };
        setns(&self.network, CloneFlags::CLONE_NEWNET)?;
        unshare(CloneFlags::CLONE_NEWNS)?;
        mount(None::<&str>, "/", None::<&str>, MsFlags::MS_REC | MsFlags::MS_PRIVATE, None::<&str>)?;
        let directory = self.directory();
        // Nobody listens there: what pppd says comes by its standard output.
        bound(Path::new("/dev/null"), "/dev/log")?;
        bound(&directory.join("ppp"), DIRECTORY)?;
        bound(&directory.join("run"), "/run")?;
        let other = log.try_clone()?;
        let child = Command::new(program)
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .current_dir("/")
            // pppd that is told to end while chat runs tells its whole process group, which must not be process 1's.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(other)
            .spawn()?;
        i32::try_from(child.id()).map_err(io::Error::other)
    }
}

fn bound(from: &Path, to: &str) -> io::Result<()> {
    mount(Some(from), to, None::<&str>, MsFlags::MS_BIND, None::<&str>).map_err(io::Error::from)
}
