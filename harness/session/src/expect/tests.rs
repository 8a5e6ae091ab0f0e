//! Each verb against facts that meet it, miss it, or are not there yet.
#![allow(clippy::panic)]

use std::net::Ipv4Addr;

use offhook_ppp::auth::AuthOption;
use offhook_ppp::ccp::Method;
use offhook_ppp::chap::Algorithm;
use offhook_telephony::trace::End;

use super::*;
use crate::facts::{Addresses, ArpAnswer, Auth, Clearing, Compression, Timestamped as At};
use crate::server_words::{LogEntry, ProcessEnd};
use offhook_scenario::{ArpOwner, AuthProtocol, AuthResult, Compressed, Host, Phase, Reason, Since};

const ALICE: Ipv4Addr = Ipv4Addr::new(192, 168, 32, 105);
const SERVER: Ipv4Addr = Ipv4Addr::new(192, 168, 32, 1);

fn at(seconds: u64) -> Instant {
    Instant::from_millis(seconds * 1000)
}

fn logged(program: &str, text: &str) -> LogEntry {
    let (program, text) = (program.to_owned(), text.to_owned());
    LogEntry { at: at(30), program, pid: None, severity: None, text }
}

fn up(facts: Facts) -> Facts {
    let addresses = Addresses { local: ALICE, peer: Some(SERVER), dns: Vec::new(), wins: Vec::new() };
    Facts { answered: Some(at(6)), up: Some(At { at: at(20), what: addresses }), ..facts }
}

fn cleared(by: End, abrupt: bool, seconds: u64) -> Option<At<Clearing>> {
    Some(At { at: at(seconds), what: Clearing { by, abrupt } })
}

fn result(verb: &Verb, facts: &Facts, now: u64) -> StepResult {
    match judge(verb, facts, at(30), at(now)) {
        Progress::Done(result) => result,
        Progress::Wait(until) => panic!("still waiting, until {until}"),
    }
}

fn actual(verb: &Verb, facts: &Facts, now: u64) -> (String, String) {
    match result(verb, facts, now) {
        StepResult::Failed { expected, actual, .. } => (expected, actual),
        other => panic!("expected a step that failed, got {other:?}"),
    }
}

fn shown(verb: &Verb, facts: &Facts, now: u64) -> String {
    match result(verb, facts, now) {
        StepResult::Passed { shown, .. } => shown,
        other => panic!("expected a step that passed, got {other:?}"),
    }
}

fn idle(after: u64) -> Verb {
    Verb::ExpectHangup {
        after: Some(Duration::from_secs(after)),
        of: Since::LastData,
        within: Duration::from_secs(1),
        by: Some(End::Server),
        reason: Some(Reason::Idle),
    }
}

#[test]
fn an_answer_one_ring_early_is_told_apart() {
    let facts = Facts { rings: 1, answered: Some(at(31)), ..Facts::default() };
    let verb = Verb::ExpectAnswer { rings: Some(2) };
    assert_eq!(actual(&verb, &facts, 31), ("off hook after 2 rings".to_owned(), "off hook after 1 ring".to_owned()));
    assert_eq!(shown(&Verb::ExpectAnswer { rings: Some(1) }, &facts, 31), "answered after 1 ring");
}

#[test]
fn a_caller_who_gave_up_was_not_answered() {
    let facts = Facts { rings: 8, cleared: cleared(End::Caller, false, 78), ..Facts::default() };
    assert_eq!(shown(&Verb::ExpectNoAnswer, &facts, 78), "not answered in 8 rings");
    let (_, actual) = actual(&Verb::ExpectAnswer { rings: None }, &facts, 79);
    assert_eq!(actual, "the caller gave up after 8 rings, not answered");
}

#[test]
fn ringing_is_neither_an_answer_nor_none() {
    let facts = Facts { rings: 3, ..Facts::default() };
    assert!(matches!(judge(&Verb::ExpectNoAnswer, &facts, at(0), at(18)), Progress::Wait(_)));
    assert!(matches!(judge(&Verb::ExpectAnswer { rings: Some(3) }, &facts, at(0), at(18)), Progress::Wait(_)));
}

