//! Whom a caller can reach, and with which address: no IPv4, addresses of the caller's choice, DNS servers that are none,
//! packets that nobody passes on.
//!
//! In goes the subject; out come findings for each port.

use std::net::Ipv4Addr;

use super::{Check, Subject};
use crate::Severity::{Note, Warning};
use crate::accounts;
use crate::effective::Ppp;
use crate::registry::reach as rule;
use crate::{Cue, Finding};
use offhook_etc::read::forwarding::Forwarding;
use offhook_etc::read::hosts::Host;
use offhook_etc::read::lan::{self, Lan};

pub(super) const CHECKS: &[Check] = &[no_ip, no_local, accept_remote, accept_local, dns, proxy_arp, forwarding];

fn no_ip(subject: &Subject<'_>) -> Vec<Finding> {
    subject.each(|_, ppp| {
        let Err(option) = ppp.ipv4() else { return Vec::new() };
        let what = if ppp.ipv6() {
            "no caller gets an IPv4 address: noip is set, and only IPv6 is left"
        } else {
            "no caller gets an address: noip is set and IPv6 is off, so every call ends at once"
        };
        let finding = Finding::new(&rule::NO_IP, what).at(option.place.clone());
        vec![finding.why("noip switches IPCP off, and then addresses among the options and of accounts have no effect")]
    })
}

fn no_local(subject: &Subject<'_>) -> Vec<Finding> {
    // Without the file nobody knows what the server's name stands for.
    let known = subject.tree.source("/etc/hosts").is_some() && subject.facts.hostname.is_some();
    subject.each(|_, ppp| {
        let own = ppp.own_address(subject.facts.hostname.as_deref());
        if !known || ppp.addresses().0.is_some() || own.is_some() || ppp.ipv4().is_err() {
            return Vec::new();
        }
        let what = "the server has no address of its own for a call, and ends IPCP: the caller gets none either";
        let why = "the options name none, and /etc/hosts has none for the server's name that others can reach: \
                   \"Could not determine local IP address\"";
        vec![Finding::new(&rule::NO_LOCAL_ADDRESS, what).at(ppp.line.place.clone()).why(why)]
    })
}

fn accept_remote(subject: &Subject<'_>) -> Vec<Finding> {
    subject.each(|_, ppp| {
        let (Some(option), Some(_)) = (ppp.accepts_remote(), ppp.addresses().1) else { return Vec::new() };
        let any = |entry: &offhook_etc::read::secrets::Entry| {
            entry.addresses.iter().any(|word| word == "*" || word.contains('/'))
        };
        let all = accounts::of(subject.facts, ppp);
        let free = !ppp.auth.required || all.iter().any(|account| account.usable.is_ok() && any(&account.entry));
        if !free {
            return Vec::new();
        }
        let what = "a caller gets any address that it asks for and its account allows, not only the one of the port";
        let finding = Finding::new(&rule::CALLER_PICKS, what).at(option.place.clone());
        vec![finding.why("ipcp-accept-remote has pppd accept the caller's wish, also for an address of another host")]
    })
}

fn accept_local(subject: &Subject<'_>) -> Vec<Finding> {
    subject.each(|_, ppp| {
        let (Some(option), Some((address, _))) = (ppp.winner(&["ipcp-accept-local"]), ppp.addresses().0) else {
            return Vec::new();
        };
        let what = format!("a caller may tell the server to use another address than {address}");
        vec![
            Finding::new(&rule::SERVER_ADDRESS, what)
                .at(option.place.clone())
                .why("ipcp-accept-local is for who calls a provider"),
        ]
    })
}

/// Whether an address can be that of a DNS server that callers reach.
fn odd(address: Ipv4Addr) -> Option<&'static str> {
    match address.octets() {
        [0, 0, 0, 0] => Some("callers get no DNS server by it"),
        [0 | 127, ..] => Some("to a caller that is its own machine"),
        [224..=255, ..] => Some("no host has such an address"),
        _ => None,
    }
}

fn dns(subject: &Subject<'_>) -> Vec<Finding> {
    subject.each(|_, ppp| {
        let options = ppp.every("ms-dns").chain(ppp.every("ms-wins"));
        let odd = options.filter_map(|option| {
            let Host::Address(address) = ppp.host(option)? else { return None };
            let why = odd(address)?;
            let what = format!("`{} {address}` names no server: {why}", option.name);
            Some(Finding::new(&rule::DNS_ODD, what).at(option.place.clone()).cue(Cue::Text(option.name.clone())))
        });
        odd.collect::<Vec<_>>()
    })
}

