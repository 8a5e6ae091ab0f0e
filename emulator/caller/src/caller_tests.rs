//! Tests of [`Caller`]: a call from CONNECT to on hook against a small answering end with a host behind it.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::net::Ipv4Addr;
use std::time::Duration;

use super::ip::Pong;
use super::*;
use offhook_ppp::auth::{Account, AuthOption, Method, OwnAuth};
use offhook_ppp::automaton::State;
use offhook_ppp::frame::IP;
use offhook_ppp::link::{Answering, Config, LinkEnding, Role};
use offhook_ppp::print;

const LOCAL: Ipv4Addr = Ipv4Addr::new(192, 168, 32, 1);
const REMOTE: Ipv4Addr = Ipv4Addr::new(192, 168, 32, 105);
const DNS: Ipv4Addr = Ipv4Addr::new(9, 9, 9, 9);

/// An answering end that knows alice.
fn server(method: Method) -> Config {
    let mut answering = Answering { auth: vec![AuthOption::from(method)], ..Answering::new(LOCAL, REMOTE) };
    answering.accounts.push(Account::new("alice", "secret"));
    answering.ip.dns.push(DNS);
    Config { role: Role::Answering(answering), seed: 99, ..Config::default() }
}

fn alice() -> CallerConfig {
    CallerConfig {
        user: Some("alice".into()),
        password: Some("secret".into()),
        magic_seed: 7,
        ..CallerConfig::default()
    }
}

/// A caller and an answering end, one way of the line taking 10 ms.
struct Call {
    now: Instant,
    caller: Caller,
    server: Link,
    server_host: Host,
    events: Vec<CallerEvent>,
    /// Octets on their way: when they arrive, whether at the server, which.
    line: VecDeque<(Instant, bool, Vec<u8>)>,
    /// The server does not hear before this moment.
    deaf_until: Instant,
}

impl Call {
    fn new(config: CallerConfig, server: Config) -> Self {
        let mut server_host = Host::new(Instant::ZERO, 1500, 5);
        server_host.add_ipv4(LOCAL, Some(REMOTE));
        let mut call = Self {
            now: Instant::ZERO,
            caller: Caller::new(config),
            server: Link::new(server),
            server_host,
            events: Vec::new(),
            line: VecDeque::new(),
            deaf_until: Instant::ZERO,
        };
        call.caller.handle_carrier(call.now);
        call.server.handle_up(call.now);
        call
    }

    fn collect(&mut self) {
        while let Some(event) = self.server.poll_event() {
            if let LinkEvent::Datagram { octets, .. } = event {
                self.server_host.handle_packet(self.now, &octets);
            }
        }
        while let Some(reply) = self.server_host.poll_transmit() {
            self.server.handle_datagram(IP, &reply);
        }
        let arrival = self.now + Duration::from_millis(10);
        while let Some(octets) = self.caller.poll_transmit() {
            self.line.push_back((arrival, true, octets));
        }
        while let Some(octets) = self.server.poll_transmit() {
            self.line.push_back((arrival, false, octets));
        }
        while let Some(event) = self.caller.poll_event() {
            self.events.push(event);
        }
    }

    /// Goes on until nothing is to come before `until`.
    fn run_until(&mut self, until: Instant) {
        for _ in 0..2000 {
            self.collect();
            let arrival = self.line.front().map(|(arrival, ..)| *arrival);
            let deadline = earliest(self.caller.poll_timeout(), self.server.poll_timeout());
            let Some(next) = earliest(arrival, deadline).filter(|next| *next <= until) else {
                self.now = until;
                return;
            };
            self.now = self.now.max(next);
            if arrival == Some(next) {
                let (_, to_server, octets) = self.line.pop_front().unwrap();
                if !to_server {
                    self.caller.handle_octets(self.now, &octets);
                } else if self.now >= self.deaf_until {
                    self.server.handle_octets(self.now, &octets);
                }
            } else {
                self.caller.handle_timeout(self.now);
                self.server.handle_timeout(self.now);
            }
        }
        panic!("no end: {:#?}", self.events);
    }

    fn frames(&self) -> Vec<String> {
        let text = |event: &CallerEvent| match event {
            CallerEvent::Link(LinkEvent::FrameSent(octets) | LinkEvent::FrameReceived(octets)) => {
                Some(print::frame(octets))
            }
            _ => None,
        };
        self.events.iter().filter_map(text).collect()
    }

    fn has(&self, event: &CallerEvent) -> bool {
        self.events.contains(event)
    }

    fn has_link(&self, event: LinkEvent) -> bool {
        self.has(&CallerEvent::Link(event))
    }

