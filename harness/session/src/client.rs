//! A real caller's modem: its port, its line, and a tap on what the program at it says to the server.
//!
//! The counterpart of a [`PortSession`](super::port_session::PortSession), at the other end of the line. Sans-I/O likewise: octets of
//! the program come in, octets for it go out; so do trace events of this port, and what the called port's session is to know
//! of its caller ([`Heard`]).

use std::collections::VecDeque;

use offhook_caller::CallerEvent;
use offhook_clock::{Instant, earliest};
use offhook_ppp::link::LinkEvent;
use offhook_telephony::exchange::CallSetup;
use offhook_telephony::modem::Personality;
use offhook_telephony::trace::{Event, EventKind};

use super::line_end::{LineEnd, LineEndOutput};
use super::shared_exchange::SharedExchange;
use super::tap::Tapped;
use crate::facts::Addresses;
use crate::last_words::LastWords;
use crate::server_words::LogEntry;

/// What a called port's session is to know of its caller.
#[derive(Debug)]
pub struct Heard(pub(super) ClientEvent);

/// What it is.
#[derive(Debug)]
pub(super) enum ClientEvent {
    /// So many octets leave the caller.
    Sent(usize),
    /// So many octets have come to the caller.
    Got(usize),
    /// What was said on the line.
    Tapped(Tapped),
    /// The line was busy.
    Busy,
    /// Its network has come up, as is seen on the line.
    Up(Addresses),
    /// The program has logged this line.
    Logged(LogEntry),
}

/// One program's modem.
#[derive(Debug)]
pub struct Client {
    /// Its name, which is also that of its port and its network namespace: `client1`.
    pub name: String,
    /// The call it makes.
    pub call: usize,
    line_end: LineEnd,
    /// Whether the program tells nothing of its network: then it is looked for on the line.
    reticent: bool,
    open: bool,
    /// The program has closed the port, and this is when what it wrote before will have been sent.
    last_words: LastWords,
    to_dte: VecDeque<Vec<u8>>,
    hang_up: bool,
    heard: VecDeque<Heard>,
    events: Vec<Event>,
}

impl Client {
    /// The modem that makes call number `call`, from a line on the exchange whose calls tell this of their caller.
    pub fn new(call: usize, personality: &Personality, tells: CallSetup, exchange: &SharedExchange) -> Self {
        let name = format!("client{}", call + 1);
        Self {
            line_end: LineEnd::calling(&name, personality, tells, exchange),
            name,
            call,
            reticent: false,
            open: false,
            last_words: LastWords::default(),
            to_dte: VecDeque::new(),
            hang_up: false,
            heard: VecDeque::new(),
            events: Vec::new(),
        }
    }

    /// The same, of a program that tells nothing of its network.
    #[must_use]
    pub fn reticent(mut self) -> Self {
        self.reticent = true;
        self
    }

    /// The program opened or closed the port; what it wrote before is sent all the same.
    pub fn handle_circuit_108(&mut self, now: Instant, on: bool) {
        let rest = self.line_end.backlog(now);
        for on in self.last_words.change(now, self.open, on, rest) {
            self.circuit_108_changes(now, on);
        }
    }

    fn circuit_108_changes(&mut self, now: Instant, on: bool) {
        if self.open != on {
            self.open = on;
            let does = if on { "opens its port, DTR (108/2) on" } else { "closes its port, DTR (108/2) off" };
            self.record(now, EventKind::Note { text: format!("the caller's program {does}") });
            self.line_end.handle_circuit_108(now, on);
            self.settle(now);
        }
    }

    /// Whether the program has the port open.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// The program wrote octets.
    pub fn handle_dte_octets(&mut self, now: Instant, octets: &[u8]) {
        self.line_end.handle_dte_octets(now, octets);
        self.settle(now);
    }

    /// A deadline may have passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.last_words.are_over(now) {
            self.circuit_108_changes(now, false);
        }
        self.line_end.handle_timeout(now);
        self.settle(now);
    }

    /// The next deadline.
    pub fn poll_timeout(&self) -> Option<Instant> {
        earliest(self.line_end.poll_timeout(), self.last_words.poll_timeout())
    }

    /// Octets to write to the program.
    pub fn poll_dte(&mut self) -> Option<Vec<u8>> {
        self.to_dte.pop_front()
    }

    /// True once after circuit 109 went off: the port must be hung up.
    pub fn poll_hang_up(&mut self) -> bool {
        std::mem::take(&mut self.hang_up)
    }

    /// Whether the program may be read: its modem's flow control.
    pub fn wants_dte_octets(&self, now: Instant) -> bool {
        self.line_end.wants_dte_octets(now)
    }

    /// What the called port's session is to know.
    pub fn poll_heard(&mut self) -> Option<Heard> {
        self.heard.pop_front()
    }

    /// What happened since the last time.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// The program has logged this line.
    pub fn logged(&mut self, now: Instant, program: &str, text: String) {
        let program = program.to_owned();
        self.record(now, EventKind::Log { program: program.clone(), pid: None, text: text.clone() });
        let line = LogEntry { at: now, program, pid: None, severity: None, text };
        self.heard.push_back(Heard(ClientEvent::Logged(line)));
    }

    /// Adds a trace event of this port.
    pub fn record(&mut self, now: Instant, what: EventKind) {
        self.events.push(Event { at: now, port: Some(self.name.clone()), call: Some(self.call), what });
    }

    /// Moves everything that can move now; whether there was anything.
    pub fn settle(&mut self, now: Instant) -> bool {
        let mut moved = false;
        while let Some(output) = self.line_end.poll_output(now) {
            moved = true;
            match output {
                LineEndOutput::ToDte(octets) => self.to_dte.push_back(octets),
                LineEndOutput::Departed(count) => self.heard.push_back(Heard(ClientEvent::Sent(count))),
                LineEndOutput::Arrived(count) => self.heard.push_back(Heard(ClientEvent::Got(count))),
                LineEndOutput::Tapped(Tapped::Event(CallerEvent::Link(LinkEvent::IpUp { local, peer, dns, wins })))
                    if self.reticent =>
                {
                    let up = Addresses { local, peer, dns, wins };
                    self.heard.push_back(Heard(ClientEvent::Up(up)));
                }
                LineEndOutput::Tapped(tapped) => self.heard.push_back(Heard(ClientEvent::Tapped(tapped))),
                LineEndOutput::Busy => self.heard.push_back(Heard(ClientEvent::Busy)),
                // The program's port is a pty, which has none.
                LineEndOutput::Circuit(..) => {}
                LineEndOutput::HangUpDte => self.hang_up = true,
                LineEndOutput::Trace(what) => self.record(now, what),
                // Nobody calls this line from outside: what is lost on the way is told by the line of the called.
                LineEndOutput::Lost(_) | LineEndOutput::ToCaller(_) | LineEndOutput::ToWaitingCaller(_) => {}
            }
        }
        moved
    }
}
