//! `offhook list`: which scenarios there are, on which stacks, and what is known of them. Nothing is run.

use std::io;
use std::path::PathBuf;

use clap::Args;

use super::play::{Stop, ended, failed, known_stacks};
use super::selection::{Chosen, Durations, SelectionArgs, named};
use super::set::Set;
use super::{Color, say};
use crate::runner::plan::{Choice, plan};
use crate::selection::history::Entry;
use crate::selection::listing::{Listing, slowest};
use crate::stacks::likes;

#[derive(Debug, Args)]
pub(super) struct List {
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
    selection: SelectionArgs,

    #[command(flatten)]
    set: Set,

    /// Print them as one JSON document
    #[arg(long, conflicts_with = "durations")]
    json: bool,

    #[command(flatten)]
    durations: Durations,

    /// Directory of the evidence of earlier runs, which tells how scenarios ended and how long they took
    #[arg(long, value_name = "DIR", default_value = "offhook-out")]
    out: PathBuf,

    #[command(flatten)]
    color: Color,
}

pub(super) fn main(arguments: &List) -> u8 {
    listed(arguments).map_or_else(ended, |()| 0)
}

fn listed(arguments: &List) -> Result<(), Stop> {
    let mut loaded = arguments.set.load(&arguments.paths, &arguments.color)?;
    known_stacks(&arguments.stack, &loaded.files)?;
    let named = named(&mut loaded);
    let choice = Choice {
        names: arguments.scenario.clone(),
        stacks: arguments.stack.clone(),
        like: likes(&arguments.stack),
        ..Choice::all(arguments.out.clone())
    };
    let items = plan(loaded.files, &choice);
    if items.is_empty() {
        return Err(Stop::Wrong("no scenario has that name and stack (see --scenario, --stack)\n".into()));
    }
    let Chosen { items, known, shard, none } =
        arguments.selection.choose(items, &named, &arguments.out, &arguments.color)?;
    let style = arguments.color.style_of(&io::stdout());
    if arguments.json {
        let json = Listing::new(&items, &known, shard).json();
        say(&json.map_err(|error| failed(format!("making the JSON document: {error}")))?);
        return Ok(());
    }
    if let Some(why) = none {
        say(&format!("{why}\n"));
        return Ok(());
    }
    let Some(count) = arguments.durations.durations else {
        say(&Listing::new(&items, &known, shard).text(style));
        return Ok(());
    };
    let files: Vec<String> = items.iter().map(|item| item.source.path.display().to_string()).collect();
    let entries = items.iter().zip(&files).filter_map(|(item, file)| {
        let entry = known.entry(&item.source.path, &item.scenario.name, &item.stack);
        Some((&**file, &*item.scenario.name, &*item.stack, entry.and_then(Entry::wall)?))
    });
    match slowest(entries, count, style) {
        text if text.is_empty() => say(&format!("none of them ran yet, as {} has it\n", arguments.out.display())),
        text => say(&text),
    }
    Ok(())
}
