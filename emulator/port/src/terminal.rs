//! A pty with a name, for real time and for any user: what `pty` is in the lab, and what stands for circuits there.
//!
//! - **Circuit 108/2** is whether anybody has it open, and whether its speed is anything but 0: B0 is how termios(3)
//!   drops DTR. Programs that know TIOCMBIC only (minicom 2.8 and picocom 3.1, tried) cannot drop it on a pty but by
//!   closing it. The kernel tells nobody of a changed speed, so it is looked at when octets come (a modem measures it
//!   from them, too) and 20 times a second while there is carrier to lose; a pty without a call costs nothing.
//! - **Circuit 109 off** is a hang-up, unless the DTE has set the port to local (CLOCAL), when a serial driver hangs
//!   nobody up either. It comes when the DTE has had room for everything before it, or after [`PATIENCE`]. As root it is TIOCVHANGUP, as in the lab. Anybody else gives up the pty, which is a hang-up too,
//!   and makes a new one; the link moves to it.

use std::path::Path;
use std::time::Duration;

use nix::errno::Errno;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use super::error::PortError;
use super::event::PortEvent;
use super::hung_up::has_hung_up;
use super::link::PtyLink;
use super::pending::Pending;
use super::pty::Port;
use super::watcher::Watcher;

/// How often the DTE's speed is looked at during a call. Programs drop DTR for a quarter of a second or more.
const LOOK: Duration = Duration::from_millis(50);

/// For so long a DTE that does not read keeps its hang-up waiting.
const PATIENCE: Duration = Duration::from_secs(10);

/// A pty and the link to it.
#[derive(Debug)]
pub(super) struct Terminal {
    port: Port,
    watcher: Watcher,
    link: PtyLink,
    /// What is given out before anything else.
    pending: Pending,
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
    /// Octets lost at ptys that were given up.
    lost: u64,
    /// The DTE is to be hung up when it has had room for everything, or then at the latest; looked at in between.
    hanging_up: Option<(Instant, Interval)>,
}

impl Terminal {
    pub(super) fn open(path: &Path, watcher: &Watcher) -> Result<Self, PortError> {
        let port = followed(watcher)?;
        let link = PtyLink::new(path, port.slave_path())?;
        Ok(Self {
            port,
            watcher: watcher.clone(),
            link,
            pending: Pending::default(),
            open: false,
            dropped: false,
            had_speed: false,
            speed: None,
            look: None,
            lost: 0,
            hanging_up: None,
        })
    }

    /// As [`Port::next`].
    pub(super) async fn next(&mut self) -> Result<PortEvent, PortError> {
        loop {
            if let Some(told) = self.pending.take() {
                return told;
            }
            let event = tokio::select! {
                biased;
                event = self.port.next() => Some(event?),
                () = tick(self.look.as_mut()), if self.open => None,
                () = tick(self.hanging_up.as_mut().map(|(_, look)| look)), if self.hanging_up.is_some() => {
                    self.hang_up_in_time();
                    continue;
                }
            };
            match event {
                None => self.see_speed()?,
                Some(PortEvent::Opened) => {
                    (self.open, self.had_speed) = (true, false);
                    self.pending.push(PortEvent::Opened);
                    self.see_speed()?;
                }
                Some(PortEvent::Closed) => {
                    (self.open, self.hanging_up) = (false, None);
                    if !std::mem::take(&mut self.dropped) {
                        self.pending.push(PortEvent::Closed);
                    }
                }
                Some(PortEvent::Octets(octets)) => {
                    // Nothing goes out of a serial port at speed 0; but what is read now may have been written before.
                    let was_off = self.dropped;
                    if !was_off && self.port.speed()? == 0 {
                        self.pending.push(PortEvent::Octets(octets));
                        self.see_speed()?;
                        continue;
                    }
                    self.see_speed()?;
                    if !self.dropped {
                        self.pending.push(PortEvent::Octets(octets));
                    }
                }
                Some(event) => self.pending.push(event),
            }
        }
    }

