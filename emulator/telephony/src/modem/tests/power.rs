//! A modem that is switched off, and on again.

use super::*;
use Circuit::{C106, C107, C109};

// M68, practice
#[test]
fn a_modem_that_is_switched_off_lets_go_of_the_line_and_all_its_circuits() {
    let mut bench = Bench::online();
    bench.circuits();
    bench.modem.switch_off(bench.now);
    let outputs = bench.outputs();
    assert!(outputs.contains(&ModemOutput::OnHook) && outputs.contains(&ModemOutput::HangUpDte), "{outputs:?}");
    assert_eq!(bench.circuits, [(C107, false), (C106, false), (C109, false)]);
    assert_eq!((bench.modem.is_online(), bench.modem.poll_timeout()), (false, None));
    bench.ring(1);
    assert_eq!(bench.chat("AT\r"), "");
    assert_eq!(bench.circuits(), [(C107, false), (C106, false), (C109, false)], "and no 125");
}

// M68, practice; M55, &W
#[test]
fn a_modem_that_is_switched_on_has_what_it_has_stored_and_nothing_else() {
    let mut bench = Bench::new();
    bench.chat("ATE0S0=3&W\r");
    bench.chat("ATS0=7S7=20V0\r");
    bench.circuits();
    bench.modem.switch_off(bench.now);
    bench.outputs();
    bench.type_only("ATS0?\r");
    assert!(bench.modem.switch_on(bench.now));
    assert_eq!(bench.dce(), "", "no echo of what was sent while it was off");
    assert_eq!(bench.circuits, [(C107, false), (C106, false), (C107, true), (C106, true)]);
    assert_eq!(bench.chat("ATS0?S7?\r"), "\r\n003\r\n\r\n050\r\n\r\nOK\r\n");
    assert!(!bench.modem.switch_on(bench.now), "it is on");
}

// M68, practice
#[test]
fn a_modem_that_does_not_react_is_well_again_after_its_power_was_off() {
    let mut bench = Bench::with(ModemConfig { silent: Duration::from_secs(2), ..ModemConfig::default() });
    bench.pause(3000);
    bench.modem.die();
    bench.modem.switch_off(bench.now);
    bench.modem.switch_on(bench.now);
    assert_eq!(bench.chat("AT\r"), "", "it starts as slowly as ever");
    bench.pause(2000);
    assert_eq!(bench.chat("ATE0\r"), "ATE0\r\r\nOK\r\n");
}
