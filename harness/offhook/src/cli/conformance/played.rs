//! Cases that were played, as plain data: what the terminal, the table, the page and SARIF are made of.

use std::sync::Arc;

use super::case_of;
use crate::runner::item::Item;
use offhook_clock::Instant;
use offhook_conformance::matrix::Shard;
use offhook_conformance::{Case, Matrix, Verdict};
use offhook_report::json::ReportedShard;
use offhook_report::run::RunResult;
use offhook_session::{Outcome, StepOutcome, StepResult};

/// A case that was played, and what came of it.
#[derive(Debug)]
pub(super) struct Row {
    /// The case.
    pub(super) case: Case,
    /// What it says of the subject.
    pub(super) verdict: Verdict,
    /// How it went.
    pub(super) outcome: Arc<Outcome>,
}

/// Everything that was played.
#[derive(Debug)]
pub(super) struct Results {
    /// In the order of the plan.
    pub(super) rows: Vec<Row>,
    /// What another shard plays, each with its subject.
    pub(super) elsewhere: Vec<(Case, String)>,
    /// The same as a run.
    pub(super) result: RunResult,
    /// Which share of the cases it is, if not all.
    pub(super) shard: Option<ReportedShard>,
}

impl Results {
    /// The table.
    pub(super) fn matrix(&self) -> Matrix {
        let mut matrix = Matrix::default();
        matrix.shard = self.shard.map(|ReportedShard { index, total }| Shard { index, total });
        for Row { case, verdict, outcome } in &self.rows {
            matrix.add(case.clone(), &outcome.stack, verdict.clone());
        }
        for (case, subject) in &self.elsewhere {
            matrix.add(case.clone(), subject, Verdict::OtherShard);
        }
        matrix
    }
}

/// What of the cases another shard plays, on the subjects that they were planned for.
pub(super) fn elsewhere(items: &[Item]) -> Vec<(Case, String)> {
    let of = |item: &Item| Some((case_of(&item.scenario, &item.source.path)?, item.stack.clone()));
    items.iter().filter_map(of).collect()
}

/// The step that decided it: with its moment, what was expected and what came.
pub(super) fn deciding(outcome: &Outcome) -> Option<(&StepOutcome, Instant, &str, &str)> {
    outcome.steps.iter().find_map(|step| match &step.result {
        StepResult::Failed { at, expected, actual, .. } | StepResult::ExpectedFailure { at, expected, actual, .. } => {
            Some((step, *at, expected.as_str(), actual.as_str()))
        }
        _ => None,
    })
}
