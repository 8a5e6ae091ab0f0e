//! `offhook lab`: build, show, carry, enter and remove what scenarios run on.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::{LAB_FAILED, WRONG_INPUT, complain, notices, say};
use crate::stacks;
use offhook_base::guest::{JOB_FILE, STATUS_FILE};
use offhook_base::{is_standard_output, plain, write_result};
use offhook_lab as the_lab;
use offhook_lab::uml::{QUOTA, Uml};
use offhook_lab::{Addition, Clean, KERNEL, LabError, LabErrorKind, Machine, Progress, Recipe, Room, Stack, collect};
use offhook_scenario::{Scenario, Server};
use offhook_session::Job;

#[derive(Debug, Subcommand)]
pub(super) enum Lab {
    /// Build what is missing: the kernel and the server stacks
    Build {
        /// Only these stacks
        #[arg(value_name = "STACK")]
        stacks: Vec<String>,
    },
    /// Show what is built, with hashes, sizes and places; read its files, and tell whether they are as they were built
    Status,
    /// Print a key that is known before the lab is built, for caches of CI systems: the same where the same lab would be built
    Key {
        /// Only of these stacks
        #[arg(value_name = "STACK")]
        stacks: Vec<String>,
    },
    /// Write the kernel and the stacks into one file, a .tar.xz, to be imported elsewhere
    Export {
        /// The file; - is standard output
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Only these stacks; all that are built unless stated
        #[arg(value_name = "STACK")]
        stacks: Vec<String>,
    },
    /// Put the kernel and the stacks of such a file into the cache directory, whole or not at all; no network is needed
    Import {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Make a stack of one's own, beside those that ship: of another Debian release, or with packages of one's own in the place of
    /// the release's. It runs where --stack names it, and is expected to deviate where the stack does that it is like
    Add(Add),
    /// Open a shell in a guest, with a stack's files as its root
    Shell(Shell),
    /// Remove the kernel, the stacks and everything else in the cache directory, or some parts of it
    Clean {
        /// Only these: kernel, or a stack
        #[arg(value_name = "PART")]
        parts: Vec<String>,
    },
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// Its name; one that was added before is replaced, and `offhook lab clean NAME` removes it
    #[arg(value_name = "NAME")]
    name: String,
    /// The Debian release that its packages come from: any that the mirror has
    #[arg(long, value_name = "RELEASE")]
    release: String,
    /// A package file, in the place of the release's (may be given more than once); a copy of it is kept
    #[arg(long, value_name = "FILE")]
    deb: Vec<PathBuf>,
    /// A package of the release, beside those that every stack has (may be given more than once)
    #[arg(long, value_name = "NAME")]
    package: Vec<String>,
    /// The stack that ships and that it is like: what scenarios say of that one holds of this one. Unless stated that of the same
    /// release, else the newest
    #[arg(long, value_name = "STACK")]
    like: Option<String>,
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
        Lab::Key { stacks } => key(&stacks).map(|()| 0),
        Lab::Export { file, stacks } => export(&file, &stacks).map(|()| 0),
        Lab::Import { file } => import(&file).map(|()| 0),
        Lab::Add(stack) => add(stack).map(|()| 0),
        Lab::Shell(shell) => enter(&shell),
        Lab::Clean { parts } => clean(parts).map(|()| 0),
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
    let status = the_lab::status(&Machine::this()).map_err(failed)?;
    say(&status.to_string());
    // Of a machine that nothing is built for there is nothing to say.
    if status.parts.iter().any(|part| part.built.is_some()) {
        say(&format!("guests     {}\n", the_lab::confined().map_err(failed)?));
    }
    Ok(())
}

fn key(stacks: &[String]) -> Result<(), Failure> {
    for name in stacks {
        known(name)?;
    }
    let key = the_lab::key(&Machine::this(), stacks).map_err(failed)?;
    say(&format!("{key}\n"));
    Ok(())
}

fn export(file: &Path, stacks: &[String]) -> Result<(), Failure> {
    for name in stacks {
        known(name)?;
    }
    let exported = the_lab::export(&Machine::this(), stacks).map_err(failed)?;
    write_result(file, &exported.octets)
        .map_err(|error| (LAB_FAILED, format!("writing {}: {}", file.display(), plain(&error))))?;
    let told = format!(
        "exported {} to {}, {}\nsha256 {}\n",
        exported.parts.join(", "),
        file.display(),
        the_lab::size(exported.octets.len() as u64),
        exported.sha256
    );
    // The file may be on standard output.
    if is_standard_output(file) {
        complain(&told)
    } else {
        say(&told)
    }
    Ok(())
}

fn import(file: &Path) -> Result<(), Failure> {
    let the_lab::Imported { parts, kept } = the_lab::import(&Machine::this(), file).map_err(failed)?;
    if !parts.is_empty() {
        say(&format!("imported {} from {}\n", parts.join(", "), file.display()));
    }
    if !kept.is_empty() {
        say(&format!("there already, the same: {}\n", kept.join(", ")));
    }
    Ok(())
}

fn clean(parts: Vec<String>) -> Result<(), Failure> {
    for name in parts.iter().filter(|name| *name != KERNEL) {
        known(name)?;
    }
    let all = parts.is_empty().then_some(Clean::All);
    let mut removed = Vec::new();
    for what in all.into_iter().chain(parts.into_iter().map(Clean::Part)) {
        removed.extend(the_lab::clean(&Machine::this(), &what).map_err(failed)?);
    }
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
    let lab = the_lab::ensure(stacks, &Progress::for_stderr()).map_err(failed)?;
    notices(&lab);
    the_lab::settle();
    status()
}

fn known(name: &str) -> Result<(), Failure> {
    match stacks::others_than(name) {
        Some(there) => Err((WRONG_INPUT, format!("no stack is called {name:?}; there are {there}"))),
        None => Ok(()),
    }
}

/// Writes the recipe of a stack, and builds it; one that cannot be built is not kept.
fn add(stack: Add) -> Result<(), Failure> {
    let machine = Machine::this();
    let Add { name, release, deb, package, like } = stack;
    let addition = Addition { name, release, like, packages: package, debs: deb };
    let wrong = |error: LabError| match error.kind {
        LabErrorKind::BadRecipe | LabErrorKind::UnknownStack => (WRONG_INPUT, error.to_string()),
        _ => failed(error),
    };
    let recipe = the_lab::add(&machine, &addition).map_err(wrong)?;
    let name = std::slice::from_ref(&recipe.name);
    let lab = match the_lab::ensure(name, &Progress::for_stderr()) {
        Ok(lab) => lab,
        Err(error) => {
            the_lab::clean(&machine, &Clean::Part(recipe.name)).map_err(failed)?;
            return Err(failed(error));
        }
    };
    notices(&lab);
    the_lab::settle();
    let packages = lab.stacks.get(&recipe.name).map(Stack::main_packages).unwrap_or_default();
    let Recipe { name, release, like, .. } = recipe;
    say(&format!(
        "stack {name} of {release}: {}\nlike {like}: what scenarios say of {like} holds of it\nrun on it: offhook run --stack {name} PATH\n",
        packages.join(", ")
    ));
    Ok(())
}

/// A guest whose process 1 runs a shell instead of a scenario; gives the exit status of that.
fn enter(shell: &Shell) -> Result<u8, Failure> {
    known(&shell.stack)?;
    let lab = the_lab::ensure(std::slice::from_ref(&shell.stack), &Progress::for_stderr()).map_err(failed)?;
    notices(&lab);
    let Some(stack) = lab.stacks.get(&shell.stack) else {
        return Err((LAB_FAILED, format!("the lab has no stack {:?}", shell.stack)));
    };
    let room = Arc::new(Room::for_guests(&lab.cache, 1).map_err(failed)?);
    let command =
        if shell.command.is_empty() { vec!["/bin/sh".to_owned(), "-i".to_owned()] } else { shell.command.clone() };
    let job = Job {
        special: stack.manifest.special.clone(),
        shell: Some(command),
        ..Job::new(Scenario::new("", Server::default(), Vec::new()), shell.stack.clone(), 1)
    };
    let io = |doing: &str, error: &std::io::Error| (LAB_FAILED, format!("{doing}: {}", plain(error)));
    let text = serde_json::to_vec(&job).map_err(|error| (LAB_FAILED, format!("writing the job: {error}")))?;
    let uml = Uml {
        programs: None,
        kernel: lab.kernel.image.clone(),
        init: lab.init.clone(),
        stack: stack.root.clone(),
        room,
        number: 0,
        seed: 1,
        untrusted: false,
        confined: false,
        quota: QUOTA,
        usb_modems: 1,
    };
    let place = uml.make_place().map_err(|error| io("making room for the guest", &error))?;
    std::fs::write(place.out().join(JOB_FILE), text).map_err(|error| io("writing the guest's job", &error))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| io("starting the event loop", &error))?;
    runtime.block_on(uml.run_here(&place)).map_err(|error| io("running the guest", &error))?;
    let status = collect::read(&place.out().join(STATUS_FILE), 3).ok().flatten();
    let status = status.and_then(|text| String::from_utf8(text).ok()).and_then(|text| text.parse::<u8>().ok());
    status.ok_or_else(|| (LAB_FAILED, "the guest ended before its command did".to_owned()))
}
