//! Conversations: the calls of a scenario going through their steps, group after group.
//!
//! What a verb does is done here when its step begins; whether it is met is for [`judge`].

use std::net::Ipv4Addr;
use std::time::Duration;

use offhook_emulator::caller::CallerConfig;
use offhook_emulator::exchange::CallSetup;
use offhook_emulator::time::{Instant, earliest};
use offhook_emulator::trace::What;

use super::request::{Answer, Request};
use crate::run::expect::{Progress, judge};
use crate::run::facts::Since;
use crate::run::station::Station;
use crate::run::{EPOCH, Job, StepOutcome, StepResult, Trouble, exchange_clock};
use crate::scenario::{Act, Call, PppClient, Scenario, Verb};
use crate::server::logs::LogLine;

/// How long a server may take to get its modem ready for a call.
const READY_LIMIT: Duration = Duration::from_secs(120);
/// How long a caller lets it ring unless the scenario says so.
const PATIENCE: u32 = 12;
/// How long after its call a server may take to let go of the port before the scenario goes on without it.
const LET_GO: Duration = Duration::from_secs(60);
/// How often log files are looked at while a line is expected in them.
const LOG_INTERVAL: Duration = Duration::from_millis(250);

/// All calls of one scenario.
#[derive(Debug)]
pub(super) struct Conversations {
    scenario: Scenario,
    stack: String,
    seed: u64,
    /// Calls of the current group.
    current: Vec<Conversation>,
    /// Number of the next group.
    next_group: usize,
    /// Number of the first call of the next group.
    next_call: usize,
    results: Vec<StepOutcome>,
    /// A change between calls that is to be made, or is being made.
    changing: Option<Option<Request>>,
    trouble: Option<Trouble>,
    failed: bool,
}

/// One call on its way.
#[derive(Debug)]
struct Conversation {
    call: usize,
    script: Call,
    station: usize,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Until the server has its modem ready; since when.
    Waiting(Instant),
    /// Until the call is to be placed.
    Pausing(Instant),
    /// In a step: its number, when it began, when to look again, echo requests sent in it.
    Talking {
        step: usize,
        begun: Instant,
        look: Option<Instant>,
        pings: u32,
    },
    /// Steps done; until the line is free and the server has let go of the port; since when.
    Ending(Instant),
    Over,
}

impl Conversations {
    /// The conversations of `job`, none begun.
    pub(super) fn new(job: &Job) -> Self {
        Self {
            scenario: job.scenario.clone(),
            stack: job.stack.clone(),
            seed: job.seed,
            current: Vec::new(),
            next_group: 0,
            next_call: 0,
            results: Vec::new(),
            changing: None,
            trouble: None,
            failed: false,
        }
    }

    /// Whether nothing is left to do.
    pub(super) fn are_over(&self) -> bool {
        self.trouble.is_some()
            || (self.current_is_over()
                && self.changing.is_none()
                && (self.failed || self.next_group >= self.scenario.acts.len()))
    }

    /// What is to be done outside the lines, each once.
    pub(super) fn poll_request(&mut self) -> Option<Request> {
        self.changing.as_mut().and_then(Option::take)
    }

    /// What came of a request.
    pub(super) fn answered(&mut self, _now: Instant, answer: Answer) {
        if let Answer::Changed { result, .. } = answer {
            self.changing = None;
            self.trouble = result.err();
        }
    }

    /// Why the scenario could not be carried through, if so.
    pub(super) fn trouble(&self) -> Option<Trouble> {
        self.trouble.clone()
    }

    /// Every step of the scenario in order, those never begun included.
    pub(super) fn results(&self) -> Vec<StepOutcome> {
        let mut all = Vec::new();
        for (call, script) in self.scenario.calls().enumerate() {
            for (number, step) in script.steps.iter().enumerate() {
                let found = self.results.iter().find(|result| result.call == call && result.step == number);
                all.push(found.cloned().unwrap_or_else(|| StepOutcome {
                    call,
                    step: number,
                    verb: step.verb.word().to_owned(),
                    span: step.span,
                    deviation: step.on(&self.stack).1.map(str::to_owned),
                    result: StepResult::NotReached,
                }));
            }
        }
        all
    }

    /// Whether a line of a log file is waited for, or a call about to begin.
    pub(super) fn want_logs(&self, now: Instant) -> bool {
        self.current.iter().any(|conversation| conversation.wants_logs(&self.stack, now))
    }

    /// When to look again if nothing happens.
    pub(super) fn poll_timeout(&self, stations: &[Station]) -> Option<Instant> {
        let looks = self.current.iter().map(|conversation| conversation.look(&stations[conversation.station]));
        looks.fold(None, earliest)
    }

