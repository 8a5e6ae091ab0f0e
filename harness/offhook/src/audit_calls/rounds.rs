//! Rounds of guests: each port's calls in one guest, and what is left of them in another, a few times over.
//!
//! A call after which a guest cannot go on ends it; the next round begins with the call after that one. In go the calls of
//! each port; out come, for each, those that were placed with their summaries, and why the others were not.

use std::future::pending;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use offhook_audit::effective::Port;
use offhook_audit::judge::seen::Seen;
use offhook_audit::plan::{self, Probe};
use offhook_base::SourceFile;
use offhook_etc::Etc;
use offhook_lab::{Lab, ServerPrograms};
use offhook_report::evidence;
use offhook_scenario::Personality;
use offhook_session::{CallSummary, Outcome, StepOutcome, StepResult, Verdict};
use offhook_telephony::modem::personality::Quirks;

use super::log;
use super::programs::InLab;
use crate::runner::item::{Item, Options};
use crate::runner::schedule;

/// Guests a port may take: one, and one more for every call after which it could not go on.
pub(super) const MOST: usize = 6;
/// The seed of all calls: an audit is the same every time.
const SEED: u64 = 1;

/// The calls of one port.
pub(super) struct PortRounds<'a> {
    /// The port.
    pub(super) port: &'a Port,
    /// Calls that were not placed yet.
    pub(super) left: Vec<Probe>,
    /// Calls that were placed, and what came of them.
    pub(super) seen: Vec<Seen>,
    /// Why no more calls can be placed.
    pub(super) unmade: Option<Unmade>,
    /// The command line of the server's that the usual modem refused; the calls go through one that takes everything.
    pub(super) refused: Option<String>,
}

/// Why a guest made no call.
pub(super) enum Unmade {
    /// The server never got the port ready; with what its log and its modem say of it.
    NotReady(String),
    /// The lab could not do it.
    Lab(String),
}

/// All calls of an audit.
pub(super) struct Rounds<'a> {
    /// The server's files, with programs.
    etc: Etc,
    programs: Option<&'a ServerPrograms>,
    lab: &'a Lab,
    stack: &'a str,
    modem: Personality,
    /// What takes its place on a port where it refuses a command; `None`: nothing does.
    lenient: Option<Personality>,
    evidence: &'a Path,
    calls: Vec<PortRounds<'a>>,
}

impl<'a> Rounds<'a> {
    /// None made yet.
    pub(super) fn new(
        in_lab: &'a InLab<'a>,
        lab: &'a Lab,
        stack: &'a str,
        modem: Option<&Personality>,
        evidence: &'a Path,
        calls: Vec<(&'a Port, Vec<Probe>)>,
    ) -> Self {
        let none = |(port, left)| PortRounds { port, left, seen: Vec::new(), unmade: None, refused: None };
        let everything = Quirks { takes_anything: true, ..Quirks::default() };
        Self {
            etc: in_lab.etc(),
            programs: in_lab.own(),
            lab,
            stack,
            modem: modem.cloned().unwrap_or_default(),
            // Whoever names a modem wants to know what that one refuses.
            lenient: modem.is_none().then(|| Personality { quirks: everything, ..Personality::default() }),
            evidence,
            calls: calls.into_iter().map(none).collect(),
        }
    }

    /// Makes the calls.
    pub(super) async fn run(&mut self, options: &Options) {
        for round in 0..MOST {
            let open = |calls: &&mut PortRounds<'_>| !calls.left.is_empty() && calls.unmade.is_none();
            let (stack, evidence) = (self.stack, self.evidence);
            let (usual, lenient) = (&self.modem, self.lenient.as_ref());
            let modem = |calls: &PortRounds<'_>| lenient.filter(|_| calls.refused.is_some()).unwrap_or(usual);
            let server = (&self.etc, self.programs);
            let mut wanted: Vec<_> = self.calls.iter_mut().filter(open).collect();
            if wanted.is_empty() {
                return;
            }
            let items =
                wanted.iter().map(|calls| item(server, calls, (stack, modem(calls)), evidence, round)).collect();
            let keep = |outcome: &Outcome| evidence::write(outcome, &outcome.evidence);
            // Whoever waits for this ends it: nothing ends a round by itself.
            let result = schedule::run(Some(self.lab), items, options, keep, pending(), |_| {}).await;
            for (calls, outcome) in wanted.iter_mut().zip(&result.outcomes) {
                calls.take(outcome, round, lenient.is_some());
            }
        }
    }

    /// What came of them.
    pub(super) fn into_calls(self) -> Vec<PortRounds<'a>> {
        self.calls
    }
}

fn item(
    (etc, programs): (&Etc, Option<&ServerPrograms>),
    calls: &PortRounds<'_>,
    (stack, modem): (&str, &Personality),
    evidence: &Path,
    round: usize,
) -> Item {
    let source = SourceFile { path: PathBuf::from("audit.kdl"), text: Arc::from("") };
    let scenario = plan::scenario(etc, calls.port, &calls.left, stack, modem);
    let place = evidence.join(calls.guest(round));
    Item { programs: programs.cloned(), ..Item::new(source, scenario, stack, SEED, place) }
}

impl PortRounds<'_> {
    /// Takes what a guest made of the calls that are left; whether there is a modem that takes every command.
    fn take(&mut self, outcome: &Outcome, round: usize, lenient: bool) {
        let placed = outcome.calls.iter().take_while(|call| call.placed);
        let placed: Vec<CallSummary> = placed.take(self.left.len()).cloned().collect();
        // A guest that came to no end would come to none a second time.
        let broken = matches!(outcome.verdict, Verdict::Error { .. });
        self.unmade = (placed.is_empty() || broken).then(|| self.why_unmade(outcome));
        // What a modem of the lab does not know is no fault of the server's.
        if lenient && self.refused.is_none() && matches!(self.unmade, Some(Unmade::NotReady(_))) {
            self.refused = log::refused(outcome, &self.port.device);
            self.unmade = self.unmade.take().filter(|_| self.refused.is_none());
        }
        let guest = self.guest(round);
        let probes = self.left.drain(..placed.len()).zip(placed);
        self.seen.extend(probes.map(|(probe, call)| Seen { probe, call, guest: guest.clone() }));
    }

    /// The name of the guest that makes a round, and of its evidence: `ttyS0-0`.
    fn guest(&self, round: usize) -> String {
        format!("{}-{round}", self.port.device.replace('/', "."))
    }

    fn why_unmade(&self, outcome: &Outcome) -> Unmade {
        let not_ready = |step: &StepOutcome| match &step.result {
            StepResult::Failed { actual, .. } if step.step.is_none() => Some(actual.clone()),
            _ => None,
        };
        match (&outcome.verdict, outcome.steps.iter().find_map(not_ready)) {
            (Verdict::Failed, Some(actual)) => {
                let complaint = log::complaint(outcome, &self.port.device);
                Unmade::NotReady(complaint.map_or_else(|| actual.clone(), |complaint| format!("{complaint}; {actual}")))
            }
            (Verdict::Error { message, help, .. }, _) => {
                let help = help.as_ref().map_or_else(String::new, |help| format!("; {help}"));
                Unmade::Lab(format!("{message}{help}"))
            }
            _ => Unmade::Lab("no call was placed".to_owned()),
        }
    }
}
