//! One called subscriber line and the call on it: the exchange, and the wire between caller and called modem.
//!
//! In: calls, the called modem's hook, octets of either end, either end's clearing. Out: what the called modem sees of
//! the line ([`LineEvent`]), what the caller sees of the call ([`CallerEvent`]), and the trace.
//!
//! A call rings, is answered, trains, is through, and is cleared. A line that is off hook or has a call on it is busy.
//! A caller that clears before training is over leaves the called modem listening to silence: nothing tells it but
//! its own timer (V.250 S7). Octets are taken only while the call is through.

use std::collections::VecDeque;
use std::time::Duration;

use super::Carrier;
use super::cadence::Cadence;
use super::caller_id::{Ahead, CallerId, CallerIdService, Stamp};
use super::quality::Quality;
use super::ringing::Ringing;
use super::tone::Tone;
use super::wire::Wire;
use crate::modem::presentation;
use crate::time::{Instant, earliest};
use crate::trace::{End, What};

/// What a line is like.
#[derive(Clone, Debug)]
pub struct LineConfig {
    /// Rate in bit/s, both directions.
    pub rate: u32,
    /// One-way delay of octets and of clearing.
    pub delay: Duration,
    /// From off hook to carrier at both ends.
    pub training: Duration,
    /// When the bell rings.
    pub cadence: Cadence,
    /// Bits an octet occupies, start and stop bits included: 10. With error control (V.42) they do not travel: 8.
    pub octet_bits: u32,
    /// Rate from the caller to the called modem, bit/s, if it is another than the way back: V.90 is slower upstream.
    pub rate_from_caller: Option<u32>,
    /// What the line does to octets and carrier.
    pub quality: Quality,
    /// From which all of its harm is drawn.
    pub seed: u64,
    /// How caller ID is delivered on it.
    pub caller_id: CallerIdService,
    /// Whether a second caller knocks during a call instead of finding the line busy. Only an [`super::Exchange`] can.
    pub call_waiting: bool,
}

/// 33600 bit/s, 10 ms, 8 s of training, North American ringing and caller ID, 10 bits an octet, without faults.
impl Default for LineConfig {
    fn default() -> Self {
        Self {
            rate: 33_600,
            delay: Duration::from_millis(10),
            training: Duration::from_secs(8),
            cadence: Cadence::default(),
            octet_bits: 10,
            rate_from_caller: None,
            quality: Quality::default(),
            seed: 0,
            caller_id: CallerIdService::default(),
            call_waiting: false,
        }
    }
}

/// One call, as the caller dials it.
#[derive(Clone, Debug)]
pub struct CallSetup {
    /// Number delivered as caller ID: digits, `P` (withheld) or `O` (out of area). `None`: no number.
    pub from: Option<String>,
    /// Name delivered as caller ID. With neither number nor name, no caller ID is delivered.
    pub name: Option<String>,
    /// The caller gives up at the end of so many whole rings; 0 counts as 1.
    pub rings: u32,
    /// Date and time of day at the exchange when the call is placed.
    pub stamp: Stamp,
    /// The number that was dialled, if one was: some services tell it.
    pub called: Option<String>,
    /// Distinctive ringing: which pattern, [`Cadence::distinctive`]; 1 is the line's usual one.
    pub ring_pattern: u8,
    /// Whether caller ID arrives with a wrong checksum.
    pub garbled: bool,
}

/// A caller who tells nothing and lets it ring 12 times in the usual pattern.
impl Default for CallSetup {
    fn default() -> Self {
        Self {
            from: None,
            name: None,
            rings: 12,
            stamp: Stamp::default(),
            called: None,
            ring_pattern: 1,
            garbled: false,
        }
    }
}

