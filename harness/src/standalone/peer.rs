//! Far ends outside the bench: TCP connections and connections to the control socket.
//!
//! In: octets for it. Out: [`PeerEvent`]s. A peer that is not asked for its next event is not read, which is flow control;
//! what it has no room for waits here, and [`Peer::unwritten`] says how much that is.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use super::phonebook::Target;
use super::telnet::Telnet;
use crate::run::plain;

/// The most that is read at once.
const READ: usize = 16_384;
/// For so long an address is tried before nobody is taken to answer there.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a peer does.
#[derive(Debug)]
pub(super) enum PeerEvent {
    /// The connection that was tried is there.
    Connected,
    /// It is not to be had.
    Failed(Failure),
    /// Octets of the call.
    Octets(Vec<u8>),
    /// It is gone.
    Closed,
}

/// Why a connection is not to be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// What stands for it on a telephone line.
    pub kind: FailureKind,
    /// In words, with the address.
    pub text: String,
}

/// Kinds of failures, as a telephone line has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FailureKind {
    /// Somebody is there, who takes no call: busy.
    Refused,
    /// There is no such host.
    Unknown,
    /// No way there, or no answer.
    Unreachable,
}

type Connecting = Pin<Box<dyn Future<Output = Result<TcpStream, Failure>>>>;

enum State {
    Connecting(Connecting),
    Tcp(TcpStream),
    Unix(UnixStream),
    Gone,
}

/// A far end.
pub(super) struct Peer {
    state: State,
    telnet: Option<Telnet>,
    unwritten: Vec<u8>,
    /// What came while the call was not through.
    pub(super) early: Vec<u8>,
    /// It is let go as soon as everything is written.
    closing: bool,
}

impl std::fmt::Debug for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Peer").field("unwritten", &self.unwritten.len()).finish_non_exhaustive()
    }
}

impl Peer {
    fn new(state: State, telnet: bool) -> Self {
        let telnet = telnet.then(Telnet::default);
        Self { state, telnet, unwritten: Vec::new(), early: Vec::new(), closing: false }
    }

    /// One that is called at this address.
    pub(super) fn call(target: &Target) -> Self {
        let address = target.tcp.clone();
        let connecting = async move {
            let failed = |kind, why: &str| Failure { kind, text: format!("{address}: {why}") };
            let stream = match timeout(PATIENCE, TcpStream::connect(&address)).await {
                Err(_) => return Err(failed(FailureKind::Unreachable, "no answer in 30 s")),
                Ok(Err(error)) => {
                    let kind = match error.kind() {
                        io::ErrorKind::ConnectionRefused => FailureKind::Refused,
                        // What the resolver says is no error of the system.
                        _ if error.raw_os_error().is_none() => FailureKind::Unknown,
                        _ => FailureKind::Unreachable,
                    };
                    return Err(failed(kind, &plain(&error)));
                }
                Ok(Ok(stream)) => stream,
            };
            // Typed octets go at once; without it they only go late.
            let _ = stream.set_nodelay(true);
            Ok(stream)
        };
        Self::new(State::Connecting(Box::pin(connecting)), target.telnet)
    }

    /// One that has called.
    pub(super) fn tcp(stream: TcpStream, telnet: bool) -> Self {
        let _ = stream.set_nodelay(true);
        Self::new(State::Tcp(stream), telnet)
    }

    /// One that has come by the control socket.
    pub(super) fn unix(stream: UnixStream) -> Self {
        Self::new(State::Unix(stream), false)
    }

    /// The next thing it does. Cancel-safe.
    pub(super) async fn next(&mut self) -> PeerEvent {
        loop {
            match &mut self.state {
                State::Gone => return PeerEvent::Closed,
                State::Connecting(connecting) => match connecting.as_mut().await {
                    Ok(stream) => {
                        self.state = State::Tcp(stream);
                        return PeerEvent::Connected;
                    }
                    Err(failure) => {
                        self.state = State::Gone;
                        return PeerEvent::Failed(failure);
                    }
                },
                State::Tcp(_) | State::Unix(_) => {}
            }
            self.flush();
            if self.is_done() {
                self.state = State::Gone;
                return PeerEvent::Closed;
            }
            let mut buffer = [0; READ];
            let got = tokio::select! {
                ready = readable(&self.state) => ready.and_then(|()| try_read(&self.state, &mut buffer)),
                ready = writable(&self.state), if !self.unwritten.is_empty() => match ready {
                    Ok(()) => continue,
                    Err(error) => Err(error),
                },
            };
            match got {
                Ok(count @ 1..) => {
                    let octets = buffer.get(..count).unwrap_or_default();
                    let octets = match &mut self.telnet {
                        Some(telnet) => {
                            let (octets, answer) = telnet.receive(octets);
                            self.unwritten.extend(answer);
                            octets
                        }
                        None => octets.to_vec(),
                    };
                    if !octets.is_empty() && !self.closing {
                        return PeerEvent::Octets(octets);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(_) | Err(_) => {
                    self.state = State::Gone;
                    self.unwritten.clear();
                    return PeerEvent::Closed;
                }
            }
        }
    }

    /// Writes octets of the call, or queues what there is no room for.
    pub(super) fn write(&mut self, octets: &[u8]) {
        match &self.telnet {
            Some(telnet) => self.unwritten.extend(telnet.send(octets)),
            None => self.unwritten.extend_from_slice(octets),
        }
        self.flush();
    }

    /// How many octets there has been no room for yet.
    pub(super) fn unwritten(&self) -> usize {
        self.unwritten.len()
    }

    /// The call is over: it is let go when it has got everything.
    pub(super) fn close(&mut self) {
        self.closing = true;
        self.flush();
    }

    /// Whether it was let go and nothing more is to be written.
    pub(super) fn is_done(&self) -> bool {
        matches!(self.state, State::Gone) || self.closing && self.unwritten.is_empty()
    }

    /// Writes what there is room for. Errors show when it is read.
    pub(super) fn flush(&mut self) {
        while !self.unwritten.is_empty() {
            let written = match &self.state {
                State::Tcp(stream) => stream.try_write(&self.unwritten),
                State::Unix(stream) => stream.try_write(&self.unwritten),
                State::Connecting(_) => return,
                State::Gone => return self.unwritten.clear(),
            };
            match written {
                Ok(count @ 1..) => drop(self.unwritten.drain(..count)),
                _ => return,
            }
        }
    }
}

async fn readable(state: &State) -> io::Result<()> {
    match state {
        State::Tcp(stream) => stream.readable().await,
        State::Unix(stream) => stream.readable().await,
        State::Connecting(_) | State::Gone => std::future::pending().await,
    }
}

async fn writable(state: &State) -> io::Result<()> {
    match state {
        State::Tcp(stream) => stream.writable().await,
        State::Unix(stream) => stream.writable().await,
        State::Connecting(_) | State::Gone => std::future::pending().await,
    }
}

fn try_read(state: &State, buffer: &mut [u8]) -> io::Result<usize> {
    match state {
        State::Tcp(stream) => stream.try_read(buffer),
        State::Unix(stream) => stream.try_read(buffer),
        State::Connecting(_) | State::Gone => Err(io::ErrorKind::WouldBlock.into()),
    }
}
