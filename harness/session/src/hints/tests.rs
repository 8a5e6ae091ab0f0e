use offhook_clock::Instant;
use offhook_scenario::{Since, Step};

use super::*;
use crate::facts::{Addresses, Clearing, Timestamped};

const LAN: Lan = Lan {
    server: Ipv4Addr::new(192, 168, 32, 1),
    host: Ipv4Addr::new(192, 168, 32, 50),
    prefix: 24,
    forwarding: true,
    names: Vec::new(),
};

fn at<T>(seconds: u64, what: T) -> Option<Timestamped<T>> {
    Some(Timestamped { at: Instant::from_millis(seconds * 1000), what })
}

/// The names of the scenarios that are pointed at.
fn hinted(verb: &Verb, call: &Call, facts: &Facts, server: &Server) -> Vec<&'static str> {
    let case = Case { verb, step: call.steps.len(), call, facts, server, port: server.ports.first() };
    HINTS.iter().filter(|hint| (hint.applies)(&case)).map(|hint| hint.scenario).collect()
}

fn one_port(port: Port) -> Server {
    Server { ports: vec![port], ..Server::default() }
}

fn answered(rings: u32) -> Facts {
    Facts { rings, answered: Some(Instant::from_millis(6000)), ..Facts::default() }
}

/// Not answered within so many rings.
fn unanswered(rings: u32) -> Facts {
    Facts { rings, cleared: at(60, Clearing { by: End::Caller, abrupt: false }), ..Facts::default() }
}

fn up(local: [u8; 4]) -> Facts {
    let addresses =
        Addresses { local: local.into(), peer: Some([10, 0, 0, 1].into()), dns: Vec::new(), wins: Vec::new() };
    Facts { up: at(30, addresses), ..answered(1) }
}

fn ping(to: Ipv4Addr) -> Verb {
    Verb::Ping { to: to.into(), count: 1, every: Duration::from_secs(1), size: 56, from: Host::Caller, answered: true }
}

const fn hang_up(reason: Option<Reason>) -> Verb {
    let (after, within) = (Some(Duration::from_secs(60)), Duration::from_secs(1));
    Verb::ExpectHangup { after, of: Since::Up, within, by: Some(End::Server), reason }
}

#[test]
fn a_ring_more_or_less_with_caller_id_is_mgetty_s_count() {
    let rings = Verb::ExpectAnswer { rings: Some(2) };
    let with = |from: Option<&str>, name: Option<&str>| Call {
        from: from.map(str::to_owned),
        name: name.map(str::to_owned),
        ..Call::new("ttyS0")
    };
    let told = |call: &Call, rang| hinted(&rings, call, &answered(rang), &one_port(Port::new("ttyS0")));
    let earlier =
        ["the server answers a caller with number and name a ring earlier, but after one at least, set to two rings"];
    assert_eq!(told(&with(Some("5551234"), Some("ALICE")), 1), earlier);
    assert_eq!(told(&with(Some("P"), None), 1), earlier);
    assert_eq!(told(&with(Some("5551234"), None), 3), ["a number without a name does not count as a ring"]);
    for (call, rang) in [(with(None, None), 1), (with(Some("5551234"), None), 1), (with(Some("555"), Some("A")), 4)] {
        assert!(told(&call, rang).is_empty());
    }
}

#[test]
fn who_gets_in_against_a_rule_does_so_at_the_first_ring_or_slowly() {
    let call = Call { from: Some("5551234".to_owned()), ..Call::new("ttyS0") };
    let told = |port: Port, rang| hinted(&Verb::ExpectNoAnswer, &call, &answered(rang), &one_port(port));
    assert_eq!(
        told(Port::new("ttyS0"), 1),
        ["a rule for numbers cannot deny when the server answers at the first ring"]
    );
    let mut uk = Port::new("ttyS0");
    uk.line.caller_id = CallerIdService::Uk;
    assert!(told(uk, 1).is_empty());
    let mut slow = Port::new("ttyS0");
    slow.line.cadence = vec![(Duration::from_secs(1), Duration::from_millis(7500))];
    assert_eq!(told(slow, 4), ["a denied caller who rings slowly gets in"]);
    assert!(told(Port::new("ttyS0"), 4).is_empty());
}

