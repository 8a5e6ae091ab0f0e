//! The fields of a frame, each with its octets: what a protocol analyser shows below a packet.
//!
//! In: a frame without FCS and transparency, as [`print::frame`](crate::print::frame) takes it. Out: [`Field`]s in the order of
//! the octets: Address, Control and Protocol (RFC 1662 §3.1), Code, Identifier and Length (RFC 1661 §5), each Configuration
//! Option with Type and Length (RFC 1661 §6), and what PAP (RFC 1334 §2.2) and CHAP (RFC 1994 §4) carry. What is damaged is a
//! field as well, named as that. Every octet belongs to exactly one innermost field.
//!
//! ```
//! use offhook_ppp::fields::fields;
//!
//! let frame = b"\xff\x03\xc0\x21\x01\x07\x00\x08\x01\x04\x05\xdc";
//! let shown: Vec<String> = fields(frame).iter().map(|field| format!("{} {}", field.name, field.value)).collect();
//! assert_eq!(shown[2..6], ["Protocol 0xc021 LCP", "Code 1 Configure-Request", "Identifier 7", "Length 8"]);
//! let option = &fields(frame)[6];
//! assert_eq!((option.name, option.value.as_str(), option.octets.clone()), ("Option", "mru 1500", 8..12));
//! ```

use std::ops::Range;

use crate::frame::{CCP, CHAP, EAP, Frame, IP, IPV6, LCP, PAP};
use crate::hex::digits;
use crate::options::Options;
use crate::packet::{Packet, Repr};
use crate::print::{coded_name, option_text, quoted};
use crate::{chap, pap};

/// A field of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name, as the RFC has it.
    pub name: &'static str,
    /// Its value, in words or digits.
    pub value: String,
    /// Its octets, counted from the frame's first.
    pub octets: Range<usize>,
    /// How many fields it lies in: 0, or 1 for a part of the field before it.
    pub depth: u8,
}

/// The fields of a frame.
pub fn fields(frame: &[u8]) -> Vec<Field> {
    let mut fields = List { at: 0, fields: Vec::new() };
    let parsed = match Frame::parse(frame) {
        Ok(parsed) => parsed,
        Err(error) => {
            fields.push("Damaged", frame.len(), error.to_string());
            return fields.fields;
        }
    };
    let head = frame.len() - parsed.information.len();
    if frame.starts_with(&[0xff, 0x03]) {
        fields.push("Address", 1, "0xff All-Stations".into());
        fields.push("Control", 1, "0x03 Unnumbered Information".into());
    }
    let width = head - fields.at;
    let compressed = if width == 1 { ", compressed" } else { "" };
    fields.push("Protocol", width, format!("0x{:04x} {}{compressed}", parsed.protocol, name(parsed.protocol)));
    information(&mut fields, parsed.protocol, parsed.information);
    fields.fields
}

/// What has no fields shown of it is one field; what a damaged frame has is told as that.
fn information(fields: &mut List, protocol: u16, information: &[u8]) {
    if coded_name(protocol).is_none() {
        let value = match protocol {
            IP | IPV6 => crate::print::packet(protocol, information),
            _ => digits(information),
        };
        fields.push("Information", information.len(), value);
        return;
    }
    let packet = match Packet::new_checked(information) {
        Ok(packet) => packet,
        Err(error) => return fields.push("Damaged", information.len(), error.to_string()),
    };
    let code = packet.code_octet();
    fields.push("Code", 1, format!("{code} {}", code_name(protocol, code)));
    fields.push("Identifier", 1, packet.identifier().to_string());
    fields.push("Length", 2, packet.octets().len().to_string());
    match protocol {
        PAP => pap_data(fields, &packet),
        CHAP => chap_data(fields, &packet),
        EAP => fields.push("Data", packet.data().len(), digits(packet.data())),
        _ => control_data(fields, protocol, &packet),
    }
    let padding = &information[packet.octets().len()..];
    fields.push("Padding", padding.len(), digits(padding));
}

