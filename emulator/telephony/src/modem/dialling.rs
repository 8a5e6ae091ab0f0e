//! V.250 §6.3.1: a modem that dials, from off hook to carrier, to command state (`;`), or to the result code of failure.
//!
//! In: a [`Plan`], the tones the exchange gives, time. Out: off hook, digits when the last of them is dialled, `CONNECT`, or `NO DIALTONE`, `BUSY`, `NO ANSWER`, `NO CARRIER` as far as X lets the modem hear tones (§6.2.7):
//! X0, X1 and X3 dial blindly after S6, X2 and X4 wait for the dial tone; X3 and X4 hear the busy tone. A modem that does
//! not hear a tone waits for carrier until S7 passes. A wireless one has no line to listen to: it dials at once.

use std::time::Duration;

use super::dial::{Dials, Plan, Recall, Step, Timing, plan};
use super::execute::Done;
use super::last_call::CallEnd;
use super::parameter::CARRIER_WAIT;
use super::result_code::ResultCode;
use super::{Modem, ModemOutput, State};
use crate::exchange::Tone;
use crate::trace::EventKind;
use offhook_clock::{Instant, earliest};

/// Seconds before blind dialling.
const BLIND_WAIT: u8 = 6;
/// Seconds of a comma.
const COMMA: u8 = 8;
/// Milliseconds of a tone.
const TONE: u8 = 11;
/// So long a dial tone must be heard to be taken for one.
const DIAL_TONE: Duration = Duration::from_secs(1);
/// Two cycles of the busy tone, of half a second on and half a second off.
const BUSY_TONE: Duration = Duration::from_secs(2);
/// The silence that `@` waits for.
const QUIET: Duration = Duration::from_secs(5);
/// How long `!` presses the hook.
const FLASH: Duration = Duration::from_millis(500);

/// A modem that dials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dialling {
    /// Since when, for octets that abort it.
    pub(super) since: Instant,
    plan: Plan,
    phase: Phase,
    /// Since when it hears a busy tone or congestion, if X lets it.
    busy: Option<Instant>,
    /// It has heard the far modem's answer tone.
    pub(super) answered: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    /// Waits for a dial tone; it is there since `heard`.
    DialTone { until: Instant, heard: Option<Instant> },
    /// Dials, and this is said to the exchange at the end of it; or waits, and there is nothing.
    Busy { until: Instant, says: Option<ModemOutput> },
    /// Waits for five seconds of silence.
    Quiet { until: Instant, silence: Option<Instant> },
    /// Waits for carrier.
    Carrier { until: Instant },
}

impl Dialling {
    /// When something happens by itself.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let busy = self.busy.filter(|_| self.listens()).map(|since| since + BUSY_TONE);
        let phase = match &self.phase {
            Phase::DialTone { until, heard } => heard.map_or(*until, |heard| heard + DIAL_TONE),
            Phase::Quiet { until, silence } => silence.map_or(*until, |silence| (silence + QUIET).min(*until)),
            Phase::Busy { until, .. } | Phase::Carrier { until } => *until,
        };
        earliest(busy, Some(phase))
    }

    /// Not while it makes tones or waits without listening.
    fn listens(&self) -> bool {
        !matches!(self.phase, Phase::Busy { .. })
    }

    fn hears(&mut self, now: Instant, tone: Tone, busy_heard: bool) {
        match &mut self.phase {
            Phase::DialTone { heard, .. } => *heard = (tone == Tone::Dial).then_some(now),
            Phase::Quiet { silence, .. } => *silence = (tone == Tone::Silence).then_some(now),
            Phase::Busy { .. } | Phase::Carrier { .. } => {}
        }
        self.busy = (busy_heard && matches!(tone, Tone::Busy | Tone::Congestion)).then_some(now);
        self.answered |= tone == Tone::Answer;
    }
}

impl Modem {
    /// `D` (§6.3.1).
    pub(super) fn dial_command(&mut self, now: Instant, text: &str) -> Done {
        if !matches!(self.state, State::Command | State::OffHook) {
            return Done::Final(ResultCode::Error);
        }
        let seconds = |modem: &Self, number| Duration::from_secs(modem.active.get(number).into());
        let timing = Timing {
            comma: seconds(self, COMMA),
            tone: Duration::from_millis(self.active.get(TONE).into()),
            pulse: self.dials_by_pulses(),
        };
        let dials = if self.config.dials_addresses { Dials::Addresses } else { Dials::Numbers };
        let Some(mut plan) = plan(text, timing, dials, |recall| self.recall(&recall)) else {
            return Done::Final(ResultCode::Error);
        };
        let wireless = self.config.personality.wireless;
        if wireless {
            plan.without_line();
        }
        if plan.is_call() {
            self.last_dialled = Some(plan.written.clone());
        }
        // Into a call that is already there, and to a far end that is already there, nothing has to be waited for.
        let fresh = !self.dialled && plan.is_call() && !wireless;
        self.go_off_hook();
        let (by_tone, _) = self.tones_heard();
        let phase = if fresh && (by_tone || plan.steps.front() == Some(&Step::DialTone)) {
            if plan.steps.front() == Some(&Step::DialTone) {
                plan.steps.pop_front();
            }
            self.dial_tone_phase(now)
        } else {
            let wait = if fresh { seconds(self, BLIND_WAIT) } else { Duration::ZERO };
            Phase::Busy { until: now + wait, says: None }
        };
        self.state = State::Dialling(Dialling { since: now, plan, phase, busy: None, answered: false });
        Done::Later
    }

