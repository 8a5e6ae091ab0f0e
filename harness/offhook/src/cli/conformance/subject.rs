//! Cases played against a subject of the user's, by the real clock: a program, a port, a device.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::{Conformance, Takes, case_of, title, write_tables};
use crate::cli::interrupt::listening;
use crate::cli::play::{Stop, failed};
use crate::cli::say;
use crate::runner::item::Item;
use offhook_base::{plain, write_result};
use offhook_conformance::live::{Reach, least, play_live};
use offhook_conformance::subject::{ends_for, link};
use offhook_conformance::{Case, Matrix, Needs, Verdict, script_of};
use offhook_report::run::{FAILED, INTERRUPTED, PASSED};
use offhook_scenario::{PppClient, Scenario, Subject};
use offhook_script::Verdict as Played;
use offhook_script::subject::Played as Outcome;

/// Programs at a time unless stated: they wait, most of the time.
const AT_ONCE: usize = 16;
/// How often a case that is not as it was recorded is played alone before that is believed.
const ALONE: usize = 2;

/// Plays the cases; the exit code.
pub(super) fn run(arguments: &Conformance, subject: &str, items: &[Item]) -> Result<u8, Stop> {
    let known = arguments.against.as_deref().map(read_table).transpose()?;
    let interruption = match listening() {
        Ok(interruption) => interruption,
        Err(code) => return Ok(code),
    };
    let reach = Reach::read(subject);
    let at_once = if reach.is_many() { arguments.guests.jobs.map_or(AT_ONCE, usize::from) } else { 1 };
    let playing = |items: Vec<Item>, at_once| {
        interruption.runtime().block_on(async {
            tokio::select! {
                played = play_all(arguments, &items, &reach, at_once) => Some(played),
                () = interruption.requested() => None,
            }
        })
    };
    let Some(mut played) = playing(items.to_vec(), at_once) else { return Ok(INTERRUPTED) };
    let mut again = 0;
    if known.is_some() {
        // A machine that was busy makes an end late: what is not as it was recorded is played alone before it counts.
        let is_news = |(scenario, file, outcome): &One| {
            case_of(scenario, file).is_some_and(|case| verdict(outcome.as_ref(), known.as_ref(), &case).is_news())
        };
        for one in &mut played {
            for _ in 0..ALONE {
                if !is_news(one) {
                    break;
                }
                let alone = items.iter().filter(|item| item.source.path == one.1 && item.scenario.name == one.0.name);
                let Some(mut replayed) = playing(alone.cloned().collect(), 1) else { return Ok(INTERRUPTED) };
                again += 1;
                if let Some(replayed) = replayed.pop() {
                    *one = replayed;
                }
            }
        }
    }
    let mut matrix = Matrix::default();
    for (scenario, file, outcome) in played {
        let Some(case) = case_of(&scenario, &file) else { continue };
        if let Ok(outcome) = &outcome {
            keep(arguments, &scenario, outcome)?;
        }
        let verdict = verdict(outcome.as_ref(), known.as_ref(), &case);
        matrix.add(case, &arguments.name, verdict);
    }
    let again = if again > 0 { format!(", {again} times a case alone") } else { String::new() };
    say(&format!(
        "{}  tolerance {} ms, {at_once} at a time, by the real clock{again}\n",
        matrix.summary(),
        arguments.tolerance
    ));
    write_tables(arguments, &matrix)?;
    Ok(if matrix.has_news() { FAILED } else { PASSED })
}

type One = (Scenario, std::path::PathBuf, Result<Outcome, String>);

