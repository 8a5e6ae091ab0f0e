//! What a DTE is attached by, whatever it is: one face for a pty, a serial device and TCP.
//!
//! In: octets for the DTE, circuits of the modem, and the loss of carrier. Out: [`PortEvent`]s. What cannot be shown at
//! a kind of port is left out there, as its module says.

use super::error::PortError;
use super::event::PortEvent;
use super::spec::AttachmentSpec;
use super::terminal::Terminal;
use crate::modem::Circuit;

/// What a DTE is attached by.
#[derive(Debug)]
pub struct Attachment {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Pty(Terminal),
}

impl Attachment {
    /// Makes or opens what the words say. Must be called inside a tokio runtime that drives I/O and time.
    ///
    /// # Errors
    ///
    /// If the link's path is taken, the device is not there, or the TCP port cannot be listened on. A TCP port that
    /// shall be called and does not answer is no error: it is called again.
    #[allow(clippy::unused_async)]
    pub async fn open(spec: &AttachmentSpec) -> Result<Self, PortError> {
        let kind = match spec {
            AttachmentSpec::Pty { link } => Kind::Pty(Terminal::open(link)?),
            AttachmentSpec::Serial { .. } | AttachmentSpec::Listen { .. } | AttachmentSpec::Connect { .. } => {
                let doing = format!("opening {spec}");
                return Err(PortError::new(doing, nix::errno::Errno::ENOSYS, "only a pty can be opened so far"));
            }
        };
        Ok(Self { kind })
    }

    /// The next thing the DTE does. Cancel-safe: nothing is lost if the future is dropped. While it is not polled the
    /// DTE is not read, which is flow control, and octets that the DTE had no room for are not written either.
    ///
    /// # Errors
    ///
    /// If the port is of no use any more: a device that was pulled out, a kernel that refuses what it never should.
    pub async fn next(&mut self) -> Result<PortEvent, PortError> {
        match &mut self.kind {
            Kind::Pty(terminal) => terminal.next().await,
        }
    }

    /// Writes octets to the DTE, or queues what it has no room for; nobody there, nobody gets them, as on a wire. What
    /// goes wrong [`Self::next`] tells.
    pub fn write(&mut self, octets: &[u8]) {
        match &mut self.kind {
            Kind::Pty(terminal) => terminal.write(octets),
        }
    }

    /// How many octets the DTE has had no room for yet.
    pub fn unwritten(&self) -> usize {
        match &self.kind {
            Kind::Pty(terminal) => terminal.unwritten(),
        }
    }

    /// A circuit of the modem goes on or off. All are off to begin with. Circuits that the port does not have are left
    /// out.
    pub fn set_circuit(&mut self, circuit: Circuit, on: bool) {
        match &mut self.kind {
            Kind::Pty(terminal) if circuit == Circuit::C109 => terminal.set_carrier(on),
            Kind::Pty(_) => {}
        }
    }

    /// Carrier was lost: what stands for circuit 109 off where there is no such circuit. [`PortEvent::Closed`] follows
    /// if that parted the DTE from the port.
    pub fn hang_up(&mut self) {
        match &mut self.kind {
            Kind::Pty(terminal) => terminal.hang_up(),
        }
    }

    /// What it is, for people: `/dev/ttyV0 -> /dev/pts/5`. May change with every event.
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::Pty(terminal) => terminal.describe(),
        }
    }
}
