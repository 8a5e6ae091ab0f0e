//! What ends a run's guests when the runner is killed before it could: a process that waits for it to be gone.
//!
//! In: the groups that begin and end, as lines on its standard input, which closes with the runner. A guest's kernel asks to die
//! with its parent besides, and so do the processes that it keeps; one of those that was being made at that moment may ask too
//! late, and what broke out of its kernel would not ask.

use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use nix::unistd::Pid;
use offhook_base::guest::END_WITH_RUNNER;

/// The process, and the way to tell it.
#[derive(Debug)]
pub(super) struct Lifeline {
    child: Child,
    /// `None` at the end.
    input: Mutex<Option<ChildStdin>>,
}

impl Lifeline {
    /// Starts it: the init program with a word of its own.
    pub(super) fn start(program: &Path) -> io::Result<Self> {
        let mut command = Command::new(program);
        // Not of the terminal's foreground group: what ends the runner must not end this.
        command.arg(END_WITH_RUNNER).env_clear().process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let input = Mutex::new(child.stdin.take());
        Ok(Self { child, input })
    }

    /// There is this group.
    pub(super) fn begins(&self, group: Pid) {
        self.tell(&format!("+{group}\n"));
    }

    /// It was ended, and is not reaped yet.
    pub(super) fn ends(&self, group: Pid) {
        self.tell(&format!("-{group}\n"));
    }

    fn tell(&self, line: &str) {
        if let Some(input) = self.input.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            // Without it guests end as they would otherwise.
            let _ = input.write_all(line.as_bytes());
        }
    }
}

impl Drop for Lifeline {
    fn drop(&mut self) {
        *self.input.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
        let _ = self.child.wait();
    }
}
