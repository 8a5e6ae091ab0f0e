//! On the host: this process becomes a guest's kernel, which dies with whoever started it.
//!
//! In go the parent's process number, a processor, a confinement, and the kernel with its arguments. The process asks to be
//! killed when its parent dies, stays on that processor, is confined, and then is the kernel: so a guest does not outlive its
//! runner, not even one that got SIGKILL. The kernel in turn asks the same for the processes it keeps.

use std::collections::BTreeSet;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::{Pid, getppid};
use offhook_base::guest::{Confinement, LANDLOCK};

use crate::confine::{close_inherited, confine};

/// Becomes the kernel named by `arguments`; comes back only with the reason why not.
pub(super) fn become_kernel(arguments: &[String]) -> io::Error {
    let [parent, processor, confinement, kernel, rest @ ..] = arguments else {
        return io::Error::other("no kernel named");
    };
    if let Err(error) = die_with(parent) {
        return error;
    }
    if let Ok(number) = processor.parse() {
        // Where it is not allowed the guest is slower, and the same otherwise.
        let _ = stay_on(number);
    }
    // A user namespace of its own makes the kernel forget it (prctl(2), PR_SET_PDEATHSIG).
    if let Err(error) = confined(confinement).and_then(|()| die_with(parent)) {
        return error;
    }
    Command::new(kernel).args(rest).exec()
}

/// Asks to be killed when the parent dies.
fn die_with(parent: &str) -> io::Result<()> {
    set_pdeathsig(Signal::SIGKILL)?;
    // It may have died before the kernel could be asked to tell.
    if getppid().to_string() == parent { Ok(()) } else { Err(io::Error::other("the runner is gone")) }
}

fn confined(confinement: &str) -> io::Result<()> {
    close_inherited()?;
    confine(&serde_json::from_str(confinement)?)?;
    Ok(())
}

/// Waits for whoever started it to be gone, however it ended, and then ends the groups that it had not ended itself. What asks
/// to die with its parent may do so too late by a moment.
pub(super) fn end_with_runner() {
    let mut groups = BTreeSet::new();
    for line in io::stdin().lines().map_while(Result::ok) {
        match line.split_at_checked(1) {
            Some(("+", number)) => drop(number.parse().map(|number: i32| groups.insert(number))),
            Some((_, number)) => drop(number.parse().map(|number: i32| groups.remove(&number))),
            None => {}
        }
    }
    for group in groups.into_iter().filter(|group| *group > 1) {
        let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
    }
}

/// Confines this process as a guest's kernel would be that may do nothing, and prints how far.
pub(super) fn show_confinement() -> io::Result<()> {
    let without_landlock = std::env::var_os(LANDLOCK).is_some_and(|word| word == "off");
    let confined = confine(&Confinement { file_size: u64::MAX, without_landlock, ..Confinement::default() })?;
    println!("{}", serde_json::to_string(&confined)?);
    Ok(())
}

/// Keeps this process, and those it will start, on one processor.
fn stay_on(number: usize) -> io::Result<()> {
    let mut set = CpuSet::new();
    set.set(number)?;
    Ok(sched_setaffinity(Pid::from_raw(0), &set)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use nix::sched::sched_getaffinity;

    use super::*;

    #[test]
    fn a_thread_stays_where_it_is_told_to() {
        // The affinity is the calling thread's alone.
        std::thread::spawn(|| {
            let allowed = || {
                let set = sched_getaffinity(Pid::from_raw(0)).unwrap();
                (0..CpuSet::count()).filter(|number| set.is_set(*number).unwrap()).collect::<Vec<_>>()
            };
            let last = *allowed().last().unwrap();
            stay_on(last).unwrap();
            assert_eq!(allowed(), [last]);
        })
        .join()
        .unwrap();
    }

    #[test]
    fn nothing_is_started_for_a_parent_that_is_gone() {
        let words = ["1", "any", "{}", "/bin/true"].map(str::to_owned);
        // The thread's process asks to be killed with its parent; that is of no harm to a test.
        let error = if getppid().as_raw() == 1 { become_kernel(&[]) } else { become_kernel(&words) };
        assert!(["the runner is gone", "no kernel named"].contains(&error.to_string().as_str()), "{error}");
    }
}
