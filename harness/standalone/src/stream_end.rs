//! Far ends outside the pool: TCP connections and connections to the control socket.
//!
//! In: octets for it. Out: [`StreamEvent`]s. A far end that is not asked for its next event is not read, which is flow control;
//! what it has no room for waits here, and [`StreamEnd::unwritten`] says how much that is.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use super::framing::Framing;
use super::phonebook::Target;
use offhook_base::plain;

/// The most that is read at once.
const READ: usize = 16_384;
/// Octets of answers that may wait for a far end before it is not read any more.
const MOST_ANSWERS: usize = 1 << 18;
/// Octets that may wait for it in all: flow control stops whoever talks to it much sooner.
const MOST_UNREAD: usize = 2 << 20;
/// For so long an address is tried before nobody is taken to answer there.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a far end does.
#[derive(Debug)]
pub(super) enum StreamEvent {
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
pub(super) struct StreamEnd {
    state: State,
    framing: Framing,
    unwritten: Vec<u8>,
    /// At most so many of them are answers of telnet.
    answers: usize,
    /// It says nothing more, and may still read.
    ended: bool,
    /// That is still to be told.
    closed_later: bool,
    /// It is let go as soon as everything is written.
    closing: bool,
    lost: Lost,
}

/// Octets of a call that were lost at its far end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lost {
    /// For it, and could not be written.
    pub(super) unwritten: u64,
    /// Said by it when its call was over.
    pub(super) unheard: u64,
}

impl std::fmt::Debug for StreamEnd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StreamEnd").field("unwritten", &self.unwritten.len()).finish_non_exhaustive()
    }
}

impl StreamEnd {
    fn new(state: State, mut framing: Framing) -> Self {
        let unwritten = framing.open();
        Self {
            state,
            framing,
            answers: unwritten.len(),
            unwritten,
            ended: false,
            closed_later: false,
            closing: false,
            lost: Lost::default(),
        }
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
        Self::new(State::Connecting(Box::pin(connecting)), Framing::calling(target.speaks))
    }

    /// One that has called.
    pub(super) fn tcp(stream: TcpStream, telnet: bool) -> Self {
        let _ = stream.set_nodelay(true);
        Self::new(State::Tcp(stream), Framing::answering(telnet))
    }

    /// One that has come by the control socket.
    pub(super) fn unix(stream: UnixStream) -> Self {
        Self::new(State::Unix(stream), Framing::Raw)
    }

    /// The next thing it does. Cancel-safe.
    pub(super) async fn next(&mut self) -> StreamEvent {
        loop {
            match &mut self.state {
                State::Gone => return StreamEvent::Closed,
                State::Connecting(connecting) => match connecting.as_mut().await {
                    Ok(stream) => {
                        self.state = State::Tcp(stream);
                        return StreamEvent::Connected;
                    }
                    Err(failure) => {
                        self.state = State::Gone;
                        return StreamEvent::Failed(failure);
                    }
                },
                State::Tcp(_) | State::Unix(_) => {}
            }
            if std::mem::take(&mut self.closed_later) {
                return StreamEvent::Closed;
            }
            self.flush();
            if self.is_done() {
                self.state = State::Gone;
                return StreamEvent::Closed;
            }
            let mut buffer = [0; READ];
            // Every question of telnet has its answer here: who asks and does not read is not read either.
            let is_full = self.answers.min(self.unwritten.len()) > MOST_ANSWERS;
            let got = tokio::select! {
                ready = readable(&self.state), if !is_full && !self.ended => ready.and_then(|()| try_read(&self.state, &mut buffer)),
                ready = writable(&self.state), if !self.unwritten.is_empty() => match ready {
                    Ok(()) => continue,
                    Err(error) => Err(error),
                },
                // It has closed its direction, and there is nothing to be said to it.
                else => std::future::pending().await,
            };
            match got {
                Ok(count @ 1..) => {
                    let octets = buffer.get(..count).unwrap_or_default();
                    let (octets, answers) = self.framing.receive(octets);
                    self.answers = self.answers.min(self.unwritten.len()) + answers.len();
                    self.unwritten.extend(answers);
                    if self.closing {
                        self.lost.unheard += octets.len() as u64;
                    } else if !octets.is_empty() {
                        return StreamEvent::Octets(octets);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // What it has not read yet it may still read.
                Ok(_) => {
                    self.ended = true;
                    if self.closing {
                        continue;
                    }
                    let rest = self.framing.end();
                    self.closed_later = !rest.is_empty();
                    return if rest.is_empty() { StreamEvent::Closed } else { StreamEvent::Octets(rest) };
                }
                Err(_) => {
                    self.give_up();
                    return StreamEvent::Closed;
                }
            }
        }
    }

    /// Writes octets of the call, or queues what there is no room for.
    pub(super) fn write(&mut self, octets: &[u8]) {
        let wire = self.framing.send(octets);
        if self.unwritten.len() + wire.len() > MOST_UNREAD {
            self.lost.unwritten += octets.len() as u64;
        } else {
            self.unwritten.extend(wire);
        }
        self.flush();
    }

    /// It is let go: which octets of the call were lost by that.
    pub(super) fn into_lost(mut self) -> Lost {
        self.give_up();
        self.lost
    }

    /// The connection is of no use any more, or it is let go.
    fn give_up(&mut self) {
        self.state = State::Gone;
        self.lost.unwritten += self.unwritten.len().saturating_sub(self.answers) as u64;
        self.unwritten.clear();
    }

    /// Whether it speaks telnet, as far as is known.
    pub(super) const fn is_telnet(&self) -> bool {
        self.framing.is_telnet()
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

    /// Writes what there is room for. That the connection is of no use any more shows when it is read.
    pub(super) fn flush(&mut self) {
        while !self.unwritten.is_empty() {
            let written = match &self.state {
                State::Tcp(stream) => stream.try_write(&self.unwritten),
                State::Unix(stream) => stream.try_write(&self.unwritten),
                State::Connecting(_) => return,
                State::Gone => return self.give_up(),
            };
            match written {
                Ok(count @ 1..) => drop(self.unwritten.drain(..count)),
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return self.give_up(),
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
