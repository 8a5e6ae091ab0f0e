//! One call on its way: what it waits for before it is placed, which line it gets, and when to look at it again.
//!
//! A call waits until the ports of all lines it may get are ready. It does not wait for a line that an earlier call of
//! the same act may have: it is placed when that one would be, and finds the line as it is. Nor does a call that is
//! said not to wait.

use std::collections::BTreeSet;
use std::time::Duration;

use offhook_clock::Instant;
use offhook_telephony::exchange::{Route, Tone};

use crate::expect::spelled;
use crate::numbering::number_of;
use crate::port_session::PortSession;
use crate::{SharedExchange, StepResult};
use offhook_scenario::{Call, Verb};

/// How long a server may take to get its modem ready for a call.
const READY_LIMIT: Duration = Duration::from_secs(120);
/// How long after its call a server may take to let go of the port before the scenario goes on without it.
const LET_GO: Duration = Duration::from_secs(60);
/// And where it has to hold that it does let go: longer than what mgetty and pppd wait for by themselves, 240 s of a login say.
const LET_GO_IN_THE_END: Duration = Duration::from_secs(300);
/// How often log files are looked at while a line is expected in them.
const LOG_INTERVAL: Duration = Duration::from_millis(250);

/// How long after its call a server may take to let go of the port, where that has to hold or has not.
pub(super) const fn let_go(has_to: bool) -> Duration {
    if has_to { LET_GO_IN_THE_END } else { LET_GO }
}

/// One call on its way.
#[derive(Debug)]
pub(super) struct Conversation {
    /// Its number.
    pub(super) call: usize,
    /// Its steps.
    pub(super) script: Call,
    /// The port session it is at; the first it may be at until it is placed.
    pub(super) session: usize,
    /// Where it is.
    pub(super) state: State,
    /// Port sessions whose lines are tried, in order.
    lines: Vec<usize>,
    /// Those of them that have to be ready before.
    needs: Vec<usize>,
    /// Earlier calls of the act that may get one of the lines.
    follows: Vec<usize>,
}

/// How a call fares at the exchange.
#[derive(Debug)]
pub(super) enum Way {
    /// Its line rings; after so many rings without answer it goes to that number.
    Rings(Option<(u32, String)>),
    /// It waits during the call on the line.
    Waits,
    /// It hears this.
    Tone(Tone),
}

/// Where a call is.
#[derive(Debug)]
pub(super) enum State {
    /// Until the server has its modem ready; since when.
    Waiting(Instant),
    /// Until the call is to be placed.
    Pausing(Instant),
    /// In a step: its number, when it began, when to look again, echo requests sent in it.
    Talking {
        /// From 0.
        step: usize,
        /// When it began.
        begun: Instant,
        /// When to look again.
        look: Option<Instant>,
        /// Echo requests sent in it.
        pings: u32,
    },
    /// Steps done; until the line is free and the server has let go of the port; since when.
    Ending(Instant),
    /// Nothing is left of it.
    Over,
}

impl Conversation {
    /// Call number `call` to one of `lines`, after those of `earlier` in its act; none if there is no line.
    pub(super) fn new(call: usize, script: &Call, lines: Vec<usize>, earlier: &[Self], now: Instant) -> Option<Self> {
        let session = *lines.first()?;
        let rivals = || earlier.iter().filter(|other| other.lines.iter().any(|line| lines.contains(line)));
        let (mut needs, mut follows) = (Vec::new(), Vec::new());
        if script.ready {
            follows.extend(rivals().map(|rival| rival.call));
            let taken = |line: &usize| rivals().any(|rival| rival.lines.contains(line));
            needs.extend(lines.iter().copied().filter(|line| !taken(line)));
        }
        let state = State::Waiting(now);
        Some(Self { call, script: script.clone(), session, state, lines, needs, follows })
    }

    /// Whether it needs to wait no longer for ports or earlier calls.
    pub(super) fn is_ready(&self, now: Instant, sessions: &[PortSession], started: &BTreeSet<usize>) -> bool {
        let is_ready = |line: &usize| sessions[*line].ready_at().is_some_and(|ready| now >= ready);
        self.follows.iter().all(|call| started.contains(call)) && self.needs.iter().all(is_ready)
    }

    /// The port session that should have been ready by now.
    pub(super) fn overdue(
        &self,
        now: Instant,
        since: Instant,
        sessions: &[PortSession],
        started: &BTreeSet<usize>,
    ) -> Option<usize> {
        if now < since + READY_LIMIT || !self.follows.iter().all(|call| started.contains(call)) {
            return None;
        }
        self.needs.iter().copied().find(|line| sessions[*line].ready_at().is_none_or(|ready| now < ready))
    }

