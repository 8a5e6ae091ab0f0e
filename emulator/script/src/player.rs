//! Plays a script: octets, events and `now` in; octets, orders to whatever speaks the rest, and the verdict out.
//!
//! After any `handle_*`, ask [`Player::poll_output`] until it has nothing, then [`Player::poll_timeout`]. The first step
//! that fails ends the script; [`Player::verdict`] has it.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use offhook_clock::Instant;
use offhook_ppp::frame::{CHAP, EAP, LCP, PAP};

use crate::captured::{Captured, Captures};
use crate::framing::Framing;
use crate::negotiation::{self, Negotiation};
use crate::pattern::{Pattern, told};
use crate::reader::{Bad, Heard, Reader};
use crate::step::{Expect, Proof, Step};
use crate::template::{Context, Part, Template};

/// The first Identifier that a script uses: far from those that a link begins with.
const FIRST_IDENTIFIER: u8 = 0x40;
/// How long the proof of silence is waited for.
const PROOF_WITHIN: Duration = Duration::from_secs(10);

/// Protocols that are taken together.
const AUTHENTICATION: [u16; 3] = [PAP, CHAP, EAP];
/// Echoes that prove silence. An end may read LCP and other protocols from different places, as pppd does: the reply to one
/// may overtake what an earlier packet of another protocol brings about, the reply to the next does not.
const ECHOES: u32 = 2;

/// What a script wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Octets go onto the line.
    Octets(Vec<u8>),
    /// Whatever speaks the rest leaves this protocol to the script.
    Take(u16),
    /// It speaks it again. For LCP that the script has opened, what it and the peer have asked for goes along.
    Give {
        /// The protocol.
        protocol: u16,
        /// Options of our Configure-Request and of the peer's, if the script has opened it.
        agreed: Option<(Vec<u8>, Vec<u8>)>,
    },
}

/// How a script ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every step was done.
    Passed,
    /// A step failed.
    Failed(Failure),
}

/// A step that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which, from 0.
    pub step: usize,
    /// What was expected.
    pub expected: String,
    /// What came instead.
    pub actual: String,
}

/// A script on its way.
#[derive(Clone, Debug)]
pub struct Player {
    steps: Vec<Step>,
    at: usize,
    /// When the step began; `None`: the script has not begun.
    begun: Option<Instant>,
    /// How often the packet of this step came already.
    came: u32,
    progress: Progress,
    reader: Reader,
    heard: VecDeque<(Instant, Heard)>,
    taken: BTreeSet<u16>,
    ignored: Vec<Pattern>,
    captures: Captures,
    identifier: u8,
    /// Our Magic-Number as agreed on, by the script or by what speaks the rest.
    magic: u32,
    /// The last Configure-Request of LCP that the script has sent.
    asked: Option<Captured>,
    /// What was agreed on by the script, of LCP.
    agreed: Option<(Vec<u8>, Vec<u8>)>,
    loops_back: bool,
    may_close: bool,
    is_up: bool,
    closed: Option<Instant>,
    /// Octets that have their time.
    paced: VecDeque<(Instant, Vec<u8>)>,
    outputs: VecDeque<Output>,
    verdict: Option<Verdict>,
}

/// What a step that takes time has got to.
#[derive(Clone, Debug)]
enum Progress {
    /// It begins.
    Begins,
    /// It waits.
    Waits,
    /// The proof of silence is out; its answer.
    Proving {
        answer: Box<Pattern>,
        until: Instant,
        /// How many more of the same follow.
        more: u32,
    },
    /// A negotiation.
    Negotiating(Box<Negotiation>),
}

impl Player {
    /// A script that has not begun.
    pub fn new(steps: Vec<Step>) -> Self {
        Self {
            steps,
            at: 0,
            begun: None,
            came: 0,
            progress: Progress::Begins,
            reader: Reader::default(),
            heard: VecDeque::new(),
            taken: BTreeSet::new(),
            ignored: Vec::new(),
            captures: Captures::default(),
            identifier: FIRST_IDENTIFIER,
            magic: 0,
            asked: None,
            agreed: None,
            loops_back: false,
            may_close: false,
            is_up: false,
            closed: None,
            paced: VecDeque::new(),
            outputs: VecDeque::new(),
            verdict: None,
        }
    }

