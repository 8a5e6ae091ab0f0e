//! A PPP host at a port, in real time: the caller of `offhook-caller` in front of an open file.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, reason = "every user takes a part of it")]

use std::fs::File;
use std::io::{Read, Write};
use std::net::Ipv4Addr;
use std::os::fd::AsFd;
use std::time::{Duration, Instant as Clock};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use offhook_caller::ip::HostEvent;
use offhook_caller::{Caller, CallerConfig, CallerEvent, TransferRequest};
use offhook_clock::Instant;
use offhook_ppp::link::LinkEvent;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// The host.
pub(crate) struct PppHost<'a> {
    port: &'a File,
    caller: Caller,
    start: Clock,
    seen: Vec<CallerEvent>,
}

impl<'a> PppHost<'a> {
    /// One that begins PPP now, with this name and password if any.
    pub(crate) fn begin(port: &'a File, account: Option<(&str, &str)>) -> Self {
        let (user, password) = account.unzip();
        let (user, password) = (user.map(str::to_owned), password.map(str::to_owned));
        let mut caller = Caller::new(CallerConfig { user, password, magic_seed: 77, ..CallerConfig::default() });
        caller.handle_carrier(Instant::ZERO);
        Self { port, caller, start: Clock::now(), seen: Vec::new() }
    }

    fn now(&self) -> Instant {
        Instant::ZERO + self.start.elapsed()
    }

    /// Carries on until something has been seen.
    fn until<T>(&mut self, what: &str, find: impl Fn(&CallerEvent) -> Option<T>) -> T {
        let deadline = Clock::now() + PATIENCE;
        loop {
            while let Some(octets) = self.caller.poll_transmit() {
                self.port.write_all(&octets).unwrap();
            }
            self.seen.extend(std::iter::from_fn(|| self.caller.poll_event()));
            if let Some(found) = self.seen.iter().rev().find_map(&find) {
                return found;
            }
            assert!(Clock::now() < deadline, "waited for {what}, saw {:?}", self.seen);
            let mut waits = [PollFd::new(self.port.as_fd(), PollFlags::POLLIN)];
            if poll(&mut waits, PollTimeout::from(20_u8)).unwrap() > 0 {
                let mut buffer = [0; 4096];
                let count = self.port.read(&mut buffer).unwrap_or(0);
                assert!(count > 0, "waited for {what}, the port was hung up; saw {:?}", self.seen);
                let now = self.now();
                self.caller.handle_octets(now, &buffer[..count]);
            }
            let now = self.now();
            self.caller.handle_timeout(now);
        }
    }

    /// The address that it is given, the server's and the name servers.
    pub(crate) fn address(&mut self) -> (Ipv4Addr, Option<Ipv4Addr>, Vec<Ipv4Addr>) {
        self.until("an address", |event| match event {
            CallerEvent::Link(LinkEvent::IpUp { local, peer, dns, .. }) => Some((*local, *peer, dns.clone())),
            _ => None,
        })
    }

    /// Pings, and waits for the answer.
    pub(crate) fn ping(&mut self, to: Ipv4Addr) {
        let now = self.now();
        self.caller.ping(now, to, 1, 1, 56);
        self.until("an echo reply", |event| match event {
            CallerEvent::Host(HostEvent::Pong(pong)) => (pong.from == to).then_some(()),
            _ => None,
        });
    }

    /// The addresses of a name.
    pub(crate) fn resolve(&mut self, name: &str) -> Vec<Ipv4Addr> {
        let now = self.now();
        self.caller.resolve(now, name);
        self.until("a name's addresses", |event| match event {
            CallerEvent::Host(HostEvent::Resolved(resolved)) if resolved.name == name => {
                Some(resolved.addresses.clone())
            }
            _ => None,
        })
    }

    /// Status and length of a page.
    pub(crate) fn fetch(&mut self, host: &str, path: &str) -> (Option<u16>, u64) {
        let now = self.now();
        let id = self.seen.len() as u32;
        let (host, path) = (host.to_owned(), path.to_owned());
        self.caller.transfer(now, TransferRequest { id, host, port: 80, path, upload: None });
        self.until("a page", |event| match event {
            CallerEvent::Host(HostEvent::Transferred(outcome)) if outcome.id == id => {
                Some((outcome.status, outcome.octets))
            }
            _ => None,
        })
    }

    /// Ends PPP in good order.
    pub(crate) fn close(&mut self) {
        let now = self.now();
        self.caller.close(now);
        self.until("the end of PPP", |event| match event {
            CallerEvent::Link(LinkEvent::Finished(_)) => Some(()),
            _ => None,
        });
    }
}
