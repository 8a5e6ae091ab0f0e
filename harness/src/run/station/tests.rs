//! Stations with a DTE that is played here: lines, cables, and several calls on one.
#![allow(clippy::unwrap_used)]

use offhook_emulator::exchange::{CallSetup, Stamp};
use offhook_emulator::trace::End;

use super::*;
use crate::run::facts::Since;

fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

fn setup() -> CallSetup {
    CallSetup { rings: 3, stamp: Stamp { month: 1, day: 5, hour: 9, minute: 0 }, ..CallSetup::default() }
}

fn direct(program: Program) -> Station {
    Station::new(&Port { direct: true, program, speed: Some(9600), ..Port::new("ttyS0") }).unwrap()
}

/// Lets time pass until `millis`.
fn pass(station: &mut Station, millis: u64) {
    while let Some(due) = station.poll_timeout().filter(|due| *due <= at(millis)) {
        station.handle_timeout(due);
    }
}

fn to_dte(station: &mut Station) -> Vec<u8> {
    std::iter::from_fn(|| station.poll_dte()).flatten().collect()
}

/// A modem port whose DTE has answered the first call, number 0, 10 s ago.
fn answered() -> Station {
    let mut station = Station::new(&Port::new("ttyS0")).unwrap();
    station.handle_circuit_108(at(0), true);
    station.handle_dte_octets(at(0), b"ATE0\r");
    station.place_call(at(1000), 0, setup(), None);
    pass(&mut station, 3500);
    station.handle_dte_octets(at(3500), b"ATA\r");
    pass(&mut station, 13_500);
    assert!(station.facts(0).connected.is_some());
    to_dte(&mut station);
    station
}

#[test]
fn a_direct_call_is_connected_at_once_and_the_dte_hears_of_it_only_by_its_octets() {
    let mut station = direct(Program::Mgetty);
    station.handle_circuit_108(at(0), true);
    assert_eq!(station.ready_at(), Some(at(2000)));
    station.place_call(at(2000), 0, setup(), None);
    assert_eq!(station.facts(0).connected, Some(Since { at: at(2000), what: 9600 }));
    station.say(at(2000), b"x");
    pass(&mut station, 2100);
    assert_eq!(to_dte(&mut station), b"x");
}

#[test]
fn pppd_on_a_cable_is_ready_as_soon_as_it_has_the_port_open_and_nobody_hears_what_it_said_before() {
    let mut station = direct(Program::Pppd);
    station.handle_circuit_108(at(100), true);
    station.handle_dte_octets(at(150), b"~frame~");
    assert!(station.ready_at().is_some_and(|ready| ready <= at(150)));
    station.place_call(at(150), 0, setup(), None);
    pass(&mut station, 5000);
    assert_eq!(station.facts(0).heard, "");
    station.handle_dte_octets(at(5000), b"~");
    pass(&mut station, 6000);
    assert_eq!(station.facts(0).heard, "~");
}

#[test]
fn a_caller_who_hangs_up_a_cable_switches_circuit_109_off() {
    let mut station = direct(Program::Mgetty);
    station.handle_circuit_108(at(0), true);
    station.place_call(at(2000), 0, setup(), None);
    assert!(!station.is_done_with(0));
    station.hang_up(at(3000));
    assert!(station.poll_hang_up());
    assert!(!station.is_done_with(0), "whoever served the call still has the port open");
    station.handle_circuit_108(at(3001), false);
    assert!(station.is_done_with(0));
}

#[test]
fn a_server_that_has_its_modem_ready_again_has_let_go_of_the_call_before() {
    let mut station = answered();
    station.hang_up(at(14_000));
    pass(&mut station, 14_100);
    station.handle_circuit_108(at(14_100), false);
    station.handle_circuit_108(at(14_600), true);
    station.handle_dte_octets(at(15_000), b"AT\r");
    assert!(to_dte(&mut station).ends_with(b"OK\r\n"));
    assert!(station.is_done_with(0));
}

#[test]
fn a_server_that_closes_a_direct_port_has_hung_up() {
    let mut station = direct(Program::Mgetty);
    station.handle_circuit_108(at(0), true);
    station.place_call(at(2000), 0, setup(), None);
    station.handle_circuit_108(at(3000), false);
    let (by, when, _) = station.facts(0).hang_up().unwrap();
    assert_eq!((by, when), (End::Server, at(3000)));
}

