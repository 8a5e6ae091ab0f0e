//! A port of the guest, whatever joins it to its modem: a pty or a USB device. One face for the world.

use offhook_port::{Port, PortError, PortEvent};
use offhook_telephony::modem::Circuit;

use super::usb::UsbPort;
use offhook_base::Error;
use offhook_server::page::device_path;

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
    pub(super) async fn next(&mut self) -> Result<PortEvent, Error> {
        match self {
            Self::Pty(port) => port.next().await.map_err(failed),
            Self::Usb(port) => port.next().await,
        }
    }

    /// The speed the DTE has set, where it does not tell it of its own accord; bit/s.
    pub(super) fn speed(&self) -> Result<Option<u32>, Error> {
        match self {
            Self::Pty(port) => port.speed().map(|speed| Some(speed).filter(|speed| *speed > 0)).map_err(failed),
            Self::Usb(_) => Ok(None),
        }
    }

    /// Octets for the DTE.
    pub(super) fn write(&mut self, octets: &[u8]) -> Result<(), Error> {
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
    pub(super) fn hang_up(&mut self) -> Result<Option<HangUp>, Error> {
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

fn failed(error: PortError) -> Error {
    Error::new(error.to_string())
}

/// Opens a pty and lets it be seen under the port's own name.
///
/// A bind mount of the slave's node, not a link to it: ttyname() then gives `/dev/ttyS0`, and pppd looks for
/// `options.ttyS0` as it does on a serial port.
pub(super) fn open_pty(device: &str) -> Result<Port, Error> {
    use nix::mount::{MsFlags, mount};

    let port = Port::open().map_err(|error| Error::new(format!("opening a pty for {device}: {error}")))?;
    let name = device_path(device);
    let doing = format!("giving the pty the name {name}");
    if let Some(parent) = std::path::Path::new(&name).parent() {
        std::fs::create_dir_all(parent).map_err(|error| Error::io(&doing, &error))?;
    }
    // A real device of that name may exist; the mount hides it.
    std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&name)
        .or_else(
            |error| {
                if std::fs::exists(&name).unwrap_or(false) { std::fs::File::open("/dev/null") } else { Err(error) }
            },
        )
        .map_err(|error| Error::io(&doing, &error))?;
    mount(Some(port.slave_path()), name.as_str(), None::<&str>, MsFlags::MS_BIND, None::<&str>)
        .map_err(|errno| Error::io(&doing, &std::io::Error::from(errno)))?;
    Ok(port)
}
