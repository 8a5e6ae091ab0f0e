//! What an event of the trace is called: the one place where events become words.
//!
//! In: [`What`] happened. Out: a [`Line`]: the lane it belongs to, its way over the telephone line, and a sentence.
//! Capture, transcript and failure report all print these, so that they can be laid side by side.
//! PPP stays in pppd's notation and AT dialogue stays as a terminal shows it.

use std::fmt::Write as _;

use offhook_emulator::trace::{End, Event, What};

use super::text::{counted, printable};
use crate::run::{Outcome, StepOutcome, StepResult};

/// Octets of a bad frame that are shown; the whole of it is in the trace.
const SHOWN_OCTETS: usize = 24;

/// An event in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The kind of thing that happened.
    pub lane: Lane,
    /// Its way, if it went from one end to the other.
    pub way: Option<Way>,
    /// What happened, one line of printable text, never empty.
    pub text: String,
}

/// The kinds of things that happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// The telephone line: ringing, hook, carrier.
    Line,
    /// Between the server and its modem: commands, result codes, information text.
    At,
    /// PPP frames.
    Ppp,
    /// Octets outside any frame.
    Text,
    /// What the caller's PPP makes of the frames.
    Link,
    /// The port as the modem sees it: its circuits.
    Port,
    /// Processes of the server.
    Init,
    /// Log lines of the server.
    Log,
    /// The server's network interfaces.
    Net,
    /// Steps of the scenario, judged.
    Step,
    /// Anything else.
    Note,
}

impl Lane {
    /// Its name, at most four columns.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::At => "AT",
            Self::Ppp => "PPP",
            Self::Text => "text",
            Self::Link => "link",
            Self::Port => "port",
            Self::Init => "init",
            Self::Log => "log",
            Self::Net => "net",
            Self::Step => "step",
            Self::Note => "note",
        }
    }
}

/// The way of something that crosses the telephone line or the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the caller, the exchange or the modem to the server.
    ToServer,
    /// From the server or its modem to the caller.
    ToCaller,
}

impl Way {
    /// The way of what `end` sends.
    pub const fn from(end: End) -> Self {
        match end {
            End::Caller => Self::ToServer,
            End::Server => Self::ToCaller,
        }
    }

    /// An arrow, the caller standing on the left and the server on the right.
    pub const fn arrow(self, unicode: bool) -> &'static str {
        match (self, unicode) {
            (Self::ToServer, true) => "→",
            (Self::ToCaller, true) => "←",
            (Self::ToServer, false) => ">",
            (Self::ToCaller, false) => "<",
        }
    }
}

/// Puts an event into words.
pub fn line(what: &What) -> Line {
    let (to_server, to_caller) = (Some(Way::ToServer), Some(Way::ToCaller));
    let (lane, way, text) = match what {
        What::CallBegins { from, name } => (Lane::Line, to_server, begins(from.as_deref(), name.as_deref())),
        What::RingOn { count } => (Lane::Line, to_server, format!("ring burst {count} begins")),
        What::RingOff { count } => (Lane::Line, to_server, format!("ring burst {count} ends")),
        What::CallerId { lines } => (Lane::Line, to_server, format!("caller ID: {}", lines.join(", "))),
        What::OffHook => (Lane::Line, to_caller, "off hook".to_owned()),
        What::OnHook => (Lane::Line, to_caller, "on hook".to_owned()),
        What::Connected { rate } => (Lane::Line, None, format!("carrier at both ends, {rate} bit/s")),
        What::Cleared { by, abrupt: true } => {
            (Lane::Line, Some(Way::from(*by)), format!("carrier lost at the {}'s end, no hang-up", by.name()))
        }
        What::Cleared { by, abrupt: false } => {
            (Lane::Line, Some(Way::from(*by)), format!("call cleared by the {}", by.name()))
        }
        What::Dialled { number } => (Lane::Line, to_caller, format!("dials {number}")),
        What::Tone { name } => (Lane::Line, to_server, format!("hears {name}")),
        What::Circuit { circuit, on } => (Lane::Port, Some(circuit_way(*circuit)), circuit_is(*circuit, *on)),
        What::Harm { text } => (Lane::Line, None, text.clone()),
        What::DteOpened => (Lane::Port, None, "opened by the server, circuit 108/2 on".to_owned()),
        What::DteClosed => (Lane::Port, None, "closed by the server, circuit 108/2 off".to_owned()),
        What::Command { text } => (Lane::At, to_caller, text.clone()),
        What::Response { text } => (Lane::At, to_server, text.clone()),
        What::Ignored { text } => (Lane::At, to_caller, format!("no command line: {text}")),
        What::Frame { from, octets, text } if text.is_empty() => {
            (Lane::Ppp, Some(Way::from(*from)), format!("frame of {}: {}", octet_count(octets), hex(octets)))
        }
        What::Frame { from, text, .. } => (Lane::Ppp, Some(Way::from(*from)), text.clone()),
        What::BadFrame { from, reason, octets } => {
            (Lane::Ppp, Some(Way::from(*from)), format!("no frame, {reason}, {}: {}", octet_count(octets), hex(octets)))
        }
        What::Text { from, text } => (Lane::Text, Some(Way::from(*from)), text.clone()),
        What::Link { text } => (Lane::Link, None, text.clone()),
        What::Started { pid, command } => (Lane::Init, None, format!("started {pid}: {command}")),
        What::Exited { pid, program, how } => (Lane::Init, None, format!("{program}[{pid}] ended, {how}")),
        What::Log { program, text } => (Lane::Log, None, format!("{program}: {text}")),
        What::Interface { text } => (Lane::Net, None, text.clone()),
        What::Step { step, met, text } => (Lane::Step, None, judged(*step, "", Judged::of(*met), text)),
        What::Note { text } => (Lane::Note, None, text.clone()),
    };
    let text = printable(&text);
    // An empty AT line or log line is still an event, and so are blanks that somebody types; neither must look like a gap.
    let text = match (lane, text.trim().is_empty()) {
        (_, false) => text,
        (Lane::Text, true) => format!("\"{text}\""),
        (_, true) => "(empty line)".to_owned(),
    };
    Line { lane, way, text }
}

