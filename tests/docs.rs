//! What is written for people holds: every link leads somewhere, every page is in the book, and every command runs.
//!
//! Notation of the pages: a block whose info string is `console` is a terminal. Its lines that begin with `$ ` are run by a
//! shell, in a directory of the page's own with the repository's `scenarios/`, `tests/` and `captures/` in it, and must end
//! with 0; `console exit=1` says otherwise, of one command. `console no_run` is for what needs hardware, minutes, or a
//! network. A block with `file=NAME` is written to that file first, for the commands below it. A `rust` block is a part of a
//! file that is compiled and run elsewhere.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "docs/blocks.rs"]
mod blocks;
mod common;
#[path = "docs/links.rs"]
mod links;
#[path = "docs/shell.rs"]
mod shell;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use blocks::{Block, Use, blocks};
use links::{Link, links};
use shell::Desk;

/// Pages that are read by themselves, beside the book's.
const BESIDE: &[&str] = &[
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "captures/README.md",
    "emulator/ppp/README.md",
    "emulator/telephony/README.md",
    "harness/language/personalities/README.md",
    "scenarios/README.md",
];

/// Where Rust that pages show is compiled and run.
const COMPILED: &[&str] = &["harness/offhook/src/lib.rs", "tests/outside/tests/dial_in.rs"];

/// Pages of the book by their paths in the repository, without its contents.
fn book() -> BTreeSet<PathBuf> {
    let mut pages = BTreeSet::new();
    let mut waiting = vec![PathBuf::from("docs")];
    while let Some(directory) = waiting.pop() {
        for entry in fs::read_dir(common::root().join(&directory)).unwrap() {
            let path = directory.join(entry.unwrap().file_name());
            if common::root().join(&path).is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") && !path.ends_with("SUMMARY.md") {
                pages.insert(path);
            }
        }
    }
    pages
}

fn text(page: &Path) -> String {
    fs::read_to_string(common::root().join(page)).unwrap()
}

#[test]
fn every_link_leads_to_a_file_and_every_anchor_to_a_heading() {
    let pages = book().into_iter().chain(BESIDE.iter().map(PathBuf::from)).chain([PathBuf::from("docs/SUMMARY.md")]);
    let mut dead = Vec::new();
    let mut count = 0;
    for page in pages {
        for link in links(&text(&page)) {
            count += 1;
            if let Err(reason) = link.followed(&common::root(), &page) {
                dead.push(format!("{}:{}: ({}) {reason}", page.display(), link.line, link.to));
            }
        }
    }
    assert!(dead.is_empty(), "{} of {count} links are dead:\n{}", dead.len(), dead.join("\n"));
    assert!(count > 100, "there are {count} links: are they still found?");
}

#[test]
fn a_dead_link_and_a_dead_anchor_are_found() {
    let page = Path::new("docs/index.md");
    let dead = |to: &str| Link { to: to.to_owned(), line: 1 }.followed(&common::root(), page).unwrap_err();
    assert_eq!(dead("no-such-page.md"), "there is no such file");
    assert_eq!(dead("../../outside.md"), "it leads out of the repository");
    assert_eq!(dead("../SECURITY.md#no-such-heading"), "SECURITY.md has no such heading");
    assert_eq!(dead("ladder.svg#part"), "docs/ladder.svg has no headings");
    Link { to: "../SECURITY.md#what-is-trusted".to_owned(), line: 1 }.followed(&common::root(), page).unwrap();
}

#[test]
fn headings_have_the_anchors_that_github_gives_them() {
    let text = "# `--fix`, a copy\n\n## Exit codes\n\n## Exit codes\n\n## What's *not* there?\n";
    assert_eq!(
        links::anchors(text),
        ["--fix-a-copy", "exit-codes", "exit-codes-1", "whats-not-there"].map(str::to_owned)
    );
}

#[test]
fn every_page_is_in_the_books_contents_once_and_nothing_else_is() {
    let listed: Vec<PathBuf> =
        links(&text(Path::new("docs/SUMMARY.md"))).into_iter().map(|link| Path::new("docs").join(link.to)).collect();
    let pages = book();
    let unlisted: Vec<_> = pages.iter().filter(|page| !listed.contains(page)).collect();
    assert!(unlisted.is_empty(), "docs/SUMMARY.md does not list {unlisted:?}");
    let set: BTreeSet<_> = listed.iter().cloned().collect();
    let strange: Vec<_> = set.difference(&pages).collect();
    assert!(strange.is_empty(), "docs/SUMMARY.md lists what is no page of docs/: {strange:?}");
    assert_eq!(listed.len(), set.len(), "docs/SUMMARY.md lists a page twice");
}

