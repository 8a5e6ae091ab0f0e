//! Acts and calls with port sessions whose DTEs are played here.
#![allow(clippy::unwrap_used)]

use super::*;
use offhook_base::Span;
use offhook_scenario::{Call, Change, Deed, Host, HuntGroup, KnownFailure, Port, Server, Step};

fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

fn step(verb: Verb) -> Step {
    Step { span: Span::default(), verb, deviations: Vec::new(), known_failures: Vec::new() }
}

fn call(to: &str, verbs: Vec<Verb>) -> Call {
    Call { steps: verbs.into_iter().map(step).collect(), ..Call::new(to) }
}

fn wait(seconds: u64) -> Verb {
    Verb::Wait { time: Some(Duration::from_secs(seconds)) }
}

/// A server of direct ports, all open since the beginning, and its conversations.
fn play(devices: &[&str], acts: Vec<Act>) -> (Conversations, Vec<PortSession>) {
    let ports: Vec<Port> = devices.iter().map(|device| Port { direct: true, ..Port::new(*device) }).collect();
    let mut sessions: Vec<PortSession> = ports.iter().map(|port| PortSession::new(port).unwrap()).collect();
    for session in &mut sessions {
        session.handle_circuit_108(at(0), true);
    }
    let devices = devices.iter().map(|device| (*device).to_owned()).collect();
    let group = HuntGroup { number: "5550000".to_owned(), span: Span::default(), devices };
    let scenario = Scenario {
        stacks: vec!["bookworm".to_owned()],
        ..Scenario::new("test", Server { ports, hunt_groups: vec![group], ..Server::default() }, acts)
    };
    let job = Job::new(scenario, "bookworm", 1);
    (Conversations::new(&job, SharedExchange::default()), sessions)
}

/// Advances to this moment, by every deadline of a call on the way; ports close when they are hung up.
fn advance(conversations: &mut Conversations, sessions: &mut [PortSession], until: u64) {
    conversations.advance(at(0), sessions);
    while let Some(due) = conversations.poll_timeout(sessions).filter(|due| *due <= at(until)) {
        conversations.advance(due, sessions);
        for session in sessions.iter_mut() {
            if session.poll_hang_up() {
                session.handle_circuit_108(due, false);
                session.handle_circuit_108(due, true);
            }
        }
    }
    conversations.advance(at(until), sessions);
}

fn passed(conversations: &Conversations) -> Vec<bool> {
    conversations.results().iter().map(|step| matches!(step.result, StepResult::Passed { .. })).collect()
}

#[test]
fn a_hunt_group_gives_each_call_the_next_free_line_and_the_last_one_none() {
    let connect = || call("5550000", vec![Verb::ExpectConnect { rate: None }, wait(60)]);
    let calls = vec![connect(), connect(), call("5550000", vec![Verb::ExpectBusy])];
    let (mut conversations, mut sessions) = play(&["ttyS0", "ttyS1"], vec![Act::Calls(calls)]);
    advance(&mut conversations, &mut sessions, 3000);
    assert!(sessions[0].has(0) && sessions[1].has(1));
    assert!(sessions[0].facts(2).busy);
    assert_eq!(passed(&conversations), [true, false, true, false, true]);
    let summaries = conversations.summaries(&sessions);
    assert!(summaries[2].busy && !summaries[0].busy && summaries[1].answered);
}

#[test]
fn a_second_call_to_a_line_is_placed_after_the_first_and_does_not_wait_for_the_port() {
    let first = call("ttyS0", vec![wait(60)]);
    let second = Call { after: Duration::from_secs(10), ..call("ttyS0", vec![Verb::ExpectBusy]) };
    let (mut conversations, mut sessions) = play(&["ttyS0"], vec![Act::Calls(vec![first, second])]);
    advance(&mut conversations, &mut sessions, 20_000);
    assert_eq!(sessions[0].facts(0).placed, Some(at(2000)));
    assert_eq!(sessions[0].facts(1).placed, Some(at(12_000)));
    assert_eq!(passed(&conversations), [false, true]);
}

