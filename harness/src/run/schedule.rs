//! The schedule: every scenario on every stack under every seed, as many guests at once as there are jobs.
//!
//! In go checked scenarios and a built lab; out come outcomes, each kept by whoever asked for it, as they are ready.
//! Whatever happens to one guest is that scenario's outcome and nobody else's. A scenario that needs a program its stack
//! does not have ([`needs`](super::needs)) is skipped.

use std::fmt::Display;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use offhook_emulator::trace::Event;
use tokio::task::JoinSet;

use super::needs::missing;
use super::uml::{Ending, How, Uml};
use super::{CANNOT, JOB_FILE, Job, Outcome, REPORT_FILE, Report, SourceFile, StepResult, Trouble, Verdict, told};
use crate::lab::{Lab, Stack};
use crate::run::expect::spelled;
use crate::scenario::{Scenario, Wiring};
use crate::server::files::has_users;

/// One scenario to run on one stack with one seed.
#[derive(Clone, Debug)]
pub struct Item {
    /// The file it comes from.
    pub source: SourceFile,
    /// The scenario.
    pub scenario: Scenario,
    /// The stack.
    pub stack: String,
    /// The seed.
    pub seed: u64,
    /// Where its evidence goes.
    pub evidence: PathBuf,
}

/// How to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Guests at once, 1 or more.
    pub jobs: usize,
    /// Wall-clock time a guest may take.
    pub limit: Duration,
    /// Directory for the files that are guests' memories.
    pub memory_dir: PathBuf,
    /// Directory in which each guest gets a run directory.
    pub run_dir: PathBuf,
    /// Keep guests from reaching the rights of the user who runs them, at the price of speed.
    pub untrusted: bool,
}

/// Runs `items` in their order; gives each outcome to `keep`, which writes its evidence, and then to `done` when it is
/// ready, and all of them back in order. Evidence that cannot be written is an error of that scenario.
pub async fn run<E: Display>(
    lab: &Lab,
    items: Vec<Item>,
    options: &Options,
    keep: impl Fn(&Outcome) -> Result<(), E> + Copy + Send + 'static,
    mut done: impl FnMut(&Outcome),
) -> Vec<Outcome> {
    let mut outcomes: Vec<Option<Outcome>> = items.iter().map(|_| None).collect();
    let mut waiting = items.into_iter().enumerate();
    let mut running = JoinSet::new();
    loop {
        while running.len() < options.jobs.max(1) {
            let Some((index, item)) = waiting.next() else { break };
            let uml = guest(lab, &item, index, options);
            let fingerprint = lab.fingerprint(&item.stack);
            let stack = lab.stacks.get(&item.stack).cloned();
            let limit = options.limit;
            running.spawn(async move {
                let mut outcome = blank(&item);
                outcome.fingerprint = fingerprint;
                let lacking = stack.as_ref().and_then(|stack| missing(&item.scenario, &item.stack, &stack.root));
                if let Some(reason) = lacking {
                    // What an earlier run left is not this one's.
                    outcome.verdict = match emptied(&item.evidence) {
                        Ok(()) => Verdict::Skipped { reason },
                        Err(trouble) => error(trouble),
                    };
                    return (index, kept(outcome, keep));
                }
                match played(&item, &uml, stack, limit).await {
                    Ok(Played { report, ending, told }) => {
                        outcome.trace = told;
                        judged(&mut outcome, report, &ending, limit);
                    }
                    Err(trouble) => outcome.verdict = error(trouble),
                }
                (index, kept(outcome, keep))
            });
        }
        match running.join_next().await {
            Some(Ok((index, outcome))) => {
                done(&outcome);
                outcomes[index] = Some(outcome);
            }
            // Tasks are neither aborted nor do they panic on what comes from outside.
            Some(Err(_)) => {}
            None => return outcomes.into_iter().flatten().collect(),
        }
    }
}

fn guest(lab: &Lab, item: &Item, index: usize, options: &Options) -> Uml {
    Uml {
        kernel: lab.kernel.image.clone(),
        memory_dir: options.memory_dir.clone(),
        run_dir: options.run_dir.join(index.to_string()),
        out: item.evidence.clone(),
        seed: item.seed,
        untrusted: options.untrusted,
        usb_modems: item.scenario.ports().iter().filter(|port| port.wiring == Wiring::Usb).count(),
    }
}

/// What came of a guest.
struct Played {
    report: Option<Report>,
    ending: Ending,
    /// Without a report: what happened up to where it stood still.
    told: Vec<Event>,
}

