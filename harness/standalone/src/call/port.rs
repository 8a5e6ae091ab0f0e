//! A call through a modem of our own, in front of a server that runs on this machine.
//!
//! The server's program (mgetty, say) finds the modem at its port, starts it, and is rung when that dialogue has been over
//! for a while.

use std::future::Future;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::time::Duration;

use offhook_clock::{Instant, earliest};
use offhook_port::{Attachment, AttachmentSpec, PortEvent, Watcher};
use offhook_telephony::trace::EventKind;
use tokio::time::{Instant as Clock, sleep_until};

use super::session::Session;
use crate::log_entry::TimeOfDay;
use crate::modem_pool::{CallId, Far};
use crate::modem_pool::{Directory, ModemPool, Setup, ToDte};
use crate::recorder::Recorder;
use offhook_base::Error;

/// How long a server must have been silent after its modem's last answer to be taken as ready for calls.
const QUIET: Duration = Duration::from_secs(2);
/// The modem's line, and the caller at its other end.
const CALL: CallId = CallId::In(0);

/// What `--port DEV` means: a serial device if one is there, else a pty under that name, or whatever else its words say.
///
/// # Errors
///
/// If it is none of them.
pub fn spec(text: &str) -> Result<AttachmentSpec, String> {
    let is_device = |path: &Path| std::fs::symlink_metadata(path).is_ok_and(|about| about.file_type().is_char_device());
    let text = if text.starts_with(['/', '.']) && is_device(Path::new(text)) {
        format!("serial:{text}")
    } else {
        text.to_owned()
    };
    text.parse().map_err(|error: offhook_port::AttachmentSpecError| error.to_string())
}

/// What is put at the port, and how the call is placed.
#[derive(Debug)]
pub struct Plan {
    /// Line and modem.
    pub setup: Setup,
    /// The caller's number.
    pub from: Option<String>,
    /// How long the server may take to have its modem ready.
    pub timeout: Duration,
    /// The time of day.
    pub day: TimeOfDay,
    /// The capture, if one is wanted.
    pub recorder: Option<Recorder>,
}

/// Waits until the server has its modem ready, calls it, and stays until the call is over. `session` makes the call once it
/// is placed; `tell` gets every line there is to tell.
///
/// # Errors
///
/// If the port cannot be had, or no server makes its modem ready in time.
pub async fn call(
    port: &AttachmentSpec,
    plan: Plan,
    session: impl FnOnce(Instant) -> Session,
    mut tell: impl FnMut(&str),
    stop: impl Future<Output = ()>,
) -> Result<Option<Session>, Error> {
    let Plan { setup, from, timeout, day, mut recorder } = plan;
    let mut stop = std::pin::pin!(stop);
    let mut attachment =
        Attachment::open(port, &Watcher::default()).await.map_err(|error| Error::new(error.to_string()))?;
    let mut pool = ModemPool::new(day, Directory::default());
    let rings = offhook_scenario::PATIENCE;
    pool.add(setup);
    if recorder.is_some() {
        pool.listen();
    }
    let start = Clock::now();
    let now = || Instant::ZERO + start.elapsed();
    tell(&format!("a modem waits at {}", attachment.describe()));
    let (mut make, mut running) = (Some(session), None::<Session>);
    let (mut opened, mut served, mut last) = (false, false, Instant::ZERO);
    loop {
        let at = now();
        pool.handle_timeout(at);
        if running.is_none() && served && at >= last + QUIET && pool.is_free(0) {
            if let Some(make) = make.take() {
                tell("the server has its modem ready: calling");
                running = Some(make(at));
                pool.place_call(at, 0, from.clone(), None, rings);
            }
        } else if running.is_none() && at >= Instant::ZERO + timeout {
            let what = match (opened, served) {
                (false, _) => "no program has opened it",
                (true, false) => "a program has it open, and has not started the modem (no AT command)",
                (true, true) => "the dialogue with the modem has not come to rest",
            };
            let text = format!("waiting for a server at {port}: {what} within {} s", timeout.as_secs());
            return Err(Error::new(text).help("start the server's getty at this port, or give it longer by --timeout"));
        }
        if let Some(session) = &mut running {
            session.handle_timeout(at);
            carry(at, &mut pool, session);
            while let Some((when, text)) = session.poll_log_entry() {
                tell(&format!("{when:>9}  {text}"));
            }
        }
        while let Some(next) = pool.poll_dte(0) {
            match next {
                ToDte::Octets(octets) => attachment.write(&octets),
                ToDte::Circuit(circuit, on) => attachment.set_circuit(circuit, on),
            }
        }
        if pool.poll_hang_up(0) {
            attachment.hang_up();
        }
        while let Some(entry) = pool.poll_log_entry() {
            if let Some(error) = recorder.as_mut().and_then(|recorder| recorder.note(&entry)) {
                tell(&error);
            }
            if let EventKind::Response { .. } = entry.what {
                (served, last) = (true, entry.at);
            }
        }
        if running.as_ref().is_some_and(Session::is_over) {
            return Ok(running);
        }
        let waits = match &running {
            Some(session) => session.poll_timeout(),
            None => earliest(Some(Instant::ZERO + timeout), (served && last + QUIET > at).then_some(last + QUIET)),
        };
        let deadline = earliest(pool.poll_timeout(), waits).unwrap_or(at);
        let wanted = pool.wants_dte_octets(at, 0);
        tokio::select! {
            biased;
            () = stop.as_mut() => return Ok(None),
            event = attachment.next(), if wanted => {
                let event = event.map_err(|error| Error::new(error.to_string()))?;
                let at = now();
                match event {
                    PortEvent::Opened => {
                        opened = true;
                        pool.handle_circuit_108(at, 0, true);
                    }
                    PortEvent::Closed => {
                        (opened, served) = (false, false);
                        pool.handle_circuit_108(at, 0, false);
                    }
                    PortEvent::Octets(octets) => {
                        last = at;
                        pool.handle_dte_octets(at, 0, &octets);
                    }
                    PortEvent::Circuit108(on) => {
                        (opened, served) = (on, served && on);
                        pool.handle_dtr(at, 0, on);
                    }
                    PortEvent::Circuit105(on) => pool.handle_circuit_105(at, 0, on),
                    PortEvent::Speed(_) | PortEvent::Break => {}
                }
            }
            () = sleep_until(start + deadline.since(Instant::ZERO)) => {}
        }
    }
}

/// Carries everything between the caller and its end of the line until nothing moves.
fn carry(at: Instant, pool: &mut ModemPool, session: &mut Session) {
    loop {
        if let Some((_, far)) = pool.poll_far() {
            match far {
                Far::Rings(rings) => session.rings(at, rings),
                Far::Answered => session.answered(at),
                Far::Connected(rate) => session.connected(at, rate),
                Far::Octets(octets) => session.octets(at, &octets),
                Far::Busy => session.cleared(at, "busy"),
                Far::NoAnswer => session.cleared(at, "no answer"),
                Far::Cleared => session.cleared(at, "the server hung up"),
                Far::Dialled { .. } => {}
            }
        } else if let Some(octets) = session.poll_transmit() {
            pool.send(at, CALL, &octets);
        } else if session.poll_hang_up() {
            pool.clear(at, CALL);
        } else {
            return;
        }
    }
}
