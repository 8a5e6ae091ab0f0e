//! Compares what calls in the lab showed with what the files say about a port.
//!
//! In go [`Probe`]s and the [`CallSummary`] of each. Statements of the port get what was seen, findings are confirmed, and
//! what contradicts the files becomes a finding of its own.

use super::accounts::protocol_name;
use super::plan::{Aim, Probe};
use super::registry::{Rule, addresses, auth, calls as shown, login, options, ports};
use super::{Audit, Finding, Severity, Topic};
use offhook_report::text::counted;
use offhook_scenario::AuthResult;
use offhook_session::CallSummary;

/// What keeps pppd from starting, or callers from pppd: a call without PPP confirms it.
const NO_PPP: &[&Rule] = &[
    &auth::NO_USABLE_ACCOUNT,
    &options::OPTION_UNKNOWN,
    &options::OPTION_VALUE,
    &options::OPTIONS_QUOTE,
    &options::OPTIONS_FILE_MISSING,
    &addresses::ADDRESS_REFUSED,
    &login::LOGIN_CONFIG_IGNORED,
    &login::AUTOPPP_SHADOWED,
    &login::AUTOPPP_OFF,
];
/// What keeps mgetty from getting a port ready.
const NOT_SERVED: &[&Rule] =
    &[&ports::PORT_SPEED, &ports::MGETTY_FLAG, &ports::PORT_TWICE, &ports::INITTAB_ID_TWICE, &ports::DOS_LINE_ENDS];
/// By what a wrong password gets in.
const ANY_PASSWORD: &[&Rule] = &[&auth::ANY_PASSWORD, &auth::NO_AUTH, &auth::NOAUTH_UNDOES_AUTH];
/// By what a caller gets in who does not authenticate.
const UNAUTHENTICATED: &[&Rule] = &[&auth::NULL_LOGIN, &auth::NO_AUTH, &auth::NOAUTH_UNDOES_AUTH];

/// Whether the caller was let in: into the network, or to a shell.
fn inside(probe: &Probe, call: &CallSummary) -> bool {
    match probe.aim {
        Aim::TextLogin(_) => call.login == Some(true),
        _ => call.local.is_some() && !call.auth.as_ref().is_some_and(|auth| auth.result == AuthResult::Refused),
    }
}

/// Takes the calls of one port into the audit; `said` is what pppd's log has of why it did not start, if it has.
pub fn take(audit: &mut Audit, device: &str, calls: &[(Probe, CallSummary)], said: Option<&str>) {
    let made: Vec<_> = calls.iter().filter(|(_, call)| call.placed).collect();
    let mut answers = Vec::new();
    let mut numbers = Vec::new();
    let mut logins = Vec::new();
    let mut entries = Vec::new();
    let mut addresses = Vec::new();
    for (probe, call) in made {
        let without_ppp = call.answered && !call.lcp && !matches!(probe.aim, Aim::TextLogin(_) | Aim::CallerId(_));
        let explained = without_ppp
            && confirm(audit, device, NO_PPP, || {
                let why = said.map_or_else(|| ending(call), without_words);
                format!("on {device} a caller got no PPP: {why}")
            });
        if !explained {
            let place = audit.ports.iter().find(|port| port.device == device);
            let place = place.and_then(|port| port.statements.first()?.places.first().cloned());
            audit.findings.extend(contradiction(device, probe, call).map(|finding| match finding.place {
                None if finding.rule == &shown::CALLED_RINGS => finding.at(place),
                _ => finding,
            }));
        }
        if call.answered && !answers.contains(&call.rings) {
            answers.push(call.rings);
        }
        let got_in = |audit: &mut Audit, rules: &[&Rule], how: &str| {
            if inside(probe, call) {
                confirm(audit, device, rules, || format!("on {device} a caller with {how} got in"));
            }
        };
        match &probe.aim {
            Aim::CallerId(_) => numbers.push(format!("{} {}", caller(probe), was_answered(call))),
            Aim::TextLogin(name) => {
                got_in(audit, &[&auth::NO_UNIX_PASSWORD], "no Unix password");
                logins.push(match inside(probe, call) {
                    true => format!("{name} logged in"),
                    false => format!("{name} did not log in ({})", refusal(call)),
                });
            }
            Aim::Account { name, protocol, place } => {
                let how = match call.local.filter(|_| inside(probe, call)) {
                    Some(address) => format!("got {address}"),
                    None => {
                        let what = || format!("on {device} {name} got no address");
                        let _ = call.answered && call.lcp && confirm(audit, device, &[&addresses::NO_ADDRESS], what);
                        format!("did not get in ({})", ending(call))
                    }
                };
                addresses.extend(call.local.filter(|_| inside(probe, call)).map(|address| (address, call.dns.clone())));
                entries.push((place.clone(), format!("{name} {how} by {}", protocol_name(*protocol))));
            }
            Aim::BadPassword => {
                got_in(audit, ANY_PASSWORD, "a wrong password");
            }
            Aim::Unauthenticated => {
                got_in(audit, UNAUTHENTICATED, "no authentication");
            }
        }
    }
    let Some(port) = audit.ports.iter_mut().find(|port| port.device == device) else { return };
    for statement in &mut port.statements {
        let seen = match statement.topic {
            Topic::Answer if answers.as_slice() == [0] => Some("answered".to_owned()),
            Topic::Answer if !answers.is_empty() => {
                let all: Vec<String> = answers.iter().map(|rings| counted(*rings as usize, "ring")).collect();
                Some(format!("answered after {}", all.join(", and after ")))
            }
            Topic::Callers if !numbers.is_empty() => Some(numbers.join("; ")),
            Topic::Login if !logins.is_empty() => Some(logins.join("; ")),
            Topic::Account => {
                let of = entries.iter().find(|(place, _)| statement.places.contains(place));
                of.map(|(_, text)| text.clone())
            }
            Topic::Dns => addresses.first().filter(|(_, dns)| !dns.is_empty()).map(|(_, dns)| {
                let mut shown: Vec<String> = dns.iter().map(ToString::to_string).collect();
                shown.dedup();
                format!("got {}", shown.join(" and "))
            }),
            Topic::Auth => auth_seen(calls),
            Topic::Answer | Topic::Callers | Topic::Login => None,
            Topic::Port | Topic::Ppp | Topic::Address | Topic::End => None,
        };
        statement.lab = seen.or_else(|| statement.lab.take());
    }
}

