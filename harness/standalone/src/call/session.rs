//! A call as the caller lives it: rings, answer, carrier, PPP or text, a few pings, the end.
//!
//! In: what happens to the call, octets, time. Out: octets for the line, the wish to hang up, lines that tell how it
//! goes, and a [`CallReport`]. Sans-I/O; every stage has a deadline, and the whole call has one.

mod caller_events;

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::time::Duration;

use offhook_caller::{Caller, CallerConfig};
use offhook_clock::{Instant, earliest};
use offhook_telephony::trace::escaped;

use super::report::{CallReport, FORMAT};
use offhook_session::login::{Login, Move};

/// How many echo requests are sent.
const PINGS: u32 = 3;
/// Octets of data in each, as `ping` has it.
const PING_SIZE: u16 = 56;
/// How long an echo reply is waited for.
const PING_WAIT: Duration = Duration::from_secs(5);
/// How long the ends of PPP and of the call may take once they are wanted.
const FAREWELL: Duration = Duration::from_secs(10);
/// Text that nothing follows for so long is all there is to be read.
const SETTLED: Duration = Duration::from_secs(2);
/// Octets of text that are kept.
const MOST_TEXT: usize = 16_384;

/// What the caller wants.
#[derive(Clone, Debug)]
pub enum Goal {
    /// PPP with this caller.
    Ppp(Box<CallerConfig>),
    /// Text: log in with this user and password, or (`None`) just read what comes.
    Text(Option<(String, Option<String>)>),
}

/// One call.
pub struct Session {
    goal: Goal,
    caller: Option<Caller>,
    login: Option<Login>,
    heard_at: Option<Instant>,
    report: CallReport,
    placed: Instant,
    deadline: Instant,
    /// The echo request that waits for its answer: number, when sent.
    ping: Option<(u16, Instant)>,
    peer: Option<Ipv4Addr>,
    out: VecDeque<Vec<u8>>,
    entry: VecDeque<(Instant, String)>,
    hang_up: bool,
    /// The end is wanted, and must be there by then.
    leaving: Option<Instant>,
    over: bool,
}

impl Session {
    /// A call that is placed now and over by `timeout` later.
    pub fn new(now: Instant, target: String, goal: Goal, timeout: Duration) -> Self {
        Self {
            goal,
            caller: None,
            login: None,
            heard_at: None,
            report: CallReport { format: FORMAT, target, ..CallReport::default() },
            placed: now,
            deadline: now + timeout,
            ping: None,
            peer: None,
            out: VecDeque::new(),
            entry: VecDeque::new(),
            hang_up: false,
            leaving: None,
            over: false,
        }
    }

    /// The called line has rung so often.
    pub fn rings(&mut self, now: Instant, rings: u32) {
        self.report.rings = rings;
        self.tell(now, format!("ring {rings}"));
    }

    /// The called modem went off hook.
    pub fn answered(&mut self, now: Instant) {
        self.report.answered_ms = Some(self.millis(now));
        let rings = self.report.rings;
        self.tell(now, format!("answered after {rings} ring{}", if rings == 1 { "" } else { "s" }));
    }

    /// There is carrier.
    pub fn connected(&mut self, now: Instant, rate: u32) {
        (self.report.connected_ms, self.report.rate) = (Some(self.millis(now)), Some(rate));
        self.tell(now, format!("carrier, {rate} bit/s"));
        match self.goal.clone() {
            Goal::Ppp(config) => {
                let mut caller = Caller::new(*config);
                caller.handle_carrier(now);
                self.caller = Some(caller);
            }
            Goal::Text(Some((user, password))) => self.login = Some(Login::new(now, &user, password.as_deref())),
            Goal::Text(None) => {}
        }
        self.pump(now);
    }

    /// Octets from the server.
    pub fn octets(&mut self, now: Instant, octets: &[u8]) {
        match &mut self.caller {
            Some(caller) => caller.handle_octets(now, octets),
            None => self.hear(now, octets),
        }
        self.pump(now);
    }

    /// The call is over; why, if the caller did not want it.
    pub fn cleared(&mut self, now: Instant, why: &str) {
        if self.over {
            return;
        }
        if let Some(caller) = &mut self.caller {
            caller.handle_carrier_lost(now);
        }
        self.pump(now);
        self.over = true;
        self.report.ended_ms = Some(self.millis(now));
        let why = if self.leaving.is_some() { "the caller hung up" } else { why };
        if self.report.end.is_empty() {
            why.clone_into(&mut self.report.end);
        }
        self.tell(now, format!("over: {why}"));
    }