/// What the called modem sees of its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineEvent {
    /// A ring burst begins (circuit 125 on).
    RingOn {
        /// Number of the ring within the call, from 1; the bursts of a double ring share it. 0: the pulse that
        /// announces caller ID before the first ring (ETSI), which is no ring.
        ring: u32,
        /// Whether it is the first burst of its ring.
        first: bool,
        /// Distinctive ringing: which pattern; 1 is the usual one.
        pattern: u8,
    },
    /// A ring burst ends, or ringing stops in the middle of one (circuit 125 off).
    RingOff {
        /// Number of the ring within the call, from 1.
        ring: u32,
    },
    /// Caller ID was received, between the first ring and the second or before the first.
    CallerId(CallerId),
    /// Training is over: carrier.
    Connected(Carrier),
    /// What is to be heard, for a modem that is off hook and has no carrier.
    Tone(Tone),
    /// The line's polarity is reversed: caller ID before the first ring is announced so in some countries.
    Reversal,
    /// Carrier is back before the modem gave it up.
    CarrierBack,
    /// Retraining: nothing crosses until [`Self::CarrierBack`], and carrier is not lost.
    Retrain,
    /// The rates have changed in the middle of the call.
    Renegotiated(Carrier),
    /// A second caller knocks during a call, with what caller ID tells of him.
    CallWaiting(Option<CallerId>),
    /// No carrier any more.
    CarrierLost {
        /// False if the far modem said so before it went (a disconnect), true if carrier just stopped.
        abrupt: bool,
    },
    /// Octets from the caller.
    Octets(Vec<u8>),
}

/// What the caller sees of its call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallerEvent {
    /// The called line is busy; the call is over.
    Busy,
    /// The called modem went off hook.
    Answered,
    /// Training is over: carrier, as the caller sees it.
    Connected(Carrier),
    /// Octets from the server's end.
    Octets(Vec<u8>),
    /// Carrier has stopped, perhaps for a moment only: [`Self::CarrierBack`] follows then.
    CarrierLost,
    /// Carrier is back, or retraining is over.
    CarrierBack,
    /// Retraining: nothing crosses until [`Self::CarrierBack`].
    Retrain,
    /// The rates have changed in the middle of the call, as the caller sees them.
    Renegotiated(Carrier),
    /// The call rings at another line now; what follows of it comes there.
    Forwarded(super::LineId),
    /// The caller has let it ring so often as it would; the call is over.
    GaveUp,
    /// The call is over.
    Cleared {
        /// Who cleared it.
        by: End,
        /// True if carrier just stopped.
        abrupt: bool,
    },
}

/// What a line has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineOutput {
    /// To the called modem.
    ToModem(LineEvent),
    /// To the caller.
    ToCaller(CallerEvent),
    /// To the trace, at the present moment.
    Trace(What),
}

/// Where the call is.
#[derive(Clone, Debug)]
enum Phase {
    /// No call.
    Idle,
    /// The called line rings.
    Ringing {
        bell: Ringing,
        cadence: Cadence,
        pattern: u8,
        limit: u32,
        caller_id: Option<CallerId>,
        /// What is still to come before the first ring.
        ahead: VecDeque<(Instant, Ahead)>,
    },
    /// Answered; carrier at this moment.
    Training { until: Instant },
    /// Carrier.
    Through,
    /// One end has cleared; the other learns of it at this moment.
    Clearing { by: End, abrupt: bool, heard: Instant },
}

/// A called subscriber line.
#[derive(Clone, Debug)]
pub struct Line {
    config: LineConfig,
    phase: Phase,
    /// Whether the called modem is off hook.
    off_hook: bool,
    to_server: Wire,
    to_caller: Wire,
    output: VecDeque<LineOutput>,
}

impl Line {
    /// A quiet line.
    pub fn new(config: LineConfig) -> Self {
        let wire = Wire::new(config.rate, config.octet_bits, config.delay);
        Self {
            config,
            phase: Phase::Idle,
            off_hook: false,
            to_server: wire.clone(),
            to_caller: wire,
            output: VecDeque::new(),
        }
    }

    /// Whether a call to this line would ring: no call on it, and the modem on hook.
    pub fn is_free(&self) -> bool {
        matches!(self.phase, Phase::Idle) && !self.off_hook
    }

