//! Numbers of the pool that answer with PPP, without a modem and a DTE: calls to them from lines here and from outside, and
//! ports at which a DTE may speak PPP at once.
//!
//! In: numbers that were dialled, callers from outside, octets of DTEs. Out: calls, and octets between their lines and
//! [`Sessions`], which has the PPP.

use std::time::Duration;

use offhook_answerer::AnswererConfig;
use offhook_clock::{Instant, earliest};
use offhook_telephony::exchange::{CallSetup, CallerEvent, Line, LineConfig, LineEvent, LineOutput, Release, Tone};
use offhook_telephony::modem::Circuit;
use offhook_telephony::trace::{End, EventKind};

use super::{CallId, Far, ModemPool, ToDte};
use crate::ppp_number::{PppNumber, is_packet_service};
use crate::ppp_sessions::{Caller, SessionId, Sessions};
use crate::subscriber::Direct;

/// With this octet a frame begins (RFC 1662 §3.1), and no command line.
const FLAG: u8 = 0x7e;

/// A call from outside to such a number.
#[derive(Debug)]
pub(super) struct OutsideCall {
    line: Line,
    session: SessionId,
    /// The line had something to say that ends it.
    over: bool,
}

/// How a number was dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DialledBy {
    /// By itself: a telephone call.
    Number,
    /// By the code of a mobile network's packet service, in which no telephone line has a part.
    ServiceCode,
}

impl ModemPool {
    /// These numbers answer with PPP. `seed` makes what has to be different from call to call.
    pub fn answer_with_ppp(&mut self, numbers: Vec<PppNumber>, seed: u64) {
        self.sessions = Sessions::new(numbers, seed);
    }

    /// The DTE of a line may speak PPP to the first of these numbers, as over a null-modem cable: as soon as it opens the port if
    /// `always`, else when it begins a frame where a command line would begin.
    pub fn attach_to_ppp(&mut self, line: usize, always: bool) {
        self.lines[line].direct = Some(Direct { number: 0, always, session: None });
        if always {
            // The other end of the cable is there.
            let circuits = [Circuit::C106, Circuit::C107, Circuit::C109];
            self.lines[line].to_dte.extend(circuits.map(|circuit| ToDte::Circuit(circuit, true)));
        }
    }

    /// Numbers that answer with PPP, in the order in which they were given.
    pub fn ppp_numbers(&self) -> impl Iterator<Item = &PppNumber> {
        self.sessions.numbers()
    }

    /// What one of them is doing, in words, and whether it has calls.
    pub fn ppp_state(&self, index: usize) -> (String, bool) {
        self.sessions.state(index)
    }

    /// The operator ends all calls to one of them.
    pub fn hang_up_ppp(&mut self, now: Instant, index: usize) {
        self.sessions.close(now, index);
        self.pump(now);
    }

    /// Which of them digits lead to, and how.
    pub(super) fn ppp_number(&self, digits: &str) -> Option<(usize, DialledBy)> {
        if let Some(index) = self.sessions.find(digits) {
            let by = if is_packet_service(digits) { DialledBy::ServiceCode } else { DialledBy::Number };
            return Some((index, by));
        }
        let first = self.sessions.numbers().next().map(|_| 0)?;
        match is_packet_service(digits) {
            true => Some((first, DialledBy::ServiceCode)),
            false => self.directory.any_ppp.then_some((first, DialledBy::Number)),
        }
    }

    /// A line has dialled one of them: it answers at once.
    pub(super) fn call_ppp(&mut self, now: Instant, line: usize, index: usize, by: DialledBy) {
        let setup = &self.lines[line].setup;
        let mut config = setup.line.clone();
        let caller = Caller { number: Some(setup.number.clone()), ..Caller::default() };
        let Some(session) = self.sessions.begin(index, caller) else {
            return self.hear_tone(now, line, Tone::Busy);
        };
        match by {
            DialledBy::Number => self.hear_tone(now, line, Tone::Ringing),
            DialledBy::ServiceCode => config.training = Duration::ZERO,
        }
        let id = self.begin_trunk(line, config, Some(session));
        self.answer(now, CallId::Out(id));
    }

