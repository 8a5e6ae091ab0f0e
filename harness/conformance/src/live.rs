//! A subject in real time: a program on a pty, a TCP port, or a device; a case is played against it by the real clock.
//!
//! In: the script, what speaks the rest, and how the subject is reached. Out: what came of it. Everything started is ended:
//! a program and what it has started by its process group, when the case is over.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use nix::unistd::Pid;
use offhook_clock::Instant;
use offhook_ppp::link::Link;
use offhook_script::subject::{End, Played, Session};
use offhook_script::{Failure, Step, Verdict};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep_until, timeout};

/// How long a program may take to end when it is asked to, before it is killed.
const GRACE: Duration = Duration::from_secs(2);
/// How long the end of a subject is waited for at most: one that never ends must not hold up the rest.
const END: Duration = Duration::from_secs(120);
/// The exit status by which a command says that it cannot be what the case needs, as automake's tests do.
const NOT_RUN: i32 = 77;
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);

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

/// How a subject is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// A command of the shell, with a pty as its terminal, standard input and output. Started anew for each case.
    Command(String),
    /// A TCP port, connected to for each case.
    Tcp(String),
    /// A device with a terminal's interface, opened for each case.
    Device(PathBuf),
}

impl Reach {
    /// `tcp:HOST:PORT`, a device below /dev, or a command.
    pub fn read(text: &str) -> Self {
        match text.strip_prefix("tcp:") {
            Some(address) => Self::Tcp(address.to_owned()),
            None if text.starts_with("/dev/") && !text.contains(char::is_whitespace) => Self::Device(text.into()),
            None => Self::Command(text.to_owned()),
        }
    }

    /// The line to it, in a word: `pty`, `tcp`, or the device's name.
    pub fn line(&self) -> String {
        match self {
            Self::Command(_) => "pty".to_owned(),
            Self::Tcp(_) => "tcp".to_owned(),
            Self::Device(path) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        }
    }

    /// Whether several can be played at the same time.
    pub const fn is_many(&self) -> bool {
        matches!(self, Self::Command(_))
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

trait Line: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Line for T {}

/// A program that is ended with the case.
struct Program(tokio::process::Child);

impl Program {
    /// How it has ended by itself, if it has; while its side of the line is `open` it has not. Asked before the line is let go,
    /// which ends it as well.
    async fn ended(&mut self, open: bool) -> Option<ExitStatus> {
        match open {
            true => self.0.try_wait().ok().flatten(),
            // Its end of the line is closed a moment before it is gone.
            false => timeout(GRACE, self.0.wait()).await.ok().and_then(Result::ok),
        }
    }

    /// Asks it to end, then ends it, and all that it has started with it.
    async fn end(mut self, group: Option<Pid>) {
        let Some(group) = group else { return };
        // It may have ended by itself; its group may not.
        let _ = killpg(group, Signal::SIGHUP);
        let _ = killpg(group, Signal::SIGTERM);
        if timeout(GRACE, self.0.wait()).await.is_err() {
            let _ = killpg(group, Signal::SIGKILL);
            let _ = self.0.wait().await;
        }
        let _ = killpg(group, Signal::SIGKILL);
    }

    /// The group of its processes, whose number is known as long as it has not been waited for.
    fn group(&self) -> Option<Pid> {
        self.0.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw)
    }
}

async fn open(reach: &Reach, environment: &[(&'static str, String)]) -> io::Result<(Box<dyn Line>, Option<Program>)> {
    match reach {
        Reach::Tcp(address) => {
            let connected = timeout(CONNECT, TcpStream::connect(address)).await;
            let stream = connected.map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "no connection in 10 s"))??;
            stream.set_nodelay(true)?;
            Ok((Box::new(stream), None))
        }
        Reach::Device(path) => {
            let path = path.to_str().ok_or_else(|| io::Error::other("its name is no text"))?;
            let port = tokio_serial::SerialStream::open(&tokio_serial::new(path, 115_200))?;
            Ok((Box::new(port), None))
        }
        Reach::Command(command) => {
            let (pty, pts) = pty_process::open().map_err(io::Error::other)?;
            let mut raw = tcgetattr(&pty)?;
            cfmakeraw(&mut raw);
            tcsetattr(&pty, SetArg::TCSANOW, &raw)?;
            let command = pty_process::Command::new("/bin/sh")
                .args(["-c", command])
                .envs(environment.iter().map(|(name, value)| (*name, value.as_str())))
                .stderr(std::process::Stdio::null())
                .kill_on_drop(true);
            let child = command.spawn(pts).map_err(io::Error::other)?;
            Ok((Box::new(pty), Some(Program(child))))
        }
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
    let (mut line, program) = open(reach, environment).await?;
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

    #[test]
    fn a_subject_is_a_command_unless_it_says_otherwise() {
        assert_eq!(Reach::read("tcp:localhost:7"), Reach::Tcp("localhost:7".to_owned()));
        assert_eq!(Reach::read("/dev/ttyUSB0"), Reach::Device("/dev/ttyUSB0".into()));
        assert_eq!(Reach::read("/dev/../usr/bin/x -y"), Reach::Command("/dev/../usr/bin/x -y".to_owned()));
        assert_eq!(Reach::read("./my-ppp"), Reach::Command("./my-ppp".to_owned()));
    }
}
