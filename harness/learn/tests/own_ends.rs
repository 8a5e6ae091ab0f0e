//! What both of offhook's own ends are, layer by layer, and that it is what RFC 1661 says.
//!
//! `target/release/examples/own_ends` prints the same with what it took.

#![allow(clippy::unwrap_used, clippy::panic)]

use offhook_learn::learner::{Effort, learn};
use offhook_learn::ppp::compare::compare;
use offhook_learn::ppp::document::{Document, ReadError};
use offhook_learn::ppp::examination::{Examination, examine, expected};
use offhook_learn::ppp::layer::{End, Layer, Setup};
use offhook_learn::ppp::link::{FEW, HangUp, LinkSubject, own_end};
use offhook_learn::ppp::player::{Player, Timing, transcript};
use offhook_learn::ppp::symbol::Input;
use offhook_learn::ppp::table::{Rules, reference};
use offhook_ppp::restart::Limits;

fn player(layer: Layer, end: End, hang_up: HangUp) -> Player<LinkSubject> {
    Player::new(LinkSubject::new(own_end(layer, end), hang_up), Setup::new(layer, end), Timing::default())
}

fn examined(layer: Layer, end: End, hang_up: HangUp, effort: Effort) -> Examination {
    let mut player = player(layer, end, hang_up);
    let rules = Rules { max_configure: FEW, max_terminate: FEW, hangs_up: hang_up == HangUp::WhenFinished };
    let expected = expected(player.setup(), &player.setup().inputs(), rules);
    examine(&mut player, &expected, effort).unwrap()
}

fn document(layer: Layer, end: End, examination: &Examination) -> Document {
    let names = examination.comparison.names.clone();
    Document::new("offhook", layer, end, examination.learnt.clone()).named(names)
}

/// The machine as a table, and what is different from its RFC.
fn told(layer: Layer, end: End, hang_up: HangUp) -> String {
    let extra_states = if layer.is_automaton() { 1 } else { 2 };
    let examination = examined(layer, end, hang_up, Effort { extra_states, ..Effort::default() });
    format!("{}\nbeside its RFC: {}", document(layer, end, &examination).to_table(), examination.comparison)
}

#[test]
fn lcp_is_the_table_of_rfc_1661_and_both_ends_have_the_same() {
    let [calling, answering] = [End::Calling, End::Answering].map(|end| told(Layer::Lcp, end, HangUp::Never));
    assert_eq!(calling.replace("Calling", "Answering"), answering);
    insta::assert_snapshot!("lcp", answering);
}

#[test]
fn lcp_of_an_end_that_hangs_up_is_the_table_until_it_has_finished() {
    let [calling, answering] = [End::Calling, End::Answering].map(|end| told(Layer::Lcp, end, HangUp::WhenFinished));
    assert_eq!(calling.replace("Calling", "Answering"), answering);
    insta::assert_snapshot!("lcp_hangs_up", answering);
}

#[test]
fn ipcp_is_the_table_of_rfc_1661_with_the_link_as_its_lower_layer() {
    insta::assert_snapshot!("ipcp_calling", told(Layer::Ipcp, End::Calling, HangUp::WhenFinished));
    insta::assert_snapshot!("ipcp_answering", told(Layer::Ipcp, End::Answering, HangUp::WhenFinished));
}

#[test]
fn pap_and_chap_are_what_their_rfcs_say_but_for_what_stands_below_the_tables() {
    for layer in [Layer::Pap, Layer::Chap] {
        for end in [End::Calling, End::Answering] {
            let name = format!("{}_{end:?}", layer.name()).to_lowercase();
            insta::assert_snapshot!(name, told(layer, end, HangUp::WhenFinished));
        }
    }
}

