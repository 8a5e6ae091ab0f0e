//! The bench: modems, each with its DTE on one side and a line of one exchange on the other.
//!
//! In: what DTEs do, calls from outside, time. Out: octets for DTEs, hang-ups of their ports, numbers that lead
//! outside, what callers from outside see, and what happened. Sans-I/O: [`super::driver`] has clock and ports.
//! Everything that can move is moved before a `handle_*` returns.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use offhook_emulator::exchange::{CallSetup, Exchange, LineConfig, LineEvent, LineOutput};
use offhook_emulator::modem::{Circuit, Modem, ModemConfig, ModemOutput};
use offhook_emulator::time::{Instant, earliest};
use offhook_emulator::trace::{End, What};

use super::ear::Ear;
use super::panel::{Lamps, LineState, Meter};
use super::said::{TimeOfDay, Told};
use super::subscriber::Subscriber;
use super::trunk::{CallId, Far, Trunk};

/// How much line time a DTE may be ahead of its line before it is not read any more: its modem's flow control.
pub(super) const BACKLOG: Duration = Duration::from_millis(250);

/// What a line is like that is put on the bench.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Its number.
    pub number: String,
    /// The name told with it, if any.
    pub name: Option<String>,
    /// Its modem.
    pub modem: ModemConfig,
    /// The line itself.
    pub line: LineConfig,
}

/// Modems and their exchange.
#[derive(Debug)]
pub struct Bench {
    pub(super) exchange: Exchange,
    pub(super) lines: Vec<Subscriber>,
    /// Calls from lines here to outside.
    pub(super) trunks: BTreeMap<u64, Trunk>,
    pub(super) next_trunk: u64,
    /// Which numbers lead outside.
    directory: Directory,
    pub(super) day: TimeOfDay,
    told: VecDeque<Told>,
    pub(super) far: VecDeque<(CallId, Far)>,
}

/// Which numbers lead outside, of those that no line here has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// These.
    pub numbers: Vec<String>,
    /// All others, too.
    pub any: bool,
}

impl Directory {
    fn has(&self, number: &str) -> bool {
        self.any || self.numbers.iter().any(|known| known == number)
    }
}

impl Bench {
    /// An empty bench.
    pub fn new(day: TimeOfDay, directory: Directory) -> Self {
        Self {
            exchange: Exchange::new(),
            lines: Vec::new(),
            trunks: BTreeMap::new(),
            next_trunk: 0,
            directory,
            day,
            told: VecDeque::new(),
            far: VecDeque::new(),
        }
    }

    /// Puts a modem on it; gives the number of its line, from 0.
    pub fn add(&mut self, setup: Setup) -> usize {
        let id = self.exchange.subscribe(setup.number.clone(), setup.line.clone());
        let (from, name) = (Some(setup.number.clone()).filter(|number| !number.is_empty()), setup.name.clone());
        self.exchange.set_identity(id, CallSetup { from, name, ..CallSetup::default() });
        self.lines.push(Subscriber::new(id, setup));
        self.lines.len() - 1
    }

    /// From now on what crosses the lines is told as well: frames and text.
    pub fn listen(&mut self) {
        for line in &mut self.lines {
            line.ear = Some(Ear::new());
        }
    }