/// Puts an event into words, a step with its verb: `4 ping met: 2 of 2 echo requests answered`.
pub fn line_of(event: &Event, outcome: &Outcome) -> Line {
    let mut words = line(&event.what);
    if let What::Step { step, met, text } = &event.what
        && let Some(known) = step_of(event, outcome)
    {
        let verdict = match known.result {
            StepResult::FailsAsKnown { .. } => Judged::FailsAsKnown,
            _ => Judged::of(*met),
        };
        words.text = printable(&judged(*step, &known.verb, verdict, text));
    }
    words
}

/// The step that a [`What::Step`] judges.
pub fn step_of<'a>(event: &Event, outcome: &'a Outcome) -> Option<&'a StepOutcome> {
    let What::Step { step, .. } = event.what else { return None };
    outcome.steps.iter().find(|known| Some(known.call) == event.call && known.step == step)
}

/// What is said of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judged {
    Met,
    NotMet,
    FailsAsKnown,
}

impl Judged {
    const fn of(met: bool) -> Self {
        if met { Self::Met } else { Self::NotMet }
    }
}

fn judged(step: usize, verb: &str, verdict: Judged, text: &str) -> String {
    let verdict = match verdict {
        Judged::Met => "met",
        Judged::NotMet => "NOT MET",
        Judged::FailsAsKnown => "fails as known",
    };
    let blank = if verb.is_empty() { "" } else { " " };
    let colon = if text.is_empty() { "" } else { ": " };
    format!("{}{blank}{verb} {verdict}{colon}{text}", step.saturating_add(1))
}

/// Who drives a circuit: 105 and 108 are the DTE's, all others the modem's (V.24).
const fn circuit_way(circuit: u16) -> Way {
    if matches!(circuit, 105 | 108) { Way::ToCaller } else { Way::ToServer }
}

/// `circuit 109 (DCD) on`: its number in V.24, and what everybody calls it.
fn circuit_is(circuit: u16, on: bool) -> String {
    let nickname = match circuit {
        105 => " (RTS)",
        106 => " (CTS)",
        107 => " (DSR)",
        108 => " (DTR)",
        109 => " (DCD)",
        125 => " (RI)",
        _ => "",
    };
    format!("circuit {circuit}{nickname} {}", if on { "on" } else { "off" })
}

fn begins(from: Option<&str>, name: Option<&str>) -> String {
    match (from, name) {
        (None, None) => "call begins, no caller ID".to_owned(),
        (Some(from), None) => format!("call begins, from {from}"),
        (None, Some(name)) => format!("call begins, from \"{name}\""),
        (Some(from), Some(name)) => format!("call begins, from {from} \"{name}\""),
    }
}

fn octet_count(octets: &[u8]) -> String {
    counted(octets.len(), "octet")
}

fn hex(octets: &[u8]) -> String {
    let mut text = String::new();
    for (index, octet) in octets.iter().take(SHOWN_OCTETS).enumerate() {
        let _ = write!(text, "{}{octet:02x}", if index == 0 { "" } else { " " });
    }
    if octets.len() > SHOWN_OCTETS {
        text.push_str(" ...");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_go_towards_the_caller_and_responses_towards_the_server() {
        assert_eq!(line(&What::Command { text: "ATA".into() }).way, Some(Way::ToCaller));
        assert_eq!(line(&What::Response { text: "RING".into() }).way, Some(Way::ToServer));
    }

    #[test]
    fn dialling_tones_circuits_and_harm_have_their_lanes_and_ways() {
        let shown = |what: &What| {
            let Line { lane, way, text } = line(what);
            (lane, way, text)
        };
        let (server, caller) = (Some(Way::ToServer), Some(Way::ToCaller));
        let dialled = What::Dialled { number: "5551000".into() };
        assert_eq!(shown(&dialled), (Lane::Line, caller, "dials 5551000".into()));
        assert_eq!(shown(&What::Tone { name: "busy tone".into() }), (Lane::Line, server, "hears busy tone".into()));
        let carrier = What::Circuit { circuit: 109, on: true };
        assert_eq!(shown(&carrier), (Lane::Port, server, "circuit 109 (DCD) on".into()));
        let ready = What::Circuit { circuit: 108, on: false };
        assert_eq!(shown(&ready), (Lane::Port, caller, "circuit 108 (DTR) off".into()));
        assert_eq!(shown(&What::Harm { text: "retrain for 3 s".into() }), (Lane::Line, None, "retrain for 3 s".into()));
    }

    #[test]
    fn a_line_is_never_empty_and_never_more_than_one_line() {
        assert_eq!(line(&What::Response { text: String::new() }).text, "(empty line)");
        assert_eq!(line(&What::Note { text: "a\nb".into() }).text, "a\\nb");
        assert_eq!(line(&What::Text { from: End::Server, text: " ".into() }).text, "\" \"");
    }

    #[test]
    fn a_long_bad_frame_is_cut_and_its_length_told() {
        let what = What::BadFrame { from: End::Caller, reason: "bad FCS".into(), octets: vec![0x7d; 30] };
        let text = line(&what).text;
        assert!(text.starts_with("no frame, bad FCS, 30 octets: 7d 7d ") && text.ends_with(" ..."), "{text}");
    }
}
