//! The server's ports as the world has them: opened under their names, listened to, written to, hung up.

use std::future::poll_fn;
use std::io;
use std::task::Poll;

use offhook_emulator::port::{Port, PortEvent};
use offhook_emulator::time::Instant;
use offhook_emulator::trace::What;

use super::World;
use crate::guest::port::{GuestPort, HangUp};
use crate::guest::usb::UsbPort;
use crate::run::Trouble;
use crate::run::station::Station;
use crate::scenario::{Port as Declared, Wiring};
use crate::server::page::device_path;

impl World {
    /// Gives the DTEs what their modems have for them, and hangs ports up.
    pub(super) fn write_ports(&mut self, now: Instant) -> Result<(), Trouble> {
        for (station, port) in self.stations.iter_mut().zip(&mut self.ports) {
            while let Some((circuit, on)) = station.poll_circuit() {
                port.set_circuit(circuit, on);
            }
            while let Some(octets) = station.poll_dte() {
                port.write(&octets).map_err(|trouble| of(&station.device, trouble))?;
            }
            if station.poll_hang_up() {
                match port.hang_up().map_err(|trouble| of(&station.device, trouble))? {
                    Some(HangUp::Ignored) => station.hang_up_ignored(now),
                    Some(HangUp::Done) => {
                        let text = "circuit 109 (DCD) off: the port is hung up".to_owned();
                        station.record(now, What::Note { text });
                    }
                    None => {}
                }
            }
        }
        for client in self.clients.iter_mut() {
            client.write_port(now)?;
        }
        Ok(())
    }
}

/// Tells a station what its DTE does.
pub(super) fn tell(station: &mut Station, now: Instant, event: PortEvent) {
    match event {
        PortEvent::Opened => station.handle_circuit_108(now, true),
        PortEvent::Closed => station.handle_circuit_108(now, false),
        PortEvent::Octets(octets) => station.handle_dte_octets(now, &octets),
        PortEvent::Circuit105(on) => station.handle_circuit_105(now, on),
        PortEvent::Speed(speed) => station.handle_dte_speed(now, speed),
        PortEvent::Break => station.record(now, What::Note { text: "the server sends a break".to_owned() }),
    }
}

/// Opens what joins each of the `ports` to its modem. USB modems have the kernel's controllers in their order.
pub(in crate::guest) fn all_opened(ports: &[Declared]) -> Result<Vec<GuestPort>, Trouble> {
    let mut controllers = 0..;
    let open = |port: &Declared| match port.wiring {
        Wiring::Pty => opened(&port.device).map(GuestPort::Pty),
        Wiring::Usb => UsbPort::open(controllers.next().unwrap_or_default(), &port.device).map(GuestPort::Usb),
    };
    ports.iter().map(open).collect()
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
    ports: &mut [GuestPort],
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
                let event = event.map_err(|trouble| of(device, trouble));
                return Poll::Ready(event.map(|event| (*index, event)));
            }
        }
        Poll::Pending
    })
    .await
}

fn of(device: &str, trouble: Trouble) -> Trouble {
    Trouble { message: format!("{device}: {}", trouble.message), ..trouble }
}
