//! Every behaviour of BEHAVIOURS.md has a test that carries its number: `// M9, V.250 §5.4` above `#[test]`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// How many there are.
const BEHAVIOURS: u32 = 73;

fn crate_directory() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below `directory`, in the order of their paths.
fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The numbers in a comment above a test: `// M12, M13, V.250 §5.7.1`.
fn numbers(comment: &str) -> Vec<u32> {
    let words = comment.trim_start_matches('/').split([',', ' ', ':', ';', '(', ')']);
    words.filter_map(|word| word.strip_prefix('M')?.parse().ok()).collect()
}

/// The names of the tests that carry each number.
fn tests() -> BTreeMap<u32, Vec<String>> {
    let mut files = Vec::new();
    sources(&crate_directory().join("src"), &mut files);
    let mut tests: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let mut above = Vec::new();
        let mut is_test = false;
        for line in text.lines().map(str::trim) {
            if line.starts_with("//") {
                above.extend(numbers(line));
            } else if line == "#[test]" {
                is_test = true;
            } else if let (Some(name), true) = (line.strip_prefix("fn "), is_test) {
                let name = name.split('(').next().unwrap_or(name).replace('_', " ");
                for number in above.drain(..) {
                    tests.entry(number).or_default().push(name.clone());
                }
                is_test = false;
            } else {
                above.clear();
                is_test &= line.starts_with("#[");
            }
        }
    }
    tests
}

/// The page with the names of its tests in the last column, and the numbers that have none.
fn page(text: &str, tests: &BTreeMap<u32, Vec<String>>) -> (String, Vec<u32>) {
    let (mut page, mut bare, mut all) = (String::new(), Vec::new(), Vec::new());
    for line in text.lines() {
        let number = line.strip_prefix("| M").and_then(|rest| rest.split(' ').next()?.parse::<u32>().ok());
        match (number, line.trim_end_matches('|').trim_end().rsplit_once(" |")) {
            (Some(number), Some((columns, _))) => {
                all.push(number);
                let names = tests.get(&number).map(|names| names.join("; ")).unwrap_or_default();
                if names.is_empty() {
                    bare.push(number);
                }
                page.push_str(&format!("{columns} | {names} |\n"));
            }
            _ => page.push_str(&format!("{line}\n")),
        }
    }
    assert_eq!(all, (1..=BEHAVIOURS).collect::<Vec<_>>(), "one row a behaviour, in order");
    (page, bare)
}

#[test]
fn every_behaviour_has_a_test_and_the_page_names_it() {
    let path = crate_directory().join("BEHAVIOURS.md");
    let text = fs::read_to_string(&path).unwrap();
    let tests = tests();
    let (page, bare) = page(&text, &tests);
    assert!(bare.is_empty(), "no test carries the number of M{bare:?}");
    let unknown: Vec<_> = tests.keys().filter(|number| **number > BEHAVIOURS).collect();
    assert!(unknown.is_empty(), "tests carry numbers that are none: {unknown:?}");
    if std::env::var_os("OFFHOOK_UPDATE_REFERENCE").is_some() {
        fs::write(&path, page).unwrap();
        return;
    }
    assert!(text == page, "BEHAVIOURS.md is behind the tests: run this one with OFFHOOK_UPDATE_REFERENCE=1");
}
