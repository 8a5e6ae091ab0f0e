//! A run as one capture: every scenario is a section of it, written when its guest has ended.
//!
//! In: what a run's view is told. Out: pcapng at a file, a FIFO or standard output, whole after every scenario, so that
//! `offhook run ... --capture - | tshark -i -` shows each as it comes. Scenarios that run at once stand one after the other, in
//! the order in which they end. Whoever reads it slowly holds up what is shown, and no guest.

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use offhook_base::{Error, create_result, plain};
use offhook_report::evidence::pcapng;
use offhook_report::live::View;
use offhook_report::run::RunEvent;
use offhook_session::{Outcome, Verdict};

/// Where the capture goes.
#[derive(Clone)]
pub(super) struct Stream(Arc<Mutex<State>>);

struct State {
    path: String,
    /// Nothing once it could not be written.
    writer: Option<Box<dyn Write + Send>>,
    failure: Option<Error>,
}

impl Stream {
    /// At that path; `-` is standard output. A FIFO has to have a reader, or this waits for one.
    pub(super) fn create(path: &Path) -> Result<Self, Error> {
        let name = path.display().to_string();
        let writer =
            create_result(path).map_err(|error| Error::io(format!("opening {name} for the capture"), &error))?;
        Ok(Self(Arc::new(Mutex::new(State { path: name, writer: Some(writer), failure: None }))))
    }

    /// Why it is not whole, if it is not.
    pub(super) fn failure(&self) -> Option<Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).failure.take()
    }

    fn write(&self, outcome: &Outcome) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let State { path, writer: Some(writer), .. } = &mut *state else { return };
        let written = pcapng(outcome).and_then(|octets| writer.write_all(&octets)).and_then(|()| writer.flush());
        if let Err(error) = written {
            let failure = Error::new(format!("the capture {path} ends here: {}", plain(&error)));
            state.writer = None;
            // Who has seen enough of a capture has all that it wanted.
            if error.kind() != io::ErrorKind::BrokenPipe {
                state.failure = Some(failure);
            }
        }
    }
}

/// A view, and the capture, if there is to be one.
pub(super) struct Streamed<V> {
    view: V,
    stream: Option<Stream>,
}

impl<V: View> Streamed<V> {
    /// What is told to `view` goes into the capture as well.
    pub(super) const fn new(view: V, stream: Option<Stream>) -> Self {
        Self { view, stream }
    }
}

impl<V: View> View for Streamed<V> {
    fn event(&mut self, event: &RunEvent, now: Duration) -> String {
        if let (RunEvent::ScenarioFinished { outcome, .. }, Some(stream)) = (event, &self.stream)
            && !matches!(outcome.verdict, Verdict::Skipped { .. } | Verdict::NotRun { .. })
        {
            stream.write(outcome);
        }
        self.view.event(event, now)
    }

    fn status(&self, now: Duration, columns: usize) -> Option<String> {
        self.view.status(now, columns)
    }

    fn heartbeat(&mut self, now: Duration) -> Option<String> {
        self.view.heartbeat(now)
    }
}