/// The blocks of README.md and of the book, page by page.
fn all_blocks() -> Vec<(PathBuf, Vec<Block>)> {
    let pages = [PathBuf::from("README.md")].into_iter().chain(book());
    let read = |page: &PathBuf| blocks(&text(page)).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
    pages.map(|page| (page.clone(), read(&page))).collect()
}

#[test]
fn every_command_of_the_pages_runs_and_ends_as_they_say() {
    offhook_lab::ensure(&["bookworm".to_owned(), "trixie".to_owned()], &offhook_lab::Progress::for_stderr()).unwrap();
    let mut wrong = Vec::new();
    for (page, blocks) in all_blocks() {
        let desk = Desk::new();
        for block in blocks {
            match &block.used {
                Use::File(name) => desk.write(name, &block.text),
                Use::Run { commands, exit } => {
                    if let Err(reason) = desk.run(commands, *exit) {
                        wrong.push(format!("{}:{}: {reason}", page.display(), block.line));
                    }
                }
                Use::Shown | Use::NotRun => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_command_that_ends_otherwise_or_not_at_all_is_told() {
    let desk = Desk::new();
    desk.run(&["offhook check scenarios/first-call.kdl".to_owned()], 0).unwrap();
    let other = desk.run(&["offhook check no-such.kdl".to_owned()], 0).unwrap_err();
    assert!(other.contains("ended with 2, and the page says 0") && other.contains("no-such.kdl"), "{other}");
    let late = desk.within(std::time::Duration::from_millis(300)).run(&["sleep 60".to_owned()], 0).unwrap_err();
    assert!(late.contains("had not ended after 300ms"), "{late}");
}

/// The names of everything that a JSON Schema describes.
fn keys(schema: &serde_json::Value, found: &mut BTreeSet<String>) {
    match schema {
        serde_json::Value::Object(words) => {
            for (word, value) in words {
                if let ("properties", Some(properties)) = (&**word, value.as_object()) {
                    found.extend(properties.keys().cloned());
                    properties.values().for_each(|property| keys(property, found));
                } else {
                    keys(value, found);
                }
            }
        }
        serde_json::Value::Array(values) => values.iter().for_each(|value| keys(value, found)),
        _ => {}
    }
}

#[test]
fn the_reference_tells_every_key_of_the_json() {
    let reference = text(Path::new("docs/reference.md"));
    let mut untold = Vec::new();
    for entry in fs::read_dir(common::root().join("docs/schemas")).unwrap() {
        let path = entry.unwrap().path();
        let mut found = BTreeSet::new();
        keys(&serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap(), &mut found);
        assert!(!found.is_empty(), "{} has no keys", path.display());
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        untold.extend(
            found.iter().filter(|key| !reference.contains(&format!("`{key}`"))).map(|key| format!("{name}: {key}")),
        );
    }
    assert!(untold.is_empty(), "docs/reference.md does not tell of {untold:?}");
}

#[test]
fn few_commands_are_not_run() {
    let blocks: Vec<Block> = all_blocks().into_iter().flat_map(|(_, blocks)| blocks).collect();
    let count = |wanted: fn(&Use) -> bool| blocks.iter().filter(|block| wanted(&block.used)).count();
    let (run, not_run) = (count(|used| matches!(used, Use::Run { .. })), count(|used| matches!(used, Use::NotRun)));
    assert!(run >= 20 && not_run * 2 <= run, "{run} blocks are run, {not_run} are not");
}

#[test]
fn the_rust_of_the_pages_is_compiled_elsewhere() {
    let compiled: String =
        COMPILED.iter().map(|file| text(Path::new(file)).replace("//! ", "").replace("//!\n", "\n")).collect();
    let mut seen = 0;
    for (page, blocks) in all_blocks() {
        for block in blocks.iter().filter(|block| block.language == "rust") {
            seen += 1;
            assert!(compiled.contains(&block.text), "{}:{} is in none of {COMPILED:?}", page.display(), block.line);
        }
    }
    assert!(seen > 0, "no page shows Rust");
}
