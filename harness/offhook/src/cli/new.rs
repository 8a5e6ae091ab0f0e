//! `offhook new`: a scenario to begin with.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::play::{Stop, ended, failed};
use super::say;
use crate::newly::{EXAMPLE, capture, etc};
use offhook_base::{SourceFile, plain};
use offhook_decode::{Decoder, Options, What};
use offhook_etc::source::Tree;
use offhook_telephony::trace::End;

#[derive(Debug, Args)]
pub(super) struct New {
    /// The file to write, which must not be there yet
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Write what the files of this /etc promise, as calls to a server that has them
    #[arg(long, value_name = "DIR", conflicts_with = "capture")]
    etc: Option<PathBuf>,

    /// Write what was recorded, as calls that expect it: any capture that `offhook decode` reads; a password that PAP sent is copied
    #[arg(long, value_name = "FILE")]
    capture: Option<PathBuf>,
}

pub(super) fn main(arguments: &New) -> u8 {
    match written(arguments) {
        Ok(()) => 0,
        Err(stop) => ended(stop),
    }
}

fn written(arguments: &New) -> Result<(), Stop> {
    let text = match (&arguments.etc, &arguments.capture) {
        (Some(directory), _) => of_etc(directory)?,
        (None, Some(file)) => of_capture(file)?,
        (None, None) => EXAMPLE.to_owned(),
    };
    // What is written reads without error, or it is our mistake and no file.
    let source = SourceFile { path: arguments.file.clone(), text: text.as_str().into() };
    offhook_language::read(&source)
        .map_err(|errors| failed(format!("a bug in offhook: it wrote a scenario that does not read\n{errors}")))?;
    let file = &arguments.file;
    let wrong = |error: std::io::Error| failed(format!("writing {}: {}", file.display(), plain(&error)));
    let mut created =
        OpenOptions::new().write(true).create_new(true).open(file).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                Stop::Wrong(format!("{} is there already: give another name, or remove it\n", file.display()))
            }
            _ => wrong(error),
        })?;
    created.write_all(text.as_bytes()).map_err(wrong)?;
    say(&format!("{0} is written; `offhook run {0}` plays it\n", file.display()));
    Ok(())
}

fn of_etc(directory: &Path) -> Result<String, Stop> {
    let tree = Tree::read(directory, false, true)
        .map_err(|error| Stop::Wrong(format!("reading {}: {}\n", directory.display(), plain(&error))))?;
    // The scenario may be run from anywhere.
    let path = fs::canonicalize(directory)
        .map_err(|error| Stop::Wrong(format!("reading {}: {}\n", directory.display(), plain(&error))))?;
    Ok(etc::scenario(&path, &offhook_audit::audit(&tree).0))
}

fn of_capture(path: &Path) -> Result<String, Stop> {
    let wrong = |why: String| Stop::Wrong(format!("reading {}: {why}\n", path.display()));
    let octets = fs::read(path).map_err(|error| wrong(plain(&error)))?;
    let mut decoder = Decoder::new(Options { format: None, from: End::Server });
    let (mut events, mut damage) = (Vec::new(), None);
    let mut take = |found: offhook_decode::Found| match found.what {
        What::Event(event) => events.push(event),
        What::Damage(text) => damage = damage.take().or(Some(format!("octet {}: {text}", found.offset))),
        What::Format(_) | What::Remark(_) => {}
    };
    decoder.push(&octets, &mut take);
    decoder.finish(&mut take);
    match damage {
        Some(text) => Err(wrong(format!("{text}; `offhook decode` shows what can be read"))),
        None => Ok(capture::scenario(&path.display().to_string(), &events)),
    }
}
