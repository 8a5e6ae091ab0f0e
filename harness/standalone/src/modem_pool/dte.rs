//! The DTE's side of a pool's modems: ports that open and close, octets each way, and what of them is lost.
//!
//! In: what DTEs do at their ports. Out: octets, circuits and hang-ups for the ports, and whether a DTE may be read.

use std::time::Duration;

use offhook_clock::Instant;
use offhook_telephony::loss::LossCause;
use offhook_telephony::trace::{End, EventKind, Loss};

use super::{BACKLOG, ModemPool, ToDte};

/// For how long a port that was closed stays closed at most, for what was written there before: as long as serial drivers
/// wait (closing_wait of setserial(8)).
pub(crate) const CLOSING: Duration = Duration::from_secs(30);

impl ModemPool {
    /// Octets of the line's calls that were lost: its DTE's and those for it.
    pub fn lost(&self, line: usize) -> u64 {
        self.lines[line].lost + self.lines[line].modem.lost_octets()
    }

    /// Octets of a call of the line are lost.
    pub fn lose(&mut self, now: Instant, line: usize, loss: Loss) {
        if loss.octets > 0 {
            self.lines[line].lost += loss.octets;
            self.tell(now, line, loss.into());
        }
    }

    /// Octets for the DTE of the line are lost at its port: it has closed it without reading them, or does not read.
    pub fn handle_unread(&mut self, now: Instant, line: usize, octets: u64) {
        self.lose(now, line, Loss { octets, from: End::Caller, cause: LossCause::NotRead });
    }

    /// The DTE opened its port or closed it. What it wrote before it closed it is sent first; whoever opens the port
    /// meanwhile finds it closed until then, as he would a serial port.
    pub fn handle_circuit_108(&mut self, now: Instant, line: usize, on: bool) {
        if self.direct_circuit_108(now, line, on) {
            return;
        }
        let subscriber = &mut self.lines[line];
        if subscriber.last_words.poll_timeout().is_some() {
            subscriber.reopened = on;
            if on {
                subscriber.last_words.end_by(now + CLOSING);
            }
            return;
        }
        let (open, rest) = (self.lines[line].dtr, self.backlog(now, line));
        for on in self.lines[line].last_words.change(now, open, on, rest) {
            self.circuit_108_changes(now, line, on);
        }
    }

    /// The DTE turns DTR (108/2) on or off while its port stays open. What becomes of what it wrote before is the modem's
    /// affair (V.250 §6.2.9, §6.5.6).
    pub fn handle_dtr(&mut self, now: Instant, line: usize, on: bool) {
        if self.direct_circuit_108(now, line, on) {
            return;
        }
        self.circuit_108_changes(now, line, on);
    }

    /// The last words of ports that were closed are over: they close, and those that were opened meanwhile open.
    pub(super) fn close_late(&mut self, now: Instant) {
        for line in 0..self.lines.len() {
            if !self.lines[line].last_words.are_over(now) {
                continue;
            }
            let (rest, reopened) = (self.backlog(now, line), self.lines[line].reopened);
            // A noisy line may need longer than it seemed.
            let rest = if reopened { Duration::ZERO } else { rest };
            for on in self.lines[line].last_words.change(now, true, false, rest) {
                self.circuit_108_changes(now, line, on);
            }
            if std::mem::take(&mut self.lines[line].reopened) {
                self.circuit_108_changes(now, line, true);
            }
        }
    }

    fn circuit_108_changes(&mut self, now: Instant, line: usize, on: bool) {
        if self.lines[line].dtr != on {
            self.lines[line].dtr = on;
            self.tell(now, line, if on { EventKind::DteOpened } else { EventKind::DteClosed });
        }
        self.lines[line].modem.handle_circuit_108(now, on);
        self.pump(now);
    }

    /// The DTE sent octets.
    pub fn handle_dte_octets(&mut self, now: Instant, line: usize, octets: &[u8]) {
        self.lines[line].sent.count(now, octets.len());
        if self.direct_octets(now, line, octets) {
            return;
        }
        self.lines[line].modem.handle_dte_octets(now, octets);
        self.pump(now);
    }

    /// Whether the DTE may be read: one that circuit 106 stops is not while much of what it wrote still waits for the line.
    pub fn wants_dte_octets(&self, now: Instant, line: usize) -> bool {
        if self.is_direct(line) {
            return true;
        }
        let modem = &self.lines[line].modem;
        if self.lines[line].reopened || modem.is_hanging_up() {
            return false;
        }
        if !modem.stops_dte_by_circuit() {
            return true;
        }
        if !modem.wants_dte_octets() {
            return false;
        }
        self.backlog(now, line) < BACKLOG
    }

    /// Line time of what the modem of the line has sent and what has not left yet.
    pub(super) fn backlog(&self, now: Instant, line: usize) -> Duration {
        let trunk =
            self.lines[line].trunk.and_then(|id| self.trunks.get(&id)).and_then(|trunk| trunk.outside_line.as_ref());
        trunk.map_or_else(
            || self.exchange.backlog(now, self.lines[line].id),
            |outside_line| outside_line.backlog(now, End::Caller),
        )
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

    /// What the DTE of the line gets next: a circuit that goes on before the octets that follow is seen before them.
    pub fn poll_dte(&mut self, line: usize) -> Option<ToDte> {
        self.lines[line].to_dte.pop_front()
    }

    /// True once after carrier of the line was lost.
    pub fn poll_hang_up(&mut self, line: usize) -> bool {
        std::mem::take(&mut self.lines[line].hang_up)
    }
}
