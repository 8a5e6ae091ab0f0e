//! What programs dial at the modems of `offhook modem`: numbers, names and addresses, in one go and by and by.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
#[path = "common/terminal.rs"]
mod terminal;

use std::io::Write;
use std::net::{SocketAddr, TcpListener};

use common::offhook;
use terminal::{Modems, Terminal};

/// A modem at `./vm0` with this phonebook, and a server at an address that is in it.
fn with_book(book: impl Fn(SocketAddr) -> String, more: &[&str]) -> (TcpListener, Modems, Terminal) {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("book"), book(server.local_addr().unwrap())).unwrap();
    let arguments = [&["--link", "./vm0=5551000", "--phonebook", "book"], more].concat();
    let mut modems = Modems::start_in(home, &mut offhook(), &arguments);
    let mut terminal = modems.terminal("vm0");
    terminal.command("ATE0X2S7=3", "OK");
    (server, modems, terminal)
}

/// Dials, and the server there is called.
fn reaches(terminal: &mut Terminal, server: &TcpListener, command: &str) {
    terminal.send(&format!("{command}\r"));
    terminal.hear("CONNECT 33600\r\n");
    let (mut far, _) = server.accept().unwrap();
    far.write_all(b"welcome").unwrap();
    drop(far);
    assert_eq!(terminal.hear("NO CARRIER\r\n"), "welcome\r\nNO CARRIER\r\n", "{command}");
}

#[test]
fn names_and_addresses_of_the_phonebook_are_dialled() {
    let (server, _modems, mut terminal) =
        with_book(|server| format!("number \"5553000\" name=\"Example BBS\" tcp=\"{server}\"\n"), &[]);
    let address = server.local_addr().unwrap();
    for command in [format!("ATDT{address}"), "ATD\"example bbs\"".to_owned(), "ATDL".to_owned(), "ATDT555-3000".into()]
    {
        reaches(&mut terminal, &server, &command);
    }
}

#[test]
fn a_phonebook_of_dosbox_will_do() {
    let (server, _modems, mut terminal) = with_book(|server| format!("; mine\n5553000 {server} Example BBS\n"), &[]);
    reaches(&mut terminal, &server, "ATDT5553000");
    reaches(&mut terminal, &server, "ATD\"Example BBS\"");
}

#[test]
fn an_address_that_is_not_in_the_phonebook_is_dialled_only_if_that_was_allowed() {
    let elsewhere = |_| "number \"5553000\" tcp=\"127.0.0.1:1\"\n".to_owned();
    let (server, mut modems, mut terminal) = with_book(elsewhere, &[]);
    let address = server.local_addr().unwrap();
    terminal.command(&format!("ATDT{address}"), "NO CARRIER");
    modems.wait_until("the reason", |modems| {
        modems.log().contains(&format!("{address} is not in the phonebook; --dial-any lets every address be dialled"))
    });
    server.set_nonblocking(true).unwrap();
    assert!(server.accept().is_err(), "nobody has called");
    drop(modems);
    let (server, _modems, mut terminal) = with_book(elsewhere, &["--dial-any"]);
    let address = server.local_addr().unwrap();
    reaches(&mut terminal, &server, &format!("ATDT{address}"));
    reaches(&mut terminal, &server, &format!("ATDTlocalhost:{}", address.port()));
}

#[test]
fn the_name_of_a_line_here_rings_it() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("book"), "line \"5551001\" name=\"ALICE\"\n").unwrap();
    let arguments = ["--link", "./vm0=5551000", "--link", "./vm1=5551001", "--phonebook", "book"];
    let mut modems = Modems::start_in(home, &mut offhook(), &arguments);
    let (mut one, mut other) = (modems.terminal("vm0"), modems.terminal("vm1"));
    one.command("ATE0X2", "OK");
    other.command("ATE0S0=1", "OK");
    one.command("ATD\"Alice\"", "CONNECT 33600");
    other.hear("CONNECT 33600\r\n");
}

#[test]
fn a_number_dialled_by_several_commands_is_one_call() {
    let book = |server| format!("number \"5553000\" tcp=\"{server}\"\ndefault tcp=\"127.0.0.1:1\"\n");
    let (server, modems, mut terminal) = with_book(book, &["--link", "./vm1=5551001"]);
    terminal.command("ATDT555;", "OK");
    reaches(&mut terminal, &server, "ATD3000");
    terminal.command("ATDT555;", "OK");
    terminal.command("ATD10;", "OK");
    terminal.send("ATD01\r");
    terminal.hear("NO CARRIER\r\n");
    let log = modems.log();
    assert!(log.contains("call begins, from 5551000") && !log.contains("127.0.0.1:1"), "{log}");
}
