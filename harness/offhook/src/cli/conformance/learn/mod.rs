//! `offhook conformance --learn`: the state machine of a stack's pppd, or of an end of offhook's own, learnt and laid beside
//! the RFC's or beside a machine learnt earlier.

mod lab;
mod told;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, ValueEnum};

use self::lab::{MAX, Pppd};
use super::Conformance;
use crate::cli::interrupt::listening;
use crate::cli::play::{Stop, failed};
use crate::cli::say;
use offhook_base::{plain, write_result};
use offhook_clock::Random;
use offhook_learn::learner::Effort;
use offhook_learn::mealy::Mealy;
use offhook_learn::ppp::compare::{Difference, compare};
use offhook_learn::ppp::document::Document;
use offhook_learn::ppp::drawing;
use offhook_learn::ppp::examination::{Examination, examine, expected};
use offhook_learn::ppp::layer::{End, Layer, Setup};
use offhook_learn::ppp::link::{FEW, HangUp, LinkSubject, own_end};
use offhook_learn::ppp::player::{Player, Step, Timing};
use offhook_learn::ppp::reference::Reference;
use offhook_learn::ppp::shown;
use offhook_learn::ppp::symbol::{Input, Outputs};
use offhook_learn::ppp::table::Rules;
use offhook_learn::ppp::words::{Pace, inputs};
use offhook_learn::suite;
use offhook_learn::teacher::Teacher;
use offhook_report::run::{DEFAULT_SEED, FAILED, PASSED};

/// What is learnt, and what becomes of it.
#[derive(Debug, Args)]
pub(super) struct Learning {
    /// Learn the state machine of this layer of the stack's pppd, and compare it with what the RFC expects: each difference
    /// with a shortest exchange that shows it. --json then writes the machine
    #[arg(long, value_name = "LAYER", value_enum, conflicts_with_all = ["faults", "matrix"])]
    pub(super) learn: Option<Learnable>,

    /// Learn it of this end of offhook's own, in process
    #[arg(long, value_name = "END", value_enum, requires = "learn", conflicts_with_all = ["stack", "calling"])]
    own: Option<Own>,

    /// Find for certain a machine with so many states more than the one learnt. Each makes it take many times as long
    #[arg(long, value_name = "N", default_value_t = 0, requires = "learn")]
    extra: usize,

    /// Random words at the end, each of 10 to 20 inputs
    #[arg(long, value_name = "N", default_value_t = 200, requires = "learn")]
    random: usize,

    /// Write the machine as a graph for Graphviz
    #[arg(long, value_name = "FILE", requires = "learn")]
    dot: Option<PathBuf>,

    /// Draw the machine: SVG
    #[arg(long, value_name = "FILE", requires = "learn")]
    svg: Option<PathBuf>,

    /// Write a scenario for each difference from the RFC into this directory: it fails where the difference is
    #[arg(long, value_name = "DIR", requires = "learn", conflicts_with = "own")]
    scenarios: Option<PathBuf>,

    /// Do not learn: play so many of the words that tell the machine of --against from others, drawn by chance, and compare
    /// the answers
    #[arg(long, value_name = "N", requires_all = ["learn", "against"])]
    sample: Option<usize>,
}

/// A layer that can be learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Learnable {
    Lcp,
    Ipcp,
    Pap,
    Chap,
}

/// An end of offhook's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Own {
    Answering,
    Calling,
}

impl Learnable {
    pub(super) const fn layer(self) -> Layer {
        match self {
            Self::Lcp => Layer::Lcp,
            Self::Ipcp => Layer::Ipcp,
            Self::Pap => Layer::Pap,
            Self::Chap => Layer::Chap,
        }
    }
}

/// Whoever is asked, and can show what crossed the line.
trait Subject: Teacher<Input = Input, Output = Outputs, Error: std::error::Error + 'static> {
    /// Plays words, each from the beginning.
    fn play_all(&mut self, words: &[Vec<Input>]) -> Result<Vec<Vec<Step>>, Self::Error>;

    /// Who it is.
    fn name(&self) -> String;

    /// Why it ended, if it did so for a reason of its own.
    fn stop(&mut self) -> Option<Stop> {
        None
    }
}

impl Subject for Player<LinkSubject> {
    fn play_all(&mut self, words: &[Vec<Input>]) -> Result<Vec<Vec<Step>>, Self::Error> {
        words.iter().map(|word| self.play(word)).collect()
    }

    fn name(&self) -> String {
        format!("offhook {}", env!("CARGO_PKG_VERSION"))
    }
}

/// Learns what was asked for; the exit code.
pub(super) fn run(arguments: &Conformance, layer: Layer) -> Result<u8, Stop> {
    let Learning { own, .. } = &arguments.learning;
    match own {
        Some(own) => {
            let end = if *own == Own::Calling { End::Calling } else { End::Answering };
            let setup = Setup::new(layer, end);
            let asked = Asked { inputs: setup.inputs(), max: FEW, pace: None, setup: setup.clone() };
            let subject = LinkSubject::new(own_end(layer, end), HangUp::WhenFinished);
            carried_out(arguments, &asked, &mut Player::new(subject, setup, Timing::default()))
        }
        None => {
            let stack = match &arguments.stack[..] {
                [] => offhook_lab::STACKS.last().copied().unwrap_or_default(),
                [stack] => stack,
                _ => return Err(Stop::Wrong("--learn is about one stack: name one by --stack\n".into())),
            };
            let interruption = match listening() {
                Ok(interruption) => interruption,
                Err(code) => return Ok(code),
            };
            let end = if arguments.calling { End::Calling } else { End::Answering };
            let setup = Setup::new(layer, end);
            let pace = Pace::default();
            let mut pppd = Pppd::new(&interruption, stack, &arguments.guests, setup.clone(), pace)?;
            let asked = Asked { inputs: inputs(&setup), max: MAX, pace: Some(pace), setup };
            let code = carried_out(arguments, &asked, &mut pppd);
            drop(pppd);
            offhook_lab::settle();
            code
        }
    }
}