    /// Octets cross a line's end.
    pub(super) fn hear(&mut self, now: Instant, line: usize, from: End, octets: &[u8]) {
        let heard = self.lines[line].ear.as_mut().map(|ear| ear.hear(from, octets));
        for what in heard.into_iter().flatten() {
            self.tell(now, line, what);
        }
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The line that has this number.
    pub fn line_of(&self, number: &str) -> Option<usize> {
        self.lines.iter().position(|line| line.setup.number == number)
    }

    /// How the line was set up.
    pub fn setup(&self, line: usize) -> &Setup {
        &self.lines[line].setup
    }

    /// The modem of the line.
    pub fn modem(&self, line: usize) -> &Modem {
        &self.lines[line].modem
    }

    /// What the line is doing.
    pub fn state(&self, line: usize) -> LineState {
        self.lines[line].shown_state()
    }

    /// Octets to and from its DTE.
    pub fn meters(&self, line: usize) -> (Meter, Meter) {
        (self.lines[line].received, self.lines[line].sent)
    }

    /// Its modem's lamps.
    pub fn lamps(&self, now: Instant, line: usize) -> Lamps {
        self.lines[line].lamps(now)
    }

    /// The DTE opened its port or closed it.
    pub fn handle_circuit_108(&mut self, now: Instant, line: usize, on: bool) {
        if self.lines[line].dtr != on {
            self.lines[line].dtr = on;
            self.tell(now, line, if on { What::DteOpened } else { What::DteClosed });
        }
        self.lines[line].modem.handle_circuit_108(now, on);
        self.pump(now);
    }

    /// The DTE sent octets.
    pub fn handle_dte_octets(&mut self, now: Instant, line: usize, octets: &[u8]) {
        self.lines[line].sent.count(now, octets.len());
        self.lines[line].modem.handle_dte_octets(now, octets);
        self.pump(now);
    }

    /// Whether the DTE may be read: one that circuit 106 stops is not while much of what it wrote still waits for the line.
    pub fn wants_dte_octets(&self, now: Instant, line: usize) -> bool {
        let modem = &self.lines[line].modem;
        if !modem.stops_dte_by_circuit() {
            return true;
        }
        if !modem.wants_dte_octets() {
            return false;
        }
        let trunk = self.lines[line].trunk.and_then(|id| self.trunks.get(&id)).and_then(|trunk| trunk.wire.as_ref());
        trunk.map_or_else(|| self.exchange.backlog(now, self.lines[line].id), |wire| wire.backlog(now, End::Caller))
            < BACKLOG
    }

    /// The DTE can take octets, or it cannot: circuit 105.
    pub fn handle_circuit_105(&mut self, now: Instant, line: usize, on: bool) {
        self.lines[line].modem.handle_circuit_105(now, on);
        self.pump(now);
    }

    /// The DTE's port has this speed.
    pub fn handle_dte_speed(&mut self, now: Instant, line: usize, bits_per_second: u32) {
        self.lines[line].modem.handle_dte_speed(now, Some(bits_per_second));
        self.pump(now);
    }

    /// Whether a call to the line would ring.
    pub fn is_free(&self, line: usize) -> bool {
        self.exchange.is_free(self.lines[line].id)
    }

    /// Octets to write to the DTE of the line.
    pub fn poll_dte(&mut self, line: usize) -> Option<Vec<u8>> {
        self.lines[line].to_dte.pop_front()
    }

    /// Circuits towards the DTE of the line that went on or off.
    pub fn poll_circuit(&mut self, line: usize) -> Option<(Circuit, bool)> {
        self.lines[line].circuits.pop_front()
    }

    /// True once after carrier of the line was lost.
    pub fn poll_hang_up(&mut self, line: usize) -> bool {
        std::mem::take(&mut self.lines[line].hang_up)
    }

    /// What happened next.
    pub fn poll_told(&mut self) -> Option<Told> {
        self.told.pop_front()
    }

    /// Adds something that happened.
    pub fn tell(&mut self, now: Instant, line: usize, what: What) {
        self.told.push_back(Told { at: now, line: Some(line), what });
    }

    /// The next moment at which something happens by itself.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let modems = self.lines.iter().fold(None, |next, line| earliest(next, line.modem.poll_timeout()));
        let trunks = self
            .trunks
            .values()
            .filter_map(|trunk| trunk.wire.as_ref())
            .fold(None, |next, wire| earliest(next, wire.poll_timeout()));
        earliest(earliest(modems, trunks), self.exchange.poll_timeout())
    }

