//! Plays every case of scenario files in process, sound and with its faults: `cargo run --release -p offhook-conformance --example prove FILES`.

use offhook_conformance::{Shown, prove};
use offhook_script::Verdict;

fn main() {
    let (mut cases, mut bad) = (0, 0);
    for path in std::env::args().skip(1) {
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                println!("{path}: {error}");
                continue;
            }
        };
        let source = offhook_base::SourceFile { path: path.clone().into(), text: text.into() };
        let scenarios = match offhook_language::read(&source) {
            Ok(scenarios) => scenarios,
            Err(errors) => {
                println!("{errors}");
                bad += 1;
                continue;
            }
        };
        for scenario in scenarios {
            let Some(case) = &scenario.conformance else { continue };
            cases += 1;
            let title = format!("{} {}", case.case, scenario.name);
            let proof = match prove(&scenario) {
                Ok(proof) => proof,
                Err(why) => {
                    println!("{title}\n    not in process: {why}");
                    continue;
                }
            };
            if proof.holds() {
                println!("{title}: holds");
                continue;
            }
            bad += 1;
            println!("{title}");
            if let Verdict::Failed(failure) = &proof.sound.verdict {
                println!(
                    "    the sound end fails at step {}: expected {}, got {}",
                    failure.step, failure.expected, failure.actual
                );
                proof.sound.log.iter().for_each(|line| println!("        {line}"));
            }
            if proof.faulty.is_empty() {
                println!("    it has no fault");
            }
            for (name, shown) in &proof.faulty {
                let (what, played) = match shown {
                    Shown::Failed(_) => continue,
                    Shown::Passed(played) => ("passes in spite of it", played),
                    Shown::Never(played) => ("never shows", played),
                };
                println!("    fault \"{name}\" {what}");
                played.log.iter().for_each(|line| println!("        {line}"));
            }
        }
    }
    println!("{cases} cases, {bad} not proved");
}
