//! SIGINT, SIGTERM and SIGHUP at any moment: the first asks for an orderly end, the second ends the process at once.
//!
//! A thread of its own listens, so that neither a lab that is being built nor a reader that does not read keeps anybody
//! from ending offhook. Guests and what builds the lab die with the process.

use std::future::pending;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag::register_conditional_shutdown;

use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{oneshot, watch};

use super::{INTERRUPTED, LAB_FAILED, complain};
use offhook_base::plain;

/// What listens for signals, and the event loop of whoever waits for them.
pub(super) struct Interruption {
    runtime: Runtime,
    requested: watch::Receiver<bool>,
}

impl Interruption {
    /// Listens from now on.
    pub(super) fn listen() -> io::Result<Self> {
        let listener = Builder::new_current_thread().enable_all().build()?;
        let (request, requested) = watch::channel(false);
        let registered = listener.enter();
        let mut signals = Signals::listen()?;
        drop(registered);
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            listener.block_on(async {
                loop {
                    signals.first().await;
                    if request.send_replace(true) {
                        std::process::exit(i32::from(INTERRUPTED));
                    }
                }
            });
        })?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Self { runtime, requested })
    }

    /// The event loop.
    pub(super) const fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// Whether the end was asked for.
    pub(super) fn is_requested(&self) -> bool {
        *self.requested.borrow()
    }

    /// Ends when the user, or whoever runs this, wants it to end.
    pub(super) fn requested(&self) -> impl Future<Output = ()> + use<> {
        let mut requested = self.requested.clone();
        async move {
            if requested.wait_for(|requested| *requested).await.is_err() {
                // Nobody listens any more.
                pending::<()>().await;
            }
        }
    }

    /// Does `work`, which cannot be ended from outside, in a thread; `None` if it was interrupted, or did not end as it
    /// should. What it was doing ends with the process.
    pub(super) fn unless_requested<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (sender, receiver) = oneshot::channel();
        thread::spawn(move || {
            // Nobody waits for it any more once it was interrupted.
            let _ = sender.send(work());
        });
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                () = self.requested() => None,
                done = receiver => done.ok(),
            }
        })
    }
}

/// Ends at the first of these signals, for whoever has an event loop already and ends at once. Signals are listened for from
/// the call on, not from the first poll: one that comes while ports are opened would end the process, and leave links and a
/// raw terminal behind. Needs a tokio runtime.
pub(super) fn interruption() -> impl Future<Output = ()> {
    let signals = Signals::listen();
    async {
        match signals {
            Ok(mut signals) => signals.first().await,
            // Then they end the process at once.
            Err(_) => pending().await,
        }
    }
}

/// The three, listened for.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// Not under nohup(1).
    hang_up: Option<Signal>,
}

impl Signals {
    /// Listens from now on. Needs a tokio runtime.
    fn listen() -> io::Result<Self> {
        let (interrupt, terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let hang_up = (!ignores_hang_ups()).then(|| signal(SignalKind::hangup())).transpose()?;
        // Whoever listens decides.
        EARLY.get_or_init(Arc::default).store(false, Ordering::SeqCst);
        Ok(Self { interrupt, terminate, hang_up })
    }

    async fn first(&mut self) {
        let hang_up = async {
            match &mut self.hang_up {
                Some(signal) => drop(signal.recv().await),
                None => pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            () = hang_up => {}
        }
    }
}

/// Whether a signal ends the process at once, because nobody listens yet.
static EARLY: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From the program's first moment on, until somebody listens, a signal ends it with the exit code for that.
pub(super) fn from_now_on() {
    let early = EARLY.get_or_init(|| Arc::new(AtomicBool::new(true)));
    let mut signals = vec![SIGINT, SIGTERM];
    if !ignores_hang_ups() {
        signals.push(SIGHUP);
    }
    for signal in signals {
        // Otherwise it ends the process as it does by itself.
        let _ = register_conditional_shutdown(signal, i32::from(INTERRUPTED), Arc::clone(early));
    }
}

/// Whether whoever started this program wants it to outlive the terminal: `nohup offhook ...` (proc_pid_status(5), SigIgn).
fn ignores_hang_ups() -> bool {
    static IGNORES: OnceLock<bool> = OnceLock::new();
    *IGNORES.get_or_init(|| {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
        mask.is_some_and(|mask| mask & (1 << (SIGHUP - 1)) != 0)
    })
}

/// Listens, or says why it cannot.
pub(super) fn listening() -> Result<Interruption, u8> {
    Interruption::listen().map_err(|error| {
        complain(&format!("error: listening for signals: {}\n", plain(&error)));
        LAB_FAILED
    })
}
