//! The peer of the subject: abstract inputs in, octets out; octets in, abstract outputs out. No clock and no socket.
//!
//! It keeps what makes an input concrete: Identifier and options of the subject's last Configure-Request, its last
//! Challenge. The layers that are not under test it plays itself (`companion.rs`).

use std::collections::VecDeque;
use std::fmt;

use offhook_clock::Instant;
use offhook_ppp::chap::{self, response_value};
use offhook_ppp::frame::{CCP, CHAP, Compression, Frame, IPCP, LCP, PAP};
use offhook_ppp::hdlc::{Deframer, Item};
use offhook_ppp::options::Options;
use offhook_ppp::packet::{Code, Packet, Repr, emit};
use offhook_ppp::transparency::{DEFAULT_ACCM, encode};
use offhook_ppp::{pap, print};

use super::companion::{Companion, request};
use super::layer::{Layer, MAGIC, Setup};
use super::observer::Observer;
use super::symbol::{Input, Outputs};

/// The longest frame that is taken.
const LONGEST: usize = 4096;
/// An Identifier that nobody uses.
const STRANGE: u8 = 0x77;
/// A code that nobody knows.
const UNKNOWN_CODE: u8 = 0x63;
/// Identification (RFC 1570 §1.1): LCP gets along without it. To IPCP it is as good as any.
const DISPENSABLE_CODE: u8 = 12;

/// A frame that crossed the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossed {
    /// When.
    pub at: Instant,
    /// Whether the subject sent it.
    pub by_subject: bool,
    /// Address to information.
    pub frame: Vec<u8>,
}

/// As the subject's pppd logs it: `rcvd [LCP ConfReq id=0x1]`, `sent [LCP ConfAck id=0x1]`.
impl fmt::Display for Crossed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.by_subject { "sent" } else { "rcvd" };
        write!(f, "{word} {}", print::frame(&self.frame))
    }
}

/// A Configure-Request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Request {
    identifier: u8,
    options: Vec<u8>,
}

/// What makes inputs concrete.
#[derive(Debug, Default)]
struct Memory {
    /// The subject's last Configure-Request of the layer under test.
    request: Request,
    /// Identifier of the subject's last Terminate-Request.
    terminate: u8,
    /// Identifier and value of the subject's last Challenge.
    challenge: (u8, Vec<u8>),
    /// Identifier of the subject's last Authenticate-Request or Response.
    proof: u8,
    /// Identifier of the last packet that is no answer.
    own: u8,
}

/// A peer that does as it is told.
#[derive(Debug)]
pub struct Mapper {
    setup: Setup,
    deframer: Deframer,
    companion: Companion,
    memory: Memory,
    observer: Observer,
    transmits: VecDeque<Vec<u8>>,
    crossed: Vec<Crossed>,
}

impl Mapper {
    /// A peer before carrier.
    pub fn new(setup: Setup) -> Self {
        let observer = Observer::new(setup.layer);
        Self {
            setup,
            deframer: Deframer::new(LONGEST),
            companion: Companion::new(),
            memory: Memory::default(),
            observer,
            transmits: VecDeque::new(),
            crossed: Vec::new(),
        }
    }

    /// Carrier.
    pub fn handle_up(&mut self, now: Instant) {
        self.deframer.reset();
        self.observer.handle_up();
        self.memory.request = Request::default();
        let packets = self.companion.handle_up(now, &self.setup);
        self.send_all(now, packets);
    }

    /// Carrier is lost; what was not sent yet is lost with it.
    pub fn handle_down(&mut self) {
        self.transmits.clear();
        self.companion.handle_lower_down();
    }

    /// The subject has hung up.
    pub fn handle_hang_up(&mut self) {
        self.observer.handle_hang_up();
    }

    /// Octets from the subject.
    pub fn handle_octets(&mut self, now: Instant, octets: &[u8]) {
        let mut input = octets;
        let mut frames = Vec::new();
        while let Some(item) = self.deframer.take(&mut input) {
            if let Item::Frame(frame) = item {
                frames.push(frame.to_vec());
            }
        }
        for frame in frames {
            self.crossed.push(Crossed { at: now, by_subject: true, frame: frame.clone() });
            if let Ok(Frame { protocol, information }) = Frame::parse(&frame) {
                self.handle_packet(now, protocol, information);
            }
        }
    }

