//! Two results laid side by side: what each scenario exchanged, event by event and not by the clock.
//!
//! Outcomes with their traces go in, in pairs; out come [`Difference`]s. Each call is compared by itself, so that calls that run
//! together may take turns in another way. What is random or a version's own number is left out ([`exchange`]), unless all is
//! wanted.

pub mod exchange;
pub mod packet;
pub mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use self::exchange::{Entry, Group, Wanted, groups};
use offhook_clock::Instant;
use offhook_report::verdict_words;
use offhook_report::words::{Lane, Way};
use offhook_session::Outcome;

/// Two outcomes of one scenario.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The first.
    pub before: Arc<Outcome>,
    /// The second.
    pub after: Arc<Outcome>,
}

/// What two results have in common, and what only one of them has.
#[derive(Clone, Debug, Default)]
pub struct Paired {
    /// Scenarios that are in both.
    pub pairs: Vec<Pair>,
    /// Those that are only in the first.
    pub only_before: Vec<Arc<Outcome>>,
    /// Those that are only in the second.
    pub only_after: Vec<Arc<Outcome>>,
}

/// One line of what is different, or near it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The same in both; told for what stands around it.
    Same(Entry),
    /// Only in the first.
    Gone(Entry),
    /// Only in the second.
    New(Entry),
    /// The same kind of packet with something else in it, and what.
    Other(Entry, Entry, Vec<String>),
    /// So many that are the same, not told.
    Skipped(usize),
}

/// What is different in one call, or outside all calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallDifference {
    /// Which call.
    pub group: Group,
    /// Its lines.
    pub changes: Vec<Change>,
}

/// What is different in a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// The verdicts in words, if they differ.
    pub verdicts: Option<(String, String)>,
    /// Call by call.
    pub calls: Vec<CallDifference>,
}

impl Difference {
    /// Whether there is none.
    pub const fn is_none(&self) -> bool {
        self.verdicts.is_none() && self.calls.is_empty()
    }
}

/// Finds what belongs together: the same scenario on the same stack by the same seed. Where each result is of one stack, and
/// not the same one, or of one outcome alone, the stacks may differ.
pub fn paired(before: &[Arc<Outcome>], after: &[Arc<Outcome>]) -> Paired {
    let stacks =
        |outcomes: &[Arc<Outcome>]| outcomes.iter().map(|outcome| outcome.stack.clone()).collect::<BTreeSet<_>>();
    let (first, second) = (stacks(before), stacks(after));
    if let ([before], [after]) = (before, after) {
        let pair = Pair { before: before.clone(), after: after.clone() };
        return Paired { pairs: vec![pair], ..Paired::default() };
    }
    let across = first.len() == 1 && second.len() == 1 && first != second;
    let key = |outcome: &Outcome| {
        let stack = if across { "" } else { &outcome.stack };
        (outcome.source.path.clone(), outcome.name.clone(), stack.to_owned(), outcome.seed)
    };
    let mut others: BTreeMap<_, Arc<Outcome>> = after.iter().map(|outcome| (key(outcome), outcome.clone())).collect();
    let mut paired = Paired::default();
    for outcome in before {
        match others.remove(&key(outcome)) {
            Some(after) => paired.pairs.push(Pair { before: outcome.clone(), after }),
            None => paired.only_before.push(outcome.clone()),
        }
    }
    paired.only_after = after.iter().filter(|outcome| others.contains_key(&key(outcome))).cloned().collect();
    paired
}

/// What is different between two outcomes; `around`: so many lines that are the same are told on each side of it.
pub fn difference(pair: &Pair, wanted: Wanted, around: usize) -> Difference {
    let (before, after) = (groups(&pair.before.trace, wanted), groups(&pair.after.trace, wanted));
    let names: BTreeSet<&Group> = before.keys().chain(after.keys()).collect();
    let nothing = Vec::new();
    let calls = names.into_iter().filter_map(|group| {
        let changes = changes(before.get(group).unwrap_or(&nothing), after.get(group).unwrap_or(&nothing));
        let differs = changes.iter().any(|change| !matches!(change, Change::Same(_)));
        differs.then(|| CallDifference { group: group.clone(), changes: near(changes, around) })
    });
    let calls = calls.collect();
    let verdicts = [&pair.before, &pair.after].map(|outcome| verdict_words(outcome));
    let [first, second] = verdicts;
    Difference { verdicts: (first != second).then_some((first, second)), calls }
}

/// All lines of both, in order.
fn changes(before: &[Entry], after: &[Entry]) -> Vec<Change> {
    let mut changes = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, before, after) {
        let (old, new) = (&before[op.old_range()], &after[op.new_range()]);
        match op {
            DiffOp::Equal { .. } => changes.extend(old.iter().cloned().map(Change::Same)),
            DiffOp::Delete { .. } => changes.extend(old.iter().cloned().map(Change::Gone)),
            DiffOp::Insert { .. } => changes.extend(new.iter().cloned().map(Change::New)),
            DiffOp::Replace { .. } => replaced(old, new, &mut changes),
        }
    }
    changes
}

