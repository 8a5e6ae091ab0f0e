//! Ringing: V.250 §6.3.8, Hayes S1, V.253 `+VDR`, and what makers print in place of `RING`.
//!
//! In: ring bursts, caller ID. Out: `RING`, the time each burst and silence took, caller ID, and when S0 says so, the answer.
//!
//! `RING` is given when the first burst of a ring ends: only then is it known to be a ring and not a tinkle, and the
//! silence that follows is where modems go off hook. A double ring gives one `RING`. With `+VDR=1,n` it is given when it
//! has been silent for n tenths of a second. Caller ID is shown when it has been received.

use std::time::Duration;

use super::caller_id::{Shown, ring_with_number, shown};
use super::parameter::AUTO_ANSWER;
use super::personality::{CallerIdForm, CallerIdStyle, DistinctiveRing};
use super::result_code::ResultCode;
use super::{Modem, State};
use crate::exchange::CallerId;
use crate::trace::EventKind;
use offhook_clock::Instant;

/// For so long after the last ring the count of rings is kept (Hayes S1).
const RING_MEMORY: Duration = Duration::from_secs(8);
/// A shorter burst is not taken for a ring.
const SHORTEST_BURST: Duration = Duration::from_millis(100);
/// How long the exchange's tone and message of a second caller mask the far modem's carrier (GR-30-CORE, GR-575-CORE).
const KNOCK: Duration = Duration::from_millis(1500);
/// The unit of `DRON=` and `DROF=`.
const TENTH: Duration = Duration::from_millis(100);

/// Rings of the call that is coming in.
#[derive(Clone, Debug, Default)]
pub(super) struct Rings {
    /// Rings so far: S1.
    count: u8,
    /// When the last one was counted.
    at: Instant,
    /// When a burst began, while it sounds, and whether it is the first of its ring.
    burst: Option<(Instant, bool)>,
    /// When the last burst ended.
    silent_since: Option<Instant>,
    /// Which pattern it is; 1 is the usual one.
    pattern: u8,
    /// When `RING` is due that waits for silence.
    due: Option<Instant>,
    /// Who calls, and when that was received.
    caller: Option<(Instant, CallerId)>,
}

impl Rings {
    /// S1 (Hayes): rings so far, forgotten 8 s after the last one.
    pub(super) fn count(&self, now: Instant) -> u8 {
        if now.since(self.at) < RING_MEMORY { self.count } else { 0 }
    }

    /// Starts again from 0.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// When `RING` is due by itself.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.due
    }

    fn one_more(&mut self, now: Instant) {
        (self.count, self.at) = (self.count(now).saturating_add(1), now);
    }

    /// Who calls, if that was told lately.
    fn caller(&self, now: Instant) -> Option<&CallerId> {
        let (at, id) = self.caller.as_ref()?;
        let latest = if self.count == 0 { *at } else { self.at.max(*at) };
        (now.since(latest) < RING_MEMORY).then_some(id)
    }
}

impl Modem {
    /// A ring burst begins; `ring` 0 is the pulse that announces caller ID.
    pub(super) fn burst_begins(&mut self, now: Instant, ring: u32, first: bool, pattern: u8) {
        self.circuits.ringer = true;
        self.update_circuits();
        if ring == 0 {
            return;
        }
        self.rings.burst = Some((now, first));
        self.rings.pattern = pattern;
        self.rings.due = None;
        if self.state == State::Command && self.tells_cadence() {
            let silence = self.rings.silent_since.map_or(Duration::ZERO, |since| now.since(since));
            let silence = if silence < RING_MEMORY { silence } else { Duration::ZERO };
            self.unsolicited_text(now, vec![format!("DROF={}", tenths(silence))]);
        }
    }

    /// A ring burst has ended.
    pub(super) fn burst_ends(&mut self, now: Instant) {
        self.circuits.ringer = false;
        self.update_circuits();
        let Some((began, first)) = self.rings.burst.take() else { return };
        self.rings.silent_since = Some(now);
        let tinkle = now.since(began) < SHORTEST_BURST;
        if self.state != State::Command {
            return;
        }
        if self.tells_cadence() {
            self.unsolicited_text(now, vec![format!("DRON={}", tenths(now.since(began)))]);
            let least = self.extended_value("+VDR", 1);
            self.rings.due = (!tinkle && least > 0).then(|| now + TENTH * least);
        } else if first && !tinkle {
            self.ring(now);
        }
    }

