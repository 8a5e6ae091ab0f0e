//! One scenario in its guest: booted, waited for, and what its report or its end says about it.
//!
//! In: an [`Item`] and a built lab. Out: an [`Outcome`], whatever happens to the guest. A scenario that needs a program
//! its stack does not have ([`needs`](super::needs)) is skipped.

use std::collections::hash_map::RandomState;
use std::fs::{self, DirBuilder};
use std::hash::BuildHasher;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use offhook_telephony::trace::Event;

use super::item::{Evidence, Item, Options};
use super::needs::missing;
use super::partial_trace;
use crate::snapshots::{Mode, judge};
use offhook_base::guest::{CANNOT, JOB_FILE, PARTIAL_TRACE_FILE, REPORT_FILE};
use offhook_base::{Change, Error, FileChange};
use offhook_lab::collect::{collect, read};
use offhook_lab::uml::{Ending, How, QUOTA, Uml};
use offhook_lab::{Lab, Place, Replacement, Stack};
use offhook_scenario::Wiring;
use offhook_server::files::has_users;
use offhook_session::expect::spelled;
use offhook_session::{Job, Outcome, Report, StepResult, Verdict};

/// Octets that a report, or a partial trace, may have.
const MOST_REPORT: u64 = 1 << 30;

/// All that a scenario needs to run, taken from the lab: it runs while others are started.
pub(super) struct Guest {
    uml: Uml,
    stack: Option<Stack>,
    limit: Duration,
    outcome: Outcome,
    /// What is done with snapshots.
    snapshots: Mode,
    /// Whether evidence is kept.
    evidence: Evidence,
    /// Why it cannot run on this stack.
    lacking: Option<String>,
}

impl Guest {
    /// The guest for number `index` of the plan.
    pub(super) fn new(lab: &Lab, item: &Item, index: usize, options: &Options) -> Self {
        let stack = lab.stacks.get(item.lab_stack()).cloned();
        // Who gives programs of a machine's own has looked for them.
        let stack_alone = stack.as_ref().filter(|_| item.programs.is_none());
        let lacking = stack_alone.and_then(|stack| missing(&item.scenario, &item.stack, &stack.root));
        let mut outcome = blank(item, Verdict::Passed);
        outcome.fingerprint = lab.fingerprint(item.lab_stack());
        outcome.fingerprint.stack.clone_from(&item.stack);
        outcome.fingerprint.made = item.own.as_ref().map(|own| own.made.clone());
        if let Some(programs) = &item.programs {
            outcome.fingerprint.packages.clone_from(&programs.packages);
        }
        for Replacement { path, sha256, .. } in item.all_replaced() {
            let change = FileChange { sha256: Some(sha256.clone()), ..FileChange::new(path, Change::Replaced) };
            outcome.fingerprint.changed.push(change);
        }
        Self {
            uml: uml(lab, item, index, options),
            stack,
            limit: options.limit,
            snapshots: options.snapshots,
            evidence: options.evidence,
            outcome,
            lacking,
        }
    }

    /// Whether there is going to be a guest at all.
    pub(super) const fn boots(&self) -> bool {
        self.lacking.is_none()
    }

    /// Runs the scenario to its end.
    pub(super) async fn run(self, item: &Item) -> Outcome {
        let Self { uml, stack, limit, snapshots, evidence, mut outcome, lacking } = self;
        if let Some(reason) = lacking {
            // What an earlier run left is not this one's.
            outcome.verdict = match emptied(&item.evidence) {
                Ok(()) => Verdict::Skipped { reason },
                Err(error) => verdict_of(error),
            };
            return outcome;
        }
        let mut kept = evidence == Evidence::All;
        loop {
            match played(item, &uml, stack.clone(), limit, kept).await {
                Ok(Played { report, ending, partial_trace }) => {
                    outcome.trace = partial_trace;
                    judged(&mut outcome, report, &ending, limit);
                    judge(&mut outcome, &item.scenario, snapshots);
                }
                Err(error) => outcome.verdict = verdict_of(error),
            }
            if kept || evidence == Evidence::None || outcome.verdict == Verdict::Passed {
                break;
            }
            kept = true;
        }
        if !kept {
            outcome.evidence = PathBuf::new();
        }
        outcome
    }
}

