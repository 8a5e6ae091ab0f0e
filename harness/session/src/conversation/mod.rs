//! Conversations: the calls of a scenario going through their steps, act after act.
//!
//! In: time, port sessions, what the world observes, and its answers. Out: steps' results, and requests to the world.
//! One call on its way is in `one`, its way through the exchange in `dialing`, what a verb does when its step begins in `steps`, a call's settings in `setup`;
//! whether a step passed is for [`judge`].

mod dialing;
mod one;
mod request;
mod setup;
mod steps;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::Ipv4Addr;
use std::time::Duration;

use offhook_clock::{Instant, earliest};
use offhook_telephony::trace::EventKind;

use self::one::{Conversation, State};
pub use self::request::{Answer, ClientCommand, Request};
use crate::SharedExchange;
use crate::expect::{Progress, expected_to_fail, judge, spelled};
use crate::facts::{ArpAnswer, Timestamped};
use crate::hints::{Case, hints};
use crate::port_session::PortSession;
use crate::server_words::{LogEntry, ProcessEnd};
use crate::{CallSummary, Job, StepOutcome, StepResult};
use offhook_base::Error;
use offhook_scenario::{Act, Host, Invariant, InvariantKind, Scenario, Verb};
use offhook_script::Verdict;

/// How long a change between calls may take.
const CHANGE_LIMIT: Duration = Duration::from_secs(300);
/// How long after a change the next act begins: what init was told to end has let go of its port by then, so that a
/// port that looks ready is.
const SETTLED: Duration = Duration::from_secs(1);

/// All calls of one scenario.
#[derive(Debug)]
pub struct Conversations {
    scenario: Scenario,
    stack: String,
    seed: u64,
    exchange: SharedExchange,
    /// Calls of the current act.
    current: Vec<Conversation>,
    /// A change between calls that is being made.
    changing: Option<Changing>,
    /// Number of the next act.
    next_act: usize,
    /// Number of the first call of the next act.
    next_call: usize,
    /// Calls of the current act that do not wait for their port any more.
    started: BTreeSet<usize>,
    requests: VecDeque<Request>,
    answers: VecDeque<Answer>,
    results: Vec<StepOutcome>,
    /// Of calls that have ended, by number.
    summaries: BTreeMap<usize, CallSummary>,
    /// Calls that were over before the server had let go of their port, by number.
    held: Vec<usize>,
    /// The port session that each PPP interface is of, where the log of its pppd has told.
    interfaces: BTreeMap<String, usize>,
    error: Option<Error>,
    failed: bool,
}

/// A change between calls.
#[derive(Clone, Copy, Debug)]
enum Changing {
    /// Asked for; its deadline.
    Asked(Instant),
    /// Made; when the next act begins.
    Made(Instant),
}

impl Conversations {
    /// The conversations of `job`, none begun, by this exchange.
    pub fn new(job: &Job, exchange: SharedExchange) -> Self {
        Self {
            exchange,
            scenario: job.scenario.clone(),
            stack: job.stack.clone(),
            seed: job.seed,
            current: Vec::new(),
            changing: None,
            next_act: 0,
            next_call: 0,
            started: BTreeSet::new(),
            requests: VecDeque::new(),
            answers: VecDeque::new(),
            results: Vec::new(),
            summaries: BTreeMap::new(),
            held: Vec::new(),
            interfaces: BTreeMap::new(),
            error: None,
            failed: false,
        }
    }

    /// How long a server may take to let go of a port.
    fn let_go(&self) -> Duration {
        let has_to = |invariant: &Invariant| invariant.kind == InvariantKind::LineLetGo;
        one::let_go(self.scenario.invariants.iter().any(has_to))
    }

    /// Whether nothing is left to do.
    pub fn are_over(&self) -> bool {
        let done = self.failed || self.next_act >= self.scenario.acts.len();
        self.error.is_some() || (self.act_is_over() && done)
    }

