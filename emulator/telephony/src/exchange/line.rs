//! One called subscriber line and the call on it: the exchange, and the channel between caller and called modem.
//!
//! In: calls, the called modem's hook, octets of either end, either end's clearing. Out: what the called modem sees of
//! the line ([`LineEvent`]), what the caller sees of the call ([`CallerEvent`]), and the trace.
//!
//! A call rings, is answered, trains, is connected, and is cleared. A line that is off hook or has a call on it is busy.
//! A caller that clears before training is over leaves the called modem listening to silence: nothing tells it but
//! its own timer (V.250 S7). Octets are taken only while the call is connected. An impairment of a call that is connected
//! (dropout, retrain, another rate) does nothing to any other.

mod carrier_fault;
mod ringer;

use std::collections::VecDeque;
use std::time::Duration;

use super::both_ways::BothWays;
use super::cadence::Cadence;
use super::caller_id::{CallerId, PreRing};
use super::carrier::Carrier;
use super::channel::Channel;
use super::config::{Abilities, CallSetup, LineConfig};
use super::disturbance::{Disturbance, Due};
use super::events::{CallerEvent, LineEvent, LineOutput};
use super::impairment::Impairments;
use super::release::Release;
use super::ringing::Ringing;
use crate::loss::LossCause;
use crate::trace::{End, EventKind, Loss};
use offhook_clock::Random;
use offhook_clock::{Instant, earliest};

/// Where the call is.
#[derive(Clone, Debug)]
enum Phase {
    /// No call.
    Idle,
    /// The called line rings.
    Ringing {
        ringer: Ringing,
        cadence: Cadence,
        pattern: u8,
        /// The caller gives up at the end of so many rings.
        limit: u32,
        /// The exchange calls another line instead at the end of so many rings.
        forward_after: Option<u32>,
        caller_id: Option<CallerId>,
        /// What is still to come before the first ring.
        pre_ring: VecDeque<(Instant, PreRing)>,
    },
    /// Answered; carrier at this moment, unless the modems find no rate.
    Training { until: Option<Instant> },
    /// Carrier.
    Connected { carrier: Carrier, disturbance: Disturbance },
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
    channels: BothWays,
    /// From which each call's impairments are drawn.
    random: Random,
    /// The exchange is to call another line instead.
    unanswered: bool,
    output: VecDeque<LineOutput>,
}

