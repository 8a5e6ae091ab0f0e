//! One guest as the host sees it: a User Mode Linux kernel started, listened to, and ended.
//!
//! The kernel is not started directly but by the [`Init`] program, which asks to be killed when its parent dies, stays on one
//! processor, and then becomes the kernel.

use std::collections::VecDeque;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use tokio::io::BufReader;
use tokio::process::Command;

use super::console::Console;
use super::error::size as human;
use super::group::Group;
use super::holding::{Holding, MOST_ENTRIES, held};
use super::init::Init;
use super::memory::GUEST_MEMORY;
use super::place::{KERNEL, Place, Room, VIEW};
use super::processor::Processor;
use super::programs::ServerPrograms;
use super::queue::waited;
use offhook_base::guest::{ANY_PROCESSOR, BECOME_KERNEL, CANNOT, Confinement, EPOCH, INIT_VIEW, LANDLOCK, PROCESS_ONE};

/// How often a running guest's time and what it wrote are looked at.
const LOOK: Duration = Duration::from_millis(200);

/// Octets of evidence that a guest may write, unless stated otherwise.
pub const QUOTA: u64 = 1 << 30;

/// Octets of memory that all processes of a guest may have together, its own memory included.
const MEMORY_QUOTA: u64 = 1 << 30;

/// How many times its limit a guest may wait for a processor besides.
const PATIENCE: u32 = 10;

/// What a guest is started with.
#[derive(Clone, Debug)]
pub struct Uml {
    /// The kernel.
    pub kernel: PathBuf,
    /// What becomes the kernel, and is process 1.
    pub init: Init,
    /// The root directory of its stack.
    pub stack: PathBuf,
    /// Programs of a machine's own, in place of the stack's.
    pub programs: Option<ServerPrograms>,
    /// Where it lives.
    pub room: Arc<Room>,
    /// Its number there.
    pub number: usize,
    /// Seed of everything random in the kernel.
    pub seed: u64,
    /// Whether processes of the guest are kept apart from its kernel's memory by ptrace, which is slower: a second wall
    /// before the first, [`Confinement`].
    pub untrusted: bool,
    /// Whether it must not start where this machine's kernel cannot confine it.
    pub confined: bool,
    /// Octets of evidence that it may write.
    pub quota: u64,
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
    /// It was killed because it took more than it may, or hid it; in words: `wrote more than 1 GB of evidence`.
    Overstepped(String),
    /// It ended otherwise; in words.
    Died(String),
}

impl Uml {
    /// Makes its directory, to put the job there; what the guest wrote is read there, too, before it is dropped.
    pub fn make_place(&self) -> io::Result<Place> {
        self.room.place(self.number, &self.init.root, &self.stack, self.programs.as_ref())
    }

    /// Runs it to its end, for `limit` at most; time in which it waits for a processor does not count.
    pub async fn run(&self, place: &Place, limit: Duration) -> io::Result<Ending> {
        let processor = Processor::claim();
        let start = Instant::now();
        let mut command = self.command(place, processor.as_ref(), None)?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let (mut group, mut child) = Group::start(&mut command, self.room.lifeline(&self.init.program())?)?;
        let mut console = Console::of(place, start);
        let streams = (child.stdout.take(), child.stderr.take());
        let listened = async {
            let (Some(stdout), Some(stderr)) = streams else { return };
            console.listen(BufReader::new(stdout), BufReader::new(stderr)).await;
        };
        let broken = self.watched(place, &mut group, Some(limit), listened).await?;
        group.end();
        let status = child.wait().await?;
        let how = broken.unwrap_or_else(|| how(status, &console.lines));
        Ok(Ending { console: console.lines, boot: console.boot, wall: start.elapsed(), how })
    }

