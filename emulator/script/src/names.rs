//! Names of what stands in packets: protocols, codes and options by number and back, and how an option's value is written.
//!
//! One table each, from which scripts are read, failures told and the reference printed. Numbers without a name are kept:
//! a script may send anything.

use std::net::Ipv4Addr;

use offhook_ppp::frame::{CCP, CHAP, EAP, IP, IPCP, IPV6, IPV6CP, LCP, PAP};

/// Protocols by name.
pub const PROTOCOLS: &[(u16, &str)] = &[
    (LCP, "lcp"),
    (PAP, "pap"),
    (CHAP, "chap"),
    (EAP, "eap"),
    (0xc025, "lqr"),
    (0xc029, "cbcp"),
    (IPCP, "ipcp"),
    (IPV6CP, "ipv6cp"),
    (CCP, "ccp"),
    (0x8053, "ecp"),
    (IP, "ip"),
    (IPV6, "ipv6"),
    (0x002d, "vj-compressed"),
    (0x002f, "vj-uncompressed"),
    (0x00fd, "compressed"),
];

const CONFIGURE: &[(u8, &str)] = &[
    (1, "configure-request"),
    (2, "configure-ack"),
    (3, "configure-nak"),
    (4, "configure-reject"),
    (5, "terminate-request"),
    (6, "terminate-ack"),
    (7, "code-reject"),
];
const LCP_ONLY: &[(u8, &str)] = &[
    (8, "protocol-reject"),
    (9, "echo-request"),
    (10, "echo-reply"),
    (11, "discard-request"),
    (12, "identification"),
    (13, "time-remaining"),
];
const CCP_ONLY: &[(u8, &str)] = &[(14, "reset-request"), (15, "reset-ack")];
const PAP_CODES: &[(u8, &str)] = &[(1, "authenticate-request"), (2, "authenticate-ack"), (3, "authenticate-nak")];
const CHAP_CODES: &[(u8, &str)] = &[(1, "challenge"), (2, "response"), (3, "success"), (4, "failure")];
const EAP_CODES: &[(u8, &str)] = &[(1, "request"), (2, "response"), (3, "success"), (4, "failure")];
const CBCP_CODES: &[(u8, &str)] = &[(1, "request"), (2, "response"), (3, "ack")];

/// The codes of a protocol, in groups; none: its packets have no code.
pub const fn codes(protocol: u16) -> &'static [&'static [(u8, &'static str)]] {
    match protocol {
        LCP => &[CONFIGURE, LCP_ONLY],
        IPCP | IPV6CP => &[CONFIGURE],
        CCP | 0x8053 => &[CONFIGURE, CCP_ONLY],
        PAP => &[PAP_CODES],
        CHAP => &[CHAP_CODES],
        EAP => &[EAP_CODES],
        0xc029 => &[CBCP_CODES],
        _ => &[],
    }
}

/// The Type field of LCP's Magic-Number.
pub const MAGIC: u8 = 5;

/// How an option's value is written in a script, and lies in its Data field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// There is none.
    Nothing,
    /// One octet.
    Octet,
    /// Two octets, a number.
    Two,
    /// Four octets, a number.
    Four,
    /// An IPv4 address.
    Address,
    /// An authentication protocol, with its algorithm.
    Authentication,
    /// Octets in hexadecimal.
    Octets,
}

/// An option of a control protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// The Type field.
    pub kind: u8,
    /// As scripts have it.
    pub name: &'static str,
    /// How its value is written.
    pub form: Form,
}

const fn named(kind: u8, name: &'static str, form: Form) -> Named {
    Named { kind, name, form }
}

