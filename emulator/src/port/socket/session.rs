//! One connection with a DTE: what has come is turned into events, what is to go waits here.

use std::collections::VecDeque;
use std::io;

use nix::sys::socket::{setsockopt, sockopt};
use tokio::net::TcpStream;

use crate::modem::Circuit;
use crate::port::duplex::{Moved, exchange};
use crate::port::event::PortEvent;
use crate::port::telnet::{Telnet, TelnetEvent};

/// A connection on which nothing is said for so many seconds is asked whether it still is one,
const IDLE: u32 = 60;
/// so many times, ten seconds apart, before it is not.
const PROBES: u32 = 3;
/// The most that is turned into telnet before there is room for it: what has been cannot be purged any more.
const AHEAD: usize = 4096;

/// A connection.
#[derive(Debug)]
pub(super) struct Session {
    stream: TcpStream,
    peer: String,
    telnet: Option<Telnet>,
    /// Circuit 108/2.
    open: bool,
    /// The DTE wants nothing now: FLOWCONTROL-SUSPEND.
    suspended: bool,
    /// Octets for the DTE.
    octets: VecDeque<u8>,
    /// The same as they go.
    wire: VecDeque<u8>,
}

/// What a session brings.
#[derive(Debug)]
pub(super) enum Heard {
    Events(Vec<PortEvent>),
    /// The connection is over, and why if not by the DTE's will.
    End(Option<io::Error>),
}

impl Session {
    /// `telnet`: whether the DTE called, and the modem's circuits.
    ///
    /// # Errors
    ///
    /// If the connection is over already.
    pub(super) fn new(stream: TcpStream, telnet: Option<(bool, &[(Circuit, bool)])>) -> io::Result<Self> {
        let peer = stream.peer_addr()?.to_string();
        stream.set_nodelay(true)?;
        setsockopt(&stream, sockopt::KeepAlive, &true)?;
        setsockopt(&stream, sockopt::TcpKeepIdle, &IDLE)?;
        setsockopt(&stream, sockopt::TcpKeepInterval, &10)?;
        setsockopt(&stream, sockopt::TcpKeepCount, &PROBES)?;
        let telnet = match telnet {
            Some((called, circuits)) => {
                // RFC 854's Synch sends its last octet as urgent; out of line it would be missing from its command.
                setsockopt(&stream, sockopt::OobInline, &true)?;
                Some(Telnet::new(called, circuits))
            }
            None => None,
        };
        let (octets, wire) = (VecDeque::new(), VecDeque::new());
        Ok(Self { stream, peer, telnet, open: true, suspended: false, octets, wire })
    }

    /// The DTE's address.
    pub(super) fn peer(&self) -> &str {
        &self.peer
    }

    /// Circuit 108/2.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// Whether the DTE sees circuits (RFC 2217).
    pub(super) fn has_circuits(&self) -> bool {
        self.telnet.as_ref().is_some_and(Telnet::has_circuits)
    }

    pub(super) fn write(&mut self, octets: &[u8]) {
        self.octets.extend(octets);
    }

    pub(super) fn unwritten(&self) -> usize {
        self.octets.len() + self.wire.len()
    }

    pub(super) fn set_circuit(&mut self, circuit: Circuit, on: bool) {
        if let Some(telnet) = &mut self.telnet {
            // What was said before the change is heard before it.
            if !self.suspended {
                telnet.send(self.octets.drain(..));
            }
            telnet.set_circuit(circuit, on);
        }
    }

    /// What the DTE does next; what is to go goes meanwhile. Cancel-safe.
    pub(super) async fn hear(&mut self) -> Heard {
        loop {
            self.prepare();
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
        let Some(telnet) = &mut self.telnet else {
            self.wire.append(&mut self.octets);
            return;
        };
        if !self.suspended {
            let room = AHEAD.saturating_sub(self.wire.len()).min(self.octets.len());
            telnet.send(self.octets.drain(..room));
        }
        self.wire.extend(telnet.take_output());
    }

    fn received(&mut self, octets: Vec<u8>) -> Vec<PortEvent> {
        let Some(telnet) = &mut self.telnet else { return vec![PortEvent::Octets(octets)] };
        let mut events = Vec::new();
        for event in telnet.receive(&octets) {
            match event {
                TelnetEvent::Octets(octets) => events.push(PortEvent::Octets(octets)),
                TelnetEvent::Circuit108(on) => {
                    if std::mem::replace(&mut self.open, on) != on {
                        events.push(if on { PortEvent::Opened } else { PortEvent::Closed });
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

    /// The connection and what was still to go.
    pub(super) fn into_parts(mut self) -> (TcpStream, Vec<u8>) {
        self.suspended = false;
        if let Some(telnet) = &mut self.telnet {
            telnet.send(self.octets.drain(..));
            self.wire.extend(telnet.take_output());
        } else {
            self.wire.append(&mut self.octets);
        }
        (self.stream, self.wire.into())
    }
}