    /// The next deadline.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let caller = self.caller.as_ref().and_then(Caller::poll_timeout);
        let login = self.login.as_ref().and_then(Login::poll_timeout);
        let ping = self.ping.map(|(_, sent)| sent + PING_WAIT);
        let text = self.heard_at.filter(|_| self.only_reads()).map(|at| at + SETTLED);
        let end = Some(self.leaving.unwrap_or(self.deadline));
        [caller, login, ping, text, end].into_iter().fold(None, earliest)
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        if let Some(caller) = &mut self.caller {
            caller.handle_timeout(now);
        }
        self.pump(now);
        if self.ping.is_some_and(|(_, sent)| sent + PING_WAIT <= now) {
            self.ping = None;
            self.tell(now, "no echo reply in 5 s".to_owned());
            self.next_ping(now);
        }
        if self.only_reads() && self.heard_at.is_some_and(|at| at + SETTLED <= now) {
            self.report.got_in = true;
            self.leave(now, String::new());
        }
        if self.leaving.is_none() && self.deadline <= now {
            self.leave(now, "the call took longer than --timeout allows".to_owned());
        }
        if self.leaving.is_some_and(|until| until <= now) {
            self.cleared(now, "");
        }
    }

    /// Octets for the line.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.out.pop_front()
    }

    /// True once when the caller goes on hook.
    pub fn poll_hang_up(&mut self) -> bool {
        std::mem::take(&mut self.hang_up)
    }

    /// What to tell next: when, since the call was placed, and what.
    pub fn poll_log_entry(&mut self) -> Option<(Instant, String)> {
        self.entry.pop_front()
    }

    /// Whether the call is over.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// What came of it.
    pub fn report(&self) -> &CallReport {
        &self.report
    }

    /// Adds a line to what is told.
    pub fn tell(&mut self, now: Instant, text: String) {
        self.entry.push_back((Instant::ZERO + now.since(self.placed), text));
    }

    fn only_reads(&self) -> bool {
        matches!(self.goal, Goal::Text(None)) && self.leaving.is_none()
    }

    fn millis(&self, now: Instant) -> u64 {
        now.since(self.placed).as_millis().try_into().unwrap_or(u64::MAX)
    }

    fn hear(&mut self, now: Instant, octets: &[u8]) {
        if self.report.heard.len() < MOST_TEXT {
            self.report.heard.push_str(&String::from_utf8_lossy(octets));
        }
        self.heard_at = Some(now);
        self.tell(now, format!("text: {}", escaped(octets)));
        if let Some(login) = &mut self.login {
            login.hear(now);
        }
    }

    /// Moves everything that can move now.
    fn pump(&mut self, now: Instant) {
        loop {
            if let Some(event) = self.caller.as_mut().and_then(Caller::poll_event) {
                self.handle_event(now, event);
            } else if let Some(octets) = self.caller.as_mut().and_then(Caller::poll_transmit) {
                self.out.push_back(octets);
            } else {
                break;
            }
        }
        self.proceed_with_login(now);
    }

    fn proceed_with_login(&mut self, now: Instant) {
        let Some(login) = &mut self.login else { return };
        let Some(next) = login.proceed(now, &self.report.heard, self.over) else { return };
        match next {
            Move::Type(line) => self.out.push_back(format!("{line}\r").into_bytes()),
            Move::Over(outcome) => {
                self.login = None;
                self.report.got_in = outcome.accepted;
                let how = if outcome.accepted { "accepted" } else { "refused" };
                self.tell(now, format!("login {how}: {}", outcome.by));
                self.report.login = Some(outcome.by.clone());
                let end =
                    if outcome.accepted { String::new() } else { format!("the login was refused: {}", outcome.by) };
                self.leave(now, end);
            }
        }
    }

    /// Sends the next echo request; after the last one it is time to go.
    fn next_ping(&mut self, now: Instant) {
        let (Some(peer), Some(caller), Some(ping)) = (self.peer, &mut self.caller, &mut self.report.ping) else {
            return self.leave(now, String::new());
        };
        if ping.sent >= PINGS {
            return self.leave(now, String::new());
        }
        ping.sent += 1;
        let number = u16::try_from(ping.sent).unwrap_or(u16::MAX);
        caller.ping(now, peer, 1, number, PING_SIZE);
        self.ping = Some((number, now));
        while let Some(octets) = self.caller.as_mut().and_then(Caller::poll_transmit) {
            self.out.push_back(octets);
        }
    }

    /// The caller has enough: PPP is closed first, then the line cleared.
    fn leave(&mut self, now: Instant, why: String) {
        if self.leaving.is_some() || self.over {
            return;
        }
        self.leaving = Some(now + FAREWELL);
        self.ping = None;
        if !why.is_empty() && self.report.end.is_empty() {
            self.report.end = why;
        }
        match &mut self.caller {
            Some(caller) if self.report.address.is_some() => {
                caller.close(now);
                while let Some(octets) = caller.poll_transmit() {
                    self.out.push_back(octets);
                }
            }
            _ => self.hang_up = true,
        }
    }
}
