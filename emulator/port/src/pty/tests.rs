//! A pty whose slave is opened by the test itself. Real time, but nothing sleeps: every wait has a limit.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs::File;
use std::future::Future;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::time::Duration;

use nix::libc::{O_NOCTTY, O_NONBLOCK};
use nix::sys::termios::{InputFlags, LocalFlags};

use super::*;

/// Runs a test inside a runtime, for no longer than 10 s.
fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(10), test).await.unwrap() });
}

/// Opens the slave as a DTE does.
fn dte(port: &Port) -> File {
    dte_at(port.slave_path())
}

fn dte_at(path: &Path) -> File {
    File::options().read(true).write(true).custom_flags(O_NOCTTY).open(path).unwrap()
}

/// Whether nothing happens at the port, however often the runtime turns.
async fn quiet(port: &mut Port) -> bool {
    tokio::time::timeout(Duration::from_millis(20), port.next()).await.is_err()
}

fn octets(text: &str) -> PortEvent {
    PortEvent::Octets(text.as_bytes().to_vec())
}

/// How often the runtime looks at the port while nothing happens for 20 ms.
async fn looks(port: &mut Port) -> u32 {
    let mut looks = 0;
    let mut next = std::pin::pin!(port.next());
    let counted = std::future::poll_fn(|context| {
        looks += 1;
        next.as_mut().poll(context)
    });
    tokio::time::timeout(Duration::from_millis(20), counted).await.unwrap_err();
    looks
}

/// Skips a test that needs root, saying so.
fn is_root() -> bool {
    let root = nix::unistd::geteuid().is_root();
    if !root {
        eprintln!("skipped: TIOCVHANGUP needs root");
    }
    root
}

#[test]
fn opening_sending_and_closing_are_seen_in_order() {
    run(async {
        let mut port = Port::open().unwrap();
        assert!(quiet(&mut port).await);
        for _ in 0..3 {
            let mut slave = dte(&port);
            assert_eq!(port.next().await.unwrap(), PortEvent::Opened);
            slave.write_all(b"AT\r").unwrap();
            assert_eq!(port.next().await.unwrap(), octets("AT\r"));
            assert!(quiet(&mut port).await);
            slave.write_all(b"last").unwrap();
            drop(slave);
            assert_eq!(port.next().await.unwrap(), octets("last"));
            assert_eq!(port.next().await.unwrap(), PortEvent::Closed);
            assert!(quiet(&mut port).await, "our own opening is no DTE");
        }
    });
}

#[test]
fn a_dte_that_is_gone_before_we_look_was_there_all_the_same() {
    run(async {
        let mut port = Port::open().unwrap();
        dte(&port).write_all(b"AT\r").unwrap();
        assert_eq!(port.next().await.unwrap(), PortEvent::Opened);
        assert_eq!(port.next().await.unwrap(), octets("AT\r"));
        assert_eq!(port.next().await.unwrap(), PortEvent::Closed);
        drop(dte(&port));
        assert_eq!(port.next().await.unwrap(), PortEvent::Opened);
        assert_eq!(port.next().await.unwrap(), PortEvent::Closed);
        assert!(quiet(&mut port).await);
    });
}

#[test]
fn a_port_nobody_uses_is_left_alone() {
    run(async {
        let mut port = Port::open().unwrap();
        assert!(looks(&mut port).await < 5, "never opened");
        let slave = dte(&port);
        assert_eq!(port.next().await.unwrap(), PortEvent::Opened);
        assert!(looks(&mut port).await < 5, "open and quiet");
        if is_root() {
            port.hang_up().unwrap();
            assert_eq!(port.next().await.unwrap(), PortEvent::Closed);
            assert!(looks(&mut port).await < 5, "hung up");
        }
        drop(slave);
        drop(dte(&port));
        while port.next().await.unwrap() != PortEvent::Closed {}
        assert!(looks(&mut port).await < 5, "closed: reading it fails at once");
    });
}

#[test]
fn a_second_opening_is_no_event_and_only_the_last_closing_is() {
    run(async {
        let mut port = Port::open().unwrap();
        let first = dte(&port);
        assert_eq!(port.next().await.unwrap(), PortEvent::Opened);
        let second = dte(&port);
        drop(first);
        assert!(quiet(&mut port).await);
        drop(second);
        assert_eq!(port.next().await.unwrap(), PortEvent::Closed);
        assert!(quiet(&mut port).await);
    });
}

