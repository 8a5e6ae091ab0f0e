//! Callers that are called back: what was agreed on with them over PPP ([`LinkEvent::Callback`]) becomes a call to a line here.
//!
//! In: callbacks that are owed, time, and what becomes of the calls. Out: calls to lines, and octets between them and
//! [`Sessions`](crate::ppp_sessions::Sessions), which has the PPP.
//!
//! [`LinkEvent::Callback`]: offhook_ppp::link::LinkEvent::Callback

use offhook_clock::{Instant, earliest};
use offhook_telephony::exchange::{CallSetup, CallerEvent, Release};

use super::ModemPool;
use crate::ppp_sessions::{Caller, OwedCallback, SessionId};

/// A callback rings so often before it is given up: a minute.
const RINGS: u32 = 10;

/// Callbacks that are owed, and those that are under way.
#[derive(Debug, Default)]
pub(super) struct CallingBack {
    owed: Vec<(Instant, OwedCallback)>,
    under_way: Vec<(usize, SessionId)>,
}

impl CallingBack {
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.owed.iter().fold(None, |next, (at, _)| earliest(next, Some(*at)))
    }

    /// The session of which a line is called back.
    fn session(&self, line: usize) -> Option<SessionId> {
        self.under_way.iter().find(|(called, _)| *called == line).map(|(_, session)| *session)
    }

    /// The line that is called back for a session.
    fn line(&self, session: SessionId) -> Option<usize> {
        self.under_way.iter().find(|(_, under_way)| *under_way == session).map(|(line, _)| *line)
    }
}

/// A number as people write it, without what only parts it.
fn digits(number: &str) -> String {
    number.chars().filter(|sign| !matches!(sign, ' ' | '-' | '(' | ')' | ',')).collect()
}

impl ModemPool {
    /// The call on which a callback was agreed on is over: it is owed.
    pub(super) fn owe_callbacks(&mut self, now: Instant) {
        while let Some(owed) = self.sessions.poll_callback() {
            self.calling_back.owed.push((now + owed.delay, owed));
        }
    }

    /// Calls whom it is time to call back.
    pub(super) fn call_back_due(&mut self, now: Instant) {
        let due: Vec<_> = self.calling_back.owed.extract_if(.., |(at, _)| *at <= now).collect();
        for (_, owed) in due {
            self.call_back(now, owed);
        }
    }

    fn call_back(&mut self, now: Instant, OwedCallback { index, number, .. }: OwedCallback) {
        let wanted = digits(&number);
        // Where every number is answered by PPP, the one modem has them all.
        let only = (self.directory.any_ppp && self.lines.len() == 1).then_some(0);
        let line = self.lines.iter().position(|line| digits(&line.setup.number) == wanted).or(only);
        let Some(line) = line else {
            return self.sessions.note(index, format!("{number}: not called back, no modem here has this number"));
        };
        if !self.is_free(line) {
            return self.sessions.note(index, format!("{number}: not called back, the line is busy"));
        }
        let caller = Caller { number: Some(number), called_back: true, ..Caller::default() };
        let Some(session) = self.sessions.begin(index, caller) else { return };
        self.calling_back.under_way.push((line, session));
        let from = self.sessions.numbers().nth(index).map(|ppp| ppp.number.clone());
        let from = from.filter(|number| number.bytes().all(|octet| octet.is_ascii_digit()));
        let setup =
            CallSetup { from: from.map(Into::into), rings: RINGS, stamp: self.day.stamp(now), ..CallSetup::default() };
        self.exchange.place_call(now, self.lines[line].id, setup);
    }

    /// What becomes of a call to a line, if it is a callback; gives the event back if not.
    pub(super) fn hear_of_callback(&mut self, now: Instant, line: usize, event: CallerEvent) -> Option<CallerEvent> {
        let Some(session) = self.calling_back.session(line) else { return Some(event) };
        match event {
            CallerEvent::Connected(carrier) => self.sessions.carrier(now, session, Some(carrier.rate())),
            CallerEvent::Octets(octets) => self.sessions.octets(now, session, &octets),
            CallerEvent::GaveUp => self.end_callback(now, line, session, Some("no answer")),
            CallerEvent::Busy => self.end_callback(now, line, session, Some("busy")),
            CallerEvent::Cleared { .. } => self.end_callback(now, line, session, None),
            CallerEvent::Answered
            | CallerEvent::CarrierLost
            | CallerEvent::CarrierBack
            | CallerEvent::Retrain
            | CallerEvent::Renegotiated(_)
            | CallerEvent::Unanswered { .. }
            | CallerEvent::Forwarded(_) => {}
        }
        None
    }

    fn end_callback(&mut self, now: Instant, line: usize, session: SessionId, why: Option<&str>) {
        self.calling_back.under_way.retain(|(called, _)| *called != line);
        if let Some(why) = why {
            self.sessions.note_of(session, why.to_owned());
        }
        self.sessions.lost(now, session);
    }

    /// Moves what sessions have for those who were called back; whether there was anything.
    pub(super) fn pump_callbacks(&mut self, now: Instant) -> bool {
        let mut moved = false;
        for (line, session) in &self.calling_back.under_way {
            while let Some(octets) = self.sessions.poll_transmit(*session) {
                self.exchange.send_from_outside(now, self.lines[*line].id, &octets);
                moved = true;
            }
        }
        moved
    }

    /// PPP is over on a callback, or its number is closed: the line is cleared. Whether it was one.
    pub(super) fn hang_up_callback(&mut self, now: Instant, session: SessionId) -> bool {
        let Some(line) = self.calling_back.line(session) else { return false };
        self.exchange.clear(now, self.lines[line].id, Release::Orderly);
        true
    }
}

#[cfg(test)]
#[path = "calling_back_tests.rs"]
mod tests;
