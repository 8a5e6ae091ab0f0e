//! What calls show, refute and leave open.

#![allow(clippy::unwrap_used)]
use std::net::Ipv4Addr;
use std::time::Duration;

use offhook_clock::Instant;
use offhook_scenario::{AuthProtocol, AuthResult, Reason};
use offhook_session::server_words::ServerWords;
use offhook_session::{AuthSummary, CallSummary, Moments};

use super::*;
use crate::effective::{Facts, ports};
use crate::plan::{Aim, Everything, Probe, plan};
use crate::tests::{audited, with};
use crate::{Finding, Severity, Topic};

const SERVER: Ipv4Addr = Ipv4Addr::new(192, 168, 32, 1);
const CALLER: Ipv4Addr = Ipv4Addr::new(192, 168, 32, 105);

/// What a server does that does as expected.
fn summary(index: usize, probe: &Probe) -> CallSummary {
    let inside = probe.expected.inside == Some(true);
    let placed = Instant::from_millis(1_000_000 * index as u64);
    let up = inside.then_some(placed + Duration::from_secs(20));
    let stayed = probe.stays > Duration::from_secs(300);
    CallSummary {
        call: index,
        placed: true,
        rings: probe.expected.answered.unwrap_or(4),
        answered: probe.expected.answered.is_some(),
        lcp: probe.expected.inside.is_some(),
        login: matches!(probe.aim, Aim::TextLogin(_)).then_some(inside),
        auth: probe.expected.inside.map(|_| AuthSummary {
            result: if inside { AuthResult::Accepted } else { AuthResult::Refused },
            protocol: Some(AuthProtocol::Pap),
            message: if inside { "Login ok" } else { "Login incorrect" }.to_owned(),
        }),
        local: inside.then_some(CALLER),
        peer: inside.then_some(SERVER),
        interface: inside.then_some((SERVER, CALLER)),
        dns: vec![SERVER],
        ended: stayed.then_some(Reason::Idle),
        moments: Moments {
            placed: Some(placed),
            answered: probe.expected.answered.map(|_| placed + Duration::from_secs(12)),
            up,
            ended: up.map(|up| up + Duration::from_secs(if stayed { 300 } else { 980 })),
        },
        ..CallSummary::default()
    }
}

fn judged(changes: &[(&str, &str)], change: impl Fn(&Probe, &mut CallSummary)) -> Audit {
    let tree = with(changes);
    let facts = Facts::of(&tree);
    let mut audit = audited(&tree);
    let probes = plan(&tree, &facts, &ports(&tree, &facts)[0], &Everything).probes;
    let seen = probes.into_iter().enumerate().map(|(index, probe)| {
        let mut call = summary(index, &probe);
        change(&probe, &mut call);
        Seen { probe, call, guest: "ttyS0-0".to_owned() }
    });
    let port = PortCalls { device: "ttyS0".to_owned(), seen: seen.collect(), ..PortCalls::default() };
    judge(&mut audit, &[port], &Secrecy::of(&tree));
    audit
}

fn said(line: &str) -> Option<ServerWords> {
    Some(ServerWords { program: "pppd".to_owned(), pid: Some(33), lines: vec![line.to_owned()], ended: None })
}

fn found(audit: &Audit) -> Vec<(&'static str, Severity)> {
    let of = audit.findings.iter().filter(|finding| finding.code().starts_with("called-"));
    of.map(|finding| (finding.code(), finding.severity)).collect()
}

fn known(audit: &Audit, topic: Topic) -> &Known {
    &audit.ports[0].statements.iter().find(|statement| statement.topic == topic).unwrap().known
}

#[test]
fn calls_that_go_as_said_show_what_was_said() {
    let audit = judged(&[], |_, _| {});
    assert_eq!(found(&audit), []);
    let saw = |topic| known(&audit, topic).saw().filter(|_| known(&audit, topic).is_shown()).unwrap_or_default();
    assert_eq!(saw(Topic::Answer), "answered after 2 rings");
    assert_eq!(saw(Topic::Account), "alice got 192.168.32.105 by PAP");
    assert_eq!(saw(Topic::Callers), "5550100 answered; 7005550199 not answered; no caller ID not answered");
    assert_eq!(saw(Topic::Auth), "a wrong password did not get in, no password did not get in");
    assert_eq!(saw(Topic::Login), "bob logged in");
    assert_eq!(saw(Topic::Address), "the server's interface had 192.168.32.1, its peer 192.168.32.105");
    assert_eq!(saw(Topic::End), "ended 5 min after the network came up (idle)");
    assert_eq!(saw(Topic::Dns), "got 192.168.32.1");
    assert_eq!(saw(Topic::Next), "answered 12 s after carrier was lost");
    assert_eq!(*known(&audit, Topic::Port), Known::not_tried("a pseudo-terminal has no speed"));
}

