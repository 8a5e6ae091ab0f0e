#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;

use super::*;
use offhook_base::{SourceFile, Span};
use offhook_clock::Instant;
use offhook_scenario::Moment;

fn matter(points: u32) -> Matter {
    let text = "scenario \"it\" { server { port \"ttyS0\"; }; call { expect-answer; }; }";
    let source = SourceFile { path: "it.kdl".into(), text: text.into() };
    let scenario = offhook_language::read(&source).unwrap().remove(0);
    let point = |nth| Point {
        moment: Moment { event: "response".to_owned(), nth, later: Default::default() },
        at: Instant::from_millis(u64::from(nth)),
        what: String::new(),
        call: false,
        carrier: false,
        programs: BTreeSet::new(),
    };
    Matter {
        scenario: Scenario { span: Span::default(), ..scenario },
        points: (1..=points).map(point).collect(),
        already: BTreeSet::new(),
    }
}

fn entry(trial: Trial) -> Entry {
    Entry { trial, violations: Vec::new(), unjudged: None, new_states: Vec::new() }
}

fn all(strategy: Strategy, most: usize, mine: impl Fn(&Trial) -> bool) -> Vec<String> {
    let mut campaign = Campaign::new(vec![matter(3)], strategy);
    campaign.share(|trials| trials.iter().map(mine).collect());
    let mut keys = Vec::new();
    while let Some(trial) = campaign.next_trial().filter(|_| keys.len() < most) {
        keys.push(trial.key());
        campaign.take(entry(trial));
    }
    keys
}

#[test]
fn every_deed_is_tried_once_at_every_point_and_shares_are_all_of_it() {
    let whole = all(Strategy::Single, usize::MAX, |_| true);
    assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), whole.len());
    let odd = |trial: &Trial| trial.key().len() % 2 == 1;
    let mut shares =
        [all(Strategy::Single, usize::MAX, odd), all(Strategy::Single, usize::MAX, |trial| !odd(trial))].concat();
    let mut sorted = whole.clone();
    sorted.sort();
    shares.sort();
    assert_eq!(shares, sorted);
    assert_eq!(whole.len() % 3, 0);
}

#[test]
fn pairs_are_drawn_by_the_seed_each_once() {
    let of = |seed| all(Strategy::Pairs(seed), 50, |_| true);
    assert_eq!((of(1).len(), of(1)), (50, of(1)));
    assert_ne!(of(1), of(2));
    assert!(of(1).iter().all(|key| key.matches("disturb").count() == 2));
    assert_eq!(of(1).iter().collect::<BTreeSet<_>>().len(), 50);
}

#[test]
fn a_walk_goes_on_from_what_was_in_a_new_state() {
    let mut campaign = Campaign::new(vec![matter(3)], Strategy::Walk(7));
    let first = campaign.next_trial().unwrap();
    assert_eq!(first.disturbances.len(), 1);
    campaign.take(Entry { new_states: vec!["carrier".to_owned()], ..entry(first.clone()) });
    let next = campaign.next_trial().unwrap();
    assert!(next.disturbances.len() == 2 && next.disturbances.contains(&first.disturbances[0]));
    assert_eq!(campaign.new_states(BTreeSet::from(["carrier".to_owned(), "rings".to_owned()])), ["rings"]);
}

#[test]
fn what_is_drawn_of_many_scenarios_has_no_end_and_leaves_none_out() {
    for strategy in [Strategy::Pairs(3), Strategy::Walk(3)] {
        let mut campaign = Campaign::new((0..300).map(|_| matter(2)).collect(), strategy);
        let mut matters = BTreeSet::new();
        for number in 0..3000 {
            let trial = campaign.next_trial().unwrap_or_else(|| panic!("{strategy:?} ended after {number} trials"));
            matters.insert(trial.matter);
            campaign.take(Entry { new_states: vec![trial.key()], ..entry(trial) });
        }
        assert!(matters.len() > 250, "{strategy:?} came to {} scenarios", matters.len());
    }
}

#[test]
fn violations_of_one_cause_are_one_and_what_was_there_before_is_none() {
    let shown = |actual: &str| Violation { of: "ports-ready".into(), expected: String::new(), actual: actual.into() };
    let already = BTreeSet::from(["no-crash".to_owned()]);
    let old = Violation { of: "no-crash".into(), ..shown("old 2") };
    let mut campaign = Campaign::new(vec![Matter { already, ..matter(3) }], Strategy::Single);
    for violations in [vec![shown("late by 5 s")], vec![shown("late by 70 s"), shown("late by 71 s")], vec![old]] {
        let trial = campaign.next_trial().unwrap();
        campaign.take(Entry { violations, ..entry(trial) });
    }
    let causes = campaign.causes();
    let [cause] = &causes[..] else { panic!("{} causes", causes.len()) };
    assert_eq!((cause.name.as_str(), cause.count, cause.trials.len()), ("ports-ready: late by # s", 2, 2));
}
