//! One transfer: a name resolved, a connection made, a request sent, the response checked (RFC 9293, RFC 9112).
//!
//! The host asks [`Transfer::advance`] whenever something may have moved. A connection gets 75 seconds to be made,
//! after that 120 seconds may pass without an octet being acknowledged or received.

use std::net::Ipv4Addr;
use std::time::Duration;

use smoltcp::iface::{Context, SocketHandle, SocketSet};
use smoltcp::socket::tcp::{CongestionControl, Socket, SocketBuffer, State};
use smoltcp::wire::IpAddress;

use super::super::{TransferOutcome, TransferRequest, pattern};
use super::http::{self, Response};
use offhook_clock::Instant;

/// How long a connection may take that nobody answers, as BSD has it.
const CONNECT: Duration = Duration::from_secs(75);
/// How long nothing may move.
const STALL: Duration = Duration::from_secs(120);
/// What the other host may send unacknowledged: six segments, the window that dial-up clients used to have. It is twice
/// what a line of 56 kbit/s and half a second's delay holds. A larger one only fills the server's queue: with 64 KiB a
/// quarter of all segments was sent twice, because the sender's timer ran out while they stood in it.
const RECEIVE_BUFFER: usize = 6 * 1460;
/// What is given to TCP ahead of its acknowledgement.
const SEND_BUFFER: usize = 64 * 1024;

/// A transfer that is not over.
pub(super) struct Transfer {
    /// What the host knows it by.
    pub(super) key: u64,
    request: TransferRequest,
    stage: Stage,
    /// The head of the request.
    head: Vec<u8>,
    /// Octets of head and content given to TCP.
    sent: u64,
    response: Response,
    /// Octets received, and octets acknowledged, when either last grew.
    moved: (u64, u64),
    /// When that was, or when the stage began.
    since: Instant,
    received: u64,
}

enum Stage {
    /// The name's address is asked for.
    Resolving,
    /// A SYN has been sent.
    Connecting(SocketHandle, Ipv4Addr),
    /// The connection is there.
    Talking(SocketHandle, Ipv4Addr),
}

/// What came of a look at a transfer.
pub(super) enum Progress {
    /// Nothing: it waits.
    Waits,
    /// Something was given to TCP or taken from it.
    Moved,
    /// It is over. Its socket, if it has one, has been closed or aborted and has that to say.
    Over(TransferOutcome, Option<SocketHandle>),
}

impl Transfer {
    /// A transfer whose host's address is being asked for.
    pub(super) fn new(now: Instant, key: u64, request: TransferRequest) -> Self {
        let head = http::head(&request);
        let (stage, response) = (Stage::Resolving, Response::default());
        Self { key, request, stage, head, sent: 0, response, moved: (0, 0), since: now, received: 0 }
    }

    /// The host's address is known: makes the connection, from that port of this end.
    pub(super) fn connect(
        &mut self,
        now: Instant,
        address: Ipv4Addr,
        own_port: u16,
        context: &mut Context,
        sockets: &mut SocketSet<'static>,
    ) -> Result<(), TransferOutcome> {
        let buffer = |octets| SocketBuffer::new(vec![0; octets]);
        let mut socket = Socket::new(buffer(RECEIVE_BUFFER), buffer(SEND_BUFFER));
        // On a slow line a window filled at once would be sent again before it has crossed.
        socket.set_congestion_control(CongestionControl::Reno);
        // Segments come one by one at the line's pace: to wait for a second one would only cost a timer.
        socket.set_ack_delay(None);
        let port = self.request.port;
        if let Err(error) = socket.connect(context, (IpAddress::Ipv4(address), port), own_port) {
            return Err(self.failed(format!("{address}:{port} cannot be connected to: {error}")));
        }
        self.stage = Stage::Connecting(sockets.add(socket), address);
        self.since = now;
        Ok(())
    }

    /// Moves what can be moved.
    pub(super) fn advance(&mut self, now: Instant, sockets: &mut SocketSet<'static>) -> Progress {
        match self.stage {
            Stage::Resolving => Progress::Waits,
            Stage::Connecting(handle, address) => self.connecting(now, handle, address, sockets.get_mut(handle)),
            Stage::Talking(handle, address) => self.talk(now, handle, address, sockets.get_mut(handle)),
        }
    }

    /// Its connection, if there is one.
    pub(super) const fn socket(&self) -> Option<SocketHandle> {
        match self.stage {
            Stage::Resolving => None,
            Stage::Connecting(handle, _) | Stage::Talking(handle, _) => Some(handle),
        }
    }