fn uml(lab: &Lab, item: &Item, index: usize, options: &Options) -> Uml {
    Uml {
        kernel: lab.kernel.image.clone(),
        init: lab.init.clone(),
        stack: lab.stacks.get(item.lab_stack()).map(|stack| stack.root.clone()).unwrap_or_default(),
        programs: item.programs.clone(),
        room: options.room.clone(),
        number: index,
        seed: item.seed,
        untrusted: options.untrusted,
        confined: options.confined,
        quota: QUOTA,
        usb_modems: item.scenario.ports().iter().filter(|port| port.wiring == Wiring::Usb).count(),
    }
}

/// What came of a guest.
struct Played {
    report: Option<Report>,
    ending: Ending,
    /// Without a report: what happened up to where it stood still.
    partial_trace: Vec<Event>,
}

/// Boots the guest, waits for it, and reads what it found; once more if it had to be ended, to see how far it came.
async fn played(
    item: &Item,
    uml: &Uml,
    stack: Option<Stack>,
    limit: Duration,
    evidence: bool,
) -> Result<Played, Error> {
    // What an earlier run left is not this one's.
    if evidence {
        emptied(&item.evidence)?;
    }
    let stack = stack.ok_or_else(|| Error::new(format!("the lab has no stack {:?}", item.stack)))?;
    // Copied into the guest's overlay one by one: only for those who look.
    let mut special = if has_users(&item.scenario) { stack.manifest.special } else { Vec::new() };
    if item.programs.as_ref().is_some_and(|programs| programs.owners_known) {
        // A machine's own programs have the owners and modes that they have there.
        special.retain(|special| !special.path.starts_with("usr/"));
    }
    // Neither has what is put there instead.
    special.retain(|special| !item.all_replaced().any(|replaced| replaced.path[1..] == special.path));
    let mut job = Job {
        special,
        programs: item.programs.as_ref().map(|programs| programs.names.clone()).unwrap_or_default(),
        token: token(),
        evidence,
        ..Job::new(item.scenario.clone(), item.stack.clone(), item.seed)
    };
    let (mut place, ending) = booted(&mut job, item, uml, limit).await?;
    let report = read_report(&place.out().join(REPORT_FILE), &job.token)?;
    let mut partial_trace = Vec::new();
    if evidence && ending.how == How::TimedOut && report.is_none() {
        job.partial_trace = true;
        drop(place);
        (place, _) = booted(&mut job, item, uml, limit.min(partial_trace::LIMIT)).await?;
        partial_trace = partial_trace::take(&place.out(), MOST_REPORT);
    }
    // Of what a guest flooded its host with nothing is kept.
    if evidence && !matches!(ending.how, How::Overstepped(_)) {
        keep(&place, &item.evidence)?;
    }
    Ok(Played { report, ending, partial_trace })
}

/// Boots the guest for this job, and waits for it.
async fn booted(job: &mut Job, item: &Item, uml: &Uml, limit: Duration) -> Result<(Place, Ending), Error> {
    let place = uml.make_place().map_err(|error| Error::io("making room for a guest", &error))?;
    let handed = item.all_replaced().enumerate().map(|(number, file)| file.hand_over(number, &place.out()));
    job.replaced = handed
        .collect::<io::Result<_>>()
        .map_err(|error| Error::io("handing a guest the files that stand in the place of its server's", &error))?;
    let text = serde_json::to_vec(job).map_err(|error| Error::new(format!("writing the job: {error}")))?;
    let file = place.out().join(JOB_FILE);
    fs::write(&file, text).map_err(|error| Error::io(format!("writing the job to {}", file.display()), &error))?;
    let ending = uml.run(&place, limit).await.map_err(|error| Error::io("starting a guest", &error))?;
    Ok((place, ending))
}

/// Takes over what the guest wrote beside its report: files of its server, as evidence.
fn keep(place: &Place, evidence: &Path) -> Result<(), Error> {
    let told = [JOB_FILE, REPORT_FILE, PARTIAL_TRACE_FILE];
    let refused = collect(&place.out(), evidence, &told)
        .map_err(|error| Error::io(format!("taking over evidence to {}", evidence.display()), &error))?;
    if refused.entries.is_empty() {
        return Ok(());
    }
    let mut error =
        Error::new("the guest left something that is no plain file among its evidence; it is not taken over");
    error.details = refused.entries;
    Err(error)
}