    /// The number of `DL` or `DS=n`.
    fn recall(&self, recall: &Recall) -> Option<String> {
        match recall {
            Recall::Last => self.last_dialled.clone(),
            Recall::Stored(place) => self.stored_number(*place),
        }
    }

    /// Whether X lets the modem hear the dial tone, and the busy tone.
    fn tones_heard(&self) -> (bool, bool) {
        (matches!(self.active.detail, 2 | 4), matches!(self.active.detail, 3 | 4))
    }

    fn dial_tone_phase(&self, now: Instant) -> Phase {
        let until = now + Duration::from_secs(self.active.get(CARRIER_WAIT).into());
        Phase::DialTone { until, heard: (self.tone == Tone::Dial).then_some(now) }
    }

    /// What is to be heard on the line.
    pub(super) fn heard_tone(&mut self, now: Instant, tone: Tone) {
        self.tone = tone;
        let (_, busy_heard) = self.tones_heard();
        if let State::Dialling(dialling) = &mut self.state {
            dialling.hears(now, tone, busy_heard);
            // Of a network it is told in words why nothing comes of a call.
            match tone {
                Tone::Busy if self.config.personality.wireless => self.give_up(ResultCode::Busy, CallEnd::NoCarrier),
                Tone::Congestion | Tone::Unobtainable if self.config.personality.wireless => {
                    self.give_up(ResultCode::NoCarrier, CallEnd::NoCarrier);
                }
                _ => {}
            }
        }
    }

    /// What was waited for has come, or has not.
    pub(super) fn dialling_due(&mut self, now: Instant) {
        let tones = self.tones_heard();
        let State::Dialling(dialling) = &mut self.state else { return };
        if dialling.busy.is_some_and(|since| dialling.listens() && since + BUSY_TONE <= now) {
            return self.give_up(ResultCode::Busy, CallEnd::NoCarrier);
        }
        let failed = match &mut dialling.phase {
            Phase::DialTone { heard: None, .. } if tones.0 => Some(ResultCode::NoDialtone),
            Phase::DialTone { heard: None, .. } | Phase::Carrier { .. } => Some(ResultCode::NoCarrier),
            Phase::Quiet { silence, .. } if silence.is_none_or(|since| since + QUIET > now) => {
                Some(ResultCode::NoAnswer)
            }
            Phase::Busy { says, .. } => {
                if let Some(says) = says.take() {
                    // The exchange takes the dial tone away with the first digit.
                    (self.tone, self.dialled) = (Tone::Silence, true);
                    self.output.push_back(says);
                }
                None
            }
            Phase::DialTone { .. } | Phase::Quiet { .. } => None,
        };
        match failed {
            Some(code) => self.give_up(code, CallEnd::NoCarrier),
            None => self.next_step(now),
        }
    }

    fn next_step(&mut self, now: Instant) {
        let limit = now + Duration::from_secs(self.active.get(CARRIER_WAIT).into());
        let dial_tone = self.dial_tone_phase(now);
        let State::Dialling(dialling) = &mut self.state else { return };
        let mut flashed = false;
        dialling.phase = match dialling.plan.steps.pop_front() {
            Some(Step::Digits { digits, takes }) => {
                let says = (!digits.is_empty()).then_some(ModemOutput::Dial(digits));
                Phase::Busy { until: now + takes, says }
            }
            Some(Step::Address(address)) => Phase::Busy { until: now, says: Some(ModemOutput::DialAddress(address)) },
            Some(Step::DialTone) => dial_tone,
            Some(Step::Quiet) => Phase::Quiet { until: limit, silence: None },
            Some(Step::Flash) => {
                flashed = true;
                Phase::Busy { until: now + FLASH, says: None }
            }
            None => match dialling.plan.afterwards.take() {
                Some(rest) => {
                    self.state = State::OffHook;
                    return self.execute(now, &rest);
                }
                None => match self.offered.take() {
                    Some(carrier) => return self.online(now, carrier),
                    None => Phase::Carrier { until: limit },
                },
            },
        };
        if flashed {
            self.trace(EventKind::Note { text: "the hook is pressed for 500 ms".to_owned() });
        }
    }
}