    /// What is played.
    pub const fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Calls of whose port the server had not let go in time.
    pub fn held(&self) -> &[usize] {
        &self.held
    }

    /// Why the scenario could not be carried through, if so.
    pub fn error(&self) -> Option<Error> {
        self.error.clone()
    }

    /// Every step of the scenario in order, those never begun included.
    pub fn results(&self) -> Vec<StepOutcome> {
        let mut all = Vec::new();
        for (call, script) in self.scenario.calls().enumerate() {
            let of = |number| move |result: &&StepOutcome| result.call == call && result.step == number;
            all.extend(self.results.iter().find(of(None)).cloned());
            for (number, step) in script.steps.iter().enumerate() {
                let found = self.results.iter().find(of(Some(number)));
                all.push(found.cloned().unwrap_or_else(|| StepOutcome {
                    call,
                    step: Some(number),
                    verb: step.on(&self.stack).0.word().to_owned(),
                    span: step.span,
                    deviation: step.on(&self.stack).1.map(str::to_owned),
                    result: StepResult::NotReached,
                }));
            }
        }
        all
    }

    /// What came of every call of the scenario in order, those never placed included.
    pub fn summaries(&self, sessions: &[PortSession]) -> Vec<CallSummary> {
        let running = |call: usize| {
            let conversation =
                self.current.iter().find(|conversation| conversation.call == call && conversation.is_on())?;
            Some(sessions.get(conversation.session)?.facts(call).summary(call))
        };
        let never = |call| crate::facts::Facts::default().summary(call);
        (0..self.scenario.calls().count())
            .map(|call| self.summaries.get(&call).cloned().or_else(|| running(call)).unwrap_or_else(|| never(call)))
            .collect()
    }

    /// The next thing to be done outside the lines.
    pub fn poll_request(&mut self) -> Option<Request> {
        self.requests.pop_front()
    }

    /// What came of a request. It is looked at by the next [`Self::advance`].
    pub fn answered(&mut self, answer: Answer) {
        self.answers.push_back(answer);
    }

    /// Whether a line of a log file is waited for, or a call about to begin.
    pub fn want_logs(&self, now: Instant) -> bool {
        self.current.iter().any(|conversation| conversation.wants_logs(&self.stack, now))
    }

    /// When to look again if nothing happens.
    pub fn poll_timeout(&self, sessions: &[PortSession]) -> Option<Instant> {
        // A deadline that has passed and that nobody looks at any more would be due for ever.
        if self.are_over() {
            return None;
        }
        let changing = match self.changing {
            Some(Changing::Asked(until) | Changing::Made(until)) => Some(until),
            None => None,
        };
        let limit = self.let_go();
        let looks = self.current.iter().map(|conversation| conversation.look(sessions, &self.started, limit));
        looks.fold(changing, earliest)
    }

    /// The server's kernel gave a PPP interface an address. It is of the call at the port that its pppd serves; of every call under
    /// way, if that is not known.
    pub fn interface_changed(
        &self,
        now: Instant,
        sessions: &mut [PortSession],
        interface: &str,
        local: Ipv4Addr,
        peer: Ipv4Addr,
    ) {
        let at = self.interfaces.get(interface);
        let concerns = |conversation: &&Conversation| at.is_none_or(|port| *port == conversation.session);
        for conversation in self.current.iter().filter(|conversation| conversation.is_on()).filter(concerns) {
            let what = (interface.to_owned(), local, peer);
            let facts = sessions[conversation.session].facts_mut(conversation.call);
            facts.interfaces.push(Timestamped { at: now, what });
        }
    }

    /// The port session that call number `call` is at, while it is under way.
    pub fn session_of(&self, call: usize) -> Option<usize> {
        let found = self.current.iter().find(|conversation| conversation.call == call && conversation.is_on())?;
        Some(found.session)
    }