/// What stands in the place of something else: packets of the same kind are laid side by side.
fn replaced(old: &[Entry], new: &[Entry], changes: &mut Vec<Change>) {
    let [old_heads, new_heads] = [old, new].map(|entries| entries.iter().map(Entry::head).collect::<Vec<_>>());
    for op in capture_diff_slices(Algorithm::Myers, &old_heads, &new_heads) {
        let (old, new) = (&old[op.old_range()], &new[op.new_range()]);
        if let DiffOp::Equal { .. } = op {
            let pairs = old.iter().zip(new);
            changes.extend(
                pairs.map(|(old, new)| {
                    Change::Other(old.clone(), new.clone(), packet::differences(&old.text, &new.text))
                }),
            );
        } else {
            changes.extend(old.iter().cloned().map(Change::Gone));
            changes.extend(new.iter().cloned().map(Change::New));
        }
    }
}

/// What is different between two texts of such lines: `- was`, `+ is`, and below a packet that has changed what in it.
pub fn line_differences(before: &str, after: &str) -> Vec<String> {
    let [old, new] = [before, after].map(|text| text.lines().map(entry).collect::<Vec<_>>());
    let mut lines = Vec::new();
    for change in changes(&old, &new) {
        match change {
            Change::Gone(entry) => lines.push(format!("- {}", shown(&entry))),
            Change::New(entry) => lines.push(format!("+ {}", shown(&entry))),
            Change::Other(old, new, inside) => {
                lines.extend([format!("- {}", shown(&old)), format!("+ {}", shown(&new))]);
                lines.extend(inside.into_iter().map(|line| format!("    {line}")));
            }
            Change::Same(_) | Change::Skipped(_) => {}
        }
    }
    lines
}

/// A line of a text: its arrow and its words.
fn entry(line: &str) -> Entry {
    let arrows = [(Way::ToServer, "→ "), (Way::ToCaller, "← ")];
    let told = arrows.into_iter().find_map(|(way, arrow)| Some((Some(way), line.strip_prefix(arrow)?)));
    let (way, text) = told.unwrap_or((None, line));
    Entry { at: Instant::ZERO, lane: Lane::Note, way, text: text.to_owned() }
}

/// The line of an entry.
fn shown(entry: &Entry) -> String {
    let arrow = entry.way.map_or("", |way| if way == Way::ToServer { "→ " } else { "← " });
    format!("{arrow}{}", entry.text)
}

/// The lines that differ, with what stands around them.
fn near(changes: Vec<Change>, around: usize) -> Vec<Change> {
    let differs: Vec<usize> =
        changes.iter().enumerate().filter(|(_, change)| !matches!(change, Change::Same(_))).map(|(at, _)| at).collect();
    let mut kept: Vec<Change> = Vec::new();
    for (at, change) in changes.into_iter().enumerate() {
        let next = differs.partition_point(|place| *place < at);
        let is_near = |place: Option<&usize>| place.is_some_and(|place| place.abs_diff(at) <= around);
        if is_near(differs.get(next)) || next.checked_sub(1).is_some_and(|last| is_near(differs.get(last))) {
            kept.push(change);
        } else if let Some(Change::Skipped(count)) = kept.last_mut() {
            *count += 1;
        } else {
            kept.push(Change::Skipped(1));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use offhook_clock::Instant;
    use offhook_report::words::{Lane, Way};

    fn entry(text: &str) -> Entry {
        Entry { at: Instant::from_millis(5), lane: Lane::Ppp, way: Some(Way::ToCaller), text: text.to_owned() }
    }

    fn lines(texts: &[&str]) -> Vec<Entry> {
        texts.iter().map(|text| entry(text)).collect()
    }

    #[test]
    fn packets_of_one_kind_are_laid_side_by_side_and_times_do_not_count() {
        let before = lines(&["a", "[LCP ConfReq id=0x1 <mru 1500> <pcomp>]", "b"]);
        let mut after = lines(&["a", "[LCP EchoReq id=0x2]", "[LCP ConfReq id=0x1 <pcomp>]", "b"]);
        after[0].at = Instant::from_millis(9);
        let [Change::Same(_), Change::New(new), Change::Other(..), Change::Same(_)] = &changes(&before, &after)[..]
        else {
            unreachable!("{:?}", changes(&before, &after))
        };
        assert_eq!(new.text, "[LCP EchoReq id=0x2]");
    }

    #[test]
    fn what_is_far_from_a_difference_is_counted() {
        let before = lines(&["1", "2", "3", "4", "5", "6", "7"]);
        let after = lines(&["1", "2", "3", "x", "5", "6", "7"]);
        let near = near(changes(&before, &after), 1);
        let told: Vec<String> = near
            .iter()
            .map(|change| match change {
                Change::Same(entry) => entry.text.clone(),
                Change::Gone(entry) => format!("-{}", entry.text),
                Change::New(entry) => format!("+{}", entry.text),
                Change::Other(old, new, _) => format!("{}/{}", old.text, new.text),
                Change::Skipped(count) => format!("..{count}"),
            })
            .collect();
        assert_eq!(told, ["..2", "3", "-4", "+x", "5", "..2"]);
    }
}
