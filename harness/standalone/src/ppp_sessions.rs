//! Calls to numbers that answer with PPP: who is on them, which addresses they have, and how it goes.
//!
//! In: calls that begin, get carrier and lose it, octets, time. Out: octets for each call, calls to hang up because PPP is over,
//! callers to call back, and what happens, in words, by number. Sans-I/O: how octets get there is [`super::modem_pool`]'s affair.

use std::collections::{BTreeMap, VecDeque};
use std::net::Ipv4Addr;
use std::time::Duration;

use offhook_answerer::{Answerer, AnswererEvent, CallFacts, HostEvent};
use offhook_clock::{Instant, Random, earliest};
use offhook_ppp::auth::PeerAuth;
use offhook_ppp::callback::CallbackAgreed;
use offhook_ppp::ccp::Method;
use offhook_ppp::link::{Echo, LinkEvent};
use offhook_ppp::pool::AddressPool;
use offhook_ppp::print;
use offhook_report::text::counted;
use offhook_telephony::trace::{End, EventKind, escaped};

use super::ppp_number::PppNumber;

/// A call to such a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionId(u64);

/// Who calls, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// Its number, if that is known.
    pub number: Option<String>,
    /// What it is in words, if it has no number.
    pub what: Option<String>,
    /// Nothing shows that it is gone but silence: Echo-Requests are sent.
    pub echo: Option<Echo>,
    /// It was called, as agreed on in a call of its own: it gets no other callback.
    pub called_back: bool,
}

/// A caller that is to be called back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwedCallback {
    /// The number that it called.
    pub index: usize,
    /// Where to call it.
    pub number: String,
    /// When, after its call.
    pub delay: Duration,
}

/// What else a caller says than PPP is told so often.
const MOST_TEXTS: u32 = 4;

/// All of them.
pub struct Sessions {
    numbers: Vec<Number>,
    calls: BTreeMap<SessionId, Session>,
    begun: u64,
    random: Random,
    /// Whether frames are told, too.
    frames: bool,
    over: VecDeque<SessionId>,
    callbacks: VecDeque<OwedCallback>,
    log: VecDeque<(usize, EventKind)>,
}

struct Number {
    what: PppNumber,
    addresses: AddressPool,
}

struct Session {
    number: usize,
    caller: Caller,
    /// How it is called in what is told.
    label: String,
    remote: Ipv4Addr,
    /// There as long as there is carrier.
    answerer: Option<Answerer>,
    /// The address that the caller has by IPCP.
    address: Option<Ipv4Addr>,
    /// What else than PPP it has said, in pieces.
    texts: u32,
    /// Where it is to be called back, and when.
    callback: Option<CallbackAgreed>,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sessions").field("calls", &self.calls.len()).finish_non_exhaustive()
    }
}

impl Sessions {
    /// Sessions of these numbers. `seed` makes what has to be different from call to call.
    pub fn new(numbers: Vec<PppNumber>, seed: u64) -> Self {
        let numbers = numbers.into_iter().map(|what| {
            let addresses = AddressPool::new(what.remote.clone());
            Number { what, addresses }
        });
        Self {
            numbers: numbers.collect(),
            calls: BTreeMap::new(),
            begun: 0,
            random: Random::new(seed),
            frames: false,
            over: VecDeque::new(),
            callbacks: VecDeque::new(),
            log: VecDeque::new(),
        }
    }

    /// From now on frames are told as well.
    pub const fn tell_frames(&mut self) {
        self.frames = true;
    }

    /// The numbers, in order.
    pub fn numbers(&self) -> impl Iterator<Item = &PppNumber> {
        self.numbers.iter().map(|number| &number.what)
    }

    /// Which of them this is.
    pub fn find(&self, number: &str) -> Option<usize> {
        self.numbers.iter().position(|known| known.what.number == number)
    }

    /// A call to a number; `None` if every address is given out: it is busy.
    pub fn begin(&mut self, index: usize, caller: Caller) -> Option<SessionId> {
        let number = self.numbers.get_mut(index)?;
        self.begun += 1;
        let label = match (&caller.number, &caller.what) {
            (Some(number), _) => number.clone(),
            (None, Some(what)) => what.clone(),
            (None, None) => format!("caller {}", self.begun),
        };
        let Some(remote) = number.addresses.take() else {
            self.note(index, format!("{label}: busy, there is no address left"));
            return None;
        };
        let id = SessionId(self.begun);
        let begins = if caller.called_back { "called back" } else { "call answered" };
        let session =
            Session { number: index, caller, label, remote, answerer: None, address: None, texts: 0, callback: None };
        self.calls.insert(id, session);
        self.note_of(id, begins.to_owned());
        Some(id)
    }

