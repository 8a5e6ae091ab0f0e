//! A scenario for each cause, that fails by itself and says why, and the evidence of its run.
//!
//! In: a cause with its simplest trial. Out: a file in the output directory, and beside it what `offhook run` leaves of a run.

use std::fs;
use std::future::Future;
use std::path::{Path, PathBuf};

use offhook_base::{SourceFile, plain};
use offhook_explore::{Cause, Trial};
use offhook_lab::Lab;
use offhook_report::evidence;
use offhook_session::Outcome;

use super::matter::Explored;
use crate::runner::item::{Evidence, Item, Options};
use crate::runner::stream::{Work, stream};

/// What is written of a cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The scenario.
    pub file: PathBuf,
    /// The evidence of its run.
    pub evidence: PathBuf,
    /// The moment, in words: `25.307, after the caller's LCP Configure-Request`.
    pub moments: Vec<String>,
    /// Whether that run shows the cause once more.
    pub shown_again: bool,
}

struct Once<'a> {
    item: Option<Item>,
    cause: &'a str,
    shown: Option<Result<bool, String>>,
}

impl Work<()> for Once<'_> {
    fn next(&mut self) -> Option<((), Item)> {
        Some(((), self.item.take()?))
    }

    fn take(&mut self, (): (), outcome: Outcome) {
        let shown = offhook_explore::violations(&outcome).iter().any(|found| found.cause() == self.cause);
        let written = evidence::write(&outcome, &outcome.evidence).map_err(|error| error.to_string());
        self.shown = Some(written.map(|()| shown));
    }
}

/// Writes cause number `number`, from 1, with `trial`, and runs it for its evidence; `None`: it was stopped.
///
/// # Errors
///
/// What could not be written, or does not read.
pub async fn write(
    lab: &Lab,
    options: &Options,
    of: &Explored,
    (number, cause, trial): (usize, &Cause, &Trial),
    out: &Path,
    stop: impl Future<Output = ()>,
) -> Result<Option<Written>, String> {
    let stem = of.item.source.path.file_stem().unwrap_or_default().display().to_string();
    let file = out.join(format!("{stem}-{}-{number:02}.kdl", of.item.stack));
    let text = text(of, cause, trial);
    let failed = |error: std::io::Error| format!("writing {}: {}", file.display(), plain(&error));
    fs::create_dir_all(out).map_err(failed)?;
    fs::write(&file, &text).map_err(failed)?;
    let source = SourceFile { path: file.clone(), text: text.into() };
    let read = offhook_language::read(&source).map_err(|_| format!("{} does not read", file.display()))?;
    let scenario = read.into_iter().next().ok_or_else(|| format!("{} is no scenario", file.display()))?;
    let place = std::path::absolute(file.with_extension(""))
        .map_err(|error| format!("finding {}: {}", out.display(), plain(&error)))?;
    let run = Item { evidence: place.clone(), ..of.run(source, scenario) };
    let mut work = Once { item: Some(run), cause: &cause.name, shown: None };
    let options = Options { evidence: Evidence::All, ..options.clone() };
    if !stream(lab, &options, &mut work, stop).await {
        return Ok(None);
    }
    let shown_again = work.shown.unwrap_or(Ok(false))?;
    Ok(Some(Written { file, evidence: place, moments: moments(of, trial), shown_again }))
}

/// The moments of a trial, in words.
pub fn moments(of: &Explored, trial: &Trial) -> Vec<String> {
    let told = |moment: &offhook_scenario::Moment| {
        let point = of.matter.points.iter().find(|point| point.moment == *moment);
        point.map_or_else(String::new, |point| format!("at {}, {}", point.at, point.what))
    };
    trial.disturbances.iter().map(|(moment, _)| told(moment)).collect()
}

/// The scenario, with what it shows at its head.
fn text(of: &Explored, cause: &Cause, trial: &Trial) -> String {
    let mut head = String::new();
    let mut line = |text: &str| {
        for text in text.lines() {
            head.push_str(&format!("// {text}\n"));
        }
    };
    let violation = &cause.violation;
    line(&format!("{} does not hold on {}.", violation.of, of.item.stack));
    line(&format!("expected  {}", violation.expected));
    line(&format!("actual    {}", violation.actual));
    for ((_, deed), moment) in trial.disturbances.iter().zip(moments(of, trial)) {
        line(&format!("disturbed {moment}: {}", deed.word()));
    }
    line(&format!("from      {}: {}", of.item.source.path.display(), of.item.scenario.name));
    let body = of.prepared.with(&trial.disturbances);
    let body: Vec<&str> = body.lines().map(str::trim_end).collect();
    format!("{head}\n{}\n", body.join("\n").trim())
}
