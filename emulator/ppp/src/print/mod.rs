//! A packet as pppd's log shows it, on one line: our trace, pppd's log and a protocol analyser can be laid side by side.
//!
//! The notation is that of pppd 2.4.9 with `debug`: `[LCP ConfReq id=0x1 <mru 1500> <magic 0x1234abcd>]`.
//! Passwords are hidden as there. Only IP and IPv6 packets, Link-Quality-Reports and ECP get more than pppd's hexadecimal digits.
//!
//! ```
//! use offhook_ppp::frame::IPCP;
//! use offhook_ppp::print;
//!
//! let nak = b"\x03\x02\x00\x0a\x03\x06\xc0\xa8\x20\x69";
//! assert_eq!(print::packet(IPCP, nak), "[IPCP ConfNak id=0x2 <addr 192.168.32.105>]");
//! ```

mod cbcp;
mod eap;
mod ip;
mod options;

pub(crate) use cbcp::option_text as callback_text;
pub(crate) use eap::known_type as eap_type;
pub(crate) use options::option as option_text;

use std::fmt::Write;

use crate::frame::{CBCP, CCP, CHAP, COMPRESSED, EAP, ECP, ENCRYPTED, Frame, IP, IPCP, IPV6, IPV6CP, LCP, LQR, PAP};
use crate::hex::{digits, spaced as hex};
use crate::lcp::Extension;
use crate::lqr::{NAMES, Report};
use crate::options::Options;
use crate::packet::{Packet, Repr};
use crate::{chap, pap};

/// A frame from address to information, as [`hdlc::Item::Frame`](crate::hdlc::Item::Frame) has it.
pub fn frame(octets: &[u8]) -> String {
    match Frame::parse(octets) {
        Ok(frame) => packet(frame.protocol, frame.information),
        Err(error) => format!("[{error}]{}", hex(octets)),
    }
}

/// The name of a protocol whose packets have Code, Identifier and Length, if it is known here.
pub(crate) const fn coded_name(protocol: u16) -> Option<&'static str> {
    Some(match protocol {
        LCP => "LCP",
        PAP => "PAP",
        CHAP => "CHAP",
        EAP => "EAP",
        IPCP => "IPCP",
        IPV6CP => "IPV6CP",
        CCP => "CCP",
        ECP => "ECP",
        CBCP => "CBCP",
        _ => return None,
    })
}

/// An Information field of `protocol`.
pub fn packet(protocol: u16, information: &[u8]) -> String {
    let name = match protocol {
        IP => return format!("[IP data {}{}]", information.len(), ip::ipv4(information)),
        IPV6 => return format!("[IPV6 data {}{}]", information.len(), ip::ipv6(information)),
        COMPRESSED => return format!("[Compressed data]{}", first(information)),
        ENCRYPTED => return format!("[Encrypted data]{}", first(information)),
        LQR => return link_quality_report(information),
        _ => match coded_name(protocol) {
            Some(name) => name,
            None => return format!("[proto=0x{protocol:x}]{}", hex(information)),
        },
    };
    let Ok(packet) = Packet::new_checked(information) else {
        return format!("[{name}]{}", rest(protocol, information));
    };
    let text = match protocol {
        PAP => pap_packet(&packet),
        CHAP => chap_packet(&packet),
        EAP => eap::packet(&packet),
        CBCP => cbcp::packet(&packet),
        _ => control_packet(protocol, &packet),
    };
    let padding = &information[packet.octets().len()..];
    format!("[{name} {text}]{}", rest(protocol, padding))
}

/// The first eight octets of data that nobody can read, with pppd's blank before the dots.
fn first(octets: &[u8]) -> String {
    let shown = hex(&octets[..octets.len().min(8)]);
    if octets.len() > 8 { shown + " ..." } else { shown }
}

/// A Link-Quality-Report, which pppd has only digits for.
fn link_quality_report(information: &[u8]) -> String {
    let Ok(report) = Report::parse(information) else {
        return format!("[LQR]{}", hex(information));
    };
    let mut text = format!("[LQR magic=0x{:x}", report.magic());
    for (name, field) in NAMES.iter().zip(report.fields).skip(1) {
        let _ = write!(text, " {name}={field}");
    }
    text + "]" + &hex(Report::padding(information))
}

/// Octets that belong to no packet; those of a damaged Authenticate-Request may hold a password.
fn rest(protocol: u16, octets: &[u8]) -> String {
    match octets.len() {
        1.. if protocol == PAP => format!(" <{} octets hidden>", octets.len()),
        _ => hex(octets),
    }
}

