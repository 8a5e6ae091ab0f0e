//! What an event of the trace is called: the one place where events become words.
//!
//! In: [`EventKind`] happened. Out: a [`Line`]: the lane it belongs to, its way over the telephone line, and a sentence.
//! Capture, transcript and failure report all print these, so that they can be laid side by side.
//! PPP stays in pppd's notation and AT dialogue stays as a terminal shows it.

use std::fmt::Write as _;

use offhook_telephony::trace::{BadFrame, End, Event, EventKind, circuit_name};

use super::text::{counted, printable};
use offhook_session::{Outcome, StepOutcome, StepResult};

/// Octets of a bad frame that are shown; the whole of it is in the trace.
const SHOWN_OCTETS: usize = 24;
/// The same of what is shown as it came over the line: a frame of the usual length, with a good part of it escaped.
const SHOWN_RAW: usize = 2600;

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
pub fn line(what: &EventKind) -> Line {
    let (to_server, to_caller) = (Some(Way::ToServer), Some(Way::ToCaller));
    let (lane, way, text) = match what {
        EventKind::CallBegins { from, name } => (Lane::Line, to_server, begins(from.as_deref(), name.as_deref())),
        EventKind::RingOn { count } => (Lane::Line, to_server, format!("ring burst {count} begins")),
        EventKind::RingOff { count } => (Lane::Line, to_server, format!("ring burst {count} ends")),
        EventKind::CallerId { lines } => (Lane::Line, to_server, format!("caller ID: {}", lines.join(", "))),
        EventKind::OffHook => (Lane::Line, to_caller, "off hook".to_owned()),
        EventKind::OnHook => (Lane::Line, to_caller, "on hook".to_owned()),
        EventKind::Connected { rate } => (Lane::Line, None, format!("carrier at both ends, {rate} bit/s")),
        EventKind::Cleared { by, abrupt: true } => {
            (Lane::Line, Some(Way::from(*by)), format!("carrier lost at the {}'s end, no hang-up", by.name()))
        }
        EventKind::Cleared { by, abrupt: false } => {
            (Lane::Line, Some(Way::from(*by)), format!("call cleared by the {}", by.name()))
        }
        EventKind::Dialled { number } => (Lane::Line, to_caller, format!("dials {number}")),
        EventKind::Tone { name } => (Lane::Line, to_server, format!("hears {name}")),
        EventKind::Circuit { circuit, on } => (Lane::Port, Some(circuit_way(*circuit)), circuit_is(*circuit, *on)),
        EventKind::Impairment { text } => (Lane::Line, None, text.clone()),
        EventKind::Lost { octets, from, cause } => {
            let count = counted(usize::try_from(*octets).unwrap_or(usize::MAX), "octet");
            (Lane::Line, Some(Way::from(*from)), format!("{count} of the {} lost: {}", from.name(), cause.phrase()))
        }
        EventKind::DteOpened => (Lane::Port, None, "opened by the server, DTR (108/2) on".to_owned()),
        EventKind::DteClosed => (Lane::Port, None, "closed by the server, DTR (108/2) off".to_owned()),
        EventKind::Command { text } => (Lane::At, to_caller, text.clone()),
        EventKind::Response { text } => (Lane::At, to_server, text.clone()),
        EventKind::Ignored { text } => (Lane::At, to_caller, format!("no command line: {text}")),
        EventKind::Frame { from, octets, text } if text.is_empty() => (
            Lane::Ppp,
            Some(Way::from(*from)),
            format!("frame of {}: {}", octet_count(octets), hex(octets, SHOWN_OCTETS)),
        ),
        EventKind::Frame { from, text, .. } => (Lane::Ppp, Some(Way::from(*from)), text.clone()),
        EventKind::BadFrame { from, reason, octets, .. } => {
            let what = match reason {
                BadFrame::Accm => "intact frame, discarded by the receiver",
                BadFrame::Runt | BadFrame::Fcs | BadFrame::Abort | BadFrame::Overlong | BadFrame::Unfinished => {
                    "no frame"
                }
            };
            let text = format!("{what}, {reason}, {}: {}", octet_count(octets), hex(octets, SHOWN_OCTETS));
            (Lane::Ppp, Some(Way::from(*from)), text)
        }
        EventKind::Text { from, text } => (Lane::Text, Some(Way::from(*from)), text.clone()),
        EventKind::Link { text } => (Lane::Link, None, text.clone()),
        EventKind::Started { pid, command } => (Lane::Init, None, format!("started {pid}: {command}")),
        EventKind::Exited { pid, program, how } => (Lane::Init, None, format!("{program}[{pid}] ended, {how}")),
        EventKind::Log { program, text, .. } => (Lane::Log, None, format!("{program}: {text}")),
        EventKind::Interface { text } => (Lane::Net, None, text.clone()),
        EventKind::Step { step, passed, text } => (Lane::Step, None, judged(*step, "", Judged::of(*passed), text)),
        EventKind::Note { text } => (Lane::Note, None, text.clone()),
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

/// Puts an event into words, a step with its verb: `4 ping passed: 2 of 2 echo requests answered`.
pub fn line_of(event: &Event, outcome: &Outcome) -> Line {
    let mut words = line(&event.what);
    if let EventKind::Step { step, passed, text } = &event.what
        && let Some(known) = step_of(event, outcome)
    {
        let verdict = match known.result {
            StepResult::ExpectedFailure { .. } => Judged::ExpectedFailure,
            _ => Judged::of(*passed),
        };
        words.text = printable(&judged(*step, &known.verb, verdict, text));
    }
    words
}

/// The step that a [`EventKind::Step`] judges.
pub fn step_of<'a>(event: &Event, outcome: &'a Outcome) -> Option<&'a StepOutcome> {
    let EventKind::Step { step, .. } = event.what else { return None };
    outcome.steps.iter().find(|known| Some(known.call) == event.call && known.step == Some(step))
}

