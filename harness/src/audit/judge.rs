//! What calls showed, laid beside what was said of a port.
//!
//! In go [`Probe`]s and the [`CallSummary`] of each; statements of the port get what was seen, findings are confirmed, and
//! what contradicts becomes a finding of its own.

use super::plan::{Aim, Probe};
use super::{Audit, Finding, Severity};
use crate::audit::accounts::protocol_name;
use crate::report::text::counted;
use crate::run::CallSummary;
use crate::scenario::AuthResult;

/// Whether the caller was let into the network.
fn inside(call: &CallSummary) -> bool {
    call.local.is_some() && !call.auth.as_ref().is_some_and(|auth| auth.result == AuthResult::Refused)
}

/// Takes the calls of one port into the audit.
pub fn take(audit: &mut Audit, device: &str, calls: &[(Probe, CallSummary)]) {
    let made: Vec<_> = calls.iter().filter(|(_, call)| call.placed).collect();
    let mut answers = Vec::new();
    let mut numbers = Vec::new();
    let mut entries = Vec::new();
    let mut addresses = Vec::new();
    for (probe, call) in made {
        audit.findings.extend(contradiction(device, probe, call));
        if call.answered && !answers.contains(&call.rings) {
            answers.push(call.rings);
        }
        match &probe.aim {
            Aim::CallerId(_) => numbers.push(format!("{} {}", caller(probe), was_answered(call))),
            Aim::Account { name, protocol, place } => {
                let how = match (inside(call), call.local) {
                    (true, Some(address)) => format!("got {address}"),
                    _ => format!("did not get in ({})", ending(call)),
                };
                addresses.extend(call.local.filter(|_| inside(call)).map(|address| (address, call.dns.clone())));
                entries.push((place.clone(), format!("{name} {how} by {}", protocol_name(*protocol))));
            }
            Aim::BadPassword => {
                let (code, what) = ("any-password", "a wrong password");
                confirm(audit, device, &[code, "no-auth", "noauth-undoes-auth"], what, call);
            }
            Aim::Unauthenticated => {
                confirm(
                    audit,
                    device,
                    &["null-login", "no-auth", "noauth-undoes-auth"],
                    "no authentication at all",
                    call,
                );
            }
        }
    }
    let Some(port) = audit.ports.iter_mut().find(|port| port.device == device) else { return };
    for statement in &mut port.statements {
        let seen = match statement.topic {
            "answer" if !answers.is_empty() => {
                let all: Vec<String> = answers.iter().map(|rings| counted(*rings as usize, "ring")).collect();
                Some(format!("answered after {}", all.join(", and after ")))
            }
            "callers" if !numbers.is_empty() => Some(numbers.join("; ")),
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
        of(&aim).map(|(_, call)| format!("{who} {}", if inside(call) { "got in" } else { "did not get in" }))
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
    // What pppd complains of comes as text on the line. It never has a password in it.
    let complaint =
        call.text.split("\\n").map(|line| line.trim_matches(['\\', 'r', ' '])).find(|line| line.contains("pppd:"));
    match (said, complaint) {
        (Some(said), _) => format!("\"{said}\""),
        (None, Some(line)) => line.rsplit("pppd:").next().unwrap_or(line).trim().to_owned(),
        (None, None) => call.state.clone(),
    }
}

/// Findings that a call has shown to be true say so.
fn confirm(audit: &mut Audit, device: &str, codes: &[&str], how: &str, call: &CallSummary) {
    if !inside(call) {
        return;
    }
    for finding in &mut audit.findings {
        let concerns = finding.ports.is_empty() || finding.ports.iter().any(|port| port == device);
        if concerns && codes.contains(&finding.code) {
            finding.called = Some(format!("on {device} a caller with {how} got in"));
        }
    }
}

/// What a call shows that was not expected of it.
fn contradiction(device: &str, probe: &Probe, call: &CallSummary) -> Option<Finding> {
    let who = match &probe.aim {
        Aim::Account { name, .. } => name.clone(),
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
        Some(false) if inside(call) => Some(finding("called-got-in", Severity::Danger, format!("{who} got in"))),
        Some(true) if !inside(call) => {
            Some(finding("called-kept-out", Severity::Broken, format!("{who} did not get in: {}", ending(call))))
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
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::net::Ipv4Addr;

    use super::*;
    use crate::audit::effective::{Facts, ports};
    use crate::audit::plan::probes;
    use crate::audit::tests::{audited, with};
    use crate::run::AuthSummary;
    use crate::scenario::AuthProtocol;

    /// What a server does that does as expected.
    fn summary(index: usize, probe: &Probe) -> CallSummary {
        let inside = probe.expected.inside == Some(true);
        CallSummary {
            call: index,
            placed: true,
            rings: probe.expected.answered.unwrap_or(4),
            answered: probe.expected.answered.is_some(),
            lcp: probe.expected.inside.is_some(),
            auth: probe.expected.inside.map(|_| AuthSummary {
                result: if inside { AuthResult::Accepted } else { AuthResult::Refused },
                protocol: Some(AuthProtocol::Pap),
                message: if inside { "Login ok" } else { "Login incorrect" }.to_owned(),
            }),
            local: inside.then_some(Ipv4Addr::new(192, 168, 32, 105)),
            dns: vec![Ipv4Addr::new(192, 168, 32, 1)],
            ..CallSummary::default()
        }
    }

    fn judged(changes: &[(&str, &str)], change: impl Fn(&Probe, &mut CallSummary)) -> Audit {
        let tree = with(changes);
        let facts = Facts::of(&tree);
        let mut audit = audited(&tree);
        let probes = probes(&tree, &facts, &ports(&tree, &facts)[0]);
        let calls: Vec<_> = probes
            .into_iter()
            .enumerate()
            .map(|(index, probe)| {
                let mut call = summary(index, &probe);
                change(&probe, &mut call);
                (probe, call)
            })
            .collect();
        take(&mut audit, "ttyS0", &calls);
        audit
    }

    fn called(audit: &Audit) -> Vec<(&'static str, Severity)> {
        let of = audit.findings.iter().filter(|finding| finding.code.starts_with("called-"));
        of.map(|finding| (finding.code, finding.severity)).collect()
    }

    #[test]
    fn calls_that_go_as_said_stand_beside_what_was_said() {
        let audit = judged(&[], |_, _| {});
        assert_eq!(called(&audit), []);
        let said = |topic: &str| {
            let statement = audit.ports[0].statements.iter().find(|statement| statement.topic == topic);
            statement.and_then(|statement| statement.called.clone()).unwrap_or_default()
        };
        assert_eq!(said("answer"), "answered after 2 rings");
        assert_eq!(said("account"), "alice got 192.168.32.105 by PAP");
        assert_eq!(said("callers"), "5550100 answered; 7005550199 not answered; no caller ID not answered");
        assert_eq!(said("auth"), "a wrong password did not get in, no password did not get in");
        assert_eq!(said("dns"), "got 192.168.32.1");
    }

    #[test]
    fn who_got_in_and_should_not_is_a_danger() {
        let audit = judged(&[], |probe, call| {
            if probe.aim == Aim::Unauthenticated {
                (call.auth, call.local) = (None, Some(Ipv4Addr::new(10, 0, 0, 1)));
            }
        });
        assert_eq!(called(&audit), [("called-got-in", Severity::Danger)]);
        let audit = judged(&[], |probe, call| call.answered |= probe.expected.answered.is_none());
        assert_eq!(called(&audit), [("called-answered", Severity::Danger); 2]);
    }

    #[test]
    fn who_did_not_get_in_and_should_is_broken_with_what_the_server_said() {
        let audit = judged(&[], |probe, call| {
            if matches!(&probe.aim, Aim::Account { name, .. } if name == "alice") {
                call.local = None;
                call.auth = None;
                call.text = "\\r\\n/usr/sbin/pppd: In file /etc/ppp/options: unrecognized option 'x'\\r\\n".to_owned();
            }
        });
        assert_eq!(called(&audit), [("called-kept-out", Severity::Broken)]);
        let finding = audit.findings.iter().find(|finding| finding.code == "called-kept-out").unwrap();
        assert!(finding.what.contains("unrecognized option"), "{}", finding.what);
    }

    #[test]
    fn a_finding_that_a_call_has_shown_says_so() {
        let audit = judged(&[("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd noauth\n")], |_, _| {});
        let finding = audit.findings.iter().find(|finding| finding.code == "noauth-undoes-auth").unwrap();
        assert!(finding.called.as_deref().unwrap().contains("got in"));
        assert_eq!(called(&audit), []);
    }

    #[test]
    fn calls_that_were_not_placed_say_nothing() {
        let audit = judged(&[], |_, call| *call = CallSummary::default());
        assert_eq!(called(&audit), []);
        assert!(audit.ports[0].statements.iter().all(|statement| statement.called.is_none()));
    }
}
