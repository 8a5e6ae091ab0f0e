//! Scripts against a link that answers, sound and with faults.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use offhook_ppp::auth::AuthOption;
use offhook_ppp::frame::{IPCP, LCP};
use offhook_ppp::link::{Answering, Calling, Config, Link, Role};
use offhook_script::fault::{Direction, Effect, Fault, Faulty, Fits, REQUEST_IN, Rule};
use offhook_script::pattern::{Body, OptionPattern, Pattern};
use offhook_script::subject::{LinkSubject, Played, play};
use offhook_script::template::{Data, Identifier, Part, Template};
use offhook_script::{Expect, Failure, Negotiate, Proof, Step, Verdict};

fn subject(auth: Vec<AuthOption>) -> LinkSubject {
    let mut answering = Answering::new("192.168.32.1".parse().unwrap(), "192.168.32.105".parse().unwrap());
    answering.auth = auth;
    LinkSubject::new(Link::new(Config { role: Role::Answering(answering), seed: 2, ..Config::default() }))
}

fn rest() -> Link {
    Link::new(Config { role: Role::Calling(Calling::default()), seed: 1, ..Config::default() })
}

fn option(kind: u8, data: &[u8]) -> Part {
    Part::Option { kind, data: Data::Is(data.to_vec()), length: None }
}

fn send(code: u8, parts: Vec<Part>) -> Step {
    Step::Send(Box::new(Template { parts, ..Template::new(LCP, Some(code)) }))
}

fn expect(pattern: Pattern) -> Step {
    Step::Expect(Box::new(Expect {
        pattern,
        among: false,
        times: 1,
        after: Duration::ZERO,
        within: Duration::from_secs(10),
        name: Some("it".into()),
    }))
}

fn negotiate(protocol: u16, options: Vec<Part>) -> Step {
    let within = Duration::from_secs(30);
    Step::Negotiate(Box::new(Negotiate { protocol, options, reject: Vec::new(), within }))
}

/// A request whose MRU is too small is answered by a Configure-Nak that proposes another.
fn nak_script() -> Vec<Step> {
    let mru = OptionPattern { kind: 1, data: Some(Data::Is(vec![0, 128])), absent: false, other: false };
    let body = Body::Options { list: vec![mru], others: false };
    vec![
        Step::Take(vec![LCP]),
        expect(Pattern::new(LCP, vec![1])),
        send(1, vec![option(1, &[0, 64]), option(5, &[1, 2, 3, 4])]),
        expect(Pattern { body, ..Pattern::new(LCP, vec![3]) }),
        Step::ExpectNothing { time: Duration::ZERO, proof: Proof::Request },
    ]
}

fn failure(played: &Played) -> &Failure {
    match &played.verdict {
        Verdict::Failed(failure) => failure,
        Verdict::Passed => panic!("passed: {:#?}", played.log),
    }
}

#[test]
fn a_script_passes_on_a_sound_end_and_fails_on_one_that_never_naks() {
    let played = play(nak_script(), rest(), &mut subject(Vec::new()));
    assert_eq!(played.verdict, Verdict::Passed, "{:#?}", played.log);
    let ack = Template { of: Some(REQUEST_IN.into()), ..Template::new(LCP, Some(2)) };
    let rule = Rule {
        direction: Direction::Outgoing,
        fits: Fits::Packet(Box::new(Pattern::new(LCP, vec![3]))),
        after: 0,
        effects: vec![Effect::Pass(Box::new(ack))],
    };
    let fault = Fault { name: "never Naks".into(), rules: vec![rule] };
    let mut faulty = Faulty::new(subject(Vec::new()), fault);
    let played = play(nak_script(), rest(), &mut faulty);
    assert!(faulty.has_shown());
    let Failure { step, expected, actual } = failure(&played);
    assert_eq!((*step, expected.as_str()), (3, "lcp Configure-Nak"));
    assert_eq!(actual, "[LCP ConfAck id=0x41 <mru 64> <magic 0x1020304>]: the code is that of Configure-Ack");
}

