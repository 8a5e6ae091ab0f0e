//! The caller's PPP: what it offers, asks for and takes.

use std::net::Ipv4Addr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// An authentication protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum AuthProtocol {
    /// RFC 1334.
    Pap,
    /// RFC 1994, MD5.
    Chap,
    /// RFC 2433.
    MsChap,
    /// RFC 2759.
    #[serde(rename = "ms-chap-v2")]
    MsChapV2,
    /// RFC 3748, whatever method it carries.
    Eap,
}

impl AuthProtocol {
    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pap => "PAP",
            Self::Chap => "CHAP",
            Self::MsChap => "MS-CHAP",
            Self::MsChapV2 => "MS-CHAPv2",
            Self::Eap => "EAP",
        }
    }
}

/// Which authentication protocols the caller takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AcceptedAuth {
    /// PAP or CHAP with MD5, whichever the server asks for; anything else is answered by a Configure-Nak for CHAP, then
    /// for PAP.
    #[default]
    Any,
    /// PAP: anything else is answered by a Configure-Nak for PAP.
    Pap,
    /// CHAP with MD5: likewise.
    Chap,
    /// A Configure-Nak for MS-CHAPv2 first, as Windows does; then whatever is asked for of PAP and CHAP.
    MsChapFirst,
    /// MS-CHAP: as with PAP alone.
    MsChap,
    /// MS-CHAPv2: likewise.
    MsChapV2,
    /// EAP, with MD5-Challenge: likewise.
    Eap,
    /// All of them, whichever the server asks for.
    All,
}

/// Who begins LCP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// The caller asks at once, and gives up if nobody answers.
    #[default]
    Active,
    /// The caller asks at once; if nobody answers, it waits to be asked.
    Passive,
    /// The caller waits to be asked.
    Silent,
}

/// How a caller watches its line by Link-Quality-Reports (RFC 1989).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QualityReports {
    /// From each of the server's reports to the next, at most.
    pub period: Duration,
    /// A period is bad with more frames lost than so many of a hundred.
    pub loss: u8,
    /// The quality is poor with so many bad periods,
    pub bad: u32,
    /// of the last so many.
    pub of: u32,
    /// Whether it ends PPP then.
    pub ends: bool,
}

impl QualityReports {
    /// Frames of a hundred that may be lost, if nothing is said.
    pub const LOSS: u8 = 10;
    /// Bad periods that make poor quality, and of how many, likewise.
    pub const BAD: (u32, u32) = (3, 5);
}

/// Echo-Requests of the caller (RFC 1661 §5.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EchoRequests {
    /// From LCP's Opened to the first, and from each to the next.
    pub interval: Duration,
    /// The link is given up with so many unanswered; `None`: it is not.
    pub failure: Option<u32>,
}

/// What packets are compressed or encrypted by (CCP, RFC 1962).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compress {
    /// Deflate (RFC 1979), by its number and by that of its draft.
    Deflate,
    /// Deflate by its draft's number alone.
    DeflateDraft,
    /// BSD-Compress (RFC 1977).
    Bsd,
    /// MPPE (RFC 3078) without state, with keys of any strength.
    Mppe,
    /// Likewise, of 40 bits.
    #[serde(rename = "mppe-40")]
    Mppe40,
    /// Likewise, of 56 bits.
    #[serde(rename = "mppe-56")]
    Mppe56,
    /// Likewise, of 128 bits.
    #[serde(rename = "mppe-128")]
    Mppe128,
    /// MPPE with state, with keys of any strength.
    MppeStateful,
}

impl Compress {
    /// Whether it encrypts, so that the link ends without it.
    pub const fn encrypts(self) -> bool {
        !matches!(self, Self::Deflate | Self::DeflateDraft | Self::Bsd)
    }
}

/// Magic-Number (RFC 1661 §6.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Magic {
    /// A new one for each negotiation.
    #[default]
    Random,
    /// This one.
    Fixed(u32),
    /// None is asked for.
    None,
}

