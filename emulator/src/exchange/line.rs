//! One called subscriber line and the call on it: the exchange, and the wire between caller and called modem.
//!
//! In: calls, the called modem's hook, octets of either end, either end's clearing. Out: what the called modem sees of
//! the line ([`LineEvent`]), what the caller sees of the call ([`CallerEvent`]), and the trace.
//!
//! A call rings, is answered, trains, is through, and is cleared. A line that is off hook or has a call on it is busy.
//! A caller that clears before training is over leaves the called modem listening to silence: nothing tells it but
//! its own timer (V.250 S7). Octets are taken only while the call is through. What harms a call that is through
//! (flicker, retrain, another rate) does nothing to any other.

mod bell;
mod upset;

use std::collections::VecDeque;
use std::time::Duration;

use super::cadence::Cadence;
use super::caller_id::{Ahead, CallerId};
use super::carrier::Carrier;
use super::config::{Abilities, CallSetup, LineConfig};
use super::disturbance::{Disturbance, Due};
use super::events::{CallerEvent, LineEvent, LineOutput};
use super::harm::Harm;
use super::ringing::Ringing;
use super::wire::Wire;
use crate::ppp::random::Random;
use crate::time::{Instant, earliest};
use crate::trace::{End, What};

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
        /// The caller gives up at the end of so many rings.
        limit: u32,
        /// The exchange calls another line instead at the end of so many rings.
        forward_after: Option<u32>,
        caller_id: Option<CallerId>,
        /// What is still to come before the first ring.
        ahead: VecDeque<(Instant, Ahead)>,
    },
    /// Answered; carrier at this moment, unless the modems find no rate.
    Training { until: Option<Instant> },
    /// Carrier.
    Through { carrier: Carrier, disturbance: Disturbance },
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
    /// What the caller's modem brings to training, and the called one.
    abilities: [Abilities; 2],
    to_server: Wire,
    to_caller: Wire,
    /// From which each call's harm is drawn.
    random: Random,
    /// The exchange is to call another line instead.
    unanswered: bool,
    output: VecDeque<LineOutput>,
}

impl Line {
    /// A quiet line.
    pub fn new(config: LineConfig) -> Self {
        let wire = Wire::new(config.rate, config.octet_bits, config.delay);
        Self {
            random: Random::new(config.seed),
            config,
            phase: Phase::Idle,
            off_hook: false,
            abilities: [Abilities::default(); 2],
            unanswered: false,
            to_server: wire.clone(),
            to_caller: wire,
            output: VecDeque::new(),
        }
    }

    /// Whether a call to this line would ring: no call on it, and the modem on hook.
    pub fn is_free(&self) -> bool {
        matches!(self.phase, Phase::Idle) && !self.off_hook
    }

    /// What the modem of one end brings to training from now on.
    pub fn set_abilities(&mut self, end: End, abilities: Abilities) {
        match (end, &mut self.abilities) {
            (End::Caller, [own, _]) | (End::Server, [_, own]) => *own = abilities,
        }
    }

    /// The caller dials; the line rings at once, or is busy.
    pub fn place_call(&mut self, now: Instant, setup: CallSetup) {
        self.place_call_until(now, setup, None);
    }