#[test]
fn a_dte_that_comes_back_at_once_is_closed_and_opened() {
    run(async {
        let mut port = Port::open().unwrap();
        let slave = dte(&port);
        assert_eq!(port.next().await.unwrap(), PortEvent::Opened);
        assert!(quiet(&mut port).await);
        // The runtime hears of the closing while the port is not polled, and the next DTE is there before it is.
        drop(slave);
        tokio::task::yield_now().await;
        tokio::time::timeout(Duration::from_millis(5), std::future::pending::<()>()).await.unwrap_err();
        let mut slave = dte(&port);
        slave.write_all(b"ATZ\r").unwrap();
        assert_eq!(port.next().await.unwrap(), PortEvent::Closed);
        assert_eq!(port.next().await.unwrap(), PortEvent::Opened);
        assert_eq!(port.next().await.unwrap(), octets("ATZ\r"));
        assert!(quiet(&mut port).await);
        drop(slave);
        assert_eq!(port.next().await.unwrap(), PortEvent::Closed);
    });
}

#[test]
fn octets_reach_the_dte_unchanged_and_are_not_echoed() {
    run(async {
        let mut port = Port::open().unwrap();
        let mut slave = dte(&port);
        assert_eq!(port.next().await.unwrap(), PortEvent::Opened);
        let all: Vec<u8> = (0..=255).collect();
        port.write(&all).unwrap();
        let mut got = vec![0; 256];
        slave.read_exact(&mut got).unwrap();
        assert_eq!(got, all);
        slave.write_all(&all).unwrap();
        assert_eq!(port.next().await.unwrap(), PortEvent::Octets(all));
        assert!(quiet(&mut port).await);
    });
}

#[test]
fn octets_for_nobody_and_octets_nobody_read_are_gone() {
    run(async {
        let mut port = Port::open().unwrap();
        port.write(b"RING").unwrap();
        let slave = dte(&port);
        assert_eq!(port.next().await.unwrap(), PortEvent::Opened);
        port.write(b"RING").unwrap();
        drop(slave);
        assert_eq!(port.next().await.unwrap(), PortEvent::Closed);
        let mut slave = File::options().read(true).custom_flags(O_NOCTTY | O_NONBLOCK).open(port.slave_path()).unwrap();
        let error = slave.read(&mut [0; 16]).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
    });
}

#[test]
fn what_the_dte_has_no_room_for_waits_and_blocks_nobody() {
    run(async {
        let mut port = Port::open().unwrap();
        let mut slave = dte(&port);
        assert_eq!(port.next().await.unwrap(), PortEvent::Opened);
        let much = vec![b'x'; 4_000_000];
        port.write(&much).unwrap();
        assert!(port.unwritten() > 0, "the kernel took 4 MB");
        let reader = std::thread::spawn(move || {
            let mut got = vec![0; 4_000_000];
            slave.read_exact(&mut got).unwrap();
            slave.write_all(b"thanks").unwrap();
            slave
        });
        assert_eq!(port.next().await.unwrap(), octets("thanks"));
        assert_eq!(port.unwritten(), 0);
        port.flush().await.unwrap();
        drop(reader.join().unwrap());
    });
}

#[test]
fn a_hang_up_is_end_of_file_for_the_dte_and_the_port_is_good_for_the_next() {
    if !is_root() {
        return;
    }
    run(async {
        let mut port = Port::open().unwrap();
        port.hang_up().unwrap();
        assert!(quiet(&mut port).await, "nobody there, nothing to hang up");
        for _ in 0..3 {
            let mut slave = dte(&port);
            assert_eq!(port.next().await.unwrap(), PortEvent::Opened);
            slave.write_all(b"unread").unwrap();
            port.write(b"NO CARRIER").unwrap();
            port.hang_up().unwrap();
            assert_eq!(port.next().await.unwrap(), PortEvent::Closed);
            assert_eq!(slave.read(&mut [0; 16]).unwrap(), 0, "end of file");
            assert_eq!(slave.write(b"x").unwrap_err().raw_os_error(), Some(nix::libc::EIO));
            assert!(quiet(&mut port).await);
            drop(slave);
            assert!(quiet(&mut port).await, "it was closed already");
        }
    });
}

#[test]
fn what_a_hung_up_dte_had_not_read_is_not_for_the_next() {
    if !is_root() {
        return;
    }
    run(async {
        let mut port = Port::open().unwrap();
        for _ in 0..20 {
            let slave = dte(&port);
            assert_eq!(port.next().await.unwrap(), PortEvent::Opened);
            port.write(b"NO CARRIER").unwrap();
            port.hang_up().unwrap();
            drop(slave);
            assert_eq!(port.next().await.unwrap(), PortEvent::Closed);
            let mut slave = dte(&port);
            assert_eq!(port.next().await.unwrap(), PortEvent::Opened);
            // Old octets may sit where only new ones push them out.
            port.write(b"RING").unwrap();
            let mut got = [0; 16];
            let count = slave.read(&mut got).unwrap();
            assert_eq!(got.get(..count), Some(b"RING".as_slice()));
            drop(slave);
            assert_eq!(port.next().await.unwrap(), PortEvent::Closed);
        }
    });
}

