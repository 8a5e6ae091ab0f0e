//! The bell of a called line: what a call does to it until somebody answers or gives up.

use super::super::caller_id::{Ahead, CallerId};
use super::super::events::{CallerEvent, LineEvent};
use super::{Line, Phase};
use crate::modem::presentation;
use crate::time::Instant;
use crate::trace::{End, What};

impl Line {
    /// The next thing that happens to a ringing line. At the end of the last ring the caller gives up.
    pub(super) fn ring(&mut self, now: Instant) {
        let Phase::Ringing { bell, cadence, pattern, limit, forward_after, caller_id, ahead } = &mut self.phase else {
            return;
        };
        let pattern = *pattern;
        if let Some((_, what)) = ahead.pop_front() {
            match what {
                Ahead::Reversal => self.tell_modem(LineEvent::Reversal),
                Ahead::Pulse(true) => self.tell_modem(LineEvent::RingOn { ring: 0, first: false, pattern }),
                Ahead::Pulse(false) => self.tell_modem(LineEvent::RingOff { ring: 0 }),
                Ahead::Delivered => {
                    let id = caller_id.take();
                    self.deliver(id);
                }
            }
        } else if bell.end_of(cadence, *limit) <= now {
            self.stop_bell();
            self.phase = Phase::Idle;
            self.trace(What::Cleared { by: End::Caller, abrupt: false });
            self.tell_caller(CallerEvent::GaveUp);
        } else if let Some(rings) = forward_after.filter(|rings| bell.end_of(cadence, *rings) <= now) {
            self.stop_bell();
            self.phase = Phase::Idle;
            self.unanswered = true;
            self.trace(What::Note { text: format!("not answered after {rings} rings: the call is forwarded") });
        } else if let Some(id) = caller_id.take_if(|id| bell.caller_id_at(cadence, id) <= now) {
            self.deliver(Some(id));
        } else if bell.next() <= now {
            let edge = bell.advance(cadence);
            let (ring, count, first) = (edge.ring, edge.ring, edge.outer);
            if edge.outer {
                self.trace(if edge.on { What::RingOn { count } } else { What::RingOff { count } });
            }
            self.tell_modem(if edge.on {
                LineEvent::RingOn { ring, first, pattern }
            } else {
                LineEvent::RingOff { ring }
            });
        }
    }

    /// Caller ID has been received.
    fn deliver(&mut self, id: Option<CallerId>) {
        let Some(id) = id else { return };
        self.trace(What::CallerId { lines: presentation(&id) });
        self.tell_modem(LineEvent::CallerId(id));
    }

    /// The bell falls silent because ringing is over.
    pub(super) fn stop_bell(&mut self) {
        let Phase::Ringing { bell, cadence, ahead, .. } = &self.phase else { return };
        let pulse = ahead.front().is_some_and(|(_, what)| *what == Ahead::Pulse(false));
        let (ring, sounding, in_ring) = (bell.ring(), bell.sounding(), bell.in_ring(cadence));
        if pulse {
            self.tell_modem(LineEvent::RingOff { ring: 0 });
        }
        if in_ring {
            self.trace(What::RingOff { count: ring });
        }
        if sounding {
            self.tell_modem(LineEvent::RingOff { ring });
        }
    }
}
