//! Port sessions with a DTE that is played here: lines, cables, and several calls on one.
#![allow(clippy::unwrap_used, clippy::panic)]

use offhook_ppp::frame::{Compression, Frame, LCP};
use offhook_ppp::transparency::{DEFAULT_ACCM, encode};
use offhook_telephony::exchange::{CallSetup, Release, Stamp};
use offhook_telephony::trace::End;

use proptest::prelude::*;

use super::*;
use crate::client::{ClientEvent, Heard};
use crate::facts::Timestamped;
use crate::server_words::LogEntry;

fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

fn setup() -> CallSetup {
    CallSetup { rings: 3, stamp: Stamp { month: 1, day: 5, hour: 9, minute: 0 }, ..CallSetup::default() }
}

fn direct(program: Program) -> PortSession {
    PortSession::new(&Port { direct: true, program, speed: Some(9600), ..Port::new("ttyS0") }).unwrap()
}

/// Lets time pass until `millis`.
fn pass(session: &mut PortSession, millis: u64) {
    while let Some(due) = session.poll_timeout().filter(|due| *due <= at(millis)) {
        session.handle_timeout(due);
    }
}

fn to_dte(session: &mut PortSession) -> Vec<u8> {
    std::iter::from_fn(|| session.poll_dte()).flatten().collect()
}

/// A modem port whose DTE has answered the first call, number 0, 10 s ago.
fn answered() -> PortSession {
    let mut session = PortSession::new(&Port::new("ttyS0")).unwrap();
    session.handle_circuit_108(at(0), true);
    session.handle_dte_octets(at(0), b"ATE0\r");
    session.place_call(at(1000), 0, setup(), None);
    pass(&mut session, 3500);
    session.handle_dte_octets(at(3500), b"ATA\r");
    pass(&mut session, 13_500);
    assert!(session.facts(0).connected.is_some());
    to_dte(&mut session);
    session
}

#[test]
fn a_direct_call_is_connected_at_once_and_the_dte_hears_of_it_only_by_its_octets() {
    let mut session = direct(Program::Mgetty);
    session.handle_circuit_108(at(0), true);
    assert_eq!(session.ready_at(), Some(at(2000)));
    session.place_call(at(2000), 0, setup(), None);
    assert_eq!(session.facts(0).connected, Some(Timestamped { at: at(2000), what: 9600 }));
    session.say(at(2000), b"x");
    pass(&mut session, 2100);
    assert_eq!(to_dte(&mut session), b"x");
}

#[test]
fn pppd_on_a_cable_is_ready_as_soon_as_it_has_the_port_open_and_nobody_hears_what_it_said_before() {
    let mut session = direct(Program::Pppd);
    session.handle_circuit_108(at(100), true);
    session.handle_dte_octets(at(150), b"~frame~");
    assert!(session.ready_at().is_some_and(|ready| ready <= at(150)));
    session.place_call(at(150), 0, setup(), None);
    pass(&mut session, 5000);
    assert_eq!(session.facts(0).heard, "");
    session.handle_dte_octets(at(5000), b"~");
    pass(&mut session, 6000);
    assert_eq!(session.facts(0).heard, "~");
}

#[test]
fn a_caller_who_hangs_up_a_cable_switches_circuit_109_off() {
    let mut session = direct(Program::Mgetty);
    session.handle_circuit_108(at(0), true);
    session.place_call(at(2000), 0, setup(), None);
    assert!(!session.is_done_with(0));
    session.hang_up(at(3000));
    assert!(session.poll_hang_up());
    assert!(!session.is_done_with(0), "whoever served the call still has the port open");
    session.handle_circuit_108(at(3001), false);
    assert!(session.is_done_with(0));
}

#[test]
fn a_server_that_has_its_modem_ready_again_has_let_go_of_the_call_before() {
    let mut session = answered();
    session.hang_up(at(14_000));
    pass(&mut session, 14_100);
    session.handle_circuit_108(at(14_100), false);
    session.handle_circuit_108(at(14_600), true);
    session.handle_dte_octets(at(15_000), b"AT\r");
    assert!(to_dte(&mut session).ends_with(b"OK\r\n"));
    assert!(session.is_done_with(0));
}