#[test]
fn a_call_that_does_not_wait_is_placed_at_once() {
    let eager = Call { ready: false, ..call("ttyS0", vec![wait(1)]) };
    let (mut conversations, mut sessions) = play(&["ttyS0"], vec![Act::Calls(vec![eager])]);
    conversations.advance(at(0), &mut sessions);
    assert_eq!(sessions[0].facts(0).placed, Some(at(0)));
}

#[test]
fn a_step_that_fails_as_is_known_ends_its_call_and_not_the_scenario() {
    let known = |verb| Step {
        known_failures: vec![KnownFailure { stacks: Vec::new(), reason: "it does".to_owned(), steps: Vec::new() }],
        ..step(verb)
    };
    let mut first = call("ttyS0", vec![]);
    first.steps = vec![known(Verb::ExpectBusy), step(wait(1))];
    let mut second = call("ttyS0", vec![]);
    second.steps = vec![known(wait(1))];
    let acts = vec![Act::Calls(vec![first]), Act::Calls(vec![second])];
    let (mut conversations, mut sessions) = play(&["ttyS0"], acts);
    advance(&mut conversations, &mut sessions, 200_000);
    assert!(conversations.are_over());
    let results: Vec<StepResult> = conversations.results().into_iter().map(|step| step.result).collect();
    assert!(matches!(results[0], StepResult::ExpectedFailure { .. }), "{results:?}");
    assert_eq!(results[1], StepResult::NotReached);
    assert!(
        matches!(&results[2], StepResult::Failed { expected, .. } if expected == "this step to fail: it does"),
        "{results:?}"
    );
}

#[test]
fn in_a_call_that_may_fail_what_a_server_fails_at_may_pass() {
    let known = KnownFailure { stacks: Vec::new(), reason: "it does".to_owned(), steps: Vec::new() };
    let mut it = Call { may_fail: true, ..call("ttyS0", vec![]) };
    it.steps = vec![Step { known_failures: vec![known], ..step(wait(1)) }];
    let (mut conversations, mut sessions) = play(&["ttyS0"], vec![Act::Calls(vec![it])]);
    advance(&mut conversations, &mut sessions, 200_000);
    let results = conversations.results();
    assert!(matches!(results[0].result, StepResult::Passed { .. }), "{results:?}");
}

#[test]
fn a_change_between_calls_is_asked_for_and_waited_for() {
    let change = Change { span: Span::default(), edits: Vec::new() };
    let acts = vec![Act::Change(change.clone()), Act::Calls(vec![call("ttyS0", vec![wait(1)])])];
    let (mut conversations, mut sessions) = play(&["ttyS0"], acts);
    conversations.advance(at(0), &mut sessions);
    assert_eq!(conversations.poll_request(), Some(Request::Change { call: None, change }));
    conversations.advance(at(5000), &mut sessions);
    assert_eq!(sessions[0].facts(0).placed, None);
    conversations.answered(Answer::Changed { call: None, result: Ok(()) });
    conversations.advance(at(6000), &mut sessions);
    assert_eq!(conversations.poll_timeout(&sessions), Some(at(7000)));
    conversations.advance(at(7000), &mut sessions);
    assert_eq!(sessions[0].facts(0).placed, Some(at(7000)));
}

#[test]
fn a_change_that_cannot_be_made_ends_the_scenario_between_calls_and_the_step_within_one() {
    let change = Change { span: Span::default(), edits: Vec::new() };
    let (mut conversations, mut sessions) = play(&["ttyS0"], vec![Act::Change(change.clone())]);
    conversations.advance(at(0), &mut sessions);
    conversations.answered(Answer::Changed { call: None, result: Err(Error::new("no such port")) });
    conversations.advance(at(1), &mut sessions);
    assert_eq!(conversations.error(), Some(Error::new("no such port")));
    assert!(conversations.are_over() && conversations.poll_timeout(&sessions).is_none());

    let acts = vec![Act::Calls(vec![call("ttyS0", vec![Verb::Change(change)])])];
    let (mut conversations, mut sessions) = play(&["ttyS0"], acts);
    advance(&mut conversations, &mut sessions, 2000);
    assert!(matches!(conversations.poll_request(), Some(Request::Change { call: Some(0), .. })));
    conversations.answered(Answer::Changed { call: Some(0), result: Err(Error::new("no such port")) });
    conversations.advance(at(2001), &mut sessions);
    assert!(
        matches!(&conversations.results()[0].result, StepResult::Failed { actual, .. } if actual == "no such port")
    );
}

