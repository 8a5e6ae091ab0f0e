//! Tests of names and transfers: a host against another one with a small DNS and HTTP server, 20 ms apart.

#![allow(clippy::unwrap_used, clippy::panic)]

use smoltcp::socket::{tcp, udp};

use super::super::pattern;
use super::*;

const CALLER: Ipv4Addr = Ipv4Addr::new(192, 168, 32, 105);
const SERVER: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 2);
const NOBODY: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 3);
const DELAY: Duration = Duration::from_millis(20);
const SIZE: u64 = 300 * 1024;

/// What the server does with a request it has read to the end of its head.
enum Conduct {
    /// Sends this and closes.
    Answers(Vec<u8>),
    /// Reads so much of the content, then says whether it is the pattern's, and closes.
    Reads(u64),
    /// Says nothing.
    IsSilent,
}

struct Net {
    now: Instant,
    caller: Host,
    other: Host,
    dns: SocketHandle,
    http: SocketHandle,
    conduct: Conduct,
    request: Vec<u8>,
    /// Octets of the answer given to TCP.
    sent: usize,
    /// Datagrams on their way: when they arrive, whether at the other host, which.
    wire: VecDeque<(Instant, bool, Vec<u8>)>,
    /// Every so many datagrams one is lost.
    loses: usize,
    /// Datagrams sent, and when the last was.
    datagrams: usize,
    last: Instant,
    events: Vec<HostEvent>,
}

impl Net {
    fn new(conduct: Conduct) -> Self {
        Self::with_mtu(conduct, 1500)
    }

    fn with_mtu(conduct: Conduct, mtu: usize) -> Self {
        let mut caller = Host::new(Instant::ZERO, mtu, 1);
        caller.add_ipv4(CALLER, Some(SERVER));
        caller.set_dns(&[SERVER]);
        let mut other = Host::new(Instant::ZERO, 1500, 2);
        other.add_ipv4(SERVER, Some(CALLER));
        let packets = || udp::PacketBuffer::new(vec![udp::PacketMetadata::EMPTY; 8], vec![0; 4096]);
        let mut dns = udp::Socket::new(packets(), packets());
        dns.bind(53).unwrap();
        let dns = other.network.sockets.add(dns);
        let buffer = || tcp::SocketBuffer::new(vec![0; 32 * 1024]);
        let mut http = tcp::Socket::new(buffer(), buffer());
        http.listen(80).unwrap();
        let http = other.network.sockets.add(http);
        Self {
            now: Instant::ZERO,
            caller,
            other,
            dns,
            http,
            conduct,
            request: Vec::new(),
            sent: 0,
            wire: VecDeque::new(),
            loses: usize::MAX,
            datagrams: 0,
            last: Instant::ZERO,
            events: Vec::new(),
        }
    }

    fn transfer(&mut self, host: &str, path: &str, upload: Option<u64>) -> TransferOutcome {
        let request = TransferRequest { id: 9, host: host.into(), port: 80, path: path.into(), upload };
        self.caller.transfer(self.now, request);
        self.run();
        let mut outcomes = self.events.drain(..).filter_map(|event| match event {
            HostEvent::Transferred(outcome) => Some(outcome),
            _ => None,
        });
        let outcome = outcomes.next().unwrap();
        assert!(outcomes.next().is_none());
        outcome
    }

    /// Goes on until nothing is to come, which must be soon.
    fn run(&mut self) {
        for _ in 0..20_000 {
            self.serve();
            self.collect();
            let arrival = self.wire.front().map(|(at, ..)| *at);
            let deadline = earliest(self.caller.poll_timeout(), self.other.poll_timeout());
            let Some(next) = earliest(arrival, deadline) else { return };
            assert!(next >= self.now);
            self.now = next;
            if arrival == Some(next) {
                let (_, to_other, octets) = self.wire.pop_front().unwrap();
                let host = if to_other { &mut self.other } else { &mut self.caller };
                host.handle_packet(next, &octets);
            } else {
                self.caller.handle_timeout(next);
                self.other.handle_timeout(next);
            }
        }
        panic!("no end");
    }

    fn collect(&mut self) {
        for to_other in [true, false] {
            let host = if to_other { &mut self.caller } else { &mut self.other };
            while let Some(octets) = host.poll_transmit() {
                self.datagrams += 1;
                self.last = self.now;
                if !self.datagrams.is_multiple_of(self.loses) {
                    self.wire.push_back((self.now + DELAY, to_other, octets));
                }
            }
        }
        while let Some(event) = self.caller.poll_event() {
            self.events.push(event);
        }
    }

    fn serve(&mut self) {
        self.serve_dns();
        self.serve_http();
        self.other.poll(self.now);
    }

