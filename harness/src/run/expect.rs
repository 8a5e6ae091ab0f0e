//! Expectations: a verb held against the facts of its call.
//!
//! Pure: in go the verb, the facts, when the step began and `now`; out comes a result, or until when to wait for one.
//! What a verb *does* (ring, dial in, ping, hang up) is done by the world when its step begins.

use std::collections::BTreeSet;
use std::time::Duration;

use offhook_emulator::time::Instant;
use offhook_emulator::trace::End;

use super::StepResult;
use super::facts::{Addresses, Facts, counted};
use crate::scenario::{AuthResult, Party, Phase, Reason, Since, Verb};

/// How long training may take beyond the line's own time.
const CONNECT_LIMIT: Duration = Duration::from_secs(90);
/// How long PPP may take to come up or fail: more than pppd's own limits in a row.
const PPP_LIMIT: Duration = Duration::from_secs(180);
/// How long a fact that ought to be there already may lag behind.
const LAG: Duration = Duration::from_secs(5);
/// How long an echo reply may take.
const ECHO_LIMIT: Duration = Duration::from_secs(10);
/// How long the line may take to clear after a Terminate-Request.
const CLEAR_LIMIT: Duration = Duration::from_secs(60);
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
        Verb::Ring { .. } | Verb::DropCarrier => step.met(""),
        Verb::ExpectAnswer { rings } => step.answer(*rings),
        Verb::ExpectNoAnswer => step.no_answer(),
        Verb::ExpectConnect { rate } => step.connect(*rate),
        Verb::Ppp(client) => step.ppp(client.until),
        Verb::ExpectAuth { result, message, .. } => step.auth(*result, message.as_deref()),
        Verb::ExpectAddress { local, peer } => step.address(*local, *peer),
        Verb::ExpectDns { servers } => step.dns(servers),
        Verb::Ping { to, count, every, .. } => step.ping(&to.to_string(), *count, *every),
        Verb::Wait { time: Some(time) } => step.until(begun + *time),
        Verb::Wait { time: None } => step.wait_for_clearing(),
        Verb::ExpectHangup { after, of, within, by, reason } => step.hang_up(*after, *of, *within, *by, *reason),
        Verb::ExpectLog { program, text } => step.log(program, text),
        Verb::HangUp => step.clearing(CLEAR_LIMIT, "the line to clear after the caller hung up"),
        _ => step.not_met(verb.word(), "a verb that is not played yet"),
    }
}

struct Step<'a> {
    facts: &'a Facts,
    begun: Instant,
    now: Instant,
}