const LCP_OPTIONS: &[Named] = &[
    named(1, "mru", Form::Two),
    named(2, "accm", Form::Four),
    named(3, "auth", Form::Authentication),
    named(4, "quality", Form::Octets),
    named(5, "magic", Form::Four),
    named(7, "pfc", Form::Nothing),
    named(8, "acfc", Form::Nothing),
    named(9, "fcs-alternatives", Form::Octet),
    named(10, "self-describing-padding", Form::Octet),
    named(13, "callback", Form::Octets),
    named(15, "compound-frames", Form::Nothing),
    named(17, "mrru", Form::Two),
    named(18, "short-sequence", Form::Nothing),
    named(19, "endpoint", Form::Octets),
];
const IPCP_OPTIONS: &[Named] = &[
    named(1, "addresses", Form::Octets),
    named(2, "compression", Form::Octets),
    named(3, "address", Form::Address),
    named(129, "dns-1", Form::Address),
    named(130, "nbns-1", Form::Address),
    named(131, "dns-2", Form::Address),
    named(132, "nbns-2", Form::Address),
];
const IPV6CP_OPTIONS: &[Named] = &[named(1, "interface-identifier", Form::Octets), named(2, "compression", Form::Two)];
const CCP_OPTIONS: &[Named] = &[
    named(0, "oui", Form::Octets),
    named(1, "predictor-1", Form::Nothing),
    named(2, "predictor-2", Form::Nothing),
    named(18, "mppe", Form::Four),
    named(21, "bsd", Form::Octet),
    named(24, "deflate-draft", Form::Two),
    named(26, "deflate", Form::Two),
];

/// The options of a protocol that have a name.
pub const fn options(protocol: u16) -> &'static [Named] {
    match protocol {
        LCP => LCP_OPTIONS,
        IPCP => IPCP_OPTIONS,
        IPV6CP => IPV6CP_OPTIONS,
        CCP => CCP_OPTIONS,
        _ => &[],
    }
}

/// Authentication protocols as the value of LCP's option.
const AUTHENTICATION: &[(&str, &[u8])] = &[
    ("pap", &[0xc0, 0x23]),
    ("chap", &[0xc2, 0x23, 0x05]),
    ("ms-chap", &[0xc2, 0x23, 0x80]),
    ("ms-chap-v2", &[0xc2, 0x23, 0x81]),
    ("eap", &[0xc2, 0x27]),
];

/// The number of a protocol: its name, or the number itself.
///
/// ```
/// assert_eq!(offhook_script::names::protocol("ipcp"), Some(0x8021));
/// assert_eq!(offhook_script::names::protocol("0x8029"), Some(0x8029));
/// ```
pub fn protocol(text: &str) -> Option<u16> {
    let known = PROTOCOLS.iter().find(|(_, name)| *name == text).map(|(number, _)| *number);
    known.or_else(|| u16::try_from(number(text)?).ok())
}

/// The name of a protocol, or its number.
pub fn protocol_name(protocol: u16) -> String {
    let known = PROTOCOLS.iter().find(|(number, _)| *number == protocol);
    known.map_or_else(|| format!("0x{protocol:04x}"), |(_, name)| (*name).to_owned())
}

/// The number of a code: its name, or the number itself.
pub fn code(protocol: u16, text: &str) -> Option<u8> {
    let known = codes(protocol).concat().into_iter().find(|(_, name)| *name == text).map(|(code, _)| code);
    known.or_else(|| u8::try_from(number(text)?).ok())
}

/// The name of a code as scripts have it, `configure-request`, or its number.
pub fn code_word(protocol: u16, code: u8) -> String {
    let known = codes(protocol).concat().into_iter().find(|(known, _)| *known == code);
    known.map_or_else(|| code.to_string(), |(_, name)| name.to_owned())
}

/// The name of a code as the standards write it, `Configure-Request`, or `code 99`.
pub fn code_name(protocol: u16, code: u8) -> String {
    let known = codes(protocol).concat().into_iter().find(|(known, _)| *known == code);
    known.map_or_else(|| format!("code {code}"), |(_, name)| capitals(name))
}

fn capitals(name: &str) -> String {
    let word = |word: &str| match word.split_at_checked(1) {
        Some((first, rest)) => first.to_uppercase() + rest,
        None => String::new(),
    };
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}

/// An option: its name, or its number.
pub fn option(protocol: u16, text: &str) -> Option<Named> {
    let known = options(protocol).iter().find(|known| known.name == text).copied();
    known.or_else(|| {
        let kind = u8::try_from(number(text)?).ok()?;
        let known = options(protocol).iter().find(|known| known.kind == kind).copied();
        // A number is written with octets, whatever its name would take.
        Some(Named { form: Form::Octets, ..known.unwrap_or(named(kind, "", Form::Octets)) })
    })
}

