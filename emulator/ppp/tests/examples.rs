//! Each example is run, and prints what it should. `cargo test` has built them.
//!
//! How one is found stands in offhook-telephony's tests too: each of the two crates is published, and tested, by itself.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::process::{Command, Output};

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

/// Runs an example.
fn example(name: &str, arguments: &[&str]) -> Output {
    Command::new(path(name)).args(arguments).output().unwrap()
}

fn text(octets: Vec<u8>) -> String {
    String::from_utf8(octets).unwrap()
}

#[test]
fn two_ends_negotiate_exchange_a_datagram_and_close() {
    let output = example("two_ends", &[]);
    assert!(output.status.success(), "{}", text(output.stderr));
    insta::assert_snapshot!(text(output.stdout));
}

#[test]
fn over_a_tcp_stream_a_datagram_goes_there_and_back() {
    let output = example("tcp_stream", &[]);
    assert!(output.status.success(), "{}", text(output.stderr));
    let stdout = text(output.stdout);
    let wanted = [
        "server    up as 192.168.32.1",
        "caller    up as 192.168.32.105",
        "caller    the datagram is back: true",
        "caller    over: closed by this end (\"User request\")",
    ];
    let came: Vec<&str> = stdout.lines().filter(|line| wanted.contains(line)).collect();
    assert_eq!(came, wanted, "{stdout}");
}

#[test]
fn a_wrong_command_line_is_told_the_right_one() {
    let output = example("tcp_stream", &["listne", "127.0.0.1:0"]);
    assert!(!output.status.success());
    assert!(text(output.stderr).contains("usage: tcp_stream [listen ADDRESS:PORT | connect ADDRESS:PORT]"));
}