fn control_data(fields: &mut List, protocol: u16, packet: &Packet<'_>) {
    let data = packet.data();
    match Repr::parse(packet) {
        Ok(Repr::Configure { options, .. }) => {
            let mut walked = 0;
            for option in Options::new(options).map_while(Result::ok) {
                let length = HEADER_OF_OPTION + option.data.len();
                fields.within("Option", length, option_text(protocol, option).trim_start().to_owned());
                fields.part("Type", 1, option.kind.to_string());
                fields.part("Length", 1, length.to_string());
                fields.part("Data", option.data.len(), digits(option.data));
                walked += length;
            }
            let rest = &options[walked..];
            fields.push("Damaged", rest.len(), format!("no option whose Length can be: {}", digits(rest)));
        }
        Ok(Repr::Terminate { .. }) => fields.push("Data", data.len(), quoted(data)),
        Ok(Repr::Echo { magic, data, .. }) => {
            fields.push("Magic-Number", 4, format!("0x{magic:08x}"));
            fields.push("Data", data.len(), digits(data));
        }
        Ok(Repr::ProtocolReject { protocol, information }) => {
            fields.push("Rejected-Protocol", 2, format!("0x{protocol:04x} {}", name(protocol)));
            fields.push("Rejected-Information", information.len(), digits(information));
        }
        Ok(Repr::CodeReject { rejected }) => fields.push("Rejected-Packet", rejected.len(), digits(rejected)),
        // Identification and Time-Remaining (RFC 1570 §1).
        Ok(Repr::Unknown { code: 12 | 13, data }) if protocol == LCP && data.len() >= 4 => {
            fields.push("Magic-Number", 4, format!("0x{}", digits(&data[..4])));
            fields.push("Message", data.len() - 4, quoted(&data[4..]));
        }
        Ok(Repr::Unknown { .. }) | Err(_) => fields.push("Data", data.len(), digits(data)),
    }
}

fn pap_data(fields: &mut List, packet: &Packet<'_>) {
    let data = packet.data();
    match pap::Repr::parse(packet) {
        Ok(pap::Repr::Request { user, password }) => {
            fields.push("Peer-ID Length", 1, user.len().to_string());
            fields.push("Peer-ID", user.len(), quoted(user));
            fields.push("Passwd-Length", 1, password.len().to_string());
            fields.push("Password", password.len(), "hidden".into());
            let rest = data.len() - 2 - user.len() - password.len();
            fields.push("Data", rest, "hidden".into());
        }
        Ok(pap::Repr::Ack { message } | pap::Repr::Nak { message }) if !data.is_empty() => {
            fields.push("Msg-Length", 1, message.len().to_string());
            fields.push("Message", message.len(), quoted(message));
            let rest = &data[1 + message.len()..];
            fields.push("Data", rest.len(), digits(rest));
        }
        // Half a request may still hold a password.
        Err(_) if packet.code_octet() == u8::from(pap::Code::AuthenticateRequest) => {
            fields.push("Damaged", data.len(), "hidden".into());
        }
        Ok(_) | Err(_) => fields.push("Data", data.len(), digits(data)),
    }
}

fn chap_data(fields: &mut List, packet: &Packet<'_>) {
    match chap::Repr::parse(packet) {
        Ok(chap::Repr::Challenge { value, name } | chap::Repr::Response { value, name }) => {
            fields.push("Value-Size", 1, value.len().to_string());
            fields.push("Value", value.len(), digits(value));
            fields.push("Name", name.len(), quoted(name));
        }
        Ok(chap::Repr::Success { message } | chap::Repr::Failure { message }) => {
            fields.push("Message", message.len(), quoted(message));
        }
        Ok(chap::Repr::Unknown { .. }) | Err(_) => fields.push("Data", packet.data().len(), digits(packet.data())),
    }
}

/// Octets of Type and Length of an option.
const HEADER_OF_OPTION: usize = 2;

/// The fields so far.
struct List {
    /// Octets that have their field.
    at: usize,
    fields: Vec<Field>,
}

impl List {
    /// The next `length` octets; none is no field.
    fn push(&mut self, name: &'static str, length: usize, value: String) {
        self.add(name, length, value, 0);
        self.at += length;
    }

    /// The next `length` octets as a field whose parts follow.
    fn within(&mut self, name: &'static str, length: usize, value: String) {
        self.add(name, length, value, 0);
    }

    /// The next `length` octets, a part of the field before.
    fn part(&mut self, name: &'static str, length: usize, value: String) {
        self.add(name, length, value, 1);
        self.at += length;
    }

    fn add(&mut self, name: &'static str, length: usize, value: String, depth: u8) {
        if length > 0 {
            self.fields.push(Field { name, value, octets: self.at..self.at + length, depth });
        }
    }
}

