//! What a server's port hangs on: a modem on a telephone line, or a null-modem cable. One face for both.
//!
//! In: the DTE's circuit 108 and octets, calls, the caller's octets, time. Out: [`PlantOutput`]. Modem and line are
//! carried on until neither has anything more to tell the other.

use std::collections::VecDeque;
use std::time::Duration;

use offhook_emulator::exchange::{
    Cable, CableOutput, Cadence, CallSetup, CallerEvent, CallerIdService, LineConfig, LineEvent, LineId, LineOutput,
    SecondCall, Tone,
};
use offhook_emulator::modem::{Circuit, Modem, ModemConfig, ModemOutput, Personality};
use offhook_emulator::time::{Instant, earliest};
use offhook_emulator::trace::{End, What};

use super::Trouble;
use super::tap::{Tap, Tapped};
use super::telephones::{Subscriber, Telephones};
use crate::scenario::{self, Port};

/// Speed of a direct port whose speed is not stated: mgetty's own choice in mgetty.config.
const DIRECT_SPEED: u32 = 38_400;

/// How much line time may be queued from a DTE before its modem stops reading it (its flow control).
const BACKLOG: Duration = Duration::from_millis(250);

/// What comes of it.
#[derive(Debug)]
pub(super) enum PlantOutput {
    /// Octets to write to the DTE.
    ToDte(Vec<u8>),
    /// So many octets have left the server for the caller.
    Departed(usize),
    /// So many of the caller's octets have reached the server.
    Arrived(usize),
    /// The caller's end of the call.
    ToCaller(CallerEvent),
    /// What a second caller hears.
    ToSecondCaller(SecondCall),
    /// A circuit towards the DTE goes on or off.
    Circuit(Circuit, bool),
    /// Circuit 109 goes off, where there is no such circuit.
    HangUpDte,
    /// What somebody who listens on this end of the line hears.
    Tapped(Tapped),
    /// The line of the number that was dialled is busy.
    Busy,
    /// What happened.
    Trace(What),
}

/// What is done to a carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upset {
    /// It stops at both ends, and comes back after so long.
    Flicker(Duration),
    /// The modems train anew for so long.
    Retrain(Duration),
    /// They go on at another rate, bit/s, both ways.
    Renegotiate(u32),
}

#[derive(Debug)]
enum Kind {
    Dialled { modem: Box<Modem>, line: Subscriber },
    Direct(Box<Cable>),
}

/// A port's far side.
#[derive(Debug)]
pub(super) struct Plant {
    kind: Kind,
    /// Listens, on the line of a modem that calls.
    tap: Option<Box<Tap>>,
    output: VecDeque<PlantOutput>,
}

impl Plant {
    /// What `port` says there is, a line of it on this exchange. Fails if its ring cadence is none.
    pub(super) fn new(port: &Port, telephones: &Telephones) -> Result<Self, Trouble> {
        let kind = if port.direct {
            Kind::Direct(Box::new(Cable::new(port.speed.unwrap_or(DIRECT_SPEED))))
        } else {
            let line = telephones.subscribe(&port.device, port.number.as_deref(), line(port)?);
            Kind::Dialled { modem: Box::new(Modem::new(modem(port))), line }
        };
        Ok(Self { kind, tap: None, output: VecDeque::new() })
    }

    /// A modem of that name that calls others, on a line whose calls tell this of their caller, and a tap on it.
    pub(super) fn calling(name: &str, personality: &Personality, tells: CallSetup, telephones: &Telephones) -> Self {
        let modem = Box::new(Modem::new(ModemConfig { personality: personality.clone(), ..ModemConfig::default() }));
        // A number that is told may be no number, and nobody calls back.
        let number = tells.from.clone().filter(|number| number.bytes().all(|digit| digit.is_ascii_digit()));
        let line = telephones.subscribe(name, number.as_deref(), LineConfig::default());
        line.set_identity(tells);
        Self { kind: Kind::Dialled { modem, line }, tap: Some(Box::new(Tap::new())), output: VecDeque::new() }
    }

    pub(super) fn is_direct(&self) -> bool {
        matches!(self.kind, Kind::Direct(_))
    }

