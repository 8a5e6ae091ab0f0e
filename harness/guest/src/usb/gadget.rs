//! The device side of a USB modem, at work: a thread for each endpoint, because each call waits for the host.
//!
//! A thread that waits costs no virtual time. What the DTE says goes into one queue, in the order in which it was said;
//! octets for it and notifications go out by a queue each.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use nix::sys::signal::SigSet;
use tokio::sync::Notify;

use super::control::{Answer, Control, Said, SerialState};
use super::descriptors::{BULK_PACKET, FROM_HOST, NOTIFICATIONS, TO_HOST};
use super::raw::{AT_ONCE, Handle, RawGadget};
use offhook_base::plain;

/// The most that is taken from a DTE that nobody listens to.
const TAKEN: usize = 256;

/// What comes from the DTE.
#[derive(Debug)]
pub(super) enum Came {
    /// Octets.
    Octets(Vec<u8>),
    /// Something by a circuit.
    Said(Said),
    /// The device does not work any more; why.
    Failed(String),
}

/// What has come and has not been looked at.
#[derive(Debug, Default)]
struct Inbox {
    queue: Mutex<VecDeque<Came>>,
    /// There is room again.
    taken: Condvar,
    /// There is something.
    came: Notify,
}

/// What is to go to the host.
#[derive(Debug, Default)]
struct Outbox {
    queue: Mutex<VecDeque<u8>>,
    filled: Condvar,
}

/// A running device.
#[derive(Debug)]
pub(super) struct Gadget {
    inbox: Arc<Inbox>,
    to_host: Arc<Outbox>,
    notifications: Arc<Outbox>,
}

/// What the threads share.
#[derive(Clone, Debug)]
struct Parts {
    raw: Arc<RawGadget>,
    inbox: Arc<Inbox>,
    to_host: Arc<Outbox>,
    notifications: Arc<Outbox>,
}

impl Gadget {
    /// Plugs it in. It runs until the machine is off.
    pub(super) fn start(number: usize) -> io::Result<Self> {
        let parts = Parts {
            raw: Arc::new(RawGadget::plug_in(number)?),
            inbox: Arc::default(),
            to_host: Arc::default(),
            notifications: Arc::default(),
        };
        let gadget = Self {
            inbox: Arc::clone(&parts.inbox),
            to_host: Arc::clone(&parts.to_host),
            notifications: Arc::clone(&parts.notifications),
        };
        spawned("usb-control", parts, |parts| parts.control())?;
        Ok(gadget)
    }

    /// The next thing the DTE does, in its order. Cancel-safe. While nobody asks, the DTE is hardly read, which is flow
    /// control.
    pub(super) async fn next(&self) -> Came {
        loop {
            let came = locked(&self.inbox.queue).pop_front();
            if let Some(came) = came {
                self.inbox.taken.notify_all();
                return came;
            }
            self.inbox.came.notified().await;
        }
    }

    /// Octets for the DTE.
    pub(super) fn send(&self, octets: &[u8]) {
        self.to_host.fill(octets);
    }

    /// What the DTE has not taken yet is for nobody any more. What the kernel has of it already stays where it is.
    pub(super) fn forget(&self) {
        locked(&self.to_host.queue).clear();
    }

    /// Tells the DTE how the circuits are, after all that it was told before.
    pub(super) fn notify(&self, state: SerialState) {
        self.notifications.fill(&state.notification());
    }

    /// Tells the DTE how the circuits are as soon as it listens, and nothing of what it has not heard yet.
    pub(super) fn notify_at_last(&self, state: SerialState) {
        locked(&self.notifications.queue).clear();
        self.notify(state);
    }
}

impl Parts {
    /// Endpoint 0.
    fn control(&self) -> io::Result<()> {
        let mut control = Control::new();
        let mut configured = false;
        loop {
            let setup = self.raw.setup()?;
            let octets = match control.answer(setup) {
                Answer::Give(octets) => {
                    self.raw.give(&octets)?;
                    continue;
                }
                Answer::Refuse => {
                    self.raw.refuse()?;
                    continue;
                }
                Answer::Take(most) => self.raw.take(most)?,
                Answer::Configure => {
                    if !std::mem::replace(&mut configured, true) {
                        self.begin()?;
                    }
                    self.raw.take(0)?
                }
            };
            for said in control.taken(setup, &octets) {
                self.inbox.put(Came::Said(said));
            }
        }
    }