#[test]
fn an_address_must_be_in_the_servers_kernel_too() {
    let verb = Verb::ExpectAddress { local: Some(ALICE), peer: Some(SERVER) };
    let mut facts = up(Facts::default());
    let (expected, told) = actual(&verb, &facts, 36);
    assert_eq!(expected, "192.168.32.105, peer 192.168.32.1 on both ends");
    assert_eq!(told, "192.168.32.105, peer 192.168.32.1 at the caller alone");
    facts.interfaces.push(At { at: at(30), what: ("ppp0".to_owned(), SERVER, ALICE) });
    assert!(shown(&verb, &facts, 31).contains("ppp0 on the server agrees"));
}

#[test]
fn a_wrong_address_is_set_against_the_right_one() {
    let verb = Verb::ExpectAddress { local: Some(Ipv4Addr::new(10, 0, 0, 1)), peer: None };
    assert_eq!(
        actual(&verb, &up(Facts::default()), 31),
        ("10.0.0.1".to_owned(), "192.168.32.105, peer 192.168.32.1".to_owned())
    );
}

#[test]
fn the_same_dns_server_twice_is_one_server() {
    let nine = Ipv4Addr::new(9, 9, 9, 9);
    let mut facts = up(Facts::default());
    if let Some(up) = &mut facts.up {
        up.what.dns = vec![nine, nine];
    }
    assert_eq!(shown(&Verb::ExpectDns { servers: vec![nine] }, &facts, 30), "DNS 9.9.9.9");
    assert_eq!(actual(&Verb::ExpectDns { servers: vec![] }, &facts, 30).0, "no DNS server");
}

#[test]
fn an_idle_drop_is_right_to_the_second() {
    let mut facts = up(Facts::default());
    facts.last_data = Some(at(40));
    facts.terminated = Some(At { at: at(100), what: "Link inactive".to_owned() });
    facts.cleared = cleared(End::Server, false, 104);
    assert_eq!(shown(&idle(60), &facts, 104), "hang-up by the server, idle, 1m after the last data");
    let (expected, told) = actual(&idle(61), &facts, 105);
    assert_eq!(expected, "hang-up by the server, idle, 1m 1s after the last data");
    assert_eq!(told, "hang-up by the server, idle, 1m after the last data");
    assert_eq!(actual(&idle(58), &facts, 105).1, told);
    // One second is granted for the ticks of the server's clock, and a whole second is too late.
    assert_eq!(actual(&idle(59), &facts, 105).1, told);
    facts.terminated = Some(At { at: Instant::from_millis(100_999), what: "Link inactive".to_owned() });
    assert_eq!(shown(&idle(60), &facts, 104), "hang-up by the server, idle, 1m 0.999s after the last data");
    // The kernel counts idle time from tick to tick, which may be one less.
    facts.terminated = Some(At { at: Instant::from_millis(99_991), what: "Link inactive".to_owned() });
    assert_eq!(shown(&idle(60), &facts, 104), "hang-up by the server, idle, 59.991s after the last data");
    facts.terminated = Some(At { at: Instant::from_millis(99_989), what: "Link inactive".to_owned() });
    assert_eq!(actual(&idle(60), &facts, 105).1, "hang-up by the server, idle, 59.989s after the last data");
}

#[test]
fn a_late_hang_up_is_waited_for_so_that_its_time_can_be_told() {
    let facts = up(Facts::default());
    assert_eq!(judge(&idle(60), &facts, at(30), at(90)), Progress::Wait(at(20 + 120 + 300)));
    let (_, told) = actual(&idle(60), &facts, 440);
    assert_eq!(told, "no hang-up in 7m: the network is up");
}

#[test]
fn a_refusal_is_told_with_its_message() {
    let auth = Auth { result: AuthResult::Refused, protocol: None, message: "Login incorrect".to_owned() };
    let facts = Facts { auth: Some(At { at: at(31), what: auth }), ..Facts::default() };
    let verb = Verb::ExpectAuth { result: AuthResult::Accepted, message: None, protocol: None };
    assert_eq!(actual(&verb, &facts, 31), ("accepted".to_owned(), "refused, \"Login incorrect\"".to_owned()));
}