/// The caller's PPP.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PppClient {
    /// User name; with neither name nor password the caller offers no authentication
    /// (it rejects the server's Authentication-Protocol option).
    pub user: Option<String>,
    /// Password.
    pub password: Option<String>,
    /// Address the caller asks for; 0.0.0.0 unless stated.
    pub address: Option<Ipv4Addr>,
    /// Whether it asks for DNS servers. True unless stated otherwise.
    pub ask_dns: bool,
    /// Whether it asks for WINS servers. False unless stated otherwise.
    pub ask_wins: bool,
    /// Whether it negotiates IPCP. True unless stated otherwise.
    pub ip: bool,
    /// Maximum-Receive-Unit it asks for, in octets.
    pub mru: u16,
    /// ACCM it asks for.
    pub accm: u32,
    /// Magic-Number it asks for.
    pub magic: Magic,
    /// Whether it asks for Protocol-Field-Compression.
    pub pfc: bool,
    /// Whether it asks for Address-and-Control-Field-Compression.
    pub acfc: bool,
    /// Who begins.
    pub start: Start,
    /// Its own Echo-Requests, if it sends any.
    pub echo: Option<EchoRequests>,
    /// The Link-Quality-Reports it asks for, if it asks for any.
    pub quality: Option<QualityReports>,
    /// Whether it negotiates IPV6CP. False unless stated otherwise.
    pub ipv6: bool,
    /// For how many connections it takes and sends compressed headers (Van Jacobson's, RFC 1144); `None`: it does not.
    pub vj_slots: Option<u16>,
    /// What it asks to have packets compressed by, and compresses by if it is asked to; `None`: it rejects CCP.
    pub compress: Option<Compress>,
    /// Which authentication it takes.
    pub auth: AcceptedAuth,
    /// From carrier to its first Configure-Request.
    pub delay: Duration,
    /// Its Restart timer (RFC 1661 §4.6).
    pub restart: Duration,
    /// Whether it takes no other address than the one it asks for.
    pub insist: bool,
    /// Whether its IPCP says nothing of an address. False unless stated otherwise.
    pub no_address: bool,
    /// Whether it asks to be called back (LCP Callback, RFC 1570 §2.3), as Windows does.
    pub callback: bool,
    /// The number to be called back at, if the server lets the caller choose.
    pub callback_number: Option<String>,
    /// Every so many Echo-Requests one is not answered; 1: none is.
    pub miss_echo: Option<u32>,
    /// Go on to the next step when this phase begins, instead of when the network is up or the link has failed.
    pub until: Option<Phase>,
}

impl PppClient {
    /// The Restart timer if nothing is said (RFC 1661 §4.6).
    pub const RESTART: Duration = Duration::from_secs(3);
    /// The Maximum-Receive-Unit that needs no asking (RFC 1661 §6.1).
    pub const MRU: u16 = 1500;
    /// Connections whose headers are compressed, if nothing else is said: as many as pppd has.
    pub const VJ_SLOTS: u16 = 16;
}

impl Default for PppClient {
    /// As it is if nothing is said.
    fn default() -> Self {
        Self {
            user: None,
            password: None,
            address: None,
            ask_dns: true,
            ask_wins: false,
            ip: true,
            mru: Self::MRU,
            accm: 0,
            magic: Magic::Random,
            pfc: true,
            acfc: true,
            start: Start::Active,
            echo: None,
            quality: None,
            ipv6: false,
            vj_slots: None,
            compress: None,
            auth: AcceptedAuth::default(),
            delay: Duration::ZERO,
            restart: Self::RESTART,
            insist: false,
            no_address: false,
            callback: false,
            callback_number: None,
            miss_echo: None,
            until: None,
        }
    }
}

/// Phases of a link (RFC 1661 section 3.2) at whose beginning a step may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// The caller has sent its first Configure-Request of LCP.
    Establish,
    /// LCP is Opened and the caller authenticates itself: its first Authenticate-Request is out.
    Authenticate,
    /// IPCP is being negotiated: its first Configure-Request is out.
    Network,
}