    /// The caller dials; the line rings at once, or is busy.
    pub fn place_call(&mut self, now: Instant, setup: CallSetup) {
        self.trace(What::CallBegins { from: setup.from.clone(), name: setup.name.clone() });
        if !self.is_free() {
            self.trace(What::Note { text: "the called line is busy".into() });
            self.tell_caller(CallerEvent::Busy);
            return;
        }
        let caller_id = CallerId::of(self.config.caller_id, &setup);
        let (ahead, lead) = caller_id.as_ref().and_then(CallerId::ahead).unwrap_or_default();
        let distinctive = Cadence::distinctive(setup.ring_pattern);
        self.phase = Phase::Ringing {
            bell: Ringing::new(now + lead),
            cadence: distinctive.unwrap_or_else(|| self.config.cadence.clone()),
            pattern: setup.ring_pattern,
            limit: setup.rings,
            caller_id,
            ahead: ahead.into_iter().map(|(after, what)| (now + after, what)).collect(),
        };
        self.handle_timeout(now);
    }

    /// Changes how often the caller lets it ring; at once over if it has rung so often already.
    pub fn set_rings(&mut self, now: Instant, rings: u32) {
        if let Phase::Ringing { limit, .. } = &mut self.phase {
            *limit = rings;
        }
        self.handle_timeout(now);
    }

    /// The called modem goes off hook: answers a ringing line.
    pub fn handle_off_hook(&mut self, now: Instant) {
        self.handle_timeout(now);
        if self.off_hook {
            return;
        }
        self.off_hook = true;
        let rang = matches!(self.phase, Phase::Ringing { .. });
        self.stop_bell();
        self.trace(What::OffHook);
        if rang {
            self.phase = Phase::Training { until: now + self.config.training };
            self.tell_caller(CallerEvent::Answered);
        }
        self.handle_timeout(now);
    }

    /// The called modem goes on hook: clears the call, if there is one.
    pub fn handle_on_hook(&mut self, now: Instant) {
        self.handle_timeout(now);
        if !self.off_hook {
            return;
        }
        self.off_hook = false;
        self.trace(What::OnHook);
        // Nothing reaches a modem that is on hook, not even that the caller has cleared.
        self.to_server.discard();
        match self.phase {
            Phase::Training { .. } | Phase::Through => self.cleared(now, End::Server, false),
            Phase::Clearing { by: End::Caller, .. } => self.phase = Phase::Idle,
            Phase::Idle | Phase::Ringing { .. } | Phase::Clearing { .. } => {}
        }
        self.handle_timeout(now);
    }

    /// The caller hangs up, or (`abrupt`) its line is cut.
    pub fn clear(&mut self, now: Instant, abrupt: bool) {
        self.handle_timeout(now);
        match self.phase {
            Phase::Idle | Phase::Clearing { .. } => return,
            Phase::Ringing { .. } => {
                self.stop_bell();
                self.trace(What::Cleared { by: End::Caller, abrupt });
                self.phase = Phase::Idle;
            }
            Phase::Training { .. } => {
                self.trace(What::Cleared { by: End::Caller, abrupt });
                self.phase = Phase::Idle;
            }
            Phase::Through => {
                self.to_caller.discard();
                self.cleared(now, End::Caller, abrupt);
            }
        }
        self.tell_caller(CallerEvent::Cleared { by: End::Caller, abrupt });
        self.handle_timeout(now);
    }

    /// Sends octets to the other end: at the line's rate, in order, late by the delay.
    /// Octets sent while the call is not through are lost, as they are on a line without carrier.
    pub fn send(&mut self, now: Instant, from: End, octets: &[u8]) {
        self.handle_timeout(now);
        if !matches!(self.phase, Phase::Through) {
            return;
        }
        match from {
            End::Caller => self.to_server.send(now, octets),
            End::Server => self.to_caller.send(now, octets),
        }
    }

