//! `--shard`: which share of what was chosen this run is, and by which durations it was divided.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::complain;
use super::play::{Stop, failed};
use crate::selection::history::{FILE, History, Key};
use crate::selection::shard::environment::taken;
use crate::selection::shard::{Durations, Share, Unit, shares};
use offhook_base::{Unread, plain, read_plain_file};
use offhook_report::json::ReportedShard;

/// Larger than any report.
const LARGEST: u64 = 1 << 30;

/// The options, the same for every command that runs or lists.
#[derive(Debug, Args)]
pub(super) struct ShardArgs {
    /// Only one of N shares, numbered from 1, of the same size by duration; auto: which one is taken from what Bazel, GitLab,
    /// Slurm, Kubernetes or GNU parallel sets, or from OFFHOOK_SHARD=I/N
    #[arg(long, value_name = "I/N|auto", value_parser = wanted)]
    shard: Option<Wanted>,

    /// Durations for --shard: a JSON report, or the history that an earlier run left in its directory for evidence. The same
    /// for all shards. Without it all take equally long
    #[arg(long, value_name = "FILE", requires = "shard")]
    durations_from: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug)]
enum Wanted {
    Auto,
    Share(Share),
}

fn wanted(text: &str) -> Result<Wanted, String> {
    match text {
        "auto" => Ok(Wanted::Auto),
        _ => text.parse().map(Wanted::Share).map_err(|why| format!("{why}; or auto")),
    }
}

/// A share of a run, and how it is divided.
#[derive(Debug)]
pub(super) struct Division {
    share: Share,
    durations: Durations,
}

impl ShardArgs {
    /// Whether a share is asked for.
    pub(super) const fn is_given(&self) -> bool {
        self.shard.is_some()
    }

    /// The share that is asked for. What it was taken from is told on standard error, and the file that Bazel names touched.
    pub(super) fn division(&self) -> Result<Option<Division>, Stop> {
        let Some(wanted) = self.shard else { return Ok(None) };
        let share = match wanted {
            Wanted::Share(share) => share,
            Wanted::Auto => {
                let taken = taken(|name| std::env::var(name).ok())
                    .map_err(|why| Stop::Wrong(format!("--shard auto: {why}\n")))?;
                complain(&format!("shard {} by {}\n", taken.share, taken.from));
                if let Some(path) = &taken.status_file {
                    std::fs::write(path, "")
                        .map_err(|error| failed(format!("touching {}: {}", path.display(), plain(&error))))?;
                }
                taken.share
            }
        };
        let durations = self.durations_from.as_deref().map(durations).transpose()?.unwrap_or_default();
        Ok(Some(Division { share, durations }))
    }
}

impl Division {
    /// The share, for reports.
    pub(super) const fn reported(&self) -> ReportedShard {
        ReportedShard { index: self.share.index, total: self.share.total }
    }

    /// Leaves what is in the share; `key`: what tells one from all others, and by which its duration is known.
    pub(super) fn retain<T>(&self, all: &mut Vec<T>, key: impl Fn(&T) -> (Key, String)) {
        let keys: Vec<(Key, String)> = all.iter().map(key).collect();
        let known: Vec<Key> = keys.iter().map(|(key, _)| key.clone()).collect();
        let named =
            |(Key { file, name, stack }, own): &(Key, String)| [file, name, stack, own].map(String::as_str).join("\n");
        let units = keys.iter().zip(self.durations.weights(&known));
        let units: Vec<Unit> = units.map(|(key, weight)| Unit { key: named(key), weight }).collect();
        let mut shares = shares(&units, self.share.total).into_iter();
        all.retain(|_| shares.next() == Some(self.share.index));
    }

    /// What is to be said if nothing is in it.
    pub(super) fn empty(&self) -> String {
        format!("shard {} has none of what was chosen: there are more shards than runs, or nearly so", self.share)
    }
}

/// Reads durations from a report, a history, or a directory that has one.
fn durations(path: &Path) -> Result<Durations, Stop> {
    let path = if path.is_dir() { path.join(FILE) } else { path.to_owned() };
    let wrong = |why: &str| {
        let forms = "give a JSON report of offhook run, or a history.json";
        Stop::Wrong(format!("--durations-from {}: {why}; {forms}\n", path.display()))
    };
    let octets = read_plain_file(&path, LARGEST).map_err(|unread| match unread {
        Unread::Io(error) if error.kind() == io::ErrorKind::NotFound => wrong("there is no such file"),
        Unread::Io(error) => wrong(&plain(&error)),
        Unread::NotPlain => wrong("it is not a file"),
        Unread::LargerThan(_) => wrong("it is too large"),
    })?;
    if let Ok(history) = History::read(&octets) {
        let known = history.iter().filter_map(|(key, entry)| Some((key.clone(), entry.wall_ms?)));
        return Ok(Durations::new(known));
    }
    let text = std::str::from_utf8(&octets).map_err(|_| wrong("it is no text"))?;
    let (_, result) = offhook_report::json::read(text).map_err(|error| wrong(&error.to_string()))?;
    let ran = result.outcomes.iter().filter(|outcome| !outcome.wall_time.is_zero());
    let millis = |outcome: &offhook_session::Outcome| u64::try_from(outcome.wall_time.as_millis()).unwrap_or(u64::MAX);
    Ok(Durations::new(
        ran.map(|outcome| (Key::of(&outcome.source.path, &outcome.name, &outcome.stack), millis(outcome))),
    ))
}
