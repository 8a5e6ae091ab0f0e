//! The third pass: can the verbs of a call follow one another, and can all they expect be true at once?
//!
//! A call goes through ringing, answered, connected (carrier), PPP, cleared (RFC 1661 section 3.2 calls the last
//! "dead"). Each verb needs a stage and may lead to another. A [`Call`] goes in, for each stack with the verbs that
//! hold there; [`Problem`]s come out. What is not known to be impossible is let pass: the run will tell.

mod contradictions;
mod program;
mod stages;

use super::build::Scene;
use crate::fault;
use offhook_base::Span;
use offhook_scenario::{AuthResult, Call, Client, Host, Port, PppClient, Verb};
use offhook_schema::Problem;

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
    Busy,
    Caller,
    Waited,
    Expected,
}

/// What is known of a call at some verb.
struct Progress<'a> {
    scene: &'a Scene<'a>,
    /// The program that calls; `None`: offhook's own caller.
    program: Option<&'a Client>,
    /// The port it goes to; `None`: the first free of several.
    port: Option<&'a Port>,
    stage: Stage,
    /// The verb that led to the stage.
    stage_by: Option<(Span, &'static str)>,
    end: Option<(End, Span, &'static str)>,
    rings: Option<(u32, Span)>,
    /// The last ring that was expected.
    ring: Option<(u32, Span)>,
    client: Option<(&'a PppClient, Span)>,
    refused: Option<Span>,
    silent: Option<Span>,
    /// Verbs that can only be said once, with their places.
    said: Vec<(&'static str, Span)>,
}

/// Checks the order of a call's verbs on every stack; what is wrong on several stacks is said once.
pub(super) fn check(call: &Call, scene: &Scene<'_>, problems: &mut Vec<Problem>) {
    let mut found: Vec<Problem> = Vec::new();
    for stack in scene.stacks {
        let port = scene.ports.iter().find(|port| port.device == call.to);
        // Over a cable nothing rings: there is carrier, as soon as there is anybody.
        let direct = port.is_some_and(|port| port.direct);
        let mut progress = Progress {
            scene,
            program: call.with.as_ref(),
            port,
            stage: if direct { Stage::Connected } else { Stage::Ringing },
            stage_by: None,
            end: None,
            rings: None,
            ring: None,
            client: None,
            refused: None,
            silent: None,
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
    Problem::new(fault::IMPOSSIBLE_ORDER, message, span, label)
}

fn contradiction(message: impl Into<String>, span: Span, label: &str) -> Problem {
    Problem::new(fault::CONTRADICTION, message, span, label)
}

impl<'a> Progress<'a> {
    /// Why `verb` cannot come here, if so.
    fn fault(&self, verb: &Verb, span: Span) -> Option<Problem> {
        self.after_the_end(verb, span)
            .or_else(|| self.repeated(verb, span))
            .or_else(|| self.not_of_a_program(verb, span))
            .or_else(|| self.only_of_a_program(verb, span))
            .or_else(|| self.direct(verb, span))
            .or_else(|| self.too_late(verb, span))
            .or_else(|| self.too_early(verb, span))
            .or_else(|| self.contradicted(verb, span))
    }

    /// Takes note of `verb`.
    fn advance(&mut self, verb: &'a Verb, span: Span) {
        let word = verb.word();
        self.said.push((word, span));
        // A program brings PPP up by itself: who waits for something of that waits for all before it.
        if self.program.is_some() && matches!(verb, Verb::ExpectAuth { .. }) {
            self.reach(Stage::Ppp, span, word);
        }
        match verb {
            Verb::Ring { count } => self.rings = Some((*count, span)),
            Verb::ExpectRing { count } => self.ring = Some((*count, span)),
            Verb::ExpectAnswer { .. } => self.reach(Stage::Answered, span, word),
            // Whoever types, or waits for text, waits for carrier first.
            Verb::ExpectConnect { .. }
            | Verb::Login { .. }
            | Verb::ExpectLogin { .. }
            | Verb::Type { .. }
            | Verb::ExpectText { .. }
            | Verb::Send { .. } => self.reach(Stage::Connected, span, word),
            Verb::Ppp(client) => {
                self.reach(Stage::Ppp, span, word);
                self.client = Some((client, span));
            }
            Verb::Packets(packets) => {
                self.reach(Stage::Ppp, span, word);
                self.client = self.client.or(Some((&packets.client, span)));
            }
            Verb::ExpectAuth { result: AuthResult::Refused, .. } => self.refused = Some(span),
            // A program brings PPP up by itself.
            Verb::ExpectUp
            | Verb::ExpectAddress { .. }
            | Verb::ExpectDns { .. }
            | Verb::ExpectWins { .. }
            | Verb::Ping { from: Host::Caller, .. }
                if self.program.is_some() =>
            {
                self.reach(Stage::Ppp, span, word);
            }
            Verb::ExpectNoAnswer => self.finish(End::NoAnswer, span, word),
            Verb::ExpectBusy => self.finish(End::Busy, span, word),
            Verb::HangUp | Verb::DropCarrier => self.finish(End::Caller, span, word),
            Verb::Wait { time: None } => self.finish(End::Waited, span, word),
            Verb::ExpectHangup { .. } => self.end = Some((End::Expected, span, word)),
            Verb::FallSilent => self.silent = Some(span),
            Verb::ExpectAuth { .. }
            | Verb::ExpectUp
            | Verb::ExpectAddress { .. }
            | Verb::ExpectDns { .. }
            | Verb::ExpectWins { .. }
            | Verb::ExpectCompression { .. }
            | Verb::Ping { .. }
            | Verb::Resolve { .. }
            | Verb::Transfer(_)
            | Verb::ExpectArp { .. }
            | Verb::ExpectNoText { .. }
            | Verb::ModemSays { .. }
            | Verb::ModemDies
            | Verb::ModemOff
            | Verb::ModemOn
            | Verb::HoldOff { .. }
            | Verb::Deafen { .. }
            | Verb::Flicker { .. }
            | Verb::Retrain { .. }
            | Verb::Renegotiate { .. }
            | Verb::ExpectModem { .. }
            | Verb::ExpectCircuit { .. }
            | Verb::Change(_)
            | Verb::Wait { time: Some(_) }
            | Verb::ExpectLog { .. }
            | Verb::ExpectNoLog { .. } => {}
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
}