#[test]
fn with_all_timeouts_as_one_input_the_counters_do_not_matter_and_the_states_are_those_of_the_rfc() {
    let setup = Setup::new(Layer::Lcp, End::Answering);
    let silence = |input| if input == Input::Timeout { Input::Silence } else { input };
    let inputs: Vec<Input> = setup.inputs().into_iter().map(silence).collect();
    let config = |limits: Limits| {
        let mut config = own_end(Layer::Lcp, End::Answering);
        config.limits = Limits { max_failure: u32::MAX, max_rounds: u32::MAX, ..limits };
        config
    };
    let machine = |limits: Limits| {
        let rules = Rules { max_configure: limits.max_configure, max_terminate: limits.max_terminate, hangs_up: false };
        let reference = reference(&setup, &inputs, rules);
        let subject = LinkSubject::new(config(limits), HangUp::Never);
        let mut player = Player::new(subject, setup.clone(), Timing::default());
        let learnt = learn(&mut player, &inputs, &Effort::default()).unwrap();
        let comparison = compare(&learnt.machine, &reference);
        assert!(!comparison.differences.iter().any(|difference| difference.is_fault()), "{comparison}");
        (learnt.machine, comparison.names)
    };
    let (machine_of_ten, names) = machine(Limits::default());
    let (machine_of_three, _) = machine(Limits { max_configure: 3, ..Limits::default() });
    assert_eq!(machine_of_ten.difference(&machine_of_three), None);
    // A request that was answered (Req-Sent', be a Configure-Ack sent or not: only time helps) and a Restart counter at zero
    // (Stopping, without another Terminate-Request) are all that the RFC's names do not say.
    let all = "Req-Sent Ack-Sent Ack-Rcvd Stopped Opened Req-Sent' Stopping Stopping' Closing Closed";
    assert_eq!(names.join(" "), all);
}

#[test]
fn learning_twice_gives_the_same_machine_by_the_same_queries() {
    for (layer, end) in [(Layer::Lcp, End::Calling), (Layer::Ipcp, End::Answering)] {
        let [first, second] = [1, 2].map(|_| examined(layer, end, HangUp::WhenFinished, Effort::default()));
        assert_eq!(first, second);
    }
}

#[test]
fn what_rfc_1661_lets_expect_finds_all_states_with_a_tenth_of_the_queries() {
    let mut player = player(Layer::Lcp, End::Answering, HangUp::WhenFinished);
    let inputs = player.setup().inputs();
    let thorough = learn(&mut player, &inputs, &Effort::default()).unwrap();
    let little = Effort { extra_states: 0, random_words: 0, ..Effort::default() };
    let guided = examined(Layer::Lcp, End::Answering, HangUp::WhenFinished, little).learnt;
    assert_eq!(guided.machine, thorough.machine);
    let (few, many) = (guided.figures.queries, thorough.figures.queries);
    assert!(few < 1500 && few * 10 < many, "{few} queries with hints, {many} without");
}

#[test]
fn a_word_is_told_as_the_packets_that_pppd_would_log() {
    let word =
        [Input::RequestReject, Input::Reject, Input::RequestGood, Input::Ack, Input::EchoRequest, Input::Timeout];
    let steps = player(Layer::Lcp, End::Answering, HangUp::Never).play(&word).unwrap();
    insta::assert_snapshot!("transcript", transcript(&steps));
}

#[test]
fn a_machine_is_written_and_read_again_and_drawn() {
    let examination = examined(Layer::Pap, End::Answering, HangUp::WhenFinished, Effort::default());
    let document = document(Layer::Pap, End::Answering, &examination);
    let json = document.to_json().unwrap();
    assert_eq!(Document::from_json(&json).unwrap(), document);
    insta::assert_snapshot!("json", json);
    insta::assert_snapshot!("dot", document.to_dot());
    for (from, to, message) in [
        ("\"format\": 1", "\"format\": 2", "the machine is in format 2, and only 1 is known here"),
        (
            "\"to\": \"Network\"",
            "\"to\": \"S9\"",
            "the transitions name the state \"S9\", which is not among the states",
        ),
        ("\"input\": \"Down,Up\"", "\"input\": \"RUC\"", "there is no transition from \"Authenticate\" for Down,Up"),
    ] {
        let error = Document::from_json(&json.replace(from, to)).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    assert!(matches!(Document::from_json("{}"), Err(ReadError::Json(_))));
}