async fn play_all(arguments: &Conformance, items: &[Item], reach: &Reach, at_once: usize) -> Vec<One> {
    let places = Arc::new(Semaphore::new(at_once));
    let takes = |what| arguments.takes.contains(&what);
    let (auth, options) = (takes(Takes::Auth), takes(Takes::Options));
    let longest = Duration::from_secs(arguments.longest);
    let end = if arguments.calling { Subject::Calling } else { Subject::Answering };
    let tolerance = Duration::from_millis(arguments.tolerance);
    let (mut seen, mut tasks, mut all) = (BTreeSet::new(), JoinSet::new(), Vec::new());
    for item in items {
        let (scenario, file) = (item.scenario.clone(), item.source.path.clone());
        if !seen.insert((file.clone(), scenario.name.clone())) {
            continue;
        }
        let needs = Needs::of(&scenario);
        let prepared = match needs.beyond(auth, options) {
            Some(why) => Err(why),
            None => script_of(&scenario).and_then(|(client, steps)| {
                let rest = ends_for(&scenario, client, end)?.rest;
                let least: Duration = steps.iter().map(least).sum();
                if least > longest {
                    return Err(format!("it takes {} s by the real clock: see --longest", least.as_secs()));
                }
                Ok((steps, rest, environment(&scenario, &needs, client, end)))
            }),
        };
        let (steps, rest, environment) = match prepared {
            Ok(prepared) => prepared,
            Err(why) => {
                all.push((scenario, file, Err(why)));
                continue;
            }
        };
        let (places, reach) = (Arc::clone(&places), reach.clone());
        tasks.spawn(async move {
            let _place = places.acquire().await;
            let played = play_live(steps, link(&rest), &reach, &environment, tolerance).await;
            (scenario, file, played.map_err(|error| format!("the subject cannot be reached: {}", plain(&error))))
        });
    }
    while let Some(done) = tasks.join_next().await {
        all.extend(done);
    }
    all
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
fn verdict(outcome: Result<&Outcome, &String>, known: Option<&BTreeMap<String, Verdict>>, case: &Case) -> Verdict {
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(why) => return Verdict::NotRun { why: why.clone() },
    };
    let before = known.and_then(|known| known.get(&key(&case.case, &case.name)));
    match (&outcome.verdict, before) {
        (Played::Passed, Some(Verdict::Deviates { reason })) => Verdict::Gone { reason: reason.clone() },
        (Played::Passed, Some(Verdict::NewDeviation { actual, .. })) => Verdict::Gone { reason: actual.clone() },
        (Played::Passed, _) => Verdict::Complies,
        (Played::Failed(_), Some(Verdict::Deviates { reason })) => Verdict::Deviates { reason: reason.clone() },
        (Played::Failed(_), Some(Verdict::NewDeviation { expected, actual })) => {
            Verdict::Deviates { reason: format!("expected {expected}, got {actual}") }
        }
        (Played::Failed(failure), _) => {
            Verdict::NewDeviation { expected: failure.expected.clone(), actual: failure.actual.clone() }
        }
    }
}

fn key(case: &str, name: &str) -> String {
    format!("{case} {name}")
}

/// The verdicts of a table in JSON, by case.
fn read_table(path: &Path) -> Result<BTreeMap<String, Verdict>, Stop> {
    let wrong = |why: String| Stop::Wrong(format!("--against {}: {why}\n", path.display()));
    let text = fs::read_to_string(path).map_err(|error| wrong(plain(&error)))?;
    Matrix::read(&text).map_err(|error| wrong(format!("no table of cases in JSON: {error}")))
}

/// Keeps what crossed the line, as text.
fn keep(arguments: &Conformance, scenario: &Scenario, outcome: &Outcome) -> Result<(), Stop> {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '.') { c } else { '-' };
    let name: String = title(scenario).chars().map(safe).take(120).collect();
    let path = arguments.out.join(&arguments.name).join(format!("{name}.txt"));
    let mut text = format!("{}\n{}\n", title(scenario), outcome.log.join("\n"));
    if let Played::Failed(failure) = &outcome.verdict {
        text.push_str(&format!("expected {}\ngot {}\n", failure.expected, failure.actual));
    }
    let failure = |error: std::io::Error| failed(format!("writing {}: {}", path.display(), plain(&error)));
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).map_err(failure)?;
    }
    write_result(&path, text.as_bytes()).map_err(failure)
}
