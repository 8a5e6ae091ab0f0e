//! One connection with a DTE: what has come is turned into events, what is to go waits here.

use std::collections::VecDeque;
use std::io;
use std::os::fd::AsFd;

use nix::sys::socket::{setsockopt, sockopt};
use tokio::net::TcpStream;

use crate::duplex::{Moved, exchange, flush, write_now};
use crate::event::PortEvent;
use crate::hung_up::has_hung_up;
use crate::ip232::{Ip232, Ip232Event};
use crate::spec::Protocol;
use crate::telnet::{Role, Telnet, TelnetEvent};
use offhook_telephony::modem::Circuit;

/// A connection on which nothing is said for so many seconds is asked whether it still is one,
const IDLE: u32 = 60;
/// so many times, ten seconds apart, before it is not.
const PROBES: u32 = 3;
/// The most that is turned into telnet before there is room for it: what has been cannot be purged any more.
const AHEAD: usize = 4096;

/// Octets of answers that may wait for a peer before it is not read any more. Those of the call have their own limit.
const MOST_ANSWERS: usize = 1 << 18;

/// A connection.
#[derive(Debug)]
pub(super) struct Session {
    stream: TcpStream,
    peer: String,
    coding: Coding,
    /// Circuit 108/2.
    open: bool,
    /// The DTE wants nothing now: FLOWCONTROL-SUSPEND.
    suspended: bool,
    /// Octets for the DTE.
    octets: VecDeque<u8>,
    /// The same as they go.
    wire: VecDeque<u8>,
    /// At most so many of them are answers to what the peer asked.
    answers: usize,
}

/// How octets and circuits go over the connection.
#[derive(Debug)]
enum Coding {
    Raw,
    Telnet(Box<Telnet>),
    Ip232(Ip232),
}

impl Coding {
    /// Octets for the DTE, into [`Self::take_output`]; raw ones go by themselves.
    fn send(&mut self, octets: &[u8]) {
        match self {
            Self::Raw => {}
            Self::Telnet(telnet) => telnet.send(octets),
            Self::Ip232(ip232) => ip232.send(octets),
        }
    }

    fn take_output(&mut self) -> Vec<u8> {
        match self {
            Self::Raw => Vec::new(),
            Self::Telnet(telnet) => telnet.take_output(),
            Self::Ip232(ip232) => ip232.take_output(),
        }
    }
}

/// What a session brings.
#[derive(Debug)]
pub(super) enum Heard {
    Events(Vec<PortEvent>),
    /// The connection is over, and why if not by the DTE's will.
    End(Option<io::Error>),
}

impl Session {
    /// `called`: the DTE has called; `circuits`: those of the modem.
    ///
    /// # Errors
    ///
    /// If the connection is over already.
    pub(super) fn new(
        stream: TcpStream,
        protocol: Protocol,
        called: bool,
        circuits: &[(Circuit, bool)],
    ) -> io::Result<Self> {
        let peer = stream.peer_addr()?.to_string();
        stream.set_nodelay(true)?;
        setsockopt(&stream, sockopt::KeepAlive, &true)?;
        setsockopt(&stream, sockopt::TcpKeepIdle, &IDLE)?;
        setsockopt(&stream, sockopt::TcpKeepInterval, &10)?;
        setsockopt(&stream, sockopt::TcpKeepCount, &PROBES)?;
        let coding = match protocol {
            Protocol::Raw => Coding::Raw,
            Protocol::Telnet => {
                // RFC 854's Synch sends its last octet as urgent; out of line it would be missing from its command.
                setsockopt(&stream, sockopt::OobInline, &true)?;
                let role = if called { Role::Called } else { Role::CallingBack };
                Coding::Telnet(Box::new(Telnet::new(role, circuits)))
            }
            Protocol::Ip232 => Coding::Ip232(Ip232::new(circuits)),
        };
        let (octets, wire) = (VecDeque::new(), VecDeque::new());
        Ok(Self { stream, peer, coding, open: true, suspended: false, octets, wire, answers: 0 })
    }

    /// The DTE's address.
    pub(super) fn peer(&self) -> &str {
        &self.peer
    }

    /// Circuit 108/2.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// Whether the DTE sees circuits (RFC 2217, ip232).
    pub(super) fn has_circuits(&self) -> bool {
        match &self.coding {
            Coding::Raw => false,
            Coding::Telnet(telnet) => telnet.has_circuits(),
            Coding::Ip232(_) => true,
        }
    }

    pub(super) fn write(&mut self, octets: &[u8]) {
        self.octets.extend(octets);
        self.write_now();
    }

    /// Waits until the DTE has taken everything, for ever if it has said that it wants nothing, or until the connection
    /// is over, which [`Self::hear`] tells. Cancel-safe.
    pub(super) async fn flush(&mut self) {
        loop {
            self.prepare();
            if flush(&mut self.stream, &mut self.wire).await.is_err() {
                self.octets.clear();
                self.wire.clear();
            }
            if self.octets.is_empty() {
                return;
            }
            if self.suspended {
                std::future::pending().await
            }
        }
    }

