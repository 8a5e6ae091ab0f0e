//! A processor for each guest: what a guest runs on is not changed while it runs.
//!
//! A User Mode Linux kernel and the processes it keeps hand a single thread of work to and fro, at each system call.
//! Left to themselves they sit on two processors that wake each other from sleep every time, and a guest takes three to
//! five times as long as on one.
//!
//! In goes what the system allows this process; out comes a processor that no other guest of this machine has, as long as
//! there is one. A claim is an abstract socket (unix(7)): whoever ends, however it ends, leaves nothing behind.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

use nix::sched::{CpuSet, sched_getaffinity};
use nix::unistd::Pid;

/// A processor, claimed for as long as this lives.
#[derive(Debug)]
pub(super) struct Processor {
    /// Its number as the system counts.
    pub(super) number: usize,
    /// What makes others take another one; `None` if all were taken, and this one is shared.
    _claim: Option<UnixDatagram>,
}

impl Processor {
    /// A free processor, or else any; `None` where the system does not say which there are.
    pub(super) fn claim() -> Option<Self> {
        let allowed = allowed().ok()?;
        let free = allowed.iter().find_map(|number| {
            let name = format!("offhook processor {number}");
            let claim = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(name).ok()?).ok()?;
            Some(Self { number: *number, _claim: Some(claim) })
        });
        free.or_else(|| {
            // Runners that find all of them taken do not all choose the same one.
            let any = allowed.get(std::process::id() as usize % allowed.len().max(1))?;
            Some(Self { number: *any, _claim: None })
        })
    }
}

/// The processors this process may run on.
fn allowed() -> nix::Result<Vec<usize>> {
    let set = sched_getaffinity(Pid::from_raw(0))?;
    Ok((0..CpuSet::count()).filter(|number| set.is_set(*number).unwrap_or(false)).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn no_two_guests_claim_the_same_processor_while_there_is_another() {
        let claims: Vec<_> = (0..allowed().unwrap().len()).map(|_| Processor::claim().unwrap()).collect();
        let mut own: Vec<_> = claims.iter().filter(|claim| claim._claim.is_some()).map(|claim| claim.number).collect();
        let count = own.len();
        own.sort_unstable();
        own.dedup();
        assert_eq!(own.len(), count);
        assert!(allowed().unwrap().contains(&Processor::claim().unwrap().number), "one that is shared is one there is");
    }
}
