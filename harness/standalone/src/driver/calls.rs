//! Calls to and from outside: TCP connections by the phonebook, and callers at the control socket.
//!
//! In: what the pool says of such calls ([`Far`]), and what the network brings ([`Came`]). Out: calls placed, answered and
//! cleared in the pool, and octets both ways.

mod parties;

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use offhook_clock::Instant;
use offhook_telephony::exchange::{LineConfig, Tone};
use offhook_telephony::loss::LossCause;
use offhook_telephony::trace::{End as Side, EventKind, Loss};
use tokio::net::{TcpListener, TcpStream, UnixStream};

use self::parties::{Called, Leaving, Listener, Visitor, called};
use super::sends;
use crate::control::{self, CallRequest, Control};
use crate::modem_pool::ModemPool;
use crate::modem_pool::{CallId, Destination, Far};
use crate::outer_end::OuterEnd;
use crate::phonebook::{Phonebook, Speaks, Target};
use crate::stream_end::{FailureKind, Lost, StreamEnd, StreamEvent};
use offhook_base::Error;

/// A caller from outside lets it ring so often.
const RINGS: u32 = 12;
/// How long a far end whose call is over may read nothing of the rest.
const FAREWELL: Duration = Duration::from_secs(10);
/// How long a caller at the control socket may take to say whom it wants.
const GREETING: Duration = Duration::from_secs(10);
/// Callers at the control socket who have not said whom they want, at most.
const VISITORS: usize = 64;

/// All calls to and from outside.
#[derive(Debug)]
pub(super) struct Calls {
    book: Phonebook,
    /// What lines to numbers that answer with PPP are like.
    line: LineConfig,
    listeners: Vec<Listener>,
    control: Option<Control>,
    ends: BTreeMap<CallId, End>,
    /// Connected to the control socket, whom they want is not said yet.
    visitors: Vec<Visitor>,
    /// Their calls are over, not all they were sent is written.
    leaving: Vec<Leaving>,
    /// Whose end was heard last.
    heard: Option<CallId>,
}

/// The outer end of a call.
#[derive(Debug)]
struct End {
    /// The line of the call; `None`: it is to a number that answers with PPP.
    line: Option<usize>,
    stream: StreamEnd,
    /// It is told in words how its call goes, until there is carrier.
    words: bool,
    /// It is known to speak telnet.
    telnet: bool,
    outer: OuterEnd,
}

impl End {
    fn new(line: Option<usize>, stream: StreamEnd, words: bool, said: Vec<u8>) -> Self {
        let telnet = stream.is_telnet();
        Self { line, stream, words, telnet, outer: OuterEnd::new(said) }
    }
}

/// What the network brings.
pub(super) enum Came {
    Tcp(usize, std::io::Result<TcpStream>),
    Control(std::io::Result<UnixStream>),
    Visitor(usize, StreamEvent),
    End(CallId, StreamEvent),
    /// A far end that was leaving has gone, or has moved on.
    Left(usize),
}

impl Calls {
    pub(super) async fn open(
        book: Phonebook,
        control: Option<Control>,
        pool: &ModemPool,
        line: LineConfig,
    ) -> Result<Self, Error> {
        let mut listeners: Vec<Listener> = Vec::new();
        for listen in &book.listens {
            let Some(called) = called(pool, &listen.number) else {
                let text = format!("listen {}: no line here has the number {}", listen.tcp, listen.number);
                return Err(Error::new(text).help("give it one with --link, or let it answer with PPP (--ppp)"));
            };
            // An address that is there again is one more line of a hunt group.
            let known = |listener: &&mut Listener| listener.address == listen.tcp && listener.telnet == listen.telnet;
            if let Some(listener) = listeners.iter_mut().find(known) {
                listener.called.push(called);
                continue;
            }
            let socket = TcpListener::bind(&listen.tcp).await;
            let socket = socket.map_err(|error| Error::io(format!("listening at {}", listen.tcp), &error))?;
            let address = listen.tcp.clone();
            listeners.push(Listener { socket, address, called: vec![called], telnet: listen.telnet });
        }
        Ok(Self {
            book,
            line,
            listeners,
            control,
            ends: BTreeMap::new(),
            visitors: Vec::new(),
            leaving: Vec::new(),
            heard: None,
        })
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = CallId> {
        self.ends.keys().copied()
    }

    /// How many octets an outer end has had no room for.
    pub(super) fn unwritten(&self, call: CallId) -> usize {
        self.ends.get(&call).map_or(0, |end| end.stream.unwritten())
    }

    /// Writes what there is room for; gives how much waits at those that have more than `full`.
    pub(super) fn flush(&mut self, full: usize) -> usize {
        let mut waiting = 0;
        for end in self.ends.values_mut() {
            end.stream.flush();
            let left = end.stream.unwritten();
            waiting += if left > full { left } else { 0 };
        }
        waiting
    }

    /// When somebody has taken too long.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let visitors = self.visitors.iter().map(|visitor| visitor.until);
        visitors.chain(self.leaving.iter().map(|leaving| leaving.until)).min()
    }