    /// A line was logged: it belongs to every call under way that it can concern. `device` is the port that it names, `port` the one
    /// that the process which logged it serves, if that is known.
    pub fn logged(
        &mut self,
        sessions: &mut [PortSession],
        entry: &LogEntry,
        device: Option<&str>,
        port: Option<usize>,
    ) {
        if let Some(interface) = interface_of(entry) {
            match port {
                Some(port) => self.interfaces.insert(interface.to_owned(), port),
                None => self.interfaces.remove(interface),
            };
        }
        for (index, session) in sessions.iter_mut().enumerate() {
            let concerns = device.map_or(port.is_none_or(|port| port == index), |device| *device == session.device);
            if concerns {
                for call in self.calls_at(index) {
                    session.facts_mut(call).logs.push(entry.clone());
                }
                session.log(entry.clone());
            }
        }
    }

    /// A process that served a port has ended.
    pub fn process_ended(&self, sessions: &mut [PortSession], port: usize, end: ProcessEnd) {
        for call in self.calls_at(port) {
            sessions[port].facts_mut(call).ends.push(end.clone());
        }
        sessions[port].process_ended(end);
    }

    /// The calls under way that are at this port session.
    fn calls_at(&self, session: usize) -> impl Iterator<Item = usize> {
        let at = move |conversation: &&Conversation| conversation.is_on() && conversation.session == session;
        self.current.iter().filter(at).map(|conversation| conversation.call)
    }

    /// Takes every call as far as it goes now.
    pub fn advance(&mut self, now: Instant, sessions: &mut [PortSession]) {
        self.take_answers(now, sessions);
        self.look_at_change(now);
        loop {
            let mut current = std::mem::take(&mut self.current);
            for conversation in &mut current {
                while self.advance_one(conversation, now, sessions) {}
            }
            self.current = current;
            let may_go_on = !self.failed && self.error.is_none() && self.next_act < self.scenario.acts.len();
            if !(self.act_is_over() && may_go_on) {
                return;
            }
            self.begin_act(now, sessions);
        }
    }

    fn act_is_over(&self) -> bool {
        self.changing.is_none() && self.current.iter().all(|conversation| matches!(conversation.state, State::Over))
    }

    fn begin_act(&mut self, now: Instant, sessions: &[PortSession]) {
        let act = self.next_act;
        self.next_act += 1;
        self.current = Vec::new();
        self.started.clear();
        match self.scenario.acts.get(act) {
            Some(Act::Calls(group)) => {
                let first = self.next_call;
                self.next_call += group.len();
                for (index, script) in group.iter().enumerate() {
                    let lines = setup::lines(&self.scenario.server, script, sessions);
                    let conversation = Conversation::new(first + index, script, lines, &self.current, now);
                    self.current.extend(conversation);
                }
            }
            Some(Act::Change(change)) => {
                self.requests.push_back(Request::Change { call: None, change: change.clone() });
                self.changing = Some(Changing::Asked(now + CHANGE_LIMIT));
            }
            None => {}
        }
    }

    fn take_answers(&mut self, now: Instant, sessions: &mut [PortSession]) {
        while let Some(answer) = self.answers.pop_front() {
            let call = match &answer {
                Answer::LanPong { call, .. } | Answer::Arp { call, .. } => Some(*call),
                Answer::Changed { call, .. } => *call,
            };
            let found = self.current.iter().find(|conversation| Some(conversation.call) == call);
            match (answer, found) {
                (Answer::Changed { call: None, result: Ok(()) }, _) => {
                    self.changing = Some(Changing::Made(now + SETTLED));
                }
                (Answer::Changed { call: None, result: Err(error) }, _) => self.error = Some(error),
                (answer, Some(conversation)) => {
                    let facts = sessions[conversation.session].facts_mut(conversation.call);
                    match answer {
                        Answer::LanPong { sequence, at, .. } => facts.pongs.push(Timestamped { at, what: sequence }),
                        Answer::Arp { address, owner, .. } => {
                            facts.arp = Some(Timestamped { at: now, what: ArpAnswer { address, owner } });
                        }
                        Answer::Changed { result, .. } => facts.changed = Some(Timestamped { at: now, what: result }),
                    }
                }
                // Its call is over.
                (_, None) => {}
            }
        }
    }

