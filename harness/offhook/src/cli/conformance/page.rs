//! The page of a conformance run: the page of any run, by cases, with a table of how many of each level came out how.

use std::path::Path;

use super::played::Results;
use crate::cli::page::{facts, write as write_page};
use crate::cli::play::{Stop, failed};
use offhook_conformance::Matrix;
use offhook_page::{Mark, Page, Table, run};
use offhook_report::run::RunResult;
use offhook_scenario::Level;

/// What the marks are called here, in the order of [`Mark::ALL`].
const WORDS: offhook_page::Words =
    ["not as recorded", "could not be played", "deviates", "complies", "not run", "not come to"];

/// Writes the page to that file.
pub(super) fn write(path: &Path, results: &Results, matrix: &Matrix, result: &RunResult) -> Result<(), Stop> {
    let directory = path.parent().unwrap_or_else(|| Path::new(""));
    let mut items = run::items(&result.outcomes, directory, "").map_err(|error| failed(error.to_string()))?;
    for (item, row) in items.iter_mut().zip(&results.rows) {
        item.name = format!("{}: {}", row.case.case, row.case.name);
        item.words.push_str(&format!(" {}", row.case.level.name()));
        // Why it deviates, where the run says no more than that it was expected.
        if item.mark == Mark::Known
            && let Some(told) = row.verdict.told()
        {
            item.short = told;
        }
    }
    let page = Page {
        title: "offhook conformance".to_owned(),
        words: WORDS,
        facts: facts(result),
        table: Some(levels(matrix)),
        items,
    };
    write_page(path, &page).map_err(failed)
}

/// How many cases of each level came out how, by subject.
fn levels(matrix: &Matrix) -> Table {
    let head = ["subject", "level", "cases", "complies", "deviates", "not as recorded", "not run"];
    let mut rows = Vec::new();
    for subject in matrix.subjects() {
        for level in Level::ALL {
            let count = matrix.count(level, subject);
            let numbers = [count.complies, count.deviates, count.news, count.not_run];
            let all = numbers.iter().sum::<usize>();
            if all > 0 {
                let words = [subject.to_owned(), level.name().to_owned(), all.to_string()];
                rows.push(words.into_iter().chain(numbers.map(|number| number.to_string())).collect());
            }
        }
    }
    Table { caption: "Cases by level".to_owned(), head: head.map(str::to_owned).to_vec(), rows }
}
