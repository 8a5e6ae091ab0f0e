//! What calls confirm, contradict and leave open.

#![allow(clippy::unwrap_used)]
use std::net::Ipv4Addr;

use super::*;
use crate::effective::{Facts, ports};
use crate::plan::plan;
use crate::tests::{audited, with};
use offhook_scenario::AuthProtocol;
use offhook_session::AuthSummary;

/// What a server does that does as expected.
fn summary(index: usize, probe: &Probe) -> CallSummary {
    let inside = probe.expected.inside == Some(true);
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
        local: inside.then_some(Ipv4Addr::new(192, 168, 32, 105)),
        dns: vec![Ipv4Addr::new(192, 168, 32, 1)],
        ..CallSummary::default()
    }
}

fn judged(changes: &[(&str, &str)], change: impl Fn(&Probe, &mut CallSummary)) -> Audit {
    let tree = with(changes);
    let facts = Facts::of(&tree);
    let mut audit = audited(&tree);
    let probes = plan(&tree, &facts, &ports(&tree, &facts)[0]).probes;
    let calls: Vec<_> = probes
        .into_iter()
        .enumerate()
        .map(|(index, probe)| {
            let mut call = summary(index, &probe);
            change(&probe, &mut call);
            (probe, call)
        })
        .collect();
    take(&mut audit, "ttyS0", &calls, None);
    audit
}

fn called(audit: &Audit) -> Vec<(&'static str, Severity)> {
    let of = audit.findings.iter().filter(|finding| finding.code().starts_with("called-"));
    of.map(|finding| (finding.code(), finding.severity)).collect()
}

#[test]
fn calls_that_go_as_said_stand_beside_what_was_said() {
    let audit = judged(&[], |_, _| {});
    assert_eq!(called(&audit), []);
    let said = |topic: &str| {
        let statement = audit.ports[0].statements.iter().find(|statement| statement.topic.word() == topic);
        statement.and_then(|statement| statement.lab.clone()).unwrap_or_default()
    };
    assert_eq!(said("answer"), "answered after 2 rings");
    assert_eq!(said("account"), "alice got 192.168.32.105 by PAP");
    assert_eq!(said("callers"), "5550100 answered; 7005550199 not answered; no caller ID not answered");
    assert_eq!(said("auth"), "a wrong password did not get in, no password did not get in");
    assert_eq!(said("login"), "bob logged in");
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
fn who_did_not_get_in_and_should_is_an_error_with_what_the_server_said() {
    let audit = judged(&[], |probe, call| {
        if matches!(&probe.aim, Aim::Account { name, .. } if name == "alice") {
            call.local = None;
            call.auth = None;
            call.lcp = false;
            call.text = "\\r\\n/usr/sbin/pppd: In file /etc/ppp/options: unrecognized option 'x'\\r\\n".to_owned();
        }
    });
    assert_eq!(called(&audit), [("called-kept-out", Severity::Error)]);
    let finding = audit.findings.iter().find(|finding| finding.code() == "called-kept-out").unwrap();
    assert!(finding.what.contains("unrecognized option"), "{}", finding.what);
}

#[test]
fn a_finding_that_a_call_has_shown_says_so() {
    let audit = judged(&[("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd noauth\n")], |_, _| {});
    let finding = audit.findings.iter().find(|finding| finding.code() == "noauth-undoes-auth").unwrap();
    assert!(finding.lab.as_deref().unwrap().contains("got in"));
    assert_eq!(called(&audit), []);
}

#[test]
fn what_the_files_have_explained_already_is_not_told_twice() {
    let audit = judged(&[("ppp/options", "auth\nlockk\n")], |_, call| {
        (call.lcp, call.local, call.auth) = (false, None, None);
        call.text = "/usr/sbin/pppd: In file /etc/ppp/options: unrecognized option 'lockk'".to_owned();
    });
    assert_eq!(called(&audit), []);
    let finding = audit.findings.iter().find(|finding| finding.code() == "option-unknown").unwrap();
    assert!(finding.lab.as_deref().unwrap().ends_with("unrecognized option"));
}

#[test]
fn a_port_that_never_gets_ready_is_an_error_and_said_once() {
    let ready = |changes: &[(&str, &str)]| {
        let mut audit = audited(&with(changes));
        never_ready(&mut audit, "ttyS0", Some("invalid port speed: 33600"));
        audit
    };
    assert_eq!(called(&ready(&[])), [("called-not-ready", Severity::Error)]);
    let audit = ready(&[("inittab", "S0:2345:respawn:/sbin/mgetty -s 33600 -n 2 ttyS0\n")]);
    assert_eq!(called(&audit), []);
    assert!(audit.findings.iter().any(|finding| finding.code() == "port-speed" && finding.lab.is_some()));
}

#[test]
fn calls_that_were_not_placed_say_nothing() {
    let audit = judged(&[], |_, call| *call = CallSummary::default());
    assert_eq!(called(&audit), []);
    assert!(audit.ports[0].statements.iter().all(|statement| statement.lab.is_none()));
}
