//! Calls to and from outside: TCP connections by the phonebook, and callers at the control socket.
//!
//! In: what the bench says of such calls ([`Far`]), and what the network brings ([`Came`]). Out: calls placed, answered and
//! cleared at the bench, and octets both ways.

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use offhook_emulator::exchange::Tone;
use offhook_emulator::time::{Instant, earliest};
use offhook_emulator::trace::What;
use tokio::net::{TcpListener, TcpStream, UnixStream};

use crate::run::Trouble;
use crate::standalone::bench::Bench;
use crate::standalone::control::{self, Control, Wish};
use crate::standalone::peer::{FailureKind, Peer, PeerEvent};
use crate::standalone::phonebook::{Phonebook, Target};
use crate::standalone::trunk::{CallId, Far};

/// A caller from outside lets it ring so often.
const RINGS: u32 = 12;
/// How much of what a caller says before there is carrier is kept for the modem.
const EARLY: usize = 4096;
/// How long a peer whose call is over may take to read the rest.
const FAREWELL: Duration = Duration::from_secs(5);
/// How long a caller at the control socket may take to say whom it wants.
const GREETING: Duration = Duration::from_secs(10);
/// Callers at the control socket who have not said whom they want, at most.
const VISITORS: usize = 64;

/// All calls to and from outside.
#[derive(Debug)]
pub(super) struct Calls {
    book: Phonebook,
    listeners: Vec<Listener>,
    control: Option<Control>,
    ends: BTreeMap<CallId, End>,
    /// Connected to the control socket, whom they want is not said yet.
    visitors: Vec<(Peer, Instant)>,
    /// Their calls are over, not all they were sent is written.
    leaving: Vec<(Peer, Instant)>,
}

#[derive(Debug)]
struct Listener {
    socket: TcpListener,
    line: usize,
    telnet: bool,
}

/// The outer end of a call.
#[derive(Debug)]
struct End {
    peer: Peer,
    /// It is told in words how its call goes, until there is carrier.
    words: bool,
    through: bool,
}

/// What the network brings.
pub(super) enum Came {
    Tcp(usize, std::io::Result<TcpStream>),
    Control(std::io::Result<UnixStream>),
    Visitor(usize, PeerEvent),
    End(CallId, PeerEvent),
    /// A peer that was leaving has gone, or has moved on.
    Left(usize),
}

impl Calls {
    pub(super) async fn open(book: Phonebook, control: Option<Control>, bench: &Bench) -> Result<Self, Trouble> {
        let mut listeners = Vec::new();
        for listen in &book.listens {
            let Some(line) = bench.line_of(&listen.number) else {
                let text = format!("listen {}: no line here has the number {}", listen.tcp, listen.number);
                return Err(Trouble::new(text).help("give it one with --link"));
            };
            let socket = TcpListener::bind(&listen.tcp).await;
            let socket = socket.map_err(|error| Trouble::io(format!("listening at {}", listen.tcp), &error))?;
            listeners.push(Listener { socket, line, telnet: listen.telnet });
        }
        let (ends, visitors, leaving) = (BTreeMap::new(), Vec::new(), Vec::new());
        Ok(Self { book, listeners, control, ends, visitors, leaving })
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = CallId> {
        self.ends.keys().copied()
    }

    /// How many octets an outer end has had no room for.
    pub(super) fn unwritten(&self, call: CallId) -> usize {
        self.ends.get(&call).map_or(0, |end| end.peer.unwritten())
    }

    /// Writes what there is room for; gives how much waits at those that have more than `full`.
    pub(super) fn flush(&mut self, full: usize) -> usize {
        let mut waiting = 0;
        for end in self.ends.values_mut() {
            end.peer.flush();
            let left = end.peer.unwritten();
            waiting += if left > full { left } else { 0 };
        }
        waiting
    }

    /// When somebody has taken too long.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.visitors.iter().chain(&self.leaving).fold(None, |next, (_, until)| earliest(next, Some(*until)))
    }

