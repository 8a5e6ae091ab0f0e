//! An audit with its calls: the files of a server and a lab in, the complete audit out.
//!
//! [`complete`] reads the files, plans the calls to each port, makes them in the lab and takes what came of them into the
//! audit. The lab is asked for only if there is something to call, and an audit is given also if the lab fails.

mod log;
mod programs;
mod rounds;

use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::stacks::like;
use offhook_audit::effective::{Facts, Port};
use offhook_audit::judge::{self, PortCalls};
use offhook_audit::plan::{self, LeftOut, LeftOutWhat, Probe};
use offhook_audit::secrecy::Secrecy;
use offhook_audit::{Audit, sorted};
use offhook_base::plain;
use offhook_etc::read::version::PppVersion;
use offhook_etc::source::Tree;
use offhook_lab::{Lab, LabError, Room};
use offhook_scenario::Personality;

use crate::runner::item::Options;
pub use programs::Choice;
use programs::InLab;
use rounds::{Rounds, Unmade};

/// The exit code of a lab that cannot run a guest.
const LAB_FAILED: u8 = 3;

/// How the calls are made.
#[derive(Clone, Debug)]
pub struct CallOptions {
    /// Whether the tree's programs may run where this machine's kernel cannot confine them.
    pub trusted: bool,
    /// The server stack.
    pub stack: String,
    /// The root directory of the server whose own programs are to be called, if a guest can run them; `None`: the stack's.
    pub programs: Option<PathBuf>,
    /// The modem behind each port; `None`: the usual one, and one that takes every command where that refuses one of mgetty's.
    pub modem: Option<Personality>,
    /// Guests at once; `None`: as many as there are processors.
    pub jobs: Option<usize>,
    /// Real time a guest may take.
    pub limit: Duration,
    /// Where the evidence is kept, which contains the server's passwords; `None`: it is removed.
    pub evidence: Option<PathBuf>,
}

/// An audit, and what became of its calls.
#[derive(Clone, Debug)]
pub struct Completed {
    /// What the files say, and what calls showed.
    pub audit: Audit,
    /// Whether calls were made, or why they could not be.
    pub called: Result<bool, Stopped>,
    /// With which programs.
    pub choice: Choice,
}

/// Why calls could not be made, or not all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The lab could not do it.
    Lab {
        /// Why, in words.
        message: String,
        /// The exit code that says so.
        exit_code: u8,
    },
    /// Somebody interrupted it.
    Interrupted,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lab { message, .. } => f.write_str(message),
            Self::Interrupted => f.write_str("interrupted: the guests were ended"),
        }
    }
}

impl From<LabError> for Stopped {
    fn from(error: LabError) -> Self {
        Self::Lab { message: error.to_string(), exit_code: error.exit_code() }
    }
}

fn failed(message: String) -> Stopped {
    Stopped::Lab { message, exit_code: LAB_FAILED }
}

/// Audits a server and calls it. `interrupted` ends the calls when it is ready.
pub fn complete(
    tree: &Tree,
    lab: impl FnOnce() -> Result<Lab, LabError>,
    options: &CallOptions,
    interrupted: impl Future<Output = ()>,
) -> Completed {
    let choice = Choice::of(tree, options.programs.as_deref());
    let pppd = PppVersion::of_release(&like(&options.stack)).filter(|_| choice.own().is_none());
    let (mut audit, facts, ports) = offhook_audit::audit_for(tree, pppd);
    let plans = |lab: &dyn plan::Lab| planned(tree, &facts, &ports, lab);
    // Whether anything is to be called is known before there is a lab, what of it can be only then.
    let (calls, mut judged) = plans(&plan::Everything);
    let called = match calls.is_empty() {
        true => Ok(false),
        false => lab().map_err(Stopped::from).and_then(|lab| {
            let root = lab.stacks.get(&options.stack).map(|stack| stack.root.clone()).unwrap_or_default();
            let in_lab = InLab::new(tree, &choice, (&options.stack, &root));
            let (calls, left_out) = plans(&in_lab);
            judged = left_out;
            match calls.is_empty() {
                true => Ok(false),
                false => made(&in_lab, &lab, options, calls, &mut judged, interrupted).map(|()| true),
            }
        }),
    };
    judge::judge(&mut audit, &judged, &Secrecy::of(tree));
    audit.findings = sorted(audit.findings);
    Completed { audit, called, choice }
}