impl Line {
    /// A quiet line.
    pub fn new(config: LineConfig) -> Self {
        let channel = Channel::new(config.rate, config.octet_bits, config.delay);
        Self {
            random: Random::new(config.seed),
            config,
            phase: Phase::Idle,
            off_hook: false,
            abilities: [Abilities::default(); 2],
            unanswered: false,
            channels: BothWays::alike(channel),
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
        self.trace(EventKind::call_begins(setup.from.as_ref(), setup.name.as_ref()));
        if !self.is_free() {
            self.trace(EventKind::Note { text: "the called line is busy".into() });
            self.tell_caller(CallerEvent::Busy);
            return;
        }
        let caller_id = CallerId::of(self.config.caller_id, &setup);
        let (pre_ring, lead) = caller_id.as_ref().and_then(CallerId::pre_ring).unwrap_or_default();
        let distinctive = Cadence::distinctive(setup.ring_pattern);
        self.phase = Phase::Ringing {
            ringer: Ringing::new(now + lead),
            cadence: distinctive.unwrap_or_else(|| self.config.cadence.clone()),
            pattern: setup.ring_pattern,
            limit: setup.rings,
            forward_after,
            caller_id,
            pre_ring: pre_ring.into_iter().map(|(after, what)| (now + after, what)).collect(),
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
        self.stop_ringer();
        self.trace(EventKind::OffHook);
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
        self.on_hook(now, Release::Orderly);
    }

    /// The called modem goes on hook; abrupt: it has lost its power, and carrier stops without a word to the far modem.
    pub(super) fn on_hook(&mut self, now: Instant, release: Release) {
        self.handle_timeout(now);
        if !self.off_hook {
            return;
        }
        self.off_hook = false;
        self.trace(EventKind::OnHook);
        // Nothing reaches a modem that is on hook, not even that the caller has cleared.
        let lost = self.channels.to_server.discard();
        self.lose(lost, End::Caller, LossCause::ReceiverHungUp);
        match self.phase {
            Phase::Training { .. } | Phase::Connected { .. } => self.cleared(now, End::Server, release),
            Phase::Clearing { by: End::Caller, .. } => self.phase = Phase::Idle,
            Phase::Idle | Phase::Ringing { .. } | Phase::Clearing { .. } => {}
        }
        self.handle_timeout(now);
    }

    /// The caller hangs up, or its line is cut.
    pub fn clear(&mut self, now: Instant, release: Release) {
        let abrupt = release.is_abrupt();
        self.handle_timeout(now);
        match self.phase {
            Phase::Idle | Phase::Clearing { .. } => return,
            Phase::Ringing { .. } => {
                self.stop_ringer();
                self.trace(EventKind::Cleared { by: End::Caller, abrupt });
                self.phase = Phase::Idle;
            }
            Phase::Training { .. } => {
                self.trace(EventKind::Cleared { by: End::Caller, abrupt });
                self.phase = Phase::Idle;
            }
            Phase::Connected { .. } => {
                let lost = self.channels.to_caller.discard();
                self.lose(lost, End::Server, LossCause::ReceiverHungUp);
                self.cleared(now, End::Caller, release);
            }
        }
        self.tell_caller(CallerEvent::Cleared { by: End::Caller, abrupt });
        self.handle_timeout(now);
    }

    /// Sends octets to the other end: at the line's rate, in order, late by the delay.
    /// Octets sent while the call is not connected are lost, as they are on a line without carrier.
    pub fn send(&mut self, now: Instant, from: End, octets: &[u8]) {
        self.handle_timeout(now);
        if !self.is_connected() {
            return self.lose(octets.len() as u64, from, LossCause::NoCarrier);
        }
        self.channels.sent_by_mut(from).send(now, octets);
    }

    /// Line time of what `from` has sent and what has not left yet. A driver stops reading a DTE when it grows (flow
    /// control); [`Self::poll_timeout`] comes by whenever it has shrunk.
    pub fn backlog(&self, now: Instant, from: End) -> Duration {
        self.channels.backlog(now, from)
    }

    /// The next moment at which something happens by itself.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let phase = match &self.phase {
            Phase::Idle => None,
            Phase::Connected { disturbance, .. } => disturbance.poll_timeout(),
            Phase::Ringing { ringer, cadence, limit, forward_after, caller_id, pre_ring, .. } => match pre_ring.front()
            {
                Some((at, _)) => Some(*at),
                None => {
                    let delivery = caller_id.as_ref().map(|id| ringer.caller_id_at(cadence, id));
                    let rings = forward_after.unwrap_or(*limit).min(*limit);
                    earliest(earliest(Some(ringer.next()), delivery), Some(ringer.end_of(cadence, rings)))
                }
            },
            Phase::Training { until } => *until,
            Phase::Clearing { heard, .. } => Some(*heard),
        };
        earliest(phase, self.channels.poll_timeout())
    }

