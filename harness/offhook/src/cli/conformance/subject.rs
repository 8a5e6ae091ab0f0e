//! Cases played against a subject of the user's, by the real clock: a program, a port, a device.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::played::{Results, Row, elsewhere};
use super::results::standard_output;
use super::{Conformance, Share, Takes, case_of};
use crate::cli::claim::Claim;
use crate::cli::interrupt::listening;
use crate::cli::play::{Stop, failed};
use crate::runner::item::Item;
use offhook_base::{InPlace, plain};
use offhook_conformance::live::{Unplayed, least, play_live};
use offhook_conformance::reach::Reach;
use offhook_conformance::subject::{ends_for, link};
use offhook_conformance::{Came, Case, Matrix, Needs, Script, Told, Verdict, outcome, script_of};
use offhook_ppp::link::Link;
use offhook_report::evidence;
use offhook_report::run::{INTERRUPTED, RunResult};
use offhook_scenario::{PppClient, Scenario, Subject};
use offhook_script::Verdict as Ended;
use offhook_script::subject::Played;
use offhook_session::{Ended as Over, Outcome};

/// Programs at a time unless stated: they wait, most of the time.
const AT_ONCE: usize = 16;
/// How often a case that is not as it was recorded is played alone before that is believed.
const ALONE: usize = 2;

/// Plays the cases; the exit code.
pub(super) fn run(arguments: &Conformance, subject: &str, share: &Share) -> Result<u8, Stop> {
    let taken = standard_output(arguments)?;
    let known = arguments.against.as_deref().map(read_table).transpose()?;
    let interruption = match listening() {
        Ok(interruption) => interruption,
        Err(code) => return Ok(code),
    };
    let _claim = Claim::of(&arguments.out).map_err(failed)?;
    let begun = Instant::now();
    let reach = Reach::read(subject);
    let at_once = if reach.is_many() { arguments.guests.jobs.map_or(AT_ONCE, usize::from) } else { 1 };
    let playing = |items: &[Item], at_once| {
        interruption.runtime().block_on(async {
            tokio::select! {
                played = play_all(arguments, items, &reach, at_once) => Some(played),
                () = interruption.requested() => None,
            }
        })
    };
    let Some(mut all) = playing(&share.items, at_once) else { return Ok(INTERRUPTED) };
    let mut again = 0;
    for (item, one) in share.items.iter().zip(&mut all) {
        // A machine that was busy makes an end late: what is not as it was recorded is played alone before it counts.
        let is_news = |one: &One| {
            let case = case_of(&item.scenario, &item.source.path);
            known.is_some() && case.is_some_and(|case| verdict(one, known.as_ref(), &case).is_news())
        };
        for _ in 0..ALONE {
            if !is_news(one) {
                break;
            }
            let Some(mut replayed) = playing(std::slice::from_ref(item), 1) else { return Ok(INTERRUPTED) };
            again += 1;
            if let Some(replayed) = replayed.pop() {
                *one = replayed;
            }
        }
    }
    let in_place = InPlace { by: subject.to_owned(), options: options(arguments, subject) };
    let mut rows = Vec::new();
    for (item, one) in share.items.iter().zip(&all) {
        let Some(case) = case_of(&item.scenario, &item.source.path) else { continue };
        let verdict = verdict(one, known.as_ref(), &case);
        let outcome = told(arguments, item, one, &verdict, &in_place, &reach);
        if !outcome.evidence.as_os_str().is_empty() {
            evidence::write(&outcome, &outcome.evidence).map_err(|error| failed(error.to_string()))?;
        }
        rows.push(Row { case, verdict, outcome: Arc::new(outcome) });
    }
    let outcomes = rows.iter().map(|row| row.outcome.clone()).collect();
    let result = RunResult { outcomes, wall: begun.elapsed(), ended: Over::Completed };
    let code = result.exit_code(false);
    let again = if again > 0 { format!(", {again} times a case alone") } else { String::new() };
    let tolerance = arguments.tolerance;
    let after = format!("  tolerance {tolerance} ms, {at_once} at a time, by the real clock{again}\n");
    let elsewhere = elsewhere(&share.elsewhere);
    Results { rows, elsewhere, result, shard: share.shard }.report(arguments, taken, &after)?;
    Ok(code)
}

/// What came of playing a case.
enum One {
    /// It was played, and took so long.
    Played(Played, Duration),
    /// It is not for this subject.
    NotRun(String),
    /// The subject was not there.
    Unreachable(String),
}

async fn play_all(arguments: &Conformance, items: &[Item], reach: &Reach, at_once: usize) -> Vec<One> {
    let places = Arc::new(Semaphore::new(at_once));
    let tolerance = Duration::from_millis(arguments.tolerance);
    let mut tasks = JoinSet::new();
    let mut all = BTreeMap::new();
    for (number, item) in items.iter().enumerate() {
        let scenario = &item.scenario;
        let Prepared { script, rest, environment } = match prepared(arguments, scenario) {
            Ok(prepared) => prepared,
            Err(why) => {
                all.insert(number, One::NotRun(why));
                continue;
            }
        };
        let (steps, places, reach) = (script.steps, Arc::clone(&places), reach.clone());
        tasks.spawn(async move {
            let _place = places.acquire().await;
            let begun = Instant::now();
            let played = play_live(steps, rest, &reach, &environment, tolerance).await;
            (
                number,
                match played {
                    Ok(played) => One::Played(played, begun.elapsed()),
                    Err(why @ Unplayed::CannotBe) => One::NotRun(why.to_string()),
                    Err(Unplayed::Unreachable(error)) => One::Unreachable(plain(&error)),
                },
            )
        });
    }
    while let Some(done) = tasks.join_next().await {
        all.extend(done);
    }
    all.into_values().collect()
}