    /// Another script that goes on where this one ended: with what was captured, taken and agreed on.
    #[must_use]
    pub fn then(self, steps: Vec<Step>) -> Self {
        Self { steps, at: 0, begun: None, came: 0, progress: Progress::Begins, verdict: None, ..self }
    }

    /// There is carrier: the first step begins.
    pub fn begin(&mut self, now: Instant) {
        if self.begun.is_none() {
            self.begun = Some(now);
            self.proceed(now);
        }
    }

    /// Octets from the line.
    pub fn handle_octets(&mut self, now: Instant, octets: &[u8]) {
        if self.loops_back {
            self.outputs.push_back(Output::Octets(octets.to_vec()));
        }
        let mut rest = octets;
        while let Some(mut heard) = self.reader.take(&mut rest) {
            if heard.has_strange_control() {
                heard.frame = Err(Bad::Control);
            }
            if let Some((protocol, information)) = heard.packet() {
                self.captures.keep_last(protocol, information);
            }
            let ours = heard.packet().is_none_or(|(protocol, _)| self.taken.contains(&protocol));
            if ours && !self.taken.is_empty() && !self.ignores(&heard) {
                self.heard.push_back((now, heard));
            }
        }
        self.proceed(now);
    }

    /// The network is up by what goes on by itself.
    pub fn handle_up(&mut self, now: Instant) {
        self.is_up = true;
        self.proceed(now);
    }

    /// It is down again.
    pub const fn handle_down(&mut self) {
        self.is_up = false;
    }

    /// The line is closed.
    pub fn handle_closed(&mut self, now: Instant) {
        self.closed.get_or_insert(now);
        if self.may_close && self.verdict.is_none() && self.begun.is_some() {
            self.verdict = Some(Verdict::Passed);
        }
        self.proceed(now);
    }

    /// What speaks the rest has agreed on this Magic-Number for us.
    pub fn handle_magic(&mut self, magic: u32) {
        if self.agreed.is_none() {
            self.magic = magic;
        }
    }

    /// A deadline may have come.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.proceed(now);
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub fn poll_timeout(&self) -> Option<Instant> {
        if self.verdict.is_some() {
            return None;
        }
        // The next step begins when the last octet is out, and so does its time.
        self.paced.front().map(|(at, _)| *at).or_else(|| self.deadline())
    }

    /// What is to be done next.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// How it ended, if it has.
    pub const fn verdict(&self) -> Option<&Verdict> {
        self.verdict.as_ref()
    }

    /// Whether the script speaks this protocol.
    pub fn takes(&self, protocol: u16) -> bool {
        self.taken.contains(&protocol)
    }

    /// What it waits for, in words; for whoever gives up on it.
    pub fn waits_for(&self) -> String {
        self.steps.get(self.at).map_or_else(String::new, Step::words)
    }

    /// The step it is at.
    pub const fn step(&self) -> usize {
        self.at
    }

    fn ignores(&self, heard: &Heard) -> bool {
        self.ignored.iter().any(|pattern| pattern.compare(heard, self.context()).is_ok())
    }