#[test]
fn an_address_that_the_server_s_kernel_never_had_is_none() {
    let audit = judged(&[], |probe, call| {
        if matches!(&probe.aim, Aim::Account { name, .. } if name == "bob") {
            call.interface = None;
            call.last_words = said("Peer is not authorized to use remote address 192.168.32.105");
        }
    });
    assert_eq!(found(&audit), [("called-kept-out", Severity::Error)]);
    let finding = audit.findings.iter().find(|finding| finding.code() == "called-kept-out").unwrap();
    assert_eq!(finding.why, "pppd said \"Peer is not authorized to use remote address 192.168.32.105\"");
    let of_bob = audit.ports[0].statements.iter().rfind(|statement| statement.topic == Topic::Account).unwrap();
    assert!(of_bob.known.is_refuted(), "{:?}", of_bob.known);
}

#[test]
fn who_is_sent_away_in_the_same_moment_was_not_let_in() {
    let audit = judged(&[], |probe, call| {
        if matches!(&probe.aim, Aim::Account { name, .. } if name == "bob") {
            call.ended = Some(Reason::Other);
            call.moments.ended = call.moments.up.map(|up| up + Duration::from_millis(200));
        }
    });
    assert_eq!(found(&audit), [("called-kept-out", Severity::Error)]);
}

#[test]
fn a_password_that_was_never_sent_was_not_refused() {
    let audit = judged(&[], |probe, call| {
        if probe.aim == Aim::BadPassword {
            call.auth = None;
        }
    });
    assert_eq!(known(&audit, Topic::Auth).saw(), Some("no password did not get in"));
}

#[test]
fn who_got_in_and_should_not_is_a_danger() {
    let audit = judged(&[], |probe, call| {
        if probe.aim == Aim::Unauthenticated {
            (call.auth, call.local, call.interface) = (None, Some(CALLER), Some((SERVER, CALLER)));
        }
    });
    assert_eq!(found(&audit), [("called-got-in", Severity::Danger)]);
    let audit = judged(&[], |probe, call| call.answered |= probe.expected.answered.is_none());
    assert_eq!(found(&audit), [("called-answered", Severity::Danger); 2]);
}

#[test]
fn a_finding_that_a_call_has_shown_says_by_which() {
    let open = [("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd noauth\n")];
    let audit = judged(&open, |_, call| call.auth = None);
    let finding = audit.findings.iter().find(|finding| finding.code() == "noauth-undoes-auth").unwrap();
    let calls = vec!["ttyS0-0 call 1".to_owned()];
    assert_eq!(finding.known, Known::Shown { calls, saw: "on ttyS0 a caller with a wrong password got in".to_owned() });
    assert_eq!(found(&audit), []);
}

#[test]
fn a_finding_that_calls_refute_is_withdrawn_and_does_not_count() {
    let audit = judged(&[("ppp/options", "auth\nlockk\nnoipv6\nidle 300\n")], |_, _| {});
    assert!(!audit.findings.iter().any(|finding| finding.code() == "option-unknown"));
    let withdrawn: Vec<_> = audit.withdrawn.iter().map(Finding::code).collect();
    assert_eq!(withdrawn, ["option-unknown"]);
    assert_eq!(audit.withdrawn[0].known.saw(), Some("on ttyS0 a caller was answered by PPP"));
}

#[test]
fn what_the_files_have_explained_already_is_not_told_twice() {
    let audit = judged(&[("ppp/options", "auth\nlockk\n")], |_, call| {
        (call.lcp, call.local, call.interface, call.auth) = (false, None, None, None);
        call.last_words = said("In file /etc/ppp/options: unrecognized option 'lockk'");
    });
    assert_eq!(found(&audit), []);
    let finding = audit.findings.iter().find(|finding| finding.code() == "option-unknown").unwrap();
    assert!(finding.known.saw().unwrap().ends_with("unrecognized option 'lockk'\""), "{:?}", finding.known);
}

