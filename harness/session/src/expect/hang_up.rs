//! The end of a call: who hung up, when, why.

use std::time::Duration;

use offhook_clock::Instant;
use offhook_telephony::trace::End;

use super::{HANG_UP_LIMIT, Progress, Step, spelled};
use offhook_scenario::{Reason, Since};

/// How long the line may take to clear after a Terminate-Request.
pub(super) const CLEAR_LIMIT: Duration = Duration::from_secs(60);

/// How much earlier than idle time says a server may end a call: the kernel counts from tick to tick (HZ is 100 in a guest), and
/// pppd asks it for whole seconds of them (ppp_generic.c, PPPIOCGIDLE).
const TICK: Duration = Duration::from_millis(10);

impl Step<'_> {
    pub(super) fn wait_for_clearing(&self) -> Progress {
        self.clearing(HANG_UP_LIMIT, "the call to be cleared")
    }

    pub(super) fn clearing(&self, limit: Duration, expected: &str) -> Progress {
        if self.facts.cleared.is_some() { self.passed("") } else { self.wait(limit, expected) }
    }

    pub(super) fn hang_up(
        &self,
        after: Option<Duration>,
        of: Since,
        within: Duration,
        by: Option<End>,
        reason: Option<Reason>,
    ) -> Progress {
        let Base { moment, name: base_name, never } = self.base(of);
        let base = moment.unwrap_or(self.begun);
        let expected = self.expected_hang_up(after, base_name, by, reason);
        let Some((end, at, why)) = self.facts.hang_up() else {
            let deadline = match (after, &self.facts.terminated) {
                // Twice the time, so that a late hang-up is reported with its time rather than as none.
                (Some(after), None) => base + after * 2 + Duration::from_secs(300),
                (None, None) => self.begun + HANG_UP_LIMIT,
                (_, Some(terminated)) => terminated.at + CLEAR_LIMIT,
            };
            if self.now < deadline {
                return Progress::Wait(deadline);
            }
            let actual = match &self.facts.terminated {
                Some(terminated) => format!("Terminate-Request \"{}\", but the line was not cleared", terminated.what),
                None => format!("no hang-up in {}: {}", spelled(self.now - base), self.facts.account()),
            };
            return self.failed(expected, actual);
        };
        let mut actual = format!("hang-up by the {}, {}", end.name(), reason_name(why));
        if let (Some(after), None) = (after, moment) {
            // There is nothing from which the time could count.
            let actual = format!("{actual}, and {never} ({} from then was expected)", spelled(after));
            return self.when_over(|step| step.failed(expected, self.facts.with_last_words(actual)));
        }
        let took = at - base;
        if after.is_some() {
            actual = format!("{actual}, {} after {base_name}", spelled(took));
        }
        // The tolerance is open at its end: a second late is a second too many where one second is granted.
        let early = if why == Reason::Idle { TICK } else { Duration::ZERO };
        let right_time =
            after.is_none_or(|after| at >= base && (took == after || (took + early >= after && took < after + within)));
        let right_end = by.is_none_or(|by| by == end);
        let right_reason = reason.is_none_or(|reason| reason == why);
        if right_time && right_end && right_reason {
            self.passed(actual)
        } else {
            self.when_over(|step| step.failed(expected, self.facts.with_last_words(actual)))
        }
    }

    fn expected_hang_up(&self, after: Option<Duration>, base: &str, by: Option<End>, why: Option<Reason>) -> String {
        let mut text = match by {
            Some(End::Caller) => "hang-up by the caller".to_owned(),
            Some(End::Server) => "hang-up by the server".to_owned(),
            None => "hang-up".to_owned(),
        };
        if let Some(why) = why {
            text = format!("{text}, {}", reason_name(why));
        }
        match after {
            Some(after) => format!("{text}, {} after {base}", spelled(after)),
            None => text,
        }
    }

    fn base(&self, of: Since) -> Base {
        let facts = self.facts;
        let up = facts.network_up();
        let (moment, name, never) = match of {
            Since::LastData => (facts.last_data.max(up), "the last data", "the network never came up"),
            Since::Up => (up, "the network came up", "the network never came up"),
            Since::Connect => {
                (facts.connected.as_ref().map(|connected| connected.at), "CONNECT", "there never was a CONNECT")
            }
            Since::Answer => (facts.answered, "the answer", "the call was never answered"),
            Since::LastStep => (Some(self.begun), "the step before", ""),
        };
        Base { moment, name, never }
    }
}

/// From when a hang-up's time counts.
struct Base {
    /// If there was such a moment.
    moment: Option<Instant>,
    /// What happened then.
    name: &'static str,
    /// The sentence that says that it did not.
    never: &'static str,
}

const fn reason_name(reason: Reason) -> &'static str {
    match reason {
        Reason::Idle => "idle",
        Reason::Authentication => "authentication failed",
        Reason::ConnectTime => "connect time expired",
        Reason::NoEcho => "no answer to echo requests",
        Reason::Quality => "poor quality of the line",
        Reason::Other => "no particular reason",
        Reason::Carrier => "carrier lost",
    }
}
