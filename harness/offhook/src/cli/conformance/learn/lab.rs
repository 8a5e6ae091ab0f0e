//! A stack's pppd as a teacher: words in, each a call over a cable with a packet script; many calls in a guest, many guests
//! at once; what crossed the line out, from the trace.

use std::path::PathBuf;
use std::time::Duration;
use std::{fmt, fs};

use super::Subject;
use crate::cli::interrupt::Interruption;
use crate::cli::play::{Guests, Stop, failed, processors, ready};
use crate::cli::{notices, play};
use crate::runner::item::{Item, Options};
use crate::runner::schedule;
use offhook_base::{SourceFile, plain};
use offhook_lab::Lab;
use offhook_learn::ppp::layer::Setup;
use offhook_learn::ppp::mapper::Crossed;
use offhook_learn::ppp::player::Step;
use offhook_learn::ppp::script::{Recorded, read};
use offhook_learn::ppp::symbol::{Input, Outputs};
use offhook_learn::ppp::words::{BEFORE_REST, Pace, call, negotiates, rest, server};
use offhook_learn::teacher::Teacher;
use offhook_report::run::DEFAULT_SEED;
use offhook_session::{Outcome, StepResult, Verdict};
use offhook_telephony::trace::{End, EventKind};

/// Max-Configure and Max-Terminate of pppd: as few as let the Restart counter be seen to count.
pub(super) const MAX: u32 = 2;
/// Calls of one guest at most.
const CALLS: usize = 40;

/// pppd of a stack.
pub(super) struct Pppd<'a> {
    interruption: &'a Interruption,
    lab: Lab,
    stack: String,
    options: Options,
    /// What guests leave behind, until their words are read.
    left: tempfile::TempDir,
    setup: Setup,
    pace: Pace,
    /// Its package and version, once it was asked.
    name: Option<String>,
    stopped: Option<Stop>,
}

/// Why a word could not be played.
#[derive(Debug)]
pub(super) struct Unplayed(String);

impl fmt::Display for Unplayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unplayed {}

impl<'a> Pppd<'a> {
    /// Makes the lab ready.
    pub(super) fn new(
        interruption: &'a Interruption,
        stack: &str,
        guests: &Guests,
        setup: Setup,
        pace: Pace,
    ) -> Result<Self, Stop> {
        let lab = ready(vec![stack.to_owned()], interruption)?;
        notices(&lab);
        let jobs = guests.jobs.map_or_else(processors, usize::from);
        let options = Options::new(&lab, jobs, Duration::from_secs(guests.limit)).map_err(play::lab_failed)?;
        let left = tempfile::Builder::new().prefix("offhook-").tempdir();
        let left = left.map_err(|error| failed(format!("making a directory for guests: {}", plain(&error))))?;
        Ok(Self { left, interruption, lab, stack: stack.to_owned(), options, setup, pace, name: None, stopped: None })
    }

    /// A scenario with a call for each word.
    fn item(&self, number: usize, words: &[Vec<Input>]) -> Result<Item, Unplayed> {
        let mut calls = Vec::new();
        for words in words.chunks(BEFORE_REST) {
            calls.extend(words.iter().map(|word| call(&self.setup, &self.pace, word)));
            calls.push(rest().to_owned());
        }
        let server = server(&self.setup, &self.pace, MAX);
        let text = format!("scenario \"words\" {{\n{server}{}}}\n", calls.concat());
        let source = SourceFile { path: PathBuf::from("words.kdl"), text: text.into() };
        let read = offhook_language::read(&source).map_err(|errors| Unplayed(errors.to_string()))?;
        let scenario = read.into_iter().next().ok_or_else(|| Unplayed("no scenario was made".into()))?;
        Ok(Item::new(source, scenario, self.stack.clone(), DEFAULT_SEED, self.left.path().join(number.to_string())))
    }

