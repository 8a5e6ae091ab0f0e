//! What things are called: devices, files, users, hosts; and octets as they are.

use super::{Fault, Value, Wrong};

/// The longest name of a device: what utmp has room for (ut_line).
const LONGEST_DEVICE: usize = 31;
/// The longest login name that useradd(8) makes.
const LONGEST_NAME: usize = 32;
/// The longest path.
const LONGEST_PATH: usize = 255;

pub(super) fn read_device(text: &str) -> Result<Value, Wrong> {
    let wrong = || Wrong::new(Fault::BadDevice, format!("`{text}` is no device name"), "no device name");
    let name = text.strip_prefix("/dev/").unwrap_or(text);
    let odd = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '.'));
    if let Some(odd) = name.chars().find(|c| odd(*c)) {
        return Err(wrong().help(format!("letters, digits, `/`, `_`, `-` and `.` only, and no `{odd}`: \"ttyS0\"")));
    }
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' && name == text) {
        return Err(wrong().help("a letter first: \"ttyS0\", \"/dev/ttyUSB0\""));
    }
    if name.split('/').skip(1).any(|part| matches!(part, "" | "." | "..")) {
        return Err(wrong().help("a path with a name between one slash and the next: \"term/a\""));
    }
    if name.len() > LONGEST_DEVICE {
        return Err(wrong().help(format!("{LONGEST_DEVICE} characters at most, without /dev/")));
    }
    Ok(Value::Text(text.to_owned()))
}

/// A path comes out absolute.
pub(super) fn read_path(text: &str, below_etc: bool) -> Result<Value, Wrong> {
    let wrong = |label: &str| Wrong::new(Fault::BadPath, format!("`{text}` is no path of a file"), label);
    let path = match (text.starts_with('/'), below_etc) {
        (true, _) => text.to_owned(),
        (false, true) if text.starts_with("etc/") => {
            return Err(wrong("below /etc already").help(format!("\"/{text}\", or without etc/")));
        }
        (false, true) => format!("/etc/{text}"),
        (false, false) => return Err(wrong("not absolute").help("from the root on, as \"/bin/bash\" is")),
    };
    if path.split('/').skip(1).any(|part| matches!(part, "" | "." | "..")) {
        return Err(wrong("not a plain path").help("a name between one slash and the next, none of them . or .."));
    }
    if path.len() > LONGEST_PATH {
        return Err(wrong("too long").help(format!("{LONGEST_PATH} octets at most")));
    }
    Ok(Value::Text(path))
}

pub(super) fn read_directory(text: &str, whose: &str) -> Result<Value, Wrong> {
    if text.is_empty() {
        return Err(Wrong::new(Fault::BadPath, format!("{whose} is empty"), "no directory"));
    }
    Ok(Value::Text(text.to_owned()))
}

pub(super) fn read_name(text: &str) -> Result<Value, Wrong> {
    let wrong = Wrong::new(Fault::BadText, format!("`{text}` is no name of a user or group"), "no such name");
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '.');
    if !text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_') || !text.chars().all(fine) {
        return Err(wrong.help("a lower-case letter, then lower-case letters, digits, `_`, `-` and `.`: \"bob\""));
    }
    if text.len() > LONGEST_NAME {
        return Err(wrong.help(format!("{LONGEST_NAME} characters at most")));
    }
    Ok(Value::Text(text.to_owned()))
}

/// Whether `text` is a host name as RFC 1123 section 2.1 has it.
fn host_name(text: &str) -> bool {
    let label = |label: &str| {
        let ends = label.starts_with('-') || label.ends_with('-');
        !label.is_empty() && label.len() <= 63 && !ends && label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
    };
    let numbers = text.bytes().all(|octet| octet.is_ascii_digit() || octet == b'.');
    !numbers && text.len() <= 253 && text.split('.').all(label)
}

pub(super) fn read_host_name(text: &str) -> Result<Value, Wrong> {
    if host_name(text) {
        return Ok(Value::Text(text.to_owned()));
    }
    let wrong = Wrong::new(Fault::BadText, format!("`{text}` is no host's name"), "no host's name");
    Err(match text.strip_suffix('.') {
        Some(name) if host_name(name) => wrong.help(format!("without the dot at the end: \"{name}\"")),
        _ => wrong.help("letters, digits and hyphens, with dots between: \"www.lan\""),
    })
}

pub(super) fn read_url(text: &str) -> Result<Value, Wrong> {
    let wrong = |label: &str| Wrong::new(Fault::BadUrl, format!("`{text}` is nothing to get by HTTP"), label);
    let Some(rest) = text.strip_prefix("http://") else {
        let wrong = wrong("does not begin with http://");
        let help = match text.split_once("://") {
            Some(("https", rest)) => format!("nobody here speaks TLS: \"http://{rest}\""),
            Some((_, rest)) => format!("\"http://{rest}\""),
            None => "like this: \"http://www.lan/octets/1000\"".to_owned(),
        };
        return Err(wrong.help(help));
    };
    let Some((authority, path)) = rest.split_once('/') else {
        return Err(wrong("no path").help(format!("end the host with a slash: \"{text}/\"")));
    };
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let start = "http://".len();
    if !host_name(host) && host.parse::<std::net::Ipv4Addr>().is_err() {
        return Err(wrong("no host").at(start..start + host.len()).help("a host's name or an IPv4 address"));
    }
    if let Some(port) = port.filter(|port| !port.parse::<u16>().is_ok_and(|port| port != 0)) {
        let start = start + host.len() + 1;
        return Err(wrong("no port of TCP").at(start..start + port.len()).help("1 to 65535"));
    }
    if let Some(at) = path.find(|c: char| !c.is_ascii_graphic() || c == '#') {
        let at = text.len() - path.len() + at;
        let len = text[at..].chars().next().map_or(1, char::len_utf8);
        return Err(wrong("cannot stand here").at(at..at + len).help("others than printable ASCII as %20 and so on"));
    }
    Ok(Value::Text(text.to_owned()))
}

