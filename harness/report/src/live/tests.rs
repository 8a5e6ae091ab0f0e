//! Runs told by hand: what stays on the screen, what is drawn over and over, and what a log is told.

use std::path::Path;

use offhook_base::{Fingerprint, SourceFile, Span};
use offhook_clock::Instant;
use offhook_session::{StepOutcome, StepResult};

use super::*;
use crate::text::width;

fn plan(folders: &[(&str, usize)]) -> Arc<[Planned]> {
    let of = |(folder, count): &(&str, usize)| {
        let file = Path::new("scenarios").join(folder).join("pap.kdl");
        (0..*count).map(move |number| Planned {
            file: file.clone(),
            name: format!("caller {number} gets in"),
            stack: "bookworm".to_owned(),
            seed: DEFAULT_SEED,
        })
    };
    folders.iter().flat_map(of).collect()
}

fn outcome(planned: &Planned, verdict: Verdict) -> Arc<Outcome> {
    let failed = StepResult::Failed {
        at: Instant::from_millis(25_000),
        expected: "accepted".to_owned(),
        actual: "refused".to_owned(),
        notes: Vec::new(),
        hints: Vec::new(),
    };
    let step = StepOutcome {
        call: 0,
        step: Some(0),
        verb: "expect-auth".to_owned(),
        span: Span::default(),
        deviation: None,
        result: failed,
    };
    Arc::new(Outcome {
        source: SourceFile { path: planned.file.clone(), text: "expect-auth \"accepted\"\n".into() },
        name: planned.name.clone(),
        span: Span::default(),
        variant: Default::default(),
        specs: Vec::new(),
        tags: Vec::new(),
        conformance: None,
        stack: planned.stack.clone(),
        seed: planned.seed,
        steps: if verdict == Verdict::Failed { vec![step] } else { Vec::new() },
        verdict,
        calls: Vec::new(),
        virtual_time: Duration::from_secs(25),
        wall_time: Duration::from_millis(200),
        boot_time: None,
        fingerprint: Fingerprint::default(),
        etc: None,
        trace: Vec::new(),
        evidence: "offhook-out/pap".into(),
    })
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A whole run, one after the other, of which one fails.
fn whole_run(style: Style, verbosity: Verbosity, plan: &Arc<[Planned]>, failing: usize) -> String {
    let mut live = Live::new(style, verbosity);
    let mut text = live.event(&RunEvent::Started { plan: plan.clone(), jobs: 2 }, Duration::ZERO);
    let mut outcomes = Vec::new();
    for (index, planned) in plan.iter().enumerate() {
        let verdict = if index == failing { Verdict::Failed } else { Verdict::Passed };
        let outcome = outcome(planned, verdict);
        outcomes.push(outcome.clone());
        text.push_str(&live.event(&RunEvent::GuestStarted { index }, seconds(1)));
        text.push_str(&live.event(&RunEvent::ScenarioFinished { index, outcome }, seconds(1)));
    }
    let result = RunResult { outcomes, wall: seconds(9), ended: Ended::Completed };
    text + &live.event(&RunEvent::Finished(Arc::new(result)), seconds(9))
}

#[test]
fn many_scenarios_are_told_by_folder_on_a_terminal() {
    insta::assert_snapshot!(whole_run(
        Style::plain(80),
        Verbosity::Normal,
        &plan(&[("accounts", 20), ("modem", 9)]),
        3
    ));
}

#[test]
fn every_scenario_has_a_line_in_a_log_or_where_asked_for_or_where_they_fit() {
    let log = Style { cut: false, ..Style::plain(80) };
    let many = plan(&[("accounts", 20), ("modem", 9)]);
    let lines = |text: &str| text.lines().filter(|line| line.starts_with("ok ")).count();
    assert_eq!(lines(&whole_run(log, Verbosity::Normal, &many, 0)), 28);
    assert_eq!(lines(&whole_run(Style::plain(80), Verbosity::Verbose, &many, 0)), 28);
    assert_eq!(lines(&whole_run(Style::plain(80), Verbosity::Normal, &plan(&[("accounts", 24)]), 0)), 23);
    assert_eq!(lines(&whole_run(Style::plain(80), Verbosity::Normal, &many, 0)), 1, "the folder where all passed");
    assert_eq!(lines(&whole_run(log, Verbosity::Quiet, &many, 0)), 0);
}

#[test]
fn a_quiet_run_where_everything_passed_is_its_summary() {
    let text = whole_run(Style::plain(80), Verbosity::Quiet, &plan(&[("accounts", 2)]), 9);
    assert!(text.starts_with("2 scenarios: 2 passed\n"), "{text}");
}

#[test]
fn equal_failures_of_several_stacks_are_told_once_with_the_stacks_named() {
    let planned = &plan(&[("accounts", 1)])[0];
    let trixie = Planned { stack: "trixie".to_owned(), ..planned.clone() };
    let both = [planned, &trixie].map(|planned| outcome(planned, Verdict::Failed));
    let groups = alike(both.iter().map(AsRef::as_ref));
    assert_eq!(groups.len(), 1);
    assert!(failure(&groups[0], Style::plain(80)).contains("on bookworm, trixie\n"));
    let mut other = (*both[1]).clone();
    if let StepResult::Failed { actual, .. } = &mut other.steps[0].result {
        *actual = "not asked".to_owned();
    }
    assert_eq!(alike([&*both[0], &other]).len(), 2, "what came differs");
}

#[test]
fn the_last_line_says_how_far_the_run_is_and_fits_the_terminal() {
    let plan = plan(&[("accounts", 40)]);
    let mut live = Live::new(Style::plain(80), Verbosity::Normal);
    live.event(&RunEvent::Started { plan: plan.clone(), jobs: 2 }, Duration::ZERO);
    assert_eq!(live.status(Duration::ZERO, 80), None, "nothing runs yet");
    for index in 0..10 {
        live.event(&RunEvent::GuestStarted { index }, seconds(index as u64));
        let outcome = outcome(&plan[index], if index == 4 { Verdict::Failed } else { Verdict::Passed });
        live.event(&RunEvent::ScenarioFinished { index, outcome }, seconds(index as u64 + 1));
    }
    live.event(&RunEvent::GuestStarted { index: 10 }, seconds(10));
    let line = |columns| live.status(seconds(10), columns).unwrap_or_default();
    assert_eq!(line(100), "10 of 40 done, 1 running, 1 failed, about 30s left  pap: caller 10 gets in (bookworm)");
    assert_eq!(line(60), "10 of 40 done, 1 running, 1 failed, about 30s left");
    assert!((2..120).all(|columns| width(&line(columns)) < columns.max(4)));
}

#[test]
fn a_log_is_told_once_a_minute_that_the_run_goes_on() {
    let mut live = Live::new(Style::plain(80), Verbosity::Normal);
    live.event(&RunEvent::Started { plan: plan(&[("accounts", 40)]), jobs: 2 }, Duration::ZERO);
    live.event(&RunEvent::GuestStarted { index: 0 }, Duration::ZERO);
    assert_eq!(live.heartbeat(seconds(59)), None);
    assert_eq!(live.heartbeat(seconds(61)).as_deref(), Some("0 of 40 done, 1 running, 0 failed\n"));
    assert_eq!(live.heartbeat(seconds(119)), None);
    assert!(live.heartbeat(seconds(121)).is_some());
}

#[test]
fn a_slow_guest_and_an_early_end_are_told() {
    let plan = plan(&[("accounts", 2)]);
    let mut live = Live::new(Style::plain(80), Verbosity::Normal);
    live.event(&RunEvent::Started { plan: plan.clone(), jobs: 1 }, Duration::ZERO);
    live.event(&RunEvent::GuestStarted { index: 0 }, Duration::ZERO);
    let slow = live.event(&RunEvent::Slow { index: 0, running: seconds(10) }, seconds(10));
    assert_eq!(slow, "slow  pap: caller 0 gets in (bookworm), running for 10.0s\n");
    let stopping = live.event(&RunEvent::Stopping { reason: Ended::Interrupted, running: 1 }, seconds(11));
    assert_eq!(stopping, "interrupted; ending 1 guest\n");
    let outcomes = plan.iter().map(|planned| outcome(planned, Verdict::NotRun { reason: Ended::Interrupted }));
    let result = RunResult { outcomes: outcomes.collect(), wall: seconds(11), ended: Ended::Interrupted };
    let end = live.event(&RunEvent::Finished(Arc::new(result)), seconds(11));
    assert!(end.starts_with("\n2 scenarios: 2 not run\n"), "{end}");
    assert!(end.contains("  not run: interrupted\n"), "{end}");
    assert_eq!(live.status(seconds(11), 80), None, "nothing runs any more");
}