/// What is asked, of whom.
struct Asked {
    setup: Setup,
    inputs: Vec<Input>,
    /// Max-Configure and Max-Terminate of the subject.
    max: u32,
    /// For the lab.
    pace: Option<Pace>,
}

fn carried_out<S: Subject>(arguments: &Conformance, asked: &Asked, subject: &mut S) -> Result<u8, Stop> {
    let Learning { extra, random, dot, svg, scenarios, sample, .. } = &arguments.learning;
    let known = arguments.against.as_deref().map(read).transpose()?;
    if let (Some(count), Some(known)) = (sample, &known) {
        return replayed(asked, subject, known, *count);
    }
    let Asked { setup, inputs, max, pace } = asked;
    let begin = Instant::now();
    let reference = expected(setup, inputs, Rules { max_configure: *max, max_terminate: *max, hangs_up: true });
    let effort = Effort { extra_states: *extra, random_words: *random, ..Effort::default() };
    let examination = examine(subject, &reference, effort);
    let Examination { learnt, comparison } = match examination {
        Ok(examination) => examination,
        Err(error) => {
            return Err(subject.stop().unwrap_or_else(|| failed(format!("learning the machine: {error}"))));
        }
    };
    let took = begin.elapsed();
    let faults: Vec<&Difference> = comparison.differences.iter().filter(|difference| difference.is_fault()).collect();
    let words: Vec<Vec<Input>> = faults.iter().map(|difference| difference.word.clone()).collect();
    let played = played(subject, &words)?;
    let document = Document::new(subject.name(), setup.layer, setup.end, learnt).named(comparison.names.clone());
    say(&told::machine(&document, effort, took));
    say(&told::comparison(&reference.title, &comparison, &played));
    let write = |path: &Path, text: String| {
        write_result(path, text.as_bytes())
            .map_err(|error| failed(format!("writing {}: {}", path.display(), plain(&error))))
    };
    if let Some(path) = dot {
        write(path, document.to_dot())?;
    }
    if let Some(path) = svg {
        write(path, drawing::svg(&document))?;
    }
    if let Some(path) = &arguments.json {
        write(path, document.to_json().map_err(|error| failed(format!("making the JSON of the machine: {error}")))?)?;
    }
    if let (Some(directory), Some(pace)) = (scenarios, pace) {
        fs::create_dir_all(directory)
            .map_err(|error| failed(format!("making {}: {}", directory.display(), plain(&error))))?;
        for difference in &faults {
            let path = directory.join(shown::file_name(setup.layer, difference));
            write(&path, shown::scenario(setup, pace, *max, difference))?;
        }
    }
    let Some(known) = known else { return Ok(if faults.is_empty() { PASSED } else { FAILED }) };
    let comparison = compare(&document.machine, &Reference::from_document(&known));
    say(&told::comparison(&known.subject, &comparison, &[]));
    Ok(if comparison.differences.is_empty() { PASSED } else { FAILED })
}

fn played<S: Subject>(subject: &mut S, words: &[Vec<Input>]) -> Result<Vec<Vec<Step>>, Stop> {
    match subject.play_all(words) {
        Ok(played) => Ok(played),
        Err(error) => Err(subject.stop().unwrap_or_else(|| failed(format!("playing what was learnt: {error}")))),
    }
}

/// Plays words of a machine learnt earlier; the exit code.
fn replayed<S: Subject>(asked: &Asked, subject: &mut S, known: &Document, count: usize) -> Result<u8, Stop> {
    if known.layer != asked.setup.layer || known.end != asked.setup.end {
        let text =
            format!("--against is a machine of {}, {:?}, and not what is asked\n", known.layer.name(), known.end);
        return Err(Stop::Wrong(text));
    }
    let words = sampled(&known.machine, count);
    let played = played(subject, &words)?;
    let differ = told::replayed(known, &subject.name(), &words, &played);
    say(&differ.text);
    Ok(if differ.count == 0 { PASSED } else { FAILED })
}

/// So many of the words that tell a machine from others, drawn by chance, and always the same.
fn sampled(machine: &Mealy<Input, Outputs>, count: usize) -> Vec<Vec<Input>> {
    let mut words = suite::words(machine, 0);
    let mut random = Random::new(DEFAULT_SEED);
    let mut drawn = Vec::new();
    while drawn.len() < count && !words.is_empty() {
        let place = usize::try_from(random.next()).unwrap_or_default() % words.len();
        drawn.push(words.swap_remove(place));
    }
    drawn
}

fn read(path: &Path) -> Result<Document, Stop> {
    let wrong = |why: String| Stop::Wrong(format!("--against {}: {why}\n", path.display()));
    let text = fs::read_to_string(path).map_err(|error| wrong(plain(&error)))?;
    Document::from_json(&text).map_err(|error| wrong(error.to_string()))
}
