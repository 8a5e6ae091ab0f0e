//! A subject with a fault: a sound end, and rules that change what reaches it and what it says.
//!
//! A fault is named by what the end then does wrong, and proves that a script which passes on the sound end can fail. In:
//! frames of either direction. Out: the same, others, or none.

use std::collections::VecDeque;
use std::time::Duration;

use offhook_clock::{Instant, earliest};
use offhook_ppp::transparency::FLAG;
use serde::{Deserialize, Serialize};

use crate::captured::{Captured, Captures};
use crate::framing::Framing;
use crate::pattern::Pattern;
use crate::reader::{Bad, Heard, Reader};
use crate::subject::End;
use crate::template::{Context, Template};

/// The frame that a rule is about.
pub const IT: &str = "it";
/// The last Configure-Request of the same protocol that the subject got.
pub const REQUEST_IN: &str = "request-in";
/// The last that it sent.
pub const REQUEST_OUT: &str = "request-out";

/// A fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What the end does wrong.
    pub name: String,
    /// How: the first rule that fits a frame is applied.
    pub rules: Vec<Rule>,
}

/// What is done with frames of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Which way they go.
    pub direction: Direction,
    /// Which they are.
    pub fits: Fits,
    /// So many of them are let alone at first.
    pub after: u32,
    /// What happens, in this order.
    pub effects: Vec<Effect>,
}

/// Which way a frame goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// To the subject.
    Incoming,
    /// From the subject.
    Outgoing,
}

/// Which frames a rule is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fits {
    /// Good frames with such a packet.
    Packet(Box<Pattern>),
    /// Whatever is no good frame.
    Bad,
    /// Any good frame.
    Any,
}

/// What is done with a frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// It goes on as it is. Without any effect that passes something on, nothing goes on.
    Keep,
    /// This packet goes on.
    Pass(Box<Template>),
    /// This packet goes back.
    Answer(Box<Template>),
    /// It goes on as a good frame whatever it was.
    Repair,
    /// It goes on in another framing.
    Reframe(Framing),
    /// It goes on so much later.
    Late(Duration),
    /// The subject hangs up.
    Close,
    /// The subject neither hears nor says anything any more.
    Hang,
}

/// How often rules are applied at one moment: a rule that makes the subject say again what it is about would go on for ever.
const AT_ONCE: usize = 1000;

/// A subject with a fault.
pub struct Faulty<E> {
    subject: E,
    fault: Fault,
    /// How often each rule has fitted.
    fitted: Vec<u32>,
    incoming: Reader,
    outgoing: Reader,
    requests: Captures,
    identifier: u8,
    late: VecDeque<(Instant, Direction, Vec<u8>)>,
    transmits: VecDeque<Vec<u8>>,
    closed: bool,
    hangs: bool,
}

impl<E: End> Faulty<E> {
    /// That subject with this fault.
    pub fn new(subject: E, fault: Fault) -> Self {
        Self {
            subject,
            fitted: vec![0; fault.rules.len()],
            fault,
            incoming: Reader::default(),
            outgoing: Reader::default(),
            requests: Captures::default(),
            identifier: 0x80,
            late: VecDeque::new(),
            transmits: VecDeque::new(),
            closed: false,
            hangs: false,
        }
    }

    /// Whether any rule has fitted any frame: a fault that never shows proves nothing.
    pub fn has_shown(&self) -> bool {
        self.fitted.iter().zip(&self.fault.rules).any(|(fitted, rule)| *fitted > rule.after)
    }

