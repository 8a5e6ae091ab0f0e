//! The schedule: every scenario on every stack under every seed, as many guests at once as there are jobs.
//!
//! In go checked scenarios, a built lab, and a future that ends when the run is to be stopped; out come events as things
//! happen ([`RunEvent`]), and in the end the result. It neither prints nor reads what a user typed. Whatever happens to one
//! guest is that scenario's outcome and nobody else's. Dropping the future ends all guests, too.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{Id, JoinSet};
use tokio::time::Instant;

use super::calling;
use super::guest::{Guest, blank, verdict_of};
use super::item::{Item, Options};
use offhook_base::Error;
use offhook_lab::Lab;
use offhook_report::run::{Planned, RunEvent, RunResult};
use offhook_session::{Ended, Outcome, Verdict};

/// A guest that has run so long is told of, and again each time as much has passed.
const SLOW: Duration = Duration::from_secs(10);

/// Runs `items` in their order, until all have run or `stop` is ready; what still runs then is ended.
///
/// Each outcome is given to `keep`, which writes its evidence, before `events` hears of it. Evidence that cannot be
/// written is an error of that scenario.
pub async fn run<E: Display>(
    lab: Option<&Lab>,
    items: Vec<Item>,
    options: &Options,
    keep: impl Fn(&Outcome) -> Result<(), E> + Copy + Send + 'static,
    stop: impl Future<Output = ()>,
    mut events: impl FnMut(RunEvent),
) -> Arc<RunResult> {
    let start = Instant::now();
    let as_run = |item: Item| Item { scenario: calling::as_run(item.scenario), ..item };
    let items: Vec<Arc<Item>> = items.into_iter().map(as_run).map(Arc::new).collect();
    let plan: Arc<[Planned]> = items.iter().map(|item| item.planned()).collect();
    let jobs = options.jobs.max(1);
    events(RunEvent::Started { plan, jobs });

    let mut outcomes: Vec<Option<Arc<Outcome>>> = vec![None; items.len()];
    let mut waiting = items.iter().enumerate();
    let mut running = Running::default();
    let mut ended = Ended::Completed;
    tokio::pin!(stop);
    loop {
        while running.tasks.len() < jobs {
            let Some((index, item)) = waiting.next() else { break };
            if item.scenario.host_program().is_some() {
                let (item, limit) = (item.clone(), options.limit);
                running.start(index, async move { kept(on_host(&item, limit).await, keep) });
                continue;
            }
            let Some(lab) = lab else {
                let error = Error::new("a bug in offhook: it is to run in a guest, and the lab was not made ready");
                let outcome = blank(item, verdict_of(error));
                running.start(index, async move { kept(outcome, keep) });
                continue;
            };
            let guest = Guest::new(lab, item, index, options);
            if guest.boots() {
                events(RunEvent::GuestStarted { index });
            }
            let item = item.clone();
            running.start(index, async move { kept(guest.run(&item).await, keep) });
        }
        let slow = running.next_slow();
        let (index, outcome) = tokio::select! {
            biased;
            () = &mut stop => {
                ended = Ended::Interrupted;
                break;
            }
            joined = running.tasks.join_next_with_id() => match joined {
                Some(Ok((id, outcome))) => (running.finished(id), outcome),
                Some(Err(problem)) => {
                    let index = running.finished(problem.id());
                    let Some(item) = index.and_then(|index| items.get(index)) else { continue };
                    let error = Error::new(format!("a bug in offhook ended this scenario: {problem}"));
                    (index, blank(item, verdict_of(error)))
                }
                None => break,
            },
            () = tokio::time::sleep_until(slow.unwrap_or(start)), if slow.is_some() => {
                running.tell_slow(&mut events);
                continue;
            }
        };
        let Some(index) = index else { continue };
        let failed = matches!(outcome.verdict, Verdict::Failed | Verdict::Error { .. });
        let outcome = Arc::new(outcome);
        outcomes[index] = Some(outcome.clone());
        events(RunEvent::ScenarioFinished { index, outcome });
        if failed && options.fail_fast {
            ended = Ended::FailedFast;
            break;
        }
    }
    if ended != Ended::Completed {
        events(RunEvent::Stopping { reason: ended, running: running.since.len() });
        running.tasks.shutdown().await;
        for index in running.since.values().map(|task| task.index) {
            // Half a scenario's files are no evidence; what cannot be removed does no harm.
            let _ = fs::remove_dir_all(&items[index].evidence);
        }
    }
    let outcomes = outcomes
        .into_iter()
        .zip(&items)
        .map(|(outcome, item)| outcome.unwrap_or_else(|| Arc::new(blank(item, Verdict::NotRun { reason: ended }))));
    let result = Arc::new(RunResult { outcomes: outcomes.collect(), wall: start.elapsed(), ended });
    events(RunEvent::Finished(result.clone()));
    result
}

/// What is no guest, by the real clock.
#[cfg(feature = "cli")]
async fn on_host(item: &Item, limit: Duration) -> Outcome {
    super::live::run(item, limit).await
}

/// Who has no command line has nobody who could consent.
#[cfg(not(feature = "cli"))]
async fn on_host(item: &Item, _limit: Duration) -> Outcome {
    blank(item, verdict_of(Error::new("its server is a program of this machine, which only `offhook run` starts")))
}

/// The scenarios that run.
#[derive(Default)]
struct Running {
    tasks: JoinSet<Outcome>,
    since: BTreeMap<Id, Task>,
}

struct Task {
    index: usize,
    start: Instant,
    /// When it is told of as slow.
    slow: Instant,
}

impl Running {
    fn start(&mut self, index: usize, scenario: impl Future<Output = Outcome> + Send + 'static) {
        let id = self.tasks.spawn(scenario).id();
        let start = Instant::now();
        self.since.insert(id, Task { index, start, slow: start + SLOW });
    }

    fn finished(&mut self, id: Id) -> Option<usize> {
        self.since.remove(&id).map(|task| task.index)
    }

    fn next_slow(&self) -> Option<Instant> {
        self.since.values().map(|task| task.slow).min()
    }

    fn tell_slow(&mut self, events: &mut impl FnMut(RunEvent)) {
        let now = Instant::now();
        for task in self.since.values_mut().filter(|task| task.slow <= now) {
            task.slow = now + SLOW;
            events(RunEvent::Slow { index: task.index, running: now - task.start });
        }
    }
}

/// Has the evidence written; an outcome without evidence is an error.
fn kept<E: Display>(mut outcome: Outcome, keep: impl Fn(&Outcome) -> Result<(), E>) -> Outcome {
    // What went wrong first is what matters.
    if let Err(problem) = keep(&outcome)
        && !matches!(outcome.verdict, Verdict::Error { .. })
    {
        outcome.verdict = verdict_of(Error::new(format!("writing the evidence: {problem}")));
    }
    outcome
}