/// What is said of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judged {
    Passed,
    Failed,
    ExpectedFailure,
}

impl Judged {
    const fn of(passed: bool) -> Self {
        if passed { Self::Passed } else { Self::Failed }
    }
}

fn judged(step: usize, verb: &str, verdict: Judged, text: &str) -> String {
    let verdict = match verdict {
        Judged::Passed => "passed",
        Judged::Failed => "FAILED",
        Judged::ExpectedFailure => "failed as expected",
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
    format!("{} {}", circuit_name(circuit), if on { "on" } else { "off" })
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

/// A bad frame's octets as they came over the line: `bad FCS, as it came, 9 octets: 7e ff 7d 23 c0 21 0d 0a 7e`. Nothing of
/// all else, and of what somebody told who kept none.
pub fn as_it_came(what: &EventKind) -> Option<String> {
    match what {
        EventKind::BadFrame { reason, raw, .. } if !raw.is_empty() => {
            Some(format!("{reason}, as it came, {}: {}", octet_count(raw), hex(raw, SHOWN_RAW)))
        }
        _ => None,
    }
}

fn hex(octets: &[u8], shown: usize) -> String {
    let mut text = String::new();
    for (index, octet) in octets.iter().take(shown).enumerate() {
        let _ = write!(text, "{}{octet:02x}", if index == 0 { "" } else { " " });
    }
    if octets.len() > shown {
        text.push_str(" ...");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_go_towards_the_caller_and_responses_towards_the_server() {
        assert_eq!(line(&EventKind::Command { text: "ATA".into() }).way, Some(Way::ToCaller));
        assert_eq!(line(&EventKind::Response { text: "RING".into() }).way, Some(Way::ToServer));
    }

    #[test]
    fn dialling_tones_circuits_and_harm_have_their_lanes_and_ways() {
        let shown = |what: &EventKind| {
            let Line { lane, way, text } = line(what);
            (lane, way, text)
        };
        let (server, caller) = (Some(Way::ToServer), Some(Way::ToCaller));
        let dialled = EventKind::Dialled { number: "5551000".into() };
        assert_eq!(shown(&dialled), (Lane::Line, caller, "dials 5551000".into()));
        assert_eq!(
            shown(&EventKind::Tone { name: "busy tone".into() }),
            (Lane::Line, server, "hears busy tone".into())
        );
        let carrier = EventKind::Circuit { circuit: 109, on: true };
        assert_eq!(shown(&carrier), (Lane::Port, server, "circuit 109 (DCD) on".into()));
        let ready = EventKind::Circuit { circuit: 108, on: false };
        assert_eq!(shown(&ready), (Lane::Port, caller, "circuit 108 (DTR) off".into()));
        assert_eq!(
            shown(&EventKind::Impairment { text: "retrain for 3 s".into() }),
            (Lane::Line, None, "retrain for 3 s".into())
        );
    }

    #[test]
    fn a_line_is_never_empty_and_never_more_than_one_line() {
        assert_eq!(line(&EventKind::Response { text: String::new() }).text, "(empty line)");
        assert_eq!(line(&EventKind::Note { text: "a\nb".into() }).text, "a\\nb");
        assert_eq!(line(&EventKind::Text { from: End::Server, text: " ".into() }).text, "\" \"");
    }

    #[test]
    fn a_long_bad_frame_is_cut_and_its_length_told() {
        let what =
            EventKind::BadFrame { from: End::Caller, reason: BadFrame::Fcs, octets: vec![0x7d; 30], raw: Vec::new() };
        let text = line(&what).text;
        assert!(text.starts_with("no frame, bad FCS, 30 octets: 7d 7d ") && text.ends_with(" ..."), "{text}");
    }

    #[test]
    fn a_bad_frame_is_shown_as_it_came_with_its_escapes() {
        let (octets, raw) = (b"\xff\x03\xc0\x21".to_vec(), b"~\xff\x7d\x23\xc0\x21~".to_vec());
        let mut what = EventKind::BadFrame { from: End::Server, reason: BadFrame::Fcs, octets, raw };
        assert_eq!(as_it_came(&what).as_deref(), Some("bad FCS, as it came, 7 octets: 7e ff 7d 23 c0 21 7e"));
        if let EventKind::BadFrame { raw, .. } = &mut what {
            raw.clear();
        }
        assert_eq!(as_it_came(&what), None);
    }

    #[test]
    fn a_frame_that_was_intact_on_the_line_is_not_called_none() {
        let what = EventKind::BadFrame {
            from: End::Server,
            reason: BadFrame::Accm,
            octets: vec![0xc2, 0x23],
            raw: Vec::new(),
        };
        let told =
            "intact frame, discarded by the receiver, control octets in the receive ACCM removed, 2 octets: c2 23";
        assert_eq!(line(&what).text, told);
    }
}
