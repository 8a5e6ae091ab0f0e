//! Modems of a pool that dial numbers which answer with PPP, in virtual time.
#![allow(clippy::unwrap_used)]

use offhook_telephony::modem::Personality;

use super::super::bench::Bench;
use super::*;

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