/// The name of an option, or its number.
pub fn option_name(protocol: u16, kind: u8) -> String {
    let known = options(protocol).iter().find(|known| known.kind == kind);
    known.map_or_else(|| format!("option {kind}"), |known| known.name.to_owned())
}

impl Form {
    /// The Data field for a value as it is written, or what it has to look like.
    ///
    /// # Errors
    ///
    /// What the value must be, as part of a sentence.
    pub fn data(self, text: Option<&str>) -> Result<Vec<u8>, &'static str> {
        let text = match (self, text) {
            (Self::Nothing, None) => return Ok(Vec::new()),
            (Self::Octets, None) => return Ok(Vec::new()),
            // A length that is wrong on purpose: any octets.
            (_, Some(text)) if text.starts_with("hex:") => {
                return octets(&text[4..]).ok_or("octets in hexadecimal");
            }
            (_, None) => "",
            (_, Some(text)) => text,
        };
        match self {
            Self::Nothing => Err("nothing, or \"hex:...\": the option has no data"),
            Self::Octet => {
                number(text).and_then(|it| u8::try_from(it).ok()).map(|it| vec![it]).ok_or("a number up to 255")
            }
            Self::Two => {
                let value = number(text).and_then(|it| u16::try_from(it).ok());
                value.map(|it| it.to_be_bytes().to_vec()).ok_or("a number up to 65535")
            }
            Self::Four => number(text).map(|it| it.to_be_bytes().to_vec()).ok_or("a number of 32 bits"),
            Self::Address => text.parse::<Ipv4Addr>().map(|it| it.octets().to_vec()).map_err(|_| "an IPv4 address"),
            Self::Authentication => AUTHENTICATION
                .iter()
                .find(|(name, _)| *name == text)
                .map(|(_, data)| data.to_vec())
                .ok_or("\"pap\", \"chap\", \"ms-chap\", \"ms-chap-v2\" or \"eap\", or \"hex:...\""),
            Self::Octets => octets(text).ok_or("octets in hexadecimal"),
        }
    }
}

/// A number in decimal or, with `0x`, hexadecimal.
pub fn number(text: &str) -> Option<u32> {
    match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// Octets in hexadecimal, with or without spaces between them.
pub fn octets(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> =
        text.chars().filter(|it| !it.is_whitespace()).map(|it| it.to_digit(16)).collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    Some(pairs.map(|pair| (pair[0] * 16 + pair[1]) as u8).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_numbers_and_back() {
        for (number, name) in PROTOCOLS {
            assert_eq!(protocol(name), Some(*number));
            assert_eq!(protocol_name(*number), *name);
            for (code_number, code_word) in codes(*number).concat() {
                assert_eq!(code(*number, code_word), Some(code_number));
            }
            for known in options(*number) {
                assert_eq!(option(*number, known.name), Some(*known));
            }
        }
        assert_eq!(code_name(LCP, 1), "Configure-Request");
        assert_eq!(code_name(LCP, 99), "code 99");
        assert_eq!(option(LCP, "250").map(|it| (it.kind, it.form)), Some((250, Form::Octets)));
    }

    #[test]
    fn a_value_lies_in_the_data_field_as_its_form_says() {
        assert_eq!(Form::Two.data(Some("1500")), Ok(vec![0x05, 0xdc]));
        assert_eq!(Form::Four.data(Some("0xa0000")), Ok(vec![0, 0x0a, 0, 0]));
        assert_eq!(Form::Authentication.data(Some("chap")), Ok(vec![0xc2, 0x23, 5]));
        assert_eq!(Form::Address.data(Some("10.0.0.1")), Ok(vec![10, 0, 0, 1]));
        assert_eq!(Form::Nothing.data(None), Ok(vec![]));
        assert_eq!(Form::Two.data(Some("hex:01")), Ok(vec![1]));
        assert!(Form::Two.data(Some("65536")).is_err());
        assert!(Form::Nothing.data(Some("1")).is_err());
    }
}
