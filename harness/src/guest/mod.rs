//! Process 1 of the guest: from a bare kernel to a report in the output directory.
//!
//! The kernel starts the very binary the user started, with `guest JOBFILE` as arguments. It makes the stack's root
//! its own, opens the network namespaces, plays the scenario, writes the report, and turns the machine off.
//! Nothing here runs on the host.

mod boot;
mod clients;
mod clock;
mod conversation;
mod lan;
mod machine;
mod namespaces;
mod play;
mod port;
mod request;
mod usb;
mod world;

use std::path::Path;

use nix::sys::reboot::{RebootMode, reboot};

use crate::run::{CANNOT, HELLO, JOB_FILE, Job, REPORT_FILE, Report, Trouble, write_whole};

pub use boot::{OUT, STATUS};

/// Whether this process is a guest's process 1: the first, started with `guest OUTDIR`.
pub fn is_process_one(arguments: &[String]) -> bool {
    std::process::id() == 1 && arguments.get(1).is_some_and(|word| word == "guest")
}

/// Runs the job in the directory named by the arguments, then powers the guest off. Never returns.
pub fn process_one(arguments: &[String]) -> ! {
    if let Err(trouble) = carry_out(arguments) {
        println!("{CANNOT}{}", trouble.message);
    }
    nix::unistd::sync();
    // Fails only without the right to do it, which process 1 of a guest has.
    let _ = reboot(RebootMode::RB_POWER_OFF);
    std::process::exit(1)
}

fn carry_out(arguments: &[String]) -> Result<(), Trouble> {
    let directory = arguments.get(2).ok_or_else(|| Trouble::new("no output directory among the guest's arguments"))?;
    let job = read_job(Path::new(directory))?;
    if job.shell.is_none() {
        println!("{HELLO}");
    }
    let report = match boot::enter(&job) {
        Ok(()) => match &job.shell {
            Some(command) => return boot::shell(command),
            None => play::play(&job),
        },
        // Without the output directory the console is the only way to tell.
        Err(trouble) if !Path::new(OUT).join(JOB_FILE).exists() => return Err(trouble),
        Err(trouble) => Report { error: Some(trouble), ..Report::default() },
    };
    let text = serde_json::to_vec(&report).map_err(|error| Trouble::new(format!("writing the report: {error}")))?;
    write_whole(&Path::new(OUT).join(REPORT_FILE), &text)
        .map_err(|error| Trouble::io("writing the report to the output directory", &error))
}

fn read_job(directory: &Path) -> Result<Job, Trouble> {
    let path = directory.join(JOB_FILE);
    let text = std::fs::read(&path).map_err(|error| Trouble::io(format!("reading {}", path.display()), &error))?;
    serde_json::from_slice(&text).map_err(|error| Trouble::new(format!("{} is no job: {error}", path.display())))
}