    fn is_up(&self) -> bool {
        self.events.iter().any(|event| matches!(event, CallerEvent::Link(LinkEvent::IpUp { .. })))
    }
}

fn seconds(seconds: u64) -> Instant {
    Instant::from_millis(seconds * 1000)
}

#[test]
fn a_call_logs_in_gets_its_address_pings_and_ends() {
    let mut call = Call::new(alice(), server(Method::Pap));
    call.run_until(seconds(5));
    assert!(call.has_link(LinkEvent::Auth(Method::Pap, OwnAuth::Accepted(b"Login ok".to_vec()))));
    assert!(call.has_link(LinkEvent::IpUp { local: REMOTE, peer: Some(LOCAL), dns: vec![DNS], wins: vec![] }));
    let link = call.caller.link();
    let states = (link.phase(), link.lcp().state(), link.ipcp().unwrap().state());
    assert_eq!(states, (Phase::Network, State::Opened, State::Opened));

    call.events.clear();
    for seq in 1..=3 {
        call.caller.ping(call.now, LOCAL, 0x77, seq, 56);
        call.run_until(call.now + Duration::from_secs(1));
    }
    let pong = |seq| CallerEvent::Host(HostEvent::Pong(Pong { from: LOCAL.into(), id: 0x77, seq }));
    assert!((1..=3).all(|seq| call.has(&pong(seq))));
    let is_data = |event: &&CallerEvent| matches!(event, CallerEvent::DataSent | CallerEvent::DataReceived);
    let data: Vec<CallerEvent> = call.events.iter().filter(is_data).cloned().collect();
    let each = [CallerEvent::DataSent, CallerEvent::DataReceived];
    assert_eq!(data, std::iter::repeat_n(each, 3).flatten().collect::<Vec<_>>());

    call.caller.close(call.now);
    call.run_until(call.now + Duration::from_secs(1));
    assert!(call.has_link(LinkEvent::IpDown) && call.has_link(LinkEvent::Phase(Phase::Terminate)));
    let ending = LinkEvent::Finished(LinkEnding::Closed("User request".to_owned()));
    assert_eq!(call.events.last(), Some(&CallerEvent::Link(ending)));
    call.caller.handle_carrier_lost(call.now);
    assert_eq!(call.caller.poll_event(), Some(CallerEvent::Link(LinkEvent::Phase(Phase::Dead))));
    assert_eq!(call.caller.poll_timeout(), None);
}

#[test]
fn the_same_seed_gives_the_same_call_and_another_seed_another() {
    let frames = |magic_seed| {
        let mut call = Call::new(CallerConfig { magic_seed, ..alice() }, server(Method::Pap));
        call.run_until(seconds(10));
        call.events
    };
    assert_eq!(frames(1), frames(1));
    assert_ne!(frames(1), frames(2));
}

#[test]
fn a_server_that_loses_the_first_frame_is_reached_by_the_second_three_seconds_later() {
    let mut call = Call::new(alice(), server(Method::Pap));
    call.deaf_until = seconds(1);
    call.run_until(seconds(20));
    assert!(call.is_up());
    let requests = call.frames().iter().filter(|text| text.starts_with("[LCP ConfReq id=0x1")).count();
    assert!(requests >= 3, "{:#?}", call.frames());
}

#[test]
fn an_idle_caller_says_nothing_for_an_hour() {
    let mut call = Call::new(alice(), server(Method::Pap));
    call.run_until(seconds(5));
    call.events.clear();
    call.run_until(seconds(3600));
    assert_eq!((call.caller.poll_timeout(), &call.events[..]), (None, &[][..]));
}

#[test]
fn with_ipv6_the_caller_has_a_link_local_address_and_is_just_as_quiet() {
    let mut call = Call::new(CallerConfig { ipv6: true, ..alice() }, Config { ipv6: true, ..server(Method::Pap) });
    call.run_until(seconds(5));
    let up = call.events.iter().find_map(|event| match event {
        CallerEvent::Link(LinkEvent::Ipv6Up { local, peer }) => Some((*local, *peer)),
        _ => None,
    });
    let (local, peer) = up.unwrap();
    assert!(local.is_unicast_link_local() && peer.is_unicast_link_local() && local != peer);
    call.events.clear();
    call.run_until(seconds(3600));
    assert!(call.events.is_empty());
}

#[test]
fn a_refused_caller_is_told_so_and_why_the_line_goes() {
    let config = CallerConfig { password: Some("wrong".into()), ..alice() };
    let mut call = Call::new(config, server(Method::Pap));
    call.run_until(seconds(20));
    assert!(call.has_link(LinkEvent::Auth(Method::Pap, OwnAuth::Refused(b"Login incorrect".to_vec()))));
    assert!(call.has_link(LinkEvent::TerminateRequest(b"Authentication failed".to_vec())));
}