#[test]
fn what_the_script_does_not_take_goes_on_by_itself() {
    let within = Duration::from_secs(30);
    let echo = Template { name: Some("ours".into()), ..Template::new(LCP, Some(9)) };
    let echo = Template { parts: vec![Part::OwnMagic, Part::Octets(b"hello".to_vec())], ..echo };
    let steps = vec![
        Step::ExpectUp { within },
        Step::Take(vec![LCP]),
        Step::Send(Box::new(echo)),
        expect(Pattern { of: Some("ours".into()), ..Pattern::new(LCP, vec![10]) }),
        Step::ExpectNothing { time: Duration::from_secs(60), proof: Proof::Echo },
    ];
    let played = play(steps, rest(), &mut subject(Vec::new()));
    assert_eq!(played.verdict, Verdict::Passed, "{:#?}", played.log);
    assert_eq!(played.at.to_string(), "60.000");
}

#[test]
fn lcp_by_hand_and_then_the_rest_by_itself() {
    let steps = vec![
        Step::Take(vec![LCP]),
        negotiate(LCP, vec![option(5, &[9, 9, 9, 9])]),
        Step::Give(vec![LCP]),
        Step::ExpectUp { within: Duration::from_secs(30) },
    ];
    let played = play(steps, rest(), &mut subject(Vec::new()));
    assert_eq!(played.verdict, Verdict::Passed, "{:#?}", played.log);
    let steps = vec![
        Step::Take(vec![IPCP]),
        negotiate(IPCP, vec![option(3, &[0, 0, 0, 0])]),
        Step::ExpectNothing { time: Duration::ZERO, proof: Proof::Echo },
    ];
    let played = play(steps, rest(), &mut subject(Vec::new()));
    assert_eq!(played.verdict, Verdict::Passed, "{:#?}", played.log);
    assert!(played.log.iter().any(|line| line.contains("[IPCP ConfAck") && line.contains("192.168.32.105")));
}

#[test]
fn requests_are_counted_with_the_time_between_them_and_then_the_line_is_closed() {
    let again = Expect {
        pattern: Pattern::new(LCP, vec![1]),
        among: false,
        times: 9,
        after: Duration::from_millis(2900),
        within: Duration::from_millis(3100),
        name: None,
    };
    let steps = vec![
        Step::Take(vec![LCP]),
        expect(Pattern::new(LCP, vec![1])),
        Step::Expect(Box::new(again)),
        Step::ExpectClosed { after: Duration::from_secs(2), within: Duration::from_secs(4) },
    ];
    let played = play(steps.clone(), rest(), &mut subject(Vec::new()));
    assert_eq!(played.verdict, Verdict::Passed, "{:#?}", played.log);
    let rule = Rule {
        direction: Direction::Outgoing,
        fits: Fits::Packet(Box::new(Pattern::new(LCP, vec![1]))),
        after: 5,
        effects: Vec::new(),
    };
    let fault = Fault { name: "asks five times".into(), rules: vec![rule] };
    let played = play(steps, rest(), &mut Faulty::new(subject(Vec::new()), fault));
    assert_eq!(failure(&played).actual, "came 4 times, then nothing in 3.1s");
}

#[test]
fn an_identifier_is_literal_or_relative_and_a_wrong_one_is_not_taken() {
    let wrong = Template {
        of: Some("it".into()),
        identifier: Identifier::OtherThan("it".into()),
        ..Template::new(LCP, Some(2))
    };
    let steps = vec![
        Step::Take(vec![LCP]),
        expect(Pattern::new(LCP, vec![1])),
        Step::Send(Box::new(wrong)),
        Step::ExpectNothing { time: Duration::ZERO, proof: Proof::Request },
        // Still asked for, three seconds later.
        expect(Pattern::new(LCP, vec![1])),
    ];
    let played = play(steps, rest(), &mut subject(Vec::new()));
    assert_eq!(played.verdict, Verdict::Passed, "{:#?}", played.log);
    assert_eq!(played.at.to_string(), "3.000");
}

