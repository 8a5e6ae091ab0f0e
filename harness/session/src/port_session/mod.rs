//! A port session: one port, what it hangs on, and the caller at the far end, with what is known of their calls.
//!
//! It carries octets and events between the three until nothing moves, stamps what happened, and keeps the facts.
//! Sans-I/O like its parts: the DTE's octets come in, octets for the DTE and trace events go out. What the caller does
//! is in `calling`, what it tells in `caller_events`; how a call comes to the line in `placing`.

mod caller_events;
mod calling;
mod circuits;
mod client;
mod disturbed;
mod line;
mod mishaps;
mod noticed;
mod placing;
mod recent;
mod script;
mod telling;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use offhook_caller::Caller;
use offhook_clock::{Instant, earliest};
use offhook_telephony::modem::Circuit;
use offhook_telephony::trace::{Event, EventKind};

pub use self::mishaps::Mishap;
use self::mishaps::Mishaps;
pub use self::placing::Forwarded;
use self::recent::Recent;
use self::script::Scripted;
use self::telling::Telling;
use super::facts::{self, Facts};
use super::line_end::LineEnd;
use super::login::Login;
use super::shared_exchange::SharedExchange;
use super::tap::Tap;
use super::transit::Transit;
use crate::last_words::LastWords;
use crate::server_words::{LogEntry, ProcessEnd};
use offhook_base::Error;
use offhook_scenario::{Port, Program, Wiring};

/// How long a DTE must have been silent after its modem's last answer to be taken as ready for calls.
const QUIET: Duration = Duration::from_secs(2);

/// One port with all that hangs on it.
pub struct PortSession {
    /// Device name without `/dev/`.
    pub device: String,
    /// Its telephone number, if it has one.
    pub number: Option<String>,
    /// What is known of the current call.
    facts: Facts,
    /// What is known of earlier calls, and of those that found the line busy.
    past: BTreeMap<usize, Facts>,
    program: Program,
    line_end: LineEnd,
    caller: Option<Caller>,
    /// The packet script that is played, or was.
    script: Option<Scripted>,
    /// Listens while the caller does not speak PPP itself, but types or sends octets.
    tap: Tap,
    /// Number of the current call.
    call: Option<usize>,
    /// That of a call that waits during the current one.
    waiting_call: Option<usize>,
    /// That of one that has waited and has the line now, until it is asked for.
    promoted: Option<usize>,
    /// Where the current call goes, nobody having answered.
    forward: Option<Forwarded>,
    login: Option<Login>,
    /// What the caller says as soon as there is carrier.
    unsaid: Vec<u8>,
    /// The caller says nothing any more.
    silent: bool,
    /// Sequence number of the call's last echo request.
    sequence: u16,
    to_caller: Transit,
    to_server: Transit,
    /// When what the caller has got last left the server.
    departed: Instant,
    /// Up to which octet of the caller's there is data that the server has not got yet.
    data_until: Option<u64>,
    dte: Dte,
    /// The DTE has closed the port, and this is when what it wrote before will have been sent.
    last_words: LastWords,
    /// The caller has hung up, and this is when all that it said will have left.
    clears_at: Option<Instant>,
    to_dte: VecDeque<Vec<u8>>,
    /// Whether the port has circuits, and circuit 108 is one and not the opening of the port.
    has_circuits: bool,
    circuits: VecDeque<(Circuit, bool)>,
    hang_up_dte: bool,
    mishaps: Mishaps,
    telling: Telling,
    /// The plug is loose: what the DTE would be seen to do.
    loose: Option<Dte>,
    /// The plug was loose in a call: its modem hangs up, some time after, and whoever has the port open is to be told.
    loses_carrier: bool,
    recent: Recent,
    events: Vec<Event>,
}

/// What is known of the DTE.
#[derive(Clone, Copy, Debug, Default)]
struct Dte {
    open: bool,
    /// The modem has answered a command since the port was opened, or a direct call has begun: whoever has the port
    /// open serves a call, or is about to.
    served: bool,
    last: Instant,
}

impl PortSession {
    /// A session for `port`, on an exchange of its own.
    ///
    /// # Errors
    ///
    /// If the ring cadence of its line is none.
    pub fn new(port: &Port) -> Result<Self, Error> {
        Self::on(port, &SharedExchange::default())
    }