#[test]
fn a_dte_that_comes_while_the_hung_up_one_lingers_is_seen() {
    if !is_root() {
        return;
    }
    run(async {
        let mut port = Port::open().unwrap();
        let lingering = dte(&port);
        assert_eq!(port.next().await.unwrap(), PortEvent::Opened);
        port.hang_up().unwrap();
        let mut next = dte(&port);
        assert_eq!(port.next().await.unwrap(), PortEvent::Closed);
        assert_eq!(port.next().await.unwrap(), PortEvent::Opened);
        next.write_all(b"AT\r").unwrap();
        assert_eq!(port.next().await.unwrap(), octets("AT\r"));
        drop(lingering);
        assert!(quiet(&mut port).await);
        drop(next);
        assert_eq!(port.next().await.unwrap(), PortEvent::Closed);
    });
}

#[test]
fn every_dte_finds_a_raw_terminal() {
    run(async {
        let mut port = Port::open().unwrap();
        for turn in 0..3 {
            let slave = dte(&port);
            assert_eq!(port.next().await.unwrap(), PortEvent::Opened);
            let mut attributes = tcgetattr(&slave).unwrap();
            let cooked = LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG;
            assert!(!attributes.local_flags.intersects(cooked), "turn {turn}");
            assert!(!attributes.input_flags.contains(InputFlags::ICRNL), "turn {turn}");
            attributes.local_flags |= cooked;
            tcsetattr(&slave, SetArg::TCSANOW, &attributes).unwrap();
            if turn == 1 && is_root() {
                port.hang_up().unwrap();
            }
            drop(slave);
            assert_eq!(port.next().await.unwrap(), PortEvent::Closed);
        }
    });
}

#[test]
fn a_bind_mount_of_the_node_is_the_same_port() {
    if !is_root() {
        return;
    }
    run(async {
        let mut port = Port::open().unwrap();
        // A hard link is impossible on devpts; another node of the same device is another inode but the same terminal,
        // so this must be a bind mount. It needs a mount namespace of its own, which only a thread of its own may have.
        let slave = port.slave_path().to_owned();
        let target = std::env::temp_dir().join(format!("offhook-port-{}", std::process::id()));
        std::fs::write(&target, "").unwrap();
        let path = target.clone();
        let (opened, done) = (std::sync::mpsc::channel(), std::sync::mpsc::channel::<()>());
        let dte = std::thread::spawn(move || {
            use nix::mount::{MsFlags, mount};
            use nix::sched::{CloneFlags, unshare};
            let none = None::<&str>;
            let mounted = unshare(CloneFlags::CLONE_FS | CloneFlags::CLONE_NEWNS)
                .and_then(|()| mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none))
                .and_then(|()| mount(Some(&slave), &path, none, MsFlags::MS_BIND, none));
            let slave = mounted.map(|()| dte_at(&path));
            opened.0.send(slave.as_ref().map(|_| ()).map_err(|e| *e)).unwrap();
            done.1.recv().unwrap();
        });
        let mounted = opened.1.recv().unwrap();
        match mounted {
            Ok(()) => assert_eq!(port.next().await.unwrap(), PortEvent::Opened),
            Err(cause) => eprintln!("skipped: no bind mount here: {}", cause.desc()),
        }
        done.0.send(()).unwrap();
        dte.join().unwrap();
        std::fs::remove_file(&target).unwrap();
        if mounted.is_ok() {
            assert_eq!(port.next().await.unwrap(), PortEvent::Closed);
        }
    });
}

#[test]
fn a_port_set_to_local_says_so() {
    run(async {
        let mut port = Port::open().unwrap();
        let dte = dte(&port);
        assert_eq!(port.next().await.unwrap(), PortEvent::Opened);
        assert!(!port.is_local().unwrap());
        let mut attributes = tcgetattr(&dte).unwrap();
        attributes.control_flags.insert(ControlFlags::CLOCAL);
        tcsetattr(&dte, SetArg::TCSANOW, &attributes).unwrap();
        assert!(port.is_local().unwrap());
    });
}

nix::ioctl_read_bad!(tiocgetd, 0x5424, nix::libc::c_int);

#[test]
fn a_line_discipline_goes_with_whoever_was_killed_with_it() {
    /// N_NULL, which every kernel has, and any user may set.
    static OTHER: nix::libc::c_int = 27;
    run(async {
        let mut port = Port::open().unwrap();
        let of = |file: &File| {
            let mut now = -1;
            // SAFETY: descriptor and number are there for the length of the call.
            unsafe { tiocgetd(file.as_raw_fd(), &raw mut now) }.unwrap();
            now
        };
        let first = dte(&port);
        assert_eq!(port.next().await.unwrap(), PortEvent::Opened);
        // SAFETY: likewise.
        unsafe { tiocsetd(first.as_raw_fd(), &raw const OTHER) }.unwrap();
        assert_eq!(of(&first), OTHER);
        drop(first);
        assert_eq!(port.next().await.unwrap(), PortEvent::Closed);
        assert_eq!(of(&dte(&port)), N_TTY);
    });
}