    /// The next thing the network brings; of calls only those named are read. Cancel-safe.
    pub(super) async fn next(&mut self, read: &[CallId]) -> Came {
        let Self { listeners, control, ends, visitors, leaving, .. } = self;
        let mut ends: Vec<_> = ends
            .iter_mut()
            .filter(|(call, end)| read.contains(call) && (end.through || end.peer.early.len() < EARLY))
            .map(|(call, end)| (*call, Box::pin(end.peer.next())))
            .collect();
        let mut visitors: Vec<_> = visitors.iter_mut().map(|(peer, _)| Box::pin(peer.next())).collect();
        let mut leaving: Vec<_> = leaving.iter_mut().map(|(peer, _)| Box::pin(peer.next())).collect();
        let mut accept = pin!(async {
            match control {
                Some(control) => control.listener.accept().await.map(|(stream, _)| stream),
                None => std::future::pending().await,
            }
        });
        poll_fn(|context| {
            for (call, wait) in &mut ends {
                if let Poll::Ready(event) = wait.as_mut().poll(context) {
                    return Poll::Ready(Came::End(*call, event));
                }
            }
            for (index, wait) in visitors.iter_mut().enumerate() {
                if let Poll::Ready(event) = wait.as_mut().poll(context) {
                    return Poll::Ready(Came::Visitor(index, event));
                }
            }
            for (index, wait) in leaving.iter_mut().enumerate() {
                if wait.as_mut().poll(context).is_ready() {
                    return Poll::Ready(Came::Left(index));
                }
            }
            for (index, listener) in listeners.iter().enumerate() {
                if let Poll::Ready(accepted) = listener.socket.poll_accept(context) {
                    return Poll::Ready(Came::Tcp(index, accepted.map(|(stream, _)| stream)));
                }
            }
            accept.as_mut().poll(context).map(Came::Control)
        })
        .await
    }

    /// The network has brought something.
    pub(super) fn came(&mut self, now: Instant, bench: &mut Bench, came: Came) {
        match came {
            Came::Tcp(index, Ok(stream)) => {
                let (line, telnet) = (self.listeners[index].line, self.listeners[index].telnet);
                let peer = Peer::tcp(stream, telnet);
                self.ring(now, bench, line, peer, false, None);
            }
            Came::Control(Ok(stream)) => {
                if self.visitors.len() < VISITORS {
                    self.visitors.push((Peer::unix(stream), now + GREETING));
                }
            }
            // It was gone before it was accepted, or there are no descriptors left: the next one may be luckier.
            Came::Tcp(_, Err(_)) | Came::Control(Err(_)) => {}
            Came::Visitor(index, event) => self.visitor(now, bench, index, event),
            Came::End(call, event) => self.end_event(now, bench, call, event),
            Came::Left(index) => drop(self.leaving.remove(index)),
        }
        self.visitors.retain(|(_, until)| *until > now);
        self.leaving.retain(|(peer, until)| *until > now && !peer.is_done());
    }

    /// The bench says something of a call.
    pub(super) fn handle(&mut self, now: Instant, bench: &mut Bench, call: CallId, far: Far) {
        if let Far::Dialled { line, number } = &far {
            return self.dialled(now, bench, call, *line, number);
        }
        let Some(end) = self.ends.get_mut(&call) else { return };
        if end.words
            && !end.through
            && let Some(text) = control::told(&far)
        {
            end.peer.write(text.as_bytes());
        }
        match far {
            Far::Connected(_) => {
                end.through = true;
                let early = std::mem::take(&mut end.peer.early);
                bench.send(now, call, &early);
            }
            Far::Octets(octets) => end.peer.write(&octets),
            Far::Busy | Far::NoAnswer | Far::Cleared => {
                if end.words && !end.through && far == Far::Cleared {
                    end.peer.write(b"NO CARRIER\n");
                }
                if let Some(end) = self.ends.remove(&call) {
                    self.dismiss(now, end.peer);
                }
            }
            Far::Dialled { .. } | Far::Rings(_) | Far::Answered => {}
        }
    }

