//! The live view of `offhook modem` in a terminal of its own, as a person has it: drawn, steered by keys, resized, and the
//! terminal as it was when it is over.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "common/terminal.rs"]
mod terminal;

use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};
use nix::sys::termios::{LocalFlags, tcgetattr};
use nix::unistd::Pid;
use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};
use terminal::Terminal;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a terminal is told when a program takes its screen, and gives it back.
const ALTERNATE_SCREEN: &str = "\x1b[?1049h";
const USUAL_SCREEN: &str = "\x1b[?1049l";
const CURSOR_SHOWN: &str = "\x1b[?25h";

/// A terminal of 80 columns and 24 lines that runs the live view of one line.
struct View {
    pty: Pty,
    process: Child,
    home: tempfile::TempDir,
    /// What it has been sent and nobody has waited for yet.
    shown: String,
}

impl View {
    fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        let (pty, terminal) = open().unwrap();
        pty.resize(Size::new(24, 80)).unwrap();
        let process = Command::new(env!("CARGO_BIN_EXE_offhook"))
            .args(["modem", "--link", "./vm0=5551000", "--training", "0s", "--control", "control.sock"])
            .current_dir(home.path())
            .env("TERM", "xterm-256color")
            .env("LC_ALL", "C.UTF-8")
            .spawn(terminal)
            .unwrap();
        Self { pty, process, home, shown: String::new() }
    }

    /// Waits until the terminal is sent `text`; gives everything up to its end.
    fn wait_for(&mut self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.shown.find(text) {
                let rest = self.shown.split_off(at + text.len());
                return std::mem::replace(&mut self.shown, rest);
            }
            assert!(self.read(deadline), "waited for {text:?}, the terminal was sent {:?}", self.shown);
        }
    }

    /// Everything that the terminal is sent until the program has closed it.
    fn rest(&mut self) -> String {
        let deadline = Instant::now() + PATIENCE;
        while self.read(deadline) {}
        std::mem::take(&mut self.shown)
    }

    /// False if nothing came until `deadline`, or nothing can come any more.
    fn read(&mut self, deadline: Instant) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        let mut waits = [PollFd::new(self.pty.as_fd(), PollFlags::POLLIN)];
        if poll(&mut waits, PollTimeout::try_from(left).unwrap()).unwrap() == 0 {
            return false;
        }
        let mut buffer = [0; 4096];
        // EIO is how a terminal tells that no program has it open.
        let count = self.pty.read(&mut buffer).unwrap_or(0);
        self.shown.push_str(&String::from_utf8_lossy(&buffer[..count]));
        count > 0
    }

    fn press(&mut self, keys: &str) {
        self.pty.write_all(keys.as_bytes()).unwrap();
    }

    /// Whether the terminal echoes and edits lines, as a shell leaves it.
    fn is_cooked(&self) -> bool {
        tcgetattr(&self.pty).unwrap().local_flags.contains(LocalFlags::ICANON | LocalFlags::ECHO)
    }

    fn wait(&mut self) -> ExitStatus {
        self.process.wait().unwrap()
    }
}

impl Drop for View {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn the_view_shows_the_lines_and_what_happens_on_them() {
    let mut view = View::start();
    view.wait_for(ALTERNATE_SCREEN);
    view.wait_for("5551000");
    assert!(!view.is_cooked());
    let mut port = Terminal::open(&view.home.path().join("vm0"));
    port.command("ATI3", "OK");
    view.wait_for("ATI3");
}

#[test]
fn a_key_ends_it_and_the_terminal_is_as_it_was() {
    for key in ["q", "\x03"] {
        let mut view = View::start();
        view.wait_for("5551000");
        view.press(key);
        let rest = view.rest();
        assert!(rest.contains(USUAL_SCREEN) && rest.contains(CURSOR_SHOWN), "{key:?}: {rest:?}");
        assert_eq!(view.wait().code(), Some(0), "{key:?}: {rest:?}");
        assert!(view.is_cooked(), "{key:?}");
        assert!(!view.home.path().join("vm0").is_symlink(), "{key:?}");
    }
}

#[test]
fn a_signal_ends_it_and_the_terminal_is_as_it_was() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let mut view = View::start();
        view.wait_for("5551000");
        kill(Pid::from_raw(view.process.id().cast_signed()), signal).unwrap();
        let rest = view.rest();
        assert!(rest.contains(USUAL_SCREEN) && rest.contains(CURSOR_SHOWN), "{signal}: {rest:?}");
        assert_eq!(view.wait().code(), Some(0), "{signal}: {rest:?}");
        assert!(view.is_cooked(), "{signal}");
    }
}

#[test]
fn another_size_is_drawn_as_soon_as_the_terminal_has_it() {
    let mut view = View::start();
    view.wait_for("5551000");
    view.pty.resize(Size::new(20, 40)).unwrap();
    // Drawn whole, since nothing of the old size stays.
    view.wait_for("5551000");
    view.press("?");
    view.wait_for("quit");
}

#[test]
fn a_window_that_is_closed_ends_it_and_leaves_nothing() {
    // It is drawing, reading or waiting at each of these moments; what fails then fails in its own way.
    for moment in 0..30 {
        let mut view = View::start();
        view.wait_for("5551000");
        view.press("?");
        std::thread::sleep(Duration::from_micros(moment * 200));
        // Another in its place, so that this one is closed.
        let (other, _terminal) = open().unwrap();
        drop(std::mem::replace(&mut view.pty, other));
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = view.process.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "it goes on without its terminal");
            std::thread::sleep(Duration::from_millis(1));
        };
        assert!(status.success(), "{moment}: {status}");
        assert!(view.home.path().join("vm0").symlink_metadata().is_err());
    }
}
