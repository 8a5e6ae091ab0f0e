//! An end of a line that a script is played against in process, and the line between them, in virtual time.
//!
//! In: a script, whatever speaks the rest at its end, and the subject. Out: the verdict, and what crossed the line.

use std::time::Duration;

use offhook_clock::{Instant, earliest};
use offhook_ppp::frame::LCP;
use offhook_ppp::link::{Layer, Link, LinkEvent, Phase};

use crate::agreed::agreed_settings;
use crate::pattern::told;
use crate::player::{Failure, Output, Player, Verdict};
use crate::reader::Reader;
use crate::step::Step;

/// Longer than any script of sense takes.
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// Turns of one moment after which two ends talk in a circle.
const TURNS: usize = 10_000;

/// An end of a line: octets and `now` in, octets and the next deadline out.
pub trait End {
    /// There is carrier.
    fn handle_up(&mut self, now: Instant);
    /// Octets from the line.
    fn handle_octets(&mut self, now: Instant, octets: &[u8]);
    /// A deadline may have come.
    fn handle_timeout(&mut self, now: Instant);
    /// The next deadline.
    fn poll_timeout(&self) -> Option<Instant>;
    /// Octets for the line.
    fn poll_transmit(&mut self) -> Option<Vec<u8>>;
    /// Whether it has hung up.
    fn is_closed(&self) -> bool;
}

/// A link as the end of a line: it hangs up when LCP is finished.
#[derive(Debug)]
pub struct LinkSubject {
    link: Link,
    closed: bool,
}

impl LinkSubject {
    /// A link without carrier.
    pub const fn new(link: Link) -> Self {
        Self { link, closed: false }
    }

    fn settle(&mut self) {
        while let Some(event) = self.link.poll_event() {
            self.closed |= matches!(event, LinkEvent::Finished(_));
        }
    }
}

impl End for LinkSubject {
    fn handle_up(&mut self, now: Instant) {
        self.link.handle_up(now);
        self.settle();
    }

    fn handle_octets(&mut self, now: Instant, octets: &[u8]) {
        self.link.handle_octets(now, octets);
        self.settle();
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.link.handle_timeout(now);
        self.settle();
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.link.poll_timeout()
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.link.poll_transmit()
    }

    fn is_closed(&self) -> bool {
        self.closed
    }
}

/// What came of a script.
#[derive(Clone, Debug)]
pub struct Played {
    /// How it ended.
    pub verdict: Verdict,
    /// When it ended.
    pub at: Instant,
    /// Every frame that crossed the line, as one line of text: when, which way, and what it was.
    pub log: Vec<String>,
    /// The same as octets, in the pieces in which they came.
    pub crossed: Vec<Crossed>,
    /// When the subject closed the line, if it did.
    pub closed: Option<Instant>,
    /// When each step was done, of those that were.
    pub done: Vec<Instant>,
}

/// Octets that crossed the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossed {
    /// When.
    pub at: Instant,
    /// Who sent them.
    pub by: Sender,
    /// What they are.
    pub octets: Vec<u8>,
}

/// The end of a line that octets come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The script, or what speaks the rest beside it.
    Script,
    /// The subject.
    Subject,
}

/// Plays these steps against `subject` in virtual time; `rest` speaks what the script does not.
pub fn play(steps: Vec<Step>, rest: Link, subject: &mut dyn End) -> Played {
    let mut session = Session::new(steps, rest);
    session.begin(Instant::ZERO, subject);
    while !session.is_over() {
        let Some(next) = session.poll_timeout(subject).filter(|next| *next <= Instant::ZERO + LONGEST) else { break };
        session.handle_timeout(next, subject);
    }
    session.finish()
}

/// A script on its way against an end, whoever drives it and by whatever clock.
#[derive(Debug)]
pub struct Session {
    player: Player,
    rest: Link,
    now: Instant,
    log: Vec<String>,
    crossed: Vec<Crossed>,
    done: Vec<Instant>,
    /// Of what the script's end sends, and of what the subject sends.
    readers: [Reader; 2],
    closed: Option<Instant>,
}

impl Session {
    /// These steps, and what speaks the rest.
    pub fn new(steps: Vec<Step>, rest: Link) -> Self {
        Self {
            player: Player::new(steps),
            rest,
            now: Instant::ZERO,
            log: Vec::new(),
            crossed: Vec::new(),
            done: Vec::new(),
            readers: Default::default(),
            closed: None,
        }
    }

