//! Ptys with links in a directory of the test's own. Nothing sleeps: every wait has a limit.
#![allow(clippy::unwrap_used)]

use std::fs::{File, read_link};
use std::future::Future;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use nix::libc::O_NOCTTY;
use nix::sys::termios::{BaudRate, ControlFlags, SetArg, cfsetspeed, tcgetattr, tcsetattr};
use tempfile::TempDir;

use super::*;

/// Runs a test inside a runtime, for no longer than 10 s.
fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(10), test).await.unwrap() });
}

/// A terminal, the path of its link, and the directory the link is in.
fn terminal() -> (Terminal, PathBuf, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vm1");
    (Terminal::open(&path, &Watcher::default()).unwrap(), path, directory)
}

fn dte(path: &Path) -> File {
    File::options().read(true).write(true).custom_flags(O_NOCTTY).open(path).unwrap()
}

fn set_speed(dte: &File, speed: BaudRate) {
    let mut attributes = tcgetattr(dte).unwrap();
    cfsetspeed(&mut attributes, speed).unwrap();
    tcsetattr(dte, SetArg::TCSANOW, &attributes).unwrap();
}

async fn next(terminal: &mut Terminal) -> PortEvent {
    terminal.next().await.unwrap()
}

async fn opened(terminal: &mut Terminal) {
    assert_eq!(next(terminal).await, PortEvent::Opened);
    assert_eq!(next(terminal).await, PortEvent::Speed(38400), "what the kernel gives to begin with");
}

fn octets(text: &str) -> PortEvent {
    PortEvent::Octets(text.as_bytes().to_vec())
}

/// Whether nothing happens for some looks.
async fn quiet(terminal: &mut Terminal) -> bool {
    tokio::time::timeout(3 * LOOK, terminal.next()).await.is_err()
}

#[test]
fn a_dte_finds_the_pty_by_its_name() {
    run(async {
        let (mut terminal, path, _directory) = terminal();
        let mut slave = dte(&path);
        opened(&mut terminal).await;
        slave.write_all(b"AT\r").unwrap();
        assert_eq!(next(&mut terminal).await, octets("AT\r"));
        terminal.write(b"OK");
        let mut got = [0; 2];
        slave.read_exact(&mut got).unwrap();
        assert_eq!(&got, b"OK");
        drop(slave);
        assert_eq!(next(&mut terminal).await, PortEvent::Closed);
        drop(terminal);
        assert!(!path.is_symlink());
    });
}

#[test]
fn a_new_speed_is_told_before_the_octets_sent_at_it() {
    run(async {
        let (mut terminal, path, _directory) = terminal();
        let mut slave = dte(&path);
        opened(&mut terminal).await;
        for (speed, bits) in [(BaudRate::B300, 300), (BaudRate::B115200, 115_200)] {
            set_speed(&slave, speed);
            slave.write_all(b"AT\r").unwrap();
            assert_eq!(next(&mut terminal).await, PortEvent::Speed(bits));
            assert_eq!(next(&mut terminal).await, octets("AT\r"));
        }
    });
}

#[test]
fn speed_0_during_a_call_is_circuit_108_off() {
    run(async {
        let (mut terminal, path, _directory) = terminal();
        let mut slave = dte(&path);
        opened(&mut terminal).await;
        terminal.set_carrier(true);
        assert!(quiet(&mut terminal).await);
        set_speed(&slave, BaudRate::B0);
        assert_eq!(next(&mut terminal).await, PortEvent::Circuit108(false));
        slave.write_all(b"lost").unwrap();
        assert!(quiet(&mut terminal).await, "nothing is sent at speed 0");
        set_speed(&slave, BaudRate::B38400);
        assert_eq!(next(&mut terminal).await, PortEvent::Circuit108(true));
        slave.write_all(b"last words").unwrap();
        set_speed(&slave, BaudRate::B0);
        assert!(terminal.is_abandoned(), "whoever does not read it now can see it");
        assert_eq!(next(&mut terminal).await, octets("last words"));
        assert_eq!(next(&mut terminal).await, PortEvent::Circuit108(false));
        drop(slave);
        assert!(quiet(&mut terminal).await, "it was off already");
        let mut slave = dte(&path);
        assert_eq!(next(&mut terminal).await, PortEvent::Opened);
        slave.write_all(b"AT\r").unwrap();
        assert_eq!(next(&mut terminal).await, octets("AT\r"), "the speed 0 it finds is the last one's");
    });
}

