//! Other programs run for the lab (apt, dpkg-deb, make): each in its own process group, all ended together.
//!
//! A signal ends them by process group, so that make's compilers go with it; [`Children::check`] then says so to
//! whoever is between two programs. Every program also dies with the thread that started it.

use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, killpg, sigaction};
use nix::unistd::Pid;

use super::error::LabError;

/// How many last lines of a failed program are shown.
const LAST_WORDS: usize = 15;

/// The programs of one piece of work.
#[derive(Debug)]
pub(super) struct Children {
    stop: AtomicBool,
    signal: AtomicI32,
    groups: [AtomicI32; 32],
}

/// The crew that signals end.
pub(super) static CHILDREN: Children = Children::new();

impl Children {
    pub(super) const fn new() -> Self {
        Self { stop: AtomicBool::new(false), signal: AtomicI32::new(0), groups: [const { AtomicI32::new(0) }; 32] }
    }

    /// Ends all programs and lets none begin. Safe in a signal handler.
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
        self.signal_all(Signal::SIGTERM);
    }

    fn signal_all(&self, signal: Signal) {
        for group in &self.groups {
            let group = group.load(Ordering::SeqCst);
            if group > 0 {
                let _ = killpg(Pid::from_raw(group), signal);
            }
        }
    }

    /// Fails once [`Children::stop`] was called.
    pub(super) fn check(&self) -> Result<(), LabError> {
        if !self.stop.load(Ordering::SeqCst) {
            return Ok(());
        }
        let signal = self.signal.load(Ordering::SeqCst);
        Err(LabError::interrupted((signal != 0).then_some(signal)))
    }

    /// Starts a program in its own process group, with `LC_ALL=C` and nothing to read.
    fn start(&self, command: &mut Command) -> io::Result<Running<'_>> {
        command.process_group(0).env("LC_ALL", "C").env_remove("LANGUAGE").stdin(Stdio::null());
        // SAFETY: the closure calls prctl(2) only, which is async-signal-safe and allocates nothing.
        unsafe {
            command.pre_exec(|| nix::sys::prctl::set_pdeathsig(Signal::SIGTERM).map_err(io::Error::from));
        }
        let child = command.spawn()?;
        let group = i32::try_from(child.id()).unwrap_or(0);
        let free = |slot: &&AtomicI32| slot.compare_exchange(0, group, Ordering::SeqCst, Ordering::SeqCst).is_ok();
        let slot = self.groups.iter().find(free);
        let running = Running { child, slot };
        if self.stop.load(Ordering::SeqCst) {
            let _ = killpg(Pid::from_raw(group), Signal::SIGTERM);
        }
        Ok(running)
    }

    /// Runs a program to its end and gives what it wrote to its standard output.
    ///
    /// # Errors
    /// If it cannot be started or does not succeed, with the last lines it wrote.
    pub(super) fn output(&self, doing: &str, command: &mut Command) -> Result<String, LabError> {
        let mut lines = String::new();
        self.lines(doing, command, |line| {
            lines.push_str(line);
            lines.push('\n');
        })?;
        Ok(lines)
    }

    /// Runs a program to its end, giving each line of its standard output to `line`.
    ///
    /// # Errors
    /// As [`Children::output`].
    pub(super) fn lines(&self, doing: &str, command: &mut Command, mut line: impl FnMut(&str)) -> Result<(), LabError> {
        let mut last = LastWords::default();
        self.stream(doing, command, &mut last, |stdout, last| {
            let mut reader = BufReader::new(stdout);
            let mut buffer = Vec::new();
            while reader.read_until(b'\n', &mut buffer).is_ok_and(|n| n > 0) {
                let text = String::from_utf8_lossy(&buffer);
                let text = text.trim_end();
                last.push(text);
                line(text);
                buffer.clear();
            }
            Ok(())
        })
    }

    /// Runs a program to its end, giving its standard output to `read`.
    ///
    /// # Errors
    /// If it cannot be started, if `read` fails, or if the program fails.
    pub(super) fn pipe<T>(
        &self,
        doing: &str,
        command: &mut Command,
        read: impl FnOnce(&mut dyn Read) -> Result<T, LabError>,
    ) -> Result<T, LabError> {
        let mut last = LastWords::default();
        self.stream(doing, command, &mut last, |mut stdout, _| {
            let result = read(&mut stdout)?;
            // what follows the archive is padding; a program that cannot write it would fail
            let _ = io::copy(&mut stdout, &mut io::sink());
            Ok(result)
        })
    }

    fn stream<T>(
        &self,
        doing: &str,
        command: &mut Command,
        last: &mut LastWords,
        read: impl FnOnce(std::process::ChildStdout, &mut LastWords) -> Result<T, LabError>,
    ) -> Result<T, LabError> {
        self.check()?;
        let program = command.get_program().to_string_lossy().into_owned();
        let cannot = |error: io::Error| LabError::unreadable(doing, &format!("{program} could not be started"), &error);
        let mut running = self.start(command.stdout(Stdio::piped()).stderr(Stdio::piped())).map_err(cannot)?;
        let stdout = running.child.stdout.take().ok_or_else(|| cannot(io::ErrorKind::BrokenPipe.into()))?;
        let stderr = running.child.stderr.take();
        let (result, said) = std::thread::scope(|scope| {
            let errors = scope.spawn(move || {
                let mut said = LastWords::default();
                for line in
                    stderr.into_iter().flat_map(|stderr| BufReader::new(stderr).split(b'\n')).map_while(Result::ok)
                {
                    said.push(&String::from_utf8_lossy(&line));
                }
                said
            });
            let result = read(stdout, last);
            if result.is_err() {
                running.end();
            }
            (result, errors.join().unwrap_or_default())
        });
        let status = running.child.wait().map_err(cannot)?;
        self.check()?;
        if result.is_ok() && !status.success() {
            // what it says on standard error is its complaint; what stands on standard output led there
            let words = if said.0.is_empty() { &last.0 } else { &said.0 };
            return Err(
                LabError::failed(doing, &format!("{program} {}", ending(status))).with_details(words.iter().cloned())
            );
        }
        result
    }
}