    /// Switches the endpoints on and has them served.
    fn begin(&self) -> io::Result<()> {
        let notifications = self.raw.enable(&NOTIFICATIONS)?;
        let to_host = self.raw.enable(&TO_HOST)?;
        let from_host = self.raw.enable(&FROM_HOST)?;
        self.raw.configure()?;
        spawned("usb-from-host", self.clone(), move |parts| parts.receive(from_host))?;
        spawned("usb-to-host", self.clone(), move |parts| parts.serve(to_host, &parts.to_host, AT_ONCE))?;
        // One at a time: each is a transfer of its own.
        let one = SerialState::default().notification().len();
        spawned("usb-notify", self.clone(), move |parts| parts.serve(notifications, &parts.notifications, one))
    }

    fn receive(&self, from: Handle) -> io::Result<()> {
        loop {
            let octets = self.raw.receive(from, BULK_PACKET)?;
            self.inbox.put_octets(octets);
        }
    }

    fn serve(&self, to: Handle, outbox: &Outbox, most: usize) -> io::Result<()> {
        loop {
            let octets = outbox.take(most);
            self.raw.send(to, &octets)?;
        }
    }
}

impl Inbox {
    fn put(&self, came: Came) {
        locked(&self.queue).push_back(came);
        self.came.notify_one();
    }

    /// Waits for room first.
    fn put_octets(&self, octets: Vec<u8>) {
        let full = |queue: &mut VecDeque<Came>| {
            let waiting: usize =
                queue.iter().map(|came| if let Came::Octets(octets) = came { octets.len() } else { 0 }).sum();
            waiting >= TAKEN
        };
        let queue = self.taken.wait_while(locked(&self.queue), full);
        queue.unwrap_or_else(PoisonError::into_inner).push_back(Came::Octets(octets));
        self.came.notify_one();
    }
}

impl Outbox {
    fn fill(&self, octets: &[u8]) {
        locked(&self.queue).extend(octets);
        self.filled.notify_one();
    }

    /// Waits until there is something, and takes at most so much of it.
    fn take(&self, most: usize) -> Vec<u8> {
        let queue = self.filled.wait_while(locked(&self.queue), |queue| queue.is_empty());
        let mut queue = queue.unwrap_or_else(PoisonError::into_inner);
        let count = queue.len().min(most);
        queue.drain(..count).collect()
    }
}

/// A lock is only poisoned by a panic, and what it guards is whole at every moment.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts a thread; when what it does fails, the port is told.
fn spawned(name: &str, parts: Parts, work: impl FnOnce(&Parts) -> io::Result<()> + Send + 'static) -> io::Result<()> {
    let task = name.to_owned();
    let run = move || {
        // A signal would break off a transfer, and lose it. They are for the event loop's thread.
        let worked = SigSet::all().thread_block().map_err(io::Error::from).and_then(|()| work(&parts));
        if let Err(error) = worked {
            parts.inbox.put(Came::Failed(format!("{task}: {}", plain(&error))));
        }
    };
    thread::Builder::new().name(name.to_owned()).spawn(run).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_for_the_host_leave_in_order_and_in_pieces() {
        let outbox = Outbox::default();
        outbox.fill(b"CONN");
        outbox.fill(b"ECT");
        assert_eq!(outbox.take(5), b"CONNE");
        assert_eq!(outbox.take(5), b"CT");
    }

    #[test]
    fn a_dte_nobody_listens_to_is_not_read_on() {
        let inbox = Arc::new(Inbox::default());
        let reader = Arc::clone(&inbox);
        let thread = thread::spawn(move || {
            for _ in 0..5 {
                reader.put_octets(vec![0; TAKEN / 4]);
            }
        });
        let waits = |count| {
            while locked(&inbox.queue).len() < count {
                thread::yield_now();
            }
        };
        waits(4);
        assert!(!thread.is_finished());
        // A circuit is told whatever is full, behind what was said before it.
        inbox.put(Came::Said(Said::Circuit108(false)));
        assert!(matches!(locked(&inbox.queue).back(), Some(Came::Said(Said::Circuit108(false)))));
        locked(&inbox.queue).pop_front();
        inbox.taken.notify_all();
        waits(5);
        assert!(thread.join().is_ok());
    }
}