    fn look_at_change(&mut self, now: Instant) {
        match self.changing {
            Some(Changing::Made(until)) if now >= until => self.changing = None,
            Some(Changing::Asked(until)) if now >= until => {
                let waited = spelled(CHANGE_LIMIT);
                self.error = Some(Error::new(format!("the change of the server was not made within {waited}")));
            }
            _ => {}
        }
    }

    /// One move of one call; false if it can only wait.
    fn advance_one(&mut self, conversation: &mut Conversation, now: Instant, sessions: &mut [PortSession]) -> bool {
        match conversation.state {
            State::Waiting(since) => {
                if conversation.is_ready(now, sessions, &self.started) {
                    self.started.insert(conversation.call);
                    conversation.state = State::Pausing(now + conversation.script.after);
                    return true;
                }
                if let Some(late) = conversation.overdue(now, since, sessions, &self.started) {
                    self.not_ready(conversation, now, &mut sessions[late]);
                }
                false
            }
            State::Pausing(until) if now >= until => {
                self.place(conversation, now, sessions);
                self.begin_step(conversation, 0, now, sessions);
                true
            }
            State::Pausing(_) | State::Over => false,
            State::Talking { step, begun, .. } => {
                self.follow(conversation, step, now, sessions);
                self.judge_step(conversation, step, begun, now, sessions)
            }
            State::Ending(since) => {
                let session = &sessions[conversation.session];
                let over = conversation.end(now, since, session, self.let_go());
                if over && !session.is_done_with(conversation.call) {
                    self.held.push(conversation.call);
                }
                over
            }
        }
    }

    /// A failure with the known quirks that may explain it; anything else as it is.
    fn hinted(
        &self,
        result: StepResult,
        conversation: &Conversation,
        step: usize,
        verb: &Verb,
        session: &PortSession,
    ) -> StepResult {
        let StepResult::Failed { at, expected, actual, notes, .. } = result else { return result };
        let server = &self.scenario.server;
        let port = server.ports.iter().find(|port| port.device == session.device);
        let (call, facts) = (&conversation.script, session.facts(conversation.call));
        let hints = hints(&Case { verb, step, call, facts, server, port });
        StepResult::Failed { at, expected, actual, notes, hints }
    }

    /// The server did not get its port ready for the call, which is over with that.
    fn not_ready(&mut self, conversation: &mut Conversation, now: Instant, session: &mut PortSession) {
        let call = conversation.call;
        let result = one::not_ready(session, now);
        session.record_of(now, call, EventKind::Note { text: format!("the port is not ready: {}", told(&result)) });
        let span = conversation.script.span;
        let result = if conversation.script.may_fail { allowed(result) } else { result };
        self.failed |= matches!(result, StepResult::Failed { .. });
        self.results.push(StepOutcome { call, step: None, verb: "call".to_owned(), span, deviation: None, result });
        conversation.state = State::Over;
    }

    /// Does what the step's verb does; without such a step, ends the call.
    fn begin_step(
        &mut self,
        conversation: &mut Conversation,
        number: usize,
        now: Instant,
        sessions: &mut [PortSession],
    ) {
        let session = &mut sessions[conversation.session];
        if number >= conversation.script.steps.len() {
            let call = conversation.call;
            self.summaries.insert(call, session.facts(call).summary(call));
            if conversation.script.with.is_some() {
                self.requests.push_back(Request::Client { call, command: ClientCommand::HangUp });
            } else if session.is_waiting(call) {
                session.stop_waiting(now);
            } else if session.facts(call).cleared.is_none() {
                session.hang_up(now);
            }
            conversation.state = State::Ending(now);
            return;
        }
        let facts = session.facts_mut(conversation.call);
        // Who hears the busy tone has still to hang up.
        facts.over_before = facts.cleared.is_some() && !facts.busy;
        conversation.state = State::Talking { step: number, begun: now, look: None, pings: 0 };
        self.begin(conversation, number, now, session);
    }