    fn serve_dns(&mut self) {
        let socket = self.other.network.sockets.get_mut::<udp::Socket<'_>>(self.dns);
        while let Ok((query, from)) = socket.recv() {
            let mut reply = query.to_vec();
            let known = query.windows(9).any(|part| part == b"\x03www\x03lan\0");
            if query.windows(6).any(|part| part == b"silent") {
                continue;
            }
            reply[2..4].copy_from_slice(&[0x84, if known { 0 } else { 3 }]);
            if known {
                reply[7] = 2;
                for address in [SERVER, NOBODY] {
                    reply.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4]);
                    reply.extend(address.octets());
                }
            }
            socket.send_slice(&reply, from).unwrap();
        }
    }

    fn serve_http(&mut self) {
        let socket = self.other.network.sockets.get_mut::<tcp::Socket<'_>>(self.http);
        let request = &mut self.request;
        while socket.can_recv() {
            socket
                .recv(|octets| {
                    request.extend(&*octets);
                    (octets.len(), ())
                })
                .unwrap();
        }
        let Some(end) = request.windows(4).position(|part| part == b"\r\n\r\n").map(|place| place + 4) else { return };
        let answer = match &self.conduct {
            Conduct::Answers(answer) => answer.clone(),
            Conduct::Reads(octets) if (request.len() - end) as u64 >= *octets => {
                let intact = (0..).zip(&request[end..]).all(|(place, octet)| pattern(place) == *octet);
                let status: &[u8] = if intact { b"200 OK" } else { b"422 Wrong" };
                [&b"HTTP/1.1 "[..], status, b"\r\nContent-Length: 0\r\n\r\n"].concat()
            }
            Conduct::Reads(_) | Conduct::IsSilent => return,
        };
        while self.sent < answer.len() && socket.can_send() {
            self.sent += socket.send_slice(&answer[self.sent..]).unwrap();
        }
        if self.sent == answer.len() {
            socket.close();
        }
    }
}

fn answer(status: &str, length: u64, content: &[u8]) -> Conduct {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n");
    Conduct::Answers([head.as_bytes(), content].concat())
}

fn octets(count: u64) -> Vec<u8> {
    (0..count).map(pattern).collect()
}