    /// There is carrier, of so many bit/s, or a cable.
    pub fn carrier(&mut self, now: Instant, id: SessionId, rate: Option<u32>) {
        let seed = self.random.next();
        let Some(session) = self.calls.get_mut(&id) else { return };
        let Some(number) = self.numbers.get(session.number) else { return };
        let facts = CallFacts { number: session.caller.number.clone(), rate };
        let mut config = number.what.config.clone();
        config.echo = session.caller.echo.or(config.echo);
        config.callback = config.callback.filter(|_| !session.caller.called_back);
        let mut answerer = Answerer::new(&config, facts, session.remote, seed);
        answerer.handle_carrier(now);
        session.answerer = Some(answerer);
        let rate = rate.map(|rate| format!(", {rate} bit/s")).unwrap_or_default();
        self.note_of(id, format!("PPP begins{rate}"));
        self.settle(id);
    }

    /// Octets of the caller.
    pub fn octets(&mut self, now: Instant, id: SessionId, octets: &[u8]) {
        if let Some(answerer) = self.answerer(id) {
            answerer.handle_octets(now, octets);
            self.settle(id);
        }
    }

    /// Carrier is lost: the call is over.
    pub fn lost(&mut self, now: Instant, id: SessionId) {
        if let Some(answerer) = self.answerer(id) {
            answerer.handle_carrier_lost(now);
            self.settle(id);
        }
        self.note_of(id, "call over".to_owned());
        let Some(session) = self.calls.remove(&id) else { return };
        if let Some(number) = self.numbers.get_mut(session.number) {
            number.addresses.give_back(session.remote);
        }
        if let Some(CallbackAgreed { number: Some(number), delay }) = session.callback {
            let delay = Duration::from_secs(delay.into());
            self.callbacks.push_back(OwedCallback { index: session.number, number, delay });
        }
    }

    /// The operator ends all calls to a number.
    pub fn close(&mut self, now: Instant, index: usize) {
        let ids = self.calls.iter().filter(|(_, session)| session.number == index).map(|(id, _)| *id);
        for id in ids.collect::<Vec<_>>() {
            match self.answerer(id) {
                Some(answerer) => {
                    answerer.close(now, "Operator request");
                    self.settle(id);
                }
                None => self.over.push_back(id),
            }
        }
    }

    /// The next octets for a caller.
    pub fn poll_transmit(&mut self, id: SessionId) -> Option<Vec<u8>> {
        self.answerer(id)?.poll_transmit()
    }

    /// The next call of which PPP is over: it may be hung up.
    pub fn poll_over(&mut self) -> Option<SessionId> {
        self.over.pop_front()
    }

    /// The next caller to call back, whose call has ended.
    pub fn poll_callback(&mut self) -> Option<OwedCallback> {
        self.callbacks.pop_front()
    }

    /// The next thing to tell of a number.
    pub fn poll_log(&mut self) -> Option<(usize, EventKind)> {
        self.log.pop_front()
    }

