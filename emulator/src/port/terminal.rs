//! A pty with a name, for real time and for any user: what `pty` is in the lab, and what stands for circuits there.
//!
//! - **Circuit 108/2** is whether anybody has it open, and whether its speed is anything but 0: B0 is how termios(3)
//!   drops DTR, and how terminal programs hang up where TIOCMBIC fails. The kernel tells nobody of a changed speed, so
//!   it is looked at when octets come (a modem measures it from them, too) and 20 times a second while there is
//!   carrier to lose; a pty without a call costs nothing.
//! - **Circuit 109 off** is a hang-up, unless the DTE has set the port to local (CLOCAL), when a serial driver hangs
//!   nobody up either. As root it is TIOCVHANGUP, as in the lab. Anybody else gives up the pty, which is a hang-up too,
//!   and makes a new one; the link moves to it.

use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;

use nix::errno::Errno;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::error::PortError;
use super::event::PortEvent;
use super::link::Link;
use super::pty::Port;

/// How often the DTE's speed is looked at during a call. Programs drop DTR for a quarter of a second or more.
const LOOK: Duration = Duration::from_millis(50);

/// A pty and the link to it.
#[derive(Debug)]
pub(super) struct Terminal {
    port: Port,
    link: Link,
    /// Events to be given out before anything else.
    due: VecDeque<PortEvent>,
    /// Somebody has the port open.
    open: bool,
    /// Its speed is 0 though it is open: circuit 108/2 is off all the same.
    dropped: bool,
    /// Since it was opened it has had a speed: only then is 0 a dropped circuit, not the last DTE's legacy.
    had_speed: bool,
    /// What was told last.
    speed: Option<u32>,
    /// Runs while there is carrier.
    look: Option<Interval>,
    /// What went wrong where nobody could be told.
    trouble: Option<PortError>,
}

impl Terminal {
    pub(super) fn open(path: &Path) -> Result<Self, PortError> {
        let port = Port::open()?;
        let link = Link::new(path, port.slave_path())?;
        Ok(Self {
            port,
            link,
            due: VecDeque::new(),
            open: false,
            dropped: false,
            had_speed: false,
            speed: None,
            look: None,
            trouble: None,
        })
    }

    /// As [`Port::next`].
    pub(super) async fn next(&mut self) -> Result<PortEvent, PortError> {
        loop {
            if let Some(trouble) = self.trouble.take() {
                return Err(trouble);
            }
            if let Some(event) = self.due.pop_front() {
                return Ok(event);
            }
            let event = tokio::select! {
                biased;
                event = self.port.next() => Some(event?),
                () = tick(&mut self.look), if self.open => None,
            };
            match event {
                None => self.see_speed()?,
                Some(PortEvent::Opened) => {
                    (self.open, self.had_speed) = (true, false);
                    self.due.push_back(PortEvent::Opened);
                    self.see_speed()?;
                }
                Some(PortEvent::Closed) => {
                    self.open = false;
                    if !std::mem::take(&mut self.dropped) {
                        self.due.push_back(PortEvent::Closed);
                    }
                }
                Some(PortEvent::Octets(octets)) => {
                    self.see_speed()?;
                    // Nothing goes out of a serial port at speed 0.
                    if !self.dropped {
                        self.due.push_back(PortEvent::Octets(octets));
                    }
                }
                Some(event) => self.due.push_back(event),
            }
        }
    }

    pub(super) fn write(&mut self, octets: &[u8]) {
        if let Err(error) = self.port.write(octets) {
            self.trouble = Some(error);
        }
    }

    pub(super) fn unwritten(&self) -> usize {
        self.port.unwritten()
    }

    /// Circuit 109: while it is on there is something that a dropped circuit 108/2 would end.
    pub(super) fn set_carrier(&mut self, on: bool) {
        self.look = on.then(|| {
            let mut look = interval(LOOK);
            look.set_missed_tick_behavior(MissedTickBehavior::Delay);
            look
        });
    }

    pub(super) fn hang_up(&mut self) {
        if !self.open || self.port.is_local().unwrap_or(false) {
            return;
        }
        match self.port.hang_up() {
            Ok(()) => {}
            Err(error) if matches!(error.cause(), Errno::EPERM | Errno::EACCES) => self.give_up(),
            Err(error) => self.trouble = Some(error),
        }
    }

    pub(super) fn describe(&self) -> String {
        format!("{} -> {}", self.link.path().display(), self.port.slave_path().display())
    }

    /// The hang-up of somebody who is not root: the end of this pty, and another one in its place.
    fn give_up(&mut self) {
        let next = Port::open().and_then(|port| {
            self.link.point_to(port.slave_path())?;
            Ok(port)
        });
        match next {
            Ok(port) => {
                self.port = port;
                self.open = false;
                self.due.clear();
                if !std::mem::take(&mut self.dropped) {
                    self.due.push_back(PortEvent::Closed);
                }
            }
            Err(error) => self.trouble = Some(error),
        }
    }

    fn see_speed(&mut self) -> Result<(), PortError> {
        let speed = self.port.speed()?;
        let dropped = speed == 0 && self.had_speed;
        self.had_speed |= speed != 0;
        if std::mem::replace(&mut self.dropped, dropped) != dropped {
            self.due.push_back(if dropped { PortEvent::Closed } else { PortEvent::Opened });
        }
        if speed != 0 && self.speed.replace(speed) != Some(speed) {
            self.due.push_back(PortEvent::Speed(speed));
        }
        Ok(())
    }
}

/// Waits for the next look, for ever if there is none. Cancel-safe.
async fn tick(look: &mut Option<Interval>) {
    match look {
        Some(look) => drop(look.tick().await),
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