    /// A line has dialled a number that leads outside.
    fn dialled(&mut self, now: Instant, bench: &mut Bench, call: CallId, line: usize, number: &str) {
        let entry = self.book.numbers.get(number);
        let target: Option<&Target> = entry.map(|entry| &entry.target).or(self.book.default.as_ref());
        let Some(target) = target else { return bench.refuse(now, call, Tone::Unobtainable) };
        let name = entry.and_then(|entry| entry.name.as_deref()).map(|name| format!("{name}, ")).unwrap_or_default();
        bench.tell(now, line, What::Note { text: format!("{number} leads to {name}{}", target.tcp) });
        self.ends.insert(call, End { peer: Peer::call(target), words: false, through: false });
    }

    /// Somebody outside calls a line.
    fn ring(
        &mut self,
        now: Instant,
        bench: &mut Bench,
        line: usize,
        mut peer: Peer,
        words: bool,
        from: Option<String>,
    ) {
        let call = CallId::In(line);
        if self.ends.contains_key(&call) || !bench.is_free(line) {
            let busy = if words { "BUSY\n" } else { "BUSY\r\n" };
            peer.write(busy.as_bytes());
            return self.dismiss(now, peer);
        }
        self.ends.insert(call, End { peer, words, through: false });
        bench.place_call(now, line, from, None, RINGS);
    }

    fn visitor(&mut self, now: Instant, bench: &mut Bench, index: usize, event: PeerEvent) {
        let PeerEvent::Octets(octets) = event else { return drop(self.visitors.remove(index)) };
        let peer = &mut self.visitors[index].0;
        peer.early.extend(octets);
        let end = peer.early.iter().position(|octet| *octet == b'\n');
        if end.is_none() && peer.early.len() <= control::LONGEST {
            return;
        }
        let (mut peer, _) = self.visitors.remove(index);
        let rest = end.map_or_else(Vec::new, |end| peer.early.split_off(end + 1));
        let line = String::from_utf8_lossy(&std::mem::replace(&mut peer.early, rest)).into_owned();
        let wish = control::wish(&line).and_then(|Wish { number, from }| match bench.line_of(&number) {
            Some(line) => Ok((line, from)),
            None => Err(format!("ERROR no line here has the number {number}\n")),
        });
        match wish {
            Ok((line, from)) => self.ring(now, bench, line, peer, true, from),
            Err(text) => {
                peer.write(text.as_bytes());
                self.dismiss(now, peer);
            }
        }
    }

    fn end_event(&mut self, now: Instant, bench: &mut Bench, call: CallId, event: PeerEvent) {
        let Some(end) = self.ends.get_mut(&call) else { return };
        match event {
            PeerEvent::Octets(octets) if end.through => bench.send(now, call, &octets),
            PeerEvent::Octets(octets) => {
                let room = EARLY.saturating_sub(end.peer.early.len());
                end.peer.early.extend(octets.into_iter().take(room));
            }
            PeerEvent::Connected => bench.answer(now, call),
            PeerEvent::Failed(failure) => {
                self.ends.remove(&call);
                if let Some(line) = bench.line_of_call(call) {
                    bench.tell(now, line, What::Note { text: failure.text.clone() });
                }
                let tone = match failure.kind {
                    FailureKind::Refused => Tone::Busy,
                    FailureKind::Unknown => Tone::Unobtainable,
                    FailureKind::Unreachable => Tone::Congestion,
                };
                bench.refuse(now, call, tone);
            }
            PeerEvent::Closed => {
                self.ends.remove(&call);
                bench.clear(now, call);
            }
        }
    }

    /// Lets a peer go when it has got everything.
    fn dismiss(&mut self, now: Instant, mut peer: Peer) {
        peer.close();
        if !peer.is_done() {
            self.leaving.push((peer, now + FAREWELL));
        }
    }
}
