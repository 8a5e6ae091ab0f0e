//! The phases of a call, as bands beside a ladder.
//!
//! In: events. Out: for each call, from which event to which it rang, trained, talked as text, and was in which phase of
//! RFC 1661 §3.2. They are told by what crossed the line, as a reader of a capture tells them: Establish begins with the first LCP
//! packet, Authenticate with the first of PAP, CHAP or EAP, Network with the first of a network control protocol, Terminate with a
//! Terminate-Request of LCP.

use std::collections::BTreeMap;

use offhook_ppp::frame::{CHAP, EAP, Frame, LCP, PAP};
use offhook_ppp::packet::{Code, Packet};
use offhook_telephony::trace::{Event, EventKind};
use serde::Serialize;

/// A band.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Phase {
    /// Which.
    pub name: &'static str,
    /// Number of the call, from 0.
    pub call: usize,
    /// When it begins, microseconds.
    pub from: u64,
    /// When it ends.
    pub to: u64,
}

/// The phases of all calls of a trace, in the order in which they begin.
pub fn phases(trace: &[Event]) -> Vec<Phase> {
    let mut phases: Vec<Phase> = Vec::new();
    let mut current: BTreeMap<usize, usize> = BTreeMap::new();
    for event in trace {
        let Some(call) = event.call else { continue };
        let at = event.at.micros();
        let before = current.get(&call).and_then(|index| phases.get(*index)).map(|phase| phase.name);
        let over = matches!(event.what, EventKind::Cleared { .. } | EventKind::OnHook);
        let next = if over { None } else { next(before, event) };
        if (over || next.is_some())
            && let Some(index) = current.remove(&call)
        {
            phases[index].to = at;
        }
        if let Some(name) = next {
            current.insert(call, phases.len());
            phases.push(Phase { name, call, from: at, to: at });
        }
    }
    let end = trace.last().map_or(0, |event| event.at.micros());
    for index in current.into_values() {
        phases[index].to = end;
    }
    phases
}

/// The phase that begins with `event`, if it is another than the one before.
fn next(before: Option<&'static str>, event: &Event) -> Option<&'static str> {
    let name = match &event.what {
        EventKind::CallBegins { .. } => "Ringing",
        EventKind::OffHook if before == Some("Ringing") => "Training",
        EventKind::Connected { .. } => "Carrier",
        EventKind::Text { .. } if matches!(before, Some("Carrier")) => "Text",
        EventKind::Frame { octets, .. } => phase_of(before, octets)?,
        _ => return None,
    };
    (Some(name) != before).then_some(name)
}

fn phase_of(before: Option<&'static str>, octets: &[u8]) -> Option<&'static str> {
    let frame = Frame::parse(octets).ok()?;
    let code = Packet::new_checked(frame.information).ok().map(|packet| packet.code());
    match (frame.protocol, code) {
        (LCP, Some(Code::TerminateRequest)) => Some("Terminate"),
        (LCP, Some(Code::ConfigureRequest)) if before != Some("Terminate") => Some("Establish"),
        (PAP | CHAP | EAP, _) if before == Some("Establish") => Some("Authenticate"),
        (0x8000..=0xbfff, _) if matches!(before, Some("Establish" | "Authenticate")) => Some("Network"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use offhook_clock::Instant;

    fn names(events: Vec<(u64, EventKind)>) -> Vec<(&'static str, u64, u64)> {
        let event = |(at, what)| Event { at: Instant::from_millis(at), port: None, call: Some(0), what };
        let trace: Vec<Event> = events.into_iter().map(event).collect();
        phases(&trace).into_iter().map(|phase| (phase.name, phase.from / 1000, phase.to / 1000)).collect()
    }

    fn frame(octets: &[u8]) -> EventKind {
        use offhook_telephony::trace::End;
        EventKind::Frame { from: End::Server, octets: octets.to_vec(), text: String::new() }
    }

    #[test]
    fn a_call_goes_through_the_phases_of_the_rfc() {
        let events = vec![
            (0, EventKind::CallBegins { from: None, name: None }),
            (100, EventKind::OffHook),
            (200, EventKind::Connected { rate: 33_600 }),
            (300, frame(b"\xff\x03\xc0\x21\x01\x01\x00\x04")),
            (400, frame(b"\xc0\x23\x01\x01\x00\x06\x00\x00")),
            (500, frame(b"\x80\x21\x01\x01\x00\x04")),
            (600, frame(b"\xff\x03\xc0\x21\x05\x01\x00\x04")),
            (650, frame(b"\xff\x03\xc0\x21\x06\x01\x00\x04")),
            (700, EventKind::OnHook),
        ];
        let expected = [
            ("Ringing", 0, 100),
            ("Training", 100, 200),
            ("Carrier", 200, 300),
            ("Establish", 300, 400),
            ("Authenticate", 400, 500),
            ("Network", 500, 600),
            ("Terminate", 600, 700),
        ];
        assert_eq!(names(events), expected);
    }

    #[test]
    fn a_call_that_is_not_answered_rings_to_its_end() {
        assert_eq!(
            names(vec![
                (5, EventKind::CallBegins { from: None, name: None }),
                (9, EventKind::Note { text: String::new() })
            ]),
            [("Ringing", 5, 9)]
        );
    }
}
