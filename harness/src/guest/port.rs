//! A port of the guest, whatever joins it to its modem: a pty or a USB device. One face for the world.

use offhook_emulator::modem::Circuit;
use offhook_emulator::port::{Port, PortError, PortEvent};

use super::usb::UsbPort;
use crate::run::Trouble;

/// A port, opened.
#[derive(Debug)]
pub(super) enum GuestPort {
    /// A pseudo-terminal.
    Pty(Port),
    /// A USB modem.
    Usb(UsbPort),
}

impl GuestPort {
    /// The next thing the DTE does. Cancel-safe.
    pub(super) async fn next(&mut self) -> Result<PortEvent, Trouble> {
        match self {
            Self::Pty(port) => port.next().await.map_err(failed),
            Self::Usb(port) => port.next().await,
        }
    }

    /// The speed the DTE has set, where it does not tell it of its own accord; bit/s.
    pub(super) fn speed(&self) -> Result<Option<u32>, Trouble> {
        match self {
            Self::Pty(port) => port.speed().map(|speed| Some(speed).filter(|speed| *speed > 0)).map_err(failed),
            Self::Usb(_) => Ok(None),
        }
    }

    /// Octets for the DTE.
    pub(super) fn write(&mut self, octets: &[u8]) -> Result<(), Trouble> {
        match self {
            Self::Pty(port) => port.write(octets).map_err(failed),
            Self::Usb(port) => {
                port.write(octets);
                Ok(())
            }
        }
    }

    /// A circuit towards the DTE goes on or off. A pty has none.
    pub(super) fn set_circuit(&mut self, circuit: Circuit, on: bool) {
        if let Self::Usb(port) = self {
            port.set_circuit(circuit, on);
        }
    }

    /// Circuit 109 goes off where there is no such circuit: hangs the port up. What came of that; `None`: nothing is to
    /// be done, because the circuit itself has told the DTE.
    pub(super) fn hang_up(&mut self) -> Result<Option<HangUp>, Trouble> {
        match self {
            Self::Pty(port) if port.is_local().map_err(failed)? => Ok(Some(HangUp::Ignored)),
            Self::Pty(port) => port.hang_up().map(|()| Some(HangUp::Done)).map_err(failed),
            Self::Usb(_) => Ok(None),
        }
    }
}

/// What came of hanging a pty up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HangUp {
    /// Whoever had it open knows.
    Done,
    /// The DTE has set it to local.
    Ignored,
}

fn failed(error: PortError) -> Trouble {
    Trouble::new(error.to_string())
}