    /// Octets for the subject.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.transmits.pop_front()
    }

    /// What the subject did since this was last asked.
    pub fn take_outputs(&mut self) -> Outputs {
        self.observer.take_outputs()
    }

    /// The frames that crossed the line since this was last asked.
    pub fn take_crossed(&mut self) -> Vec<Crossed> {
        std::mem::take(&mut self.crossed)
    }

    /// Sends what `input` stands for. The two that are time and the one that is carrier are the player's business.
    pub fn handle_input(&mut self, now: Instant, input: Input) {
        if let Some((protocol, packet)) = self.concrete(input) {
            self.send(now, protocol, &packet);
        }
    }

    fn send_all(&mut self, now: Instant, packets: Vec<(u16, Vec<u8>)>) {
        for (protocol, packet) in packets {
            self.send(now, protocol, &packet);
        }
    }

    fn send(&mut self, now: Instant, protocol: u16, packet: &[u8]) {
        let frame = Frame { protocol, information: packet }.emit(Compression::NONE);
        self.observer.handle_sent(protocol, packet);
        self.transmits.push_back(encode(&frame, DEFAULT_ACCM));
        self.crossed.push(Crossed { at: now, by_subject: false, frame });
    }

    fn handle_packet(&mut self, now: Instant, protocol: u16, information: &[u8]) {
        self.observer.handle_came(protocol, information);
        let packet = Packet::new_checked(information);
        // What stands on LCP begins from the start with it.
        let begins_again = packet.as_ref().is_ok_and(|packet| packet.code() == Code::ConfigureRequest);
        if protocol == LCP && begins_again && (self.setup.layer == Layer::Lcp || self.companion.is_lcp_opened()) {
            self.companion.handle_lower_down();
        }
        if protocol == self.setup.layer.protocol() {
            if let Ok(packet) = packet {
                self.memory.remember(self.setup.layer, packet);
            }
            return;
        }
        let packets = match protocol {
            LCP => self.companion.handle_lcp(now, information, &self.setup),
            _ => self.companion.handle_upper(now, protocol, information, &self.setup),
        };
        self.send_all(now, packets);
    }

    /// The packet that an input stands for.
    fn concrete(&mut self, input: Input) -> Option<(u16, Vec<u8>)> {
        let layer = self.setup.layer.protocol();
        let options = self.setup.options.clone();
        let Request { identifier, options: asked } = self.memory.request.clone();
        let strange = identifier ^ STRANGE;
        let packet = match input {
            Input::Carrier | Input::Timeout | Input::Silence => return None,
            Input::RequestGood => self.request(options.good),
            Input::RequestNak => self.request(options.to_nak.unwrap_or(options.good)),
            Input::RequestReject => self.request(options.to_reject),
            Input::Ack => emit(Code::ConfigureAck.into(), identifier, &asked),
            Input::AckIdentifier => emit(Code::ConfigureAck.into(), strange, &asked),
            Input::AckOptions => {
                emit(Code::ConfigureAck.into(), identifier, &[&asked[..], &options.to_reject].concat())
            }
            Input::Nak => emit(Code::ConfigureNak.into(), identifier, &options.nak),
            Input::NakIdentifier => emit(Code::ConfigureNak.into(), strange, &options.nak),
            Input::Reject => match dispensable(&asked, &options.rejectable) {
                Some(option) => emit(Code::ConfigureReject.into(), identifier, &option),
                None => emit(Code::ConfigureNak.into(), identifier, &options.nak),
            },
            Input::TerminateRequest => emit(Code::TerminateRequest.into(), self.own(), &[]),
            Input::TerminateAck => emit(Code::TerminateAck.into(), self.memory.terminate, &[]),
            Input::UnknownCode => emit(UNKNOWN_CODE, self.own(), &[]),
            Input::CodeReject => {
                let rejected = emit(DISPENSABLE_CODE, identifier, &MAGIC.to_be_bytes());
                Repr::CodeReject { rejected: &rejected }.emit(self.own())
            }
            Input::CodeRejectFatal => {
                let rejected = emit(Code::ConfigureRequest.into(), identifier, &asked);
                Repr::CodeReject { rejected: &rejected }.emit(self.own())
            }
            Input::ProtocolReject => return Some(self.protocol_reject(CCP, &[])),
            Input::ProtocolRejectFatal => {
                let rejected = emit(Code::ConfigureRequest.into(), identifier, &asked);
                return Some(self.protocol_reject(layer, &rejected));
            }
            Input::ProtocolRejectNetwork => return Some(self.protocol_reject(IPCP, &[])),
            Input::EchoRequest => self.echo(Code::EchoRequest),
            Input::EchoReply => self.echo(Code::EchoReply),
            Input::Discard => self.echo(Code::DiscardRequest),
            Input::NetworkRequest => {
                let address = [&[3, 6][..], &self.setup.addresses.calling.octets()].concat();
                return Some((IPCP, emit(Code::ConfigureRequest.into(), self.own(), &address)));
            }
            _ => return self.authentication(input),
        };
        Some((layer, packet))
    }

    fn authentication(&mut self, input: Input) -> Option<(u16, Vec<u8>)> {
        let (password, proof) = (self.setup.credentials.password.clone(), self.memory.proof);
        let pap = |packet| Some((PAP, packet));
        match input {
            Input::AuthRequest => pap(request(&self.setup, &password).emit(self.memory.next())),
            Input::AuthRequestWrong => pap(request(&self.setup, "not that").emit(self.memory.next())),
            Input::AuthAck => pap(pap::Repr::Ack { message: b"" }.emit(proof)),
            Input::AuthAckIdentifier => pap(pap::Repr::Ack { message: b"" }.emit(proof ^ STRANGE)),
            Input::AuthNak => pap(pap::Repr::Nak { message: b"" }.emit(proof)),
            _ => {
                let name = self.setup.credentials.user.as_bytes();
                let (identifier, challenge) = &self.memory.challenge;
                let right = response_value(*identifier, password.as_bytes(), challenge);
                let packet = match input {
                    Input::Challenge => chap::Repr::Challenge { value: &[0x5a; 16], name: b"mapper" }.emit(self.own()),
                    Input::Response => chap::Repr::Response { value: &right, name }.emit(*identifier),
                    Input::ResponseWrong => chap::Repr::Response { value: &[0; 16], name }.emit(*identifier),
                    Input::ResponseIdentifier => {
                        chap::Repr::Response { value: &right, name }.emit(identifier ^ STRANGE)
                    }
                    Input::Success => chap::Repr::Success { message: b"" }.emit(proof),
                    Input::SuccessIdentifier => chap::Repr::Success { message: b"" }.emit(proof ^ STRANGE),
                    Input::Failure => chap::Repr::Failure { message: b"" }.emit(proof),
                    _ => return None,
                };
                Some((CHAP, packet))
            }
        }
    }

    fn request(&mut self, options: Vec<u8>) -> Vec<u8> {
        emit(Code::ConfigureRequest.into(), self.own(), &options)
    }

    fn echo(&mut self, code: Code) -> Vec<u8> {
        Repr::Echo { code, magic: MAGIC, data: &[] }.emit(self.own())
    }

    fn protocol_reject(&mut self, protocol: u16, information: &[u8]) -> (u16, Vec<u8>) {
        (LCP, Repr::ProtocolReject { protocol, information }.emit(self.own()))
    }

    const fn own(&mut self) -> u8 {
        self.memory.next()
    }
}

