//! A USB modem in the guest: the server's kernel finds a device of the communications class (CDC 1.2, PSTN 1.2,
//! abstract control model) and makes a port of it, with circuits that a pty has not.
//!
//! Both ends are in one kernel: its make-believe host controller (dummy_hcd) joins the device that is played here
//! (`gadget`, by `raw`; `control` and `descriptors` are what it says) to the driver of every real USB modem (cdc-acm).
//!
//! | circuit | |
//! |---|---|
//! | 105 (RTS), 108/2 (DTR) | as the DTE sets them, by opening and closing the port, by ioctl, by a speed of 0 |
//! | 107 (DSR), 109 (DCD), 125 (RI) | as [`UsbPort::set_circuit`] says |
//! | 106 (CTS) | the class has none; the driver says it is on. Flow control is the bus's own |
//!
//! That 109 goes off hangs the port up by itself, unless it is set to local (CLOCAL): the driver sees to it.
//!
//! Finding the device takes the kernel 0.44 s of virtual time. A controller as it comes from its makers looks for work 8000 times a
//! virtual second while the port is open; the lab's does so only when there may be some (usb.patch).

mod control;
mod descriptors;
mod gadget;
mod node;
mod raw;

use offhook_port::PortEvent;
use offhook_telephony::modem::Circuit;

use self::control::{Said, SerialState};
use self::gadget::{Came, Gadget};
use offhook_base::{Error, plain};

/// A USB modem as a port.
#[derive(Debug)]
pub(crate) struct UsbPort {
    gadget: Gadget,
    /// Circuit 108/2.
    ready: bool,
    state: SerialState,
}

impl UsbPort {
    /// Plugs in the modem of that number, from 0, and waits until the server's kernel has made `/dev/DEVICE` of it.
    pub(crate) fn open(number: usize, device: &str) -> Result<Self, Error> {
        let doing = format!("plugging a USB modem in for {device}");
        let gadget = Gadget::start(number).map_err(|error| {
            Error::new(format!("{doing}: {}", plain(&error)))
                .help("the guest's kernel needs CONFIG_USB_RAW_GADGET, and a dummy_hcd for each USB modem")
        })?;
        node::named(number, device).map_err(|why| Error::new(format!("{doing}: {why}")))?;
        Ok(Self { gadget, ready: false, state: SerialState::default() })
    }

    /// The next thing the DTE does. Cancel-safe.
    pub(crate) async fn next(&mut self) -> Result<PortEvent, Error> {
        loop {
            return Ok(match self.gadget.next().await {
                Came::Octets(octets) => PortEvent::Octets(octets),
                Came::Said(Said::Circuit105(on)) => PortEvent::Circuit105(on),
                Came::Said(Said::Circuit108(on)) => self.circuit_108_changes(on),
                Came::Said(Said::Speed(speed)) => PortEvent::Speed(speed),
                Came::Said(Said::Break(true)) => PortEvent::Break,
                Came::Said(Said::Break(false)) => continue,
                Came::Failed(why) => return Err(Error::new(format!("the USB modem does not work any more: {why}"))),
            });
        }
    }

    /// Octets for the DTE. Without circuit 108/2 nobody gets them.
    pub(crate) fn write(&mut self, octets: &[u8]) {
        if self.ready {
            self.gadget.send(octets);
        }
    }

    /// Sets a circuit, and tells the DTE if that is a change. 106 has no place in the class.
    pub(crate) fn set_circuit(&mut self, circuit: Circuit, on: bool) {
        let before = self.state;
        match circuit {
            Circuit::C106 => {}
            Circuit::C107 => self.state.circuit_107 = on,
            Circuit::C109 => self.state.circuit_109 = on,
            Circuit::C125 => self.state.circuit_125 = on,
        }
        if self.state == before {
            return;
        }
        if self.ready {
            self.gadget.notify(self.state);
        } else {
            // The driver asks for notifications while the port is open only: whoever opens it gets the last state.
            self.gadget.notify_at_last(self.state);
        }
    }

    fn circuit_108_changes(&mut self, on: bool) -> PortEvent {
        self.ready = on;
        if on {
            return PortEvent::Opened;
        }
        // What waits was for who had the port open.
        self.gadget.forget();
        self.gadget.notify_at_last(self.state);
        PortEvent::Closed
    }
}