#[test]
fn a_hang_up_without_root_is_the_end_of_the_pty_and_the_link_leads_to_the_next() {
    run(async {
        let (mut terminal, path, directory) = terminal();
        for _ in 0..3 {
            let before = read_link(&path).unwrap();
            let mut slave = dte(&path);
            loop {
                if next(&mut terminal).await == PortEvent::Opened {
                    break;
                }
            }
            terminal.write(b"NO CARRIER");
            terminal.give_up();
            assert_eq!(slave.write(b"x").unwrap_err().raw_os_error(), Some(nix::libc::EIO));
            assert_eq!(next(&mut terminal).await, PortEvent::Closed);
            assert_ne!(read_link(&path).unwrap(), before);
            assert!(terminal.describe().starts_with(&format!("{} -> /dev/pts/", path.display())));
        }
        drop(terminal);
        assert_eq!(directory.path().read_dir().unwrap().count(), 0);
    });
}

#[test]
fn a_hang_up_ends_a_dte_unless_it_is_set_to_local() {
    run(async {
        let (mut terminal, path, _directory) = terminal();
        terminal.hang_up();
        assert!(quiet(&mut terminal).await, "nobody there");
        let mut slave = dte(&path);
        opened(&mut terminal).await;
        let mut attributes = tcgetattr(&slave).unwrap();
        attributes.control_flags.insert(ControlFlags::CLOCAL);
        tcsetattr(&slave, SetArg::TCSANOW, &attributes).unwrap();
        terminal.hang_up();
        slave.write_all(b"AT\r").unwrap();
        assert_eq!(next(&mut terminal).await, octets("AT\r"));
        attributes.control_flags.remove(ControlFlags::CLOCAL);
        tcsetattr(&slave, SetArg::TCSANOW, &attributes).unwrap();
        terminal.hang_up();
        assert_eq!(next(&mut terminal).await, PortEvent::Closed);
        assert_eq!(slave.write(b"x").unwrap_err().raw_os_error(), Some(nix::libc::EIO));
        let _next = dte(&path);
        assert_eq!(next(&mut terminal).await, PortEvent::Opened);
    });
}

#[test]
fn a_dte_that_is_gone_and_back_before_anybody_looked_is_seen() {
    run(async {
        let (mut terminal, path, _directory) = terminal();
        drop(dte(&path));
        while next(&mut terminal).await != PortEvent::Closed {}
        for _ in 0..5 {
            let slave = dte(&path);
            assert_eq!(next(&mut terminal).await, PortEvent::Opened);
            assert!(quiet(&mut terminal).await);
            // Nobody has been told of anything when this is over.
            let mut before = slave;
            before.write_all(b"bye\r\n").unwrap();
            drop(before);
            let mut slave = dte(&path);
            slave.write_all(b"AT\r").unwrap();
            assert_eq!(next(&mut terminal).await, octets("bye\r\n"));
            assert_eq!(next(&mut terminal).await, PortEvent::Closed);
            assert_eq!(next(&mut terminal).await, PortEvent::Opened);
            assert_eq!(next(&mut terminal).await, octets("AT\r"));
            drop(slave);
            assert_eq!(next(&mut terminal).await, PortEvent::Closed);
        }
    });
}

#[test]
fn a_hang_up_waits_until_the_dte_has_had_room_for_everything() {
    run(async {
        let (mut terminal, path, _directory) = terminal();
        let mut slave = dte(&path);
        opened(&mut terminal).await;
        terminal.set_carrier(true);
        let text: Vec<u8> = (0..400_000_u32).map(|place| b'a' + u8::try_from(place % 26).unwrap()).collect();
        terminal.write(&text);
        assert!(terminal.unwritten() > 0);
        terminal.set_carrier(false);
        terminal.hang_up();
        let reader = std::thread::spawn(move || {
            let mut got = Vec::new();
            // A hang-up without root is the end of the pty.
            let _ = slave.read_to_end(&mut got);
            got
        });
        assert_eq!(next(&mut terminal).await, PortEvent::Closed);
        let got = reader.join().unwrap();
        assert!(text.starts_with(&got) && got.len() + 70_000 > text.len(), "{} of {}", got.len(), text.len());
        assert_eq!(terminal.take_lost(), 0, "what the kernel has taken is the kernel's");
    });
}
