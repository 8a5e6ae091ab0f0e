//! The answering end, just enough of it for tests: the same [`Control`] with an answering end's options.
//!
//! It asks for PAP or CHAP or, as pppd does, for one after the other, knows one account, gives one address and one name
//! server, and closes in good order.

use std::collections::VecDeque;
use std::net::Ipv4Addr;

use super::chap;
use super::control::{Control, Output, Protocol, Verdict};
use super::counters::Limits;
use super::frame::{CHAP, Frame, IPCP, IPV6CP, LCP, PAP};
use super::hdlc::{Deframer, Item};
use super::ipcp::{ADDRESS, PRIMARY_DNS, SECONDARY_DNS};
use super::ipv6cp::Ipv6cp;
use super::lcp::{AUTHENTICATION, Lcp, Settings};
use super::options::{RawOption, push};
use super::packet::{Packet, emit};
use super::pap;
use super::random::Random;
use super::transparency::encode;
use crate::time::{Instant, earliest};

pub(crate) const LOCAL: Ipv4Addr = Ipv4Addr::new(192, 168, 32, 1);
pub(crate) const REMOTE: Ipv4Addr = Ipv4Addr::new(192, 168, 32, 105);
pub(crate) const DNS: Ipv4Addr = Ipv4Addr::new(9, 9, 9, 9);

/// LCP that asks for an Authentication-Protocol: the first of `auth`, data of the option, until it is Nak'ed.
struct ServerLcp {
    lcp: Lcp,
    auth: VecDeque<Vec<u8>>,
}

impl Protocol for ServerLcp {
    const NUMBER: u16 = LCP;

    fn reset(&mut self) {
        self.lcp.reset();
    }

    fn request(&self) -> Vec<u8> {
        let mut options = self.lcp.request();
        if let Some(auth) = self.auth.front() {
            push(&mut options, AUTHENTICATION, auth);
        }
        options
    }

    fn nakked(&mut self, option: RawOption<'_>) {
        if option.kind == AUTHENTICATION {
            // What it is asked for if it has that, else the next it has.
            let next = self.auth.iter().skip(1).position(|auth| auth == option.data).unwrap_or_default();
            self.auth.drain(..(next + 1).min(self.auth.len()));
        }
        self.lcp.nakked(option);
    }

    fn rejected(&mut self, option: RawOption<'_>) {
        if option.kind == AUTHENTICATION {
            self.auth.clear();
        }
        self.lcp.rejected(option);
    }

    fn begin_judging(&mut self) {
        self.lcp.begin_judging();
    }

    fn judge(&mut self, option: RawOption<'_>) -> Verdict {
        self.lcp.judge(option)
    }

    fn desired(&mut self, kind: u8) -> Option<Vec<u8>> {
        self.lcp.desired(kind)
    }

    fn magic(&self) -> u32 {
        self.lcp.magic()
    }
}

/// IPCP that gives addresses.
struct ServerIpcp;

impl Protocol for ServerIpcp {
    const NUMBER: u16 = IPCP;

    fn reset(&mut self) {}

    fn request(&self) -> Vec<u8> {
        let mut options = Vec::new();
        push(&mut options, ADDRESS, &LOCAL.octets());
        options
    }

