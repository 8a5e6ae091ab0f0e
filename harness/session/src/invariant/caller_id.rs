//! Whether the caller-ID rules hold: a call that they deny is not answered, if its number was on the line. Whether mgetty heard it
//! is mgetty's affair: a rule that it does not apply because it did not listen is one that a caller gets past.
//!
//! In: the rules as they were at each call, and the calls. Out: the first call that was answered against them. mgetty reads the list
//! anew for each call (its cnd.c), so a change holds from the next call on.

use offhook_scenario::{Act, Call, CallerIdRule, Edit};
use offhook_telephony::trace::EventKind;

use super::{Judged, Seen, told};
use crate::CallSummary;

/// What a list of rules is kept in, below the server's /etc.
const FILE: &str = "dialin.config";

/// Whether no denied call is answered.
pub(super) fn judge(seen: &Seen<'_>) -> Judged {
    let mut rules = seen.scenario.server.caller_id.clone();
    let mut any = false;
    let mut calls = (0_usize..).zip(seen.calls);
    for act in &seen.scenario.acts {
        match act {
            Act::Change(change) => change.edits.iter().for_each(|edit| apply(edit, &mut rules)),
            Act::Calls(together) => {
                for (call, (number, summary)) in together.iter().zip(&mut calls) {
                    let Some(rules) = &rules else { continue };
                    any = true;
                    judge_call(seen, number, call, summary, rules)?;
                }
            }
        }
    }
    Ok(if any { "no denied call is answered" } else { "there are no caller-ID rules" }.to_owned())
}

fn judge_call(
    seen: &Seen<'_>,
    number: usize,
    call: &Call,
    summary: &CallSummary,
    rules: &[CallerIdRule],
) -> Result<(), (String, String)> {
    let Some(from) = told(call) else { return Ok(()) };
    // The first token that is a prefix of the number decides (mgetty's cnd.c).
    let first = rules.iter().find(|rule| rule.fits(from));
    let denied = first.is_some_and(|rule| !rule.allow);
    let delivered = |event: &offhook_telephony::trace::Event| {
        event.call == Some(number) && matches!(event.what, EventKind::CallerId { .. })
    };
    if denied && summary.answered && seen.trace.iter().any(delivered) {
        let expected = format!("the call of {from} to be denied");
        return Err((expected, format!("call {} was answered after {} rings", number + 1, summary.rings)));
    }
    Ok(())
}

/// Makes an administrator's edit; a list that is written as a file is not known any more.
fn apply(edit: &Edit, rules: &mut Option<Vec<CallerIdRule>>) {
    match edit {
        Edit::Rule(rule) => rules.get_or_insert_default().push(rule.clone()),
        Edit::DeleteRule(place) => {
            if let (Some(rules), Some(place)) = (rules, index(*place)) {
                // A place that is not there is told when the scenario is read.
                drop((place < rules.len()).then(|| rules.remove(place)));
            }
        }
        Edit::MoveRule { place, up } => {
            let (Some(rules), Some(place)) = (rules, index(*place)) else { return };
            let other = if *up { place.checked_sub(1) } else { Some(place + 1) };
            if let Some(other) = other.filter(|other| place.max(*other) < rules.len()) {
                rules.swap(place, other);
            }
        }
        Edit::File(file) if file.path.ends_with(FILE) => *rules = None,
        Edit::DeleteFile(path) if path.ends_with(FILE) => *rules = None,
        _ => {}
    }
}

/// Of a place from 1.
fn index(place: u32) -> Option<usize> {
    usize::try_from(place).ok()?.checked_sub(1)
}
