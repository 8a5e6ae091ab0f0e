//! Addresses, netmask, name servers.

use std::net::Ipv4Addr;

use super::{Rule, Subject};
use crate::audit::Finding;
use crate::audit::Severity::{Broken, Warning};
use crate::audit::accounts;
use crate::report::text::printable;

pub(super) const RULES: &[Rule] = &[pairs, twice, none, netmask, dns];

/// What pppd refuses (ipcp.c, `bad_ip_adrs`): this network, loopback, multicast and what is above.
const fn refused(address: Ipv4Addr) -> bool {
    matches!(address.octets()[0], 127 | 224..)
}

fn pairs(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        let Some(ppp) = &port.ppp else { continue };
        let (local, remote) = ppp.addresses();
        for (address, option) in local.iter().chain(&remote).filter(|(address, _)| refused(*address)) {
            found.push(
                Finding::new("address-refused", Broken, format!("pppd refuses the address {address} and ends"))
                    .at(option.place.clone())
                    .on(&port.device)
                    .why("it is none that a host can have: 127.x.x.x and all from 224.0.0.0 on")
                    .mend("use a private address, 192.168.32.1 say"),
            );
        }
        if let (Some((local, _)), Some((remote, option))) = (local, remote)
            && local == remote
        {
            found.push(
                Finding::new("address-same", Warning, format!("server and caller both have {local}"))
                    .at(option.place.clone())
                    .on(&port.device)
                    .why("neither reaches the other then")
                    .mend("give the caller another address"),
            );
        }
    }
    found
}

fn twice(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (index, port) in subject.ports.iter().enumerate() {
        let remote = |port: &crate::audit::effective::Port| {
            let (_, remote) = port.ppp.as_ref()?.addresses();
            remote.map(|(address, option)| (address, option.place.clone()))
        };
        let Some((address, place)) = remote(port) else { continue };
        let earlier = subject.ports[..index].iter();
        let same = |other: &&crate::audit::effective::Port| {
            other.device != port.device && remote(other).is_some_and(|(known, _)| known == address)
        };
        if let Some(other) = earlier.clone().find(same) {
            found.push(
                Finding::new(
                    "address-twice",
                    Broken,
                    format!(
                        "callers on {} and {} both get {address}: the second of two at a time is not reached",
                        other.device, port.device
                    ),
                )
                .at(place)
                .on(&other.device)
                .on(&port.device)
                .mend(format!(
                    "give each port its own: /etc/ppp/options.{}",
                    super::super::effective::tty_of(&port.device)
                )),
            );
        }
    }
    found
}

fn none(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports.iter().filter(|port| !port.direct.value) {
        let Some(ppp) = port.ppp.as_ref().filter(|ppp| ppp.addresses().1.is_none() && !ppp.secrets_elsewhere()) else {
            continue;
        };
        if accounts::starts(subject.facts, ppp).is_err() {
            continue;
        }
        let accounts = accounts::of(subject.facts, ppp);
        let usable = accounts.iter().filter_map(|account| account.usable.as_ref().ok().map(|given| (account, given)));
        let (with, without): (Vec<_>, Vec<_>) = usable.partition(|(_, given)| given.is_some());
        let who = if with.is_empty() {
            "callers who bring no address of their own".to_owned()
        } else if without.is_empty() {
            continue;
        } else {
            let mut names: Vec<String> =
                without.iter().take(4).map(|(account, _)| printable(&account.entry.client)).collect();
            names.dedup();
            format!("callers by the name {}", names.join(" or "))
        };
        found.push(
            Finding::new("no-address", Broken, format!("{who} do not get in: the server has no address to give"))
                .at(ppp.line.place.clone())
                .on(&port.device)
                .why("neither the options nor the account have one, and a dial-up caller brings none")
                .mend(format!("add LOCAL:REMOTE to /etc/ppp/options.{}", ppp.tty)),
        );
    }
    found
}

fn netmask(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        let Some(option) = port.ppp.as_ref().and_then(|ppp| ppp.winner(&["netmask"])) else { continue };
        let Some(mask) = option.parameter.as_deref().and_then(|text| text.parse::<Ipv4Addr>().ok()).map(u32::from)
        else {
            continue;
        };
        if mask.leading_ones() + mask.trailing_zeros() != 32 {
            found.push(
                Finding::new("netmask-odd", Warning, "the netmask has holes: ones and zeros are mixed")
                    .at(option.place.clone())
                    .on(&port.device)
                    .mend("a link between two hosts needs none: remove it"),
            );
        }
    }
    found
}

fn dns(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        let Some(ppp) = &port.ppp else { continue };
        let all: Vec<_> = ppp.every("ms-dns").collect();
        if all.len() > 2 {
            let dropped: Vec<String> =
                all[..all.len() - 2].iter().filter_map(|option| option.parameter.clone()).collect();
            found.push(
                Finding::new(
                    "dns-many",
                    Warning,
                    format!("callers are given two name servers at most: {} is not among them", dropped.join(", ")),
                )
                .at(all[0].place.clone())
                .on(&port.device)
                .why("the last two ms-dns count, those of the port's file read last")
                .mend("keep two"),
            );
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::audit::Severity::{Broken, Warning};
    use crate::audit::tests::shows;

    #[test]
    fn addresses_that_cannot_work_are_found() {
        shows("address-refused", Broken, &[("ppp/options.ttyS0", "127.0.0.1:10.0.0.2\n")]);
        shows("address-refused", Broken, &[("ppp/options.ttyS0", "10.0.0.1:224.0.0.2\n")]);
        shows("address-same", Warning, &[("ppp/options.ttyS0", "10.0.0.1:10.0.0.1\n")]);
        shows("address-twice", Broken, &[("ppp/options.ttyS1", "192.168.32.1:192.168.32.105\n")]);
        shows("no-address", Broken, &[("ppp/options.ttyS0", "")]);
        shows("netmask-odd", Warning, &[("ppp/options.ttyS0", "10.0.0.1:10.0.0.2\nnetmask 255.0.255.0\n")]);
        shows("dns-many", Warning, &[("ppp/options.ttyS0", "10.0.0.1:10.0.0.2\nms-dns 1.1.1.1\nms-dns 2.2.2.2\n")]);
    }
}
