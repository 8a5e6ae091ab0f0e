//! Names of protocols, codes and options, as the RFCs have them.

use crate::frame::{
    CBCP, CCP, CHAP, COMPRESSED, EAP, ECP, ENCRYPTED, IP, IPCP, IPV6, LCP, LQR, PAP, VJ_COMPRESSED, VJ_UNCOMPRESSED,
};
use crate::options::RawOption;
use crate::print::{coded_name, option_text};
use crate::{ccp, ecp, ipcp, lcp};

/// The name of a protocol, or that it has none here.
pub(super) fn name(protocol: u16) -> &'static str {
    match protocol {
        IP => "IP",
        IPV6 => "IPv6",
        LQR => "LQR",
        VJ_COMPRESSED => "VJ compressed TCP/IP",
        VJ_UNCOMPRESSED => "VJ uncompressed TCP/IP",
        COMPRESSED => "compressed datagram",
        ENCRYPTED => "encrypted datagram",
        _ => coded_name(protocol).unwrap_or("not known here"),
    }
}

/// The name of a Code, as the protocol's RFC has it.
pub(super) fn code_name(protocol: u16, code: u8) -> &'static str {
    match (protocol, code) {
        (PAP, 1) => "Authenticate-Request",
        (PAP, 2) => "Authenticate-Ack",
        (PAP, 3) => "Authenticate-Nak",
        (CHAP, 1) => "Challenge",
        (CHAP, 2) | (EAP, 2) => "Response",
        (CHAP | EAP, 3) => "Success",
        (CHAP | EAP, 4) => "Failure",
        (CHAP, 5..=7) => "Change-Password",
        (EAP | CBCP, 1) => "Request",
        (CBCP, 2) => "Response",
        (CBCP, 3) => "Ack",
        (PAP | CHAP | EAP | CBCP, _) => "not known here",
        (_, 1) => "Configure-Request",
        (_, 2) => "Configure-Ack",
        (_, 3) => "Configure-Nak",
        (_, 4) => "Configure-Reject",
        (_, 5) => "Terminate-Request",
        (_, 6) => "Terminate-Ack",
        (_, 7) => "Code-Reject",
        (LCP, 8) => "Protocol-Reject",
        (LCP, 9) => "Echo-Request",
        (LCP, 10) => "Echo-Reply",
        (LCP, 11) => "Discard-Request",
        (LCP, 12) => "Identification",
        (LCP, 13) => "Time-Remaining",
        (CCP | ECP, 14) => "Reset-Request",
        (CCP | ECP, 15) => "Reset-Ack",
        _ => "not known here",
    }
}

/// An option in pppd's words; if pppd has none, the RFC's name and digits.
pub(super) fn option(protocol: u16, option: RawOption<'_>) -> String {
    let text = option_text(protocol, option);
    let name = match (protocol, option.kind) {
        (LCP, lcp::FCS) => "FCS-Alternatives",
        (LCP, lcp::PADDING) => "Self-Describing-Padding",
        (LCP, lcp::COMPOUND) => "Compound-Frames",
        (IPCP, ipcp::MOBILE_IPV4) => "Mobile-IPv4",
        (CCP, ccp::OUI) | (ECP, ecp::OUI) => "Proprietary",
        _ => return text.trim_start().to_owned(),
    };
    if text.starts_with(' ') { format!("{name}{text}") } else { text }
}
