//! Traffic: echoes, names, transfers, and who answers ARP.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::{Progress, Step, spelled};
use crate::facts::counted;
use offhook_scenario::{ArpOwner, Direction, Host, Transfer};

/// How long an echo reply may take.
const ECHO_LIMIT: Duration = Duration::from_secs(10);
/// How long an answer of a DNS server may take, repetitions included.
const RESOLVE_LIMIT: Duration = Duration::from_secs(60);
/// How long it takes to know that nobody answers ARP.
const ARP_LIMIT: Duration = Duration::from_secs(10);
/// How long a transfer may take beyond three times its time on an empty line.
const TRANSFER_LIMIT: Duration = Duration::from_secs(600);

/// What `ping` says.
pub(super) struct Echoes<'a> {
    pub(super) to: &'a IpAddr,
    pub(super) count: u32,
    pub(super) every: Duration,
    pub(super) from: Host,
    pub(super) answered: bool,
}

impl Step<'_> {
    pub(super) fn ping(&self, echoes: &Echoes<'_>) -> Progress {
        let Echoes { to, count, every, from, answered } = *echoes;
        let own: BTreeSet<u16> =
            self.facts.pongs.iter().map(|pong| pong.what).filter(|&sequence| sequence > self.facts.pinged).collect();
        let came = u32::try_from(own.len()).unwrap_or(u32::MAX);
        let noun = if count == 1 { "echo" } else { "echoes" };
        let asked = if from == Host::Lan { " to the LAN's host" } else { "" };
        if self.facts.over_before && from == Host::Caller {
            return self.over(format!("a call, to ping {to} over"));
        }
        let Some(begun) = self.facts.pings_from(self.begun) else {
            return self.wait(self.network_limit(), "the network up, to ping over it");
        };
        let deadline = begun + every * count.saturating_sub(1) + ECHO_LIMIT;
        // What the LAN's host asks needs no call.
        let cut = self.facts.cleared.is_some() && from == Host::Caller;
        if !answered {
            let expected = format!("no echo from {to}{asked}");
            return if came > 0 {
                self.failed(expected, counted_echoes(came))
            } else if cut {
                self.over(expected)
            } else if self.now >= deadline {
                let requests = counted(count, "request");
                self.passed(format!("no echo from {to}{asked}, {requests} sent"))
            } else {
                Progress::Wait(deadline)
            };
        }
        let expected = format!("{count} {noun} from {to}{asked}");
        if came >= count {
            self.passed(expected)
        } else if self.now >= deadline || cut {
            let notes = self.facts.up.as_ref().map(|up| {
                let peer = up.what.peer.map_or_else(|| "of an unknown address".to_owned(), |peer| peer.to_string());
                format!("the caller is {}, the server {peer}", up.what.local)
            });
            let (notes, account) = (Vec::from_iter(notes), self.facts.account());
            self.when_over(|step| step.failed_because(expected, format!("{came} of {count}: {account}"), notes))
        } else {
            Progress::Wait(deadline)
        }
    }

    pub(super) fn resolve(&self, name: &str, address: Option<Ipv4Addr>) -> Progress {
        let expected = match address {
            Some(address) => format!("{name} to be {address}"),
            None => format!("an address of {name}"),
        };
        let answer = self.facts.resolved.as_ref().filter(|resolved| resolved.what.name == name);
        let Some(answer) = answer else { return self.wait(RESOLVE_LIMIT, expected) };
        let addresses = &answer.what.addresses;
        let listed: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        let right = address.map_or(!addresses.is_empty(), |address| addresses.contains(&address));
        if right {
            self.passed(format!("{name} is {}", listed.join(", ")))
        } else if listed.is_empty() {
            self.failed(expected, answer.what.error.clone().unwrap_or_else(|| "no address".to_owned()))
        } else {
            self.failed(expected, listed.join(", "))
        }
    }

    pub(super) fn transfer(&self, transfer: &Transfer) -> Progress {
        let way = if transfer.direction == Direction::Fetch { "from" } else { "to" };
        let mut expected = format!("{} octets {way} {}", transfer.size, transfer.url);
        if let Some(time) = transfer.at_least {
            expected = format!("{expected}, in {} at least", spelled(time));
        }
        if let Some(time) = transfer.at_most {
            expected = format!("{expected}, in {} at most", spelled(time));
        }
        let Some(done) = &self.facts.transferred else {
            return self.wait(self.transfer_limit(transfer.size), expected);
        };
        let (took, outcome) = (done.at - self.begun, &done.what);
        let octets = outcome.octets;
        let actual = match (&outcome.error, outcome.status) {
            (Some(error), _) if self.facts.up.is_none() => format!("{error}: {}", self.facts.account()),
            (Some(error), _) => format!("{error}, {octets} octets after {}", spelled(took)),
            (None, Some(status)) if !(200..300).contains(&status) => format!("HTTP status {status}"),
            (None, None) => format!("no answer, {octets} octets in {}", spelled(took)),
            (None, Some(_)) if octets != transfer.size => format!("{octets} octets in {}", spelled(took)),
            (None, Some(_)) if !outcome.intact => {
                format!("{octets} octets in {}, not all of them right", spelled(took))
            }
            (None, Some(_)) => {
                let actual = format!("{octets} octets in {}", spelled(took));
                let right = transfer.at_least.is_none_or(|least| took >= least)
                    && transfer.at_most.is_none_or(|most| took <= most);
                if right {
                    return self.passed(actual);
                }
                actual
            }
        };
        self.failed(expected, actual)
    }

    /// Three times what it takes on an empty line, and some minutes.
    fn transfer_limit(&self, size: u64) -> Duration {
        let rate = self.facts.connected.as_ref().map_or(1200, |connected| u64::from(connected.what.max(1)));
        Duration::from_secs(size.saturating_mul(30) / rate).saturating_add(TRANSFER_LIMIT)
    }

    pub(super) fn arp(&self, address: Ipv4Addr, of: ArpOwner) -> Progress {
        let expected = match of {
            ArpOwner::Server => format!("the server to answer ARP for {address}"),
            ArpOwner::Nobody => format!("nobody to answer ARP for {address}"),
        };
        let answer = self.facts.arp.as_ref().filter(|answer| answer.what.address == address);
        let Some(answer) = answer else {
            let deadline = self.begun + ARP_LIMIT;
            if self.now < deadline {
                return Progress::Wait(deadline);
            }
            return self.failed(expected, format!("no word from the LAN's host for {}", spelled(ARP_LIMIT)));
        };
        let (actual, right) = match &answer.what.owner {
            None => (format!("nobody answers ARP for {address}"), of == ArpOwner::Nobody),
            Some((place, true)) => (format!("{address} is at {place}, the server"), of == ArpOwner::Server),
            Some((place, false)) => (format!("{address} is at {place}, which is not the server"), false),
        };
        if right { self.passed(actual) } else { self.failed(expected, actual) }
    }
}

fn counted_echoes(count: u32) -> String {
    if count == 1 { "1 echo".to_owned() } else { format!("{count} echoes") }
}
