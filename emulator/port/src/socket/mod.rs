//! TCP as a serial port: octets as they are, telnet, or ip232. Either the DTE calls us, or we call it.
//!
//! - **Circuit 108/2** is whether there is a connection; with RFC 2217 and ip232 the DTE may also drop it within
//!   one.
//! - **Circuit 109 off** ends the connection, after what was still to be said on it, since TCP has no other way to show
//!   it. With RFC 2217 and ip232 the DTE sees the circuit itself, and the connection stays.
//! - One DTE at a time: whoever else calls reads `BUSY` and is gone. A DTE that was lost without a word is missed within
//!   two minutes, by keep-alive.
//! - Where we call, we call again when it fails or is lost, at growing intervals.

mod calling;
mod farewell;
mod session;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;

use tokio::net::TcpListener;

use super::error::PortError;
use super::event::PortEvent;
use super::spec::{Protocol, host_port};
use calling::Calling;
use farewell::{Unheard, farewell};
use offhook_telephony::modem::Circuit;
use session::{Heard, Session};

/// A TCP port.
#[derive(Debug)]
pub(super) struct Socket {
    role: Role,
    protocol: Protocol,
    session: Option<Session>,
    due: VecDeque<PortEvent>,
    /// Octets for DTEs that were gone before they had got them.
    unheard: Unheard,
    /// The modem's circuits, for the next who wants to see them.
    circuits: [(Circuit, bool); 4],
}

#[derive(Debug)]
enum Role {
    Listen(TcpListener, SocketAddr),
    Call(Calling),
}

/// What has happened.
enum Happened {
    Connected(tokio::net::TcpStream),
    Session(Heard),
}

impl Socket {
    pub(super) async fn listen(host: &str, port: u16, protocol: Protocol) -> Result<Self, PortError> {
        let failed = |cause: &std::io::Error| {
            let help = match cause.kind() {
                std::io::ErrorKind::AddrInUse => "another program listens there: choose another port",
                std::io::ErrorKind::PermissionDenied => "ports below 1024 are root's: choose a higher one",
                _ => "is the host a name or an address of this machine?",
            };
            PortError::io(format!("listening on TCP port {}", host_port(host, port)), cause, help)
        };
        let listener = TcpListener::bind((host, port)).await.map_err(|e| failed(&e))?;
        let address = listener.local_addr().map_err(|e| failed(&e))?;
        Ok(Self::new(Role::Listen(listener, address), protocol))
    }

    pub(super) fn call(host: &str, port: u16, protocol: Protocol) -> Self {
        Self::new(Role::Call(Calling::new(host, port)), protocol)
    }

    fn new(role: Role, protocol: Protocol) -> Self {
        let circuits = [(Circuit::C106, true), (Circuit::C107, true), (Circuit::C109, false), (Circuit::C125, false)];
        Self { role, protocol, session: None, due: VecDeque::new(), unheard: Unheard::default(), circuits }
    }

    pub(super) async fn next(&mut self) -> Result<PortEvent, PortError> {
        loop {
            if let Some(event) = self.due.pop_front() {
                return Ok(event);
            }
            let in_session = self.session.is_some();
            let happened = tokio::select! {
                biased;
                heard = hear(&mut self.session) => Happened::Session(heard),
                connected = connected(&mut self.role, in_session) => Happened::Connected(connected?),
            };
            match happened {
                Happened::Connected(stream) if in_session => {
                    farewell(stream, b"BUSY\r\n".to_vec(), &Unheard::default())
                }
                Happened::Connected(stream) => {
                    let called = matches!(self.role, Role::Listen(..));
                    match Session::new(stream, self.protocol, called, &self.circuits) {
                        Ok(session) => {
                            self.session = Some(session);
                            self.due.push_back(PortEvent::Opened);
                        }
                        // The peer has gone since.
                        Err(error) => self.ended(false, &error.to_string()),
                    }
                }
                Happened::Session(Heard::Events(events)) => self.due.extend(events),
                Happened::Session(Heard::End(why)) => self.lost(why),
            }
        }
    }

