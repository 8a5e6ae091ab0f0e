//! A terminal program at a pty of `offhook modem`, and the modems themselves, for tests and measurements.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, reason = "every user takes a part of it")]

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};
use nix::sys::termios::{ControlFlags, SetArg, cfmakeraw, tcgetattr, tcsetattr};
use nix::unistd::Pid;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// A program that has a port open.
#[derive(Debug)]
pub(crate) struct Terminal {
    file: File,
    heard: Vec<u8>,
}

impl Terminal {
    /// Opens the port as terminal programs do: raw, and local, so that carrier loss does not hang it up.
    pub(crate) fn open(path: &Path) -> Self {
        Self::try_open(path).unwrap()
    }

    fn try_open(path: &Path) -> std::io::Result<Self> {
        let file = File::options().read(true).write(true).custom_flags(nix::libc::O_NOCTTY).open(path)?;
        let mut attributes = tcgetattr(&file)?;
        cfmakeraw(&mut attributes);
        attributes.control_flags |= ControlFlags::CLOCAL;
        tcsetattr(&file, SetArg::TCSANOW, &attributes)?;
        Ok(Self { file, heard: Vec::new() })
    }

    /// Sends octets.
    pub(crate) fn send(&mut self, text: &str) {
        self.send_octets(text.as_bytes());
    }

    pub(crate) fn send_octets(&mut self, octets: &[u8]) {
        self.file.write_all(octets).unwrap();
    }

    /// Waits for `text`; gives everything up to its end.
    pub(crate) fn hear(&mut self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = self.heard.windows(text.len()).position(|window| window == text.as_bytes());
            if let Some(at) = found {
                let rest = self.heard.split_off(at + text.len());
                return String::from_utf8_lossy(&std::mem::replace(&mut self.heard, rest)).into_owned();
            }
            let so_far = String::from_utf8_lossy(&self.heard).into_owned();
            assert!(self.wait(deadline), "waited for {text:?}, heard {so_far:?}");
        }
    }

    /// Waits for so many octets.
    pub(crate) fn hear_octets(&mut self, count: usize) -> Vec<u8> {
        let deadline = Instant::now() + PATIENCE;
        while self.heard.len() < count {
            assert!(self.wait(deadline), "waited for {count} octets, heard {}", self.heard.len());
        }
        let rest = self.heard.split_off(count);
        std::mem::replace(&mut self.heard, rest)
    }

    /// Sends a command line and waits for its result code.
    pub(crate) fn command(&mut self, line: &str, result: &str) -> String {
        self.send(&format!("{line}\r"));
        self.hear(&format!("{result}\r\n"))
    }

    /// Reads what comes next; false if nothing came until `deadline`.
    fn wait(&mut self, deadline: Instant) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = PollTimeout::try_from(left).unwrap();
        let mut waits = [PollFd::new(self.file.as_fd(), PollFlags::POLLIN)];
        if poll(&mut waits, timeout).unwrap() == 0 {
            return false;
        }
        let mut buffer = [0; 4096];
        let count = self.file.read(&mut buffer).unwrap_or(0);
        self.heard.extend(&buffer[..count]);
        count > 0
    }

    /// Reads what is there and throws it away.
    pub(crate) fn drain(&self) {
        let mut waits = [PollFd::new(self.file.as_fd(), PollFlags::POLLIN)];
        while poll(&mut waits, PollTimeout::ZERO).unwrap() > 0 {
            if (&self.file).read(&mut [0; 4096]).unwrap_or(0) == 0 {
                return;
            }
        }
    }

    /// The port itself.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }
}

/// Running modems in a directory of their own, ended when dropped.
#[derive(Debug)]
pub(crate) struct Modems {
    process: Child,
    home: tempfile::TempDir,
}

impl Modems {
    /// Starts `program` with these arguments beside what all tests want: a plain log, no training, short rings.
    pub(crate) fn start(mut program: Command, arguments: &[&str]) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), &mut program, arguments)
    }

    /// The same in this directory.
    pub(crate) fn start_in(home: tempfile::TempDir, program: &mut Command, arguments: &[&str]) -> Self {
        program.current_dir(home.path()).args(["modem", "--plain", "--training", "0s", "--ring-cadence", "uk"]);
        program.args(["--control", "control.sock"]).args(arguments);
        Self::run(home, program)
    }

    /// Starts `offhook answer` in the same way.
    pub(crate) fn answer(mut program: Command, arguments: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        program.current_dir(home.path()).args(["answer", "--plain"]).args(arguments);
        Self::run(home, &mut program)
    }

    fn run(home: tempfile::TempDir, program: &mut Command) -> Self {
        let log = File::create(home.path().join("log")).unwrap();
        let process = program.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        Self { process, home }
    }

    /// A file of theirs.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Opens a link as soon as it is there.
    pub(crate) fn terminal(&mut self, name: &str) -> Terminal {
        // A link that a killed process has left may lead to somebody else's pty, or to none: these say when theirs is there.
        let told = format!("at ./{name} -> ");
        self.wait_until("a link of their own", |modems| modems.log().contains(&told));
        let opened = std::cell::RefCell::new(None);
        self.wait_until("a link that can be opened", |modems| {
            *opened.borrow_mut() = Terminal::try_open(&modems.path(name)).ok();
            opened.borrow().is_some()
        });
        opened.into_inner().unwrap()
    }

    /// What they have printed.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap()
    }

    /// Waits until something of them is so.
    pub(crate) fn wait_until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self) {
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none(), "waited for {what}, the program ended: {}", self.log());
            assert!(Instant::now() < deadline, "waited for {what}: {}", self.log());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// How much memory it has.
    pub(crate) fn resident_kilobytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Sends a signal and waits for the end.
    pub(crate) fn end(&mut self, signal: Signal) -> ExitStatus {
        kill(Pid::from_raw(self.process.id().cast_signed()), signal).unwrap();
        self.process.wait().unwrap()
    }

    /// Its directory, after its end.
    pub(crate) fn into_home(mut self) -> tempfile::TempDir {
        let _ = self.process.kill();
        let _ = self.process.wait();
        std::mem::replace(&mut self.home, tempfile::tempdir().unwrap())
    }
}

impl Drop for Modems {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
