//! Every message about a scenario text has a broken file and a snapshot of what is printed for it;
//! every file under scenarios/ and every example in its README reads without error.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use offhook_base::SourceFile;
use offhook_language::{fault, load, read, reference};
use offhook_scenario::Scenario;
use offhook_schema::Fault;

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
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
        let ours = fs::read_to_string(&path).unwrap().contains("tests/scenario_errors.rs\n");
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
    let no_text = [fault::FILE, fault::EMPTY_DIRECTORY];
    let all = fault::GENERAL.iter().chain(fault::OWN);
    let missing: Vec<_> = all.filter(|fault| !seen.contains(fault) && !no_text.contains(fault)).collect();
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
        let is_own = |name: &String| scenario.own_stacks.iter().any(|own| own.name == *name);
        let all = scenario.stacks == ["bookworm", "trixie"] || scenario.stacks.iter().all(is_own);
        assert!(all, "{}: {:?}", scenario.name, scenario.stacks);
    }
}

#[test]
fn a_scenario_goes_to_the_guest_as_json_and_comes_back_the_same() {
    for scenario in scenarios() {
        let json = serde_json::to_string(&scenario).unwrap();
        // What is of this machine alone stays here.
        let scenario = Scenario { own_stacks: Default::default(), put: Vec::new(), ..scenario };
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

/// The lines of a text that stand outside of texts of several lines, by number from 0, and say something.
fn plain_lines(text: &str) -> Vec<usize> {
    let mut inside = false;
    let mut lines = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let quotes = line.matches("\"\"\"").count();
        let code = line.split("//").next().unwrap_or("").trim();
        if !inside && quotes == 0 && !code.is_empty() && code != "}" && !line.contains("//") {
            lines.push(number);
        }
        inside ^= quotes % 2 == 1;
    }
    lines
}

/// What people get wrong in KDL.
#[derive(Clone, Copy, Debug)]
enum Slip {
    OpenText,
    OpenTextAfterAWord,
    BareValue,
    BareKeyword,
    LostQuote,
    OpenComment,
    Junk,
    ShellComment,
    StrayClosing,
    StrayOpening,
    TwoInOne,
}

const SLIPS: [Slip; 11] = [
    Slip::OpenText,
    Slip::OpenTextAfterAWord,
    Slip::BareValue,
    Slip::BareKeyword,
    Slip::LostQuote,
    Slip::OpenComment,
    Slip::Junk,
    Slip::ShellComment,
    Slip::StrayClosing,
    Slip::StrayOpening,
    Slip::TwoInOne,
];

/// A line with a slip in it; `None`: there is no place for it.
fn slipped(line: &str, slip: Slip) -> Option<String> {
    let body = line.trim_end_matches(|c: char| c.is_whitespace() || "{};".contains(c));
    let rest = &line[body.len()..];
    // A slip after a block on its own line is one in another line's block: leave those out.
    let simple = !body.contains(['{', '}', ';']) && !rest.contains('}');
    Some(match slip {
        Slip::OpenText => {
            let last = body.rfind('"').filter(|last| last + 1 == body.len() && simple)?;
            format!("{}{rest}", &body[..last])
        }
        Slip::OpenTextAfterAWord if simple => format!("{body} \"open{rest}"),
        Slip::BareValue if simple => format!("{body} after=30m{rest}"),
        Slip::BareKeyword if simple => format!("{body} flag=true{rest}"),
        Slip::LostQuote if simple => {
            let first = body.find('"')?;
            format!("{}{}{rest}", &body[..first], &body[first + 1..])
        }
        Slip::OpenComment if simple => format!("{body} /* why{rest}"),
        Slip::Junk if simple => format!("{body} ]{rest}"),
        Slip::ShellComment if simple && rest.is_empty() => format!("{body} # why"),
        Slip::StrayClosing if simple && rest.trim().is_empty() => format!("{body} }}"),
        Slip::StrayOpening if simple && rest.trim().is_empty() => format!("{body} {{"),
        Slip::TwoInOne if simple => format!("{body} \"a\"\"b\"{rest}"),
        _ => return None,
    })
}

/// The lines, from 0, at which something is said to be wrong; with what is said.
fn complaints(text: &str) -> Vec<(usize, String)> {
    let source = SourceFile { path: top().join("scenarios/slipped.kdl"), text: text.into() };
    let Err(errors) = read(&source) else { return Vec::new() };
    let problems = errors.files.into_iter().take(1).flat_map(|file| file.problems);
    let line =
        |offset: usize| text.as_bytes()[..offset.min(text.len())].iter().filter(|octet| **octet == b'\n').count();
    problems
        .map(|problem| (problem.labels.first().map_or(0, |label| line(label.span.offset)), problem.message))
        .collect()
}

#[test]
fn one_slip_is_told_at_its_line_and_nothing_else_is() {
    // Every one of these has been tried; a few, spread over all files, are enough to try each time.
    const STEP: usize = 499;
    let (mut turn, mut tried) = (0, BTreeSet::new());
    for (source, _) in load(&[top().join("scenarios")]).unwrap() {
        // What a scenario names beside it is not beside the file that is made here.
        if ["etc=", "\"./", "\"../"].iter().any(|beside| source.text.contains(beside)) {
            continue;
        }
        for number in plain_lines(&source.text) {
            for slip in SLIPS {
                turn += 1;
                let mut lines: Vec<&str> = source.text.lines().collect();
                let Some(new) = slipped(lines[number], slip).filter(|_| turn % STEP == 0) else { continue };
                lines[number] = &new;
                let said = complaints(&(lines.join("\n") + "\n"));
                let only_there = !said.is_empty() && said.iter().all(|(line, _)| *line == number);
                assert!(only_there, "{slip:?} in {}:{}: {new}\n{said:?}", source.path.display(), number + 1);
                tried.insert(format!("{slip:?}"));
            }
        }
    }
    assert_eq!(tried.len(), SLIPS.len(), "only {tried:?}");
}

#[test]
fn a_closing_brace_that_is_missing_is_one_mistake() {
    let mut tried = 0;
    for (index, (source, _)) in load(&[top().join("scenarios")]).unwrap().into_iter().enumerate() {
        if ["etc=", "\"./", "\"../"].iter().any(|beside| source.text.contains(beside)) {
            continue;
        }
        for (number, line) in source.text.lines().enumerate().filter(|(_, line)| line.trim() == "}") {
            if (index + number) % 61 != 0 {
                continue;
            }
            let text: String = source
                .text
                .lines()
                .enumerate()
                .filter(|(other, _)| *other != number)
                .map(|(_, line)| format!("{line}\n"))
                .collect();
            let said = complaints(&text);
            let messages: Vec<_> = said.iter().map(|(_, message)| message.as_str()).collect();
            assert_eq!(messages, ["this block is not closed"], "{}:{}: {line}", source.path.display(), number + 1);
            tried += 1;
        }
    }
    assert!(tried > 10, "{tried}");
}
