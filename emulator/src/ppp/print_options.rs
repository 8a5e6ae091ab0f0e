//! Configuration Options as pppd's log shows them: `mru 1500`, `auth chap MD5`, `ms-dns1 9.9.9.9`.
//!
//! An option in, the text between `<` and `>` out. What has no name, or a length it should not have, is digits.

use std::net::Ipv4Addr;

use super::frame::{CCP, CHAP, EAP, IPCP, IPV6CP, LCP, PAP};
use super::options::RawOption;
use super::print::hex;
use super::{ipcp, ipv6cp, lcp};

/// The option's name and value.
pub(super) fn option(protocol: u16, option: RawOption<'_>) -> String {
    let RawOption { kind, data } = option;
    let known = match protocol {
        LCP => lcp_option(kind, data),
        IPCP => ipcp_option(kind, data),
        IPV6CP => ipv6cp_option(kind, data),
        CCP => ccp_option(kind, data),
        _ => None,
    };
    known.unwrap_or_else(|| {
        let mut octets = vec![kind, data.len() as u8 + 2];
        octets.extend_from_slice(data);
        // pppd prints Type and Length of what it does not know along with the rest.
        hex(&octets)
    })
}

fn lcp_option(kind: u8, data: &[u8]) -> Option<String> {
    Some(match (kind, data) {
        (lcp::MRU, &[high, low]) => format!("mru {}", u16::from_be_bytes([high, low])),
        (lcp::ACCM, &[a, b, c, d]) => format!("asyncmap 0x{:x}", u32::from_be_bytes([a, b, c, d])),
        (lcp::AUTHENTICATION, [high, low, rest @ ..]) => match (u16::from_be_bytes([*high, *low]), rest) {
            (PAP, _) => format!("auth pap{}", hex(rest)),
            (EAP, _) => format!("auth eap{}", hex(rest)),
            (CHAP, [5, rest @ ..]) => format!("auth chap MD5{}", hex(rest)),
            (CHAP, [0x80, rest @ ..]) => format!("auth chap MS{}", hex(rest)),
            (CHAP, [0x81, rest @ ..]) => format!("auth chap MS-v2{}", hex(rest)),
            (CHAP, [other, rest @ ..]) => format!("auth chap 0x{other:x}{}", hex(rest)),
            (CHAP, []) => "auth chap".into(),
            (other, _) => format!("auth 0x{other:x}{}", hex(rest)),
        },
        (lcp::QUALITY, [0xc0, 0x25, rest @ ..]) => format!("quality lqr{}", hex(rest)),
        (lcp::QUALITY, [high, low, rest @ ..]) => {
            format!("quality 0x{:x}{}", u16::from_be_bytes([*high, *low]), hex(rest))
        }
        (lcp::MAGIC, &[a, b, c, d]) => format!("magic 0x{:x}", u32::from_be_bytes([a, b, c, d])),
        (lcp::PFC, []) => "pcomp".into(),
        (lcp::ACFC, []) => "accomp".into(),
        // RFC 1570 §2.3 and RFC 1990 §5.1.
        (lcp::CALLBACK, [6, rest @ ..]) => format!("callback CBCP{}", hex(rest)),
        (lcp::CALLBACK, [other, rest @ ..]) => format!("callback 0x{other:x}{}", hex(rest)),
        (17, &[high, low]) => format!("mrru {}", u16::from_be_bytes([high, low])),
        (18, []) => "ssnhf".into(),
        (19, [class, address @ ..]) => format!("endpoint [{}]", endpoint(*class, address)),
        _ => return None,
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

fn ipcp_option(kind: u8, data: &[u8]) -> Option<String> {
    let name = match (kind, data) {
        (1, &[a, b, c, d, e, f, g, h]) => {
            return Some(format!("addrs {} {}", Ipv4Addr::new(a, b, c, d), Ipv4Addr::new(e, f, g, h)));
        }
        (2, [0x00, 0x2d, rest @ ..]) => return Some(format!("compress VJ{}", hex(rest))),
        (2, [0x00, 0x37, rest @ ..]) => return Some(format!("compress old-VJ{}", hex(rest))),
        (2, [high, low, rest @ ..]) => {
            return Some(format!("compress 0x{:x}{}", u16::from_be_bytes([*high, *low]), hex(rest)));
        }
        (ipcp::ADDRESS, _) => "addr",
        (ipcp::PRIMARY_DNS, _) => "ms-dns1",
        (ipcp::SECONDARY_DNS, _) => "ms-dns2",
        (130, _) => "ms-wins1",
        (132, _) => "ms-wins2",
        _ => return None,
    };
    let address = <[u8; 4]>::try_from(data).ok()?;
    Some(format!("{name} {}", Ipv4Addr::from(address)))
}

fn ipv6cp_option(kind: u8, data: &[u8]) -> Option<String> {
    match (kind, data) {
        (ipv6cp::INTERFACE_IDENTIFIER, [a, b, c, d, e, f, g, h]) => {
            Some(format!("addr fe80::{a:02x}{b:02x}:{c:02x}{d:02x}:{e:02x}{f:02x}:{g:02x}{h:02x}"))
        }
        (2, [high, low, rest @ ..]) => Some(format!("compress 0x{:x}{}", u16::from_be_bytes([*high, *low]), hex(rest))),
        _ => None,
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
            let sign = |set: bool| if set { '+' } else { '-' };
            let (h, m, s) = (a & 0x01 != 0, d & 0x80 != 0, d & 0x40 != 0);
            let (l, bit_d, bit_c) = (d & 0x20 != 0, d & 0x10 != 0, d & 0x01 != 0);
            let _ = (b, c);
            format!(
                "mppe {}H {}M {}S {}L {}D {}C{}",
                sign(h),
                sign(m),
                sign(s),
                sign(l),
                sign(bit_d),
                sign(bit_c),
                hex(rest)
            )
        }
        (1, rest) => format!("predictor 1{}", hex(rest)),
        (2, rest) => format!("predictor 2{}", hex(rest)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
    }
}