pub(super) fn read_octets(text: &str) -> Result<Value, Wrong> {
    const HOW: &str = "two hexadecimal digits an octet, blanks between: \"7e ff 7d 23\"";
    let mut octets = Vec::new();
    let mut at = 0;
    for word in text.split(' ') {
        let place = at..at + word.len();
        at += word.len() + 1;
        let digits: Option<Vec<u8>> =
            word.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
        match digits {
            Some(digits) if digits.len() % 2 == 0 => {
                octets.extend(digits.chunks_exact(2).filter_map(|pair| Some(pair.first()? << 4 | pair.get(1)?)));
            }
            Some(_) => {
                let wrong = Wrong::new(Fault::BadOctets, format!("`{word}` is no octet"), "half an octet is missing");
                return Err(wrong.at(place).help(HOW));
            }
            None => {
                let wrong = Wrong::new(Fault::BadOctets, format!("`{word}` is no octet"), "not hexadecimal");
                return Err(wrong.at(place).help(HOW));
            }
        }
    }
    if octets.is_empty() {
        return Err(Wrong::new(Fault::BadOctets, "there is nothing to send", "no octet").help(HOW));
    }
    Ok(Value::Octets(octets))
}

pub(super) fn read_file_mode(text: &str) -> Result<Value, Wrong> {
    let octal = (3..=4).contains(&text.len()) && text.bytes().all(|octet| (b'0'..=b'7').contains(&octet));
    match u32::from_str_radix(text, 8) {
        Ok(mode) if octal => Ok(Value::Number(mode)),
        _ => Err(Wrong::new(Fault::BadText, format!("`{text}` is no file's mode"), "not octal")
            .help("three or four octal digits: \"0600\"")),
    }
}

pub(super) fn read_owner(text: &str) -> Result<Value, Wrong> {
    if matches!(text, "root" | "root:root") {
        return Ok(Value::Owner(0, 0));
    }
    let numbers = text.split_once(':').and_then(|(uid, gid)| Some((uid.parse().ok()?, gid.parse().ok()?)));
    match numbers {
        // The highest number is no user's: chown(2) takes it for "as it was".
        Some((uid, gid)) if uid != u32::MAX && gid != u32::MAX => Ok(Value::Owner(uid, gid)),
        _ => Err(Wrong::new(Fault::BadText, format!("`{text}` is no owner"), "not understood")
            .help("\"root\", or the numbers of user and group, as there are no names yet: \"10:10\"")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn devices_are_names_below_dev_and_paths_of_their_own() {
        for text in ["ttyS0", "term/a", "/dev/ttyUSB0", "/srv/port-1", "serial/by-id/usb-1.0_x"] {
            assert!(read_device(text).is_ok(), "{text}");
        }
        for text in ["", "/dev/", "/dev//x", "1x", "tty S0", "a//b", "a/../b", "/", "-x", "tty:0", &"x".repeat(32)] {
            assert!(read_device(text).is_err(), "{text}");
        }
    }

    #[test]
    fn paths_come_out_absolute_and_plain() {
        let path =
            |text: &str, below| if let Ok(Value::Text(path)) = read_path(text, below) { Some(path) } else { None };
        assert_eq!(path("ppp/options", true).as_deref(), Some("/etc/ppp/options"));
        assert_eq!(path("/var/x", true).as_deref(), Some("/var/x"));
        assert_eq!(path("bash", false), None);
        for text in ["", "/", "../x", "ppp/../../x", "a//b", "ppp/", "etc/ppp/options"] {
            assert_eq!(path(text, true), None, "{text}");
        }
    }

    #[test]
    fn octets_are_pairs_of_digits_and_a_wrong_one_is_pointed_at() {
        let Value::Octets(octets) = read_octets("7e ff7d  23").unwrap() else { unreachable!() };
        assert_eq!(octets, [0x7e, 0xff, 0x7d, 0x23]);
        assert_eq!(read_octets("7e f 7d").unwrap_err().part, Some(3..4));
        assert_eq!(read_octets("7e fg").unwrap_err().part, Some(3..5));
        assert_eq!(read_octets("7e é0 00").unwrap_err().part, Some(3..6));
        assert!(read_octets("").is_err() && read_octets("  ").is_err());
    }

    #[test]
    fn only_http_to_a_host_is_fetched() {
        for text in ["http://www.lan/", "http://10.0.0.1:8080/octets/5", "http://a/b?c=d"] {
            assert!(read_url(text).is_ok(), "{text}");
        }
        for text in [
            "www.lan/",
            "https://www.lan/",
            "http://www.lan",
            "http:///x",
            "http://a:0/",
            "http://a:x/",
            "http://a/b c",
        ] {
            assert!(read_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn names_modes_and_owners_are_those_a_server_takes() {
        assert!(read_name("bob").is_ok() && read_name("_x-1").is_ok());
        assert!(read_name("Bob").is_err() && read_name("").is_err() && read_name("a:b").is_err());
        assert_eq!(read_file_mode("0600").unwrap(), Value::Number(0o600));
        assert!(read_file_mode("+600").is_err() && read_file_mode("0800").is_err() && read_file_mode("7").is_err());
        assert_eq!(read_owner("10:20").unwrap(), Value::Owner(10, 20));
        assert!(read_owner("bob").is_err() && read_owner("4294967295:0").is_err());
    }
}