    pub(super) fn handle_circuit_108(&mut self, now: Instant, on: bool) {
        match &mut self.kind {
            Kind::Dialled { modem, .. } => modem.handle_circuit_108(now, on),
            Kind::Direct(cable) => cable.handle_circuit_108(now, on),
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
        match &mut self.kind {
            Kind::Dialled { modem, .. } => modem.handle_dte_octets(now, octets),
            Kind::Direct(cable) => {
                self.output.push_back(PlantOutput::Departed(octets.len()));
                cable.send(now, End::Server, octets);
            }
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        match &mut self.kind {
            Kind::Dialled { modem, line } => {
                line.handle_timeout(now);
                modem.handle_timeout(now);
            }
            Kind::Direct(cable) => cable.handle_timeout(now),
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        match &self.kind {
            Kind::Dialled { modem, line } => earliest(line.poll_timeout(), modem.poll_timeout()),
            Kind::Direct(cable) => cable.poll_timeout(),
        }
    }

    /// Whether a call would get through to the modem.
    pub(super) fn is_free(&self) -> bool {
        match &self.kind {
            Kind::Dialled { line, .. } => line.is_free(),
            Kind::Direct(cable) => cable.is_free(),
        }
    }

    /// Its line on the exchange, if it has one.
    pub(super) fn line(&self) -> Option<LineId> {
        match &self.kind {
            Kind::Dialled { line, .. } => Some(line.id()),
            Kind::Direct(_) => None,
        }
    }

    /// Somebody calls; after so many rings without answer his call goes to that number.
    pub(super) fn place_call(&mut self, now: Instant, setup: CallSetup, no_answer: Option<(u32, String)>) {
        match &mut self.kind {
            Kind::Dialled { line, .. } => line.place_call(now, setup, no_answer),
            Kind::Direct(cable) => cable.place_call(now, setup),
        }
    }

    /// A second caller knocks.
    pub(super) fn knock(&mut self, now: Instant, setup: CallSetup) {
        if let Kind::Dialled { line, .. } = &mut self.kind {
            line.knock(now, setup);
        }
    }

    /// The second caller hangs up.
    pub(super) fn clear_second(&mut self) {
        if let Kind::Dialled { line, .. } = &mut self.kind {
            line.clear_second();
        }
    }

    /// The caller sends octets.
    pub(super) fn send(&mut self, now: Instant, octets: &[u8]) {
        match &mut self.kind {
            Kind::Dialled { line, .. } => line.send(now, End::Caller, octets),
            Kind::Direct(cable) => cable.send(now, End::Caller, octets),
        }
    }

    /// The caller hangs up, or its line is cut.
    pub(super) fn clear(&mut self, now: Instant, abrupt: bool) {
        match &mut self.kind {
            Kind::Dialled { line, .. } => line.clear(now, abrupt),
            Kind::Direct(cable) => cable.clear(now, abrupt),
        }
    }

    /// Does something to the carrier. A cable has none.
    pub(super) fn upset(&mut self, now: Instant, upset: Upset) {
        let Kind::Dialled { line, .. } = &mut self.kind else { return };
        match upset {
            Upset::Flicker(lasts) => line.flicker(now, lasts),
            Upset::Retrain(lasts) => line.retrain(now, lasts),
            Upset::Renegotiate(rate) => line.renegotiate(now, rate),
        }
    }

    /// Whether the DTE may be read. One that circuit 106 stops is not while much of what it wrote still waits for the line,
    /// but while the line stands still, if there is room: what a program says before it ends must be read for its end to
    /// be seen, however long the line rests. One that XOFF stops or nothing at all is read always.
    pub(super) fn wants_dte_octets(&self, now: Instant) -> bool {
        let ahead = self.backlog(now) >= BACKLOG;
        match &self.kind {
            Kind::Dialled { modem, .. } if ahead => modem.has_room_at_rest() || !modem.stops_dte_by_circuit(),
            Kind::Dialled { modem, .. } => modem.wants_dte_octets(),
            Kind::Direct(_) => !ahead,
        }
    }

    /// Line time of what the server has sent and what has not left yet.
    pub(super) fn backlog(&self, now: Instant) -> Duration {
        match &self.kind {
            Kind::Dialled { line, .. } => line.backlog(now),
            Kind::Direct(cable) => cable.backlog(now, End::Server),
        }
    }

    /// The modem, if there is one.
    pub(super) fn modem(&mut self) -> Option<&mut Modem> {
        match &mut self.kind {
            Kind::Dialled { modem, .. } => Some(modem),
            Kind::Direct(_) => None,
        }
    }

    /// The next thing that comes of it now.
    pub(super) fn poll_output(&mut self, now: Instant) -> Option<PlantOutput> {
        loop {
            if let Some(output) = self.output.pop_front() {
                return Some(output);
            }
            if let Some(tapped) = self.tap.as_mut().and_then(|tap| tap.poll()) {
                return Some(PlantOutput::Tapped(tapped));
            }
            match &mut self.kind {
                Kind::Direct(cable) => {
                    return Some(match cable.poll_output()? {
                        CableOutput::ToDte(octets) => {
                            let arrived = PlantOutput::Arrived(octets.len());
                            self.output.push_back(PlantOutput::ToDte(octets));
                            arrived
                        }
                        CableOutput::HangUpDte => PlantOutput::HangUpDte,
                        CableOutput::ToCaller(event) => PlantOutput::ToCaller(event),
                        CableOutput::Trace(what) => PlantOutput::Trace(what),
                    });
                }
                Kind::Dialled { modem, line } => {
                    if let Some(output) = line.poll_output() {
                        match output {
                            LineOutput::Trace(what) => return Some(PlantOutput::Trace(what)),
                            LineOutput::ToCaller(event) => return Some(PlantOutput::ToCaller(event)),
                            LineOutput::ToSecondCaller(told) => return Some(PlantOutput::ToSecondCaller(told)),
                            LineOutput::ToModem(event) => {
                                if let LineEvent::Octets(octets) = &event {
                                    self.output.push_back(PlantOutput::Arrived(octets.len()));
                                    if let Some(tap) = &mut self.tap {
                                        tap.hear(End::Server, octets);
                                    }
                                }
                                if let LineEvent::Tone(tone) = &event {
                                    let name = tone.name().to_owned();
                                    self.output.push_back(PlantOutput::Trace(What::Tone { name }));
                                }
                                if event == LineEvent::Tone(Tone::Busy) {
                                    self.output.push_back(PlantOutput::Busy);
                                }
                                modem.handle_line(now, event);
                            }
                        }
                        continue;
                    }
                    match modem.poll_output()? {
                        ModemOutput::ToDte(octets) => return Some(PlantOutput::ToDte(octets)),
                        ModemOutput::ToLine(octets) => {
                            line.send(now, End::Server, &octets);
                            if let Some(tap) = &mut self.tap {
                                tap.hear(End::Caller, &octets);
                            }
                            return Some(PlantOutput::Departed(octets.len()));
                        }
                        ModemOutput::OffHook => {
                            line.set_abilities(modem.abilities());
                            line.handle_off_hook(now);
                        }
                        ModemOutput::OnHook => line.handle_on_hook(now),
                        ModemOutput::Dial(number) => {
                            line.handle_dial(now, &number);
                            return Some(PlantOutput::Trace(What::Dialled { number }));
                        }
                        ModemOutput::Retrain => line.handle_retrain(now),
                        ModemOutput::Circuit(circuit, on) => return Some(PlantOutput::Circuit(circuit, on)),
                        ModemOutput::HangUpDte => return Some(PlantOutput::HangUpDte),
                        ModemOutput::Trace(what) => return Some(PlantOutput::Trace(what)),
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

fn line(port: &Port) -> Result<LineConfig, Trouble> {
    let line = &port.line;
    let cadence = Cadence::new(line.cadence.clone())
        .map_err(|error| Trouble::new(format!("the ring cadence of {}: {error}", port.device)))?;
    // V.42 carries octets without their start and stop bits.
    let octet_bits = if line.error_control { 8 } else { 10 };
    let caller_id = match line.caller_id {
        scenario::CallerIdService::Mdmf => CallerIdService::Mdmf,
        scenario::CallerIdService::Sdmf => CallerIdService::Sdmf,
        scenario::CallerIdService::Etsi => CallerIdService::Etsi,
        scenario::CallerIdService::Uk => CallerIdService::Uk,
        scenario::CallerIdService::Dtmf => CallerIdService::Dtmf,
    };
    Ok(LineConfig {
        rate: line.rate,
        delay: line.delay,
        training: line.training,
        cadence,
        octet_bits,
        rate_from_caller: line.rate_from_caller,
        quality: line.quality.clone(),
        caller_id,
        call_waiting: line.call_waiting,
        ..LineConfig::default()
    })
}