/// Makes the evidence directory exist with nothing in it.
pub(super) fn emptied(directory: &Path) -> Result<(), Error> {
    let removed = match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    let made = removed.and_then(|()| DirBuilder::new().mode(0o700).recursive(true).create(directory));
    made.map_err(|error| {
        Error::io(format!("making the evidence directory {}", directory.display()), &error)
            .help("give another directory with --out")
    })
}

fn read_report(path: &Path, token: &str) -> Result<Option<Report>, Error> {
    let text = read(path, MOST_REPORT).map_err(|error| Error::io("reading the guest's report", &error))?;
    let Some(text) = text else { return Ok(None) };
    let report: Report = serde_json::from_slice(&text)
        .map_err(|error| Error::new(format!("the guest's report cannot be read: {error}")))?;
    if report.token != token {
        return Err(Error::new("the guest's report is not process 1's: a program of the server wrote it"));
    }
    Ok(Some(report))
}

/// Nobody can guess it: 128 bits of the system's randomness, by which hash maps are seeded.
fn token() -> String {
    let random = || RandomState::new().hash_one(0_u8);
    format!("{:016x}{:016x}", random(), random())
}

fn judged(outcome: &mut Outcome, report: Option<Report>, ending: &Ending, limit: Duration) {
    outcome.wall_time = ending.wall;
    outcome.boot_time = ending.boot;
    let Some(report) = report else {
        let stopped = outcome.trace.last().map_or(0, |event| event.at.micros());
        outcome.virtual_time = Duration::from_micros(stopped);
        outcome.verdict = verdict_of(lost(ending, limit));
        return;
    };
    reported(outcome, report);
}

/// What a report says.
pub(super) fn reported(outcome: &mut Outcome, report: Report) {
    outcome.virtual_time = Duration::from_micros(report.virtual_micros);
    outcome.steps = report.steps;
    outcome.calls = report.calls;
    outcome.trace = report.trace;
    let failed = outcome.steps.iter().any(|step| matches!(step.result, StepResult::Failed { .. }));
    outcome.verdict = match report.error {
        Some(error) => verdict_of(error),
        None if failed => Verdict::Failed,
        None => Verdict::Passed,
    };
}

/// Why there is no report.
fn lost(ending: &Ending, limit: Duration) -> Error {
    let message = match &ending.how {
        How::TimedOut => format!("the guest was ended because it took longer than {} of real time", spelled(limit)),
        How::Died(how) => format!("the guest ended before it could report: {how}"),
        How::Overstepped(what) => format!("the guest was ended because it {what}"),
        How::PoweredOff => "the guest powered off without a report".to_owned(),
    };
    let mut error = Error::new(message);
    error.details = ending.console.iter().filter(|line| !line.starts_with(CANNOT)).cloned().collect();
    match ending.how {
        How::TimedOut => error.help(
            "a program that never waits stops virtual time, and transcript.txt ends there; if the machine is just slow, give --limit",
        ),
        _ if ending.boot.is_none() => error.help("`offhook lab status` shows whether the lab is whole"),
        _ => error,
    }
}

pub(super) fn verdict_of(error: Error) -> Verdict {
    Verdict::Error { message: error.message, details: error.details, help: error.help }
}

/// The outcome of something of which nothing is known but its verdict.
pub(super) fn blank(item: &Item, verdict: Verdict) -> Outcome {
    let evidence = item.evidence.clone();
    Outcome { evidence, ..Outcome::blank(&item.source, &item.scenario, &item.stack, item.seed, verdict) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_report_without_the_token_is_not_believed() {
        let out = tempfile::tempdir().unwrap();
        let path = out.path().join(REPORT_FILE);
        let token = token();
        assert!(token.len() == 32 && token != super::token());
        assert_eq!(read_report(&path, &token).unwrap().map(|report| report.token), None);
        let write = |token: &str| {
            let report = Report { token: token.to_owned(), ..Report::default() };
            fs::write(&path, serde_json::to_vec(&report).unwrap()).unwrap();
        };
        write(&token);
        assert!(read_report(&path, &token).unwrap().is_some());
        write("");
        let error = read_report(&path, &token).unwrap_err();
        assert_eq!(error.message, "the guest's report is not process 1's: a program of the server wrote it");
    }
}