    pub(super) fn write(&mut self, octets: &[u8]) {
        if let Some(session) = &mut self.session {
            session.write(octets);
        }
    }

    pub(super) async fn flush(&mut self) {
        if let Some(session) = &mut self.session {
            session.flush().await;
        }
    }

    pub(super) fn unwritten(&self) -> usize {
        self.session.as_ref().map_or(0, Session::unwritten)
    }

    pub(super) fn is_abandoned(&self) -> bool {
        self.session.as_ref().is_some_and(Session::is_abandoned)
    }

    /// How many octets for the DTE were lost since this was asked last.
    pub(super) fn take_lost(&mut self) -> u64 {
        self.unheard.swap(0, Ordering::Relaxed)
    }

    pub(super) fn set_circuit(&mut self, circuit: Circuit, on: bool) {
        for known in &mut self.circuits {
            if known.0 == circuit {
                known.1 = on;
            }
        }
        if let Some(session) = &mut self.session {
            session.set_circuit(circuit, on);
        }
    }

    /// Octets still to be written are, in the background and within a time.
    pub(super) fn hang_up(&mut self) {
        if self.session.as_ref().is_some_and(Session::has_circuits) {
            return;
        }
        if let Some(session) = self.session.take() {
            let was_open = session.is_open();
            let (stream, rest) = session.into_parts();
            farewell(stream, rest, &self.unheard);
            self.ended(was_open, "carrier was lost");
        }
    }

    pub(super) fn describe(&self) -> String {
        let kind = self.protocol.name();
        let (what, free) = match &self.role {
            Role::Listen(_, address) => (format!("TCP port {address} ({kind})"), "free".to_owned()),
            Role::Call(calling) => (format!("TCP to {} ({kind})", calling.to()), calling.state()),
        };
        let circuits = self.session.as_ref().is_some_and(Session::has_circuits);
        match &self.session {
            Some(session) => {
                format!(
                    "{what}, connected with {}{}",
                    session.peer(),
                    if circuits && self.protocol == Protocol::Telnet { " (RFC 2217)" } else { "" }
                )
            }
            None => format!("{what}, {free}"),
        }
    }

    fn lost(&mut self, why: Option<std::io::Error>) {
        let Some(session) = self.session.take() else { return };
        let was_open = session.is_open();
        match why {
            // It may still read, though it says nothing more.
            None => {
                let (stream, rest) = session.into_parts();
                farewell(stream, rest, &self.unheard);
                self.ended(was_open, "closed by the DTE");
            }
            Some(error) => {
                self.unheard.fetch_add(session.unwritten() as u64, Ordering::Relaxed);
                self.ended(was_open, &error.to_string());
            }
        }
    }

    fn ended(&mut self, was_open: bool, why: &str) {
        if let Role::Call(calling) = &mut self.role {
            calling.again(why);
        }
        if was_open {
            self.due.push_back(PortEvent::Closed);
        }
    }
}

/// What the session brings, for ever nothing without one. Cancel-safe.
async fn hear(session: &mut Option<Session>) -> Heard {
    match session {
        Some(session) => session.hear().await,
        None => std::future::pending().await,
    }
}

/// A new connection. Cancel-safe: a call goes on when the future is dropped.
async fn connected(role: &mut Role, in_session: bool) -> Result<tokio::net::TcpStream, PortError> {
    match role {
        Role::Listen(listener, address) => loop {
            match listener.accept().await {
                Ok((stream, _)) => return Ok(stream),
                // The caller thought better of it: accept(2).
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionAborted => {}
                Err(error) => {
                    let doing = format!("taking a connection on TCP port {address}");
                    return Err(PortError::io(doing, &error, "has the process too many files open?"));
                }
            }
        },
        Role::Call(_) if in_session => std::future::pending().await,
        Role::Call(calling) => Ok(calling.connected().await),
    }
}

#[cfg(test)]
mod tests;
