//! One guest as the host sees it: a User Mode Linux kernel started, listened to, and ended.
//!
//! The kernel is not started directly but by this binary once more (`offhook become-kernel ... ...`), which asks to be
//! killed when its parent dies, stays on one processor, and then becomes the kernel: so a guest does not outlive its runner, not even one that
//! got SIGKILL. The kernel in turn asks the same for the processes it keeps.

use std::collections::VecDeque;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use super::processor::{Processor, stay_on};
use super::queue::waited;
use super::{CANNOT, EPOCH, HELLO};

/// The word by which this binary knows that it is to become a kernel.
pub const KERNEL: &str = "become-kernel";

/// Stands for a processor's number where the kernel may run on any.
const ANY: &str = "any";

/// How many times its limit a guest may wait for a processor besides.
const PATIENCE: u32 = 10;

/// Lines of a guest's console that are kept.
const CONSOLE_LINES: usize = 40;

/// What a guest is started with.
#[derive(Clone, Debug)]
pub struct Uml {
    /// The kernel.
    pub kernel: PathBuf,
    /// Directory for the file that is the guest's memory; it must allow exec.
    pub memory_dir: PathBuf,
    /// Directory of this guest alone, made and removed by [`run`](Self::run).
    pub run_dir: PathBuf,
    /// The output directory, with the job file in it.
    pub out: PathBuf,
    /// Seed of everything random in the kernel.
    pub seed: u64,
    /// Whether processes of the guest are kept apart from the kernel by ptrace: slower, but they cannot get out.
    pub untrusted: bool,
    /// How many USB modems can be plugged in. One always can.
    pub usb_modems: usize,
}

/// How a guest ended.
#[derive(Debug)]
pub struct Ending {
    /// The last lines of its console.
    pub console: VecDeque<String>,
    /// From start to the first sign of life of its process 1; `None` if there was none.
    pub boot: Option<Duration>,
    /// From start to end.
    pub wall: Duration,
    /// In which way.
    pub how: How,
}

/// In which way a guest ended.
#[derive(Debug, PartialEq, Eq)]
pub enum How {
    /// It powered itself off.
    PoweredOff,
    /// It was killed because it ran longer than allowed.
    TimedOut,
    /// It ended otherwise; in words.
    Died(String),
}

impl Uml {
    /// Runs it to its end, for `limit` at most; time in which it waits for a processor does not count.
    pub async fn run(&self, limit: Duration) -> io::Result<Ending> {
        let _directory = RunDir::make(&self.run_dir)?;
        let processor = Processor::claim();
        let start = Instant::now();
        let mut child = self
            .command(processor.as_ref())?
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut listener = Listener { console: VecDeque::new(), boot: None, start };
        let streams = (child.stdout.take(), child.stderr.take());
        let group = child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw);
        let ended = async {
            let (Some(stdout), Some(stderr)) = streams else { return child.wait().await };
            listener.listen(BufReader::new(stdout), BufReader::new(stderr)).await;
            child.wait().await
        };
        let status = {
            tokio::pin!(ended);
            loop {
                let waited = group.map_or(Duration::ZERO, waited).min(limit * PATIENCE);
                let Some(rest) = (limit + waited).checked_sub(start.elapsed()).filter(|rest| !rest.is_zero()) else {
                    break None;
                };
                if let Ok(status) = tokio::time::timeout(rest, &mut ended).await {
                    break Some(status?);
                }
            }
        };
        let how = match status {
            Some(status) => how(status, &listener.console),
            None => {
                child.kill().await?;
                How::TimedOut
            }
        };
        Ok(Ending { console: listener.console, boot: listener.boot, wall: start.elapsed(), how })
    }

    /// Runs it on this terminal.
    pub async fn run_here(&self) -> io::Result<ExitStatus> {
        let _directory = RunDir::make(&self.run_dir)?;
        let processor = Processor::claim();
        self.command(processor.as_ref())?.spawn()?.wait().await
    }

    fn command(&self, processor: Option<&Processor>) -> io::Result<Command> {
        let own = std::env::current_exe()?;
        let mut command = Command::new(&own);
        command.arg(KERNEL).arg(std::process::id().to_string());
        command.arg(processor.map_or_else(|| ANY.to_owned(), |processor| processor.number.to_string()));
        command.arg(&self.kernel);
        command.args(self.kernel_arguments(&own)).env("TMPDIR", &self.memory_dir).kill_on_drop(true);
        // A guest is not of the terminal's foreground group: Ctrl-C is for the runner, which ends its guests.
        command.process_group(0);
        Ok(command)
    }

    fn kernel_arguments(&self, own: &Path) -> Vec<String> {
        let init = quoted(own);
        let mut arguments = vec![
            "mem=128M".to_owned(),
            "root=/dev/root".to_owned(),
            "rootfstype=hostfs".to_owned(),
            "rootflags=/".to_owned(),
            "ro".to_owned(),
            format!("init={init}"),
            "con=null".to_owned(),
            "con0=fd:0,fd:1".to_owned(),
            "quiet".to_owned(),
            "panic=-1".to_owned(),
            "time-travel=inf-cpu".to_owned(),
            format!("time-travel-start={EPOCH}000000000"),
            "random.trust_cpu=on".to_owned(),
            format!("offhook.seed={}", self.seed),
            format!("seccomp={}", if self.untrusted { "off" } else { "on" }),
            format!("uml_dir={}", self.run_dir.display()),
            "umid=guest".to_owned(),
        ];
        if self.usb_modems > 1 {
            arguments.push(format!("dummy_hcd.num={}", self.usb_modems));
        }
        arguments.extend(["--".to_owned(), "guest".to_owned(), quoted(&self.out)]);
        arguments
    }
}