/// The calls to each port in that lab, and what is left out.
fn planned<'a>(
    tree: &Tree,
    facts: &Facts,
    ports: &'a [Port],
    lab: &dyn plan::Lab,
) -> (Vec<(&'a Port, Vec<Probe>)>, Vec<PortCalls>) {
    let mut calls: Vec<(&Port, Vec<Probe>)> = Vec::new();
    let mut judged: Vec<PortCalls> = Vec::new();
    for port in ports {
        if judged.iter().any(|known| known.device == port.device) {
            continue;
        }
        let plan = plan::plan(tree, facts, port, lab);
        judged.push(PortCalls { device: port.device.clone(), left_out: plan.left_out, ..PortCalls::default() });
        if !plan.probes.is_empty() {
            calls.push((port, plan.probes));
        }
    }
    (calls, judged)
}

/// Makes the calls, and takes what came of them into the audit.
fn made(
    in_lab: &InLab<'_>,
    lab: &Lab,
    options: &CallOptions,
    calls: Vec<(&Port, Vec<Probe>)>,
    judged: &mut [PortCalls],
    interrupted: impl Future<Output = ()>,
) -> Result<(), Stopped> {
    let confined = lab.init.confined();
    let confined = confined.map_err(|error| failed(format!("asking how guests are confined: {}", plain(&error))))?;
    if !options.trusted && !confined.holds() {
        return Err(failed(format!(
            "the audited server's programs are not called: {confined}. `--static` calls nothing; `--trust-the-tree` calls \
             them all the same"
        )));
    }
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = options.jobs.unwrap_or_else(processors).clamp(1, calls.len());
    // Removed with all that is in it when it goes out of scope: the evidence contains the server's passwords.
    let room = Arc::new(Room::for_guests(&lab.cache, jobs)?);
    let evidence = match &options.evidence {
        Some(out) => std::path::absolute(out).unwrap_or_else(|_| out.clone()),
        None => room.directory("audit"),
    };
    let run = Options { confined: !options.trusted, ..Options::in_room(room, jobs, options.limit) };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| failed(format!("starting the event loop: {}", plain(&error))))?;
    let mut rounds = Rounds::new(in_lab, lab, &options.stack, options.modem.as_ref(), &evidence, calls);
    let finished = runtime.block_on(async {
        tokio::select! {
            () = rounds.run(&run) => Ok(()),
            () = interrupted => Err(Stopped::Interrupted),
        }
    });
    // What is running ends with the runtime, before its directories are removed.
    drop(runtime);
    finished?;
    let result = taken(judged, rounds);
    offhook_lab::settle();
    result
}

/// Takes what came of the calls; `Err`: the lab could not make some of them.
fn taken(judged: &mut [PortCalls], rounds: Rounds<'_>) -> Result<(), Stopped> {
    let mut result = Ok(());
    for calls in rounds.into_calls() {
        let device = &calls.port.device;
        let Some(port) = judged.iter_mut().find(|port| port.device == *device) else { continue };
        port.seen = calls.seen;
        port.left_out.extend(calls.refused.map(|command| LeftOut {
            what: LeftOutWhat::Modem,
            why: format!(
                "it answers ERROR to \"{command}\"; the calls went through one that answers OK to every command \
                 (--modem MODEL: through another)"
            ),
        }));
        let left = calls.left.len();
        // Silence must not pass for agreement.
        port.unmade = match calls.unmade {
            Some(Unmade::NotReady(line)) => Some(judge::Unmade::NotReady(line)),
            Some(Unmade::Lab(why)) => {
                result = result.and(Err(failed(format!("calling {device} in the lab: {why}"))));
                Some(judge::Unmade::Left(left, why))
            }
            None if left > 0 => Some(judge::Unmade::Left(left, format!("{} guests ended before them", rounds::MOST))),
            None => None,
        };
    }
    result
}