    pub(super) fn write(&mut self, octets: &[u8]) {
        if let Err(error) = self.port.write(octets) {
            self.pending.fail(error);
        }
    }

    /// As [`Port::flush`].
    pub(super) async fn flush(&mut self) -> Result<(), PortError> {
        self.port.flush().await
    }

    pub(super) fn unwritten(&self) -> usize {
        self.port.unwritten()
    }

    pub(super) fn is_abandoned(&self) -> bool {
        let dropped = !self.dropped && self.had_speed && self.port.speed().is_ok_and(|speed| speed == 0);
        self.open && (dropped || has_hung_up(self.port.master()))
    }

    /// As [`Port::take_lost`].
    pub(super) fn take_lost(&mut self) -> u64 {
        std::mem::take(&mut self.lost) + self.port.take_lost()
    }

    /// Circuit 109: while it is on there is something that a dropped circuit 108/2 would end.
    pub(super) fn set_carrier(&mut self, on: bool) {
        // The DTE of the call before has nothing to do with the next.
        if on && self.hanging_up.take().is_some() {
            self.hang_up_now();
        }
        self.look = on.then(looks);
    }

    pub(super) fn hang_up(&mut self) {
        if !self.open || self.port.is_local().unwrap_or(false) {
            return;
        }
        if self.port.unwritten() == 0 {
            return self.hang_up_now();
        }
        self.hanging_up = Some((Instant::now() + PATIENCE, looks()));
    }

    /// Hangs up if the DTE has had room for everything, or time enough.
    fn hang_up_in_time(&mut self) {
        if self.hanging_up.take_if(|(until, _)| self.port.unwritten() == 0 || *until <= Instant::now()).is_some() {
            self.hang_up_now();
        }
    }

    fn hang_up_now(&mut self) {
        match self.port.hang_up() {
            Ok(()) => {}
            Err(error) if matches!(error.cause(), Errno::EPERM | Errno::EACCES) => self.give_up(),
            Err(error) => self.pending.fail(error),
        }
    }

    pub(super) fn describe(&self) -> String {
        format!("{} -> {}", self.link.path().display(), self.port.slave_path().display())
    }

    /// The hang-up of somebody who is not root: the end of this pty, and another one in its place.
    fn give_up(&mut self) {
        let next = followed(&self.watcher).and_then(|port| {
            self.link.point_to(port.slave_path())?;
            Ok(port)
        });
        match next {
            Ok(port) => {
                let mut given_up = std::mem::replace(&mut self.port, port);
                self.lost += given_up.take_lost() + given_up.unwritten() as u64;
                self.open = false;
                self.pending.clear();
                if !std::mem::take(&mut self.dropped) {
                    self.pending.push(PortEvent::Closed);
                }
            }
            Err(error) => self.pending.fail(error),
        }
    }

    fn see_speed(&mut self) -> Result<(), PortError> {
        let speed = self.port.speed()?;
        let dropped = speed == 0 && self.had_speed;
        self.had_speed |= speed != 0;
        if std::mem::replace(&mut self.dropped, dropped) != dropped {
            self.pending.push(PortEvent::Circuit108(!dropped));
        }
        if speed != 0 && self.speed.replace(speed) != Some(speed) {
            self.pending.push(PortEvent::Speed(speed));
        }
        Ok(())
    }
}

/// A pty of which no closing is missed.
fn followed(watcher: &Watcher) -> Result<Port, PortError> {
    let mut port = Port::open_watched(watcher)?;
    port.follow_closings()?;
    Ok(port)
}

/// Looks at intervals.
fn looks() -> Interval {
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    looks
}

/// Waits for the next look, for ever if there is none. Cancel-safe.
async fn tick(look: Option<&mut Interval>) {
    match look {
        Some(look) => drop(look.tick().await),
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
