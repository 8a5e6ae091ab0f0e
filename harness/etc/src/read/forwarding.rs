//! Whether the server passes packets on between its callers and the LAN: ip_forward, where files switch it on.
//!
//! In goes a tree; out comes whether some file switches it, and where. It is off unless one does.

use crate::source::{Place, Tree};

/// What files say of forwarding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Forwarding {
    /// It is on, by this line.
    On(Place),
    /// It is switched off, by this line.
    Off(Place),
    /// The files that could switch it are here, and none does.
    Unset,
    /// No such file is here: not known.
    #[default]
    Unknown,
}

/// The switch, as sysctl and /proc call it.
const NAMES: &[&str] = &["net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding", "net.ipv4.conf.default.forwarding"];
/// Where scripts switch it.
const SCRIPTS: &[&str] =
    &["/etc/network/", "/etc/rc.local", "/etc/init.d/", "/etc/ppp/ip-up", "/etc/ppp/ip-pre-up", "/etc/rc.d/"];

/// Reads the files.
pub fn read(tree: &Tree) -> Forwarding {
    let mut known = false;
    let mut set: Option<(bool, Place)> = None;
    let mut sysctls: Vec<&str> = tree.in_directory("/etc/sysctl.d").map(|file| file.path.as_str()).collect();
    sysctls.retain(|path| path.ends_with(".conf"));
    sysctls.push("/etc/sysctl.conf");
    for path in sysctls {
        let Some(source) = tree.source(path) else { continue };
        known = true;
        for (number, line) in source.lines() {
            if let Some(on) = sysctl(&line) {
                set = Some((on, source.at(number)));
            }
        }
    }
    for file in tree.etc.files.iter().filter(|file| SCRIPTS.iter().any(|start| file.path.starts_with(start))) {
        let Some(source) = tree.source(&file.path) else { continue };
        for (number, line) in source.lines() {
            if let Some(on) = script(&line) {
                set = Some((on, source.at(number)));
            }
        }
    }
    match set {
        Some((true, place)) => Forwarding::On(place),
        Some((false, place)) => Forwarding::Off(place),
        None if known => Forwarding::Unset,
        None => Forwarding::Unknown,
    }
}

/// `net.ipv4.ip_forward = 1`; slashes do as well as dots.
fn sysctl(line: &str) -> Option<bool> {
    let line = line.trim().trim_start_matches('-');
    let (name, value) = line.split_once('=')?;
    let name = name.trim().replace('/', ".");
    let (name, value) = (name.as_str(), value.trim());
    (NAMES.contains(&name) && !line.starts_with(['#', ';'])).then_some(value != "0")
}

/// `sysctl -w net.ipv4.ip_forward=1`, `echo 1 > /proc/sys/net/ipv4/ip_forward`, also behind `up`.
fn script(line: &str) -> Option<bool> {
    let line = line.split('#').next().unwrap_or_default();
    let words: Vec<&str> = line.split([' ', '\t', '"', '\'', ';']).filter(|word| !word.is_empty()).collect();
    if words.contains(&"sysctl") {
        return words.iter().find_map(|word| sysctl(word));
    }
    let file =
        line.contains("/proc/sys/net/ipv4/ip_forward") || line.contains("/proc/sys/net/ipv4/conf/all/forwarding");
    if file && line.contains('>') {
        let at = words.iter().position(|word| *word == "echo")?;
        let value = words.get(at + 1)?;
        return Some(value.trim_matches('>') != "0");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::tree;

    #[test]
    fn forwarding_is_on_where_a_file_switches_it() {
        let on = |path, text| matches!(read(&tree(&[(path, text)])), Forwarding::On(_));
        assert!(on("sysctl.conf", "# x\nnet.ipv4.ip_forward=1\n"));
        assert!(on("sysctl.d/local.conf", "net/ipv4/ip_forward = 1\n"));
        assert!(on("network/interfaces", "iface eth0 inet dhcp\n  up echo 1 > /proc/sys/net/ipv4/ip_forward\n"));
        assert!(on("rc.local", "sysctl -w net.ipv4.ip_forward=1\n"));
        assert!(!on("sysctl.conf", "#net.ipv4.ip_forward=1\n"));
        assert!(!on("sysctl.d/README", "net.ipv4.ip_forward=1\n"));
    }

    #[test]
    fn without_a_word_it_is_off_if_the_files_are_there() {
        assert_eq!(read(&tree(&[("sysctl.conf", "#net.ipv4.ip_forward=1\n")])), Forwarding::Unset);
        assert_eq!(read(&tree(&[])), Forwarding::Unknown);
        let off = read(&tree(&[("sysctl.conf", "net.ipv4.ip_forward=0\n")]));
        assert_eq!(off, Forwarding::Off(Place::line("/etc/sysctl.conf", 1)));
    }
}