/// What a case needs to be played.
struct Prepared<'a> {
    script: Script<'a>,
    /// What speaks the rest.
    rest: Link,
    environment: Vec<(&'static str, String)>,
}

/// Makes a case ready, or says why it is not for this subject.
fn prepared<'a>(arguments: &Conformance, scenario: &'a Scenario) -> Result<Prepared<'a>, String> {
    let takes = |what| arguments.takes.contains(&what);
    let needs = Needs::of(scenario);
    if let Some(why) = needs.beyond(takes(Takes::Auth), takes(Takes::Options)) {
        return Err(why);
    }
    let script = script_of(scenario)?;
    let rest = link(&ends_for(scenario, script.client, end(arguments))?.rest);
    let least: Duration = script.steps.iter().map(least).sum();
    if least > Duration::from_secs(arguments.longest) {
        return Err(format!("it takes {} s by the real clock: see --longest", least.as_secs()));
    }
    let environment = environment(scenario, &needs, script.client, end(arguments));
    Ok(Prepared { script, rest, environment })
}

const fn end(arguments: &Conformance) -> Subject {
    if arguments.calling { Subject::Calling } else { Subject::Answering }
}

/// The options that play this subject again.
fn options(arguments: &Conformance, subject: &str) -> Vec<String> {
    let mut options = Vec::new();
    if arguments.calling {
        options.push("--calling".to_owned());
    }
    options.extend(["--subject", subject, "--name", &arguments.name].map(str::to_owned));
    for takes in &arguments.takes {
        options.extend(["--takes", takes.name()].map(str::to_owned));
    }
    options
}

/// What came of a case, as the outcome of a run.
fn told(
    arguments: &Conformance,
    item: &Item,
    one: &One,
    verdict: &Verdict,
    subject: &InPlace,
    reach: &Reach,
) -> Outcome {
    let told = Told {
        scenario: &item.scenario,
        source: &item.source,
        end: end(arguments),
        name: &arguments.name,
        subject,
        line: &reach.line(),
        evidence: item.evidence.clone(),
    };
    let came = match one {
        One::Played(played, took) => {
            let known = match verdict {
                Verdict::Deviates { reason } | Verdict::Gone { reason } => Some(reason.as_str()),
                _ => None,
            };
            Came::Played { played, took: *took, known }
        }
        One::NotRun(why) => Came::NotRun { why: why.clone() },
        One::Unreachable(error) => Came::Unplayable {
            message: format!("reaching the subject {}: {error}", subject.by),
            help: "--subject takes a command, tcp:HOST:PORT, or a device below /dev".to_owned(),
        },
    };
    outcome(&told, &came)
}

/// What a subject's command has in its environment: which case it is for, which end it is, and what the case needs.
fn environment(scenario: &Scenario, needs: &Needs, client: &PppClient, end: Subject) -> Vec<(&'static str, String)> {
    let mut all = needs.environment();
    if end == Subject::Calling {
        // Its own name and password, not those that get in.
        all.retain(|(name, _)| !matches!(*name, "OFFHOOK_USER" | "OFFHOOK_PASSWORD"));
        let credentials = [("OFFHOOK_USER", &client.user), ("OFFHOOK_PASSWORD", &client.password)];
        all.extend(credentials.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))));
    }
    all.push(("OFFHOOK_ROLE", end.name().to_owned()));
    all.push(("OFFHOOK_CASE", scenario.conformance.as_ref().map(|case| case.case.clone()).unwrap_or_default()));
    all
}

/// What came of a case, beside what is known of it.
fn verdict(one: &One, known: Option<&Known>, case: &Case) -> Verdict {
    let played = match one {
        One::Played(played, _) => played,
        One::NotRun(why) => return Verdict::NotRun { why: why.clone() },
        One::Unreachable(error) => return Verdict::NotRun { why: format!("the subject cannot be reached: {error}") },
    };
    let before = known.and_then(|known| known.get(&key(case)));
    match (&played.verdict, before) {
        (Ended::Passed, Some(Verdict::Deviates { reason })) => Verdict::Gone { reason: reason.clone() },
        (Ended::Passed, Some(Verdict::NewDeviation { actual, .. })) => Verdict::Gone { reason: actual.clone() },
        (Ended::Passed, _) => Verdict::Complies,
        (Ended::Failed(_), Some(Verdict::Deviates { reason })) => Verdict::Deviates { reason: reason.clone() },
        (Ended::Failed(_), Some(Verdict::NewDeviation { expected, actual })) => {
            Verdict::Deviates { reason: format!("expected {expected}, got {actual}") }
        }
        (Ended::Failed(failure), _) => {
            Verdict::NewDeviation { expected: failure.expected.clone(), actual: failure.actual.clone() }
        }
    }
}

/// What is recorded, by case and name.
type Known = BTreeMap<(String, String), Verdict>;

fn key(case: &Case) -> (String, String) {
    (case.case.clone(), case.name.clone())
}

/// The verdicts of a table in JSON, by case; of several subjects, the first.
fn read_table(path: &Path) -> Result<Known, Stop> {
    let wrong = |why: String| Stop::Wrong(format!("--against {}: {why}\n", path.display()));
    let text = fs::read_to_string(path).map_err(|error| wrong(plain(&error)))?;
    let table = Matrix::read(&text).map_err(|error| wrong(format!("no table of cases in JSON: {error}")))?;
    Ok(table.cases().filter_map(|(case, row)| Some((key(case), row.values().next()?.clone()))).collect())
}
