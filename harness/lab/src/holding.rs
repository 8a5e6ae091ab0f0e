//! What a guest holds of its host while it runs: files with names, files without, and memory.
//!
//! In go its directories and the group that its kernel and all that this started are in, which none of them can leave
//! (`setsid(2)` and `setpgid(2)` are refused them); out comes what they hold, or the first thing that cannot be looked at.
//! Nobody but a guest that broke its walls hides anything: an honest kernel has no cause to.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::unistd::Pid;

use super::queue;

/// Files and directories that a guest has at most.
pub(super) const MOST_ENTRIES: usize = 100_000;

/// What it holds, in octets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Holding {
    /// On the disk below its directories, as many as are in use.
    pub(super) named: u64,
    /// Files and directories there.
    pub(super) entries: usize,
    /// In files that are open and have no name: its memory, and whatever was removed since.
    pub(super) unnamed: u64,
    /// Memory of its processes, what several share counted once.
    pub(super) memory: u64,
    /// What could not be looked at, if anything.
    pub(super) hidden: Option<String>,
}

/// Looks at all of it. Less than `cheap` octets of memory are not counted exactly, and hardly as less than they are.
pub(super) fn held(directories: &[PathBuf], group: Pid, cheap: u64) -> Holding {
    let mut holding = Holding::default();
    holding.look_below(directories);
    let processes = queue::processes(group);
    let mut files = BTreeMap::new();
    for process in &processes {
        if let Err(error) = unnamed(*process, &mut files)
            && is_alive(*process)
        {
            holding.hidden.get_or_insert(format!("the open files of process {process}: {error}"));
        }
    }
    holding.unnamed = files.values().sum();
    // What several processes share is counted for each of them; looking closer takes the kernel longer.
    holding.memory = processes.iter().map(|process| resident(*process)).sum();
    if holding.memory > cheap {
        holding.memory = processes.iter().map(|process| proportional(*process)).sum();
    }
    holding
}

impl Holding {
    fn look_below(&mut self, directories: &[PathBuf]) {
        let mut open = directories.to_vec();
        while let Some(directory) = open.pop() {
            match self.look_into(&directory, &mut open) {
                // It was removed meanwhile.
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    self.hidden.get_or_insert(format!("a directory: {error}"));
                }
                _ => {}
            }
            if self.entries > MOST_ENTRIES {
                return;
            }
        }
    }

    fn look_into(&mut self, directory: &Path, open: &mut Vec<PathBuf>) -> io::Result<()> {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let about = match entry.metadata() {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                about => about?,
            };
            self.entries += 1;
            self.named += about.blocks() * 512;
            if about.is_dir() {
                open.push(entry.path());
            }
            if self.entries > MOST_ENTRIES {
                break;
            }
        }
        Ok(())
    }
}

/// Adds the files that a process has open and that have no name, by where they are.
fn unnamed(process: i32, files: &mut BTreeMap<(u64, u64), u64>) -> io::Result<()> {
    for entry in fs::read_dir(format!("/proc/{process}/fd"))? {
        // The link leads to the file itself (proc_pid_fd(5)); it may be closed meanwhile.
        if let Ok(about) = fs::metadata(entry?.path())
            && about.is_file()
            && about.nlink() == 0
        {
            files.insert((about.dev(), about.ino()), about.blocks() * 512);
        }
    }
    Ok(())
}

/// Whether the process is there and has not ended. What has ended, and waits to be reaped, has nothing open.
fn is_alive(process: i32) -> bool {
    let state = fs::read_to_string(format!("/proc/{process}/stat"))
        // The name before it, in brackets, may have anything in it (proc_pid_stat(5)).
        .ok()
        .and_then(|text| text.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next()));
    state.is_some_and(|state| !matches!(state, 'Z' | 'X' | 'x'))
}

/// Resident memory, shared or not: the second number of proc_pid_statm(5).
fn resident(process: i32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{process}/statm")).unwrap_or_default();
    let pages: u64 = text.split_whitespace().nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    let page = nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE).ok().flatten();
    pages.saturating_mul(page.and_then(|page| u64::try_from(page).ok()).unwrap_or(4096))
}

/// Resident memory, shared memory in equal parts: `Pss` of proc_pid_smaps(5); where it cannot be read, all of it.
fn proportional(process: i32) -> u64 {
    fs::read_to_string(format!("/proc/{process}/smaps_rollup"))
        .ok()
        .and_then(|text| {
            text.lines().find_map(|line| line.strip_prefix("Pss:")?.split_whitespace().next()?.parse().ok())
        })
        .map_or_else(|| resident(process), |kibibytes: u64| kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs::{File, Permissions};
    use std::io::{BufRead, BufReader, Write};
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};

    use nix::sys::signal::{Signal, killpg};
    use nix::unistd::{geteuid, getpgrp};

    use super::*;

    const MEBIBYTE: u64 = 1 << 20;

    #[test]
    fn what_has_a_name_and_what_has_none_is_counted() {
        let scratch = tempfile::tempdir().unwrap();
        let directories = [scratch.path().to_owned()];
        fs::create_dir(scratch.path().join("in")).unwrap();
        fs::write(scratch.path().join("in/named"), vec![1; 3 << 20]).unwrap();
        let holding = held(&directories, Pid::from_raw(i32::MAX), 0);
        assert_eq!((holding.named / MEBIBYTE, holding.entries, holding.unnamed), (3, 2, 0));
        assert_eq!(holding.hidden, None);

        let mut file = File::create(scratch.path().join("removed")).unwrap();
        let before = held(&directories, getpgrp(), 0);
        file.write_all(&[1; 5 << 20]).unwrap();
        fs::remove_file(scratch.path().join("removed")).unwrap();
        let after = held(&directories, getpgrp(), 0);
        assert_eq!(after.named, before.named);
        assert!(after.unnamed >= before.unnamed + 5 * MEBIBYTE, "{before:?} {after:?}");
    }

    #[test]
    fn memory_of_the_whole_group_is_counted() {
        // A shell with a child, each with 20 million letters in a variable.
        let script = "x=$(head -c 20000000 /dev/zero | tr '\\0' x); (y=$x$x; echo; sleep 60; :) & wait";
        let mut shell =
            Command::new("sh").args(["-c", script]).process_group(0).stdout(Stdio::piped()).spawn().unwrap();
        BufReader::new(shell.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
        let group = Pid::from_raw(shell.id().try_into().unwrap());
        let [roughly, exactly] = [u64::MAX, 0].map(|cheap| held(&[], group, cheap));
        killpg(group, Signal::SIGKILL).unwrap();
        shell.wait().unwrap();
        // The kernel counts the rough number by processor, and adds them up now and then.
        let margin = 4 * MEBIBYTE;
        assert!(exactly.memory > 40_000_000 && exactly.memory <= roughly.memory + margin, "{exactly:?} {roughly:?}");
        assert_eq!(exactly.hidden, None);
    }

    #[test]
    fn a_directory_that_cannot_be_read_is_told() {
        if geteuid().is_root() {
            eprintln!("SKIPPED: root reads every directory");
            return;
        }
        let scratch = tempfile::tempdir().unwrap();
        let dark = scratch.path().join("dark");
        fs::create_dir(&dark).unwrap();
        fs::set_permissions(&dark, Permissions::from_mode(0o300)).unwrap();
        let holding = held(&[scratch.path().to_owned()], Pid::from_raw(i32::MAX), 0);
        fs::set_permissions(&dark, Permissions::from_mode(0o700)).unwrap();
        assert!(holding.hidden.is_some_and(|told| told.starts_with("a directory: ")));
    }
}
