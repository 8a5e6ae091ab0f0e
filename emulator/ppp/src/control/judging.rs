//! What is said to the options of a Configure-Request (RFC 1661 §5.2 to §5.4, §6): options in, the answer out; and whether an
//! answer fits the request that it answers.

use super::{Control, Protocol, Verdict};
use crate::automaton::Event;
use crate::options::{OptionError, Options, RawOption, push};
use crate::packet::Code;

impl<P: Protocol> Control<P> {
    /// The answer to a list of options, or `None` if the packet is to be discarded without any effect.
    pub(super) fn judge(&mut self, octets: &[u8]) -> Option<(Event, Code, Vec<u8>)> {
        let (mut options, mut naks) = (Vec::new(), Vec::new());
        for option in Options::new(octets) {
            match option {
                Ok(option) => options.push(option),
                // "A Configure-Nak SHOULD be transmitted which includes the desired Configuration Option with
                // an appropriate Length and Data" (§6); what follows such an option cannot be told apart.
                Err(OptionError::TooShort { kind, .. }) => push(&mut naks, kind, &self.protocol.desired(kind)?),
                // "The entire packet is silently discarded without affecting the automaton" (§6).
                Err(OptionError::Overrun { .. }) => return None,
            }
        }
        // The peer's request begins a negotiation, in Opened and in Stopped.
        if !self.state.is_negotiating() {
            self.begin_negotiation();
        }
        let impossible = std::mem::take(&mut naks);
        let (mut nakked, mut rejects) = (Vec::new(), Vec::new());
        self.protocol.begin_judging();
        for (at, option) in options.iter().enumerate() {
            match self.verdict(*option, &options[..at]) {
                Verdict::Ack => {}
                Verdict::Nak(data) => {
                    push(&mut naks, option.kind, &data);
                    option.emit(&mut nakked);
                }
                Verdict::Reject => option.emit(&mut rejects),
            }
        }
        naks.extend(impossible);
        if rejects.is_empty() {
            for (kind, data) in self.protocol.missing() {
                push(&mut naks, kind, &data);
            }
        }
        Some(if !rejects.is_empty() {
            (Event::RequestBad, Code::ConfigureReject, rejects)
        } else if naks.is_empty() {
            self.protocol.agree();
            (Event::RequestGood, Code::ConfigureAck, octets.to_vec())
        } else if nakked.is_empty() || self.timer.may_nak() {
            (Event::RequestBad, Code::ConfigureNak, naks)
        } else {
            // Max-Failure: "any further Configure-Nak packets ... are converted to Configure-Reject packets" (§4.6).
            (Event::RequestBad, Code::ConfigureReject, nakked)
        })
    }

    /// No option of the RFCs that are spoken here "can be listed more than once" (§6): the second goes back.
    fn verdict(&mut self, option: RawOption<'_>, before: &[RawOption<'_>]) -> Verdict {
        let is_first = before.iter().all(|other| other.kind != option.kind);
        if is_first { self.protocol.judge(option) } else { Verdict::Reject }
    }
}

/// Whether `answer` is a proper answer of this kind to a request with these options.
pub(super) fn is_answer(code: Code, answer: &[u8], request: &[u8]) -> bool {
    if code == Code::ConfigureAck {
        return answer == request;
    }
    if answer.is_empty() || Options::new(answer).any(|option| option.is_err()) {
        return false;
    }
    // A Reject returns options unchanged and in order; a Nak changes them and may add some.
    let mut asked = Options::new(request);
    code == Code::ConfigureNak || Options::new(answer).all(|option| asked.any(|ours| ours == option))
}
