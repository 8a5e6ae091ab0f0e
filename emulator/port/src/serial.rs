//! A serial device of this machine, with the DTE at the other end of a null-modem cable: how circuits cross there is
//! `null_modem`'s to say, how a device is driven is tokio-serial's.
//!
//! The kernel would tell of changed circuits by TIOCMIWAIT, but that call can neither be awaited nor ended: a thread in
//! it stays there until a circuit changes, and USB adapters differ in whether they have it. So the circuits are looked
//! at 50 times a second, which is one system call and, for some USB adapters, one request to the device. A DTE that
//! drops circuit 105 would have to wait as long to be obeyed: with `rtscts` the driver itself obeys and drives the flow
//! control circuits, at once, and [`set_circuit`](Serial::set_circuit) leaves 106 to it.
//!
//! A break cannot be told from the octet 0 that it arrives as. The speed is that of the wire, ours; a DTE with another
//! one sends what no modem could read either.

use std::collections::VecDeque;
use std::io;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::errno::Errno;
use nix::libc::{TIOCM_CTS, TIOCM_DSR, TIOCMGET, c_int};
use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_serial::{FlowControl, SerialPort, SerialPortBuilderExt, SerialStream};

use super::duplex::{Moved, exchange, flush, write_now};
use super::error::PortError;
use super::event::PortEvent;
use super::null_modem::{Drive, NullModem, Pins};
use super::pending::Pending;
use offhook_telephony::modem::Circuit;

nix::ioctl_read_bad!(
    /// The circuits: `TIOCMGET`, ioctl_tty(2).
    tiocmget,
    TIOCMGET,
    c_int
);

/// How often the circuits are looked at.
const LOOK: Duration = Duration::from_millis(20);

/// The most that is read at once.
const READ: usize = 4096;

/// A serial device.
#[derive(Debug)]
pub(super) struct Serial {
    stream: SerialStream,
    device: PathBuf,
    speed: u32,
    rtscts: bool,
    /// `None`: the device has no circuits, so that the DTE is always there.
    cable: Option<NullModem>,
    look: Interval,
    pending: Pending,
    unwritten: VecDeque<u8>,
}

impl Serial {
    pub(super) fn open(device: &Path, speed: u32, rtscts: bool) -> Result<Self, PortError> {
        let failed = |error: tokio_serial::Error| {
            let cause = io::Error::from(error);
            let help = match cause.kind() {
                io::ErrorKind::NotFound => "is it plugged in, and does no other program use it?",
                io::ErrorKind::PermissionDenied => "join the group that owns it (often dialout), or run as root",
                _ => "is it a serial device, free, and able to go at this speed?",
            };
            PortError::io(format!("opening {} at {speed} bit/s", device.display()), &cause, help)
        };
        let flow = if rtscts { FlowControl::Hardware } else { FlowControl::None };
        // Opening raises both circuits; there is no carrier yet.
        let builder = tokio_serial::new(device.to_string_lossy(), speed).flow_control(flow).dtr_on_open(false);
        let stream = builder.open_native_async().map_err(failed)?;
        let circuits = match pins(&stream) {
            Ok(_) => true,
            Err(Errno::ENOTTY | Errno::EINVAL) => false,
            Err(cause) => {
                let doing = format!("reading the circuits of {}", device.display());
                return Err(PortError::new(doing, cause, "does its driver have modem control (TIOCMGET)?"));
            }
        };
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut pending = Pending::default();
        if !circuits {
            pending.push(PortEvent::Opened);
        }
        pending.push(PortEvent::Speed(speed));
        Ok(Self {
            stream,
            device: device.into(),
            speed,
            rtscts,
            cable: circuits.then(NullModem::new),
            look,
            pending,
            unwritten: VecDeque::new(),
        })
    }

    pub(super) async fn next(&mut self) -> Result<PortEvent, PortError> {
        loop {
            if let Some(told) = self.pending.take() {
                return told;
            }
            tokio::select! {
                biased;
                _ = self.look.tick(), if self.cable.is_some() => self.see_circuits()?,
                read = exchange(&mut self.stream, &mut self.unwritten, false) => match read {
                    Ok(Moved::Written) => {}
                    Ok(Moved::Read(octets)) if octets.is_empty() => return Err(self.gone(&Errno::EIO.into())),
                    Ok(Moved::Read(octets)) => {
                        // Who speaks is there, though the last look did not see it.
                        self.see_circuits()?;
                        self.pending.push(PortEvent::Octets(octets));
                    }
                    Err(error) => return Err(self.gone(&error)),
                },
            }
        }
    }

    pub(super) fn write(&mut self, octets: &[u8]) {
        self.unwritten.extend(octets);
        write_now(&mut self.unwritten, |octets| self.stream.try_write(octets));
    }

    /// Waits until the device has had room for everything.
    pub(super) async fn flush(&mut self) -> Result<(), PortError> {
        let flushed = flush(&mut self.stream, &mut self.unwritten).await;
        flushed.map_err(|error| self.gone(&error))
    }

    pub(super) fn unwritten(&self) -> usize {
        self.unwritten.len()
    }

    pub(super) fn is_abandoned(&self) -> bool {
        self.cable.is_some() && pins(&self.stream).is_ok_and(|pins| !pins.dsr)
    }

    pub(super) fn set_circuit(&mut self, circuit: Circuit, on: bool) {
        if self.cable.is_none() {
            return;
        }
        let driven = match NullModem::drive(circuit) {
            Some(Drive::Dtr) => self.stream.write_data_terminal_ready(on),
            Some(Drive::Rts) if !self.rtscts => self.stream.write_request_to_send(on),
            Some(Drive::Rts) | None => Ok(()),
        };
        if let Err(error) = driven {
            self.pending.fail(self.gone(&error.into()));
        }
    }

    pub(super) fn describe(&self) -> String {
        let circuits = if self.cable.is_some() { "" } else { ", without circuits" };
        format!("{} at {} bit/s{circuits}", self.device.display(), self.speed)
    }

    fn see_circuits(&mut self) -> Result<(), PortError> {
        let Some(cable) = &mut self.cable else { return Ok(()) };
        match pins(&self.stream) {
            Ok(pins) => {
                for event in cable.look(pins) {
                    // What was sent before is heard before.
                    if event == PortEvent::Circuit108(false) {
                        self.read_what_is_there();
                    }
                    self.pending.push(event);
                }
            }
            Err(cause) => return Err(self.gone(&cause.into())),
        }
        Ok(())
    }

    /// Takes the octets that have arrived. What goes wrong shows when it is read next.
    fn read_what_is_there(&mut self) {
        let mut buffer = [0; READ];
        while let Ok(count @ 1..) = self.stream.try_read(&mut buffer) {
            self.pending.push(PortEvent::Octets(buffer.get(..count).unwrap_or_default().to_vec()));
        }
    }

    fn gone(&self, cause: &io::Error) -> PortError {
        PortError::io(format!("using {}", self.device.display()), cause, "was the adapter pulled out?")
    }
}

/// Both circuits in one call, and the system's number of an error: the library asks for one at a time, and hides it.
fn pins(stream: &SerialStream) -> nix::Result<Pins> {
    let mut bits = 0;
    // SAFETY: the descriptor is open for the length of the call, and the kernel writes one integer.
    unsafe { tiocmget(stream.as_raw_fd(), &raw mut bits) }?;
    Ok(Pins { dsr: bits & TIOCM_DSR != 0, cts: bits & TIOCM_CTS != 0 })
}

#[cfg(test)]
mod tests;