/// Boots the guest, waits for it, and reads what it found; once more if it had to be ended, to see how far it came.
async fn played(item: &Item, uml: &Uml, stack: Option<Stack>, limit: Duration) -> Result<Played, Trouble> {
    let out = &item.evidence;
    let stack = stack.ok_or_else(|| Trouble::new(format!("the lab has no stack {:?}", item.stack)))?;
    // Copied into the guest's overlay one by one: only for those who look.
    let special = if has_users(&item.scenario) { stack.manifest.special } else { Vec::new() };
    let mut job = Job {
        scenario: item.scenario.clone(),
        stack: item.stack.clone(),
        stack_root: stack.root,
        out: out.clone(),
        seed: item.seed,
        special,
        shell: None,
        tells: false,
    };
    let (report, ending) = booted(&job, uml, limit).await?;
    let told = if ending.how == How::TimedOut && report.is_none() {
        job.tells = true;
        booted(&job, uml, limit.min(told::LIMIT)).await?;
        told::take(out)
    } else {
        Vec::new()
    };
    for name in [JOB_FILE, REPORT_FILE] {
        // The report is told anew as outcome.json; what is left over does no harm.
        let _ = fs::remove_file(out.join(name));
    }
    Ok(Played { report, ending, told })
}

/// Boots the guest for this job, and waits for it.
async fn booted(job: &Job, uml: &Uml, limit: Duration) -> Result<(Option<Report>, Ending), Trouble> {
    let out = &job.out;
    emptied(out)?;
    let text = serde_json::to_vec(job).map_err(|error| Trouble::new(format!("writing the job: {error}")))?;
    fs::write(out.join(JOB_FILE), text)
        .map_err(|error| Trouble::io(format!("writing the job to {}", out.display()), &error))?;
    let ending = uml.run(limit).await.map_err(|error| Trouble::io("starting a guest", &error))?;
    Ok((read_report(&out.join(REPORT_FILE))?, ending))
}

/// Makes the evidence directory exist with nothing in it.
fn emptied(directory: &Path) -> Result<(), Trouble> {
    let removed = match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    removed.and_then(|()| fs::create_dir_all(directory)).map_err(|error| {
        Trouble::io(format!("making the evidence directory {}", directory.display()), &error)
            .help("give another directory with --out")
    })
}

fn read_report(path: &Path) -> Result<Option<Report>, Trouble> {
    match fs::read(path) {
        Ok(text) => serde_json::from_slice(&text)
            .map(Some)
            .map_err(|error| Trouble::new(format!("the guest's report cannot be read: {error}"))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Trouble::io("reading the guest's report", &error)),
    }
}

fn blank(item: &Item) -> Outcome {
    Outcome {
        source: item.source.clone(),
        name: item.scenario.name.clone(),
        span: item.scenario.span,
        specs: item.scenario.specs.clone(),
        stack: item.stack.clone(),
        seed: item.seed,
        verdict: Verdict::Met,
        steps: Vec::new(),
        calls: Vec::new(),
        virtual_time: Duration::ZERO,
        wall_time: Duration::ZERO,
        boot_time: None,
        fingerprint: Default::default(),
        trace: Vec::new(),
        evidence: item.evidence.clone(),
    }
}

fn judged(outcome: &mut Outcome, report: Option<Report>, ending: &Ending, limit: Duration) {
    outcome.wall_time = ending.wall;
    outcome.boot_time = ending.boot;
    let Some(report) = report else {
        let stopped = outcome.trace.last().map_or(0, |event| event.at.micros());
        outcome.virtual_time = Duration::from_micros(stopped);
        outcome.verdict = error(lost(ending, limit));
        return;
    };
    outcome.virtual_time = Duration::from_micros(report.virtual_micros);
    outcome.steps = report.steps;
    outcome.calls = report.calls;
    outcome.trace = report.trace;
    let missed = outcome.steps.iter().any(|step| matches!(step.result, StepResult::NotMet { .. }));
    outcome.verdict = match report.error {
        Some(trouble) => error(trouble),
        None if missed => Verdict::NotMet,
        None => Verdict::Met,
    };
}

/// Why there is no report.
fn lost(ending: &Ending, limit: Duration) -> Trouble {
    let message = match &ending.how {
        How::TimedOut => format!("the guest was ended because it took longer than {} of real time", spelled(limit)),
        How::Died(how) => format!("the guest ended before it could report: {how}"),
        How::PoweredOff => "the guest powered off without a report".to_owned(),
    };
    let mut trouble = Trouble::new(message);
    trouble.details = ending.console.iter().filter(|line| !line.starts_with(CANNOT)).cloned().collect();
    match ending.how {
        How::TimedOut => trouble.help(
            "a program that never waits stops virtual time, and transcript.txt ends there; if the machine is just slow, give --limit",
        ),
        _ if ending.boot.is_none() => trouble.help("`offhook lab status` shows whether the lab is whole"),
        _ => trouble,
    }
}

fn error(trouble: Trouble) -> Verdict {
    Verdict::Error { message: trouble.message, details: trouble.details, help: trouble.help }
}

/// Has the evidence written; an outcome without evidence is an error.
fn kept<E: Display>(mut outcome: Outcome, keep: impl Fn(&Outcome) -> Result<(), E>) -> Outcome {
    // What went wrong first is what matters.
    if let Err(problem) = keep(&outcome)
        && !matches!(outcome.verdict, Verdict::Error { .. })
    {
        outcome.verdict = error(Trouble::new(format!("writing the evidence: {problem}")));
    }
    outcome
}
