//! The connections of the host's HTTP server (RFC 9293): one listens, and each that was made is answered and closed.
//!
//! The host asks [`Web::advance`] whenever something may have moved. A connection on which nothing moves for a minute is
//! aborted.

use std::time::Duration;

use offhook_clock::{Instant, earliest};
use smoltcp::iface::{SocketHandle, SocketSet};
use smoltcp::socket::tcp::{CongestionControl, Socket, SocketBuffer, State};

use super::HostEvent;
use super::http::{Page, Response, respond};

/// The port.
const HTTP: u16 = 80;
/// Connections at a time, with the one that listens.
const MOST: usize = 9;
/// How long nothing may move.
const STALL: Duration = Duration::from_secs(60);
/// Octets each way that may be under way: a few segments are all that a slow line holds.
const BUFFER: usize = 4 * 1460;

/// All connections.
#[derive(Default)]
pub(super) struct Web {
    connections: Vec<Connection>,
}

struct Connection {
    handle: SocketHandle,
    received: Vec<u8>,
    /// What is still to be sent, once the request is whole.
    response: Option<Vec<u8>>,
    /// When something last moved; `None`: it listens.
    since: Option<Instant>,
}

impl Web {
    /// Moves what can be moved; whether that gave the interface something to do.
    pub(super) fn advance(
        &mut self,
        now: Instant,
        page: &Page,
        sockets: &mut SocketSet<'static>,
        events: &mut impl Extend<HostEvent>,
    ) -> bool {
        let mut moved = false;
        for connection in &mut self.connections {
            moved |= connection.advance(now, page, sockets.get_mut(connection.handle), events);
        }
        if moved {
            // What was aborted has still to say so.
            return true;
        }
        self.connections.retain(|connection| {
            let over = matches!(sockets.get::<Socket<'_>>(connection.handle).state(), State::Closed | State::TimeWait);
            if over {
                sockets.remove(connection.handle);
            }
            !over
        });
        let listens = self.connections.iter().any(|connection| connection.since.is_none());
        if !listens && self.connections.len() < MOST {
            self.connections.extend(listening(sockets));
        }
        false
    }

    /// When one of them has waited long enough.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.connections.iter().map(|connection| connection.since.map(|since| since + STALL)).fold(None, earliest)
    }
}

/// A connection that is not made yet.
fn listening(sockets: &mut SocketSet<'static>) -> Option<Connection> {
    let buffer = || SocketBuffer::new(vec![0; BUFFER]);
    let mut socket = Socket::new(buffer(), buffer());
    // On a slow line a window filled at once would be sent again before it has crossed.
    socket.set_congestion_control(CongestionControl::Reno);
    socket.set_ack_delay(None);
    socket.listen(HTTP).ok()?;
    Some(Connection { handle: sockets.add(socket), received: Vec::new(), response: None, since: None })
}

impl Connection {
    fn advance(
        &mut self,
        now: Instant,
        page: &Page,
        socket: &mut Socket<'_>,
        events: &mut impl Extend<HostEvent>,
    ) -> bool {
        if matches!(socket.state(), State::Listen | State::Closed | State::TimeWait) {
            return false;
        }
        let since = *self.since.get_or_insert(now);
        let mut moved = self.receive(socket);
        if self.response.is_none() {
            if let Some(Response { octets, asked, status }) = respond(&self.received, page) {
                events.extend(asked.map(|request| HostEvent::Fetched { request, status }));
                self.response = Some(octets);
            } else if !socket.may_recv() && socket.may_send() && socket.state() != State::SynReceived {
                // It has said all it wants to say, and that is no request.
                socket.close();
                moved = true;
            }
        }
        if let Some(rest) = &mut self.response
            && socket.may_send()
        {
            if let Ok(sent @ 1..) = socket.send_slice(rest) {
                rest.drain(..sent);
                moved = true;
            }
            if rest.is_empty() {
                socket.close();
                moved = true;
            }
        }
        if moved {
            self.since = Some(now);
        } else if since + STALL <= now {
            socket.abort();
            moved = true;
        }
        moved
    }

    /// Takes what has come. What follows a request is of no use.
    fn receive(&mut self, socket: &mut Socket<'_>) -> bool {
        let mut moved = false;
        while socket.can_recv() {
            let (received, wanted) = (&mut self.received, self.response.is_none());
            let taken = socket.recv(|octets| {
                if wanted {
                    received.extend_from_slice(octets);
                }
                (octets.len(), octets.len())
            });
            let Ok(1..) = taken else { break };
            moved = true;
        }
        moved
    }
}