#[test]
fn busy_is_the_fact_of_the_second_call_and_leaves_the_first_alone() {
    let mut station = answered();
    assert!(!station.is_line_free());
    station.place_call(at(14_000), 1, setup(), None);
    assert!(station.facts(1).busy && !station.facts(0).busy);
    assert!(station.has(0) && !station.has(1) && station.is_done_with(1));
    assert_eq!(station.facts(0).cleared, None);
    assert!(station.facts(1).cleared.is_some());
}

#[test]
fn the_facts_of_a_call_outlive_the_next_one_on_the_line() {
    let mut station = answered();
    station.clear(at(14_000), false);
    pass(&mut station, 15_000);
    station.place_call(at(20_000), 1, setup(), None);
    assert_eq!(station.facts(0).connected.as_ref().map(|connected| connected.what), Some(33_600));
    assert_eq!(station.facts(1).connected, None);
}

#[test]
fn a_line_typed_is_octets_and_cr_and_what_is_typed_too_early_waits_for_carrier() {
    let mut station = Station::new(&Port::new("ttyS0")).unwrap();
    station.handle_circuit_108(at(0), true);
    station.handle_dte_octets(at(0), b"ATE0\r");
    station.place_call(at(1000), 0, setup(), None);
    station.say(at(1000), b"who\r");
    pass(&mut station, 3500);
    station.handle_dte_octets(at(3500), b"ATA\r");
    to_dte(&mut station);
    pass(&mut station, 13_500);
    assert_eq!(to_dte(&mut station), b"\r\nCONNECT 33600\r\nwho\r");
}

#[test]
fn a_login_is_typed_after_the_prompts() {
    let mut station = answered();
    station.log_in(at(13_500), "bob", Some("secret"));
    station.handle_dte_octets(at(14_000), b"\r\nserver login: ");
    pass(&mut station, 15_000);
    assert_eq!(to_dte(&mut station), b"bob\r");
    station.handle_dte_octets(at(15_000), b"bob\r\nPassword: ");
    pass(&mut station, 16_000);
    assert_eq!(to_dte(&mut station), b"secret\r");
    station.handle_dte_octets(at(16_000), b"\r\nWelcome\r\n$ ");
    pass(&mut station, 17_000);
    let facts = station.facts(0);
    assert!(facts.login.as_ref().is_some_and(|login| login.what.accepted));
    assert!(facts.find_unread("Welcome").is_some(), "what comes after the password is unread");
}

#[test]
fn a_silent_caller_says_nothing_and_does_not_hang_up_until_it_does() {
    let mut station = answered();
    station.dial_in(at(13_500), offhook_emulator::caller::CallerConfig::default());
    pass(&mut station, 14_000);
    assert!(!to_dte(&mut station).is_empty());
    station.fall_silent();
    station.say(at(14_000), b"x");
    pass(&mut station, 100_000);
    assert_eq!(to_dte(&mut station), b"");
    assert_eq!(station.facts(0).cleared, None);
    station.hang_up(at(100_000));
    assert!(station.facts(0).cleared.is_some());
}

#[test]
fn error_control_carries_more_octets_at_the_same_rate() {
    let took = |error_control: bool| {
        let line = crate::scenario::Line { error_control, ..crate::scenario::Line::default() };
        let mut plant = Plant::new(&Port { line, ..Port::new("ttyS0") }, &Telephones::default()).unwrap();
        plant.handle_circuit_108(at(0), true);
        plant.place_call(at(0), setup(), None);
        plant.handle_timeout(at(2000));
        while plant.poll_output(at(2000)).is_some() {}
        plant.handle_dte_octets(at(2000), b"ATA\r");
        while plant.poll_output(at(2000)).is_some() {}
        plant.handle_timeout(at(10_000));
        while plant.poll_output(at(10_000)).is_some() {}
        plant.handle_dte_octets(at(10_000), &[b'x'; 3360]);
        while plant.poll_output(at(10_000)).is_some() {}
        plant.backlog(at(10_000)).as_millis()
    };
    assert_eq!((took(false), took(true)), (1000, 800));
}
