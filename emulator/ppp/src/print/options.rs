//! Configuration Options as pppd's log shows them: `mru 1500`, `auth chap MD5`, `ms-dns1 9.9.9.9`.
//!
//! An option in, the text between `<` and `>` out. What has no name, or a length it should not have, is digits.

use crate::ccp::MppeBits;
use crate::chap::Algorithm;
use crate::ecp::{self, EcpOption};
use crate::frame::{CCP, CHAP, EAP, ECP, IPCP, IPV6CP, LCP, PAP};
use crate::hex::{digits, spaced as hex};
use crate::ipcp::{IpcpOption, NameServer};
use crate::ipv6cp::Ipv6cpOption;
use crate::lcp::{CBCP, LcpOption};
use crate::options::RawOption;

/// The option's name and value.
pub(crate) fn option(protocol: u16, option: RawOption<'_>) -> String {
    let RawOption { kind, data } = option;
    let known = match protocol {
        LCP => lcp_option(option),
        IPCP => ipcp_option(option),
        IPV6CP => ipv6cp_option(option),
        CCP => ccp_option(kind, data),
        ECP => ecp_option(option),
        _ => None,
    };
    known.unwrap_or_else(|| {
        let mut octets = vec![kind, data.len() as u8 + 2];
        octets.extend_from_slice(data);
        // pppd prints Type and Length of what it does not know along with the rest.
        hex(&octets)
    })
}

fn lcp_option(option: RawOption<'_>) -> Option<String> {
    Some(match LcpOption::parse(option) {
        LcpOption::Mru(mru) => format!("mru {mru}"),
        LcpOption::Accm(accm) => format!("asyncmap 0x{accm:x}"),
        LcpOption::Authentication(data) => authentication(data)?,
        LcpOption::Quality { protocol: 0xc025, data } => format!("quality lqr{}", hex(data)),
        LcpOption::Quality { protocol, data } => format!("quality 0x{protocol:x}{}", hex(data)),
        LcpOption::Magic(magic) => format!("magic 0x{magic:x}"),
        LcpOption::Pfc => "pcomp".into(),
        LcpOption::Acfc => "accomp".into(),
        LcpOption::Callback { operation: CBCP, message } => format!("callback CBCP{}", hex(message)),
        LcpOption::Callback { operation, message } => format!("callback 0x{operation:x}{}", hex(message)),
        LcpOption::Mrru(mrru) => format!("mrru {mrru}"),
        LcpOption::ShortSequence => "ssnhf".into(),
        LcpOption::Endpoint { class, address } => format!("endpoint [{}]", endpoint(class, address)),
        // pppd shows these as digits.
        LcpOption::Fcs(_) | LcpOption::Padding(_) | LcpOption::Compound | LcpOption::Unknown(_) => return None,
    })
}

/// An Authentication-Protocol, with whatever data comes after what has a name.
fn authentication(data: &[u8]) -> Option<String> {
    let (protocol, rest) = data.split_first_chunk()?;
    Some(match (u16::from_be_bytes(*protocol), rest) {
        (PAP, _) => format!("auth pap{}", hex(rest)),
        (EAP, _) => format!("auth eap{}", hex(rest)),
        (CHAP, [algorithm, rest @ ..]) => match Algorithm::from(*algorithm) {
            Algorithm::Md5 => format!("auth chap MD5{}", hex(rest)),
            Algorithm::MsChap => format!("auth chap MS{}", hex(rest)),
            Algorithm::MsChapV2 => format!("auth chap MS-v2{}", hex(rest)),
            Algorithm::Unknown(other) => format!("auth chap 0x{other:x}{}", hex(rest)),
        },
        (CHAP, []) => "auth chap".into(),
        (other, _) => format!("auth 0x{other:x}{}", hex(rest)),
    })
}

/// An Endpoint-Discriminator (RFC 1990 §5.1.3).
fn endpoint(class: u8, address: &[u8]) -> String {
    let name = match class {
        0 if address.is_empty() => return "null".into(),
        0 => "null",
        1 => "local",
        2 => "IP",
        3 => "MAC",
        4 => "magic",
        5 => "phone",
        _ => "unknown",
    };
    let separator = if class == 3 { ":" } else { "." };
    let octets: Vec<String> = match (class, address) {
        (2, [_, _, _, _]) => address.iter().map(u8::to_string).collect(),
        _ => address.iter().map(|octet| format!("{octet:02x}")).collect(),
    };
    format!("{name}:{}", octets.join(separator))
}

fn ipcp_option(option: RawOption<'_>) -> Option<String> {
    Some(match IpcpOption::parse(option) {
        IpcpOption::Addresses(own, other) => format!("addrs {own} {other}"),
        IpcpOption::Compression { protocol: 0x002d, data } => format!("compress VJ{}", hex(data)),
        IpcpOption::Compression { protocol: 0x0037, data } => format!("compress old-VJ{}", hex(data)),
        IpcpOption::Compression { protocol, data } => format!("compress 0x{protocol:x}{}", hex(data)),
        IpcpOption::Address(address) => format!("addr {address}"),
        IpcpOption::NameServer(server, address) => {
            let name = match server {
                NameServer::PrimaryDns => "ms-dns1",
                NameServer::PrimaryNbns => "ms-wins1",
                NameServer::SecondaryDns => "ms-dns2",
                NameServer::SecondaryNbns => "ms-wins2",
            };
            format!("{name} {address}")
        }
        IpcpOption::MobileIpv4(_) | IpcpOption::Unknown(_) => return None,
    })
}

