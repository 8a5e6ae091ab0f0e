//! Invariants: what holds of a server whatever happened to it, judged when all calls are over.
//!
//! In: what was seen of the run ([`Seen`]). Out: for each invariant what was shown, or what was expected and what came
//! instead. Nothing here knows what was disturbed but for what a caller could not hear.

mod caller_id;
mod census;
mod limits;
mod log;

pub use census::Census;

use offhook_telephony::trace::{Event, EventKind};

use crate::CallSummary;
use offhook_scenario::{AuthResult, Call, InvariantKind, Scenario};

/// The signals that a program gets by what it does itself.
const CRASHES: [&str; 6] = ["SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGTRAP"];

/// What was seen of a run.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// What was run.
    pub scenario: &'a Scenario,
    /// All that happened, in order.
    pub trace: &'a [Event],
    /// What came of every call.
    pub calls: &'a [CallSummary],
    /// What the server had before the first call, and has now.
    pub census: (&'a Census, &'a Census),
    /// Ports that were ready for the first call and are not ready again, each with how far the server has come with it.
    pub not_ready: &'a [(String, String)],
    /// Calls whose line the server did not let go of in time.
    pub held: &'a [usize],
    /// Processes that a disturbance sent a signal.
    pub signalled: &'a [i32],
}

/// What came of an invariant: what was shown, or what was expected and what came instead.
pub type Judged = Result<String, (String, String)>;

/// Whether it holds.
pub fn judge(kind: InvariantKind, seen: &Seen<'_>) -> Judged {
    match kind {
        InvariantKind::PortsReady => ports_ready(seen),
        InvariantKind::NothingLeft => nothing_left(seen),
        InvariantKind::NoCrash => no_crash(seen),
        InvariantKind::Authenticated => authenticated(seen),
        InvariantKind::CallerId => caller_id::judge(seen),
        InvariantKind::LineLetGo => line_let_go(seen),
        InvariantKind::Limits => limits::judge(seen),
        InvariantKind::LogTrue => log::judge(seen),
    }
}

fn ports_ready(seen: &Seen<'_>) -> Judged {
    let Some((device, account)) = seen.not_ready.first() else {
        return Ok("every port is ready for a call again".to_owned());
    };
    Err((format!("{device} to be ready for a call again within two minutes"), account.clone()))
}

/// What is there `after` and was not `before`, and what is missing, as far as the server could have helped it.
pub fn left(trace: &[Event], before: &Census, after: &Census) -> (Vec<String>, Vec<String>) {
    // A process that was only just started when the first call came has not opened all its files.
    let begun = |event: &&Event| !matches!(event.what, EventKind::CallBegins { .. });
    let exited = |event: &Event| matches!(event.what, EventKind::Exited { .. });
    let (mut more, mut less) = match trace.iter().take_while(begun).any(exited) {
        true => after.without_files().since(&before.without_files()),
        false => after.since(before),
    };
    // What is disturbed before the first call may hold then what it lets go of later.
    less.retain(|line| line.starts_with("process "));
    // Who is killed cannot tidy up, and who comes after does not need it.
    let killed = |event: &Event| matches!(&event.what, EventKind::Exited { how, .. } if how.contains("SIGKILL"));
    if trace.iter().any(killed) {
        more.retain(|line| !line.starts_with("pid file "));
    }
    (more, less)
}

fn nothing_left(seen: &Seen<'_>) -> Judged {
    let (before, after) = seen.census;
    let (more, less) = left(seen.trace, before, after);
    if more.is_empty() && less.is_empty() {
        return Ok("nothing is left behind".to_owned());
    }
    let left = (!more.is_empty()).then(|| format!("left behind: {}", more.join(", ")));
    let gone = (!less.is_empty()).then(|| format!("missing: {}", less.join(", ")));
    let told: Vec<String> = left.into_iter().chain(gone).collect();
    Err(("the server to have what it had before the first call".to_owned(), told.join("; ")))
}

fn no_crash(seen: &Seen<'_>) -> Judged {
    let crash = seen.trace.iter().find_map(|event| match &event.what {
        EventKind::Exited { pid, program, how } if CRASHES.iter().any(|signal| how.contains(signal)) => {
            // Who was sent it has not come to it himself.
            (!seen.signalled.contains(pid)).then(|| format!("{program} (process {pid}) died at {}: {how}", event.at))
        }
        _ => None,
    });
    match crash {
        None => Ok("no program died by a signal of its own making".to_owned()),
        Some(crash) => Err(("no program to die by a signal of its own making".to_owned(), crash)),
    }
}

fn authenticated(seen: &Seen<'_>) -> Judged {
    // Who could not hear that he is accepted may well be.
    let deaf = seen.scenario.disturbances.iter().any(|disturbance| disturbance.deed.harms_the_caller());
    let stranger = seen.calls.iter().find(|call| {
        let result = call.auth.as_ref().map(|auth| auth.result);
        call.asked.is_some()
            && call.interface.is_some()
            && match result {
                Some(AuthResult::Accepted) => false,
                Some(AuthResult::Refused) => true,
                Some(AuthResult::NotAsked) | None => !deaf,
            }
    });
    let Some(call) = stranger else { return Ok("nobody has an address who has not said who he is".to_owned()) };
    let (_, peer) = call.interface.unwrap_or((std::net::Ipv4Addr::UNSPECIFIED, std::net::Ipv4Addr::UNSPECIFIED));
    Err((
        "no address for a caller who has not said who he is".to_owned(),
        format!("call {} has {peer} in the server's kernel: {}", call.call + 1, call.state),
    ))
}

/// The number that the modem is told, where it is digits and whole.
fn told(call: &Call) -> Option<&str> {
    let from = call.from.as_deref()?;
    let digits = !from.is_empty() && from.bytes().all(|octet| octet.is_ascii_digit());
    (digits && !call.caller_id_garbled).then_some(from)
}

fn line_let_go(seen: &Seen<'_>) -> Judged {
    match seen.held.first() {
        None => Ok("the server lets go of every line".to_owned()),
        Some(call) => Err((
            "the server to let go of the line within five minutes after the call".to_owned(),
            format!("it still had the line of call {}", call + 1),
        )),
    }
}

#[cfg(test)]
mod tests;
