//! The fields of control packets: options, messages, what was rejected; of CBCP and of Link-Quality-Reports.

use super::{List, names};
use crate::cbcp::CallbackOption;
use crate::frame::LCP;
use crate::hex::digits;
use crate::lcp::Extension;
use crate::lqr::{NAMES, REPORT, Report};
use crate::options::{Options, RawOption};
use crate::packet::{Packet, Repr};
use crate::print::{callback_text, quoted};

/// Octets of Type and Length of an option.
const HEADER_OF_OPTION: usize = 2;

pub(super) fn data(fields: &mut List, protocol: u16, packet: &Packet<'_>) {
    let data = packet.data();
    match Repr::parse(packet) {
        Ok(Repr::Configure { options, .. }) => {
            options_of(fields, options, |option| names::option(protocol, option));
        }
        Ok(Repr::Terminate { .. }) => fields.push("Data", data.len(), quoted(data)),
        Ok(Repr::Echo { magic, data, .. }) => {
            fields.push("Magic-Number", 4, format!("0x{magic:08x}"));
            fields.push("Data", data.len(), digits(data));
        }
        Ok(Repr::ProtocolReject { protocol, information }) => {
            fields.push("Rejected-Protocol", 2, format!("0x{protocol:04x} {}", names::name(protocol)));
            fields.push("Rejected-Information", information.len(), digits(information));
        }
        Ok(Repr::CodeReject { rejected }) => fields.push("Rejected-Packet", rejected.len(), digits(rejected)),
        Ok(Repr::Unknown { .. }) if protocol == LCP => extension(fields, packet),
        Ok(Repr::Unknown { .. }) | Err(_) => fields.push("Data", data.len(), digits(data)),
    }
}

/// Options, each with its parts.
fn options_of(fields: &mut List, octets: &[u8], text: impl Fn(RawOption<'_>) -> String) {
    let mut walked = 0;
    for option in Options::new(octets).map_while(Result::ok) {
        let length = HEADER_OF_OPTION + option.data.len();
        fields.within("Option", length, text(option));
        fields.part("Type", 1, option.kind.to_string());
        fields.part("Length", 1, length.to_string());
        fields.part("Data", option.data.len(), digits(option.data));
        walked += length;
    }
    let rest = &octets[walked..];
    fields.push("Damaged", rest.len(), format!("no option whose Length can be: {}", digits(rest)));
}

/// Identification and Time-Remaining (RFC 1570 §1).
fn extension(fields: &mut List, packet: &Packet<'_>) {
    match Extension::parse(packet) {
        Some(Ok(Extension::Identification { magic, message })) => {
            fields.push("Magic-Number", 4, format!("0x{magic:08x}"));
            fields.push("Message", message.len(), quoted(message));
        }
        Some(Ok(Extension::TimeRemaining { magic, seconds, message })) => {
            fields.push("Magic-Number", 4, format!("0x{magic:08x}"));
            fields.push("Seconds-Remaining", 4, seconds.to_string());
            fields.push("Message", message.len(), quoted(message));
        }
        Some(Err(error)) => fields.push("Damaged", packet.data().len(), error.to_string()),
        None => fields.push("Data", packet.data().len(), digits(packet.data())),
    }
}

/// CBCP.
pub(super) fn callback(fields: &mut List, packet: &Packet<'_>) {
    if (1..=3).contains(&packet.code_octet()) {
        options_of(fields, packet.data(), |option| callback_text(CallbackOption::parse(option)));
    } else {
        fields.push("Data", packet.data().len(), digits(packet.data()));
    }
}

/// A Link-Quality-Report (RFC 1989 §2.6).
pub(super) fn link_quality_report(fields: &mut List, information: &[u8]) {
    let report = match Report::parse(information) {
        Ok(report) => report,
        Err(error) => return fields.push("Damaged", information.len(), error.to_string()),
    };
    for (at, (name, field)) in NAMES.iter().zip(report.fields).enumerate() {
        fields.push(name, 4, if at == 0 { format!("0x{field:08x}") } else { field.to_string() });
    }
    fields.push("Padding", information.len() - REPORT, digits(Report::padding(information)));
}
