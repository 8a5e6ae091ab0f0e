//! The guest's clock: the moments that everything else is given, and one timer, exact to the microsecond.
//!
//! tokio's own timers tick in milliseconds; a kernel timer does not, and virtual time makes its precision real.

use std::future::pending;
use std::io;
use std::time::Duration;

use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
use offhook_clock::Instant;
use offhook_port::Watched;

/// A clock that starts at zero, and its timer.
///
/// It is looked at once for each thing that happens: virtual time stands still while there is something to do, and every look is a
/// system call, which in a guest is dear.
#[derive(Debug)]
pub(super) struct Clock {
    start: std::time::Instant,
    now: Instant,
    timer: Watched<TimerFd>,
    set: Option<Instant>,
}

impl Clock {
    /// Starts it. Needs a tokio runtime on this thread.
    pub(super) fn start() -> io::Result<Self> {
        let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC)?;
        Ok(Self { start: std::time::Instant::now(), now: Instant::ZERO, timer: Watched::new(timer)?, set: None })
    }

    /// When it was looked at last.
    pub(super) const fn now(&self) -> Instant {
        self.now
    }

    /// Looks at it.
    pub(super) fn look(&mut self) {
        self.now = Instant::ZERO + self.start.elapsed();
    }

    /// Sleeps until `deadline`; for ever if there is none. May be dropped and called again at any point.
    pub(super) async fn sleep_until(&mut self, deadline: Option<Instant>) -> io::Result<()> {
        let Some(deadline) = deadline else { return pending().await };
        let now = self.now();
        if deadline <= now {
            return Ok(());
        }
        // The timer is left running when something else happens first: mostly the deadline stays the same.
        if self.set != Some(deadline) {
            let wait = TimeSpec::from_duration((deadline - now).max(Duration::from_micros(1)));
            self.timer.get().set(Expiration::OneShot(wait), TimerSetTimeFlags::empty())?;
            self.set = Some(deadline);
        }
        loop {
            // Never read: setting the timer again forgets the tick.
            self.timer.readable().await?;
            self.look();
            // A tick of an earlier setting may have been left over.
            if self.now >= deadline {
                self.set = None;
                return Ok(());
            }
        }
    }
}
