//! What the modems of `offhook modem` keep over restarts, in the file of `--nvram`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
#[path = "common/terminal.rs"]
mod terminal;

use common::offhook;
use nix::sys::signal::Signal;
use terminal::Modems;

const ARGUMENTS: [&str; 6] = ["--link", "./vm0=5551000", "--link", "./vm1=5551001", "--nvram", "nvram.json"];

#[test]
fn what_a_modem_stores_is_there_after_any_end_and_is_its_line_s() {
    let mut home = tempfile::tempdir().unwrap();
    for (signal, rings) in [(Signal::SIGTERM, 3), (Signal::SIGKILL, 4)] {
        let mut modems = Modems::start_in(home, &mut offhook(), &ARGUMENTS);
        let mut terminal = modems.terminal("vm0");
        terminal.command(&format!("ATS0={rings}&W&Z1=555{rings}"), "OK");
        terminal.command("ATS0=9", "OK");
        modems.wait_until("the file", |modems| {
            std::fs::read_to_string(modems.path("nvram.json")).is_ok_and(|text| text.contains(&format!("555{rings}")))
        });
        modems.end(signal);
        let mut modems = Modems::start_in(modems.into_home(), &mut offhook(), &ARGUMENTS);
        assert!(modems.terminal("vm0").command("ATS0?", "OK").contains(&format!("00{rings}")));
        assert!(modems.terminal("vm0").command("AT&V", "OK").contains(&format!("1=555{rings}")));
        assert!(modems.terminal("vm1").command("ATS0?", "OK").contains("000"));
        modems.end(Signal::SIGTERM);
        home = modems.into_home();
    }
}

#[test]
fn a_file_that_cannot_be_used_is_told_before_anything_starts() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("profile"), "AT&F\n").unwrap();
    for (file, code, text) in
        [("profile", 3, "it is not what modems keep"), ("none/nvram", 3, "no such file or directory")]
    {
        let arguments = ["modem", "--link", "./vm0=1", "--nvram", file];
        let output = offhook().current_dir(home.path()).args(arguments).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(code) && told.contains(text), "{:?} {told}", output.status);
        assert!(!home.path().join("vm0").is_symlink());
    }
}
