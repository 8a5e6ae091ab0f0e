//! EAP packets as pppd's log shows them: `Request id=0x1 MD5-Challenge <Value ab cd> <Name "dialin">`.
//!
//! What pppd does not read is its digits, eight at most, without a blank before the dots. Of MS-CHAPv2 inside EAP, which no
//! RFC has, the layout is that of pppd: opcode, identifier, length of two octets, then CHAP's own data.

use crate::eap::{Code, Method, Repr, Type};
use crate::hex::digits;
use crate::packet::Packet;

use super::{coded, quoted};

/// Octets of anything that EAP's lines show before they stop.
const MOST_OCTETS: usize = 8;

/// The text between the brackets.
pub(super) fn packet(packet: &Packet<'_>) -> String {
    let text = coded(&["Request", "Response", "Success", "Failure"], packet);
    let is_response = packet.code_octet() == u8::from(Code::Response);
    match Repr::parse(packet) {
        Ok(Repr::Request(method) | Repr::Response(method)) => {
            format!("{text} {}{}", type_name(method.kind().into()), type_data(method, is_response))
        }
        Ok(Repr::Success { data } | Repr::Failure { data } | Repr::Unknown { data, .. }) => text + &rest(data),
        // Without a type, or of MD5 with less than its Value.
        Err(_) => match packet.data() {
            [] if is_response => text,
            [] => text + " <missing type>",
            [kind] if is_response => format!("{text} {} <missing length>", type_name(*kind)),
            [kind] => format!("{text} {}", type_name(*kind)),
            [kind, 0, name @ ..] => format!("{text} {} <Value>{}", type_name(*kind), md5_name(name)),
            [kind, _, value @ ..] => format!("{text} {} <truncated>{}", type_name(*kind), rest(value)),
        },
    }
}

fn type_data(method: Method<'_>, is_response: bool) -> String {
    match method {
        Method::Identity(name) if is_response => named("Name", name, ""),
        Method::Identity(message) => named("Message", message, " <No message>"),
        Method::Notification(message) if !is_response => named("Message", message, " <No message>"),
        Method::Notification(data) => rest(data),
        Method::Nak(types) if is_response => match types {
            [] => " <missing hint>".into(),
            [first, others @ ..] => {
                let name = known_type(*first).map(|name| format!(" ({name})")).unwrap_or_default();
                format!(" <Suggested-type {first:02X}{name}>{}", rest(others))
            }
        },
        Method::Nak(data) => rest(data),
        Method::Md5Challenge { value, name } => {
            let value: String = value.iter().map(|octet| format!(" {octet:02x}")).collect();
            format!(" <Value{value}>{}", md5_name(name))
        }
        Method::Other { kind, data } if Type::from(kind) == Type::MsChapV2 => ms_chap(data, is_response),
        Method::Other { kind, data } if Type::from(kind) == Type::Tls => tls(data),
        Method::Other { data, .. } => rest(data),
    }
}

/// EAP-TLS (RFC 5216 §3): length included, more fragments, start.
fn tls(data: &[u8]) -> String {
    match data {
        [] => String::new(),
        [0] => " Ack".into(),
        [flags, data @ ..] => {
            let flag = |bit: u8, set, clear| if flags & bit != 0 { set } else { clear };
            format!(" {}{}{}{}", flag(0x80, "L", "-"), flag(0x40, "M", "-"), flag(0x20, "S", "- "), rest(data))
        }
    }
}

/// MS-CHAPv2 in EAP.
fn ms_chap(data: &[u8], is_response: bool) -> String {
    match (data, is_response) {
        ([], _) => String::new(),
        ([1, _, _, _, size, rest @ ..], false) => ms_chap_value("Challenge", *size, rest),
        ([2, _, _, _, size, rest @ ..], true) => ms_chap_value("Response", *size, rest),
        // pppd shows what follows the message once more, as digits; that is left out.
        ([3, _, _, _, message @ ..], false) => format!(" Success <Message {}>", quoted(message)),
        ([4, _, _, _, message @ ..], false) => format!(" Failure <Message {}>", quoted(message)),
        ([3, data @ ..], true) => format!(" Success{}", rest(data)),
        ([4, data @ ..], true) => format!(" Failure{}", rest(data)),
        ([_, _, _, _, ..], _) => format!(" opcode=0x{:x} <{}>", data[0], rest(&data[4..]).trim_start()),
        ([_, data @ ..], _) => format!(" <truncated>{}", rest(data)),
    }
}

fn ms_chap_value(what: &str, size: u8, octets: &[u8]) -> String {
    match octets.split_at_checked(size.into()) {
        Some((value, name)) => format!(" {what} <{}>,{}", digits(value), named("Name", name, " <No name>")),
        None => format!(" <truncated>{}", rest(octets)),
    }
}

fn md5_name(name: &[u8]) -> String {
    named("Name", name, " <No name>")
}

fn named(what: &str, text: &[u8], none: &str) -> String {
    if text.is_empty() { none.into() } else { format!(" <{what} {}>", quoted(text)) }
}

fn type_name(kind: u8) -> String {
    known_type(kind).map_or_else(|| format!("type=0x{kind:x}"), str::to_owned)
}

/// pppd's names.
pub(crate) const fn known_type(kind: u8) -> Option<&'static str> {
    Some(match kind {
        1 => "Identity",
        2 => "Notification",
        3 => "Nak",
        4 => "MD5-Challenge",
        5 => "OTP",
        6 => "Generic-Token",
        9 => "RSA",
        10 => "DSS",
        11 => "KEA",
        12 => "KEA-Validate",
        13 => "TLS",
        14 => "Defender",
        15 => "Windows 2000",
        16 => "Arcot",
        17 => "Cisco",
        18 => "Nokia",
        19 => "SRP",
        21 => "TTLS",
        22 => "RAS",
        23 => "AKA",
        24 => "3COM",
        25 => "PEAP",
        26 => "MSCHAPv2",
        _ => return None,
    })
}

/// What has no words.
fn rest(octets: &[u8]) -> String {
    let shown: String = octets.iter().take(MOST_OCTETS).map(|octet| format!(" {octet:02x}")).collect();
    if octets.len() > MOST_OCTETS { shown + "..." } else { shown }
}