/// The name of a protocol, or that it has none here.
fn name(protocol: u16) -> &'static str {
    match protocol {
        IP => "IP",
        IPV6 => "IPv6",
        0xc025 => "LQR",
        0xc029 => "CBCP",
        0x002d => "VJ compressed TCP/IP",
        0x002f => "VJ uncompressed TCP/IP",
        0x00fd => "compressed datagram",
        _ => coded_name(protocol).unwrap_or("not known here"),
    }
}

/// The name of a Code, as the protocol's RFC has it.
fn code_name(protocol: u16, code: u8) -> &'static str {
    match (protocol, code) {
        (PAP, 1) => "Authenticate-Request",
        (PAP, 2) => "Authenticate-Ack",
        (PAP, 3) => "Authenticate-Nak",
        (CHAP, 1) => "Challenge",
        (CHAP, 2) | (EAP, 2) => "Response",
        (CHAP | EAP, 3) => "Success",
        (CHAP | EAP, 4) => "Failure",
        (EAP, 1) => "Request",
        (PAP | CHAP | EAP, _) => "not known here",
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
        (CCP, 14) => "Reset-Request",
        (CCP, 15) => "Reset-Ack",
        _ => "not known here",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::frame::{IPCP, IPV6CP};

    fn shown(frame: &[u8]) -> Vec<String> {
        let line = |field: Field| {
            format!(
                "{}{} {} @{}+{}",
                "  ".repeat(field.depth.into()),
                field.name,
                field.value,
                field.octets.start,
                field.octets.len()
            )
        };
        fields(frame).into_iter().map(line).collect()
    }

    #[test]
    fn an_option_has_its_type_its_length_and_its_data() {
        assert_eq!(
            shown(b"\x80\x21\x03\x02\x00\x0a\x03\x06\xc0\xa8\x20\x69"),
            [
                "Protocol 0x8021 IPCP @0+2",
                "Code 3 Configure-Nak @2+1",
                "Identifier 2 @3+1",
                "Length 10 @4+2",
                "Option addr 192.168.32.105 @6+6",
                "  Type 3 @6+1",
                "  Length 6 @7+1",
                "  Data c0a82069 @8+4",
            ]
        );
    }

    #[test]
    fn a_password_is_a_field_whose_value_is_hidden() {
        let told = shown(b"\xff\x03\xc0\x23\x01\x01\x00\x11\x05alice\x06secret");
        assert_eq!(told[7..], ["Peer-ID \"alice\" @9+5", "Passwd-Length 6 @14+1", "Password hidden @15+6"]);
    }

    #[test]
    fn what_is_damaged_is_a_field_that_says_so() {
        let told = shown(b"\xc0\x21\x01\x01\x00\x07\x05\x01\x02");
        assert_eq!(told.last().map(String::as_str), Some("Damaged no option whose Length can be: 050102 @6+3"));
        assert_eq!(shown(b"\xc0\x21\x01\x01\x00\x09")[1], "Damaged Length is 9, but only 4 octets came @2+4");
        assert_eq!(shown(b"\x80")[0], "Damaged the frame ends after 1 octets, before its Protocol field does @0+1");
    }

    proptest! {
        #[test]
        fn every_octet_belongs_to_one_innermost_field(
            protocol in prop::sample::select(vec![LCP, PAP, CHAP, EAP, IPCP, IPV6CP, CCP, IP, IPV6, 0xc025]),
            information in prop::collection::vec(any::<u8>(), 0..60),
            code in 0..16_u8,
            head in any::<bool>(),
        ) {
            let mut information = information;
            if information.len() >= 4 {
                let length = information.len() as u8;
                information[..4].copy_from_slice(&[code, 1, 0, length.saturating_sub(code % 3)]);
            }
            let start: &[u8] = if head { &[0xff, 0x03] } else { &[] };
            let frame = [start, &protocol.to_be_bytes(), &information].concat();
            let fields = fields(&frame);
            let mut at = 0;
            for (index, field) in fields.iter().enumerate() {
                prop_assert_eq!(field.octets.start, at);
                let has_parts = fields.get(index + 1).is_some_and(|next| next.depth > field.depth);
                if !has_parts {
                    at = field.octets.end;
                }
            }
            prop_assert_eq!(at, frame.len());
        }
    }
}
