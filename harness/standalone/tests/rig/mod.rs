//! A modem pool in virtual time with all that is around it: DTEs at its ports, peers at outside connections, and what the
//! driver does between them. No clock, no socket.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, reason = "every user takes a part of it")]

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use offhook_clock::Instant;
use offhook_standalone::log_entry::{LogEntry, TimeOfDay};
use offhook_standalone::modem_pool::{CallId, Destination, Directory, Far, ModemPool, Setup, ToDte};
use offhook_standalone::outer_end::OuterEnd;
use offhook_telephony::exchange::{LineConfig, Tone};
use offhook_telephony::modem::ModemConfig;
use offhook_telephony::trace::EventKind;

/// The most that is read of a port or a connection at once.
const READ: usize = 1024;

/// Octets that are read when they may be, and what comes back.
#[derive(Debug, Default)]
pub(crate) struct Pipe {
    /// To be read by the pool.
    unread: VecDeque<u8>,
    /// Closed after that.
    closed: bool,
    /// What the other side has got.
    pub(crate) got: Vec<u8>,
    /// Nothing comes any more.
    pub(crate) over: bool,
}

/// A peer at an outside connection.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) pipe: Pipe,
    outer: OuterEnd,
    line: usize,
}

/// A pool and what is around it.
#[derive(Debug)]
pub(crate) struct Rig {
    pub(crate) now: Instant,
    pub(crate) pool: ModemPool,
    pub(crate) ports: Vec<Pipe>,
    open: Vec<bool>,
    pub(crate) peers: BTreeMap<CallId, Peer>,
    /// Peers whose calls are over.
    pub(crate) left: Vec<Peer>,
    /// What happened since this was emptied last.
    pub(crate) log: Vec<LogEntry>,
    /// Octets of calls, as [`is_of_a_call`] tells them, that were written, that arrived, and that nobody has read.
    pub(crate) tally: Tally,
}

/// What became of octets of calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) written: u64,
    pub(crate) arrived: u64,
    pub(crate) unread: u64,
}

/// Whether an octet is one of a call, where calls carry small letters but a, with which command lines begin, and escapes:
/// what a modem says has none of them.
pub(crate) const fn is_of_a_call(octet: u8) -> bool {
    matches!(octet, b'b'..=b'z' | b'+')
}

fn of_calls<'a>(octets: impl IntoIterator<Item = &'a u8>) -> u64 {
    octets.into_iter().filter(|octet| is_of_a_call(**octet)).count() as u64
}

