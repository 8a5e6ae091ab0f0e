//! How a process ended, in words: its exit status with what that means, or the signal.
//!
//! The meanings are those of pppd(8), EXIT STATUS. A status that comes after a timer may be 16 whatever the cause was: pppd
//! reads the port once more, and finds it hung up.

use nix::sys::signal::Signal;
use offhook_etc::restart::Ended;

/// What pppd means by its exit status, from 0.
const PPPD: &[&str] = &[
    "it ended as it was told to",
    "a fatal error",
    "its options are wrong",
    "it is not root",
    "the kernel has no PPP",
    "it was ended by a signal",
    "the serial port was locked",
    "the serial port could not be opened",
    "the connect script failed",
    "the command of pty could not be run",
    "PPP did not come up",
    "the peer did not authenticate itself",
    "the link was idle",
    "the connect time was up",
    "it was to be called back",
    "the peer did not answer echo requests",
    "the modem hung up",
    "the line was looped back",
    "its init script failed",
    "it could not authenticate itself",
];

/// `status 2 (its options are wrong)`, `signal 11 (SIGSEGV)`.
///
/// ```
/// use offhook_etc::restart::Ended;
/// use offhook_server::exit_status::spelled;
///
/// assert_eq!(spelled("pppd", Ended::Status(2)), "status 2 (its options are wrong)");
/// assert_eq!(spelled("mgetty", Ended::Status(2)), "status 2");
/// ```
pub fn spelled(program: &str, ended: Ended) -> String {
    match ended {
        Ended::Status(status) => {
            let known = usize::try_from(status).ok().filter(|_| program == "pppd").and_then(|status| PPPD.get(status));
            known.map_or_else(|| format!("status {status}"), |meaning| format!("status {status} ({meaning})"))
        }
        Ended::Signal(number) => match Signal::try_from(number) {
            Ok(signal) => format!("signal {number} ({signal})"),
            Err(_) => format!("signal {number}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_has_its_name_and_an_unknown_status_none() {
        assert_eq!(spelled("pppd", Ended::Signal(11)), "signal 11 (SIGSEGV)");
        assert_eq!(spelled("pppd", Ended::Signal(64)), "signal 64");
        assert_eq!(spelled("pppd", Ended::Status(99)), "status 99");
        assert_eq!(spelled("pppd", Ended::Status(11)), "status 11 (the peer did not authenticate itself)");
    }
}
