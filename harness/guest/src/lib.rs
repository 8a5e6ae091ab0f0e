//! The program of a guest: on the host it becomes the guest's kernel, in the guest it is process 1.
//!
//! Process 1 goes from a bare kernel to a report in the output directory: it makes the stack's root its own, opens the network
//! namespaces, plays the scenario, writes the report, and turns the machine off. All that is there when it starts is
//! itself, the libraries it is linked with, and a kernel. [`main`] is all there is to call.

mod boot;
mod clients;
mod clock;
mod confine;
mod enclosure;
#[cfg(target_arch = "x86_64")]
mod filter;
mod lan;
mod launch;
mod machine;
mod namespaces;
mod output;
mod play;
mod port;
#[cfg(target_arch = "x86_64")]
mod syscalls;
mod usb;
mod world;

use std::path::Path;
use std::process::ExitCode;

use nix::sys::reboot::{RebootMode, reboot};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use offhook_base::guest::{
    BECOME_KERNEL, CANNOT, END_WITH_RUNNER, HELLO, JOB_FILE, OUT, PROCESS_ONE, REPORT_FILE, SHOW_CONFINEMENT,
};
use offhook_base::{Error, plain, write_whole};
use offhook_session::{Job, Report};

/// What the init program does by its arguments, the first of which is its name: it becomes a guest's kernel, or it is process 1
/// of a guest. `None` if the arguments ask for neither; otherwise it comes back only if it could not.
pub fn main(arguments: &[String]) -> Option<ExitCode> {
    match arguments.get(1).map(String::as_str) {
        Some(BECOME_KERNEL) => {
            let error = launch::become_kernel(&arguments[2..]);
            eprintln!("offhook: starting the guest's kernel: {}", plain(&error));
            Some(ExitCode::FAILURE)
        }
        Some(SHOW_CONFINEMENT) => Some(match launch::show_confinement() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("offhook: confining: {}", plain(&error));
                ExitCode::FAILURE
            }
        }),
        Some(END_WITH_RUNNER) => {
            launch::end_with_runner();
            Some(ExitCode::SUCCESS)
        }
        Some(PROCESS_ONE) if std::process::id() == 1 => Some(process_one()),
        _ => None,
    }
}

/// Runs the job in the output directory, then powers the guest off.
fn process_one() -> ExitCode {
    if let Err(error) = carry_out() {
        println!("{CANNOT}{}", error.message);
    }
    nix::unistd::sync();
    // Fails only without the right to do it, which process 1 of a guest has.
    let _ = reboot(RebootMode::RB_POWER_OFF);
    ExitCode::FAILURE
}

fn carry_out() -> Result<(), Error> {
    output::open()?;
    let job = take_job(&Path::new(OUT).join(JOB_FILE))?;
    if job.shell.is_none() {
        println!("{HELLO}");
    }
    let mut report = match boot::enter(&job) {
        Ok(()) => match &job.shell {
            Some(command) => return boot::shell(command),
            None => play::play(&job),
        },
        Err(error) => Report { error: Some(error), ..Report::default() },
    };
    // Whoever could read the token in the report, and write another, is gone before it is written.
    let _ = kill(Pid::from_raw(-1), Signal::SIGKILL);
    output::enter()?;
    report.token = job.token;
    let text = serde_json::to_vec(&report).map_err(|error| Error::new(format!("writing the report: {error}")))?;
    // Without the output directory the console is the only way to tell.
    write_whole(&output::directory().join(REPORT_FILE), &text).map_err(|error| {
        report.error.unwrap_or_else(|| Error::io("writing the report to the output directory", &error))
    })
}

/// Reads the job, and removes its file, which has passwords in it: from here on the host has them nowhere.
fn take_job(path: &Path) -> Result<Job, Error> {
    let text = std::fs::read(path).map_err(|error| Error::io(format!("reading {}", path.display()), &error))?;
    std::fs::remove_file(path).map_err(|error| Error::io(format!("removing {}", path.display()), &error))?;
    serde_json::from_slice(&text).map_err(|error| Error::new(format!("{} is no job: {error}", path.display())))
}
