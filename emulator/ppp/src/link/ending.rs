//! Why a link is over.

use std::fmt;
use std::net::Ipv4Addr;

use crate::packet::Code;
use crate::print::coded_name;
use crate::quality::PoorQuality;

/// The first cause of the link's end that came up. `Display` gives it as a clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkEnding {
    /// This end closed it, with these words for the peer.
    Closed(String),
    /// The peer's Terminate-Request, with its words.
    ByPeer(Vec<u8>),
    /// Our own Magic-Number came back, again and again (RFC 1661 §6.4).
    LoopedBack,
    /// So many Configure-Requests of LCP led to no agreement.
    NoAgreement(u32),
    /// A protocol came to no agreement, and nothing is left without it.
    NotConverging(NotConverging),
    /// So many Terminate-Requests were not answered.
    NoTerminateAck(u32),
    /// The peer rejects LCP itself.
    LcpRejected,
    /// The peer rejects this code of LCP, without which there is no negotiation.
    CodeRejected(u8),
    /// So many Echo-Requests in a row were not answered.
    EchoFailure(u32),
    /// The line loses too much.
    PoorQuality(PoorQuality),
    /// The peer gives this end no IP address.
    NoAddress,
    /// The peer rejects the address that this end insists on.
    AddressRejected(Ipv4Addr),
    /// No network protocol is left.
    NoNetwork,
    /// This end goes on encrypted only, and cannot for this reason.
    NotEncrypted(&'static str),
    /// Something else: LCP is simply finished.
    Finished,
}

/// A protocol that was closed because the peer never agreed (RFC 1661 §4.6, "configuration is not converging").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotConverging {
    /// The Protocol field.
    pub protocol: u16,
    /// Configure-Requests of one negotiation that the peer answered with a Configure-Nak or -Reject.
    pub rounds: u32,
}

impl fmt::Display for NotConverging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = coded_name(self.protocol).unwrap_or("a protocol");
        write!(f, "{name} came to no agreement: {} Configure-Requests were answered with a Nak or Reject", self.rounds)
    }
}

impl fmt::Display for LinkEnding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(words) => write!(f, "closed by this end (\"{words}\")"),
            Self::ByPeer(words) => write!(f, "terminated by the peer (\"{}\")", String::from_utf8_lossy(words)),
            Self::LoopedBack => f.write_str("the line is looped back: our own Magic-Number returns"),
            Self::NoAgreement(requests) => {
                write!(f, "LCP did not come up: {requests} Configure-Requests without agreement")
            }
            Self::NotConverging(what) => what.fmt(f),
            Self::NoTerminateAck(requests) => write!(f, "{requests} Terminate-Requests were not answered"),
            Self::LcpRejected => f.write_str("the peer rejects LCP itself"),
            Self::CodeRejected(code) => {
                let code = Code::from(*code);
                write!(f, "the peer rejects code {} of LCP, {code:?}", u8::from(code))
            }
            Self::EchoFailure(requests) => {
                write!(f, "the peer does not respond: {requests} Echo-Requests not answered")
            }
            Self::PoorQuality(what) => what.fmt(f),
            Self::NoAddress => f.write_str("the peer gives this end no IP address"),
            Self::AddressRejected(address) => {
                write!(f, "the peer rejects the IP address this end insists on, {address}")
            }
            Self::NoNetwork => f.write_str("no network protocols running"),
            Self::NotEncrypted(why) => write!(f, "this end goes on with MPPE only, and {why}"),
            Self::Finished => f.write_str("LCP is finished"),
        }
    }
}
