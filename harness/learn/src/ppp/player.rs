//! Words of inputs played to a subject.

use std::time::Duration;

use offhook_clock::Instant;

use super::layer::Setup;
use super::mapper::{Crossed, Mapper};
use super::subject::{Subject, SubjectError};
use super::symbol::{Input, Outputs};
use crate::teacher::Teacher;

/// Rounds of packets after which two ends that go on talking are taken to do so for ever.
const MOST_ROUNDS: usize = 400;

/// How long is waited for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// The subject has nothing more to say if it has said nothing for so long. All of it that a word takes together has to
    /// be less than the subject's Restart timer, or that runs out in between.
    pub quiet: Duration,
    /// The Restart timer has run out by then; a little more than the subject's own.
    pub restart: Duration,
    /// The subject has given up if it has said nothing for so long.
    pub silence: Duration,
}

/// For a subject in virtual time with the Restart timer of RFC 1661 §4.6.
impl Default for Timing {
    fn default() -> Self {
        Self { quiet: Duration::from_millis(1), restart: Duration::from_millis(3500), silence: Duration::from_secs(40) }
    }
}

/// Why a word could not be played.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlayError {
    /// The subject could not be run.
    #[error("the subject cannot be asked: {0}")]
    Subject(#[from] SubjectError),
    /// There is always another packet.
    #[error(
        "after {input} the subject and its peer never came to rest within {MOST_ROUNDS} rounds of packets; the last was {last}"
    )]
    NeverQuiet {
        /// The input, or what goes before the first.
        input: String,
        /// The last packet.
        last: String,
    },
}

/// An input, what came of it, and the frames that crossed the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The input; `None`: carrier, before the first.
    pub input: Option<Input>,
    /// What the subject did.
    pub outputs: Outputs,
    /// The frames.
    pub crossed: Vec<Crossed>,
}

/// Plays words to a subject.
#[derive(Debug)]
pub struct Player<S> {
    subject: S,
    setup: Setup,
    timing: Timing,
    now: Instant,
}

impl<S: Subject> Player<S> {
    /// Asks this subject in this way.
    pub const fn new(subject: S, setup: Setup, timing: Timing) -> Self {
        Self { subject, setup, timing, now: Instant::ZERO }
    }

    /// What is under test.
    pub const fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Resets the subject and plays a word.
    pub fn play(&mut self, word: &[Input]) -> Result<Vec<Step>, PlayError> {
        self.subject.reset(self.now)?;
        let mut mapper = Mapper::new(self.setup.clone());
        mapper.handle_up(self.now);
        self.settle(&mut mapper, None)?;
        let mut steps = vec![step(&mut mapper, None)];
        for input in word {
            self.take(&mut mapper, *input)?;
            if self.subject.is_line_dropped() {
                mapper.handle_hang_up();
            }
            let mut step = step(&mut mapper, Some(*input));
            if *input == Input::Silence {
                step.outputs = step.outputs.once();
            }
            steps.push(step);
        }
        match self.subject.fault() {
            Some(fault) => Err(fault.into()),
            None => Ok(steps),
        }
    }

    fn take(&mut self, mapper: &mut Mapper, input: Input) -> Result<(), PlayError> {
        match input {
            Input::Carrier => {
                self.subject.handle_down(self.now);
                mapper.handle_down();
                self.now += self.timing.quiet;
                self.subject.handle_up(self.now);
                mapper.handle_up(self.now);
            }
            Input::Timeout => {
                self.wait(mapper, self.timing.restart);
            }
            Input::Silence => {
                for _ in 0..MOST_ROUNDS {
                    if !self.wait(mapper, self.timing.silence) {
                        return Ok(());
                    }
                    self.settle(mapper, Some(input))?;
                }
                return Err(never_quiet(mapper, Some(input)));
            }
            _ if self.subject.is_line_dropped() => return Ok(()),
            _ => mapper.handle_input(self.now, input),
        }
        self.settle(mapper, Some(input))
    }

    /// Carries octets both ways; whether there were any.
    fn exchange(&mut self, mapper: &mut Mapper) -> bool {
        let mut any = false;
        while let Some(octets) = mapper.poll_transmit() {
            any = true;
            self.subject.handle_octets(self.now, &octets);
        }
        while let Some(octets) = self.subject.poll_transmit() {
            any = true;
            mapper.handle_octets(self.now, &octets);
        }
        any
    }

    /// Waits until the subject says something, hangs up or has not done so for `limit`; whether it did.
    fn wait(&mut self, mapper: &mut Mapper, limit: Duration) -> bool {
        let until = self.now + limit;
        let was_dropped = self.subject.is_line_dropped();
        loop {
            if self.exchange(mapper) {
                return true;
            }
            if self.now >= until || self.subject.is_line_dropped() != was_dropped {
                return false;
            }
            self.advance(until);
        }
    }

    /// Waits until the subject has been quiet for long enough.
    fn settle(&mut self, mapper: &mut Mapper, input: Option<Input>) -> Result<(), PlayError> {
        let mut until = self.now + self.timing.quiet;
        for _ in 0..MOST_ROUNDS {
            if self.exchange(mapper) {
                until = self.now + self.timing.quiet;
            } else if self.now >= until {
                return Ok(());
            } else {
                self.advance(until);
            }
        }
        Err(never_quiet(mapper, input))
    }

    /// Goes on to the subject's next deadline, or to `until`. Some time always passes, whatever the subject says.
    fn advance(&mut self, until: Instant) {
        let soonest = self.now + Duration::from_micros(1);
        let next = self.subject.poll_timeout().map_or(until, |deadline| deadline.max(soonest).min(until));
        self.now = next;
        self.subject.handle_timeout(next);
    }
}

fn step(mapper: &mut Mapper, input: Option<Input>) -> Step {
    Step { input, outputs: mapper.take_outputs(), crossed: mapper.take_crossed() }
}

fn never_quiet(mapper: &mut Mapper, input: Option<Input>) -> PlayError {
    let last = mapper.take_crossed().pop().map_or_else(|| "none".into(), |crossed| crossed.to_string());
    PlayError::NeverQuiet { input: input.map_or("carrier", Input::name).into(), last }
}

impl<S: Subject> Teacher for Player<S> {
    type Input = Input;
    type Output = Outputs;
    type Error = PlayError;

    fn query(&mut self, word: &[Input]) -> Result<Vec<Outputs>, PlayError> {
        let steps = self.play(word)?;
        Ok(steps.into_iter().skip(1).map(|step| step.outputs).collect())
    }
}

/// A word's frames, one line each, as pppd at the subject's end logs them, under the inputs they belong to.
pub fn transcript(steps: &[Step]) -> String {
    let mut lines = Vec::new();
    for step in steps {
        let input = step.input.map_or("Up", Input::name);
        lines.push(format!("# {input}: {}", step.outputs));
        lines.extend(step.crossed.iter().map(ToString::to_string));
    }
    lines.join("\n") + "\n"
}
