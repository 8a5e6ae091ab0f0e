//! Expectations: a verb held against the facts of its call.
//!
//! Pure: in go the verb, the facts, when the step began and `now`; out comes a result, or until when to wait for one.
//! What a verb *does* (ring, dial in, ping, hang up) is done by the world when its step begins.

mod call;
mod compression;
mod hang_up;
mod modem;
mod ppp;
mod script;
mod server;
mod text;
mod traffic;

use std::time::Duration;

use offhook_clock::Instant;

use self::hang_up::CLEAR_LIMIT;
use self::ppp::NameService;
use self::traffic::Echoes;
use super::StepResult;
use super::facts::Facts;
use super::server_words::ServerWords;
use offhook_scenario::Verb;

/// How long a fact that ought to be there already may lag behind.
const LAG: Duration = Duration::from_secs(5);
/// How long after a call was cleared the server's processes have to end, and to say why.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// How long to wait for a hang-up whose time the scenario does not state, and for the end of an endless `wait`.
const HANG_UP_LIMIT: Duration = Duration::from_secs(24 * 3600);

/// What is known of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing yet; look again when something happens, and at this moment at the latest.
    Wait(Instant),
    /// The step is over.
    Done(StepResult),
}

/// Holds `verb`, begun at `begun`, against `facts`.
pub fn judge(verb: &Verb, facts: &Facts, begun: Instant, now: Instant) -> Progress {
    let step = Step { facts, begun, now };
    match verb {
        Verb::Ring { .. } | Verb::ModemSays { .. } | Verb::ModemDies | Verb::ModemOff | Verb::HoldOff { .. } => {
            step.passed("")
        }
        Verb::ModemOn => step.was_off(),
        Verb::DropCarrier => step.with_call("drop its carrier", || step.passed("")),
        Verb::FallSilent => step.with_call("fall silent in", || step.passed("")),
        Verb::Deafen { .. } => step.carrier_there("take one direction of it away"),
        Verb::Flicker { .. } => step.carrier_there("interrupt it"),
        Verb::Retrain { .. } => step.carrier_there("retrain"),
        Verb::Renegotiate { .. } => step.carrier_there("change its rate"),
        Verb::ExpectModem { text, within } => step.modem_said(text, *within),
        Verb::ExpectCircuit { circuit, on, within } => step.circuit(*circuit, *on, *within),
        Verb::ExpectAnswer { rings } => step.answer(*rings),
        Verb::ExpectNoAnswer => step.no_answer(),
        Verb::ExpectRing { count } => step.ring(*count),
        Verb::ExpectBusy => step.busy(),
        Verb::ExpectConnect { rate } => step.connect(*rate),
        Verb::Ppp(client) => step.with_call("speak PPP in", || step.ppp(client)),
        Verb::Packets(_) => step.with_call("play packets in", || step.script()),
        Verb::ExpectUp => step.up(),
        Verb::ExpectAuth { result, message, protocol } => step.auth(*result, message.as_deref(), *protocol),
        Verb::ExpectAddress { local, peer } => step.address(*local, *peer),
        Verb::ExpectDns { servers } => step.servers(NameService::Dns, servers),
        Verb::ExpectWins { servers } => step.servers(NameService::Wins, servers),
        Verb::ExpectCompression { compressed, from } => step.compression(*compressed, *from),
        Verb::Ping { to, count, every, from, answered, .. } => {
            step.ping(&Echoes { to, count: *count, every: *every, from: *from, answered: *answered })
        }
        Verb::Resolve { name, address } => step.with_call("ask for a name in", || step.resolve(name, *address)),
        Verb::Transfer(transfer) => step.with_call("transfer something in", || step.transfer(transfer)),
        Verb::ExpectArp { address, of } => step.arp(*address, *of),
        Verb::Login { .. } => step.with_call("log in by", || step.login()),
        Verb::ExpectLogin { accepted } => step.login_result(*accepted),
        Verb::Type { .. } | Verb::Send { .. } => step.with_call("send octets in", || step.said()),
        Verb::ExpectText { text, within } => step.text(text, *within),
        Verb::ExpectNoText { text } => step.no_text(text),
        Verb::Change(_) => step.changed(),
        Verb::Wait { time: Some(time) } => step.until(begun + *time),
        Verb::Wait { time: None } => step.wait_for_clearing(),
        Verb::ExpectHangup { after, of, within, by, reason } => step.hang_up(*after, *of, *within, *by, *reason),
        Verb::ExpectLog { program, text, of } => step.log(program, text, *of),
        Verb::ExpectNoLog { program, text, of } => step.no_log(program, text, *of),
        Verb::HangUp => {
            step.with_call("hang up", || step.clearing(CLEAR_LIMIT, "the line to clear after the caller hung up"))
        }
    }
}