/// How a program ended: `ended with exit code 2`.
fn ending(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with exit code {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended abnormally".to_owned(),
    }
}

/// A program under way; ended, waited for and signed off when dropped.
struct Running<'a> {
    child: Child,
    slot: Option<&'a AtomicI32>,
}

impl Running<'_> {
    fn end(&self) {
        if let Ok(group) = i32::try_from(self.child.id()) {
            let _ = killpg(Pid::from_raw(group), Signal::SIGTERM);
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            self.end();
            let _ = self.child.wait();
        }
        if let Some(slot) = self.slot {
            slot.store(0, Ordering::SeqCst);
        }
    }
}

/// The last lines a program wrote.
#[derive(Default)]
struct LastWords(Vec<String>);

impl LastWords {
    fn push(&mut self, line: &str) {
        if line.trim().is_empty() {
            return;
        }
        if self.0.len() == LAST_WORDS {
            self.0.remove(0);
        }
        self.0.push(line.trim_end().to_owned());
    }
}

/// Seconds that the programs, and the work between them, have to end once they are asked to.
const PATIENCE: nix::libc::c_uint = 5;

/// The exit code of a program that a signal ended.
const INTERRUPTED: nix::libc::c_int = 130;

/// While it lives, SIGINT, SIGTERM and SIGHUP end [`CHILDREN`] instead of this process; the second one, or five seconds, end
/// both.
pub(super) struct SignalsEndCrew(Vec<(Signal, SigAction)>);

impl SignalsEndCrew {
    pub(super) fn begin() -> Self {
        extern "C" fn on_signal(signal: nix::libc::c_int) {
            const NOTE: &[u8] = b"\nlab: stopping; once more to leave the tidying to the next start\n";
            if CHILDREN.signal.swap(signal, Ordering::SeqCst) != 0 {
                // SAFETY: _exit(2) is async-signal-safe; what lies in tmp/ is removed when next the cache is opened.
                unsafe { nix::libc::_exit(INTERRUPTED) };
            }
            CHILDREN.stop();
            nix::unistd::alarm::set(PATIENCE);
            // SAFETY: write(2) is async-signal-safe, and the octets are static.
            unsafe { nix::libc::write(2, NOTE.as_ptr().cast(), NOTE.len()) };
        }
        extern "C" fn on_alarm(_: nix::libc::c_int) {
            CHILDREN.signal_all(Signal::SIGKILL);
            // SAFETY: as above.
            unsafe { nix::libc::_exit(INTERRUPTED) };
        }
        CHILDREN.stop.store(false, Ordering::SeqCst);
        CHILDREN.signal.store(0, Ordering::SeqCst);
        let action = SigAction::new(SigHandler::Handler(on_signal), SaFlags::SA_RESTART, SigSet::empty());
        let mut before = Vec::new();
        for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
            // SAFETY: the handler uses atomics, kill(2), write(2) and _exit(2), all async-signal-safe.
            if let Ok(old) = unsafe { sigaction(signal, &action) } {
                before.push((signal, old));
            }
        }
        let action = SigAction::new(SigHandler::Handler(on_alarm), SaFlags::SA_RESTART, SigSet::empty());
        // SAFETY: the handler uses atomics, kill(2) and _exit(2), all async-signal-safe.
        if let Ok(old) = unsafe { sigaction(Signal::SIGALRM, &action) } {
            before.push((Signal::SIGALRM, old));
        }
        Self(before)
    }
}

impl Drop for SignalsEndCrew {
    fn drop(&mut self) {
        nix::unistd::alarm::cancel();
        for (signal, action) in &self.0 {
            // SAFETY: puts back what was there before.
            let _ = unsafe { sigaction(*signal, action) };
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_failure_names_the_work_the_program_and_its_last_words() {
        let children = Children::new();
        let error = children.output("compiling the kernel", &mut shell("echo out; echo bad >&2; exit 2")).unwrap_err();
        assert_eq!(error.message(), "While compiling the kernel, /bin/sh ended with exit code 2.");
        assert_eq!(error.details(), ["bad"]);
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = Children::new().output("compiling", &mut Command::new("/nonexistent/make")).unwrap_err();
        assert!(error.message().starts_with("While compiling, /nonexistent/make could not be started: "), "{error}");
    }

    #[test]
    fn stopping_ends_grandchildren_too_and_lets_nothing_begin() {
        let children = Children::new();
        let error = std::thread::scope(|scope| {
            let work = scope.spawn(|| {
                // the grandchild holds the pipe open: reading ends only when it is gone too
                let mut command = shell("sleep 1000 & echo started; wait");
                children.lines("sleeping", &mut command, |line| {
                    if line == "started" {
                        children.stop();
                    }
                })
            });
            work.join().unwrap().unwrap_err()
        });
        assert_eq!(error, LabError::interrupted(None));
        assert_eq!(children.output("going on", &mut shell("true")), Err(LabError::interrupted(None)));
    }

    #[test]
    fn a_reader_that_fails_ends_the_program() {
        let children = Children::new();
        let fail = |_: &mut dyn Read| Err::<(), _>(LabError::no_mirror());
        assert_eq!(children.pipe("reading", &mut shell("exec yes"), fail), Err(LabError::no_mirror()));
    }
}