#[test]
fn a_port_that_never_gets_ready_fails_its_call_and_leaves_no_deadline_behind() {
    let (mut conversations, mut sessions) = play(&["ttyS0"], vec![Act::Calls(vec![call("ttyS0", vec![wait(1)])])]);
    sessions[0].handle_circuit_108(at(0), false);
    conversations.advance(at(0), &mut sessions);
    assert_eq!(conversations.poll_timeout(&sessions), Some(at(120_000)));
    conversations.advance(at(120_000), &mut sessions);
    let results = conversations.results();
    assert_eq!((results[0].step, results[0].verb.as_str()), (None, "call"));
    assert!(
        matches!(&results[0].result, StepResult::Failed { expected, actual, .. }
            if expected == "mgetty or pppd to open ttyS0, ready for a call within 2m"
                && actual == "the port was opened, and no command was sent to the modem"),
        "{results:?}"
    );
    assert_eq!(results[1].result, StepResult::NotReached);
    assert!(conversations.are_over() && conversations.error().is_none());
    assert_eq!(conversations.poll_timeout(&sessions), None);
}

#[test]
fn a_ping_on_a_call_that_is_cut_looks_again_later_and_not_at_once_for_ever() {
    let ping = Verb::Ping {
        to: Ipv4Addr::new(192, 168, 32, 1).into(),
        count: 3,
        every: Duration::from_secs(1),
        size: 56,
        from: Host::Caller,
        answered: true,
    };
    let (mut conversations, mut sessions) = play(&["ttyS0"], vec![Act::Calls(vec![call("ttyS0", vec![ping])])]);
    advance(&mut conversations, &mut sessions, 2000);
    assert!(sessions[0].disturb(at(2100), &Deed::CutLine));
    conversations.advance(at(2100), &mut sessions);
    assert_eq!(conversations.poll_timeout(&sessions), Some(at(3100)));
    conversations.advance(at(3100), &mut sessions);
    assert_eq!(passed(&conversations), [false]);
}

#[test]
fn a_call_that_may_fail_ends_itself_and_nothing_else() {
    let first = Call { may_fail: true, ..call("ttyS0", vec![Verb::ExpectBusy, wait(1)]) };
    let acts = vec![Act::Calls(vec![first]), Act::Calls(vec![call("ttyS0", vec![wait(1)])])];
    let (mut conversations, mut sessions) = play(&["ttyS0"], acts);
    advance(&mut conversations, &mut sessions, 200_000);
    let results: Vec<StepResult> = conversations.results().into_iter().map(|step| step.result).collect();
    assert!(matches!(&results[0], StepResult::ExpectedFailure { reason, .. } if reason == "the call may fail"));
    assert_eq!(results[1], StepResult::NotReached);
    assert!(matches!(results[2], StepResult::Passed { .. }), "{results:?}");
}

#[test]
fn the_lan_s_host_pings_by_requests_and_its_echoes_count() {
    let ping = Verb::Ping {
        to: Ipv4Addr::new(192, 168, 32, 105).into(),
        count: 1,
        every: Duration::from_secs(1),
        size: 56,
        from: Host::Lan,
        answered: true,
    };
    let (mut conversations, mut sessions) = play(&["ttyS0"], vec![Act::Calls(vec![call("ttyS0", vec![ping])])]);
    advance(&mut conversations, &mut sessions, 2000);
    let to = Ipv4Addr::new(192, 168, 32, 105);
    assert_eq!(conversations.poll_request(), Some(Request::LanPing { call: 0, to, sequence: 1, size: 56 }));
    conversations.answered(Answer::LanPong { call: 0, sequence: 1, at: at(2100) });
    conversations.advance(at(2100), &mut sessions);
    assert_eq!(passed(&conversations), [true]);
}