    /// A session for `port`, its line on this exchange.
    ///
    /// # Errors
    ///
    /// If the ring cadence of its line is none.
    pub fn on(port: &Port, exchange: &SharedExchange) -> Result<Self, Error> {
        let session = Self {
            device: port.device.clone(),
            number: port.number.clone(),
            facts: Facts::default(),
            past: BTreeMap::new(),
            program: port.program,
            line_end: LineEnd::new(port, exchange)?,
            caller: None,
            script: None,
            tap: Tap::new(),
            call: None,
            waiting_call: None,
            promoted: None,
            forward: None,
            login: None,
            unsaid: Vec::new(),
            silent: false,
            sequence: 0,
            to_caller: Transit::default(),
            to_server: Transit::default(),
            departed: Instant::ZERO,
            data_until: None,
            dte: Dte::default(),
            last_words: LastWords::default(),
            clears_at: None,
            to_dte: VecDeque::new(),
            has_circuits: port.wiring == Wiring::Usb,
            circuits: VecDeque::new(),
            hang_up_dte: false,
            mishaps: Mishaps::default(),
            telling: Telling::default(),
            loose: None,
            loses_carrier: false,
            recent: Recent::default(),
            events: Vec::new(),
        };
        Ok(session.switched_on())
    }

    /// The DTE opened or closed the port.
    ///
    /// A serial driver sends what was written before it lowers circuit 108/2, and so does this: the last words of a
    /// program that ends are heard.
    pub fn handle_circuit_108(&mut self, now: Instant, on: bool) {
        // Whoever opens it next has nothing to do with the call.
        self.loses_carrier &= on;
        if let Some(dte) = &mut self.loose {
            dte.open = on;
            return;
        }
        let rest = self.line_end.drains_in(now);
        for on in self.last_words.change(now, self.dte.open, on, rest) {
            self.circuit_108_changes(now, on);
        }
    }

    fn circuit_108_changes(&mut self, now: Instant, on: bool) {
        if self.dte.open != on {
            self.dte = Dte { open: on, served: false, last: now };
            if on {
                self.recent.opened();
            }
            // Whoever opens it next may have the modem ready again before anybody asks.
            self.facts.released |= !on && self.facts.answered.is_some();
            self.facts.let_go |= !on && self.facts.cleared.is_some();
            self.dte_opened(now, on);
            self.line_end.handle_circuit_108(now, on);
            self.pump(now);
        }
    }

    /// The DTE wrote octets.
    pub fn handle_dte_octets(&mut self, now: Instant, octets: &[u8]) {
        self.dte.last = now;
        self.line_end.handle_dte_octets(now, octets);
        self.pump(now);
    }