    fn judge_step(
        &mut self,
        conversation: &mut Conversation,
        number: usize,
        begun: Instant,
        now: Instant,
        sessions: &mut [PortSession],
    ) -> bool {
        let session = &mut sessions[conversation.session];
        self.send_pings(conversation, number, begun, now, session);
        let call = conversation.call;
        let Some(step) = conversation.script.steps.get(number) else { return false };
        let (verb, deviation) = step.on(&self.stack);
        let result = match judge(verb, session.facts(call), begun, now) {
            Progress::Wait(until) => {
                let facts = session.facts(call);
                // On a call that is over the caller sends none, and one that is due would be due for ever.
                let sends = facts.cleared.is_none() || matches!(verb, Verb::Ping { from: Host::Lan, .. });
                let pings = facts.pings_from(begun).filter(|_| sends).unwrap_or(until);
                let look = conversation.next_look(verb, until, pings, now);
                conversation.look_at(look);
                return false;
            }
            Progress::Done(result) => result,
        };
        // A packet script says which of its steps failed.
        let failed = match (verb, session.facts(call).script.as_ref().map(|ended| &ended.what)) {
            (Verb::Packets(packets), Some(Verdict::Failed(failure))) => Some((packets, failure.step)),
            _ => None,
        };
        let failed_at = failed.and_then(|(packets, at)| packets.spans.get(at).copied());
        let known = match failed {
            Some((_, at)) => step.known_failure_at(&self.stack, at),
            None => step.known_failure(&self.stack),
        };
        let result = self.hinted(result, conversation, number, verb, session);
        let may_fail = conversation.script.may_fail;
        let result = match known {
            // What a server is known to do it does where nothing is in its way.
            Some(_) if may_fail && matches!(result, StepResult::Passed { .. }) => result,
            Some(reason) => expected_to_fail(result, reason),
            None if may_fail => allowed(result),
            None => result,
        };
        let passed = matches!(result, StepResult::Passed { .. });
        self.failed |= matches!(result, StepResult::Failed { .. });
        if let (true, Verb::ExpectText { text, .. }) = (passed, verb) {
            let facts = session.facts_mut(call);
            facts.read = facts.find_unread(text).unwrap_or(facts.read);
        }
        session.record_of(now, call, EventKind::Step { step: number, passed, text: told(&result) });
        self.results.push(StepOutcome {
            call,
            step: Some(number),
            verb: verb.word().to_owned(),
            span: failed_at.unwrap_or(step.span),
            deviation: deviation.map(str::to_owned),
            result,
        });
        self.begin_step(conversation, if passed { number + 1 } else { usize::MAX }, now, sessions);
        true
    }
}

/// A failure of a call that may fail.
fn allowed(result: StepResult) -> StepResult {
    match result {
        StepResult::Failed { at, expected, actual, .. } => {
            StepResult::ExpectedFailure { at, expected, actual, reason: "the call may fail".to_owned() }
        }
        other => other,
    }
}

/// One line for the trace, which names the verb itself.
fn told(result: &StepResult) -> String {
    match result {
        StepResult::Passed { shown, .. } if shown.is_empty() => "done".to_owned(),
        StepResult::Passed { shown, .. } => shown.clone(),
        StepResult::Failed { expected, actual, .. } => format!("expected {expected}, got {actual}"),
        StepResult::ExpectedFailure { expected, actual, reason, .. } => {
            format!("expected {expected}, got {actual}, as expected here: {reason}")
        }
        StepResult::NotReached => "not reached".to_owned(),
    }
}

/// The interface that a pppd says it has got (pppd's main.c: "Using interface ppp0").
fn interface_of(entry: &LogEntry) -> Option<&str> {
    entry.text.strip_prefix("Using interface ").filter(|_| entry.program == "pppd").map(str::trim)
}

#[cfg(test)]
mod tests;
