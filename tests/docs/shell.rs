//! A directory to try a page's commands in: commands in, and how they ended out. What they leave running is ended.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

use crate::common;

/// What of the repository the pages name.
const LINKED: &[&str] = &["captures", "docs", "scenarios", "tests"];

/// A directory with the repository's examples in it, and `offhook` on its path.
pub(crate) struct Desk {
    place: TempDir,
    deadline: Duration,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        for name in LINKED {
            symlink(common::root().join(name), place.path().join(name)).unwrap();
        }
        for name in ["bin", "run"] {
            fs::create_dir(place.path().join(name)).unwrap();
        }
        symlink(env!("CARGO_BIN_EXE_offhook"), place.path().join("bin/offhook")).unwrap();
        Self { place, deadline: Duration::from_secs(120) }
    }

    /// Commands may take so long.
    pub(crate) fn within(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Makes a file of that name.
    pub(crate) fn write(&self, name: &str, text: &str) {
        assert!(!name.starts_with('/') && !name.contains(".."), "{name} lies elsewhere");
        let path = self.place.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs commands one after the other until one fails; says what happened unless the last ended with `exit`.
    pub(crate) fn run(&self, commands: &[String], exit: i32) -> Result<(), String> {
        let output = self.place.path().join("output");
        let file = File::create(&output).unwrap();
        let path = format!("{}:{}", self.place.path().join("bin").display(), std::env::var("PATH").unwrap_or_default());
        let mut shell = tokio::process::Command::new("sh");
        shell.arg("-euc").arg(commands.join("\n")).current_dir(self.place.path()).process_group(0).kill_on_drop(true);
        shell.env("PATH", path).env("NO_COLOR", "1").env("COLUMNS", "100").env("LC_ALL", "C.UTF-8");
        // Modems meet their callers there, and those of other pages are not to be met.
        shell.env("XDG_RUNTIME_DIR", self.place.path().join("run"));
        // A file, and no pipe: what is left in the background has it open, too.
        shell.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let ended = runtime.block_on(async {
            let mut child = shell.spawn().unwrap();
            let group = Pid::from_raw(child.id().unwrap().try_into().unwrap()).unwrap();
            let ended = tokio::time::timeout(self.deadline, child.wait()).await;
            // Nothing may be left of it, which is an error here.
            let _ = kill_process_group(group, Signal::KILL);
            ended
        });
        let said = || format!("\n$ {}\n{}", commands.join("\n$ "), fs::read_to_string(&output).unwrap_or_default());
        match ended {
            Err(_) => Err(format!("had not ended after {:?}{}", self.deadline, said())),
            Ok(status) => match status.unwrap().code() {
                Some(code) if code == exit => Ok(()),
                Some(code) => Err(format!("ended with {code}, and the page says {exit}{}", said())),
                None => Err(format!("was ended by a signal{}", said())),
            },
        }
    }
}