#[test]
fn a_server_whose_modem_hangs_up_after_the_port_was_opened_again_has_let_go() {
    let mut session = answered();
    session.handle_circuit_108(at(13_000), false);
    session.handle_circuit_108(at(13_010), true);
    pass(&mut session, 20_000);
    assert!(session.facts(0).cleared.is_some());
    assert!(session.is_done_with(0));
}

// A shell that outlives its login has the port open beside the next mgetty.
#[test]
fn a_modem_that_takes_commands_after_the_call_is_let_go_of_without_the_port_being_closed() {
    let mut session = answered();
    session.hang_up(at(14_000));
    pass(&mut session, 14_100);
    assert!(!session.is_done_with(0));
    session.handle_dte_octets(at(15_000), b"AT\r");
    assert!(to_dte(&mut session).ends_with(b"OK\r\n"));
    assert!(session.is_done_with(0));
}

#[test]
fn a_server_that_closes_a_direct_port_has_hung_up() {
    let mut session = direct(Program::Mgetty);
    session.handle_circuit_108(at(0), true);
    session.place_call(at(2000), 0, setup(), None);
    session.handle_circuit_108(at(3000), false);
    let (by, when, _) = session.facts(0).hang_up().unwrap();
    assert_eq!((by, when), (End::Server, at(3000)));
}

#[test]
fn busy_is_the_fact_of_the_second_call_and_leaves_the_first_alone() {
    let mut session = answered();
    assert!(!session.is_line_free());
    session.place_call(at(14_000), 1, setup(), None);
    assert!(session.facts(1).busy && !session.facts(0).busy);
    assert!(session.has(0) && !session.has(1) && session.is_done_with(1));
    assert_eq!(session.facts(0).cleared, None);
    assert!(session.facts(1).cleared.is_some());
}

#[test]
fn the_facts_of_a_call_outlive_the_next_one_on_the_line() {
    let mut session = answered();
    session.clear(at(14_000), Release::Orderly);
    pass(&mut session, 15_000);
    session.place_call(at(20_000), 1, setup(), None);
    assert_eq!(session.facts(0).connected.as_ref().map(|connected| connected.what), Some(33_600));
    assert_eq!(session.facts(1).connected, None);
}

#[test]
fn a_line_typed_is_octets_and_cr_and_what_is_typed_too_early_waits_for_carrier() {
    let mut session = PortSession::new(&Port::new("ttyS0")).unwrap();
    session.handle_circuit_108(at(0), true);
    session.handle_dte_octets(at(0), b"ATE0\r");
    session.place_call(at(1000), 0, setup(), None);
    session.say(at(1000), b"who\r");
    pass(&mut session, 3500);
    session.handle_dte_octets(at(3500), b"ATA\r");
    to_dte(&mut session);
    pass(&mut session, 13_500);
    assert_eq!(to_dte(&mut session), b"\r\nCONNECT 33600\r\nwho\r");
}

#[test]
fn a_login_is_typed_after_the_prompts() {
    let mut session = answered();
    session.log_in(at(13_500), "bob", Some("secret"));
    session.handle_dte_octets(at(14_000), b"\r\nserver login: ");
    pass(&mut session, 15_000);
    assert_eq!(to_dte(&mut session), b"bob\r");
    session.handle_dte_octets(at(15_000), b"bob\r\nPassword: ");
    pass(&mut session, 16_000);
    assert_eq!(to_dte(&mut session), b"secret\r");
    session.handle_dte_octets(at(16_000), b"\r\nWelcome\r\n$ ");
    pass(&mut session, 17_000);
    let facts = session.facts(0);
    assert!(facts.login.as_ref().is_some_and(|login| login.what.accepted));
    assert!(facts.find_unread("Welcome").is_some(), "what comes after the password is unread");
}

#[test]
fn a_silent_caller_says_nothing_and_does_not_hang_up_until_it_does() {
    let mut session = answered();
    session.dial_in(at(13_500), offhook_caller::CallerConfig::default());
    pass(&mut session, 14_000);
    assert!(!to_dte(&mut session).is_empty());
    session.fall_silent();
    session.say(at(14_000), b"x");
    pass(&mut session, 100_000);
    assert_eq!(to_dte(&mut session), b"");
    assert_eq!(session.facts(0).cleared, None);
    session.hang_up(at(100_000));
    assert!(session.facts(0).cleared.is_some());
}

