//! What a DTE is attached by, whatever it is: one face for a pty, a serial device and TCP.
//!
//! In: octets for the DTE, circuits of the modem, and the loss of carrier. Out: [`PortEvent`]s. What cannot be shown at
//! a kind of port is left out there, as its module says.

use super::error::PortError;
use super::event::PortEvent;
use super::serial::Serial;
use super::socket::Socket;
use super::spec::AttachmentSpec;
use super::terminal::Terminal;
use super::watcher::Watcher;
use offhook_telephony::modem::Circuit;

/// What a DTE is attached by.
#[derive(Debug)]
pub struct Attachment {
    backend: Backend,
}

#[derive(Debug)]
enum Backend {
    Pty(Box<Terminal>),
    Serial(Box<Serial>),
    Socket(Box<Socket>),
}

impl Attachment {
    /// Makes or opens what the words say; ptys share the watcher. Must be called inside a tokio runtime that drives I/O and time.
    ///
    /// # Errors
    ///
    /// If the link's path is taken, the device is not there, or the TCP port cannot be listened on. A TCP port that
    /// is to be called and does not answer is no error: it is called again.
    pub async fn open(spec: &AttachmentSpec, watcher: &Watcher) -> Result<Self, PortError> {
        let backend = match spec {
            AttachmentSpec::Pty { link } => Backend::Pty(Box::new(Terminal::open(link, watcher)?)),
            AttachmentSpec::Serial { device, speed, rtscts } => {
                Backend::Serial(Box::new(Serial::open(device, *speed, *rtscts)?))
            }
            AttachmentSpec::Listen { host, port, protocol } => {
                Backend::Socket(Box::new(Socket::listen(host, *port, *protocol).await?))
            }
            AttachmentSpec::Connect { host, port, protocol } => {
                Backend::Socket(Box::new(Socket::call(host, *port, *protocol)))
            }
        };
        Ok(Self { backend })
    }

    /// The next thing the DTE does. Cancel-safe: nothing is lost if the future is dropped. While it is not polled the
    /// DTE is not read, which is flow control; octets that it had no room for are [`Self::flush`]'s business then.
    ///
    /// # Errors
    ///
    /// If the port is of no use any more: a device that was pulled out, a kernel that refuses what it never should.
    pub async fn next(&mut self) -> Result<PortEvent, PortError> {
        match &mut self.backend {
            Backend::Pty(terminal) => terminal.next().await,
            Backend::Serial(serial) => serial.next().await,
            Backend::Socket(socket) => socket.next().await,
        }
    }

    /// Waits until the DTE has taken everything, or is gone, and reads nothing. Cancel-safe. It is for a DTE that must not
    /// be read: two that wait for each other to be written to would wait for ever.
    ///
    /// # Errors
    ///
    /// As [`Self::next`].
    pub async fn flush(&mut self) -> Result<(), PortError> {
        match &mut self.backend {
            Backend::Pty(terminal) => terminal.flush().await,
            Backend::Serial(serial) => serial.flush().await,
            Backend::Socket(socket) => {
                socket.flush().await;
                Ok(())
            }
        }
    }

    /// Writes octets to the DTE, and queues what it has no room for; nobody there, nobody gets them, as on a wire. What
    /// goes wrong [`Self::next`] tells.
    pub fn write(&mut self, octets: &[u8]) {
        match &mut self.backend {
            Backend::Pty(terminal) => terminal.write(octets),
            Backend::Serial(serial) => serial.write(octets),
            Backend::Socket(socket) => socket.write(octets),
        }
    }

    /// How many octets the DTE has had no room for yet.
    pub fn unwritten(&self) -> usize {
        match &self.backend {
            Backend::Pty(terminal) => terminal.unwritten(),
            Backend::Serial(serial) => serial.unwritten(),
            Backend::Socket(socket) => socket.unwritten(),
        }
    }

    /// How many octets for the DTE were lost at the port since this was asked last: it was gone before there was room for them.
    pub fn take_lost(&mut self) -> u64 {
        match &mut self.backend {
            Backend::Pty(terminal) => terminal.take_lost(),
            // A wire loses nothing that the device has taken.
            Backend::Serial(_) => 0,
            Backend::Socket(socket) => socket.take_lost(),
        }
    }

    /// Whether the DTE has closed the port, or dropped DTR (108/2), though what it wrote before has not been read: for whoever
    /// does not read it now, and would not be told by [`Self::next`].
    pub fn is_abandoned(&self) -> bool {
        match &self.backend {
            Backend::Pty(terminal) => terminal.is_abandoned(),
            Backend::Serial(serial) => serial.is_abandoned(),
            Backend::Socket(socket) => socket.is_abandoned(),
        }
    }

