//! The neighbours of values of the kinds that only this language has, by the names of the kinds.

use std::net::{IpAddr, Ipv6Addr};

use offhook_etc::SPEEDS;
use offhook_schema::Value;

use super::spelling::{near_address, near_text, quoted};
use crate::model::{GENERIC, shipped};

/// How a value becomes another.
type Near = fn(&Value) -> Vec<String>;

/// Every kind of the language, with what its values become.
const KINDS: &[(&str, Near)] = &[
    ("port-speed", speed),
    ("ipv4-network", network),
    ("ip-address", ip_address),
    ("account-address", account_address),
    ("caller-number", text),
    ("caller-name", text),
    ("rule-number", rule_number),
    // What a port is called is no setting; where another port is named, the other is tried by its number.
    ("device", text),
    ("device-or-number", text),
    ("telephone-number", text),
    ("modem-model", model),
    ("login-name", text),
    ("host-name", text),
    ("http-url", text),
    ("name-sent", text),
    ("secrets-word", text),
    // These stand outside of scenarios.
    ("variable-name", none),
    ("calling-program", client),
    ("command", none),
    ("stack-name", none),
    ("file-here", none),
    ("scenario-file", none),
    ("tag-name", none),
    ("snapshot-name", none),
    // A packet of another protocol is another script.
    ("ppp-protocol", none),
    ("name-or-number", none),
    ("path", text),
    ("absolute-path", text),
    // Another /etc is another server.
    ("directory", none),
    ("file-mode", mode),
    ("owner", owner),
];

/// Literals of KDL for a value of the kind of that name.
pub(super) fn neighbours(kind: &str, value: &Value) -> Vec<String> {
    KINDS.iter().find(|(name, _)| *name == kind).map_or_else(Vec::new, |(_, near)| near(value))
}

/// Whether the kind of that name is in the table.
#[cfg(test)]
pub(super) fn knows(kind: &str) -> bool {
    KINDS.iter().any(|(name, _)| *name == kind)
}

/// The other of those that are known.
fn client(value: &Value) -> Vec<String> {
    each(value, |text| match text {
        "pppd" => vec!["wvdial".to_owned()],
        "wvdial" => vec!["pppd".to_owned()],
        _ => Vec::new(),
    })
}

fn none(_: &Value) -> Vec<String> {
    Vec::new()
}

fn text(value: &Value) -> Vec<String> {
    each(value, |text| vec![near_text(text)])
}

/// Texts for a text.
fn each(value: &Value, near: impl FnOnce(&str) -> Vec<String>) -> Vec<String> {
    let Value::Text(text) = value else { return Vec::new() };
    near(text).iter().map(|text| quoted(text)).collect()
}

/// The speed above it, or the one below the fastest.
fn speed(value: &Value) -> Vec<String> {
    let Value::Number(speed) = value else { return Vec::new() };
    let faster = SPEEDS.into_iter().find(|other| other > speed);
    let slower = SPEEDS.into_iter().rfind(|other| other < speed);
    faster.or(slower).map(|speed| speed.to_string()).into_iter().collect()
}

fn network(value: &Value) -> Vec<String> {
    let Value::Network(address, prefix) = value else { return Vec::new() };
    let [a, b, c, last] = address.octets();
    vec![quoted(&format!("{a}.{b}.{c}.{}/{prefix}", if last >= 254 { 1 } else { last + 1 }))]
}

fn ip_address(value: &Value) -> Vec<String> {
    each(value, |text| match text.parse() {
        Ok(IpAddr::V4(address)) => vec![near_address(address).to_string()],
        Ok(IpAddr::V6(address)) => vec![Ipv6Addr::from(u128::from(address) ^ 0x10).to_string()],
        Err(_) => Vec::new(),
    })
}

fn account_address(value: &Value) -> Vec<String> {
    each(value, |text| match text {
        "*" => vec!["-".to_owned()],
        "-" => vec!["*".to_owned()],
        _ => match (text.strip_prefix('!'), text.split_once('/')) {
            (Some(allowed), _) => vec![allowed.to_owned()],
            // Another network, not another prefix.
            (None, Some((address, prefix))) => vec![format!("!{text}"), format!("{}/{prefix}", near_text(address))],
            (None, None) => vec![format!("!{text}"), near_text(text)],
        },
    })
}

fn rule_number(value: &Value) -> Vec<String> {
    each(value, |text| match text {
        "all" => vec!["none".to_owned()],
        "none" => vec!["all".to_owned()],
        digits => vec![near_text(digits), "all".to_owned()],
    })
}

/// The modem by the book; instead of that, the others.
fn model(value: &Value) -> Vec<String> {
    each(value, |text| match text {
        GENERIC => shipped().map(|(name, _)| name.to_owned()).filter(|name| name != GENERIC).collect(),
        _ => vec![GENERIC.to_owned()],
    })
}

/// What others may read they may not, and the reverse.
fn mode(value: &Value) -> Vec<String> {
    match value {
        Value::Number(mode) if mode & 0o044 == 0 => vec![quoted("0644")],
        Value::Number(_) => vec![quoted("0600")],
        _ => Vec::new(),
    }
}

fn owner(value: &Value) -> Vec<String> {
    match value {
        Value::Pair(0, 0) => vec![quoted("1:1")],
        Value::Pair(..) => vec![quoted("root")],
        _ => Vec::new(),
    }
}
