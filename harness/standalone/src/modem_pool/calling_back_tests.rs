//! Callers of numbers that answer with PPP, who want to be called back, in virtual time.
#![allow(clippy::unwrap_used)]

use std::net::Ipv4Addr;

use offhook_caller::CallerConfig;
use offhook_ppp::callback::CallbackOffer;
use offhook_telephony::modem::Personality;

use super::super::bench::Bench;
use crate::ppp_number::PppNumber;

const FIRST: Option<Ipv4Addr> = Some(Ipv4Addr::new(100, 64, 0, 2));

/// A modem whose DTE has dialled a number that calls back, at this number or wherever the caller wants it.
fn dialled(any_ppp: bool, admin: Option<&str>) -> Bench {
    let mut bench = Bench::new(Personality::default(), any_ppp);
    let mut number = PppNumber::new("5559000".to_owned());
    let user = admin.is_none();
    number.config.callback =
        Some(CallbackOffer { none: true, user, admin: admin.map(str::to_owned), delay: 5, ..CallbackOffer::default() });
    bench.pool.answer_with_ppp(vec![number], 1);
    bench.open();
    bench.write(b"ATDT5559000\r");
    bench.pass(15);
    assert!(bench.said.starts_with(b"\r\nCONNECT 33600\r\n~"), "{}", bench.text());
    bench
}

/// The caller wants to be called back at this number; and hangs up.
fn agree(bench: &mut Bench, number: &str) {
    assert_eq!(bench.ppp_as(wants(number), 3), None);
    // The line is cleared, and the modem takes commands.
    bench.write(b"AT\r");
    assert_eq!(bench.text(), "\r\nOK\r\n");
}

fn wants(number: &str) -> CallerConfig {
    CallerConfig { callback: true, callback_number: Some(number.to_owned()), ..CallerConfig::default() }
}

#[test]
fn who_wants_it_is_called_back_after_the_delay_and_gets_an_address() {
    for number in ["5551000", "555-1000"] {
        let mut bench = dialled(false, None);
        agree(&mut bench, number);
        bench.pass(1);
        assert_eq!(bench.text(), "");
        bench.pass(6);
        assert!(bench.text().starts_with("\r\nRING\r\n"));
        bench.write(b"ATA\r");
        bench.pass(12);
        assert!(bench.said.starts_with(b"\r\nCONNECT 33600\r\n~"), "{}", bench.text());
        // It asks again, and is told that this is the callback.
        assert_eq!(bench.ppp_as(wants(number), 10), FIRST);
        assert_eq!(bench.pool.ppp_state(0), (format!("1 call: {number} 100.64.0.2"), true));
        bench.pool.handle_circuit_108(bench.now, 0, false);
        bench.pass(30);
        assert!(!bench.pool.ppp_state(0).1);
        let log = bench.log();
        assert!(log.contains(&format!("1 {number}: called back")), "{log:#?}");
        assert_eq!(log.iter().filter(|line| line.ends_with("called back")).count(), 1, "{log:#?}");
    }
}

#[test]
fn a_number_that_is_kept_for_callers_is_called_whatever_they_say() {
    let mut bench = dialled(false, Some("5551000"));
    agree(&mut bench, "5550000");
    bench.pass(8);
    assert!(bench.text().starts_with("\r\nRING\r\n"));
}

#[test]
fn where_every_number_is_answered_the_one_modem_has_every_number() {
    let mut bench = dialled(true, None);
    agree(&mut bench, "0049 30 1234");
    bench.pass(8);
    assert!(bench.text().starts_with("\r\nRING\r\n"));
}

#[test]
fn a_callback_to_a_number_that_no_modem_has_is_told() {
    let mut bench = dialled(false, None);
    agree(&mut bench, "5550000");
    bench.pass(30);
    assert_eq!(bench.text(), "");
    let log = bench.log();
    assert_eq!(log.last().unwrap(), "1 5550000: not called back, no modem here has this number");
    assert_eq!(bench.pool.poll_timeout(), None);
}

#[test]
fn a_callback_to_a_line_in_use_is_told() {
    let mut bench = dialled(false, None);
    agree(&mut bench, "5551000");
    bench.write(b"ATH1\r");
    bench.pass(30);
    assert_eq!(bench.log().last().unwrap(), "1 5551000: not called back, the line is busy");
}

#[test]
fn a_callback_that_nobody_answers_ends_and_its_address_is_free_again() {
    let mut bench = dialled(false, None);
    agree(&mut bench, "5551000");
    bench.pass(120);
    assert_eq!(bench.text().matches("RING").count(), 10);
    assert!(bench.log().ends_with(&["1 5551000: no answer".to_owned(), "1 5551000: call over".to_owned()]));
    assert!(!bench.pool.ppp_state(0).1);
}

#[test]
fn a_callback_is_ended_by_the_operator_at_either_end() {
    for at_the_number in [true, false] {
        let mut bench = dialled(false, None);
        agree(&mut bench, "5551000");
        bench.pass(8);
        bench.write(b"ATA\r");
        bench.pass(12);
        assert_eq!(bench.ppp(10), FIRST);
        match at_the_number {
            true => bench.pool.hang_up_ppp(bench.now, 0),
            false => bench.pool.hang_up(bench.now, 0),
        }
        bench.pass(10);
        assert!(bench.text().ends_with("\r\nNO CARRIER\r\n"));
        assert!(!bench.pool.ppp_state(0).1 && bench.pool.is_free(0));
    }
}