#[test]
fn every_echo_must_come_back() {
    let verb = Verb::Ping {
        to: SERVER.into(),
        count: 3,
        every: Duration::from_secs(1),
        size: 56,
        from: Host::Caller,
        answered: true,
    };
    let mut facts = up(Facts::default());
    facts.pongs = vec![At { at: at(31), what: 1 }, At { at: at(32), what: 2 }];
    assert_eq!(judge(&verb, &facts, at(30), at(33)), Progress::Wait(at(42)));
    assert_eq!(
        actual(&verb, &facts, 42),
        ("3 echoes from 192.168.32.1".to_owned(), "2 of 3: the network is up".to_owned())
    );
}

#[test]
fn echoes_of_an_earlier_ping_and_echoes_that_come_twice_do_not_count() {
    let verb = Verb::Ping {
        to: SERVER.into(),
        count: 2,
        every: Duration::from_secs(1),
        size: 56,
        from: Host::Caller,
        answered: true,
    };
    let mut facts = up(Facts::default());
    facts.pinged = 3;
    // The last reply of the step before came at the very moment this one began.
    facts.pongs = vec![At { at: at(30), what: 3 }, At { at: at(31), what: 4 }, At { at: at(31), what: 4 }];
    assert_eq!(actual(&verb, &facts, 60).1, "1 of 2: the network is up");
}

#[test]
fn a_log_line_may_come_a_moment_late_but_not_never() {
    let verb = Verb::ExpectLog { program: "mgetty".to_owned(), text: "denied caller".to_owned(), of: End::Server };
    let mut facts = Facts::default();
    assert_eq!(judge(&verb, &facts, at(30), at(30)), Progress::Wait(at(35)));
    assert_eq!(actual(&verb, &facts, 35).1, "mgetty logged nothing since the call began");
    facts.logs.push(logged("mgetty", "##### denied caller dev=ttyS0"));
    assert!(shown(&verb, &facts, 31).starts_with("mgetty logged"));
}

#[test]
fn ppp_that_the_server_refuses_is_over_and_left_to_the_next_step() {
    let facts = Facts {
        answered: Some(at(6)),
        connected: Some(At { at: at(14), what: 33_600 }),
        closed: Some(At { at: at(40), what: "terminated by the server".to_owned() }),
        ..Facts::default()
    };
    let client = offhook_scenario::PppClient::default();
    assert_eq!(shown(&Verb::Ppp(client.clone()), &facts, 40), "");
    let until = offhook_scenario::PppClient { until: Some(Phase::Network), ..client };
    assert!(matches!(judge(&Verb::Ppp(until), &facts, at(30), at(40)), Progress::Wait(_)));
}

#[test]
fn a_caller_without_ipcp_waits_for_what_it_negotiates_instead() {
    let client = offhook_scenario::PppClient { ip: false, ..offhook_scenario::PppClient::default() };
    let auth = |result| Some(At { at: at(31), what: Auth { result, protocol: None, message: String::new() } });
    let connected = Some(At { at: at(14), what: 33_600 });
    let begun = Facts { answered: Some(at(6)), connected, ..Facts::default() };
    let accepted = Facts { auth: auth(AuthResult::Accepted), ..begun.clone() };
    let verb = Verb::Ppp(client.clone());
    assert!(matches!(judge(&verb, &begun, at(30), at(31)), Progress::Wait(_)));
    assert!(matches!(
        judge(&verb, &Facts { auth: auth(AuthResult::Refused), ..begun }, at(30), at(31)),
        Progress::Wait(_)
    ));
    assert_eq!(shown(&verb, &accepted, 31), "");
    let six = Verb::Ppp(offhook_scenario::PppClient { ipv6: true, ..client });
    assert!(matches!(judge(&six, &accepted, at(30), at(31)), Progress::Wait(_)));
    assert_eq!(shown(&six, &Facts { up6: Some(at(32)), ..accepted }, 32), "");
}

#[test]
fn wins_servers_are_told_apart_from_dns_servers() {
    let servers = vec![SERVER];
    let addresses = Addresses { local: ALICE, peer: Some(SERVER), dns: Vec::new(), wins: servers.clone() };
    let facts = Facts { up: Some(At { at: at(20), what: addresses }), ..up(Facts::default()) };
    assert_eq!(shown(&Verb::ExpectWins { servers }, &facts, 30), "WINS 192.168.32.1");
    assert_eq!(actual(&Verb::ExpectWins { servers: vec![] }, &facts, 30).1, "WINS 192.168.32.1");
    assert_eq!(shown(&Verb::ExpectDns { servers: vec![] }, &facts, 30), "no DNS server");
}