    /// Whether the DTE says nothing more, whatever of it is still to be read.
    pub(super) fn is_abandoned(&self) -> bool {
        has_hung_up(self.stream.as_fd())
    }

    pub(super) fn unwritten(&self) -> usize {
        self.octets.len() + self.wire.len()
    }

    pub(super) fn set_circuit(&mut self, circuit: Circuit, on: bool) {
        // What was said before the change is heard before it.
        if !self.suspended {
            send(&mut self.coding, &mut self.octets, usize::MAX);
        }
        match &mut self.coding {
            Coding::Raw => return,
            Coding::Telnet(telnet) => telnet.set_circuit(circuit, on),
            Coding::Ip232(ip232) => ip232.set_circuit(circuit, on),
        }
        self.write_now();
    }

    /// Writes what there is room for at once.
    fn write_now(&mut self) {
        loop {
            self.prepare();
            write_now(&mut self.wire, |octets| self.stream.try_write(octets));
            if !self.wire.is_empty() || self.suspended || self.octets.is_empty() {
                return;
            }
        }
    }

    /// What the DTE does next; what is to go goes meanwhile. Cancel-safe.
    pub(super) async fn hear(&mut self) -> Heard {
        loop {
            self.prepare();
            // Every question of a peer has its answer here: one that asks and does not read is not read either.
            self.answers = self.answers.min(self.wire.len());
            if self.answers > MOST_ANSWERS
                && let Err(error) = flush(&mut self.stream, &mut self.wire).await
            {
                return Heard::End(Some(error));
            }
            let more = !self.suspended && !self.octets.is_empty();
            match exchange(&mut self.stream, &mut self.wire, more).await {
                Ok(Moved::Written) => {}
                Err(error) => return Heard::End(Some(error)),
                Ok(Moved::Read(octets)) if octets.is_empty() => return Heard::End(None),
                Ok(Moved::Read(octets)) => {
                    let events = self.received(octets);
                    if !events.is_empty() {
                        return Heard::Events(events);
                    }
                }
            }
        }
    }

    /// Turns octets into what goes, as far as there will soon be room.
    fn prepare(&mut self) {
        if let Coding::Raw = self.coding {
            return self.wire.append(&mut self.octets);
        }
        if !self.suspended {
            let room = AHEAD.saturating_sub(self.wire.len());
            send(&mut self.coding, &mut self.octets, room);
        }
        self.wire.extend(self.coding.take_output());
    }

    fn received(&mut self, octets: Vec<u8>) -> Vec<PortEvent> {
        let telnet = match &mut self.coding {
            Coding::Raw => return vec![PortEvent::Octets(octets)],
            Coding::Ip232(ip232) => {
                let heard = ip232.receive(&octets);
                return heard.into_iter().filter_map(|event| self.circuit_or_octets(event)).collect();
            }
            Coding::Telnet(telnet) => telnet,
        };
        let mut events = Vec::new();
        let heard = telnet.receive(&octets);
        let answers = telnet.take_output();
        self.answers += answers.len();
        self.wire.extend(answers);
        for event in heard {
            match event {
                TelnetEvent::Octets(octets) => events.push(PortEvent::Octets(octets)),
                TelnetEvent::Circuit108(on) => {
                    if std::mem::replace(&mut self.open, on) != on {
                        events.push(PortEvent::Circuit108(on));
                    }
                }
                TelnetEvent::Circuit105(on) => events.push(PortEvent::Circuit105(on)),
                TelnetEvent::Speed(bits) => events.push(PortEvent::Speed(bits)),
                TelnetEvent::Break => events.push(PortEvent::Break),
                TelnetEvent::Takes(octets) => self.suspended = !octets,
                TelnetEvent::Purge => self.octets.clear(),
            }
        }
        events
    }

    /// What an ip232 DTE does; nothing if it says of DTR what was known.
    fn circuit_or_octets(&mut self, event: Ip232Event) -> Option<PortEvent> {
        match event {
            Ip232Event::Octets(octets) => Some(PortEvent::Octets(octets)),
            Ip232Event::Circuit108(on) => {
                (std::mem::replace(&mut self.open, on) != on).then_some(PortEvent::Circuit108(on))
            }
        }
    }

    /// The connection and what was still to go.
    pub(super) fn into_parts(mut self) -> (TcpStream, Vec<u8>) {
        self.suspended = false;
        send(&mut self.coding, &mut self.octets, usize::MAX);
        self.wire.extend(self.coding.take_output());
        self.wire.append(&mut self.octets);
        (self.stream, self.wire.into())
    }
}

/// Hands over as many octets as there is room for; raw ones stay.
fn send(coding: &mut Coding, octets: &mut VecDeque<u8>, room: usize) {
    if let Coding::Raw = coding {
        return;
    }
    let mut room = room.min(octets.len());
    while room > 0 {
        let piece = octets.as_slices().0;
        let piece = piece.get(..room).unwrap_or(piece);
        coding.send(piece);
        let count = piece.len();
        octets.drain(..count);
        room -= count;
    }
}