impl Memory {
    /// Keeps what an answer to this packet of the subject's needs.
    fn remember(&mut self, layer: Layer, packet: Packet<'_>) {
        let identifier = packet.identifier();
        match layer {
            Layer::Lcp | Layer::Ipcp => match packet.code() {
                Code::ConfigureRequest => self.request = Request { identifier, options: packet.data().to_vec() },
                Code::TerminateRequest => self.terminate = identifier,
                _ => {}
            },
            Layer::Pap => {
                if let Ok(pap::Repr::Request { .. }) = pap::Repr::parse(&packet) {
                    self.proof = identifier;
                }
            }
            Layer::Chap => match chap::Repr::parse(&packet) {
                Ok(chap::Repr::Challenge { value, .. }) => self.challenge = (identifier, value.to_vec()),
                Ok(chap::Repr::Response { .. }) => self.proof = identifier,
                _ => {}
            },
        }
    }

    const fn next(&mut self) -> u8 {
        self.own = self.own.wrapping_add(1);
        self.own
    }
}

/// The first option in a request that the subject can do without.
fn dispensable(asked: &[u8], rejectable: &[u8]) -> Option<Vec<u8>> {
    let option = Options::new(asked).map_while(Result::ok).find(|option| rejectable.contains(&option.kind))?;
    let mut octets = Vec::new();
    option.emit(&mut octets);
    Some(octets)
}