#[test]
fn chap_is_named_in_the_outcome() {
    let mut call = Call::new(alice(), server(Method::Chap));
    call.run_until(seconds(5));
    assert!(call.has_link(LinkEvent::Auth(Method::Chap, OwnAuth::Accepted(b"Access granted".to_vec()))));
    assert!(call.frames().iter().any(|text| text.starts_with("[CHAP Response")));
    assert!(call.is_up());
}

#[test]
fn a_caller_that_takes_its_time_begins_when_it_said_it_would() {
    let delay = Duration::from_micros(7_000_001);
    let mut call = Call::new(CallerConfig { delay, ..alice() }, server(Method::Pap));
    assert_eq!(call.caller.poll_timeout(), Some(Instant::from_micros(7_000_001)));
    call.run_until(Instant::from_micros(7_000_000));
    let server_alone = |event: &CallerEvent| matches!(event, CallerEvent::Link(LinkEvent::FrameReceived(_)));
    assert!(!call.events.is_empty() && call.events.iter().all(server_alone));
    call.run_until(seconds(12));
    assert!(call.is_up());
}

#[test]
fn a_caller_without_an_address_to_tell_has_an_unspecified_one_and_sends_no_datagrams() {
    let mut call = Call::new(CallerConfig { no_address: true, ..alice() }, server(Method::Pap));
    call.run_until(seconds(5));
    assert!(call.has_link(LinkEvent::IpUp {
        local: Ipv4Addr::UNSPECIFIED,
        peer: Some(LOCAL),
        dns: vec![DNS],
        wins: vec![]
    }));
    call.caller.ping(call.now, LOCAL, 1, 1, 56);
    assert_eq!((call.caller.poll_transmit(), call.caller.poll_timeout()), (None, None));
}

#[test]
fn a_caller_that_fell_silent_sends_nothing_and_wakes_nobody_until_its_next_carrier() {
    let mut call = Call::new(alice(), server(Method::Pap));
    call.run_until(seconds(5));
    call.events.clear();
    call.caller.fall_silent();
    call.caller.ping(call.now, LOCAL, 1, 1, 56);
    call.server.handle_datagram(IP, &[0x45]);
    call.server.handle_close(call.now, "Peer not responding");
    call.run_until(seconds(60));
    let sends =
        |event: &CallerEvent| matches!(event, CallerEvent::Link(LinkEvent::FrameSent(_)) | CallerEvent::DataSent);
    assert!(!call.events.iter().any(sends), "{:#?}", call.events);
    assert!(call.has_link(LinkEvent::TerminateRequest(b"Peer not responding".to_vec())));
    assert_eq!((call.caller.poll_timeout(), call.caller.poll_transmit()), (None, None));
    call.caller.close(call.now);
    let mut rest = std::iter::from_fn(|| call.caller.poll_event());
    assert!(rest.any(|event| matches!(event, CallerEvent::Link(LinkEvent::Finished(_)))));
    call.caller.handle_carrier_lost(call.now);
    call.caller.handle_carrier(call.now);
    assert!(call.caller.poll_transmit().is_some());
}

#[test]
fn login_prompts_and_pppds_complaints_are_text() {
    let mut caller = Caller::new(alice());
    caller.handle_carrier(Instant::ZERO);
    caller.handle_octets(Instant::ZERO, b"\r\nSI7 login: ~\x08 \x08}#@\r\n~~");
    let text = |event| match event {
        CallerEvent::Link(LinkEvent::Text(octets)) => Some(octets),
        _ => None,
    };
    let texts: Vec<Vec<u8>> = std::iter::from_fn(|| caller.poll_event()).filter_map(text).collect();
    // The echo of a Flag Sequence is text, too; the two at the end may begin a frame.
    assert_eq!(texts, [b"\r\nSI7 login: ~\x08 \x08}#@\r\n"]);
}

#[test]
fn a_ping_before_the_network_is_up_or_after_it_is_down_is_not_sent() {
    let mut caller = Caller::new(alice());
    caller.ping(Instant::ZERO, LOCAL, 1, 1, 56);
    assert_eq!((caller.poll_transmit(), caller.poll_event()), (None, None));
    let mut call = Call::new(alice(), server(Method::Pap));
    call.run_until(seconds(5));
    call.caller.handle_carrier_lost(call.now);
    call.caller.ping(call.now, LOCAL, 1, 1, 56);
    assert_eq!(call.caller.poll_transmit(), None);
    assert_ne!(call.caller.link().ipcp().unwrap().state(), State::Opened);
}