    /// One frame of one direction.
    fn handle(&mut self, now: Instant, direction: Direction, heard: &Heard) {
        if self.hangs || self.closed {
            return;
        }
        let flags = [&[FLAG], heard.raw.as_slice(), &[FLAG]].concat();
        if let Some((protocol, information)) = heard.packet() {
            let packet = Captured { protocol, information: information.to_vec() };
            if information.first() == Some(&1) {
                let name = if direction == Direction::Incoming { REQUEST_IN } else { REQUEST_OUT };
                self.requests.keep(&format!("{name} {protocol}"), packet.clone());
            }
            for name in [REQUEST_IN, REQUEST_OUT] {
                if let Ok(request) = self.requests.get(&format!("{name} {protocol}")).cloned() {
                    self.requests.keep(name, request);
                }
            }
            self.requests.keep(IT, packet);
        }
        let context = Context { captures: &self.requests, magic: 0 };
        let fits = |rule: &Rule| {
            rule.direction == direction
                && match &rule.fits {
                    Fits::Any => heard.frame.is_ok(),
                    Fits::Bad => heard.frame.is_err(),
                    Fits::Packet(pattern) => pattern.compare(heard, context).is_ok(),
                }
        };
        let Some(at) = self.fault.rules.iter().position(fits) else { return self.pass(now, direction, &flags) };
        self.fitted[at] += 1;
        let rule = self.fault.rules[at].clone();
        if self.fitted[at] <= rule.after {
            return self.pass(now, direction, &flags);
        }
        let other = match direction {
            Direction::Incoming => Direction::Outgoing,
            Direction::Outgoing => Direction::Incoming,
        };
        for effect in rule.effects {
            match effect {
                Effect::Keep => self.pass(now, direction, &flags),
                Effect::Pass(template) => self.pass_template(now, direction, &template),
                Effect::Answer(template) => self.pass_template(now, other, &template),
                Effect::Repair => {
                    if let Some(frame) = repaired(heard) {
                        let line = offhook_ppp::transparency::encode(&frame, u32::MAX);
                        self.pass(now, direction, &line);
                    }
                }
                Effect::Reframe(framing) => {
                    if let Some((protocol, information)) = heard.packet() {
                        let line = framing.encode(protocol, information);
                        self.pass(now, direction, &line);
                    }
                }
                Effect::Late(time) => self.late.push_back((now + time, direction, flags.clone())),
                Effect::Close => {
                    self.closed = true;
                    self.transmits.clear();
                    return;
                }
                Effect::Hang => self.hangs = true,
            }
        }
    }

    fn pass_template(&mut self, now: Instant, direction: Direction, template: &Template) {
        self.identifier = self.identifier.wrapping_add(1);
        let context = Context { captures: &self.requests, magic: 0 };
        // A rule that names what never came has nothing to pass.
        if let Ok(information) = template.information(context, self.identifier) {
            let line = template.framing.encode(template.protocol, &information);
            self.pass(now, direction, &line);
        }
    }

    fn pass(&mut self, now: Instant, direction: Direction, octets: &[u8]) {
        match direction {
            Direction::Incoming => self.subject.handle_octets(now, octets),
            Direction::Outgoing => self.transmits.push_back(octets.to_vec()),
        }
    }

    fn listen(&mut self, now: Instant) {
        for _ in 0..AT_ONCE {
            let Some(octets) = self.subject.poll_transmit() else { return };
            let mut rest = octets.as_slice();
            while let Some(heard) = self.outgoing.take(&mut rest) {
                self.handle(now, Direction::Outgoing, &heard);
            }
        }
    }
}

/// The octets of a frame that is not good, as if they were: with an FCS of their own.
fn repaired(heard: &Heard) -> Option<Vec<u8>> {
    if let Ok(frame) = &heard.frame {
        return Some(frame.clone());
    }
    let mut frame = Vec::new();
    let mut escaped = false;
    for octet in &heard.raw {
        match *octet {
            0x7d if !escaped => escaped = true,
            0..0x20 => {}
            octet => frame.push(if std::mem::take(&mut escaped) { octet ^ 0x20 } else { octet }),
        }
    }
    // What would have been the FCS is none.
    let body = frame.len().saturating_sub(if heard.frame == Err(Bad::Fcs) { 2 } else { 0 });
    frame.truncate(body);
    (!frame.is_empty()).then_some(frame)
}

impl<E: End> End for Faulty<E> {
    fn handle_up(&mut self, now: Instant) {
        self.subject.handle_up(now);
        self.listen(now);
    }

    fn handle_octets(&mut self, now: Instant, octets: &[u8]) {
        let mut rest = octets;
        while let Some(heard) = self.incoming.take(&mut rest) {
            self.handle(now, Direction::Incoming, &heard);
            self.listen(now);
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        while self.late.front().is_some_and(|(at, _, _)| *at <= now) {
            if let Some((_, direction, octets)) = self.late.pop_front() {
                self.pass(now, direction, &octets);
            }
        }
        self.subject.handle_timeout(now);
        self.listen(now);
    }

    fn poll_timeout(&self) -> Option<Instant> {
        earliest(self.late.front().map(|(at, _, _)| *at), self.subject.poll_timeout())
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.transmits.pop_front()
    }

    fn is_closed(&self) -> bool {
        self.closed || self.subject.is_closed()
    }
}
