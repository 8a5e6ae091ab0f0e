//! A pool with one modem, whose DTE is a test, in virtual time.
#![allow(clippy::unwrap_used)]

use std::net::Ipv4Addr;
use std::time::Duration;

use offhook_caller::{Caller as Host, CallerConfig, CallerEvent};
use offhook_clock::{Instant, earliest};
use offhook_ppp::link::LinkEvent;
use offhook_telephony::exchange::LineConfig;
use offhook_telephony::modem::{ModemConfig, Personality};
use offhook_telephony::trace::EventKind;

use super::{Directory, ModemPool, Setup, ToDte};
use crate::log_entry::TimeOfDay;
use crate::ppp_number::PppNumber;

/// A DTE at a modem of a pool with the numbers 5559000 and 5559001, and the time.
pub(super) struct Bench {
    pub(super) pool: ModemPool,
    pub(super) now: Instant,
    pub(super) said: Vec<u8>,
    pub(super) hung_up: bool,
}

impl Bench {
    pub(super) fn new(personality: Personality, any_ppp: bool) -> Self {
        let day = TimeOfDay::new(time::OffsetDateTime::UNIX_EPOCH);
        let mut pool = ModemPool::new(day, Directory { any_ppp, ..Directory::default() });
        let modem = ModemConfig { personality, ..ModemConfig::default() };
        pool.add(Setup { number: "5551000".to_owned(), name: None, modem, line: LineConfig::default() });
        pool.answer_with_ppp(["5559000", "5559001"].map(|number| PppNumber::new(number.to_owned())).into(), 1);
        Self { pool, now: Instant::ZERO, said: Vec::new(), hung_up: false }
    }

    pub(super) fn open(&mut self) {
        self.pool.handle_circuit_108(self.now, 0, true);
        self.write(b"ATE0\r");
        self.said.clear();
    }

    pub(super) fn write(&mut self, octets: &[u8]) {
        self.pool.handle_dte_octets(self.now, 0, octets);
        self.read();
    }

    pub(super) fn read(&mut self) {
        while let Some(next) = self.pool.poll_dte(0) {
            if let ToDte::Octets(octets) = next {
                self.said.extend(octets);
            }
        }
        self.hung_up |= self.pool.poll_hang_up(0);
    }

    /// Lets time pass until the next thing happens; false if that is after `until`.
    pub(super) fn step(&mut self, until: Instant) -> bool {
        let Some(next) = self.pool.poll_timeout().filter(|next| *next <= until) else { return false };
        self.now = self.now.max(next);
        self.pool.handle_timeout(self.now);
        self.read();
        true
    }

    pub(super) fn pass(&mut self, seconds: u64) {
        let until = self.now + Duration::from_secs(seconds);
        while self.step(until) {}
        self.now = until;
    }

    pub(super) fn text(&mut self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut self.said)).into_owned()
    }

    /// The DTE speaks PPP for so long; its address, if it gets one.
    pub(super) fn ppp(&mut self, seconds: u64) -> Option<Ipv4Addr> {
        self.ppp_as(CallerConfig::default(), seconds)
    }

    /// Likewise, as this caller.
    pub(super) fn ppp_as(&mut self, config: CallerConfig, seconds: u64) -> Option<Ipv4Addr> {
        let mut host = Host::new(CallerConfig { magic_seed: 7, ..config });
        host.handle_carrier(self.now);
        let until = self.now + Duration::from_secs(seconds);
        let mut address = None;
        loop {
            host.handle_octets(self.now, &std::mem::take(&mut self.said));
            while let Some(octets) = host.poll_transmit() {
                self.write(&octets);
            }
            while let Some(event) = host.poll_event() {
                if let CallerEvent::Link(LinkEvent::IpUp { local, .. }) = event {
                    address = Some(local);
                }
            }
            if !self.said.is_empty() {
                continue;
            }
            let next = earliest(self.pool.poll_timeout(), host.poll_timeout()).filter(|next| *next <= until);
            let Some(next) = next else { return address };
            self.now = self.now.max(next);
            self.pool.handle_timeout(self.now);
            host.handle_timeout(self.now);
            self.read();
        }
    }

    pub(super) fn log(&mut self) -> Vec<String> {
        let entries = std::iter::from_fn(|| self.pool.poll_log_entry());
        let notes = entries.filter_map(|entry| match entry.what {
            EventKind::Note { text } => Some(format!("{} {text}", entry.line.unwrap_or_default())),
            _ => None,
        });
        notes.collect()
    }
}