    /// Somebody outside calls one of them, over such a line; `None` if it is busy.
    pub fn call_ppp_from_outside(
        &mut self,
        now: Instant,
        index: usize,
        from: Option<String>,
        config: &LineConfig,
    ) -> Option<CallId> {
        let caller = Caller { number: from.clone(), ..Caller::default() };
        let session = self.sessions.begin(index, caller)?;
        let mut line = Line::new(config.clone());
        line.place_call(now, CallSetup { from: from.map(Into::into), rings: 1, ..CallSetup::default() });
        line.handle_off_hook(now);
        let id = self.next_trunk;
        self.next_trunk += 1;
        self.outside_calls.insert(id, OutsideCall { line, session, over: false });
        self.far.push_back((CallId::Ppp(id), Far::Rings(1)));
        self.pump(now);
        Some(CallId::Ppp(id))
    }

    /// The caller from outside sends octets.
    pub(super) fn send_to_ppp(&mut self, now: Instant, id: u64, octets: &[u8]) {
        if let Some(call) = self.outside_calls.get_mut(&id) {
            call.line.send(now, End::Caller, octets);
        }
    }

    /// Line time of what it has sent and what has not arrived yet.
    pub(super) fn backlog_to_ppp(&self, now: Instant, id: u64) -> Duration {
        self.outside_calls.get(&id).map_or(Duration::ZERO, |call| call.line.backlog(now, End::Caller))
    }

    /// It hangs up.
    pub(super) fn clear_ppp(&mut self, now: Instant, id: u64) {
        if let Some(call) = self.outside_calls.get_mut(&id) {
            call.line.clear(now, Release::Orderly);
        }
    }

    /// When something happens by itself.
    pub(super) fn answering_due(&self) -> Option<Instant> {
        let lines = self.outside_calls.values().map(|call| call.line.poll_timeout());
        lines.fold(earliest(self.sessions.poll_timeout(), self.calling_back.poll_timeout()), earliest)
    }

    /// Does what is due.
    pub(super) fn answering_timeout(&mut self, now: Instant) {
        self.sessions.handle_timeout(now);
        for call in self.outside_calls.values_mut() {
            call.line.handle_timeout(now);
        }
        self.call_back_due(now);
    }

    /// Moves what can be moved between sessions and their lines; whether there was anything.
    pub(super) fn pump_answering(&mut self, now: Instant) -> bool {
        let mut moved = self.pump_outside_calls(now) | self.pump_callbacks(now);
        for trunk in self.trunks.values_mut() {
            let (Some(session), Some(line)) = (trunk.session, &mut trunk.outside_line) else { continue };
            while let Some(octets) = self.sessions.poll_transmit(session) {
                line.send(now, End::Server, &octets);
                moved = true;
            }
        }
        for subscriber in &mut self.lines {
            let Some(session) = subscriber.direct.and_then(|direct| direct.session) else { continue };
            while let Some(octets) = self.sessions.poll_transmit(session) {
                subscriber.received.count(now, octets.len());
                subscriber.to_dte.push_back(ToDte::Octets(octets));
            }
        }
        while let Some(session) = self.sessions.poll_over() {
            self.hang_up_session(now, session);
            moved = true;
        }
        self.owe_callbacks(now);
        while let Some((index, what)) = self.sessions.poll_log() {
            self.tell(now, self.lines.len() + index, what);
        }
        moved
    }

    /// Likewise for calls from outside.
    fn pump_outside_calls(&mut self, now: Instant) -> bool {
        let mut moved = false;
        for (id, OutsideCall { line, session, over }) in &mut self.outside_calls {
            while let Some(octets) = self.sessions.poll_transmit(*session) {
                line.send(now, End::Server, &octets);
                moved = true;
            }
            while let Some(output) = line.poll_output() {
                moved = true;
                let far = match output {
                    LineOutput::ToModem(LineEvent::Octets(octets)) => {
                        self.sessions.octets(now, *session, &octets);
                        continue;
                    }
                    LineOutput::ToModem(LineEvent::Connected(carrier)) => {
                        self.sessions.carrier(now, *session, Some(carrier.rate()));
                        continue;
                    }
                    LineOutput::ToModem(LineEvent::CarrierLost { .. }) => {
                        *over = true;
                        continue;
                    }
                    LineOutput::ToCaller(CallerEvent::Answered) => Far::Answered,
                    LineOutput::ToCaller(CallerEvent::Connected(carrier)) => Far::Connected(carrier.rate()),
                    LineOutput::ToCaller(CallerEvent::Octets(octets)) => Far::Octets(octets),
                    LineOutput::ToCaller(CallerEvent::Cleared { .. }) => {
                        *over = true;
                        Far::Cleared
                    }
                    LineOutput::ToModem(_)
                    | LineOutput::ToCaller(_)
                    | LineOutput::ToWaitingCaller(_)
                    | LineOutput::Lost(_)
                    | LineOutput::Trace(_) => continue,
                };
                self.far.push_back((CallId::Ppp(*id), far));
            }
        }
        for (_, call) in self.outside_calls.extract_if(.., |_, call| call.over) {
            self.sessions.lost(now, call.session);
            moved = true;
        }
        moved
    }