    /// The server's kernel gave a PPP interface an address.
    pub(super) fn interface_changed(
        &self,
        now: Instant,
        stations: &mut [Station],
        interface: &str,
        local: Ipv4Addr,
        peer: Ipv4Addr,
    ) {
        for conversation in self.current.iter().filter(|conversation| conversation.is_on()) {
            let what = (interface.to_owned(), local, peer);
            stations[conversation.station].facts.interfaces.push(Since { at: now, what });
        }
    }

    /// A line was logged: it belongs to every call under way that it can concern.
    pub(super) fn logged(&self, stations: &mut [Station], line: &LogLine) {
        for conversation in self.current.iter().filter(|conversation| conversation.is_on()) {
            let station = &mut stations[conversation.station];
            if line.port.as_ref().is_none_or(|port| *port == station.device) {
                station.facts.logs.push((line.program.clone(), line.text.clone()));
            }
        }
    }

    /// Takes every call as far as it goes now.
    pub(super) fn advance(&mut self, now: Instant, stations: &mut [Station]) {
        if self.changing.is_some() {
            return;
        }
        if self.current_is_over() && !self.failed && self.trouble.is_none() {
            self.begin_group(now, stations);
        }
        let mut current = std::mem::take(&mut self.current);
        for conversation in &mut current {
            while self.advance_one(conversation, now, stations) {}
        }
        self.current = current;
        if self.current_is_over()
            && self.changing.is_none()
            && !self.failed
            && self.next_group < self.scenario.acts.len()
            && self.trouble.is_none()
        {
            self.advance(now, stations);
        }
    }

    fn current_is_over(&self) -> bool {
        self.current.iter().all(|conversation| matches!(conversation.state, State::Over))
    }

    fn begin_group(&mut self, now: Instant, stations: &[Station]) {
        if let Some(Act::Change(change)) = self.scenario.acts.get(self.next_group) {
            self.next_group += 1;
            self.changing = Some(Some(Request::Change { call: None, change: change.clone() }));
            return;
        }
        let Some(Act::Calls(group)) = self.scenario.acts.get(self.next_group) else { return };
        let first = self.next_call;
        self.next_group += 1;
        self.next_call += group.len();
        self.current = Vec::new();
        for (index, script) in group.iter().enumerate() {
            // The reader has seen to it that the port exists.
            let Some(station) = stations.iter().position(|station| station.device == script.to) else { continue };
            let call = first + index;
            self.current.push(Conversation { call, script: script.clone(), station, state: State::Waiting(now) });
        }
    }

    /// One move of one call; false if it can only wait.
    fn advance_one(&mut self, conversation: &mut Conversation, now: Instant, stations: &mut [Station]) -> bool {
        let station = &mut stations[conversation.station];
        match conversation.state {
            State::Waiting(since) => match station.ready_at() {
                Some(ready) if now >= ready => {
                    conversation.state = State::Pausing(now + conversation.script.after);
                    true
                }
                None if now >= since + READY_LIMIT => {
                    self.trouble = Some(not_ready(station));
                    false
                }
                _ => false,
            },
            State::Pausing(until) if now >= until => {
                station.place_call(now, conversation.call, setup(&conversation.script, &self.stack, now));
                conversation.state = State::Ending(now);
                self.begin_step(conversation, 0, now, station);
                true
            }
            State::Pausing(_) | State::Over => false,
            State::Talking { step, begun, .. } => self.judge_step(conversation, step, begun, now, station),
            State::Ending(since) => {
                if station.is_free() || now >= since + LET_GO {
                    conversation.state = State::Over;
                    true
                } else {
                    false
                }
            }
        }
    }

    /// Does what the step's verb does; without such a step, ends the call.
    fn begin_step(&mut self, conversation: &mut Conversation, number: usize, now: Instant, station: &mut Station) {
        let Some(step) = conversation.script.steps.get(number) else {
            if station.facts.cleared.is_none() {
                station.hang_up(now);
            }
            conversation.state = State::Ending(now);
            return;
        };
        conversation.state = State::Talking { step: number, begun: now, look: None, pings: 0 };
        match step.on(&self.stack).0 {
            Verb::Ppp(client) => station.dial_in(now, caller(client, self.seed, conversation.call)),
            Verb::Ping { .. } => station.begin_ping(),
            Verb::HangUp => station.hang_up(now),
            Verb::DropCarrier => station.clear(now, true),
            _ => {}
        }
    }

