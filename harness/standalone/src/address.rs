//! TCP addresses as people write them: `host:port`, `host`, `[::1]:23`, `::1`.

/// The port of an address that names none: telnet's, as with other modems for networks.
const USUAL_PORT: u16 = 23;

/// The address with its port.
pub(super) fn with_port(address: &str) -> String {
    let is_bare_ipv6 = address.parse::<std::net::Ipv6Addr>().is_ok();
    match address.rsplit_once(':') {
        Some((_, port)) if !is_bare_ipv6 && port.parse::<u16>().is_ok() => address.to_owned(),
        _ if is_bare_ipv6 => format!("[{address}]:{USUAL_PORT}"),
        _ => format!("{address}:{USUAL_PORT}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_a_port_has_that_of_telnet() {
        for (address, expected) in [
            ("bbs.example", "bbs.example:23"),
            ("bbs.example:6400", "bbs.example:6400"),
            ("127.0.0.1", "127.0.0.1:23"),
            ("::1", "[::1]:23"),
            ("[::1]:6400", "[::1]:6400"),
        ] {
            assert_eq!(with_port(address), expected);
        }
    }
}
