//! What a packet from the subject is in the abstract alphabet, and what it means for the phase: octets in, outputs out.
//!
//! It needs no conversation of its own: whoever has the frames of a line, with who sent them, has the outputs.

use offhook_ppp::frame::{Frame, LCP};
use offhook_ppp::packet::{Code, Packet};
use offhook_ppp::{chap, pap};

use super::layer::Layer;
use super::symbol::{Output, Outputs};

/// Sees both directions of a line.
#[derive(Clone, Debug)]
pub struct Observer {
    layer: Layer,
    /// Identifier and options of the last Configure-Request to the subject, of the layer under test.
    asked: (u8, Vec<u8>),
    /// LCP below the layer under test: whether the subject has acknowledged, and been acknowledged.
    acknowledged: (bool, bool),
    /// The layers above have begun.
    has_upper: bool,
    /// This-Layer-Finished was told.
    is_finished: bool,
    outputs: Vec<Output>,
}

impl Observer {
    /// Before carrier.
    pub const fn new(layer: Layer) -> Self {
        Self {
            layer,
            asked: (0, Vec::new()),
            acknowledged: (false, false),
            has_upper: false,
            is_finished: false,
            outputs: Vec::new(),
        }
    }

    /// Carrier.
    pub const fn handle_up(&mut self) {
        self.is_finished = false;
        self.has_upper = false;
        self.acknowledged = (false, false);
    }

    /// The subject has hung up.
    pub fn handle_hang_up(&mut self) {
        if !std::mem::replace(&mut self.is_finished, true) {
            self.outputs.push(Output::Tlf);
        }
    }

    /// A frame, address to information.
    pub fn handle_frame(&mut self, by_subject: bool, frame: &[u8]) {
        if let Ok(Frame { protocol, information }) = Frame::parse(frame) {
            if by_subject {
                self.handle_came(protocol, information);
            } else {
                self.handle_sent(protocol, information);
            }
        }
    }

    /// A packet to the subject.
    pub fn handle_sent(&mut self, protocol: u16, information: &[u8]) {
        let Ok(packet) = Packet::new_checked(information) else { return };
        if protocol == self.layer.protocol() && packet.code() == Code::ConfigureRequest {
            self.asked = (packet.identifier(), packet.data().to_vec());
        }
        if protocol == LCP && packet.code() == Code::ConfigureAck {
            self.acknowledged.1 = true;
        }
    }

    /// A packet from the subject.
    pub fn handle_came(&mut self, protocol: u16, information: &[u8]) {
        let packet = Packet::new_checked(information).ok();
        if protocol == self.layer.protocol() {
            let output = packet.map_or(Output::Other, |packet| self.output(packet));
            if (self.layer, output) == (Layer::Lcp, Output::Scr) {
                self.has_upper = false;
            }
            self.outputs.push(output);
        } else if protocol == LCP {
            match packet.map(|packet| packet.code()) {
                Some(Code::TerminateRequest) => self.handle_hang_up(),
                Some(Code::ConfigureRequest) => {
                    let was_opened = std::mem::take(&mut self.acknowledged) == (true, true);
                    if was_opened {
                        self.has_upper = false;
                        self.outputs.push(Output::Lower);
                    }
                }
                Some(Code::ConfigureAck) => self.acknowledged.0 = true,
                _ => {}
            }
        } else if !std::mem::replace(&mut self.has_upper, true) && self.layer != Layer::Ipcp {
            self.outputs.push(Output::Tlu);
        }
    }

    /// What the subject did since this was last asked.
    pub fn take_outputs(&mut self) -> Outputs {
        Outputs::new(std::mem::take(&mut self.outputs))
    }

    /// What a packet of the layer under test is.
    fn output(&self, packet: Packet<'_>) -> Output {
        match self.layer {
            Layer::Lcp | Layer::Ipcp => self.control(packet),
            Layer::Pap => match pap::Repr::parse(&packet) {
                Ok(pap::Repr::Request { .. }) => Output::AuthRequest,
                Ok(pap::Repr::Ack { .. }) => Output::AuthAck,
                Ok(pap::Repr::Nak { .. }) => Output::AuthNak,
                Ok(pap::Repr::Unknown { .. }) | Err(_) => Output::Other,
            },
            Layer::Chap => match chap::Repr::parse(&packet) {
                Ok(chap::Repr::Challenge { .. }) => Output::Challenge,
                Ok(chap::Repr::Response { .. }) => Output::Response,
                Ok(chap::Repr::Success { .. }) => Output::Success,
                Ok(chap::Repr::Failure { .. }) => Output::Failure,
                Ok(chap::Repr::Unknown { .. }) | Err(_) => Output::Other,
            },
        }
    }

    fn control(&self, packet: Packet<'_>) -> Output {
        match packet.code() {
            Code::ConfigureRequest => Output::Scr,
            Code::ConfigureAck => {
                let (identifier, options) = &self.asked;
                let same = (packet.identifier(), packet.data()) == (*identifier, &options[..]);
                if same { Output::Sca } else { Output::ScaWrong }
            }
            Code::ConfigureNak => Output::ScnNak,
            Code::ConfigureReject => Output::ScnReject,
            Code::TerminateRequest => Output::Str,
            Code::TerminateAck => Output::Sta,
            Code::CodeReject => Output::Scj,
            Code::ProtocolReject => Output::Spj,
            Code::EchoRequest => Output::EchoRequest,
            Code::EchoReply => Output::Ser,
            Code::DiscardRequest | Code::Unknown(_) => Output::Other,
        }
    }
}
