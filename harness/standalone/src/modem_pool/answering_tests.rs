//! Modems of a pool that dial numbers which answer with PPP, in virtual time.
#![allow(clippy::unwrap_used)]

use offhook_caller::{Caller as Host, CallerConfig, CallerEvent};
use offhook_ppp::link::LinkEvent;
use offhook_telephony::modem::{ModemConfig, Personality};

use super::super::Directory;
use super::*;
use crate::log_entry::TimeOfDay;
use crate::modem_pool::Setup;

/// A DTE at a modem of a pool with the numbers 5559000 and 5559001, and the time.
struct Bench {
    pool: ModemPool,
    now: Instant,
    said: Vec<u8>,
    hung_up: bool,
}

impl Bench {
    fn new(personality: Personality, any_ppp: bool) -> Self {
        let day = TimeOfDay::new(time::OffsetDateTime::UNIX_EPOCH);
        let mut pool = ModemPool::new(day, Directory { any_ppp, ..Directory::default() });
        let modem = ModemConfig { personality, ..ModemConfig::default() };
        pool.add(Setup { number: "5551000".to_owned(), name: None, modem, line: LineConfig::default() });
        pool.answer_with_ppp(["5559000", "5559001"].map(|number| PppNumber::new(number.to_owned())).into(), 1);
        Self { pool, now: Instant::ZERO, said: Vec::new(), hung_up: false }
    }

    fn open(&mut self) {
        self.pool.handle_circuit_108(self.now, 0, true);
        self.write(b"ATE0\r");
        self.said.clear();
    }

    fn write(&mut self, octets: &[u8]) {
        self.pool.handle_dte_octets(self.now, 0, octets);
        self.read();
    }

    fn read(&mut self) {
        while let Some(next) = self.pool.poll_dte(0) {
            if let ToDte::Octets(octets) = next {
                self.said.extend(octets);
            }
        }
        self.hung_up |= self.pool.poll_hang_up(0);
    }

    /// Lets time pass until the next thing happens; false if that is after `until`.
    fn step(&mut self, until: Instant) -> bool {
        let Some(next) = self.pool.poll_timeout().filter(|next| *next <= until) else { return false };
        self.now = self.now.max(next);
        self.pool.handle_timeout(self.now);
        self.read();
        true
    }

    fn pass(&mut self, seconds: u64) {
        let until = self.now + Duration::from_secs(seconds);
        while self.step(until) {}
        self.now = until;
    }

    fn text(&mut self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut self.said)).into_owned()
    }

    /// The DTE speaks PPP for so long; its address, if it gets one.
    fn ppp(&mut self, seconds: u64) -> Option<std::net::Ipv4Addr> {
        let mut host = Host::new(CallerConfig { magic_seed: 7, ..CallerConfig::default() });
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

    fn log(&mut self) -> Vec<String> {
        let entries = std::iter::from_fn(|| self.pool.poll_log_entry());
        let notes = entries.filter_map(|entry| match entry.what {
            EventKind::Note { text } => Some(format!("{} {text}", entry.line.unwrap_or_default())),
            _ => None,
        });
        notes.collect()
    }
}

const FIRST: Option<std::net::Ipv4Addr> = Some(std::net::Ipv4Addr::new(100, 64, 0, 2));

fn wireless() -> Personality {
    Personality { wireless: true, name: "wireless".to_owned(), ..Personality::default() }
}

#[test]
fn a_number_that_answers_with_ppp_is_dialled_as_any_other() {
    let mut bench = Bench::new(Personality::default(), false);
    bench.open();
    bench.write(b"ATDT5559001\r");
    bench.pass(9);
    assert_eq!(bench.text(), "", "modems train");
    bench.pass(6);
    assert!(bench.said.starts_with(b"\r\nCONNECT 33600\r\n~"), "{}", bench.text());
    assert_eq!(bench.ppp(10), FIRST);
    assert_eq!(bench.pool.ppp_state(1), ("1 call: 5551000 100.64.0.2".to_owned(), true));
    // Its DTE hangs up.
    bench.pool.handle_circuit_108(bench.now, 0, false);
    bench.pass(5);
    assert!(!bench.pool.ppp_state(1).1);
    // The second of the numbers, behind the one line.
    assert!(bench.log().contains(&"2 5551000: address 100.64.0.2".to_owned()));
}