impl Step<'_> {
    fn met(&self, shown: impl Into<String>) -> Progress {
        Progress::Done(StepResult::Met { at: self.now, shown: shown.into() })
    }

    fn not_met(&self, expected: impl Into<String>, actual: impl Into<String>) -> Progress {
        self.not_met_because(expected, actual, Vec::new())
    }

    fn not_met_because(&self, expected: impl Into<String>, actual: impl Into<String>, notes: Vec<String>) -> Progress {
        Progress::Done(StepResult::NotMet { at: self.now, expected: expected.into(), actual: actual.into(), notes })
    }

    /// Waits until `limit` after the step began; then, or once the call is cleared, `expected` did not come.
    fn wait(&self, limit: Duration, expected: impl Into<String>) -> Progress {
        let deadline = self.begun + limit;
        if self.facts.cleared.is_some() {
            self.not_met(expected, self.facts.state())
        } else if self.now >= deadline {
            self.not_met(expected, format!("nothing for {}: {}", spelled(limit), self.facts.state()))
        } else {
            Progress::Wait(deadline)
        }
    }

    fn until(&self, moment: Instant) -> Progress {
        if self.now >= moment { self.met("") } else { Progress::Wait(moment) }
    }

    fn answer(&self, rings: Option<u32>) -> Progress {
        let expected = match rings {
            Some(rings) => format!("off hook after {}", counted(rings, "ring")),
            None => "off hook".to_owned(),
        };
        let Some(_) = self.facts.answered else { return self.wait(HANG_UP_LIMIT, expected) };
        let actual = format!("off hook after {}", counted(self.facts.rings, "ring"));
        match rings {
            Some(rings) if rings != self.facts.rings => self.not_met(expected, actual),
            _ => self.met(format!("answered after {}", counted(self.facts.rings, "ring"))),
        }
    }

    fn no_answer(&self) -> Progress {
        let expected = "not answered";
        if self.facts.answered.is_some() {
            self.not_met(expected, format!("off hook after {}", counted(self.facts.rings, "ring")))
        } else if self.facts.unanswered() {
            self.met(format!("not answered in {}", counted(self.facts.rings, "ring")))
        } else {
            self.wait(HANG_UP_LIMIT, expected)
        }
    }

    fn connect(&self, rate: Option<u32>) -> Progress {
        let expected = match rate {
            Some(rate) => format!("CONNECT {rate}"),
            None => "CONNECT".to_owned(),
        };
        let Some(connected) = &self.facts.connected else { return self.wait(CONNECT_LIMIT, expected) };
        match rate {
            Some(rate) if rate != connected.what => self.not_met(expected, format!("CONNECT {}", connected.what)),
            _ => self.met(format!("connected at {}", connected.what)),
        }
    }

    fn ppp(&self, until: Option<Phase>) -> Progress {
        let facts = self.facts;
        let (reached, expected) = match until {
            None => (facts.up.as_ref().map(|up| up.at), "PPP up, or refused by the server"),
            Some(Phase::Establish) => (facts.establish, "LCP under negotiation"),
            Some(Phase::Authenticate) => (facts.authenticate, "LCP opened and authentication begun"),
            Some(Phase::Network) => (facts.network, "IPCP under negotiation"),
        };
        match (reached, &facts.connected) {
            (Some(_), _) => self.met(""),
            // A server that refuses ends the link: that is an ending for `ppp`; what it means is for the next step.
            (None, Some(_)) if until.is_none() && (facts.closed.is_some() || facts.cleared.is_some()) => self.met(""),
            (None, Some(_)) => self.wait(PPP_LIMIT, expected),
            (None, None) => self.wait(CONNECT_LIMIT, "CONNECT, to speak PPP over"),
        }
    }

    fn auth(&self, result: AuthResult, message: Option<&str>) -> Progress {
        let said = |message: &str| if message.is_empty() { String::new() } else { format!(", \"{message}\"") };
        let expected = format!("{}{}", auth_name(result), said(message.unwrap_or_default()));
        let Some(auth) = &self.facts.auth else { return self.wait(PPP_LIMIT, expected) };
        let actual = format!("{}{}", auth_name(auth.what.result), said(&auth.what.message));
        if auth.what.result != result || message.is_some_and(|message| message != auth.what.message) {
            self.not_met(expected, actual)
        } else {
            self.met(actual)
        }
    }

    fn address(&self, local: Option<std::net::Ipv4Addr>, peer: Option<std::net::Ipv4Addr>) -> Progress {
        let named = |local: Option<String>, peer: Option<String>| match (local, peer) {
            (Some(local), Some(peer)) => format!("{local}, peer {peer}"),
            (Some(local), None) => local,
            (None, Some(peer)) => format!("peer {peer}"),
            (None, None) => "an address".to_owned(),
        };
        let expected = named(local.map(|local| local.to_string()), peer.map(|peer| peer.to_string()));
        let Some(up) = &self.facts.up else { return self.wait(LAG, expected) };
        let Addresses { local: got, peer: theirs, .. } = &up.what;
        let actual = named(Some(got.to_string()), theirs.map(|peer| peer.to_string()));
        if local.is_some_and(|local| local != *got) || (peer.is_some() && peer != *theirs) {
            return self.not_met(expected, actual);
        }
        self.server_agrees(*got, *theirs, &expected, &actual)
    }

    /// The wire said one thing; the server's kernel must say the same.
    fn server_agrees(
        &self,
        local: std::net::Ipv4Addr,
        peer: Option<std::net::Ipv4Addr>,
        expected: &str,
        actual: &str,
    ) -> Progress {
        let agrees = |own: std::net::Ipv4Addr, theirs: std::net::Ipv4Addr| {
            theirs == local && peer.is_none_or(|peer| peer == own)
        };
        if let Some(seen) = self.facts.interfaces.iter().find(|seen| agrees(seen.what.1, seen.what.2)) {
            return self.met(format!("{actual} ({} on the server agrees)", seen.what.0));
        }
        let deadline = self.begun + LAG;
        if self.now < deadline && self.facts.cleared.is_none() {
            return Progress::Wait(deadline);
        }
        let notes = match self.facts.interfaces.last() {
            Some(seen) => format!("the server's {} has {} peer {}", seen.what.0, seen.what.1, seen.what.2),
            None => "the server's kernel gave no PPP interface an address".to_owned(),
        };
        self.not_met_because(format!("{expected} on both ends"), format!("{actual} at the caller alone"), vec![notes])
    }

    fn dns(&self, servers: &[std::net::Ipv4Addr]) -> Progress {
        let listed = |servers: &[std::net::Ipv4Addr]| match servers {
            [] => "no DNS server".to_owned(),
            some => {
                let names: Vec<String> = some.iter().map(ToString::to_string).collect();
                format!("DNS {}", names.join(", "))
            }
        };
        let Some(up) = &self.facts.up else { return self.wait(LAG, listed(servers)) };
        let mut given = up.what.dns.clone();
        // pppd gives its only server twice, as primary and as secondary.
        given.dedup();
        if given == servers { self.met(listed(&given)) } else { self.not_met(listed(servers), listed(&given)) }
    }

    fn ping(&self, to: &str, count: u32, every: Duration) -> Progress {
        let own: BTreeSet<u16> =
            self.facts.pongs.iter().map(|pong| pong.what).filter(|&sequence| sequence > self.facts.pinged).collect();
        let answered = u32::try_from(own.len()).unwrap_or(u32::MAX);
        let echoes = if count == 1 { "echo" } else { "echoes" };
        let sent_by = self.begun + every * count.saturating_sub(1);
        if answered >= count {
            return self.met(format!("{count} {echoes} from {to}"));
        }
        let expected = format!("{count} {echoes} from {to}");
        let deadline = sent_by + ECHO_LIMIT;
        if self.now >= deadline || self.facts.cleared.is_some() {
            return self.not_met_because(expected, format!("{answered} of {count}"), vec![self.facts.state()]);
        }
        Progress::Wait(deadline)
    }

    fn wait_for_clearing(&self) -> Progress {
        self.clearing(HANG_UP_LIMIT, "the call to be cleared")
    }

    fn clearing(&self, limit: Duration, expected: &str) -> Progress {
        if self.facts.cleared.is_some() { self.met("") } else { self.wait(limit, expected) }
    }

    fn hang_up(
        &self,
        after: Option<Duration>,
        of: Since,
        within: Duration,
        by: Option<Party>,
        reason: Option<Reason>,
    ) -> Progress {
        let (base, base_name) = self.base(of);
        let expected = self.expected_hang_up(after, base_name, by, reason);
        let Some((end, at, why)) = self.facts.hang_up() else {
            let deadline = match (after, &self.facts.terminated) {
                // Twice the time, so that a late hang-up is reported with its time rather than as none.
                (Some(after), None) => base + after * 2 + Duration::from_secs(300),
                (None, None) => self.begun + HANG_UP_LIMIT,
                (_, Some(terminated)) => terminated.at + CLEAR_LIMIT,
            };
            if self.now < deadline {
                return Progress::Wait(deadline);
            }
            let actual = match &self.facts.terminated {
                Some(terminated) => format!("Terminate-Request \"{}\", but the line was not cleared", terminated.what),
                None => format!("no hang-up in {}: {}", spelled(self.now - base), self.facts.state()),
            };
            return self.not_met(expected, actual);
        };
        let took = at - base;
        let mut actual = format!("hang-up by the {}, {}", end.name(), reason_name(why));
        if after.is_some() {
            actual = format!("{actual}, {} after {base_name}", spelled(took));
        }
        // The tolerance is open at its end: a second late is a second too many where one second is granted.
        let right_time =
            after.is_none_or(|after| at >= base && (took == after || (took > after && took < after + within)));
        let right_end = by.is_none_or(|by| (by == Party::Server) == (end == End::Server));
        let right_reason = reason.is_none_or(|reason| reason == why);
        if right_time && right_end && right_reason { self.met(actual) } else { self.not_met(expected, actual) }
    }

    fn expected_hang_up(&self, after: Option<Duration>, base: &str, by: Option<Party>, why: Option<Reason>) -> String {
        let mut text = match by {
            Some(Party::Caller) => "hang-up by the caller".to_owned(),
            Some(Party::Server) => "hang-up by the server".to_owned(),
            None => "hang-up".to_owned(),
        };
        if let Some(why) = why {
            text = format!("{text}, {}", reason_name(why));
        }
        match after {
            Some(after) => format!("{text}, {} after {base}", spelled(after)),
            None => text,
        }
    }

    /// The moment from which a hang-up's time counts, and its name.
    fn base(&self, of: Since) -> (Instant, &'static str) {
        let facts = self.facts;
        let up = facts.network_up();
        let (moment, name) = match of {
            Since::LastData => (facts.last_data.max(up), "the last data"),
            Since::Up => (up, "the network came up"),
            Since::Connect => (facts.connected.as_ref().map(|connected| connected.at), "CONNECT"),
            Since::Answer => (facts.answered, "the answer"),
            Since::LastStep => (Some(self.begun), "the step before"),
        };
        (moment.unwrap_or(self.begun), name)
    }

    fn log(&self, program: &str, text: &str) -> Progress {
        if let Some((_, line)) = self.facts.logs.iter().find(|(who, line)| who == program && line.contains(text)) {
            return self.met(format!("{program} logged \"{line}\""));
        }
        let deadline = self.begun + LAG;
        if self.now < deadline {
            return Progress::Wait(deadline);
        }
        let lines: Vec<&String> =
            self.facts.logs.iter().filter(|(who, _)| who == program).map(|(_, line)| line).collect();
        let actual = match lines.len() {
            0 => format!("{program} logged nothing since the call began"),
            n => format!("no such line among the {n} that {program} logged since the call began"),
        };
        self.not_met(format!("{program} to log \"{text}\""), actual)
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

const fn auth_name(result: AuthResult) -> &'static str {
    match result {
        AuthResult::Accepted => "accepted",
        AuthResult::Refused => "refused",
        AuthResult::NotAsked => "authentication not asked for",
    }
}

const fn reason_name(reason: Reason) -> &'static str {
    match reason {
        Reason::Idle => "idle",
        Reason::Authentication => "authentication failed",
        Reason::ConnectTime => "connect time expired",
        Reason::NoEcho => "no answer to echo requests",
        Reason::Other => "no particular reason",
        Reason::Carrier => "carrier lost",
    }
}

#[cfg(test)]
mod tests;
