//! Each example is run, and prints what it should. `cargo test` has built them.
//!
//! How one is found stands in offhook-ppp's tests too: each of the two crates is published, and tested, by itself.

#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The program, in the directory beside that of this test; built now if only this test was asked for.
fn path(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let path = test.ancestors().nth(2).unwrap().join("examples").join(name);
    if !path.exists() {
        let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
        let build = ["build", "--quiet", "--offline", "--profile", profile, "--example", name];
        let status = Command::new(env!("CARGO")).args(build).current_dir(env!("CARGO_MANIFEST_DIR")).status();
        assert!(status.unwrap().success() && path.exists(), "{} is not built", path.display());
    }
    path
}

/// Runs an example with this input; its output.
fn example(name: &str, input: &str) -> String {
    let mut child = Command::new(path(name)).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn two_modems_call_each_other() {
    insta::assert_snapshot!(example("two_modems", ""));
}

#[test]
fn a_modem_on_standard_input_answers_at_commands() {
    assert_eq!(example("stdio_modem", "ATI\r"), "ATI\r\r\noffhook data modem\r\n\r\nOK\r\n");
}

#[test]
fn the_number_that_the_modem_on_standard_input_can_call_answers_and_greets() {
    let dialogue = example("stdio_modem", "ATE0\rATDT5552000\r");
    let greeting = "\r\nCONNECT 33600\r\nHello. I send back what you type.\r\n";
    assert!(dialogue.ends_with(greeting), "{dialogue:?}");
}
