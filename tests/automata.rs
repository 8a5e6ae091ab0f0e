//! The kept machines of pppd (docs/automata) are those of the stacks: a sample of the words that tell each from other machines
//! is played to pppd, and answered as the machine says. With OFFHOOK_LEARN=1 each is learnt from nothing, and is the one kept.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Words of each machine that are played unless all is learnt.
const SAMPLE: &str = "24";

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every machine that is kept, `lcp-trixie.json`, or `lcp-calling-trixie.json`: its layer, whether pppd calls, its stack, its file.
fn kept() -> Vec<(String, bool, String, PathBuf)> {
    let mut kept: Vec<(String, bool, String, PathBuf)> = fs::read_dir(top().join("docs/automata"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let (layer, stack) = path.file_stem().unwrap().to_str().unwrap().split_once('-').unwrap();
            let calling = stack.strip_prefix("calling-");
            (layer.to_owned(), calling.is_some(), calling.unwrap_or(stack).to_owned(), path)
        })
        .collect();
    kept.sort();
    kept
}

fn conformance(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_offhook")).arg("conformance").args(arguments).output().unwrap()
}

#[test]
fn pppd_answers_as_the_machine_that_is_kept_of_it() {
    let kept = kept();
    assert_eq!(kept.len(), 16, "four layers of two stacks, at either end");
    let learnt = std::env::var_os("OFFHOOK_LEARN").is_some();
    for (layer, calling, stack, path) in kept {
        let known = path.to_str().unwrap();
        let mut arguments = vec!["--learn", &layer, "--stack", &stack, "--against", known];
        if calling {
            arguments.push("--calling");
        }
        if !learnt {
            arguments.extend(["--sample", SAMPLE]);
        }
        let output = conformance(&arguments);
        let text = String::from_utf8(output.stdout).unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{layer} of {stack}: {text}{error}");
        if !learnt {
            // PAP and CHAP have fewer words than that in all, PAP at the end that calls fourteen.
            let played = text.split_once(" words of the machine of ").and_then(|(count, _)| count.parse::<u32>().ok());
            assert!(played.is_some_and(|played| played >= 14) && text.contains(": 0 are answered otherwise"), "{text}");
        }
    }
}

#[test]
fn a_machine_that_is_not_pppds_is_told_by_the_words_that_it_answers_otherwise() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("wrong.json");
    let text = fs::read_to_string(top().join("docs/automata/lcp-trixie.json")).unwrap();
    // pppd that would take no Configure-Request.
    fs::write(&path, text.replace("\"sca\"", "\"scj\"")).unwrap();
    let output =
        conformance(&["--learn", "lcp", "--stack", "trixie", "--against", path.to_str().unwrap(), "--sample", "20"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("scj was expected of RCR+, sca came"), "{text}");
    assert!(text.contains("rcvd [LCP ConfReq id=0x41 <magic 0x6f666601>]"), "{text}");
}