#[test]
fn compression_has_to_be_agreed_on_and_seen_from_the_ends_that_are_meant() {
    let expect = |compressed, from| Verb::ExpectCompression { compressed, from };
    let of = |compression| Facts { compression, ..up(Facts::default()) };
    let both = Compression { methods: [Some(Method::DEFLATE); 2], packets: [7, 3], ..Compression::default() };
    let (deflate, one_way) = (expect(Compressed::Deflate, None), expect(Compressed::Deflate, Some(End::Server)));
    assert_eq!(shown(&deflate, &of(both), 30), "Deflate (15) both ways, 3 sent, 7 received");
    // Agreed on, but nothing was sent so: that is waited for.
    let unsent = Compression { packets: [7, 0], ..both };
    assert_eq!(judge(&deflate, &of(unsent), at(30), at(30)), Progress::Wait(at(35)));
    let expected = "frames compressed by Deflate, from both ends".to_owned();
    let told = "Deflate (15) both ways, 0 sent, 7 received".to_owned();
    assert_eq!(actual(&deflate, &of(unsent), 35), (expected, told));
    assert_eq!(shown(&one_way, &of(unsent), 30), "Deflate (15) both ways, 0 sent, 7 received");
    assert_eq!(actual(&expect(Compressed::Bsd, None), &of(both), 35).1, "Deflate (15) both ways, 3 sent, 7 received");
    let draft = Compression { methods: [Some(Method::DEFLATE_DRAFT), None], packets: [1, 0], ..Compression::default() };
    assert_eq!(
        actual(&one_way, &of(draft), 35).1,
        "receives Deflate(old#) (15), sends uncompressed, 0 sent, 1 received"
    );
    let headers = Compression { headers: [true; 2], segments: [1, 1], ..Compression::default() };
    assert_eq!(shown(&expect(Compressed::Vj, None), &of(headers), 30), "VJ both ways, 1 sent, 1 received");
    assert_eq!(
        actual(&expect(Compressed::Vj, None), &of(both), 35).0,
        "frames with compressed TCP headers (VJ), from both ends"
    );
}

#[test]
fn nothing_is_compressed_if_nothing_was_agreed_on_for_five_seconds() {
    let none = |from| Verb::ExpectCompression { compressed: Compressed::None, from };
    let facts = up(Facts::default());
    assert_eq!(judge(&none(None), &facts, at(30), at(34)), Progress::Wait(at(35)));
    assert_eq!(shown(&none(None), &facts, 35), "");
    let headers = Compression { headers: [true, false], ..Compression::default() };
    let facts = Facts { compression: headers, ..facts };
    assert_eq!(
        actual(&none(None), &facts, 30),
        ("nothing compressed, from both ends".to_owned(), "VJ from the server alone, 0 sent, 0 received".to_owned())
    );
    assert_eq!(judge(&none(Some(End::Caller)), &facts, at(30), at(30)), Progress::Wait(at(35)));
}

#[test]
fn a_ring_that_did_not_begin_because_of_an_answer_is_told() {
    let verb = Verb::ExpectRing { count: 2 };
    assert_eq!(shown(&verb, &Facts { rings: 2, ..Facts::default() }, 31), "ring 2 has begun");
    let facts = Facts { rings: 1, answered: Some(at(31)), ..Facts::default() };
    assert_eq!(actual(&verb, &facts, 31), ("ring 2 to begin".to_owned(), "off hook after 1 ring".to_owned()));
}

#[test]
fn a_line_that_rings_is_not_busy() {
    let busy = Facts { busy: true, cleared: cleared(End::Caller, false, 30), ..Facts::default() };
    assert_eq!(shown(&Verb::ExpectBusy, &busy, 30), "busy");
    assert_eq!(actual(&Verb::ExpectBusy, &Facts::default(), 30).1, "ringing, 0 rings so far");
}

