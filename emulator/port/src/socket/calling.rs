//! Calling a DTE that waits at a TCP port, until it answers.
//!
//! One attempt takes no more than [`ATTEMPT`]; after a failure the next one waits, twice as long each time from
//! [`SHORTEST`] to [`LONGEST`]. The attempt goes on while nobody awaits it.

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::spec::host_port;

/// How long one attempt may take, looking up the name included.
const ATTEMPT: Duration = Duration::from_secs(10);
const SHORTEST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(30);

type Attempt = Pin<Box<dyn Future<Output = io::Result<TcpStream>> + Send>>;

/// A number to call.
pub(super) struct Calling {
    host: String,
    port: u16,
    attempt: Option<Attempt>,
    wait: Duration,
    /// Why there is no connection.
    error: Option<String>,
}

impl fmt::Debug for Calling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calling").field("to", &self.to()).field("error", &self.error).finish_non_exhaustive()
    }
}

impl Calling {
    pub(super) fn new(host: &str, port: u16) -> Self {
        Self { host: host.into(), port, attempt: None, wait: Duration::ZERO, error: None }
    }

    /// Whom we call.
    pub(super) fn to(&self) -> String {
        host_port(&self.host, self.port)
    }

    /// Where that stands, for people.
    pub(super) fn state(&self) -> String {
        match &self.error {
            None => "calling".into(),
            Some(why) => format!("calling again: {why}"),
        }
    }

    /// The connection there was has ended: the next attempt is due shortly.
    pub(super) fn again(&mut self, why: &str) {
        (self.attempt, self.wait, self.error) = (None, SHORTEST, Some(why.into()));
    }

    /// Waits until somebody answers. Cancel-safe.
    pub(super) async fn connected(&mut self) -> TcpStream {
        loop {
            let attempt = match &mut self.attempt {
                Some(attempt) => attempt,
                None => self.attempt.insert(Box::pin(call(self.host.clone(), self.port, self.wait))),
            };
            let result = attempt.await;
            self.attempt = None;
            match result {
                Ok(stream) => {
                    self.error = None;
                    return stream;
                }
                Err(error) => {
                    self.error = Some(error.to_string());
                    self.wait = (self.wait * 2).clamp(SHORTEST, LONGEST);
                }
            }
        }
    }
}

async fn call(host: String, port: u16, wait: Duration) -> io::Result<TcpStream> {
    sleep(wait).await;
    match timeout(ATTEMPT, TcpStream::connect((host, port))).await {
        Ok(result) => result,
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, format!("no answer in {} s", ATTEMPT.as_secs()))),
    }
}