    /// The steps of the words that one guest has played.
    fn steps(&self, words: &[Vec<Input>], outcome: &Outcome) -> Result<Vec<Vec<Step>>, Unplayed> {
        if outcome.verdict != Verdict::Passed {
            return Err(Unplayed(told(outcome)));
        }
        words
            .iter()
            .enumerate()
            .map(|(number, word)| {
                let mut call = recorded(outcome, number + number / BEFORE_REST);
                if negotiates(&self.setup) {
                    call.begin_with_lcp();
                }
                read(self.setup.layer, &self.pace, word, &call).map_err(|error| Unplayed(error.to_string()))
            })
            .collect()
    }
}

impl Subject for Pppd<'_> {
    fn play_all(&mut self, words: &[Vec<Input>]) -> Result<Vec<Vec<Step>>, Unplayed> {
        if words.is_empty() {
            return Ok(Vec::new());
        }
        // As many guests as there are processors, unless each would have too much to do.
        let size = words.len().div_ceil(self.options.jobs.max(1)).clamp(1, CALLS);
        let items = words
            .chunks(size)
            .enumerate()
            .map(|(number, words)| self.item(number, words))
            .collect::<Result<Vec<_>, _>>()?;
        let keep = |_: &Outcome| Ok::<(), std::io::Error>(());
        let stop = self.interruption.requested();
        let run = schedule::run(Some(&self.lab), items, &self.options, keep, stop, |_| ());
        let result = self.interruption.runtime().block_on(run);
        if self.interruption.is_requested() {
            self.stopped = Some(Stop::Interrupted);
            return Err(Unplayed("interrupted".into()));
        }
        // The trace has it all.
        for number in 0..result.outcomes.len() {
            let _ = fs::remove_dir_all(self.left.path().join(number.to_string()));
        }
        let mut all = Vec::new();
        for (words, outcome) in words.chunks(size).zip(&result.outcomes) {
            all.extend(self.steps(words, outcome)?);
        }
        if let (None, Some(outcome)) = (&self.name, result.outcomes.first()) {
            let package = outcome.fingerprint.packages.iter().find(|package| package.starts_with("ppp "));
            self.name = package.map(|package| format!("{package} of {}", self.stack));
        }
        Ok(all)
    }

    fn name(&self) -> String {
        self.name.clone().unwrap_or_else(|| format!("pppd of {}", self.stack))
    }

    fn stop(&mut self) -> Option<Stop> {
        self.stopped.take()
    }
}

impl Teacher for Pppd<'_> {
    type Input = Input;
    type Output = Outputs;
    type Error = Unplayed;

    fn query(&mut self, word: &[Input]) -> Result<Vec<Outputs>, Unplayed> {
        Ok(self.query_all(&[word.to_vec()])?.pop().unwrap_or_default())
    }

    fn query_all(&mut self, words: &[Vec<Input>]) -> Result<Vec<Vec<Outputs>>, Unplayed> {
        let outputs = |steps: Vec<Step>| steps.into_iter().skip(1).map(|step| step.outputs).collect();
        Ok(self.play_all(words)?.into_iter().map(outputs).collect())
    }
}

/// A call as the trace has it.
fn recorded(outcome: &Outcome, number: usize) -> Recorded {
    let mut call = Recorded::default();
    for event in outcome.trace.iter().filter(|event| event.call == Some(number)) {
        match &event.what {
            EventKind::Connected { .. } => call.began = call.began.or(Some(event.at)),
            EventKind::Cleared { by: End::Server, .. } => call.closed = call.closed.or(Some(event.at)),
            EventKind::Frame { from, octets, .. } => {
                call.frames.push(Crossed { at: event.at, by_subject: *from == End::Server, frame: octets.clone() })
            }
            _ => {}
        }
    }
    call
}

/// Why a guest has not played its words.
fn told(outcome: &Outcome) -> String {
    let failed = outcome.steps.iter().find_map(|step| match &step.result {
        StepResult::Failed { expected, actual, .. } => {
            Some(format!("call {} of a guest failed: expected {expected}, got {actual}", step.call + 1))
        }
        _ => None,
    });
    match &outcome.verdict {
        Verdict::Error { message, .. } => format!("a guest could not run: {message}"),
        other => failed.unwrap_or_else(|| format!("a guest ended with {other:?}")),
    }
}
