//! Two ends of a line that has no delay, for the tests of [`Link`].

#![allow(clippy::panic)]

use std::net::Ipv4Addr;

use proptest::prelude::*;

use super::*;
use crate::auth::{Account, AuthOption, Credentials};
use crate::chap::Algorithm;
use crate::frame::{CCP, CHAP, IP, IPCP, IPV6, IPV6CP, PAP};
use crate::hdlc::Item;
use crate::packet::emit;
use crate::print;
use crate::transparency::DEFAULT_ACCM;

pub(super) const LOCAL: Ipv4Addr = Ipv4Addr::new(192, 168, 32, 1);
pub(super) const REMOTE: Ipv4Addr = Ipv4Addr::new(192, 168, 32, 105);
pub(super) const DNS: Ipv4Addr = Ipv4Addr::new(9, 9, 9, 9);
pub(super) const MD5: AuthOption = AuthOption::Chap(Algorithm::Md5);

/// A calling end; alice's, if there is a password.
pub(super) fn config(password: Option<&str>) -> Config {
    calling(password, |_| {})
}

/// Likewise, with something changed.
pub(super) fn calling(password: Option<&str>, change: impl FnOnce(&mut Calling)) -> Config {
    let credentials = password.map(|password| Credentials::new("alice", password));
    let mut calling = Calling { credentials, ..Calling::default() };
    change(&mut calling);
    Config { role: Role::Calling(calling), seed: 7, ..Config::default() }
}

/// An answering end that asks for these protocols and knows alice.
pub(super) fn server(auth: &[AuthOption]) -> Config {
    answering(auth, |_| {})
}

/// Likewise, with something changed.
pub(super) fn answering(auth: &[AuthOption], change: impl FnOnce(&mut Answering)) -> Config {
    let mut answering = Answering { auth: auth.to_vec(), name: "dialin".into(), ..Answering::new(LOCAL, REMOTE) };
    answering.accounts.push(Account::new("alice", "secret"));
    answering.ip.dns.push(DNS);
    change(&mut answering);
    Config { role: Role::Answering(answering), seed: 99, ..Config::default() }
}

/// Frames with a good FCS and any packet in them, as they come from the line; some with a wrong Length field.
pub(super) fn frames() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let protocol = prop::sample::select(vec![LCP, PAP, CHAP, IPCP, IPV6CP, CCP, IP, IPV6, 0x4021]);
    let data = prop::collection::vec(prop_oneof![0..12_u8, any::<u8>()], 0..40);
    let frame = (protocol, 0..14_u8, 0..4_u8, data, prop::option::of(any::<u8>())).prop_map(
        |(protocol, code, identifier, data, length)| {
            let mut packet = emit(code, identifier, &data);
            if let Some(length) = length {
                packet[3] = length;
            }
            encode(&Frame { protocol, information: &packet }.emit(Compression::NONE), 0)
        },
    );
    prop::collection::vec(frame, 0..40)
}

pub(super) struct Pair {
    pub(super) now: Instant,
    pub(super) link: Link,
    pub(super) server: Link,
    /// What happened at the calling end, frames as text.
    pub(super) log: Vec<String>,
    /// What happened at the answering end.
    pub(super) server_events: Vec<LinkEvent>,
    /// Frames of this protocol from the answering end are lost.
    pub(super) loses: Option<u16>,
}

impl Pair {
    pub(super) fn new(config: Config, server: Config) -> Self {
        let mut pair = Self {
            now: Instant::ZERO,
            link: Link::new(config),
            server: Link::new(server),
            log: Vec::new(),
            server_events: Vec::new(),
            loses: None,
        };
        pair.link.handle_up(pair.now);
        pair.server.handle_up(pair.now);
        pair
    }

    /// Carries octets until neither end has anything to say; fails if that takes too long.
    pub(super) fn settle(&mut self) {
        for _ in 0..200 {
            let mut quiet = true;
            while let Some(octets) = self.link.poll_transmit() {
                quiet = false;
                self.server.handle_octets(self.now, &octets);
            }
            while let Some(octets) = self.server.poll_transmit() {
                quiet = false;
                if self.loses.is_none_or(|lost| protocol_of(&octets) != Some(lost)) {
                    self.link.handle_octets(self.now, &octets);
                }
            }
            self.read_events();
            if quiet {
                return;
            }
        }
        panic!("the two ends never come to rest: {:#?}", &self.log[..30]);
    }

    /// Carries octets until the answering end wants to know who the other is.
    pub(super) fn until_authentication(&mut self) {
        while self.server.phase() != Phase::Authenticate {
            if let Some(octets) = self.link.poll_transmit() {
                self.server.handle_octets(self.now, &octets);
            } else if let Some(octets) = self.server.poll_transmit() {
                self.link.handle_octets(self.now, &octets);
            } else {
                panic!("the answering end does not want to know");
            }
        }
    }

    /// Goes on until there is no deadline left.
    pub(super) fn run(&mut self) {
        self.settle();
        for _ in 0..100 {
            let Some(next) = earliest(self.link.poll_timeout(), self.server.poll_timeout()) else { return };
            self.now = next;
            self.link.handle_timeout(next);
            self.server.handle_timeout(next);
            self.settle();
        }
        panic!("there is always another deadline");
    }

    /// Any packet arrives at the calling end, sensible or not.
    pub(super) fn inject(&mut self, protocol: u16, information: &[u8]) {
        let frame = Frame { protocol, information }.emit(Compression::NONE);
        self.link.handle_octets(self.now, &encode(&frame, DEFAULT_ACCM));
    }

    pub(super) fn read_events(&mut self) {
        while let Some(event) = self.link.poll_event() {
            self.note(event);
        }
        self.server_events.extend(std::iter::from_fn(|| self.server.poll_event()));
    }

    /// Something happened at the calling end.
    pub(super) fn note(&mut self, event: LinkEvent) {
        self.log.push(match event {
            LinkEvent::FrameSent(octets) => format!("> {}", print::frame(&octets)),
            LinkEvent::FrameReceived(octets) => format!("< {}", print::frame(&octets)),
            LinkEvent::Finished(why) => format!("Finished: {why}"),
            other => format!("{other:?}"),
        });
    }

    pub(super) fn says(&self, text: &str) -> bool {
        self.log.iter().any(|line| line.contains(text))
    }

    pub(super) fn has(&self, event: &LinkEvent) -> bool {
        self.log.contains(&format!("{event:?}"))
    }

    /// Frames that arrived at the answering end, as text.
    pub(super) fn heard_by_server(&self) -> Vec<String> {
        let heard = |event: &LinkEvent| {
            if let LinkEvent::FrameReceived(octets) = event { Some(print::frame(octets)) } else { None }
        };
        self.server_events.iter().filter_map(heard).collect()
    }
}

/// The Protocol field of a frame on the line.
fn protocol_of(octets: &[u8]) -> Option<u16> {
    let mut deframer = Deframer::new(1506);
    deframer.set_accm(0);
    let mut input = octets;
    // Alone, it is text at first: no LCP has gone before.
    while let Some(item) = deframer.take(&mut input) {
        if let Item::Frame(frame) = item {
            return Frame::parse(frame).ok().map(|frame| frame.protocol);
        }
    }
    None
}
