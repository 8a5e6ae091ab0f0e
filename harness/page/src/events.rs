//! A trace as the ladder draws it.
//!
//! In: events of the trace, and the outcome that judges its steps. Out: [`Shown`]s with short keys, in order of time: what it is,
//! between whom, in words, and for a frame its octets and fields. A trace that is too long for a page loses its middle, and says
//! how much.

use offhook_clock::Instant;
use offhook_ppp::fields::fields;
use offhook_report::words::{Line, Way, as_it_came, line, line_of, step_of};
use offhook_session::{Outcome, StepResult};
use offhook_telephony::trace::{Event, EventKind};
use serde::Serialize;

use crate::mark::Mark;

/// Events of an item that the page has; of more, the first and the last.
const MOST: usize = 4000;
/// Octets of a frame that the page has.
const MOST_OCTETS: usize = 320;

/// An event. The keys are short because there are many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// When, microseconds.
    #[serde(rename = "t")]
    pub at: u64,
    /// What it is: the name of the event in `trace.jsonl`.
    #[serde(rename = "k")]
    pub kind: &'static str,
    /// Its lane.
    #[serde(rename = "l")]
    pub lane: &'static str,
    /// `>` to the server, `<` to the caller, or nothing.
    #[serde(rename = "w", skip_serializing_if = "str::is_empty")]
    pub way: &'static str,
    /// Number of the call, from 0.
    #[serde(rename = "c", skip_serializing_if = "Option::is_none")]
    pub call: Option<usize>,
    /// The port.
    #[serde(rename = "p", skip_serializing_if = "Option::is_none")]
    pub port: Option<String>,
    /// In words.
    #[serde(rename = "x")]
    pub text: String,
    /// The program, of a log line.
    #[serde(rename = "g", skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// The mark, of a step.
    #[serde(rename = "m", skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
    /// Octets of a frame, in hexadecimal digits.
    #[serde(rename = "o", skip_serializing_if = "String::is_empty")]
    pub octets: String,
    /// A bad frame as it came over the line, in words.
    #[serde(rename = "q", skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// How many octets the frame has.
    #[serde(rename = "n", skip_serializing_if = "is_zero")]
    pub length: usize,
    /// Its fields: name, first octet, octets, value, depth.
    #[serde(rename = "f", skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<(&'static str, usize, usize, String, u8)>,
    /// Number of a ring burst.
    #[serde(rename = "r", skip_serializing_if = "Option::is_none")]
    pub ring: Option<u32>,
    /// Which end, of what one end does.
    #[serde(rename = "e", skip_serializing_if = "Option::is_none")]
    pub end: Option<&'static str>,
}

const fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// The events of an outcome.
pub fn events(outcome: &Outcome) -> Vec<Shown> {
    the_most(&outcome.trace, |event| shown(event, outcome))
}

/// Events that nobody judged: those of a capture.
pub fn of_capture(trace: &[Event]) -> Vec<Shown> {
    the_most(trace, |event| in_words(event, line(&event.what)))
}

/// All of them, or the first and the last, and how many are between.
fn the_most(trace: &[Event], words: impl Fn(&Event) -> Shown) -> Vec<Shown> {
    if trace.len() <= MOST {
        return trace.iter().map(words).collect();
    }
    let (first, last) = (&trace[..MOST / 2], &trace[trace.len() - MOST / 2..]);
    let left_out = trace.len() - MOST;
    let at = last.first().map_or(Instant::ZERO, |event| event.at);
    let text = format!("{left_out} events are left out here; what it was made of has them");
    let note = Event { at, port: None, call: None, what: EventKind::Note { text } };
    first.iter().map(&words).chain([words(&note)]).chain(last.iter().map(&words)).collect()
}

fn shown(event: &Event, outcome: &Outcome) -> Shown {
    let mut shown = in_words(event, line_of(event, outcome));
    let known = step_of(event, outcome).is_some_and(|step| matches!(step.result, StepResult::ExpectedFailure { .. }));
    if known {
        shown.mark = Some(Mark::Known);
    }
    shown
}

fn in_words(event: &Event, words: Line) -> Shown {
    let mut shown = Shown {
        at: event.at.micros(),
        kind: kind(&event.what),
        lane: words.lane.name(),
        way: words.way.map_or("", |way| if way == Way::ToServer { ">" } else { "<" }),
        call: event.call,
        port: event.port.clone(),
        text: words.text,
        program: None,
        mark: None,
        octets: String::new(),
        raw: as_it_came(&event.what),
        length: 0,
        fields: Vec::new(),
        ring: None,
        end: None,
    };
    match &event.what {
        EventKind::Frame { octets, .. } => {
            let field = |field: offhook_ppp::fields::Field| {
                (field.name, field.octets.start, field.octets.len(), field.value, field.depth)
            };
            shown.fields = fields(octets).into_iter().map(field).collect();
            with_octets(&mut shown, octets);
        }
        EventKind::BadFrame { octets, .. } => with_octets(&mut shown, octets),
        EventKind::Log { program, .. } | EventKind::Exited { program, .. } => shown.program = Some(program.clone()),
        EventKind::RingOn { count } | EventKind::RingOff { count } => shown.ring = Some(*count),
        EventKind::Cleared { by, .. } => shown.end = Some(by.name()),
        EventKind::Step { passed, .. } => shown.mark = Some(if *passed { Mark::Passed } else { Mark::Failed }),
        _ => {}
    }
    shown
}

fn with_octets(shown: &mut Shown, octets: &[u8]) {
    shown.length = octets.len();
    shown.octets = octets.iter().take(MOST_OCTETS).map(|octet| format!("{octet:02x}")).collect();
}

/// The name of an event in `trace.jsonl`.
const fn kind(what: &EventKind) -> &'static str {
    match what {
        EventKind::CallBegins { .. } => "call-begins",
        EventKind::RingOn { .. } => "ring-on",
        EventKind::RingOff { .. } => "ring-off",
        EventKind::CallerId { .. } => "caller-id",
        EventKind::OffHook => "off-hook",
        EventKind::OnHook => "on-hook",
        EventKind::Connected { .. } => "connected",
        EventKind::Cleared { .. } => "cleared",
        EventKind::Dialled { .. } => "dialled",
        EventKind::Tone { .. } => "tone",
        EventKind::Circuit { .. } => "circuit",
        EventKind::Impairment { .. } => "harm",
        EventKind::Lost { .. } => "lost",
        EventKind::DteOpened => "dte-opened",
        EventKind::DteClosed => "dte-closed",
        EventKind::Command { .. } => "command",
        EventKind::Response { .. } => "response",
        EventKind::Ignored { .. } => "ignored",
        EventKind::Frame { .. } => "frame",
        EventKind::BadFrame { .. } => "bad-frame",
        EventKind::Text { .. } => "text",
        EventKind::Link { .. } => "link",
        EventKind::Started { .. } => "started",
        EventKind::Exited { .. } => "exited",
        EventKind::Log { .. } => "log",
        EventKind::Interface { .. } => "interface",
        EventKind::Step { .. } => "step",
        EventKind::Note { .. } => "note",
    }
}