#[test]
fn error_control_carries_more_octets_at_the_same_rate() {
    let took = |error_control: bool| {
        let line = offhook_scenario::Line { error_control, ..offhook_scenario::Line::default() };
        let mut line_end = LineEnd::new(&Port { line, ..Port::new("ttyS0") }, &SharedExchange::default()).unwrap();
        line_end.handle_circuit_108(at(0), true);
        line_end.place_call(at(0), setup(), None);
        line_end.handle_timeout(at(2000));
        while line_end.poll_output(at(2000)).is_some() {}
        line_end.handle_dte_octets(at(2000), b"ATA\r");
        while line_end.poll_output(at(2000)).is_some() {}
        line_end.handle_timeout(at(10_000));
        while line_end.poll_output(at(10_000)).is_some() {}
        line_end.handle_dte_octets(at(10_000), &[b'x'; 3360]);
        while line_end.poll_output(at(10_000)).is_some() {}
        line_end.backlog(at(10_000)).as_millis()
    };
    assert_eq!((took(false), took(true)), (1000, 800));
}

/// What has happened since this was asked last.
fn told(session: &mut PortSession) -> Vec<EventKind> {
    session.take_events().into_iter().map(|event| event.what).collect()
}

/// A call over a cable, its caller typing.
fn typing() -> PortSession {
    let mut session = direct(Program::Mgetty);
    session.handle_circuit_108(at(0), true);
    session.place_call(at(2000), 0, setup(), None);
    told(&mut session);
    session
}

fn frame(protocol: u16, information: &[u8]) -> Vec<u8> {
    let frame = Frame { protocol, information }.emit(Compression::NONE);
    encode(&frame, DEFAULT_ACCM)
}

#[test]
fn frames_to_a_caller_who_types_are_frames_and_end_a_login() {
    let mut session = typing();
    session.log_in(at(2000), "ppp", None);
    session.handle_dte_octets(at(2000), b"login: ");
    pass(&mut session, 3000);
    told(&mut session);
    session.handle_dte_octets(at(3000), &frame(LCP, b"\x01\x01\x00\x04"));
    pass(&mut session, 4000);
    let told = told(&mut session);
    let [EventKind::Frame { from: End::Server, text, .. }] = &told[..] else { panic!("{told:?}") };
    assert_eq!(text, "[LCP ConfReq id=0x1]");
    assert_eq!(session.facts(0).heard, "login: ");
    assert_eq!(session.facts(0).login.as_ref().map(|login| login.what.by.as_str()), Some("a PPP frame"));
}

#[test]
fn a_frame_that_a_caller_sends_by_its_octets_is_a_frame() {
    let mut session = typing();
    session.say(at(2000), &frame(LCP, b"\x09\x01\x00\x08\x00\x00\x00\x00"));
    assert!(matches!(&told(&mut session)[..], [EventKind::Frame { from: End::Caller, .. }]));
    session.say(at(2000), b"who\r");
    assert_eq!(told(&mut session), [EventKind::Text { from: End::Caller, text: "who\\r".to_owned() }]);
}

#[test]
fn text_after_a_tilde_is_heard_when_it_comes() {
    let mut session = typing();
    session.handle_dte_octets(at(2000), b"~ welcome");
    pass(&mut session, 2010);
    assert_eq!(session.facts(0).heard, "~ welcome");
}

#[test]
fn a_rejected_ipcp_leaves_ipv6_as_all_of_the_network() {
    let mut session = typing();
    session.facts.up6 = Some(at(2000));
    assert_eq!(session.facts(0).up(), None);
    // LCP Protocol-Reject of IPCP (RFC 1661 §5.7).
    session.handle_dte_octets(at(2000), &frame(LCP, b"\x08\x01\x00\x0a\x80\x21\x01\x01\x00\x04"));
    pass(&mut session, 2100);
    assert_eq!(session.facts(0).up(), Some(at(2000)));
    assert_eq!(session.facts(0).state(), "the network is up, by IPv6 alone");
}

