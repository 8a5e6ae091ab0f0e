//! Faults of a connected call: cuts, dropouts, retrains, another rate, a direction that is dead.

use std::time::Duration;

use super::super::channel::ImpairedBurst;
use super::super::events::{CallerEvent, LineEvent};
use super::super::quality::Deafness;
use super::{Line, Phase};
use crate::loss::LossCause;
use crate::trace::{End, EventKind};
use offhook_clock::Instant;

impl Line {
    /// The path of the call is cut somewhere in its middle: it is over for both ends, and neither was told before.
    pub fn cut(&mut self, now: Instant) {
        self.handle_timeout(now);
        let was_connected = matches!(self.phase, Phase::Connected { .. });
        if matches!(self.phase, Phase::Idle | Phase::Clearing { .. }) {
            return;
        }
        self.trace(EventKind::Impairment { text: "the line is cut".into() });
        self.stop_ringer();
        self.phase = Phase::Idle;
        for (from, lost) in self.channels.discard() {
            self.lose(lost, from, LossCause::NoCarrier);
        }
        if was_connected {
            self.tell_modem(LineEvent::CarrierLost { abrupt: true });
        }
        self.tell_caller(CallerEvent::Cleared { by: End::Server, abrupt: true });
    }

    /// Carrier stops at both ends and comes back after so long. What would arrive meanwhile is lost, or waits under
    /// error control.
    pub fn dropout(&mut self, now: Instant, lasts: Duration) {
        self.handle_timeout(now);
        let error_control = match &self.phase {
            Phase::Connected { carrier, .. } => carrier.error_control,
            _ => return,
        };
        let until = self.interrupt(now, lasts, "no carrier");
        for channel in self.channels.each() {
            if error_control { channel.rest(now, until) } else { channel.lose(now, until) }
        }
        self.tell_modem(LineEvent::CarrierLost { abrupt: true });
        self.tell_caller(CallerEvent::CarrierLost);
        self.handle_timeout(now);
    }

    /// The modems retrain for so long: octets wait.
    pub fn retrain(&mut self, now: Instant, lasts: Duration) {
        self.handle_timeout(now);
        self.retrain_now(now, lasts);
        self.handle_timeout(now);
    }

    /// The same, for as long as it took them at first: one of them wants it.
    pub fn retrain_as_at_first(&mut self, now: Instant) {
        self.retrain(now, self.config.training);
    }

    pub(super) fn retrain_now(&mut self, now: Instant, lasts: Duration) {
        if !matches!(self.phase, Phase::Connected { .. }) {
            return;
        }
        let until = self.interrupt(now, lasts, "retrain");
        self.channels.each().into_iter().for_each(|channel| channel.rest(now, until));
        self.tell_modem(LineEvent::Retrain);
        self.tell_caller(CallerEvent::Retrain);
    }

    /// The modems go on at another rate, bit/s, both ways; both are told.
    pub fn renegotiate(&mut self, now: Instant, rate: u32) {
        self.handle_timeout(now);
        let Phase::Connected { carrier, .. } = &mut self.phase else { return };
        (carrier.transmit, carrier.receive) = (rate.max(1), rate.max(1));
        let carrier = carrier.clone();
        self.channels.each().into_iter().for_each(|channel| channel.set_rate(now, rate));
        self.trace(EventKind::Impairment { text: format!("the modems go on at {rate} bit/s") });
        self.tell_caller(CallerEvent::Renegotiated(carrier.other_end()));
        self.tell_modem(LineEvent::Renegotiated(carrier));
        self.handle_timeout(now);
    }

    /// Octets no longer reach one end. Carrier stays, and what is lost is lost under error control as well: as if the wire
    /// between that end's modem and its DTE were broken.
    pub fn deafen(&mut self, now: Instant, deafness: Deafness) {
        self.handle_timeout(now);
        self.deafen_now(now, deafness);
    }

    pub(super) fn deafen_now(&mut self, now: Instant, deafness: Deafness) {
        if matches!(self.phase, Phase::Connected { .. }) {
            self.channels.deafen(now, deafness);
            self.trace(EventKind::Impairment { text: deafness.text() });
        }
    }

    /// Notes that the call, which is connected, is interrupted. Returns until when.
    fn interrupt(&mut self, now: Instant, lasts: Duration, what: &str) -> Instant {
        self.trace(EventKind::Impairment { text: format!("{what} for {} ms", lasts.as_millis()) });
        match &mut self.phase {
            Phase::Connected { disturbance, .. } => disturbance.interrupt(now, lasts),
            _ => now,
        }
    }
}

/// A burst's impairment in words; `to` is the end it travels to.
pub(super) fn impairments(burst: ImpairedBurst, to: End) -> EventKind {
    let ImpairedBurst { octets, toll, again } = burst;
    let to = to.name();
    let text = if again {
        format!("{octets} octets to the {to} sent again: {} of their bits wrong, {} of them lost", toll.bits, toll.lost)
    } else {
        format!("of {octets} octets to the {to} {} bits wrong, {} octets lost", toll.bits, toll.lost)
    };
    EventKind::Impairment { text }
}