    /// It has been silent for as long as `+VDR` says.
    pub(super) fn ring_due(&mut self, now: Instant) {
        self.rings.due = None;
        if self.state == State::Command {
            self.ring(now);
        }
    }

    /// One ring more.
    fn ring(&mut self, now: Instant) {
        let word = self.ring_word(now);
        self.rings.one_more(now);
        self.unsolicited(now, ResultCode::Ring, word);
        let auto_answer = self.active.get(AUTO_ANSWER);
        // A DTE that is not there cannot want a call answered (§6.2.9).
        let wanted = self.dte_ready || self.active.circuit_108 == 0;
        if auto_answer > 0 && self.rings.count(now) >= auto_answer && wanted {
            self.auto_answer(now);
        }
    }

    /// What stands in place of `RING`, if anything.
    fn ring_word(&self, now: Instant) -> Option<String> {
        let with_number = self.caller_id_form().zip(self.rings.caller(now)).and_then(|(form, id)| {
            (self.caller_id_value(&form) == Some(form.formatted)).then(|| ring_with_number(form.style, id)).flatten()
        });
        let pattern = self.rings.pattern.clamp(1, 26);
        with_number.or(match self.config.personality.distinctive_ring {
            DistinctiveRing::Letter => Some(format!("RING {}", char::from(b'A' + pattern - 1))),
            DistinctiveRing::Number => Some(format!("RING {pattern}")),
            DistinctiveRing::None | DistinctiveRing::Cadence => None,
        })
    }

    fn tells_cadence(&self) -> bool {
        self.extended_value("+VDR", 0) == 1
    }

    /// Caller ID has been received.
    pub(super) fn received_caller_id(&mut self, now: Instant, id: CallerId) {
        if self.state == State::Command {
            self.show_caller_id(now, &id);
        }
        if id.intact {
            self.rings.caller = Some((now, id));
        }
    }

    /// A second call waits: the exchange speaks to this end, and the far modem's carrier is not heard meanwhile, which
    /// costs the call if S10 is shorter. A modem in online command state shows who it is, one in data state cannot.
    pub(super) fn call_waiting(&mut self, now: Instant, id: Option<&CallerId>) {
        self.trace(EventKind::Note { text: "a second call waits".to_owned() });
        if let (State::OnlineCommand { .. } | State::OffHook, Some(id)) = (&self.state, id) {
            self.show_caller_id(now, id);
        }
        self.carrier_masked(now, KNOCK);
    }

    fn show_caller_id(&mut self, now: Instant, id: &CallerId) {
        let Some(form) = self.caller_id_form() else { return };
        match shown(&form, self.caller_id_value(&form), id) {
            Some(Shown::Lines(lines)) => self.unsolicited_text(now, lines),
            Some(Shown::Octets(octets)) => self.unsolicited_octets(now, octets),
            None => {}
        }
    }

    /// In which words the modem gives caller ID; `None`: it cannot.
    fn caller_id_form(&self) -> Option<CallerIdForm> {
        let personality = &self.config.personality;
        let generic = || CallerIdForm {
            switch: "+VCID".to_owned(),
            formatted: 1,
            unformatted: Some(2),
            style: CallerIdStyle::Blanks,
            on: true,
        };
        personality.caller_id.clone().or_else(|| personality.name.is_empty().then(generic))
    }

    /// What its switch is set to.
    fn caller_id_value(&self, form: &CallerIdForm) -> Option<u32> {
        match form.switch.strip_prefix(['S', 's']) {
            _ if form.switch.is_empty() => Some(form.formatted),
            Some(number) => Some(u32::from(self.active.get(number.parse().ok()?))),
            None => Some(self.extended_value(&form.switch, 0)),
        }
    }
}

fn tenths(time: Duration) -> u128 {
    time.as_millis() / TENTH.as_millis()
}