/// A path as one word of a kernel's command line, which is split at blanks outside double quotes.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    if text.contains(char::is_whitespace) { format!("\"{text}\"") } else { text }
}

/// Becomes the kernel named by `arguments` (parent's process id, processor, kernel, its arguments), to be killed with the
/// parent.
pub fn become_kernel(arguments: &[String]) -> io::Error {
    let [parent, processor, kernel, rest @ ..] = arguments else { return io::Error::other("no kernel named") };
    if let Err(errno) = set_pdeathsig(Signal::SIGKILL) {
        return errno.into();
    }
    // The parent may have died before the kernel could be asked to tell.
    if nix::unistd::getppid().to_string() != *parent {
        return io::Error::other("the runner is gone");
    }
    if let Ok(number) = processor.parse() {
        // Where it is not allowed the guest is slower, and the same otherwise.
        let _ = stay_on(number);
    }
    std::process::Command::new(kernel).args(rest).exec()
}

fn how(status: ExitStatus, console: &VecDeque<String>) -> How {
    if let Some(line) = console.iter().find_map(|line| line.strip_prefix(CANNOT)) {
        return How::Died(line.to_owned());
    }
    if let Some(line) = console.iter().find(|line| line.contains("Kernel panic")) {
        return How::Died(format!("its kernel panicked: {}", line.trim()));
    }
    if status.success() { How::PoweredOff } else { How::Died(format!("its kernel ended by {status}")) }
}

struct Listener {
    console: VecDeque<String>,
    boot: Option<Duration>,
    start: Instant,
}

impl Listener {
    /// Reads both streams until they end.
    async fn listen(
        &mut self,
        mut stdout: BufReader<tokio::process::ChildStdout>,
        mut stderr: BufReader<tokio::process::ChildStderr>,
    ) {
        let (mut from_stdout, mut from_stderr) = (Vec::new(), Vec::new());
        let (mut stdout_open, mut stderr_open) = (true, true);
        while stdout_open || stderr_open {
            tokio::select! {
                read = stdout.read_until(b'\n', &mut from_stdout), if stdout_open => {
                    stdout_open = matches!(read, Ok(1..));
                    self.hear(&mut from_stdout);
                }
                read = stderr.read_until(b'\n', &mut from_stderr), if stderr_open => {
                    stderr_open = matches!(read, Ok(1..));
                    self.hear(&mut from_stderr);
                }
            }
        }
    }

    fn hear(&mut self, line: &mut Vec<u8>) {
        let text = String::from_utf8_lossy(line).trim_end().to_owned();
        line.clear();
        if text == HELLO {
            self.boot = Some(self.start.elapsed());
        } else if !text.is_empty() {
            if self.console.len() == CONSOLE_LINES {
                self.console.pop_front();
            }
            self.console.push_back(text);
        }
    }
}

/// A guest's run directory, removed when it is over.
struct RunDir<'a>(&'a Path);

impl<'a> RunDir<'a> {
    fn make(path: &'a Path) -> io::Result<Self> {
        std::fs::create_dir_all(path)?;
        Ok(Self(path))
    }
}

impl Drop for RunDir<'_> {
    fn drop(&mut self) {
        // What cannot be removed now is removed at the next start.
        let _ = std::fs::remove_dir_all(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_blanks_is_one_word_to_the_kernel() {
        assert_eq!(quoted(Path::new("/a b/c")), "\"/a b/c\"");
        assert_eq!(quoted(Path::new("/a/c")), "/a/c");
    }

    #[test]
    fn a_panic_is_told_by_the_kernels_own_line() {
        let console = VecDeque::from(["x".to_owned(), "Kernel panic - not syncing: no init".to_owned()]);
        let how = how(ExitStatus::default(), &console);
        assert_eq!(how, How::Died("its kernel panicked: Kernel panic - not syncing: no init".to_owned()));
    }
}
