//! The third pass: can the verbs of a call follow one another, and can all they expect be true at once?
//!
//! A call goes through ringing, answered, connected (carrier), PPP, cleared (RFC 1661 section 3.2 calls the last
//! "dead"). Each verb needs a stage and may lead to another. A [`Call`] goes in, for each stack with the verbs that
//! hold there; [`Problem`]s come out.

use super::duration::format_duration;
use super::problem::{Fault, Problem};
use super::{AuthResult, Call, Phase, PppClient, Server, Since, Span, Verb};

/// How far a call has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Ringing,
    Answered,
    Connected,
    Ppp,
}

/// What ended a call, as far as the text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    NoAnswer,
    Caller,
    Waited,
    Expected,
}

/// Rings after which a caller gives up who does not say otherwise.
const PATIENCE: u32 = 12;

/// What is known of a call at some verb.
struct Progress<'a> {
    server: &'a Server,
    call: &'a Call,
    stage: Stage,
    /// The verb that led to the stage.
    stage_by: Option<(Span, &'static str)>,
    end: Option<(End, Span, &'static str)>,
    rings: Option<(u32, Span)>,
    client: Option<(&'a PppClient, Span)>,
    refused: Option<Span>,
    /// Verbs that can only be said once, with their places.
    said: Vec<(&'static str, Span)>,
}

/// Checks the order of a call's verbs on every stack; what is wrong on several stacks is said once.
pub(super) fn check(call: &Call, server: &Server, stacks: &[String], problems: &mut Vec<Problem>) {
    let mut found: Vec<Problem> = Vec::new();
    for stack in stacks {
        let mut progress = Progress {
            server,
            call,
            stage: Stage::Ringing,
            stage_by: None,
            end: None,
            rings: None,
            client: None,
            refused: None,
            said: Vec::new(),
        };
        for step in &call.steps {
            let verb = step.on(stack).0;
            match progress.fault(verb, step.span) {
                Some(problem) if found.contains(&problem) => {}
                Some(problem) => found.push(problem),
                None => {}
            }
            progress.advance(verb, step.span);
        }
    }
    problems.append(&mut found);
}

fn order(message: String, span: Span, label: &str) -> Problem {
    Problem::new(Fault::ImpossibleOrder, message, span, label)
}

fn contradiction(message: impl Into<String>, span: Span, label: &str) -> Problem {
    Problem::new(Fault::Contradiction, message, span, label)
}

impl<'a> Progress<'a> {
    /// Why `verb` cannot come here, if so.
    fn fault(&self, verb: &Verb, span: Span) -> Option<Problem> {
        self.after_the_end(verb, span)
            .or_else(|| self.repeated(verb, span))
            .or_else(|| self.direct(verb, span))
            .or_else(|| self.too_late(verb, span))
            .or_else(|| self.too_early(verb, span))
            .or_else(|| self.contradicted(verb, span))
    }

    /// Takes note of `verb`.
    fn advance(&mut self, verb: &'a Verb, span: Span) {
        let word = verb.word();
        self.said.push((word, span));
        match verb {
            Verb::Ring { count } => self.rings = Some((*count, span)),
            Verb::ExpectAnswer { .. } => self.reach(Stage::Answered, span, word),
            Verb::ExpectConnect { .. } => self.reach(Stage::Connected, span, word),
            Verb::Ppp(client) => {
                self.reach(Stage::Ppp, span, word);
                self.client = Some((client, span));
            }
            Verb::ExpectAuth { result: AuthResult::Refused, .. } => self.refused = Some(span),
            Verb::ExpectNoAnswer => self.finish(End::NoAnswer, span, word),
            Verb::HangUp | Verb::DropCarrier => self.finish(End::Caller, span, word),
            Verb::Wait { time: None } => self.finish(End::Waited, span, word),
            Verb::ExpectHangup { .. } => self.end = Some((End::Expected, span, word)),
            Verb::ExpectAuth { .. }
            | Verb::ExpectAddress { .. }
            | Verb::ExpectDns { .. }
            | Verb::Ping { .. }
            | Verb::Wait { time: Some(_) }
            | Verb::ExpectLog { .. } => {}
            _ => {}
        }
    }

    fn reach(&mut self, stage: Stage, span: Span, word: &'static str) {
        if stage > self.stage {
            (self.stage, self.stage_by) = (stage, Some((span, word)));
        }
    }

    fn finish(&mut self, end: End, span: Span, word: &'static str) {
        if self.end.is_none() {
            self.end = Some((end, span, word));
        }
    }

    fn after_the_end(&self, verb: &Verb, span: Span) -> Option<Problem> {
        let (end, at, by) = self.end?;
        let word = verb.word();
        let possible = match verb {
            Verb::ExpectLog { .. } | Verb::Wait { .. } => true,
            Verb::ExpectHangup { .. } => matches!(end, End::Caller | End::Waited),
            _ => false,
        };
        if possible {
            return None;
        }
        let over = match end {
            End::NoAnswer => "the caller has given up",
            End::Caller | End::Expected => "the call is over",
            End::Waited => "`wait` without a time lasts until the call is cleared",
        };
        let possible = match end {
            End::Caller | End::Waited => "`expect-hangup`, `expect-log` and `wait`",
            End::NoAnswer | End::Expected => "`expect-log` and `wait`",
        };
        let problem = order(format!("`{word}` cannot come after `{by}`"), span, "too late");
        Some(problem.also(at, over).help(format!("after it there can be {possible}")))
    }

    fn repeated(&self, verb: &Verb, span: Span) -> Option<Problem> {
        let word = verb.word();
        if matches!(verb, Verb::Ping { .. } | Verb::Wait { .. } | Verb::ExpectLog { .. }) {
            return None;
        }
        let (_, first) = self.said.iter().find(|(said, _)| *said == word)?;
        let message = format!("`{word}` can be said once in a call");
        Some(Problem::new(Fault::RepeatedWord, message, span, "and again").also(*first, "said here"))
    }

    fn direct(&self, verb: &Verb, span: Span) -> Option<Problem> {
        let port = self.server.ports.iter().find(|port| port.device == self.call.to && port.direct)?;
        if !matches!(verb, Verb::Ring { .. } | Verb::ExpectAnswer { .. } | Verb::ExpectNoAnswer) {
            return None;
        }
        let problem = contradiction("nothing rings on a direct port", span, "there is no modem");
        Some(problem.also(port.span, "type=\"direct\"").help("begin with what comes over the cable: `ppp`, say"))
    }

    fn too_late(&self, verb: &Verb, span: Span) -> Option<Problem> {
        let word = verb.word();
        let (last, why) = match verb {
            Verb::Ring { .. } => (Stage::Ringing, "ringing is over"),
            Verb::ExpectAnswer { .. } | Verb::ExpectNoAnswer => (Stage::Ringing, "the call is answered by then"),
            Verb::ExpectConnect { .. } => (Stage::Answered, "there is carrier by then"),
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

    fn too_early(&self, verb: &Verb, span: Span) -> Option<Problem> {
        let word = verb.word();
        let need = match verb {
            Verb::ExpectAuth { .. } | Verb::ExpectAddress { .. } | Verb::ExpectDns { .. } | Verb::Ping { .. } => {
                Stage::Ppp
            }
            Verb::ExpectHangup { of: Since::Up | Since::LastData, .. } => Stage::Ppp,
            Verb::ExpectHangup { of: Since::Connect, .. } => Stage::Connected,
            Verb::ExpectHangup { .. } | Verb::DropCarrier => Stage::Answered,
            _ => Stage::Ringing,
        };
        // A caller who hangs up while it rings clears the call, too.
        let cleared =
            matches!(verb, Verb::ExpectHangup { of: Since::LastStep | Since::Answer, .. }) && self.end.is_some();
        if need > self.stage && !cleared {
            let (lacks, before) = match need {
                Stage::Ppp => ("the caller has not begun PPP", "`ppp`"),
                Stage::Connected => ("no carrier yet", "`expect-connect` or `ppp`"),
                _ => ("the server has not answered", "`expect-answer`, `expect-connect` or `ppp`"),
            };
            let problem = order(format!("`{word}` is too early: {lacks}"), span, "too early");
            return Some(match verb {
                Verb::DropCarrier => problem.help("before the answer a caller gives up by `hang-up`"),
                _ => problem.help(format!("before it there must be {before}")),
            });
        }
        let (client, at) = self.client?;
        let until = client.until?;
        let missed = match verb {
            Verb::ExpectAuth { .. } => until < Phase::Network,
            Verb::ExpectAddress { .. } | Verb::ExpectDns { .. } | Verb::Ping { .. } => true,
            Verb::ExpectHangup { of: Since::Up | Since::LastData, .. } => true,
            _ => false,
        };
        if !missed {
            return None;
        }
        let problem = order(format!("`{word}` is too early: `ppp` has gone on before it was done"), span, "too early");
        Some(problem.also(at, "goes on before that").help("leave until= out: `ppp` then waits for the network"))
    }

    fn contradicted(&self, verb: &Verb, span: Span) -> Option<Problem> {
        let port = self.server.ports.iter().find(|port| port.device == self.call.to);
        match verb {
            Verb::ExpectAnswer { rings: Some(rings) } => {
                let (patience, at) = self.rings.map_or((PATIENCE, None), |(rings, at)| (rings, Some(at)));
                if *rings <= patience {
                    return None;
                }
                let message = format!("no answer after {rings} rings: the caller gives up after {patience}");
                let problem = contradiction(message, span, "never reached");
                Some(match at {
                    Some(at) => problem.also(at, "rings no longer").help(format!("ring {rings}, or more")),
                    None => problem.help(format!("say before it: ring {rings}")),
                })
            }
            Verb::ExpectConnect { rate: Some(rate) } => {
                let line = port.filter(|port| port.line.rate != *rate)?;
                let message = format!("the modems cannot report {rate}: the line's rate is {}", line.line.rate);
                let problem = contradiction(message, span, "another rate");
                Some(problem.also(line.span, "the port whose line it is").help(format!("line rate={rate} in the port")))
            }
            Verb::ExpectAddress { .. } | Verb::ExpectDns { .. } | Verb::Ping { .. } => {
                if let Some(at) = self.refused {
                    let message = format!("`{}` cannot be met: the caller was refused", verb.word());
                    return Some(contradiction(message, span, "needs the network").also(at, "refused here"));
                }
                let (client, at) = self.client?;
                let Verb::ExpectDns { servers } = verb else { return None };
                if client.ask_dns || servers.is_empty() {
                    return None;
                }
                let problem = contradiction("a caller who does not ask for DNS servers gets none", span, "expected");
                Some(problem.also(at, "not asked for"))
            }
            Verb::ExpectAuth { result: AuthResult::Accepted, .. } => {
                let (client, at) = self.client?;
                if client.user.is_some() {
                    return None;
                }
                let problem = contradiction("a caller who offers no authentication is not accepted", span, "accepted");
                Some(problem.also(at, "no user=, no password=").help("expect-auth \"not-asked\" or \"refused\""))
            }
            Verb::ExpectHangup { by, after, of, .. } => {
                let (end, at, _) = self.end?;
                if end == End::Caller && *by == Some(super::Party::Server) {
                    let problem = contradiction("the caller has hung up, not the server", span, "by=\"server\"");
                    return Some(problem.also(at, "hangs up"));
                }
                let after = after.filter(|after| end == End::Caller && *of == Since::LastStep && !after.is_zero())?;
                let message = format!("the call is over already, not {} later", format_duration(after));
                Some(contradiction(message, span, "later").also(at, "over here"))
            }
            _ => None,
        }
    }
}
