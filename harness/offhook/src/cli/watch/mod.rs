//! `offhook watch`: scenarios run again whenever something changes that they are made of.
//!
//! All run at the start. Then a change of a scenario file, of one that it includes, of a modem model or an `/etc` tree that it
//! names runs the scenarios of the files that it touches; a mistake in a file is told, and its scenarios run when it is gone.
//! Changes that come together are one: what a program writes when it saves a file comes within milliseconds.

mod changes;
mod polled;
mod touched;

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use clap::Args;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, timeout_at};

use self::changes::{Change, Changes, below};
use self::touched::{Known as Files, may_be_new, touched};
use super::interrupt::{Interruption, listening};
use super::play::{Guests, Play, Stop, console, ended, failed, known_stacks};
use super::selection::{history_or_warning, keep};
use super::set::Set;
use super::{Color, INTERRUPTED, complain, say};
use crate::runner::item::Item;
use crate::runner::plan::{Choice, absolute, plan};
use crate::selection::Known;
use crate::stacks::likes;
use offhook_base::plain;
use offhook_language::load_with;
use offhook_report::live::{Live, Verbosity};
use offhook_report::text::counted;
use offhook_session::Ended;

/// So long nothing changes before what changed is looked at.
const QUIET: Duration = Duration::from_millis(40);
/// So long it is waited for that, at most.
const PATIENCE: Duration = Duration::from_millis(160);

#[derive(Debug, Args)]
pub(super) struct Watch {
    /// Scenario files, or directories searched for *.kdl
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Only scenarios of this name, or else those whose name contains this text, as for run (may be given more than once)
    #[arg(long, value_name = "TEXT")]
    scenario: Vec<String>,

    /// Only on this stack (may be given more than once)
    #[arg(long, value_name = "NAME")]
    stack: Vec<String>,

    #[command(flatten)]
    set: Set,

    #[command(flatten)]
    guests: Guests,

    /// Directory for captures, transcripts, logs and files of each scenario
    #[arg(long, value_name = "DIR", default_value = "offhook-out")]
    out: PathBuf,

    /// Show failures and the summary only
    #[arg(long, short, conflicts_with = "verbose")]
    quiet: bool,

    /// Show a line for every scenario, on a terminal too, and what was taken of a given /etc
    #[arg(long, short)]
    verbose: bool,

    #[command(flatten)]
    color: Color,
}

pub(super) fn main(arguments: &Watch) -> u8 {
    let interruption = match listening() {
        Ok(interruption) => interruption,
        Err(code) => return code,
    };
    match watched(arguments, &interruption) {
        // However long it went on, this is how it ends.
        Ok(()) | Err(Stop::Interrupted) => INTERRUPTED,
        Err(stop) => ended(stop),
    }
}

/// What wakes it.
enum Woken {
    Interrupted,
    Changed(BTreeSet<PathBuf>),
    All,
}

fn watched(arguments: &Watch, interruption: &Interruption) -> Result<(), Stop> {
    let mut watcher = Watcher {
        arguments,
        directories: arguments.paths.iter().filter(|path| path.is_dir()).cloned().collect(),
        files: Files::new(),
        out: absolute(&arguments.out),
    };
    let notice = |why: &io::Error| {
        let more = "sysctl fs.inotify.max_user_instances says how many may";
        complain(&format!(
            "files are looked at again and again: the kernel does not tell of changes: {}; {more}\n",
            plain(why)
        ));
    };
    let listening = Changes::listen(notice).map_err(|error| failed(format!("starting a thread: {}", plain(&error))));
    let (changes, mut changed) = listening?;
    let mut keys = keys().map_err(|error| failed(format!("starting a thread: {}", plain(&error))))?;
    watcher.cover(&changes)?;
    let mut paths: BTreeSet<PathBuf> = arguments.paths.iter().cloned().collect();
    loop {
        watcher.round(&paths, interruption)?;
        watcher.cover(&changes)?;
        if interruption.is_requested() {
            return Ok(());
        }
        say(&format!("watching {}: Enter runs all of them, Ctrl-C ends\n", counted(watcher.files.len(), "file")));
        paths = loop {
            match interruption.runtime().block_on(woken(interruption, &mut changed, &mut keys)) {
                Woken::Interrupted => return Ok(()),
                Woken::All => break arguments.paths.iter().cloned().collect(),
                Woken::Changed(changed) => {
                    watcher.cover(&changes)?;
                    let paths = watcher.touched(&changed);
                    if !paths.is_empty() {
                        break paths;
                    }
                }
            }
        };
    }
}

struct Watcher<'a> {
    arguments: &'a Watch,
    /// Those that were given, in which there may be new files.
    directories: Vec<PathBuf>,
    files: Files,
    out: PathBuf,
}