    /// The next deadline.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let answerers = self.calls.values().filter_map(|session| session.answerer.as_ref());
        answerers.map(Answerer::poll_timeout).fold(None, earliest)
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        let due = |session: &Session| {
            session.answerer.as_ref().and_then(Answerer::poll_timeout).is_some_and(|deadline| deadline <= now)
        };
        let ids = self.calls.iter().filter(|(_, session)| due(session)).map(|(id, _)| *id);
        for id in ids.collect::<Vec<_>>() {
            if let Some(answerer) = self.answerer(id) {
                answerer.handle_timeout(now);
                self.settle(id);
            }
        }
    }

    /// What a number is doing, in words, and whether it has calls: `2 calls: alice 100.64.0.2, 5551001`.
    pub fn state(&self, index: usize) -> (String, bool) {
        let calls: Vec<&Session> = self.calls.values().filter(|session| session.number == index).collect();
        if calls.is_empty() {
            return ("waits for calls".to_owned(), false);
        }
        let who = |session: &&Session| {
            let user = session.answerer.as_ref().and_then(Answerer::user).unwrap_or(&session.label);
            let address = session.address.map(|address| format!(" {address}")).unwrap_or_default();
            format!("{}{address}", escaped(user.as_bytes()))
        };
        let who: Vec<String> = calls.iter().map(who).collect();
        (format!("{}: {}", counted(calls.len(), "call"), who.join(", ")), true)
    }

    fn answerer(&mut self, id: SessionId) -> Option<&mut Answerer> {
        self.calls.get_mut(&id)?.answerer.as_mut()
    }

    pub(super) fn note(&mut self, number: usize, text: String) {
        self.log.push_back((number, EventKind::Note { text }));
    }

    pub(super) fn note_of(&mut self, id: SessionId, text: String) {
        if let Some(session) = self.calls.get(&id) {
            let (number, text) = (session.number, format!("{}: {text}", session.label));
            self.note(number, text);
        }
    }

    /// Tells what has happened on a call.
    fn settle(&mut self, id: SessionId) {
        while let Some(event) = self.answerer(id).and_then(Answerer::poll_event) {
            match event {
                AnswererEvent::Link(event) => self.link_event(id, event),
                AnswererEvent::Host(event) => self.note_of(id, host_words(&event)),
            }
        }
    }

    fn link_event(&mut self, id: SessionId, event: LinkEvent) {
        let Some(session) = self.calls.get_mut(&id) else { return };
        let text = match event {
            LinkEvent::PeerAuth(method, outcome) => {
                let method = method.name();
                match outcome {
                    PeerAuth::Accepted { user } => format!("{} let in by {method}", escaped(&user)),
                    PeerAuth::Refused { user } => {
                        format!("{} refused by {method}: no such name, or another password", escaped(&user))
                    }
                    PeerAuth::NoAnswer => format!("refused: no answer to {method}"),
                }
            }
            LinkEvent::IpUp { peer, .. } => {
                session.address = peer.or(Some(session.remote));
                format!("address {}", peer.unwrap_or(session.remote))
            }
            LinkEvent::Ipv6Up { peer, .. } => format!("address {peer}"),
            LinkEvent::CompressionUp { receives, sends } => {
                let word =
                    |method: Option<Method>| method.map_or_else(|| "nothing".to_owned(), |method| method.to_string());
                format!("compressed: {} from the caller, {} to it", word(receives), word(sends))
            }
            LinkEvent::IpDown => {
                session.address = None;
                return;
            }
            LinkEvent::Finished(ending) => {
                self.over.push_back(id);
                format!("PPP is over: {ending}")
            }
            LinkEvent::NotConverging(what) => what.to_string(),
            LinkEvent::Callback(agreed) => {
                let text = agreed.to_string();
                session.callback = Some(agreed);
                text
            }
            LinkEvent::Quality(what) => what.to_string(),
            LinkEvent::PoorQuality(what) => what.to_string(),
            LinkEvent::TerminateRequest(words) => format!("the caller ends PPP: \"{}\"", escaped(&words)),
            LinkEvent::FrameSent(frame) => return self.frame(id, End::Server, frame),
            LinkEvent::FrameReceived(frame) => return self.frame(id, End::Caller, frame),
            LinkEvent::BadFrame { reason, octets, raw } => {
                let number = session.number;
                if self.frames {
                    self.log.push_back((number, EventKind::BadFrame { from: End::Caller, reason, octets, raw }));
                }
                return;
            }
            // A caller that talks to a getty; the rest leads to one of the above.
            LinkEvent::Text(octets) => {
                session.texts += 1;
                if session.texts > MOST_TEXTS {
                    return;
                }
                format!("text, not PPP: {}", escaped(&octets))
            }
            LinkEvent::Phase(_)
            | LinkEvent::LcpOpened
            | LinkEvent::AuthNotAsked
            | LinkEvent::Auth(..)
            | LinkEvent::HeadersCompressed { .. }
            | LinkEvent::CompressionDown
            | LinkEvent::Ipv6Down
            | LinkEvent::Datagram { .. } => return,
        };
        self.note_of(id, text);
    }

    fn frame(&mut self, id: SessionId, from: End, octets: Vec<u8>) {
        if let Some(session) = self.calls.get(&id).filter(|_| self.frames) {
            let text = print::frame(&octets);
            self.log.push_back((session.number, EventKind::Frame { from, octets, text }));
        }
    }
}

/// What was asked of the host.
fn host_words(event: &HostEvent) -> String {
    match event {
        HostEvent::Asked { name, addresses } => {
            let name = escaped(name.as_bytes());
            match addresses.as_deref() {
                None => format!("DNS: {name} does not exist"),
                Some([]) => format!("DNS: {name} has no such record"),
                Some(addresses) => {
                    let addresses: Vec<String> = addresses.iter().map(Ipv4Addr::to_string).collect();
                    format!("DNS: {name} is {}", addresses.join(", "))
                }
            }
        }
        HostEvent::Fetched { request, status } => format!("HTTP: {}: {status}", escaped(request.as_bytes())),
    }
}

#[cfg(test)]
mod tests;