#[test]
fn what_a_program_logs_is_known_of_its_call() {
    let mut session = typing();
    session.await_call(at(2000), 1);
    let text = "unrecognized option 'asyncmp'".to_owned();
    let line = LogEntry { at: at(2001), program: "pppd".to_owned(), pid: None, severity: None, text };
    session.hear_client(at(2001), 1, Heard(ClientEvent::Logged(line.clone())));
    assert_eq!(session.facts(1).client_logs, [line]);
    session.client_ended(at(2002), 1, "status 2 (its options are wrong)".to_owned());
    let words = "the caller's program ended before the line rang: status 2 (its options are wrong); its last words: \
                 \"unrecognized option 'asyncmp'\"";
    assert_eq!(session.facts(1).state(), words);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]
    #[test]
    fn what_the_server_writes_before_it_closes_its_port_and_the_caller_says_before_it_hangs_up_arrives(
        writes in prop::collection::vec((any::<bool>(), 0..600_usize, 0..300_u64), 0..8),
        rate in prop::sample::select(vec![300, 2400, 33_600]),
        error_control in any::<bool>(),
        server_ends in any::<bool>(),
    ) {
        let line = offhook_scenario::Line { rate, error_control, ..offhook_scenario::Line::default() };
        let mut session = PortSession::new(&Port { line, ..Port::new("ttyS0") }).unwrap();
        session.handle_circuit_108(at(0), true);
        session.handle_dte_octets(at(0), b"ATE0S0=1\r");
        session.place_call(at(1000), 0, setup(), None);
        let mut now = 20_000;
        pass(&mut session, now);
        to_dte(&mut session);
        let (mut written, mut said) = (String::new(), String::new());
        for (by_server, count, pause) in writes {
            let text: String = (0..count).map(|place| char::from(b'b' + u8::try_from(place % 24).unwrap())).collect();
            if by_server {
                for piece in text.as_bytes().chunks(64) {
                    while !session.wants_dte_octets(at(now)) {
                        now += 10;
                        pass(&mut session, now);
                    }
                    session.handle_dte_octets(at(now), piece);
                }
                written.push_str(&text);
            } else {
                session.say(at(now), text.as_bytes());
                said.push_str(&text);
            }
            now += pause;
            pass(&mut session, now);
        }
        if server_ends { session.handle_circuit_108(at(now), false) } else { session.hang_up(at(now)) }
        pass(&mut session, now + 600_000);
        let got = String::from_utf8(to_dte(&mut session)).unwrap();
        let heard = &session.facts(0).heard;
        if server_ends {
            prop_assert_eq!(heard, &written);
            prop_assert!(said.starts_with(&got), "{}", got);
        } else {
            prop_assert_eq!(got, format!("{said}\r\nNO CARRIER\r\n"));
            prop_assert!(written.starts_with(heard.as_str()), "{}", heard);
        }
        prop_assert!(session.is_line_free());
    }
}

#[test]
fn a_loose_plug_takes_the_carrier_and_whoever_has_the_port_open_is_told() {
    let mut session = answered();
    let deed = offhook_scenario::Deed::DropDtr(Duration::from_millis(500));
    assert!(session.disturb(at(14_000), &deed));
    pass(&mut session, 14_300);
    assert!(session.facts(0).cleared.is_some() && session.poll_hang_up());
    // What it does then, it does behind the plug.
    session.handle_circuit_108(at(14_310), false);
    session.handle_circuit_108(at(14_320), true);
    session.undisturb(at(14_500), &deed);
    assert!(session.dte.open && !session.poll_hang_up());
}

#[test]
fn a_plug_that_is_tight_before_its_modem_has_hung_up_takes_the_carrier_all_the_same() {
    let mut session = answered();
    let deed = offhook_scenario::Deed::DropDtr(Duration::from_millis(100));
    // Some seconds at any rate.
    session.handle_dte_octets(at(14_000), &[b'.'; 4000]);
    assert!(session.disturb(at(14_000), &deed));
    pass(&mut session, 14_100);
    session.undisturb(at(14_100), &deed);
    assert!(session.dte.open && session.facts(0).cleared.is_none() && !session.poll_hang_up());
    pass(&mut session, 60_000);
    assert!(session.facts(0).cleared.is_some() && session.poll_hang_up());
}