    /// There is carrier.
    pub fn begin(&mut self, now: Instant, subject: &mut dyn End) {
        self.now = now;
        subject.handle_up(now);
        // What the script takes before anything is said is not said by what speaks the rest either.
        self.player.begin(now);
        self.obey(subject);
        self.rest.handle_up(now);
        self.settle(subject);
    }

    /// Time has passed, or the subject has something to say.
    pub fn handle_timeout(&mut self, now: Instant, subject: &mut dyn End) {
        self.now = self.now.max(now);
        subject.handle_timeout(self.now);
        self.rest.handle_timeout(self.now);
        self.player.handle_timeout(self.now);
        self.settle(subject);
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub fn poll_timeout(&self, subject: &dyn End) -> Option<Instant> {
        let ends = earliest(self.rest.poll_timeout(), subject.poll_timeout().filter(|_| self.closed.is_none()));
        earliest(self.player.poll_timeout(), ends)
    }

    /// Whether there is a verdict.
    pub const fn is_over(&self) -> bool {
        self.player.verdict().is_some()
    }

    /// What came of it; a script that is not over waits for what never comes.
    pub fn finish(self) -> Played {
        let verdict = self.player.verdict().cloned().unwrap_or_else(|| {
            let actual = "nothing that ends it ever comes".to_owned();
            let (step, expected) = (self.player.step(), self.player.waits_for());
            Verdict::Failed(Failure { step, expected, actual })
        });
        let Self { log, crossed, closed, done, now, .. } = self;
        Played { verdict, at: now, log, crossed, closed, done }
    }

    fn settle(&mut self, subject: &mut dyn End) {
        for _ in 0..TURNS {
            let moved = self.turn(subject);
            while self.done.len() < self.player.step() {
                self.done.push(self.now);
            }
            if !moved {
                return;
            }
        }
    }

    /// Moves what can move at this moment; whether anything did.
    fn turn(&mut self, subject: &mut dyn End) -> bool {
        let mut moved = self.obey(subject);
        if let Some(octets) = subject.poll_transmit().filter(|_| self.closed.is_none()) {
            self.tell(Sender::Subject, &octets);
            self.player.handle_octets(self.now, &octets);
            self.rest.handle_octets(self.now, &octets);
            return true;
        }
        if let Some(octets) = self.rest.poll_transmit() {
            self.send(subject, &octets);
            return true;
        }
        while let Some(event) = self.rest.poll_event() {
            match event {
                LinkEvent::IpUp { .. } | LinkEvent::Ipv6Up { .. } => self.player.handle_up(self.now),
                LinkEvent::IpDown | LinkEvent::Ipv6Down => self.player.handle_down(),
                _ => continue,
            }
            moved = true;
        }
        if subject.is_closed() && self.closed.is_none() {
            self.closed = Some(self.now);
            self.log.push(format!("{} - the line is closed", self.now));
            self.player.handle_closed(self.now);
            moved = true;
        }
        moved
    }

    fn send(&mut self, subject: &mut dyn End, octets: &[u8]) {
        self.tell(Sender::Script, octets);
        if self.closed.is_none() {
            subject.handle_octets(self.now, octets);
        }
    }

    /// Does what the script wants done; whether there was anything.
    fn obey(&mut self, subject: &mut dyn End) -> bool {
        let mut any = false;
        while let Some(output) = self.player.poll_output() {
            any = true;
            match output {
                Output::Octets(octets) => self.send(subject, &octets),
                Output::Take(protocol) => {
                    match Layer::of(protocol) {
                        Some(layer) => self.rest.freeze(layer),
                        None => self.rest.leave(protocol, true),
                    }
                    if protocol == LCP && self.rest.phase() != Phase::Dead {
                        self.player.handle_magic(self.rest.lcp().protocol().own().magic.unwrap_or_default());
                    }
                }
                Output::Give { protocol, agreed } => {
                    match Layer::of(protocol) {
                        Some(layer) => self.rest.thaw(layer),
                        None => self.rest.leave(protocol, false),
                    }
                    if let Some((own, peer)) = agreed {
                        let (own, peer, method) = agreed_settings(&own, &peer);
                        self.rest.assume_lcp(self.now, own, peer, method);
                    }
                }
            }
        }
        any
    }

    fn tell(&mut self, by: Sender, octets: &[u8]) {
        self.crossed.push(Crossed { at: self.now, by, octets: octets.to_vec() });
        let [script, subject] = &mut self.readers;
        let (reader, direction) = match by {
            Sender::Script => (script, ">"),
            Sender::Subject => (subject, "<"),
        };
        let mut rest = octets;
        while let Some(heard) = reader.take(&mut rest) {
            self.log.push(format!("{} {direction} {}", self.now, told(&heard)));
        }
    }
}
