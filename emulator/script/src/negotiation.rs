//! A control protocol brought to Opened by a script: requests and acknowledgements both ways (RFC 1661 §4, §5).
//!
//! What the peer asks for is acknowledged, but for options that are to be rejected. What it proposes by a Configure-Nak is
//! asked for. Our Magic-Number is left out if it alone is rejected. A request without an answer is sent again after three seconds.

use std::time::Duration;

use offhook_clock::{Instant, earliest};
use offhook_ppp::frame::LCP;
use offhook_ppp::options::{Options, push};

use crate::captured::Captured;
use crate::framing::Framing;
use crate::pattern::told;
use crate::reader::Heard;
use crate::step::Negotiate;
use crate::template::{self, Context};

/// The Type field of the Magic-Number (RFC 1661 §6.4).
const MAGIC: u8 = 5;
/// The Restart timer (RFC 1661 §4.6).
const RESTART: Duration = Duration::from_secs(3);

/// One on its way.
#[derive(Clone, Debug)]
pub(crate) struct Negotiation {
    protocol: u16,
    reject: Vec<u8>,
    options: Vec<u8>,
    ours: Captured,
    acked: bool,
    theirs: Option<Captured>,
    again: Instant,
    until: Instant,
    within: Duration,
    packets: Vec<Vec<u8>>,
}

/// What both ends have asked for, and got.
#[derive(Clone, Debug)]
pub(crate) struct Agreed {
    /// Our Configure-Request.
    pub ours: Captured,
    /// The peer's.
    pub theirs: Captured,
}

impl Negotiation {
    /// Begins: the first Configure-Request goes out.
    pub(crate) fn new(now: Instant, wanted: &Negotiate, fresh: u8, context: Context<'_>) -> Result<Self, String> {
        let options = template::body(&wanted.options, context)?;
        let mut this = Self {
            protocol: wanted.protocol,
            reject: wanted.reject.clone(),
            options,
            ours: Captured { protocol: wanted.protocol, information: Vec::new() },
            acked: false,
            theirs: None,
            again: now,
            until: now + wanted.within,
            within: wanted.within,
            packets: Vec::new(),
        };
        this.ask(now, fresh);
        Ok(this)
    }

    pub(crate) const fn protocol(&self) -> u16 {
        self.protocol
    }

    /// Whether it is Opened at both ends.
    pub(crate) const fn is_over(&self) -> bool {
        self.acked && self.theirs.is_some()
    }

    pub(crate) fn agreed(&self) -> Agreed {
        let nothing = Captured { protocol: self.protocol, information: Vec::new() };
        Agreed { ours: self.ours.clone(), theirs: self.theirs.clone().unwrap_or(nothing) }
    }

    pub(crate) fn take_packets(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.packets)
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        earliest((!self.acked).then_some(self.again), Some(self.until))
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant, fresh: u8) -> Result<(), String> {
        if self.is_over() {
            return Ok(());
        }
        if now >= self.until {
            let lacks = match (self.acked, &self.theirs) {
                (false, Some(_)) => "our Configure-Request was not acknowledged",
                (true, None) => "no Configure-Request came",
                _ => "neither was our Configure-Request acknowledged nor did one come",
            };
            return Err(format!("{lacks} in {:?}", self.within));
        }
        if !self.acked && now >= self.again {
            self.ask(now, fresh);
        }
        Ok(())
    }

    pub(crate) fn handle(&mut self, now: Instant, heard: &Heard, fresh: u8) -> Result<(), String> {
        let Some((protocol, information)) = heard.packet() else { return Ok(()) };
        let came = Captured { protocol, information: information.to_vec() };
        let mine = came.identifier() == self.ours.identifier();
        match information.first() {
            Some(1) => {
                let mut rejected = Vec::new();
                for option in Options::new(came.body()).map_while(Result::ok) {
                    if self.reject.contains(&option.kind) {
                        option.emit(&mut rejected);
                    }
                }
                let (code, body) = if rejected.is_empty() { (2, came.body().to_vec()) } else { (4, rejected) };
                self.send(code, came.identifier().unwrap_or_default(), body);
                if code == 2 {
                    self.theirs = Some(came);
                }
            }
            Some(2) if mine => self.acked = true,
            Some(3) if mine => {
                self.take_over(came.body());
                self.ask(now, fresh);
            }
            Some(4) if mine && self.goes_without(came.body()) => self.ask(now, fresh),
            Some(4) if mine => return Err(format!("{}: our options were rejected", told(heard))),
            Some(5 | 8) => return Err(told(heard)),
            _ => {}
        }
        Ok(())
    }

    /// Takes over the values that the peer proposes.
    fn take_over(&mut self, naks: &[u8]) {
        let mut options = Vec::new();
        let proposed = |kind| Options::new(naks).map_while(Result::ok).find(move |nak| nak.kind == kind);
        for option in Options::new(&self.options).map_while(Result::ok) {
            push(&mut options, option.kind, proposed(option.kind).map_or(option.data, |nak| nak.data));
        }
        self.options = options;
    }

    /// Leaves the Magic-Number out if nothing else was rejected: who has none is no worse an end for what the script is about.
    fn goes_without(&mut self, rejected: &[u8]) -> bool {
        let mut kinds = Options::new(rejected).map_while(Result::ok).map(|option| option.kind).peekable();
        if self.protocol != LCP || kinds.peek().is_none() || kinds.any(|kind| kind != MAGIC) {
            return false;
        }
        let mut options = Vec::new();
        for option in Options::new(&self.options).map_while(Result::ok).filter(|option| option.kind != MAGIC) {
            push(&mut options, option.kind, option.data);
        }
        self.options = options;
        true
    }

    fn ask(&mut self, now: Instant, fresh: u8) {
        let information = self.send(1, fresh, self.options.clone());
        self.ours = Captured { protocol: self.protocol, information };
        self.acked = false;
        self.again = now + RESTART;
    }

    fn send(&mut self, code: u8, identifier: u8, body: Vec<u8>) -> Vec<u8> {
        let information = offhook_ppp::packet::emit(code, identifier, &body);
        self.packets.push(Framing::default().encode(self.protocol, &information));
        information
    }
}