#[test]
fn the_protocol_is_told_where_it_is_asked_for() {
    let auth = Auth { result: AuthResult::Accepted, protocol: Some(AuthProtocol::Pap), message: "Login ok".to_owned() };
    let facts = Facts { auth: Some(At { at: at(31), what: auth }), ..Facts::default() };
    let verb = |protocol| Verb::ExpectAuth { result: AuthResult::Accepted, message: None, protocol };
    assert_eq!(shown(&verb(None), &facts, 31), "accepted, \"Login ok\"");
    assert_eq!(shown(&verb(Some(AuthProtocol::Pap)), &facts, 31), "accepted by PAP, \"Login ok\"");
    let told = actual(&verb(Some(AuthProtocol::Chap)), &facts, 31);
    assert_eq!(told, ("accepted by CHAP".to_owned(), "accepted by PAP, \"Login ok\"".to_owned()));
}

#[test]
fn echoes_that_must_not_come_are_waited_for() {
    let verb = Verb::Ping {
        to: SERVER.into(),
        count: 2,
        every: Duration::from_secs(1),
        size: 56,
        from: Host::Lan,
        answered: false,
    };
    let mut facts = up(Facts::default());
    assert_eq!(judge(&verb, &facts, at(30), at(31)), Progress::Wait(at(41)));
    assert_eq!(shown(&verb, &facts, 41), "no echo from 192.168.32.1 to the LAN's host, 2 requests sent");
    facts.pongs = vec![At { at: at(31), what: 1 }];
    assert_eq!(actual(&verb, &facts, 31).1, "1 echo");
}

#[test]
fn text_is_expected_after_what_was_read_and_shown_with_its_control_characters() {
    let verb = Verb::ExpectText { text: "login:".to_owned(), within: Duration::from_secs(10) };
    let mut facts = Facts { heard: "login: \r\nPass".to_owned(), ..Facts::default() };
    assert_eq!(shown(&verb, &facts, 30), "the server says \"login:\"");
    facts.read = 6;
    assert_eq!(judge(&verb, &facts, at(30), at(39)), Progress::Wait(at(40)));
    let told = ("the server to say \"login:\" within 10s".to_owned(), "\" \\r\\nPass\"".to_owned());
    assert_eq!(actual(&verb, &facts, 40), told);
    assert_eq!(actual(&Verb::ExpectNoText { text: "Pass".to_owned() }, &facts, 30).1, "it came");
}

#[test]
fn a_login_waits_for_a_prompt_and_says_so() {
    let verb = Verb::Login { user: "bob".to_owned(), password: None };
    let waits = Some(At { at: at(30), what: "a prompt that ends in \"login: \"" });
    let connected = Some(At { at: at(35), what: 33_600 });
    let facts = Facts { answered: Some(at(27)), login_waits: waits, connected, ..Facts::default() };
    assert_eq!(judge(&verb, &facts, at(30), at(40)), Progress::Wait(at(125)));
    let told = ("a prompt that ends in \"login: \"".to_owned(), "nothing like it for 1m 30s".to_owned());
    assert_eq!(actual(&verb, &facts, 125), told);
    let login = crate::facts::LoginOutcome { accepted: false, by: "\"Login incorrect\"".to_owned() };
    let facts = Facts { login: Some(At { at: at(40), what: login }), ..facts };
    assert_eq!(shown(&verb, &facts, 40), "refused: \"Login incorrect\"");
    let told = actual(&Verb::ExpectLogin { accepted: true }, &facts, 40);
    assert_eq!(told, ("login accepted".to_owned(), "login refused: \"Login incorrect\"".to_owned()));
}

#[test]
fn a_transfer_is_judged_by_size_content_and_time() {
    let stated = offhook_scenario::Transfer {
        direction: offhook_scenario::Direction::Fetch,
        url: "http://www.lan/".to_owned(),
        size: 1000,
        at_least: None,
        at_most: Some(Duration::from_secs(2)),
    };
    let verb = Verb::Transfer(stated);
    let told = |octets, intact, status, seconds| {
        let outcome = offhook_caller::TransferOutcome { id: 0, status: Some(status), octets, intact, error: None };
        let facts = Facts { transferred: Some(At { at: at(seconds), what: outcome }), ..Facts::default() };
        result(&verb, &facts, seconds)
    };
    assert!(matches!(told(1000, true, 200, 32), StepResult::Passed { shown, .. } if shown == "1000 octets in 2s"));
    for (octets, intact, status, seconds, text) in [
        (999, true, 200, 31, "999 octets in 1s"),
        (1000, false, 200, 31, "1000 octets in 1s, not all of them right"),
        (1000, true, 404, 31, "HTTP status 404"),
        (1000, true, 200, 33, "1000 octets in 3s"),
    ] {
        let told = told(octets, intact, status, seconds);
        assert!(matches!(&told, StepResult::Failed { actual, .. } if actual == text), "{told:?}");
    }
}

