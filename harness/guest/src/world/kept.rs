//! The trace as far as it is kept: so many events, and so many octets of them. A server that floods its logs or its lines
//! gets no more of process 1's memory.
//!
//! In: events. Out: the first of them, and how many more there were.

use offhook_base::Error;
use offhook_telephony::trace::{Event, EventKind};

/// Events, and octets in their texts and frames, that a run keeps. Runs of scenarios have some hundred.
const MOST: Limits = Limits { events: 100_000, octets: 8 << 20 };

#[derive(Clone, Copy, Debug)]
struct Limits {
    events: usize,
    octets: usize,
}

/// Events, in the order of their coming.
#[derive(Debug)]
pub(super) struct Kept {
    events: Vec<Event>,
    octets: usize,
    lost: u64,
    most: Limits,
}

impl Kept {
    pub(super) fn new() -> Self {
        Self { events: Vec::new(), octets: 0, lost: 0, most: MOST }
    }

    pub(super) fn push(&mut self, event: Event) {
        let octets = octets(&event.what);
        // Nothing is kept after a gap.
        if self.lost > 0 || self.events.len() >= self.most.events || self.octets + octets > self.most.octets {
            self.lost += 1;
            return;
        }
        self.octets += octets;
        self.events.push(event);
    }

    /// Those that are kept so far.
    pub(super) fn events(&self) -> &[Event] {
        &self.events
    }

    /// Those that are kept; an error if they are not all.
    pub(super) fn finish(self) -> (Vec<Event>, Option<Error>) {
        let error = self.lost.checked_sub(1).map(|_| {
            let last = self.events.last().map_or_else(|| "the beginning".to_owned(), |event| event.at.to_string());
            let (events, octets) = (self.most.events, self.most.octets >> 20);
            Error::new(format!(
                "{} events after {last} are not kept: the server, or what it sent, made too many",
                self.lost
            ))
            .help(format!("a run keeps {events} events with {octets} MB of text; transcript.txt shows what floods it"))
        });
        (self.events, error)
    }
}

/// Octets in an event's texts and frames, roughly.
fn octets(what: &EventKind) -> usize {
    match what {
        EventKind::Frame { octets, text, .. } => octets.len() + text.len(),
        EventKind::BadFrame { octets, raw, .. } => octets.len() + raw.len(),
        EventKind::Command { text }
        | EventKind::Response { text }
        | EventKind::Ignored { text }
        | EventKind::Text { text, .. }
        | EventKind::Link { text }
        | EventKind::Started { command: text, .. }
        | EventKind::Log { text, .. }
        | EventKind::Interface { text }
        | EventKind::Step { text, .. }
        | EventKind::Impairment { text }
        | EventKind::Note { text } => text.len(),
        // Of bounded size.
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use offhook_clock::Instant;

    use super::*;

    fn note(at: u64, text: &str) -> Event {
        let what = EventKind::Note { text: text.to_owned() };
        Event { at: Instant::from_millis(at), port: None, call: None, what }
    }

    fn kept(most: Limits, texts: &[&str]) -> (Vec<Event>, Option<Error>) {
        let mut kept = Kept { most, ..Kept::new() };
        texts.iter().zip(1..).for_each(|(text, at)| kept.push(note(at, text)));
        kept.finish()
    }

    #[test]
    fn what_is_within_the_limits_is_kept_whole() {
        let (events, error) = kept(Limits { events: 3, octets: 6 }, &["ab", "cd", "ef"]);
        assert_eq!((events.len(), error), (3, None));
    }

    #[test]
    fn from_the_first_event_too_many_on_nothing_is_kept_and_all_of_it_is_counted() {
        for most in [Limits { events: 1, octets: 100 }, Limits { events: 100, octets: 3 }] {
            let (events, error) = kept(most, &["ab", "cd", "", ""]);
            assert_eq!(events, [note(1, "ab")]);
            assert!(error.unwrap().message.starts_with("3 events after 0.001 are not kept"));
        }
    }
}