/// The result of a step that the scenario expects to fail, for this reason: it has to, and that ends the call.
pub fn expected_to_fail(result: StepResult, reason: &str) -> StepResult {
    let reason = reason.to_owned();
    match result {
        StepResult::Failed { at, expected, actual, .. } => StepResult::ExpectedFailure { at, expected, actual, reason },
        StepResult::Passed { at, shown } => {
            let actual = if shown.is_empty() { "it passed".to_owned() } else { format!("it passed: {shown}") };
            let notes = vec!["if the server is fixed, remove `fails` from this step".to_owned()];
            StepResult::Failed {
                at,
                expected: format!("this step to fail: {reason}"),
                actual,
                notes,
                hints: Vec::new(),
            }
        }
        other => other,
    }
}

struct Step<'a> {
    facts: &'a Facts,
    begun: Instant,
    now: Instant,
}

impl Step<'_> {
    fn passed(&self, shown: impl Into<String>) -> Progress {
        Progress::Done(StepResult::Passed { at: self.now, shown: shown.into() })
    }

    fn failed(&self, expected: impl Into<String>, actual: impl Into<String>) -> Progress {
        self.failed_because(expected, actual, Vec::new())
    }

    /// Something else came than what was expected: what the server's programs complain of stands beside it.
    fn differs(&self, expected: impl Into<String>, actual: impl Into<String>, mut notes: Vec<String>) -> Progress {
        notes.extend(ServerWords::complaint(&self.facts.logs, &self.facts.ends).map(|words| words.to_string()));
        self.failed_because(expected, actual, notes)
    }

    fn failed_because(&self, expected: impl Into<String>, actual: impl Into<String>, notes: Vec<String>) -> Progress {
        let (expected, actual) = (expected.into(), actual.into());
        Progress::Done(StepResult::Failed { at: self.now, expected, actual, notes, hints: Vec::new() })
    }

    /// Waits until `limit` after the step began; then, or once the call is cleared, `expected` did not come.
    fn wait(&self, limit: Duration, expected: impl Into<String>) -> Progress {
        let deadline = self.begun + limit;
        if self.facts.cleared.is_some() {
            self.over(expected)
        } else if self.now >= deadline {
            self.failed(expected, format!("nothing for {}: {}", spelled(limit), self.facts.account()))
        } else {
            Progress::Wait(deadline)
        }
    }

    /// The call is over, and `expected` did not come: fails as soon as the server has said why.
    fn over(&self, expected: impl Into<String>) -> Progress {
        self.when_over(|step| step.failed(expected, step.facts.account()))
    }

    /// Fails by `failed`, as soon as the server has said why the call is over, if it is: as of the moment when that was known.
    fn when_over(&self, failed: impl FnOnce(&Step<'_>) -> Progress) -> Progress {
        match &self.facts.cleared {
            Some(cleared) if self.now < cleared.at + LAST_WORDS => Progress::Wait(cleared.at + LAST_WORDS),
            Some(cleared) => failed(&Step { now: cleared.at.max(self.begun), ..*self }),
            None => failed(self),
        }
    }

    /// What needs a call can be done: it was not over when the step began.
    fn with_call(&self, doing: &str, judge: impl FnOnce() -> Progress) -> Progress {
        if self.facts.over_before { self.over(format!("a call, to {doing}")) } else { judge() }
    }

    fn until(&self, moment: Instant) -> Progress {
        if self.now >= moment { self.passed("") } else { Progress::Wait(moment) }
    }
}

/// A duration as a person says it: `30m`, `1m 3.250s`, `10ms`.
pub fn spelled(time: Duration) -> String {
    let millis = time.as_millis();
    let (hours, minutes, rest) = (millis / 3_600_000, millis / 60_000 % 60, millis % 60_000);
    let mut parts = Vec::new();
    if hours > 0 {
        parts.push(format!("{hours}h"));
    }
    if minutes > 0 {
        parts.push(format!("{minutes}m"));
    }
    match (rest / 1000, rest % 1000) {
        (0, 0) if !parts.is_empty() => {}
        (0, millis) if parts.is_empty() && millis > 0 => parts.push(format!("{millis}ms")),
        (seconds, 0) => parts.push(format!("{seconds}s")),
        (seconds, millis) => parts.push(format!("{seconds}.{millis:03}s")),
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests;