#[test]
fn an_answer_to_arp_is_the_server_s_or_not() {
    let verb = |of| Verb::ExpectArp { address: ALICE, of };
    let with =
        |owner| Facts { arp: Some(At { at: at(31), what: ArpAnswer { address: ALICE, owner } }), ..Facts::default() };
    let server = with(Some(("02:00:00:00:00:01".to_owned(), true)));
    let told = "192.168.32.105 is at 02:00:00:00:00:01, the server";
    assert_eq!(shown(&verb(ArpOwner::Server), &server, 31), told);
    assert_eq!(actual(&verb(ArpOwner::Nobody), &server, 31).1, told);
    assert_eq!(actual(&verb(ArpOwner::Server), &with(None), 31).1, "nobody answers ARP for 192.168.32.105");
    assert_eq!(judge(&verb(ArpOwner::Server), &Facts::default(), at(30), at(31)), Progress::Wait(at(40)));
}

#[test]
fn a_line_that_must_not_be_logged_is_looked_for_once() {
    let verb = Verb::ExpectNoLog { program: "pppd".to_owned(), text: "fatal".to_owned(), of: End::Server };
    let mut facts = Facts::default();
    assert_eq!(judge(&verb, &facts, at(30), at(30)), Progress::Wait(Instant::from_millis(30_010)));
    assert_eq!(shown(&verb, &facts, 31), "");
    facts.logs.push(logged("pppd", "fatal error"));
    assert_eq!(actual(&verb, &facts, 30).1, "pppd logged \"fatal error\"");
}

#[test]
fn the_caller_s_log_is_not_the_server_s() {
    let verb = |of| Verb::ExpectLog { program: "pppd".to_owned(), text: "asyncmp".to_owned(), of };
    let client_logs = vec![logged("pppd", "unrecognized option 'asyncmp'")];
    let facts = Facts { client_logs, ..Facts::default() };
    assert_eq!(shown(&verb(End::Caller), &facts, 31), "the caller's pppd logged \"unrecognized option 'asyncmp'\"");
    assert_eq!(actual(&verb(End::Server), &facts, 36).1, "pppd logged nothing since the call began");
}

#[test]
fn each_authentication_protocol_is_only_itself() {
    let all = [AuthProtocol::Pap, AuthProtocol::Chap, AuthProtocol::MsChap, AuthProtocol::MsChapV2, AuthProtocol::Eap];
    for used in all {
        let auth = Auth { result: AuthResult::Accepted, protocol: Some(used), message: String::new() };
        let facts = Facts { auth: Some(At { at: at(20), what: auth }), ..Facts::default() };
        for protocol in all {
            let verb = Verb::ExpectAuth { result: AuthResult::Accepted, message: None, protocol: Some(protocol) };
            let passes = matches!(judge(&verb, &facts, at(30), at(30)), Progress::Done(StepResult::Passed { .. }));
            assert_eq!(passes, used == protocol, "{used:?} for {protocol:?}");
        }
        let not_asked = Verb::ExpectAuth { result: AuthResult::NotAsked, message: None, protocol: None };
        assert_eq!(actual(&not_asked, &facts, 30).1, format!("accepted by {}", used.name()));
    }
}

#[test]
fn a_refusal_says_what_the_caller_does_not_speak() {
    let message = "peer refused to authenticate".to_owned();
    let auth = Auth { result: AuthResult::Refused, protocol: None, message };
    let facts = Facts {
        auth: Some(At { at: at(20), what: auth }),
        asked: Some(AuthOption::Chap(Algorithm::Unknown(6))),
        ..Facts::default()
    };
    let verb = Verb::ExpectAuth { result: AuthResult::Accepted, message: None, protocol: None };
    let told = "refused, \"peer refused to authenticate\": the server asks for CHAP with algorithm 6, which offhook's caller does not speak";
    assert_eq!(actual(&verb, &facts, 30).1, told);
}

