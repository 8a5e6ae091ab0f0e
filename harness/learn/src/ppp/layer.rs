//! What is under test: a layer of PPP, at one end of the line, with the inputs it is asked with and what good and bad
//! options are to it.

use std::net::Ipv4Addr;

use offhook_ppp::auth::{Credentials, Method};
use offhook_ppp::frame::{CHAP, IPCP, LCP, PAP};
use offhook_ppp::ipcp;
use offhook_ppp::lcp::{self, LcpOption};
use serde::{Deserialize, Serialize};

use super::symbol::Input;

/// A protocol that has states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Layer {
    /// RFC 1661. What comes after it is brought up by the mapper, and the first packet of that is "This-Layer-Up".
    Lcp,
    /// RFC 1332, on a link that the mapper brings up.
    Ipcp,
    /// RFC 1334, likewise.
    Pap,
    /// RFC 1994, likewise.
    Chap,
}

impl Layer {
    /// Its Protocol field.
    pub const fn protocol(self) -> u16 {
        match self {
            Self::Lcp => LCP,
            Self::Ipcp => IPCP,
            Self::Pap => PAP,
            Self::Chap => CHAP,
        }
    }

    /// `LCP`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lcp => "LCP",
            Self::Ipcp => "IPCP",
            Self::Pap => "PAP",
            Self::Chap => "CHAP",
        }
    }

    /// How one end authenticates itself, if this is it.
    pub(super) const fn method(self) -> Option<Method> {
        match self {
            Self::Pap => Some(Method::Pap),
            Self::Chap => Some(Method::Chap),
            Self::Lcp | Self::Ipcp => None,
        }
    }

    /// Whether it is an automaton of RFC 1661 §4.
    pub const fn is_automaton(self) -> bool {
        matches!(self, Self::Lcp | Self::Ipcp)
    }
}

/// Which end of the line the subject is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// It asks for an address, and proves who it is.
    Calling,
    /// It gives addresses, and wants to know who the peer is.
    Answering,
}

/// What is asked, of whom.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The layer.
    pub layer: Layer,
    /// The end that the subject is.
    pub end: End,
    /// Name and password that both ends know.
    pub credentials: Credentials,
    /// The subject's address if it answers, the one it is given if it calls; the other one is the mapper's.
    pub addresses: Addresses,
    /// Options for Configure packets to the subject.
    pub options: OptionSet,
}

/// Addresses of IPCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// Of the end that answers.
    pub answering: Ipv4Addr,
    /// Of the end that calls.
    pub calling: Ipv4Addr,
}

/// Options, as they stand in Configure packets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionSet {
    /// Acceptable to the subject.
    pub good: Vec<u8>,
    /// Known to the subject and not acceptable; `None` if there are none.
    pub to_nak: Option<Vec<u8>>,
    /// Not known to the subject.
    pub to_reject: Vec<u8>,
    /// What a Configure-Nak to the subject proposes. It must not make the subject give up.
    pub nak: Vec<u8>,
    /// Options of the subject's requests that may be rejected, so that it goes on without them.
    pub rejectable: Vec<u8>,
}

/// An option that nobody knows.
const UNKNOWN: [u8; 3] = [0xfa, 3, 0x55];
/// The Magic-Number of the mapper.
pub(super) const MAGIC: u32 = 0x6f66_6601;

impl Setup {
    /// A layer of a subject that behaves like pppd or offhook.
    pub fn new(layer: Layer, end: End) -> Self {
        let addresses =
            Addresses { answering: Ipv4Addr::new(192, 168, 32, 1), calling: Ipv4Addr::new(192, 168, 32, 105) };
        let credentials = Credentials::new("alice", "secret");
        Self { layer, end, credentials, addresses, options: OptionSet::new(layer, end, addresses) }
    }

    /// The inputs that make sense for the layer and the end.
    pub fn inputs(&self) -> Vec<Input> {
        let mut inputs = match (self.layer, self.end) {
            (Layer::Lcp | Layer::Ipcp, _) => vec![
                Input::RequestGood,
                Input::RequestNak,
                Input::RequestReject,
                Input::Ack,
                Input::AckIdentifier,
                Input::AckOptions,
                Input::Nak,
                Input::Reject,
                Input::NakIdentifier,
                Input::TerminateRequest,
                Input::TerminateAck,
                Input::UnknownCode,
                Input::CodeReject,
                Input::CodeRejectFatal,
                Input::ProtocolReject,
                Input::ProtocolRejectFatal,
                Input::ProtocolRejectNetwork,
                Input::EchoRequest,
                Input::EchoReply,
                Input::Discard,
                Input::Timeout,
                Input::Carrier,
            ],
            (Layer::Pap, End::Answering) => {
                vec![Input::AuthRequest, Input::AuthRequestWrong, Input::AuthAck, Input::AuthNak]
            }
            (Layer::Pap, End::Calling) => {
                vec![Input::AuthAck, Input::AuthAckIdentifier, Input::AuthNak, Input::AuthRequest]
            }
            (Layer::Chap, End::Answering) => vec![
                Input::Response,
                Input::ResponseWrong,
                Input::ResponseIdentifier,
                Input::Challenge,
                Input::Success,
                Input::Failure,
            ],
            (Layer::Chap, End::Calling) => {
                vec![Input::Challenge, Input::Success, Input::SuccessIdentifier, Input::Failure, Input::Response]
            }
        };
        match self.layer {
            Layer::Lcp => {}
            // The codes that only LCP has are unknown ones to IPCP; Echo-Request stands for them.
            Layer::Ipcp => inputs.retain(|input| {
                !matches!(
                    input,
                    Input::ProtocolReject | Input::ProtocolRejectNetwork | Input::EchoReply | Input::Discard
                )
            }),
            Layer::Pap | Layer::Chap => {
                inputs.extend([Input::UnknownCode, Input::NetworkRequest, Input::Silence, Input::Carrier]);
            }
        }
        if self.options.to_nak.is_none() {
            inputs.retain(|input| *input != Input::RequestNak);
        }
        inputs
    }
}

impl OptionSet {
    fn new(layer: Layer, end: End, addresses: Addresses) -> Self {
        let address = |address: Ipv4Addr| [&[ipcp::ADDRESS, 6], &address.octets()[..]].concat();
        match (layer, end) {
            (Layer::Ipcp, End::Answering) => Self {
                good: address(addresses.calling),
                to_nak: Some(address(Ipv4Addr::UNSPECIFIED)),
                to_reject: UNKNOWN.to_vec(),
                nak: address(Ipv4Addr::new(10, 9, 8, 7)),
                rejectable: vec![ipcp::COMPRESSION],
            },
            (Layer::Ipcp, End::Calling) => Self {
                good: address(addresses.answering),
                // Whoever calls has no address to give, and knows no value that would do.
                to_nak: None,
                to_reject: UNKNOWN.to_vec(),
                nak: address(addresses.calling),
                rejectable: vec![ipcp::SECONDARY_DNS, ipcp::PRIMARY_DNS, ipcp::COMPRESSION],
            },
            (Layer::Lcp | Layer::Pap | Layer::Chap, _) => {
                let mut good = Vec::new();
                LcpOption::Magic(MAGIC).emit(&mut good);
                let mru = |mru| {
                    let mut options = Vec::new();
                    LcpOption::Mru(mru).emit(&mut options);
                    options
                };
                Self {
                    to_nak: Some([&good[..], &mru(64)].concat()),
                    to_reject: [&good[..], &UNKNOWN].concat(),
                    nak: mru(1400),
                    rejectable: vec![lcp::ACFC, lcp::PFC],
                    good,
                }
            }
        }
    }
}