/// The code's name and the Identifier.
fn coded(names: &[&str], packet: &Packet<'_>) -> String {
    let code = u8::from(packet.code());
    let name = usize::from(code).checked_sub(1).and_then(|at| names.get(at)).filter(|name| !name.is_empty());
    let name = name.map_or_else(|| format!("code=0x{code:x}"), |name| (*name).to_owned());
    format!("{name} id=0x{:x}", packet.identifier())
}

fn control_packet(protocol: u16, packet: &Packet<'_>) -> String {
    const CONTROL: [&str; 7] = ["ConfReq", "ConfAck", "ConfNak", "ConfRej", "TermReq", "TermAck", "CodeRej"];
    const LCP_ONLY: [&str; 6] = ["ProtRej", "EchoReq", "EchoRep", "DiscReq", "Ident", "TimeRem"];
    const CCP_ONLY: [&str; 8] = ["", "", "", "", "", "", "ResetReq", "ResetAck"];
    let more: &[&str] = match protocol {
        LCP => &LCP_ONLY,
        CCP | ECP => &CCP_ONLY,
        _ => &[],
    };
    let mut text = coded(&[&CONTROL, more].concat(), packet);
    match Repr::parse(packet) {
        Ok(Repr::Configure { options, .. }) => {
            let mut walked = 0;
            for option in Options::new(options).map_while(Result::ok) {
                walked += 2 + option.data.len();
                let _ = write!(text, " <{}>", options::option(protocol, option));
            }
            text + &hex(&options[walked..])
        }
        Ok(Repr::Terminate { data: data @ [b' '..=b'~', ..], .. }) => format!("{text} {}", quoted(data)),
        Ok(Repr::Echo { magic, data, .. }) if protocol == LCP => format!("{text} magic=0x{magic:x}{}", hex(data)),
        Ok(Repr::Unknown { .. }) if protocol == LCP => match Extension::parse(packet) {
            Some(Ok(Extension::Identification { magic, message })) => {
                format!("{text} magic=0x{magic:x}{}", spoken(message))
            }
            Some(Ok(Extension::TimeRemaining { magic, seconds, message })) => {
                format!("{text} magic=0x{magic:x} seconds={seconds}{}", spoken(message))
            }
            Some(Err(_)) if packet.data().len() >= 4 => {
                let magic = packet.data().iter().take(4).fold(0_u32, |magic, octet| magic << 8 | u32::from(*octet));
                format!("{text} magic=0x{magic:x}{}", hex(&packet.data()[4..]))
            }
            _ => text + &hex(packet.data()),
        },
        _ => text + &hex(packet.data()),
    }
}

fn pap_packet(packet: &Packet<'_>) -> String {
    let text = coded(&["AuthReq", "AuthAck", "AuthNak"], packet);
    let data = packet.data();
    match pap::Repr::parse(packet) {
        Ok(pap::Repr::Request { user, password }) => {
            let after = &data[2 + user.len() + password.len()..];
            format!("{text} user={} password=<hidden>{}", quoted(user), rest(PAP, after))
        }
        // Half a request may still hold a password.
        Err(_) if packet.code_octet() == u8::from(pap::Code::AuthenticateRequest) => {
            format!("{text} <malformed, {} octets hidden>", data.len())
        }
        Ok(pap::Repr::Ack { message } | pap::Repr::Nak { message }) if !data.is_empty() => {
            format!("{text} {}{}", quoted(message), hex(&data[1 + message.len()..]))
        }
        Ok(_) | Err(_) => text + &hex(data),
    }
}

fn chap_packet(packet: &Packet<'_>) -> String {
    let text = coded(&["Challenge", "Response", "Success", "Failure"], packet);
    match chap::Repr::parse(packet) {
        Ok(chap::Repr::Challenge { value, name } | chap::Repr::Response { value, name }) => {
            format!("{text} <{}>, name = {}", digits(value), quoted(name))
        }
        Ok(chap::Repr::Success { message } | chap::Repr::Failure { message }) => format!("{text} {}", quoted(message)),
        // What changes a password, for which pppd has digits.
        Ok(chap::Repr::Unknown { code: 5..=7, data }) => format!("{text} <{} octets hidden>", data.len()),
        Ok(chap::Repr::Unknown { .. }) | Err(_) => text + &hex(packet.data()),
    }
}

/// A message after something else, if there is one.
fn spoken(message: &[u8]) -> String {
    if message.is_empty() { String::new() } else { format!(" {}", quoted(message)) }
}