#[test]
fn a_danger_behind_a_server_that_does_not_start_is_latent_and_a_warning_until_it_does() {
    let open = ("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd noauth lockk\n");
    let audit = audited(&with(&[open]));
    let danger = audit.findings.iter().find(|finding| finding.code() == "noauth-undoes-auth").unwrap();
    assert_eq!(danger.latent.as_deref(), Some("not yet, because of option-unknown"));
    assert_eq!((danger.weight(), audit.count(Severity::Danger), audit.latent()), (Severity::Warning, 0, 1));
    // A call that got in has shown that it comes to pass.
    let audit = judged(&[open], |_, call| call.auth = None);
    let danger = audit.findings.iter().find(|finding| finding.code() == "noauth-undoes-auth").unwrap();
    assert_eq!((danger.latent.as_deref(), audit.count(Severity::Danger)), (None, 1));
}

#[test]
fn a_line_that_stays_taken_after_a_lost_carrier_is_an_error() {
    let audit = judged(&[], |probe, call| {
        if probe.aim == Aim::Again {
            (call.answered, call.moments.answered, call.rings) = (false, None, 20);
        }
    });
    assert_eq!(found(&audit), [("called-held", Severity::Error)]);
    assert_eq!(known(&audit, Topic::Next).saw(), Some("not answered in 20 rings"));
}

#[test]
fn a_port_that_never_gets_ready_is_an_error_and_said_once() {
    let ready = |changes: &[(&str, &str)]| {
        let tree = with(changes);
        let mut audit = audited(&tree);
        let unmade = Some(Unmade::NotReady("invalid port speed: 33600".to_owned()));
        let port = PortCalls { device: "ttyS0".to_owned(), unmade, ..PortCalls::default() };
        judge(&mut audit, &[port], &Secrecy::of(&tree));
        audit
    };
    let audit = ready(&[]);
    assert_eq!(found(&audit), [("called-not-ready", Severity::Error)]);
    assert!(known(&audit, Topic::Answer).is_refuted());
    assert_eq!(*known(&audit, Topic::Auth), Known::not_tried("the port is not ready for a call"));
    let audit = ready(&[("inittab", "S0:2345:respawn:/sbin/mgetty -s 33600 -n 2 ttyS0\n")]);
    assert_eq!(found(&audit), []);
    assert!(audit.findings.iter().any(|finding| finding.code() == "port-speed" && finding.known.is_shown()));
}

#[test]
fn a_port_that_answers_nobody_is_one_error_with_the_reason() {
    let audit = judged(&[], |_, call| {
        (call.answered, call.rings, call.login, call.local) = (false, 4, None, None);
        call.last_words = said("/etc/nologin.ttyS0 exists - do not accept call!");
    });
    assert_eq!(found(&audit), [("called-not-answered", Severity::Error)]);
    let finding = audit.findings.iter().find(|finding| finding.code() == "called-not-answered").unwrap();
    assert_eq!(finding.what, "lab: nobody is answered on ttyS0: 8 calls rang out");
    assert!(finding.why.contains("/etc/nologin.ttyS0 exists"), "{}", finding.why);
    // But the port was ready for a call: what would keep it from that does not hold.
    let audit = judged(&[("inittab", "S0:2345:respawn:/sbin/mgetty -s 33600 -n 2 ttyS0\n")], |_, call| {
        call.answered = false;
    });
    assert_eq!(audit.withdrawn.iter().map(Finding::code).collect::<Vec<_>>(), ["port-speed"]);
}

#[test]
fn calls_that_were_not_made_show_nothing_and_why_is_told() {
    let tree = with(&[]);
    let mut audit = audited(&tree);
    let unmade = Some(Unmade::Left(11, "6 guests ended before them".to_owned()));
    judge(&mut audit, &[PortCalls { device: "ttyS0".to_owned(), unmade, ..PortCalls::default() }], &Secrecy::of(&tree));
    assert_eq!(found(&audit), []);
    assert!(audit.findings.iter().any(|finding| finding.code() == "calls-missing"));
    let not_tried = |statement: &crate::Statement| matches!(statement.known, Known::NotTried { .. });
    assert!(audit.ports[0].statements.iter().all(not_tried));
}

#[test]
fn a_password_in_the_server_s_words_is_not_printed() {
    let secrets = [("ppp/pap-secrets", "alice * secret * hunter2\nbob * other *\n")];
    let audit = judged(&secrets, |probe, call| {
        if matches!(&probe.aim, Aim::Account { .. }) {
            (call.local, call.interface) = (None, None);
            call.last_words = said("unknown host hunter2 in auth. address list");
        }
    });
    let told = format!("{:?} {:?}", audit.ports, audit.findings);
    assert!(!told.contains("hunter2") && told.contains("unknown host (a password) in"), "{told}");
}
