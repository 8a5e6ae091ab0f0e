//! A call in a few values: what came of it, whatever was expected.

use offhook_telephony::trace::End;

use super::{Facts, protocol_of, shown};
use crate::{AuthSummary, CallSummary, Moments};

impl Facts {
    /// What came of call number `call`, so far.
    pub fn summary(&self, call: usize) -> CallSummary {
        if self.placed.is_none() {
            return CallSummary { call, state: "not placed".to_owned(), ..CallSummary::default() };
        }
        let auth = self.auth.as_ref().map(|auth| AuthSummary {
            result: auth.what.result,
            protocol: auth.what.protocol,
            message: auth.what.message.clone(),
        });
        let up = self.up.as_ref().map(|up| &up.what);
        let mut dns = up.map(|up| up.dns.clone()).unwrap_or_default();
        let ended = self.hang_up().filter(|_| self.answered.is_some());
        // pppd gives its only server twice.
        dns.dedup();
        CallSummary {
            call,
            placed: true,
            busy: self.busy,
            rings: self.rings,
            answered: self.answered.is_some(),
            rate: self.connected.as_ref().map(|connected| connected.what),
            lcp: self.lcp_opened.is_some(),
            asked: self.asked.and_then(protocol_of),
            auth,
            local: up.map(|up| up.local),
            peer: up.and_then(|up| up.peer),
            interface: self.interfaces.last().map(|seen| (seen.what.1, seen.what.2)),
            dns,
            login: self.login.as_ref().map(|login| login.what.accepted),
            text: shown(&self.heard),
            state: self.state(),
            last_words: self.last_words(),
            terminated: self.terminated.as_ref().map(|terminated| terminated.what.clone()),
            ended: ended.filter(|(by, ..)| *by == End::Server).map(|(.., why)| why),
            moments: Moments {
                placed: self.placed,
                answered: self.answered,
                up: self.network_up(),
                ended: ended.map(|(_, at, _)| at),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use offhook_clock::Instant;
    use offhook_telephony::trace::End;

    use super::super::{Clearing, Timestamped};
    use super::*;

    #[test]
    fn a_call_that_was_never_placed_says_so() {
        let summary = Facts::default().summary(3);
        assert_eq!((summary.call, summary.placed, summary.state.as_str()), (3, false, "not placed"));
    }

    #[test]
    fn text_is_told_with_its_control_characters_written_out() {
        let facts = Facts { placed: Some(Instant::ZERO), heard: "\r\nlogin: \u{7}".to_owned(), ..Facts::default() };
        assert_eq!(facts.summary(0).text, "\\r\\nlogin: \\x07");
    }

    #[test]
    fn a_busy_line_is_the_fact_of_the_call_that_found_it_so() {
        let clearing = Clearing { by: End::Caller, abrupt: false };
        let cleared = Some(Timestamped { at: Instant::ZERO, what: clearing });
        let facts = Facts { placed: Some(Instant::ZERO), busy: true, cleared, ..Facts::default() };
        let summary = facts.summary(1);
        assert!(summary.placed && summary.busy && !summary.answered);
        assert_eq!(summary.state, "the called line was busy");
    }
}