    /// When it has waited long enough.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.stage {
            Stage::Resolving => None,
            Stage::Connecting(..) => Some(self.since + CONNECT),
            Stage::Talking(..) => Some(self.since + STALL),
        }
    }

    /// It came to nothing, for that reason.
    pub(super) fn failed(&self, error: String) -> TransferOutcome {
        self.outcome(Some(error))
    }

    fn connecting(&mut self, now: Instant, handle: SocketHandle, to: Ipv4Addr, socket: &mut Socket<'_>) -> Progress {
        let port = self.request.port;
        match socket.state() {
            State::SynSent if now < self.since + CONNECT => Progress::Waits,
            State::SynSent => {
                socket.abort();
                let outcome = self.failed(format!("{to}:{port} did not answer within {} s", CONNECT.as_secs()));
                Progress::Over(outcome, Some(handle))
            }
            State::Closed => Progress::Over(self.failed(format!("{to}:{port} refuses the connection")), Some(handle)),
            _ => {
                self.stage = Stage::Talking(handle, to);
                self.since = now;
                Progress::Moved
            }
        }
    }

    fn talk(&mut self, now: Instant, handle: SocketHandle, to: Ipv4Addr, socket: &mut Socket<'_>) -> Progress {
        let port = self.request.port;
        let before = (self.sent, self.received);
        let read = self.read(socket);
        let unacknowledged = socket.send_queue() as u64;
        let outcome = if let Err(error) = read {
            socket.abort();
            self.outcome_after(unacknowledged, Some(format!("{to}:{port}: {error}")))
        } else if self.response.is_complete() {
            // What was not sent yet is of no use to a server that has answered already.
            if self.sent < self.total() {
                socket.abort()
            } else {
                socket.close()
            }
            let error = self.response.error(self.request.upload.is_none());
            self.outcome_after(unacknowledged, error)
        } else if !socket.may_recv() {
            // Whatever had come was read above: this is the end of what the server says.
            let whole = socket.state() != State::Closed && self.response.is_complete_by_end();
            let error = if whole {
                self.response.error(self.request.upload.is_none())
            } else {
                let how = if socket.state() == State::Closed { "reset" } else { "closed" };
                Some(format!("{to}:{port} {how} the connection after {}", self.response.progress()))
            };
            if self.sent < self.total() {
                socket.abort()
            } else {
                socket.close()
            }
            self.outcome_after(unacknowledged, error)
        } else {
            self.write(socket);
            let moved = (self.received, self.sent - socket.send_queue() as u64);
            if moved != self.moved {
                self.moved = moved;
                self.since = now;
            } else if now >= self.since + STALL {
                let error = format!(
                    "nothing moved between here and {to}:{port} for {} s, after {}",
                    STALL.as_secs(),
                    self.so_far(moved.1)
                );
                let outcome = self.outcome_after(socket.send_queue() as u64, Some(error));
                socket.abort();
                return Progress::Over(outcome, Some(handle));
            }
            return if before == (self.sent, self.received) { Progress::Waits } else { Progress::Moved };
        };
        Progress::Over(outcome, Some(handle))
    }

    /// Takes what has come.
    fn read(&mut self, socket: &mut Socket<'_>) -> Result<(), String> {
        while socket.can_recv() {
            let response = &mut self.response;
            let taken = socket.recv(|octets| (octets.len(), (octets.len(), response.handle_octets(octets))));
            let Ok((count, result)) = taken else { return Ok(()) };
            self.received += count as u64;
            result?;
        }
        Ok(())
    }

    /// Gives TCP what it has room for.
    fn write(&mut self, socket: &mut Socket<'_>) {
        let total = self.total();
        while self.sent < total && socket.can_send() {
            let (sent, head) = (self.sent, &self.head);
            let written = socket.send(|room| {
                let count = room.len().min(usize::try_from(total - sent).unwrap_or(usize::MAX));
                for (place, octet) in (sent..).zip(&mut room[..count]) {
                    *octet = octet_at(head, place);
                }
                (count, count as u64)
            });
            match written {
                Ok(count) if count > 0 => self.sent += count,
                _ => break,
            }
        }
        // While more is to come only whole segments leave; the last part of one must not wait for company.
        socket.set_nagle_enabled(self.sent < total);
    }

    /// Octets to send: the head and the content.
    fn total(&self) -> u64 {
        (self.head.len() as u64).saturating_add(self.request.upload.unwrap_or_default())
    }

    fn so_far(&self, acknowledged: u64) -> String {
        match self.request.upload {
            Some(upload) if self.response.code().is_none() => {
                format!("{} of {upload} octets", acknowledged.saturating_sub(self.head.len() as u64))
            }
            _ => self.response.progress(),
        }
    }

    fn outcome(&self, error: Option<String>) -> TransferOutcome {
        self.outcome_after(self.sent - self.moved.1.min(self.sent), error)
    }

    /// How it ended, with so much of what was sent not acknowledged.
    fn outcome_after(&self, unacknowledged: u64, error: Option<String>) -> TransferOutcome {
        let status = self.response.code();
        let (octets, intact) = match self.request.upload {
            Some(_) => {
                let crossed = self.sent.saturating_sub(unacknowledged).saturating_sub(self.head.len() as u64);
                (crossed, status == Some(200))
            }
            None => (self.response.octets(), self.response.is_intact()),
        };
        TransferOutcome { id: self.request.id, status, octets, intact, error }
    }
}

/// The octet at that place of head and content together.
fn octet_at(head: &[u8], place: u64) -> u8 {
    let in_head = usize::try_from(place).ok().and_then(|place| head.get(place));
    in_head.copied().unwrap_or_else(|| pattern(place - head.len() as u64))
}