fn resolved(net: &mut Net, name: &str) -> Resolved {
    net.caller.resolve(net.now, name);
    net.run();
    match &net.events[..] {
        [HostEvent::Resolved(resolved)] => resolved.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_name_is_resolved_to_its_addresses_in_their_order() {
    let mut net = Net::new(Conduct::IsSilent);
    let expected = Resolved { name: "www.lan".into(), addresses: vec![SERVER, NOBODY], error: None };
    assert_eq!(resolved(&mut net, "www.lan"), expected);
    assert_eq!((net.now, net.datagrams), (Instant::from_millis(40), 2));
}

#[test]
fn an_unknown_name_has_no_address_and_the_reason_says_who_said_so() {
    let mut net = Net::new(Conduct::IsSilent);
    let error = resolved(&mut net, "no.such.lan").error.unwrap();
    assert_eq!(error, "10.9.0.2 answered that \"no.such.lan\" has no address");
    assert_eq!(net.now, Instant::from_millis(40));
}

#[test]
fn silent_dns_servers_are_given_up_after_fifteen_seconds_each() {
    let mut net = Net::new(Conduct::IsSilent);
    net.caller.set_dns(&[SERVER, NOBODY]);
    let error = resolved(&mut net, "silent.lan").error.unwrap();
    assert_eq!(error, "10.9.0.2 and 10.9.0.3 did not answer within 30 s, asked for \"silent.lan\"");
    assert_eq!(net.caller.poll_timeout(), None);
}

#[test]
fn several_names_are_asked_for_at_once() {
    let mut net = Net::new(Conduct::IsSilent);
    for name in ["www.lan", "no.lan", "www.lan"] {
        net.caller.resolve(net.now, name);
    }
    net.run();
    let counts: Vec<usize> = net
        .events
        .iter()
        .map(|event| if let HostEvent::Resolved(resolved) = event { resolved.addresses.len() } else { 9 })
        .collect();
    assert_eq!(counts, [2, 0, 2]);
}

#[test]
fn without_servers_or_with_a_name_that_is_none_nothing_is_sent() {
    let mut net = Net::new(Conduct::IsSilent);
    assert!(resolved(&mut net, "www..lan").error.unwrap().contains("no domain name"));
    net.events.clear();
    net.caller.set_dns(&[]);
    assert!(resolved(&mut net, "www.lan").error.unwrap().contains("gave no DNS server"));
    net.events.clear();
    assert_eq!(resolved(&mut net, "10.1.2.3").addresses, [Ipv4Addr::new(10, 1, 2, 3)]);
    assert_eq!(net.datagrams, 0);
}

#[test]
fn octets_fetched_by_name_arrive_intact_and_silence_follows() {
    let mut net = Net::new(answer("200 OK", SIZE, &octets(SIZE)));
    let outcome = net.transfer("www.lan", "/octets/307200", None);
    assert_eq!(outcome, TransferOutcome { id: 9, status: Some(200), octets: SIZE, intact: true, error: None });
    let request = String::from_utf8_lossy(&net.request).into_owned();
    assert!(request.starts_with("GET /octets/307200 HTTP/1.1\r\nHost: www.lan\r\n"), "{request}");
    // The other host, which closed first, waits 10 s more; the caller has nothing to say or to wait for.
    assert!(net.now.since(net.last) <= Duration::from_secs(10));
    assert_eq!((net.caller.poll_timeout(), net.caller.closing.len()), (None, 0));
}

#[test]
fn octets_uploaded_arrive_intact() {
    let mut net = Net::new(Conduct::Reads(SIZE));
    let outcome = net.transfer("10.9.0.2", "/octets/307200", Some(SIZE));
    assert_eq!(outcome, TransferOutcome { id: 9, status: Some(200), octets: SIZE, intact: true, error: None });
}

#[test]
fn lost_datagrams_are_sent_again_both_ways() {
    let mut net = Net::new(answer("200 OK", SIZE, &octets(SIZE)));
    net.loses = 17;
    assert!(net.transfer("10.9.0.2", "/", None).intact);
    let mut net = Net::new(Conduct::Reads(SIZE));
    net.loses = 17;
    assert!(net.transfer("10.9.0.2", "/", Some(SIZE)).intact);
}

#[test]
fn a_link_with_the_least_mtu_carries_transfers_too() {
    let mut net = Net::with_mtu(Conduct::Reads(1000), 1);
    assert!(net.transfer("10.9.0.2", "/", Some(1000)).intact);
}

#[test]
fn a_corrupted_octet_is_seen() {
    let mut content = octets(SIZE);
    content[200_000] ^= 0x10;
    let mut net = Net::new(answer("200 OK", SIZE, &content));
    let outcome = net.transfer("10.9.0.2", "/", None);
    assert_eq!((outcome.status, outcome.octets, outcome.intact), (Some(200), SIZE, false));
    assert!(outcome.error.unwrap().starts_with("octet 200000 "));
}

#[test]
fn a_server_that_closes_early_is_told() {
    let mut net = Net::new(answer("200 OK", SIZE, &octets(1000)));
    let outcome = net.transfer("10.9.0.2", "/", None);
    assert_eq!(outcome.octets, 1000);
    assert_eq!(outcome.error.unwrap(), "10.9.0.2:80 closed the connection after 1000 of 307200 octets");
}

#[test]
fn an_answer_before_the_end_of_an_upload_ends_it() {
    let mut net = Net::new(answer("404 Not Found", 5, b"none\n"));
    let outcome = net.transfer("10.9.0.2", "/", Some(SIZE));
    assert_eq!((outcome.status, outcome.intact), (Some(404), false));
    assert!(outcome.octets < SIZE);
    assert_eq!(outcome.error.unwrap(), "the answer is 404 Not Found: none");
}

#[test]
fn a_port_where_nobody_listens_refuses_and_a_host_that_is_not_there_is_waited_for() {
    let mut net = Net::new(Conduct::IsSilent);
    let request =
        |port, host: Ipv4Addr| TransferRequest { id: 1, host: host.to_string(), port, path: "/".into(), upload: None };
    net.caller.transfer(net.now, request(81, SERVER));
    net.run();
    net.caller.transfer(net.now, request(80, NOBODY));
    let begun = net.now;
    net.run();
    let troubles: Vec<String> = net
        .events
        .iter()
        .filter_map(|event| if let HostEvent::Transferred(outcome) = event { outcome.error.clone() } else { None })
        .collect();
    assert_eq!(troubles, ["10.9.0.2:81 refuses the connection", "10.9.0.3:80 did not answer within 75 s"]);
    assert!(net.now.since(begun) <= CONNECTION_END);
}

/// The deadline of a connection, and the time to forget it.
const CONNECTION_END: Duration = Duration::from_secs(75 + 10);

#[test]
fn a_server_that_says_nothing_is_given_up_and_nothing_is_sent_any_more() {
    let mut net = Net::new(Conduct::IsSilent);
    let outcome = net.transfer("10.9.0.2", "/", None);
    let error = "nothing moved between here and 10.9.0.2:80 for 120 s, after no answer";
    assert_eq!((outcome.status, outcome.error.as_deref()), (None, Some(error)));
    assert!(net.now <= Instant::from_millis(131_000), "{}", net.now);
}

#[test]
fn a_line_that_falls_silent_in_the_middle_is_told_with_how_far_it_got() {
    let mut net = Net::new(answer("200 OK", SIZE, &octets(SIZE)));
    let cut = Instant::from_millis(150);
    net.caller.transfer(
        net.now,
        TransferRequest { id: 1, host: "10.9.0.2".into(), port: 80, path: "/".into(), upload: None },
    );
    // The server goes on trying for long; only the caller's end is of interest.
    for _ in 0..2000 {
        net.serve();
        net.collect();
        let arrival = net.wire.pop_front();
        let Some(next) = arrival.as_ref().map(|(at, ..)| *at).or(net.caller.poll_timeout()) else { break };
        net.now = next;
        match arrival {
            Some((_, true, octets)) if next < cut => net.other.handle_packet(next, &octets),
            Some((_, false, octets)) if next < cut => net.caller.handle_packet(next, &octets),
            _ => net.caller.handle_timeout(next),
        }
    }
    let [HostEvent::Transferred(outcome)] = &net.events[..] else { panic!("{:?}", net.events) };
    assert!(outcome.octets > 0 && outcome.octets < SIZE);
    assert!(outcome.error.as_deref().unwrap().starts_with("nothing moved"));
    assert_eq!(net.caller.poll_timeout(), None);
}

#[test]
fn a_link_that_goes_down_ends_what_is_under_way_without_a_word() {
    let mut net = Net::new(Conduct::IsSilent);
    let request = |host: &str| TransferRequest { id: 3, host: host.into(), port: 80, path: "/".into(), upload: None };
    net.caller.transfer(net.now, request("10.9.0.2"));
    net.caller.transfer(net.now, request("silent.lan"));
    net.caller.resolve(net.now, "silent.lan");
    net.collect();
    net.caller.remove_ipv4(Instant::from_millis(10));
    net.collect();
    let failed = net.events.iter().filter(|event| match event {
        HostEvent::Transferred(outcome) => outcome.error.as_deref().unwrap().contains("IPCP"),
        HostEvent::Resolved(resolved) => resolved.error.as_deref().unwrap().contains("IPCP"),
        HostEvent::Pong(_) => false,
    });
    assert_eq!(failed.count(), 3);
    assert_eq!((net.datagrams, net.caller.poll_timeout(), net.caller.closing.len()), (3, None, 0));
    net.caller.resolve(net.now, "www.lan");
    assert!(matches!(net.caller.poll_event(), Some(HostEvent::Resolved(Resolved { error: Some(_), .. }))));
}

#[test]
fn the_same_seed_gives_the_same_datagrams_and_every_connection_has_a_port_of_its_own() {
    let syns = |seed| {
        let mut host = Host::new(Instant::ZERO, 1500, seed);
        host.add_ipv4(CALLER, Some(SERVER));
        for id in 0..3 {
            let request = TransferRequest { id, host: SERVER.to_string(), port: 80, path: "/".into(), upload: None };
            host.transfer(Instant::ZERO, request);
        }
        std::iter::from_fn(|| host.poll_transmit()).collect::<Vec<_>>()
    };
    assert_eq!(syns(1), syns(1));
    assert_ne!(syns(1), syns(2));
    let mut ports: Vec<u16> = syns(1).iter().map(|syn| u16::from_be_bytes([syn[20], syn[21]])).collect();
    ports.dedup();
    assert!(ports.len() == 3 && ports.iter().all(|port| *port >= FIRST_PORT), "{ports:?}");
}

#[test]
fn a_caller_without_a_network_says_so_and_sends_nothing() {
    use super::super::{Caller, CallerConfig, CallerEvent};
    let mut caller = Caller::new(CallerConfig::default());
    caller.resolve(Instant::ZERO, "www.lan");
    let request = TransferRequest { id: 4, host: "www.lan".into(), port: 80, path: "/".into(), upload: None };
    caller.transfer(Instant::ZERO, request);
    let error = Some(NO_ADDRESS.to_owned());
    let resolved = HostEvent::Resolved(Resolved::failed("www.lan", NO_ADDRESS.to_owned()));
    let outcome = TransferOutcome { id: 4, status: None, octets: 0, intact: false, error };
    assert_eq!(caller.poll_event(), Some(CallerEvent::Host(resolved)));
    assert_eq!(caller.poll_event(), Some(CallerEvent::Host(HostEvent::Transferred(outcome))));
    assert_eq!((caller.poll_transmit(), caller.poll_timeout()), (None, None));
}
