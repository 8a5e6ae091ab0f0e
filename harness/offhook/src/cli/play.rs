//! Items played in the lab for a command, and why they are not.
//!
//! In: what is to be played, what a guest may take, and where all that is seen. Out: the result, or a [`Stop`] with its exit code.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::claim::Claim;
use super::console::Console;
use super::interrupt::Interruption;
use super::{Color, INTERRUPTED, LAB_FAILED, WRONG_INPUT, complain, notices};
use crate::runner::item::{Evidence, Item, Options};
use crate::runner::own;
use crate::runner::schedule::run;
use crate::snapshots::Mode;
use crate::stacks;
use offhook_base::{StandardOutput, is_standard_output, plain, write_result};
use offhook_lab::{Lab, LabError, Progress, Room};
use offhook_report::live::{Verbosity, View};
use offhook_report::run::RunResult;
use offhook_report::{Style, evidence};
use offhook_scenario::Scenario;
use offhook_session::Outcome;

/// Why there is no result.
pub(super) enum Stop {
    Wrong(String),
    Lab(String, u8),
    Interrupted,
}

/// The options for guests, the same for every command that plays scenarios.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Guests {
    /// Guests at once; as many as there are processors unless stated
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) jobs: Option<u16>,

    /// Real seconds a guest may take before it is ended; waiting for a processor does not count
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) limit: u64,
}

/// How items are played.
#[derive(Clone, Copy, Debug)]
pub(super) struct Play<'a> {
    /// The directory for their evidence.
    pub(super) out: &'a Path,
    /// How many guests at once, and how long one may take.
    pub(super) guests: Guests,
    /// Whether the server's programs are kept apart from the memory of the guest's kernel, too.
    pub(super) untrusted: bool,
    /// What is done with snapshots.
    pub(super) snapshots: Mode,
    /// Of which runs evidence is kept.
    pub(super) evidence: Evidence,
    /// Whether the first failure ends it.
    pub(super) fail_fast: bool,
    /// Whether what scenarios name may run on this machine itself.
    pub(super) trusts_scenarios: bool,
}

impl Play<'_> {
    /// What a scenario has run on this machine itself is somebody's code, with all that this user may do.
    fn consented(&self, items: &[Item]) -> Result<(), Stop> {
        let host = items.iter().find_map(|item| Some((item, item.scenario.host_program()?)));
        let Some((item, (own, host))) = host.filter(|_| !self.trusts_scenarios) else { return Ok(()) };
        let what = match &host.tcp {
            Some(address) => format!("connects to {address}"),
            None => format!("runs `{}` on this machine, as you and unconfined", own.command),
        };
        let (file, name) = (item.source.path.display(), &item.scenario.name);
        let how = "read it, then use `offhook run --trust-the-scenarios`, or run it in a guest: where=\"guest\"";
        Err(Stop::Wrong(format!("{file}: \"{name}\" {what}; {how}\n")))
    }

    /// Makes the lab ready and plays them. The directory for their evidence is theirs as long as the [`Claim`] lives.
    pub(super) fn play(
        &self,
        mut items: Vec<Item>,
        interruption: &Interruption,
        console: impl FnOnce() -> io::Result<Console>,
    ) -> Result<(Arc<RunResult>, Claim), Stop> {
        self.consented(&items)?;
        own::make(&mut items).map_err(lab_failed)?;
        let guests = items.iter().filter(|item| item.scenario.host_program().is_none());
        let stacks: BTreeSet<String> = guests.map(|item| item.lab_stack().to_owned()).collect();
        // What is on this machine itself needs none.
        let lab = match stacks.is_empty() {
            true => None,
            false => Some(ready(stacks.into_iter().collect(), interruption)?),
        };
        if let Some(lab) = &lab {
            notices(lab);
            warn_unless_confined(lab)?;
        }
        let claim = Claim::of(self.out).map_err(failed)?;
        let jobs = self.guests.jobs.map_or_else(processors, usize::from).min(items.len());
        let room = match &lab {
            Some(lab) => Room::for_guests(&lab.cache, jobs),
            None => Room::without_guests(),
        };
        let room = Arc::new(room.map_err(lab_failed)?);
        let options = Options {
            untrusted: self.untrusted,
            snapshots: self.snapshots,
            evidence: self.evidence,
            fail_fast: self.fail_fast,
            ..Options::in_room(room, jobs, Duration::from_secs(self.guests.limit))
        };
        let console = console().map_err(|error| failed(format!("starting a thread: {}", plain(&error))))?;
        let keep = |outcome: &Outcome| {
            // Of what left none no evidence is wanted.
            if outcome.evidence.as_os_str().is_empty() { Ok(()) } else { evidence::write(outcome, &outcome.evidence) }
        };
        let result = interruption.runtime().block_on(run(
            lab.as_ref(),
            items,
            &options,
            keep,
            interruption.requested(),
            console.sink(),
        ));
        console.finish();
        Ok((result, claim))
    }
}