impl Watcher<'_> {
    /// Watches every directory in which something of interest is.
    fn cover(&self, changes: &Changes) -> Result<(), Stop> {
        let mut directories: BTreeSet<PathBuf> = BTreeSet::new();
        let parent = |path: &Path| path.parent().map(Path::to_owned);
        for path in self.arguments.paths.iter().chain(self.files.keys()).chain(self.files.values().flatten()) {
            directories.extend(parent(path));
            if path.is_dir() {
                directories.extend(below(path, &self.out));
            }
        }
        for directory in directories {
            match changes.watch(&directory) {
                Err(error) if error.kind() != io::ErrorKind::NotFound && directory.is_dir() => {
                    return Err(cannot_watch(&directory, &error));
                }
                // What is not there comes with a change of the directory in which it is.
                _ => {}
            }
        }
        Ok(())
    }

    /// The scenario files to run again.
    fn touched(&self, changed: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
        let mut paths = touched(&self.files, changed);
        for path in may_be_new(&self.files, changed, &self.directories) {
            let is_scenario =
                |path: &Path| path.extension().is_some_and(|extension| extension == "kdl") && path.is_file();
            if is_scenario(path) {
                paths.insert(path.clone());
            } else if path.is_dir() {
                let files = below(path, &self.out).into_iter().filter_map(|directory| fs::read_dir(directory).ok());
                paths.extend(files.flatten().flatten().map(|entry| entry.path()).filter(|path| is_scenario(path)));
            }
        }
        paths
    }

    /// Reads these files, and runs what is chosen of them.
    fn round(&mut self, paths: &BTreeSet<PathBuf>, interruption: &Interruption) -> Result<(), Stop> {
        let arguments = self.arguments;
        let paths: Vec<PathBuf> = paths.iter().filter(|path| self.is_there(path)).cloned().collect();
        self.files.retain(|file, _| file.exists());
        if paths.is_empty() {
            return Ok(());
        }
        let loaded = match load_with(&paths, &arguments.set.values()) {
            Ok(loaded) => loaded,
            Err(errors) => {
                complain(&errors.render(arguments.color.problems()));
                // What was read before is known by what it named then.
                for file in paths.into_iter().filter(|path| path.is_file()) {
                    self.files.entry(file).or_default();
                }
                return Ok(());
            }
        };
        self.files.extend(loaded.named.clone());
        known_stacks(&arguments.stack, &loaded.files)?;
        let known = Known::of(history_or_warning(&arguments.out), &loaded.named);
        let choice = Choice {
            names: arguments.scenario.clone(),
            stacks: arguments.stack.clone(),
            like: likes(&arguments.stack),
            ..Choice::all(arguments.out.clone())
        };
        let items = plan(loaded.files, &choice);
        if items.is_empty() { Ok(()) } else { self.play(items, known, interruption) }
    }

    fn play(&self, items: Vec<Item>, known: Known, interruption: &Interruption) -> Result<(), Stop> {
        let arguments = self.arguments;
        let verbosity = Verbosity::of(arguments.quiet, arguments.verbose);
        let console = || console(None, &arguments.color, verbosity, |style| Live::new(style, verbosity));
        let play = Play {
            out: &arguments.out,
            guests: arguments.guests,
            untrusted: false,
            snapshots: Default::default(),
            evidence: Default::default(),
            fail_fast: false,
            trusts_scenarios: false,
        };
        let (result, _claim) = play.play(items, interruption, console)?;
        keep(known, &result, &arguments.out)?;
        offhook_lab::settle();
        if result.ended == Ended::Interrupted { Err(Stop::Interrupted) } else { Ok(()) }
    }

    /// What was given is missed if it is not there; what was found is only gone.
    fn is_there(&self, path: &Path) -> bool {
        path.exists() || self.arguments.paths.iter().any(|given| given == path)
    }
}

/// Waits for something to do: no longer than until somebody ends it.
async fn woken(
    interruption: &Interruption,
    changed: &mut UnboundedReceiver<Change>,
    keys: &mut UnboundedReceiver<()>,
) -> Woken {
    let first = tokio::select! {
        biased;
        () = interruption.requested() => return Woken::Interrupted,
        Some(()) = keys.recv() => return Woken::All,
        Some(change) = changed.recv() => change,
    };
    let patience = Instant::now() + PATIENCE;
    let mut all = BTreeSet::from([first]);
    while let Ok(Some(change)) = timeout_at(patience.min(Instant::now() + QUIET), changed.recv()).await {
        all.insert(change);
    }
    if all.contains(&Change::Lost) {
        return Woken::All;
    }
    let path = |change| if let Change::At(path) = change { Some(path) } else { None };
    Woken::Changed(all.into_iter().filter_map(path).collect())
}

/// Every line of standard input, if anybody can write one.
fn keys() -> io::Result<UnboundedReceiver<()>> {
    let (sender, keys) = unbounded_channel();
    thread::Builder::new().name("keys".to_owned()).spawn(move || {
        let mut line = String::new();
        while io::stdin().lock().read_line(&mut line).is_ok_and(|octets| octets > 0) && sender.send(()).is_ok() {
            line.clear();
        }
    })?;
    Ok(keys)
}

fn cannot_watch(directory: &Path, error: &io::Error) -> Stop {
    // inotify(7), /proc interfaces.
    let help = match error.raw_os_error() {
        Some(nix::libc::ENOSPC) => "; raise fs.inotify.max_user_watches with sysctl",
        _ => "",
    };
    failed(format!("watching {}: {}{help}", directory.display(), plain(error)))
}
