//! A tap between two ports: octets and circuits pass from each to the other, and all that passes is recorded.
//!
//! In: two ports, whose DTEs would otherwise be wired to each other, and when to end. Out: [`Event`]s with times, as they happen. The
//! first port is the server's side: AT command lines come from there, and its frames are the server's. Circuits cross as in a
//! cable: 108/2 of one side is 109 of the other, 105 is 106; where a port has none, opening and closing it stands for 108/2.

use std::future::pending;

use offhook_base::Error;
use offhook_clock::Instant;
use offhook_decode::{Found, Line, What};
use offhook_port::{Attachment, AttachmentSpec, PortError, PortEvent, Watcher};
use offhook_ppp::hdlc::QUIET;
use offhook_telephony::modem::Circuit;
use offhook_telephony::trace::{End, Event, EventKind};
use tokio::time;

/// The name of the line in what is recorded.
pub const PORT: &str = "tap";

/// So many octets may wait for one side before the other is not read any more.
const ROOM: usize = 64 * 1024;

/// Two ports, and what has passed.
#[derive(Debug)]
pub struct Tap {
    near: Attachment,
    far: Attachment,
    line: Line,
    start: time::Instant,
    octets: u64,
}

impl Tap {
    /// Makes or opens both ports. Needs a tokio runtime.
    ///
    /// # Errors
    ///
    /// If one of them cannot be had.
    pub async fn open(near: &AttachmentSpec, far: &AttachmentSpec) -> Result<Self, Error> {
        let watcher = Watcher::default();
        let failed = |error: PortError| Error::new(error.to_string());
        let near = Attachment::open(near, &watcher).await.map_err(failed)?;
        let far = Attachment::open(far, &watcher).await.map_err(failed)?;
        Ok(Self { near, far, line: Line::default(), start: time::Instant::now(), octets: 0 })
    }

    /// What the ports are, for people.
    pub fn describe(&self) -> [String; 2] {
        [self.near.describe(), self.far.describe()]
    }

    /// Passes on whatever comes until `stop` is ready; gives what happens to `tell`.
    ///
    /// # Errors
    ///
    /// If a port is of no use any more. What came before has been told.
    pub async fn run(&mut self, stop: impl Future<Output = ()>, tell: &mut dyn FnMut(Event)) -> Result<(), Error> {
        tokio::pin!(stop);
        let mut quiet_at: Option<time::Instant> = None;
        // Who is asked first: a side that never stops sending must not keep the other from being heard.
        let mut first = End::Server;
        let ended = loop {
            let (near_reads, far_reads) = (self.far.unwritten() < ROOM, self.near.unwritten() < ROOM);
            let quiet = async {
                match quiet_at {
                    Some(at) => time::sleep_until(at).await,
                    None => pending().await,
                }
            };
            let (near, far) = (next(&mut self.near, near_reads), next(&mut self.far, far_reads));
            let either = async {
                match first {
                    End::Server => tokio::select! {
                        biased;
                        event = near => (End::Server, event),
                        event = far => (End::Caller, event),
                    },
                    End::Caller => tokio::select! {
                        biased;
                        event = far => (End::Caller, event),
                        event = near => (End::Server, event),
                    },
                }
            };
            let (from, event) = tokio::select! {
                biased;
                () = &mut stop => break Ok(()),
                heard = either => heard,
                () = quiet => {
                    quiet_at = None;
                    let now = self.now();
                    self.line.pass_until(now, self.octets, &mut found(tell));
                    continue;
                }
            };
            first = match from {
                End::Server => End::Caller,
                End::Caller => End::Server,
            };
            match event {
                Ok(Some(event)) => {
                    if matches!(event, PortEvent::Octets(_)) {
                        quiet_at = Some(time::Instant::now() + QUIET);
                    }
                    self.pass(from, event, tell);
                }
                Ok(None) => {}
                Err(error) => break Err(Error::new(error.to_string())),
            }
        };
        let now = self.now();
        self.line.finish(now, self.octets, &mut found(tell));
        for (left, to) in [(self.near.unwritten(), End::Server), (self.far.unwritten(), End::Caller)] {
            if left > 0 {
                let text = format!("{left} octets for the {} lost: the tap ended before it had read them", to.name());
                tell(happened(now, EventKind::Note { text }));
            }
        }
        ended
    }

    /// What one side did, done at the other, and told.
    fn pass(&mut self, from: End, event: PortEvent, tell: &mut dyn FnMut(Event)) {
        let now = self.now();
        let other = match from {
            End::Server => &mut self.far,
            End::Caller => &mut self.near,
        };
        match event {
            PortEvent::Octets(octets) => {
                other.write(&octets);
                self.line.hear(now, from, &octets, self.octets, &mut found(tell));
                self.octets += octets.len() as u64;
            }
            PortEvent::Opened | PortEvent::Circuit108(true) => {
                other.set_circuit(Circuit::C109, true);
                tell(happened(now, circuit(from, true)));
            }
            PortEvent::Closed | PortEvent::Circuit108(false) => {
                other.set_circuit(Circuit::C109, false);
                other.hang_up();
                tell(happened(now, circuit(from, false)));
            }
            PortEvent::Circuit105(on) => {
                other.set_circuit(Circuit::C106, on);
                // The server's RTS is 105; the modem's readiness is what the server sees as 106.
                let circuit = if from == End::Server { 105 } else { 106 };
                tell(happened(now, EventKind::Circuit { circuit, on }));
            }
            PortEvent::Speed(speed) => {
                let text = format!("the {}'s port is at {speed} bit/s", from.name());
                tell(happened(now, EventKind::Note { text }));
            }
            PortEvent::Break => {
                tell(happened(now, EventKind::Note { text: format!("break from the {}", from.name()) }))
            }
        }
        for (lost, to) in [(self.near.take_lost(), End::Server), (self.far.take_lost(), End::Caller)] {
            if lost > 0 {
                let text =
                    format!("{lost} octets for the {} lost: its port was closed before it had read them", to.name());
                tell(happened(now, EventKind::Note { text }));
            }
        }
    }

    fn now(&self) -> Instant {
        Instant::ZERO + self.start.elapsed()
    }
}

/// What comes next from a port; if it is not to be read, `None` when it has taken all that waited for it.
async fn next(port: &mut Attachment, reads: bool) -> Result<Option<PortEvent>, PortError> {
    if reads {
        return port.next().await.map(Some);
    }
    if port.unwritten() == 0 {
        // Room for it has to come from the other side.
        pending::<()>().await;
    }
    port.flush().await.map(|()| None)
}

/// Circuit 108/2 of a side: of the server its port, of the other what the server sees as 109.
const fn circuit(from: End, on: bool) -> EventKind {
    match (from, on) {
        (End::Server, true) => EventKind::DteOpened,
        (End::Server, false) => EventKind::DteClosed,
        (End::Caller, on) => EventKind::Circuit { circuit: 109, on },
    }
}

fn happened(at: Instant, what: EventKind) -> Event {
    Event { at, port: Some(PORT.to_owned()), call: None, what }
}

/// Takes what the line tells.
fn found(tell: &mut dyn FnMut(Event)) -> impl FnMut(Found) {
    move |found| {
        if let What::Event(event) = found.what {
            tell(Event { port: Some(PORT.to_owned()), ..event });
        }
    }
}
