//! Cases proved in process: each passes on a sound end of ours, and fails with each of its faults.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::{Conformance, title};
use crate::cli::say;
use crate::runner::item::Item;
use offhook_conformance::{Proof, Shown, prove, prove_for};
use offhook_report::run::{FAILED, PASSED};
use offhook_script::Verdict;

/// Plays each case once in process, on whatever stacks it runs; the exit code.
pub(super) fn proved(arguments: &Conformance, items: &[Item]) -> u8 {
    let mut seen = BTreeSet::new();
    let (mut hold, mut not, mut faults, mut without, mut known) = (0, 0, 0, 0, 0);
    let mut text = String::new();
    for item in items {
        let scenario = &item.scenario;
        if !seen.insert((item.source.path.clone(), scenario.name.clone())) {
            continue;
        }
        let proof = match arguments.end() {
            Some(end) => prove_for(scenario, end),
            None => prove(scenario),
        };
        match proof {
            Err(why) => {
                without += 1;
                let _ = writeln!(text, "{}\n    not in process: {why}", title(scenario));
            }
            Ok(proof) => {
                faults += if proof.own_end_fails { 0 } else { proof.faulty.len() };
                if !proof.holds() {
                    not += 1;
                    let _ = writeln!(text, "{}", title(scenario));
                    tell(&proof, &mut text);
                    continue;
                }
                if proof.own_end_fails {
                    known += 1;
                    continue;
                }
                hold += 1;
                if arguments.verbose {
                    let found = proof.faulty.len();
                    let _ = writeln!(text, "{}\n    holds: {found} of its faults found", title(scenario));
                }
            }
        }
    }
    let _ = writeln!(
        text,
        "{} cases: {hold} pass on a sound end and fail with each of their faults, {known} fail on ours as is known, {not} do neither, {without} need a real server; {faults} faults",
        seen.len()
    );
    say(&text);
    if not == 0 { PASSED } else { FAILED }
}

/// Why a proof does not hold, with what crossed the line.
fn tell(proof: &Proof, text: &mut String) {
    let log = |text: &mut String, lines: &[String]| {
        lines.iter().for_each(|line| {
            let _ = writeln!(text, "        {line}");
        });
    };
    if proof.own_end_fails {
        text.push_str("    offhook's own end passes: remove `own-end=`\n");
        return;
    }
    if let Verdict::Failed(failure) = &proof.sound.verdict {
        let _ = writeln!(text, "    a sound end fails: expected {}\n        got {}", failure.expected, failure.actual);
        log(text, &proof.sound.log);
    }
    if proof.faulty.is_empty() {
        text.push_str("    nothing proves that it can fail: it has no `fault`\n");
    }
    for (name, shown) in &proof.faulty {
        let (what, played) = match shown {
            Shown::Failed(_) => continue,
            Shown::Passed(played) => ("an end with this fault passes", played),
            Shown::Never(played) => ("this fault never changes anything", played),
        };
        let _ = writeln!(text, "    {what}: {name}");
        log(text, &played.log);
    }
}