    /// The same; at the end of so many rings, if the caller has not given up by then, the line is quiet again and
    /// [`Self::take_unanswered`] tells.
    pub(super) fn place_call_until(&mut self, now: Instant, setup: CallSetup, forward_after: Option<u32>) {
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
            forward_after,
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
            self.answered(now);
        }
        self.handle_timeout(now);
    }

    /// Training begins.
    fn answered(&mut self, now: Instant) {
        let [caller, called] = self.abilities;
        let until = self.config.agreed(caller, called).map(|_| now + self.config.training);
        self.phase = Phase::Training { until };
        self.tell_caller(CallerEvent::Answered);
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
            Phase::Training { .. } | Phase::Through { .. } => self.cleared(now, End::Server, false),
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
            Phase::Through { .. } => {
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
        if !self.is_through() {
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
            Phase::Idle => None,
            Phase::Through { disturbance, .. } => disturbance.poll_timeout(),
            Phase::Ringing { bell, cadence, limit, forward_after, caller_id, ahead, .. } => match ahead.front() {
                Some((at, _)) => Some(*at),
                None => {
                    let delivery = caller_id.as_ref().map(|id| bell.caller_id_at(cadence, id));
                    let rings = forward_after.unwrap_or(*limit).min(*limit);
                    earliest(earliest(Some(bell.next()), delivery), Some(bell.end_of(cadence, rings)))
                }
            },
            Phase::Training { until } => *until,
            Phase::Clearing { heard, .. } => Some(*heard),
        };
        earliest(phase, earliest(self.to_server.poll_timeout(), self.to_caller.poll_timeout()))
    }

    /// Does everything that is due by `now`, in order of time; at one moment octets go before the end of the call.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(due) = self.poll_timeout().filter(|due| *due <= now) {
            self.move_octets(due);
            match &mut self.phase {
                Phase::Idle => {}
                Phase::Through { disturbance, .. } => match disturbance.due(due) {
                    Some(Due::Retrain(lasts)) => self.retrain_now(due, lasts),
                    Some(Due::Over) => {
                        self.tell_modem(LineEvent::CarrierBack);
                        self.tell_caller(CallerEvent::CarrierBack);
                    }
                    None => {}
                },
                Phase::Ringing { .. } => self.ring(due),
                Phase::Training { until } if until.is_some_and(|until| until <= due) => self.connect(due),
                Phase::Clearing { by, abrupt, heard } if *heard <= due => {
                    let (by, abrupt) = (*by, *abrupt);
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

    /// Whether the line rings.
    pub(super) fn is_ringing(&self) -> bool {
        matches!(self.phase, Phase::Ringing { .. })
    }

    /// Whether a call is through on it.
    pub(super) fn is_through(&self) -> bool {
        matches!(self.phase, Phase::Through { .. })
    }

    /// Whether there is no call on it, whatever its modem's hook.
    pub(super) fn is_idle(&self) -> bool {
        matches!(self.phase, Phase::Idle)
    }

    /// Whether a second caller may knock: a call is through, and the subscriber has call waiting.
    pub(super) fn takes_second_call(&self) -> bool {
        self.config.call_waiting && self.is_through()
    }

    /// Whether the exchange is to call another line instead, now that this one has not been answered.
    pub(super) fn take_unanswered(&mut self) -> bool {
        std::mem::take(&mut self.unanswered)
    }

    /// From one ring to the next.
    pub(super) fn period(&self) -> Duration {
        self.config.cadence.period()
    }

    /// A second caller knocks.
    pub(super) fn knock(&mut self, setup: &CallSetup) {
        self.tell_modem(LineEvent::CallWaiting(CallerId::of(self.config.caller_id, setup)));
    }

    /// Training is over.
    fn connect(&mut self, now: Instant) {
        let [caller, called] = self.abilities;
        let Some(carrier) = self.config.agreed(caller, called) else { return };
        // Without V.42 at both ends start and stop bits travel.
        let octet_bits =
            if self.config.error_control() && !carrier.error_control { 10 } else { self.config.octet_bits };
        let mut wire = |rate| {
            let harm = Harm::new(&self.config.quality, self.random.next(), now);
            let rate = if self.config.paced { rate } else { super::wire::UNPACED };
            Wire::new(rate, octet_bits, self.config.delay).with_harm(harm, carrier.error_control)
        };
        (self.to_server, self.to_caller) = (wire(carrier.receive), wire(carrier.transmit));
        let disturbance = Disturbance::new(&self.config.quality, self.random.next(), now);
        self.phase = Phase::Through { carrier: carrier.clone(), disturbance };
        self.trace(What::Connected { rate: carrier.rate() });
        self.tell_modem(LineEvent::Connected(carrier.clone()));
        self.tell_caller(CallerEvent::Connected(carrier.other_end()));
    }

    /// Moves bursts along both wires.
    fn move_octets(&mut self, now: Instant) {
        self.to_server.handle_timeout(now);
        self.to_caller.handle_timeout(now);
        while let Some(mischief) = self.to_server.poll_mischief() {
            self.trace(upset::harm(mischief, End::Server));
        }
        while let Some(mischief) = self.to_caller.poll_mischief() {
            self.trace(upset::harm(mischief, End::Caller));
        }
        while let Some(octets) = self.to_server.arrived(now) {
            self.tell_modem(LineEvent::Octets(octets));
        }
        while let Some(octets) = self.to_caller.arrived(now) {
            self.tell_caller(CallerEvent::Octets(octets));
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