    /// Line time of what `from` has sent and what has not left yet. A driver stops reading a DTE when it grows (flow
    /// control); [`Self::poll_timeout`] comes by whenever it has shrunk.
    pub fn backlog(&self, now: Instant, from: End) -> Duration {
        match from {
            End::Caller => self.to_server.backlog(now),
            End::Server => self.to_caller.backlog(now),
        }
    }

    /// The next moment at which something happens by itself.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let phase = match &self.phase {
            Phase::Idle | Phase::Through => None,
            Phase::Ringing { bell, cadence, limit, caller_id, ahead, .. } => match ahead.front() {
                Some((at, _)) => Some(*at),
                None => {
                    let delivery = caller_id.as_ref().map(|id| bell.caller_id_at(cadence, id));
                    earliest(earliest(Some(bell.next()), delivery), Some(bell.end_of(cadence, *limit)))
                }
            },
            Phase::Training { until } => Some(*until),
            Phase::Clearing { heard, .. } => Some(*heard),
        };
        earliest(phase, earliest(self.to_server.poll_timeout(), self.to_caller.poll_timeout()))
    }

    /// Does everything that is due by `now`, in order of time; at one moment octets go before the end of the call.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(due) = self.poll_timeout().filter(|due| *due <= now) {
            self.move_octets(due);
            match self.phase {
                Phase::Idle | Phase::Through => {}
                Phase::Ringing { .. } => self.ring(due),
                Phase::Training { until } if until <= due => {
                    let rate = self.config.rate;
                    self.phase = Phase::Through;
                    self.trace(What::Connected { rate });
                    let carrier = Carrier { error_control: self.config.octet_bits == 8, ..Carrier::new(rate) };
                    self.tell_modem(LineEvent::Connected(carrier.clone()));
                    self.tell_caller(CallerEvent::Connected(carrier.other_end()));
                }
                Phase::Clearing { by, abrupt, heard } if heard <= due => {
                    self.phase = Phase::Idle;
                    match by {
                        End::Caller => self.tell_modem(LineEvent::CarrierLost { abrupt }),
                        End::Server => self.tell_caller(CallerEvent::Cleared { by, abrupt }),
                    }
                }
                Phase::Training { .. } | Phase::Clearing { .. } => {}
            }
        }
    }

    /// What the line has to say next.
    pub fn poll_output(&mut self) -> Option<LineOutput> {
        self.output.pop_front()
    }

    /// Moves bursts along both wires.
    fn move_octets(&mut self, now: Instant) {
        self.to_server.handle_timeout(now);
        self.to_caller.handle_timeout(now);
        while let Some(octets) = self.to_server.arrived(now) {
            self.tell_modem(LineEvent::Octets(octets));
        }
        while let Some(octets) = self.to_caller.arrived(now) {
            self.tell_caller(CallerEvent::Octets(octets));
        }
    }

    /// The next thing that happens to a ringing line. At the end of the last ring the caller gives up.
    fn ring(&mut self, now: Instant) {
        let Phase::Ringing { bell, cadence, pattern, limit, caller_id, ahead } = &mut self.phase else { return };
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
    fn stop_bell(&mut self) {
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

    /// `by` clears an answered call: what it has sent and what has left arrives, and then the other end hears of it.
    fn cleared(&mut self, now: Instant, by: End, abrupt: bool) {
        match by {
            End::Caller => self.to_server.cut(now),
            End::Server => self.to_caller.cut(now),
        }
        self.trace(What::Cleared { by, abrupt });
        self.phase = Phase::Clearing { by, abrupt, heard: now + self.config.delay };
    }

    fn trace(&mut self, what: What) {
        self.output.push_back(LineOutput::Trace(what));
    }

    fn tell_modem(&mut self, event: LineEvent) {
        self.output.push_back(LineOutput::ToModem(event));
    }

    fn tell_caller(&mut self, event: CallerEvent) {
        self.output.push_back(LineOutput::ToCaller(event));
    }
}

#[cfg(test)]
mod tests;
