//! Words as packet scripts, and the frames of a call as outputs again.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use offhook_clock::Instant;
use offhook_learn::ppp::compare::compare;
use offhook_learn::ppp::examination::expected;
use offhook_learn::ppp::layer::{End, Layer, Setup};
use offhook_learn::ppp::mapper::Crossed;
use offhook_learn::ppp::script::{Recorded, read};
use offhook_learn::ppp::shown::{file_name, scenario};
use offhook_learn::ppp::symbol::{Input, Outputs};
use offhook_learn::ppp::table::Rules;
use offhook_learn::ppp::words::{Pace, call, inputs, server, step};

const RULES: Rules = Rules { max_configure: 2, max_terminate: 2, hangs_up: true };

fn lcp() -> Setup {
    Setup::new(Layer::Lcp, End::Answering)
}

fn frame(milliseconds: u64, by_subject: bool, packet: &[u8]) -> Crossed {
    let frame = [&[0xff, 3, 0xc0, 0x21], packet].concat();
    Crossed { at: Instant::from_millis(milliseconds), by_subject, frame }
}

#[test]
fn a_word_is_a_call_that_expects_nothing() {
    let setup = lcp();
    let word = [Input::RequestGood, Input::Reject, Input::Timeout, Input::TerminateAck];
    insta::assert_snapshot!(server(&setup, &Pace::default(), 2) + &call(&setup, &Pace::default(), &word));
}

#[test]
fn every_input_of_a_layer_is_a_step_or_time() {
    let mut text = String::new();
    for layer in [Layer::Lcp, Layer::Ipcp, Layer::Pap, Layer::Chap] {
        let setup = Setup::new(layer, End::Answering);
        for input in inputs(&setup) {
            let step = step(&setup, input);
            assert_eq!(step.is_none(), matches!(input, Input::Timeout | Input::Silence), "{input}");
            text += &format!("{} {input}: {}\n", layer.name(), step.unwrap_or_else(|| "(time)".into()));
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn frames_belong_to_the_input_in_whose_time_they_crossed() {
    let word = [Input::RequestGood, Input::TerminateRequest, Input::Timeout, Input::RequestGood];
    let call = Recorded {
        began: Some(Instant::from_millis(0)),
        closed: Some(Instant::from_millis(91_000)),
        frames: vec![
            frame(10, true, &[1, 1, 0, 4]),
            frame(2_000, false, &[1, 9, 0, 4]),
            frame(2_010, true, &[2, 9, 0, 4]),
            frame(4_000, false, &[5, 10, 0, 4]),
            frame(4_010, true, &[6, 10, 0, 4]),
            // Another process on the same port.
            frame(92_000, true, &[1, 1, 0, 4]),
        ],
    };
    let steps = read(Layer::Lcp, &Pace::default(), &word, &call).unwrap();
    let outputs: Vec<String> = steps.iter().map(|step| step.outputs.to_string()).collect();
    assert_eq!(outputs, ["scr", "sca", "sta", "tlf", "-"]);
}

#[test]
fn a_call_in_which_an_input_was_not_sent_is_not_read() {
    let call = Recorded { began: Some(Instant::ZERO), closed: None, frames: vec![frame(10, true, &[1, 1, 0, 4])] };
    let error = read(Layer::Lcp, &Pace::default(), &[Input::RequestGood], &call).unwrap_err();
    assert_eq!(error.to_string(), "a call cannot be read as the word RCR+: no packet for RCR+ was sent at 2.000");
}

#[test]
fn a_pause_is_shorter_than_the_restart_timer_whatever_the_word() {
    let Pace { quiet, restart, timeout, .. } = Pace::default();
    assert!(quiet * 40 < restart && timeout > restart && timeout < restart + Duration::from_secs(5));
}

#[test]
fn a_difference_is_a_scenario_that_expects_what_the_table_has() {
    let setup = lcp();
    let inputs = inputs(&setup);
    let reference = expected(&setup, &inputs, RULES);
    // The table's machine, but deaf to Terminate-Requests in every state.
    let mut rows = Vec::new();
    let machine = reference.machine();
    for state in 0..machine.len() {
        let row = inputs.iter().enumerate().map(|(place, input)| match input {
            Input::TerminateRequest => (Outputs::default(), state),
            _ => {
                let (outputs, next) = machine.step(state, place);
                (outputs.clone(), next)
            }
        });
        rows.push(row.collect());
    }
    let comparison = compare(&offhook_learn::mealy::Mealy::new(inputs, rows), &reference);
    let difference = comparison.differences.iter().find(|difference| difference.state == "Opened").unwrap();
    assert_eq!(file_name(Layer::Lcp, difference), "lcp-opened-rtr.kdl");
    insta::assert_snapshot!(scenario(&setup, &Pace::default(), 2, difference));
}