#[test]
fn a_call_that_rings_out_may_have_rung_too_short_or_too_early_or_meet_a_held_line() {
    let (verb, call) = (Verb::ExpectAnswer { rings: None }, Call::new("ttyS0"));
    let late = Port { answer_after: 5, ..Port::new("ttyS0") };
    let told = hinted(&verb, &call, &unanswered(3), &one_port(late.clone()));
    assert_eq!(told, ["a caller who gives up before the server answers is not answered"]);
    assert!(hinted(&verb, &call, &unanswered(8), &one_port(late)).is_empty());
    let ringback = Port { ringback: Some(Duration::from_secs(30)), ..Port::new("ttyS0") };
    let told = hinted(&verb, &call, &unanswered(8), &one_port(ringback));
    assert_eq!(told, ["with ringback a single call is not answered however long it rings"]);
    let local = Ppp { control_lines: Some(ControlLines::Local), ..Ppp::default() };
    let server = Server { ppp: local, ..one_port(Port::new("ttyS0")) };
    let told = hinted(&verb, &call, &unanswered(8), &server);
    assert_eq!(told, ["set to local on a modem, a lost call is held until it is idle, and nobody else is answered"]);
}

#[test]
fn a_host_beyond_the_server_needs_forwarding_and_proxy_arp() {
    let call = Call::new("ttyS0");
    let with = |lan: Lan, ppp: Ppp| Server { lan: Some(lan), ppp, ..one_port(Port::new("ttyS0")) };
    let told = |to: [u8; 4], local: [u8; 4], server: &Server| hinted(&ping(to.into()), &call, &up(local), server);
    let closed = with(Lan { forwarding: false, ..LAN }, Ppp::default());
    let forward = ["a server that does not forward is as far as a caller gets"];
    assert_eq!(told([192, 168, 32, 50], [10, 0, 0, 105], &closed), forward);
    assert!(told([10, 0, 0, 1], [10, 0, 0, 105], &closed).is_empty(), "the server itself");
    assert!(told([192, 168, 32, 1], [10, 0, 0, 105], &closed).is_empty(), "the server itself, by its other address");
    let open = with(LAN, Ppp::default());
    let arp = ["without proxy ARP an address of the LAN is not found at the server"];
    assert_eq!(told([192, 168, 32, 50], [192, 168, 32, 105], &open), arp);
    assert!(told([192, 168, 32, 50], [10, 0, 0, 105], &open).is_empty());
    let arp = with(LAN, Ppp { proxy_arp: true, ..Ppp::default() });
    assert!(told([192, 168, 32, 50], [192, 168, 32, 105], &arp).is_empty());
}

#[test]
fn an_idle_time_that_is_late_or_never_may_be_ipv6_s() {
    let (call, server) = (Call::new("ttyS0"), one_port(Port::new("ttyS0")));
    let facts = Facts { up6: Some(Instant::from_millis(31_000)), ..up([10, 0, 0, 2]) };
    let ipv6 = ["with IPv6 the server keeps its own call alive"];
    assert_eq!(hinted(&hang_up(Some(Reason::Idle)), &call, &facts, &server), ipv6);
    assert_eq!(hinted(&hang_up(None), &call, &facts, &server), ipv6);
    assert!(hinted(&hang_up(Some(Reason::ConnectTime)), &call, &facts, &server).is_empty());
    assert!(hinted(&hang_up(None), &call, &up([10, 0, 0, 2]), &server).is_empty());
}

#[test]
fn a_silent_caller_is_missed_only_by_echoes_or_the_idle_time() {
    let silent =
        Step { span: Default::default(), verb: Verb::FallSilent, deviations: Vec::new(), known_failures: Vec::new() };
    let call = Call { steps: vec![silent], ..Call::new("ttyS0") };
    let plain = one_port(Port::new("ttyS0"));
    let told = hinted(&hang_up(None), &call, &up([10, 0, 0, 2]), &plain);
    assert_eq!(told, ["without LCP echoes a caller that falls silent holds the line for ever"]);
    let echo = Ppp { extra: vec!["lcp-echo-interval 10".to_owned()], ..Ppp::default() };
    assert!(hinted(&hang_up(None), &call, &up([10, 0, 0, 2]), &Server { ppp: echo, ..plain.clone() }).is_empty());
    assert!(hinted(&hang_up(None), &Call::new("ttyS0"), &up([10, 0, 0, 2]), &plain).is_empty());
}

#[test]
fn without_detection_ppp_comes_to_nothing() {
    let server = Server { auto_ppp: AutoPpp::Off, ..one_port(Port::new("ttyS0")) };
    let facts = Facts { establish: Some(Instant::from_millis(14_000)), ..answered(1) };
    let verb = Verb::ExpectAddress { local: None, peer: None };
    let told = hinted(&verb, &Call::new("ttyS0"), &facts, &server);
    assert_eq!(told, ["without detection a caller's PPP comes to nothing"]);
    let opened = Facts { lcp_opened: Some(Instant::from_millis(15_000)), ..facts };
    assert!(hinted(&verb, &Call::new("ttyS0"), &opened, &server).is_empty());
}