    /// Does everything that is due by `now`, in order of time; at one moment octets go before the end of the call.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(due) = self.poll_timeout().filter(|due| *due <= now) {
            self.move_octets(due);
            match &mut self.phase {
                Phase::Idle => {}
                Phase::Connected { disturbance, .. } => match disturbance.due(due) {
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

    /// Whether a call is connected on it.
    pub(super) fn is_connected(&self) -> bool {
        matches!(self.phase, Phase::Connected { .. })
    }

    /// Whether there is no call on it, whatever its modem's hook.
    pub(super) fn is_idle(&self) -> bool {
        matches!(self.phase, Phase::Idle)
    }

    /// Whether a second call may wait: a call is connected, and the subscriber has call waiting.
    pub(super) fn accepts_waiting_call(&self) -> bool {
        self.config.call_waiting && self.is_connected()
    }

    /// Whether the exchange is to call another line instead, now that this one has not been answered.
    pub(super) fn take_unanswered(&mut self) -> bool {
        std::mem::take(&mut self.unanswered)
    }

    /// From one ring to the next.
    pub(super) fn period(&self) -> Duration {
        self.config.cadence.period()
    }

    /// Tells the modem that a second call waits.
    pub(super) fn place_waiting_call(&mut self, setup: &CallSetup) {
        self.tell_modem(LineEvent::CallWaiting(CallerId::of(self.config.caller_id, setup)));
    }

    /// Training is over.
    fn connect(&mut self, now: Instant) {
        let [caller, called] = self.abilities;
        let Some(carrier) = self.config.agreed(caller, called) else { return };
        // Without V.42 at both ends start and stop bits travel.
        let octet_bits =
            if self.config.error_control() && !carrier.error_control { 10 } else { self.config.octet_bits };
        let mut channel = |rate| {
            let impairments = Impairments::new(&self.config.quality, self.random.next(), now);
            let rate = if self.config.paced { rate } else { super::channel::UNPACED };
            Channel::new(rate, octet_bits, self.config.delay).with_impairments(impairments, carrier.error_control)
        };
        self.channels = BothWays { to_server: channel(carrier.receive), to_caller: channel(carrier.transmit) };
        let disturbance = Disturbance::new(&self.config.quality, self.random.next(), now);
        self.phase = Phase::Connected { carrier: carrier.clone(), disturbance };
        self.trace(EventKind::Connected { rate: carrier.rate() });
        self.tell_modem(LineEvent::Connected(carrier.clone()));
        self.tell_caller(CallerEvent::Connected(carrier.other_end()));
        for deafness in self.config.quality.deaf.clone() {
            self.deafen_now(now, deafness);
        }
    }

    /// Moves bursts along both channels.
    fn move_octets(&mut self, now: Instant) {
        self.channels.handle_timeout(now);
        while let Some(burst) = self.channels.to_server.poll_impaired() {
            self.trace(carrier_fault::impairments(burst, End::Server));
        }
        while let Some(burst) = self.channels.to_caller.poll_impaired() {
            self.trace(carrier_fault::impairments(burst, End::Caller));
        }
        while let Some(octets) = self.channels.to_server.arrived(now) {
            self.tell_modem(LineEvent::Octets(octets));
        }
        while let Some(octets) = self.channels.to_caller.arrived(now) {
            self.tell_caller(CallerEvent::Octets(octets));
        }
        for loss in self.channels.take_lost_in_gaps() {
            self.output.push_back(LineOutput::Lost(loss));
        }
    }

    /// `by` clears an answered call: what it has sent and what has left arrives, and then the other end hears of it.
    fn cleared(&mut self, now: Instant, by: End, release: Release) {
        let abrupt = release.is_abrupt();
        let lost = self.channels.sent_by_mut(by).cut(now);
        self.lose(lost, by, if abrupt { LossCause::NoCarrier } else { LossCause::SenderHungUp });
        self.trace(EventKind::Cleared { by, abrupt });
        // What was sent before arrives before, also where noise has made it late.
        let last = self.channels.sent_by(by).last_arrival();
        let heard = last.map_or(now, |last| last.max(now)).max(now + self.config.delay);
        self.phase = Phase::Clearing { by, abrupt, heard };
    }

    fn lose(&mut self, octets: u64, from: End, cause: LossCause) {
        if octets > 0 {
            self.output.push_back(LineOutput::Lost(Loss { octets, from, cause }));
        }
    }

    fn trace(&mut self, what: EventKind) {
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