    /// PPP is over on a call: the line is cleared.
    fn hang_up_session(&mut self, now: Instant, session: SessionId) {
        let trunk = self.trunks.values_mut().find(|trunk| trunk.session == Some(session));
        if let Some(line) = trunk.and_then(|trunk| trunk.outside_line.as_mut()) {
            return line.handle_on_hook(now);
        }
        if let Some(call) = self.outside_calls.values_mut().find(|call| call.session == session) {
            return call.line.handle_on_hook(now);
        }
        if self.hang_up_callback(now, session) {
            return;
        }
        let of_session = |direct: &Option<Direct>| direct.and_then(|direct| direct.session) == Some(session);
        if let Some(line) = self.lines.iter().position(|line| of_session(&line.direct)) {
            self.end_direct(now, line);
        }
    }

    /// The DTE of a line has opened its port, or closed it: whether that was for PPP, without a modem.
    pub(super) fn direct_circuit_108(&mut self, now: Instant, line: usize, on: bool) -> bool {
        let Some(direct) = self.lines[line].direct else { return false };
        if !on {
            self.end_direct(now, line);
        } else if direct.always {
            self.begin_direct(now, line, direct);
        }
        if !direct.always {
            // The modem sees its DTE come and go all the same; what it says of that is for nobody.
            return false;
        }
        if self.lines[line].dtr != on {
            self.lines[line].dtr = on;
            self.tell(now, line, if on { EventKind::DteOpened } else { EventKind::DteClosed });
        }
        self.pump(now);
        true
    }

    /// Octets of the DTE of a line: whether they were PPP, without a modem.
    pub(super) fn direct_octets(&mut self, now: Instant, line: usize, octets: &[u8]) -> bool {
        let Some(direct) = self.lines[line].direct else { return false };
        let begins = direct.always || octets.first() == Some(&FLAG) && self.lines[line].modem.awaits_command_line();
        if direct.session.is_none() && begins {
            self.begin_direct(now, line, direct);
        }
        let Some(session) = self.lines[line].direct.and_then(|direct| direct.session) else { return false };
        self.sessions.octets(now, session, octets);
        self.pump(now);
        true
    }

    /// Whether the DTE of a line speaks PPP without a modem.
    pub(super) fn is_direct(&self, line: usize) -> bool {
        self.lines[line].direct.is_some_and(|direct| direct.always || direct.session.is_some())
    }

    fn begin_direct(&mut self, now: Instant, line: usize, direct: Direct) {
        if direct.session.is_some() {
            return;
        }
        let caller =
            Caller { what: Some("the port".to_owned()), echo: Some(AnswererConfig::KEEPALIVE), ..Caller::default() };
        let Some(session) = self.sessions.begin(direct.number, caller) else { return };
        self.lines[line].direct = Some(Direct { session: Some(session), ..direct });
        self.sessions.carrier(now, session, None);
    }

    fn end_direct(&mut self, now: Instant, line: usize) {
        let Some(direct) = &mut self.lines[line].direct else { return };
        if let Some(session) = direct.session.take() {
            while let Some(octets) = self.sessions.poll_transmit(session) {
                self.lines[line].to_dte.push_back(ToDte::Octets(octets));
            }
            self.sessions.lost(now, session);
        }
    }
}

#[cfg(test)]
#[path = "answering_tests.rs"]
mod tests;
