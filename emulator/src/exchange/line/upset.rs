//! What harms a call that is through: cuts, gaps of the carrier, retrains, another rate.

use std::time::Duration;

use super::super::events::{CallerEvent, LineEvent};
use super::super::wire::Mischief;
use super::{Line, Phase};
use crate::time::Instant;
use crate::trace::{End, What};

impl Line {
    /// The path of the call is cut somewhere in its middle: it is over for both ends, and neither was told before.
    pub fn cut(&mut self, now: Instant) {
        self.handle_timeout(now);
        let was_through = matches!(self.phase, Phase::Through { .. });
        if matches!(self.phase, Phase::Idle | Phase::Clearing { .. }) {
            return;
        }
        self.trace(What::Harm { text: "the line is cut".into() });
        self.stop_bell();
        self.phase = Phase::Idle;
        self.to_server.discard();
        self.to_caller.discard();
        if was_through {
            self.tell_modem(LineEvent::CarrierLost { abrupt: true });
        }
        self.tell_caller(CallerEvent::Cleared { by: End::Server, abrupt: true });
    }

    /// Carrier stops at both ends and comes back after so long. What would arrive meanwhile is lost, or waits under
    /// error control.
    pub fn flicker(&mut self, now: Instant, lasts: Duration) {
        self.handle_timeout(now);
        let error_control = match &self.phase {
            Phase::Through { carrier, .. } => carrier.error_control,
            _ => return,
        };
        let until = self.interrupt(now, lasts, "no carrier");
        for wire in [&mut self.to_server, &mut self.to_caller] {
            if error_control { wire.rest(now, until) } else { wire.lose(now, until) }
        }
        self.tell_modem(LineEvent::CarrierLost { abrupt: true });
        self.tell_caller(CallerEvent::CarrierLost);
        self.handle_timeout(now);
    }

    /// The modems train anew for so long: octets wait.
    pub fn retrain(&mut self, now: Instant, lasts: Duration) {
        self.handle_timeout(now);
        self.retrain_now(now, lasts);
        self.handle_timeout(now);
    }

    /// The same, for as long as it took them at first: one of them wants it.
    pub fn train_anew(&mut self, now: Instant) {
        self.retrain(now, self.config.training);
    }

    pub(super) fn retrain_now(&mut self, now: Instant, lasts: Duration) {
        if !matches!(self.phase, Phase::Through { .. }) {
            return;
        }
        let until = self.interrupt(now, lasts, "retrain");
        self.to_server.rest(now, until);
        self.to_caller.rest(now, until);
        self.tell_modem(LineEvent::Retrain);
        self.tell_caller(CallerEvent::Retrain);
    }

    /// The modems go on at another rate, bit/s, both ways; both are told.
    pub fn renegotiate(&mut self, now: Instant, rate: u32) {
        self.handle_timeout(now);
        let Phase::Through { carrier, .. } = &mut self.phase else { return };
        (carrier.transmit, carrier.receive) = (rate.max(1), rate.max(1));
        let carrier = carrier.clone();
        self.to_server.set_rate(now, rate);
        self.to_caller.set_rate(now, rate);
        self.trace(What::Harm { text: format!("the modems go on at {rate} bit/s") });
        self.tell_caller(CallerEvent::Renegotiated(carrier.other_end()));
        self.tell_modem(LineEvent::Renegotiated(carrier));
        self.handle_timeout(now);
    }

    /// Notes that the call, which is through, is interrupted. Returns until when.
    fn interrupt(&mut self, now: Instant, lasts: Duration, what: &str) -> Instant {
        self.trace(What::Harm { text: format!("{what} for {} ms", lasts.as_millis()) });
        match &mut self.phase {
            Phase::Through { disturbance, .. } => disturbance.interrupt(now, lasts),
            _ => now,
        }
    }
}

/// A burst's harm in words; `to` is the end it travels to.
pub(super) fn harm(mischief: Mischief, to: End) -> What {
    let Mischief { octets, toll, again } = mischief;
    let to = to.name();
    let text = if again {
        format!("{octets} octets to the {to} sent again: {} of their bits wrong, {} of them lost", toll.bits, toll.lost)
    } else {
        format!("of {octets} octets to the {to} {} bits wrong, {} octets lost", toll.bits, toll.lost)
    };
    What::Harm { text }
}
