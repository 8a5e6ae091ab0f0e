//! `offhook check`: reads scenarios and reports every mistake in them.

use std::path::PathBuf;

use clap::Args;

use super::{WRONG_INPUT, complain, say};
use crate::run::facts::counted;
use crate::scenario;

#[derive(Debug, Args)]
pub(super) struct Check {
    /// Scenario files, or directories searched for *.kdl
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

pub(super) fn main(check: &Check) -> u8 {
    match scenario::load(&check.paths) {
        Ok(files) => {
            let scenarios: usize = files.iter().map(|(_, scenarios)| scenarios.len()).sum();
            let [scenarios, files] = [scenarios, files.len()].map(|number| u32::try_from(number).unwrap_or(u32::MAX));
            let (scenarios, files) = (counted(scenarios, "scenario"), counted(files, "file"));
            say(&format!("{scenarios} in {files} read without a mistake\n"));
            0
        }
        Err(errors) => {
            complain(&errors.render(scenario::Style::of(&std::io::stderr())));
            WRONG_INPUT
        }
    }
}
