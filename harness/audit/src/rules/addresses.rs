//! Addresses, netmask, name servers.

use std::net::Ipv4Addr;

use super::{Check, Subject};
use crate::Finding;
use crate::network::{Network, network};
use crate::registry::addresses as rule;
use crate::{accounts, starting};
use offhook_report::text::printable;

pub(super) const CHECKS: &[Check] = &[pairs, twice, none, netmask, dns];

fn pairs(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        let Some(ppp) = &port.ppp else { continue };
        let (local, remote) = ppp.addresses();
        for (address, place) in starting::bad_addresses(ppp) {
            found.push(
                Finding::new(&rule::ADDRESS_REFUSED, format!("pppd refuses the address {address} and ends"))
                    .at(place)
                    .on(&port.device)
                    .why("no host can have an address in 127.0.0.0/8, or from 224.0.0.0 on"),
            );
        }
        if let (Some((local, _)), Some((remote, option))) = (local, remote)
            && local == remote
        {
            found.push(
                Finding::new(&rule::ADDRESS_SAME, format!("server and caller both have {local}"))
                    .at(option.place.clone())
                    .on(&port.device)
                    .why("neither can reach the other"),
            );
        }
    }
    found
}

fn twice(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (index, port) in subject.ports.iter().enumerate() {
        let remote = |port: &crate::effective::Port| {
            let (_, remote) = port.ppp.as_ref()?.addresses();
            remote.map(|(address, option)| (address, option.place.clone()))
        };
        let Some((address, place)) = remote(port) else { continue };
        let earlier = subject.ports[..index].iter();
        let same = |other: &&crate::effective::Port| {
            other.device != port.device && remote(other).is_some_and(|(known, _)| known == address)
        };
        if let Some(other) = earlier.clone().find(same) {
            found.push(
                Finding::new(
                    &rule::ADDRESS_TWICE,
                    format!(
                        "callers on {} and {} get the same address, {address}: of two at the same time only one can be reached",
                        other.device, port.device
                    ),
                )
                .at(place)
                .on(&other.device)
                .on(&port.device)
                .fix(format!(
                    "give each port an address of its own, here in /etc/ppp/options.{}",
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
        let Some(ppp) = port
            .ppp
            .as_ref()
            .filter(|ppp| ppp.addresses().1.is_none() && !ppp.secrets_elsewhere())
            // Where the server has none of its own either, that is found.
            .filter(|ppp| !matches!(network(subject.facts, ppp), Network::No(_)))
        else {
            continue;
        };
        if starting::starts(subject.facts, ppp).is_err() {
            continue;
        }
        let accounts = accounts::of(subject.facts, ppp);
        let usable = accounts.iter().filter_map(|account| account.usable.as_ref().ok().map(|given| (account, given)));
        let (with, without): (Vec<_>, Vec<_>) = usable.partition(|(_, given)| given.is_some());
        let who = if with.is_empty() {
            "callers who bring no address".to_owned()
        } else if without.is_empty() {
            continue;
        } else {
            let mut names: Vec<String> =
                without.iter().take(4).map(|(account, _)| printable(&account.entry.client)).collect();
            names.dedup();
            format!("callers with the name {}", names.join(" or "))
        };
        found.push(
            Finding::new(&rule::NO_ADDRESS, format!("{who} do not get in: the server has no address to give"))
                .at(ppp.line.place.clone())
                .on(&port.device)
                .why("neither the options nor the account has one, and a dial-up caller usually brings none")
                .fix(format!("add LOCAL:REMOTE to /etc/ppp/options.{}", ppp.tty)),
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
                Finding::new(&rule::NETMASK_ODD, "the netmask has ones after zeros")
                    .at(option.place.clone())
                    .on(&port.device),
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
                    &rule::DNS_MANY,
                    format!("callers get two DNS servers at most, and not {}", dropped.join(", ")),
                )
                .at(all[0].place.clone())
                .on(&port.device)
                .why("pppd gives the last two ms-dns that it reads, and it reads the port's file last"),
            );
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::Severity::{Error, Warning};
    use crate::tests::shows;

    #[test]
    fn addresses_that_cannot_work_are_found() {
        shows("address-refused", Error, &[("ppp/options.ttyS0", "127.0.0.1:10.0.0.2\n")]);
        shows("address-refused", Error, &[("ppp/options.ttyS0", "10.0.0.1:224.0.0.2\n")]);
        shows("address-same", Warning, &[("ppp/options.ttyS0", "10.0.0.1:10.0.0.1\n")]);
        shows("address-twice", Error, &[("ppp/options.ttyS1", "192.168.32.1:192.168.32.105\n")]);
        shows("no-address", Error, &[("ppp/options.ttyS0", "")]);
        shows("netmask-odd", Warning, &[("ppp/options.ttyS0", "10.0.0.1:10.0.0.2\nnetmask 255.0.255.0\n")]);
        shows("dns-many", Warning, &[("ppp/options.ttyS0", "10.0.0.1:10.0.0.2\nms-dns 1.1.1.1\nms-dns 2.2.2.2\n")]);
    }
}
