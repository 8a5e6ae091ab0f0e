//! What people who come from other modem emulators rely on: ip232 for VICE and openMSX, files that a line sends by itself, commands
//! at the start, several lines at one address.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
#[path = "common/terminal.rs"]
mod terminal;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use common::offhook;
use terminal::{Modems, Terminal};

/// An address that nobody listens at.
fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Modems with this phonebook and these files beside it.
fn with_book(book: &str, files: &[(&str, &str)], links: &[&str]) -> Modems {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("book"), book).unwrap();
    for (name, text) in files {
        std::fs::write(home.path().join(name), text).unwrap();
    }
    let mut arguments = vec!["--phonebook", "book"];
    arguments.extend(links.iter().flat_map(|link| ["--link", link]));
    Modems::start_in(home, &mut offhook(), &arguments)
}

/// A far end on loopback.
struct Far(TcpStream);

impl Far {
    fn of(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Self(stream)
    }

    /// As soon as somebody listens there.
    fn calling(modems: &mut Modems, address: SocketAddr) -> Self {
        modems.wait_until("a port that is listened at", |_| TcpStream::connect(address).map(drop).is_ok());
        Self::of(TcpStream::connect(address).unwrap())
    }

    /// What comes, as much as is wanted.
    fn hear(&mut self, octets: &[u8]) {
        let mut got = vec![0; octets.len()];
        self.0.read_exact(&mut got).unwrap();
        assert_eq!(String::from_utf8_lossy(&got), String::from_utf8_lossy(octets), "{got:?}");
    }

    /// All until it ends.
    fn rest(mut self) -> String {
        let mut got = String::new();
        self.0.read_to_string(&mut got).unwrap();
        got
    }
}

fn ready(modems: &mut Modems, name: &str, settings: &str) -> Terminal {
    let mut terminal = modems.terminal(name);
    terminal.command(&format!("ATE0{settings}"), "OK");
    terminal
}

#[test]
fn vice_has_a_modem_by_ip232_with_dtr_dcd_and_ri() {
    let port = free();
    let links = [&format!("ip232:{port}=5551000"), "./vm1=5551001"];
    let mut modems = with_book("", &[], &links);
    let mut other = ready(&mut modems, "vm1", "S0=1");
    for turn in ["first", "again, after it has gone"] {
        let mut vice = Far::calling(&mut modems, port);
        vice.hear(&[255, 0]);
        vice.0.write_all(b"\xff\x01ATE0\r").unwrap();
        vice.hear(b"ATE0\r\r\nOK\r\n");
        vice.0.write_all(b"ATX2DT5551001\r").unwrap();
        vice.hear(b"\xff\x01\r\nCONNECT 33600\r\n");
        vice.0.write_all(b"a\xff\xffb").unwrap();
        other.hear("CONNECT 33600\r\na");
        other.send_octets(b"\xff!");
        vice.hear(b"\xff\xff!");
        // DTR goes off: &D2 hangs up, the connection stays and DCD goes off.
        vice.0.write_all(b"\xff\x00").unwrap();
        vice.hear(&[255, 0]);
        other.hear("NO CARRIER\r\n");
        vice.0.write_all(b"\xff\x01AT\r").unwrap();
        vice.hear(b"\r\nOK\r\n");
        other.send("ATDT5551000\r");
        vice.hear(&[255, 2]);
        other.send("\r");
        other.hear("NO CARRIER\r\n");
        vice.0.write_all(b"ATZ\r").unwrap();
        drop(vice);
        modems.wait_until(turn, |modems| modems.log().contains("closed by the DTE"));
    }
}