/// Text in quotation marks, with pppd's escapes: octets that are no printable ASCII as `\ooo`.
pub(crate) fn quoted(octets: &[u8]) -> String {
    let mut text = String::from("\"");
    for octet in octets {
        match octet {
            b'"' | b'\\' => text.extend(['\\', char::from(*octet)]),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            b' '..=b'~' => text.push(char::from(*octet)),
            _ => {
                let _ = write!(text, "\\{octet:03o}");
            }
        }
    }
    text + "\""
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn packets_print_as_in_pppds_log() {
        let lines: [(u16, &[u8], &str); 20] = [
            (
                LCP,
                b"\x01\x01\x00\x1c\x01\x04\x05\xdc\x02\x06\x00\x00\x00\x00\x03\x04\xc0\x23\x05\x06\x12\x34\xab\xcd\x07\x02\x08\x02",
                "[LCP ConfReq id=0x1 <mru 1500> <asyncmap 0x0> <auth pap> <magic 0x1234abcd> <pcomp> <accomp>]",
            ),
            (LCP, b"\x03\x0b\x00\x09\x03\x05\xc2\x23\x05", "[LCP ConfNak id=0xb <auth chap MD5>]"),
            (LCP, b"\x05\x02\x00\x11Link inactive", "[LCP TermReq id=0x2 \"Link inactive\"]"),
            (LCP, b"\x06\x02\x00\x04", "[LCP TermAck id=0x2]"),
            (LCP, b"\x09\x00\x00\x08\x00\x00\xbe\xef", "[LCP EchoReq id=0x0 magic=0xbeef]"),
            (LCP, b"\x08\x03\x00\x0a\x80\xfd\x01\x01\x00\x04", "[LCP ProtRej id=0x3 80 fd 01 01 00 04]"),
            (LCP, b"\x63\x01\x00\x05\xaa", "[LCP code=0x63 id=0x1 aa]"),
            (LCP, b"\x01\x01\x00\x07\x07\x02\x01", "[LCP ConfReq id=0x1 <pcomp> 01]"),
            (PAP, b"\x01\x01\x00\x11\x05alice\x06secret", "[PAP AuthReq id=0x1 user=\"alice\" password=<hidden>]"),
            (PAP, b"\x02\x01\x00\x0d\x08Login ok", "[PAP AuthAck id=0x1 \"Login ok\"]"),
            (CHAP, b"\x01\x07\x00\x08\x02\xab\xcds", "[CHAP Challenge id=0x7 <abcd>, name = \"s\"]"),
            (CHAP, b"\x02\x07\x00\x0a\x02\xab\xcdbob", "[CHAP Response id=0x7 <abcd>, name = \"bob\"]"),
            (CHAP, b"\x03\x07\x00\x12Access granted", "[CHAP Success id=0x7 \"Access granted\"]"),
            (CHAP, b"\x04\x07\x00\x04", "[CHAP Failure id=0x7 \"\"]"),
            (
                IPCP,
                b"\x03\x02\x00\x16\x03\x06\x01\x02\x03\x04\x81\x06\x09\x09\x09\x09\x83\x06\x09\x09\x09\x09",
                "[IPCP ConfNak id=0x2 <addr 1.2.3.4> <ms-dns1 9.9.9.9> <ms-dns2 9.9.9.9>]",
            ),
            (IPCP, b"\x01\x01\x00\x0a\x02\x06\x00\x2d\x0f\x01", "[IPCP ConfReq id=0x1 <compress VJ 0f 01>]"),
            (
                IPV6CP,
                b"\x01\x01\x00\x0e\x01\x0a\x3d\x6d\x4a\x1e\x00\x00\x00\x01",
                "[IPV6CP ConfReq id=0x1 <addr fe80::3d6d:4a1e:0000:0001>]",
            ),
            (
                CCP,
                b"\x01\x01\x00\x0f\x1a\x04\x78\x00\x18\x04\x78\x00\x15\x03\x2f",
                "[CCP ConfReq id=0x1 <deflate 15> <deflate(old#) 15> <bsd v1 15>]",
            ),
            (0x4021, b"\x01\x02", "[proto=0x4021] 01 02"),
            (LCP, b"\x06\x02\x00\x04\x00\x00", "[LCP TermAck id=0x2] 00 00"),
        ];
        for (protocol, information, text) in lines {
            assert_eq!(packet(protocol, information), text);
        }
    }

    /// Everything that has no place in the table above, laid out for a reader.
    #[test]
    fn the_rarer_protocols_print_as_in_pppds_log() {
        let report: Vec<u8> = (1..13_u32).flat_map(u32::to_be_bytes).collect();
        let ms_chap = [&b"\x01\x01\x00\x20\x1a\x01\x01\x00\x1b\x10"[..], &[0xab; 16], b"dialin"].concat();
        let lines: [(u16, &[u8]); 41] = [
            (EAP, b"\x01\x01\x00\x09\x01Name"),
            (EAP, b"\x01\x01\x00\x05\x01"),
            (EAP, b"\x02\x01\x00\x0a\x01alice"),
            (EAP, b"\x01\x02\x00\x0a\x02hello"),
            (EAP, b"\x02\x02\x00\x05\x02"),
            (EAP, b"\x01\x04\x00\x0e\x04\x02\xab\xcddialin"),
            (EAP, b"\x02\x04\x00\x08\x04\x02\xab\xcd"),
            (EAP, b"\x02\x04\x00\x09\x04\x10\xab\xcd\xef"),
            (EAP, b"\x02\x04\x00\x05\x04"),
            (EAP, b"\x02\x05\x00\x06\x03\x04"),
            (EAP, b"\x02\x05\x00\x07\x03\x63\x1a"),
            (EAP, b"\x02\x05\x00\x05\x03"),
            (EAP, b"\x01\x06\x00\x06\x0d\x20"),
            (EAP, b"\x02\x06\x00\x06\x0d\x00"),
            (EAP, b"\x01\x07\x00\x0f\x63\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a"),
            (EAP, &ms_chap),
            (EAP, b"\x01\x08\x00\x0e\x1a\x03\x01\x00\x09S=0ab"),
            (EAP, b"\x02\x08\x00\x06\x1a\x03"),
            (EAP, b"\x03\x09\x00\x04"),
            (EAP, b"\x04\x09\x00\x04"),
            (EAP, b"\x01\x09\x00\x04"),
            (CHAP, b"\x03\x01\x00\x0eS=AB M=\"a\\"),
            (CHAP, b"\x04\x01\x00\x1dE=691 R=1 C=00 V=3 M=no\r\n"),
            (CHAP, b"\x07\x01\x00\x06\xab\xcd"),
            (CCP, b"\x0e\x02\x00\x04"),
            (CCP, b"\x0f\x02\x00\x06\x00\x01"),
            (CCP, b"\x01\x02\x00\x0a\x12\x06\x01\x00\x00\x60"),
            (CCP, b"\x01\x02\x00\x14\x01\x02\x02\x02\x00\x06\x00\x00\x0c\x01\x1a\x06\x77\x03\x01\x02"),
            (ECP, b"\x01\x02\x00\x0e\x03\x0a\x01\x02\x03\x04\x05\x06\x07\x08"),
            (ECP, b"\x0e\x02\x00\x04"),
            (CBCP, b"\x01\x01\x00\x0c\x01\x02\x02\x03\x05\x03\x03\x05"),
            (CBCP, b"\x02\x01\x00\x0d\x02\x09\x05\x01\x35\x35\x35\x00\x00"),
            (CBCP, b"\x63\x01\x00\x05\x02"),
            (LQR, &report),
            (LQR, b"\x01\x02"),
            (LCP, b"\x0c\x02\x00\x0f\x00\x00\xbe\xefMSRASV5"),
            (LCP, b"\x0d\x02\x00\x0f\x00\x00\xbe\xef\x00\x00\x01\x2cbye"),
            (LCP, b"\x01\x01\x00\x0c\x09\x03\x06\x0a\x03\x04\x0f\x02"),
            (IPCP, b"\x01\x01\x00\x12\x02\x06\x00\x2d\x0f\x01\x04\x06\x0a\x00\x00\x01\x02\x02"),
            (COMPRESSED, b"\x00\x01\x02\x03\x04\x05\x06\x07\x08"),
            (ENCRYPTED, b"\x00\x01"),
        ];
        let printed: Vec<String> = lines.iter().map(|(protocol, octets)| packet(*protocol, octets)).collect();
        insta::assert_snapshot!(printed.join("\n"));
    }

    #[test]
    fn no_part_of_a_password_is_printed_even_if_the_request_is_malformed() {
        for cut in 0..20_u8 {
            let mut octets = b"\x01\x01\x00\x11\x05alice\x06secret".to_vec();
            octets[3] = cut;
            assert!(!packet(PAP, &octets).contains("secret"));
            assert!(!packet(PAP, &octets).contains("73 65 63"));
        }
    }

    proptest! {
        #[test]
        fn any_frame_prints_as_one_line(
            head in prop::sample::select(vec![LCP, PAP, CHAP, EAP, IPCP, IPV6CP, CCP, ECP, CBCP, LQR, IP, IPV6]),
            information in prop::collection::vec(any::<u8>(), 0..120),
            code in 0..16_u8,
        ) {
            let mut information = information;
            if information.len() >= 4 {
                let len = information.len() as u8;
                information[..4].copy_from_slice(&[code, 1, 0, len]);
            }
            let text = frame(&[&head.to_be_bytes(), &information[..]].concat());
            prop_assert!(text.starts_with('[') && text.bytes().all(|octet| (b' '..=b'~').contains(&octet)), "{}", text);
        }
    }
}