    /// A circuit of the modem goes on or off. To begin with 106 and 107 are on, 109 and 125 off. Circuits that the port
    /// does not have are left out.
    pub fn set_circuit(&mut self, circuit: Circuit, on: bool) {
        match &mut self.backend {
            Backend::Pty(terminal) if circuit == Circuit::C109 => terminal.set_carrier(on),
            Backend::Pty(_) => {}
            Backend::Serial(serial) => serial.set_circuit(circuit, on),
            Backend::Socket(socket) => socket.set_circuit(circuit, on),
        }
    }

    /// Carrier was lost: what stands for circuit 109 off where there is no such circuit. [`PortEvent::Closed`] follows
    /// if that parted the DTE from the port.
    pub fn hang_up(&mut self) {
        match &mut self.backend {
            Backend::Pty(terminal) => terminal.hang_up(),
            // The DTE sees circuit 109.
            Backend::Serial(_) => {}
            Backend::Socket(socket) => socket.hang_up(),
        }
    }

    /// What it is, for people: `/dev/ttyV0 -> /dev/pts/5`. May change with every event.
    pub fn describe(&self) -> String {
        match &self.backend {
            Backend::Pty(terminal) => terminal.describe(),
            Backend::Serial(serial) => serial.describe(),
            Backend::Socket(socket) => socket.describe(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::fs::File;
    use std::future::Future;
    use std::os::unix::fs::OpenOptionsExt;
    use std::time::Duration;

    use nix::libc::O_NOCTTY;

    use super::*;

    /// Runs a test inside a runtime, for no longer than 10 s.
    fn run(test: impl Future<Output = ()>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { tokio::time::timeout(Duration::from_secs(10), test).await.unwrap() });
    }

    async fn opened(text: &str) -> Result<Attachment, PortError> {
        Attachment::open(&text.parse().unwrap(), &Watcher::default()).await
    }

    /// Whether a future may go from thread to thread.
    fn is_send<T: Send>(_: &T) {}

    #[test]
    fn what_is_said_is_opened_and_described() {
        run(async {
            let directory = tempfile::tempdir().unwrap();
            let link = directory.path().join("vm1");
            let pty = opened(link.to_str().unwrap()).await.unwrap();
            assert!(pty.describe().starts_with(&format!("{} -> /dev/pts/", link.display())));
            let mut listening = opened("telnet:0").await.unwrap();
            let (address, _) = listening
                .describe()
                .strip_prefix("TCP port ")
                .unwrap()
                .split_once(' ')
                .map(|(a, b)| (a.to_owned(), b.to_owned()))
                .unwrap();
            let mut calling = opened(&format!("telnet-to:{address}")).await.unwrap();
            is_send(&calling.next());
            let (there, here) = tokio::join!(listening.next(), calling.next());
            assert_eq!((there.unwrap(), here.unwrap()), (PortEvent::Opened, PortEvent::Opened));
            listening.write(b"OK");
            let heard = tokio::select! {
                heard = calling.next() => heard.unwrap(),
                event = listening.next() => panic!("{event:?}"),
            };
            assert_eq!(heard, PortEvent::Octets(b"OK".to_vec()));
            assert!(opened("serial:/dev/ttyNone").await.is_err());
        });
    }

    #[test]
    fn a_port_nobody_uses_costs_nothing() {
        run(async {
            let directory = tempfile::tempdir().unwrap();
            let mut ports = Vec::new();
            for number in 0..8 {
                ports.push(opened(directory.path().join(format!("vm{number}")).to_str().unwrap()).await.unwrap());
            }
            let (mut looks, mut waits): (u32, Vec<_>) =
                (0, ports.iter_mut().map(|port| Box::pin(port.next())).collect());
            let counted = std::future::poll_fn::<(), _>(|context| {
                looks += 1;
                for wait in &mut waits {
                    assert!(wait.as_mut().poll(context).is_pending());
                }
                std::task::Poll::Pending
            });
            tokio::time::timeout(Duration::from_millis(200), counted).await.unwrap_err();
            assert!(looks < 5, "{looks} looks");
        });
    }

    #[test]
    fn octets_written_are_there_when_the_dte_comes_to_read() {
        run(async {
            let directory = tempfile::tempdir().unwrap();
            let link = directory.path().join("vm1");
            let mut port = opened(link.to_str().unwrap()).await.unwrap();
            let mut dte = File::options().read(true).write(true).custom_flags(O_NOCTTY).open(&link).unwrap();
            assert_eq!(port.next().await.unwrap(), PortEvent::Opened);
            port.set_circuit(Circuit::C106, true);
            port.write(b"RING");
            let mut got = [0; 4];
            std::io::Read::read_exact(&mut dte, &mut got).unwrap();
            assert_eq!(&got, b"RING", "at once, without next()");
            assert_eq!(port.unwritten(), 0);
        });
    }
}
