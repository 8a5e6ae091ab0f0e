//! A real caller's modem: its port, its line, and a tap on what the program at it says to the server.
//!
//! The counterpart of a [`Station`](super::station::Station), at the other end of the line. Sans-I/O likewise: octets of
//! the program come in, octets for it go out; so do trace events of this port, and what the called station is to know
//! of its caller ([`Heard`]).

use std::collections::VecDeque;

use offhook_emulator::exchange::CallSetup;
use offhook_emulator::modem::Personality;
use offhook_emulator::time::{Instant, earliest};
use offhook_emulator::trace::{Event, What};

use super::plant::{Plant, PlantOutput};
use super::tap::Tapped;
use super::telephones::Telephones;

/// What a called station is to know of its caller.
#[derive(Debug)]
pub struct Heard(pub(super) Saying);

/// What it is.
#[derive(Debug)]
pub(super) enum Saying {
    /// So many octets leave the caller.
    Sent(usize),
    /// So many octets have come to the caller.
    Got(usize),
    /// What was said on the line.
    Tapped(Tapped),
    /// The line was busy.
    Busy,
}

/// One program's modem.
#[derive(Debug)]
pub struct Client {
    /// Its name, which is also that of its port and its network namespace: `client1`.
    pub name: String,
    /// The call it makes.
    pub call: usize,
    plant: Plant,
    open: bool,
    /// The program has closed the port, and this is when what it wrote before will have been sent.
    closing: Option<Instant>,
    to_dte: VecDeque<Vec<u8>>,
    hang_up: bool,
    heard: VecDeque<Heard>,
    events: Vec<Event>,
}

impl Client {
    /// The modem that makes call number `call`, from a line on the exchange whose calls tell this of their caller.
    pub fn new(call: usize, personality: &Personality, tells: CallSetup, telephones: &Telephones) -> Self {
        let name = format!("client{}", call + 1);
        Self {
            plant: Plant::calling(&name, personality, tells, telephones),
            name,
            call,
            open: false,
            closing: None,
            to_dte: VecDeque::new(),
            hang_up: false,
            heard: VecDeque::new(),
            events: Vec::new(),
        }
    }

    /// The program opened or closed the port; what it wrote before is sent all the same.
    pub fn handle_circuit_108(&mut self, now: Instant, on: bool) {
        let rest = self.plant.backlog(now);
        if !on && self.open && !rest.is_zero() {
            self.closing = Some(now + rest);
            return;
        }
        if self.closing.take().is_some() {
            self.circuit_108_changes(now, false);
        }
        self.circuit_108_changes(now, on);
    }

    fn circuit_108_changes(&mut self, now: Instant, on: bool) {
        if self.open != on {
            self.open = on;
            let does = if on { "opens its port, circuit 108/2 on" } else { "closes its port, circuit 108/2 off" };
            self.record(now, What::Note { text: format!("the caller's program {does}") });
            self.plant.handle_circuit_108(now, on);
            self.settle(now);
        }
    }

    /// Whether the program has the port open.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// The program wrote octets.
    pub fn handle_dte_octets(&mut self, now: Instant, octets: &[u8]) {
        self.plant.handle_dte_octets(now, octets);
        self.settle(now);
    }

    /// A deadline may have passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.closing.take_if(|until| *until <= now).is_some() {
            self.circuit_108_changes(now, false);
        }
        self.plant.handle_timeout(now);
        self.settle(now);
    }

    /// The next deadline.
    pub fn poll_timeout(&self) -> Option<Instant> {
        earliest(self.plant.poll_timeout(), self.closing)
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
        self.plant.wants_dte_octets(now)
    }

    /// What the called station is to know.
    pub fn poll_heard(&mut self) -> Option<Heard> {
        self.heard.pop_front()
    }

    /// What happened since the last time.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Adds a trace event of this port.
    pub fn record(&mut self, now: Instant, what: What) {
        self.events.push(Event { at: now, port: Some(self.name.clone()), call: Some(self.call), what });
    }

    /// Moves everything that can move now; whether there was anything.
    pub fn settle(&mut self, now: Instant) -> bool {
        let mut moved = false;
        while let Some(output) = self.plant.poll_output(now) {
            moved = true;
            match output {
                PlantOutput::ToDte(octets) => self.to_dte.push_back(octets),
                PlantOutput::Departed(count) => self.heard.push_back(Heard(Saying::Sent(count))),
                PlantOutput::Arrived(count) => self.heard.push_back(Heard(Saying::Got(count))),
                PlantOutput::Tapped(tapped) => self.heard.push_back(Heard(Saying::Tapped(tapped))),
                PlantOutput::Busy => self.heard.push_back(Heard(Saying::Busy)),
                // The program's port is a pty, which has none.
                PlantOutput::Circuit(..) => {}
                PlantOutput::HangUpDte => self.hang_up = true,
                PlantOutput::Trace(what) => self.record(now, what),
                // Nobody calls this line from outside.
                PlantOutput::ToCaller(_) | PlantOutput::ToSecondCaller(_) => {}
            }
        }
        moved
    }
}
