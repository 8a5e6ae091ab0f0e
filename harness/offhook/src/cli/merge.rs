//! `offhook merge`: reports of several runs, shards of one above all, as one report of every kind.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::formats::Formats;
use super::play::{Stop, ended, write_json};
use super::{Color, LAB_FAILED, complain, say};
use offhook_report::evidence::saved;
use offhook_report::failure::{alike, failure};
use offhook_report::merge::merge;
use offhook_report::summary::summary;

/// What is to be known of the exit code.
const HELP: &str = "Exit codes: as of the whole run: 0 everything passed, 1 something failed, 2 a part cannot be read, 3 something could not \
    run, a shard is missing, or parts ran different things.\n\n\
    Evidence is looked for beside each report first, then where the report says that it was written.";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct Merge {
    /// Reports that `offhook run --json` wrote, or directories that --out named
    #[arg(required = true, value_name = "PATH")]
    parts: Vec<PathBuf>,

    /// Write the whole as JSON; - is standard output, and all else goes to standard error
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    #[command(flatten)]
    formats: Formats,

    /// A skipped scenario counts as one that failed
    #[arg(long)]
    fail_on_skip: bool,

    #[command(flatten)]
    color: Color,
}

pub(super) fn main(arguments: &Merge) -> u8 {
    merged(arguments).unwrap_or_else(ended)
}

fn merged(arguments: &Merge) -> Result<u8, Stop> {
    let standard_output = arguments.formats.standard_output([("--json", &arguments.json)])?;
    let parts: Vec<_> = arguments
        .parts
        .iter()
        .map(|part| saved::load(part).map_err(|error| Stop::Wrong(format!("{error}\n"))))
        .collect::<Result<_, _>>()?;
    let whole = merge(&parts);
    let (tell, style): (fn(&str), _) = match standard_output {
        Some(_) => (complain, arguments.color.style_of(&io::stderr())),
        None => (say, arguments.color.style_of(&io::stdout())),
    };
    let outcomes = whole.result.outcomes.iter().map(AsRef::as_ref);
    for group in alike(outcomes) {
        tell(&format!("{}\n", failure(&group, style)));
    }
    tell(&summary(&whole.result, style));
    if whole.doubles > 0 {
        complain(&format!("{} outcomes were there twice, and agree: each counts once\n", whole.doubles));
    }
    let without = parts.iter().map(|part| part.without_trace).sum::<usize>();
    if without > 0 {
        complain(&format!(
            "the evidence of {without} outcomes is not there: the page shows their verdicts, and no ladder for them\n"
        ));
    }
    let written = arguments.formats.write(&whole.result, arguments.fail_on_skip, standard_output.is_some());
    if let Some(path) = &arguments.json {
        // The evidence has places of its own.
        write_json(path, offhook_report::json::report(&whole.result, arguments.fail_on_skip, Path::new("")))?;
    }
    written?;
    for fault in &whole.faults {
        complain(&format!("error: {fault}\n"));
    }
    let code = whole.result.exit_code(arguments.fail_on_skip);
    Ok(if whole.faults.is_empty() { code } else { code.max(LAB_FAILED) })
}
