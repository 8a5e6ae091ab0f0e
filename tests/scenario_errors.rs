//! Every message about a scenario text has a broken file and a snapshot of what is printed for it;
//! every file under scenarios/ and every example in its README reads without error.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use offhook::run::SourceFile;
use offhook::scenario::{Fault, Scenario, load, read, reference};

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The broken files by name, each as a user in tests/ would give it.
fn broken() -> Vec<(String, SourceFile)> {
    let mut files: Vec<_> =
        fs::read_dir(top().join("tests/broken")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let source = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap().into();
        (name.clone(), SourceFile { path: format!("broken/{name}.kdl").into(), text })
    };
    files.into_iter().map(source).collect()
}

#[test]
fn every_broken_file_is_explained() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, source) in broken() {
            match read(&source) {
                Ok(_) => panic!("{name} reads without error"),
                Err(errors) => insta::assert_snapshot!(name, errors.to_string()),
            }
        }
    });
}

#[test]
fn every_snapshot_has_its_broken_file() {
    let names: BTreeSet<_> = broken().into_iter().map(|(name, _)| format!("{name}.snap")).collect();
    for entry in fs::read_dir(top().join("tests/snapshots")).unwrap() {
        let path = entry.unwrap().path();
        let ours = fs::read_to_string(&path).unwrap().contains("source: tests/scenario_errors.rs");
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(!ours || names.contains(&name), "{name} has no broken file");
    }
}

#[test]
fn every_kind_of_mistake_has_a_broken_file() {
    let seen: BTreeSet<Fault> = broken()
        .iter()
        .filter_map(|(_, source)| read(source).err())
        .flat_map(|errors| errors.files)
        .flat_map(|file| file.problems)
        .map(|problem| problem.fault)
        .collect();
    // These two are no text: the unit tests of `load` make such files.
    let no_text = [Fault::File, Fault::EmptyDirectory];
    let missing: Vec<_> = Fault::ALL.iter().filter(|fault| !seen.contains(fault) && !no_text.contains(fault)).collect();
    assert!(missing.is_empty(), "no broken file for {missing:?}");
}

#[test]
fn every_place_in_a_message_lies_in_the_text() {
    for (name, source) in broken() {
        for problem in read(&source).unwrap_err().files.into_iter().flat_map(|file| file.problems) {
            for label in &problem.labels {
                let end = label.span.offset + label.span.len;
                assert!(source.text.get(label.span.offset..end).is_some(), "{name}: {}", problem.message);
            }
        }
    }
}

fn scenarios() -> Vec<Scenario> {
    match load(&[top().join("scenarios")]) {
        Ok(files) => files.into_iter().flat_map(|(_, scenarios)| scenarios).collect(),
        Err(errors) => panic!("{errors}"),
    }
}

#[test]
fn every_scenario_reads_without_error_and_names_its_rule() {
    for scenario in scenarios() {
        assert!(!scenario.specs.is_empty(), "\"{}\" says no rule that it checks", scenario.name);
        assert_eq!(scenario.stacks, ["bookworm", "trixie"], "{}", scenario.name);
    }
}

#[test]
fn a_scenario_goes_to_the_guest_as_json_and_comes_back_the_same() {
    for scenario in scenarios() {
        let json = serde_json::to_string(&scenario).unwrap();
        assert_eq!(serde_json::from_str::<Scenario>(&json).unwrap(), scenario);
    }
}

#[test]
fn the_examples_of_the_tour_read_without_error() {
    let readme = fs::read_to_string(top().join("scenarios/README.md")).unwrap();
    let examples: Vec<_> = readme.split("```kdl\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(!examples.is_empty());
    for example in examples {
        let source = SourceFile { path: "scenarios/README.md".into(), text: example.into() };
        if let Err(errors) = read(&source) {
            panic!("{errors}");
        }
    }
}

#[test]
fn the_reference_in_the_readme_is_that_of_the_vocabulary() {
    const BEGIN: &str = "<!-- reference: made from the vocabulary, do not edit -->\n\n";
    const END: &str = "\n<!-- end of the reference -->";
    let path = top().join("scenarios/README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).unwrap();
    let (written, after) = rest.split_once(END).unwrap();
    if written != reference() && std::env::var_os("OFFHOOK_UPDATE_REFERENCE").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{}{END}{after}", reference())).unwrap();
        return;
    }
    assert!(
        written == reference(),
        "scenarios/README.md is behind the vocabulary: run this test with OFFHOOK_UPDATE_REFERENCE=1, then look at it"
    );
}
