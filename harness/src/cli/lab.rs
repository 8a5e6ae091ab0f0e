//! `offhook lab`: build, show, enter and remove what scenarios run on.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{LAB_FAILED, WRONG_INPUT, complain, say};
use crate::guest::STATUS;
use crate::lab::{self as the_lab, Clean, LabError, Machine, Progress};
use crate::run::uml::Uml;
use crate::run::{JOB_FILE, Job, plain};
use crate::scenario::{Scenario, Server, Span};

#[derive(Debug, Subcommand)]
pub(super) enum Lab {
    /// Build what is missing: the kernel and the server stacks
    Build {
        /// Only these stacks
        #[arg(value_name = "STACK")]
        stacks: Vec<String>,
    },
    /// Show what is built: kernel release, package versions, hashes, sizes, places
    Status,
    /// Open a shell in a guest, with a stack's files as its root
    Shell(Shell),
    /// Remove the kernel, the stacks and everything else in the cache directory
    Clean,
}

#[derive(Debug, Args)]
pub(super) struct Shell {
    /// The stack
    #[arg(value_name = "STACK", default_value = "bookworm")]
    stack: String,
    /// Run this command instead of a shell
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

pub(super) fn main(lab: Lab) -> u8 {
    let done = match lab {
        Lab::Build { stacks } => build(&stacks).map(|()| 0),
        Lab::Status => status().map(|()| 0),
        Lab::Shell(shell) => enter(&shell),
        Lab::Clean => clean().map(|()| 0),
    };
    match done {
        Ok(code) => code,
        Err((code, text)) => {
            complain(&format!("{text}\n"));
            code
        }
    }
}

type Failure = (u8, String);

fn failed(error: LabError) -> Failure {
    (error.exit_code(), error.to_string())
}

fn status() -> Result<(), Failure> {
    the_lab::status(&Machine::this()).map(|status| say(&status.to_string())).map_err(failed)
}

fn clean() -> Result<(), Failure> {
    let removed = the_lab::clean(&Machine::this(), &Clean::All).map_err(failed)?;
    for path in &removed {
        say(&format!("removed {}\n", path.display()));
    }
    if removed.is_empty() {
        say("nothing to remove\n");
    }
    Ok(())
}

fn build(stacks: &[String]) -> Result<(), Failure> {
    for name in stacks {
        known(name)?;
    }
    let all: Vec<String> = the_lab::STACKS.iter().map(|&name| name.to_owned()).collect();
    let stacks = if stacks.is_empty() { &all } else { stacks };
    the_lab::ensure(stacks, &Progress::for_stderr()).map_err(failed)?;
    the_lab::settle();
    status()
}

fn known(name: &str) -> Result<(), Failure> {
    if the_lab::STACKS.contains(&name) {
        return Ok(());
    }
    Err((WRONG_INPUT, format!("no stack is called {name:?}; there are {}", the_lab::STACKS.join(", "))))
}

/// A guest whose process 1 runs a shell instead of a scenario; gives the exit status of that.
fn enter(shell: &Shell) -> Result<u8, Failure> {
    known(&shell.stack)?;
    let lab = the_lab::ensure(std::slice::from_ref(&shell.stack), &Progress::for_stderr()).map_err(failed)?;
    let Some(stack) = lab.stacks.get(&shell.stack) else {
        return Err((LAB_FAILED, format!("the lab has no stack {:?}", shell.stack)));
    };
    let run_dir = lab.cache.run_dir("shell").map_err(failed)?;
    let out = run_dir.path().join("out");
    let command =
        if shell.command.is_empty() { vec!["/bin/sh".to_owned(), "-i".to_owned()] } else { shell.command.clone() };
    let job = Job {
        scenario: Scenario {
            name: String::new(),
            span: Span::default(),
            specs: Vec::new(),
            stacks: Vec::new(),
            server: Server::default(),
            acts: Vec::new(),
        },
        stack: shell.stack.clone(),
        stack_root: stack.root.clone(),
        out: out.clone(),
        seed: 1,
        special: stack.manifest.special.clone(),
        tells: false,
        shell: Some(command),
    };
    let io = |doing: &str, error: &std::io::Error| (LAB_FAILED, format!("{doing}: {}", plain(error)));
    let text = serde_json::to_vec(&job).map_err(|error| (LAB_FAILED, format!("writing the job: {error}")))?;
    std::fs::create_dir_all(&out).map_err(|error| io("making the guest's output directory", &error))?;
    std::fs::write(out.join(JOB_FILE), text).map_err(|error| io("writing the guest's job", &error))?;
    let uml = Uml {
        kernel: lab.kernel.image.clone(),
        memory_dir: the_lab::guest_memory_dir().map_err(failed)?,
        run_dir: run_dir.path().join("guest"),
        out: PathBuf::from(&out),
        seed: 1,
        untrusted: false,
        usb_modems: 1,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| io("starting the event loop", &error))?;
    runtime.block_on(uml.run_here()).map_err(|error| io("starting the guest", &error))?;
    let status = std::fs::read_to_string(out.join(STATUS)).ok().and_then(|text| text.parse::<u8>().ok());
    status.ok_or_else(|| (LAB_FAILED, "the guest ended before its command did".to_owned()))
}