    const fn context(&self) -> Context<'_> {
        Context { captures: &self.captures, magic: self.magic }
    }

    fn deadline(&self) -> Option<Instant> {
        let begun = self.begun?;
        match (self.steps.get(self.at)?, &self.progress) {
            (_, Progress::Proving { until, .. }) => Some(*until),
            (_, Progress::Negotiating(negotiation)) => negotiation.poll_timeout(),
            (Step::Expect(expect), _) => Some(begun + expect.within),
            (Step::ExpectNothing { time, .. } | Step::Wait(time), _) => Some(begun + *time),
            (Step::ExpectUp { within } | Step::ExpectClosed { within, .. }, _) => Some(begun + *within),
            _ => None,
        }
    }

    fn proceed(&mut self, now: Instant) {
        while self.paced.front().is_some_and(|(at, _)| *at <= now) {
            if let Some((_, octets)) = self.paced.pop_front() {
                self.outputs.push_back(Output::Octets(octets));
                self.begun = Some(now);
            }
        }
        while self.verdict.is_none() && self.begun.is_some() && self.paced.is_empty() {
            let Some(step) = self.steps.get(self.at).cloned() else {
                self.verdict = Some(Verdict::Passed);
                return;
            };
            match self.try_step(now, &step) {
                Ok(true) => {
                    self.at += 1;
                    self.came = 0;
                    self.begun = Some(now);
                    self.progress = Progress::Begins;
                }
                Ok(false) => return,
                Err((expected, actual)) => {
                    let failure = Failure { step: self.at, expected, actual };
                    self.verdict = Some(Verdict::Failed(failure));
                }
            }
        }
    }

    /// Whether the step is done; what was expected and what came instead.
    fn try_step(&mut self, now: Instant, step: &Step) -> Result<bool, (String, String)> {
        let begun = self.begun.unwrap_or(now);
        let told = |error: String| (step.words(), error);
        match step {
            Step::Take(protocols) => {
                for protocol in protocols {
                    self.taken.insert(*protocol);
                    // They are one layer.
                    if AUTHENTICATION.contains(protocol) {
                        self.taken.extend(AUTHENTICATION);
                    }
                    self.outputs.push_back(Output::Take(*protocol));
                }
            }
            Step::Give(protocols) => {
                for protocol in protocols {
                    self.taken.remove(protocol);
                    let agreed = if *protocol == LCP { self.agreed.take() } else { None };
                    self.outputs.push_back(Output::Give { protocol: *protocol, agreed });
                }
            }
            Step::Send(template) => self.send(now, template).map_err(told)?,
            Step::SendFirst(templates) => self.send_first(now, templates).map_err(told)?,
            Step::SendOctets(octets) => self.outputs.push_back(Output::Octets(octets.clone())),
            Step::Expect(expect) => return self.expect(now, begun, expect),
            Step::ExpectNothing { time, proof } => return self.expect_nothing(now, begun + *time, *proof),
            Step::Ignore(pattern) => {
                self.ignored.push((**pattern).clone());
                let heard = std::mem::take(&mut self.heard);
                self.heard = heard.into_iter().filter(|(_, heard)| !self.ignores(heard)).collect();
            }
            Step::Forget => self.heard.clear(),
            Step::Wait(time) => return Ok(now >= begun + *time),
            Step::Negotiate(wanted) => {
                if matches!(self.progress, Progress::Begins) {
                    let negotiation = Negotiation::new(now, wanted, self.fresh(), self.context()).map_err(told)?;
                    self.progress = Progress::Negotiating(Box::new(negotiation));
                }
                return self.negotiate(now).map_err(|error| (step.words(), error));
            }
            Step::ExpectUp { within } => {
                if !self.is_up && (self.closed.is_some() || now >= begun + *within) {
                    return Err((step.words(), self.silence("it did not come up", begun, now)));
                }
                return Ok(self.is_up);
            }
            Step::ExpectClosed { after, within } => {
                return match self.closed {
                    Some(at) if at < begun + *after => {
                        Err((format!("{} after {after:?} or more", step.words()), format!("closed at {at}")))
                    }
                    Some(_) => Ok(true),
                    None if now >= begun + *within => Err((step.words(), format!("open after {within:?}"))),
                    None => Ok(false),
                };
            }
            Step::MayClose => {
                self.may_close = true;
                if self.closed.is_some() {
                    self.verdict = Some(Verdict::Passed);
                }
            }
            Step::LoopBack(on) => self.loops_back = *on,
        }
        Ok(true)
    }

    fn silence(&self, nothing: &str, begun: Instant, now: Instant) -> String {
        match self.closed {
            Some(at) => format!("{nothing}: the line was closed at {at}"),
            None => format!("{nothing} in {:?}", now.since(begun)),
        }
    }

    fn fresh(&mut self) -> u8 {
        self.identifier = self.identifier.wrapping_add(1);
        self.identifier
    }

    /// Sends the first that can be made, or says why the last could not.
    fn send_first(&mut self, now: Instant, templates: &[Template]) -> Result<(), String> {
        let mut why = Err("there is none to send".to_owned());
        for template in templates {
            why = self.send(now, template);
            if why.is_ok() {
                break;
            }
        }
        why
    }

    fn send(&mut self, now: Instant, template: &Template) -> Result<(), String> {
        let fresh = self.fresh();
        let information = template.information(self.context(), fresh)?;
        let octets = template.framing.encode(template.protocol, &information);
        if template.protocol == LCP && information.first() == Some(&1) {
            self.asked = Some(Captured { protocol: LCP, information: information.clone() });
        }
        if let Some(name) = &template.name {
            self.captures.keep(name, Captured { protocol: template.protocol, information });
        }
        let every = template.every();
        if every.is_zero() {
            self.outputs.push_back(Output::Octets(octets));
        } else {
            let pace =
                |(index, octet): (usize, u8)| (now + every * u32::try_from(index).unwrap_or(u32::MAX), vec![octet]);
            self.paced.extend(octets.into_iter().enumerate().map(pace));
            while self.paced.front().is_some_and(|(at, _)| *at <= now) {
                if let Some((_, octets)) = self.paced.pop_front() {
                    self.outputs.push_back(Output::Octets(octets));
                }
            }
        }
        Ok(())
    }

    fn expect(&mut self, now: Instant, mut begun: Instant, expect: &Expect) -> Result<bool, (String, String)> {
        let expected = || {
            let times = if expect.times > 1 { format!(", {} times", expect.times) } else { String::new() };
            format!("{}{times}", expect.pattern.words())
        };
        while let Some((at, heard)) = self.heard.pop_front() {
            match expect.pattern.compare(&heard, self.context()) {
                Ok(()) => {
                    let since = at.since(begun);
                    if since < expect.after {
                        let expected = format!("{} after {:?} or more", expected(), expect.after);
                        return Err((expected, format!("after {since:?}: {}", told(&heard))));
                    }
                    self.note_ack(&heard);
                    if let (Some(name), Some((protocol, information))) = (&expect.name, heard.packet()) {
                        let packet = Captured { protocol, information: information.to_vec() };
                        self.captures.keep(name, packet);
                    }
                    self.came += 1;
                    if self.came >= expect.times {
                        return Ok(true);
                    }
                    begun = begun.max(at);
                    self.begun = Some(begun);
                }
                Err(_) if expect.among => {}
                Err(difference) => return Err((expected(), format!("{}: {difference}", told(&heard)))),
            }
        }
        if self.closed.is_some() || now >= begun + expect.within {
            let nothing = match self.came {
                0 => "nothing came".to_owned(),
                came => format!("came {came} times, then nothing"),
            };
            return Err((expected(), self.silence(&nothing, begun, now)));
        }
        Ok(false)
    }

    /// What the peer acknowledges of LCP is agreed on: our Magic-Number is what was asked for last (RFC 1661 §6.4).
    fn note_ack(&mut self, heard: &Heard) {
        if let (Some((LCP, [2, identifier, ..])), Some(asked)) = (heard.packet(), &self.asked)
            && asked.identifier() == Some(*identifier)
        {
            self.magic = magic_of(asked);
        }
    }

    fn expect_nothing(&mut self, now: Instant, until: Instant, proof: Proof) -> Result<bool, (String, String)> {
        const EXPECTED: &str = "nothing";
        if matches!(self.progress, Progress::Begins) {
            if let Some((_, heard)) = self.heard.pop_front() {
                return Err((EXPECTED.to_owned(), told(&heard)));
            }
            if now < until {
                if self.closed.is_some() {
                    return Err((EXPECTED.to_owned(), self.silence("no more", until, now)));
                }
                return Ok(false);
            }
            let more = match proof {
                Proof::Time => return Ok(true),
                Proof::Echo => ECHOES - 1,
                Proof::Request => 0,
            };
            self.prove(now, proof, more).map_err(|error| (EXPECTED.to_owned(), error))?;
        }
        let Progress::Proving { answer, until: limit, more } = &self.progress else { return Ok(false) };
        let (pattern, limit, more) = (answer.clone(), *limit, *more);
        if let Some((_, heard)) = self.heard.pop_front() {
            if pattern.compare(&heard, self.context()).is_err() {
                return Err((EXPECTED.to_owned(), told(&heard)));
            }
            self.note_ack(&heard);
            if more > 0 {
                self.prove(now, proof, more - 1).map_err(|error| (EXPECTED.to_owned(), error))?;
            }
            return Ok(more == 0);
        }
        if self.closed.is_some() || now >= limit {
            let actual = self.silence("no answer to what proves it", until, now);
            return Err((format!("nothing, and then {}", pattern.words()), actual));
        }
        Ok(false)
    }

    /// Sends what proves that nothing came before its answer.
    fn prove(&mut self, now: Instant, proof: Proof, more: u32) -> Result<(), String> {
        const NAME: &str = "the proof that nothing came";
        let mut template = Template::new(LCP, Some(if proof == Proof::Echo { 9 } else { 1 }));
        if proof == Proof::Echo {
            template.parts = vec![Part::OwnMagic, Part::Octets(b"proof".to_vec())];
        }
        let identifier = self.fresh();
        let information = template.information(self.context(), identifier)?;
        self.outputs.push_back(Output::Octets(Framing::default().encode(LCP, &information)));
        let sent = Captured { protocol: LCP, information };
        if proof == Proof::Request {
            self.asked = Some(sent.clone());
        }
        self.captures.keep(NAME, sent);
        self.taken.insert(LCP);
        let code = if proof == Proof::Echo { 10 } else { 2 };
        let answer = Pattern { of: Some(NAME.to_owned()), ..Pattern::new(LCP, vec![code]) };
        self.progress = Progress::Proving { answer: Box::new(answer), until: now + PROOF_WITHIN, more };
        Ok(())
    }

    fn negotiate(&mut self, now: Instant) -> Result<bool, String> {
        let Progress::Negotiating(mut negotiation) = std::mem::replace(&mut self.progress, Progress::Waits) else {
            return Ok(false);
        };
        let mut later = VecDeque::new();
        while let Some((at, heard)) = self.heard.pop_front() {
            if negotiation.is_over() || heard.packet().is_none_or(|(protocol, _)| protocol != negotiation.protocol()) {
                later.push_back((at, heard));
                continue;
            }
            let fresh = self.fresh();
            negotiation.handle(now, &heard, fresh)?;
        }
        self.heard = later;
        let fresh = self.fresh();
        negotiation.handle_timeout(now, fresh)?;
        if self.closed.is_some() && !negotiation.is_over() {
            return Err(self.silence("not Opened", self.begun.unwrap_or(now), now));
        }
        self.outputs.extend(negotiation.take_packets().into_iter().map(Output::Octets));
        let over = negotiation.is_over();
        if over {
            let negotiation::Agreed { ours, theirs } = negotiation.agreed();
            if negotiation.protocol() == LCP {
                self.magic = magic_of(&ours);
                self.agreed = Some((ours.body().to_vec(), theirs.body().to_vec()));
            }
            self.captures.keep("ours", ours);
            self.captures.keep("theirs", theirs);
        } else {
            self.progress = Progress::Negotiating(negotiation);
        }
        Ok(over)
    }
}

/// The Magic-Number that a Configure-Request of LCP asks for; 0 if it asks for none.
fn magic_of(request: &Captured) -> u32 {
    request.option(crate::names::MAGIC).and_then(|magic| magic.try_into().ok()).map_or(0, u32::from_be_bytes)
}
