//! What things are called: devices, files, users, hosts; and octets as they are.

use super::{Value, Wrong, fault};
use crate::words::choices::CLIENTS;

/// The longest name of a device: what utmp has room for (ut_line).
const LONGEST_DEVICE: usize = 31;
/// The longest login name that useradd(8) makes.
const LONGEST_NAME: usize = 32;
/// The longest path.
const LONGEST_PATH: usize = 255;

pub(crate) fn read_device(text: &str, _whose: &str) -> Result<Value, Wrong> {
    let wrong = || Wrong::new(fault::BAD_DEVICE, format!("`{text}` is not a device name"), "not a device name");
    let name = text.strip_prefix("/dev/").unwrap_or(text);
    let odd = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '.'));
    if let Some(odd) = name.chars().find(|c| odd(*c)) {
        return Err(wrong().help(format!("use letters, digits, `/`, `_`, `-` and `.` only, not `{odd}`: \"ttyS0\"")));
    }
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' && name == text) {
        return Err(wrong().help("begin with a letter: \"ttyS0\", \"/dev/ttyUSB0\""));
    }
    if name.split('/').skip(1).any(|part| matches!(part, "" | "." | "..")) {
        return Err(wrong().help("put a name between one slash and the next: \"term/a\""));
    }
    if name.len() > LONGEST_DEVICE {
        return Err(wrong().help(format!("at most {LONGEST_DEVICE} characters, without /dev/")));
    }
    Ok(Value::Text(text.to_owned()))
}

/// A path that may be below `/etc`; it comes out absolute.
pub(crate) fn read_path(text: &str, _whose: &str) -> Result<Value, Wrong> {
    path(text, true)
}

pub(crate) fn read_absolute_path(text: &str, _whose: &str) -> Result<Value, Wrong> {
    path(text, false)
}

fn path(text: &str, below_etc: bool) -> Result<Value, Wrong> {
    let wrong = |label: &str| Wrong::new(fault::BAD_PATH, format!("`{text}` is not the path of a file"), label);
    let path = match (text.starts_with('/'), below_etc) {
        (true, _) => text.to_owned(),
        (false, true) if text.starts_with("etc/") => {
            return Err(wrong("is below /etc already").help(format!("write \"/{text}\", or leave out etc/")));
        }
        (false, true) => format!("/etc/{text}"),
        (false, false) => return Err(wrong("not absolute").help("begin with a slash: \"/bin/bash\"")),
    };
    if path.split('/').skip(1).any(|part| matches!(part, "" | "." | "..")) {
        return Err(wrong("not a plain path").help("put a name between one slash and the next, not . or .."));
    }
    if path.len() > LONGEST_PATH {
        return Err(wrong("too long").help(format!("at most {LONGEST_PATH} octets")));
    }
    Ok(Value::Text(path))
}

pub(crate) fn read_directory(text: &str, whose: &str) -> Result<Value, Wrong> {
    if text.is_empty() {
        return Err(Wrong::new(fault::BAD_PATH, format!("{whose} is empty"), "not a directory"));
    }
    Ok(Value::Text(text.to_owned()))
}

/// A file on this machine, which is looked for later.
pub(crate) fn read_file_here(text: &str, whose: &str) -> Result<Value, Wrong> {
    if text.is_empty() || text.ends_with('/') {
        let message = format!("{whose} names no file");
        return Err(Wrong::new(fault::BAD_PATH, message, "not a file"));
    }
    Ok(Value::Text(text.to_owned()))
}

/// A command, whose first word is a program.
pub(crate) fn read_command(text: &str, whose: &str) -> Result<Value, Wrong> {
    match text.split_whitespace().next() {
        Some(program) if !program.ends_with('/') => Ok(Value::Text(text.to_owned())),
        _ => Err(Wrong::new(fault::BAD_PATH, format!("{whose} names no program"), "not a command")
            .help("begin with a program: \"./my-ppp --answer\"")),
    }
}

/// A program that calls: one of those that are known by name, or a command whose program is a path.
pub(crate) fn read_client(text: &str, whose: &str) -> Result<Value, Wrong> {
    if CLIENTS.of(text).is_some() {
        return Ok(Value::Text(text.to_owned()));
    }
    if text.split_whitespace().next().is_some_and(|program| program.contains('/')) {
        return read_command(text, whose);
    }
    let wrong =
        Wrong::new(fault::NOT_A_CHOICE, format!("{whose} cannot be `{text}`"), "expected \"pppd\" or \"wvdial\"");
    Err(wrong.help(format!("a program of your own is named by its path: \"./{text}\"")))
}

