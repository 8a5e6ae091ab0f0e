//! /etc/hosts and /etc/networks: what a name for an address stands for, without asking any DNS server.
//!
//! In go both files; out come [`Hosts`], which say of a word what pppd takes it for. pppd looks names up when it starts; who
//! reads only files cannot know what a DNS server would say, but a word such as `10.0.0.100-200` is known to none.

use std::net::Ipv4Addr;

use super::number::inet_addr;
use crate::source::{Source, Tree};

/// Names and their addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts {
    hosts: Vec<(String, Ipv4Addr)>,
    networks: Vec<(String, Ipv4Addr)>,
}

/// What a word for an address is to pppd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// This address.
    Address(Ipv4Addr),
    /// A name that no file has: a DNS server may.
    Name,
    /// Nothing that could be looked up: pppd knows no such host.
    Nonsense,
}

impl Host {
    /// The address, if it is certain.
    pub const fn address(self) -> Option<Ipv4Addr> {
        match self {
            Self::Address(address) => Some(address),
            Self::Name | Self::Nonsense => None,
        }
    }
}

impl Hosts {
    /// Reads the files.
    pub fn read(tree: &Tree) -> Self {
        Self {
            hosts: tree.source("/etc/hosts").map(|source| hosts(&source)).unwrap_or_default(),
            networks: tree.source("/etc/networks").map(|source| networks(&source)).unwrap_or_default(),
        }
    }

    /// A word for a host.
    pub fn host(&self, word: &str) -> Host {
        if let Some(address) = inet_addr(word) {
            return Host::Address(address);
        }
        let name = word.trim_end_matches('.');
        match self.hosts.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            Some((_, address)) => Host::Address(*address),
            None if may_be_name(name) => Host::Name,
            None => Host::Nonsense,
        }
    }

    /// A word for a network.
    pub fn network(&self, word: &str) -> Option<Ipv4Addr> {
        self.networks.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, address)| *address)
    }
}

/// Whether a DNS server may know that name: letters, digits, hyphens and underscores, and no number where the top level is.
fn may_be_name(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-' || octet == b'_')
    };
    let top = name.rsplit('.').next().unwrap_or_default();
    name.split('.').all(label) && top.bytes().next().is_some_and(|octet| octet.is_ascii_alphabetic() || octet == b'_')
}

fn fields(line: &str) -> impl Iterator<Item = &str> {
    line.split('#').next().unwrap_or_default().split_whitespace()
}

/// A line is an address and its names; only IPv4 counts for PPP.
fn hosts(source: &Source<'_>) -> Vec<(String, Ipv4Addr)> {
    let mut known = Vec::new();
    for (_, line) in source.lines() {
        let mut fields = fields(&line);
        // Not as inet_addr reads it: glibc takes four numbers here.
        let Some(address) = fields.next().and_then(|word| word.parse::<Ipv4Addr>().ok()) else { continue };
        known.extend(fields.map(|name| (name.to_owned(), address)));
    }
    known
}

/// A line is a name, a network and other names of it; parts that are missing are 0.
fn networks(source: &Source<'_>) -> Vec<(String, Ipv4Addr)> {
    let mut known = Vec::new();
    for (_, line) in source.lines() {
        let mut fields = fields(&line);
        let (Some(name), Some(number)) = (fields.next(), fields.next()) else { continue };
        let dots = number.matches('.').count();
        let whole = format!("{number}{}", ".0".repeat(3_usize.saturating_sub(dots)));
        let Some(address) = inet_addr(&whole) else { continue };
        known.extend([name].into_iter().chain(fields).map(|name| (name.to_owned(), address)));
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::tree;

    #[test]
    fn names_of_the_files_are_addresses() {
        let hosts = Hosts::read(&tree(&[
            ("hosts", "127.0.0.1 localhost\n10.5.0.1\tdialserver gw # the server\n::1 six\n10.7.1 short\n"),
            ("networks", "callers 10.6 lan\n"),
        ]));
        assert_eq!(hosts.host("DialServer"), Host::Address(Ipv4Addr::new(10, 5, 0, 1)));
        assert_eq!(hosts.host("gw").address(), Some(Ipv4Addr::new(10, 5, 0, 1)));
        assert_eq!(hosts.host("10.1"), Host::Address(Ipv4Addr::new(10, 0, 0, 1)));
        assert_eq!([hosts.host("six"), hosts.host("short"), hosts.host("the")], [Host::Name; 3]);
        assert_eq!(hosts.network("lan"), Some(Ipv4Addr::new(10, 6, 0, 0)));
    }

    #[test]
    fn a_range_of_addresses_is_no_name_that_anybody_knows() {
        let hosts = Hosts::default();
        // Both versions: "unknown host: 10.99.99.100-200".
        for nonsense in ["10.99.99.100-200", "10.20.0.300", "a b", "10.0.0.1/24", "", "1.2.3.4.5"] {
            assert_eq!(hosts.host(nonsense), Host::Nonsense, "{nonsense}");
        }
        assert_eq!(hosts.host("client1.example.org"), Host::Name);
    }
}
