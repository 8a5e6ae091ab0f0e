//! A modem pool: modems, each with its DTE on one side and a line of one exchange on the other.
//!
//! In: what DTEs do, calls from outside, time. Out: octets for DTEs, hang-ups of their ports, numbers that lead
//! outside, what callers from outside see, and what happened. Sans-I/O: [`super::driver`] has clock and ports.
//! Everything that can move is moved before a `handle_*` returns.

mod answering;
#[cfg(test)]
mod bench;
mod calling_back;
mod dialling;
mod directory;
mod dte;
mod initialising;
mod trunk;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use offhook_clock::{Instant, earliest};
use offhook_telephony::exchange::{Exchange, LineEvent, LineOutput, Tone};
use offhook_telephony::line_monitor::{self, LineMonitor};
use offhook_telephony::modem::{Modem, ModemOutput, Nvram};
use offhook_telephony::trace::{End, EventKind, Loss};

use self::answering::OutsideCall;
use self::calling_back::CallingBack;
pub use self::directory::{Destination, Directory};
pub(super) use self::dte::CLOSING;
use self::trunk::Trunk;
pub use self::trunk::{CallId, Far, Partner};
use super::log_entry::{LogEntry, TimeOfDay};
use super::panel::{Lamps, LineState, Meter};
use super::ppp_sessions::Sessions;
use super::subscriber::Subscriber;
pub use super::subscriber::{Setup, ToDte};

/// How much line time a DTE may be ahead of its line before it is not read any more: its modem's flow control.
pub(super) const BACKLOG: Duration = Duration::from_millis(250);

/// Modems and their exchange.
#[derive(Debug)]
pub struct ModemPool {
    exchange: Exchange,
    lines: Vec<Subscriber>,
    /// Calls from lines here to outside.
    trunks: BTreeMap<u64, Trunk>,
    next_trunk: u64,
    /// Calls to numbers that answer with PPP: here and on the way there from outside.
    sessions: Sessions,
    outside_calls: BTreeMap<u64, OutsideCall>,
    calling_back: CallingBack,
    /// Which numbers lead outside.
    directory: Directory,
    day: TimeOfDay,
    entry: VecDeque<LogEntry>,
    far: VecDeque<(CallId, Far)>,
}

impl ModemPool {
    /// An empty pool.
    pub fn new(day: TimeOfDay, directory: Directory) -> Self {
        Self {
            exchange: Exchange::new(),
            lines: Vec::new(),
            trunks: BTreeMap::new(),
            next_trunk: 0,
            sessions: Sessions::new(Vec::new(), 0),
            outside_calls: BTreeMap::new(),
            calling_back: CallingBack::default(),
            directory,
            day,
            entry: VecDeque::new(),
            far: VecDeque::new(),
        }
    }

    /// Puts a modem on it; gives the number of its line, from 0.
    pub fn add(&mut self, setup: Setup) -> usize {
        let id = self.exchange.subscribe(setup.number.clone(), setup.line.clone());
        self.exchange.identity(id).name = setup.name.clone().map(Into::into);
        self.lines.push(Subscriber::new(id, setup));
        self.lines.len() - 1
    }

    /// From now on what crosses the lines is told as well: frames and text.
    pub fn listen(&mut self) {
        for line in &mut self.lines {
            line.monitor = Some(LineMonitor::default());
        }
        self.sessions.tell_frames();
    }

    /// Octets cross a line's end.
    pub(super) fn hear(&mut self, now: Instant, line: usize, from: End, octets: &[u8]) {
        let mut rest = octets;
        while let Some(item) = self.lines[line].monitor.as_mut().and_then(|monitor| monitor.take(now, from, &mut rest))
        {
            let what = line_monitor::event_kind(from, item);
            self.tell(now, line, what);
        }
    }

    /// What pauses on the lines show to be text is told.
    fn hear_pauses(&mut self, now: Instant) {
        for line in 0..self.lines.len() {
            for from in [End::Caller, End::Server] {
                let Some(monitor) = &mut self.lines[line].monitor else { continue };
                if let Some(what) = monitor.handle_timeout(now, from).map(|item| line_monitor::event_kind(from, item)) {
                    self.tell(now, line, what);
                }
            }
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

    /// What the line's modem keeps without power, if it has been told to since this was asked last.
    pub fn take_nvram(&mut self, line: usize) -> Option<Nvram> {
        let modem = &mut self.lines[line].modem;
        modem.take_nvram_written().then(|| modem.nvram())
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

    /// Whether a call to the line would ring.
    pub fn is_free(&self, line: usize) -> bool {
        self.exchange.is_free(self.lines[line].id)
    }

    /// What happened next.
    pub fn poll_log_entry(&mut self) -> Option<LogEntry> {
        self.entry.pop_front()
    }

    /// Adds something that happened.
    pub fn tell(&mut self, now: Instant, line: usize, what: EventKind) {
        self.entry.push_back(LogEntry { at: now, line: Some(line), what });
    }

    /// Adds something that happened at no line.
    pub(super) fn tell_of_no_line(&mut self, now: Instant, what: EventKind) {
        self.entry.push_back(LogEntry { at: now, line: None, what });
    }

    /// The next moment at which something happens by itself.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let modems = self.lines.iter().fold(self.dialling_due(), |next, line| {
            let pause = line.monitor.as_ref().and_then(LineMonitor::poll_timeout);
            earliest(earliest(next, pause), earliest(line.modem.poll_timeout(), line.last_words.poll_timeout()))
        });
        let trunks = self
            .trunks
            .values()
            .filter_map(|trunk| trunk.outside_line.as_ref())
            .fold(None, |next, outside_line| earliest(next, outside_line.poll_timeout()));
        [modems, trunks, self.exchange.poll_timeout(), self.answering_due()].into_iter().fold(None, earliest)
    }