    /// The next thing the network brings; of calls only those named are read. Cancel-safe.
    pub(super) async fn next(&mut self, read: &[CallId]) -> Came {
        let Self { listeners, control, ends, visitors, leaving, heard, .. } = self;
        let mut ends: Vec<_> = ends
            .iter_mut()
            .filter(|(call, end)| read.contains(call) && end.outer.wants_octets())
            .map(|(call, end)| (*call, Box::pin(end.stream.next())))
            .collect();
        // Whoever was heard last is asked last.
        let before = ends.iter().take_while(|(call, _)| heard.is_some_and(|heard| *call <= heard)).count();
        ends.rotate_left(before);
        let mut visitors: Vec<_> = visitors.iter_mut().map(|visitor| Box::pin(visitor.stream.next())).collect();
        let mut leaving: Vec<_> = leaving.iter_mut().map(|leaving| Box::pin(leaving.stream.next())).collect();
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
    pub(super) fn came(&mut self, now: Instant, pool: &mut ModemPool, came: Came) {
        match came {
            Came::Tcp(index, Ok(stream)) => {
                let Listener { called, telnet, .. } = &self.listeners[index];
                let free = called.iter().copied().find(|called| self.is_free(pool, *called));
                // There is one at least.
                let Some(called) = free.or_else(|| called.first().copied()) else { return };
                let stream = StreamEnd::tcp(stream, *telnet);
                self.ring(now, pool, called, stream, None, None);
            }
            Came::Control(Ok(stream)) => {
                let mut stream = StreamEnd::unix(stream);
                if self.visitors.len() < VISITORS {
                    self.visitors.push(Visitor { stream, said: Vec::new(), until: now + GREETING });
                } else {
                    let text = format!("a caller at the control socket is turned away: {VISITORS} are there already");
                    pool.tell_of_no_line(now, EventKind::Note { text });
                    stream.write(b"ERROR too many callers who do not say whom they want\n");
                    self.dismiss(now, pool, None, stream);
                }
            }
            // It was gone before it was accepted, or there are no descriptors left: the next one may be luckier.
            Came::Tcp(_, Err(_)) | Came::Control(Err(_)) => {}
            Came::Visitor(index, event) => self.visitor(now, pool, index, event),
            Came::End(call, event) => {
                self.heard = Some(call);
                self.end_event(now, pool, call, event);
            }
            Came::Left(index) => account(now, pool, self.leaving.remove(index)),
        }
        self.dismiss_late(now, pool);
    }

    /// Lets those go who have taken too long.
    pub(super) fn dismiss_late(&mut self, now: Instant, pool: &mut ModemPool) {
        for _ in self.visitors.extract_if(.., |visitor| visitor.until <= now) {
            let text = format!("a caller at the control socket has not said whom it wants in {} s", GREETING.as_secs());
            pool.tell_of_no_line(now, EventKind::Note { text });
        }
        for leaving in &mut self.leaving {
            let unwritten = leaving.stream.unwritten();
            if unwritten < leaving.unwritten {
                (leaving.unwritten, leaving.until) = (unwritten, now + FAREWELL);
            }
        }
        for gone in self.leaving.extract_if(.., |leaving| leaving.until <= now || leaving.stream.is_done()) {
            account(now, pool, gone);
        }
    }

    /// The pool says something of a call.
    pub(super) fn handle(&mut self, now: Instant, pool: &mut ModemPool, call: CallId, far: Far) {
        if let Far::Dialled { line, to } = &far {
            return self.dialled(now, pool, call, *line, to);
        }
        let Some(end) = self.ends.get_mut(&call) else { return };
        if end.words
            && !end.outer.is_connected()
            && let Some(text) = control::reply(&far)
        {
            end.stream.write(text.as_bytes());
        }
        match far {
            Far::Connected(_) => {
                if let Some(line) = end.line {
                    sends::at_carrier(now, pool, &self.book, call, line, &mut end.stream);
                }
                end.outer.connected(now, pool, call);
            }
            Far::Octets(octets) => end.stream.write(&octets),
            Far::Busy | Far::NoAnswer | Far::Cleared => {
                if let Some(line) = end.line {
                    sends::at_the_end(pool, &self.book, line, &far, &mut end.stream);
                }
                if end.words && !end.outer.is_connected() && far == Far::Cleared {
                    end.stream.write(b"NO CARRIER\n");
                }
                self.let_go(now, pool, call);
            }
            Far::Answered => end.outer.answered(),
            Far::Dialled { .. } | Far::Rings(_) => {}
        }
    }

    /// A line has dialled something that leads outside.
    fn dialled(&mut self, now: Instant, pool: &mut ModemPool, call: CallId, line: usize, to: &Destination) {
        let (name, target) = match to {
            Destination::Address(tcp) => (None, Some(Target { tcp: tcp.clone(), speaks: Speaks::AsItOpens })),
            Destination::Number(number) => match self.book.numbers.get(number) {
                Some(entry) => (entry.name.as_deref(), Some(entry.target.clone())),
                None => (None, self.book.default.clone()),
            },
        };
        let Some(target) = target else { return pool.refuse(now, call, Tone::Unobtainable) };
        let name = name.map(|name| format!("{name}, ")).unwrap_or_default();
        pool.tell(now, line, EventKind::Note { text: format!("{to} leads to {name}{}", target.tcp) });
        self.ends.insert(call, End::new(Some(line), StreamEnd::call(&target), false, Vec::new()));
    }

    /// Whether a call from outside would ring.
    fn is_free(&self, pool: &ModemPool, called: Called) -> bool {
        match called {
            Called::Line(line) => !self.ends.contains_key(&CallId::In(line)) && pool.is_free(line),
            Called::Ppp(_) => true,
        }
    }

    /// Somebody outside calls; one who is told in words how it goes has perhaps said something already.
    fn ring(
        &mut self,
        now: Instant,
        pool: &mut ModemPool,
        called: Called,
        mut stream: StreamEnd,
        said: Option<Vec<u8>>,
        from: Option<String>,
    ) {
        let words = said.is_some();
        let (call, line) = match called {
            Called::Line(line) if self.is_free(pool, called) => (Some(CallId::In(line)), Some(line)),
            Called::Line(line) => (None, Some(line)),
            Called::Ppp(index) => (pool.call_ppp_from_outside(now, index, from.clone(), &self.line), None),
        };
        let Some(call) = call else {
            match line {
                Some(line) if !words => sends::to_the_turned_away(pool, &self.book, line, &mut stream),
                _ => stream.write(if words { b"BUSY\n" } else { b"BUSY\r\n" }),
            }
            return self.dismiss(now, pool, None, stream);
        };
        self.ends.insert(call, End::new(line, stream, words, said.unwrap_or_default()));
        if let Some(line) = line {
            pool.place_call(now, line, from, None, RINGS);
        }
    }

    fn visitor(&mut self, now: Instant, pool: &mut ModemPool, index: usize, event: StreamEvent) {
        let StreamEvent::Octets(octets) = event else { return drop(self.visitors.remove(index)) };
        let said = &mut self.visitors[index].said;
        said.extend(octets);
        let end = said.iter().position(|octet| *octet == b'\n');
        if end.is_none() && said.len() <= control::LONGEST {
            return;
        }
        let Visitor { mut stream, mut said, .. } = self.visitors.remove(index);
        let rest = end.map_or_else(Vec::new, |end| said.split_off(end + 1));
        let line = String::from_utf8_lossy(&said).into_owned();
        let request = control::request(&line).and_then(|CallRequest { number, from }| match called(pool, &number) {
            Some(called) => Ok((called, from)),
            None => Err(format!("ERROR no line here has the number {number}\n")),
        });
        match request {
            Ok((called, from)) => self.ring(now, pool, called, stream, Some(rest), from),
            Err(text) => {
                stream.write(text.as_bytes());
                self.dismiss(now, pool, None, stream);
            }
        }
    }

    fn end_event(&mut self, now: Instant, pool: &mut ModemPool, call: CallId, event: StreamEvent) {
        let Some(end) = self.ends.get_mut(&call) else { return };
        match event {
            StreamEvent::Octets(octets) => {
                if end.stream.is_telnet() && !std::mem::replace(&mut end.telnet, true) {
                    let text = "the far end opens with IAC: it speaks telnet".to_owned();
                    match end.line {
                        Some(line) => pool.tell(now, line, EventKind::Note { text }),
                        None => pool.tell_of_no_line(now, EventKind::Note { text }),
                    }
                }
                end.outer.octets(now, pool, call, &octets);
            }
            StreamEvent::Connected => {
                end.outer.answered();
                pool.answer(now, call);
            }
            StreamEvent::Failed(failure) => {
                self.let_go(now, pool, call);
                if let Some(line) = pool.line_of_call(call) {
                    pool.tell(now, line, EventKind::Note { text: failure.text.clone() });
                }
                let tone = match failure.kind {
                    FailureKind::Refused => Tone::Busy,
                    FailureKind::Unknown => Tone::Unobtainable,
                    FailureKind::Unreachable => Tone::Congestion,
                };
                pool.refuse(now, call, tone);
            }
            StreamEvent::Closed if end.outer.closed() => self.clear_gone(now, pool),
            StreamEvent::Closed => {
                self.let_go(now, pool, call);
                pool.clear(now, call);
            }
        }
    }

    /// Ends the calls of far ends that are gone, as far as all that they sent has left for the modem.
    pub(super) fn clear_gone(&mut self, now: Instant, pool: &mut ModemPool) {
        let over = |(call, end): (&CallId, &End)| end.outer.is_over(now, pool, *call).then_some(*call);
        let over: Vec<CallId> = self.ends.iter().filter_map(over).collect();
        for call in over {
            self.let_go(now, pool, call);
            pool.clear(now, call);
        }
    }

    /// The call is over.
    fn let_go(&mut self, now: Instant, pool: &mut ModemPool, call: CallId) {
        let Some(End { line, stream, outer, .. }) = self.ends.remove(&call) else { return };
        if let Some(line) = line {
            pool.lose(now, line, outer.unheard());
        }
        self.dismiss(now, pool, line, stream);
    }

    /// Lets a far end go when it has got everything.
    fn dismiss(&mut self, now: Instant, pool: &mut ModemPool, line: Option<usize>, mut stream: StreamEnd) {
        stream.close();
        let leaving = Leaving { unwritten: stream.unwritten(), stream, line, until: now + FAREWELL };
        if leaving.stream.is_done() { account(now, pool, leaving) } else { self.leaving.push(leaving) }
    }
}

/// A far end is gone: what was lost with it.
fn account(now: Instant, pool: &mut ModemPool, gone: Leaving) {
    let Lost { unwritten, unheard } = gone.stream.into_lost();
    if let Some(line) = gone.line {
        pool.lose(now, line, Loss { octets: unwritten, from: Side::Server, cause: LossCause::NotRead });
        pool.lose(now, line, Loss { octets: unheard, from: Side::Caller, cause: LossCause::ReceiverHungUp });
    }
}

#[cfg(test)]
mod tests;
