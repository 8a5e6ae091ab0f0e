//! The moments of a run at which something can go wrong: its events, and the middle of every pause between them.
//!
//! In: the trace of the run as it is. Out: [`Point`]s in their order, each with what is there to go wrong. Of events at one
//! moment the first stands for all: whatever happens then happens after the last of them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use offhook_clock::Instant;
use offhook_scenario::Moment;
use offhook_telephony::trace::{Event, EventKind};

/// A pause so long has a middle of its own.
const PAUSE: Duration = Duration::from_millis(400);

/// A moment, and what there is then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// The moment, as a scenario names it.
    pub moment: Moment,
    /// When it was, in the run as it is.
    pub at: Instant,
    /// What happens there, in a few words.
    pub what: String,
    /// A call is on the line: it rings, or is answered.
    pub call: bool,
    /// There is carrier.
    pub carrier: bool,
    /// Programs of the server that run, or ran.
    pub programs: BTreeSet<String>,
}

/// The points of a trace up to the call of that number, which is not disturbed.
pub fn points(trace: &[Event], first_undisturbed: usize) -> Vec<Point> {
    let mut found: Vec<Point> = Vec::new();
    let mut counts: BTreeMap<&'static str, u32> = BTreeMap::new();
    let (mut call, mut carrier, mut programs) = (false, false, BTreeSet::new());
    for event in trace {
        if event.call.is_some_and(|call| call >= first_undisturbed) {
            break;
        }
        match &event.what {
            EventKind::CallBegins { .. } => call = true,
            EventKind::Connected { .. } => carrier = true,
            EventKind::Cleared { .. } => (call, carrier) = (false, false),
            EventKind::Started { command, .. } => programs.extend(program(command)),
            EventKind::Log { program, .. } => drop(programs.insert(program.clone())),
            _ => {}
        }
        if !is_moment(&event.what) {
            continue;
        }
        let name = event.what.name();
        let nth = counts.entry(name).or_default();
        *nth += 1;
        // init is process 1, and no program of the server's.
        let there = programs.iter().filter(|program| *program != "init").cloned().collect();
        let moment = Moment { event: name.to_owned(), nth: *nth, later: Duration::ZERO };
        let point = Point { moment, at: event.at, what: told(event), call, carrier, programs: there };
        match found.last() {
            Some(last) if last.at == point.at => {
                // What is there after all of them.
                if let Some(last) = found.last_mut() {
                    (last.call, last.carrier, last.programs) = (point.call, point.carrier, point.programs);
                }
            }
            Some(last) => {
                let pause = point.at.since(last.at);
                if pause >= PAUSE {
                    let half = Duration::from_millis(u64::try_from(pause.as_millis() / 2).unwrap_or(u64::MAX));
                    let mut middle = last.clone();
                    middle.moment.later = half;
                    middle.at = last.at + half;
                    middle.what = format!("{} after {}", offhook_base::format_duration(half), last.what);
                    found.push(middle);
                }
                found.push(point);
            }
            None => found.push(point),
        }
    }
    found
}

/// Whether an event is one that a moment is counted by: what happens while it happens. Lines of logs are read later than they
/// are written.
const fn is_moment(what: &EventKind) -> bool {
    !matches!(
        what,
        EventKind::Log { .. }
            | EventKind::Step { .. }
            | EventKind::Note { .. }
            | EventKind::Impairment { .. }
            | EventKind::Lost { .. }
    )
}

/// The program of a command line of init's.
fn program(command: &str) -> Option<String> {
    let path = command.split_whitespace().next()?;
    path.rsplit('/').next().map(str::to_owned)
}

fn told(event: &Event) -> String {
    match &event.what {
        EventKind::RingOn { count } => format!("ring {count}"),
        EventKind::RingOff { count } => format!("the end of ring {count}"),
        EventKind::Command { text } => format!("the command line {text}"),
        EventKind::Response { text } => format!("the modem's {text}"),
        EventKind::Frame { from, text, .. } => format!("the {}'s {text}", from.name()),
        EventKind::Link { text } => text.clone(),
        EventKind::Interface { text } => text.clone(),
        EventKind::Started { command, .. } => format!("the start of {command}"),
        EventKind::Exited { program, how, .. } => format!("the end of {program}, {how}"),
        EventKind::Text { from, text } => format!("the {}'s text {text}", from.name()),
        EventKind::Circuit { circuit, on } => format!("circuit {circuit} {}", if *on { "on" } else { "off" }),
        EventKind::Cleared { by, .. } => format!("the end of the call by the {}", by.name()),
        other => other.name().replace('-', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(millis: u64, call: Option<usize>, what: EventKind) -> Event {
        Event { at: Instant::from_millis(millis), port: Some("ttyS0".to_owned()), call, what }
    }

    #[test]
    fn points_are_counted_by_kind_and_pauses_have_a_middle() {
        let response = |text: &str| EventKind::Response { text: text.to_owned() };
        let trace = [
            event(0, None, EventKind::Started { pid: 2, command: "/sbin/mgetty ttyS0".to_owned() }),
            event(0, None, EventKind::DteOpened),
            event(10, None, response("OK")),
            event(20, None, EventKind::Note { text: "no moment".to_owned() }),
            event(1010, Some(0), EventKind::CallBegins { from: None, name: None }),
            event(1011, Some(0), response("RING")),
            event(1012, Some(0), EventKind::Connected { rate: 33_600 }),
            event(1013, Some(1), EventKind::CallBegins { from: None, name: None }),
        ];
        let found = points(&trace, 1);
        let told: Vec<(String, u32, u128, bool, bool)> = found
            .iter()
            .map(|point| {
                let Moment { event, nth, later } = &point.moment;
                (event.clone(), *nth, later.as_millis(), point.call, point.carrier)
            })
            .collect();
        let of = |event: &str, nth, later, call, carrier| (event.to_owned(), nth, later, call, carrier);
        assert_eq!(
            told,
            [
                of("started", 1, 0, false, false),
                of("response", 1, 0, false, false),
                of("response", 1, 500, false, false),
                of("call-begins", 1, 0, true, false),
                of("response", 2, 0, true, false),
                of("connected", 1, 0, true, true),
            ]
        );
        assert!(found.iter().all(|point| point.programs.contains("mgetty")));
        assert_eq!(found[2].what, "500ms after the modem's OK");
    }
}
