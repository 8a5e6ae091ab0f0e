//! How long a guest waited for a processor: other programs' doing, which is not to count for what it may take.
//!
//! In goes the process group a guest's processes are in; out comes the time that those alive were ready to run and did
//! not (proc(5), /proc/PID/schedstat). At most one of them runs or waits at a time.

use std::fs;
use std::time::Duration;

use nix::unistd::Pid;

/// Of all processes in the group together; zero where the kernel does not tell.
pub(super) fn waited(group: Pid) -> Duration {
    processes(group).into_iter().filter_map(waited_of).sum()
}

/// The processes in this group.
pub(super) fn processes(group: Pid) -> Vec<i32> {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = all.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    numbers.filter(|pid| is_in(*pid, group)).collect()
}

fn is_in(pid: i32, group: Pid) -> bool {
    nix::unistd::getpgid(Some(Pid::from_raw(pid))) == Ok(group)
}

/// The second of three numbers: nanoseconds on a run queue.
fn waited_of(pid: i32) -> Option<Duration> {
    let text = fs::read_to_string(format!("/proc/{pid}/schedstat")).ok()?;
    text.split_whitespace().nth(1)?.parse().ok().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::process::CommandExt;
    use std::process::Command;
    use std::time::Instant;

    use nix::sys::signal::{Signal, killpg};

    use super::*;

    #[test]
    fn programs_that_are_more_than_there_are_processors_wait() {
        let processors = std::thread::available_parallelism().unwrap().get();
        let mut children = Vec::new();
        let mut group = Pid::from_raw(0);
        for _ in 0..=2 * processors {
            let mut spinning = Command::new("sh");
            let child = spinning.args(["-c", "while :; do :; done"]).process_group(group.as_raw()).spawn().unwrap();
            if group.as_raw() == 0 {
                group = Pid::from_raw(child.id().try_into().unwrap());
            }
            children.push(child);
        }
        let begun = Instant::now();
        let enough = Duration::from_millis(100);
        while waited(group) < enough && begun.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let waited = waited(group);
        killpg(group, Signal::SIGKILL).unwrap();
        children.iter_mut().for_each(|child| drop(child.wait()));
        assert!(waited >= enough, "{waited:?}");
        assert_eq!(super::waited(group), Duration::ZERO, "nobody is left");
    }
}