#[test]
fn a_line_sends_its_files_to_callers_and_to_its_own_program() {
    let (listen, server) = (free(), TcpListener::bind("127.0.0.1:0").unwrap());
    let book = format!(
        "number \"5553000\" tcp=\"{}\"\nlisten \"{listen}\" number=\"5551000\"\nline \"5551000\" {{\n\
         send \"welcome\" when=\"answered\"\nsend \"caller\" when=\"answered\" to=\"dte\"\nsend \"busy\" when=\"busy\"\n\
         send \"hello\" when=\"connected\" to=\"far-end\"\nsend \"there\" when=\"connected\" to=\"dte\"\n\
         send \"idle\" when=\"inactive\"\n}}\n",
        server.local_addr().unwrap()
    );
    let files = [
        ("welcome", "Welcome!\r\n"),
        ("caller", "(a caller)"),
        ("busy", "All lines are busy.\r\n"),
        ("hello", "hello, far end"),
        ("there", "(they are there)"),
        ("idle", "You have been idle.\r\n"),
    ];
    let mut modems = with_book(&book, &files, &["./vm0=5551000"]);
    let mut terminal = ready(&mut modems, "vm0", "S0=1S30=1X2");
    let mut caller = Far::of(TcpStream::connect(listen).unwrap());
    caller.hear(b"Welcome!\r\n");
    caller.0.write_all(b"hi").unwrap();
    assert!(terminal.hear("hi").ends_with("\r\nCONNECT 33600\r\n(a caller)hi"));
    assert_eq!(Far::of(TcpStream::connect(listen).unwrap()).rest(), "All lines are busy.\r\n");
    // Ten seconds without a word.
    assert_eq!(caller.rest(), "You have been idle.\r\n");
    terminal.hear("NO CARRIER\r\n");
    terminal.send("ATDT5553000\r");
    let mut far = Far::of(server.accept().unwrap().0);
    far.hear(b"hello, far end");
    far.0.write_all(b"<>").unwrap();
    terminal.hear("\r\nCONNECT 33600\r\n(they are there)<>");
    drop(far);
    terminal.hear("NO CARRIER\r\n");
}

#[test]
fn a_file_that_cannot_be_sent_is_told_at_the_start_with_its_place() {
    let home = tempfile::tempdir().unwrap();
    let book = "line \"1\" {\nsend \"gone.txt\" when=\"busy\"\nsend \".\" when=\"answered\"\n}\n";
    std::fs::write(home.path().join("book"), book).unwrap();
    let arguments = ["modem", "--link", "./vm0=1", "--phonebook", "book"];
    let output = offhook().current_dir(home.path()).args(arguments).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    for wanted in ["cannot read gone.txt: no such file or directory", "book:2:6", "it is not a plain file"] {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
}

#[test]
fn an_address_that_is_listened_at_for_several_lines_rings_the_first_that_is_free() {
    let address = free();
    let book = ["5551000", "5551001"].map(|number| format!("listen \"{address}\" number=\"{number}\"\n")).concat();
    let mut modems = with_book(&book, &[], &["./vm0=5551000", "./vm1=5551001"]);
    let (mut one, mut two) = (ready(&mut modems, "vm0", "S0=1"), ready(&mut modems, "vm1", "S0=1"));
    let _first = Far::of(TcpStream::connect(address).unwrap());
    one.hear("CONNECT 33600\r\n");
    let _second = Far::of(TcpStream::connect(address).unwrap());
    two.hear("CONNECT 33600\r\n");
    assert_eq!(Far::of(TcpStream::connect(address).unwrap()).rest(), "BUSY\r\n");
}

#[test]
fn what_the_command_line_and_the_phonebook_have_modems_told_holds_and_comes_back_by_z() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("book"), "line \"5551001\" init=\"E0S0=3\"\n").unwrap();
    let arguments =
        ["--link", "./vm0=5551000", "--link", "./vm1=5551001", "--phonebook", "book", "--init", "E0V1S0=2&D2"];
    let mut modems = Modems::start_in(home, &mut offhook(), &arguments);
    for (name, rings) in [("vm0", "002"), ("vm1", "003")] {
        let mut terminal = modems.terminal(name);
        assert_eq!(terminal.command("ATS0?", "OK"), format!("\r\n{rings}\r\n\r\nOK\r\n"), "not even an echo");
        terminal.command("ATE1S0=0", "OK");
        terminal.command("ATZ", "OK");
        assert_eq!(terminal.command("ATS0?", "OK"), format!("\r\n{rings}\r\n\r\nOK\r\n"));
    }
}

#[test]
fn commands_that_a_modem_does_not_know_are_told_at_the_start() {
    for (commands, why) in [("S0=1XYZ9", "the modem answers ERROR"), ("DT5551000", "the modem goes off hook for it")] {
        let home = tempfile::tempdir().unwrap();
        let arguments = ["modem", "--link", "./vm0=5551000", "--init", commands, "--control", "sock"];
        let output = offhook().current_dir(home.path()).args(arguments).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{told}");
        assert!(told.contains(&format!("line 5551000: AT{commands}: {why}")), "{told}");
    }
}