#[test]
fn durations_are_spelt_as_people_say_them() {
    let spelt = |millis| spelled(Duration::from_millis(millis));
    assert_eq!(spelt(0), "0s");
    assert_eq!(spelt(10), "10ms");
    assert_eq!(spelt(1_800_000), "30m");
    assert_eq!(spelt(3_723_250), "1h 2m 3.250s");
}

#[test]
fn a_line_of_the_modem_is_found_and_otherwise_its_last_lines_are_told() {
    let verb = |text: &str| Verb::ExpectModem { text: text.to_owned(), within: Duration::from_secs(5) };
    let facts = Facts { modem: vec!["RING".to_owned(), "RING A".to_owned()], ..Facts::default() };
    assert_eq!(shown(&verb("RING A"), &facts, 31), "the modem says \"RING A\"");
    assert_eq!(judge(&verb("RING B"), &facts, at(30), at(31)), Progress::Wait(at(35)));
    let expected = ("the modem to say \"RING B\" within 5s".into(), "\"RING A\" was the last it said".into());
    assert_eq!(actual(&verb("RING B"), &facts, 35), expected);
    assert_eq!(actual(&verb("RING"), &Facts::default(), 35).1, "nothing since the call began");
}

#[test]
fn a_circuit_is_told_with_its_state_and_since_when() {
    let verb = |circuit, on| Verb::ExpectCircuit { circuit, on, within: Duration::from_secs(2) };
    let circuits = [(109, At { at: at(20), what: true })].into();
    let facts = Facts { circuits, ..Facts::default() };
    assert_eq!(shown(&verb(109, true), &facts, 30), "circuit 109 (DCD) is on");
    assert_eq!(judge(&verb(109, false), &facts, at(30), at(31)), Progress::Wait(at(32)));
    let expected = ("circuit 109 (DCD) off within 2s".into(), "on since 20.000 s".into());
    assert_eq!(actual(&verb(109, false), &facts, 32), expected);
    assert_eq!(actual(&verb(125, true), &facts, 32).1, "nothing was heard of it");
}

#[test]
fn a_modem_is_switched_on_that_was_off() {
    let off = Facts { modem_was_off: true, ..Facts::default() };
    assert_eq!(shown(&Verb::ModemOn, &off, 30), "");
    let expected = ("a modem that is switched off, to switch on".into(), "it is on".into());
    assert_eq!(actual(&Verb::ModemOn, &Facts::default(), 30), expected);
}

#[test]
fn a_line_that_goes_dead_in_one_direction_has_carrier_before() {
    let deafen = Verb::Deafen { end: End::Server, time: None };
    let training = Facts { answered: Some(at(6)), ..Facts::default() };
    let expected = ("carrier, to take one direction of it away".into(), "answered, still training".into());
    assert_eq!(actual(&deafen, &training, 30), expected);
}

#[test]
fn what_is_done_to_a_carrier_needs_one() {
    let flicker = Verb::Flicker { time: Duration::from_millis(500) };
    let connected = Some(At { at: at(14), what: 33_600 });
    let facts = Facts { answered: Some(at(6)), ..Facts::default() };
    assert_eq!(actual(&flicker, &facts, 30), ("carrier, to interrupt it".into(), "answered, still training".into()));
    let through = Facts { connected: connected.clone(), ..facts.clone() };
    assert_eq!(shown(&flicker, &through, 30), "");
    let over = Facts { connected, cleared: cleared(End::Server, false, 29), ..facts };
    assert_eq!(actual(&Verb::Retrain { time: Duration::from_secs(3) }, &over, 30).1, "the server hung up");
}

