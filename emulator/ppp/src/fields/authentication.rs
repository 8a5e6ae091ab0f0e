//! The fields of authentication packets: PAP (RFC 1334 §2.2), CHAP (RFC 1994 §4) with Microsoft's Values and messages (RFC 2433,
//! RFC 2759), and EAP (RFC 3748 §4). Passwords are hidden.

use super::List;
use crate::eap::Method;
use crate::hex::digits;
use crate::mschap::change_password::ChangePassword;
use crate::mschap::message::{Failure, error_name};
use crate::mschap::response::V2;
use crate::packet::Packet;
use crate::print::{eap_type, quoted};
use crate::{chap, eap, pap};

pub(super) fn pap(fields: &mut List, packet: &Packet<'_>) {
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

pub(super) fn chap(fields: &mut List, packet: &Packet<'_>) {
    if let Ok(Some(change)) = ChangePassword::parse(packet) {
        for (name, field) in change.fields {
            fields.push(name, field.len(), "hidden".into());
        }
        return fields.push("Data", change.rest.len(), "hidden".into());
    }
    match chap::Repr::parse(packet) {
        Ok(chap::Repr::Challenge { value, name }) => {
            fields.push("Value-Size", 1, value.len().to_string());
            fields.push("Value", value.len(), digits(value));
            fields.push("Name", name.len(), quoted(name));
        }
        Ok(chap::Repr::Response { value, name }) => {
            fields.push("Value-Size", 1, value.len().to_string());
            response_value(fields, value);
            fields.push("Name", name.len(), quoted(name));
        }
        Ok(chap::Repr::Success { message }) => fields.push("Message", message.len(), quoted(message)),
        Ok(chap::Repr::Failure { message }) => fields.push("Message", message.len(), failure(message)),
        Ok(chap::Repr::Unknown { .. }) | Err(_) => fields.push("Data", packet.data().len(), digits(packet.data())),
    }
}

/// A Failure's Message; what the number in Microsoft's means is told as well.
fn failure(message: &[u8]) -> String {
    let name = Failure::parse(message).error.and_then(error_name);
    name.map_or_else(|| quoted(message), |name| format!("{}, {name}", quoted(message)))
}

/// The Value of a Response. The packet does not tell the algorithm, but 49 octets have Microsoft, and the flag at their end, and
/// the eight zeros that only MS-CHAPv2 has, tell which of its two.
fn response_value(fields: &mut List, value: &[u8]) {
    let parts: &[(&str, usize)] = match V2::parse(value) {
        Ok(V2 { flags: 1, .. }) => &[("LAN Manager answer", 24), ("Windows NT answer", 24), ("Use-NT", 1)],
        Ok(V2 { reserved: [0, 0, 0, 0, 0, 0, 0, 0], .. }) => {
            &[("Peer-Challenge", 16), ("Reserved", 8), ("NT-Response", 24), ("Flags", 1)]
        }
        Ok(_) | Err(_) => return fields.push("Value", value.len(), digits(value)),
    };
    fields.within("Value", value.len(), digits(value));
    let mut rest = value;
    for (name, length) in parts {
        let (part, after) = rest.split_at(*length);
        fields.part(name, *length, digits(part));
        rest = after;
    }
}

pub(super) fn eap(fields: &mut List, packet: &Packet<'_>) {
    let data = packet.data();
    let (method, is_response) = match eap::Repr::parse(packet) {
        Ok(eap::Repr::Request(method)) => (method, false),
        Ok(eap::Repr::Response(method)) => (method, true),
        Ok(_) => return fields.push("Data", data.len(), digits(data)),
        Err(error) => return fields.push("Damaged", data.len(), error.to_string()),
    };
    let kind = u8::from(method.kind());
    fields.push("Type", 1, format!("{kind} {}", eap_type(kind).unwrap_or("not known here")));
    match method {
        Method::Identity(text) => fields.push("Identity", text.len(), quoted(text)),
        Method::Notification(text) => fields.push("Message", text.len(), quoted(text)),
        Method::Nak(types) if is_response => {
            for kind in types {
                let name = eap_type(*kind).unwrap_or("not known here");
                fields.push("Desired-Type", 1, format!("{kind} {name}"));
            }
        }
        Method::Md5Challenge { value, name } => {
            fields.push("Value-Size", 1, value.len().to_string());
            fields.push("Value", value.len(), digits(value));
            fields.push("Name", name.len(), quoted(name));
        }
        Method::Nak(data) | Method::Other { data, .. } => fields.push("Type-Data", data.len(), digits(data)),
    }
}