#[test]
fn the_service_codes_reach_the_first_of_them_from_any_modem_without_training() {
    for code in ["*99#", "*99***1#"] {
        let mut bench = Bench::new(Personality::default(), false);
        bench.open();
        bench.write(format!("ATD{code}\r").as_bytes());
        bench.pass(4);
        assert!(bench.said.starts_with(b"\r\nCONNECT 33600\r\n~"), "{code}: {}", bench.text());
        assert_eq!(bench.ppp(10), FIRST);
        assert!(bench.log().contains(&"1 5551000: call answered".to_owned()));
    }
}

#[test]
fn a_wireless_modem_has_connect_at_once_and_no_carrier_when_ppp_is_over() {
    let mut bench = Bench::new(wireless(), false);
    bench.open();
    bench.write(b"ATD*99***1#\r");
    while bench.step(bench.now) {}
    assert_eq!(bench.now, Instant::ZERO);
    assert!(bench.said.starts_with(b"\r\nCONNECT"), "{}", bench.text());
    assert_eq!(bench.ppp(3), FIRST);
    bench.pool.hang_up_ppp(bench.now, 0);
    bench.pass(10);
    assert!(bench.text().ends_with("\r\nNO CARRIER\r\n"));
    assert!(bench.hung_up);
}

#[test]
fn without_such_a_number_service_codes_are_numbers_that_nobody_has() {
    let mut bench = Bench::new(wireless(), false);
    bench.pool.answer_with_ppp(Vec::new(), 1);
    bench.open();
    bench.write(b"ATD*99#\r");
    while bench.step(bench.now) {}
    assert_eq!(bench.text(), "\r\nNO CARRIER\r\n");
}

#[test]
fn every_number_is_answered_if_that_is_wanted() {
    let mut bench = Bench::new(Personality::default(), true);
    bench.open();
    bench.write(b"ATDT0800123\r");
    bench.pass(15);
    assert!(bench.said.starts_with(b"\r\nCONNECT 33600\r\n~"), "{}", bench.text());
    assert_eq!(bench.ppp(10), FIRST);
}

#[test]
fn a_frame_in_place_of_a_command_line_begins_ppp_without_a_call() {
    let mut bench = Bench::new(Personality::default(), true);
    bench.pool.attach_to_ppp(0, false);
    bench.open();
    assert_eq!(bench.ppp(10), FIRST);
    assert!(bench.log().contains(&"1 the port: address 100.64.0.2".to_owned()));
    bench.pool.handle_circuit_108(bench.now, 0, false);
    assert!(!bench.pool.ppp_state(0).1);
    // The next program finds a modem again.
    bench.open();
    bench.write(b"AT\r");
    assert_eq!(bench.text(), "\r\nOK\r\n");
}

#[test]
fn a_cable_speaks_ppp_as_soon_as_the_port_is_open_and_to_each_who_opens_it() {
    let mut bench = Bench::new(Personality::default(), true);
    bench.pool.attach_to_ppp(0, true);
    for _ in 0..3 {
        bench.said.clear();
        bench.pool.handle_circuit_108(bench.now, 0, true);
        bench.read();
        assert!(bench.said.starts_with(b"~"), "{}", bench.text());
        assert_eq!(bench.ppp(10), FIRST);
        bench.pool.handle_circuit_108(bench.now, 0, false);
    }
}

#[test]
fn somebody_outside_calls_such_a_number_over_a_line_of_its_own() {
    let mut bench = Bench::new(Personality::default(), false);
    let call =
        bench.pool.call_ppp_from_outside(bench.now, 0, Some("5550199".to_owned()), &LineConfig::default()).unwrap();
    bench.pass(10);
    let mut seen = Vec::new();
    while let Some((from, far)) = bench.pool.poll_far() {
        assert_eq!(from, call);
        seen.push(far);
    }
    assert_eq!(seen[..3], [Far::Rings(1), Far::Answered, Far::Connected(33_600)]);
    assert!(matches!(&seen[3], Far::Octets(octets) if octets.starts_with(b"~")));
    bench.pool.clear(bench.now, call);
    bench.pass(1);
    assert!(!bench.pool.ppp_state(0).1);
    assert!(bench.log().ends_with(&["1 5550199: call over".to_owned()]));
}
