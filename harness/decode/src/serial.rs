//! Octets of a serial line: frames, bad frames, AT lines and text.
//!
//! In: octets with who sent them. Out: events. A frame is a frame in either direction (RFC 1662); what lies between frames
//! goes through the [`Dialogue`] of its direction.

use offhook_clock::Instant;
use offhook_ppp::hdlc::Item;
use offhook_telephony::line_monitor::{LineMonitor, event_kind};
use offhook_telephony::trace::{End, Event, EventKind};

use crate::dialogue::Dialogue;
use crate::found::{Found, Reader, Sink};

/// Reads octets of one direction.
#[derive(Debug)]
pub(crate) struct Serial {
    from: End,
    line: Line,
}

impl Serial {
    pub(crate) fn new(from: End) -> Self {
        Self { from, line: Line::default() }
    }
}

impl Reader for Serial {
    fn take(&mut self, input: &[u8], offset: u64, last: bool, sink: &mut Sink<'_>) -> usize {
        self.line.hear(Instant::ZERO, self.from, input, offset, sink);
        if last {
            self.line.finish(Instant::ZERO, offset + input.len() as u64, sink);
        }
        input.len()
    }
}

/// Both directions of a serial line.
#[derive(Debug)]
pub struct Line {
    monitor: LineMonitor,
    caller: Dialogue,
    server: Dialogue,
    /// Where what is being read of the caller, and of the server, began.
    begun: [u64; 2],
}

impl Default for Line {
    fn default() -> Self {
        Self {
            monitor: LineMonitor::default(),
            caller: Dialogue::new(End::Caller),
            server: Dialogue::new(End::Server),
            begun: [0; 2],
        }
    }
}

const BOTH: [End; 2] = [End::Caller, End::Server];

impl Line {
    /// This end sends octets, which begin `offset` octets into the capture.
    pub fn hear(&mut self, now: Instant, from: End, octets: &[u8], offset: u64, sink: &mut dyn FnMut(Found)) {
        let mut rest = octets;
        let Self { monitor, caller, server, begun } = self;
        let (dialogue, begun) = match from {
            End::Caller => (caller, &mut begun[0]),
            End::Server => (server, &mut begun[1]),
        };
        while let Some(item) = monitor.take(now, from, &mut rest) {
            keep(item, from, dialogue, now, *begun, sink);
            *begun = offset + (octets.len() - rest.len()) as u64;
        }
    }

    /// Nothing came until `now`.
    pub fn pass_until(&mut self, now: Instant, offset: u64, sink: &mut dyn FnMut(Found)) {
        while let Some(at) = self.monitor.poll_timeout().filter(|at| *at <= now) {
            let mut any = false;
            for from in BOTH {
                let (dialogue, begun) = of(&mut self.caller, &mut self.server, self.begun, from);
                if let Some(item) = self.monitor.handle_timeout(at, from) {
                    keep(item, from, dialogue, at, begun.min(offset), sink);
                    any = true;
                }
            }
            if !any {
                break;
            }
        }
        for from in BOTH {
            let (dialogue, _) = of(&mut self.caller, &mut self.server, self.begun, from);
            dialogue.pause(&mut |offset, what| sink(told(now, what, offset)));
        }
    }

    /// This end sends no more.
    pub(crate) fn finish_one(&mut self, now: Instant, from: End, offset: u64, sink: &mut Sink<'_>) {
        let (dialogue, begun) = of(&mut self.caller, &mut self.server, self.begun, from);
        if let Some(item) = self.monitor.finish(from) {
            keep(item, from, dialogue, now, begun.min(offset), sink);
        }
        dialogue.finish(&mut |offset, what| sink(told(now, what, offset)));
    }

    /// Neither end sends more.
    pub fn finish(&mut self, now: Instant, offset: u64, sink: &mut dyn FnMut(Found)) {
        for from in BOTH {
            self.finish_one(now, from, offset, sink);
        }
    }

    /// Something is to be told that was no octet of the line.
    pub(crate) fn tell(&self, now: Instant, what: EventKind, offset: u64, sink: &mut Sink<'_>) {
        sink(told(now, what, offset));
    }
}

/// What belongs to the direction of this end.
const fn of<'a>(
    caller: &'a mut Dialogue,
    server: &'a mut Dialogue,
    begun: [u64; 2],
    from: End,
) -> (&'a mut Dialogue, u64) {
    match from {
        End::Caller => (caller, begun[0]),
        End::Server => (server, begun[1]),
    }
}

fn keep(item: Item<'_>, from: End, dialogue: &mut Dialogue, now: Instant, offset: u64, sink: &mut Sink<'_>) {
    let mut tell = |offset, what| sink(told(now, what, offset));
    match item {
        Item::Text(text) => dialogue.take(text, offset, &mut tell),
        item => {
            dialogue.finish(&mut tell);
            tell(offset, event_kind(from, item));
        }
    }
}

const fn told(at: Instant, what: EventKind, offset: u64) -> Found {
    Found::event(offset, Event { at, port: None, call: None, what })
}