    /// Where the exchange leads it now; the port session is that one, or the first it could have been. Direct ports have no
    /// exchange: the first that is free is called.
    pub(super) fn choose_line(&mut self, sessions: &[PortSession], exchange: &SharedExchange) -> Way {
        let first = self.lines.first().copied().unwrap_or(self.session);
        if sessions[first].is_direct() {
            let free = self.lines.iter().copied().find(|line| sessions[*line].is_line_free());
            self.session = free.unwrap_or(first);
            return if free.is_some() { Way::Rings(None) } else { Way::Tone(Tone::Busy) };
        }
        let route = exchange.route(number_of(&self.script.to, sessions));
        let found = |line| sessions.iter().position(|session| session.line() == Some(line));
        self.session = route.as_ref().ok().and_then(|route| found(route.line)).unwrap_or(first);
        match route {
            Ok(Route { waiting: true, .. }) => Way::Waits,
            Ok(Route { no_answer, .. }) => Way::Rings(no_answer),
            Err(tone) => Way::Tone(tone),
        }
    }

    /// Whether its call has been placed and is not over.
    pub(super) fn is_on(&self) -> bool {
        matches!(self.state, State::Talking { .. } | State::Ending(_))
    }

    /// Goes over once nothing is left of the call; whether it did.
    pub(super) fn end(&mut self, now: Instant, since: Instant, session: &PortSession, limit: Duration) -> bool {
        let over = session.is_done_with(self.call) || now >= since + limit;
        if over {
            self.state = State::Over;
        }
        over
    }

    /// Whether what has been logged so far has to be known now.
    pub(super) fn wants_logs(&self, stack: &str, now: Instant) -> bool {
        match self.state {
            // What was logged before a call is not the call's.
            State::Pausing(until) => until <= now,
            State::Talking { step, look, .. } => {
                let verb = self.script.steps.get(step).map(|step| step.on(stack).0);
                matches!(verb, Some(Verb::ExpectLog { .. } | Verb::ExpectNoLog { .. }))
                    && look.is_none_or(|look| look <= now)
            }
            _ => false,
        }
    }

    /// When to look again at a step that waits until `until`: then, or earlier where nothing would wake the world. The echo
    /// requests of a `ping` are sent from `first` on.
    pub(super) fn next_look(&self, verb: &Verb, until: Instant, first: Instant, now: Instant) -> Instant {
        match (verb, &self.state) {
            (Verb::ExpectLog { .. }, _) => until.min(now + LOG_INTERVAL),
            (Verb::Ping { count, every, .. }, State::Talking { pings, .. }) if pings < count => {
                until.min(first + *every * *pings)
            }
            _ => until,
        }
    }

    /// Keeps when to look again.
    pub(super) fn look_at(&mut self, moment: Instant) {
        if let State::Talking { look, .. } = &mut self.state {
            *look = Some(moment);
        }
    }

    /// When this call has to be looked at although nothing happened.
    pub(super) fn look(&self, sessions: &[PortSession], started: &BTreeSet<usize>, limit: Duration) -> Option<Instant> {
        match self.state {
            // Earlier calls have their own time.
            State::Waiting(_) if !self.follows.iter().all(|call| started.contains(call)) => None,
            // A port gets ready by being silent for a while, which wakes nobody.
            State::Waiting(since) => {
                let ready = self.needs.iter().map(|line| sessions[*line].ready_at());
                let all: Option<Vec<Instant>> = ready.collect();
                let limit = since + READY_LIMIT;
                Some(all.and_then(|all| all.into_iter().max()).map_or(limit, |ready| ready.min(limit)))
            }
            State::Pausing(until) => Some(until),
            State::Talking { look, .. } => look,
            State::Ending(since) => Some(since + limit),
            State::Over => None,
        }
    }
}

/// What is expected of a port before its call, and has not come within [`READY_LIMIT`].
pub(super) fn not_ready(session: &mut PortSession, now: Instant) -> StepResult {
    let (device, limit) = (&session.device, spelled(READY_LIMIT));
    let expected = if session.is_direct() {
        format!("mgetty or pppd to open {device}, ready for a call within {limit}")
    } else {
        format!("mgetty to open {device} and to get the modem ready for a call within {limit}")
    };
    let notes = vec!["a call that is to be made all the same says ready=#false".to_owned()];
    StepResult::Failed { at: now, expected, actual: session.account(), notes, hints: Vec::new() }
}
