//! Expectations: a verb held against the facts of its call.
//!
//! Pure: in go the verb, the facts, when the step began and `now`; out comes a result, or until when to wait for one.
//! What a verb *does* (ring, dial in, ping, hang up) is done by the world when its step begins.

mod call;
mod hang_up;
mod modem;
mod ppp;
mod server;
mod text;
mod traffic;

use std::time::Duration;

use offhook_clock::Instant;

use self::hang_up::CLEAR_LIMIT;
use self::traffic::Echoes;
use super::StepResult;
use super::facts::Facts;
use offhook_scenario::Verb;

/// How long a fact that ought to be there already may lag behind.
const LAG: Duration = Duration::from_secs(5);
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
        Verb::Ring { .. } | Verb::DropCarrier | Verb::FallSilent | Verb::ModemSays { .. } | Verb::ModemDies => {
            step.passed("")
        }
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
        Verb::Ppp(client) => step.ppp(client.until),
        Verb::ExpectAuth { result, message, protocol } => step.auth(*result, message.as_deref(), *protocol),
        Verb::ExpectAddress { local, peer } => step.address(*local, *peer),
        Verb::ExpectDns { servers } => step.dns(servers),
        Verb::Ping { to, count, every, from, answered } => {
            step.ping(&Echoes { to, count: *count, every: *every, from: *from, answered: *answered })
        }
        Verb::Resolve { name, address } => step.resolve(name, *address),
        Verb::Transfer(transfer) => step.transfer(transfer),
        Verb::ExpectArp { address, of } => step.arp(*address, *of),
        Verb::Login { .. } => step.login(),
        Verb::ExpectLogin { accepted } => step.login_result(*accepted),
        Verb::Type { .. } | Verb::Send { .. } => step.said(),
        Verb::ExpectText { text, within } => step.text(text, *within),
        Verb::ExpectNoText { text } => step.no_text(text),
        Verb::Change(_) => step.changed(),
        Verb::Wait { time: Some(time) } => step.until(begun + *time),
        Verb::Wait { time: None } => step.wait_for_clearing(),
        Verb::ExpectHangup { after, of, within, by, reason } => step.hang_up(*after, *of, *within, *by, *reason),
        Verb::ExpectLog { program, text } => step.log(program, text),
        Verb::ExpectNoLog { program, text } => step.no_log(program, text),
        Verb::HangUp => step.clearing(CLEAR_LIMIT, "the line to clear after the caller hung up"),
    }
}

/// The result of a step that the scenario expects to fail, for this reason: it has to, and that ends the call.
pub fn expected_to_fail(result: StepResult, reason: &str) -> StepResult {
    let reason = reason.to_owned();
    match result {
        StepResult::Failed { at, expected, actual, .. } => StepResult::ExpectedFailure { at, expected, actual, reason },
        StepResult::Passed { at, shown } => {
            let actual = if shown.is_empty() { "it passed".to_owned() } else { shown };
            let notes = vec!["if the server is fixed, remove `fails` from this step".to_owned()];
            StepResult::Failed { at, expected: format!("this step to fail: {reason}"), actual, notes }
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

    fn failed_because(&self, expected: impl Into<String>, actual: impl Into<String>, notes: Vec<String>) -> Progress {
        Progress::Done(StepResult::Failed { at: self.now, expected: expected.into(), actual: actual.into(), notes })
    }

    /// Waits until `limit` after the step began; then, or once the call is cleared, `expected` did not come.
    fn wait(&self, limit: Duration, expected: impl Into<String>) -> Progress {
        let deadline = self.begun + limit;
        if self.facts.cleared.is_some() {
            self.failed(expected, self.facts.state())
        } else if self.now >= deadline {
            self.failed(expected, format!("nothing for {}: {}", spelled(limit), self.facts.state()))
        } else {
            Progress::Wait(deadline)
        }
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
