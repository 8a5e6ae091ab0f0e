//! What modems for networks dial instead of a number: `D"name"` and `Dhost:port`. V.250 has neither.
//!
//! In: what follows `D`. Out: where it is split from the commands that follow, and the name or address in it, if that is what
//! it is. `T` and `P` before it are dialling methods, as with digits; quotes make a name of anything. Without quotes it has to
//! be something that no number is written like: `host:port`, `127.0.0.1`, a name with a dot in it, a word. `D5551234R`,
//! `D1-800-FLOWERS` and `DBAD` are digits and ornaments still.

use std::net::Ipv4Addr;

/// What is dialled, and the commands after `;`, if there is one. In quotes it is a character like any other.
pub(super) fn split(text: &str) -> (&str, Option<&str>) {
    let mut quoted = false;
    let end = text.find(|c| {
        quoted ^= c == '"';
        c == ';' && !quoted
    });
    match end {
        Some(end) => (text.get(..end).unwrap_or(text), text.get(end + 1..)),
        None => (text, None),
    }
}

/// The name or address that `text` is, without method and quotes; `None`: it is a number.
pub(super) fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix(['T', 't', 'P', 'p']).unwrap_or(text).trim_start();
    if let Some(quoted) = text.strip_prefix('"') {
        let name = quoted.split('"').next().unwrap_or(quoted).trim();
        return (!name.is_empty()).then(|| name.to_owned());
    }
    let is_host = |host: &str| host.contains(['.', '[']) || host.contains(|c: char| c.is_ascii_alphabetic());
    let has_port = text.rsplit_once(':').is_some_and(|(host, port)| is_host(host) && port.parse::<u16>().is_ok());
    let is_address = text.parse::<Ipv4Addr>().is_ok();
    let is_domain = text.contains('.') && text.contains(|c: char| c.is_ascii_alphabetic());
    let is_dialled =
        |c: char| matches!(c.to_ascii_uppercase(), 'A'..='D' | 'T' | 'P' | 'W') || !c.is_ascii_alphabetic();
    let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic()) && !text.chars().all(is_dialled);
    (has_port || is_address || is_domain || is_word).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    // M63, practice of modems for networks
    #[test]
    fn names_and_addresses_are_told_from_numbers() {
        for (text, expected) in [
            ("Tbbs.example:6400", "bbs.example:6400"),
            (" t bbs.example", "bbs.example"),
            ("127.0.0.1", "127.0.0.1"),
            ("P[::1]:23", "[::1]:23"),
            ("localhost", "localhost"),
            ("Tsdf.org", "sdf.org"),
            ("T\"telnet.example:23\"", "telnet.example:23"),
            ("\"5551234\"", "5551234"),
            ("\"Example; BBS\"", "Example; BBS"),
            ("\"unclosed", "unclosed"),
        ] {
            assert_eq!(address(text).as_deref(), Some(expected), "{text}");
        }
    }

    // M63, practice of modems for networks
    #[test]
    fn numbers_stay_numbers_however_they_are_written() {
        for text in [
            "",
            "T5551234",
            "T 1 (555) 123-4",
            "555.1234",
            "T5551234R",
            "1-800-FLOWERS",
            "BAD",
            "9W555",
            "12:30",
            "\"\"",
        ] {
            assert_eq!(address(text), None, "{text}");
        }
    }

    #[test]
    fn a_semicolon_in_quotes_is_no_end() {
        assert_eq!(split("T\"a;b\";H0"), ("T\"a;b\"", Some("H0")));
        assert_eq!(split("555;"), ("555", Some("")));
        assert_eq!(split("\"a;b"), ("\"a;b", None));
    }
}
