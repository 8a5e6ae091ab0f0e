//! What can be tried without a device: a pty stands for one. It has no circuits (TIOCMGET fails), so that their crossing
//! is tested in `null_modem`, and that they are read and driven at all is not tested here.
#![allow(clippy::unwrap_used)]

use std::fs::File;
use std::future::Future;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;

use nix::pty::{PtyMaster, grantpt, posix_openpt, ptsname_r, unlockpt};

use super::*;

/// Runs a test inside a runtime, for no longer than 10 s.
fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(10), test).await.unwrap() });
}

/// The far end of a wire, and the device at the near end.
fn wire() -> (File, PathBuf) {
    let master: PtyMaster = posix_openpt(nix::fcntl::OFlag::O_RDWR | nix::fcntl::OFlag::O_NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let device = ptsname_r(&master).unwrap().into();
    (File::from(OwnedFd::from(master)), device)
}

#[test]
fn octets_pass_unchanged_and_a_device_without_circuits_is_always_open() {
    run(async {
        let (mut far, device) = wire();
        let mut serial = Serial::open(&device, 57600, false).unwrap();
        assert_eq!(serial.next().await.unwrap(), PortEvent::Opened);
        assert_eq!(serial.next().await.unwrap(), PortEvent::Speed(57600));
        let all: Vec<u8> = (0..=255).collect();
        far.write_all(&all).unwrap();
        assert_eq!(serial.next().await.unwrap(), PortEvent::Octets(all.clone()));
        serial.set_circuit(Circuit::C109, true);
        serial.write(&all);
        let reader = std::thread::spawn(move || {
            let mut got = vec![0; 256];
            far.read_exact(&mut got).unwrap();
            far.write_all(b"thanks").unwrap();
            (far, got)
        });
        assert_eq!(serial.next().await.unwrap(), PortEvent::Octets(b"thanks".to_vec()));
        assert_eq!(serial.unwritten(), 0);
        let (far, got) = reader.join().unwrap();
        assert_eq!(got, all);
        assert_eq!(serial.describe(), format!("{} at 57600 bit/s, without circuits", device.display()));
        drop(far);
        let error = serial.next().await.unwrap_err().to_string();
        assert!(error.ends_with("was the adapter pulled out?"), "{error}");
    });
}

#[test]
fn a_device_that_is_not_there_is_told() {
    run(async {
        let error = Serial::open(Path::new("/dev/ttyNone"), 9600, false).unwrap_err().to_string();
        assert_eq!(
            error,
            "opening /dev/ttyNone at 9600 bit/s failed: No such file or directory; is it plugged in, and does no other \
             program use it?"
        );
    });
}