    /// A deadline may have passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.last_words.are_over(now) {
            self.circuit_108_changes(now, false);
        }
        self.line_end.handle_timeout(now);
        if self.clears_at.take_if(|at| *at <= now).is_some() {
            self.clear_in_order(now);
        }
        if let Some(caller) = &mut self.caller {
            caller.handle_timeout(now);
        }
        if let Some(script) = &mut self.script {
            script.player.handle_timeout(now);
        }
        self.tap.handle_timeout(now);
        self.take_tapped(now);
        self.take_late(now);
        self.pump(now);
        self.proceed_with_login(now);
    }

    /// The next deadline of any part.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let caller = self.caller.as_ref().and_then(Caller::poll_timeout);
        let script = self.script.as_ref().and_then(|script| script.player.poll_timeout());
        let login = earliest(self.login.as_ref().and_then(Login::poll_timeout), script);
        let ends = earliest(earliest(self.last_words.poll_timeout(), self.clears_at), self.tap.poll_timeout());
        let ends = earliest(earliest(ends, self.mishaps.poll_timeout()), self.telling.poll_timeout());
        earliest(earliest(earliest(self.line_end.poll_timeout(), caller), login), ends)
    }

    /// Octets to write to the DTE.
    pub fn poll_dte(&mut self) -> Option<Vec<u8>> {
        self.to_dte.pop_front()
    }

    /// True once after circuit 109 went off: the port must be hung up.
    pub fn poll_hang_up(&mut self) -> bool {
        std::mem::take(&mut self.hang_up_dte)
    }

    /// Circuit 109 went off and the DTE, which has set its port to local, was not told.
    pub fn hang_up_ignored(&mut self, now: Instant) {
        let text = "circuit 109 (DCD) off: ignored, the port is set to local (CLOCAL)".to_owned();
        self.record(now, EventKind::Note { text });
    }

    /// Something was logged that concerns the port.
    pub fn log(&mut self, entry: LogEntry) {
        self.recent.log(entry);
    }

    /// A process was started that serves the port.
    pub fn process_started(&mut self) {
        self.recent.process_started();
    }

    /// A process that served the port has ended.
    pub fn process_ended(&mut self, end: ProcessEnd) {
        self.recent.process_ended(end);
    }

    /// How far the server has come with the port, in words: why it is not ready.
    pub fn account(&mut self) -> String {
        self.recent.account()
    }

    /// Whether the DTE may be read: its modem's flow control.
    pub fn wants_dte_octets(&self, now: Instant) -> bool {
        self.line_end.wants_dte_octets(now)
    }

    /// What happened since the last time.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// From when on the port is ready for a call, as far as can be seen from outside; `None` if it is not.
    ///
    /// A server that starts its modem is ready when the dialogue has been over for two seconds. mgetty on a direct line
    /// is when it has had the port open and been silent for so long; pppd, or another
    /// that speaks PPP at once, as soon as it is open.
    pub fn ready_at(&self) -> Option<Instant> {
        let direct = self.line_end.is_direct();
        let quiet = if direct && self.program != Program::Mgetty { Duration::ZERO } else { QUIET };
        let since = if quiet.is_zero() { Instant::ZERO } else { self.dte.last + quiet };
        (self.dte.open && (self.dte.served || direct)).then_some(since)
    }

    /// Whether a call would get through: no call on the line, and the modem on hook.
    pub fn is_line_free(&self) -> bool {
        self.line_end.is_free()
    }

    /// Whether it is a null-modem cable.
    pub fn is_direct(&self) -> bool {
        self.line_end.is_direct()
    }

    /// Whether nothing is left of call number `call`: line free, and the DTE that served it gone.
    pub fn is_done_with(&self, call: usize) -> bool {
        if self.facts(call).program == Some(facts::Program::Runs) {
            return false;
        }
        if !self.has(call) {
            return true;
        }
        self.facts.placed.is_none()
            || (self.facts.cleared.is_some()
                && (self.facts.answered.is_none() || self.facts.let_go || !self.dte.served))
    }

    /// Whether any call has been placed to it.
    pub fn has_been_called(&self) -> bool {
        self.facts.placed.is_some() || !self.past.is_empty()
    }

    /// Whether `call` is the line's current or last one: what its caller does is done here.
    pub fn has(&self, call: usize) -> bool {
        self.call == Some(call)
    }

    /// What is known of call number `call`.
    pub fn facts(&self, call: usize) -> &Facts {
        if self.has(call) { &self.facts } else { self.past.get(&call).unwrap_or(&self.facts) }
    }

    /// The same, to add to.
    pub fn facts_mut(&mut self, call: usize) -> &mut Facts {
        if self.has(call) { &mut self.facts } else { self.past.entry(call).or_default() }
    }

    /// From now on this is the call on the line.
    fn begin_call(&mut self, now: Instant, call: usize) {
        let circuits = self.facts.circuits.clone();
        let own_server = self.program == Program::Own;
        let facts = Facts { placed: Some(now), circuits, own_server, ..Facts::default() };
        let before = std::mem::replace(&mut self.facts, facts);
        if let Some(call) = self.call {
            self.past.insert(call, before);
        }
        self.forward = None;
        self.caller = None;
        self.script = None;
        self.tap = Tap::new();
        self.login = None;
        self.unsaid.clear();
        self.clears_at = None;
        self.mishaps.clear();
        self.silent = false;
        self.call = Some(call);
        self.sequence = 0;
        (self.to_caller, self.to_server) = Default::default();
        self.data_until = None;
    }

    /// Adds a trace event of this port and its current call.
    pub fn record(&mut self, now: Instant, what: EventKind) {
        self.recent.note(&what);
        self.events.push(Event { at: now, port: Some(self.device.clone()), call: self.call, what });
    }

    /// Adds a trace event of this port and that call.
    pub fn record_of(&mut self, now: Instant, call: usize, what: EventKind) {
        self.events.push(Event { at: now, port: Some(self.device.clone()), call: Some(call), what });
    }

    /// Whether octets of the caller get to the server now.
    fn is_connected(&self) -> bool {
        self.facts.connected.is_some() && self.facts.cleared.is_none()
    }

    /// Takes in what other lines of the exchange had happen here; whether there was anything.
    pub fn settle(&mut self, now: Instant) -> bool {
        self.pump(now)
    }

    /// Moves everything that can move now; whether there was anything.
    fn pump(&mut self, now: Instant) -> bool {
        let mut moved = false;
        loop {
            if let Some(output) = self.line_end.poll_output(now) {
                self.handle_line_end(now, output);
            } else if let Some(event) = self.caller.as_mut().and_then(Caller::poll_event) {
                self.handle_caller(now, event);
            } else if let Some(octets) = self.caller.as_mut().and_then(Caller::poll_transmit) {
                if !self.silent {
                    self.send(now, &octets);
                    // The data just announced is in here, or in what went before it.
                    self.data_until = self.data_until.map(|until| until.max(self.to_server.sent()));
                }
            } else if !self.obey_script(now) {
                self.tell_of_carrier();
                return moved;
            }
            moved = true;
        }
    }
}

#[cfg(test)]
mod tests;
