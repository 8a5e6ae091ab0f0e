//! The server's ports as the world has them: opened under their names, listened to, written to, hung up.

use std::future::poll_fn;
use std::task::Poll;

use offhook_clock::Instant;
use offhook_port::PortEvent;
use offhook_telephony::trace::EventKind;

use super::World;
use crate::port::{GuestPort, HangUp, open_pty};
use crate::usb::UsbPort;
use offhook_base::Error;
use offhook_scenario::{Port as Declared, Wiring};
use offhook_session::port_session::PortSession;

impl World {
    /// Gives the DTEs what their modems have for them, and hangs ports up.
    pub(super) fn write_ports(&mut self, now: Instant) -> Result<(), Error> {
        for (session, port) in self.sessions.iter_mut().zip(&mut self.ports) {
            while let Some((circuit, on)) = session.poll_circuit() {
                port.set_circuit(circuit, on);
            }
            while let Some(octets) = session.poll_dte() {
                port.write(&octets).map_err(|error| of(&session.device, error))?;
            }
            if session.poll_hang_up() {
                match port.hang_up().map_err(|error| of(&session.device, error))? {
                    Some(HangUp::Ignored) => session.hang_up_ignored(now),
                    Some(HangUp::Done) => {
                        let text = "circuit 109 (DCD) off: the port is hung up".to_owned();
                        session.record(now, EventKind::Note { text });
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

/// Tells a port's session what its DTE does.
pub(super) fn tell(session: &mut PortSession, now: Instant, event: PortEvent) {
    match event {
        PortEvent::Opened | PortEvent::Circuit108(true) => session.handle_circuit_108(now, true),
        PortEvent::Closed | PortEvent::Circuit108(false) => session.handle_circuit_108(now, false),
        PortEvent::Octets(octets) => session.handle_dte_octets(now, &octets),
        PortEvent::Circuit105(on) => session.handle_circuit_105(now, on),
        PortEvent::Speed(speed) => session.handle_dte_speed(now, speed),
        PortEvent::Break => session.record(now, EventKind::Note { text: "the server sends a break".to_owned() }),
    }
}

/// Opens what joins each of the `ports` to its modem. USB modems have the kernel's controllers in their order.
pub(crate) fn all_opened(ports: &[Declared]) -> Result<Vec<GuestPort>, Error> {
    let mut controllers = 0..;
    let open = |port: &Declared| match port.wiring {
        Wiring::Pty => open_pty(&port.device).map(GuestPort::Pty),
        Wiring::Usb => UsbPort::open(controllers.next().unwrap_or_default(), &port.device).map(GuestPort::Usb),
    };
    ports.iter().map(open).collect()
}

/// The next event of any port whose session wants to hear of it.
pub(super) async fn next_of(
    ports: &mut [GuestPort],
    sessions: &[PortSession],
    now: Instant,
) -> Result<(usize, PortEvent), Error> {
    let mut waits: Vec<_> = ports
        .iter_mut()
        .zip(sessions)
        .enumerate()
        .filter(|(_, (_, session))| session.wants_dte_octets(now))
        .map(|(index, (port, session))| (index, &session.device, Box::pin(port.next())))
        .collect();
    poll_fn(move |context| {
        for (index, device, wait) in &mut waits {
            if let Poll::Ready(event) = wait.as_mut().poll(context) {
                let event = event.map_err(|error| of(device, error));
                return Poll::Ready(event.map(|event| (*index, event)));
            }
        }
        Poll::Pending
    })
    .await
}

fn of(device: &str, error: Error) -> Error {
    Error { message: format!("{device}: {}", error.message), ..error }
}
