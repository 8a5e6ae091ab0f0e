//! The census: what the server has now, looked at from process 1.
//!
//! In: /proc, /run and utmp of the server's own namespaces. Out: a line for each process, interface, lock, pid file, route,
//! proxy-ARP entry and login. What cannot be read is not there: a process may end while it is looked at.

use std::fs;
use std::path::Path;

use offhook_server::utmp::logins;
use offhook_session::invariant::Census;

/// Flag of an entry in /proc/net/arp that is answered for somebody else (ATF_PUBL).
const PUBLISHED: u32 = 0x08;

/// What there is.
pub(super) fn taken() -> Census {
    let lines = [processes(), interfaces(), files("/run/lock", "lock", ""), files("/run", "pid file", ".pid")];
    let more = [routes(), proxies(), logins(Path::new("/run/utmp")).into_iter().map(login).collect()];
    Census::of(lines.into_iter().chain(more).flatten())
}

fn login((user, line): (String, String)) -> String {
    format!("utmp entry of {user} on {line}")
}

/// The processes of the server, each with how many files it has open. Those of programs that call live in other networks.
fn processes() -> Vec<String> {
    let own = fs::read_link("/proc/self/ns/net").ok();
    let of = |name: &str| {
        let place = Path::new("/proc").join(name);
        // A thread of the kernel has no command line.
        let command = fs::read(place.join("cmdline")).ok().filter(|line| !line.is_empty());
        let here = fs::read_link(place.join("ns/net")).ok() == own;
        if command.is_none() || !here {
            return None;
        }
        let program = fs::read_to_string(place.join("comm")).ok()?;
        let files = fs::read_dir(place.join("fd")).ok()?.count();
        Some(format!("process {} with {files} open files", program.trim()))
    };
    names("/proc")
        .iter()
        .filter(|name| **name != "1" && name.bytes().all(|octet| octet.is_ascii_digit()))
        .filter_map(|name| of(name))
        .collect()
}

fn interfaces() -> Vec<String> {
    let lines = text("/proc/net/dev");
    let names = lines.lines().skip(2).filter_map(|line| line.split_once(':'));
    names.map(|(name, _)| format!("interface {}", name.trim())).collect()
}

fn routes() -> Vec<String> {
    let lines = text("/proc/net/route");
    let route = |line: &str| {
        let mut words = line.split_whitespace();
        let (interface, address) = (words.next()?, words.next()?);
        let octets = u32::from_str_radix(address, 16).ok()?.to_le_bytes();
        Some(format!("route to {} by {interface}", std::net::Ipv4Addr::from(octets)))
    };
    lines.lines().skip(1).filter_map(route).collect()
}

fn proxies() -> Vec<String> {
    let lines = text("/proc/net/arp");
    let proxy = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let flags = u32::from_str_radix(words.get(2)?.trim_start_matches("0x"), 16).ok()?;
        (flags & PUBLISHED != 0).then(|| format!("proxy-ARP entry for {}", words[0]))
    };
    lines.lines().skip(1).filter_map(proxy).collect()
}

/// Files of a directory whose names end so.
fn files(directory: &str, what: &str, end: &str) -> Vec<String> {
    let plain = |name: &&String| Path::new(directory).join(name).is_file();
    names(directory)
        .iter()
        .filter(|name| name.ends_with(end))
        .filter(plain)
        .map(|name| format!("{what} {directory}/{name}"))
        .collect()
}

fn names(directory: &str) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

fn text(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}
