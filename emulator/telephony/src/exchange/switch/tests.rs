//! Modems that call each other by the exchange.

use super::*;
use crate::exchange::{Carrier, ForwardOn};

const STAMP: Stamp = Stamp { month: 1, day: 5, hour: 9, minute: 0 };

fn drained(exchange: &mut Exchange, line: LineId) -> Vec<LineEvent> {
    let outputs = std::iter::from_fn(|| exchange.poll_output(line));
    outputs.filter_map(|output| if let LineOutput::ToModem(event) = output { Some(event) } else { None }).collect()
}

#[test]
fn one_modem_calls_another_and_both_get_carrier_and_octets() {
    let mut exchange = Exchange::new();
    let [alice, bob] = ["5551000", "5552000"].map(|number| exchange.subscribe(number, LineConfig::default()));
    exchange.handle_off_hook(Instant::ZERO, alice);
    assert_eq!(drained(&mut exchange, alice), [LineEvent::Tone(Tone::Dial)]);
    exchange.handle_dial(Instant::ZERO, alice, "5552000", STAMP);
    assert_eq!(drained(&mut exchange, alice), [LineEvent::Tone(Tone::Ringing)]);
    assert_eq!(drained(&mut exchange, bob), [LineEvent::RingOn { ring: 1, first: true, pattern: 1 }]);
    exchange.handle_off_hook(Instant::from_millis(2500), bob);
    exchange.handle_timeout(Instant::from_millis(20_000));
    let connected = LineEvent::Connected(Carrier::new(33_600));
    assert_eq!(drained(&mut exchange, alice), [LineEvent::Tone(Tone::Answer), connected.clone()]);
    assert_eq!(drained(&mut exchange, bob), [LineEvent::RingOff { ring: 1 }, connected]);
    exchange.send(Instant::from_millis(20_000), alice, b"hello");
    exchange.send(Instant::from_millis(20_000), bob, b"world");
    exchange.handle_timeout(Instant::from_millis(20_100));
    assert_eq!(drained(&mut exchange, alice), [LineEvent::Octets(b"world".to_vec())]);
    assert_eq!(drained(&mut exchange, bob), [LineEvent::Octets(b"hello".to_vec())]);
    exchange.handle_on_hook(Instant::from_millis(21_000), alice);
    exchange.handle_timeout(Instant::from_millis(22_000));
    assert_eq!(drained(&mut exchange, bob), [LineEvent::CarrierLost { abrupt: false }]);
}

#[test]
fn a_number_nobody_has_and_a_busy_line_have_tones_of_their_own() {
    let mut exchange = Exchange::new();
    let [alice, bob] = ["5551000", "5552000"].map(|number| exchange.subscribe(number, LineConfig::default()));
    exchange.handle_off_hook(Instant::ZERO, bob);
    exchange.handle_off_hook(Instant::ZERO, alice);
    exchange.handle_dial(Instant::ZERO, alice, "5552000", STAMP);
    exchange.handle_dial(Instant::ZERO, alice, "911", STAMP);
    let tones = [Tone::Dial, Tone::Busy, Tone::Unobtainable].map(LineEvent::Tone);
    assert_eq!(drained(&mut exchange, alice), tones);
}

#[test]
fn a_number_dialled_by_and_by_is_one_call_and_tones_into_a_call_are_none() {
    let mut exchange = Exchange::new();
    let [alice, bob, carol] = ["5551000", "5551001", "911"].map(|n| exchange.subscribe(n, LineConfig::default()));
    exchange.handle_off_hook(Instant::ZERO, alice);
    exchange.handle_dial(Instant::ZERO, alice, "555", STAMP);
    assert_eq!(drained(&mut exchange, alice), [LineEvent::Tone(Tone::Dial)]);
    exchange.handle_timeout(Instant::from_millis(9000));
    exchange.handle_dial(Instant::from_millis(9000), alice, "1001", STAMP);
    assert_eq!(drained(&mut exchange, alice), [LineEvent::Tone(Tone::Ringing)]);
    exchange.handle_dial(Instant::from_millis(9500), alice, "911", STAMP);
    assert_eq!(drained(&mut exchange, alice), []);
    assert_eq!(drained(&mut exchange, bob), [LineEvent::RingOn { ring: 1, first: true, pattern: 1 }]);
    assert_eq!(drained(&mut exchange, carol), []);
    // On hook, and all begins again.
    exchange.handle_on_hook(Instant::from_millis(10_000), alice);
    exchange.handle_off_hook(Instant::from_millis(11_000), alice);
    exchange.handle_dial(Instant::from_millis(11_000), alice, "911", STAMP);
    assert_eq!(drained(&mut exchange, alice), [Tone::Dial, Tone::Ringing].map(LineEvent::Tone));
}

#[test]
fn the_beginning_of_a_number_is_no_number_when_nothing_follows_in_time() {
    let mut exchange = Exchange::new();
    let [alice, _bob] = ["5551000", "5551001"].map(|number| exchange.subscribe(number, LineConfig::default()));
    exchange.handle_off_hook(Instant::ZERO, alice);
    exchange.handle_dial(Instant::ZERO, alice, "555", STAMP);
    assert_eq!(exchange.poll_timeout(), Some(Instant::from_millis(10_000)));
    exchange.handle_timeout(Instant::from_millis(10_000));
    assert_eq!(drained(&mut exchange, alice), [Tone::Dial, Tone::Unobtainable].map(LineEvent::Tone));
    assert_eq!(exchange.poll_timeout(), None);
}