pub(crate) fn read_name(text: &str, _whose: &str) -> Result<Value, Wrong> {
    let wrong =
        Wrong::new(fault::BAD_TEXT, format!("`{text}` cannot be the name of a user or group"), "not a user name");
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '.');
    if !text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_') || !text.chars().all(fine) {
        return Err(wrong
            .help("begin with a lower-case letter, then use lower-case letters, digits, `_`, `-` and `.`: \"bob\""));
    }
    if text.len() > LONGEST_NAME {
        return Err(wrong.help(format!("at most {LONGEST_NAME} characters")));
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

pub(crate) fn read_host_name(text: &str, _whose: &str) -> Result<Value, Wrong> {
    if host_name(text) {
        return Ok(Value::Text(text.to_owned()));
    }
    let wrong = Wrong::new(fault::BAD_TEXT, format!("`{text}` is not a host name"), "not a host name");
    Err(match text.strip_suffix('.') {
        Some(name) if host_name(name) => wrong.help(format!("remove the dot at the end: \"{name}\"")),
        _ => wrong.help("use letters, digits and hyphens, with dots between them: \"www.lan\""),
    })
}

pub(crate) fn read_url(text: &str, _whose: &str) -> Result<Value, Wrong> {
    let wrong =
        |label: &str| Wrong::new(fault::BAD_URL, format!("`{text}` is not a URL that can be fetched here"), label);
    let Some(rest) = text.strip_prefix("http://") else {
        let wrong = wrong("does not begin with http://");
        let help = match text.split_once("://") {
            Some(("https", rest)) => format!("TLS is not supported: \"http://{rest}\""),
            Some((_, rest)) => format!("\"http://{rest}\""),
            None => "for example \"http://www.lan/octets/1000\"".to_owned(),
        };
        return Err(wrong.help(help));
    };
    let Some((authority, path)) = rest.split_once('/') else {
        return Err(wrong("no path").help(format!("add a slash after the host: \"{text}/\"")));
    };
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let start = "http://".len();
    if !host_name(host) && host.parse::<std::net::Ipv4Addr>().is_err() {
        return Err(wrong("not a host").at(start..start + host.len()).help("write a host name or an IPv4 address"));
    }
    if let Some(port) = port.filter(|port| !port.parse::<u16>().is_ok_and(|port| port != 0)) {
        let start = start + host.len() + 1;
        return Err(wrong("not a TCP port").at(start..start + port.len()).help("a port is from 1 to 65535"));
    }
    if let Some(at) = path.find(|c: char| !c.is_ascii_graphic() || c == '#') {
        let at = text.len() - path.len() + at;
        let len = text[at..].chars().next().map_or(1, char::len_utf8);
        return Err(wrong("not allowed in a URL")
            .at(at..at + len)
            .help("write characters other than printable ASCII as %20 and so on"));
    }
    Ok(Value::Text(text.to_owned()))
}

pub(crate) fn read_file_mode(text: &str, _whose: &str) -> Result<Value, Wrong> {
    let octal = (3..=4).contains(&text.len()) && text.bytes().all(|octet| (b'0'..=b'7').contains(&octet));
    match u32::from_str_radix(text, 8) {
        Ok(mode) if octal => Ok(Value::Number(mode)),
        _ => Err(Wrong::new(fault::BAD_TEXT, format!("`{text}` is not a file mode"), "not octal")
            .help("write three or four octal digits: \"0600\"")),
    }
}

pub(crate) fn read_owner(text: &str, _whose: &str) -> Result<Value, Wrong> {
    if matches!(text, "root" | "root:root") {
        return Ok(Value::Pair(0, 0));
    }
    let numbers = text.split_once(':').and_then(|(uid, gid)| Some((uid.parse().ok()?, gid.parse().ok()?)));
    match numbers {
        // The highest number is no user's: chown(2) takes it for "as it was".
        Some((uid, gid)) if uid != u32::MAX && gid != u32::MAX => Ok(Value::Pair(uid, gid)),
        _ => Err(Wrong::new(fault::BAD_TEXT, format!("`{text}` is not an owner"), "not an owner")
            .help("write \"root\", or the numbers of user and group (names are not known yet): \"10:10\"")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn devices_are_names_below_dev_and_paths_of_their_own() {
        for text in ["ttyS0", "term/a", "/dev/ttyUSB0", "/srv/port-1", "serial/by-id/usb-1.0_x"] {
            assert!(read_device(text, "").is_ok(), "{text}");
        }
        for text in ["", "/dev/", "/dev//x", "1x", "tty S0", "a//b", "a/../b", "/", "-x", "tty:0", &"x".repeat(32)] {
            assert!(read_device(text, "").is_err(), "{text}");
        }
    }

    #[test]
    fn paths_come_out_absolute_and_plain() {
        let path = |text: &str, below| if let Ok(Value::Text(path)) = path(text, below) { Some(path) } else { None };
        assert_eq!(path("ppp/options", true).as_deref(), Some("/etc/ppp/options"));
        assert_eq!(path("/var/x", true).as_deref(), Some("/var/x"));
        assert_eq!(path("bash", false), None);
        for text in ["", "/", "../x", "ppp/../../x", "a//b", "ppp/", "etc/ppp/options"] {
            assert_eq!(path(text, true), None, "{text}");
        }
    }

    #[test]
    fn only_http_to_a_host_is_fetched() {
        for text in ["http://www.lan/", "http://10.0.0.1:8080/octets/5", "http://a/b?c=d"] {
            assert!(read_url(text, "").is_ok(), "{text}");
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
            assert!(read_url(text, "").is_err(), "{text}");
        }
    }

    #[test]
    fn names_modes_and_owners_are_those_a_server_takes() {
        assert!(read_name("bob", "").is_ok() && read_name("_x-1", "").is_ok());
        assert!(read_name("Bob", "").is_err() && read_name("", "").is_err() && read_name("a:b", "").is_err());
        assert_eq!(read_file_mode("0600", "").unwrap(), Value::Number(0o600));
        assert!(
            read_file_mode("+600", "").is_err()
                && read_file_mode("0800", "").is_err()
                && read_file_mode("7", "").is_err()
        );
        assert_eq!(read_owner("10:20", "").unwrap(), Value::Pair(10, 20));
        assert!(read_owner("bob", "").is_err() && read_owner("4294967295:0", "").is_err());
    }
}
