//! The server's ports as the world has them: opened under their names, listened to, written to, hung up.

use std::future::poll_fn;
use std::io;
use std::task::Poll;

use offhook_emulator::port::{Port, PortEvent};
use offhook_emulator::time::Instant;
use offhook_emulator::trace::What;

use super::World;
use crate::run::Trouble;
use crate::run::station::Station;
use crate::server::page::device_path;

impl World {
    /// Gives the DTEs what their modems have for them, and hangs ports up.
    pub(super) fn write_ports(&mut self, now: Instant) -> Result<(), Trouble> {
        for (station, port) in self.stations.iter_mut().zip(&mut self.ports) {
            while let Some(octets) = station.poll_dte() {
                port.write(&octets).map_err(|error| Trouble::new(format!("{}: {error}", station.device)))?;
            }
            if station.poll_hang_up() {
                let failed = |error| Trouble::new(format!("{}: {error}", station.device));
                if port.is_local().map_err(failed)? {
                    station.hang_up_ignored(now);
                    continue;
                }
                port.hang_up().map_err(failed)?;
                station.record(now, What::Note { text: "circuit 109 (DCD) off: the port is hung up".to_owned() });
            }
        }
        for client in self.clients.iter_mut() {
            client.write_port(now)?;
        }
        Ok(())
    }
}

/// Opens a pty and lets it be seen under the port's own name.
///
/// A bind mount of the slave's node, not a link to it: ttyname() then gives `/dev/ttyS0`, and pppd looks for
/// `options.ttyS0` as it does on a serial port.
pub(in crate::guest) fn opened(device: &str) -> Result<Port, Trouble> {
    use nix::mount::{MsFlags, mount};

    let port = Port::open().map_err(|error| Trouble::new(format!("opening a pty for {device}: {error}")))?;
    let name = device_path(device);
    let doing = format!("giving the pty the name {name}");
    if let Some(parent) = std::path::Path::new(&name).parent() {
        std::fs::create_dir_all(parent).map_err(|error| Trouble::io(&doing, &error))?;
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
        .map_err(|error| Trouble::io(&doing, &error))?;
    mount(Some(port.slave_path()), name.as_str(), None::<&str>, MsFlags::MS_BIND, None::<&str>)
        .map_err(|errno| Trouble::io(&doing, &io::Error::from(errno)))?;
    Ok(port)
}

/// The next event of any port whose station wants to hear of it.
pub(super) async fn next_of(
    ports: &mut [Port],
    stations: &[Station],
    now: Instant,
) -> Result<(usize, PortEvent), Trouble> {
    let mut waits: Vec<_> = ports
        .iter_mut()
        .zip(stations)
        .enumerate()
        .filter(|(_, (_, station))| station.wants_dte_octets(now))
        .map(|(index, (port, station))| (index, &station.device, Box::pin(port.next())))
        .collect();
    poll_fn(move |context| {
        for (index, device, wait) in &mut waits {
            if let Poll::Ready(event) = wait.as_mut().poll(context) {
                let event = event.map_err(|error| Trouble::new(format!("{device}: {error}")));
                return Poll::Ready(event.map(|event| (*index, event)));
            }
        }
        Poll::Pending
    })
    .await
}
