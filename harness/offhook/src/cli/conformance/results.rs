//! What came of cases, wherever they were played, told and written in every form that was asked for.
//!
//! In: the rows of a run, each a case with its verdict and its outcome. Out: a few lines a deviation on the terminal, and files: the
//! table, the page, SARIF, and the formats of any run.

use std::path::Path;

use super::played::Results;
use super::{Conformance, page, sarif, told};
use crate::cli::play::{Stop, failed, write_json};
use crate::cli::selection::tell;
use crate::runner::plan::absolute;
use offhook_base::{is_standard_output, plain, write_result};
use offhook_conformance::Matrix;
use offhook_report::json::report_of_shard;
use offhook_report::run::RunResult;

impl Results {
    /// Tells it, with this line after it, and writes it; `taken`: which of the results goes to standard output.
    pub(super) fn report(&self, arguments: &Conformance, taken: Option<&Path>, after: &str) -> Result<(), Stop> {
        let style = arguments.color.style_of(&std::io::stdout());
        tell(taken, &told::told(&self.rows, arguments.verbose, style));
        tell(taken, &format!("{}{after}", self.matrix().counts()));
        self.write(arguments, taken)
    }

    /// Writes it in every form that was asked for.
    pub(super) fn write(&self, arguments: &Conformance, taken: Option<&Path>) -> Result<(), Stop> {
        let matrix = self.matrix();
        let write_page = |path: &Path, result: &RunResult| page::write(path, self, &matrix, result);
        let mut done = arguments.formats.write_with(&self.result, false, taken.is_some(), write_page);
        if let Some(path) = &arguments.json {
            let out = absolute(&arguments.out);
            done = done.and(write_json(path, report_of_shard(&self.result, false, &out, self.shard)));
        }
        if let Some(path) = &arguments.sarif {
            let text = sarif::report(self).map_err(|error| failed(format!("making the SARIF log: {error}")));
            done = done.and(text.and_then(|text| write(path, &text)));
        }
        done.and(write_tables(&arguments.matrix, &matrix))
    }
}

/// Writes the tables that were asked for: JSON by the name, else Markdown.
pub(in crate::cli) fn write_tables(paths: &[std::path::PathBuf], matrix: &Matrix) -> Result<(), Stop> {
    for path in paths {
        let text = match path.extension().is_some_and(|extension| extension == "json") {
            true => matrix.json().map_err(|error| failed(format!("making the table: {error}")))?,
            false => matrix.markdown(),
        };
        write(path, &text)?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Stop> {
    write_result(path, text.as_bytes())
        .map_err(|error| failed(format!("writing {}: {}", path.display(), plain(&error))))
}

/// Which of the results goes to standard output, if one does.
pub(super) fn standard_output(arguments: &Conformance) -> Result<Option<&'static Path>, Stop> {
    let table = arguments.matrix.iter().find(|path| is_standard_output(path)).cloned();
    let others = [("--json", &arguments.json), ("--sarif", &arguments.sarif), ("--matrix", &table)];
    arguments.formats.standard_output(others)
}
