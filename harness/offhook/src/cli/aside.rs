//! Work that may block, done beside what must not wait for it: a list that nobody reads, a capture into a full pipe.
//!
//! In: items, as many as there is room for. Out: those that there is no room for at once, and at the end what the work was done
//! with, or how much of it is left undone.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

/// A thread with a bounded queue.
pub(super) struct Aside<T, S> {
    queue: SyncSender<T>,
    /// Items that were taken and are not done.
    undone: Arc<AtomicU64>,
    ended: Receiver<S>,
}

impl<T: Send + 'static, S: Send + 'static> Aside<T, S> {
    /// Does `work` with `state` for every item; `room` of them may wait.
    pub(super) fn start(name: &str, room: usize, mut state: S, work: fn(&mut S, T)) -> io::Result<Self> {
        let (queue, items) = sync_channel(room);
        let (done, ended) = sync_channel(1);
        let undone = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&undone);
        thread::Builder::new().name(name.to_owned()).spawn(move || {
            for item in items {
                work(&mut state, item);
                counted.fetch_sub(1, Ordering::SeqCst);
            }
            // Who does not wait for it any more does not want it.
            let _ = done.send(state);
        })?;
        Ok(Self { queue, undone, ended })
    }

    /// Takes an item if there is room for it; whether there was.
    pub(super) fn offer(&self, item: T) -> bool {
        self.undone.fetch_add(1, Ordering::SeqCst);
        self.taken(self.queue.try_send(item).is_ok())
    }

    /// Takes an item, and waits until there is room for it; whether there was.
    pub(super) fn give(&self, item: T) -> bool {
        self.undone.fetch_add(1, Ordering::SeqCst);
        self.taken(self.queue.send(item).is_ok())
    }

    /// It was counted before anybody could have done it.
    fn taken(&self, taken: bool) -> bool {
        if !taken {
            self.undone.fetch_sub(1, Ordering::SeqCst);
        }
        taken
    }

    /// No more items come. What the work was done with, or, if it is not done after `patience`, how many items are left.
    pub(super) fn finish(self, patience: Duration) -> Result<S, u64> {
        let Self { queue, undone, ended } = self;
        drop(queue);
        ended.recv_timeout(patience).map_err(|_| undone.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn all_that_was_taken_is_done_in_its_order() {
        let aside = Aside::start("test", 2, Vec::new(), Vec::push).unwrap();
        for number in 0..1000 {
            assert!(aside.give(number));
        }
        assert_eq!(aside.finish(LONG), Ok((0..1000).collect()));
    }

    #[test]
    fn who_offers_to_blocked_work_never_waits_and_is_told_what_was_not_taken() {
        let (open, gate) = sync_channel::<()>(0);
        let aside = Aside::start("test", 3, gate, |gate, _: u8| gate.recv().unwrap_or(())).unwrap();
        // One may be at work already beside those that wait.
        let taken = (0..100).filter(|number| aside.offer(*number)).count();
        assert!((3..=4).contains(&taken), "{taken}");
        assert_eq!(aside.finish(Duration::ZERO).unwrap_err(), taken as u64);
        drop(open);
    }
}
