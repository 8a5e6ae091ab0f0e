//! The filter of system calls that a guest's kernel gets on its host (seccomp(2)): [`ALLOWED`], and four that are looked at.
//!
//! It is a binary search over the calls' numbers. The host's kernel runs every filter for every number when it is
//! installed; a list that is gone through one by one takes it 3 ms for each guest, measured.

use std::io;

use nix::libc;
use seccompiler::sock_filter;

use crate::syscalls::ALLOWED;

/// What makes a new namespace (clone(2)).
const NAMESPACES: i32 = libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWUTS;

/// AUDIT_ARCH_X86_64 of linux/audit.h.
const X86_64: u32 = 0xc000_003e;

/// Where things are in struct seccomp_data (seccomp(2)); of an argument the low half.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const ARGUMENTS: [u32; 2] = [16, 24];

/// From here on this process, and all it starts, makes these calls only.
pub(super) fn install() -> io::Result<()> {
    seccompiler::apply_filter(&program()).map_err(|error| io::Error::other(format!("filtering system calls: {error}")))
}

/// What becomes of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
    Refused,
    Allowed,
    /// By this code, which begins with the call's number as its accumulator.
    Looked(Vec<sock_filter>),
}

impl Fate {
    fn code(&self) -> Vec<sock_filter> {
        match self {
            Self::Refused => vec![refuse()],
            Self::Allowed => vec![allow()],
            Self::Looked(code) => code.clone(),
        }
    }
}

fn program() -> Vec<sock_filter> {
    let mut program = vec![load(ARCHITECTURE), jump(libc::BPF_JEQ, X86_64, 1, 0), refuse(), load(NUMBER)];
    program.extend(search(&fates()));
    program
}

/// Every number at which the fate of calls changes, with the fate from there on.
fn fates() -> Vec<(u32, Fate)> {
    let looked = [
        // clone3(2) hides its flags from a filter; the C library takes clone(2) instead.
        (libc::SYS_clone, refuse_if(ARGUMENTS[0], libc::BPF_JSET, &[NAMESPACES as u32])),
        // A terminal that a shell in a guest runs on takes no typing from it, nor commands for the console.
        (libc::SYS_ioctl, refuse_if(ARGUMENTS[1], libc::BPF_JEQ, &[libc::TIOCSTI as u32, libc::TIOCLINUX as u32])),
        (libc::SYS_socketpair, allow_if(ARGUMENTS[0], libc::AF_UNIX as u32)),
        // Its own limits (0 is who calls), and nobody else's of the same user.
        (libc::SYS_prlimit64, allow_if(ARGUMENTS[0], 0)),
    ];
    let mut known: Vec<(u32, Fate)> = ALLOWED.iter().map(|call| (*call as u32, Fate::Allowed)).collect();
    known.extend(looked.into_iter().map(|(call, code)| (call as u32, Fate::Looked(code))));
    known.sort_by_key(|(number, _)| *number);
    let mut fates = vec![(0, Fate::Refused)];
    for (number, fate) in known {
        if fates.last().is_some_and(|(last, _)| *last == number) {
            fates.pop();
        }
        if fates.last().is_none_or(|(_, before)| *before != fate) {
            fates.push((number, fate));
        }
        fates.push((number + 1, Fate::Refused));
    }
    fates
}

/// The code that finds the fate of the accumulator, a call's number.
fn search(fates: &[(u32, Fate)]) -> Vec<sock_filter> {
    match fates {
        [] => vec![refuse()],
        [(_, fate)] => fate.code(),
        _ => {
            let (low, high) = fates.split_at(fates.len() / 2);
            let (low, right) = (search(low), search(high));
            // A jump is of 255 instructions at most; the whole program has less (a test).
            let over = u8::try_from(low.len()).unwrap_or(u8::MAX);
            let mut code = vec![jump(libc::BPF_JGE, high[0].0, over, 0)];
            code.extend(low);
            code.extend(right);
            code
        }
    }
}

/// Refuses the call if the argument there is, or has a bit of, one of these.
fn refuse_if(argument: u32, how: u32, values: &[u32]) -> Vec<sock_filter> {
    let mut code = vec![load(argument)];
    for value in values {
        code.extend([jump(how, *value, 0, 1), refuse()]);
    }
    code.push(allow());
    code
}

/// Refuses the call unless the argument there is this.
fn allow_if(argument: u32, value: u32) -> Vec<sock_filter> {
    vec![load(argument), jump(libc::BPF_JEQ, value, 1, 0), refuse(), allow()]
}

