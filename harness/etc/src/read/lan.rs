//! The networks that the server itself is in: addresses of its interfaces as ifupdown and systemd-networkd are told them.
//!
//! In goes a tree; out come [`Lan`]s. An address by DHCP is not in any file.

use std::net::Ipv4Addr;

use crate::source::{Place, Source, Tree};

/// An interface's address and its network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lan {
    /// The server's address there.
    pub address: Ipv4Addr,
    /// The length of the network's prefix.
    pub length: u32,
    /// Where that is said.
    pub place: Place,
}

impl Lan {
    /// Whether `other` is an address of this network.
    pub fn holds(&self, other: Ipv4Addr) -> bool {
        let mask = u32::MAX.checked_shl(32 - self.length.min(32)).unwrap_or(0);
        self.length > 0 && u32::from(other) & mask == u32::from(self.address) & mask
    }
}

/// Reads the files.
pub fn read(tree: &Tree) -> Vec<Lan> {
    let mut lans = Vec::new();
    for file in &tree.etc.files {
        let interfaces = file.path == "/etc/network/interfaces" || file.path.starts_with("/etc/network/interfaces.d/");
        let networkd = file.path.starts_with("/etc/systemd/network/") && file.path.ends_with(".network");
        let Some(source) = tree.source(&file.path).filter(|_| interfaces || networkd) else { continue };
        lans.extend(if interfaces { ifupdown(&source) } else { networks(&source) });
    }
    // The server's own loopback is no network of others.
    lans.retain(|lan| !lan.address.is_loopback());
    lans
}

fn with_length(text: &str) -> Option<(Ipv4Addr, Option<u32>)> {
    match text.split_once('/') {
        Some((address, length)) => Some((address.parse().ok()?, length.parse().ok().filter(|length| *length <= 32))),
        None => Some((text.parse().ok()?, None)),
    }
}

/// `address 10.0.0.1` and `netmask 255.255.255.0`, or `address 10.0.0.1/24`, in a stanza of `iface`.
fn ifupdown(source: &Source<'_>) -> Vec<Lan> {
    let mut lans: Vec<Lan> = Vec::new();
    // The stanza's address, as long as no mask is known for it.
    let mut open = false;
    for (number, line) in source.lines() {
        let mut words = line.split_whitespace();
        let (word, value) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        match word {
            "iface" | "auto" | "mapping" => open = false,
            "address" => {
                if let Some((address, length)) = with_length(value) {
                    lans.push(Lan { address, length: length.unwrap_or(0), place: source.at(number) });
                    open = true;
                }
            }
            "netmask" if open => {
                let mask = value.parse::<Ipv4Addr>().ok().map(|mask| u32::from(mask).leading_ones());
                if let (Some(length), Some(lan)) = (mask.or_else(|| value.parse().ok()), lans.last_mut()) {
                    lan.length = length;
                }
            }
            _ => {}
        }
    }
    lans.retain(|lan| lan.length > 0);
    lans
}

/// `Address=10.0.0.1/24`.
fn networks(source: &Source<'_>) -> Vec<Lan> {
    let of = |(number, line): (usize, String)| {
        let (address, length) = with_length(line.trim().strip_prefix("Address=")?.trim())?;
        Some(Lan { address, length: length?, place: source.at(number) })
    };
    source.lines().into_iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::tree;

    #[test]
    fn networks_of_interfaces_are_read() {
        let old = "auto eth0\niface eth0 inet static\n  address 192.168.1.3\n  netmask 255.255.255.0\niface lo inet loopback\n";
        let lans = read(&tree(&[
            ("network/interfaces", old),
            ("systemd/network/lan.network", "[Match]\nName=eth1\n[Network]\nAddress=10.0.0.1/16\n"),
            ("network/interfaces.d/x", "iface eth2 inet dhcp\niface eth3 inet static\naddress 172.16.0.1/30\n"),
        ]));
        let told: Vec<_> = lans.iter().map(|lan| (lan.address.to_string(), lan.length)).collect();
        assert_eq!(told, [("192.168.1.3".into(), 24), ("172.16.0.1".into(), 30), ("10.0.0.1".into(), 16)]);
        assert!(lans[0].holds(Ipv4Addr::new(192, 168, 1, 201)) && !lans[0].holds(Ipv4Addr::new(192, 168, 2, 1)));
    }
}
