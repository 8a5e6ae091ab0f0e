//! How a subject on this machine is reached: a program on a pty or pipes, a TCP port, a device.
//!
//! In: a command, an address or a path, and what a program finds in its environment. Out: a line of octets both ways, and the
//! program, which is ended with all that it has started.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use nix::unistd::Pid;
use tokio::io::{AsyncRead, AsyncWrite, join};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a program may take to end when it is asked to, before it is killed; and to take octets.
pub const GRACE: Duration = Duration::from_secs(2);
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);

/// How a subject is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// A command of the shell, with a pty as its terminal, standard input and output. Started anew for each case.
    Command(String),
    /// A command of the shell, with pipes as its standard input and output, likewise.
    Pipes(String),
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
            Self::Pipes(_) => "pipes".to_owned(),
            Self::Tcp(_) => "tcp".to_owned(),
            Self::Device(path) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        }
    }

    /// Whether several can be played at the same time.
    pub const fn is_many(&self) -> bool {
        matches!(self, Self::Command(_) | Self::Pipes(_))
    }
}

/// What was reached.
pub struct Opened {
    /// The line to it.
    pub line: Box<dyn Line>,
    /// The program, if it is one.
    pub program: Option<Program>,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("program", &self.program).finish_non_exhaustive()
    }
}

/// Octets both ways.
pub trait Line: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Line for T {}

/// A program that is ended with what it was started for.
#[derive(Debug)]
pub struct Program(tokio::process::Child);

impl Program {
    /// How it has ended by itself, if it has; while its side of the line is `open` it has not. Asked before the line is let go,
    /// which ends it as well.
    pub(crate) async fn ended(&mut self, open: bool) -> Option<ExitStatus> {
        match open {
            true => self.0.try_wait().ok().flatten(),
            // Its end of the line is closed a moment before it is gone.
            false => timeout(GRACE, self.0.wait()).await.ok().and_then(Result::ok),
        }
    }

    /// Asks it to end, then ends it, and all that it has started with it.
    pub(crate) async fn end(mut self, group: Option<Pid>) {
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
    pub(crate) fn group(&self) -> Option<Pid> {
        self.0.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw)
    }
}

impl Reach {
    /// Reaches it, a program with this in its environment, and from that directory if one is given.
    ///
    /// # Errors
    ///
    /// If it cannot be reached.
    pub async fn open(&self, environment: &[(&'static str, String)], from: Option<&Path>) -> io::Result<Opened> {
        match self {
            Self::Tcp(address) => {
                let connected = timeout(CONNECT, TcpStream::connect(address)).await;
                let stream =
                    connected.map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "no connection in 10 s"))??;
                stream.set_nodelay(true)?;
                Ok(Opened { line: Box::new(stream), program: None })
            }
            Self::Device(path) => {
                let path = path.to_str().ok_or_else(|| io::Error::other("its name is no text"))?;
                let port = tokio_serial::SerialStream::open(&tokio_serial::new(path, 115_200))?;
                Ok(Opened { line: Box::new(port), program: None })
            }
            Self::Command(command) => {
                let (pty, pts) = pty_process::open().map_err(io::Error::other)?;
                let mut raw = tcgetattr(&pty)?;
                cfmakeraw(&mut raw);
                tcsetattr(&pty, SetArg::TCSANOW, &raw)?;
                let mut started = pty_process::Command::new("/bin/sh")
                    .args(["-c", command])
                    .envs(environment.iter().map(|(name, value)| (*name, value.as_str())))
                    .stderr(std::process::Stdio::null())
                    .kill_on_drop(true);
                if let Some(from) = from {
                    started = started.current_dir(from);
                }
                let child = started.spawn(pts).map_err(io::Error::other)?;
                Ok(Opened { line: Box::new(pty), program: Some(Program(child)) })
            }
            Self::Pipes(command) => {
                let mut started = tokio::process::Command::new("/bin/sh");
                started
                    .args(["-c", command])
                    .envs(environment.iter().map(|(name, value)| (*name, value.as_str())))
                    .stdin(std::process::Stdio::piped())
                    .stdout(std::process::Stdio::piped())
                    .stderr(std::process::Stdio::null())
                    .process_group(0)
                    .kill_on_drop(true);
                if let Some(from) = from {
                    started.current_dir(from);
                }
                let mut child = started.spawn()?;
                let gone = || io::Error::other("the program has no pipes");
                let (read, write) = (child.stdout.take().ok_or_else(gone)?, child.stdin.take().ok_or_else(gone)?);
                Ok(Opened { line: Box::new(join(read, write)), program: Some(Program(child)) })
            }
        }
    }
}

impl Opened {
    /// Lets go of it; a program is asked to end, and then ended with all that it has started.
    pub async fn end(self) {
        let Self { line, program } = self;
        let group = program.as_ref().and_then(Program::group);
        drop(line);
        if let Some(program) = program {
            program.end(group).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_a_command_unless_it_says_otherwise() {
        assert_eq!(Reach::read("tcp:localhost:7"), Reach::Tcp("localhost:7".to_owned()));
        assert_eq!(Reach::read("/dev/ttyUSB0"), Reach::Device("/dev/ttyUSB0".into()));
        assert_eq!(Reach::read("/dev/../usr/bin/x -y"), Reach::Command("/dev/../usr/bin/x -y".to_owned()));
        assert_eq!(Reach::read("./my-ppp"), Reach::Command("./my-ppp".to_owned()));
    }
}