    /// Does what is due by `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        while self.poll_timeout().is_some_and(|due| due <= now) {
            self.exchange.handle_timeout(now);
            for outside_line in self.trunks.values_mut().filter_map(|trunk| trunk.outside_line.as_mut()) {
                outside_line.handle_timeout(now);
            }
            for line in &mut self.lines {
                if line.modem.poll_timeout().is_some_and(|due| due <= now) {
                    line.modem.handle_timeout(now);
                }
            }
            self.answering_timeout(now);
            self.end_dialling(now);
            self.close_late(now);
            self.hear_pauses(now);
            self.pump(now);
        }
    }

    /// Moves everything that can move now.
    pub(super) fn pump(&mut self, now: Instant) {
        loop {
            let mut moved = !self.trunks.is_empty() && self.pump_trunks(now);
            moved |= self.pump_answering(now);
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
                self.lines[line].follow_trace(now, &what);
                if let EventKind::RingOn { count } = what {
                    self.far.push_back((CallId::In(line), Far::Rings(count)));
                }
                self.tell(now, line, what);
            }
            LineOutput::Lost(loss) => {
                // Told where they were sent, if that is a line here.
                let caller = self.lines.iter().position(|other| other.called == Some(line));
                match (loss.from, caller) {
                    (End::Caller, Some(caller)) => self.lose(now, caller, Loss { from: End::Server, ..loss }),
                    _ => self.lose(now, line, loss),
                }
            }
            LineOutput::ToCaller(event) => {
                if let Some(event) = self.hear_of_callback(now, line, event) {
                    self.handle_caller(line, event);
                }
            }
            // Whoever calls from outside a line with a call on it finds it busy.
            LineOutput::ToWaitingCaller(_) => {}
            LineOutput::ToModem(event) => {
                if let LineEvent::Octets(octets) = &event {
                    self.hear(now, line, End::Caller, octets);
                }
                let subscriber = &mut self.lines[line];
                subscriber.follow_line(&event);
                if let LineEvent::Tone(tone) = event {
                    self.entry.push_back(LogEntry {
                        at: now,
                        line: Some(line),
                        what: EventKind::Tone { name: tone.name().to_owned() },
                    });
                }
                // A modem that answers at the very moment in which its caller gives up: the exchange breaks the loop's current, as
                // many do, and the line is free again. Without that it would wait for carrier as long as S7 says.
                let nobody = event == LineEvent::Tone(Tone::Dial) && subscriber.abandoned == Some(now);
                subscriber.modem.handle_line(now, event);
                if nobody {
                    subscriber.modem.handle_line(now, LineEvent::CarrierLost { abrupt: false });
                }
            }
        }
    }

    fn handle_modem(&mut self, now: Instant, line: usize, output: ModemOutput) {
        let subscriber = &mut self.lines[line];
        let id = subscriber.id;
        match output {
            // The DTE has closed its port, and what it wrote is still on its way.
            ModemOutput::ToDte(octets) if subscriber.last_words.poll_timeout().is_some() => {
                if subscriber.modem.is_online() {
                    self.handle_unread(now, line, octets.len() as u64);
                }
            }
            ModemOutput::ToDte(octets) => {
                subscriber.received.count(now, octets.len());
                subscriber.to_dte.push_back(ToDte::Octets(octets));
            }
            ModemOutput::ToLine(octets) => {
                let trunk = subscriber.trunk;
                self.hear(now, line, End::Server, &octets);
                match trunk.and_then(|trunk| self.trunks.get_mut(&trunk)?.outside_line.as_mut()) {
                    Some(outside_line) => outside_line.send(now, End::Caller, &octets),
                    None => self.exchange.send(now, id, &octets),
                }
            }
            ModemOutput::OffHook => {
                let from = match &subscriber.state {
                    LineState::Ringing { from, .. } => Some(from.clone()),
                    _ => None,
                };
                subscriber.collector.reset();
                subscriber.state = from.map_or(LineState::OffHook, |with| LineState::Training { with });
                self.exchange.set_abilities(id, subscriber.modem.abilities());
                self.exchange.handle_off_hook(now, id);
            }
            ModemOutput::OnHook => {
                subscriber.state = LineState::OnHook;
                subscriber.collector.reset();
                subscriber.called = None;
                self.leave_trunk(now, line);
                self.exchange.handle_on_hook(now, id);
            }
            ModemOutput::Dial(digits) => self.dial(now, line, &digits),
            ModemOutput::DialAddress(text) => self.dial_address(now, line, &text),
            ModemOutput::Retrain => match subscriber.trunk {
                Some(trunk) => {
                    if let Some(outside_line) =
                        self.trunks.get_mut(&trunk).and_then(|trunk| trunk.outside_line.as_mut())
                    {
                        outside_line.retrain_as_at_first(now);
                    }
                }
                None => self.exchange.handle_retrain(now, id),
            },
            ModemOutput::Circuit(circuit, on) => subscriber.to_dte.push_back(ToDte::Circuit(circuit, on)),
            ModemOutput::HangUpDte => subscriber.hang_up = true,
            ModemOutput::Trace(what) => self.tell(now, line, what),
        }
    }
}
