//! A subject in real time: a program on a pty, a TCP port, or a device; a case is played against it by the real clock.
//!
//! In: the script, what speaks the rest, and how the subject is reached. Out: what came of it. Everything started is ended:
//! a program and what it has started by its process group, when the case is over.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use offhook_clock::Instant;
use offhook_ppp::link::Link;
use offhook_script::subject::{End, Played, Session};
use offhook_script::{Failure, Step, Verdict};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{sleep_until, timeout};

use crate::reach::{GRACE, Opened, Reach};

/// How long the end of a subject is waited for at most: one that never ends must not hold up the rest.
const END: Duration = Duration::from_secs(120);
/// The exit status by which a command says that it cannot be what the case needs, as automake's tests do.
const NOT_RUN: i32 = 77;

/// Why a case was not played.
#[derive(Debug)]
pub enum Unplayed {
    /// The subject says that it cannot be what the case needs.
    CannotBe,
    /// The subject cannot be reached.
    Unreachable(io::Error),
}

impl fmt::Display for Unplayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CannotBe => f.write_str("the subject cannot be what the case needs (status 77)"),
            Self::Unreachable(error) => write!(f, "the subject cannot be reached: {error}"),
        }
    }
}

impl std::error::Error for Unplayed {}

impl From<io::Error> for Unplayed {
    fn from(error: io::Error) -> Self {
        Self::Unreachable(error)
    }
}

/// The far end, as octets that came and octets to be sent.
#[derive(Debug, Default)]
struct Far {
    came: VecDeque<Vec<u8>>,
    to_send: Vec<u8>,
    closed: bool,
}

impl End for Far {
    fn handle_up(&mut self, _now: Instant) {}

    fn handle_octets(&mut self, _now: Instant, octets: &[u8]) {
        self.to_send.extend(octets);
    }

    fn handle_timeout(&mut self, _now: Instant) {}

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.came.pop_front()
    }

    fn is_closed(&self) -> bool {
        self.closed && self.came.is_empty()
    }
}

/// How long a step takes at least, whatever comes.
pub fn least(step: &Step) -> Duration {
    match step {
        Step::Expect(expect) => expect.after * expect.times,
        Step::ExpectNothing { time, .. } | Step::Wait(time) => *time,
        Step::ExpectClosed { after, .. } => *after,
        _ => Duration::ZERO,
    }
}

/// The same, if the subject's end is waited for, for a time that a person waits.
const fn bounded(mut step: Step) -> Step {
    if let Step::ExpectClosed { after, within } = &mut step
        && within.as_secs() > after.as_secs() + END.as_secs()
    {
        *within = after.saturating_add(END);
    }
    step
}

/// Plays a script against the subject, with so much room in its times.
///
/// # Errors
///
/// If the subject cannot be reached, or says that it cannot be what the case needs.
pub async fn play_live(
    steps: Vec<Step>,
    rest: Link,
    reach: &Reach,
    environment: &[(&'static str, String)],
    tolerance: Duration,
) -> Result<Played, Unplayed> {
    let steps = steps.into_iter().map(|step| bounded(step.tolerant(tolerance))).collect();
    let Opened { mut line, program } = reach.open(environment, None).await?;
    let mut session = Session::new(steps, rest);
    let mut far = Far::default();
    let begun = tokio::time::Instant::now();
    let now = || Instant::from_micros(u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX));
    let mut buffer = vec![0; 4096];
    session.begin(now(), &mut far);
    while !session.is_over() {
        if !far.to_send.is_empty() && !far.closed {
            let octets = std::mem::take(&mut far.to_send);
            // What does not take its octets in this time hangs.
            far.closed |= !matches!(timeout(GRACE, line.write_all(&octets)).await, Ok(Ok(())));
        }
        let deadline = session.poll_timeout(&far).map(|at| begun + Duration::from_micros(at.micros()));
        let sleep = async {
            match deadline {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            read = line.read(&mut buffer), if !far.closed => match read {
                // A pty whose other side is closed says EIO.
                Ok(0) | Err(_) => far.closed = true,
                Ok(count) => far.came.push_back(buffer[..count].to_vec()),
            },
            () = sleep => {}
        }
        session.handle_timeout(now(), &mut far);
        if deadline.is_none() && far.closed && !session.is_over() {
            break;
        }
    }
    let mut ended = None;
    if let Some(mut program) = program {
        let group = program.group();
        ended = program.ended(!far.closed).await;
        drop(line);
        program.end(group).await;
    }
    let played = session.finish();
    match ended {
        Some(status) if status.code() == Some(NOT_RUN) => Err(Unplayed::CannotBe),
        // What a program died of is not seen on the line.
        Some(status) if status.signal().is_some() => Ok(died(played, status)),
        _ => Ok(played),
    }
}

/// A subject that a signal has ended: the case has failed whatever it expected, and says so.
fn died(mut played: Played, status: ExitStatus) -> Played {
    let why = format!("the subject died: {status}");
    match &mut played.verdict {
        Verdict::Failed(failure) => failure.actual = format!("{}; {why}", failure.actual),
        passed @ Verdict::Passed => {
            let expected = "a subject that ends by itself, or not at all".to_owned();
            let step = played.done.len().saturating_sub(1);
            *passed = Verdict::Failed(Failure { step, expected, actual: why });
        }
    }
    played
}

#[cfg(test)]
mod tests {
    use super::*;

    fn played(command: &str, steps: Vec<Step>) -> Result<Played, Unplayed> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let rest = Link::new(Default::default());
        runtime.block_on(play_live(steps, rest, &Reach::read(command), &[], Duration::ZERO))
    }

    fn closed() -> Vec<Step> {
        vec![Step::ExpectClosed { after: Duration::ZERO, within: Duration::from_secs(24 * 3600) }]
    }

    #[test]
    fn a_command_that_ends_with_77_is_not_run() {
        assert!(matches!(played("exit 77", closed()), Err(Unplayed::CannotBe)));
        assert!(played("exit 1", closed()).is_ok_and(|played| played.verdict == Verdict::Passed));
    }

    #[test]
    fn a_command_that_a_signal_ends_has_failed_even_where_its_end_is_expected() {
        let played = played("kill -s SEGV $$", closed());
        assert!(
            played.as_ref().is_ok_and(
                |played| matches!(&played.verdict, Verdict::Failed(failure) if failure.actual.contains("SIGSEGV"))
            ),
            "{played:?}"
        );
    }

    #[test]
    fn the_end_of_a_subject_is_waited_for_two_minutes_at_most() {
        let step = bounded(closed().remove(0));
        assert_eq!(step, Step::ExpectClosed { after: Duration::ZERO, within: END });
    }
}
