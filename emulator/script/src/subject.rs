//! An end of a line that a script is played against in process, and the line between them, in virtual time.
//!
//! In: a script, whatever speaks the rest at its end, and the subject. Out: the verdict, and what crossed the line.

use std::time::Duration;

use offhook_clock::{Instant, earliest};
use offhook_ppp::frame::LCP;
use offhook_ppp::link::{Layer, Link, LinkEvent, Phase};

use crate::agreed::agreed_settings;
use crate::pattern::told;
use crate::player::{Output, Player, Verdict};
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
#[derive(Clone, Debug)]
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
}

/// Plays these steps against `subject`; `rest` speaks what the script does not.
pub fn play(steps: Vec<Step>, rest: Link, subject: &mut dyn End) -> Played {
    let mut line = Line {
        player: Player::new(steps),
        rest,
        subject,
        now: Instant::ZERO,
        log: Vec::new(),
        readers: Default::default(),
        closed: false,
    };
    line.run();
    let Line { player, now, log, .. } = line;
    let verdict = player.verdict().cloned().unwrap_or_else(|| {
        let actual = "nothing that ends it ever comes".to_owned();
        Verdict::Failed(crate::player::Failure { step: player.step(), expected: player.waits_for(), actual })
    });
    Played { verdict, at: now, log }
}

struct Line<'a> {
    player: Player,
    rest: Link,
    subject: &'a mut dyn End,
    now: Instant,
    log: Vec<String>,
    readers: [Reader; 2],
    closed: bool,
}

impl Line<'_> {
    fn run(&mut self) {
        // What the script takes before anything is said is not said by what speaks the rest either.
        self.player.begin(self.now);
        self.obey();
        self.rest.handle_up(self.now);
        self.subject.handle_up(self.now);
        loop {
            let mut turns = 0;
            while self.turn() {
                turns += 1;
                if turns > TURNS {
                    return;
                }
            }
            if self.player.verdict().is_some() {
                return;
            }
            let ends = earliest(self.rest.poll_timeout(), self.subject.poll_timeout().filter(|_| !self.closed));
            let Some(next) = earliest(self.player.poll_timeout(), ends) else { return };
            if next > Instant::ZERO + LONGEST {
                return;
            }
            self.now = self.now.max(next);
            self.subject.handle_timeout(self.now);
            self.rest.handle_timeout(self.now);
            self.player.handle_timeout(self.now);
        }
    }

    /// Moves what can move at this moment; whether anything did.
    fn turn(&mut self) -> bool {
        let mut moved = self.obey();
        if let Some(octets) = self.subject.poll_transmit().filter(|_| !self.closed) {
            self.tell(0, "<", &octets);
            self.player.handle_octets(self.now, &octets);
            self.rest.handle_octets(self.now, &octets);
            return true;
        }
        if let Some(octets) = self.rest.poll_transmit() {
            self.send(&octets);
            return true;
        }
        while let Some(event) = self.rest.poll_event() {
            if matches!(event, LinkEvent::IpUp { .. } | LinkEvent::Ipv6Up { .. }) {
                self.player.handle_up(self.now);
                moved = true;
            }
        }
        if self.subject.is_closed() && !self.closed {
            self.closed = true;
            self.log.push(format!("{} - the line is closed", self.now));
            self.player.handle_closed(self.now);
            moved = true;
        }
        moved
    }

    fn send(&mut self, octets: &[u8]) {
        self.tell(1, ">", octets);
        if !self.closed {
            self.subject.handle_octets(self.now, octets);
        }
    }

    /// Does what the script wants done; whether there was anything.
    fn obey(&mut self) -> bool {
        let mut any = false;
        while let Some(output) = self.player.poll_output() {
            any = true;
            match output {
                Output::Octets(octets) => self.send(&octets),
                Output::Take(protocol) => {
                    if let Some(layer) = Layer::of(protocol) {
                        self.rest.freeze(layer);
                    }
                    if protocol == LCP && self.rest.phase() != Phase::Dead {
                        self.player.handle_magic(self.rest.lcp().protocol().own().magic.unwrap_or_default());
                    }
                }
                Output::Give { protocol, agreed } => {
                    if let Some(layer) = Layer::of(protocol) {
                        self.rest.thaw(layer);
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

    fn tell(&mut self, reader: usize, direction: &str, octets: &[u8]) {
        let mut rest = octets;
        while let Some(heard) = self.readers[reader].take(&mut rest) {
            self.log.push(format!("{} {direction} {}", self.now, told(&heard)));
        }
    }
}
