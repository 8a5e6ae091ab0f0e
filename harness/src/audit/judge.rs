//! What calls showed, laid beside what was said of a port.
//!
//! In go [`Probe`]s and the [`CallSummary`] of each; statements of the port get what was seen, findings are confirmed, and
//! what contradicts becomes a finding of its own.

use super::accounts::protocol_name;
use super::plan::{Aim, Probe};
use super::{Audit, Finding, Severity};
use crate::report::text::counted;
use crate::run::CallSummary;
use crate::scenario::AuthResult;

/// What keeps pppd from starting, or callers from pppd: a call that comes to no PPP shows it.
const NO_PPP: &[&str] = &[
    "no-usable-account",
    "option-unknown",
    "option-value",
    "options-quote",
    "options-file-missing",
    "address-refused",
    "login-config-ignored",
    "autoppp-shadowed",
    "autoppp-off",
];
/// What keeps mgetty from getting a port ready.
const NOT_SERVED: &[&str] = &["port-speed", "mgetty-flag", "port-twice", "inittab-id-twice", "dos-line-ends"];

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
                format!("on {device} a caller came to no PPP: {why}")
            });
        if !explained {
            let place = audit.ports.iter().find(|port| port.device == device);
            let place = place.and_then(|port| port.statements.first()?.places.first().cloned());
            audit.findings.extend(contradiction(device, probe, call).map(|finding| match finding.place {
                None if finding.code == "called-rings" => finding.at(place),
                _ => finding,
            }));
        }
        if call.answered && !answers.contains(&call.rings) {
            answers.push(call.rings);
        }
        let got_in = |audit: &mut Audit, codes: &[&str], how: &str| {
            if inside(probe, call) {
                confirm(audit, device, codes, || format!("on {device} a caller with {how} got in"));
            }
        };
        match &probe.aim {
            Aim::CallerId(_) => numbers.push(format!("{} {}", caller(probe), was_answered(call))),
            Aim::TextLogin(name) => {
                got_in(audit, &["no-unix-password"], "no Unix password");
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
                        let _ = call.answered && call.lcp && confirm(audit, device, &["no-address"], what);
                        format!("did not get in ({})", ending(call))
                    }
                };
                addresses.extend(call.local.filter(|_| inside(probe, call)).map(|address| (address, call.dns.clone())));
                entries.push((place.clone(), format!("{name} {how} by {}", protocol_name(*protocol))));
            }
            Aim::BadPassword => {
                got_in(audit, &["any-password", "no-auth", "noauth-undoes-auth"], "a wrong password");
            }
            Aim::Unauthenticated => {
                got_in(audit, &["null-login", "no-auth", "noauth-undoes-auth"], "no authentication at all");
            }
        }
    }
    let Some(port) = audit.ports.iter_mut().find(|port| port.device == device) else { return };
    for statement in &mut port.statements {
        let seen = match statement.topic {
            "answer" if answers.as_slice() == [0] => Some("answered".to_owned()),
            "answer" if !answers.is_empty() => {
                let all: Vec<String> = answers.iter().map(|rings| counted(*rings as usize, "ring")).collect();
                Some(format!("answered after {}", all.join(", and after ")))
            }
            "callers" if !numbers.is_empty() => Some(numbers.join("; ")),
            "login" if !logins.is_empty() => Some(logins.join("; ")),
            "account" => {
                let of = entries.iter().find(|(place, _)| statement.places.contains(place));
                of.map(|(_, text)| text.clone())
            }
            "dns" => addresses.first().filter(|(_, dns)| !dns.is_empty()).map(|(_, dns)| {
                let mut shown: Vec<String> = dns.iter().map(ToString::to_string).collect();
                shown.dedup();
                format!("got {}", shown.join(" and "))
            }),
            "auth" => auth_seen(calls),
            _ => None,
        };
        statement.called = seen.or_else(|| statement.called.take());
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
        Some(line) => format!("the last it said was \"{}\"", crate::report::text::fit(line, 60, "...")),
        None => "it said nothing".to_owned(),
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
fn confirm(audit: &mut Audit, device: &str, codes: &[&str], how: impl Fn() -> String) -> bool {
    let mut any = false;
    for finding in &mut audit.findings {
        let concerns = finding.ports.is_empty() || finding.ports.iter().any(|port| port == device);
        if concerns && codes.contains(&finding.code) && finding.severity < Severity::Note {
            finding.called.get_or_insert_with(&how);
            any = true;
        }
    }
    any
}

/// The port never got ready for a call; `said` is what the server's log has of it, if anything.
pub fn never_ready(audit: &mut Audit, device: &str, said: Option<&str>) {
    let what = format!("mgetty never gets {device} ready: nobody is answered");
    let told = said.map_or_else(|| what.clone(), |said| format!("{what} ({said})"));
    if confirm(audit, device, NOT_SERVED, || told.clone()) {
        return;
    }
    let place = audit.ports.iter().find(|port| port.device == device).map(|port| port.place.clone());
    let why = said.map_or_else(
        || "it does not start, or its modem does not answer as its chats expect".to_owned(),
        |said| format!("the log says: {said}"),
    );
    audit.findings.push(
        Finding::new("called-not-ready", Severity::Broken, format!("called: {what}"))
            .at(place)
            .on(device)
            .why(why)
            .mend("if your modem or your program is a special one that the lab does not have, this is none; else see the evidence (--out DIR)"),
    );
}

/// Calls that were meant to be made and were not.
pub fn not_placed(audit: &mut Audit, device: &str, count: usize, why: &str) {
    audit.findings.push(
        Finding::new(
            "calls-missing",
            Severity::Warning,
            format!("{} to {device} could not be placed", counted(count, "call")),
        )
        .on(device)
        .why(why)
        .mend("what the files say of them is not confirmed; see the evidence (--out DIR)"),
    );
}

/// What is not called by intention.
pub fn left_out(audit: &mut Audit, device: &str, what: &[String]) {
    for what in what {
        audit
            .findings
            .push(Finding::new("not-called", Severity::Note, format!("not called on {device}: {what}")).on(device));
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
    let finding = |code, severity, what: String| {
        Finding::new(code, severity, format!("called: {what}"))
            .at(place.clone())
            .on(device)
            .why("the files promise otherwise; the call in the lab is what the programs do")
            .mend("see the evidence (--out DIR) for what went on")
    };
    let expected = &probe.expected;
    match (expected.answered, call.answered) {
        (None, true) => return Some(finding("called-answered", Severity::Danger, format!("{who} was answered"))),
        (Some(_), false) => {
            return Some(finding(
                "called-not-answered",
                Severity::Broken,
                format!("{who} was not answered in {}", counted(call.rings as usize, "ring")),
            ));
        }
        (Some(rings), true) if rings != 0 && rings != call.rings => {
            // Caller ID may count as a ring: one less is the server's own way.
            let severity = if call.rings + 1 == rings { Severity::Note } else { Severity::Warning };
            let what = format!("answered after {}, not after {rings}", counted(call.rings as usize, "ring"));
            return Some(finding("called-rings", severity, what));
        }
        _ => {}
    }
    match expected.inside {
        Some(false) if inside(probe, call) => Some(finding("called-got-in", Severity::Danger, format!("{who} got in"))),
        Some(true) if !inside(probe, call) => {
            let why = if matches!(probe.aim, Aim::TextLogin(_)) { refusal(call) } else { ending(call) };
            Some(finding("called-kept-out", Severity::Broken, format!("{who} did not get in: {why}")))
        }
        Some(true) => match (expected.address, call.local) {
            (Some(expected), Some(got)) if expected != got => {
                Some(finding("called-address", Severity::Warning, format!("{who} got {got}, not {expected}")))
            }
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests;
