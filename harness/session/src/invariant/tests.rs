#![allow(clippy::unwrap_used)]

use std::net::Ipv4Addr;

use offhook_clock::Instant;
use offhook_telephony::trace::{Event, EventKind};

use super::*;
use crate::AuthSummary;
use offhook_base::Span;
use offhook_scenario::{Act, AuthProtocol, CallerIdRule, Change, Deed, Disturbance, Edit, Moment, Port, Server};

fn scenario(from: &[&str]) -> Scenario {
    let call = |from: &&str| Call { from: Some((*from).to_owned()), ..Call::new("ttyS0") };
    let server = Server { ports: vec![Port::new("ttyS0")], ..Server::default() };
    Scenario::new("", server, from.iter().map(|from| Act::Calls(vec![call(from)])).collect())
}

fn event(call: Option<usize>, what: EventKind) -> Event {
    Event { at: Instant::from_millis(1500), port: Some("ttyS0".to_owned()), call, what }
}

fn log(program: &str, text: &str) -> Event {
    event(None, EventKind::Log { program: program.to_owned(), pid: None, text: text.to_owned() })
}

fn judged(kind: InvariantKind, scenario: &Scenario, trace: &[Event], calls: &[CallSummary]) -> Judged {
    signalled(kind, scenario, trace, calls, &[])
}

fn signalled(
    kind: InvariantKind,
    scenario: &Scenario,
    trace: &[Event],
    calls: &[CallSummary],
    signalled: &[i32],
) -> Judged {
    let census = Census::default();
    let census = (&census, &census);
    judge(kind, &Seen { scenario, trace, calls, census, not_ready: &[], held: &[], signalled })
}

#[test]
fn a_crash_is_told_unless_the_signal_was_sent() {
    let died = event(None, EventKind::Exited { pid: 7, program: "pppd".into(), how: "signal 11 (SIGSEGV)".into() });
    let crash = judged(InvariantKind::NoCrash, &scenario(&[]), std::slice::from_ref(&died), &[]).unwrap_err();
    assert_eq!(crash.1, "pppd (process 7) died at 1.500: signal 11 (SIGSEGV)");
    let died = std::slice::from_ref(&died);
    assert!(signalled(InvariantKind::NoCrash, &scenario(&[]), died, &[], &[7]).is_ok());
    assert!(signalled(InvariantKind::NoCrash, &scenario(&[]), died, &[], &[71]).is_err());
    let killed = event(None, EventKind::Exited { pid: 7, program: "pppd".into(), how: "signal 9 (SIGKILL)".into() });
    assert!(judged(InvariantKind::NoCrash, &scenario(&[]), &[killed], &[]).is_ok());
}

#[test]
fn an_address_without_a_name_is_told_unless_the_caller_could_not_hear() {
    let address = Ipv4Addr::new(10, 0, 0, 2);
    let auth = |result| Some(AuthSummary { result, protocol: Some(AuthProtocol::Pap), message: String::new() });
    let call = |auth| CallSummary {
        placed: true,
        asked: Some(AuthProtocol::Pap),
        auth,
        interface: Some((Ipv4Addr::new(10, 0, 0, 1), address)),
        ..CallSummary::default()
    };
    let kind = InvariantKind::Authenticated;
    let plain = scenario(&["5551234"]);
    assert!(judged(kind, &plain, &[], &[call(auth(AuthResult::Accepted))]).is_ok());
    assert!(judged(kind, &plain, &[], &[call(auth(AuthResult::Refused))]).is_err());
    assert!(judged(kind, &plain, &[], &[call(None)]).is_err());
    let moment = Moment { event: "frame".into(), nth: 3, later: Default::default() };
    let deed = Deed::Lose(offhook_telephony::trace::End::Caller);
    let deaf = Scenario { disturbances: vec![Disturbance { span: Span::default(), moment, deed }], ..plain };
    assert!(judged(kind, &deaf, &[], &[call(None)]).is_ok());
    assert!(judged(kind, &deaf, &[], &[call(auth(AuthResult::Refused))]).is_err());
}

#[test]
fn a_denied_caller_who_is_answered_is_told_if_his_number_was_delivered() {
    let rule = |allow, number: &str| CallerIdRule { allow, number: number.to_owned() };
    let mut it = scenario(&["5551234", "2125550000"]);
    it.server.caller_id = Some(vec![rule(true, "555"), rule(false, "all")]);
    let answered = CallSummary { placed: true, answered: true, rings: 2, ..CallSummary::default() };
    let delivered = event(Some(1), EventKind::CallerId { lines: vec!["NMBR = 2125550000".into()] });
    let kind = InvariantKind::CallerId;
    let calls = [answered.clone(), answered];
    let told = judged(kind, &it, &[delivered], &calls).unwrap_err();
    assert_eq!(told, ("the call of 2125550000 to be denied".into(), "call 2 was answered after 2 rings".into()));
    assert!(judged(kind, &it, &[], &calls).is_ok());
}