#[test]
fn a_modem_s_calls_tell_of_their_caller_what_its_line_is_to_tell() {
    let mut exchange = Exchange::new();
    let [alice, bob] = ["5551000", "5552000"].map(|number| exchange.subscribe(number, LineConfig::default()));
    let tells =
        CallSetup { from: Some("P".into()), name: Some("ALICE".into()), ring_pattern: 2, ..CallSetup::default() };
    *exchange.identity(alice) = tells;
    exchange.handle_off_hook(Instant::ZERO, alice);
    exchange.handle_dial(Instant::ZERO, alice, "5552000", STAMP);
    exchange.handle_timeout(Instant::from_millis(5900));
    let outputs = drained(&mut exchange, bob);
    assert!(outputs.contains(&LineEvent::RingOn { ring: 1, first: true, pattern: 2 }), "{outputs:?}");
    let id = outputs.iter().find_map(|event| if let LineEvent::CallerId(id) = event { Some(id) } else { None });
    let id = id.map(|id| (id.number.clone(), id.name.clone()));
    assert_eq!(id, Some((Some(Party::Withheld), Some("ALICE".into()))));
}

/// Bob calls out just as a call comes in.
#[test]
fn glare_joins_the_modem_that_dials_to_the_one_that_called_it() {
    let mut exchange = Exchange::new();
    let [alice, bob] = ["5551000", "5552000"].map(|number| exchange.subscribe(number, LineConfig::default()));
    exchange.handle_off_hook(Instant::ZERO, alice);
    exchange.handle_dial(Instant::ZERO, alice, "5552000", STAMP);
    // Bob's modem goes off hook in the burst that it has not taken for a ring yet, hears no dial tone, and dials.
    exchange.handle_off_hook(Instant::from_millis(50), bob);
    exchange.handle_dial(Instant::from_millis(50), bob, "5551000", STAMP);
    let notes: Vec<LineOutput> = std::iter::from_fn(|| exchange.poll_output(bob)).collect();
    let glare =
        |output: &LineOutput| matches!(output, LineOutput::Trace(EventKind::Note { text }) if text.contains("glare"));
    assert!(notes.iter().any(glare), "{notes:?}");
    assert!(!notes.contains(&LineOutput::ToModem(LineEvent::Tone(Tone::Dial))), "{notes:?}");
    exchange.handle_timeout(Instant::from_millis(20_000));
    let connected = LineEvent::Connected(Carrier::new(33_600));
    assert_eq!(drained(&mut exchange, bob), std::slice::from_ref(&connected));
    assert!(drained(&mut exchange, alice).contains(&connected));
}

#[test]
fn a_modem_s_call_that_nobody_answers_goes_on_and_its_line_is_told() {
    let mut exchange = Exchange::new();
    let [alice, bob, carol] = ["1", "2", "3"].map(|number| exchange.subscribe(number, LineConfig::default()));
    exchange.dial_plan().forward("2", ForwardOn::NoAnswer(2), "3");
    exchange.handle_off_hook(Instant::ZERO, alice);
    exchange.handle_dial(Instant::ZERO, alice, "2", STAMP);
    exchange.handle_timeout(Instant::from_millis(12_000));
    let outputs: Vec<LineOutput> = std::iter::from_fn(|| exchange.poll_output(bob)).collect();
    assert!(outputs.contains(&LineOutput::ToCaller(CallerEvent::Forwarded(carol))), "{outputs:?}");
    assert_eq!(drained(&mut exchange, carol), [LineEvent::RingOn { ring: 1, first: true, pattern: 1 }]);
    assert!(exchange.is_free(bob) && !exchange.is_free(carol));
}

#[test]
fn a_caller_from_outside_is_told_the_number_to_call_instead() {
    let mut exchange = Exchange::new();
    let line = exchange.subscribe("1", LineConfig::default());
    let setup = CallSetup { rings: 9, ..CallSetup::default() };
    exchange.place_call_until(Instant::ZERO, line, setup, Some((2, "3".to_owned())));
    exchange.handle_timeout(Instant::from_millis(12_000));
    let outputs: Vec<LineOutput> = std::iter::from_fn(|| exchange.poll_output(line)).collect();
    let unanswered = CallerEvent::Unanswered { forward: "3".to_owned() };
    assert!(outputs.contains(&LineOutput::ToCaller(unanswered)), "{outputs:?}");
    assert!(exchange.is_free(line));
}

#[test]
fn modems_that_find_no_rate_get_no_carrier() {
    let mut exchange = Exchange::new();
    let [alice, bob] = ["1", "2"].map(|number| exchange.subscribe(number, LineConfig::default()));
    exchange.set_abilities(alice, Abilities { most: 14_400, ..Abilities::default() });
    exchange.set_abilities(bob, Abilities { least: 28_800, ..Abilities::default() });
    exchange.handle_off_hook(Instant::ZERO, alice);
    exchange.handle_dial(Instant::ZERO, alice, "2", STAMP);
    exchange.handle_off_hook(Instant::from_millis(2500), bob);
    exchange.handle_timeout(Instant::from_millis(100_000));
    let events = drained(&mut exchange, bob);
    assert!(!events.iter().any(|event| matches!(event, LineEvent::Connected(_))), "{events:?}");
}