/// Where it is seen: lines go to standard output, unless that is the report's.
pub(super) fn console<V: View + Send + 'static>(
    json: Option<&Path>,
    color: &Color,
    verbosity: Verbosity,
    view: impl FnOnce(Style) -> V,
) -> io::Result<Console> {
    if json.is_some_and(is_standard_output) {
        let style = color.style_of(&io::stderr());
        return Console::start(view(style), style, verbosity, io::stderr());
    }
    let style = color.style_of(&io::stdout());
    Console::start(view(style), style, verbosity, StandardOutput)
}

/// Writes a report to that file.
pub(super) fn write_json(path: &Path, report: serde_json::Result<String>) -> Result<(), Stop> {
    let text = report.map_err(|error| failed(format!("making the JSON report: {error}")))?;
    write_result(path, text.as_bytes())
        .map_err(|error| failed(format!("writing {}: {}", path.display(), plain(&error))))
}

/// Each of these names that was given for a stack has to be one, of the lab or of one of these files.
pub(super) fn known_stacks<T>(names: &[String], files: &[(T, Vec<Scenario>)]) -> Result<(), Stop> {
    let own = |name: &&String| {
        let scenarios = files.iter().flat_map(|(_, scenarios)| scenarios);
        scenarios.flat_map(|scenario| scenario.own_stacks.iter()).any(|own| own.name == **name)
    };
    unknown_stack(names.iter().filter(|name| !own(name))).map_or(Ok(()), |text| Err(Stop::Wrong(text)))
}

/// What is to be said of the first of these names that is no stack's of the lab.
pub(super) fn unknown_stack<'a>(names: impl IntoIterator<Item = &'a String>) -> Option<String> {
    let (name, there) = names.into_iter().find_map(|name| Some((name, stacks::others_than(name)?)))?;
    Some(format!("--stack {name}: no such stack; there are {there}\n"))
}

/// Says why there is no result; the exit code.
pub(super) fn ended(stop: Stop) -> u8 {
    match stop {
        Stop::Wrong(text) => {
            complain(&text);
            WRONG_INPUT
        }
        Stop::Lab(text, code) => {
            complain(&format!("{text}\n"));
            code
        }
        Stop::Interrupted => {
            complain("interrupted before any scenario ran\n");
            INTERRUPTED
        }
    }
}

/// Says so where guests are not confined.
fn warn_unless_confined(lab: &Lab) -> Result<(), Stop> {
    match lab.init.confined() {
        Ok(confined) if confined.holds() => {}
        Ok(confined) => complain(&format!("warning: guests are not confined: {confined}\n")),
        Err(error) => return Err(failed(format!("asking how guests are confined: {}", plain(&error)))),
    }
    Ok(())
}

/// The lab with these stacks, built if it is not there.
pub(super) fn ready(stacks: Vec<String>, interruption: &Interruption) -> Result<Lab, Stop> {
    let progress = Progress::for_stderr();
    let shown = progress.clone();
    match interruption.unless_requested(move || offhook_lab::ensure(&stacks, &progress)) {
        Some(lab) => lab.map_err(lab_failed),
        None => {
            shown.clear();
            // A thread that ended without an answer has said why.
            let bug = || failed("a bug in offhook ended the thread that makes the lab ready".to_owned());
            Err(if interruption.is_requested() { Stop::Interrupted } else { bug() })
        }
    }
}

pub(super) fn lab_failed(error: LabError) -> Stop {
    Stop::Lab(error.to_string(), error.exit_code())
}

pub(super) fn failed(text: String) -> Stop {
    Stop::Lab(text, LAB_FAILED)
}

pub(super) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