// mgetty reads the list at every call.
#[test]
fn rules_hold_from_the_call_after_their_change_on() {
    let rule = |allow, number: &str| CallerIdRule { allow, number: number.to_owned() };
    let change = |edit| Act::Change(Change { span: Span::default(), edits: vec![edit] });
    let mut it = scenario(&["777", "777", "777"]);
    it.server.caller_id = Some(vec![rule(false, "all")]);
    it.acts.insert(1, change(Edit::Rule(rule(true, "777"))));
    it.acts.insert(3, change(Edit::MoveRule { place: 2, up: true }));
    let call = |answered| CallSummary { placed: true, answered, rings: 2, ..CallSummary::default() };
    let told = |number| event(Some(number), EventKind::CallerId { lines: vec!["NMBR = 777".into()] });
    let trace = [told(0), told(1), told(2)];
    let kind = InvariantKind::CallerId;
    assert!(judged(kind, &it, &trace, &[call(false), call(false), call(true)]).is_ok());
    let second = judged(kind, &it, &trace, &[call(false), call(true), call(true)]).unwrap_err();
    assert_eq!(second.1, "call 2 was answered after 2 rings");
    it.acts.insert(5, change(Edit::DeleteRule(1)));
    it.acts.push(it.acts[0].clone());
    let fourth = [call(false), call(false), call(true), call(true)];
    assert!(judged(kind, &it, &[told(3)], &fourth).is_err());
}

#[test]
fn a_log_that_names_another_caller_or_an_address_nobody_had_is_told() {
    let it = scenario(&["5551234"]);
    let begins = event(Some(0), EventKind::CallBegins { from: Some("5551234".into()), name: None });
    let of = |number: &str| log("mgetty", &format!("data dev=ttyS0, pid=5, caller='{number}', conn='33600', name=''"));
    let kind = InvariantKind::LogTrue;
    assert!(judged(kind, &it, &[begins.clone(), of("5551234")], &[]).is_ok());
    assert!(judged(kind, &it, &[begins.clone(), of("none")], &[]).is_ok());
    let wrong = judged(kind, &it, &[begins, of("777")], &[]).unwrap_err();
    assert_eq!(wrong.0, "mgetty to log the number 5551234 for call 1");
    let address = log("pppd", "local  IP address 10.0.0.1");
    let has = event(None, EventKind::Interface { text: "ppp0 has 10.0.0.1 peer 10.0.0.2".into() });
    assert!(judged(kind, &it, &[has, address.clone()], &[]).is_ok());
    assert!(judged(kind, &it, &[address], &[]).is_err());
}

#[test]
fn what_is_left_and_what_is_missing_is_told_and_so_are_ports_and_lines() {
    let it = scenario(&["5551234"]);
    let of = |lines: &[&str]| Census::of(lines.iter().map(|line| (*line).to_owned()));
    let before = of(&["lock /run/lock/LCK..ttyS1", "process mgetty"]);
    let after = of(&["lock /run/lock/LCK..ttyS0"]);
    let (not_ready, held) = (vec![("ttyS0".to_owned(), "init has started nothing".to_owned())], vec![0]);
    let seen = Seen {
        scenario: &it,
        trace: &[],
        calls: &[],
        census: (&before, &after),
        not_ready: &not_ready,
        held: &held,
        signalled: &[],
    };
    let told = |kind| judge(kind, &seen).unwrap_err().1;
    let (four, five) = (of(&["process mgetty with 4 open files"]), of(&["process mgetty with 5 open files"]));
    let exited = event(None, EventKind::Exited { pid: 7, program: "mgetty".into(), how: "status 1".into() });
    let call = event(Some(0), EventKind::CallBegins { from: None, name: None });
    let left = |trace: &[Event]| judge(InvariantKind::NothingLeft, &Seen { trace, census: (&four, &five), ..seen });
    assert!(left(&[exited.clone(), call.clone()]).is_ok(), "it had just been started");
    assert!(left(&[call, exited]).is_err());
    assert_eq!(told(InvariantKind::NothingLeft), "left behind: lock /run/lock/LCK..ttyS0; missing: process mgetty");
    assert_eq!(told(InvariantKind::PortsReady), "init has started nothing");
    assert_eq!(told(InvariantKind::LineLetGo), "it still had the line of call 1");
}
