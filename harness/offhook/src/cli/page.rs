//! A result written as an HTML page.

use std::path::Path;

use super::play::{Stop, failed};
use offhook_base::{plain, write_result};
use offhook_page::item::Row;
use offhook_page::{Mark, Page, run};
use offhook_report::run::RunResult;

/// Writes a page to that file.
pub(super) fn write(path: &Path, page: &Page) -> Result<(), String> {
    let html = page.html().map_err(|error| error.to_string())?;
    write_result(path, html.as_bytes()).map_err(|error| format!("writing {}: {}", path.display(), plain(&error)))
}

/// Writes the page of a run to that file; links to the evidence start at its directory.
pub(super) fn write_page(path: &Path, result: &RunResult) -> Result<(), Stop> {
    let directory = path.parent().unwrap_or_else(|| Path::new(""));
    let items = run::items(&result.outcomes, directory, "").map_err(|error| failed(error.to_string()))?;
    let page = Page { title: "offhook run".to_owned(), words: Mark::OF_RUN, facts: facts(result), table: None, items };
    write(path, &page).map_err(failed)
}

/// What ran, each stack once.
pub(super) fn facts(result: &RunResult) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for outcome in &result.outcomes {
        let print = &outcome.fingerprint;
        let ran = Row::new("offhook", &print.offhook);
        if let Some(subject) = &print.subject {
            let rest = [ran, Row::new(&outcome.stack, &subject.by)];
            rows.extend(rest.into_iter().filter(|row| !rows.contains(row)).collect::<Vec<_>>());
            continue;
        }
        let kernel = Row::new("kernel", format!("{}, sha256 {}", print.kernel, print.kernel_sha256));
        let stack = Row::new(&outcome.stack, format!("{}, sha256 {}", print.packages.join(", "), print.files_sha256));
        for row in [ran, kernel, stack] {
            if !print.offhook.is_empty() && !rows.contains(&row) {
                rows.push(row);
            }
        }
    }
    rows
}