    fn judge_step(
        &mut self,
        conversation: &mut Conversation,
        number: usize,
        begun: Instant,
        now: Instant,
        station: &mut Station,
    ) -> bool {
        let Some(step) = conversation.script.steps.get(number).cloned() else { return false };
        let (verb, deviation) = step.on(&self.stack);
        if let (Verb::Ping { to, count, every, .. }, State::Talking { pings, .. }) = (verb, &mut conversation.state) {
            while *pings < *count && now >= begun + *every * *pings && station.facts.cleared.is_none() {
                *pings += 1;
                station.ping(now, *to);
            }
        }
        let result = match judge(verb, &station.facts, begun, now) {
            Progress::Wait(until) => {
                conversation.wait(verb, until, begun, now);
                return false;
            }
            Progress::Done(result) => result,
        };
        let met = matches!(result, StepResult::Met { .. });
        station.record(now, What::Step { step: number, met, text: told(&result) });
        self.results.push(StepOutcome {
            call: conversation.call,
            step: number,
            verb: verb.word().to_owned(),
            span: step.span,
            deviation: deviation.map(str::to_owned),
            result,
        });
        if met {
            self.begin_step(conversation, number + 1, now, station);
        } else {
            self.failed = true;
            self.begin_step(conversation, usize::MAX, now, station);
        }
        true
    }
}

impl Conversation {
    /// Whether its call has been placed and is not over.
    fn is_on(&self) -> bool {
        matches!(self.state, State::Talking { .. } | State::Ending(_))
    }

    fn wants_logs(&self, stack: &str, now: Instant) -> bool {
        match self.state {
            // What was logged before a call is not the call's.
            State::Pausing(until) => until <= now,
            State::Talking { step, look, .. } => {
                let verb = self.script.steps.get(step).map(|step| step.on(stack).0);
                matches!(verb, Some(Verb::ExpectLog { .. })) && look.is_none_or(|look| look <= now)
            }
            _ => false,
        }
    }

    /// Keeps when to look again: at the deadline, or earlier where nothing would wake the world.
    fn wait(&mut self, verb: &Verb, until: Instant, begun: Instant, now: Instant) {
        let State::Talking { look, pings, .. } = &mut self.state else { return };
        *look = Some(match verb {
            Verb::ExpectLog { .. } => until.min(now + LOG_INTERVAL),
            Verb::Ping { count, every, .. } if *pings < *count => until.min(begun + *every * *pings),
            _ => until,
        });
    }

    /// When this call has to be looked at although nothing happened.
    fn look(&self, station: &Station) -> Option<Instant> {
        match self.state {
            // A port gets ready by being silent for a while, which wakes nobody.
            State::Waiting(since) => Some(station.ready_at().unwrap_or(since + READY_LIMIT)),
            State::Pausing(until) => Some(until),
            State::Talking { look, .. } => look,
            State::Ending(since) => Some(since + LET_GO),
            State::Over => None,
        }
    }
}

fn setup(script: &Call, stack: &str, now: Instant) -> CallSetup {
    let rings = script.steps.iter().find_map(|step| match step.on(stack).0 {
        Verb::Ring { count } => Some(*count),
        _ => None,
    });
    CallSetup {
        from: script.from.clone(),
        name: script.name.clone(),
        rings: rings.unwrap_or(PATIENCE),
        stamp: exchange_clock(EPOCH, now),
    }
}

fn caller(client: &PppClient, seed: u64, call: usize) -> CallerConfig {
    CallerConfig {
        user: client.user.clone(),
        password: client.password.clone(),
        address: client.address,
        ask_dns: client.ask_dns,
        ipv6: client.ipv6,
        // Every call has a Magic-Number of its own.
        magic_seed: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(call as u64 + 1),
        ..CallerConfig::default()
    }
}

fn not_ready(station: &Station) -> Trouble {
    let device = &station.device;
    let mut trouble = Trouble::new(format!(
        "the server did not get the modem on {device} ready for a call within {}",
        crate::run::expect::spelled(READY_LIMIT)
    ));
    trouble.details = vec![format!("expected: mgetty opens /dev/{device}, sends its AT commands and falls silent")];
    trouble.help(format!("look at server/log/mg_{device}.log and transcript.txt in the evidence"))
}

/// One line for the trace, which names the verb itself.
fn told(result: &StepResult) -> String {
    match result {
        StepResult::Met { shown, .. } if shown.is_empty() => "done".to_owned(),
        StepResult::Met { shown, .. } => shown.clone(),
        StepResult::NotMet { expected, actual, .. } => format!("expected {expected}, got {actual}"),
        StepResult::FailsAsKnown { expected, actual, reason, .. } => {
            format!("expected {expected}, got {actual}, as is known: {reason}")
        }
        StepResult::NotReached => "not reached".to_owned(),
    }
}