fn auth_seen(calls: &[(Probe, CallSummary)]) -> Option<String> {
    let of = |aim: &Aim| calls.iter().find(|(probe, call)| probe.aim == *aim && call.answered);
    let told = |aim: Aim, who: &str| {
        of(&aim).map(|(probe, call)| {
            let got_in = if inside(probe, call) { "got in" } else { "did not get in" };
            format!("{who} {got_in}")
        })
    };
    let parts: Vec<String> = [told(Aim::BadPassword, "a wrong password"), told(Aim::Unauthenticated, "no password")]
        .into_iter()
        .flatten()
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Who called, in words.
fn caller(probe: &Probe) -> String {
    probe.from.clone().unwrap_or_else(|| "no caller ID".to_owned())
}

fn was_answered(call: &CallSummary) -> String {
    if call.answered { "answered".to_owned() } else { "not answered".to_owned() }
}

/// Why a caller is not inside, in a few words.
fn ending(call: &CallSummary) -> String {
    if !call.answered {
        return format!("not answered in {}", counted(call.rings as usize, "ring"));
    }
    let message = call.auth.as_ref().map(|auth| auth.message.trim()).filter(|message| !message.is_empty());
    let said = message.or(call.terminated.as_deref().filter(|text| !text.is_empty()));
    // What pppd complains of may come as text on the line.
    let complaint =
        call.text.split("\\n").map(|line| line.trim_matches(['\\', 'r', ' '])).find(|line| line.contains("pppd:"));
    let accepted = call.auth.as_ref().is_some_and(|auth| auth.result == AuthResult::Accepted);
    match (said, complaint) {
        _ if accepted && call.local.is_none() => match call.terminated.as_deref().filter(|text| !text.is_empty()) {
            Some(text) => format!("accepted, but without an address: \"{text}\""),
            None => "accepted, but without an address".to_owned(),
        },
        (Some(said), _) => format!("\"{said}\""),
        (None, Some(line)) => without_words(line.rsplit("pppd:").next().unwrap_or(line).trim()),
        (None, None) if !call.lcp => "PPP was not answered".to_owned(),
        (None, None) => call.state.clone(),
    }
}

/// What the server said last to who did not log in at the prompt.
fn refusal(call: &CallSummary) -> String {
    if !call.answered {
        return ending(call);
    }
    let lines = call.text.split("\\n").map(|line| line.trim_matches(['\\', 'r', ' ']));
    if call.text.contains("Login incorrect") {
        return "\"Login incorrect\"".to_owned();
    }
    match lines.filter(|line| !line.is_empty()).last() {
        Some(line) => format!("the last line was \"{}\"", offhook_report::text::fit(line, 60, "...")),
        None => "the server sent no text".to_owned(),
    }
}

/// A complaint of pppd's without the words of the file that it repeats: one of them may belong to a password.
fn without_words(line: &str) -> String {
    match line.split_once(['\'', '"', '`']) {
        // An apostrophe stands within a word.
        Some((head, _)) if head.is_empty() || head.ends_with([' ', '(']) => head.trim_end().to_owned(),
        _ => line.to_owned(),
    }
}

/// Findings that a call has shown to be true say so; whether there are any.
fn confirm(audit: &mut Audit, device: &str, rules: &[&Rule], how: impl Fn() -> String) -> bool {
    let mut any = false;
    for finding in &mut audit.findings {
        if finding.concerns(device) && rules.contains(&finding.rule) && finding.severity < Severity::Note {
            finding.lab.get_or_insert_with(&how);
            any = true;
        }
    }
    any
}

/// The port never got ready for a call; `said` is what the server's log has of it, if anything.
pub fn never_ready(audit: &mut Audit, device: &str, said: Option<&str>) {
    let what = format!("mgetty never gets {device} ready, so nobody is answered");
    let told = said.map_or_else(|| what.clone(), |said| format!("{what} ({said})"));
    if confirm(audit, device, NOT_SERVED, || told.clone()) {
        return;
    }
    let place = audit.ports.iter().find(|port| port.device == device).map(|port| port.place.clone());
    let why = said.map_or_else(
        || "it does not start, or its chat with the modem fails".to_owned(),
        |said| format!("the log says: {said}"),
    );
    audit.findings.push(Finding::new(&shown::CALLED_NOT_READY, format!("lab: {what}")).at(place).on(device).why(why));
}

/// Calls that were meant to be made and were not.
pub fn not_placed(audit: &mut Audit, device: &str, count: usize, why: &str) {
    audit.findings.push(
        Finding::new(&shown::CALLS_MISSING, format!("{} to {device} could not be placed", counted(count, "call")))
            .on(device)
            .why(why)
            .fix("what the files say about them is not confirmed; see the evidence (--out DIR)"),
    );
}

/// What is deliberately not called.
pub fn left_out(audit: &mut Audit, device: &str, what: &[String]) {
    for what in what {
        audit.findings.push(Finding::new(&shown::NOT_CALLED, format!("not called on {device}: {what}")).on(device));
    }
}

/// What a call shows that was not expected of it.
fn contradiction(device: &str, probe: &Probe, call: &CallSummary) -> Option<Finding> {
    let who = match &probe.aim {
        Aim::Account { name, .. } => name.clone(),
        Aim::TextLogin(name) => format!("{name}, at the prompt,"),
        Aim::BadPassword => "a caller with a wrong password".to_owned(),
        Aim::Unauthenticated => "a caller who does not authenticate".to_owned(),
        Aim::CallerId(_) => match &probe.from {
            Some(number) => format!("a caller from {number}"),
            None => "a caller without caller ID".to_owned(),
        },
    };
    let place = match &probe.aim {
        Aim::Account { place, .. } => Some(place.clone()),
        Aim::CallerId(place) => place.clone(),
        _ => None,
    };
    let finding = |rule, what: String| {
        Finding::new(rule, format!("lab: {what}"))
            .at(place.clone())
            .on(device)
            .why("the files say otherwise; the call in the lab shows what the programs do")
    };
    let expected = &probe.expected;
    match (expected.answered, call.answered) {
        (None, true) => return Some(finding(&shown::CALLED_ANSWERED, format!("{who} was answered"))),
        (Some(_), false) => {
            return Some(finding(
                &shown::CALLED_NOT_ANSWERED,
                format!("{who} was not answered in {}", counted(call.rings as usize, "ring")),
            ));
        }
        (Some(rings), true) if rings != 0 && rings != call.rings => {
            // Caller ID may count as a ring: one less is the server's own way.
            let severity = if call.rings + 1 == rings { Severity::Note } else { Severity::Warning };
            let what = format!("answered after {}, not after {rings}", counted(call.rings as usize, "ring"));
            return Some(finding(&shown::CALLED_RINGS, what).severity(severity));
        }
        _ => {}
    }
    match expected.inside {
        Some(false) if inside(probe, call) => Some(finding(&shown::CALLED_GOT_IN, format!("{who} got in"))),
        Some(true) if !inside(probe, call) => {
            let why = if matches!(probe.aim, Aim::TextLogin(_)) { refusal(call) } else { ending(call) };
            Some(finding(&shown::CALLED_KEPT_OUT, format!("{who} did not get in: {why}")))
        }
        Some(true) => match (expected.address, call.local) {
            (Some(expected), Some(got)) if expected != got => {
                Some(finding(&shown::CALLED_ADDRESS, format!("{who} got {got}, not {expected}")))
            }
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests;
