//! What the caller does: speak PPP, type, log in, ask, fall silent, hang up.

use std::net::IpAddr;
use std::time::Duration;

use offhook_caller::{Caller, CallerConfig, TransferOutcome, TransferRequest};
use offhook_clock::Instant;
use offhook_telephony::exchange::Release;
use offhook_telephony::trace::End;

use super::PortSession;
use crate::facts::Timestamped;
use crate::line_end::LineFault;
use crate::login::{Login, Move};

impl PortSession {
    /// The caller begins to speak PPP, as soon as there is carrier.
    pub fn dial_in(&mut self, now: Instant, config: CallerConfig) {
        // From here on the caller listens itself.
        self.tap.finish();
        self.take_tapped(now);
        let mut caller = Caller::new(config);
        if self.is_connected() {
            caller.handle_carrier(now);
        }
        self.caller = Some(caller);
        self.pump(now);
    }

    /// Echo requests from now on are those of a new step.
    pub fn begin_ping(&mut self) {
        self.facts.pinged = self.sequence;
    }

    /// The sequence number of the next echo request of the current call, whoever sends it.
    pub fn next_sequence(&mut self) -> u16 {
        self.sequence = self.sequence.saturating_add(1);
        self.sequence
    }

    /// The caller sends an echo request.
    pub fn ping(&mut self, now: Instant, to: IpAddr, size: u16) {
        let sequence = self.next_sequence();
        if let Some(caller) = &mut self.caller {
            let id = u16::try_from(self.call.unwrap_or_default()).unwrap_or(u16::MAX).wrapping_add(1);
            caller.ping(now, to, id, sequence, size);
            self.pump(now);
        }
    }

    /// The caller asks its DNS servers.
    pub fn resolve(&mut self, now: Instant, name: &str) {
        self.facts.resolved = None;
        if let Some(caller) = &mut self.caller {
            caller.resolve(now, name);
            self.pump(now);
        }
    }

    /// The caller begins a transfer.
    pub fn transfer(&mut self, now: Instant, request: TransferRequest) {
        self.facts.transferred = None;
        if let Some(caller) = &mut self.caller {
            caller.transfer(now, request);
            self.pump(now);
        }
    }

    /// A transfer that cannot even be begun.
    pub fn transfer_impossible(&mut self, now: Instant, error: String) {
        let outcome = TransferOutcome { id: 0, status: None, octets: 0, intact: false, error: Some(error) };
        self.facts.transferred = Some(Timestamped { at: now, what: outcome });
    }

    /// The caller says these octets outside PPP, as soon as there is carrier.
    pub fn say(&mut self, now: Instant, octets: &[u8]) {
        if self.silent {
            return;
        }
        self.tap.hear_all_of_caller(now, octets);
        self.take_tapped(now);
        if self.is_connected() {
            self.send(now, octets);
        } else {
            self.unsaid.extend(octets);
        }
        self.pump(now);
    }

    /// The caller logs in at the prompt, as soon as there is one.
    pub fn log_in(&mut self, now: Instant, user: &str, password: Option<&str>) {
        let login = Login::new(now, user, password);
        self.facts.login = None;
        self.facts.login_waits = Some(Timestamped { at: now, what: login.awaited() });
        self.login = Some(login);
        self.proceed_with_login(now);
    }

    /// The caller says nothing from now on, and does not hang up.
    pub fn fall_silent(&mut self) {
        self.silent = true;
        self.login = None;
        self.unsaid.clear();
        if let Some(caller) = &mut self.caller {
            caller.fall_silent();
        }
    }

    /// The modem tells its DTE something, whatever it is doing.
    pub fn modem_says(&mut self, now: Instant, text: &str) {
        if let Some(modem) = self.line_end.modem() {
            modem.speak(now, text);
        }
        self.pump(now);
    }

    /// The modem neither hears nor says anything from now on.
    pub fn modem_dies(&mut self, now: Instant) {
        if let Some(modem) = self.line_end.modem() {
            modem.die();
        }
        self.pump(now);
    }

    /// The modem holds circuit 106 off for so long, or until the call is over.
    pub fn hold_off(&mut self, now: Instant, lasts: Option<Duration>) {
        if let Some(modem) = self.line_end.modem() {
            modem.hold_off(now, lasts);
        }
        self.pump(now);
    }

    /// The modem is switched off.
    pub fn modem_off(&mut self, now: Instant) {
        self.line_end.switch_modem_off(now);
        self.pump(now);
    }

    /// The modem is switched on.
    pub fn modem_on(&mut self, now: Instant) {
        self.facts.modem_was_off = self.line_end.modem().is_some_and(|modem| modem.switch_on(now));
        self.pump(now);
    }

    /// The caller hangs up: PPP is closed first if it runs, the line is cleared when that is done.
    pub fn hang_up(&mut self, now: Instant) {
        let speaks = self.facts.connected.is_some() && self.facts.closed.is_none() && !self.silent;
        match &mut self.caller {
            Some(caller) if speaks => caller.close(now),
            _ => self.clear_in_order(now),
        }
        self.pump(now);
    }

    /// The caller goes on hook as soon as all that it has said has left.
    pub(super) fn clear_in_order(&mut self, now: Instant) {
        let rest = self.line_end.backlog_of_caller(now);
        self.clears_at = (!rest.is_zero()).then_some(now + rest);
        if rest.is_zero() {
            self.line_end.clear(now, Release::Orderly);
        }
    }

    /// The caller goes on hook without a word to PPP, or the line is cut.
    pub fn clear(&mut self, now: Instant, release: Release) {
        self.clears_at = None;
        self.line_end.clear(now, release);
        self.pump(now);
    }

    /// Something is done to the line of the call on it, if there is one.
    pub fn line_fault(&mut self, now: Instant, fault: LineFault) {
        self.line_end.line_fault(now, fault);
        self.pump(now);
    }

    /// Octets go onto the line; without carrier they are lost.
    pub(super) fn send(&mut self, now: Instant, octets: &[u8]) {
        if self.is_connected() && !octets.is_empty() {
            match self.met(now, End::Server, octets) {
                Some(others) => self.leave(now, &others),
                None => self.leave(now, octets),
            }
        }
    }

    /// Octets leave the caller.
    pub(super) fn leave(&mut self, now: Instant, octets: &[u8]) {
        if !octets.is_empty() {
            self.line_end.send(now, octets);
            self.to_server.send(now, octets.len());
        }
    }

    /// The person at the caller's terminal looks at the screen.
    pub(super) fn proceed_with_login(&mut self, now: Instant) {
        let cleared = self.facts.cleared.is_some();
        let Some(login) = &mut self.login else { return };
        let Some(next) = login.proceed(now, &self.facts.heard, cleared) else { return };
        self.facts.read = self.facts.read.max(login.from());
        self.facts.login_waits = Some(Timestamped { at: now, what: login.awaited() });
        match next {
            Move::Type(line) => self.say(now, format!("{line}\r").as_bytes()),
            Move::Over(outcome) => {
                self.facts.login = Some(Timestamped { at: now, what: outcome });
                self.login = None;
            }
        }
    }
}
