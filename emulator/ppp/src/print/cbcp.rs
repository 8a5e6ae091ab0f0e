//! CBCP packets as pppd's log shows them: `Response id=0x1 < UserDefined delay = 5 number = 5551234>`, odd blanks included.
//!
//! Only a pppd that was built with CBCP has these lines; that of Debian says `[proto=0xc029]` and digits.

use std::fmt::Write;

use crate::cbcp::{Callback, CallbackOption};
use crate::hex::spaced as hex;
use crate::options::Options;
use crate::packet::Packet;

use super::{coded, quoted};

/// The text between the brackets.
pub(super) fn packet(packet: &Packet<'_>) -> String {
    let mut text = coded(&["Request", "Response", "Ack"], packet);
    let mut walked = 0;
    if (1..=3).contains(&packet.code_octet()) {
        for option in Options::new(packet.data()).map_while(Result::ok) {
            walked += 2 + option.data.len();
            let _ = write!(text, " < {}>", option_text(CallbackOption::parse(option)));
        }
    }
    text + &hex(&packet.data()[walked..])
}

/// An option, without the brackets.
pub(crate) fn option_text(option: CallbackOption<'_>) -> String {
    let mut text = match option.callback {
        Callback::None => "NoCallback".into(),
        Callback::User => "UserDefined".into(),
        Callback::Admin => "AdminDefined".into(),
        Callback::List => "List".into(),
        Callback::Unknown(kind) => format!("option=0x{kind:x}"),
    };
    if let Some(delay) = option.delay {
        let _ = write!(text, " delay = {delay}");
    }
    if let Some(number) = option.number() {
        // The digits of a number as they are; octets that are no printable ASCII would break the line.
        let quoted = quoted(number);
        let _ = write!(text, " number = {}", &quoted[1..quoted.len() - 1]);
    }
    text
}