const fn load(offset: u32) -> sock_filter {
    sock_filter { code: (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16, jt: 0, jf: 0, k: offset }
}

const fn jump(how: u32, value: u32, jt: u8, jf: u8) -> sock_filter {
    sock_filter { code: (libc::BPF_JMP | how | libc::BPF_K) as u16, jt, jf, k: value }
}

const fn allow() -> sock_filter {
    sock_filter { code: (libc::BPF_RET | libc::BPF_K) as u16, jt: 0, jf: 0, k: libc::SECCOMP_RET_ALLOW }
}

const fn refuse() -> sock_filter {
    let action = libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32;
    sock_filter { code: (libc::BPF_RET | libc::BPF_K) as u16, jt: 0, jf: 0, k: action }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the program makes of a call with these arguments, as the kernel would run it.
    fn allowed(architecture: u32, number: u32, arguments: [u32; 2]) -> bool {
        let program = program();
        let (mut at, mut accumulator) = (0, 0);
        loop {
            let sock_filter { code, jt, jf, k } = program[at];
            at += 1;
            match u32::from(code) {
                code if code == libc::BPF_LD | libc::BPF_W | libc::BPF_ABS => {
                    accumulator = match k {
                        NUMBER => number,
                        ARCHITECTURE => architecture,
                        argument => arguments[usize::from(argument == ARGUMENTS[1])],
                    };
                }
                code if code == libc::BPF_RET | libc::BPF_K => return k == libc::SECCOMP_RET_ALLOW,
                code => {
                    let holds = match code & !(libc::BPF_JMP | libc::BPF_K) {
                        libc::BPF_JEQ => accumulator == k,
                        libc::BPF_JGE => accumulator >= k,
                        libc::BPF_JSET => accumulator & k != 0,
                        other => unreachable!("{other}"),
                    };
                    at += usize::from(if holds { jt } else { jf });
                }
            }
        }
    }

    #[test]
    fn every_number_has_the_fate_that_the_list_gives_it() {
        assert!(program().len() < 255, "{}", program().len());
        let looked = [libc::SYS_clone, libc::SYS_ioctl, libc::SYS_socketpair, libc::SYS_prlimit64];
        for number in 0..1000 {
            let call = libc::c_long::from(number);
            if !looked.contains(&call) {
                assert_eq!(allowed(X86_64, number as u32, [0; 2]), ALLOWED.contains(&call), "{number}");
            }
            assert!(!allowed(X86_64, 0x4000_0000 + number as u32, [0; 2]), "x32's {number}");
            assert!(!allowed(0x4000_0003, number as u32, [0; 2]), "i386's {number}");
        }
    }

    #[test]
    fn calls_that_are_looked_at_are_allowed_as_far_as_a_kernel_needs_them() {
        let clone = |flags: i32| allowed(X86_64, libc::SYS_clone as u32, [flags as u32, 0]);
        assert!(clone(libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD));
        assert!(!clone(libc::CLONE_NEWUSER | libc::SIGCHLD) && !clone(libc::CLONE_NEWNS));
        let ioctl = |request: u64| allowed(X86_64, libc::SYS_ioctl as u32, [0, request as u32]);
        assert!(ioctl(libc::TCGETS) && !ioctl(libc::TIOCSTI) && !ioctl(libc::TIOCLINUX));
        let pair = |family: i32| allowed(X86_64, libc::SYS_socketpair as u32, [family as u32, 0]);
        assert!(pair(libc::AF_UNIX) && !pair(libc::AF_INET));
        let limits = |process: u32| allowed(X86_64, libc::SYS_prlimit64 as u32, [process, 0]);
        assert!(limits(0) && !limits(1));
    }

    #[test]
    fn sockets_other_peoples_memory_and_new_walls_are_not_on_the_list() {
        let refused = [
            libc::SYS_socket,
            libc::SYS_connect,
            libc::SYS_bind,
            libc::SYS_process_vm_readv,
            libc::SYS_pidfd_getfd,
            libc::SYS_io_uring_setup,
            libc::SYS_mount,
            libc::SYS_unshare,
            libc::SYS_setns,
            libc::SYS_clone3,
            libc::SYS_bpf,
            libc::SYS_perf_event_open,
            libc::SYS_userfaultfd,
            libc::SYS_keyctl,
            libc::SYS_init_module,
            libc::SYS_chmod,
            libc::SYS_fchmodat,
            libc::SYS_chown,
            libc::SYS_link,
            libc::SYS_symlink,
            libc::SYS_mknod,
            libc::SYS_setxattr,
            libc::SYS_utimensat,
            libc::SYS_open_by_handle_at,
            libc::SYS_setsid,
            libc::SYS_setpgid,
            libc::SYS_sched_setaffinity,
            libc::SYS_setpriority,
        ];
        for call in refused {
            assert!(!allowed(X86_64, call as u32, [0; 2]), "{call}");
        }
    }
}
