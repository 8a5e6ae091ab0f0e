//! The options by which a result is written in the formats of other programs, beside the JSON report.
//!
//! In: options, the environment of a CI system, and the result, whether it was just made or read back. Out: files, and on
//! GitHub annotations and the job's summary.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::page::write_page;
use super::play::{Stop, failed};
use super::{complain, say};
use offhook_base::{is_standard_output, plain, write_result};
use offhook_report::formats::{annotations, code_quality, junit, markdown, tap};
use offhook_report::run::RunResult;

/// How a path says standard output.
const STANDARD_OUTPUT: &str = "-";

#[derive(Debug, Args)]
pub(super) struct Formats {
    /// Write the outcome as JUnit XML, for what shows test reports; - is standard output, as for the others
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,

    /// Write the outcome as TAP 14
    #[arg(long, value_name = "FILE")]
    tap: Option<PathBuf>,

    /// Write a summary in GitHub-flavoured Markdown
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,

    /// Write what failed as a GitLab code quality report
    #[arg(long, value_name = "FILE")]
    code_quality: Option<PathBuf>,

    /// Write a page that shows every result: verdicts, ladder diagrams, logs and files, in one HTML file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// Annotate the lines that failed and write the job's summary; auto: on GitHub, if GITHUB_ACTIONS says so
    #[arg(long, value_name = "WHERE", value_enum, default_value_t = Annotate::Auto)]
    annotations: Annotate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Annotate {
    Auto,
    Github,
    Never,
}

impl Annotate {
    /// Whether GitHub reads what is written.
    fn github(self) -> bool {
        match self {
            Self::Auto => std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true"),
            Self::Github => true,
            Self::Never => false,
        }
    }
}

/// One of the formats: its option, where it goes, what writes it.
type Wanted<'a> = (&'static str, &'a Path, Writer);

/// What writes a format: a result, and whether a skipped scenario counts as one that failed.
type Writer = fn(&RunResult, bool) -> Result<String, String>;

impl Formats {
    fn wanted(&self) -> impl Iterator<Item = Wanted<'_>> {
        let all: [(&'static str, &Option<PathBuf>, Writer); 4] = [
            ("--junit", &self.junit, |result, skip| junit::junit(result, skip).map_err(|error| error.to_string())),
            ("--tap", &self.tap, |result, skip| Ok(tap::tap(result, skip))),
            ("--markdown", &self.markdown, |result, skip| Ok(markdown::markdown(result, skip))),
            ("--code-quality", &self.code_quality, |result, skip| {
                code_quality::code_quality(result, skip).map_err(|error| error.to_string())
            }),
        ];
        all.into_iter().filter_map(|(option, path, write)| path.as_deref().map(|path| (option, path, write)))
    }

    /// Which of all results standard output is for, others (`--json`) included; `None`: it is for people.
    ///
    /// # Errors
    ///
    /// If it is more than one of them.
    pub(super) fn standard_output<'a>(
        &self,
        others: impl IntoIterator<Item = (&'static str, &'a Option<PathBuf>)>,
    ) -> Result<Option<&'static Path>, Stop> {
        let others = others.into_iter().filter_map(|(option, path)| path.as_deref().map(|path| (option, path)));
        let page = self.html.as_deref().map(|path| ("--html", path));
        let all = others.chain(page).chain(self.wanted().map(|(option, path, _)| (option, path)));
        let there: Vec<&str> = all.filter(|(_, path)| is_standard_output(path)).map(|(option, _)| option).collect();
        match there.as_slice() {
            [] => Ok(None),
            [_] => Ok(Some(Path::new(STANDARD_OUTPUT))),
            several => Err(Stop::Wrong(format!(
                "{} all write to standard output, which holds one: give the others a file\n",
                several.join(", ")
            ))),
        }
    }

    /// Writes what was asked for, and what can be written of it where some cannot; `taken`: a result goes to standard output.
    ///
    /// # Errors
    ///
    /// The first file that could not be written.
    pub(super) fn write(&self, result: &RunResult, fail_on_skip: bool, taken: bool) -> Result<(), Stop> {
        self.write_with(result, fail_on_skip, taken, write_page)
    }

    /// The same with a page of another kind.
    ///
    /// # Errors
    ///
    /// Likewise.
    pub(super) fn write_with(
        &self,
        result: &RunResult,
        fail_on_skip: bool,
        taken: bool,
        write_page: impl Fn(&Path, &RunResult) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let mut done = self.html.as_deref().map_or(Ok(()), |path| write_page(path, result));
        for (option, path, write) in self.wanted() {
            let written = write(result, fail_on_skip)
                .map_err(|error| failed(format!("making the report of {option}: {error}")))
                .and_then(|text| {
                    write_result(path, text.as_bytes())
                        .map_err(|error| failed(format!("writing {}: {}", path.display(), plain(&error))))
                });
            done = done.and(written);
        }
        if self.annotations.github() {
            done = done.and(github(result, fail_on_skip, taken));
        }
        done
    }
}

/// Annotations where the runner reads them, and the job's summary.
fn github(result: &RunResult, fail_on_skip: bool, taken: bool) -> Result<(), Stop> {
    let commands = annotations::annotations(result, fail_on_skip);
    // GitHub's runner reads both streams; what a report is written to stays that report.
    if taken {
        complain(&commands)
    } else {
        say(&commands)
    }
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()).map(PathBuf::from) else {
        return Ok(());
    };
    // Other commands of the step write to it as well.
    let mut file = OpenOptions::new().append(true).create(true).open(&path);
    let summary = markdown::markdown(result, fail_on_skip);
    file.as_mut()
        .map_err(|error| plain(error))
        .and_then(|file| file.write_all(summary.as_bytes()).map_err(|error| plain(&error)))
        .map_err(|error| failed(format!("writing the job's summary to {}: {error}", path.display())))
}
