//! What a server's port hangs on: a modem on a telephone line, or a null-modem cable. One face for both.
//!
//! In: the DTE's circuit 108 and octets, calls, the caller's octets, time. Out: [`LineEndOutput`]. Modem and line are
//! carried on until neither has anything more to tell the other.

use std::collections::VecDeque;
use std::time::Duration;

use offhook_clock::{Instant, earliest};
use offhook_telephony::exchange::{
    Cable, CableOutput, Cadence, CallSetup, CallerEvent, Deafness, LineConfig, LineEvent, LineId, LineOutput, Party,
    Release, Tone, WaitingCall,
};
use offhook_telephony::modem::{Circuit, Modem, ModemConfig, ModemOutput, Personality};
use offhook_telephony::trace::{End, EventKind, Loss};

use super::shared_exchange::{SharedExchange, Subscriber};
use super::tap::{Tap, Tapped};
use offhook_base::Error;
use offhook_scenario::Port;

/// Speed of a direct port whose speed is not stated: mgetty's own choice in mgetty.config.
const DIRECT_SPEED: u32 = 38_400;

/// How much line time may be queued from a DTE before its modem stops reading it (its flow control).
const BACKLOG: Duration = Duration::from_millis(250);

/// What comes of it.
#[derive(Debug)]
pub(super) enum LineEndOutput {
    /// Octets to write to the DTE.
    ToDte(Vec<u8>),
    /// So many octets have left the server for the caller.
    Departed(usize),
    /// So many of the caller's octets have reached the server.
    Arrived(usize),
    /// The caller's end of the call.
    ToCaller(CallerEvent),
    /// What a second caller hears.
    ToWaitingCaller(WaitingCall),
    /// A circuit towards the DTE goes on or off.
    Circuit(Circuit, bool),
    /// Octets do not arrive.
    Lost(Loss),
    /// Circuit 109 goes off, where there is no such circuit.
    HangUpDte,
    /// What somebody who listens on this end of the line hears.
    Tapped(Tapped),
    /// The line of the number that was dialled is busy.
    Busy,
    /// What happened.
    Trace(EventKind),
}

/// What is done to the line of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineFault {
    /// Carrier stops at both ends, and comes back after so long.
    Dropout(Duration),
    /// The modems retrain for so long.
    Retrain(Duration),
    /// They go on at another rate, bit/s, both ways.
    Renegotiate(u32),
    /// Octets no longer reach one end.
    Deafen(Deafness),
}

#[derive(Debug)]
enum FarSide {
    Dialled { modem: Box<Modem>, line: Subscriber },
    Direct(Box<Cable>),
}

/// A port's far side.
#[derive(Debug)]
pub(super) struct LineEnd {
    far_side: FarSide,
    /// Listens, on the line of a modem that calls.
    tap: Option<Box<Tap>>,
    output: VecDeque<LineEndOutput>,
}

impl LineEnd {
    /// What `port` says there is, a line of it on this exchange. Fails if its ring cadence is none.
    pub(super) fn new(port: &Port, exchange: &SharedExchange) -> Result<Self, Error> {
        let far_side = if port.direct {
            let cable = Cable::new(port.speed.unwrap_or(DIRECT_SPEED));
            FarSide::Direct(Box::new(cable.with_deaf(port.line.quality.deaf.clone())))
        } else {
            let line = exchange.subscribe(&port.device, port.number.as_deref(), line(port)?);
            FarSide::Dialled { modem: Box::new(Modem::new(modem(port))), line }
        };
        Ok(Self { far_side, tap: None, output: VecDeque::new() })
    }

    /// A modem of that name that calls others, on a line whose calls tell this of their caller, and a tap on it.
    pub(super) fn calling(name: &str, personality: &Personality, tells: CallSetup, exchange: &SharedExchange) -> Self {
        let modem = Box::new(Modem::new(ModemConfig { personality: personality.clone(), ..ModemConfig::default() }));
        // What caller ID tells as a number may be none, and nobody calls back.
        let number = tells.from.as_ref().and_then(Party::known);
        let number = number.filter(|number| number.bytes().all(|digit| digit.is_ascii_digit()));
        let line = exchange.subscribe(name, number, LineConfig::default());
        line.set_identity(tells);
        Self { far_side: FarSide::Dialled { modem, line }, tap: Some(Box::new(Tap::new())), output: VecDeque::new() }
    }