fn ipv6cp_option(option: RawOption<'_>) -> Option<String> {
    match Ipv6cpOption::parse(option) {
        Ipv6cpOption::InterfaceIdentifier(identifier) => {
            let [a, b, c, d] = [48, 32, 16, 0].map(|shift| (identifier >> shift) as u16);
            Some(format!("addr fe80::{a:04x}:{b:04x}:{c:04x}:{d:04x}"))
        }
        Ipv6cpOption::Compression { protocol, data } => Some(format!("compress 0x{protocol:x}{}", hex(data))),
        Ipv6cpOption::Unknown(_) => None,
    }
}

/// Compression methods (RFC 1962, RFC 1977, RFC 1979, RFC 3078).
fn ccp_option(kind: u8, data: &[u8]) -> Option<String> {
    Some(match (kind, data) {
        (24 | 26, [window, check, rest @ ..]) => {
            let draft = if kind == 24 { "(old#)" } else { "" };
            let method = if window & 0x0f == 8 { String::new() } else { format!(" method {}", window & 0x0f) };
            let check = if *check == 0 { String::new() } else { format!(" check {check}") };
            format!("deflate{draft} {}{method}{check}{}", (window >> 4) + 8, hex(rest))
        }
        (21, [bits, rest @ ..]) => format!("bsd v{} {}{}", bits >> 5, bits & 0x1f, hex(rest)),
        (18, [a, b, c, d, rest @ ..]) => {
            let bits = MppeBits(u32::from_be_bytes([*a, *b, *c, *d]));
            let sign = |bit: u32| if bits.has(bit) { '+' } else { '-' };
            let unknown =
                if bits.has_unknown() { format!(" +U ({a:02x} {b:02x} {c:02x} {d:02x})") } else { String::new() };
            format!(
                "mppe {}H {}M {}S {}L {}D {}C{unknown}{}",
                sign(MppeBits::STATELESS),
                sign(MppeBits::BITS_56),
                sign(MppeBits::BITS_128),
                sign(MppeBits::BITS_40),
                sign(MppeBits::OBSOLETE),
                sign(MppeBits::MPPC),
                hex(rest)
            )
        }
        (1, rest) => format!("predictor 1{}", hex(rest)),
        (2, rest) => format!("predictor 2{}", hex(rest)),
        _ => return None,
    })
}

/// Encryption methods (RFC 1968), which pppd has no words for.
fn ecp_option(option: RawOption<'_>) -> Option<String> {
    match EcpOption::parse(option) {
        EcpOption::Des { kind, nonce } => {
            let name = match kind {
                ecp::TRIPLE_DESE => "3dese",
                ecp::DESE_BIS => "dese-bis",
                _ => "dese",
            };
            Some(format!("{name} nonce {}", digits(&nonce)))
        }
        EcpOption::Proprietary { .. } | EcpOption::Unknown(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ipcp, lcp};

    #[test]
    fn options_without_a_name_are_digits_with_type_and_length() {
        assert_eq!(option(LCP, RawOption { kind: 0xfa, data: &[1] }), " fa 03 01");
        assert_eq!(option(LCP, RawOption { kind: lcp::MRU, data: &[1] }), " 01 03 01");
        assert_eq!(option(IPCP, RawOption { kind: ipcp::ADDRESS, data: &[] }), " 03 02");
    }

    #[test]
    fn the_rarer_options_have_pppds_names() {
        let text = |kind, data| option(LCP, RawOption { kind, data });
        assert_eq!(text(lcp::CALLBACK, &[6]), "callback CBCP");
        assert_eq!(text(lcp::AUTHENTICATION, &[0xc2, 0x23, 5]), "auth chap MD5");
        assert_eq!(text(lcp::AUTHENTICATION, &[0xc2, 0x23, 0x81]), "auth chap MS-v2");
        assert_eq!(text(lcp::AUTHENTICATION, &[0xc2, 0x27]), "auth eap");
        assert_eq!(text(17, &[0x06, 0x40]), "mrru 1600");
        assert_eq!(text(19, &[3, 0, 0x0c, 0x29, 1, 2, 3]), "endpoint [MAC:00:0c:29:01:02:03]");
        assert_eq!(text(lcp::QUALITY, &[0xc0, 0x25, 0, 0, 0, 9]), "quality lqr 00 00 00 09");
        let mppe = option(CCP, RawOption { kind: 18, data: &[1, 0, 0, 0x60] });
        assert_eq!(mppe, "mppe +H -M +S +L -D -C");
        let unknown = option(CCP, RawOption { kind: 18, data: &[1, 0, 2, 0x41] });
        assert_eq!(unknown, "mppe +H -M +S -L -D +C +U (01 00 02 41)");
        let des = option(ECP, RawOption { kind: 3, data: &[9; 8] });
        assert_eq!(des, "dese-bis nonce 0909090909090909");
    }
}
