//! A pseudo-terminal as a serial port: the DTE opens the slave, the modem holds the master. The only termios.
//!
//! A pty has no modem circuits (TIOCMGET on it fails), so two of them are shown otherwise:
//!
//! - **Circuit 108/2 (DTR)** is whether anybody has the slave open. We never keep it open ourselves. When the last
//!   process closes it, reading the master fails with EIO: that is off.
//! - **Circuit 109 (DCD) off** is a hang-up of the slave: TIOCVHANGUP, which needs root. The processes that have it
//!   open get SIGHUP and end-of-file, as from a modem that lost carrier; the master survives. A serial driver hangs
//!   up only ports that are not set to local: [`Port::is_local`] is for whoever decides.
//!
//! Two traps are evaded. EIO comes at once and again and again, and a loop on it would stop virtual time for ever: so
//! after it we wait for inotify to tell of the next open (by any path: it watches the node, and a bind mount is the
//! same node). And tokio takes the kernel's "closed" for final, which for a pty it is not: so the master is
//! registered with it again for every opening. The same finality is of use: it betrays a DTE that was gone and came back
//! before we looked.
//!
//! A hung-up process that does not go away keeps the slave's count up, and hides the closing of its successor until it
//! does. Servers do go away.

use std::collections::VecDeque;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl, open};
use nix::pty::{PtyMaster, grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::stat::Mode;
use nix::sys::termios::{ControlFlags, FlushArg, SetArg, cfmakeraw, tcflush, tcgetattr, tcsetattr};
use nix::unistd::{read, write};
use tokio::io::unix::AsyncFd;

use super::error::PortError;
use super::event::PortEvent;
use super::hung_up::has_hung_up;
use super::openings::{Openings, Users};
use super::successor::part;
use super::watcher::{Change, Watcher, errno};

/// The most that is read at once.
const READ: usize = 4096;

nix::ioctl_read_bad!(
    /// The terminal attributes with speeds as numbers: `TCGETS2`. tcgetattr(3) knows only those that have a name.
    tcgets2,
    nix::libc::TCGETS2,
    nix::libc::termios2
);

nix::ioctl_none_bad!(
    /// Hangs up the terminal: `TIOCVHANGUP`, asm-generic/ioctls.h.
    tiocvhangup,
    0x5437
);

nix::ioctl_write_ptr_bad!(
    /// Gives the terminal a line discipline: `TIOCSETD`, asm-generic/ioctls.h.
    tiocsetd,
    0x5423,
    nix::libc::c_int
);

/// The ordinary line discipline, linux/tty.h.
static N_TTY: nix::libc::c_int = 0;

/// A pty used as a serial port.
#[derive(Debug)]
pub struct Port {
    master: Arc<PtyMaster>,
    slave: PathBuf,
    openings: Openings,
    /// The master as the runtime knows it while the port is open; `None` while it is closed.
    registered: Option<AsyncFd<Registered>>,
    /// Events to be given out before anything else.
    due: VecDeque<PortEvent>,
    /// Octets the DTE has had no room for.
    unwritten: VecDeque<u8>,
    /// How many of them it has never got.
    lost: u64,
    /// Who has it open, if that is followed.
    users: Option<Users>,
}

/// The master, shared with the [`Port`] that outlives it.
#[derive(Debug)]
struct Registered(Arc<PtyMaster>);

impl AsRawFd for Registered {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

/// What reading the master brought.
enum Got {
    /// Octets, and the DTE is still there.
    Octets(Vec<u8>),
    /// Octets, perhaps none, and then nobody was there any more.
    Closed(Vec<u8>),
    /// Nobody was there any more, and then somebody again; the octets of both.
    Reopened(Vec<u8>),
}

impl Port {
    /// Makes a pty, raw and without echo. Must be called inside a tokio runtime that drives I/O.
    ///
    /// # Errors
    ///
    /// If there is no pty to be had, or no inotify.
    pub fn open() -> Result<Self, PortError> {
        Self::open_watched(&Watcher::default())
    }

    /// The same; many share a watcher.
    pub(super) fn open_watched(watcher: &Watcher) -> Result<Self, PortError> {
        let pty = |cause| PortError::new("making a pty from /dev/ptmx", cause, "is devpts mounted on /dev/pts?");
        let master = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC).map_err(pty)?;
        grantpt(&master).map_err(pty)?;
        unlockpt(&master).map_err(pty)?;
        fcntl(&master, FcntlArg::F_SETFL(OFlag::O_RDWR | OFlag::O_NONBLOCK)).map_err(pty)?;
        let slave = PathBuf::from(ptsname_r(&master).map_err(pty)?);
        let watch = |cause| {
            let doing = format!("watching {} for being opened", slave.display());
            PortError::new(doing, cause, "is /proc/sys/fs/inotify/max_user_instances used up?")
        };
        let openings = Openings::of(&slave, watcher).map_err(watch)?;
        let port = Self {
            master: Arc::new(master),
            slave,
            openings,
            registered: None,
            due: VecDeque::new(),
            unwritten: VecDeque::new(),
            lost: 0,
            users: None,
        };
        port.make_raw()?;
        Ok(port)
    }

    /// From now on a DTE that is gone and back before anybody looked is seen as well: for real time, where the kernel has
    /// forgotten it by then.
    ///
    /// # Errors
    ///
    /// If inotify cannot watch the slave.
    pub fn follow_closings(&mut self) -> Result<(), PortError> {
        self.openings.follow_closings(&self.slave).map_err(|cause| self.failed("watching", cause))?;
        self.users = Some(Users::default());
        Ok(())
    }

    /// The path of the slave, `/dev/pts/N`. The DTE may open it by any other path to the same node.
    pub fn slave_path(&self) -> &Path {
        &self.slave
    }

    /// The next thing the DTE does. Cancel-safe: nothing is lost if the future is dropped, and while it is not polled
    /// the DTE is not read, which is flow control. Octets that the DTE had no room for are written meanwhile.
    ///
    /// # Errors
    ///
    /// If the kernel refuses something it never should.
    pub async fn next(&mut self) -> Result<PortEvent, PortError> {
        loop {
            if let Some(event) = self.due.pop_front() {
                return Ok(event);
            }
            let Some(master) = &self.registered else {
                self.openings.opened().await.map_err(|cause| self.failed("waiting for the DTE to open", cause))?;
                self.register()?;
                return Ok(PortEvent::Opened);
            };
            // A DTE that never stops sending must not keep what is meant for it from being written.
            let written = write_now(&self.master, &mut self.unwritten, &mut self.lost);
            written.map_err(|cause| self.failed("writing to", cause))?;
            let got = tokio::select! {
                biased;
                seen = self.openings.changes(), if self.users.is_some() => {
                    let seen = seen.map_err(|cause| self.failed("watching", cause))?;
                    if !self.came_back(&seen).map_err(|cause| self.failed("watching", cause))? {
                        continue;
                    }
                    Got::Reopened(self.read_what_is_there())
                }
                got = read_master(master) => got.map_err(|cause| self.failed("reading from", cause))?,
                written = write_master(master, &mut self.unwritten, &mut self.lost), if !self.unwritten.is_empty() => {
                    written.map_err(|cause| self.failed("writing to", cause))?;
                    continue;
                }
            };
            match got {
                Got::Octets(octets) => return Ok(PortEvent::Octets(octets)),
                Got::Closed(octets) => {
                    if !octets.is_empty() {
                        self.due.push_back(PortEvent::Octets(octets));
                    }
                    self.due.push_back(PortEvent::Closed);
                    self.closed()?;
                }
                Got::Reopened(octets) => {
                    self.forget_unwritten();
                    // In virtual time nobody is so quick: the DTE that is gone has been read to its end.
                    let (before, after) = if self.users.is_some() { part(&octets) } else { (&[][..], &octets[..]) };
                    if !before.is_empty() {
                        self.due.push_back(PortEvent::Octets(before.to_vec()));
                    }
                    self.due.extend([PortEvent::Closed, PortEvent::Opened]);
                    if !after.is_empty() {
                        self.due.push_back(PortEvent::Octets(after.to_vec()));
                    }
                    self.register()?;
                }
            }
        }
    }

    /// Writes octets to the DTE, or queues what it has no room for; nobody there, nobody gets them, as on a wire.
    ///
    /// # Errors
    ///
    /// If the kernel refuses something it never should.
    pub fn write(&mut self, octets: &[u8]) -> Result<(), PortError> {
        if self.registered.is_none() {
            return Ok(());
        }
        self.unwritten.extend(octets);
        self.write_now()?;
        Ok(())
    }

    fn write_now(&mut self) -> Result<(), PortError> {
        let written = write_now(&self.master, &mut self.unwritten, &mut self.lost);
        written.map(drop).map_err(|cause| self.failed("writing to", cause))
    }

    /// The DTE is gone: nobody gets what is still to be written.
    fn forget_unwritten(&mut self) {
        self.lost += std::mem::take(&mut self.unwritten).len() as u64;
    }

    /// How many octets for the DTE were lost at the port, since this was asked last: it closed it before it had room for them.
    pub const fn take_lost(&mut self) -> u64 {
        std::mem::replace(&mut self.lost, 0)
    }

    /// The octets that can be read now, but not without end.
    fn read_what_is_there(&self) -> Vec<u8> {
        let (mut octets, mut buffer) = (Vec::new(), [0; READ]);
        while octets.len() < 64 * READ
            && let Ok(count @ 1..) = read(&*self.master, &mut buffer)
        {
            octets.extend_from_slice(buffer.get(..count).unwrap_or_default());
        }
        octets
    }

    /// Whether the DTE was gone and is back, by these changes.
    fn came_back(&mut self, seen: &[Change]) -> nix::Result<bool> {
        let Some(users) = &mut self.users else { return Ok(false) };
        if users.came_back(seen) {
            return Ok(true);
        }
        if users.seem_gone() && !has_hung_up(self.master.as_fd()) {
            let more = self.openings.take()?;
            if users.came_back(&more) {
                return Ok(true);
            }
            users.are_left();
        }
        Ok(false)
    }

    /// The master's side.
    pub(super) fn master(&self) -> BorrowedFd<'_> {
        self.master.as_fd()
    }

    /// How many octets the DTE has had no room for yet.
    pub fn unwritten(&self) -> usize {
        self.unwritten.len()
    }

    /// Waits until the DTE has had room for everything, or is gone. Cancel-safe.
    ///
    /// # Errors
    ///
    /// If the kernel refuses something it never should.
    pub async fn flush(&mut self) -> Result<(), PortError> {
        if let Some(master) = &self.registered {
            let written = write_master(master, &mut self.unwritten, &mut self.lost).await;
            written.map_err(|cause| self.failed("writing to", cause))?;
        }
        Ok(())
    }

    /// Whether the DTE has set the port to local (CLOCAL of termios(3)): then a serial driver lets circuit 109 go off
    /// without hanging anybody up.
    ///
    /// # Errors
    ///
    /// If the kernel refuses something it never should.
    pub fn is_local(&self) -> Result<bool, PortError> {
        // Asked at the master, the kernel tells of the slave.
        let attributes = tcgetattr(&*self.master).map_err(|e| self.failed("reading the terminal attributes of", e))?;
        Ok(attributes.control_flags.contains(ControlFlags::CLOCAL))
    }

    /// The speed the DTE has set, in bit/s; 0 is how termios(3) drops circuit 108/2.
    ///
    /// # Errors
    ///
    /// If the kernel refuses something it never should.
    pub fn speed(&self) -> Result<u32, PortError> {
        let mut attributes = std::mem::MaybeUninit::uninit();
        // SAFETY: the descriptor is open for the length of the call, and the kernel writes no more than the structure.
        let read = unsafe { tcgets2(self.master.as_raw_fd(), attributes.as_mut_ptr()) };
        read.map_err(|cause| self.failed("reading the speed of", cause))?;
        // SAFETY: the call succeeded, so that it has been written.
        Ok(unsafe { attributes.assume_init() }.c_ospeed)
    }

    /// Circuit 109 off: hangs up whoever has the slave open. [`PortEvent::Closed`] is the next event then; what the
    /// DTE had sent and nobody had read is gone. If nobody has it open, nothing happens.
    ///
    /// # Errors
    ///
    /// Without root. The port goes on as before.
    pub fn hang_up(&mut self) -> Result<(), PortError> {
        if self.registered.is_none() {
            return Ok(());
        }
        let root = |cause| {
            let doing = format!("hanging up {} (TIOCVHANGUP)", self.slave.display());
            PortError::new(doing, cause, "carrier loss can only be shown on a pty by root: run as root")
        };
        let slave = self.open_slave().map_err(root)?;
        // This opening was our own; any other from now on is a DTE.
        self.openings.forget().map_err(root)?;
        self.forget_unread(&slave);
        // SAFETY: the descriptor is open for the length of the call, and this ioctl takes no argument.
        unsafe { tiocvhangup(slave.as_raw_fd()) }.map_err(root)?;
        drop(slave);
        self.registered = None;
        self.forget_unwritten();
        self.due.clear();
        self.due.push_back(PortEvent::Closed);
        while let Ok(1..) = read(&*self.master, &mut [0; READ]) {}
        // A hang-up sets the terminal back to what the kernel likes, echo included.
        self.make_raw()
    }

    /// The last DTE process is gone: forgets what it has not read, as a serial port does, and sees whether the next
    /// one is already there.
    fn closed(&mut self) -> Result<(), PortError> {
        self.registered = None;
        self.forget_unwritten();
        self.make_raw()?;
        // Best effort: an unprivileged user may be denied, because a server has changed the node's owner.
        if let Ok(slave) = self.open_slave() {
            self.forget_unread(&slave);
            // So does a serial driver. A pty, whose other side is never closed, would keep for ever that of a pppd that was
            // killed, and whoever came next could neither read nor write.
            // SAFETY: the descriptor and the number are there for the length of the call.
            let _ = unsafe { tiocsetd(slave.as_raw_fd(), &raw const N_TTY) };
        }
        let failed = |cause| self.failed("waiting for the DTE to open", cause);
        self.openings.forget().map_err(failed)?;
        let mut buffer = [0; READ];
        let octets = match read(&*self.master, &mut buffer) {
            Ok(count) => buffer.get(..count).unwrap_or_default().to_vec(),
            Err(Errno::EAGAIN) => Vec::new(),
            Err(_) => return Ok(()),
        };
        self.register()?;
        self.due.push_back(PortEvent::Opened);
        if !octets.is_empty() {
            self.due.push_back(PortEvent::Octets(octets));
        }
        Ok(())
    }

    /// Tells the runtime about the master, with no memory of earlier openings.
    fn register(&mut self) -> Result<(), PortError> {
        self.registered = None;
        // SAFETY: `Registered` shares in owning the one descriptor it names, until it is dropped.
        let master = unsafe { AsyncFd::register(Registered(Arc::clone(&self.master))) };
        if let Some(users) = &mut self.users {
            *users = Users::default();
        }
        self.registered = Some(master.map_err(|e| self.failed("waiting for", errno(&e.into())))?);
        Ok(())
    }

    /// Raw, without echo: no line discipline may answer for the modem. Settings belong to the slave, whoever sets them.
    fn make_raw(&self) -> Result<(), PortError> {
        let failed = |cause| self.failed("setting the terminal attributes of", cause);
        let mut attributes = tcgetattr(&*self.master).map_err(failed)?;
        cfmakeraw(&mut attributes);
        tcsetattr(&*self.master, SetArg::TCSANOW, &attributes).map_err(failed)
    }

    /// Throws away what was written for the DTE and not read by it: both what is still on its way to the slave's line
    /// discipline (which even a hang-up leaves there, for the next DTE to get) and what has got there.
    fn forget_unread(&self, slave: &OwnedFd) {
        // These can only fail because the slave is hung up, and then there is nothing to forget.
        let _ = tcflush(&*self.master, FlushArg::TCOFLUSH);
        let _ = tcflush(slave, FlushArg::TCIFLUSH);
    }

    fn open_slave(&self) -> nix::Result<OwnedFd> {
        open(&self.slave, OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC, Mode::empty())
    }

    fn failed(&self, doing: &str, cause: Errno) -> PortError {
        let doing = format!("{doing} {}", self.slave.display());
        PortError::new(doing, cause, "this is not expected of a pty: please report it")
    }
}

