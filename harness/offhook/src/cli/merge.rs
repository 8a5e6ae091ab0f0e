//! `offhook merge`: reports of several runs, shards of one above all, as one report of every kind; and tables of conformance as one
//! table.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::conformance::results::write_tables;
use super::formats::Formats;
use super::play::{Stop, ended, write_json};
use super::{Color, LAB_FAILED, complain, say};
use offhook_base::{is_standard_output, plain};
use offhook_conformance::Matrix;
use offhook_report::evidence::saved;
use offhook_report::failure::{alike, failure};
use offhook_report::merge::merge;
use offhook_report::run::{FAILED, PASSED};
use offhook_report::summary::summary;

/// What is to be known of the exit code.
const HELP: &str = "Exit codes: as of the whole run: 0 everything passed, 1 something failed, 2 a part cannot be read, 3 something could not \
    run, a shard is missing, or parts ran different things.\n\n\
    Evidence is looked for beside each report first, then where the report says that it was written.";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct Merge {
    /// Reports that `offhook run --json` wrote, or directories that --out named; with --matrix, tables that
    /// `offhook conformance --matrix` wrote as JSON
    #[arg(required = true, value_name = "PATH")]
    parts: Vec<PathBuf>,

    /// Make one table of tables of conformance: shards of a run put together, subjects side by side. JSON if the name ends in
    /// .json, else Markdown
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "fail_on_skip", "junit", "tap", "markdown", "code_quality", "html"])]
    matrix: Vec<PathBuf>,

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
    if !arguments.matrix.is_empty() {
        return tables(arguments);
    }
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

/// Makes one table of several; the exit code.
fn tables(arguments: &Merge) -> Result<u8, Stop> {
    let read = |path: &PathBuf| {
        let wrong = |why: &str| Stop::Wrong(format!("cannot read {}: {why}\n", path.display()));
        let text = fs::read_to_string(path).map_err(|error| wrong(&plain(&error)))?;
        let table = Matrix::read(&text).map_err(|error| {
            wrong(&format!(
                "it is no table of cases in JSON ({error}); `offhook conformance --matrix FILE.json` writes one"
            ))
        })?;
        Ok((path.display().to_string(), table))
    };
    let parts: Vec<_> = arguments.parts.iter().map(read).collect::<Result<_, Stop>>()?;
    let (whole, faults) = offhook_conformance::merge::merge(&parts);
    let tell = if arguments.matrix.iter().any(|path| is_standard_output(path)) { complain } else { say };
    tell(&whole.counts());
    write_tables(&arguments.matrix, &whole)?;
    for fault in &faults {
        complain(&format!("error: {fault}\n"));
    }
    Ok(match (faults.is_empty(), whole.has_news()) {
        (false, _) => LAB_FAILED,
        (true, true) => FAILED,
        (true, false) => PASSED,
    })
}