#[test]
fn what_needs_a_call_fails_when_it_was_over_before_with_the_server_s_last_words() {
    let line = LogEntry { pid: Some(33), severity: Some(3), ..logged("pppd", "unrecognized option 'idlee'") };
    let ended = ProcessEnd { pid: 33, program: "pppd".to_owned(), how: "status 2 (its options are wrong)".to_owned() };
    let facts = Facts {
        over_before: true,
        cleared: cleared(End::Server, false, 29),
        logs: vec![line],
        ends: vec![ended],
        ..up(Facts::default())
    };
    let told =
        "the server hung up: pppd said \"unrecognized option 'idlee'\" and ended with status 2 (its options are wrong)";
    let ping = Verb::Ping {
        to: SERVER.into(),
        count: 1,
        every: Duration::from_secs(1),
        size: 56,
        from: Host::Caller,
        answered: false,
    };
    for (verb, expected) in [
        (Verb::HangUp, "a call, to hang up"),
        (Verb::DropCarrier, "a call, to drop its carrier"),
        (Verb::FallSilent, "a call, to fall silent in"),
        (ping, "a call, to ping 192.168.32.1 over"),
        (Verb::Type { text: "who".to_owned(), enter: true }, "a call, to send octets in"),
        (Verb::ExpectUp, "the network up at both ends"),
    ] {
        assert_eq!(
            judge(&verb, &facts, at(29), at(29)),
            Progress::Wait(at(30)),
            "its processes may have something to say"
        );
        assert_eq!(actual(&verb, &facts, 30), (expected.to_owned(), told.to_owned()));
    }
}

#[test]
fn a_caller_hangs_up_a_call_that_goes_on_and_one_that_was_busy() {
    assert_eq!(shown(&Verb::HangUp, &Facts { cleared: cleared(End::Caller, false, 31), ..Facts::default() }, 31), "");
    let busy = Facts { busy: true, cleared: cleared(End::Caller, false, 29), ..Facts::default() };
    assert_eq!(shown(&Verb::HangUp, &busy, 31), "");
}

#[test]
fn the_network_is_up_where_the_server_s_kernel_agrees() {
    let facts = up(Facts::default());
    assert_eq!(judge(&Verb::ExpectUp, &facts, at(30), at(30)), Progress::Wait(at(35)));
    let told = actual(&Verb::ExpectUp, &facts, 35);
    assert_eq!(told.1, "192.168.32.105, peer 192.168.32.1 at the caller alone");
    let seen = At { at: at(20), what: ("ppp0".to_owned(), SERVER, ALICE) };
    let agreed = Facts { interfaces: vec![seen], ..facts };
    let told = shown(&Verb::ExpectUp, &agreed, 30);
    assert_eq!(told, "192.168.32.105, peer 192.168.32.1 (ppp0 on the server agrees)");
    let six = Facts { up6: Some(at(20)), ..Facts::default() };
    assert_eq!(shown(&Verb::ExpectUp, &six, 30), "up, by IPv6 alone");
    let lost = Facts { cleared: cleared(End::Server, true, 29), ..agreed };
    assert_eq!(actual(&Verb::ExpectUp, &lost, 30).1, "carrier was lost at the server's end");
}

#[test]
fn a_time_that_counts_from_what_never_was_is_told_so() {
    let facts = Facts {
        answered: Some(at(6)),
        connected: Some(At { at: at(14), what: 33_600 }),
        terminated: Some(At { at: at(20), what: "Authentication failed".to_owned() }),
        cleared: cleared(End::Server, false, 23),
        ..Facts::default()
    };
    let (_, told) = actual(&idle(60), &facts, 30);
    let never = "and the network never came up (1m from then was expected)";
    assert_eq!(told, format!("hang-up by the server, authentication failed, {never}"));
}

#[test]
fn a_line_that_was_not_logged_is_set_against_the_last_ones_that_were() {
    let verb = Verb::ExpectLog { program: "pppd".to_owned(), text: "LCP: timeout".to_owned(), of: End::Server };
    let mut facts = Facts { logs: (1..=5).map(|n| logged("pppd", &format!("line {n}"))).collect(), ..Facts::default() };
    let StepResult::Failed { actual, notes, .. } = result(&verb, &facts, 35) else { panic!() };
    assert_eq!(actual, "no such line among the 5 that pppd logged since the call began");
    assert_eq!(notes, [2, 3, 4, 5].map(|n| format!("pppd logged \"line {n}\"")));
    facts.logs = vec![logged("login", "FAILED LOGIN"), logged("console", "x")];
    let StepResult::Failed { notes, .. } = result(&verb, &facts, 35) else { panic!() };
    assert_eq!(notes, ["those that did: console, login"]);
}
