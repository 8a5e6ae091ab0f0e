//! Addresses: IPv4, networks, and what a line of pap-secrets allows.

use std::net::Ipv4Addr;

use super::{Fault, Value, Wrong};

pub(super) fn read_address(text: &str) -> Result<Ipv4Addr, Wrong> {
    text.parse().map_err(|_| {
        let parts: Vec<&str> = text.split('.').collect();
        let number = |part: &&str| !part.is_empty() && part.bytes().all(|octet| octet.is_ascii_digit());
        let help = if let Some((address, _)) = text.split_once('/') {
            format!("without a prefix length: \"{address}\"")
        } else if text.contains(':') {
            "addresses here are IPv4; `ipv6` turns IPv6 on and off".to_owned()
        } else if !parts.iter().all(number) {
            "four numbers with dots between them: \"192.168.32.1\"; names are not looked up".to_owned()
        } else if let Some(part) = parts.iter().find(|part| part.parse::<u8>().is_err()) {
            format!("each of the four numbers is from 0 to 255, not {part}")
        } else if parts.len() != 4 {
            format!("four numbers with dots between them, not {}: \"192.168.32.1\"", parts.len())
        } else {
            "no number begins with a 0".to_owned()
        };
        Wrong::new(Fault::BadAddress, format!("`{text}` is no IPv4 address"), "no IPv4 address").help(help)
    })
}

pub(super) fn read_network(text: &str) -> Result<Value, Wrong> {
    let Some((address, prefix)) = text.split_once('/') else {
        let address = read_address(text)?;
        let wrong = Wrong::new(Fault::BadAddress, "the length of the network's prefix is missing", "no length");
        return Err(wrong.help(format!("\"{address}/24\", say")));
    };
    let address = read_address(address)?;
    match prefix.parse() {
        Ok(prefix @ 1..=30) => Ok(Value::Network(address, prefix)),
        _ => Err(Wrong::new(Fault::BadAddress, format!("`{prefix}` is no prefix length here"), "1 to 30")
            .help("two hosts need room: 1 to 30, as in \"192.168.32.1/24\"")),
    }
}

pub(super) fn read_account_address(text: &str) -> Result<Value, Wrong> {
    // pppd's syntax: `*`, `-`, an address or a network or a host name, each with `!` before or `+` after it.
    let bare = text.strip_prefix('!').unwrap_or(text);
    let (address, prefix) = match bare.split_once('/') {
        Some((address, prefix)) => (address, prefix.strip_suffix('+').unwrap_or(prefix).parse::<u8>().ok()),
        None => (bare, Some(32)),
    };
    let numeric = !address.is_empty() && address.bytes().all(|octet| octet.is_ascii_digit() || octet == b'.');
    if numeric {
        read_address(address)?;
    }
    if prefix.is_none_or(|prefix| prefix > 32) {
        return Err(Wrong::new(Fault::BadAddress, format!("`{text}` has no prefix length"), "0 to 32 after the slash"));
    }
    if bare.is_empty() || text.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '\\' | '#' | ',')) {
        let wrong = Wrong::new(Fault::BadAddress, format!("`{text}` is no address"), "no address");
        return Err(wrong.help("one address in each pair of quotes: address \"192.168.32.105\" \"192.168.32.106\""));
    }
    Ok(Value::Text(text.to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn account_addresses_are_what_pppd_reads() {
        for text in ["*", "-", "192.168.32.105", "!192.168.32.5", "10.0.0.0/8", "10.5.0.0/16+", "host.example"] {
            assert!(read_account_address(text).is_ok(), "{text}");
        }
        for text in ["", "!", "300.1.1.1", "10.0.0.0/33", "10.0.0.0/", "10.0.0.1 10.0.0.2", "a\"b"] {
            assert!(read_account_address(text).is_err(), "{text}");
        }
    }

    #[test]
    fn addresses_that_are_wrong_say_how() {
        for (text, help) in [
            ("192.168.32.256", "not 256"),
            ("192.168.32", "not 3"),
            ("192.168.32.1/24", "without a prefix length"),
            ("fe80::1", "IPv4"),
            ("server", "not looked up"),
            ("192.168.032.1", "begins with a 0"),
            ("", "four numbers"),
        ] {
            assert!(read_address(text).unwrap_err().help.unwrap().contains(help), "{text}");
        }
    }
}