impl Rig {
    /// Lines with the numbers 1, 2 and so on; numbers that begin with 9 lead outside.
    pub(crate) fn new(lines: usize, line: &LineConfig, modem: &ModemConfig) -> Self {
        let numbers = (90..100).map(|number| number.to_string()).collect();
        let day = TimeOfDay::new(time::OffsetDateTime::UNIX_EPOCH);
        let mut pool = ModemPool::new(day, Directory { numbers, ..Directory::default() });
        for number in 1..=lines {
            let (modem, line) = (modem.clone(), line.clone());
            pool.add(Setup { number: number.to_string(), name: None, modem, line });
        }
        let ports = (0..lines).map(|_| Pipe::default()).collect();
        let (open, peers) = (vec![false; lines], BTreeMap::new());
        Self {
            now: Instant::ZERO,
            pool,
            ports,
            open,
            peers,
            left: Vec::new(),
            log: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// A DTE opens its port.
    pub(crate) fn open(&mut self, line: usize) {
        let before = std::mem::take(&mut self.ports[line]);
        self.tally.unread += of_calls(&before.unread);
        self.open[line] = true;
        self.pool.handle_circuit_108(self.now, line, true);
        self.settle();
    }

    /// A DTE writes.
    pub(crate) fn write(&mut self, line: usize, octets: &[u8]) {
        self.tally.written += of_calls(octets);
        self.ports[line].unread.extend(octets);
        self.settle();
    }

    /// A DTE closes its port after all that it wrote.
    pub(crate) fn close(&mut self, line: usize) {
        self.ports[line].closed = true;
        self.settle();
    }

    /// Whether a DTE's port is open, as far as has been seen.
    pub(crate) fn is_open(&self, line: usize) -> bool {
        self.open[line]
    }

    /// Whether all that a DTE wrote has been read.
    pub(crate) fn is_read(&self, line: usize) -> bool {
        self.ports[line].unread.is_empty()
    }

    /// Somebody outside calls a line; whether it is free.
    pub(crate) fn call(&mut self, line: usize, rings: u32) -> bool {
        let call = CallId::In(line);
        if self.peers.contains_key(&call) || !self.pool.is_free(line) {
            return false;
        }
        self.peers.insert(call, Peer { pipe: Pipe::default(), outer: OuterEnd::new(Vec::new()), line });
        self.pool.place_call(self.now, line, None, None, rings);
        self.settle();
        true
    }

    /// The only peer there is says something.
    pub(crate) fn say(&mut self, octets: &[u8]) {
        if let Some(call) = self.peers.keys().next().copied() {
            self.say_in(call, octets);
        }
    }

    /// A peer says something.
    pub(crate) fn say_in(&mut self, call: CallId, octets: &[u8]) {
        if let Some(peer) = self.peers.get_mut(&call) {
            self.tally.written += of_calls(octets);
            peer.pipe.unread.extend(octets);
        }
        self.settle();
    }

    /// A peer says this and closes its connection.
    pub(crate) fn say_and_close(&mut self, call: CallId, octets: &[u8]) {
        if let Some(peer) = self.peers.get_mut(&call) {
            self.tally.written += of_calls(octets);
            peer.pipe.unread.extend(octets);
            peer.pipe.closed = true;
        }
        self.settle();
    }

    /// Octets that DTEs and peers have written and that the pool has never been given: their ports and connections are gone.
    pub(crate) fn unread(&self) -> usize {
        let peers = self.peers.values().chain(&self.left).map(|peer| peer.pipe.unread.len());
        peers.chain(self.ports.iter().map(|port| port.unread.len())).sum()
    }

    /// What the lines have lost, in all.
    pub(crate) fn lost(&self) -> u64 {
        (0..self.pool.len()).map(|line| self.pool.lost(line)).sum()
    }

    /// What has been told to be lost since the log was emptied.
    pub(crate) fn told_lost(&self) -> u64 {
        let octets = |entry: &LogEntry| if let EventKind::Lost { octets, .. } = entry.what { octets } else { 0 };
        self.log.iter().map(octets).sum()
    }

    /// Octets that modems were sent in command state and that were no command line, since the log was emptied.
    pub(crate) fn ignored(&self) -> usize {
        let octets = |entry: &LogEntry| if let EventKind::Ignored { text } = &entry.what { text.len() } else { 0 };
        self.log.iter().map(octets).sum()
    }

    /// Goes on for so long.
    pub(crate) fn run(&mut self, time: Duration) {
        let until = self.now + time;
        self.settle();
        while let Some(due) = self.pool.poll_timeout().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.pool.handle_timeout(self.now);
            self.settle();
        }
        self.now = until;
    }

    /// Moves everything that can move now.
    pub(crate) fn settle(&mut self) {
        loop {
            let mut moved = false;
            while let Some((call, far)) = self.pool.poll_far() {
                self.far(call, far);
                moved = true;
            }
            // As the driver does it: who goes at this very moment still gets what arrives at it.
            moved |= self.clear_gone();
            for line in 0..self.ports.len() {
                moved |= self.read_port(line);
            }
            for call in self.peers.keys().copied().collect::<Vec<_>>() {
                moved |= self.read_peer(call);
            }
            while let Some(entry) = self.pool.poll_log_entry() {
                self.log.push(entry);
            }
            if !moved {
                return;
            }
        }
    }

    fn read_port(&mut self, line: usize) -> bool {
        while let Some(next) = self.pool.poll_dte(line) {
            let ToDte::Octets(octets) = next else { continue };
            if self.open[line] {
                self.tally.arrived += of_calls(&octets);
                self.ports[line].got.extend(octets);
            }
        }
        self.pool.poll_hang_up(line);
        let port = &mut self.ports[line];
        if !self.open[line] || !self.pool.wants_dte_octets(self.now, line) {
            return false;
        }
        if port.unread.is_empty() {
            if !std::mem::take(&mut port.closed) {
                return false;
            }
            self.open[line] = false;
            self.pool.handle_circuit_108(self.now, line, false);
            return true;
        }
        let count = port.unread.len().min(READ);
        let octets: Vec<u8> = port.unread.drain(..count).collect();
        self.pool.handle_dte_octets(self.now, line, &octets);
        true
    }

    fn read_peer(&mut self, call: CallId) -> bool {
        let Some(peer) = self.peers.get_mut(&call) else { return false };
        if !peer.outer.wants_octets() || !self.pool.wants_far_octets(self.now, call) {
            return false;
        }
        if peer.pipe.unread.is_empty() {
            if !std::mem::take(&mut peer.pipe.closed) {
                return false;
            }
            if !peer.outer.closed() {
                self.let_go(call);
                self.pool.clear(self.now, call);
            }
            return true;
        }
        let count = peer.pipe.unread.len().min(READ);
        let octets: Vec<u8> = peer.pipe.unread.drain(..count).collect();
        peer.outer.octets(self.now, &mut self.pool, call, &octets);
        true
    }

    fn far(&mut self, call: CallId, far: Far) {
        if let Far::Dialled { line, to } = far {
            // 99 is busy, everybody else answers.
            if to == Destination::Number("99".to_owned()) {
                return self.pool.refuse(self.now, call, Tone::Busy);
            }
            let mut outer = OuterEnd::new(Vec::new());
            outer.answered();
            self.peers.insert(call, Peer { pipe: Pipe::default(), outer, line });
            return self.pool.answer(self.now, call);
        }
        let Some(peer) = self.peers.get_mut(&call) else { return };
        match far {
            Far::Answered => peer.outer.answered(),
            Far::Connected(_) => peer.outer.connected(self.now, &mut self.pool, call),
            Far::Octets(octets) => {
                self.tally.arrived += of_calls(&octets);
                peer.pipe.got.extend(octets);
            }
            Far::Busy | Far::NoAnswer | Far::Cleared => self.let_go(call),
            Far::Rings(_) | Far::Dialled { .. } => {}
        }
    }

    fn clear_gone(&mut self) -> bool {
        let (now, pool) = (self.now, &self.pool);
        let over = |(call, peer): (&CallId, &Peer)| peer.outer.is_over(now, pool, *call).then_some(*call);
        let over: Vec<CallId> = self.peers.iter().filter_map(over).collect();
        for call in &over {
            self.let_go(*call);
            self.pool.clear(self.now, *call);
        }
        !over.is_empty()
    }

    fn let_go(&mut self, call: CallId) {
        let Some(mut peer) = self.peers.remove(&call) else { return };
        self.pool.lose(self.now, peer.line, peer.outer.unheard());
        peer.pipe.over = true;
        self.tally.unread += of_calls(&peer.pipe.unread);
        self.left.push(peer);
    }
}

/// Digits and letters only: nothing that a modem takes for flow control or an escape.
pub(crate) fn octets(count: usize) -> Vec<u8> {
    (0..count).map(|place| b"abcdefghijklmnopqrstuvwxyz0123456789"[place * 7 % 36]).collect()
}
