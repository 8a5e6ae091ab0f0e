//! `offhook mutate`: mutants of scenarios drawn, run and judged.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::interrupt::{Interruption, listening};
use super::play::{Guests, Play, Stop, console, ended, failed, known_stacks, write_json};
use super::selection::tell;
use super::shard::ShardArgs;
use super::{Color, say};
use crate::mutants::view::{Matter, Watched};
use crate::mutants::{Campaign, Drawn, Place, Refused, Selection, accept, draw, json, text};
use crate::selection::history::Key;
use offhook_base::{SourceFile, plain};
use offhook_report::evidence;
use offhook_report::live::Verbosity;
use offhook_report::run::DEFAULT_SEED;

#[derive(Debug, Args)]
pub(super) struct Mutate {
    /// Scenario files, or directories searched for *.kdl
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Mutants of each folder, drawn by the seed; all if there are fewer
    #[arg(long, value_name = "N", default_value_t = 40)]
    count: usize,

    /// Seed of the draw, and of everything random in the runs
    #[arg(long, value_name = "N", default_value_t = DEFAULT_SEED)]
    seed: u64,

    /// Only mutants of scenarios whose name contains this text (may be given more than once)
    #[arg(long, value_name = "TEXT")]
    scenario: Vec<String>,

    /// Only on this stack (may be given more than once); each mutant runs on one
    #[arg(long, value_name = "NAME")]
    stack: Vec<String>,

    /// Only the mutants of a line, or one of them, as a report names it: FILE:LINE or FILE:LINE#NUMBER (may be given more than
    /// once)
    #[arg(long, value_name = "PLACE")]
    mutant: Vec<Place>,

    #[command(flatten)]
    shard: ShardArgs,

    /// A file of mutants that may survive, each with its reason
    #[arg(long, value_name = "FILE")]
    accept: Option<PathBuf>,

    /// List what would be run, and what is left out, and run nothing
    #[arg(long)]
    list: bool,

    /// Write each mutant into this directory, as a scenario file of its own
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,

    #[command(flatten)]
    guests: Guests,

    /// Directory for captures, transcripts, logs and files of each run
    #[arg(long, value_name = "DIR", default_value = "offhook-out")]
    out: PathBuf,

    /// Write what came of the mutants as JSON; - is standard output, and all else goes to standard error
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Show survivors and the summary only
    #[arg(long, short, conflicts_with = "verbose")]
    quiet: bool,

    /// Show in full why each mutant failed
    #[arg(long, short)]
    verbose: bool,

    #[command(flatten)]
    color: Color,
}

impl Mutate {
    const fn verbosity(&self) -> Verbosity {
        Verbosity::of(self.quiet, self.verbose)
    }
}

pub(super) fn main(arguments: &Mutate) -> u8 {
    let interruption = match listening() {
        Ok(interruption) => interruption,
        Err(code) => return code,
    };
    carried_out(arguments, &interruption).unwrap_or_else(ended)
}

fn carried_out(arguments: &Mutate, interruption: &Interruption) -> Result<u8, Stop> {
    let (matter, refused) = matter(arguments)?;
    if let Some(directory) = &arguments.write {
        write(&matter, directory).map_err(failed)?;
    }
    if arguments.list {
        list(&matter, &refused, arguments);
        return Ok(0);
    }
    let matter = Matter { refused, ..matter };
    if matter.campaign.drawn.is_empty() && arguments.shard.is_given() {
        tell(arguments.json.as_deref(), "nothing to run: no mutant is in this shard\n");
        return Ok(0);
    }
    if matter.campaign.drawn.is_empty() {
        let text = "nothing to run: no mutant has that place, scenario and stack (see --mutant, --scenario, --stack)\n";
        return Err(Stop::Wrong(text.into()));
    }
    let items = matter.campaign.items.clone();
    let matter = Arc::new(matter);
    let verbosity = arguments.verbosity();
    let view = |style| Watched::new(matter.clone(), style, verbosity);
    let console = || console(arguments.json.as_deref(), &arguments.color, verbosity, view);
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
    if let Some(path) = &arguments.json {
        write_json(path, json::report(&matter, &result))?;
    }
    offhook_lab::settle();
    Ok(matter.exit_code(&result))
}

/// What is chosen, and what was left out.
fn matter(arguments: &Mutate) -> Result<(Matter, Vec<Refused>), Stop> {
    let wrong = |errors: offhook_schema::Errors| Stop::Wrong(errors.render(arguments.color.problems()));
    let files = offhook_language::load(&arguments.paths).map_err(wrong)?;
    known_stacks(&arguments.stack, &files)?;
    let files: Vec<SourceFile> = files.into_iter().map(|(file, _)| file).collect();
    let accepted = arguments.accept.as_deref().map(accept::load).transpose().map_err(wrong)?;
    let selection = Selection {
        count: arguments.count,
        seed: arguments.seed,
        names: arguments.scenario.clone(),
        stacks: arguments.stack.clone(),
        places: arguments.mutant.clone(),
    };
    let (mut drawn, refused) = draw(&files, &selection);
    if let Some(division) = arguments.shard.division()? {
        division.retain(&mut drawn, |drawn| {
            let key = Key::of(&drawn.file.path, &drawn.original.1.name, &drawn.stack);
            (key, format!("{}#{}", drawn.mutant.line, drawn.mutant.number))
        });
    }
    let campaign = Campaign::new(drawn, arguments.seed, &arguments.out);
    Ok((Matter { campaign, refused: Vec::new(), files, accepted: accepted.unwrap_or_default() }, refused))
}

fn list(matter: &Matter, refused: &[Refused], arguments: &Mutate) {
    let style = arguments.color.style_of(&std::io::stdout());
    for drawn in &matter.campaign.drawn {
        say(&format!("{}\n", text::title(drawn)));
    }
    if arguments.verbose {
        for refused in refused {
            say(&text::refused(refused, style));
        }
    }
}

/// Writes each mutant as a scenario file: `DIR/first-call-14-2.kdl`.
fn write(matter: &Matter, directory: &Path) -> Result<(), String> {
    let said = |path: &Path, error: &std::io::Error| format!("writing {}: {}", path.display(), plain(error));
    fs::create_dir_all(directory).map_err(|error| said(directory, &error))?;
    let names = matter.campaign.drawn.iter().map(file_name);
    for (drawn, name) in matter.campaign.drawn.iter().zip(evidence::distinct(names)) {
        let path = directory.join(name).with_extension("kdl");
        fs::write(&path, drawn.as_file()).map_err(|error| said(&path, &error))?;
    }
    Ok(())
}

fn file_name(drawn: &Drawn) -> PathBuf {
    let stem = drawn.file.path.file_stem().unwrap_or_default().display();
    format!("{stem}-{}-{}", drawn.mutant.line, drawn.mutant.number).into()
}
