//! `offhook check`: reads scenarios and reports every mistake in them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;

use super::set::Set;
use super::{Color, WRONG_INPUT, complain, say};
use offhook_base::SourceFile;
use offhook_report::{FEW, taken_words};
use offhook_scenario::Scenario;
use offhook_session::facts::counted;

#[derive(Debug, Args)]
pub(super) struct Check {
    /// Scenario files, or directories searched for *.kdl
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    set: Set,

    #[command(flatten)]
    color: Color,
}

pub(super) fn main(check: &Check) -> u8 {
    match offhook_language::load_with(&check.paths, &check.set.values()) {
        Ok(loaded) => {
            if let Some(wrong) = check.set.wrong_names(&loaded) {
                complain(&wrong);
                return WRONG_INPUT;
            }
            let files = loaded.files;
            let scenarios: usize = files.iter().map(|(_, scenarios)| scenarios.len()).sum();
            tell_etcs(&files);
            let all = files.iter().flat_map(|(_, scenarios)| scenarios).flat_map(Scenario::calls);
            let known = all.flat_map(|call| &call.steps).filter(|step| !step.known_failures.is_empty()).count();
            let counts = [scenarios, files.len(), known];
            let [scenarios, files, known] = counts.map(|number| u32::try_from(number).unwrap_or(u32::MAX));
            let (scenarios, files) = (counted(scenarios, "scenario"), counted(files, "file"));
            let known = match known {
                0 => String::new(),
                known => format!(", {} among their steps", counted(known, "expected failure")),
            };
            say(&format!("{scenarios} in {files} read without a mistake{known}\n"));
            0
        }
        Err(errors) => {
            complain(&errors.render(check.color.problems()));
            WRONG_INPUT
        }
    }
}

/// What was taken of each `/etc` that scenarios give, and what was left out.
fn tell_etcs(files: &[(SourceFile, Vec<Scenario>)]) {
    let mut told = BTreeSet::new();
    for (file, scenarios) in files {
        for taken in scenarios.iter().filter_map(|scenario| scenario.server.taken.as_ref()) {
            for line in taken_words(taken, FEW) {
                let line = format!("{}: {line}\n", file.path.display());
                if told.insert(line.clone()) {
                    say(&line);
                }
            }
        }
    }
}