    /// Does what is due by `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        while self.poll_timeout().is_some_and(|due| due <= now) {
            self.exchange.handle_timeout(now);
            for wire in self.trunks.values_mut().filter_map(|trunk| trunk.wire.as_mut()) {
                wire.handle_timeout(now);
            }
            for line in &mut self.lines {
                if line.modem.poll_timeout().is_some_and(|due| due <= now) {
                    line.modem.handle_timeout(now);
                }
            }
            self.pump(now);
        }
    }

    /// Moves everything that can move now.
    pub(super) fn pump(&mut self, now: Instant) {
        loop {
            let mut moved = !self.trunks.is_empty() && self.pump_trunks(now);
            for line in 0..self.lines.len() {
                while let Some(output) = self.exchange.poll_output(self.lines[line].id) {
                    self.handle_line(now, line, output);
                    moved = true;
                }
                while let Some(output) = self.lines[line].modem.poll_output() {
                    self.handle_modem(now, line, output);
                    moved = true;
                }
            }
            if !moved {
                return;
            }
        }
    }

    fn handle_line(&mut self, now: Instant, line: usize, output: LineOutput) {
        match output {
            LineOutput::Trace(what) => {
                self.lines[line].follow_trace(&what);
                if let What::RingOn { count } = what {
                    self.far.push_back((CallId::In(line), Far::Rings(count)));
                }
                self.tell(now, line, what);
            }
            LineOutput::ToCaller(event) => self.handle_caller(line, event),
            // Whoever calls from outside a line with a call on it finds it busy.
            LineOutput::ToSecondCaller(_) => {}
            LineOutput::ToModem(event) => {
                if let LineEvent::Octets(octets) = &event {
                    self.hear(now, line, End::Caller, octets);
                }
                let subscriber = &mut self.lines[line];
                subscriber.follow_line(&event);
                if let LineEvent::Tone(tone) = event {
                    self.told.push_back(Told {
                        at: now,
                        line: Some(line),
                        what: What::Tone { name: tone.name().to_owned() },
                    });
                }
                subscriber.modem.handle_line(now, event);
            }
        }
    }

    fn handle_modem(&mut self, now: Instant, line: usize, output: ModemOutput) {
        let subscriber = &mut self.lines[line];
        let id = subscriber.id;
        match output {
            ModemOutput::ToDte(octets) => {
                subscriber.received.count(now, octets.len());
                subscriber.to_dte.push_back(octets);
            }
            ModemOutput::ToLine(octets) => {
                let trunk = subscriber.trunk;
                self.hear(now, line, End::Server, &octets);
                match trunk {
                    Some(trunk) => {
                        if let Some(wire) = self.trunks.get_mut(&trunk).and_then(|trunk| trunk.wire.as_mut()) {
                            wire.send(now, End::Caller, &octets);
                        }
                    }
                    None => self.exchange.send(now, id, &octets),
                }
            }
            ModemOutput::OffHook => {
                let from = match &subscriber.state {
                    LineState::Ringing { from, .. } => Some(from.clone()),
                    _ => None,
                };
                subscriber.state = from.map_or(LineState::OffHook, |with| LineState::Training { with });
                self.exchange.set_abilities(id, subscriber.modem.abilities());
                self.exchange.handle_off_hook(now, id);
            }
            ModemOutput::OnHook => {
                subscriber.state = LineState::OnHook;
                subscriber.called = None;
                self.leave_trunk(now, line);
                self.exchange.handle_on_hook(now, id);
            }
            ModemOutput::Dial(number) => {
                subscriber.state = LineState::Dialling { number: number.clone() };
                self.tell(now, line, What::Dialled { number: number.clone() });
                self.lines[line].called = self.line_of(&number);
                if self.lines[line].called.is_none() && self.directory.has(&number) {
                    return self.seek(now, line, &number);
                }
                let stamp = self.day.stamp(now);
                self.exchange.handle_dial(now, id, &number, stamp);
            }
            ModemOutput::Retrain => match subscriber.trunk {
                Some(trunk) => {
                    if let Some(wire) = self.trunks.get_mut(&trunk).and_then(|trunk| trunk.wire.as_mut()) {
                        wire.train_anew(now);
                    }
                }
                None => self.exchange.handle_retrain(now, id),
            },
            ModemOutput::Circuit(circuit, on) => subscriber.circuits.push_back((circuit, on)),
            ModemOutput::HangUpDte => subscriber.hang_up = true,
            ModemOutput::Trace(what) => self.tell(now, line, what),
        }
    }
}
