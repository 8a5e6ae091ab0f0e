//! How long a negotiation takes, on one core: `cargo bench -p offhook-ppp --bench negotiation`.
//!
//! Two ends in one process, from carrier to both ends' IPCP Opened: LCP, PAP and IPCP, every octet framed and read again, every event
//! read. And the datagrams of such a link: how many it carries, as they are, with compressed headers, and deflated.

#![allow(missing_docs)]

use std::hint::black_box;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use offhook_clock::Instant as Moment;
use offhook_ppp::auth::{Account, AuthOption, Credentials};
use offhook_ppp::ccp::Method;
use offhook_ppp::frame::IP;
use offhook_ppp::ipcp::VanJacobson;
use offhook_ppp::link::{Answering, Calling, Config, Link, LinkEvent, Role};

const LOCAL: Ipv4Addr = Ipv4Addr::new(192, 168, 32, 1);
const REMOTE: Ipv4Addr = Ipv4Addr::new(192, 168, 32, 105);
const AT_LEAST: Duration = Duration::from_millis(700);
const DATAGRAMS: usize = 64;
const DATA: u16 = 512;

fn main() {
    let fastest = fastest(|| {
        let (mut caller, mut server) = ends(None, &[]);
        assert!(settle(&mut caller, &mut server).is_up, "both ends are up");
    });
    println!("LCP, PAP and IPCP between two ends: {:.1} µs", fastest.as_secs_f64() * 1e6);

    let segments: Vec<Vec<u8>> = (0..DATAGRAMS as u32).map(segment).collect();
    for (name, vj, compress) in [
        ("as they are", None, &[][..]),
        ("with compressed headers", Some(VanJacobson::DEFAULT), &[]),
        ("deflated", None, &[Method::DEFLATE]),
        ("with both", Some(VanJacobson::DEFAULT), &[Method::DEFLATE]),
    ] {
        let (mut caller, mut server) = ends(vj, compress);
        settle(&mut caller, &mut server);
        let mut octets = 0;
        let time = self::fastest(|| {
            octets = 0;
            let mut got = 0;
            for segment in &segments {
                assert!(caller.handle_datagram(IP, black_box(segment)), "IPCP is Opened");
                let told = settle(&mut caller, &mut server);
                octets += told.octets;
                got += told.datagrams;
            }
            assert_eq!(got, DATAGRAMS, "every datagram arrives");
        });
        let whole = DATAGRAMS * segments[0].len();
        println!(
            "datagrams {name}: {:.0} MB/s, {:.0} % of the octets",
            whole as f64 / time.as_secs_f64() / 1e6,
            100.0 * octets as f64 / whole as f64
        );
    }
}

/// A caller and who answers it, with carrier.
fn ends(vj: Option<VanJacobson>, compress: &[Method]) -> (Link, Link) {
    let calling = Calling { credentials: Some(Credentials::new("alice", "secret")), ..Calling::default() };
    let mut answering = Answering::new(LOCAL, REMOTE);
    answering.auth = vec![AuthOption::Pap];
    answering.accounts.push(Account::new("alice", "secret"));
    answering.ip.dns.push(Ipv4Addr::new(9, 9, 9, 9));
    let config = |role, seed| Config { role, seed, vj, compress: compress.to_vec(), ..Config::default() };
    let mut caller = Link::new(config(Role::Calling(calling), 1));
    let mut server = Link::new(config(Role::Answering(answering), 2));
    caller.handle_up(Moment::ZERO);
    server.handle_up(Moment::ZERO);
    (caller, server)
}

/// What crossed the line.
#[derive(Default)]
struct Told {
    octets: usize,
    datagrams: usize,
    is_up: bool,
}

/// Carries octets until both ends are at rest.
fn settle(caller: &mut Link, server: &mut Link) -> Told {
    let mut told = Told::default();
    let mut ups = 0;
    loop {
        let mut quiet = true;
        quiet &= carry(caller, server, &mut told);
        quiet &= carry(server, caller, &mut told);
        for end in [&mut *caller, &mut *server] {
            while let Some(event) = end.poll_event() {
                match black_box(event) {
                    LinkEvent::IpUp { .. } => ups += 1,
                    LinkEvent::Datagram { .. } => told.datagrams += 1,
                    _ => {}
                }
            }
        }
        if quiet {
            told.is_up = ups == 2;
            return told;
        }
    }
}

/// Whether there was nothing.
fn carry(from: &mut Link, to: &mut Link, told: &mut Told) -> bool {
    let mut quiet = true;
    while let Some(octets) = from.poll_transmit() {
        quiet = false;
        told.octets += octets.len();
        to.handle_octets(Moment::ZERO, &octets);
    }
    quiet
}

/// Segment `number` of a transfer of text.
fn segment(number: u32) -> Vec<u8> {
    let mut packet = vec![0x45, 0];
    packet.extend((40 + DATA).to_be_bytes());
    packet.extend((number as u16).to_be_bytes());
    packet.extend([0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 4, 0, 0, 80]);
    packet.extend((1000 + number * u32::from(DATA)).to_be_bytes());
    packet.extend([0, 0, 0, 9, 0x50, 0x10, 0x20, 0, 0xca, 0xfe, 0, 0]);
    let words = ["the ", "line ", "is ", "busy ", "and ", "nobody ", "answers, "];
    let text = (0..).flat_map(|at: u32| words[((at * at + number) % 7) as usize].bytes());
    packet.extend(text.take(DATA.into()));
    packet
}

/// The fastest round of `work`.
fn fastest(mut work: impl FnMut()) -> Duration {
    let began = Instant::now();
    let mut fastest = Duration::MAX;
    while began.elapsed() < AT_LEAST {
        let round = Instant::now();
        work();
        fastest = fastest.min(round.elapsed());
    }
    fastest
}
