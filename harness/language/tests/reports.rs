//! What the models tell of themselves and of their last call: `I0` to `I11` and `&V`.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use offhook_clock::Instant;
use offhook_language::model;
use offhook_telephony::exchange::{Carrier, LineEvent};
use offhook_telephony::modem::{Modem, ModemConfig, ModemOutput};

fn modem(name: &str) -> Modem {
    let personality = model::load(name).unwrap_or_else(|_| panic!("no model {name}"));
    let mut modem = Modem::new(ModemConfig { personality, ..ModemConfig::default() });
    modem.handle_circuit_108(Instant::ZERO, true);
    // A Sportster takes its time after DTR.
    chat(&mut modem, Instant::from_millis(5000), "ATE0");
    modem
}

fn outputs(modem: &mut Modem) -> String {
    let mut octets = Vec::new();
    while let Some(output) = modem.poll_output() {
        if let ModemOutput::ToDte(said) = output {
            octets.extend(said);
        }
    }
    String::from_utf8(octets).unwrap()
}

fn chat(modem: &mut Modem, now: Instant, line: &str) -> String {
    modem.handle_dte_octets(now, format!("{line}\r").as_bytes());
    outputs(modem).replace("\r\n", "\n")
}

/// An answered call of 83 seconds, ended by the far end.
fn called(name: &str) -> (Modem, Instant) {
    let mut modem = modem(name);
    let mut now = Instant::from_millis(10_000);
    chat(&mut modem, now, "ATA");
    let carrier = Carrier { error_control: true, ..Carrier::new(33_600) };
    modem.handle_line(now, LineEvent::Connected(carrier));
    modem.handle_dte_octets(now, &[b'x'; 1200]);
    modem.handle_line(now, LineEvent::Octets(vec![b'y'; 34]));
    now += Duration::from_secs(83);
    modem.handle_line(now, LineEvent::CarrierLost { abrupt: false });
    now += Duration::from_secs(5);
    modem.handle_timeout(now);
    outputs(&mut modem);
    (modem, now)
}

#[test]
fn every_model_fills_all_fields_of_what_it_tells() {
    for (name, _) in model::shipped() {
        for (mut modem, now) in [(modem(name), Instant::from_millis(9000)), called(name)] {
            for command in (0..=11).map(|number| format!("ATI{number}")).chain(["AT&V".into(), "AT&V1".into()]) {
                let told = chat(&mut modem, now, &command);
                assert!(!told.contains(['{', '}']), "{name} {command}: {told}");
                assert!(told.lines().all(|line| line.chars().count() <= 80), "{name} {command}: {told}");
            }
        }
    }
}

#[test]
fn makers_tell_settings_and_the_last_call_in_their_own_form() {
    let mut told = String::new();
    for (name, commands) in [
        ("usr-courier", &["ATI4", "ATI6"][..]),
        ("usr-sportster", &["ATI7"]),
        ("rockwell-56k", &["AT&V1"]),
        ("zyxel-u1496", &["ATI2"]),
    ] {
        let (mut modem, now) = called(name);
        for command in commands {
            told += &format!("== {name} {command}\n{}", chat(&mut modem, now, command));
        }
    }
    insta::assert_snapshot!(told);
}
