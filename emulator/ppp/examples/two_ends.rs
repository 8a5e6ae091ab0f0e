//! A PPP link between its two ends, in virtual time: a caller logs in by CHAP, is given an address, sends a datagram and
//! says goodbye. Every packet is printed in the notation of pppd's log.
//!
//! `cargo run -p offhook-ppp --example two_ends`
//!
//! There is no clock here. The line takes 50 milliseconds each way, and time jumps from one event to the next: the
//! three seconds that the answering end waits after a Terminate-Request (RFC 1661 §4.6) take no time at all.

use std::collections::VecDeque;
use std::net::{AddrParseError, Ipv4Addr};
use std::time::Duration;

use offhook_clock::{Instant, earliest};
use offhook_ppp::auth::{Account, Credentials};
use offhook_ppp::frame::IP;
use offhook_ppp::link::{Answering, Calling, Config, Link, LinkEvent, Role};
use offhook_ppp::print;

/// One way of the line.
const DELAY: Duration = Duration::from_millis(50);

/// Octets on their way to one of the ends.
struct Transit {
    arrives: Instant,
    /// The place of that end in [`Line::ends`].
    to: usize,
    octets: Vec<u8>,
}

/// Two ends and what is between them.
struct Line {
    now: Instant,
    ends: [(&'static str, Link); 2],
    transits: VecDeque<Transit>,
}

impl Line {
    /// Prints what happened at either end, and puts on the line what they send.
    fn collect(&mut self) {
        for (at, (name, link)) in self.ends.iter_mut().enumerate() {
            while let Some(event) = link.poll_event() {
                let text = match event {
                    LinkEvent::FrameSent(octets) => format!("-> {}", print::frame(&octets)),
                    LinkEvent::FrameReceived(octets) => format!("<- {}", print::frame(&octets)),
                    LinkEvent::Phase(phase) => format!("   phase {phase:?}"),
                    LinkEvent::IpUp { local, peer, dns, .. } => {
                        format!("   up: {local} to {peer:?}, name servers {dns:?}")
                    }
                    LinkEvent::Datagram { octets, .. } => format!("   got a datagram of {} octets", octets.len()),
                    LinkEvent::Finished(why) => format!("   over: {why}"),
                    _ => continue,
                };
                println!("{:>6} {name:6} {text}", self.now.to_string());
            }
            while let Some(octets) = link.poll_transmit() {
                self.transits.push_back(Transit { arrives: self.now + DELAY, to: 1 - at, octets });
            }
        }
    }

    /// Goes from event to event until nothing is left to happen.
    fn run(&mut self) {
        loop {
            self.collect();
            let deadline = earliest(self.ends[0].1.poll_timeout(), self.ends[1].1.poll_timeout());
            let arrival = self.transits.front().map(|transit| transit.arrives);
            let Some(next) = earliest(arrival, deadline) else { return };
            self.now = next;
            if arrival == Some(next) {
                if let Some(Transit { to, octets, .. }) = self.transits.pop_front() {
                    self.ends[to].1.handle_octets(next, &octets);
                }
            } else {
                for (_, link) in &mut self.ends {
                    link.handle_timeout(next);
                }
            }
        }
    }
}

/// An ICMP echo request (RFC 792) in an IPv4 packet (RFC 791 §3.1).
fn echo_request(from: Ipv4Addr, to: Ipv4Addr) -> Vec<u8> {
    let mut packet = vec![0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1, 0, 0];
    packet.extend(from.octets());
    packet.extend(to.octets());
    packet.extend([8, 0, 0, 0, 0, 1, 0, 1]);
    for (header, at) in [(0..20, 10), (20..28, 22)] {
        let checksum = checksum(&packet[header]);
        packet[at..at + 2].copy_from_slice(&checksum.to_be_bytes());
    }
    packet
}

/// The Internet checksum (RFC 1071).
fn checksum(octets: &[u8]) -> u16 {
    let sum: u32 = octets.as_chunks().0.iter().map(|pair| u32::from(u16::from_be_bytes(*pair))).sum();
    !((sum & 0xffff) + (sum >> 16)) as u16
}

fn main() -> Result<(), AddrParseError> {
    let (local, remote) = ("192.168.32.1".parse()?, "192.168.32.105".parse()?);
    let mut answering = Answering::new(local, remote);
    answering.accounts.push(Account::new("alice", "secret"));
    answering.ip.dns.push("9.9.9.9".parse()?);
    let calling = Calling { credentials: Some(Credentials::new("alice", "secret")), ..Calling::default() };
    let caller = Link::new(Config { role: Role::Calling(calling), seed: 1, ..Config::default() });
    let server = Link::new(Config { role: Role::Answering(answering), seed: 2, ..Config::default() });

    let ends = [("caller", caller), ("server", server)];
    let mut line = Line { now: Instant::ZERO, ends, transits: VecDeque::new() };
    for (_, link) in &mut line.ends {
        link.handle_up(Instant::ZERO);
    }
    line.run();
    line.ends[0].1.handle_datagram(IP, &echo_request(remote, local));
    line.run();
    line.ends[0].1.handle_close(line.now, "User request");
    line.run();
    for (_, link) in &mut line.ends {
        link.handle_down(line.now);
    }
    line.collect();
    Ok(())
}