    /// Waits until it and `meanwhile` are over, for `limit` at most, and looks at it now and then; why it may not go on, if so.
    async fn watched(
        &self,
        place: &Place,
        group: &mut Group<'_>,
        limit: Option<Duration>,
        meanwhile: impl Future<Output = ()>,
    ) -> io::Result<Option<How>> {
        let start = Instant::now();
        let number = group.number();
        let ended = async { tokio::join!(group.ended(), meanwhile).0 };
        tokio::pin!(ended);
        let mut allowed = limit;
        loop {
            if let Ok(ended) = tokio::time::timeout(limit.map_or(LOOK, |limit| LOOK.min(limit)), &mut ended).await {
                return ended.map(|()| None);
            }
            if let Some(limit) = limit
                && allowed.is_some_and(|allowed| start.elapsed() >= allowed)
            {
                // Only now: it looks through all processes of the machine.
                let waits = limit + waited(number).min(limit * PATIENCE);
                if start.elapsed() >= waits {
                    return Ok(Some(How::TimedOut));
                }
                allowed = Some(waits);
            }
            let holding = held(&[place.kernel(), place.out()], number, MEMORY_QUOTA);
            if let Some(how) = excess(&holding, self.quota) {
                return Ok(Some(how));
            }
        }
    }

    /// Runs it on this terminal, for as long as its user likes.
    ///
    /// # Errors
    ///
    /// If it cannot be started, or took more than it may.
    pub async fn run_here(&self, place: &Place) -> io::Result<ExitStatus> {
        let processor = Processor::claim();
        // What its kernel misses on this host is of no interest to who works there.
        let mut command = self.command(place, processor.as_ref(), Some("loglevel=3"))?;
        let (mut group, mut child) = Group::start(&mut command, self.room.lifeline(&self.init.program())?)?;
        let broken = self.watched(place, &mut group, None, async {}).await?;
        group.end();
        let status = child.wait().await?;
        match broken {
            Some(How::Overstepped(what)) => Err(io::Error::other(format!("it was ended because it {what}"))),
            _ => Ok(status),
        }
    }

    /// All that its kernel may do on the host.
    fn confinement(&self, place: &Place) -> io::Result<Confinement> {
        let mut execute = self.init.host_libraries()?;
        execute.push(self.kernel.clone());
        let mut read = vec![self.init.root.clone(), self.stack.clone(), place.view()];
        if let Some(programs) = &self.programs {
            // Looked at once more: what was a directory a moment ago must not be a link to another by now.
            read.extend(programs.directories()?);
        }
        Ok(Confinement {
            execute,
            read,
            write: vec![place.kernel(), place.out(), place.memory.clone()],
            file_size: self.quota.max(GUEST_MEMORY),
            required: self.confined,
            without_landlock: std::env::var_os(LANDLOCK).is_some_and(|word| word == "off"),
        })
    }

    fn command(&self, place: &Place, processor: Option<&Processor>, further: Option<&str>) -> io::Result<Command> {
        let mut command = Command::new(self.init.program());
        command.arg(BECOME_KERNEL).arg(std::process::id().to_string());
        command.arg(processor.map_or_else(|| ANY_PROCESSOR.to_owned(), |processor| processor.number.to_string()));
        command.arg(serde_json::to_string(&self.confinement(place)?)?);
        command.arg(&self.kernel);
        command.args(self.kernel_arguments(further)).env_clear().env("TMPDIR", &place.memory);
        // A kernel takes quotes, commas and blanks in its arguments for its own: what they name is named from here. For
        // hostfs that must be an absolute path.
        command.current_dir(place.path());
        Ok(command)
    }