    pub(super) fn is_direct(&self) -> bool {
        matches!(self.far_side, FarSide::Direct(_))
    }

    pub(super) fn handle_circuit_108(&mut self, now: Instant, on: bool) {
        match &mut self.far_side {
            FarSide::Dialled { modem, .. } => modem.handle_circuit_108(now, on),
            FarSide::Direct(cable) => cable.handle_circuit_108(now, on),
        }
    }

    /// Circuit 105 (RTS), where there is such a circuit.
    pub(super) fn handle_circuit_105(&mut self, now: Instant, on: bool) {
        if let Some(modem) = self.modem() {
            modem.handle_circuit_105(now, on);
        }
    }

    /// The DTE's speed in bit/s, where it is known.
    pub(super) fn handle_dte_speed(&mut self, now: Instant, speed: u32) {
        if let Some(modem) = self.modem() {
            modem.handle_dte_speed(now, Some(speed));
        }
    }

    pub(super) fn handle_dte_octets(&mut self, now: Instant, octets: &[u8]) {
        match &mut self.far_side {
            FarSide::Dialled { modem, .. } => modem.handle_dte_octets(now, octets),
            FarSide::Direct(cable) => {
                self.output.push_back(LineEndOutput::Departed(octets.len()));
                cable.send(now, End::Server, octets);
            }
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        if let Some(tap) = &mut self.tap {
            tap.handle_timeout(now);
        }
        match &mut self.far_side {
            FarSide::Dialled { modem, line } => {
                line.handle_timeout(now);
                modem.handle_timeout(now);
            }
            FarSide::Direct(cable) => cable.handle_timeout(now),
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let far_side = match &self.far_side {
            FarSide::Dialled { modem, line } => earliest(line.poll_timeout(), modem.poll_timeout()),
            FarSide::Direct(cable) => cable.poll_timeout(),
        };
        earliest(far_side, self.tap.as_ref().and_then(|tap| tap.poll_timeout()))
    }

    /// Whether a call would get through to the modem.
    pub(super) fn is_free(&self) -> bool {
        match &self.far_side {
            FarSide::Dialled { line, .. } => line.is_free(),
            FarSide::Direct(cable) => cable.is_free(),
        }
    }

    /// Its line on the exchange, if it has one.
    pub(super) fn line(&self) -> Option<LineId> {
        match &self.far_side {
            FarSide::Dialled { line, .. } => Some(line.id()),
            FarSide::Direct(_) => None,
        }
    }

    /// Somebody calls; after so many rings without answer his call goes to that number.
    pub(super) fn place_call(&mut self, now: Instant, setup: CallSetup, no_answer: Option<(u32, String)>) {
        match &mut self.far_side {
            FarSide::Dialled { line, .. } => line.place_call(now, setup, no_answer),
            FarSide::Direct(cable) => cable.place_call(now, setup),
        }
    }

    /// A second call waits during the one on the line (call waiting).
    pub(super) fn place_waiting_call(&mut self, now: Instant, setup: CallSetup) {
        if let FarSide::Dialled { line, .. } = &mut self.far_side {
            line.place_waiting_call(now, setup);
        }
    }

    /// The second caller hangs up.
    pub(super) fn clear_waiting_call(&mut self) {
        if let FarSide::Dialled { line, .. } = &mut self.far_side {
            line.clear_waiting_call();
        }
    }

    /// The caller sends octets.
    pub(super) fn send(&mut self, now: Instant, octets: &[u8]) {
        match &mut self.far_side {
            FarSide::Dialled { line, .. } => line.send(now, End::Caller, octets),
            FarSide::Direct(cable) => cable.send(now, End::Caller, octets),
        }
    }

    /// The caller hangs up, or its line is cut.
    pub(super) fn clear(&mut self, now: Instant, release: Release) {
        match &mut self.far_side {
            FarSide::Dialled { line, .. } => line.clear(now, release),
            FarSide::Direct(cable) => cable.clear(now, release),
        }
    }

    /// Does something to the line. A cable has no carrier and no modems, but wires that may break.
    pub(super) fn line_fault(&mut self, now: Instant, fault: LineFault) {
        match (&mut self.far_side, fault) {
            (FarSide::Dialled { line, .. }, LineFault::Dropout(lasts)) => line.dropout(now, lasts),
            (FarSide::Dialled { line, .. }, LineFault::Retrain(lasts)) => line.retrain(now, lasts),
            (FarSide::Dialled { line, .. }, LineFault::Renegotiate(rate)) => line.renegotiate(now, rate),
            (FarSide::Dialled { line, .. }, LineFault::Deafen(deafness)) => line.deafen(now, deafness),
            (FarSide::Direct(cable), LineFault::Deafen(deafness)) => cable.deafen(now, deafness),
            (FarSide::Direct(_), LineFault::Dropout(_) | LineFault::Retrain(_) | LineFault::Renegotiate(_)) => {}
        }
    }

    /// The modem loses its power, and what is on its line with it.
    pub(super) fn switch_modem_off(&mut self, now: Instant) {
        if let FarSide::Dialled { modem, line } = &mut self.far_side {
            line.handle_power_loss(now);
            modem.switch_off(now);
        }
    }

    /// For how long, from now on, a DTE that closes its port waits until the last of what it wrote has left: the line, or
    /// circuit 106.
    pub(super) fn drains_in(&self, now: Instant) -> Duration {
        let circuit_106 = match &self.far_side {
            FarSide::Dialled { modem, .. } => modem.waits_for_circuit_106(now),
            FarSide::Direct(_) => Duration::ZERO,
        };
        self.backlog(now).max(circuit_106)
    }

    /// Whether the DTE may be read. One that circuit 106 stops is not while much of what it wrote still waits for the line,
    /// but while the line stands still, if there is room: what a program says before it ends must be read for its end to
    /// be seen, however long the line rests. One that XOFF stops or nothing at all is read always.
    pub(super) fn wants_dte_octets(&self, now: Instant) -> bool {
        let ahead = self.backlog(now) >= BACKLOG;
        match &self.far_side {
            FarSide::Dialled { modem, .. } if ahead => modem.has_room_at_rest() || !modem.stops_dte_by_circuit(),
            FarSide::Dialled { modem, .. } => modem.wants_dte_octets(),
            FarSide::Direct(_) => !ahead,
        }
    }

    /// Line time of what the server has sent and what has not left yet.
    pub(super) fn backlog(&self, now: Instant) -> Duration {
        match &self.far_side {
            FarSide::Dialled { line, .. } => line.backlog(now),
            FarSide::Direct(cable) => cable.backlog(now, End::Server),
        }
    }

    /// Line time of what the caller has sent and what has not left yet.
    pub(super) fn backlog_of_caller(&self, now: Instant) -> Duration {
        match &self.far_side {
            FarSide::Dialled { line, .. } => line.backlog_of_caller(now),
            FarSide::Direct(cable) => cable.backlog(now, End::Caller),
        }
    }

    /// The modem, if there is one.
    pub(super) fn modem(&mut self) -> Option<&mut Modem> {
        match &mut self.far_side {
            FarSide::Dialled { modem, .. } => Some(modem),
            FarSide::Direct(_) => None,
        }
    }

    /// The next thing that comes of it now.
    pub(super) fn poll_output(&mut self, now: Instant) -> Option<LineEndOutput> {
        loop {
            if let Some(output) = self.output.pop_front() {
                return Some(output);
            }
            if let Some(tapped) = self.tap.as_mut().and_then(|tap| tap.poll()) {
                return Some(LineEndOutput::Tapped(tapped));
            }
            match &mut self.far_side {
                FarSide::Direct(cable) => {
                    return Some(match cable.poll_output()? {
                        CableOutput::ToDte(octets) => {
                            let arrived = LineEndOutput::Arrived(octets.len());
                            self.output.push_back(LineEndOutput::ToDte(octets));
                            arrived
                        }
                        CableOutput::HangUpDte => LineEndOutput::HangUpDte,
                        CableOutput::ToCaller(event) => LineEndOutput::ToCaller(event),
                        CableOutput::Lost(loss) => {
                            self.output.push_back(LineEndOutput::Lost(loss));
                            LineEndOutput::Trace(loss.into())
                        }
                        CableOutput::Trace(what) => LineEndOutput::Trace(what),
                    });
                }
                FarSide::Dialled { modem, line } => {
                    if let Some(output) = line.poll_output() {
                        match output {
                            LineOutput::Trace(what) => return Some(LineEndOutput::Trace(what)),
                            LineOutput::Lost(loss) => {
                                self.output.push_back(LineEndOutput::Trace(loss.into()));
                                return Some(LineEndOutput::Lost(loss));
                            }
                            LineOutput::ToCaller(event) => return Some(LineEndOutput::ToCaller(event)),
                            LineOutput::ToWaitingCaller(told) => return Some(LineEndOutput::ToWaitingCaller(told)),
                            LineOutput::ToModem(event) => {
                                if let LineEvent::Octets(octets) = &event {
                                    self.output.push_back(LineEndOutput::Arrived(octets.len()));
                                    if let Some(tap) = &mut self.tap {
                                        tap.hear(now, End::Server, octets);
                                    }
                                }
                                if let LineEvent::Tone(tone) = &event {
                                    let name = tone.name().to_owned();
                                    self.output.push_back(LineEndOutput::Trace(EventKind::Tone { name }));
                                }
                                if event == LineEvent::Tone(Tone::Busy) {
                                    self.output.push_back(LineEndOutput::Busy);
                                }
                                modem.handle_line(now, event);
                            }
                        }
                        continue;
                    }
                    match modem.poll_output()? {
                        ModemOutput::ToDte(octets) => return Some(LineEndOutput::ToDte(octets)),
                        ModemOutput::ToLine(octets) => {
                            line.send(now, End::Server, &octets);
                            if let Some(tap) = &mut self.tap {
                                tap.hear(now, End::Caller, &octets);
                            }
                            return Some(LineEndOutput::Departed(octets.len()));
                        }
                        ModemOutput::OffHook => {
                            line.set_abilities(modem.abilities());
                            line.handle_off_hook(now);
                        }
                        ModemOutput::OnHook => line.handle_on_hook(now),
                        ModemOutput::Dial(number) | ModemOutput::DialAddress(number) => {
                            line.handle_dial(now, &number);
                            return Some(LineEndOutput::Trace(EventKind::Dialled { number }));
                        }
                        ModemOutput::Retrain => line.handle_retrain(now),
                        ModemOutput::Circuit(circuit, on) => return Some(LineEndOutput::Circuit(circuit, on)),
                        ModemOutput::HangUpDte => return Some(LineEndOutput::HangUpDte),
                        ModemOutput::Trace(what) => return Some(LineEndOutput::Trace(what)),
                    }
                }
            }
        }
    }
}

fn modem(port: &Port) -> ModemConfig {
    let traits = &port.modem;
    let usual = ModemConfig::default();
    ModemConfig {
        auto_answer: traits.auto_answer.map_or(usual.auto_answer, |rings| u8::try_from(rings).unwrap_or(u8::MAX)),
        silent: traits.silent,
        replies: traits.replies.clone(),
        connect: traits.connect.clone(),
        personality: traits.personality.clone(),
        ..usual
    }
}

fn line(port: &Port) -> Result<LineConfig, Error> {
    let line = &port.line;
    let cadence = Cadence::new(line.cadence.clone())
        .map_err(|error| Error::new(format!("the ring cadence of {}: {error}", port.device)))?;
    // V.42 carries octets without their start and stop bits.
    let octet_bits = if line.error_control { 8 } else { 10 };
    Ok(LineConfig {
        rate: line.rate,
        delay: line.delay,
        training: line.training,
        cadence,
        octet_bits,
        rate_from_caller: line.rate_from_caller,
        quality: line.quality.clone(),
        caller_id: line.caller_id,
        call_waiting: line.call_waiting,
        ..LineConfig::default()
    })
}
