//! What can come at a stage of a call, and after its end.

use super::{End, Progress, Stage, contradiction, order};
use crate::fault;
use offhook_base::Span;
use offhook_scenario::{Host, Phase, Since, Verb};
use offhook_schema::Problem;
use offhook_schema::listed;

/// Whether a verb needs no call: it looks at the server, at its network, or at what has come already.
const fn needs_no_call(verb: &Verb) -> bool {
    matches!(
        verb,
        Verb::ExpectLog { .. }
            | Verb::ExpectNoLog { .. }
            | Verb::ExpectArp { .. }
            | Verb::ExpectNoText { .. }
            | Verb::Ping { from: Host::Lan, .. }
            | Verb::Change(_)
            | Verb::ModemSays { .. }
            | Verb::ModemDies
            | Verb::ModemOff
            | Verb::ModemOn
            | Verb::HoldOff { .. }
            | Verb::ExpectModem { .. }
            | Verb::ExpectCircuit { .. }
            | Verb::Wait { .. }
    )
}

/// Whether a verb can be said of one call as often as wanted.
const fn repeats(verb: &Verb) -> bool {
    needs_no_call(verb)
        || matches!(
            verb,
            Verb::Ping { .. }
                | Verb::ExpectUp
                | Verb::ExpectCompression { .. }
                | Verb::ExpectRing { .. }
                | Verb::Flicker { .. }
                | Verb::Retrain { .. }
                | Verb::Deafen { .. }
                | Verb::Renegotiate { .. }
                | Verb::Login { .. }
                | Verb::ExpectLogin { .. }
                | Verb::Type { .. }
                | Verb::ExpectText { .. }
                | Verb::Send { .. }
                | Verb::Packets(_)
                | Verb::Resolve { .. }
                | Verb::Transfer(_)
        )
}

/// Whether a verb needs IP between the caller and the server.
pub(super) const fn needs_network(verb: &Verb) -> bool {
    matches!(
        verb,
        Verb::ExpectUp
            | Verb::ExpectAddress { .. }
            | Verb::ExpectDns { .. }
            | Verb::ExpectWins { .. }
            | Verb::ExpectCompression { .. }
            | Verb::Ping { from: Host::Caller, .. }
            | Verb::Resolve { .. }
            | Verb::Transfer(_)
    )
}

impl Progress<'_> {
    pub(super) fn after_the_end(&self, verb: &Verb, span: Span) -> Option<Problem> {
        let (end, at, by) = self.end?;
        let word = verb.word();
        // Text that came before the end may be looked at after it.
        let text = matches!(verb, Verb::ExpectText { .. } | Verb::ExpectLogin { .. });
        let possible = match verb {
            Verb::ExpectHangup { .. } => matches!(end, End::Caller | End::Waited),
            _ if text => !matches!(end, End::NoAnswer | End::Busy),
            _ => needs_no_call(verb),
        };
        if possible {
            return None;
        }
        let over = match end {
            End::NoAnswer => "the caller has given up",
            End::Busy => "the line is busy",
            End::Caller | End::Expected => "the call is over",
            End::Waited => "`wait` without a time lasts until the call is cleared",
        };
        let mut possible = vec!["`wait`", "`change`", "`ping from=\"lan\"`", "what checks logs, ARP or text"];
        if matches!(end, End::Caller | End::Waited) {
            possible.insert(0, "`expect-hangup`");
        }
        let problem = order(format!("`{word}` cannot come after `{by}`"), span, "too late");
        Some(problem.also(at, over).help(format!("allowed after it are {}", listed(&possible, "and"))))
    }

    pub(super) fn repeated(&self, verb: &Verb, span: Span) -> Option<Problem> {
        let word = verb.word();
        if repeats(verb) {
            return None;
        }
        let (_, first) = self.said.iter().find(|(said, _)| *said == word)?;
        let message = format!("`{word}` may appear only once in a call");
        Some(Problem::new(fault::REPEATED_WORD, message, span, "appears again").also(*first, "first here"))
    }

    pub(super) fn too_late(&self, verb: &Verb, span: Span) -> Option<Problem> {
        let word = verb.word();
        let (last, why) = match verb {
            Verb::Ring { .. } | Verb::ExpectRing { .. } => (Stage::Ringing, "ringing is over"),
            Verb::ExpectAnswer { .. } | Verb::ExpectNoAnswer | Verb::ExpectBusy => {
                (Stage::Ringing, "the call has been answered")
            }
            Verb::ExpectConnect { .. } => (Stage::Answered, "there is carrier already"),
            _ => return None,
        };
        let (at, by) = self.stage_by.filter(|_| self.stage > last)?;
        if *verb == Verb::ExpectNoAnswer {
            let problem = contradiction("the server cannot both answer and not answer", span, "not answered");
            return Some(problem.also(at, "answered"));
        }
        let problem = order(format!("`{word}` cannot come after `{by}`"), span, "too late");
        Some(problem.also(at, why).help(format!("put `{word}` before `{by}`")))
    }

    pub(super) fn too_early(&self, verb: &Verb, span: Span) -> Option<Problem> {
        let word = verb.word();
        let need = match verb {
            // A program brings PPP up by itself, and to wait for that is to wait for the answer, too.
            Verb::ExpectAuth { .. } if self.program.is_some() => Stage::Ringing,
            _ if self.program.is_some() && needs_network(verb) => Stage::Ringing,
            Verb::ExpectAuth { .. } => Stage::Ppp,
            _ if needs_network(verb) => Stage::Ppp,
            Verb::ExpectHangup { of: Since::Up | Since::LastData, .. } => Stage::Ppp,
            Verb::ExpectHangup { of: Since::Connect, .. } => Stage::Connected,
            Verb::ExpectHangup { .. } | Verb::DropCarrier => Stage::Answered,
            Verb::Flicker { .. } | Verb::Retrain { .. } | Verb::Renegotiate { .. } | Verb::Deafen { .. } => {
                Stage::Connected
            }
            _ => Stage::Ringing,
        };
        // A caller who hangs up while it rings clears the call, too.
        let cleared =
            matches!(verb, Verb::ExpectHangup { of: Since::LastStep | Since::Answer, .. }) && self.end.is_some();
        if need > self.stage && !cleared {
            let (lacks, before) = match need {
                Stage::Ppp => ("the caller has not begun PPP", "`ppp`"),
                Stage::Connected => ("no carrier yet", "`expect-connect`, `ppp` or `login`"),
                _ => ("the server has not answered", "`expect-answer`, `expect-connect` or `ppp`"),
            };
            let problem = order(format!("`{word}` is too early: {lacks}"), span, "too early");
            return Some(match verb {
                Verb::DropCarrier => problem.help("before the answer, use `hang-up`"),
                _ => problem.help(format!("put {before} before it")),
            });
        }
        let (client, at) = self.client?;
        let until = client.until?;
        let missed = match verb {
            Verb::ExpectAuth { .. } => until < Phase::Network,
            Verb::ExpectHangup { of: Since::Up | Since::LastData, .. } => true,
            _ => needs_network(verb),
        };
        if !missed {
            return None;
        }
        let problem = order(format!("`{word}` is too early: `ppp` goes on before PPP is up"), span, "too early");
        Some(problem.also(at, "goes on early").help("remove until=: `ppp` then waits for the network"))
    }
}
