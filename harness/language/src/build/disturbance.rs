//! What goes wrong at one moment: `disturb` to a [`Disturbance`].
//!
//! Which values a deed has is a table here: one that it needs and lacks, or has and does not need, is told.

use std::time::Duration;

use offhook_scenario::{Deed, Disturbance, Moment};
use offhook_schema::{Problem, listed};
use offhook_telephony::trace::End;

use crate::fault;
use crate::vocabulary::Item;
use crate::words::choices::{DEEDS, EVENTS, PARTIES, SIGNALS};

/// The properties that not every deed has.
const PARTICULAR: [&str; 6] = ["end", "time", "back", "text", "program", "signal"];

/// Which of them a deed needs, and which it may have besides.
fn particulars(deed: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match deed {
        "lose" | "damage" | "double" => (&["end"], &[]),
        "delay" => (&["end"], &["time"]),
        "deafen" => (&["end", "time"], &[]),
        "flicker" | "drop-dtr" | "hold-off" | "modem-mutes" | "modem-lags" | "modem-restarts" | "fill-disk" => {
            (&["time"], &[])
        }
        "modem-says" => (&["text"], &[]),
        "kill" => (&["program"], &["signal"]),
        "stop" => (&["program", "time"], &[]),
        "set-clock" => (&["time"], &["back"]),
        _ => (&[], &[]),
    }
}

/// Every disturbance of a scenario.
pub(in super::super) fn build_disturbances(scenario: &Item, problems: &mut Vec<Problem>) -> Vec<Disturbance> {
    scenario.children("disturb").filter_map(|word| build_disturbance(word, problems)).collect()
}

fn build_disturbance(word: &Item, problems: &mut Vec<Problem>) -> Option<Disturbance> {
    if !word.sound {
        return None;
    }
    let name = DEEDS.argument(word, 0);
    check(word, name, problems);
    let end = PARTIES.property(word, "end").unwrap_or(End::Server);
    let time = word.time("time").unwrap_or(Deed::LATE);
    let program = word.text("program").unwrap_or_default();
    let deed = match name {
        "cut-line" => Deed::CutLine,
        "hang-up" => Deed::HangUp,
        "fall-silent" => Deed::FallSilent,
        "lose" => Deed::Lose(end),
        "damage" => Deed::Damage(end),
        "double" => Deed::Double(end),
        "delay" => Deed::Delay(end, time),
        "deafen" => Deed::Deafen(end, time),
        "flicker" => Deed::Flicker(time),
        "drop-dtr" => Deed::DropDtr(time),
        "hold-off" => Deed::HoldOff(time),
        "modem-says" => Deed::ModemSays(word.text("text").unwrap_or_default()),
        "modem-dies" => Deed::ModemDies,
        "modem-mutes" => Deed::ModemMutes(time),
        "modem-lags" => Deed::ModemLags(time),
        "modem-restarts" => Deed::ModemRestarts(time),
        "kill" => Deed::Kill { program, signal: SIGNALS.required(word, "signal").to_owned() },
        "stop" => Deed::Stop { program, time },
        "fill-disk" => Deed::FillDisk(time),
        "set-clock" => Deed::SetClock(seconds(time, word.flag("back").unwrap_or_default())),
        _ => return None,
    };
    let moment = Moment {
        event: EVENTS.required(word, "after").to_owned(),
        nth: word.number("nth").unwrap_or(1),
        later: word.time("later").unwrap_or_default(),
    };
    Some(Disturbance { span: word.span, moment, deed })
}

/// A clock is set by whole seconds, at least one.
fn seconds(time: Duration, back: bool) -> i64 {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX).max(1);
    if back { -seconds } else { seconds }
}

fn check(word: &Item, deed: &str, problems: &mut Vec<Problem>) {
    let (needed, allowed) = particulars(deed);
    let given = |name: &&&str| word.properties.contains_key(**name);
    for name in PARTICULAR.iter().filter(given) {
        if needed.contains(name) || allowed.contains(name) {
            continue;
        }
        let span = word.property_span(name).unwrap_or(word.span);
        let message = format!("`disturb \"{deed}\"` has no `{name}`");
        let problem = Problem::new(fault::CONTRADICTION, message, span, "has no meaning here");
        let known: Vec<String> = needed.iter().chain(allowed).map(|name| format!("`{name}`")).collect();
        problems.push(match known.is_empty() {
            true => problem.help("it says all by itself"),
            false => problem.help(format!("it has {}", listed(&known, "and"))),
        });
    }
    for name in needed.iter().filter(|name| !word.properties.contains_key(**name)) {
        let message = format!("`disturb \"{deed}\"` does not say its `{name}`");
        problems.push(Problem::new(fault::MISSING_PROPERTY, message, word.span, format!("{name}= is missing")));
    }
}
