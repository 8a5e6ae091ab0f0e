//! `offhook completions` and `offhook man`: what a packager installs beside the program, made from the command line's own
//! definition, so that neither can tell of an option that is not there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Arguments, LAB_FAILED, complain, say};
use offhook_base::plain;

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

#[derive(Debug, Args)]
pub(super) struct Man {
    /// Where to: a directory, which is made if there is none
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

/// Prints the file that teaches a shell the command line.
pub(super) fn completions(arguments: &Completions) -> u8 {
    let mut command = Arguments::command();
    let name = command.get_name().to_owned();
    // Made in memory: clap_complete panics when its writer fails, as a closed pipe does.
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, name, &mut text);
    say(&String::from_utf8_lossy(&text));
    0
}

/// Writes a page for the program and one for every command.
pub(super) fn man(arguments: &Man) -> u8 {
    let directory = &arguments.directory;
    match pages(directory) {
        Ok(()) => 0,
        Err(error) => {
            complain(&format!("writing manual pages to {}: {}\n", directory.display(), plain(&error)));
            LAB_FAILED
        }
    }
}

fn pages(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    clap_mangen::generate_to(Arguments::command(), directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every command that has no commands below it, and those that have, by the words that lead to it.
    fn commands(command: &clap::Command, words: &str) -> Vec<String> {
        let below = command.get_subcommands().filter(|below| below.get_name() != "help" && !below.is_hide_set());
        std::iter::once(words.to_owned())
            .chain(below.flat_map(|below| commands(below, &format!("{words}-{}", below.get_name()))))
            .collect()
    }

    #[test]
    fn every_command_has_a_page() -> io::Result<()> {
        let directory = tempfile::tempdir()?;
        pages(directory.path())?;
        let mut written: Vec<_> = fs::read_dir(directory.path())?
            .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
            .collect::<io::Result<_>>()?;
        written.sort();
        let mut expected: Vec<_> =
            commands(&Arguments::command(), "offhook").iter().map(|words| format!("{words}.1")).collect();
        expected.sort();
        assert_eq!(written, expected);
        Ok(())
    }
}
