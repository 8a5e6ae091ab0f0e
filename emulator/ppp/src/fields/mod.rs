//! The fields of a frame, each with its octets: what a protocol analyser shows below a packet.
//!
//! In: a frame without FCS and transparency, as [`print::frame`](crate::print::frame) takes it. Out: [`Field`]s in the order of
//! the octets: Address, Control and Protocol (RFC 1662 §3.1), Code, Identifier and Length (RFC 1661 §5), each Configuration
//! Option with Type and Length (RFC 1661 §6), and what the authentication protocols carry. What is damaged is a field as well,
//! named as that. Every octet belongs to exactly one innermost field.
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

use crate::frame::{CBCP, CHAP, EAP, Frame, IP, IPV6, LQR, PAP};
use crate::hex::digits;
use crate::packet::Packet;

mod authentication;
mod control;
mod names;

use names::{code_name, name};

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
    if protocol == LQR {
        return control::link_quality_report(fields, information);
    }
    if crate::print::coded_name(protocol).is_none() {
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
        PAP => authentication::pap(fields, &packet),
        CHAP => authentication::chap(fields, &packet),
        EAP => authentication::eap(fields, &packet),
        CBCP => control::callback(fields, &packet),
        _ => control::data(fields, protocol, &packet),
    }
    let padding = &information[packet.octets().len()..];
    fields.push("Padding", padding.len(), digits(padding));
}

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::frame::{CCP, ECP, IPCP, IPV6CP, LCP};

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

    #[test]
    fn a_response_of_49_octets_has_microsofts_parts() {
        let response = |value: &[u8; 49]| {
            let information = crate::chap::Repr::Response { value, name: b"bob" }.emit(1);
            shown(&[&CHAP.to_be_bytes(), &information[..]].concat())
        };
        let mut value = [7; 49];
        value[16..24].fill(0);
        value[48] = 0;
        let names = |told: Vec<String>| told[4..].iter().map(|line| line.trim_start().to_owned()).collect::<Vec<_>>();
        let told = names(response(&value));
        assert!(told[2].starts_with("Peer-Challenge 0707") && told[2].ends_with("@7+16"), "{told:?}");
        assert_eq!(told[3], "Reserved 0000000000000000 @23+8");
        assert_eq!(told[5..], ["Flags 00 @55+1", "Name \"bob\" @56+3"]);
        value[48] = 1;
        assert!(names(response(&value))[2].starts_with("LAN Manager answer"));
        value[16..].fill(9);
        assert!(names(response(&value))[2].starts_with("Name"), "neither version: one field");
    }

    #[test]
    fn a_failure_says_what_its_number_means() {
        let told = shown(b"\xc2\x23\x04\x01\x00\x0dE=691 R=0");
        assert_eq!(told.last().map(String::as_str), Some("Message \"E=691 R=0\", authentication failure @6+9"));
    }

    #[test]
    fn eap_has_its_type_and_what_the_type_lays_out() {
        let told = shown(b"\xc2\x27\x01\x04\x00\x09\x04\x02\xab\xcds");
        assert_eq!(
            told[4..],
            ["Type 4 MD5-Challenge @6+1", "Value-Size 2 @7+1", "Value abcd @8+2", "Name \"s\" @10+1"]
        );
        let told = shown(b"\xc2\x27\x02\x04\x00\x07\x03\x04\x63");
        assert_eq!(
            told[4..],
            ["Type 3 Nak @6+1", "Desired-Type 4 MD5-Challenge @7+1", "Desired-Type 99 not known here @8+1"]
        );
    }

    #[test]
    fn what_pppd_has_no_words_for_has_the_rfcs() {
        let told = shown(b"\xc0\x21\x01\x01\x00\x0e\x09\x03\x06\x0a\x03\x04\x0f\x02\x0d\x03");
        assert_eq!(told[4], "Option FCS-Alternatives 09 03 06 @6+3");
        assert_eq!(told[8], "Option Self-Describing-Padding 0a 03 04 @9+3");
        let told = shown(b"\xc0\x21\x0d\x03\x00\x0c\x00\x00\xbe\xef\x00\x00\x01\x2c");
        assert_eq!(told[4..], ["Magic-Number 0x0000beef @6+4", "Seconds-Remaining 300 @10+4"]);
    }

    #[test]
    fn a_report_of_the_link_s_quality_has_its_counters() {
        let told = shown(&[&LQR.to_be_bytes()[..], &(0..50).collect::<Vec<u8>>()].concat());
        assert_eq!(told[1..3], ["Magic-Number 0x00010203 @2+4", "LastOutLQRs 67438087 @6+4"]);
        assert_eq!(told[13], "Padding 3031 @50+2");
    }

    #[test]
    fn nothing_of_a_new_password_is_shown() {
        let information = crate::packet::emit(7, 1, &[0xab; 582]);
        let told = shown(&[&CHAP.to_be_bytes(), &information[..]].concat()).join("\n");
        assert!(told.contains("Encrypted-Password hidden @6+516") && !told.contains("abab"), "{told}");
    }

    proptest! {
        #[test]
        fn every_octet_belongs_to_one_innermost_field(
            protocol in prop::sample::select(vec![LCP, PAP, CHAP, EAP, IPCP, IPV6CP, CCP, ECP, CBCP, IP, IPV6, LQR]),
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