#[test]
fn the_step_after_octets_that_have_their_time_begins_with_the_last_of_them() {
    let mut slow = Template { name: Some("slow".into()), ..Template::new(LCP, Some(9)) };
    slow.framing.every = Duration::from_secs(1);
    slow.framing.accm = 0;
    let steps = vec![
        Step::Take(vec![LCP]),
        negotiate(LCP, Vec::new()),
        Step::Send(Box::new(Template { parts: vec![Part::OwnMagic, Part::Octets(b"slow".to_vec())], ..slow })),
        // Ten seconds, of twenty that the request takes.
        expect(Pattern { of: Some("slow".into()), ..Pattern::new(LCP, vec![10]) }),
    ];
    let played = play(steps, rest(), &mut subject(Vec::new()));
    assert_eq!(played.verdict, Verdict::Passed, "{:#?}", played.log);
}

#[test]
fn the_last_packet_of_a_code_that_came_can_be_answered_without_having_been_expected() {
    let script = vec![
        Step::Take(vec![LCP]),
        Step::Wait(Duration::from_secs(1)),
        Step::Send(Box::new(Template { of: Some("last lcp configure-request".into()), ..Template::new(LCP, Some(2)) })),
        Step::Forget,
        send(1, Vec::new()),
        expect(Pattern::new(LCP, vec![2])),
        // Opened.
        Step::ExpectNothing { time: Duration::ZERO, proof: Proof::Echo },
    ];
    let played = play(script, rest(), &mut subject(Vec::new()));
    assert_eq!(played.verdict, Verdict::Passed, "{:#?}", played.log);
}

#[test]
fn of_several_packets_the_first_is_sent_that_can_be_made() {
    let last = || "last lcp configure-request".to_owned();
    let reject = |kind| {
        let parts = vec![Part::OptionAsIn { name: last(), kind }];
        Template { parts, identifier: Identifier::SameAs(last()), ..Template::new(LCP, Some(4)) }
    };
    let unanswered = Template { identifier: Identifier::SameAs("last lcp echo-reply".into()), ..reject(5) };
    let gone = OptionPattern { kind: 5, data: None, absent: true, other: false };
    let without_magic =
        Pattern { body: Body::Options { list: vec![gone], others: true }, ..Pattern::new(LCP, vec![1]) };
    let script = vec![
        Step::Take(vec![LCP]),
        Step::Wait(Duration::from_secs(1)),
        Step::Forget,
        // No echo came, and nobody asks for option 99.
        Step::SendFirst(vec![unanswered, reject(99), reject(5)]),
        expect(without_magic),
    ];
    let played = play(script, rest(), &mut subject(Vec::new()));
    assert_eq!(played.verdict, Verdict::Passed, "{:#?}", played.log);
    let script = vec![Step::Take(vec![LCP]), Step::Wait(Duration::from_secs(1)), Step::SendFirst(vec![reject(99)])];
    let played = play(script, rest(), &mut subject(Vec::new()));
    let Verdict::Failed(Failure { step, actual, .. }) = played.verdict else { panic!("{:#?}", played.log) };
    assert_eq!((step, &*actual), (2, "the packet \"last lcp configure-request\" has no option 99"));
}

#[test]
fn a_script_that_may_be_closed_passes_when_the_other_end_hangs_up_and_another_fails() {
    let script = |may_close: bool| {
        let may_close = may_close.then_some(Step::MayClose);
        [Step::Take(vec![LCP])].into_iter().chain(may_close).chain([expect(Pattern::new(LCP, vec![6]))]).collect()
    };
    // It gives up after ten requests that nobody answers.
    let patient =
        |script: Vec<Step>| script.into_iter().map(|step| step.tolerant(Duration::from_secs(600))).collect::<Vec<_>>();
    let ignore = Step::Ignore(Box::new(Pattern::new(LCP, vec![1])));
    let with = |script: Vec<Step>| [vec![ignore.clone()], script].concat();
    let played = play(with(patient(script(true))), rest(), &mut subject(Vec::new()));
    assert_eq!(played.verdict, Verdict::Passed, "{:#?}", played.log);
    let played = play(with(patient(script(false))), rest(), &mut subject(Vec::new()));
    assert!(matches!(played.verdict, Verdict::Failed(_)), "{:#?}", played.log);
}