    fn kernel_arguments(&self, further: Option<&str>) -> Vec<String> {
        let mut arguments = vec![
            "mem=128M".to_owned(),
            "root=/dev/root".to_owned(),
            "rootfstype=hostfs".to_owned(),
            format!("hostfs=/proc/self/cwd/{VIEW}"),
            format!("rootflags={INIT_VIEW}"),
            "ro".to_owned(),
            format!("init={}", self.init.program_inside().display()),
            "con=null".to_owned(),
            "con0=fd:0,fd:1".to_owned(),
            "quiet".to_owned(),
            "panic=-1".to_owned(),
            "time-travel=inf-cpu".to_owned(),
            format!("time-travel-start={EPOCH}000000000"),
            "random.trust_cpu=on".to_owned(),
            format!("offhook.seed={}", self.seed),
            format!("seccomp={}", if self.untrusted { "off" } else { "on" }),
            format!("uml_dir={KERNEL}"),
            "umid=guest".to_owned(),
        ];
        if self.usb_modems > 1 {
            arguments.push(format!("dummy_hcd.num={}", self.usb_modems));
        }
        arguments.extend(further.map(str::to_owned));
        arguments.extend(["--".to_owned(), PROCESS_ONE.to_owned()]);
        arguments
    }
}

/// Why it may not go on, if it holds more than it may.
fn excess(holding: &Holding, quota: u64) -> Option<How> {
    if let Some(what) = &holding.hidden {
        return Some(How::Overstepped(format!("hid something from its host: {what}")));
    }
    let what = match () {
        () if holding.entries > MOST_ENTRIES => format!("made more than {MOST_ENTRIES} files"),
        () if holding.named > quota => format!("wrote more than {} of evidence", human(quota)),
        // Its memory has no name either.
        () if holding.unnamed > quota + GUEST_MEMORY => {
            format!("wrote more than {} to files that it removed", human(quota))
        }
        () if holding.memory > MEMORY_QUOTA => format!("took more than {} of memory", human(MEMORY_QUOTA)),
        () => return None,
    };
    Some(How::Overstepped(what))
}

fn how(status: ExitStatus, console: &VecDeque<String>) -> How {
    if let Some(line) = console.iter().find_map(|line| line.strip_prefix(CANNOT)) {
        return How::Died(line.to_owned());
    }
    if let Some(line) = console.iter().find(|line| line.contains("Kernel panic")) {
        return How::Died(format!("its kernel panicked: {}", line.trim()));
    }
    if status.signal() == Some(Signal::SIGXFSZ as i32) {
        return How::Overstepped("wrote a file of more than its quota".to_owned());
    }
    if status.success() {
        return How::PoweredOff;
    }
    let said = console.iter().rev().map(|line| line.trim()).find(|line| !line.is_empty());
    How::Died(said.map_or_else(
        || format!("its kernel ended by {status}"),
        |said| format!("its kernel ended by {status}; it said last: {said}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_there_is_too_much_of_is_named() {
        let over = QUOTA + 1;
        let none = Holding::default();
        let holdings = [
            Holding {
                named: QUOTA,
                entries: MOST_ENTRIES,
                unnamed: QUOTA + GUEST_MEMORY,
                memory: MEMORY_QUOTA,
                ..none.clone()
            },
            Holding { named: over, ..none.clone() },
            Holding { entries: MOST_ENTRIES + 1, ..none.clone() },
            Holding { unnamed: over + GUEST_MEMORY, ..none.clone() },
            Holding { memory: MEMORY_QUOTA + 1, ..none.clone() },
            Holding { hidden: Some("a directory: it is closed".to_owned()), ..none },
        ];
        let told = holdings.map(|holding| match excess(&holding, QUOTA) {
            Some(How::Overstepped(what)) => what,
            other => format!("{other:?}"),
        });
        assert_eq!(
            told,
            [
                "None",
                "wrote more than 1.0 GB of evidence",
                "made more than 100000 files",
                "wrote more than 1.0 GB to files that it removed",
                "took more than 1.0 GB of memory",
                "hid something from its host: a directory: it is closed",
            ]
        );
    }

    #[test]
    fn a_panic_is_told_by_the_kernels_own_line() {
        let console = VecDeque::from(["x".to_owned(), "Kernel panic - not syncing: no init".to_owned()]);
        let how = how(ExitStatus::default(), &console);
        assert_eq!(how, How::Died("its kernel panicked: Kernel panic - not syncing: no init".to_owned()));
    }
}