    fn nakked(&mut self, _option: RawOption<'_>) {}

    fn rejected(&mut self, _option: RawOption<'_>) {}

    fn begin_judging(&mut self) {}

    fn judge(&mut self, option: RawOption<'_>) -> Verdict {
        let right = match option.kind {
            ADDRESS => REMOTE,
            PRIMARY_DNS | SECONDARY_DNS => DNS,
            _ => return Verdict::Reject,
        };
        if option.data == right.octets() { Verdict::Ack } else { Verdict::Nak(right.octets().to_vec()) }
    }

    fn desired(&mut self, _kind: u8) -> Option<Vec<u8>> {
        None
    }
}

/// The answering end of a line.
pub(crate) struct Server {
    deframer: Deframer,
    lcp: Control<ServerLcp>,
    ipcp: Control<ServerIpcp>,
    ipv6cp: Option<Control<Ipv6cp>>,
    authenticated: bool,
    open: bool,
    demands_auth: bool,
    challenges: u8,
    /// It asks for CHAP and then does not challenge.
    pub(crate) mute_chap: bool,
    /// Echo-Replies that came in.
    pub(crate) echo_replies: u32,
    /// Datagrams that came in, with their protocol.
    pub(crate) datagrams: VecDeque<(u16, Vec<u8>)>,
    transmits: VecDeque<Vec<u8>>,
}

impl Server {
    /// `auth` is the data of its Authentication-Protocol option.
    pub(crate) fn new(auth: Option<&[u8]>, ipv6: bool) -> Self {
        Self::offering(auth.as_slice(), ipv6)
    }

    /// `auth` are the data of the Authentication-Protocol options that it has, the first one first.
    pub(crate) fn offering(auth: &[&[u8]], ipv6: bool) -> Self {
        let wanted = Settings { accm: 0, pfc: true, acfc: true, ..Settings::DEFAULT };
        let lcp = ServerLcp {
            lcp: Lcp::new(wanted, None, Random::new(99)),
            auth: auth.iter().map(|auth| auth.to_vec()).collect(),
        };
        let limits = Limits::default();
        Self {
            deframer: Deframer::new(1506),
            lcp: Control::new(lcp, limits),
            ipcp: Control::new(ServerIpcp, limits),
            ipv6cp: ipv6.then(|| Control::new(Ipv6cp::new(Random::new(98)), limits)),
            authenticated: false,
            open: false,
            demands_auth: !auth.is_empty(),
            challenges: 0,
            mute_chap: false,
            echo_replies: 0,
            datagrams: VecDeque::new(),
            transmits: VecDeque::new(),
        }
    }

    pub(crate) fn up(&mut self, now: Instant) {
        self.lcp.handle_open(now);
        self.lcp.handle_up(now);
        self.pump(now);
    }

    pub(crate) fn close(&mut self, now: Instant, reason: &str) {
        self.lcp.handle_close(now, reason);
        self.pump(now);
    }

    /// Sends any packet, sensible or not.
    pub(crate) fn send(&mut self, protocol: u16, information: &[u8]) {
        let frame = Frame { protocol, information }.emit(false, false);
        self.transmits.push_back(encode(&frame, 0xffff_ffff));
    }

    pub(crate) fn handle_octets(&mut self, now: Instant, octets: &[u8]) {
        let mut frames = Vec::new();
        let mut input = octets;
        while let Some(item) = self.deframer.take(&mut input) {
            if let Item::Frame(frame) = item {
                frames.push(frame.to_vec());
            }
        }
        for frame in frames {
            let Ok(Frame { protocol, information }) = Frame::parse(&frame) else { continue };
            match protocol {
                LCP => {
                    self.echo_replies += u32::from(information.first() == Some(&10));
                    let _ = self.lcp.handle_packet(now, information);
                }
                PAP => self.handle_pap(now, information),
                CHAP => self.handle_chap(now, information),
                IPCP => {
                    let _ = self.ipcp.handle_packet(now, information);
                }
                IPV6CP if self.ipv6cp.is_some() => {
                    let _ = self.ipv6cp.as_mut().map(|ipv6cp| ipv6cp.handle_packet(now, information));
                }
                _ => self.datagrams.push_back((protocol, information.to_vec())),
            }
            self.pump(now);
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        self.lcp.handle_timeout(now);
        self.ipcp.handle_timeout(now);
        if let Some(ipv6cp) = &mut self.ipv6cp {
            ipv6cp.handle_timeout(now);
        }
        self.pump(now);
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let ipv6cp = self.ipv6cp.as_ref().and_then(Control::poll_timeout);
        [self.ipcp.poll_timeout(), ipv6cp].into_iter().fold(self.lcp.poll_timeout(), earliest)
    }

    pub(crate) fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.transmits.pop_front()
    }

    fn handle_pap(&mut self, now: Instant, information: &[u8]) {
        let Ok(packet) = Packet::new_checked(information) else { return };
        let good = pap::parse_request(packet.data()) == Some((b"alice", b"secret"));
        let (code, data) = if good { (2, &b"\x08Login ok"[..]) } else { (3, &b"\x0fLogin incorrect"[..]) };
        self.send(PAP, &emit(code, packet.identifier(), data));
        self.authenticated(now, good);
    }

    /// Sends a Challenge under a new Identifier, with a Value of that many octets.
    pub(crate) fn challenge(&mut self) {
        self.challenges += 1;
        let data = chap::emit_value(&vec![0x5a; usize::from(self.challenges)], b"dialin");
        self.send(CHAP, &emit(chap::CHALLENGE, self.challenges, &data));
    }

    fn handle_chap(&mut self, now: Instant, information: &[u8]) {
        let Ok(packet) = Packet::new_checked(information) else { return };
        let challenge = vec![0x5a; usize::from(self.challenges)];
        let value = chap::response_value(self.challenges, b"secret", &challenge);
        let good = packet.identifier() == self.challenges
            && chap::parse_value(packet.data()) == Some((&value[..], &b"alice"[..]));
        let (code, message) =
            if good { (chap::SUCCESS, &b"Access granted"[..]) } else { (chap::FAILURE, &b"Access denied"[..]) };
        self.send(CHAP, &emit(code, packet.identifier(), message));
        self.authenticated(now, good);
    }

    fn authenticated(&mut self, now: Instant, good: bool) {
        if good {
            self.authenticated = true;
            self.network(now);
        } else {
            self.lcp.handle_close(now, "Authentication failed");
        }
    }

    fn network(&mut self, now: Instant) {
        self.ipcp.handle_open(now);
        self.ipcp.handle_up(now);
        if let Some(ipv6cp) = &mut self.ipv6cp {
            ipv6cp.handle_open(now);
            ipv6cp.handle_up(now);
        }
    }

    fn pump(&mut self, now: Instant) {
        while let Some(output) = self.lcp.poll_output() {
            match output {
                Output::Packet(packet) => self.send(LCP, &packet),
                Output::Up => {
                    self.open = true;
                    self.deframer.set_accm(0);
                    match self.lcp.protocol().auth.front().map(Vec::as_slice) {
                        _ if !self.demands_auth => self.network(now),
                        None => self.lcp.handle_close(now, "peer refused to authenticate"),
                        Some([0xc2, 0x23, 5]) if !self.mute_chap => self.challenge(),
                        Some(_) => {}
                    }
                }
                Output::Down => {
                    self.open = false;
                    self.ipcp.handle_down(now);
                    if let Some(ipv6cp) = &mut self.ipv6cp {
                        ipv6cp.handle_down(now);
                    }
                }
                _ => {}
            }
        }
        while let Some(output) = self.ipcp.poll_output() {
            if let Output::Packet(packet) = output {
                self.send(IPCP, &packet);
            }
        }
        while let Some(output) = self.ipv6cp.as_mut().and_then(Control::poll_output) {
            if let Output::Packet(packet) = output {
                self.send(IPV6CP, &packet);
            }
        }
    }
}
