//! Addresses: IPv4, networks, and what a line of pap-secrets allows.

use std::net::{Ipv4Addr, Ipv6Addr};

use offhook_schema::{Kind, read_value};

use super::{Value, Wrong, fault};

/// An IPv4 address, by the general reading.
fn read_address(text: &str) -> Result<Ipv4Addr, Wrong> {
    match read_value(&text.into(), Kind::Address, "")? {
        Value::Address(address) => Ok(address),
        _ => Err(Wrong::new(fault::BAD_ADDRESS, format!("`{text}` is not an IPv4 address"), "not an IPv4 address")),
    }
}

pub(crate) fn read_network(text: &str, _whose: &str) -> Result<Value, Wrong> {
    let Some((address, prefix)) = text.split_once('/') else {
        let address = read_address(text)?;
        let wrong = Wrong::new(fault::BAD_ADDRESS, "the prefix length of the network is missing", "no prefix length");
        return Err(wrong.help(format!("for example \"{address}/24\"")));
    };
    let address = read_address(address)?;
    match prefix.parse() {
        Ok(prefix @ 1..=30) => Ok(Value::Network(address, prefix)),
        _ => Err(Wrong::new(
            fault::BAD_ADDRESS,
            format!("`{prefix}` cannot be the prefix length here"),
            "must be 1 to 30",
        )
        .help("the network must have room for two hosts: \"192.168.32.1/24\"")),
    }
}

/// An IPv4 address, or an IPv6 address of the link: the caller has no other (RFC 5072 section 5).
pub(crate) fn read_ip_address(text: &str, _whose: &str) -> Result<Value, Wrong> {
    let Ok(address) = text.parse::<Ipv6Addr>() else {
        return Ok(Value::Text(read_address(text)?.to_string()));
    };
    if address.is_unicast_link_local() {
        return Ok(Value::Text(address.to_string()));
    }
    let wrong = Wrong::new(fault::BAD_ADDRESS, format!("`{text}` is not on the link"), "not a link-local address");
    Err(wrong.help("over IPv6 the caller reaches the server's link-local address alone: \"fe80::1\""))
}

pub(crate) fn read_account_address(text: &str, _whose: &str) -> Result<Value, Wrong> {
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
        return Err(Wrong::new(
            fault::BAD_ADDRESS,
            format!("the prefix length of `{text}` is wrong"),
            "0 to 32 after the slash",
        ));
    }
    if bare.is_empty() || text.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '\\' | '#' | ',')) {
        let wrong = Wrong::new(fault::BAD_ADDRESS, format!("`{text}` is not an address"), "not an address");
        return Err(wrong.help("put each address in its own quotes: address \"192.168.32.105\" \"192.168.32.106\""));
    }
    Ok(Value::Text(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_addresses_are_what_pppd_reads() {
        for text in ["*", "-", "192.168.32.105", "!192.168.32.5", "10.0.0.0/8", "10.5.0.0/16+", "host.example"] {
            assert!(read_account_address(text, "").is_ok(), "{text}");
        }
        for text in ["", "!", "300.1.1.1", "10.0.0.0/33", "10.0.0.0/", "10.0.0.1 10.0.0.2", "a\"b"] {
            assert!(read_account_address(text, "").is_err(), "{text}");
        }
    }
}
