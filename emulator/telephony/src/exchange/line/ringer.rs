//! The ringer of a called line: what a call does to it until somebody answers or gives up.

use super::super::caller_id::{CallerId, PreRing};
use super::super::events::{CallerEvent, LineEvent};
use super::{Line, Phase};
use crate::modem::presentation;
use crate::trace::{End, EventKind};
use offhook_clock::Instant;

impl Line {
    /// The next thing that happens to a ringing line. At the end of the last ring the caller gives up.
    pub(super) fn ring(&mut self, now: Instant) {
        let Phase::Ringing { ringer, cadence, pattern, limit, forward_after, caller_id, pre_ring } = &mut self.phase
        else {
            return;
        };
        let pattern = *pattern;
        if let Some((_, what)) = pre_ring.pop_front() {
            match what {
                PreRing::Reversal => self.tell_modem(LineEvent::Reversal),
                PreRing::Pulse(true) => self.tell_modem(LineEvent::RingOn { ring: 0, first: false, pattern }),
                PreRing::Pulse(false) => self.tell_modem(LineEvent::RingOff { ring: 0 }),
                PreRing::Delivered => {
                    let id = caller_id.take();
                    self.deliver(id);
                }
            }
        } else if ringer.end_of(cadence, *limit) <= now {
            self.stop_ringer();
            self.phase = Phase::Idle;
            self.trace(EventKind::Cleared { by: End::Caller, abrupt: false });
            self.tell_caller(CallerEvent::GaveUp);
        } else if let Some(rings) = forward_after.filter(|rings| ringer.end_of(cadence, *rings) <= now) {
            self.stop_ringer();
            self.phase = Phase::Idle;
            self.unanswered = true;
            self.trace(EventKind::Note { text: format!("not answered after {rings} rings: the call is forwarded") });
        } else if let Some(id) = caller_id.take_if(|id| ringer.caller_id_at(cadence, id) <= now) {
            self.deliver(Some(id));
        } else if ringer.next() <= now {
            let edge = ringer.advance(cadence);
            let (ring, count, first) = (edge.ring, edge.ring, edge.outer);
            if edge.outer {
                self.trace(if edge.on { EventKind::RingOn { count } } else { EventKind::RingOff { count } });
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
        self.trace(EventKind::CallerId { lines: presentation(&id) });
        self.tell_modem(LineEvent::CallerId(id));
    }

    /// The ringer stops because ringing is over.
    pub(super) fn stop_ringer(&mut self) {
        let Phase::Ringing { ringer, cadence, pre_ring, .. } = &self.phase else { return };
        let pulse = pre_ring.front().is_some_and(|(_, what)| *what == PreRing::Pulse(false));
        let (ring, sounding, in_ring) = (ringer.ring(), ringer.sounding(), ringer.in_ring(cadence));
        if pulse {
            self.tell_modem(LineEvent::RingOff { ring: 0 });
        }
        if in_ring {
            self.trace(EventKind::RingOff { count: ring });
        }
        if sounding {
            self.tell_modem(LineEvent::RingOff { ring });
        }
    }
}