/// Waits for what the DTE does. Nothing is read before the last await, so that nothing is lost with the future.
async fn read_master(master: &AsyncFd<Registered>) -> nix::Result<Got> {
    let pty = &*master.get_ref().0;
    loop {
        let mut guard = master.readable().await.map_err(|e| errno(&e))?;
        let was_closed = guard.ready().is_read_closed();
        let mut octets = Vec::new();
        loop {
            let mut buffer = [0; READ];
            match read(pty, &mut buffer) {
                Ok(count @ 1..) => octets.extend_from_slice(buffer.get(..count).unwrap_or_default()),
                Err(Errno::EINTR) => {}
                Ok(_) | Err(Errno::EIO) => return Ok(Got::Closed(octets)),
                Err(Errno::EAGAIN) if was_closed => return Ok(Got::Reopened(octets)),
                Err(Errno::EAGAIN) => {
                    guard.clear_ready();
                    break;
                }
                Err(cause) => return Err(cause),
            }
            // After a closing everything is read, to know what the octets belong to; but not for ever.
            if !octets.is_empty() && (!was_closed || octets.len() >= 64 * READ) {
                return Ok(Got::Octets(octets));
            }
        }
    }
}

/// Writes until all is written or the DTE is gone.
async fn write_master(master: &AsyncFd<Registered>, unwritten: &mut VecDeque<u8>, lost: &mut u64) -> nix::Result<()> {
    while !unwritten.is_empty() {
        let mut guard = master.writable().await.map_err(|e| errno(&e))?;
        if guard.ready().is_write_closed() {
            *lost += std::mem::take(unwritten).len() as u64;
            return Ok(());
        }
        if !write_now(&master.get_ref().0, unwritten, lost)? {
            guard.clear_ready();
        }
    }
    Ok(())
}

/// Writes what there is room for; whether that was all.
fn write_now(master: &PtyMaster, unwritten: &mut VecDeque<u8>, lost: &mut u64) -> nix::Result<bool> {
    while !unwritten.is_empty() {
        match write(master, unwritten.as_slices().0) {
            Ok(count) => drop(unwritten.drain(..count)),
            Err(Errno::EINTR) => {}
            Err(Errno::EAGAIN) => return Ok(false),
            // The DTE is gone; reading will say so.
            Err(Errno::EIO) => *lost += std::mem::take(unwritten).len() as u64,
            Err(cause) => return Err(cause),
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests;