fn proxy_arp(subject: &Subject<'_>) -> Vec<Finding> {
    let lans: Vec<Lan> = lan::read(subject.tree);
    subject.each(|_, ppp| {
        let Some((address, option)) = ppp.addresses().1.filter(|_| ppp.proxy_arp().is_none() && ppp.ipv4().is_ok())
        else {
            return Vec::new();
        };
        let Some(lan) = lans.iter().find(|lan| lan.holds(address)) else { return Vec::new() };
        let what = format!("hosts of the LAN do not reach the caller: {address} is an address of their network");
        let why = format!(
            "{}/{} at {} is that network; its hosts ask for {address} by ARP, and without proxyarp nobody answers",
            lan.address, lan.length, lan.place
        );
        vec![Finding::new(&rule::NO_PROXYARP, what).at(option.place.clone()).why(why)]
    })
}

fn forwarding(subject: &Subject<'_>) -> Vec<Finding> {
    let (place, why) = match &subject.facts.forwarding {
        Forwarding::On(_) | Forwarding::Unknown => return Vec::new(),
        Forwarding::Off(place) => (Some(place.clone()), "net.ipv4.ip_forward is 0 here"),
        Forwarding::Unset => (None, "no file sets net.ipv4.ip_forward, and it is 0 by itself"),
    };
    let ppps: Vec<&Ppp> = subject.ports.iter().filter_map(|port| port.ppp.as_ref()).collect();
    if ppps.is_empty() {
        return Vec::new();
    }
    // Who answers for a caller on the LAN means to pass its packets on.
    let meant = ppps.iter().any(|ppp| ppp.proxy_arp().is_some());
    let severity = if meant { Warning } else { Note };
    let what = "callers reach the server and nothing behind it: it does not pass packets on";
    let finding = Finding::new(&rule::FORWARDING_OFF, what).severity(severity).at(place).why(why);
    vec![if meant { finding.fix(rule::FORWARDING_OFF.fix()) } else { finding }]
}

#[cfg(test)]
mod tests {
    use crate::Severity::{Error, Note, Warning};
    use crate::tests::{codes, shows, with};

    fn port(code: &str, severity: crate::Severity, lines: &str) {
        shows(code, severity, &[("ppp/options.ttyS0", &format!("192.168.32.1:192.168.32.105\n{lines}"))]);
    }

    #[test]
    fn addresses_that_are_none_or_anybodys_are_found() {
        port("no-ip", Error, "noip\n");
        port("caller-picks-address", Warning, "ipcp-accept-remote\n");
        port("server-address-picked", Warning, "ipcp-accept-local\n");
        port("dns-odd", Warning, "ms-dns 0.0.0.0\n");
        port("dns-odd", Warning, "ms-dns 127.0.0.1\n");
        let own =
            [("ppp/options.ttyS0", "10.0.0.1:10.0.0.2\nipcp-accept-remote\n"), ("ppp/pap-secrets", "a * x 10.0.0.2\n")];
        assert!(!codes(&with(&own)).contains(&"caller-picks-address"), "the account allows one address");
        let noip = codes(&with(&[("ppp/options.ttyS0", "noip\n")]));
        assert!(!noip.contains(&"no-address"), "an address would not help: {noip:?}");
    }

    #[test]
    fn a_server_without_an_address_is_found() {
        let remote = ("ppp/options.ttyS0", ":10.9.0.2\n");
        shows("no-local-address", Error, &[remote, ("hosts", "127.0.0.1 localhost\n127.0.1.1 dialin\n")]);
        let of = |hosts| codes(&with(&[remote, ("hosts", hosts)]));
        assert!(of("127.0.0.1 localhost\n").contains(&"no-local-address"));
        assert!(!of("192.168.5.1 dialin\n").contains(&"no-local-address"));
        assert!(!codes(&with(&[remote])).contains(&"no-local-address"), "not known");
    }

    #[test]
    fn what_the_lan_does_not_reach_is_found_where_files_tell_of_the_lan() {
        let lan = ("network/interfaces", "iface eth0 inet static\naddress 192.168.32.1\nnetmask 255.255.255.0\n");
        shows("no-proxyarp", Warning, &[lan]);
        let with_it =
            [lan, ("ppp/options.ttyS0", "192.168.32.1:192.168.32.105\nproxyarp\n"), ("ppp/options.ttyS1", "")];
        assert!(!codes(&with(&with_it)).contains(&"no-proxyarp"));
        shows("forwarding-off", Note, &[("sysctl.conf", "#net.ipv4.ip_forward=1\n")]);
        let meant = ("ppp/options", "auth\nproxyarp\n");
        shows("forwarding-off", Warning, &[("sysctl.conf", "net.ipv4.ip_forward=0\n"), meant]);
        let on = [("sysctl.conf", "#\n"), ("network/interfaces", "up echo 1 > /proc/sys/net/ipv4/ip_forward\n")];
        assert!(!codes(&with(&on)).contains(&"forwarding-off"));
    }
}
